import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Catalog, IndexInfo, TableInfo, ViewInfo } from '../catalog/schema.ts';
import { aggregateFunction, scalarFunction, tableFunction, windowFunction } from '../exec/functions/index.ts';
import { defineIndex, defineTable } from '../exec/table-definition.ts';
import type * as ast from '../sql/ast.ts';
import { parseStatement } from '../sql/index.ts';
import { Explanation, planQuery, type FunctionTable, type StatementPlan } from './index.ts';

const functions: FunctionTable = {
  scalar: scalarFunction,
  aggregate: aggregateFunction,
  window: windowFunction,
  table: tableFunction,
};

function catalogOf(ddl: readonly string[]): Catalog {
  const tables = new Map<string, TableInfo | ViewInfo>();
  const indexes = new Map<string, IndexInfo>();
  for (const sql of ddl) {
    const { statement } = parseStatement(sql);
    if (statement.kind === 'createView') {
      const columns = statement.columns?.map(({ name }) => name) ?? null;
      tables.set(statement.name.toLowerCase(), { kind: 'view', name: statement.name, columns, sql, triggers: [] });
    } else if (statement.kind === 'createTable') {
      const { constraints, ...definition } = defineTable(statement, sql);
      const { name } = statement;
      const list = constraints.map((index, i) => ({
        ...index,
        name: `sqlite_autoindex_${name}_${i + 1}`,
        table: name,
      }));
      const storage = {} as TableInfo['storage'];
      const info: TableInfo = { kind: 'table', name, schemaId: 1, ...definition, indexes: list, triggers: [], storage };
      tables.set(name.toLowerCase(), info);
    } else if (statement.kind === 'createIndex') {
      const table = tables.get(statement.table.name.toLowerCase()) as TableInfo;
      const index = { ...defineIndex(statement, table, sql), name: statement.name, table: table.name };
      const ordinal = table.indexes.filter((other) => other.ordinal >= 0).length;
      const withOrdinal = { ...index, ordinal };
      indexes.set(statement.name.toLowerCase(), withOrdinal);
      (table.indexes as IndexInfo[]).unshift(withOrdinal);
    }
  }
  return {
    version: 1,
    table: (name) => tables.get(name.toLowerCase()),
    index: (name) => indexes.get(name.toLowerCase()),
    trigger: () => undefined,
    tables: () => tables.values(),
  };
}

function planOf(catalog: Catalog, sql: string): StatementPlan {
  return planQuery({ catalog, functions, sql }, parseStatement(sql).statement as ast.Select);
}

/** The tree as text, two spaces a level. */
function explained(catalog: Catalog, sql: string): string {
  const depth = new Map([[0, -1]]);
  const explanation = new Explanation();
  explanation.select(planOf(catalog, sql).plan);
  return explanation.rows
    .map(({ id, parent, detail }) => {
      const level = (depth.get(parent) ?? 0) + 1;
      depth.set(id, level);
      return '  '.repeat(level) + detail;
    })
    .join('\n');
}

const DDL = [
  'CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL, d INT, e TEXT COLLATE NOCASE)',
  'CREATE INDEX tb ON t(b)',
  'CREATE INDEX tcd ON t(c, d DESC)',
  'CREATE INDEX te ON t(e)',
  'CREATE TABLE u(x INT, y INT, z TEXT UNIQUE)',
  'CREATE INDEX uxy ON u(x, y)',
  'CREATE TABLE w(k TEXT, l INT, v, PRIMARY KEY (k, l)) WITHOUT ROWID',
  'CREATE INDEX wv ON w(v)',
  'CREATE TABLE p(a INT, b INT, c INT)',
  'CREATE INDEX pp ON p(a) WHERE b > 5',
  'CREATE INDEX pe ON p(a + b)',
  'CREATE INDEX pn ON p(c) WHERE c IS NOT NULL',
];
const catalog = catalogOf(DDL);
const db = new DatabaseSync(':memory:');
for (const sql of DDL) db.exec(sql);

