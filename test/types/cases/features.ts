/** Rows of every construct of the dialect. */
import type { BigintMode, Row, SQL } from '@dotdo/dosql/types';
import type { Db } from './database.ts';
import { equal, type AnyRow, type Anything, type N, type S } from './equal.ts';

// columns and names
equal<Row<'SELECT ID, Name FROM users', Db>, { id: number; name: string }>(true);
equal<Row<'SELECT "Full Name", u.[Full Name] AS f, `age` FROM users u', Db>, { 'Full Name': S; f: S; age: number }>(
  true,
);
equal<
  Row<'SELECT mixed, a, b, c, d, e FROM misc', Db>,
  { Mixed: N; a: Anything; b: Uint8Array | null; c: N; d: number; e: Anything }
>(true);
equal<Row<'SELECT * FROM renamed', Db>, { z: N; y: string }>(true);
equal<Row<'SELECT * FROM adults', Db>, { id: number; Who: string }>(true);
equal<Row<'SELECT uid, n FROM counts', Db>, { uid: number; n: number }>(true);
equal<
  Row<'SELECT count(*), count( * ) AS c, age+1, age  +  1 FROM users', Db>,
  { 'count(*)': number; c: number; 'age+1': N; 'age  +  1': N }
>(true);
equal<
  Row<"SELECT (SELECT max(age) FROM users), 1 IN (1, 2), 'a,b(' FROM users", Db>,
  { '(SELECT max(age) FROM users)': N; '1 IN (1, 2)': number; "'a,b('": string }
>(true);

// joins
equal<Row<'SELECT u.name, p.title FROM users u LEFT JOIN posts p ON p.user_id = u.id', Db>, { name: string; title: S }>(
  true,
);
equal<
  Row<'SELECT u.name, p.title FROM users u RIGHT JOIN posts p ON p.user_id = u.id', Db>,
  { name: S; title: string }
>(true);
equal<
  Row<'SELECT u.name, p.title FROM users u FULL OUTER JOIN posts p ON p.user_id = u.id', Db>,
  { name: S; title: S }
>(true);
equal<
  Row<'SELECT * FROM tags NATURAL JOIN (SELECT id AS post_id, title FROM posts)', Db>,
  { post_id: number; tag: string; title: string }
>(true);
equal<Row<'SELECT post_id, x.tag FROM tags JOIN tags x USING (post_id)', Db>, { post_id: number; tag: string }>(true);
equal<
  Row<'SELECT u.*, p.id AS pid FROM users AS u, posts p', Db>,
  { id: number; name: string; email: S; active: number; age: number; 'Full Name': S; pid: number }
>(true);
equal<Row<'SELECT u.id, p.id FROM users u LEFT JOIN posts p', Db>, { id: N }>(true);

// narrowing
equal<Row<'SELECT email FROM users WHERE age > 1 AND email IS NOT NULL', Db>, { email: string }>(true);
equal<Row<'SELECT email FROM users WHERE age > 1 OR email IS NOT NULL', Db>, { email: S }>(true);
equal<
  Row<
    'SELECT * FROM users u LEFT JOIN posts p ON p.user_id=u.id WHERE p.title NOTNULL AND email NOT NULL',
    Db
  >['email'],
  string
>(true);

// a bare column beside aggregates, without GROUP BY: there may be no row
equal<Row<'SELECT max(age) AS m, id FROM users', Db>, { m: N; id: N }>(true);
equal<Row<'SELECT max(age) OVER () AS m, id FROM users', Db>, { m: N; id: number }>(true);
equal<Row<'SELECT max(age) AS m, name FROM users GROUP BY name', Db>['name'], string>(true);
equal<Row<'SELECT (SELECT max(age) FROM users) AS m, id FROM users', Db>, { m: N; id: number }>(true);

// expressions
equal<
  Row<
    "SELECT coalesce(email, 'none') AS a, ifnull(email, name) b, nullif(age, 3) AS c, iif(age > 3, 'x', NULL) d, email || name AS e, age / 2 AS f, -age g, NOT active AS h, CAST(age AS TEXT) AS i, CASE WHEN age > 1 THEN 'a' ELSE 'b' END j, CASE age WHEN 1 THEN 'a' END k FROM users",
    Db
  >,
  { a: string; b: string; c: N; d: S; e: S; f: N; g: number; h: number; i: string; j: string; k: S }
>(true);
equal<
  Row<
    "SELECT sum(age) s, avg(age) a, min(name) m, max(age, 3) x, total(age) t, group_concat(name, ',') g, count(DISTINCT name) c, json_group_array(name ORDER BY age DESC) j, sum(age) FILTER (WHERE active) f FROM users",
    Db
  >,
  { s: N; a: N; m: S; x: N; t: number; g: S; c: number; j: string; f: N }
