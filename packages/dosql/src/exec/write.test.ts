/** INSERT, UPDATE and DELETE beside SQLite: what they change, what they answer, and what a failure leaves behind. */
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createDatabase, type Database } from '../index.ts';

const SCHEMA = `
  CREATE TABLE a (id INTEGER PRIMARY KEY, t TEXT, n INTEGER, r REAL);
  CREATE INDEX a_n ON a (n);
  CREATE UNIQUE INDEX a_t ON a (t);
  CREATE TABLE b (t TEXT NOT NULL DEFAULT 'd', n NUMERIC CHECK (n < 8), r REAL DEFAULT 3, x);
  CREATE INDEX b_part ON b (n) WHERE n > 2;
  CREATE INDEX b_expr ON b (n + 1, t COLLATE NOCASE DESC);
  CREATE TABLE c (t TEXT, n INTEGER, r REAL, g AS (n * 2) STORED, v AS (n + 1), PRIMARY KEY (t, n)) WITHOUT ROWID;
  CREATE UNIQUE INDEX c_r ON c (r);
  CREATE TABLE d (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, t TEXT UNIQUE ON CONFLICT IGNORE, n INTEGER, r REAL);
  CREATE TABLE e (id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT, n INTEGER, r REAL);
  CREATE TABLE log (what, t, n);
  CREATE TRIGGER e_insert AFTER INSERT ON e BEGIN INSERT INTO log VALUES ('+', new.t, new.n); END;
  CREATE TRIGGER e_update BEFORE UPDATE OF n ON e WHEN new.n > 3 BEGIN SELECT RAISE(IGNORE); END;
  CREATE TRIGGER e_delete BEFORE DELETE ON e BEGIN INSERT INTO log VALUES ('-', old.t, old.n); END;`;
const TABLES = ['a', 'b', 'c', 'd', 'e', 'log', 'sqlite_sequence'];

/** Statements and values from a seed. */
class Maker {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(n: number): number {
    this.#state = (this.#state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((this.#state / 2 ** 31) * n);
  }

  of(...choices: string[]): string {
    return choices[this.below(choices.length)] as string;
  }

  value(): string {
    return this.of('NULL', '0', '1', '2', '3', '7', '-1', '2.0', '1.5', "'x'", "'Y'", "'3'", "'4.0'", "x'00'", '1e3');
  }

  /** No text: for what cannot be a rowid SQLite opens no statement journal, and rows before it stay. */
  rowid(): string {
    return this.of('NULL', '0', '1', '2', '3', '7', '-1', '2.0', "'3'", '1e3');
  }

  /** @param isPoint one row at most: where keys change, the order in which rows are visited counts */
  where(table: string, isPoint = false): string {
    const key = this.of('rowid', 'id');
    const whole = table === 'c' ? `t = ${this.value()} AND n = ${this.value()}` : `${key} = ${this.value()}`;
    const others = [
      `n = ${this.value()}`,
      `t = ${this.value()}`,
      'n > 2',
      `n + 1 = ${this.value()}`,
      `r < ${this.value()}`,
    ];
    return isPoint || this.below(2) === 0 ? whole : this.of(...others, 't IS NULL', '1');
  }

