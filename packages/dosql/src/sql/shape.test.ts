import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createDatabase } from '../database.ts';
import { shapeOf } from './shape.ts';

describe('shapeOf', () => {
  it('takes literals that a WHERE compares names with', () => {
    const sql = `SELECT a FROM t WHERE id = 5 AND x > -3 AND b."q" <> 'it''s' OR f(y) >= 2 ORDER BY a LIMIT 3`;
    expect(shapeOf(sql)).toEqual({
      text: 'SELECT a FROM t WHERE id = ? AND x > ? AND b."q" <> ? OR f(y) >= ? ORDER BY a LIMIT 3',
      literals: [5, -3, "it's", 2],
    });
    expect(shapeOf('select 1 where a==0;')).toEqual({ text: 'select 1 where a==?;', literals: [0] });
  });

  it('leaves the rest', () => {
    for (const where of [
      'a = 5.0',
      'a = .5',
      'a = 0x5',
      'a = 1234567890123456',
      'a = 5 + 3',
      'a + 1',
      '1 = 1',
      "a ->> 'x'",
      "a = 'x' COLLATE nocase",
      "a = x'00'",
      'a BETWEEN 1 AND 2',
      'a IN (1, 2)',
      'a << 2',
      'a IS 5',
      'TRUE GROUP BY a HAVING a = 5',
    ]) {
      expect(shapeOf(`SELECT a = 5 FROM t WHERE ${where}`), where).toBeNull();
    }
  });

  it('gives up on other statements, parameters, comments and open quotes', () => {
    for (const sql of [
      'WITH x AS (SELECT 1) SELECT * FROM t WHERE a = 1',
      'UPDATE t SET b = 1 WHERE a = 1',
      'SELECT 1 WHERE a = 1 AND EXISTS (SELECT 1)',
      'SELECT 1 WHERE a = 1 UNION SELECT 2',
      'SELECT ? WHERE a = 1',
      'SELECT 1 WHERE a = 1 -- ?',
      'SELECT 1 /* a */ WHERE a = 1',
      "SELECT 1 WHERE a = 1 AND b = 'x",
      '',
    ]) {
      expect(shapeOf(sql), sql).toBeNull();
    }
  });
});

describe('statements of one shape', () => {
  const SETUP = `CREATE TABLE t(a, b TEXT, c REAL); INSERT INTO t VALUES (1, 1, 1), (2, 2, 2.5), ('x', 'y', -3), (NULL, '', 0)`;

  it('give what each would give by itself', () => {
    const db = createDatabase(SETUP);
    const oracle = new DatabaseSync(':memory:');
    oracle.exec(SETUP);
    const values = ['1', '-3', "'1'", "'y'", "''", '2.5', 'NULL', '9007199254740993', '1 + 1', '2 OR 0', '2 IS NULL'];
    for (let round = 0; round < 2; round++) {
      for (const column of ['a', 'b', 'c']) {
        for (const operator of ['=', '<', '>=', '<>', 'IS']) {
          for (const value of values) {
            for (const tail of ['', ' AND b = 2', ' ORDER BY 1 DESC LIMIT 2']) {
              const sql = `SELECT a, b, c, a = 1 FROM t WHERE ${column} ${operator} ${value}${tail}`;
              expect(db.query(sql), sql).toEqual(
                oracle
                  .prepare(sql)
                  .all()
                  .map((row) => ({ ...row })),
              );
            }
          }
        }
      }
    }
  });

  it('follow the schema', () => {
    const db = createDatabase(SETUP);
    const held = db.prepare("SELECT a FROM t WHERE b = '2'");
    expect(db.query("SELECT a FROM t WHERE b = '1'")).toEqual([{ a: 1 }]);
    expect(() => held.all([1] as never)).toThrow('the statement has 0 parameters');
    db.exec('CREATE INDEX p ON t(b) WHERE a = 1');
    expect(held.all()).toEqual([{ a: 2 }]);
    expect(db.query("SELECT a FROM t WHERE a = 1 AND b > ''")).toEqual([{ a: 1 }]);
    expect(db.query("SELECT a FROM t WHERE a = 2 AND b > ''")).toEqual([{ a: 2 }]);
    db.exec('ALTER TABLE t RENAME COLUMN a TO z');
    expect(() => held.all()).toThrow('no such column: a');
    expect(() => db.query("SELECT a FROM t WHERE b = '3'")).toThrow('no such column: a');
  });
});
