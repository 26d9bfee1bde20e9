import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createDatabase } from '../../database.ts';

const ROWS = 3600;
const pad = (value: number, width: number): string => String(value).padStart(width, '0');

type Texts = [b: string | null, c: string | null, t: string | null, n: string | null];

/** Leaves whose texts have one shape, leaves where they do not, and NULL. */
function rowOf(i: number): [number, ...Texts] {
  const day = (n: number): string => `${1992 + (n % 7)}-${pad(1 + (n % 12), 2)}-${pad(1 + (n % 28), 2)}`;
  const isWild = Math.floor(i / 600) % 3 === 2;
  const texts: Texts = [
    day(i * 7),
    i % 11 === 0 ? null : day(i * 5 + (i % 3)),
    `${day(i * 3)} ${pad(i % 24, 2)}:${pad(i % 60, 2)}:30`,
    `C#${pad(i % 500, 4)}`,
  ];
  if (isWild && i % 97 === 0)
    texts[i % 4] = ['', '1992', '1992-13-0x', 'é', '1992-01-01 x', '\ud83d\ude00'][i % 6] as string;
  return [i, ...texts];
}

const TABLE = 'CREATE TABLE d (a INTEGER PRIMARY KEY, b TEXT, c TEXT, t TEXT, n TEXT)';
const BOUNDS = [
  '1995-03-04',
  '1995-03-0',
  '1995-03-040',
  '1995-03',
  '1995-3',
  '1995/03',
  '1995-0A-01',
  '199',
  '2',
  '',
  '0000-00-00',
  '9999-99-99',
  'é',
  '\uff5e',
  '1995-06-17 10:20:30',
  '1995-06-17 10:20:3:',
  'C#0123',
  'C#01',
  'C#0123x',
  'C$',
  'C"',
];

describe('texts of one shape', () => {
  it('are compared as SQLite compares them', () => {
    const sqlite = new DatabaseSync(':memory:');
    const db = createDatabase(TABLE);
    sqlite.exec(TABLE);
    const insert = sqlite.prepare('INSERT INTO d VALUES (?, ?, ?, ?, ?)');
    db.transaction(() => {
      const ours = db.prepare('INSERT INTO d VALUES (?, ?, ?, ?, ?)');
      for (let i = 1; i <= ROWS; i++) {
        insert.run(...rowOf(i));
        ours.run(rowOf(i));
      }
    });
    const conditions: string[] = [];
    for (const operator of ['<', '<=', '=', '<>', '>', '>=', 'IS', 'IS NOT']) {
      for (const column of ['b', 'c', 't', 'n']) {
        for (const bound of BOUNDS)
          conditions.push(`${column} ${operator} '${bound}'`, `'${bound}' ${operator} ${column}`);
        for (const other of ['b', 'c', 't', 'n']) conditions.push(`${column} ${operator} ${other}`);
      }
    }
    conditions.push("b BETWEEN '1994-01-01' AND '1994-12-31'", "NOT c < '1994'", "c >= '1994-01-01' OR b < c");
    const wrong: unknown[] = [];
    for (const condition of conditions) {
      const sql = `SELECT count(*) AS n, sum(a) AS s FROM d WHERE ${condition}`;
      const [expected, actual] = [sqlite.prepare(sql).get(), db.query(sql)[0]];
      if (JSON.stringify(expected) !== JSON.stringify(actual)) wrong.push([sql, expected, actual]);
    }
    const outer = `SELECT count(*) AS n, sum(e.a) AS s FROM d LEFT JOIN d e ON e.a = d.a + 1800
      WHERE coalesce(e.a, 0) >= 0 AND (e.b < '1995-01-01' OR e.c > d.c)`;
    expect(db.query(outer)).toEqual([{ ...sqlite.prepare(outer).get() }]);
    expect(wrong.slice(0, 5)).toEqual([]);
  }, 60_000);

  it('and integers make groups whatever their range', () => {
    const sqlite = new DatabaseSync(':memory:');
    const keys = `WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${ROWS})
      SELECT i, CASE i % 5 WHEN 0 THEN i * 1000 WHEN 1 THEN -i WHEN 2 THEN i * 17 % 4001 WHEN 3 THEN i % 90000 ELSE 65530 + i % 20 END AS k,
        i % 7 AS m, i % 700 * 1.0 AS r FROM c`;
    const make = `CREATE TABLE g (a INTEGER PRIMARY KEY, k INT, m INT, r REAL); INSERT INTO g ${keys};`;
    const db = createDatabase(make);
    sqlite.exec(make);
    for (const sql of [
      'SELECT k, count(*) AS n, sum(a) AS s FROM g GROUP BY k',
      'SELECT k, m, count(*) AS n, min(a) AS s FROM g GROUP BY k, m',
      'SELECT m, k, r, count(*) AS n, max(a) AS s FROM g GROUP BY m, k, r',
      'SELECT r, count(DISTINCT k) AS n FROM g GROUP BY r',
      'SELECT coalesce(nullif(m, 3), r) AS x, count(*) AS n FROM g GROUP BY x',
      'SELECT count(*) AS n, sum(x.a * y.m) AS s FROM g x JOIN g y ON x.k = y.a AND x.m = y.m',
      'SELECT count(*) AS n, sum(x.a) AS s FROM g x JOIN g y ON x.r = y.k AND x.m = y.m',
      'SELECT count(*) AS n, sum(x.a) AS s FROM g x JOIN g y ON x.r / 2 = y.k',
    ]) {
      expect([sql, db.query(sql)]).toEqual([
        sql,
        sqlite
          .prepare(sql)
          .all()
          .map((row) => ({ ...row })),
      ]);
    }
  }, 60_000);
});
