/** Schemas: what DDL declares, and plain interfaces. */
import type { AutoMode, BigintMode, Checked, Row, SchemaOf, SQL, SqlError, SqlParamsOf } from '@dotdo/dosql/types';
import { equal, type AnyRow, type Anything, type I, type N, type S } from './equal.ts';

// declared types
type Types = SchemaOf<`CREATE TABLE t (
  a INT NOT NULL, b BIGINT NOT NULL, c VARCHAR(10) NOT NULL, d CLOB NOT NULL, e DOUBLE PRECISION NOT NULL, f FLOAT NOT NULL,
  g BLOB NOT NULL, h NUMERIC NOT NULL, i DECIMAL(10, 2) NOT NULL, j BOOLEAN NOT NULL, k DATE NOT NULL, l TIMESTAMP NOT NULL,
  m JSON NOT NULL, n ANY NOT NULL, o NOT NULL, p UNSIGNED BIG INT NOT NULL, q NATIVE CHARACTER(70) NOT NULL
)`>;
equal<
  Row<'SELECT * FROM t', Types>,
  {
    a: number;
    b: number;
    c: string;
    d: string;
    e: number;
    f: number;
    g: Uint8Array;
    h: number;
    i: number;
    j: number;
    k: string;
    l: string;
    m: string;
    n: Exclude<Anything, null>;
    o: Exclude<Anything, null>;
    p: number;
    q: string;
  }
>(true);
equal<Row<'SELECT a, e, h, j FROM t', Types, BigintMode>, { a: bigint; e: number; h: bigint | number; j: bigint }>(
  true,
);
equal<Row<'SELECT a, e, j FROM t', Types, AutoMode>, { a: bigint | number; e: number; j: bigint | number }>(true);
equal<SqlParamsOf<'INSERT INTO rowid_key (id, x) SELECT ?, ?', Keys>['length'], 2>(true);
equal<
  SqlParamsOf<'UPDATE t SET a = ?, c = ?, g = ?, j = ?, k = ?, e = ?', Types>,
  [I, string, Uint8Array | ArrayBuffer, boolean | I, string | Date, number]
>(true);

// keys
type Keys = SchemaOf<`
  CREATE TABLE rowid_key (id INTEGER PRIMARY KEY, x);
  CREATE TABLE text_key (id TEXT PRIMARY KEY, x);
  CREATE TABLE int_key (id INT PRIMARY KEY);
  CREATE TABLE pair (a TEXT, b INTEGER, PRIMARY KEY (a, b));
  CREATE TABLE strict_pair (a TEXT, b INTEGER, PRIMARY KEY (a, b)) STRICT;
  CREATE TABLE no_rowid (a TEXT PRIMARY KEY, b INTEGER) WITHOUT ROWID;
  CREATE TABLE late (id INTEGER, x TEXT, PRIMARY KEY (id));
  CREATE TABLE named (id INTEGER CONSTRAINT pk PRIMARY KEY ON CONFLICT REPLACE AUTOINCREMENT, x TEXT COLLATE NOCASE NOT NULL ON CONFLICT IGNORE DEFAULT 'y');
`>;
equal<Row<'SELECT id FROM rowid_key', Keys>, { id: number }>(true);
equal<Row<'SELECT id FROM text_key', Keys>, { id: S }>(true);
equal<Row<'SELECT id FROM int_key', Keys>, { id: N }>(true);
equal<Row<'SELECT a, b FROM pair', Keys>, { a: S; b: N }>(true);
equal<Row<'SELECT a, b FROM strict_pair', Keys>, { a: string; b: number }>(true);
equal<Row<'SELECT a, b FROM no_rowid', Keys>, { a: string; b: N }>(true);
equal<Row<'SELECT id, x FROM late', Keys>, { id: number; x: S }>(true);
equal<Row<'SELECT id, x FROM named', Keys>, { id: number; x: string }>(true);
equal<Row<'SELECT rowid AS r, oid AS o FROM text_key', Keys>, { r: number; o: number }>(true);