function sqlite(sql: string): string {
  const depth = new Map([[0, -1]]);
  return db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => {
      const { id, parent, detail } = row as unknown as { id: number; parent: number; detail: string };
      const level = (depth.get(parent) ?? 0) + 1;
      depth.set(id, level);
      return '  '.repeat(level) + detail;
    })
    .join('\n');
}

describe('plans that are those of SQLite', () => {
  it.each([
    'SELECT * FROM t',
    'SELECT * FROM t WHERE a = 1',
    'SELECT * FROM t WHERE rowid = ?',
    'SELECT * FROM t WHERE a = 1 AND b = 2',
    'SELECT * FROM t WHERE a > 1 AND a < 10',
    'SELECT * FROM t WHERE a BETWEEN 1 AND 10',
    'SELECT * FROM t WHERE a IN (1, 2, 3)',
    "SELECT * FROM t WHERE b = 'x'",
    "SELECT b FROM t WHERE b = 'x'",
    "SELECT a, b FROM t WHERE b >= 'x'",
    "SELECT * FROM t WHERE b > 'x' AND b < 'y'",
    'SELECT * FROM t WHERE b = 5',
    'SELECT * FROM t WHERE +b = 5',
    'SELECT * FROM t WHERE b IS NULL',
    'SELECT * FROM t WHERE c = 1 AND d = 2',
    'SELECT * FROM t WHERE c = 1 AND d > 2',
    'SELECT * FROM t WHERE d = 1',
    "SELECT * FROM t WHERE e = 'x'",
    "SELECT * FROM t WHERE e = 'x' COLLATE BINARY",
    'SELECT * FROM t ORDER BY a',
    'SELECT * FROM t ORDER BY a DESC',
    'SELECT * FROM t ORDER BY c, d DESC',
    'SELECT * FROM t ORDER BY c DESC, d',
    'SELECT * FROM t ORDER BY d',
    'SELECT * FROM t WHERE c = 1 ORDER BY d',
    "SELECT * FROM t WHERE b = 'x' ORDER BY a",
    'SELECT b, count(*) FROM t GROUP BY b',
    "SELECT * FROM w WHERE k = 'x'",
    "SELECT * FROM w WHERE k = 'x' AND l > 3",
    'SELECT k FROM w WHERE v = 3',
    'SELECT v FROM w WHERE v = 3',
    "SELECT * FROM u WHERE z = 'x'",
    'SELECT * FROM u WHERE x = 1 AND y IN (1, 2)',
    'SELECT * FROM t, u WHERE t.a = u.x',
    'SELECT * FROM t JOIN u ON u.x = t.a WHERE t.a = 5',
    'SELECT * FROM t LEFT JOIN u ON u.x = t.a',
    'SELECT * FROM t LEFT JOIN u ON u.x = t.a WHERE u.y > 3',
    'SELECT * FROM u CROSS JOIN t ON u.y = t.a',
    'SELECT * FROM p WHERE a = 1',
    'SELECT * FROM p WHERE a = 1 AND b > 5',
    'SELECT * FROM p WHERE a + b = 3',
    'SELECT * FROM p WHERE c = 3',
    'SELECT * FROM (SELECT a, b FROM t WHERE a > 5) AS q WHERE q.a < 10',
    'SELECT min(a) FROM t',
    'SELECT max(c) FROM t',
    "SELECT * FROM t WHERE b = 'x' OR a = 5",
    'VALUES (1), (2)',
    'SELECT 1',
    'SELECT * FROM t WHERE d = 1 OR b = 3 OR a = 2',
    'SELECT * FROM t WHERE a = 1 OR a = 7',
    "SELECT * FROM t WHERE b = 'x' AND a > 5",
  ])('%s', (sql) => {
    expect(explained(catalog, sql)).toBe(sqlite(sql));
  });
});

