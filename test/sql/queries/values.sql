-- affinity and collation of columns of views and compounds
CREATE TABLE t (n INT, s TEXT, c COLLATE NOCASE)
INSERT INTO t VALUES (1, 'one', 'B')
CREATE VIEW mixed AS SELECT n, s FROM t UNION ALL SELECT '4', 4
SELECT n = '1', n = '4', s = 4, typeof(n), typeof(s) FROM mixed
SELECT name, type FROM pragma_table_info('mixed')
CREATE TABLE made AS SELECT * FROM mixed
SELECT typeof(n), typeof(s) FROM made
CREATE VIEW same AS SELECT n FROM t UNION ALL SELECT 2
CREATE VIEW plain AS SELECT DISTINCT c, 'a' AS d FROM t
SELECT d >= c, c <= d FROM plain
CREATE VIEW flat(a, b) AS SELECT 'a', 'B' COLLATE NOCASE FROM t
SELECT a >= b, b <= a, a IN (b), min(a, b) FROM flat
CREATE TABLE kept (n REAL, g REAL AS (n), i INT AS (n))
INSERT INTO kept (n) VALUES (1), (2.5)
SELECT * FROM kept GROUP BY n
SELECT ('abcd' = 'ABCD') COLLATE nocase, ('abcd' <> 'ABCD') COLLATE nocase, ('a' COLLATE nocase) = 'A'
CREATE TABLE real_ (r REAL, x)
INSERT INTO real_ VALUES (-0.0, 1)
SELECT typeof(r), r || '' FROM real_
-- rows, and a query as the only member of a list
CREATE TABLE t (a, b)
INSERT INTO t VALUES (1, 2), (3, 4), (5, NULL)
SELECT a, CASE (a, b) WHEN (1, 2) THEN 'p' WHEN (3, 4) THEN 'q' ELSE 'r' END FROM t ORDER BY a
SELECT CASE (SELECT 2, 2) WHEN (1, 1) THEN 'p' WHEN (2, 2) THEN 'q' END
SELECT a FROM t WHERE a IN ((SELECT a FROM t WHERE b > 0)) ORDER BY a
SELECT a FROM t WHERE a NOT IN (((SELECT a FROM t WHERE b > 2))) ORDER BY a
SELECT a FROM t WHERE a IN ((SELECT a FROM t WHERE b > 0), 5) ORDER BY a
SELECT 'a' MATCH 'b'
SELECT a FROM t WHERE a MATCH 'b' AND 0
-- JSON over windows, and rowids of what it is taken apart to
CREATE TABLE t (x)
INSERT INTO t VALUES (1), ('a,b'), ('q"r'), (NULL)
SELECT json_group_array(x) OVER (ORDER BY rowid ROWS 1 PRECEDING) FROM t
SELECT json_group_array(json_array(x)) OVER (ORDER BY rowid ROWS 2 PRECEDING) FROM t
SELECT json_group_object('k' || rowid, x) OVER (ORDER BY rowid ROWS 1 PRECEDING) FROM t
SELECT rowid, key, value FROM json_each('[5, 6, {"a": 7}]')
SELECT j.rowid, fullkey FROM json_tree('[5, {"a": 7}]') AS j WHERE j.rowid > 0
-- affinity of VALUES
SELECT column1 = '1', column1 = 1, typeof(column1) FROM (VALUES (CAST(1 AS INT)))
SELECT column1, column1 = '1', typeof(column1) FROM (VALUES (CAST(1 AS REAL)), (1), ('1'))
SELECT column1, column1 = '44', typeof(column1) FROM (VALUES (CAST(44 AS REAL)), (55))
CREATE VIEW v AS VALUES (CAST(44 AS REAL), 'x'), (55, 5)
SELECT name, type FROM pragma_table_info('v')
CREATE VIEW w AS SELECT CAST(44 AS REAL) AS m UNION ALL SELECT 55
SELECT name, type FROM pragma_table_info('w')
SELECT m, typeof(m), m = '55' FROM w
