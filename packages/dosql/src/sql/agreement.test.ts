/**
 * Agreement with SQLite: statements that touch every rule of its grammar, and mutants of them, are accepted or refused
 * as `prepare` of node:sqlite does it.
 */
import { isSqlError } from '@dotdo/shared-types';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { parseStatement } from './index.ts';
import { Tokenizer } from './tokenizer.ts';

const SCHEMA = `
CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL);
CREATE TABLE u(a, d, x, UNIQUE(a, d));
CREATE TABLE w(k, v, n);
CREATE INDEX ti ON t(b);
CREATE VIEW vw AS SELECT a, b FROM t;
CREATE TRIGGER tr0 AFTER INSERT ON w BEGIN SELECT 1; END;
`;

const STATEMENTS: readonly string[] = `
SELECT 1
SELECT a, b AS bee, c "see", t.*, main.t.b, rowid FROM t
SELECT ALL a FROM t WHERE a = 1 AND NOT b <> 'x' OR c IS NULL
SELECT DISTINCT b FROM t GROUP BY b HAVING count(*) > 1 ORDER BY b COLLATE nocase DESC NULLS LAST, 1 ASC LIMIT 10 OFFSET 5
SELECT * FROM t LIMIT 5, 10
SELECT * FROM t, u JOIN w ON t.a = w.k CROSS JOIN u AS u2
SELECT * FROM t NATURAL JOIN u
SELECT * FROM t NATURAL LEFT OUTER JOIN u
SELECT * FROM t LEFT JOIN u USING (a) RIGHT JOIN w ON w.k = u.d FULL OUTER JOIN u x ON x.a = 1
SELECT * FROM t INNER JOIN u ON t.a = u.a
SELECT * FROM (t JOIN u ON t.a = u.a) JOIN w ON 1
SELECT * FROM t JOIN (u JOIN w ON u.a = w.k) ON t.a = u.a
SELECT * FROM ((t)), (u) AS uu, ((SELECT 1))
SELECT * FROM (SELECT a FROM t UNION ALL SELECT a FROM u) AS q WHERE q.a IN (1, 2)
SELECT * FROM main.t AS tt INDEXED BY ti WHERE b = 'x'
SELECT * FROM t NOT INDEXED WHERE b = 'x'
SELECT * FROM pragma_table_info('t') AS p WHERE p.name = 'a'
SELECT value FROM json_each('[1,2]'), main.json_each('[]') j
SELECT a FROM t UNION SELECT a FROM u INTERSECT SELECT k FROM w EXCEPT SELECT 1 ORDER BY 1
SELECT 1 UNION ALL VALUES (2), (3)
VALUES (1, 'a'), (2, 'b')
VALUES (1) UNION SELECT 2
WITH q AS (SELECT 1 AS x) SELECT * FROM q
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5), m AS MATERIALIZED (SELECT 2), o AS NOT MATERIALIZED (VALUES (1)) SELECT * FROM n, m, o
SELECT (WITH q AS (SELECT 1) SELECT * FROM q)
SELECT sum(c) OVER (), row_number() OVER w1, count(*) FILTER (WHERE a > 1) OVER (w1 ROWS UNBOUNDED PRECEDING) FROM t WINDOW w1 AS (PARTITION BY b ORDER BY a), w2 AS (w1)
SELECT avg(c) OVER (ORDER BY a RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW) FROM t
SELECT avg(c) OVER (ORDER BY a GROUPS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES) FROM t
SELECT avg(c) OVER (PARTITION BY a, b ROWS BETWEEN CURRENT ROW AND 1 + 1 FOLLOWING EXCLUDE GROUP) FROM t
SELECT avg(c) OVER (ROWS CURRENT ROW EXCLUDE NO OTHERS) FROM t
SELECT count(DISTINCT b), group_concat(b, ',' ORDER BY a DESC), max(ALL a), total(c) FILTER (WHERE b LIKE 'x%') FROM t
SELECT CASE a WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'many' END, CASE WHEN a THEN 1 END FROM t
SELECT CAST(a AS VARCHAR(10)), CAST(b AS DECIMAL(10, -2)), CAST(c AS), CAST(c AS UNSIGNED BIG INT) FROM t
SELECT a BETWEEN 1 AND 2 AND b NOT BETWEEN 'a' AND 'b' OR c FROM t
SELECT a IN (1, 2), a NOT IN (SELECT a FROM u), a IN t2, a IN main.u, a IN () FROM t
SELECT a IN json_each('[1]') FROM t
SELECT (a, b) IN (SELECT a, d FROM u), (1, 2) = (3, 4), (a, b) < (1, 'x') FROM t
SELECT b LIKE 'a%' ESCAPE '!', b NOT GLOB 'x*', b NOT LIKE 'y' ESCAPE 'z' FROM t
SELECT b ISNULL, b NOTNULL, b NOT NULL, b IS NOT NULL, b IS DISTINCT FROM c, b IS NOT DISTINCT FROM c, a IS 1 FROM t
SELECT EXISTS (SELECT 1), NOT EXISTS (SELECT 1 FROM t), (SELECT a FROM t)
SELECT -a, +a, ~a, NOT a, - - a, -+~a, a || b || c, a << 1 >> 2 & 3 | 4, a * 2 / 3 % 4, a == 1, a != 1, a <= 1, a >= 1 FROM t
SELECT '{"a":1}' -> 'a', '{"a":1}' ->> '$.a' || 'x'
SELECT a COLLATE nocase, b COLLATE "rtrim" || c FROM t
SELECT 1.5, .5, 5., 1e5, 1.5E-3, 0x1F, 1_000_000, 1_0.2_5e1_0, 0xff_ff, x'00FF', X'', 'it''s', NULL
SELECT "a", [b], \`c\`, "it""s", 'x' 'y' FROM t
SELECT ?, ?5, :a, @b, $c, $d::e(f), ?5
SELECT current_date, current_time, CURRENT_TIMESTAMP, t.current_date FROM t
SELECT 1 -- comment
SELECT /* comment */ 1 -- the end
SELECT 1 /* open
SELECT abort, key, rows, replace(b, 'a', 'b'), like('a', 'b'), glob('a', 'b'), left, "full" FROM t
SELECT 1 abort, 2 AS key, 3 AS left, 4 rows, 5 over, 6 filter, 7 window, 8 offset, 9 begin
SELECT over, filter, window FROM t AS over
SELECT count(*) over FROM t AS rows
SELECT count(*) FILTER (WHERE 1), count(*) filter FROM t window
SELECT t.rowid, t."a", t.[b] FROM t AS t
SELECT * FROM t AS "x y" WHERE "x y".a = 1
SELECT * FROM t ORDER BY a, b DESC, c NULLS FIRST
SELECT max(a, b), min(c) FROM t GROUP BY a, b HAVING max(c) IS NOT NULL
SELECT 1 WHERE 1 GROUP BY 1 HAVING 1 ORDER BY 1
SELECT a NOT NULL AND b IS NOT c = d FROM t, u
SELECT 1 = NOT 2 = 3, - NOT 1, 1 + NOT 2 AND 3
SELECT 1 BETWEEN 2 AND 3 = 4, NOT 1 BETWEEN 2 AND 3
SELECT RAISE(IGNORE)
INSERT INTO t VALUES (1, 'x', 2.5)
INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y') RETURNING *, a + 1 AS next
INSERT INTO main.t AS tt (a) SELECT a FROM u WHERE true ON CONFLICT DO NOTHING
INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT (a) WHERE a > 0 DO UPDATE SET b = excluded.b, (b, c) = (1, 2) WHERE t.b > 1 ON CONFLICT DO NOTHING RETURNING a
INSERT INTO u (a, d) VALUES (1, 2) ON CONFLICT (a, d COLLATE binary) DO NOTHING ON CONFLICT DO UPDATE SET x = 1
INSERT OR ROLLBACK INTO t DEFAULT VALUES
INSERT OR ABORT INTO t SELECT a, b, c FROM t
INSERT OR FAIL INTO t (a) VALUES (1)
INSERT OR IGNORE INTO t (b) DEFAULT VALUES RETURNING rowid
INSERT OR REPLACE INTO t (a) VALUES (1)
REPLACE INTO t (a) VALUES (1)
WITH q AS (SELECT 1) INSERT INTO t (a) SELECT * FROM q
INSERT INTO t (a) WITH q AS (SELECT 1) SELECT * FROM q
WITH q AS (SELECT 1 AS a) REPLACE INTO t (a) SELECT * FROM q
UPDATE t SET a = 1, b = 'x' WHERE c > 0
UPDATE OR IGNORE main.t AS tt SET (a, b) = (SELECT 1, 2), c = 3 RETURNING *
UPDATE t INDEXED BY ti SET c = 1 WHERE b = 'x'
UPDATE t NOT INDEXED SET c = u.x FROM u JOIN w ON u.a = w.k WHERE t.a = u.a RETURNING t.a
WITH q AS (SELECT 1 AS z) UPDATE t SET b = (SELECT z FROM q)
DELETE FROM t
DELETE FROM main.t AS tt WHERE tt.a = 1 RETURNING a, b AS bee
DELETE FROM t NOT INDEXED WHERE a IN (SELECT a FROM u)
DELETE FROM t INDEXED BY ti WHERE b = 'x'
WITH q AS (SELECT 1) DELETE FROM t WHERE a IN q
CREATE TABLE n1 (a, b, c)
CREATE TABLE n2 (a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT NOT NULL DEFAULT 'x' COLLATE nocase, c REAL DEFAULT -1.5 CHECK (c < 5) UNIQUE)
CREATE TEMP TABLE IF NOT EXISTS n3 (a INT PRIMARY KEY DESC ON CONFLICT REPLACE, b VARCHAR(10, 2) NULL ON CONFLICT FAIL, c UNIQUE ON CONFLICT IGNORE, d NOT NULL ON CONFLICT ABORT)
CREATE TEMPORARY TABLE n4 (a REFERENCES t(a) ON DELETE CASCADE ON UPDATE SET NULL MATCH full DEFERRABLE INITIALLY DEFERRED, b REFERENCES u NOT DEFERRABLE INITIALLY IMMEDIATE, c REFERENCES t ON DELETE NO ACTION ON UPDATE RESTRICT)
CREATE TABLE n5 (a, b, PRIMARY KEY (a, b DESC) ON CONFLICT ROLLBACK, UNIQUE (a COLLATE nocase), CONSTRAINT chk CHECK (a > b), CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES u (a, d) ON DELETE SET DEFAULT DEFERRABLE) WITHOUT ROWID
CREATE TABLE n6 (a INT, b INT GENERATED ALWAYS AS (a + 1) STORED, c AS (a * 2) VIRTUAL, d TEXT AS (a), e INT AS (1) NOT NULL) STRICT
CREATE TABLE n7 (a INT PRIMARY KEY) STRICT, WITHOUT ROWID
CREATE TABLE n8 AS SELECT * FROM t
CREATE TABLE main.n9 (a DEFAULT 1, b DEFAULT +2, c DEFAULT (1 + 2), d DEFAULT CURRENT_TIMESTAMP, e DEFAULT abc, f DEFAULT true, g DEFAULT NULL, h DEFAULT x'00')
CREATE TABLE n10 (a CONSTRAINT c1 NOT NULL CONSTRAINT c2 UNIQUE CONSTRAINT c3, b, CONSTRAINT c4 UNIQUE (a) CHECK (b))
CREATE TABLE n11 ("a b" "my type", [c d] long int unsigned (10), 'e' 'text')
CREATE TABLE n12 (a INTEGER, PRIMARY KEY (a AUTOINCREMENT))
CREATE UNIQUE INDEX IF NOT EXISTS i1 ON t (b COLLATE nocase DESC, a + 1, abs(c) ASC) WHERE b IS NOT NULL
CREATE INDEX main.i2 ON t (a, b)
CREATE VIEW v1 AS SELECT 1
CREATE TEMP VIEW IF NOT EXISTS v2 (x, y) AS SELECT a, b FROM t
CREATE TRIGGER r1 AFTER INSERT ON t BEGIN SELECT 1; END
CREATE TEMP TRIGGER IF NOT EXISTS r2 BEFORE UPDATE OF a, b ON t FOR EACH ROW WHEN new.a > old.a BEGIN UPDATE t SET b = new.b WHERE a = old.a; DELETE FROM u WHERE a = old.a; INSERT OR REPLACE INTO w (k) VALUES (new.a) ON CONFLICT DO NOTHING; SELECT RAISE(ABORT, 'no'); END
CREATE TRIGGER r3 INSTEAD OF DELETE ON vw BEGIN SELECT RAISE(IGNORE); SELECT CASE WHEN 1 THEN RAISE(FAIL, 'f' || 1) END; END
CREATE TRIGGER r4 DELETE ON t BEGIN UPDATE OR IGNORE t SET b = 1 FROM u WHERE t.a = u.a; REPLACE INTO w (k) SELECT 1; WITH q AS (SELECT 1) SELECT * FROM q; END
CREATE VIRTUAL TABLE IF NOT EXISTS vt USING fts5(a, b, tokenize = 'porter')
CREATE VIRTUAL TABLE vt2 USING fts5(a, content="", prefix='2 3')
CREATE VIRTUAL TABLE vt3 USING rtree(id, minx, maxx)
ALTER TABLE t RENAME TO tt
ALTER TABLE main.t RENAME COLUMN b TO bb
ALTER TABLE t RENAME b TO "b b"
ALTER TABLE t ADD COLUMN e TEXT NOT NULL DEFAULT 'x' COLLATE nocase
ALTER TABLE t ADD f
ALTER TABLE w DROP COLUMN n
ALTER TABLE w DROP n
ALTER TABLE w ADD CONSTRAINT kk CHECK (k > 0) ON CONFLICT FAIL
ALTER TABLE w ADD CHECK (k > 1)
ALTER TABLE w DROP CONSTRAINT nope
ALTER TABLE w ALTER COLUMN k SET NOT NULL ON CONFLICT IGNORE
ALTER TABLE w ALTER k DROP NOT NULL
DROP TABLE IF EXISTS main.t
DROP TABLE t
DROP INDEX ti
DROP INDEX IF EXISTS main.ti
DROP VIEW vw
DROP VIEW IF EXISTS nope
DROP TRIGGER tr0
DROP TRIGGER IF EXISTS main.tr0
REINDEX
REINDEX t
REINDEX main.ti
REINDEX nocase
ANALYZE
ANALYZE t
ANALYZE main.t
VACUUM
VACUUM main
VACUUM main INTO 'x'
VACUUM INTO 'a' || 'b'
ATTACH 'file' AS other
ATTACH DATABASE ':memory:' AS "other" KEY 'k'
DETACH other
DETACH DATABASE other
PRAGMA user_version
PRAGMA main.user_version = 5
PRAGMA foreign_keys = ON
PRAGMA foreign_keys(off)
PRAGMA cache_size = -2000
PRAGMA cache_size(+100)
PRAGMA journal_mode = delete
PRAGMA journal_mode = 'memory'
PRAGMA table_info("t")
PRAGMA encoding = default
BEGIN
BEGIN DEFERRED
BEGIN IMMEDIATE TRANSACTION
BEGIN EXCLUSIVE TRANSACTION named
COMMIT
COMMIT TRANSACTION
END TRANSACTION named
ROLLBACK
ROLLBACK TRANSACTION TO SAVEPOINT s
ROLLBACK TO s
SAVEPOINT s
SAVEPOINT 'quoted'
RELEASE SAVEPOINT s
RELEASE s
EXPLAIN SELECT 1
EXPLAIN QUERY PLAN SELECT * FROM t WHERE a = 1
EXPLAIN ANALYZE
EXPLAIN ANALYZE t
EXPLAIN QUERY PLAN DELETE FROM t
`
  .trim()
  .split('\n');

