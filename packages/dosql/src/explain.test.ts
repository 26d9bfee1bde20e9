import { describe, expect, it } from 'vitest';
import { createDatabase, type Database } from './database.ts';

function filled(): Database {
  const db = createDatabase('CREATE TABLE t (a INTEGER PRIMARY KEY, b); CREATE TABLE u (a)');
  db.exec(`WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000) INSERT INTO t SELECT x, x % 10 FROM n;
    INSERT INTO u VALUES (1), (2), (2000)`);
  return db;
}

/** loops, rows, detail. */
function analyzed(db: Database, sql: string): unknown[] {
  return db
    .query<Record<string, unknown>>(`EXPLAIN ANALYZE ${sql}`)
    .map(({ loops, rows, detail }) => [loops, rows, detail]);
}

describe('EXPLAIN ANALYZE', () => {
  it('counts runs and rows of each loop and takes the time', () => {
    const db = filled();
    expect(analyzed(db, 'SELECT * FROM u JOIN t ON t.a = u.a ORDER BY b')).toEqual([
      [1, 3, 'SCAN u'],
      [3, 2, 'SEARCH t USING INTEGER PRIMARY KEY (rowid=?)'],
      [null, null, 'USE TEMP B-TREE FOR ORDER BY'],
      [1, 2, 'RESULT'],
    ]);
    expect(analyzed(db, 'SELECT b, count(*) FROM t WHERE a > 500 GROUP BY b')).toEqual([
      [1, 500, 'SEARCH t USING INTEGER PRIMARY KEY (rowid>?)'],
      [null, null, 'USE TEMP B-TREE FOR GROUP BY'],
      [1, 10, 'RESULT'],
    ]);
    const [first] = db.query<{ ms: number }>('EXPLAIN ANALYZE SELECT sum(b) FROM t');
    expect(first?.ms).toBeGreaterThan(0);
  });

  it('runs what it explains', () => {
    const db = filled();
    expect(analyzed(db, 'UPDATE t SET b = 0 WHERE b = 3')).toEqual([[1, 100, 'SCAN t'], [1, 100, 'RESULT']]); // oxfmt-ignore
    expect(analyzed(db, 'DELETE FROM t WHERE a = 3')).toEqual([
      [1, 1, 'SEARCH t USING INTEGER PRIMARY KEY (rowid=?)'],
      [1, 1, 'RESULT'],
    ]);
    expect(db.query('SELECT count(*) AS n FROM t WHERE b = 0')).toEqual([{ n: 199 }]);
  });

  it('stands beside EXPLAIN QUERY PLAN, which runs nothing, and no other', () => {
    const db = filled();
    expect(db.query('EXPLAIN QUERY PLAN DELETE FROM t WHERE a < 5')).toEqual([
      { id: 1, parent: 0, notused: 0, detail: 'SEARCH t USING INTEGER PRIMARY KEY (rowid<?)' },
    ]);
    expect(db.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 1000 }]);
    expect(() => db.query('EXPLAIN SELECT 1')).toThrow('EXPLAIN shows no bytecode');
  });
});