  statement(): string {
    const table = this.of('a', 'b', 'c', 'd', 'e');
    const or = this.below(3) > 0 ? '' : ` OR ${this.of('IGNORE', 'REPLACE', 'ABORT', 'FAIL', 'ROLLBACK')}`;
    const back = this.below(5) > 0 ? '' : this.of(' RETURNING t, r', ' RETURNING *');
    switch (this.below(9)) {
      case 0:
      case 1:
      case 2: {
        const id = table === 'b' || table === 'c' ? 'rowid' : 'id';
        const columns = this.of(
          't, n, r',
          'r, t',
          'n, t',
          'n',
          'n, n, t',
          ...(table === 'c' ? [] : [`${id}, t, n, r`, `n, ${id}`]),
        );
        const row = (): string =>
          `(${columns
            .split(', ')
            .map((name) => (name === id ? this.rowid() : this.value()))
            .join(', ')})`;
        const rows = Array.from({ length: this.below(3) === 0 ? 4 : 1 }, row).join(', ');
        const upsert =
          this.below(6) > 0
            ? ''
            : this.of(' ON CONFLICT DO NOTHING', ' ON CONFLICT DO UPDATE SET n = excluded.n + 1, r = n');
        return `INSERT${or} INTO ${table} (${columns}) VALUES ${rows}${upsert}${back}`;
      }
      case 3:
        return this.below(2) === 0
          ? `INSERT${or} INTO ${table} DEFAULT VALUES${back}`
          : `INSERT${or} INTO ${table} (t, n, r) SELECT t || n, n + 1, r FROM ${this.of('a', 'b', 'c')} ORDER BY t, n, r LIMIT 5${back}`;
      case 4:
      case 5: {
        const set = this.of(
          `r = ${this.value()}`,
          `n = n + 1`,
          `t = ${this.value()}, n = ${this.value()}`,
          `(t, n) = (${this.value()}, n)`,
          `n = 1, n = ${this.value()}`,
          `r = n, n = r`,
          ...(table === 'c' ? [] : [`rowid = ${this.of('0', '2', '5', '9')}`, 'rowid = rowid + 1']),
        );
        return `UPDATE${or} ${table} SET ${set} WHERE ${this.where(table, table === 'c' || /t|rowid/.test(set))}${back}`;
      }
      case 6:
        return `DELETE FROM ${table} WHERE ${this.where(table)}${back}`;
      case 7:
        return this.of('BEGIN', 'SAVEPOINT s', 'BEGIN IMMEDIATE');
      default:
        return this.of('COMMIT', 'ROLLBACK', 'ROLLBACK TO s', 'RELEASE s');
    }
  }
}

/** What a statement answers: rows, or that it failed. */
function answer(run: () => unknown[]): unknown {
  try {
    return run();
  } catch {
    return 'error';
  }
}

const plain = (row: unknown): unknown => ({ ...(row as object) });
const sorted = (rows: unknown): unknown =>
  Array.isArray(rows) ? rows.map((row) => JSON.stringify(row)).toSorted() : rows;

function compare(seed: number, statements: number): void {
  const maker = new Maker(seed);
  const db = createDatabase(SCHEMA);
  const sqlite = new DatabaseSync(':memory:');
  sqlite.exec(SCHEMA);
  const both = (sql: string): [unknown, unknown] => [
    answer(() => {
      const statement = db.prepare(sql);
      if (statement.columns().length > 0) return statement.all();
      statement.run();
      return [];
    }),
    answer(() => sqlite.prepare(sql).all().map(plain)),
  ];
  for (let i = 0; i < statements; i++) {
    const sql = maker.statement();
    const [ours, theirs] = both(sql);
    expect([i, sql, sorted(ours)]).toEqual([i, sql, sorted(theirs)]);
    const [counts, expected] = both('SELECT changes() AS c, total_changes() AS n, last_insert_rowid() AS i');
    expect([i, sql, counts]).toEqual([i, sql, expected]);
    if (i % 8 > 0) continue;
    for (const table of TABLES) {
      const [rows, others] = both(`SELECT * FROM ${table}`);
      expect([i, sql, table, rows]).toEqual([i, sql, table, others]);
    }
  }
  expect(db.query('PRAGMA integrity_check', [], { rowMode: 'array' })).toEqual([['ok']]);
  db.close();
}

describe('writes beside SQLite', () => {
  for (let seed = 1; seed <= Number(process.env['WRITES'] ?? 12); seed++) {
    it(`seed ${seed}`, () => compare(seed * 7919, 400), 60_000);
  }
});

function contents(db: Database): unknown[] {
  return ['a', 'b', 'c'].map((table) => db.query(`SELECT * FROM ${table}`));
}

