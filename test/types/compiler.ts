/** Compiles files against the built declarations of `@dotdo/dosql/types`, as an application does. */
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');
/** Within node_modules, so that generated files resolve packages as an application's do. */
const scratch = join(root, 'node_modules/.cache/dosql-types');

export const VERSIONS = ['5.9', '6.0', '7.0'] as const;
export type Version = (typeof VERSIONS)[number];
const COMPILERS: Record<Version, string> = {
  '5.9': 'node_modules/typescript-5-9/lib/tsc.js',
  '6.0': 'node_modules/typescript-6-0/lib/tsc.js',
  '7.0': 'node_modules/typescript/bin/tsc',
};

export interface CompileError {
  /** Name of the file, without its folder. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** `TS2589` and the like. */
  readonly code: string;
  readonly text: string;
}

export interface Compilation {
  readonly errors: readonly CompileError[];
  readonly instantiations: number;
  readonly checkSeconds: number;
  readonly totalSeconds: number;
  readonly memoryMb: number;
}

export interface CompileOptions {
  readonly version?: Version;
  /** In one thread, so that instantiation counts do not depend on how files are shared out. */
  readonly single?: boolean;
}

const OPTIONS = {
  target: 'es2022',
  lib: ['es2022'],
  module: 'esnext',
  moduleResolution: 'bundler',
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
};
let declarations: string | undefined;

/** Compiles against another `index.d.ts` than the built one. */
export function useDeclarations(path: string | undefined): void {
  declarations = path;
}

/** Writes files into a folder of their own, with a tsconfig.json; returns the folder. */
export function project(name: string, files: Readonly<Record<string, string>>, include?: readonly string[]): string {
  const folder = join(scratch, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  const paths = declarations === undefined ? {} : { paths: { '@dotdo/dosql/types': [declarations] } };
  const config = { compilerOptions: { ...OPTIONS, ...paths }, include: include ?? ['*.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  return folder;
}

/** Type-checks a project. */
export async function compile(folder: string, options: CompileOptions = {}): Promise<Compilation> {
  const { version = '7.0', single = false } = options;
  const args = [
    ...(version === '7.0' ? [] : ['--max-old-space-size=8192']),
    join(root, COMPILERS[version]),
    '-p',
    folder,
    '--pretty',
    'false',
    '--extendedDiagnostics',
    ...(single && version === '7.0' ? ['--singleThreaded'] : []),
  ];
  const output = await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 1 << 28 }).then(
    ({ stdout }) => stdout,
    (failure: { stdout?: string; message: string }) => {
      if (failure.stdout === undefined || failure.stdout === '') throw new Error(failure.message);
      return failure.stdout;
    },
  );
  const figure = (label: string): number => Number(new RegExp(`^${label}:\\s+([\\d.]+)`, 'm').exec(output)?.[1] ?? NaN);
  if (Number.isNaN(figure('Instantiations'))) throw new Error(output.slice(0, 2000));
  return {
    errors: errorsOf(output),
    instantiations: figure('Instantiations'),
    checkSeconds: figure('Check time'),
    totalSeconds: figure('Total time'),
    memoryMb: figure('Memory used') / 1024,
  };
}

function errorsOf(output: string): CompileError[] {
  const errors: CompileError[] = [];
  for (const line of output.split('\n')) {
    const found = /^(?:(.*?)\((\d+),\d+\): )?error (TS\d+): (.*)$/.exec(line);
    if (found === null) {
      const last = errors.at(-1);
      if (last !== undefined && line.startsWith('  '))
        errors[errors.length - 1] = { ...last, text: `${last.text} ${line.trim()}` };
      continue;
    }
    const [, path = '', at = '0', code = '', text = ''] = found;
    errors.push({ file: path.slice(path.lastIndexOf('/') + 1), line: Number(at), code, text });
  }
  return errors;
}

/** `excessively deep`, `too complex` and the like: what the library must never cause. */
export function isTooDeep({ code }: CompileError): boolean {
  return code === 'TS2589' || code === 'TS2590' || code === 'TS2321' || code === 'TS2859';
}

export function locationOf({ file, line, code, text }: CompileError): string {
  return `${file}:${line} ${code} ${text.slice(0, 300)}`;
}

export function relativeToRoot(path: string): string {
  return relative(root, path);
}