>(true);
equal<
  Row<
    'SELECT row_number() OVER (ORDER BY age) AS r, lag(name) OVER w AS l, sum(age) OVER (PARTITION BY name ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS s FROM users WINDOW w AS (PARTITION BY age ORDER BY name)',
    Db
  >,
  { r: number; l: S; s: N }
>(true);
equal<Row<"SELECT data ->> '$.a' AS x, data -> '$.b' AS y FROM (SELECT '{}' AS data)", Db>, { x: Anything; y: S }>(
  true,
);
equal<
  Row<'SELECT (age, id) > (1, 2) AS t, id IN (SELECT user_id FROM posts) AS i, EXISTS (SELECT 1) AS e FROM users', Db>,
  { t: number; i: number; e: number }
>(true);
equal<
  Row<'SELECT age -5 AS a, 2.5e3 AS b, 0x1F AS c, x\'00ff\' AS d, "name" AS e FROM users', Db>,
  { a: number; b: number; c: number; d: Uint8Array; e: string }
>(true);

// compound, CTE
equal<
  Row<
    "SELECT id, name FROM users UNION ALL SELECT post_id, tag FROM tags UNION SELECT NULL, 'x' ORDER BY 1 LIMIT 3",
    Db
  >,
  { id: N; name: string }
>(true);
equal<
  Row<
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10), m AS MATERIALIZED (SELECT i FROM n) SELECT i, i * 2 AS d FROM m',
    Db
  >,
  { i: number; d: number }
>(true);
equal<Row<'WITH users AS (SELECT 1 AS one) SELECT * FROM users', Db>, { one: number }>(true);
equal<Row<"VALUES (1, 'a'), (2, NULL)", Db>, { column1: number; column2: S }>(true);
equal<Row<'SELECT x.n FROM (SELECT user_id, count(*) AS n FROM posts GROUP BY 1 HAVING n > 1) x', Db>, { n: number }>(
  true,
);
equal<
  Row<
    'SELECT name FROM users u WHERE EXISTS (SELECT 1 FROM posts WHERE user_id = u.id AND score > (SELECT avg(score) FROM posts p2 WHERE p2.user_id = u.id))',
    Db
  >,
  { name: string }
>(true);
equal<Row<'SELECT age * 2 AS twice FROM users WHERE twice > 3 ORDER BY twice', Db>, { twice: number }>(true);
equal<
  Row<'SELECT abs(z), * FROM tags t2, renamed WHERE t2.post_id = renamed.rowid', Db>,
  { 'abs(z)': N; post_id: number; tag: string; z: N; y: string }
>(true);

// writes
equal<Row<'INSERT INTO users (name, age) VALUES (:n, :a) RETURNING id, name', Db>, { id: number; name: string }>(true);
equal<
  Row<'UPDATE users AS u SET name = p.title FROM posts p WHERE p.user_id = u.id RETURNING u.id, name', Db>,
  { id: number; name: string }
>(true);
equal<
  Row<'DELETE FROM posts WHERE made < ? RETURNING *', Db>,
  { id: number; user_id: number; title: string; score: N; made: S; upper_title: S }
>(true);

// fall back
equal<Row<'PRAGMA table_info(users)', Db>, AnyRow>(true);
equal<SQL<string, Db>, AnyRow[]>(true);
equal<
  Row<'SELECT age, sum(age) AS s, 1.5 AS r, count(*) AS c FROM users', Db, BigintMode>,
  { age: bigint | null; s: bigint | null; r: number; c: bigint }
>(true);
equal<Row<'SELECT rowid FROM users', Db>, { id: number }>(true);
equal<Row<'SELECT _rowid_, a FROM misc', Db>['rowid'], number>(true);

// ALTER and views, in database.ts
equal<
  Row<'SELECT w.id, w.Who, c.n FROM adults w LEFT JOIN counts c ON c.uid = w.id', Db>,
  { id: number; Who: string; n: N }
>(true);
equal<Row<'SELECT Who FROM (SELECT * FROM adults) WHERE id IN (SELECT uid FROM counts)', Db>, { Who: string }>(true);

// joins of every kind through CTEs, subqueries and views
equal<
  Row<'WITH p AS (SELECT * FROM posts) SELECT u.name, p.title FROM users u LEFT JOIN p ON p.user_id = u.id', Db>,
  { name: string; title: S }
>(true);
equal<
  Row<
    'WITH j AS (SELECT u.id, p.title AS t FROM users u LEFT JOIN posts p ON p.user_id = u.id) SELECT j.id, j.t, x.title FROM j JOIN posts x ON x.title = j.t',
    Db
  >,
  { id: number; t: S; title: string }
