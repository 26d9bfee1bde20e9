/** What typing costs, in instantiations of TypeScript 7.0, which are the same on every machine. */
import { readFileSync, writeFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { minifyTypes } from '../../scripts/minify-types.ts';
import { caseText } from './assertions.ts';
import { compile, locationOf, project } from './compiler.ts';
import { count, type Bar } from './report.ts';

const budgetsFile = join(import.meta.dirname, 'budgets.json');
const built = join(import.meta.dirname, '../../packages/dosql/dist/sql/types');
const GROWTH_MAX = 1.02;
const KB = 1024;

const TPCH_MAX = 10_000;
const POINT_MAX = 1000;
const JOIN_MAX = 2500;
const PER_TOKEN_MAX = 60;
const LOAD_MAX = 50;
const GZIP_BYTES_MAX = 15 * KB;

const HEAD = "import type { SchemaOf, SQL } from '@dotdo/dosql/types';\n";
const SCHEMA = `type Db = SchemaOf<\`
  CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, active BOOLEAN NOT NULL DEFAULT 1, age INTEGER NOT NULL);
  CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER, title TEXT);
  CREATE TABLE tags (post_id INTEGER, tag TEXT);
\`>;
`;
/** Queries of a kind: what the compiler keeps of the earlier ones serves the last, whose cost is taken. */
const MARGINAL: Record<string, readonly (readonly [sql: string, row: string])[]> = {
  'point look-up': [
    ['SELECT id, name FROM users WHERE id = ?', '{ id: number; name: string }'],
    ['SELECT id, title FROM posts WHERE id = ?', '{ id: number; title: string | null }'],
    ['SELECT post_id, tag FROM tags WHERE post_id = ?', '{ post_id: number | null; tag: string | null }'],
    ['SELECT email, age FROM users WHERE name = ?', '{ email: string | null; age: number }'],
  ],
  'insert with RETURNING': [
    ["INSERT INTO users (name, age, email) VALUES (?, ?, 'x') RETURNING id, name", '{ id: number; name: string }'],
    [
      'INSERT INTO posts (user_id, title, id) VALUES (?, ?, 7) RETURNING title, id',
      '{ title: string | null; id: number }',
    ],
    [
      'INSERT INTO tags (tag, post_id) VALUES (?, ?) RETURNING post_id, tag',
      '{ post_id: number | null; tag: string | null }',
    ],
  ],
  'aggregate over a CTE': [
    [
      'WITH p AS (SELECT user_id, title FROM posts WHERE id > 3) SELECT user_id, count(*) AS n FROM p GROUP BY user_id HAVING count(*) > 1',
      '{ user_id: number | null; n: number }',
    ],
    [
      'WITH q AS (SELECT age, email FROM users WHERE id > 4) SELECT age, count(*) AS m FROM q GROUP BY age HAVING count(*) > 2',
      '{ age: number; m: number }',
    ],
    [
      'WITH r AS (SELECT tag, post_id FROM tags WHERE tag > 5) SELECT tag, count(*) AS k FROM r GROUP BY tag HAVING count(*) > 3',
      '{ tag: string | null; k: number }',
    ],
  ],
  'join of 3 tables': [
    [
      'SELECT u.name, p.title, t.tag FROM users u JOIN posts p ON p.user_id = u.id LEFT JOIN tags t ON t.post_id = p.id WHERE u.id = ? ORDER BY p.title',
      '{ name: string; title: string | null; tag: string | null }',
    ],
    [
      'SELECT p.id, u.email, t.tag AS x FROM users u JOIN posts p ON p.user_id = u.id LEFT JOIN tags t ON t.post_id = p.id WHERE p.id = ? ORDER BY u.email',
      '{ id: number; email: string | null; x: string | null }',
    ],
    [
      'SELECT u.age, p.user_id, t.post_id FROM users u JOIN posts p ON p.id = u.age LEFT JOIN tags t ON t.tag = p.title WHERE u.name = ? ORDER BY t.tag',
      '{ age: number; user_id: number | null; post_id: number | null }',
    ],
  ],
};

function assertion(name: string, [sql, row]: readonly [string, string]): string {
  return `export const ${name}: SQL<${JSON.stringify(sql)}, Db> extends ${row}[] ? 1 : 0 = 1;\n`;
}

let folders = 0;
async function instantiations(text: string, others: Readonly<Record<string, string>> = {}): Promise<number> {
  const made = project(`budget-${folders++}`, { 'case.ts': text, ...others });
  const { errors, instantiations } = await compile(made, { single: true });
  const wrong = errors[0];
  if (wrong !== undefined) throw new Error(`a budget's case does not compile: ${locationOf(wrong)}`);
  return instantiations;
}

/** Instantiations of each case, by name. */
export async function measure(): Promise<Record<string, number>> {
  const costs: Record<string, number> = {};
  const nothing = await instantiations('export {};\n');
  costs['library load'] = (await instantiations(`${HEAD}export type { SchemaOf, SQL };\n`)) - nothing;
  for (const [name, queries] of Object.entries(MARGINAL)) {
    const lines = queries.map((query, i) => assertion(`q${i}`, query));
    const all = HEAD + SCHEMA + lines.join('');
    costs[name] = (await instantiations(all)) - (await instantiations(HEAD + SCHEMA + lines.slice(0, -1).join('')));
  }
  const { all, base, queries, tokens } = tpch();
  const others = { 'equal.ts': caseText('equal.ts') };
  const baseCost = await instantiations(base, others);
  const cost = (await instantiations(all, others)) - baseCost;
  costs['TPC-H, mean of 22'] = Math.round(cost / queries);
  costs['TPC-H, a token'] = Math.round((cost / tokens) * 10) / 10;
  return costs;
}

/** TPC-H as files: with all queries, and with a trivial one. */
function tpch(): { all: string; base: string; queries: number; tokens: number } {
  const all = caseText('tpch.ts');
  const [head = '', ...parts] = all.split(/^\/\/ (?=Q\d+$)/m);
  const base = `${head}equal<SQL<'select c_name from customer', Db>, { c_name: string }[]>(true);\nequal<N, N>(true);\n`;
  let tokens = 0;
  for (const part of parts) {
    const sql = /`([^`]*)`/.exec(part)?.[1] ?? '';
    tokens += sql.match(/'[^']*'|[\w.]+|<=|>=|<>|[^\s\w]/g)?.length ?? 0;
  }
  return { all, base, queries: parts.length, tokens };
}

/** Compares with the bars and with budgets.json, which `update` writes. */
export async function budgets(update: boolean): Promise<Bar[]> {
  const costs = await measure();
  const size = gzipBytes(declarations());
  const minified = gzipBytes(minifyTypes(join(built, 'index.d.ts')));
  costs['declarations, bytes gzipped'] = size;
  const before = JSON.parse(readFileSync(budgetsFile, 'utf8')) as Record<string, number>;
  if (update) writeFileSync(budgetsFile, `${JSON.stringify(costs, null, 2)}\n`);
  const grown = Object.entries(costs).filter(([name, cost]) => !update && cost > (before[name] ?? 0) * GROWTH_MAX + 1);
  const bar = (name: string, cost: number, max: number, unit = ''): Bar => ({
    name,
    figure: `${count(cost)}${unit}`,
    bar: `<= ${count(max)}${unit}`,
    passed: cost <= max,
    gates: true,
  });
  return [
    bar('TPC-H, mean instantiations of a query', costs['TPC-H, mean of 22'] ?? NaN, TPCH_MAX),
    bar('point look-up, instantiations', costs['point look-up'] ?? NaN, POINT_MAX),
    bar('join of 3 tables, instantiations', costs['join of 3 tables'] ?? NaN, JOIN_MAX),
    bar('instantiations a token, mean of TPC-H', costs['TPC-H, a token'] ?? NaN, PER_TOKEN_MAX),
    bar('library load, instantiations', costs['library load'] ?? NaN, LOAD_MAX),
    {
      // The bar is not reached: docs/decisions/type-declarations.md.
      name: 'declarations, gzipped',
      figure: `${(size / KB).toFixed(1)} KB, minified ${(minified / KB).toFixed(1)} KB`,
      bar: `<= ${GZIP_BYTES_MAX / KB} KB`,
      passed: size <= GZIP_BYTES_MAX,
      gates: false,
    },
    {
      name: 'budgets.json: grown by more than 2 %',
      figure: grown.length === 0 ? `none of ${Object.keys(costs).length}` : `${grown.length}`,
      bar: 'none',
      passed: grown.length === 0,
      gates: true,
      details: grown.map(
        ([name, cost]) => `${name}: ${cost}, budget ${before[name] ?? 'missing'} (--update writes them)`,
      ),
    },
  ];
}

function gzipBytes(text: string): number {
  return gzipSync(text, { level: 9 }).length;
}

/** The declarations as they are published, one after the other. */
function declarations(): string {
  const texts = readdirSync(built)
    .filter((file) => file.endsWith('.d.ts'))
    .sort()
    .map((file) => readFileSync(join(built, file), 'utf8').replace(/\/\/# sourceMappingURL=.*\s*$/, ''));
  return texts.join('');
}