describe('plans of our own', () => {
  it.each([
    ['SELECT d, count(*) FROM t GROUP BY d', 'SCAN t\nUSE TEMP B-TREE FOR GROUP BY'],
    ['SELECT DISTINCT d FROM t', 'SCAN t\nUSE TEMP B-TREE FOR DISTINCT'],
    ['SELECT * FROM t JOIN p ON p.b = t.d', 'SCAN t\nSEARCH p USING HASH TABLE (1 key)'],
    [
      'SELECT * FROM t WHERE a IN (SELECT x FROM u)',
      'SEARCH t USING INTEGER PRIMARY KEY (rowid=?)\nLIST SUBQUERY 1\n  SCAN u',
    ],
    [
      'SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = t.a)',
      'SCAN t\nCORRELATED SCALAR SUBQUERY 1\n  SEARCH u USING COVERING INDEX uxy (x=?)',
    ],
    [
      'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT * FROM c',
      'MATERIALIZE c\n  SETUP\n    SCAN CONSTANT ROW\n  RECURSIVE STEP\n    SCAN c\nSCAN c',
    ],
  ])('%s', (sql, plan) => {
    expect(explained(catalog, sql)).toBe(plan);
  });

  it('joins 64 tables along their conditions, given in reverse', () => {
    const tables = Array.from({ length: 64 }, (_, i) => i + 1);
    const wide = catalogOf(tables.map((i) => `CREATE TABLE t${i}(a${i} INTEGER PRIMARY KEY, b${i} INT)`));
    const conditions = ['a1 = 3', ...tables.slice(1).map((i) => `b${i - 1} = a${i}`)];
    const from = tables.map((i) => `t${i}`).reverse();
    const lines = explained(wide, `SELECT * FROM ${from.join(', ')} WHERE ${conditions.join(' AND ')}`).split('\n');
    expect(lines).toEqual(tables.map((i) => `SEARCH t${i} USING INTEGER PRIMARY KEY (rowid=?)`));
  });
});

const NAMES_DDL = [
  'CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT COLLATE NOCASE, c REAL, d)',
  'CREATE TABLE u(a, b, x INT, y TEXT)',
  'CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID',
  'CREATE TABLE g(a INT, b INT AS (a + 1), c INT AS (b * 2) STORED)',
  'CREATE VIEW v AS SELECT a, b AS bee, count(*) AS n FROM t GROUP BY a, b',
  'CREATE VIEW s(p, q) AS SELECT a, c FROM t WHERE a > 1',
];
const names = catalogOf(NAMES_DDL);
const namesDb = new DatabaseSync(':memory:', { enableDoubleQuotedStringLiterals: true });
for (const sql of NAMES_DDL) namesDb.exec(sql);

function sqliteColumns(sql: string): string[] | string {
  try {
    return namesDb
      .prepare(sql)
      .columns()
      .map((column) => column.name);
  } catch (error) {
    return (error as Error).message;
  }
}

function ourColumns(sql: string): string[] | string {
  try {
    return planOf(names, sql).plan.columns.map((column) => column.name);
  } catch (error) {
    if (!('code' in (error as object))) throw error;
    return (error as Error).message;
  }
}

