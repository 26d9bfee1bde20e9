/** Conflicts beside SQLite: which constraint decides, which rows stay, what is counted. */
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createDatabase } from '../index.ts';

const ROWS = "INSERT INTO t VALUES (1, 10, 100, 'a'), (2, 20, 200, 'b'), (3, 30, 300, 'c')";
const PLAIN = 'CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE, b UNIQUE, x)';
const TABLES = [
  PLAIN,
  'CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, a UNIQUE ON CONFLICT IGNORE, b UNIQUE, x)',
  'CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT IGNORE, a UNIQUE ON CONFLICT REPLACE, b UNIQUE ON CONFLICT FAIL, x)',
  'CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE ON CONFLICT REPLACE, b UNIQUE ON CONFLICT REPLACE, x)',
  `CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, a, b, x);
   CREATE UNIQUE INDEX ta ON t (a); CREATE UNIQUE INDEX tb ON t (b) WHERE b > 150`,
  'CREATE TABLE t (id INT PRIMARY KEY ON CONFLICT IGNORE, a UNIQUE ON CONFLICT REPLACE, b UNIQUE, x) WITHOUT ROWID',
  'CREATE TABLE t (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, a UNIQUE, b UNIQUE ON CONFLICT IGNORE, x) WITHOUT ROWID',
  `CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE, b NOT NULL ON CONFLICT IGNORE UNIQUE ON CONFLICT ROLLBACK,
   x NOT NULL ON CONFLICT REPLACE DEFAULT 'q')`,
];
const ORS = ['', ' OR IGNORE', ' OR REPLACE', ' OR FAIL', ' OR ABORT', ' OR ROLLBACK'];

type Run = (sql: string) => unknown;

function answer(run: () => unknown[]): unknown {
  try {
    return run()
      .map((row) => JSON.stringify(row))
      .toSorted();
  } catch (error) {
    return (error as Error).message;
  }
}

/** Runs statements on both and compares, after each, its answer, the counts and all tables. */
function compare(schema: string, ...statements: string[]): void {
  const db = createDatabase();
  const sqlite = new DatabaseSync(':memory:');
  for (const sql of ['PRAGMA foreign_keys = OFF', schema]) {
    db.exec(sql);
    sqlite.exec(sql);
  }
  const tables = sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const ours: Run = (sql) =>
    answer(() => {
      const statement = db.prepare(sql);
      if (statement.columns().length > 0) return statement.all();
      statement.run();
      return [];
    });
  const theirs: Run = (sql) => answer(() => sqlite.prepare(sql).all());
  const looks = tables.map(({ name }) => `SELECT * FROM ${String(name)}`);
  looks.push('SELECT changes() AS c, total_changes() AS n, last_insert_rowid() AS i');
  for (const statement of statements) {
    if (statement === '') continue;
    const all = [statement, ...looks];
    expect([schema, statement, all.map(ours)]).toEqual([schema, statement, all.map(theirs)]);
  }
  db.close();
}

describe('the first constraint that is violated', { timeout: 60_000 }, () => {
  const rows = [
    "(1, 20, 300, 'n')",
    "(9, 20, 300, 'n')",
    "(1, 20, 999, 'n')",
    "(3, 30, 300, 'n')",
    '(9, 99, NULL, NULL)',
  ];
  const upserts = [
    ' ON CONFLICT DO NOTHING',
    " ON CONFLICT DO UPDATE SET x = excluded.x || 'u'",
    " ON CONFLICT (a) DO UPDATE SET x = 'ua'",
    " ON CONFLICT (a) DO UPDATE SET x = 'ua' ON CONFLICT (id) DO UPDATE SET x = 'uid'",
    " ON CONFLICT (b) DO NOTHING ON CONFLICT DO UPDATE SET x = 'ux'",
    ' ON CONFLICT (id) DO UPDATE SET a = 20',
    ' ON CONFLICT (a) DO UPDATE SET b = 100, id = 7',
  ];
  for (const table of TABLES) {
    it(`decides in INSERT: ${table}`, () => {
      for (const row of rows) {
        const insert = `INTO t VALUES (8, 80, 800, 'h'), ${row}, (7, 70, 700, 'g')`;
        for (const or of ORS) compare(`${table}; ${ROWS}`, `INSERT${or} ${insert}`);
        for (const upsert of upserts) {
          if (table.includes('INDEX tb') && upsert.includes('(b)')) continue; // a partial index is no target
          compare(`${table}; ${ROWS}`, `INSERT ${insert}${upsert}`);
          compare(`${table}; ${ROWS}`, `INSERT OR REPLACE ${insert}${upsert}`);
        }
      }
    });

    it(`decides in UPDATE: ${table}`, () => {
      const sets = [
        'id = 2, a = 30',
        'id = 3, b = 200',
        'id = 2, a = 30, b = 100',
        'a = a + 10',
        'id = 4 - id',
        'b = 1',
      ];
      for (const or of ORS) {
        for (const set of sets) {
          compare(`${table}; ${ROWS}`, `UPDATE${or} t SET ${set} WHERE id = 1`);
          compare(`${table}; ${ROWS}`, `UPDATE${or} t SET ${set} WHERE a > 5 RETURNING id`);
        }
      }
    });
  }
});

