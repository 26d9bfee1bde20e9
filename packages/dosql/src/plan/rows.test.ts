import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Fixture } from '../exec/fixture.ts';

const fixture = new Fixture(
  [
    'CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL, d INT, e TEXT COLLATE NOCASE)',
    'CREATE INDEX tb ON t(b)',
    'CREATE INDEX tcd ON t(c, d DESC)',
    'CREATE INDEX te ON t(e)',
    'CREATE TABLE u(x INT, y INT, z TEXT)',
    'CREATE INDEX uxy ON u(x, y)',
    'CREATE TABLE w(k TEXT, l INT, v, PRIMARY KEY (k, l)) WITHOUT ROWID',
    'CREATE INDEX wv ON w(v)',
  ],
  new DatabaseSync(':memory:'),
);
const texts = ['a', 'B', 'b', 'C', '5', '', null] as const;
for (let i = 1; i <= 60; i++) {
  fixture.insert('t', [
    i,
    texts[i % 7] ?? null,
    i % 5 === 0 ? null : (i % 8) / 2 + 0.25,
    (i * 7) % 11,
    texts[(i * 3) % 7] ?? null,
  ]);
  fixture.insert('u', [i % 9 === 0 ? null : (i * 5) % 40, i % 6, texts[(i * 2) % 7] ?? null]);
  fixture.insert('w', [texts[i % 6] ?? 'n', i, i % 4]);
}