describe('a statement that fails', () => {
  const failing = [
    "INSERT INTO a (id, t) VALUES (10, 'p'), (11, 'q'), (12, 'p')",
    'INSERT INTO b (n) VALUES (1), (2), (9)',
    "INSERT INTO a (id, t) SELECT 20 + n, 'z' || (n / 2) FROM a ORDER BY n",
    'INSERT INTO a (id) VALUES (30) RETURNING abs(id - 31 - 9223372036854775807)',
    'UPDATE a SET n = n + 1, t = CASE id WHEN 3 THEN (SELECT t FROM a WHERE id = 1) ELSE t END',
    'UPDATE a SET id = 2 WHERE id = 1',
    'UPDATE a SET n = 5 WHERE id = 1 RETURNING abs(n - 6 - 9223372036854775807)',
    'UPDATE b SET t = NULL',
    'DELETE FROM a WHERE id = 1 RETURNING abs(id - 2 - 9223372036854775807)',
  ];
  for (const isOpen of [false, true]) {
    for (const sql of failing) {
      it(`leaves no trace ${isOpen ? 'in' : 'outside'} a transaction: ${sql}`, () => {
        const db = createDatabase(SCHEMA);
        db.exec(
          "INSERT INTO a VALUES (1, 'a', 1, 1), (2, 'b', 2, 2), (3, 'c', 3, 3); INSERT INTO b (n) VALUES (1), (4)",
        );
        if (isOpen) db.exec("BEGIN; INSERT INTO a VALUES (4, 'd', 4, 4)");
        const before = contents(db);
        const statement = db.prepare(sql);
        expect(() => (statement.columns().length > 0 ? statement.all() : statement.run())).toThrow();
        expect(contents(db)).toEqual(before);
        expect(db.query('PRAGMA integrity_check', [], { rowMode: 'array' })).toEqual([['ok']]);
        if (isOpen) db.exec('COMMIT');
        expect(contents(db)).toEqual(before);
      });
    }
  }
});

describe('a prepared statement', () => {
  it('writes the same whatever types its parameters have from run to run', () => {
    const db = createDatabase(SCHEMA);
    const sqlite = new DatabaseSync(':memory:');
    sqlite.exec(SCHEMA);
    const values = [null, 1, 2.5, -0, 2 ** 40, 'x', '12', '1.0', new Uint8Array([1]), 9007199254740993n];
    for (const table of ['a', 'b']) {
      const insert = `INSERT INTO ${table} (t, n, r) VALUES (?, ?, ?)`;
      const update = `UPDATE ${table} SET r = ?, n = ? WHERE rowid = ?`;
      const [ours, theirs] = [db.prepare(insert), sqlite.prepare(insert)];
      for (let i = 0; i < 60; i++) {
        const row = [`t${i}`, values[i % 10] ?? null, values[(i * 3 + 1) % 10] ?? null];
        expect(answer(() => [ours.run(row).rowsAffected])).toEqual(answer(() => [Number(theirs.run(...row).changes)]));
      }
      const [change, other] = [db.prepare(update), sqlite.prepare(update)];
      for (let i = 0; i < 60; i++) {
        const row = [values[i % 10] ?? null, values[(i * 7 + 3) % 10] ?? null, i % 4 === 0 ? `${i}` : i];
        expect(answer(() => [change.run(row).rowsAffected])).toEqual(answer(() => [Number(other.run(...row).changes)]));
      }
      const all = `SELECT rowid, t, typeof(n), quote(n), typeof(r), quote(r) FROM ${table}`;
      expect(db.query(all)).toEqual(sqlite.prepare(all).all().map(plain));
    }
  });

  it('sees a foreign key that is switched on between its runs', () => {
    const db = createDatabase(
      'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE q (id INTEGER PRIMARY KEY, p REFERENCES p)',
    );
    const insert = db.prepare('INSERT INTO q (p) VALUES (?)');
    db.exec('PRAGMA foreign_keys = OFF');
    insert.run([1]);
    db.exec('PRAGMA foreign_keys = ON');
    expect(() => insert.run([2])).toThrow(/FOREIGN KEY/);
    expect(db.query('SELECT * FROM q')).toEqual([{ id: 1, p: 1 }]);
  });
});
