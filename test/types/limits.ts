/** Statements at the size that still must be typed, or fall back; beyond it too, never `excessively deep`. */
import { compile, isTooDeep, locationOf, project } from './compiler.ts';
import type { Bar } from './report.ts';

const HEAD = `import type { Checked, Row, SchemaOf } from '@dotdo/dosql/types';
type Outcome<R> = [R] extends [never] ? 'never' : R extends { ' SQL error': infer M } ? M : string extends keyof R ? 'fallback' : 'exact';
`;

function list(count: number, make: (i: number) => string, separator = ', '): string {
  return Array.from({ length: count }, (_, i) => make(i)).join(separator);
}

interface Case {
  readonly name: string;
  readonly schema: string;
  readonly sql: string;
}

const SMALL = 'CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT NOT NULL)';

function nested(depth: number): string {
  return depth === 0 ? 'SELECT id, b FROM t' : `SELECT id, b FROM (${nested(depth - 1)})`;
}
function nestedIn(depth: number): string {
  return `SELECT id FROM t${depth === 0 ? '' : ` WHERE id IN (${nestedIn(depth - 1)})`}`;
}
function nestedScalar(depth: number): string {
  return `SELECT ${depth === 0 ? 'max(id)' : `(${nestedScalar(depth - 1)})`} AS id FROM t`;
}

const CASES: readonly Case[] = [
  { name: '4,000 tokens', schema: SMALL, sql: `SELECT id FROM t WHERE ${list(999, (i) => `a > ${i}`, ' AND ')}` },
  { name: '2,000 items of a select list', schema: SMALL, sql: `SELECT ${list(2000, (i) => `a AS c${i}`)} FROM t` },
  { name: '2,000 items of IN', schema: SMALL, sql: `SELECT id FROM t WHERE a IN (${list(2000, String)})` },
  {
    name: '500 columns, all of them named',
    schema: `CREATE TABLE t (${list(500, (i) => `column_${i} ${i % 2 === 0 ? 'TEXT' : 'INTEGER NOT NULL'}`)})`,
    sql: `SELECT ${list(500, (i) => `column_${i}`)} FROM t`,
  },
  {
    name: '500 columns, *',
    schema: `CREATE TABLE t (${list(500, (i) => `column_${i} TEXT`)})`,
    sql: 'SELECT * FROM t',
  },
  {
    name: '64 joins',
    schema: SMALL,
    sql: `SELECT t0.id, t63.b FROM t t0 ${list(64, (i) => `LEFT JOIN t t${i + 1} ON t${i + 1}.id = t${i}.a`, ' ')}`,
  },
  { name: '12 nested subqueries in FROM', schema: SMALL, sql: nested(12) },
  { name: '12 nested subqueries in IN', schema: SMALL, sql: nestedIn(12) },
  { name: '12 nested scalar subqueries', schema: SMALL, sql: nestedScalar(12) },
  { name: '990 ANDs', schema: SMALL, sql: `SELECT id FROM t WHERE ${list(990, () => 'a', ' AND ')}` },
];
/** More of the kind: typed, or not. */
const MORE: readonly Case[] = [
  { name: '990 ORs', schema: SMALL, sql: `SELECT id FROM t WHERE ${list(990, (i) => `a = ${i}`, ' OR ')}` },
  { name: '60 nested parentheses', schema: SMALL, sql: `SELECT ${'('.repeat(60)}a${')'.repeat(60)} AS x FROM t` },
  { name: '300 arms of a compound', schema: SMALL, sql: list(300, (i) => `SELECT ${i} AS x`, ' UNION ALL ') },
  {
    name: '400 rows of VALUES',
    schema: SMALL,
    sql: `INSERT INTO t (a, b) VALUES ${list(400, (i) => `(${i}, 'x')`)} RETURNING id`,
  },
  {
    name: '300 WHENs',
    schema: SMALL,
    sql: `SELECT CASE ${list(300, (i) => `WHEN a = ${i} THEN ${i}`, ' ')} END AS x FROM t`,
  },
  { name: '500 operators in a row', schema: SMALL, sql: `SELECT ${list(500, () => 'a', ' + ')} AS x FROM t` },
];
/** Far beyond: anything but an error. */
const BEYOND: readonly Case[] = [
  { name: '20,000 tokens', schema: SMALL, sql: `SELECT id FROM t WHERE ${list(5000, (i) => `a > ${i}`, ' AND ')}` },
  { name: '10,000 items of a select list', schema: SMALL, sql: `SELECT ${list(10_000, (i) => `a AS c${i}`)} FROM t` },
  { name: '5,000 parentheses', schema: SMALL, sql: `SELECT ${'('.repeat(2500)}a${')'.repeat(2500)} AS x FROM t` },
  { name: '60 nested subqueries', schema: SMALL, sql: nested(60) },
  { name: '60 nested subqueries in IN', schema: SMALL, sql: nestedIn(60) },
  { name: '60 nested scalar subqueries', schema: SMALL, sql: nestedScalar(60) },
  {
    name: '500 joins',
    schema: SMALL,
    sql: `SELECT t0.id FROM t t0 ${list(500, (i) => `JOIN t t${i + 1} ON t${i + 1}.id = t${i}.a`, ' ')}`,
  },
  { name: '2,000 arms of a compound', schema: SMALL, sql: list(2000, (i) => `SELECT ${i} AS x`, ' UNION ALL ') },
  {
    name: '3,000 WHENs',
    schema: SMALL,
    sql: `SELECT CASE ${list(3000, (i) => `WHEN a = ${i} THEN ${i}`, ' ')} END AS x FROM t`,
  },
  {
    name: '1,000 CTEs',
    schema: SMALL,
    sql: `WITH ${list(1000, (i) => `w${i} AS (SELECT ${i === 0 ? 'id FROM t' : `id FROM w${i - 1}`})`)} SELECT id FROM w999`,
  },
  { name: 'one word of 20,000 letters', schema: SMALL, sql: `SELECT '${'x'.repeat(20_000)}' AS x FROM t` },
  { name: '5,000 words without a space', schema: SMALL, sql: `SELECT ${list(5000, () => 'a', '+')} AS x FROM t` },
];

