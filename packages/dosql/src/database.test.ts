import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDatabase, DB, type Database } from './index.ts';

function users(): Database {
  return createDatabase(`
    CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, active BOOLEAN, score REAL);
    INSERT INTO users (name, active, score) VALUES ('Ada', 1, 1.5), ('Bob', 0, 2.0), ('Cem', 1, NULL);
  `);
}

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
  return 'no error';
}

describe('createDatabase', () => {
  it('answers queries with rows as objects, in the order asked for', () => {
    const db = users();
    expect(db.query('SELECT id, name FROM users WHERE active = ? ORDER BY name DESC', [true])).toEqual([
      { id: 3, name: 'Cem' },
      { id: 1, name: 'Ada' },
    ]);
  });

  it('says what a write did', () => {
    const db = users();
    expect(db.exec('INSERT INTO users (name) VALUES (?)', ['Dan'])).toEqual({ rowsAffected: 1, lastInsertRowid: 4 });
    expect(db.exec('UPDATE users SET active = 0 WHERE active').rowsAffected).toBe(2);
    expect(db.exec("DELETE FROM users; INSERT INTO users (name) VALUES ('x'), ('y')").rowsAffected).toBe(2);
  });

  it('gives rows of RETURNING', () => {
    expect(users().query('DELETE FROM users WHERE id < 3 RETURNING id, score')).toEqual([
      { id: 1, score: 1.5 },
      { id: 2, score: 2 },
    ]);
  });

  it('refuses what query() cannot answer, with a code', () => {
    const db = users();
    expect(codeOf(() => db.query('DELETE FROM users'))).toBe('RETURNS_NO_ROWS');
    expect(db.query('SELECT count(*) AS n FROM users')).toEqual([{ n: 3 }]); // and has not run it
    expect(codeOf(() => db.query(' -- nothing'))).toBe('EMPTY_STATEMENT');
    expect(codeOf(() => db.query('SELECT 1; SELECT 2'))).toBe('MULTIPLE_STATEMENTS');
    expect(codeOf(() => db.query('SELECT * FROM nobody'))).toBe('NO_SUCH_TABLE');
    expect(codeOf(() => db.query('SELEC 1'))).toBe('SYNTAX_ERROR');
  });
});

describe('parameters', () => {
  it('are bound by position, by number and by name', () => {
    const db = createDatabase();
    expect(db.query('SELECT ?, ?', [1, 'x'], { rowMode: 'array' })).toEqual([[1, 'x']]);
    expect(db.query('SELECT ?2, ?1', [1, 'x'], { rowMode: 'array' })).toEqual([['x', 1]]);
    expect(db.query('SELECT :a, @b, $c, :a', { a: 1, b: 2, c: 3 }, { rowMode: 'array' })).toEqual([[1, 2, 3, 1]]);
    expect(db.query('SELECT :a', { ':a': 1 }, { rowMode: 'array' })).toEqual([[1]]);
  });

  it('of every type become values of SQL', () => {
    const sql = 'SELECT typeof(?1), ?1';
    const db = createDatabase();
    const cases: [unknown, unknown[]][] = [
      [null, ['null', null]],
      [true, ['integer', 1]],
      [7, ['integer', 7]],
      [7.5, ['real', 7.5]],
      [1e300, ['real', 1e300]],
      [Number.NaN, ['null', null]],
      [12n, ['integer', 12]],
      ['é', ['text', 'é']],
      [new Uint8Array([1, 2]), ['blob', new Uint8Array([1, 2])]],
      [new Date(0), ['text', '1970-01-01T00:00:00.000Z']],
    ];
    for (const [value, row] of cases) expect(db.query(sql, [value as null], { rowMode: 'array' })).toEqual([row]);
  });

  it('that are missing, unknown or of no type of SQL are errors', () => {
    const db = createDatabase();
    expect(codeOf(() => db.query('SELECT ?, ?', [1]))).toBe('PARAMETER_COUNT');
    expect(codeOf(() => db.query('SELECT 1', [1]))).toBe('PARAMETER_COUNT');
    expect(codeOf(() => db.query('SELECT :a', { b: 1 }))).toBe('PARAMETER_NAME');
    expect(codeOf(() => db.query('SELECT :a', {}))).toBe('PARAMETER_NAME');
    expect(codeOf(() => db.query('SELECT ?', [undefined as unknown as null]))).toBe('PARAMETER_TYPE');
    expect(codeOf(() => db.query('SELECT ?', [2n ** 63n]))).toBe('INTEGER_OUT_OF_RANGE');
  });

  it('keep their bytes when the caller changes the buffer afterwards', () => {
    const db = createDatabase('CREATE TABLE b (x BLOB)');
    const bytes = new Uint8Array([1, 2]);
    db.exec('INSERT INTO b VALUES (?)', [bytes]);
    bytes[0] = 9;
    const [row] = db.query<{ x: Uint8Array }>('SELECT x FROM b');
    (row as { x: Uint8Array }).x[1] = 9;
    expect(db.query('SELECT x FROM b')).toEqual([{ x: new Uint8Array([1, 2]) }]);
  });
});