const SQL = [
  'SELECT * FROM t WHERE a = 5',
  'SELECT * FROM t WHERE a IN (3, 1, 99, 2, 3)',
  "SELECT a FROM t WHERE a = '7'",
  'SELECT a FROM t WHERE b = 5',
  "SELECT a FROM t WHERE b = 'b' OR a = 5 OR d = 3",
  "SELECT a FROM t WHERE b = 'b' OR a = 5",
  'SELECT a FROM t WHERE d = 1 OR d = 3 OR d = 3',
  "SELECT a FROM t WHERE e = 'B'",
  "SELECT a FROM t WHERE e = 'B' COLLATE BINARY",
  'SELECT a, c FROM t WHERE c > 1 AND c <= 3 ORDER BY c, d DESC, a',
  'SELECT a, c, d FROM t WHERE c = 1.25 AND d BETWEEN 2 AND 8 ORDER BY d, a',
  'SELECT a FROM t WHERE c < 2 ORDER BY a',
  'SELECT a FROM t WHERE b IS NULL',
  'SELECT a FROM t WHERE b IS NOT NULL ORDER BY b DESC, a',
  'SELECT * FROM t ORDER BY e, a LIMIT 7 OFFSET 3',
  'SELECT a FROM t ORDER BY a DESC LIMIT 3',
  'SELECT b, count(*), sum(d), total(c), min(a), max(e) FROM t GROUP BY b ORDER BY 1',
  'SELECT e, count(*) FROM t GROUP BY e ORDER BY e',
  'SELECT d % 3 AS m, count(*) AS n FROM t GROUP BY m HAVING n > 10 ORDER BY n DESC, m',
  'SELECT b, max(c), a FROM t GROUP BY b ORDER BY b',
  'SELECT min(c), max(c), count(c), avg(d) FROM t',
  'SELECT max(c) FROM t',
  'SELECT min(b) FROM t WHERE a > 10',
  'SELECT count(*) FROM t',
  'SELECT count(*) FROM t WHERE 0',
  'SELECT max(a) FROM t WHERE 0',
  'SELECT DISTINCT b, e FROM t ORDER BY 1, 2',
  'SELECT t.a, u.y FROM t, u WHERE t.a = u.x ORDER BY 1, 2',
  'SELECT t.a, u.y FROM t JOIN u ON t.d = u.y WHERE t.a < 10 ORDER BY 1, 2, u.rowid',
  'SELECT count(*), sum(t.a * u.y) FROM t, u WHERE t.d = u.y AND t.b = u.z',
  'SELECT t.a, u.x, u.y FROM t LEFT JOIN u ON u.x = t.a AND u.y > 2 ORDER BY 1, 2, 3',
  'SELECT t.a, u.x FROM t LEFT JOIN u ON u.x = t.a WHERE u.x IS NULL ORDER BY 1',
  'SELECT t.a, u.x FROM t LEFT JOIN u ON u.x = t.a WHERE u.y = 3 ORDER BY 1, 2',
  'SELECT t.a, u.x FROM t RIGHT JOIN u ON u.x = t.a ORDER BY 1, 2, u.rowid',
  'SELECT t.a, u.x FROM t FULL JOIN u ON u.x = t.a ORDER BY 1, 2, u.rowid',
  'SELECT t.a, u.x FROM t FULL JOIN u ON u.x = t.a WHERE t.a > 5 OR t.a IS NULL ORDER BY 1, 2, u.rowid',
  'SELECT count(*) FROM t a JOIN t b USING (d) JOIN t c USING (d) WHERE a.a < 10',
  'SELECT t.a, q.n FROM t LEFT JOIN (SELECT x, count(*) AS n FROM u GROUP BY x) q ON q.x = t.a ORDER BY 1',
  'SELECT t.a, u.x, w.v FROM t LEFT JOIN (u JOIN w ON u.z = w.k) ON t.a = u.x AND w.l = 3 ORDER BY 1, 2, 3, u.rowid',
  'SELECT * FROM (SELECT a, d FROM t WHERE a > 5) AS q JOIN (SELECT x, y FROM u WHERE y = 2) AS r ON q.a = r.x ORDER BY 1, 2, 3, 4',
  'SELECT a, (SELECT max(y) FROM u WHERE u.x = t.a) FROM t ORDER BY a',
  'SELECT a, (SELECT count(*) FROM u WHERE u.y = t.d) AS n FROM t WHERE n > 5 ORDER BY a',
  'SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = t.a AND u.y = t.d % 6) ORDER BY 1',
  'SELECT a FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.x = t.a) ORDER BY 1',
  'SELECT a FROM t WHERE a IN (SELECT x FROM u WHERE y > 3) ORDER BY 1',
  'SELECT a FROM t WHERE a NOT IN (SELECT x FROM u) ORDER BY 1',
  'SELECT a FROM t WHERE (a, d) IN (SELECT x, y FROM u) ORDER BY 1',
  'SELECT a FROM t WHERE (a, d) > (10, 3) ORDER BY 1',
  'SELECT a FROM t WHERE (b, d) = (SELECT z, y FROM u WHERE x = 5)',
  'SELECT b, (SELECT count(*) FROM u WHERE u.z = t.b) FROM t GROUP BY b ORDER BY 1',
  'SELECT d, sum(a), (SELECT sum(t.a) + max(u.y) FROM u) FROM t GROUP BY d ORDER BY 1',
  'SELECT a FROM t UNION SELECT x FROM u ORDER BY 1',
  'SELECT a, b FROM t WHERE a < 5 UNION ALL SELECT x, z FROM u WHERE y = 1 ORDER BY 1 DESC, 2',
  'SELECT a FROM t EXCEPT SELECT x FROM u ORDER BY a',
  'SELECT e FROM t INTERSECT SELECT z FROM u ORDER BY 1',
  'SELECT c FROM t UNION SELECT d FROM t ORDER BY 1',
  "VALUES (1, 2.0), (2, 3), (NULL, x'00')",
  'SELECT column1 + 1 FROM (VALUES (1), (2))',
  'WITH c AS (SELECT a, d FROM t WHERE a < 9) SELECT x.a, y.a FROM c x JOIN c y ON x.d = y.d ORDER BY 1, 2',
  'WITH c(p) AS (SELECT max(a) FROM t) SELECT * FROM t, c WHERE t.a = c.p',
  'WITH RECURSIVE c(n, s) AS (SELECT 1, 1.5 UNION ALL SELECT n + 1, s * 2 FROM c WHERE n < 10) SELECT * FROM c',
  'WITH RECURSIVE c(n) AS (SELECT 1 UNION SELECT (n * 3) % 17 FROM c) SELECT n FROM c ORDER BY n',
  'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 5) SELECT t.a FROM c JOIN t ON t.a = c.n ORDER BY 1',
  'SELECT a, row_number() OVER (PARTITION BY b ORDER BY c, a), sum(d) OVER w FROM t WINDOW w AS (ORDER BY a ROWS 2 PRECEDING) ORDER BY a',
  'SELECT b, sum(sum(d)) OVER (ORDER BY b), rank() OVER (ORDER BY count(*)) FROM t GROUP BY b ORDER BY b',
  'SELECT a, lag(c, 1, 0) OVER (ORDER BY a) + 1, a * 2 FROM t ORDER BY a LIMIT 9',
  'SELECT a FROM t ORDER BY sum(d) OVER (ORDER BY a DESC), a',
  "SELECT k, l, v FROM w WHERE k = 'b' AND l > 20 ORDER BY l",
  'SELECT k, l FROM w WHERE v = 3 ORDER BY k, l',
  'SELECT v, count(*) FROM w GROUP BY v ORDER BY v',
  "SELECT l FROM w WHERE (k = 'a' AND l < 20) OR v = 2 ORDER BY l",
  "SELECT typeof(c), typeof(c + 1), typeof(-c), typeof(d / 2), typeof(d * 1.5), c || '' FROM t ORDER BY a",
  'SELECT a, CASE WHEN d > 5 THEN c WHEN d > 3 THEN d ELSE b END FROM t ORDER BY a',
  "SELECT a, c BETWEEN 1 AND 2, b IN ('a', 5), e = 'A', CAST(c AS INT) FROM t ORDER BY a",
  'SELECT rowid, t.oid FROM t WHERE rowid BETWEEN 4 AND 6',
  'SELECT rowid, y FROM u WHERE rowid > 55 ORDER BY rowid DESC',
  'SELECT count(DISTINCT b), group_concat(DISTINCT e) IS NULL, sum(d) FILTER (WHERE a > 30) FROM t',
  "SELECT 1, 2.0, NULL, x'ff', -9223372036854775808, 1e3, 1 = 1.0, 5 / 2, 5 / 2.0",
  'SELECT a + 0 AS s FROM t WHERE s > 50 ORDER BY s DESC',
  'SELECT * FROM t NATURAL JOIN (SELECT a, d FROM t WHERE d = 4) ORDER BY a',
  'SELECT x, coalesce(t.a, -1) FROM u LEFT JOIN t ON t.a = u.x AND t.d = 3 WHERE u.y = 1 ORDER BY 1, 2',
  'SELECT count(*) FROM t, u, w WHERE t.a = u.x AND u.z = w.k AND w.l = t.d',
  'SELECT a FROM t WHERE a > (SELECT avg(a) FROM t) AND d < (SELECT count(*) FROM u WHERE x = t.a) + 3 ORDER BY a',
  'SELECT (SELECT a FROM t t2 WHERE t2.d = t1.d ORDER BY a DESC LIMIT 1) FROM t t1 ORDER BY t1.a',
  'SELECT a, (SELECT group_concat(q) FROM (SELECT y AS q FROM u WHERE u.x = t.a)) FROM t ORDER BY a',
];

describe('rows that are those of SQLite, whatever the way to them', () => {
  it.each(SQL)('%s', (sql) => {
    const [ours, theirs] = [fixture.ours(sql), fixture.theirs(sql)];
    if (sql.includes('ORDER BY')) expect(ours).toEqual(theirs);
    else expect(ours.sort()).toEqual(theirs.sort());
  });
});