// constraints, defaults, generated columns
type Made = SchemaOf<`
  -- a comment; with a semicolon
  CREATE TABLE IF NOT EXISTS "order items" (
    "item no" INTEGER NOT NULL CHECK ("item no" > 0 AND ("item no" < 100 OR "item no" IN (1, 2))), /* , */
    qty INTEGER NOT NULL DEFAULT (1 + 2), note TEXT DEFAULT 'a, b', total REAL AS (qty * 2.5) VIRTUAL,
    parent INTEGER REFERENCES "order items" ("item no") ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT u UNIQUE (qty, note), FOREIGN KEY (parent) REFERENCES "order items" ("item no")
  );
  CREATE TEMP TABLE [odd name] (a TEXT NOT NULL);
  CREATE TABLE copied AS SELECT qty, note FROM "order items";
`>;
equal<Row<'SELECT * FROM "order items"', Made>, { 'item no': number; qty: number; note: S; total: N; parent: N }>(true);
equal<
  Checked<'INSERT INTO "order items" ("item no") VALUES (1)', Made>,
  'INSERT INTO "order items" ("item no") VALUES (1)'
>(true);
equal<
  Checked<'INSERT INTO "order items" (qty) VALUES (1)', Made>,
  SqlError<'NOT NULL constraint failed: order items.item no'>
>(true);
equal<Row<'SELECT a FROM [odd name]', Made>, { a: string }>(true);
equal<Row<'SELECT a FROM `odd name`', Made>, { a: string }>(true);
equal<keyof Row<'SELECT * FROM copied', Made>, 'qty' | 'note'>(true);

// ALTER, DROP, views of views
type Changed = SchemaOf<`
  CREATE TABLE a (x INTEGER NOT NULL, y TEXT);
  ALTER TABLE a ADD z REAL NOT NULL DEFAULT 0;
  ALTER TABLE a RENAME COLUMN y TO why;
  ALTER TABLE a RENAME why TO whyever;
  ALTER TABLE a DROP COLUMN x;
  ALTER TABLE a RENAME TO b;
  CREATE VIEW v AS SELECT z, whyever AS w FROM b WHERE whyever IS NOT NULL;
  CREATE VIEW vv (one, two) AS SELECT v.w, other.z FROM v LEFT JOIN b AS other ON other.z = v.z;
  CREATE VIEW dropped AS SELECT 1; DROP VIEW dropped;
  CREATE TABLE IF NOT EXISTS c (a); DROP TABLE IF EXISTS c;
`>;
equal<Row<'SELECT * FROM b', Changed>, { whyever: S; z: number }>(true);
equal<Row<'SELECT * FROM v', Changed>, { z: number; w: string }>(true);
equal<Row<'SELECT * FROM vv', Changed>, { one: string; two: N }>(true);
equal<Checked<'SELECT 1 FROM dropped', Changed> extends string ? 1 : 0, 0>(true);
equal<Checked<'SELECT 1 FROM c', Changed> extends string ? 1 : 0, 0>(true);
equal<Checked<'SELECT 1 FROM a', Changed> extends string ? 1 : 0, 0>(true);

// a schema that is not known
equal<SQL<'SELECT x FROM y', SchemaOf<string>>, AnyRow[]>(true);

// interfaces
interface Plain {
  Users: { id: number; name: string; role: 'admin' | 'user'; bio: string | null; createdAt: Date; active: boolean };
  posts: { id: number; user_id: number; body: Uint8Array };
}
equal<
  Row<'SELECT id, role, BIO, createdat, active, upper(name) AS u FROM users', Plain>,
  { id: number; role: 'admin' | 'user'; bio: S; createdAt: string; active: number; u: string }
>(true);
equal<
  Row<'SELECT * FROM Users', Plain>,
  { id: number; name: string; role: 'admin' | 'user'; bio: S; createdAt: string; active: number }
>(true);
equal<SqlParamsOf<'SELECT id FROM users WHERE role = ? AND createdAt > ?', Plain>, ['admin' | 'user', string | Date]>(
  true,
);
equal<
  Row<'SELECT u.name, p.body FROM Users u LEFT JOIN posts p ON p.user_id = u.id', Plain>,
  { name: string; body: Uint8Array | null }
>(true);
equal<
  Row<
    'WITH p AS (SELECT user_id, count(*) AS n FROM posts GROUP BY 1) SELECT name, n FROM users JOIN p ON user_id = id',
    Plain
  >,
  { name: string; n: number }
>(true);
equal<Checked<'SELECT nmae FROM users', Plain> extends string ? 1 : 0, 0>(true);
equal<
  Row<'SELECT coalesce(bio, name) AS b, max(id) AS m FROM users GROUP BY role', Plain>,
  { b: string; m: number | null }
>(true);
