import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createDatabase } from '../index.ts';

type Plain = null | number | bigint | string | Uint8Array;

let seed = 7;
function rnd(n: number): number {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return (seed >> 8) % n;
}
function pick<T>(items: readonly T[]): T {
  return items[rnd(items.length)] as T;
}

const TEXTS = ['a', 'A', 'b', 'B ', 'b ', '1', '1.0', '2', 'é', '', 'abc', 'ABC', '10', '007', '7'];
/** Beside them, so that a join by text does not give every pair. */
const WORDS = Array.from({ length: 200 }, (_, i) => `word ${i}`);
const BIG = [9007199254740993n, 9007199254740992n, 9223372036854775807n, -9223372036854775808n];

function values(count: number): { big: Plain[][]; small: Plain[][]; pairs: Plain[][] } {
  const any = (): Plain =>
    pick<() => Plain>([
      () => null,
      () => rnd(40),
      () => rnd(40) + 0.5,
      () => pick(TEXTS),
      () => pick(BIG),
      () => new Uint8Array([rnd(3), 1]),
    ])();
  const big: Plain[][] = [];
  for (let id = 1; id <= count; id++) {
    const k = rnd(9) === 0 ? null : rnd(500);
    const real = rnd(7) === 0 ? null : pick([rnd(50), rnd(50) / 2, 9007199254740992]);
    big.push([id, k, pick([null, ...TEXTS, ...WORDS]), real, any(), rnd(20), String(rnd(120))]);
  }
  const small: Plain[][] = [];
  for (let id = 1; id <= 1050; id++) {
    small.push([id * 2, rnd(400), pick([null, ...TEXTS, ...WORDS]), rnd(60) / 2, any(), rnd(5) === 0 ? null : rnd(9)]);
  }
  const pairs: Plain[][] = [];
  for (let a = 0; a < 60; a++) for (let b = 0; b < 20; b++) pairs.push([a, b, pick(TEXTS), rnd(1000)]);
  return { big, small, pairs };
}

const DDL = [
  'CREATE TABLE big (id INTEGER PRIMARY KEY, k INT, t TEXT, r REAL, e, g INT, n TEXT)',
  'CREATE TABLE small (id INTEGER PRIMARY KEY, k INT, t TEXT COLLATE NOCASE, r REAL, e, v INT)',
  'CREATE TABLE pairs (a INT, b INT, t TEXT COLLATE RTRIM, w INT, PRIMARY KEY (a, b))',
  'CREATE TABLE none (id INTEGER PRIMARY KEY, k INT)',
];

const db = createDatabase('');
const sqlite = new DatabaseSync(':memory:');
for (const sql of DDL) {
  db.exec(sql);
  sqlite.exec(sql);
}
const rows = values(1100);
for (const [table, list] of Object.entries(rows)) {
  const sql = `INSERT INTO ${table} VALUES (${(list[0] as Plain[]).map(() => '?').join(', ')})`;
  const ours = db.prepare(sql);
  const theirs = sqlite.prepare(sql);
  db.transaction(() => {
    for (const row of list) ours.run(row);
  });
  for (const row of list) theirs.run(...row);
}

function plain(value: unknown): string {
  if (value instanceof Uint8Array) return `x${[...value].join(',')}`;
  return typeof value === 'number' && !Number.isInteger(value)
    ? value.toPrecision(12)
    : `${typeof value}:${String(value)}`;
}

/** Rows of both, in any order. */
function both(sql: string): [string[], string[]] {
  const ours = db.query<Record<string, unknown>>(sql).map((row) => Object.values(row).map(plain).join('|'));
  const statement = sqlite.prepare(sql);
  const theirs = (statement.all() as Record<string, unknown>[]).map((row) => Object.values(row).map(plain).join('|'));
  return [ours.sort(), theirs.sort()];
}

const CONDITIONS = [
  'b.k = s.k',
  'b.k = s.id',
  'b.r = s.k',
  'b.r = s.r',
  'b.t = s.t',
  's.t = b.t',
  'b.t = s.t COLLATE BINARY',
  'b.n = s.k',
  's.k = b.n',
  'b.e = s.e',
  'b.e = s.t',
  'b.e = s.r',
  'b.e = s.k',
  'b.k + 1 = s.k',
  'b.k = s.k AND b.t = s.t',
  'b.k = s.k AND b.g < s.v',
  'b.k = s.k AND b.r = s.r AND s.v > 3',
  'lower(b.t) = s.t',
  'b.k = s.k AND b.id % 7 = 0 AND s.id % 3 <> 0',
];

