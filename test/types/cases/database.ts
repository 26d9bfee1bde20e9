/** The schema that most assertions of this folder are about. */
import type { Checked, Row, SchemaOf, SqlParamsOf } from '@dotdo/dosql/types';

export type Db = SchemaOf<`
  CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, active BOOLEAN NOT NULL DEFAULT 1, age INTEGER NOT NULL, "Full Name" TEXT);
  CREATE TABLE IF NOT EXISTS main.posts (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE, title VARCHAR(80) NOT NULL DEFAULT 'x', score REAL, made DATETIME DEFAULT (datetime('now')), upper_title TEXT GENERATED ALWAYS AS (upper(title)) STORED, CHECK (score > 0), UNIQUE (user_id, title));
  CREATE INDEX posts_user ON posts (user_id);
  CREATE TABLE tags (post_id INTEGER, tag TEXT, PRIMARY KEY (post_id, tag)) WITHOUT ROWID, STRICT;
  CREATE TABLE misc (a, b BLOB, c NUMERIC, d DECIMAL(10, 2) NOT NULL, e ANY, Mixed INTEGER);
  CREATE TRIGGER t1 AFTER INSERT ON users BEGIN UPDATE users SET age = age + 1 WHERE id = new.id; DELETE FROM misc; END;
  CREATE VIEW adults AS SELECT id, name AS Who FROM users WHERE age >= 18;
  CREATE VIEW counts (uid, n) AS SELECT user_id, count(*) FROM posts GROUP BY user_id;
  CREATE TABLE old_name (x INTEGER); ALTER TABLE old_name RENAME TO renamed; ALTER TABLE renamed ADD COLUMN y TEXT NOT NULL DEFAULT 'q'; ALTER TABLE renamed RENAME COLUMN x TO z; CREATE TABLE gone (a); DROP TABLE gone;
`>;

/** How an API takes a text: wrong ones are errors on the argument. */
export interface Database<Schema> {
  query<const Q extends string>(
    sql: Checked<Q, Schema>,
    ...params: SqlParamsOf<Q, Schema> extends infer P extends [] ? P : [params: SqlParamsOf<Q, Schema>]
  ): Row<Q, Schema>[];
}
export declare const db: Database<Db>;