describe('integers', () => {
  it('beyond 2^53 - 1 are an error, unless bigint or auto is asked for', () => {
    const db = createDatabase();
    const sql = 'SELECT 9223372036854775807 AS big, 1 AS small, 1.0 AS real';
    expect(codeOf(() => db.query(sql))).toBe('INTEGER_OUT_OF_RANGE');
    expect(db.query(sql, [], { integers: 'auto' })).toEqual([{ big: 2n ** 63n - 1n, small: 1, real: 1 }]);
    expect(db.query(sql, [], { integers: 'bigint' })).toEqual([{ big: 2n ** 63n - 1n, small: 1n, real: 1 }]);
  });
});

describe('rows', () => {
  it('keep columns of one name as arrays, and __proto__ as a property', () => {
    const db = createDatabase();
    expect(db.query('SELECT 1 AS a, 2 AS a', [], { rowMode: 'array' })).toEqual([[1, 2]]);
    expect(db.query('SELECT 1 AS a, 2 AS a')).toEqual([{ a: 2 }]);
    const [row] = db.query('SELECT 1 AS "__proto__"');
    expect(Object.entries(row as object)).toEqual([['__proto__', 1]]);
  });

  it('have columns that say where they come from', () => {
    const statement = users().prepare('SELECT id, name AS n, score + 1 FROM users');
    expect(statement.columns()).toMatchObject([
      { name: 'id', table: 'users', type: 'INTEGER' },
      { name: 'n', table: 'users', type: 'TEXT' },
      { name: 'score + 1', table: null, type: null },
    ]);
  });
});

describe('prepare', () => {
  it('runs again with other parameters, and after the schema has changed', () => {
    const db = users();
    const byId = db.prepare('SELECT * FROM users WHERE id = ?');
    expect(byId.get([1])).toEqual({ id: 1, name: 'Ada', active: 1, score: 1.5 });
    expect(byId.get([9])).toBeUndefined();
    db.exec("ALTER TABLE users ADD COLUMN city TEXT DEFAULT 'Ulm'");
    expect(byId.get([2])).toEqual({ id: 2, name: 'Bob', active: 0, score: 2, city: 'Ulm' });
  });

  it('iterates over the state of its first row, whatever is written meanwhile', () => {
    const db = users();
    const seen: unknown[] = [];
    for (const { id } of db.prepare<{ id: number }>('SELECT id FROM users').iterate()) {
      seen.push(id);
      db.exec('DELETE FROM users WHERE id = ?', [id + 1]);
    }
    expect(seen).toEqual([1, 2, 3]);
    expect(db.query('SELECT id FROM users')).toEqual([{ id: 1 }]);
  });
});

