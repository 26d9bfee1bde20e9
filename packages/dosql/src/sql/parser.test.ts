import { isSqlError, type SqlError } from '@dotdo/shared-types';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Expr } from './ast.ts';
import { nextStatement, parseExpression, parseStatement, parseStatements, tokenEnd } from './index.ts';

const sqlite = new DatabaseSync(':memory:');

function failure(parse: () => unknown): SqlError {
  try {
    parse();
  } catch (error) {
    if (isSqlError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The expression with a parenthesis around every operation. */
function explicit(expr: Expr): string {
  switch (expr.kind) {
    case 'literal':
      if (expr.real !== undefined) return expr.real.toExponential();
      return expr.value === null ? 'NULL' : typeof expr.value === 'string' ? `'${expr.value}'` : String(expr.value);
    case 'unary':
      return `(${expr.operator} ${explicit(expr.operand)})`;
    case 'binary':
      return `(${explicit(expr.left)} ${expr.operator} ${explicit(expr.right)})`;
    case 'isnull':
      return `(${explicit(expr.operand)} ${expr.negated ? 'NOTNULL' : 'ISNULL'})`;
    case 'between':
      return `(${explicit(expr.operand)} ${expr.negated ? 'NOT' : ''} BETWEEN ${explicit(expr.low)} AND ${explicit(expr.high)})`;
    case 'like':
      return `(${explicit(expr.operand)} ${expr.negated ? 'NOT' : ''} ${expr.operator} ${explicit(expr.pattern)})`;
    case 'collate':
      return `(${explicit(expr.operand)} COLLATE ${expr.collation})`;
    case 'in':
      return `(${explicit(expr.operand)} ${expr.negated ? 'NOT' : ''} IN (${expr.list?.map(explicit).join()}))`;
    default:
      throw new Error(expr.kind);
  }
}

function evaluate(sql: string): unknown {
  const statement = sqlite.prepare(`SELECT quote(${sql})`);
  statement.setReturnArrays(true);
  return statement.get();
}

describe('expressions', () => {
  it('bind as in SQLite', () => {
    let state = 11;
    const pick = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const one = <T>(items: readonly T[]): T => items[pick(items.length)] as T;
    const infix =
      '= == <> != < <= > >= + - * / % & | << >> || AND OR IS IS_NOT LIKE NOT_LIKE GLOB IS_DISTINCT_FROM IS_NOT_DISTINCT_FROM'.split(
        ' ',
      );
    const operand = (): string =>
      one(['', '', '', '-', '~', 'NOT ', '+ ']) +
      one(['0', '1', '2', '3', "'a'", "'A'", 'NULL', '1.5', '7']) +
      one([
        '',
        '',
        '',
        '',
        ' ISNULL',
        ' NOT NULL',
        ' NOTNULL',
        ' COLLATE nocase',
        ' IN (1, 2)',
        ' NOT IN (0)',
        ' BETWEEN 0 AND 2',
        ' NOT BETWEEN 1 AND 1',
      ]);
    for (let n = 0; n < 3000; n++) {
      let sql = operand();
      for (let terms = 1 + pick(5); terms > 0; terms--) sql += ` ${one(infix).replaceAll('_', ' ')} ${operand()}`;
      const parsed = explicit(parseExpression(sql));
      expect(evaluate(parsed), `${sql} as ${parsed}`).toEqual(evaluate(sql));
    }
  });

  it.each([
    ['1', { value: 1 }],
    ['9007199254740991', { value: 9007199254740991 }],
    ['9007199254740993', { value: 9007199254740993n }],
    ['9223372036854775807', { value: 9223372036854775807n }],
    ['9223372036854775808', { real: 9223372036854775808 }],
    ['-9223372036854775808', { value: -9223372036854775808n }],
    ['-009_223372036854775808', { value: -9223372036854775808n }],
    ['0xFFFFFFFFFFFFFFFF', { value: -1 }],
    ['0x1_0', { value: 16 }],
    ['1_000', { value: 1000 }],
    ['1.0', { real: 1 }],
    ['.5e1', { real: 5 }],
    ['1e999', { real: Infinity }],
    ["'it''s'", { value: "it's" }],
    ["x'00fF'", { value: new Uint8Array([0, 255]) }],
    ['null', { value: null }],
  ])('reads %s', (sql, expected) => {
    expect(parseExpression(sql)).toMatchObject({ kind: 'literal', ...expected });
  });

  it('leave names to the binder, with how they were quoted', () => {
    expect(parseExpression('"a""b"')).toMatchObject({ kind: 'column', name: 'a"b', quoted: '"', tableAt: -1, at: 0 });
    expect(parseExpression('m.[t].`c`')).toMatchObject({
      schema: 'm',
      table: 't',
      name: 'c',
      quoted: '`',
      tableAt: 2,
      at: 6,
    });
    expect(parseExpression('true')).toMatchObject({ kind: 'column', name: 'true', quoted: '' });
  });

  it('know functions with all their clauses', () => {
    expect(
      parseExpression("group_concat(DISTINCT a, ',' ORDER BY b DESC) FILTER (WHERE c) OVER (w ROWS 2 PRECEDING)"),
    ).toMatchObject({
      kind: 'call',
      name: 'group_concat',
      distinct: true,
      args: [{ name: 'a' }, { value: ',' }],
      orderBy: [{ expr: { name: 'b' }, descending: true, nulls: null, text: 'b' }],
      filter: { name: 'c' },
      over: {
        base: 'w',
        frame: {
          unit: 'ROWS',
          start: { kind: 'offset', following: false, offset: { value: 2 } },
          end: { kind: 'current' },
          exclude: 'NO OTHERS',
        },
      },
    });
    expect(parseExpression('count(*) OVER win')).toMatchObject({ star: true, args: [], over: 'win' });
    expect(parseExpression('current_timestamp')).toMatchObject({ kind: 'call', name: 'current_timestamp', args: [] });
  });

  it('tell rows, lists, subqueries and tables of IN apart', () => {
    expect(parseExpression('(a, b) IN (SELECT 1, 2)')).toMatchObject({
      operand: { kind: 'row' },
      select: { kind: 'select' },
      list: null,
    });
    expect(parseExpression('a NOT IN ()')).toMatchObject({ negated: true, list: [] });
    expect(parseExpression('a IN m.f(1)')).toMatchObject({ table: { schema: 'm', name: 'f', args: [{ value: 1 }] } });
  });
});

describe('statements', () => {
  it('name result columns by their text', () => {
    const { statement } = parseStatement("SELECT a+ 1 , count( * ) AS n, t.*, 'x'  FROM t");
    expect(statement).toMatchObject({
      arms: [
        {
          columns: [
            { text: 'a+ 1', alias: null },
            { text: 'count( * )', alias: 'n' },
            { kind: 'star', table: 't' },
            { text: "'x'", alias: null },
          ],
        },
      ],
    });
  });

  it('name them as SQLite does, spaces and comments included', () => {
    sqlite.exec('CREATE TABLE IF NOT EXISTS named (a, b)');
    const sql =
      "SELECT a+ 1 , /*c*/ -b /*d*/ , (1) , 'x' -- e\n , ( a ) + 2,\n count( * ) FILTER (WHERE a)   OVER () , 1 -- end\nFROM named";
    const { statement } = parseStatement(sql);
    if (statement.kind !== 'select' || statement.arms[0]?.kind !== 'core') throw new Error(statement.kind);
    const texts = statement.arms[0].columns.map((column) => column.kind === 'expr' && column.text);
    expect(texts).toEqual(
      sqlite
        .prepare(sql)
        .columns()
        .map(({ name }) => name),
    );
  });

  it('number parameters as SQLite does', () => {
    expect(parseStatement('SELECT ?, :a, ?4, ?, :a, $b::c(d), @a').parameters).toEqual([
      null,
      ':a',
      null,
      '?4',
      null,
      '$b::c(d)',
      '@a',
    ]);
  });

  it('keep joins in order, with what joins them', () => {
    const { statement } = parseStatement(
      'SELECT * FROM a NATURAL LEFT JOIN b, (c CROSS JOIN d) AS e FULL JOIN f(1) USING (x, y)',
    );
    expect(statement).toMatchObject({
      arms: [
        {
          from: [
            { name: 'a', join: null },
            { name: 'b', join: { type: 'LEFT', natural: true } },
            {
              kind: 'group',
              alias: 'e',
              items: [{ name: 'c' }, { name: 'd', join: { type: 'CROSS' } }],
              join: { type: 'INNER' },
            },
            { name: 'f', args: [{ value: 1 }], join: { type: 'FULL', using: [{ name: 'x' }, { name: 'y' }] } },
          ],
        },
      ],
    });
  });

  it('split a compound into arms', () => {
    expect(
      parseStatement(
        'WITH q(x) AS NOT MATERIALIZED (SELECT 1) SELECT 1 UNION ALL VALUES (2), (3) EXCEPT SELECT 4 ORDER BY 1 NULLS LAST LIMIT 2, 3',
      ).statement,
    ).toMatchObject({
      with: { recursive: false, tables: [{ name: 'q', columns: [{ name: 'x' }], materialized: false }] },
      arms: [{ kind: 'core' }, { kind: 'values', rows: [[{ value: 2 }], [{ value: 3 }]] }, { kind: 'core' }],
      operators: ['UNION ALL', 'EXCEPT'],
      orderBy: [{ nulls: 'LAST' }],
      limit: { value: 3 },
      offset: { value: 2 },
    });
  });

  it('read UPSERT chains', () => {
    expect(
      parseStatement(
        'INSERT INTO t(a) VALUES (1) ON CONFLICT (a) WHERE b DO UPDATE SET (a, b) = (1, 2), c = 3 WHERE d ON CONFLICT DO NOTHING RETURNING *',
      ).statement,
    ).toMatchObject({
      kind: 'insert',
      conflict: null,
      upserts: [
        {
          target: [{ text: 'a' }],
          targetWhere: { name: 'b' },
          set: [{ row: true, columns: [{ name: 'a' }, { name: 'b' }] }, { row: false }],
          where: { name: 'd' },
        },
        { target: null, set: null },
      ],
      returning: [{ kind: 'star' }],
    });
  });

  it('keep the texts that a schema stores', () => {
    const { statement } = parseStatement(
      'CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b VARCHAR (10) GENERATED ALWAYS AS (a + 1) STORED, c DEFAULT -5 CHECK ( c > 0 ), d REFERENCES u (x) ON DELETE SET NULL NOT NULL DEFERRABLE INITIALLY DEFERRED, UNIQUE (a, lower(b) DESC)) STRICT',
    );
    expect(statement).toMatchObject({
      columns: [
        { name: 'a', type: 'INTEGER', constraints: [{ kind: 'primaryKey', autoincrement: true }] },
        { name: 'b', type: 'VARCHAR (10)', constraints: [{ kind: 'generated', stored: true, text: 'a + 1' }] },
        {
          name: 'c',
          type: null,
          constraints: [
            { kind: 'default', text: '-5' },
            { kind: 'check', text: 'c > 0' },
          ],
        },
        {
          name: 'd',
          constraints: [{ reference: { table: 'u', onDelete: 'SET NULL', onUpdate: 'NO ACTION', deferred: true } }, {}],
        },
      ],
      constraints: [{ kind: 'unique', columns: [{ text: 'a' }, { text: 'lower(b)', descending: true }] }],
      strict: true,
    });
    expect(
      parseStatement('CREATE TABLE t (a DEFAULT x, b DEFAULT true, c b GENERATED ALWAYS AS (1))').statement,
    ).toMatchObject({
      columns: [
        { constraints: [{ expr: { kind: 'literal', value: 'x' } }] },
        { constraints: [{ expr: { kind: 'column', name: 'true' } }] },
        { type: 'b' },
      ],
    });
  });

  it('keep the arguments of a module as they are', () => {
    expect(parseStatement("CREATE VIRTUAL TABLE v USING m( a b, f(c, d) , e = ',' ,)").statement).toMatchObject({
      module: 'm',
      args: ['a b', 'f(c, d)', "e = ','", ''],
    });
  });

  it('know our extensions', () => {
    expect(parseStatement('SELECT * FROM t AS OF ? AS x JOIN u FOR SYSTEM_TIME AS OF 7').statement).toMatchObject({
      arms: [
        {
          from: [
            { name: 't', alias: 'x', asOf: { kind: 'parameter' } },
            { name: 'u', alias: null, asOf: { value: 7 } },
          ],
        },
      ],
    });
    expect(parseStatement('SELECT * FROM t AS of, u for WHERE of.a').statement).toMatchObject({
      arms: [{ from: [{ alias: 'of', asOf: null }, { alias: 'for' }] }],
    });
    expect(parseStatement('CREATE PROCEDURE p(a, b INT) AS MODULE $$ x; $y $$').statement).toMatchObject({
      kind: 'createProcedure',
      name: 'p',
      parameters: [
        { name: 'a', type: null },
        { name: 'b', type: 'INT' },
      ],
      source: ' x; $y ',
    });
    expect(parseStatement('CALL s.p(1, ?)').statement).toMatchObject({
      kind: 'callProcedure',
      schema: 's',
      name: 'p',
      args: [{ value: 1 }, { index: 1 }],
    });
    expect(parseStatement('EXPLAIN ANALYZE SELECT 1').statement).toMatchObject({
      mode: 'ANALYZE',
      statement: { kind: 'select' },
    });
    expect(parseStatement('EXPLAIN ANALYZE t').statement).toMatchObject({
      mode: 'PROGRAM',
      statement: { kind: 'analyze' },
    });
  });

  it('tell where the names stand that ALTER TABLE rewrites', () => {
    const sql = 'ALTER TABLE "a b" RENAME COLUMN c TO "d e"';
    const { statement } = parseStatement(sql);
    if (statement.kind !== 'alterTable' || statement.action.kind !== 'renameColumn') throw new Error(statement.kind);
    const { at } = statement;
    expect(sql.slice(at, tokenEnd(sql, at))).toBe('"a b"');
    expect(sql.slice(statement.action.to.at, tokenEnd(sql, statement.action.to.at))).toBe('"d e"');
    expect(statement.action.quoted).toBe(true);
  });
});

describe('texts of several statements', () => {
  it('give each with its span', () => {
    const sql = ' ;SELECT 1 ; -- one\n SELECT :a;; ';
    const found = [...parseStatements(sql)];
    expect(found.map(({ start, end }) => sql.slice(start, end))).toEqual(['SELECT 1', 'SELECT :a']);
    expect(found.map(({ parameters }) => parameters)).toEqual([[], [':a']]);
    expect(nextStatement('-- nothing')).toBeNull();
  });

  it('fail when a wrong statement is reached, not before', () => {
    const statements = parseStatements('SELECT 1;\nSELECT FROM');
    expect(statements.next().done).toBe(false);
    expect(failure(() => statements.next()).position).toEqual({ line: 2, column: 8, offset: 17 });
  });

  it('are refused where one is wanted', () => {
    expect(failure(() => parseStatement('SELECT 1; SELECT 2')).code).toBe('MULTIPLE_STATEMENTS');
    expect(failure(() => parseStatement(' ; /* */ ')).code).toBe('EMPTY_STATEMENT');
    expect(parseStatement('SELECT 1 ; ; ').end).toBe(8);
  });
});

describe('errors', () => {
  it.each([
    ['SELECT FROM t', 'near "FROM": syntax error', 7],
    ['SELECT 1 +', 'incomplete input', 10],
    ["SELECT 'a", 'unrecognized token: "\'a"', 7],
    ['SELECT 1a', 'unrecognized token: "1a"', 7],
    ['SELECT a ! b', 'unrecognized token: "!"', 9],
    ['SELECT * FROM t LEFT INNER JOIN u', 'unknown join type: LEFT INNER', 16],
    ['SELECT 1 LIMIT 1 UNION SELECT 2', 'LIMIT clause should come after UNION not before', 23],
    ['SELECT ?0', 'variable number must be between ?1 and ?32766', 7],
    ['SELECT 0x10000000000000000', 'hex literal too big: 0x10000000000000000', 7],
  ])('of %s', (sql, message, offset) => {
    const error = failure(() => parseStatement(sql));
    expect(error.message).toBe(message);
    expect(error.position?.offset).toBe(offset);
  });
});

describe('limits', () => {
  const code = (sql: string): string => failure(() => parseStatement(sql)).code;
  const repeat = (text: string, times: number): string => Array.from({ length: times }, () => text).join('');

  it('keep deep texts off the stack', () => {
    for (const open of [
      '(',
      '- ',
      '~ ',
      'NOT ',
      'CASE ',
      'f(',
      '(SELECT ',
      'CAST(',
      'a IN (',
      'a BETWEEN ',
      '1 = - (',
    ]) {
      expect(code(`SELECT ${repeat(open, Math.min(100_000, 990_000 / open.length))}`), open).toBe(
        'EXPRESSION_TOO_DEEP',
      );
    }
    expect(code(`SELECT * FROM ${repeat('(', 100_000)}`)).toBe('EXPRESSION_TOO_DEEP');
    expect(code(`SELECT * FROM ${repeat('(SELECT * FROM ', 60_000)}`)).toBe('EXPRESSION_TOO_DEEP');
    expect(code(`WITH ${repeat('a AS (WITH ', 60_000)}`)).toBe('EXPRESSION_TOO_DEEP');
    expect(code(repeat('EXPLAIN ', 100_000))).toBe('SYNTAX_ERROR');
    parseStatement(`SELECT ${repeat('(', 980)}1${repeat(')', 980)}`);
  });

  it('count the height of chains', () => {
    parseStatement(`SELECT 1${repeat(' + 1', 999)}`);
    expect(code(`SELECT 1${repeat(' + 1', 1000)}`)).toBe('EXPRESSION_TOO_DEEP');
    expect(code(`SELECT 1${repeat(' OR a', 1000)}`)).toBe('EXPRESSION_TOO_DEEP');
  });

  it('let long lists through', () => {
    const items = Array.from({ length: 100_000 }, (_, i) => i).join();
    expect(parseStatement(`SELECT a IN (${items})`)).toBeDefined();
    expect(parseStatement(`VALUES ${repeat('(1),', 100_000)}(1)`)).toBeDefined();
  });

  it('have codes', () => {
    expect(code(`SELECT a IN (${repeat('1,', 500_000)}1)`)).toBe('STATEMENT_TOO_LONG');
    expect([...parseStatements(repeat(`SELECT '${'x'.repeat(1000)}';`, 2000))]).toHaveLength(2000);
    expect(code(`SELECT '${'x'.repeat(1_000_000)}'`)).toBe('STATEMENT_TOO_LONG');
    expect(code(`SELECT ${repeat('?,', 32_766)}?`)).toBe('TOO_MANY_TERMS');
    expect(code(`SELECT a IN (${repeat('?,', 32_766)}?)`)).toBe('TOO_MANY_PARAMETERS');
    expect(code(`SELECT ${repeat('1,', 2000)}1`)).toBe('TOO_MANY_TERMS');
    expect(code(`SELECT 1${repeat(' UNION SELECT 1', 500)}`)).toBe('TOO_MANY_TERMS');
    parseStatement(`SELECT 1${repeat(' UNION SELECT 1', 499)}`);
    expect(code(`CREATE TABLE t (${repeat('a,', 2000)}b)`)).toBe('TOO_MANY_TERMS');
    expect(code(`SELECT * FROM t${repeat(', t', 200)}`)).toBe('TOO_MANY_TERMS');
    expect(code(`SELECT f(${repeat('1,', 1000)}1)`)).toBe('TOO_MANY_TERMS');
  });
});
