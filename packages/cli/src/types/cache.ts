/**
 * The cache file of query types: the project's own compiler works out the types of all queries once, in a file of
 * its own, and what it declares is written down.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import type { FoundQuery } from './scan.ts';

export interface CacheRequest {
  /** Folder of the project. */
  readonly project: string;
  /** Module, relative to the project, that exports the schema. */
  readonly schema: string;
  /** The export: a constant with the text of the DDL, or an interface or type. */
  readonly name: string;
  readonly queries: readonly FoundQuery[];
}

export interface CacheResult {
  /** The file's content. */
  readonly content: string;
  readonly cached: number;
  /** Queries that the schema refutes, with what the compiler says of them. */
  readonly wrong: readonly { readonly query: FoundQuery; readonly message: string }[];
}

const WORK = join('node_modules', '.cache', 'dosql-types');
const LIBRARY = '@dotdo/dosql/types';

/** @throws {Error} when there is no compiler, or when it fails */
export function makeCache(request: CacheRequest): CacheResult {
  const work = join(request.project, WORK);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, 'queries.ts'), probe(request, work));
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify(configuration(request.project), null, 2));
  const output = compile(request.project, work);
  const declared = join(work, 'out', 'queries.d.ts');
  if (!existsSync(declared)) throw new Error(`the compiler declared nothing:\n${output}`);
  return written(request, readFileSync(declared, 'utf8'));
}

/** A module whose exports have the types that are asked for. */
function probe({ schema, name, queries, project }: CacheRequest, work: string): string {
  const specifier = relative(work, resolve(project, schema)).replaceAll('\\', '/');
  const isConstant = new RegExp(`export\\s+(?:declare\\s+)?(?:const|let)\\s+${name}\\b`).test(
    readFileSync(resolve(project, schema), 'utf8'),
  );
  return [
    `import type { DatabaseSchema, Row, SchemaOf, Checked, SqlParamsOf } from '${LIBRARY}';`,
    `import type { ${name} as Given } from '${specifier}';`,
    isConstant
      ? `type Value = typeof Given;\ntype Db = Value extends string ? SchemaOf<Value> : Value;`
      : `type Db = Given extends string ? SchemaOf<Given> : Given;`,
    `declare function tables<T>(): T extends DatabaseSchema<infer S> ? { tables: S } : { tables: 0 };`,
    `declare function of<const S extends string>(text: S): {`,
    `  row: Row<S, Db>; params: SqlParamsOf<S, Db>;`,
    `  wrong: Checked<S, Db> extends S ? 0 : Extract<Checked<S, Db>, { readonly ' SQL error': unknown }>[' SQL error'];`,
    `};`,
    `export const schema = tables<Db>();`,
    ...queries.map(({ text }, i) => `export const q${i} = of(${JSON.stringify(text)});`),
    '',
  ].join('\n');
}

function configuration(project: string): object {
  const base = join(project, 'tsconfig.json');
  return {
    ...(existsSync(base) && { extends: '../../../tsconfig.json' }),
    compilerOptions: {
      strict: true,
      target: 'es2022',
      module: 'esnext',
      moduleResolution: 'bundler',
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      noEmit: false,
      composite: false,
      incremental: false,
      isolatedDeclarations: false,
      declaration: true,
      declarationMap: false,
      emitDeclarationOnly: true,
      noErrorTruncation: true,
      noUnusedLocals: false,
      rootDir: '../../..',
      outDir: 'emitted',
    },
    files: ['queries.ts'],
    include: [],
    references: [],
  };
}

function compile(project: string, work: string): string {
  const require = createRequire(join(resolve(project), 'package.json'));
  let compiler: string;
  try {
    compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  } catch {
    throw new Error('the project has no TypeScript: run `npm install --save-dev typescript`');
  }
  const { stdout, stderr, error } = spawnSync(process.execPath, [compiler, '-p', work], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  const emitted = join(work, 'emitted', WORK, 'queries.d.ts');
  if (existsSync(emitted)) {
    mkdirSync(join(work, 'out'), { recursive: true });
    writeFileSync(join(work, 'out', 'queries.d.ts'), readFileSync(emitted));
  }
  return `${stdout}${stderr}`;
}

/** The text of a property's type, from where it begins to the semicolon behind it. */
function typeAt(source: string, start: number): string {
  let depth = 0;
  let quote = '';
  for (let i = start; i < source.length; i++) {
    const char = source[i] as string;
    if (quote !== '') {
      if (char === '\\') i++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'" || char === '`') quote = char;
    else if ('{[(<'.includes(char)) depth++;
    else if ('}])>'.includes(char)) depth--;
    else if (char === ';' && depth === 0) return source.slice(start, i);
  }
  return source.slice(start);
}

function property(source: string, name: string, from: number): string {
  const start = source.indexOf(` ${name}: `, from);
  return start < 0 ? '' : typeAt(source, start + name.length + 3).replaceAll(/\s+/g, ' ');
}

function written({ schema, name, queries }: CacheRequest, declarations: string): CacheResult {
  const tables = property(declarations, 'tables', declarations.indexOf('export declare const schema'));
  const entries: string[] = [];
  const wrong: { query: FoundQuery; message: string }[] = [];
  for (const [i, query] of queries.entries()) {
    const start = declarations.indexOf(`export declare const q${i}: `);
    if (start < 0) continue;
    const message = property(declarations, 'wrong', start);
    const row = property(declarations, 'row', start);
    const params = property(declarations, 'params', start);
    if (message !== '0') wrong.push({ query, message: message.replaceAll(/^"|"$/g, '') });
    // What refers to names of the library is not written out, and not kept.
    else if (!/import\(|Record<|\b(?:AnyRow|AnyParams|SqlError)\b/.test(`${row} ${params}`)) {
      entries.push(`    ${JSON.stringify(query.text)}: CachedQuery<Schema, ${row}, ${params}>;`);
    }
  }
  const isFrozen = tables !== '0' && tables !== '';
  const content = [
    '// Written by `dosql types`. Do not edit: write it anew when a query or the schema has changed.',
    `import type { CachedQuery${isFrozen ? ', DatabaseSchema' : ''} } from '${LIBRARY}';`,
    ...(isFrozen
      ? [`type Schema = DatabaseSchema<${tables}>;`]
      : [`import type { ${name} as Schema } from './${schema.replaceAll('\\', '/')}';`]),
    `declare module '${LIBRARY}' {`,
    '  interface QueryCache {',
    ...entries,
    '  }',
    '}',
    '',
  ].join('\n');
  return { content, cached: entries.length, wrong };
}
