import { describe, expect, it } from 'vitest';
import { createDatabase, Database } from './database.ts';
import { MemoryStore } from './fsx/index.ts';

/** Closes a database and opens what is stored anew. */
function reopened(db: Database, store: MemoryStore): Database {
  db.flush();
  const copy = store.fork();
  return new Database('copy', copy);
}

function rows(db: Pick<Database, 'query'>, sql: string): unknown[] {
  return db.query(sql, [], { rowMode: 'array' });
}

describe('ALTER TABLE ADD COLUMN', () => {
  const make = (store: MemoryStore): Database => {
    const db = new Database('x', store);
    db.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE INDEX i ON t (b)');
    db.exec(`WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 20000)
      INSERT INTO t SELECT x, 'b' || x FROM n`);
    return db;
  };

  it('leaves stored rows as they are and fills them up when they are read', () => {
    const store = new MemoryStore();
    const db = make(store);
    db.checkpoint();
    const before = db.stats.logBytes;
    db.exec("ALTER TABLE t ADD COLUMN c REAL DEFAULT 4; ALTER TABLE t ADD COLUMN d DEFAULT 'x'");
    expect(db.stats.logBytes - before).toBeLessThan(2000);
    const expected = [[20000, 80000, 'real', 20000]];
    const sum = "SELECT count(*), CAST(sum(c) AS INT), min(typeof(c)), sum(d = 'x') FROM t";
    expect(rows(db, sum)).toEqual(expected);
    db.exec('UPDATE t SET c = 5, d = NULL WHERE a <= 10; INSERT INTO t (b) VALUES (1); DELETE FROM t WHERE a = 7');
    const changed = rows(db, sum);
    expect(rows(db, 'PRAGMA integrity_check')).toEqual([['ok']]);
    const replayed = reopened(db, store);
    expect(rows(replayed, sum)).toEqual(changed);
    replayed.checkpoint();
    db.checkpoint();
    const loaded = reopened(db, store);
    expect(rows(loaded, sum)).toEqual(changed);
    expect(rows(loaded, 'PRAGMA integrity_check')).toEqual([['ok']]);
    loaded.exec('ALTER TABLE t ADD COLUMN e DEFAULT 1; DROP INDEX i; ALTER TABLE t DROP COLUMN b');
    expect(rows(loaded, 'SELECT * FROM t WHERE a IN (1, 11, 20001)')).toEqual([
      [1, 5, null, 1],
      [11, 4, 'x', 1],
      [20001, 4, 'x', 1],
    ]);
  });

  it('is undone, and not seen by those who read the state before', () => {
    const db = make(new MemoryStore());
    const snapshot = db.snapshot();
    db.exec(
      'BEGIN; UPDATE t SET b = 1 WHERE a = 1; ALTER TABLE t ADD COLUMN c DEFAULT 4; UPDATE t SET c = 1 WHERE a < 9',
    );
    expect(rows(db, 'SELECT * FROM t WHERE a = 1 OR a = 9')).toEqual([
      [1, '1', 1],
      [9, 'b9', 4],
    ]);
    expect(rows(snapshot, 'SELECT * FROM t WHERE a = 1')).toEqual([[1, 'b1']]);
    db.exec('ROLLBACK');
    expect(rows(db, 'SELECT * FROM t WHERE a = 1')).toEqual([[1, 'b1']]);
    db.exec('ALTER TABLE t ADD COLUMN c DEFAULT 5');
    expect(rows(db, 'SELECT * FROM t WHERE a = 1')).toEqual([[1, 'b1', 5]]);
    expect(rows(snapshot, 'SELECT * FROM t WHERE a = 20000')).toEqual([[20000, 'b20000']]);
    snapshot.close();
    expect(rows(db, 'PRAGMA integrity_check')).toEqual([['ok']]);
  });
});

it('finds renamed tables, columns and indexes again after recovery', () => {
  const store = new MemoryStore();
  const db = new Database('x', store);
  db.exec(`CREATE TABLE t (a UNIQUE, b, CHECK (b > 0)); CREATE INDEX i ON t (a + b) WHERE b < 9;
    INSERT INTO t VALUES (1, 2), (3, 4)`);
  db.checkpoint();
  db.exec(`ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME b TO c; INSERT INTO u VALUES (5, 6);
    ALTER TABLE u RENAME a TO d`);
  for (const other of [reopened(db, store), (db.checkpoint(), reopened(db, store))]) {
    expect(rows(other, 'SELECT name, sql FROM sqlite_schema ORDER BY name')).toEqual([
      ['i', 'CREATE INDEX i ON "u" (d + c) WHERE c < 9'],
      ['sqlite_autoindex_u_1', null],
      ['u', 'CREATE TABLE "u" (d UNIQUE, c, CHECK (c > 0))'],
    ]);
    expect(rows(other, 'SELECT d FROM u INDEXED BY i WHERE d + c = 11 AND c < 9')).toEqual([[5]]);
    expect(() => other.exec('INSERT INTO u VALUES (5, 1)')).toThrow('UNIQUE constraint failed: u.d');
    expect(rows(other, 'PRAGMA integrity_check')).toEqual([['ok']]);
  }
});

it('drops what is temporary when the database is opened', () => {
  const store = new MemoryStore();
  const db = new Database('x', store);
  db.exec(`CREATE TABLE t (a); CREATE TEMP TABLE t (b); CREATE TEMP VIEW v AS SELECT * FROM t;
    CREATE TEMP TRIGGER r AFTER INSERT ON main.t BEGIN INSERT INTO t VALUES (1); END; INSERT INTO main.t VALUES (7)`);
  expect(rows(db, 'SELECT * FROM v')).toEqual([[1]]);
  const again = reopened(db, store);
  expect(rows(again, 'SELECT * FROM t')).toEqual([[7]]);
  expect(rows(again, 'SELECT count(*) FROM sqlite_temp_schema')).toEqual([[0]]);
  again.exec('INSERT INTO t VALUES (8)');
  expect(rows(again, 'PRAGMA integrity_check')).toEqual([['ok']]);
});

it('refuses functions of the user in an index', () => {
  const db = createDatabase('CREATE TABLE t (a)');
  db.function('f', (x) => x, { deterministic: true });
  expect(() => db.exec('CREATE INDEX i ON t (f(a))')).toThrow('no such function: f');
  db.exec('ALTER TABLE t ADD COLUMN b AS (f(a)); INSERT INTO t VALUES (3)');
  expect(rows(db, 'SELECT * FROM t')).toEqual([[3, 3]]);
});
