-- ORDER BY of a compound names a column of any of its queries
CREATE TABLE t (a, b)
CREATE TABLE u (c, d)
INSERT INTO t VALUES (1, 9), (2, 8)
INSERT INTO u VALUES (0, 7), (3, 6)
SELECT a, b FROM t UNION ALL SELECT c, d FROM u ORDER BY t.b
SELECT t.a, b FROM t UNION ALL SELECT c, d FROM u ORDER BY t.a DESC, b
SELECT a, b FROM t UNION SELECT c, d FROM u ORDER BY u.c
SELECT a, b FROM t UNION SELECT c, d FROM u ORDER BY main.t.a
SELECT a, b FROM t UNION SELECT c, d FROM u ORDER BY a + b
SELECT a, b FROM t UNION SELECT c, d FROM u ORDER BY nothing.c
-- numbers in ORDER BY and GROUP BY
CREATE TABLE t (a, b)
INSERT INTO t VALUES (1, 9), (2, 8), (2, 7)
SELECT a, b FROM t ORDER BY +2
SELECT a, b FROM t ORDER BY -1
SELECT a, b FROM t ORDER BY - -2
SELECT a, b FROM t ORDER BY 3
SELECT a, b FROM t ORDER BY 3000000000, b
SELECT a, count(*) FROM t GROUP BY +1 ORDER BY 1
SELECT a, count(*) FROM t GROUP BY -2
SELECT a FROM t ORDER BY 1 COLLATE nosuch
SELECT a FROM t UNION SELECT b FROM t ORDER BY 1 COLLATE nosuch
SELECT a FROM t ORDER BY min(b)
SELECT a FROM t GROUP BY a ORDER BY min(b)
SELECT abs(a ORDER BY b) FROM t
SELECT likelihood(a, 2) FROM t
SELECT likelihood(a, 0.25) FROM t ORDER BY a
-- columns of a query in FROM are called without COLLATE
CREATE TABLE t (a, b)
INSERT INTO t VALUES ('x', 1), ('Y', 2)
SELECT a FROM (SELECT a COLLATE nocase FROM t) ORDER BY a
SELECT q.a, t.b FROM (SELECT a COLLATE nocase FROM t) AS q JOIN t USING (a) ORDER BY 2
CREATE VIEW v AS SELECT a COLLATE nocase, b FROM t
SELECT a FROM v WHERE a = 'X'
SELECT * FROM v INDEXED BY nosuch
-- tables of a WITH are seen in those within
WITH p AS (SELECT 10 AS n), q AS (SELECT * FROM p UNION ALL SELECT 11), r AS (WITH p AS (SELECT 12) SELECT * FROM q) SELECT * FROM r
WITH p AS (SELECT 10 AS n) SELECT * FROM (WITH q AS (SELECT n + 1 AS m FROM p) SELECT n, m FROM p, q)
CREATE TABLE t (a)
WITH p(n) AS (VALUES (100)) INSERT INTO t SELECT * FROM (WITH q(m) AS (SELECT * FROM p) SELECT m + n FROM p, q)
WITH r(i) AS (SELECT 1 UNION ALL SELECT x.i + 1 FROM r x, r y WHERE x.i < 5) SELECT * FROM r
WITH r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i IN (SELECT i FROM r)) SELECT * FROM r
-- a table that has columns called rowid, oid and _rowid_
CREATE TABLE t (rowid, oid, _rowid_, x)
INSERT INTO t VALUES (100, 200, 300, 400), (7, 8, 9, 10)
UPDATE t SET rowid = rowid + 1, x = 5 WHERE oid = 200
DELETE FROM t WHERE _rowid_ = 9
SELECT * FROM t