>(true);
equal<
  Row<'SELECT s.title, u.name FROM (SELECT user_id, title FROM posts) s RIGHT JOIN users u ON u.id = s.user_id', Db>,
  { title: S; name: string }
>(true);
equal<Row<'SELECT a.Who, p.title FROM adults a FULL JOIN posts p ON p.user_id = a.id', Db>, { Who: S; title: S }>(true);
equal<
  Row<
    'SELECT u.name, p.title, t.tag FROM users u LEFT JOIN posts p ON p.user_id = u.id LEFT JOIN tags t ON t.post_id = p.id',
    Db
  >,
  { name: string; title: S; tag: S }
>(true);
equal<
  Row<
    'SELECT u.name, p.title, t.tag FROM users u LEFT JOIN posts p ON p.user_id = u.id RIGHT JOIN tags t ON t.post_id = p.id',
    Db
  >,
  { name: S; title: S; tag: string }
>(true);
equal<
  Row<
    'SELECT u.name, p.title, t.tag FROM users u JOIN posts p ON p.user_id = u.id FULL JOIN tags t ON t.post_id = p.id',
    Db
  >,
  { name: S; title: S; tag: S }
>(true);
equal<Row<'SELECT u.name, p.title FROM users u CROSS JOIN posts p', Db>, { name: string; title: string }>(true);
equal<Row<'SELECT u.name, p.title FROM users u INNER JOIN posts p ON 1', Db>, { name: string; title: string }>(true);
equal<
  Row<'SELECT * FROM (SELECT id, name FROM users) LEFT JOIN (SELECT user_id, title FROM posts) ON user_id = id', Db>,
  { id: number; name: string; user_id: N; title: S }
>(true);
equal<
  Row<
    'SELECT s.n FROM users u LEFT JOIN (SELECT user_id, count(*) AS n FROM posts GROUP BY user_id) s ON s.user_id = u.id',
    Db
  >,
  { n: N }
>(true);
equal<
  Row<'SELECT post_id, a.tag AS a, b.tag AS b FROM tags a LEFT JOIN tags b USING (post_id)', Db>,
  { post_id: number; a: string; b: S }
>(true);
equal<Row<'SELECT a.name FROM users a, users b WHERE a.id = b.age', Db>, { name: string }>(true);

// IS NOT NULL narrows what a condition must hold for
equal<Row<'SELECT email AS e, upper(email) AS u FROM users WHERE email IS NOT NULL', Db>, { e: string; u: string }>(
  true,
);
equal<Row<'SELECT p.title FROM users u LEFT JOIN posts p ON p.user_id = u.id WHERE p.id IS NOT NULL', Db>['title'], S>(
  true,
);
equal<Row<'SELECT score FROM posts WHERE score NOTNULL', Db>, { score: number }>(true);
equal<Row<'SELECT score FROM posts WHERE score IS NULL', Db>['score'], N>(true);
equal<Row<'SELECT x FROM (SELECT email AS x FROM users WHERE email IS NOT NULL)', Db>, { x: string }>(true);

// names of unaliased expressions are their text
equal<
  Row<"SELECT upper(name), 'a''b', 1.50, -age, name || '!' FROM users", Db>,
  { 'upper(name)': string; "'a''b'": string; '1.50': number; '-age': number; "name || '!'": string }
>(true);
equal<Row<'SELECT (age), users.name, "age", [age] AS b FROM users', Db>, { age: number; name: string; b: number }>(
  true,
);
equal<Row<'SELECT CASE WHEN age > 1 THEN 1 END FROM users', Db>, { 'CASE WHEN age > 1 THEN 1 END': N }>(true);

// comments, quotes, letter case, white space
equal<Row<'select /* all, FROM x */ id -- the key\n, name from users -- end', Db>, { id: number; name: string }>(true);
equal<Row<'SELECT\n\tid\r\n,\n\tname\nFROM\n\tusers;', Db>, { id: number; name: string }>(true);
equal<Row<'SeLeCt `id`, [name], "age" FrOm "users"', Db>, { id: number; name: string; age: number }>(true);
equal<Row<"SELECT 'it''s -- no comment' AS a, 'FROM (' AS b FROM users", Db>, { a: string; b: string }>(true);
equal<Row<'SELECT u."Full Name" AS "my name" FROM users AS u', Db>, { 'my name': S }>(true);

// FILTER, row values, window frames
equal<
  Row<'SELECT count(*) FILTER (WHERE age > 3) AS c, max(name) FILTER (WHERE active) AS m FROM users', Db>,
  { c: number; m: S }
>(true);
equal<
  Row<'SELECT (id, age) = (SELECT id, age FROM users) AS t, (id, age) IN (VALUES (1, 2)) AS i FROM users', Db>,
  { t: N; i: N }
