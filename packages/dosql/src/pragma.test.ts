import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createDatabase } from './index.ts';

const SCHEMA = `
  CREATE TABLE parent (a INTEGER, b TEXT, PRIMARY KEY (a, b));
  CREATE TABLE child (
    id INTEGER PRIMARY KEY, a INT NOT NULL DEFAULT 5, b VARCHAR(10) DEFAULT 'x' COLLATE NOCASE UNIQUE,
    g AS (a + 1), h AS (a + 2) STORED, FOREIGN KEY (a, b) REFERENCES parent (a, b) ON DELETE CASCADE
  );
  CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
  CREATE INDEX child_a ON child (a DESC, b) WHERE a > 3;
  CREATE VIEW v AS SELECT id, b FROM child;
`;

describe('PRAGMA', () => {
  const ours = createDatabase(SCHEMA);
  const theirs = new DatabaseSync(':memory:');
  theirs.exec(SCHEMA);

  it.each([
    'table_info(parent)',
    'table_info(child)',
    'table_xinfo(child)',
    'table_info(v)',
    'table_info(missing)',
    'index_list(child)',
    'index_list(w)',
    'index_info(child_a)',
    'index_xinfo(child_a)',
    'index_xinfo(sqlite_autoindex_child_1)',
    'index_xinfo(sqlite_autoindex_w_1)',
    'foreign_key_list(child)',
    'user_version',
    'application_id',
    'recursive_triggers',
    'integrity_check',
    'quick_check',
    'encoding',
    'user_version = 3',
    'application_id = -4',
    'user_version',
    'application_id',
    'no_such_pragma',
    'no_such_pragma = 3',
  ])('%s answers as SQLite', (pragma) => {
    const sql = `PRAGMA ${pragma}`;
    expect(ours.query(sql)).toEqual(
      theirs
        .prepare(sql)
        .all()
        .map((row) => ({ ...row })),
    );
  });

  it('is a function in FROM too', () => {
    const sql = "SELECT name FROM pragma_table_info('child') WHERE pk > 0";
    expect(ours.query(sql)).toEqual([{ name: 'id' }]);
  });

  it('foreign_keys is a setting of the session', () => {
    expect(ours.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 0 }]);
    ours.exec('PRAGMA foreign_keys = ON');
    expect(ours.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    ours.exec('PRAGMA foreign_keys = OFF');
  });
});