describe('joins of tables large enough to go in batches', { timeout: 60_000 }, () => {
  it.each(CONDITIONS)('ON %s: counts, groups and rows are those of SQLite', (on) => {
    const own = 'FROM big b JOIN small s ON';
    for (const sql of [
      `SELECT count(*) AS n, sum(b.id) AS x, sum(s.id) AS y ${own} ${on}`,
      `SELECT b.g AS g, count(*) AS n, sum(s.v) AS v, max(s.id) AS m ${own} ${on} GROUP BY b.g`,
      `SELECT b.id AS i, s.id AS j, s.t AS t ${own} ${on} WHERE b.id < 400 ORDER BY i, j`,
      `SELECT count(*) AS n, count(s.id) AS m, sum(s.v) AS v FROM big b LEFT JOIN small s ON ${on}`,
      `SELECT b.g AS g, count(s.id) AS m FROM big b LEFT JOIN small s ON ${on} WHERE s.id IS NULL GROUP BY b.g`,
      `SELECT count(*) AS n, count(b.id) AS m, sum(s.v) AS v FROM big b RIGHT JOIN small s ON ${on}`,
      `SELECT count(*) AS n, count(b.id) AS m, count(s.id) AS o FROM big b FULL JOIN small s ON ${on}`,
      `SELECT count(*) AS n FROM big b WHERE b.id < 40 AND EXISTS (SELECT 1 FROM small s WHERE ${on})`,
      `SELECT count(*) AS n FROM big b WHERE b.id < 40 AND NOT EXISTS (SELECT 1 FROM small s WHERE ${on} AND s.v > b.g)`,
      `SELECT count(*) AS n FROM small s WHERE s.id < 70 AND EXISTS (SELECT 1 FROM big b WHERE ${on} AND b.g > 4)`,
      `SELECT s.id AS i, (SELECT count(*) FROM big b WHERE ${on}) AS c FROM small s WHERE s.id < 70 ORDER BY i`,
      `SELECT s.id AS i, (SELECT sum(b.g) FROM big b WHERE ${on} AND b.g <> 3) AS c FROM small s WHERE s.id < 70 ORDER BY i`,
      `SELECT s.id AS i, (SELECT max(b.g) + count(*) FROM big b WHERE ${on}) AS c FROM small s WHERE s.id < 70 ORDER BY i`,
    ]) {
      const [ours, theirs] = both(sql);
      expect(ours, sql).toEqual(theirs);
    }
  });

  it.each([
    'SELECT count(*) AS n, sum(p.w) AS w FROM big b JOIN pairs p ON p.a = b.k AND p.b = b.g',
    'SELECT p.a AS a, count(*) AS n FROM pairs p JOIN big b ON b.k = p.a AND b.t = p.t GROUP BY p.a',
    'SELECT count(*) AS n, sum(p.w) AS w FROM big b, small s, pairs p WHERE b.k = s.k AND s.v = p.b AND p.a = b.g',
    'SELECT s.v AS v, count(*) AS n FROM big b JOIN small s ON s.k = b.k LEFT JOIN pairs p ON p.a = s.v AND p.b = b.g AND p.w > b.id % 900 GROUP BY s.v',
    'SELECT count(*) AS n, count(p.a) AS m FROM big b LEFT JOIN small s ON s.k = b.k LEFT JOIN pairs p ON p.a = s.v AND p.b = 3',
    'SELECT count(*) AS n FROM big b JOIN none x ON x.id = b.k',
    'SELECT count(*) AS n, count(x.id) AS m FROM big b LEFT JOIN none x ON x.k = b.k',
    'SELECT count(*) AS n FROM big b JOIN (SELECT k, sum(v) AS v FROM small GROUP BY k) q ON q.k = b.k AND q.v > 2',
    'WITH q AS (SELECT k, r FROM small), w AS (SELECT k FROM q) SELECT count(*) AS n, sum(q.r) AS r FROM big b JOIN q ON q.r = b.r JOIN w ON w.k = b.k',
    'SELECT count(*) AS n FROM big b JOIN big c ON c.k = b.g AND c.n = b.n',
    'SELECT count(*) AS n FROM big b WHERE b.k IN (SELECT s.k FROM small s WHERE s.v = 3)',
    'SELECT count(*) AS n FROM big b WHERE b.k NOT IN (SELECT s.k FROM small s WHERE s.v = 3)',
    'SELECT count(*) AS n FROM big b WHERE b.k NOT IN (SELECT s.v FROM small s)',
    'SELECT count(*) AS n FROM big b WHERE b.g > (SELECT 0.5 * avg(c.g) FROM big c WHERE c.k = b.k)',
    'SELECT count(*) AS n FROM big b WHERE b.g = (SELECT min(c.g) FROM big c WHERE c.k = b.k AND c.n = b.n)',
    'SELECT count(*) AS n FROM big b WHERE (SELECT count(*) FROM big c WHERE c.k = b.k) = 0',
    'SELECT count(*) AS n FROM big b WHERE EXISTS (SELECT 1 FROM big c, small s WHERE c.k = b.k AND s.k = c.g AND s.v <> b.g)',
    'SELECT g, (SELECT count(*) FROM big c WHERE c.k = sum(b.k) % 500) AS m FROM big b GROUP BY g',
    'SELECT count(*) AS n FROM big b, small s WHERE (b.k = s.k AND b.g = 1) OR (b.k = s.k AND b.g = 2 AND s.v = 4)',
    'SELECT count(*) AS n FROM big b, small s WHERE (b.k = s.k AND b.g = 1) OR (b.k = s.k)',
  ])('%s', (sql) => {
    const [ours, theirs] = both(sql);
    expect(ours).toEqual(theirs);
  });

  it('finds an order for 64 tables, joined in a chain', () => {
    const names = Array.from({ length: 64 }, (_, i) => `t${i}`);
    const from = names.map((name) => `small ${name}`).join(', ');
    const where = names.slice(1).map((name, i) => `${name}.id = t${i}.id`);
    const sql = `SELECT count(*) AS n, max(t63.id) AS m FROM ${from} WHERE ${where.join(' AND ')}`;
    expect(db.query(sql)).toEqual([{ n: 1050, m: 2100 }]);
  });
});
