import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Fixture } from './fixture.ts';

let seed = 1;
function rnd(n: number): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % n;
}
function pick<T>(items: readonly T[]): T {
  return items[rnd(items.length)] as T;
}

const TEXTS = ['', 'a', 'A', 'b', 'abc', 'ABC', '1', '2.5', '10', 'x', 'é', '1e2'];
const PEERLESS = ['sum(a)', 'count(*)', 'min(d)', 'max(c)', 'avg(a)', 'rank()', 'dense_rank()', 'cume_dist()'];
/** Where these are asked for, no two rows may be peers. */
const POSITIONAL = [
  'first_value(a)',
  'last_value(b)',
  'nth_value(c, 2)',
  'group_concat(a)',
  'lag(c)',
  'lead(a, 2, b)',
  'ntile(3)',
];

function fill(): Fixture {
  const f = new Fixture(
    [
      'CREATE TABLE t1 (a INTEGER PRIMARY KEY, b INT, c TEXT, d REAL, e)',
      'CREATE INDEX i1 ON t1 (b)',
      'CREATE INDEX i2 ON t1 (c, b DESC)',
      'CREATE TABLE t2 (k TEXT COLLATE NOCASE, v NUMERIC, w REAL, PRIMARY KEY (k, v)) WITHOUT ROWID',
      'CREATE TABLE t3 (x, y)',
    ],
    new DatabaseSync(':memory:'),
  );
  for (let i = 1; i <= 150; i++) {
    const any = pick([
      null,
      rnd(5),
      rnd(40) / 4,
      pick(TEXTS),
      9007199254740993n,
      9223372036854775807n,
      new Uint8Array([1, 2]),
    ]);
    const real = pick([null, rnd(9), rnd(100) / 8, i % 50 === 0 ? 'zz' : 1.5]);
    f.insert('t1', [i, pick([null, rnd(10), rnd(10), -rnd(5)]), pick([null, ...TEXTS]), real, any]);
  }
  const seen = new Set<string>();
  for (let i = 0; i < 40; i++) {
    const k = pick(TEXTS);
    const v = pick([rnd(20), rnd(20) / 2]);
    if (seen.has(`${k.toLowerCase()}|${v}`)) continue;
    seen.add(`${k.toLowerCase()}|${v}`);
    f.insert('t2', [k, v, pick([null, rnd(10), rnd(30) / 4])]);
  }
  for (let i = 0; i < 30; i++)
    f.insert('t3', [pick([null, rnd(6), pick(TEXTS), rnd(20) / 4]), pick([null, rnd(6), pick(TEXTS)])]);
  return f;
}

