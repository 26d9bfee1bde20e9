/** What is wrong is an error on the argument, with the correction where there is one. */
import type { Checked, SqlError } from '@dotdo/dosql/types';
import { db, type Db } from './database.ts';
import { equal } from './equal.ts';

// errors
equal<
  Checked<'SELECT id, nmae FROM users', Db>,
  SqlError<'no such column: nmae - did you mean name?'> | 'SELECT id, name FROM users'
>(true);
equal<
  Checked<'SELECT id FROM usres', Db>,
  SqlError<'no such table: usres - did you mean users?'> | 'SELECT id FROM users'
>(true);
equal<Checked<'SELECT id FROM users, posts', Db>, SqlError<'ambiguous column name: id'>>(true);
equal<Checked<'SELECT FROM users', Db>, SqlError<'near "FROM": syntax error'>>(true);
equal<Checked<'SELECT id FROM users WHERE', Db>, SqlError<'incomplete input'>>(true);
equal<
  Checked<'INSERT INTO users (email) VALUES (1)', Db>,
  SqlError<'NOT NULL constraint failed: users.name' | 'NOT NULL constraint failed: users.age'>
>(true);
equal<Checked<'SELECT abs(1, 2)', Db>, SqlError<'wrong number of arguments to function abs()'>>(true);
equal<
  Checked<'SELECT cuont(*) FROM users', Db>,
  SqlError<'no such function: cuont - did you mean count?'> | 'SELECT count(*) FROM users'
>(true);
equal<Checked<'SELECT a FROM (SELECT 1 AS b)', Db>, SqlError<'no such column: a'>>(true);

// no such column, table, function
equal<
  Checked<'SELECT u.nam FROM users u', Db>,
  SqlError<'no such column: u.nam - did you mean u.name?'> | 'SELECT u.name FROM users u'
>(true);
equal<
  Checked<'SELECT id FROM users WHERE agge > 1', Db>,
  SqlError<'no such column: agge - did you mean age?'> | 'SELECT id FROM users WHERE age > 1'
>(true);
equal<
  Checked<'SELECT id FROM users ORDER BY naem', Db>,
  SqlError<'no such column: naem - did you mean name?'> | 'SELECT id FROM users ORDER BY name'
>(true);
equal<Checked<'SELECT x.id FROM users u', Db>, SqlError<'no such column: x.id'>>(true);
equal<Checked<'SELECT zzzzzz FROM users', Db>, SqlError<'no such column: zzzzzz'>>(true);
equal<
  Checked<'SELECT x.id FROM users u JOIN post x', Db>,
  SqlError<'no such table: post - did you mean posts?'> | 'SELECT x.id FROM users u JOIN posts x'
>(true);
equal<
  Checked<'UPDATE users SET nmae = 1', Db>,
  SqlError<'no such column: nmae - did you mean name?'> | 'UPDATE users SET name = 1'
>(true);
equal<Checked<'DELETE FROM usrs', Db>, SqlError<'no such table: usrs - did you mean users?'> | 'DELETE FROM users'>(
  true,
);

// ambiguity
equal<Checked<'SELECT u.id FROM users u, posts p WHERE id = 1', Db>, SqlError<'ambiguous column name: id'>>(true);
equal<Checked<'SELECT id FROM users JOIN posts USING (id)', Db>, 'SELECT id FROM users JOIN posts USING (id)'>(true);
equal<Checked<'SELECT post_id FROM tags a NATURAL JOIN tags b', Db>, 'SELECT post_id FROM tags a NATURAL JOIN tags b'>(
  true,
);

// arity
equal<Checked<'SELECT upper() FROM users', Db>, SqlError<'wrong number of arguments to function upper()'>>(true);
equal<
  Checked<'SELECT id FROM users UNION SELECT id, title FROM posts', Db>,
  SqlError<'SELECTs to the left and right of a compound operator do not have the same number of result columns'>
>(true);
equal<Checked<'VALUES (1, 2), (3)', Db>, SqlError<'all VALUES must have the same number of terms'>>(true);

// what SQLite takes is taken
equal<Checked<'CREATE TABLE x (a)', Db>, 'CREATE TABLE x (a)'>(true);
equal<Checked<'PRAGMA user_version', Db>, 'PRAGMA user_version'>(true);
equal<Checked<string, Db>, string>(true);

db.query('SELECT id, name FROM users WHERE active = true');
// @ts-expect-error no such column
db.query('SELECT id, nmae FROM users');
// @ts-expect-error no such table
db.query('SELECT id FROM usres');
// @ts-expect-error near "FROM": syntax error
db.query('SELECT FROM users');
// @ts-expect-error NOT NULL constraint failed: users.age
db.query('INSERT INTO users (name) VALUES (1)');
// @ts-expect-error a generated column
db.query("INSERT INTO posts (user_id, upper_title) VALUES (1, 'X')");
const [first] = db.query('SELECT id, email FROM users');
equal<typeof first, { id: number; email: string | null }>(true);
// @ts-expect-error it may be NULL
export const email: string = first.email;
