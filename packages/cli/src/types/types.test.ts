import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findQueries, literalAt } from './scan.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
let project: string;

function file(name: string, text: string): void {
  writeFileSync(join(project, name), text);
}

function dosql(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const bin = join(ROOT, 'packages', 'cli', 'src', 'bin.ts');
  return spawnSync(process.execPath, ['--conditions=@dotdo/source', bin, 'types', '--project', project, ...args], {
    encoding: 'utf8',
  });
}

function compile(): string {
  return spawnSync(process.execPath, [COMPILER, '-p', project], { encoding: 'utf8' }).stdout;
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'dosql-types-'));
  mkdirSync(join(project, 'src'));
  mkdirSync(join(project, 'node_modules'));
  for (const name of [
    '@dotdo',
    '@types',
    'typescript',
    '@typescript',
    '@cloudflare',
    'capnweb',
    'hono',
    'undici-types',
  ]) {
    symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  }
  file('package.json', '{ "type": "module" }');
  file(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        strict: true,
        target: 'es2023',
        module: 'esnext',
        moduleResolution: 'bundler',
        customConditions: ['@dotdo/source'],
        allowImportingTsExtensions: true,
        noEmit: true,
        skipLibCheck: true,
        lib: ['es2023', 'esnext.disposable'],
        types: ['node', '@cloudflare/workers-types'],
      },
      include: ['src', '*.d.ts'],
    }),
  );
  file('src/schema.ts', 'export const schema = `CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL)`;');
  file(
    'src/app.ts',
    [
      "import type { Row } from '@dotdo/dosql/types';",
      "import type { SchemaOf } from '@dotdo/dosql/types';",
      "import type { schema } from './schema.ts';",
      'type Db = SchemaOf<typeof schema>;',
      'declare const db: { query<const S extends string>(text: S): Row<S, Db>[] };',
      "export const rows: { id: number; name: string }[] = db.query('SELECT id, name FROM users');",
    ].join('\n'),
  );
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('literals', () => {
  it.each([
    [`'SELECT ''x''' rest`, 'SELECT '],
    [String.raw`'it\'s \u0041\x42\n' rest`, "it's AB\n"],
    ['`SELECT\n 1` rest', 'SELECT\n 1'],
    ['`SELECT ${x}`', undefined],
    ["'open", undefined],
  ])('%j', (source, value) => {
    expect(literalAt(source, 0)).toBe(value);
  });
});

describe('the cache file', () => {
  it('finds the queries of the sources', () => {
    expect(findQueries([join(project, 'src')]).map(({ text, line }) => [text, line])).toEqual([
      ['SELECT id, name FROM users', 6],
    ]);
  });

  it('is written, is what the compiler then reads, and is passed over when the schema changes', () => {
    expect(dosql().stdout).toBe('sql-types.d.ts: 1 queries\n');
    const path = join(project, 'sql-types.d.ts');
    const content = readFileSync(path, 'utf8');
    expect(content).toContain('"SELECT id, name FROM users": CachedQuery<Schema, { id: number; name: string; }, []>;');
    expect(dosql('--check').status).toBe(0);
    expect(compile()).toBe('');

    writeFileSync(path, content.replace('name: string; }', 'name: boolean; }'));
    expect(compile()).toContain("Type 'boolean' is not assignable to type 'string'");
    expect(dosql('--check')).toMatchObject({ status: 1, stdout: 'sql-types.d.ts is stale: run `dosql types`\n' });

    file(
      'src/schema.ts',
      'export const schema = `CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, x)`;',
    );
    expect(compile()).toBe('');
  }, 60_000);

  it('says which query is wrong', () => {
    file('src/wrong.ts', "declare const db: { query(text: string): void };\ndb.query('SELECT nmae FROM users');\n");
    const { status, stderr } = dosql();
    expect(stderr).toContain('wrong.ts:2: no such column: nmae - did you mean name?');
    expect(status).toBe(1);
    rmSync(join(project, 'src', 'wrong.ts'));
  }, 60_000);

  it('asks for what is missing', () => {
    expect(dosql('--schema', 'src/none.ts')).toMatchObject({ status: 2 });
  });
});