const FIXED: readonly string[] = [
  'SELECT a, (SELECT count(*) FROM t3 p, t3 q WHERE p.x = q.y AND p.y = t1.c) FROM t1 ORDER BY a',
  'SELECT a, (SELECT count(*) FROM t3 p LEFT JOIN t3 q ON p.x = q.y AND q.x = t1.b WHERE p.y = t1.c) FROM t1 ORDER BY a',
  'SELECT a, (SELECT count(*) FROM t3 p FULL JOIN t3 q ON p.x = q.y AND q.x = t1.b) FROM t1 ORDER BY a',
  'SELECT a, (SELECT sum(n) FROM t3, (SELECT count(*) n FROM t3 WHERE x = t1.b) s) FROM t1 ORDER BY a',
  'SELECT a, b FROM t1 ORDER BY b, a',
  'SELECT a FROM t1 ORDER BY b DESC NULLS LAST, a LIMIT 7 OFFSET 2',
  'SELECT b, count(*), sum(d), avg(d), min(e), max(c) FROM t1 GROUP BY b',
  'SELECT b, count(DISTINCT c) FROM t1 GROUP BY b HAVING count(*) > 2',
  'SELECT DISTINCT b FROM t1 ORDER BY 1',
  'SELECT t1.a, t3.x FROM t1 LEFT JOIN t3 ON t1.b = t3.x ORDER BY t1.a, t3.rowid',
  'SELECT count(*) FROM t1 RIGHT JOIN t3 ON t1.b = t3.x',
  'SELECT t1.a, t3.x, t3.y FROM t1 FULL JOIN t3 ON t1.b = t3.x AND t1.a < 20 ORDER BY 1,2,3',
  'SELECT a, (SELECT count(*) FROM t3 WHERE t3.x = t1.b) FROM t1 ORDER BY a',
  'SELECT a FROM t1 WHERE EXISTS (SELECT 1 FROM t3 WHERE x = b) ORDER BY a',
  'SELECT a FROM t1 WHERE b IN (SELECT x FROM t3) ORDER BY a',
  'SELECT a FROM t1 WHERE b NOT IN (SELECT x FROM t3 WHERE x IS NOT NULL) ORDER BY a',
  'SELECT a, b NOT IN (SELECT x FROM t3), (b, c) IN (SELECT x, y FROM t3) FROM t1 ORDER BY a',
  'SELECT b FROM t1 UNION SELECT x FROM t3',
  'SELECT b FROM t1 INTERSECT SELECT x FROM t3',
  'SELECT b FROM t1 EXCEPT SELECT x FROM t3',
  'SELECT b FROM t1 UNION ALL SELECT x FROM t3 ORDER BY 1 LIMIT 20',
  'SELECT b FROM t1 UNION ALL SELECT d FROM t1 ORDER BY 1',
  'SELECT d FROM t1 UNION SELECT b FROM t1',
  'VALUES (1,2),(3,4.0)',
  'SELECT * FROM (VALUES (1,2),(3,4.0)) ORDER BY column1 DESC',
  'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n < 20) SELECT n, n*n FROM c',
  'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT n FROM c LIMIT 5',
  'WITH RECURSIVE c(n) AS (SELECT 1 UNION SELECT (n*2)%7 FROM c) SELECT n FROM c',
  "WITH RECURSIVE o(n,l) AS (VALUES('a',0) UNION ALL SELECT k, l+1 FROM o, t2 WHERE l < 2 AND k <> n ORDER BY 2 DESC LIMIT 30) SELECT * FROM o",
  'WITH q AS (SELECT b, count(*) n FROM t1 GROUP BY b) SELECT q1.b, q2.n FROM q q1 JOIN q q2 ON q1.n = q2.n ORDER BY 1,2',
  'SELECT a, row_number() OVER (ORDER BY b, a), rank() OVER (ORDER BY b), dense_rank() OVER (ORDER BY b), sum(a) OVER (PARTITION BY b ORDER BY a) FROM t1 ORDER BY a',
  'SELECT a, sum(b) OVER (ORDER BY a ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING) FROM t1',
  'SELECT a, sum(b) OVER (ORDER BY b RANGE BETWEEN 2 PRECEDING AND 1 FOLLOWING) s FROM t1 ORDER BY a',
  'SELECT a, count(*) OVER (ORDER BY b GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE GROUP) s FROM t1 ORDER BY a',
  'SELECT a, count(*) FILTER (WHERE b > 3) OVER (ORDER BY b DESC RANGE BETWEEN 2 PRECEDING AND CURRENT ROW EXCLUDE TIES) s, max(d) OVER (PARTITION BY c) FROM t1 ORDER BY a',
  'SELECT a, lag(a, 2, -1) OVER w, lead(c) OVER w, first_value(a) OVER w, nth_value(a,2) OVER w, ntile(4) OVER w, cume_dist() OVER w FROM t1 WINDOW w AS (PARTITION BY b ORDER BY a) ORDER BY a',
  'SELECT b, sum(count(*)) OVER (ORDER BY b) FROM t1 GROUP BY b',
  'SELECT group_concat(c ORDER BY a DESC) FROM t1',
  'SELECT min(a), c FROM t1',
  'SELECT max(b), a FROM t1',
  'SELECT b, max(a), c FROM t1 GROUP BY b',
  'SELECT count(*) FROM t1 WHERE 0',
  'SELECT sum(a) FROM t1 WHERE 0 GROUP BY b',
  'SELECT count(*) FROM t3',
  'SELECT 1 WHERE (1,2) < (1,3)',
  'SELECT (1,NULL) = (1,2), (1,NULL) = (2,2), (1,2) IS (1,2), (NULL,1) < (1,2)',
  'SELECT typeof(d), d FROM t1 ORDER BY a',
  'SELECT typeof(d*2), d*2, d+b, d/2, typeof(b/2.0) FROM t1 ORDER BY a',
  "SELECT e+1, e*2, typeof(e+1), -e, e||'' FROM t1 ORDER BY a",
  'SELECT a FROM t1 ORDER BY a LIMIT 0',
  'SELECT a FROM t1 ORDER BY a LIMIT -1 OFFSET 55',
  'SELECT CASE b WHEN 1 THEN d WHEN 2 THEN 7 ELSE c END FROM t1 ORDER BY a',
  'SELECT a FROM t1 WHERE b BETWEEN 2 AND 5 ORDER BY a',
  "SELECT a FROM t1 WHERE c BETWEEN 1 AND 'b' ORDER BY a",
  'SELECT sum(x), total(x), avg(x) FROM t3',
  "SELECT x FROM t3 WHERE x = '1'",
  'SELECT count(*) FROM t1, t3 WHERE t1.c = t3.y',
  'SELECT count(*) FROM t1 JOIN t2 ON t1.c = t2.k JOIN t3 ON t3.x = t2.v',
];