async function outcomes(cases: readonly Case[]): Promise<{ outcome: string; text: string }[]> {
  const files: Record<string, string> = {};
  for (const [i, { schema, sql }] of cases.entries()) {
    files[`case-${i}.ts`] =
      `${HEAD}export const outcome: Outcome<Row<${JSON.stringify(sql)}, SchemaOf<${JSON.stringify(schema)}>>> = 'exact';\n`;
  }
  const { errors } = await compile(project('limits', files));
  return cases.map((_, i) => {
    const mine = errors.filter(({ file }) => file === `case-${i}.ts`);
    const error = mine.find(isTooDeep) ?? mine[0];
    if (error === undefined) return { outcome: 'exact', text: '' };
    const outcome = isTooDeep(error) ? 'excessively deep' : (/ to type '"?(.*?)"?'\.$/.exec(error.text)?.[1] ?? '');
    return { outcome: outcome === '' ? 'error' : outcome, text: locationOf(error) };
  });
}

export async function limits(): Promise<Bar[]> {
  const within = await outcomes(CASES);
  const others = [...MORE, ...BEYOND];
  const beyond = await outcomes(others);
  const isFine = (outcome: string): boolean => outcome === 'exact' || outcome === 'fallback';
  const wrong = (cases: readonly Case[], found: readonly { outcome: string; text: string }[]): string[] =>
    found.flatMap(({ outcome, text }, i) => (isFine(outcome) ? [] : [`${cases[i]?.name}: ${text}`]));
  const ofList = within.filter(({ outcome }) => outcome === 'exact').length;
  const fallen = CASES.filter((_, i) => within[i]?.outcome === 'fallback').map(({ name }) => `falls back: ${name}`);
  const deep = [...wrong(CASES, within), ...wrong(others, beyond)];
  return [
    {
      name: 'limits: 4,000 tokens, 2,000 items, 500 columns, 64 joins, 12 subqueries, 990 ANDs …',
      figure: `${ofList} of ${CASES.length} exact`,
      bar: 'exact before fallback',
      passed: ofList === CASES.length,
      gates: true,
      details: [...fallen, ...wrong(CASES, within)],
    },
    {
      name: 'limits: errors, at them and far beyond',
      figure: `${deep.length} of ${CASES.length + others.length}`,
      bar: '0',
      passed: deep.length === 0,
      gates: true,
      details: deep,
    },
  ];
}
