import { describe, expect, it } from 'vitest';
import { createDatabase, Database } from './database.ts';
import { MemoryStore } from './fsx/index.ts';

/** By length, then as it is written. */
function byLength(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** Any two texts of the same length are the same. */
function length(a: string, b: string): number {
  return a.length - b.length;
}

function rows(db: Database, sql: string): unknown[] {
  return db.query(sql, [], { rowMode: 'array' });
}

describe('collations of the user', () => {
  const WORDS = ['pear', 'fig', 'apple', 'kiwi', 'nut', 'banana'];

  it('order, compare, group and find, with an index and without', () => {
    for (const index of ['', 'CREATE INDEX i ON t (w COLLATE length)', 'CREATE INDEX i ON t (w)']) {
      const db = createDatabase('', { collations: { by_length: byLength, length } });
      db.exec('CREATE TABLE t (w TEXT COLLATE by_length)');
      for (const word of WORDS) db.exec('INSERT INTO t VALUES (?)', [word]);
      db.exec(index);
      const sorted = ['fig', 'nut', 'kiwi', 'pear', 'apple', 'banana'].map((word) => [word]);
      expect(rows(db, 'SELECT w FROM t ORDER BY w')).toEqual(sorted);
      expect(rows(db, "SELECT count(*) FROM t WHERE w > 'zzz'")).toEqual([[4]]);
      expect(rows(db, "SELECT w FROM t WHERE w = 'xyz' COLLATE length ORDER BY w")).toEqual([['fig'], ['nut']]);
      expect(rows(db, "SELECT w FROM t WHERE w COLLATE length IN ('1234') ORDER BY w")).toEqual([['kiwi'], ['pear']]);
      expect(rows(db, 'SELECT count(*) FROM (SELECT DISTINCT w COLLATE length FROM t)')).toEqual([[4]]);
      expect(rows(db, 'SELECT count(*) FROM t GROUP BY w COLLATE length ORDER BY length(w)')).toEqual([
        [2],
        [2],
        [1],
        [1],
      ]);
      expect(rows(db, 'SELECT count(DISTINCT w COLLATE length), max(w), min(w COLLATE length) FROM t')).toEqual([
        [4, 'banana', 'fig'],
      ]);
      expect(rows(db, 'SELECT count(*) FROM t a JOIN t b ON a.w = b.w COLLATE length')).toEqual([[10]]);
      expect(rows(db, "SELECT 'abc' COLLATE length UNION SELECT 'def'")).toHaveLength(1);
      expect(rows(db, 'PRAGMA integrity_check')).toEqual([['ok']]);
    }
  });

  it('do so in tables that are read in batches', () => {
    const db = createDatabase('', { collations: { length } });
    db.exec(`CREATE TABLE t (w TEXT COLLATE length, n);
      WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5000)
      INSERT INTO t SELECT printf('%.*c', x % 7 + 1, char(97 + x % 26)), x FROM n`);
    expect(rows(db, 'SELECT count(*) FROM (SELECT w, count(*) FROM t GROUP BY w)')).toEqual([[7]]);
    expect(rows(db, 'SELECT count(DISTINCT w) FROM t')).toEqual([[7]]);
    expect(rows(db, "SELECT count(*) FROM t WHERE w = 'xx'")).toEqual(
      rows(db, 'SELECT count(*) FROM t WHERE n % 7 = 1'),
    );
    expect(rows(db, "SELECT count(*) FROM t WHERE w < 'xxx'")).toEqual(
      rows(db, 'SELECT count(*) FROM t WHERE n % 7 < 2'),
    );
    expect(rows(db, "SELECT count(*) FROM t WHERE w IN ('x', 'yy')")).toEqual(
      rows(db, 'SELECT count(*) FROM t WHERE n % 7 < 2'),
    );
    expect(rows(db, 'SELECT length(max(w)), length(min(w)) FROM t')).toEqual([[7, 1]]);
    expect(rows(db, 'SELECT length(w) FROM t ORDER BY w DESC LIMIT 1')).toEqual([[7]]);
    expect(
      rows(db, 'SELECT sum(c) FROM (SELECT count(*) c FROM t a JOIN (SELECT DISTINCT w FROM t) b ON a.w = b.w)'),
    ).toEqual([[5000]]);
  });

  it('are asked for where there are none', () => {
    const db = createDatabase('CREATE TABLE t (a)');
    expect(() => db.exec('CREATE INDEX i ON t (a COLLATE nope)')).toThrow('no such collation sequence: nope');
    expect(() => rows(db, 'SELECT * FROM t ORDER BY a COLLATE nope')).toThrow('no such collation sequence: nope');
    db.collation('by_length', byLength);
    db.collation('by_length', byLength);
    expect(() => db.collation('BY_LENGTH', length)).toThrow('collation BY_LENGTH has another order');
    expect(() => db.collation('nocase', length)).toThrow('collation nocase has another order');
  });

  it('order what is stored, after recovery too', () => {
    const store = new MemoryStore();
    const db = new Database('x', store, { collations: { by_length: byLength } });
    db.exec(
      "CREATE TABLE t (w PRIMARY KEY COLLATE by_length) WITHOUT ROWID; INSERT INTO t VALUES ('ccc'), ('z'), ('aa')",
    );
    db.flush();
    const again = new Database('x', store.fork());
    expect(rows(again, 'SELECT w FROM t')).toEqual([['z'], ['aa'], ['ccc']]);
  });
});

describe('functions of the user', () => {
  it('are scalars, replaced at will', () => {
    const db = createDatabase('CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)');
    db.function('twice', (x) => Number(x) * 2);
    expect(rows(db, 'SELECT twice(a) FROM t WHERE twice(a) > 2')).toEqual([[4]]);
    db.function('twice', (x) => `${String(x)}${String(x)}`);
    expect(rows(db, 'SELECT twice(a) FROM t')).toEqual([['11'], ['22']]);
    expect(() => rows(db, 'SELECT twice()')).toThrow('wrong number of arguments to function twice()');
    db.function('most', (...args) => Math.max(...args.map(Number)), { variadic: true });
    expect(rows(db, 'SELECT most(1, 5, 3)')).toEqual([[5]]);
    expect(() => db.exec('CREATE TABLE g (a, b AS (twice(a)))')).toThrow('non-deterministic functions prohibited');
  });

  it('are aggregates, over windows too', () => {
    const db = createDatabase('CREATE TABLE t (g, a); INSERT INTO t VALUES (1, 2), (1, 3), (2, 4), (2, 5)');
    for (const inverse of [undefined, (state: number, x: unknown) => state / Number(x)]) {
      db.aggregate<number>('product', {
        start: () => 1,
        step: (state, x) => state * Number(x),
        ...(inverse !== undefined && { inverse }),
      });
      expect(rows(db, 'SELECT g, product(a) FROM t GROUP BY g')).toEqual([[1, 6], [2, 20]]); // oxfmt-ignore
      expect(rows(db, 'SELECT product(a) FILTER (WHERE a < 5) FROM t')).toEqual([[24]]);
      expect(rows(db, 'SELECT product(a) OVER (ORDER BY a ROWS 1 PRECEDING) FROM t')).toEqual([[2], [6], [12], [20]]);
    }
  });

  it('are tables', () => {
    const db = createDatabase('CREATE TABLE t (n); INSERT INTO t VALUES (1), (3)');
    db.table('upto', {
      columns: ['i', 'square'],
      parameters: ['n'],
      rows: function* (n) {
        for (let i = 1; i <= Number(n); i++) yield [i, i * i];
      },
    });
    expect(rows(db, 'SELECT * FROM upto(3) WHERE i > 1')).toEqual([[2, 4], [3, 9]]); // oxfmt-ignore
    expect(rows(db, 'SELECT t.n, sum(square) FROM t, upto(t.n) GROUP BY t.n')).toEqual([[1, 1], [3, 14]]); // oxfmt-ignore
    expect(() => rows(db, 'SELECT * FROM upto(1, 2)')).toThrow('too many arguments on upto() - max 1');
  });
});