function expr(d: number, cols: string[]): string {
  if (d <= 0) return pick([...cols, ...cols, '1', '2', '0.5', 'NULL', "'a'", "'10'", '3']);
  switch (rnd(14)) {
    case 0:
    case 1:
      return `(${expr(d - 1, cols)} ${pick(['+', '-', '*', '/', '%', '||', '&', '|'])} ${expr(d - 1, cols)})`;
    case 2:
    case 3:
    case 4:
      return `(${expr(d - 1, cols)} ${pick(['=', '<>', '<', '<=', '>', '>=', 'IS', 'IS NOT'])} ${expr(d - 1, cols)})`;
    case 5:
      return `(${expr(d - 1, cols)} ${pick(['AND', 'OR'])} ${expr(d - 1, cols)})`;
    case 6:
      return `(NOT ${expr(d - 1, cols)})`;
    case 7:
      return `(${expr(d - 1, cols)} ${pick(['', 'NOT'])} BETWEEN ${expr(d - 1, cols)} AND ${expr(d - 1, cols)})`;
    case 8:
      return `(${expr(d - 1, cols)} ${pick(['', 'NOT'])} IN (${[0, 1, 2]
        .slice(rnd(3))
        .map(() => expr(d - 2, rnd(2) ? cols : ['1']))
        .join(', ')}))`;
    case 9:
      return `CASE WHEN ${expr(d - 1, cols)} THEN ${expr(d - 1, cols)} ELSE ${expr(d - 1, cols)} END`;
    case 10:
      return `(${expr(d - 1, cols)} ${pick(['IS NULL', 'IS NOT NULL', 'IS TRUE', 'IS NOT FALSE'])})`;
    case 11:
      return pick(['abs', 'typeof', 'length', 'coalesce', 'max', 'min', 'nullif', 'ifnull'])
        .replace(/^(abs|typeof|length)$/, (n) => `${n === 'abs' ? 'typeof' : n}(${expr(d - 1, cols)})`)
        .replace(/^(coalesce|max|min|nullif|ifnull)$/, (n) => `${n}(${expr(d - 1, cols)}, ${expr(d - 1, cols)})`);
    case 12:
      return `CAST(${expr(d - 1, cols)} AS ${pick(['INTEGER', 'TEXT', 'REAL', 'NUMERIC'])})`;
    default:
      return `(${expr(d - 1, cols)} IN (SELECT ${pick(['x', 'y'])} FROM t3 ${pick(['', 'WHERE x < 4', `WHERE y = ${pick(cols)}`])}))`;
  }
}
function random(): string {
  const shape = rnd(8);
  const c1 = ['t1.a', 't1.b', 't1.c', 't1.d', 't1.e'],
    c2 = ['t2.k', 't2.v', 't2.w'],
    c3 = ['t3.x', 't3.y'];
  if (shape < 2)
    return `SELECT t1.a, ${expr(2, c1)}, ${expr(3, c1)} FROM t1 WHERE ${expr(2, c1)} ORDER BY ${pick(c1)} ${pick(['', 'DESC'])}, 1`;
  if (shape < 4) {
    const cols = [...c1, ...c2];
    return `SELECT t1.a, t2.k, t2.v, ${expr(2, cols)} FROM t1 ${pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'])} t2 ON ${pick(['t2.k = t1.c', 't1.b = t2.v', 't1.b = t2.v AND ' + expr(1, cols), expr(2, cols)])} WHERE ${rnd(2) ? '1' : expr(2, cols)} ORDER BY 1, 2, 3`;
  }
  if (shape === 4 && rnd(2) > 0) {
    const by = pick(['', 'b', 'c', 'd', 'a % 3']);
    const where = `${pick(['a', 'b', 'c', 'd'])} ${pick(['<', '>', '=', '<>', '<=', '>='])} ${pick(['3', '2.5', '40', "'a'"])} AND ${pick(['1', '5 < a', 'b <> 4'])}`;
    const list = `${by === '' ? '' : `${by}, `}count(*), count(d), sum(${pick(['a', 'b', 'd'])}), avg(b), min(${pick(['a', 'b', 'd', 'e'])}), max(b), total(b)`;
    return `SELECT ${list} FROM t1 ${rnd(3) > 0 ? `WHERE ${where}` : ''} ${by === '' ? '' : `GROUP BY ${by}`}`;
  }
  if (shape === 4)
    return `SELECT ${pick(c1)} g, count(*), ${pick(['sum', 'count', 'min', 'max', 'avg', 'total'])}(${pick(['', '', 'DISTINCT '])}${pick(['b', 'd', 'a'])}), ${pick(['min', 'max', 'count'])}(${expr(1, c1)}) FROM t1 WHERE ${rnd(2) ? '1' : expr(2, c1)} GROUP BY 1 ${rnd(2) ? '' : 'HAVING count(*) > 1'} ORDER BY 1`;
  if (shape === 5) {
    const cols = [...c1, ...c3];
    return `SELECT a, t3.rowid, ${expr(2, cols)} FROM t1, t3 WHERE ${pick(['b = x', 'c = y', 'd = x', 'e = x'])} AND ${expr(2, cols)} ORDER BY 1, 2`;
  }
  if (shape === 6)
    return `SELECT ${pick(c1)} FROM t1 ${pick(['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT'])} SELECT ${pick(c3)} FROM t3 ${pick(['', 'UNION SELECT k FROM t2', 'EXCEPT SELECT v FROM t2'])} ORDER BY 1`;
  const unit = pick(['ROWS', 'RANGE', 'GROUPS']);
  const b1 = pick(['UNBOUNDED PRECEDING', '1 PRECEDING', 'CURRENT ROW']),
    b2 = pick(['CURRENT ROW', '2 FOLLOWING', 'UNBOUNDED FOLLOWING']);
  const order = unit === 'RANGE' ? pick(['a', 'b', 'b DESC', 'd', 'e', 'e DESC']) : 'b, a';
  return `SELECT a, ${pick([...PEERLESS, ...(order === 'a' || order === 'b, a' ? POSITIONAL : [])])} OVER (${pick(['', 'PARTITION BY c ', 'PARTITION BY b%3 '])}ORDER BY ${order} ${unit} BETWEEN ${b1} AND ${b2} ${pick(['', 'EXCLUDE CURRENT ROW', 'EXCLUDE GROUP', 'EXCLUDE TIES'])}) FROM t1 ORDER BY a`;
}

function outcome(run: () => string[]): string[] | string {
  try {
    return run();
  } catch (error) {
    return `error ${String((error as { code?: string }).code === undefined)}`.slice(0, 5);
  }
}

describe('queries', () => {
  const f = fill();
  it('give the rows that SQLite gives', () => {
    for (const sql of FIXED) expect([sql, outcome(() => f.ours(sql))]).toEqual([sql, outcome(() => f.theirs(sql))]);
  });
  it('do so when they are made at random', () => {
    for (let i = 0; i < Number(process.env.QUERIES ?? 500); i++) {
      const sql = random();
      expect([sql, outcome(() => f.ours(sql))]).toEqual([sql, outcome(() => f.theirs(sql))]);
    }
  }, 60_000);
});