describe('names', () => {
  it.each([
    'SELECT * FROM t',
    'SELECT t.*, a, u.b FROM t JOIN u USING (a)',
    'SELECT * FROM t JOIN u USING (a)',
    'SELECT * FROM t NATURAL JOIN u',
    'SELECT * FROM t FULL JOIN u USING (a, b)',
    'SELECT rowid, oid, _rowid_ FROM u',
    'SELECT rowid FROM t',
    'SELECT rowid FROM w',
    'SELECT A, T.B, a + 1, count( * ) FROM t',
    'SELECT a FROM t, u',
    'SELECT nope FROM t',
    'SELECT t.nope FROM t',
    'SELECT q.a FROM t',
    'SELECT q.* FROM t',
    'SELECT *',
    'SELECT a FROM missing',
    'SELECT a FROM main.missing',
    'SELECT "hello", \'x\' FROM t',
    'SELECT true, false, a IS TRUE FROM t',
    'SELECT a AS x FROM t WHERE x > 1 GROUP BY x HAVING x < 5 ORDER BY x',
    'SELECT a AS x, x + 1 FROM t',
    'SELECT * FROM v',
    'SELECT * FROM s WHERE p = 1',
    'SELECT * FROM (SELECT 1 AS a, 2 AS a)',
    'SELECT * FROM (SELECT a, b FROM t) AS q JOIN w ON q.b = w.k',
    'SELECT (SELECT a FROM u WHERE u.b = t.b) FROM t',
    'SELECT (SELECT a, b FROM u) FROM t',
    'SELECT a IN (SELECT a, b FROM u) FROM t',
    'SELECT (a, b) IN (SELECT a, b FROM u) FROM t',
    'SELECT (a, b) = (1, 2, 3) FROM t',
    'SELECT (1, 2)',
    'SELECT count(*) FROM t WHERE count(*) > 1',
    'SELECT count(a) AS n FROM t WHERE n > 1',
    'SELECT sum(count(*)) FROM t',
    'SELECT a FROM t GROUP BY count(*)',
    'SELECT a FROM t HAVING a > 1',
    'SELECT a FROM t ORDER BY 2',
    'SELECT a FROM t GROUP BY 3',
    'SELECT a FROM t UNION SELECT a, b FROM u',
    'SELECT a FROM t UNION SELECT b FROM u ORDER BY c',
    'SELECT a FROM t UNION SELECT b FROM u ORDER BY b, 1',
    'SELECT nosuch(1)',
    'SELECT abs(1, 2)',
    'SELECT rowid FROM t, u',
    'SELECT rowid FROM (SELECT 1), t',
    'SELECT a FROM t WHERE count(*) > 1',
    'SELECT max(a) OVER () AS r FROM t WHERE r = 1',
    'SELECT sum(a) OVER (ORDER BY count(*)) FROM t',
    'SELECT (SELECT count(*) FROM t WHERE sum(x.a) > 1) FROM t x',
    'SELECT * FROM t WHERE (a, b) IN ((1, 2), (3))',
    'SELECT row_number() OVER w FROM t WINDOW w AS (ORDER BY a)',
    'SELECT row_number() OVER nope FROM t',
    'SELECT row_number() FROM t',
    'SELECT abs(a) OVER () FROM t',
    'SELECT a FROM t WHERE row_number() OVER () = 1',
    'SELECT abs(a) FILTER (WHERE a) FROM t',
    'SELECT sum(DISTINCT a) OVER () FROM t',
    'SELECT count(DISTINCT a, b) FROM t',
    'WITH c AS (SELECT 1 AS x) SELECT * FROM c',
    'WITH c(y) AS (SELECT 1 AS x) SELECT *, c.y FROM c',
    'WITH c(y, z) AS (SELECT 1 AS x) SELECT * FROM c',
    'WITH c AS (SELECT * FROM d), d AS (SELECT 1 AS q) SELECT * FROM c',
    'WITH c AS (SELECT * FROM c) SELECT * FROM c',
    'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT * FROM c',
    'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT count(n) FROM c) SELECT * FROM c',
    'VALUES (1, 2), (3, 4)',
    'SELECT * FROM (VALUES (1, 2))',
    'SELECT * FROM g WHERE b = 2',
    'SELECT * FROM t JOIN u USING (nope)',
    'SELECT * FROM t LEFT JOIN (u JOIN w ON u.y = w.k) ON t.a = u.x',
    'SELECT u.y, w.v FROM t LEFT JOIN (u JOIN w ON u.y = w.k) ON t.a = u.x',
    'SELECT t.a, max(c), d FROM t GROUP BY b',
    'SELECT a FROM t LIMIT a',
    "SELECT RAISE(ABORT, 'x')",
    'SELECT a FROM t INDEXED BY nope',
    'SELECT * FROM t WHERE a = (SELECT max(x) FROM u WHERE u.a = t.a)',
    'SELECT b, count(*) FROM t GROUP BY 1 ORDER BY 2 DESC, lower(b)',
  ])('%s', (sql) => {
    expect(ourColumns(sql)).toEqual(sqliteColumns(sql));
  });

  it('suggests the nearest name and says where the wrong one stands', () => {
    expect(() => planOf(names, 'SELECT 1,\n nmae FROM (SELECT 1 AS name)')).toThrow(
      expect.objectContaining({
        code: 'NO_SUCH_COLUMN',
        suggestion: 'name',
        position: { offset: 11, line: 2, column: 2 },
      }),
    );
  });
});
