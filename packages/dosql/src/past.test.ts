import { describe, expect, it } from 'vitest';
import { createDatabase, type Database } from './database.ts';

/** Two states of a table, a minute apart. */
function history(): { db: Database; at: bigint } {
  let now = Date.parse('2024-01-01T00:00:00Z');
  const db = createDatabase('CREATE TABLE t (a INTEGER PRIMARY KEY, b); CREATE VIEW v AS SELECT a, b FROM t', {
    clock: () => now,
  });
  db.exec('INSERT INTO t VALUES (1, 1), (2, 2)');
  const snapshot = db.snapshot();
  const at = snapshot.lsn;
  snapshot.close();
  now += 60_000;
  db.exec('UPDATE t SET b = b + 10; DELETE FROM t WHERE a = 2');
  return { db, at };
}

function rows(db: Database, sql: string, params: (bigint | number | string)[] = []): unknown[] {
  return db.query(sql, params, { rowMode: 'array' });
}

describe('AS OF', () => {
  it('reads a table at an LSN or a time, beside the table of now', () => {
    const { db, at } = history();
    expect(rows(db, `SELECT * FROM t AS OF ${at}`)).toEqual([[1, 1], [2, 2]]); // oxfmt-ignore
    expect(rows(db, 'SELECT * FROM t FOR SYSTEM_TIME AS OF ?', [at])).toEqual([[1, 1], [2, 2]]); // oxfmt-ignore
    expect(rows(db, "SELECT count(*) FROM t AS OF '2024-01-01 00:00:30'")).toEqual([[2]]);
    const joined = 'SELECT old.a, old.b, t.b FROM t AS OF ? AS old LEFT JOIN t USING (a) ORDER BY 1';
    expect(rows(db, joined, [at])).toEqual([[1, 1, 11], [2, 2, null]]); // oxfmt-ignore
    expect(rows(db, 'SELECT (SELECT sum(b) FROM t AS OF ?), sum(b) FROM t', [at])).toEqual([[3, 11]]);
  });

  it('reads a view as it was, of tables as they were', () => {
    const { db, at } = history();
    expect(rows(db, 'SELECT sum(b) FROM v AS OF ? UNION ALL SELECT sum(b) FROM v', [at])).toEqual([[3], [11]]);
  });

  it('brings rows back', () => {
    const { db, at } = history();
    const restored = rows(
      db,
      'INSERT INTO t SELECT * FROM t AS OF ? AS o WHERE a NOT IN (SELECT a FROM t) RETURNING *',
      [at],
    );
    expect(restored).toEqual([[2, 2]]);
    expect(rows(db, 'SELECT * FROM t')).toEqual([[1, 11], [2, 2]]); // oxfmt-ignore
  });

  it('sees the schema of then', () => {
    const { db, at } = history();
    db.exec('ALTER TABLE t RENAME b TO c; ALTER TABLE t ADD COLUMN d DEFAULT 4; DROP VIEW v');
    expect(rows(db, `SELECT b FROM t AS OF ${at}`)).toEqual([[1], [2]]);
    expect(rows(db, `SELECT count(*) FROM v AS OF ${at}`)).toEqual([[2]]);
    expect(() => rows(db, 'SELECT * FROM t AS OF ?', [at])).toThrow('the result had other columns then');
    expect(() => rows(db, `SELECT c FROM t AS OF ${at}`)).toThrow('no such column: c');
  });

  it('refuses points that are none', () => {
    const { db } = history();
    expect(() => rows(db, 'SELECT * FROM t AS OF 999999')).toThrow('the database has not reached this LSN');
    expect(() => rows(db, "SELECT * FROM t AS OF 'soon'")).toThrow('AS OF takes an LSN, or a time as text');
    expect(() => rows(db, 'SELECT * FROM t AS OF ?', [1.5])).toThrow('AS OF takes an LSN, or a time as text');
    db.checkpoint();
    expect(() => db.exec('CREATE VIEW w AS SELECT * FROM t AS OF 3; SELECT * FROM w')).toThrow(
      'AS OF may not stand here',
    );
  });
});