describe('a statement that fails half-way', { timeout: 60_000 }, () => {
  const schema = `${PLAIN}; ${ROWS}; CREATE TABLE log (w)`;
  const insert = "INTO t VALUES (4, 40, 400, 'd'), (1, 20, 500, 'e'), (6, 60, 600, 'f')";
  for (const begin of ['', 'BEGIN']) {
    it(`leaves and counts what SQLite does ${begin === '' ? 'outside' : 'in'} a transaction`, () => {
      for (const or of ORS) {
        const overflow = (id: number): string => `abs(-9223372036854775807 - (id = ${id}))`;
        compare(schema, begin, `INSERT${or} ${insert} RETURNING id`);
        compare(schema, begin, `INSERT${or} INTO t (id) VALUES (4), (5), (6) RETURNING ${overflow(5)}`);
        compare(schema, begin, `UPDATE${or} t SET a = a + 10 RETURNING id`);
        compare(schema, begin, `UPDATE${or} t SET x = ${overflow(2)}`);
        compare(schema, begin, `UPDATE${or} t SET x = 1 RETURNING ${overflow(2)}`);
        compare(schema, begin, `UPDATE${or} t SET a = 10 FROM t AS q WHERE q.id = t.id + 1`);
      }
    });

    it(`counts beside triggers ${begin === '' ? 'outside' : 'in'} a transaction`, () => {
      for (const raise of ['ABORT', 'FAIL', 'ROLLBACK']) {
        for (const time of ['BEFORE', 'AFTER']) {
          const trigger = (event: string, id: string, at: number): string =>
            `CREATE TRIGGER ${event}_ ${time} ${event} ON t BEGIN
               INSERT INTO log VALUES (${id}); SELECT RAISE(${raise}, 'no') WHERE ${id} = ${at};
               INSERT INTO log VALUES (changes()), (-${id});
             END;`;
          const all = `${schema}; ${trigger('INSERT', 'new.id', 5)}${trigger('UPDATE', 'new.id', 2)}${trigger('DELETE', 'old.id', 2)}`;
          for (const or of ORS) {
            compare(all, begin, `INSERT${or} INTO t (id) VALUES (4), (5), (6)`);
            compare(`PRAGMA recursive_triggers = ON; ${all}`, begin, `INSERT${or} ${insert}`);
            compare(all, begin, `UPDATE${or} t SET x = 'z'`);
          }
          compare(all, begin, 'DELETE FROM t RETURNING id');
        }
      }
    });

    it(`may have rows put back by triggers ${begin === '' ? 'outside' : 'in'} a transaction`, () => {
      const back = (id: string): string => `PRAGMA recursive_triggers = ON; ${schema};
        CREATE TRIGGER back AFTER DELETE ON t BEGIN INSERT INTO t VALUES (${id}, old.a + 1, old.b + 1, 'back'); END`;
      for (const or of ORS) {
        compare(back('old.id'), begin, `INSERT${or} ${insert}`);
        compare(back('old.id + 20'), begin, `INSERT${or} ${insert}`);
        compare(
          `CREATE TABLE p (id INTEGER PRIMARY KEY, a UNIQUE); CREATE TABLE q (p REFERENCES p ON DELETE CASCADE);
           INSERT INTO p VALUES (1, 1), (2, 2); INSERT INTO q VALUES (1), (1), (2); PRAGMA foreign_keys = ON`,
          begin,
          `INSERT${or} INTO p VALUES (3, 3), (1, 7), (4, 4)`,
          'DELETE FROM p WHERE id = 2',
          `INSERT${or} INTO q VALUES (1), (77)`,
        );
      }
    });
  }
});

describe('sqlite_sequence', { timeout: 60_000 }, () => {
  const schema = 'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE, b); CREATE TABLE log (w)';
  it('is written at the end of a statement, even of one without rows', () => {
    for (const or of ORS) {
      compare(
        schema,
        `INSERT${or} INTO t (a) SELECT 1 WHERE 0`,
        `INSERT${or} INTO t VALUES (5, 1, 1), (50, 1, 1)`,
        `INSERT${or} INTO t (a) VALUES (3), (3), (4)`,
        'DELETE FROM t',
        'INSERT INTO t (a) VALUES (9) RETURNING id',
        'DELETE FROM sqlite_sequence',
        'INSERT INTO t (a) VALUES (3)',
      );
      compare(
        `${schema}; CREATE TRIGGER g AFTER INSERT ON log BEGIN INSERT INTO t (a) VALUES (new.w); END`,
        `INSERT${or} INTO log VALUES (1), (1), (2)`,
        'INSERT INTO log VALUES (8)',
      );
      compare(
        `PRAGMA recursive_triggers = ON; ${schema};
         CREATE TRIGGER g AFTER INSERT ON t WHEN new.a < 4 BEGIN INSERT INTO t (a) VALUES (new.a + 1); END`,
        `INSERT${or} INTO t (a) VALUES (1), (7), (2)`,
        'DELETE FROM t',
        `INSERT${or} INTO t (a) VALUES (1) ON CONFLICT DO UPDATE SET id = 99`,
      );
    }
  });
});