const sqlite = new DatabaseSync(':memory:');
sqlite.exec(SCHEMA);

function ours(sql: string): string {
  try {
    parseStatement(sql);
    return 'ok';
  } catch (error) {
    if (!isSqlError(error)) throw error;
    return error.message;
  }
}

function theirs(sql: string): string {
  try {
    sqlite.prepare(sql);
    return 'ok';
  } catch (error) {
    return (error as Error).message;
  }
}

/** What SQLite says before it looks at names. */
const SYNTAX =
  /syntax error|incomplete input|unrecognized token|unknown join type|unknown table option|should come after/;
/** What SQLite may say in place of a syntax error further on, since it looks at names while it parses. */
const EARLY = /^\s*(EXPLAIN( QUERY PLAN)? )?(CREATE|ALTER|DROP|ATTACH|PRAGMA|VACUUM|WITH)/i;
/** Our extensions, where mutants happen upon them. */
const EXTENSION = /EXPLAIN ANALYZE|AS +OF/i;
/** Which of two errors comes first is not always the same; where there is one, there must be one. */
const OTHER_ORDER =
  /unknown join type|unknown table option|JOIN clause is required|should come after|same number of terms|generated column|near "(OVER|FILTER|WINDOW|\()"/i;

function tokens(sql: string): string[] {
  const tokenizer = new Tokenizer(sql);
  const found: string[] = [];
  for (tokenizer.next(); tokenizer.token !== 'EOF'; tokenizer.next()) found.push(tokenizer.text());
  return found;
}

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One or two edits: a token left out, doubled, swapped with the next, replaced by any other, or put in. */
function mutant(original: readonly string[], pool: readonly string[], pick: (below: number) => number): string {
  const words = [...original];
  for (let edits = 1 + pick(2); edits > 0; edits--) {
    const i = pick(words.length);
    const word = words[i] ?? '';
    const kind = pick(5);
    if (kind === 0) words.splice(i, 1);
    else if (kind === 1) words.splice(i, 0, word);
    else if (kind === 2) words.splice(i, 2, words[i + 1] ?? '', word);
    else words.splice(i, kind - 3, pool[pick(pool.length)] ?? '');
  }
  return words.join(' ');
}

describe('agreement with SQLite', () => {
  it.each(STATEMENTS)('accepts %s', (sql) => {
    expect(theirs(sql)).not.toMatch(SYNTAX);
    expect(ours(sql)).toBe('ok');
  });

  it('accepts and refuses mutants as SQLite does, with its message', () => {
    const pick = random(7);
    const pool = [...new Set(STATEMENTS.flatMap(tokens))];
    const differences: string[] = [];
    for (const statement of STATEMENTS) {
      const original = tokens(statement);
      for (let n = 0; n < 60; n++) {
        const sql = mutant(original, pool, pick);
        const own = ours(sql);
        const other = theirs(sql);
        if (own === other || /no statement|several statements/.test(own + other) || EXTENSION.test(sql)) continue;
        const refused = SYNTAX.test(other);
        if (own === 'ok' && !refused) continue;
        const early = EARLY.test(sql) || /columns assigned/.test(other);
        if (own !== 'ok' && other !== 'ok' && (refused ? OTHER_ORDER.test(own + other) : early)) continue;
        differences.push(`${sql}\n  ours: ${own}\n  SQLite: ${other}`);
      }
    }
    expect(differences).toEqual([]);
  });
});
