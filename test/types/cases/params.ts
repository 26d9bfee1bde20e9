/** Parameters take the type of what they are compared with or assigned to. */
import type { SqlParamsOf } from '@dotdo/dosql/types';
import { db, type Db } from './database.ts';
import { equal, type I, type S } from './equal.ts';

// writes
equal<SqlParamsOf<'INSERT INTO users (name, age, email) VALUES (?, ?, ?)', Db>, [string, I, S]>(true);
equal<SqlParamsOf<'INSERT INTO users VALUES (?, ?, ?, ?, ?, ?)', Db>, [I | null, string, S, boolean | I, I, S]>(true);
equal<SqlParamsOf<'INSERT INTO users (name, age) VALUES (:n, :a) RETURNING id, name', Db>, { n: string; a: I }>(true);
equal<
  SqlParamsOf<
    'INSERT INTO users (id, name, age) VALUES (?, ?, 3) ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = ? WHERE users.age > ?',
    Db
  >,
  [I | null, string, S, I]
>(true);
equal<SqlParamsOf<'UPDATE users SET name = ?, age = age + ? WHERE id = ?', Db>, [string, I | number, I]>(true);
equal<SqlParamsOf<'DELETE FROM posts WHERE made < ? RETURNING *', Db>, [string | Date]>(true);
equal<
  SqlParamsOf<'INSERT INTO tags SELECT id, name FROM users WHERE age BETWEEN ? AND ? LIMIT ? OFFSET ?', Db>,
  [I, I, I, I]
>(true);
equal<
  SqlParamsOf<'SELECT ? AS a, * FROM users WHERE name LIKE ? AND email = ? AND ? = age AND id IN (?, ?)', Db>,
  [string | number | bigint | boolean | Uint8Array | ArrayBuffer | Date | null, string, string, I, I, I]
>(true);

// by name and by number
equal<SqlParamsOf<'SELECT id FROM users WHERE age > :min AND name = :name', Db>, { min: I; name: string }>(true);
equal<SqlParamsOf<'SELECT id FROM users WHERE age > $min AND email = @mail', Db>, { min: I; mail: string }>(true);
equal<SqlParamsOf<'SELECT id FROM users WHERE age > ?1 AND name = ?2 AND age < ?1', Db>, [I, string]>(true);
equal<SqlParamsOf<'SELECT id FROM users', Db>, []>(true);
equal<SqlParamsOf<'SELECT id FROM users WHERE age IN (?, ?) AND name NOT LIKE ? LIMIT ?', Db>, [I, I, string, I]>(true);
equal<SqlParamsOf<'SELECT id FROM users WHERE active = ? AND "Full Name" IS ?', Db>, [boolean | I, S]>(true);
equal<
  SqlParamsOf<'SELECT id FROM posts WHERE score BETWEEN ? AND ? AND made >= ?', Db>,
  [number, number, string | Date]
>(true);
equal<
  SqlParamsOf<
    'SELECT id FROM users u WHERE EXISTS (SELECT 1 FROM posts WHERE user_id = u.id AND title = ?) AND age = ?',
    Db
  >,
  [string, I]
>(true);
equal<SqlParamsOf<'WITH a AS (SELECT id FROM users WHERE age > ?) SELECT * FROM a WHERE id = ?', Db>, [I, I]>(true);
equal<SqlParamsOf<'SELECT id FROM users WHERE (id, name) = (?, ?)', Db>['length'], 2>(true);
equal<
  SqlParamsOf<'UPDATE posts SET score = ?, made = ? WHERE id = ? RETURNING id', Db>,
  [number | null, string | Date | null, I]
>(true);
equal<SqlParamsOf<'INSERT INTO users (name, age) VALUES (?, ?), (?, ?)', Db>, [string, I, string, I]>(true);

db.query('SELECT id FROM users WHERE age > ?', [3]);
db.query('SELECT id FROM users WHERE age > :min', { min: 3n });
db.query('SELECT id FROM users');
// @ts-expect-error a number is wanted
db.query('SELECT id FROM users WHERE age > ?', ['x']);
// @ts-expect-error a parameter is missing
db.query('SELECT id FROM users WHERE age > ?');
// @ts-expect-error one too many
db.query('SELECT id FROM users WHERE age > ?', [1, 2]);
// @ts-expect-error no such parameter
db.query('SELECT id FROM users WHERE age > :min', { max: 3 });
// @ts-expect-error not NULL
db.query('INSERT INTO users (name, age) VALUES (?, ?)', [null, 1]);
