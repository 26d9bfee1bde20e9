-- USING and NATURAL with groups of tables
CREATE TABLE one (k, a)
CREATE TABLE two (k, b)
CREATE TABLE three (k, c)
CREATE TABLE four (k, d)
INSERT INTO one VALUES (1, 'a1'), (2, 'a2'), (3, 'a3')
INSERT INTO two VALUES (2, 'b2'), (3, 'b3'), (4, 'b4')
INSERT INTO three VALUES (3, 'c3'), (4, 'c4'), (5, 'c5')
INSERT INTO four VALUES (1, 'd1'), (3, 'd3'), (5, 'd5'), (9, 'd9')
SELECT k, one.k, two.k, a, b, c FROM one JOIN (two JOIN three USING (k)) USING (k)
SELECT k, a, b, c, d FROM one JOIN (two LEFT JOIN three USING (k)) USING (k) LEFT JOIN (three AS x JOIN four USING (k)) USING (k), three WHERE three.k = 3 ORDER BY 1
SELECT k, two.k, three.k, a, b, c FROM one LEFT JOIN (two JOIN three USING (k)) USING (k) ORDER BY 1
SELECT k, one.k, two.k, three.k FROM one FULL JOIN (two FULL JOIN three USING (k)) USING (k) ORDER BY 1
SELECT k, one.k, two.k, three.k FROM one RIGHT JOIN (two RIGHT JOIN three USING (k)) USING (k) ORDER BY 1
SELECT k, a, b, c, d FROM (one FULL JOIN two USING (k)) FULL JOIN (three FULL JOIN four USING (k)) USING (k) ORDER BY 1
SELECT * FROM one FULL JOIN (two LEFT JOIN (three FULL JOIN four USING (k)) USING (k)) AS j ON j.k = one.k ORDER BY coalesce(one.k, j.k), j.b
SELECT j.k, j.a, j.b FROM (one JOIN two USING (k)) AS j ORDER BY 1
SELECT one.k FROM one JOIN one USING (k, a) ORDER BY 1
SELECT * FROM one NATURAL JOIN two ON a < b
SELECT * FROM one NATURAL JOIN two USING (k)
SELECT * FROM one JOIN two USING (a)
-- ON sees tables to its right, and names of results
CREATE TABLE t (a, b)
CREATE TABLE u (c, d)
INSERT INTO t VALUES (1, 2), (2, 3), (3, 4)
INSERT INTO u VALUES (2, 'x'), (3, 'y')
SELECT x.a, y.a, u.d FROM t x JOIN t y ON u.c = y.a JOIN u ON u.c = x.b ORDER BY 1, 2
SELECT a + 1 AS n, d FROM t JOIN u ON n = c ORDER BY 1
SELECT a, -b AS z, d FROM t LEFT JOIN u ON z = -c ORDER BY 1
SELECT x.a FROM t x LEFT JOIN t y ON nothing.a = x.a
-- an outer join whose right side may be true of NULL
CREATE TABLE t (a INTEGER)
CREATE TABLE u (x INTEGER, y INTEGER)
INSERT INTO t VALUES (1), (2), (NULL)
INSERT INTO u VALUES (1, 5)
SELECT * FROM t LEFT JOIN u ON a = x WHERE y NOT IN () ORDER BY a
SELECT * FROM t LEFT JOIN u ON a = x WHERE y NOT IN (7) ORDER BY a
SELECT a, (SELECT 1 FROM u LEFT JOIN (SELECT t.a AS v FROM u) ON 500 = v WHERE v) FROM t ORDER BY a
SELECT a, (SELECT count(*) FROM u LEFT JOIN (SELECT t.a AS v FROM u) ON y = 6 WHERE v IS NULL) FROM t ORDER BY a
-- a name that two tables before a NATURAL JOIN have
CREATE TABLE t (k)
INSERT INTO t VALUES (0), (1), (2)
SELECT * FROM t AS p JOIN t AS q ON r.k = 1 NATURAL JOIN t AS s JOIN t AS r ON r.k = q.k ORDER BY 1, 2
SELECT k FROM t AS p JOIN t AS q NATURAL JOIN t AS s
SELECT * FROM t AS p JOIN t AS q NATURAL FULL JOIN t AS s
