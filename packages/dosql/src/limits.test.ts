/** Whatever a statement asks for, it ends: with an error that has a code, and the database goes on as it was. */
import { afterEach, describe, expect, it } from 'vitest';
import { createDatabase } from './database.ts';

const COUNT = (n: number): string => `WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${n})`;
const ENDLESS = 'WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c)';
const times = (count: number, text: string): string => `replace(printf('%.*c', ${count}, '~'), '~', '${text}')`;

const db = createDatabase(`
  CREATE TABLE t (x INTEGER);
  ${COUNT(1000)} INSERT INTO t SELECT i FROM c;
  CREATE TABLE kept (x INTEGER UNIQUE);
  INSERT INTO kept VALUES (1), (2), (3);
  PRAGMA recursive_triggers = ON;
  CREATE TABLE loop (x);
  CREATE TRIGGER loop_insert AFTER INSERT ON loop BEGIN INSERT INTO loop VALUES (new.x + 1); END;
  CREATE TABLE work (x);
  CREATE TRIGGER work_insert AFTER INSERT ON work BEGIN INSERT INTO kept SELECT 1000 + a.x * 1000000 + b.x * 1000 + c.x FROM t a, t b, t c; END;
  PRAGMA foreign_keys = ON;
  CREATE TABLE chain (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES chain ON DELETE CASCADE);
  CREATE INDEX chain_parent ON chain (parent);
  ${COUNT(2000)} INSERT INTO chain SELECT i, nullif(i - 1, 0) FROM c;
`);

function codeOf(sql: string, options: object): string {
  try {
    if (/^(INSERT|UPDATE|DELETE)/.test(sql)) db.exec(sql, [], options);
    else db.query(sql, [], options);
    return 'no error';
  } catch (error) {
    return String((error as { code?: unknown }).code ?? error);
  }
}

