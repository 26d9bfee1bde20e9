import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createDatabase } from '../database.ts';

const SETUP = `
  CREATE TABLE t(id INTEGER PRIMARY KEY, k TEXT UNIQUE, c TEXT, n INT);
  CREATE INDEX tc ON t(c, n);
  CREATE TABLE w(a TEXT, b INT, v, PRIMARY KEY(a, b)) WITHOUT ROWID`;

/** Characters whose order differs in UTF-8 and UTF-16, and those that codes of texts do not tell apart. */
const CHARS = ['a', 'b', 'z', '\u00e9', '\u00ff', '\u0100', '\ue000', '\uffff', '\u{1f600}', '\u{10ffff}', ' ', 'A'];

const QUERIES: readonly [sql: string, parameters: number][] = [
  ['SELECT id, n FROM t WHERE k = ?', 1],
  ['SELECT k FROM t WHERE k = ?', 1],
  ['SELECT id FROM t WHERE k = ? AND n > 10', 1],
  ['SELECT count(*) AS n FROM t WHERE k > ?', 1],
  ['SELECT k FROM t WHERE k >= ? ORDER BY k DESC LIMIT 2', 1],
  ['SELECT id, k, n FROM t WHERE c = ? AND n > 3 ORDER BY n DESC', 1],
  ['SELECT id, k, n FROM t WHERE c > ? ORDER BY c, n, id LIMIT 70', 1],
  ['SELECT v FROM w WHERE a = ? AND b = 7', 1],
  ['SELECT a, v FROM w WHERE a = ? AND b < 9', 1],
];

describe('rows by key', () => {
  it('are those of SQLite, whatever the texts and however the tree has changed', () => {
    const db = createDatabase(SETUP);
    const oracle = new DatabaseSync(':memory:');
    oracle.exec(SETUP);
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return (seed >> 8) % below;
    };
    const words: string[] = [];
    const word = (): string => {
      let text = random(3) === 0 ? 'https://example.com/' : '';
      for (let n = random(7); n >= 0; n--) text += CHARS[random(CHARS.length)] as string;
      return text;
    };
    const run = (sql: string, row: (string | number)[]): void => {
      db.prepare(sql).run(row);
      oracle.prepare(sql).run(...row);
    };
    const statements = QUERIES.map(([sql]) => ({ sql, ours: db.prepare(sql), theirs: oracle.prepare(sql) }));
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 250; i++) {
        const text = word();
        words.push(text);
        run('INSERT OR IGNORE INTO t(k, c, n) VALUES (?, ?, ?)', [
          text,
          Array.from(word()).slice(0, 2).join(''),
          random(20),
        ]);
        run('INSERT OR REPLACE INTO w(a, b, v) VALUES (?, ?, ?)', [text, random(20), i]);
        if (random(5) === 0) run('DELETE FROM t WHERE k = ?', [words[random(words.length)] as string]);
      }
      for (let i = 0; i < 150; i++) {
        const text = random(3) > 0 ? (words[random(words.length)] as string) : word();
        for (const { sql, ours, theirs } of statements) {
          expect(ours.all([text]), `${sql} ${text}`).toEqual(theirs.all(text).map((row) => ({ ...row })));
        }
      }
    }
  }, 60_000);

  it('come from a statement that runs within itself', () => {
    const db = createDatabase();
    db.exec('CREATE TABLE t(z); INSERT INTO t VALUES (1), (2), (3)');
    db.function('next', (id) => (Number(id) < 3 ? statement.get([Number(id) + 1])?.['s'] : id) as number);
    const statement = db.prepare('SELECT next(rowid) AS s, z FROM t WHERE rowid = ?');
    expect(statement.all([1])).toEqual([{ s: 3, z: 1 }]);
    expect(statement.get([2])).toEqual({ s: 3, z: 2 });
    const first = statement.iterate([1]);
    const second = statement.iterate([3]);
    expect(first.next().value).toEqual({ s: 3, z: 1 });
    expect(second.next().value).toEqual({ s: 3, z: 3 });
    expect(first.next().done).toBe(true);
  });

  it('see their own transaction, and what is rolled back no more', () => {
    const db = createDatabase("CREATE TABLE t(id INTEGER PRIMARY KEY, k TEXT UNIQUE); INSERT INTO t VALUES (1, 'a')");
    const byKey = db.prepare('SELECT id FROM t WHERE k = ?');
    const before = db.snapshot();
    expect(byKey.get(['b'])).toBeUndefined();
    db.exec('BEGIN');
    db.exec("INSERT INTO t VALUES (2, 'b')");
    expect(byKey.get(['b'])).toEqual({ id: 2 });
    expect(before.query("SELECT id FROM t WHERE k = 'b'")).toEqual([]);
    db.exec('ROLLBACK');
    expect(byKey.get(['b'])).toBeUndefined();
    expect(byKey.get(['a'])).toEqual({ id: 1 });
    db.exec("DROP TABLE t; CREATE TABLE t(k TEXT UNIQUE, id); INSERT INTO t VALUES ('a', 9)");
    expect(byKey.get(['a'])).toEqual({ id: 9 });
    before.close();
  });
});