>(true);
equal<
  Row<
    'SELECT dense_rank() OVER (PARTITION BY age ORDER BY name DESC NULLS LAST) AS d, percent_rank() OVER w AS p, ntile(4) OVER w AS n, first_value(name) OVER (w ROWS UNBOUNDED PRECEDING) AS f FROM users WINDOW w AS (ORDER BY id)',
    Db
  >,
  { d: number; p: number; n: number; f: S }
>(true);

// compound selects and CTEs
equal<
  Row<"SELECT id AS a, 'x' AS b FROM users INTERSECT SELECT user_id, title FROM posts", Db>,
  { a: number; b: string }
>(true);
equal<Row<'SELECT email FROM users EXCEPT SELECT name FROM users', Db>['email'], S>(true);
equal<
  Row<'WITH a AS (SELECT id FROM users), b AS (SELECT id FROM a WHERE id > 1) SELECT * FROM b', Db>,
  { id: number }
>(true);
equal<Row<'WITH t (x, y) AS (VALUES (1, NULL), (2, 2.5)) SELECT y, x FROM t', Db>, { y: N; x: number }>(true);
equal<Row<'SELECT (WITH c AS (SELECT max(age) AS m FROM users) SELECT m FROM c) AS m', Db>, { m: N }>(true);

// writes with RETURNING
equal<
  Row<
    "INSERT INTO users (name, age) VALUES ('a', 1) ON CONFLICT (id) DO UPDATE SET age = excluded.age RETURNING *",
    Db
  >,
  { id: number; name: string; email: S; active: number; age: number; 'Full Name': S }
>(true);
equal<
  Row<"INSERT INTO users (name, age) VALUES ('a', 1) ON CONFLICT DO NOTHING RETURNING id AS key", Db>,
  { key: number }
>(true);
equal<Row<'INSERT INTO tags SELECT id, name FROM users RETURNING tag', Db>, { tag: string }>(true);
equal<Row<'REPLACE INTO tags (post_id, tag) VALUES (1, 2) RETURNING post_id + 1 AS n', Db>, { n: number }>(true);
equal<
  Row<'UPDATE users SET (name, age) = (SELECT title, 3 FROM posts) WHERE id = 1 RETURNING age', Db>,
  { age: number }
>(true);
equal<Row<'DELETE FROM tags WHERE post_id = 1 RETURNING tag, post_id AS p', Db>, { tag: string; p: number }>(true);
equal<Row<'DELETE FROM tags', Db>, never>(true);
equal<
  Row<"WITH n AS (SELECT 1 AS i, 'x' AS s) INSERT INTO tags SELECT i, s FROM n RETURNING *", Db>,
  { post_id: number; tag: string }
>(true);

// AS OF
equal<Row<'SELECT id, name FROM users FOR SYSTEM_TIME AS OF 17', Db>, { id: number; name: string }>(true);
equal<Row<"SELECT u.name FROM users FOR SYSTEM_TIME AS OF '2026-01-01' u", Db>, { name: string }>(true);

// modes
equal<Row<'SELECT id, active, made, score FROM users LEFT JOIN posts p USING (id)', Db, BigintMode>['score'], N>(true);
equal<
  Row<'SELECT age + 1 AS a, age * 1.5 AS b, age / 2 AS c, length(name) AS d FROM users', Db, BigintMode>,
  { a: bigint | number; b: number; c: bigint | null; d: bigint }
>(true);

// texts that are not one literal
declare const table: 'users' | 'adults';
declare const name: string;
const rowsOf = <const Q extends string>(_sql: Q): SQL<Q, Db> => [];
const chosen = rowsOf(`SELECT id FROM ${table}`);
equal<typeof chosen, { id: number }[]>(true);
const unknown = rowsOf(`SELECT id FROM users WHERE name = '${name}'`);
equal<typeof unknown, AnyRow[]>(true);
const dynamic = rowsOf(name);
equal<typeof dynamic, AnyRow[]>(true);
equal<SQL<'SELECT id FROM users' | 'SELECT name FROM users', Db>, ({ id: number } | { name: string })[]>(true);

// arms and subqueries without FROM, before others with it
equal<
  Row<'SELECT 1 AS a, 2 AS b, 3 AS c, 4 AS d, 5 AS e UNION ALL SELECT id, age, 1, 2, email FROM users', Db>,
  { a: number; b: number; c: number; d: number; e: number | S }
>(true);
equal<Row<'SELECT id, (SELECT upper(p.name)) AS u FROM users p WHERE id BETWEEN 16 AND 17', Db>, { id: number; u: S }>(
  true,
);
equal<
  Row<'SELECT 1 AS a, 2 AS b, 3 AS c, 4 AS d, 5 AS e WHERE 1 = 1 AND EXISTS (SELECT 1 FROM users)', Db>,
  { a: number; b: number; c: number; d: number; e: number }
>(true);