afterEach(() => {
  expect(db.inTransaction).toBe(false);
  expect(
    db.query(
      'SELECT (SELECT count(*) FROM t) AS t, (SELECT count(*) FROM kept) AS k, (SELECT count(*) FROM loop) AS l, (SELECT count(*) FROM chain) AS c',
    ),
  ).toEqual([{ t: 1000, k: 3, l: 0, c: 2000 }]);
  expect(db.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
});

const CUBE = 'FROM t AS a, t AS b, t AS c';

/** Each keeps more and more, in another part of the executor. */
const GREEDY: Record<string, string> = {
  'a sort': `SELECT * ${CUBE} ORDER BY a.x + b.x`,
  groups: `SELECT count(*) ${CUBE} GROUP BY a.x, b.x, c.x`,
  'DISTINCT rows': `SELECT DISTINCT a.x, b.x, c.x ${CUBE}`,
  'a DISTINCT aggregate': `SELECT count(DISTINCT a.x * 1000000 + b.x * 1000 + c.x) ${CUBE}`,
  'an ordered aggregate': `SELECT group_concat(a.x ORDER BY b.x) ${CUBE}`,
  'a window': `SELECT sum(a.x) OVER (ORDER BY b.x) ${CUBE}`,
  'arguments of a window': "SELECT max(printf('%.*c', 10000, 'a') || x) OVER (ORDER BY x) FROM t",
  UNION: `SELECT a.x, b.x, c.x ${CUBE} UNION SELECT 1, 2, 3`,
  EXCEPT: `SELECT a.x, b.x, c.x ${CUBE} EXCEPT SELECT 1, 2, 3`,
  'the set of IN': `SELECT count(*) FROM t WHERE (x, x, x) IN (SELECT a.x, b.x, c.x ${CUBE})`,
  'a materialised CTE': `WITH m AS MATERIALIZED (SELECT a.x, b.x, c.x ${CUBE}) SELECT count(*) FROM m, m AS n`,
  'a recursive CTE': `${ENDLESS} SELECT count(*) FROM c`,
  'a recursive CTE that never yields': `${ENDLESS} SELECT i FROM c WHERE i < 0`,
  'a queue':
    'WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i FROM c UNION ALL SELECT i FROM c) SELECT count(*) FROM c',
  'a hash table': `SELECT count(*) FROM t LEFT JOIN (SELECT a.x + b.x * 1000 + c.x * 1000000 AS k ${CUBE}) AS h ON k = t.x`,
  'JSON of a group': `SELECT json_group_array(a.x) ${CUBE}`,
  'a percentile': `SELECT median(a.x) ${CUBE}`,
  'texts of many groups': "SELECT group_concat(printf('%.*c', 1000, 'x')) FROM t AS a, t AS b GROUP BY a.x",
  'the result': `SELECT a.x, b.x, c.x ${CUBE}`,
  'a text that doubles': "WITH RECURSIVE c (s) AS (SELECT 'x' UNION ALL SELECT s || s FROM c) SELECT length(s) FROM c",
  'rows to be inserted': `INSERT INTO kept SELECT a.x * 1000000 + b.x * 1000 + c.x + 1000 ${CUBE} ORDER BY 1`,
};

/** Each goes on and on, keeping nothing. */
const ENDLESS_WORK: Record<string, string> = {
  'a cross join': 'SELECT count(*) FROM t a, t b, t c, t d WHERE a.x + b.x + c.x + d.x < 0',
  'a correlated subquery': 'SELECT max((SELECT count(*) FROM t b, t c WHERE b.x + c.x > a.x)) FROM t a, t z',
  EXISTS: 'SELECT count(*) FROM t a, t z WHERE EXISTS (SELECT 1 FROM t b, t c WHERE b.x + c.x + a.x < 0)',
  'an aggregate': `SELECT sum(a.x), max(b.x) ${CUBE}`,
  'a frame that is computed anew for each row': `SELECT max(sum) FROM (SELECT sum(x) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS sum FROM (SELECT a.x FROM t a, t b WHERE b.x < 20))`,
  'an UPDATE': `UPDATE kept SET x = (SELECT count(*) ${CUBE})`,
  'an INSERT': `INSERT INTO kept SELECT 5 ${CUBE} WHERE a.x + b.x + c.x < 0`,
  'a trigger': 'INSERT INTO work VALUES (1)',
  'large values': `SELECT count(*) FROM t a, t b WHERE length(printf('%.*c', 100000 + a.x, 'x') || 'y') < 0`,
};

describe('memory', () => {
  for (const [what, sql] of Object.entries(GREEDY)) {
    it(`bounds ${what}`, () => {
      expect(codeOf(sql, { memoryBytes: 500_000, steps: 50_000_000 })).toMatch(/^(MEMORY_LIMIT|VALUE_TOO_LARGE)$/);
    }, 30_000);
  }
});

describe('steps and deadlines', () => {
  for (const [what, sql] of Object.entries(ENDLESS_WORK)) {
    it(`stop ${what}`, () => {
      expect(codeOf(sql, { steps: 100_000 })).toBe('STEP_LIMIT');
      expect(codeOf(sql, { timeoutMs: 1 })).toBe('DEADLINE_EXCEEDED');
    }, 30_000);
  }
});

describe('values', () => {
  for (const [sql, code] of [
    ["SELECT printf('%2000000000d', 1)", 'VALUE_TOO_LARGE'],
    ["SELECT printf('%.2000000000f', 1.5)", 'VALUE_TOO_LARGE'],
    ["SELECT printf('%*d', 2147483647, 1)", 'VALUE_TOO_LARGE'],
    ["SELECT printf('%30000000d%30000000d', 1, 2)", 'VALUE_TOO_LARGE'],
    ['SELECT zeroblob(1e12)', 'VALUE_TOO_LARGE'],
    ['SELECT randomblob(1e9)', 'VALUE_TOO_LARGE'],
    ['SELECT hex(zeroblob(30000000))', 'VALUE_TOO_LARGE'],
    ["SELECT replace(printf('%.*c', 1000000, 'a'), 'a', printf('%.*c', 100, 'b'))", 'VALUE_TOO_LARGE'],
    [`SELECT concat(${'p, '.repeat(50)}p) FROM (SELECT printf('%.*c', 1000000, 'a') AS p)`, 'VALUE_TOO_LARGE'],
    ["SELECT p || p FROM (SELECT printf('%.*c', 30000000, 'a') AS p)", 'VALUE_TOO_LARGE'],
    [`SELECT strftime(${times(2_000_000, '%F%T')}, 'now')`, 'VALUE_TOO_LARGE'],
    [`SELECT json(${times(1001, '[')} || ${times(1001, ']')})`, 'MALFORMED_JSON'],
    [`SELECT json_array_length('[' || ${times(1_100_000, '1,')} || '1]')`, 'MEMORY_LIMIT'],
    [
      `SELECT count(*) FROM json_tree(${times(900, '[')} || '"' || printf('%.*c', 1000000, 'y') || '"' || ${times(900, ']')})`,
      'MEMORY_LIMIT',
    ],
    [`SELECT json_pretty(${times(900, '[')} || ${times(900, ']')}, printf('%.*c', 1000000, ' '))`, 'VALUE_TOO_LARGE'],
    [`SELECT 'a' LIKE ${times(60_000, 'a')}`, 'PATTERN_TOO_COMPLEX'],
  ] as const) {
    it(`are bounded: ${sql.slice(0, 70)}`, () => expect(codeOf(sql, {})).toBe(code), 30_000);
  }
});

describe('functions', () => {
  for (const sql of [
    "SELECT printf('%.*c', 30000, 'a') LIKE '%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%b'",
    "SELECT printf('%.*c', 30000, 'a') GLOB '*a*a*a*a*a*a*a*a*a*a*a*a*a*a*[b]'",
    "SELECT instr(printf('%.*c', 3000000, 'a'), 'b' || printf('%.*c', 900000, 'a'))",
    "SELECT trim(printf('%.*c', 1000000, 'a') || 'z', 'bcdefghijka')",
    "SELECT count(DISTINCT p COLLATE RTRIM) FROM (SELECT printf('%.*c', 1000000, ' ') || 'x' AS p)",
    "SELECT printf('%.*c', 1000000, '1') + 1, CAST(printf('%.*c', 1000000, '1') AS INTEGER)",
    `SELECT json_valid(${times(1_000_000, '/**/')} || '1')`,
    "SELECT json_valid(replace(printf('%.*c', 5000000, 'x'), 'x', char(11)) || '1')",
    "SELECT json_valid('{' || printf('%.*c', 1000000, 'a') || ':1}')",
    "SELECT printf('%,.*d', 1000000, 1)",
  ]) {
    it(`take linear time or so: ${sql.slice(0, 80)}`, () => {
      const start = performance.now();
      db.query(sql, [], { integers: 'auto' });
      expect(performance.now() - start).toBeLessThan(20_000); // of a machine that does other things too; squares would take hours
    }, 60_000);
  }
});

describe('recursion', () => {
  it('of triggers and foreign keys is bounded as in SQLite, on the stack that there is', () => {
    expect(() => db.exec('INSERT INTO loop VALUES (1)')).toThrow('too many levels of trigger recursion');
    expect(codeOf('DELETE FROM chain WHERE id = 1', {})).toBe('RECURSION_LIMIT');
  });

  it('of views is bounded by what they come to', () => {
    const other = createDatabase();
    other.exec('CREATE TABLE t (x); CREATE VIEW v0 AS SELECT x FROM t; CREATE VIEW w0 AS SELECT x FROM t');
    for (let i = 1; i <= 200; i++) other.exec(`CREATE VIEW v${i} AS SELECT x FROM v${i - 1}`);
    for (let i = 1; i <= 30; i++) other.exec(`CREATE VIEW w${i} AS SELECT a.x FROM w${i - 1} AS a JOIN w${i - 1} AS b`);
    expect(() => other.query('SELECT count(*) FROM w30')).toThrow(/too many references|at most \d+ tables/);
    expect(other.query('SELECT count(*) AS n FROM w3')).toEqual([{ n: 0 }]);
    expect(other.query('SELECT count(*) AS n FROM v200')).toEqual([{ n: 0 }]);
  });
});