describe('transactions', () => {
  it('commit when the function returns and roll back when it throws, nested ones alone', () => {
    const db = users();
    const count = (): unknown => db.prepare('SELECT count(*) AS n FROM users').get();
    db.transaction(() => {
      db.exec('DELETE FROM users WHERE id = 1');
      expect(() =>
        db.transaction(() => {
          db.exec('DELETE FROM users');
          throw new Error('no');
        }),
      ).toThrow('no');
      expect(count()).toEqual({ n: 2 });
    });
    expect(count()).toEqual({ n: 2 });
    expect(() =>
      db.transaction(() => {
        db.exec('DELETE FROM users');
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(count()).toEqual({ n: 2 });
    expect(codeOf(() => db.transaction(async () => Promise.resolve()))).toBe('INVALID_ARGUMENT');
    expect(db.inTransaction).toBe(false);
  });

  it('are begun, ended and nested in SQL as in SQLite', () => {
    const db = users();
    expect(() => db.exec('COMMIT')).toThrow('cannot commit - no transaction is active');
    expect(() => db.exec('ROLLBACK')).toThrow('cannot rollback - no transaction is active');
    db.exec('BEGIN; DELETE FROM users WHERE id = 1; SAVEPOINT A; DELETE FROM users; ROLLBACK TO a');
    expect(() => db.exec('BEGIN')).toThrow('cannot start a transaction within a transaction');
    expect(() => db.exec('RELEASE nope')).toThrow('no such savepoint: nope');
    db.exec('COMMIT');
    expect(db.query('SELECT id FROM users')).toEqual([{ id: 2 }, { id: 3 }]);
    db.exec('SAVEPOINT s; DELETE FROM users; RELEASE s');
    expect(db.inTransaction).toBe(false);
    expect(db.query('SELECT id FROM users')).toEqual([]);
  });

  it('of a batch are one', () => {
    const db = users();
    expect(
      db.batch([
        "INSERT INTO users (name) VALUES ('Eve')",
        { sql: 'SELECT name FROM users WHERE id = ?', params: [4] },
      ]),
    ).toMatchObject([{ rowsAffected: 1, rows: [] }, { rows: [{ name: 'Eve' }] }]);
    expect(codeOf(() => db.batch(['DELETE FROM users', 'INSERT INTO users (name) VALUES (NULL)']))).toBe(
      'NOT_NULL_VIOLATION',
    );
    expect(db.query('SELECT count(*) AS n FROM users')).toEqual([{ n: 4 }]);
  });
});

describe('snapshots', () => {
  it('stay as they were', () => {
    const db = users();
    const before = db.snapshot();
    db.exec('DELETE FROM users; CREATE TABLE later (x)');
    expect(before.query('SELECT count(*) AS n FROM users')).toEqual([{ n: 3 }]);
    expect(codeOf(() => before.query('SELECT * FROM later'))).toBe('NO_SUCH_TABLE');
    expect(codeOf(() => before.prepare('DELETE FROM users').run())).toBe('READ_ONLY');
    const past = db.asOf(before.lsn);
    expect(past.query('SELECT count(*) AS n FROM users')).toEqual([{ n: 3 }]);
    before.close();
    past.close();
  });
});

describe('functions of the user', () => {
  it('are called with values and used as any other', () => {
    const db = users();
    db.function('shout', (text) => `${String(text).toUpperCase()}!`, { deterministic: true });
    db.function('total_of', (...all) => all.length, { variadic: true });
    db.aggregate<number>('product', { start: () => 1, step: (state, value) => state * Number(value ?? 1) });
    expect(db.query('SELECT shout(name) AS s FROM users WHERE id = 1')).toEqual([{ s: 'ADA!' }]);
    expect(db.query('SELECT total_of(1, 2, 3) AS n, product(score) AS p FROM users')).toEqual([{ n: 3, p: 3 }]);
    expect(codeOf(() => db.query('SELECT shout()'))).toBe('FUNCTION_ARGUMENT_COUNT');
  });
});

describe('limits', () => {
  it('stop a statement that runs too long', () => {
    const db = createDatabase();
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n';
    expect(codeOf(() => db.query(endless, [], { steps: 100_000 }))).toBe('STEP_LIMIT');
    expect(codeOf(() => db.query(endless, [], { timeoutMs: 20 }))).toBe('DEADLINE_EXCEEDED');
  });
});

describe('DB', () => {
  it('keeps a database in a folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dosql-'));
    const first = await DB('tenant', { storage: folder });
    first.exec("CREATE TABLE t (x); INSERT INTO t VALUES ('kept'); PRAGMA user_version = 7");
    first.close();
    const second = await DB('tenant', { storage: folder });
    expect(second.query('SELECT x FROM t')).toEqual([{ x: 'kept' }]);
    expect(second.query('PRAGMA user_version')).toEqual([{ user_version: 7 }]);
    second.close();
    rmSync(folder, { recursive: true });
  });
});

describe('a key with a collation of its own', () => {
  it('is not searched for values that compare by another', () => {
    const db = createDatabase(`CREATE TABLE t1(c TEXT); INSERT INTO t1 VALUES('a'), ('b');
      CREATE TABLE t2(k TEXT COLLATE NOCASE PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO t2 VALUES('A', 1), ('b', 2)`);
    expect(db.query('SELECT c, k FROM t1, t2 WHERE t1.c = t2.k')).toEqual([{ c: 'b', k: 'b' }]);
    expect(db.query('SELECT c, k FROM t1, t2 WHERE t2.k = t1.c')).toHaveLength(2);
  });
});
