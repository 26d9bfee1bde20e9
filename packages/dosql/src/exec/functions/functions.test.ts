import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Real, collationOf, compareText, type Cell } from '../../codec/cell.ts';
import * as functions from './index.ts';
import type { FunctionContext } from './index.ts';

/** The oracle: SQLite itself, of the version that Node brings. */
const database = new DatabaseSync(':memory:');
const statements = new Map<string, StatementSync>();

function context(): FunctionContext {
  return {
    collation: compareText,
    json: null,
    isJson: false,
    caseSensitiveLike: false,
    now: () => Date.UTC(2024, 1, 3, 4, 5, 6, 789),
    random: () => 5n,
    changes: () => 0,
    totalChanges: () => 0,
    lastInsertRowid: () => 0,
  };
}

function toSqlite(cell: Cell): null | number | bigint | string | Uint8Array {
  if (cell instanceof Real) return cell.value;
  return Number.isSafeInteger(cell) ? BigInt(cell as number) : cell;
}

/** A value with its type: `1i` and `1r` differ. */
function show(value: unknown): string {
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  if (typeof value === 'number') return `${Object.is(value, -0) ? 0 : value}r`;
  return typeof value === 'bigint' ? `${value}i` : JSON.stringify(value);
}

const showCell = (cell: Cell): string => show(toSqlite(cell));

function attempt(run: () => string): string {
  try {
    return run();
  } catch (error) {
    return `error: ${(error as Error).message}`;
  }
}

/** What SQLite answers: rows of values, or its error. */
function oracle(sql: string, args: readonly Cell[]): string {
  return attempt(() => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      statement.setReadBigInts(true);
      statement.setReturnArrays(true);
      statements.set(sql, statement);
    }
    const rows = statement.all(...args.map(toSqlite)) as unknown as unknown[][];
    return rows.map((row) => row.map(show).join(',')).join(';');
  });
}

/** Mulberry32: the same calls in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Computed by V8 and by glibc, which may differ in the last place. */
const TRANSCENDENTAL = new Set(
  'acos,acosh,asin,asinh,atan,atan2,atanh,cos,cosh,exp,ln,log,log10,log2,pow,power,sin,sinh,tan,tanh'.split(','),
);

function close(a: string, b: string): boolean {
  return (
    a.endsWith('r') && b.endsWith('r') && Math.abs(parseFloat(a) - parseFloat(b)) <= 5e-16 * Math.abs(parseFloat(b))
  );
}

/** Collects what differs from SQLite. */
class Comparison {
  readonly differences: string[] = [];
  calls = 0;

  check(what: string, args: readonly Cell[], mine: string, wanted: string): void {
    this.calls++;
    if (mine === wanted) return;
    this.differences.push(`${what}(${args.map(showCell).join(', ')}): ${mine} instead of ${wanted}`);
  }

  call(name: string, args: readonly Cell[], sql = `SELECT ${name}(${args.map(() => '?').join(', ')})`): void {
    const mine = attempt(() => {
      const fn = functions.scalarFunction(name, args.length);
      if (fn === undefined) throw functions.functionError(name);
      return showCell(fn.call(args, context()));
    });
    const wanted = oracle(sql, args);
    if (!TRANSCENDENTAL.has(name) || !close(mine, wanted)) this.check(name, args, mine, wanted);
  }

  finish(least: number): void {
    expect(this.differences.slice(0, 10)).toEqual([]);
    expect(this.calls).toBeGreaterThan(least);
  }
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const real = (value: number): Cell => (Number.isSafeInteger(value) ? new Real(value) : value);

const INTEGERS: Cell[] = [0, 1, -1, 2, 3, 5, -10, 100, 255, 65, 128512, 9007199254740991, 9007199254740992n];
INTEGERS.push(9223372036854775807n, -9223372036854775808n, -9223372036854775807n, 4611686018427387904n);
const REALS = [0, 1, -1, 2, 0.5, -0.5, 2.5, 0.1, 1e15 + 0.5, 1e15, 1e16, 1e17, 1e19, -1e20, 1e100, 1e-5, 5e-324, 1 / 3]
  .concat([1.7976931348623157e308, Infinity, -Infinity, 123.456, 99.995, 1.005, 2.675, 0.285, 9.999999999e22, 0.00012])
  .map(real);
const TEXTS: Cell[] =
  '|a|A|abc|ABC|aBc| a |  |12|-12|1.5|1e3|1e|0x10|12abc| 12 |abc😀def|😀😁|é|ÀÉ|%|_|a%|a_c|%b%|[a-c]|a*|?|it\'s|"q"|x,y'
    .split('|')
    .concat(['9223372036854775807', '9223372036854775808', '-9223372036854775809', '1.0', '.5', '5.', '-.5e-3', '+7'])
    .concat([
      'inf',
      'nan',
      '\u0001\n\t',
      'a\u0001\\',
      '\\u0041\\0042\\+01F600',
      '\\',
      '\\U0001F600',
      '4142',
      '4g',
      '1e400',
    ])
    .concat(['12345678901234567890123.5', '0.1234567890123456789012345', '\t3\n', '\u00a01', 'a\0b']);
const BLOBS: Cell[] = [bytes(), bytes(1), bytes(0x31, 0x32), bytes(0x61, 0x62, 0x63), bytes(0xf0, 0x9f, 0x98, 0x80)];

const below = generator(7);
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
const any = (): Cell => pick([null, pick(INTEGERS), pick(REALS), pick(TEXTS), pick(BLOBS), pick(TEXTS), someReal()]);
const small = (): Cell => pick([below(10) - 5, below(4), null, any()]);

function someReal(): Cell {
  if (below(2) === 0) return real((below(2_000_000) - 1_000_000) / 10 ** below(7));
  const value = (below(2 ** 23) * 2 ** 23 + below(2 ** 23)) * 10 ** (below(40) - 30);
  return real(below(2) === 0 ? value : Number(value.toPrecision(1 + below(13))));
}

describe('scalar functions answer as SQLite does, value and type,', () => {
  it('for values of all types', () => {
    const comparison = new Comparison();
    const counts: Record<string, readonly number[]> = {};
    const one =
      'abs,char,hex,length,likely,lower,upper,quote,octet_length,sign,typeof,unicode,unistr,unistr_quote,unhex';
    const math =
      'acos,acosh,asin,asinh,atan,atanh,ceil,cos,cosh,degrees,exp,floor,ln,log,log10,log2,radians,sin,sinh,sqrt';
    for (const name of `${one},${math},tan,tanh,trunc,concat,trim,round`.split(',')) counts[name] = [1];
    for (const name of 'atan2,mod,pow,glob,ifnull,instr,like,ltrim,rtrim,trim,nullif,unhex,if,log'.split(',')) {
      counts[name] = [...(counts[name] ?? []), 2];
    }
    for (const name of 'char,coalesce,concat,concat_ws,iif,max,min,replace'.split(',')) counts[name] = [3];
    for (const [name, list] of Object.entries(counts)) {
      for (let i = 0; i < 150; i++) for (const count of list) comparison.call(name, Array.from({ length: count }, any));
    }
    for (let i = 0; i < 600; i++) {
      comparison.call('substr', [any(), small(), small()]);
      comparison.call('substring', [any(), small()]);
      comparison.call('round', [someReal(), small()]);
      comparison.call('quote', [someReal()]);
      comparison.call('like', [pick(TEXTS), any(), pick<Cell>(['\\', 'a', '%', null, 'ab', ''])]);
      comparison.call('glob', [
        pick(['a*c', '[^a]*', '*[0-9]', '[]]', '[a', '*?', '[a-]*', '*😀*', '[😀-😂]*']),
        any(),
      ]);
      comparison.call('zeroblob', [pick<Cell>([null, below(5) - 2, '3'])]);
    }
    comparison.finish(10_000);
  });

  it('for format strings with every flag, width, precision and conversion', () => {
    const comparison = new Comparison();
    for (let i = 0; i < 4000; i++) {
      const flags = pick(['', '-', '+', ' ', '#', '!', '0', ',', '!,', '-0', '+0', '#!', '0,']);
      const size = pick(['', '5', '12', '*', '30']) + pick(['', '.0', '.3', '.10', '.*', '.20', '.']);
      const conversion = pick(['', 'l', 'll']) + pick('diuxXocsqQwfeEgGprz%nfgsd'.split(''));
      const counts = Array.from(size)
        .filter((character) => character === '*')
        .map(() => below(40) - 10);
      const format = `>%${flags}${size}${conversion}${pick(['', '|', '%s'])}`;
      comparison.call('format', [format, ...counts, pick([any(), someReal()]), any()]);
    }
    comparison.finish(3999);
  });

  it('and so do operators and CAST', () => {
    const comparison = new Comparison();
    const operators: Record<string, (a: Cell, b: Cell) => Cell> = {
      '+': functions.add,
      '-': functions.subtract,
      '*': functions.multiply,
      '/': functions.divide,
      '%': functions.remainder,
      '&': functions.bitAnd,
      '|': functions.bitOr,
      '<<': functions.shiftLeft,
      '>>': functions.shiftRight,
      '||': functions.concatenate,
    };
    for (let i = 0; i < 1500; i++) {
      const a = pick([any(), pick(INTEGERS)]);
      const b = pick([any(), pick(INTEGERS), small()]);
      for (const [operator, apply] of Object.entries(operators)) {
        comparison.check(operator, [a, b], showCell(apply(a, b)), oracle(`SELECT ? ${operator} ?`, [a, b]));
      }
      for (const type of ['INTEGER', 'REAL', 'NUMERIC', 'TEXT', 'BLOB'] as const) {
        comparison.check(type, [a], showCell(functions.castTo(a, type)), oracle(`SELECT CAST(? AS ${type})`, [a]));
      }
      comparison.check('negate', [a], showCell(functions.negate(a)), oracle('SELECT -?', [a]));
      comparison.check('~', [a], showCell(functions.bitNot(a)), oracle('SELECT ~?', [a]));
      const truth = functions.truth(a);
      comparison.check('truth', [a], showCell(truth === null ? null : truth ? 1 : 0), oracle('SELECT NOT NOT ?', [a]));
    }
    comparison.finish(20_000);
  });
});

describe('date and time functions', () => {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = (): string =>
    `${pick([below(10_000), 1970 + below(100), 2000, 1900])
      .toString()
      .padStart(4, '0')}-${two(1 + below(12))}-${two(1 + below(pick([28, 31, 33])))}`;
  const zone = (): string => pick(['', '', '', 'Z', '+05:30', '-12:00', ' +01:00', '+15:00']);
  const time = (): string =>
    `${two(below(24))}:${two(below(60))}${pick(['', `:${two(below(61))}`, `:${two(below(60))}.${below(1e6)}`])}${zone()}`;
  const moment = (): Cell =>
    pick<() => Cell>([
      date,
      () => date() + pick([' ', 'T']) + time(),
      time,
      () => real(2_400_000 + below(1e6) * 0.1234567),
      () => pick<Cell>([real(0), real(2440587.5), 2440588, real(5373484.4999), 1_700_000_000, -1, 1e10, 253402300800]),
      () => below(2e9),
      () => pick<Cell>([null, '', 'abc', '2024-13-01', '2024-1-1', ' 2024-01-01', '2024-01-01T', '12:00', '1e3']),
    ])();
  const modifier = (): Cell =>
    pick<() => Cell>([
      () =>
        `${pick(['+', '-', ''])}${pick([below(10), below(400), below(100) / 10])} ${pick(['second', 'minute', 'hours', 'days', 'Month', 'year'])}`,
      () => pick(['start of day', 'start of month', 'Start Of Year', 'start of week']),
      () => `weekday ${pick([0, 1, 2, 3, 4, 5, 6, 7, '1.5'])}`,
      () => pick(['+', '-', '']) + time(),
      () =>
        `${pick(['+', '-'])}${two(below(99)).padStart(4, '0')}-${two(below(13))}-${two(below(32))}${pick(['', ' 01:30'])}`,
      () => pick(['unixepoch', 'auto', 'julianday']),
      () => pick<Cell>(['floor', 'ceiling', 'subsec', 'bad', null, '+1', '.5 days', '5days', '+ 5 days', '5   days']),
    ])();

  it('answer as SQLite does for time strings, numbers and modifiers', () => {
    const comparison = new Comparison();
    for (let i = 0; i < 2500; i++) {
      const args = [moment(), ...Array.from({ length: below(4) }, modifier)];
      for (const name of ['date', 'time', 'datetime', 'julianday', 'unixepoch']) comparison.call(name, args);
      comparison.call('strftime', [
        pick(['%d %e %f %H %I %j %J %k %l %m %M %p %P %R', '%s %S %T %u %U %V %w %W %Y %G %g %F %%', '%q']),
        ...args,
      ]);
      comparison.call('timediff', [moment(), moment()]);
    }
    comparison.finish(15_000);
  });

  it("take 'now' from the statement, to the millisecond", () => {
    const call = (name: string, ...args: Cell[]): Cell | undefined =>
      functions.scalarFunction(name, args.length)?.call(args, context());
    expect(call('datetime')).toBe('2024-02-03 04:05:06');
    expect(call('datetime', 'now', 'subsec')).toBe('2024-02-03 04:05:06.789');
    expect(call('unixepoch', 'subsec')).toBe(1706933106.789);
    expect(call('current_date')).toBe('2024-02-03');
    expect(call('datetime', 'now', 'localtime')).toBe('2024-02-03 04:05:06');
  });
});

describe('JSON functions', () => {
  const number = (): string =>
    pick(['0', '-0', '1', '-1', '1.5', '-2.50E-3', '12345678901234567890', '9223372036854775807']);
  const number5 = (): string => pick(['0x1F', '+5', '.5', '5.', '-.5', 'Infinity', '-Infinity', 'NaN']);
  const text = (): string => pick(['""', '"a"', '"\\n"', '"\\u0041"', '"\\ud83d\\ude00"', '"😀é"', '"a\\"b"', '"x.y"']);
  const text5 = (): string => pick(["'a'", "'it\\'s'", "'a\"b'", '"\\x41"', '"\\v\\0"', "'a\\\nb'", '"tab\there"']);
  const space = (five: boolean): string =>
    pick(['', '', '', ' ', '\n', ...(five ? ['/*c*/', '//x\n', '\u00a0', '\v'] : [])]);

  function json(depth: number, five: boolean): string {
    const around = (inner: string): string => space(five) + inner + space(five);
    const kind = below(depth > 0 ? 10 : 6);
    if (kind < 2) return around(five && below(2) === 0 ? number5() : number());
    if (kind < 4) return around(five && below(2) === 0 ? text5() : text());
    if (kind < 6) return around(pick(['null', 'true', 'false']));
    const key = (): string =>
      five && below(2) === 0 ? pick(['a', '$x', 'é', "'q'"]) : pick(['"a"', '"b"', '"x.y"', '""']);
    const items = Array.from({ length: below(4) }, () =>
      kind < 8 ? json(depth - 1, five) : `${around(key())}:${json(depth - 1, five)}`,
    ).join(',');
    return around(kind < 8 ? `[${items}]` : `{${items}}`);
  }
  const document = (): Cell =>
    below(10) > 0
      ? json(3, below(3) === 0)
      : pick<Cell>([null, 1, 1.5, '', '{', '[1,', bytes(0x31), '{"a":{"b":[1,{"c":3}]}}']);
  const path = (): Cell => {
    if (below(12) === 0) return pick<Cell>(['$.', '$[', '$[a]', 'a', '$."a', '$[#-]', null, '$[-1]', '$[99999999999]']);
    return `$${Array.from({ length: below(4) }, () => pick(['.a', '.b', '."x.y"', '[0]', '[1]', '[#-1]', '[#]'])).join('')}`;
  };
  const value = (): Cell =>
    pick<Cell>([null, 1, real(2), 1.5, 'x', '{"q":1}', Infinity, 'a"b\u0001', bytes(0x11), bytes(1)]);

  it('answer as SQLite does for JSON, JSON5 and what is neither', () => {
    const comparison = new Comparison();
    for (let i = 0; i < 700; i++) {
      const doc = document();
      for (const name of ['json', 'json_valid', 'json_type', 'json_array_length', 'json_pretty', 'jsonb']) {
        comparison.call(name, [doc]);
      }
      comparison.call('json_valid', [doc, 1 + below(3)]);
      for (const name of ['json_extract', 'json_remove', 'json_type', 'json_array_length', 'jsonb_extract']) {
        comparison.call(name, [doc, path()]);
      }
      comparison.call('json_extract', [doc, path(), path()]);
      for (const name of ['json_set', 'json_insert', 'json_replace', 'json_array_insert']) {
        comparison.call(name, [doc, path(), value(), path(), value()]);
      }
      comparison.call('json_patch', [doc, document()]);
      comparison.call('json_array', [value(), value()]);
      comparison.call('json_object', [pick<Cell>(['a', 'b"', 1]), value()]);
      comparison.call('json_quote', [value()]);
      const operand = pick<Cell>([path(), 'a', 'x.y', 0, -1, '1', '[0]', '', null]);
      for (const operator of ['->', '->>']) comparison.call(operator, [doc, operand], `SELECT ? ${operator} ?`);
    }
    comparison.finish(14_000);
  });

  it('list the same elements from json_each and json_tree', () => {
    const comparison = new Comparison();
    for (let i = 0; i < 700; i++) {
      for (const name of ['json_each', 'json_tree']) {
        const args = below(2) === 0 ? [document()] : [document(), pick<Cell>(['$', '$.a', '$.b', '$[0]'])];
        const mine = attempt(() => {
          const rows = functions.tableFunction(name)?.rows(args, context()) ?? [];
          return rows.map((row) => row.slice(0, 8).map(showCell).join(',')).join(';');
        });
        const columns = 'key, value, type, atom, id, parent, fullkey, path';
        const wanted = oracle(`SELECT ${columns} FROM ${name}(${args.map(() => '?').join(', ')})`, args);
        comparison.check(name, args, mine, wanted);
      }
    }
    comparison.finish(1000);
  });

  it('take marked text as JSON and say when they return some', () => {
    const marked = { ...context(), json: [true] };
    expect(functions.scalarFunction('json_array', 1)?.call(['{"a": 1}'], marked)).toBe('[{"a":1}]');
    expect(marked.isJson).toBe(true);
    const extracted = context();
    expect(functions.scalarFunction('json_extract', 2)?.call(['{"a":"b"}', '$.a'], extracted)).toBe('b');
    expect(extracted.isJson).toBe(false);
  });
});

describe('aggregates', () => {
  const names = ['count', 'sum', 'total', 'avg', 'min', 'max', 'group_concat', 'json_group_array', 'median'];

  /** Runs the function over frames of three rows, taking rows back where it can. */
  function sliding(name: string, cells: readonly Cell[]): string {
    const fn = functions.aggregateFunction(name, 1);
    if (fn === undefined) throw new Error(`no aggregate ${name}`);
    let state = fn.start();
    return cells
      .map((_, row) => {
        const oldest = row - 3;
        if (fn.inverse === undefined) {
          state = fn.start();
          for (let i = Math.max(0, oldest + 1); i < row; i++) fn.step(state, [cells[i] as Cell], context());
        }
        if (fn.inverse !== undefined && oldest >= 0) fn.inverse(state, [cells[oldest] as Cell], context());
        fn.step(state, [cells[row] as Cell], context());
        return showCell(fn.finish(state, context()));
      })
      .join(';');
  }

  it('give what SQLite gives over whole columns and sliding frames', () => {
    const comparison = new Comparison();
    const kinds: (() => Cell)[] = [any, () => pick(INTEGERS), someReal, () => pick([null, 1, 2, real(3), '4', 'x'])];
    for (let i = 0; i < 400; i++) {
      const make = pick(kinds);
      const cells = Array.from({ length: 1 + below(8) }, make).filter(
        (cell) => !(cell instanceof Uint8Array) && cell !== '',
      );
      if (cells.length === 0) continue;
      const values = cells.map((_, row) => `(${row}, ?)`).join(', ');
      for (const name of names) {
        const mine = attempt(() => {
          const fn = functions.aggregateFunction(name, 1);
          const state = fn?.start();
          for (const cell of cells) fn?.step(state, [cell], context());
          return showCell(fn?.finish(state, context()) ?? null);
        });
        comparison.check(name, cells, mine, oracle(`SELECT ${name}(column2) FROM (VALUES ${values})`, cells));
        if (name === 'median') continue;
        const over = `OVER (ORDER BY column1 ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)`;
        const wanted = oracle(`SELECT ${name}(column2) ${over} FROM (VALUES ${values})`, cells);
        comparison.check(
          `sliding ${name}`,
          cells,
          attempt(() => sliding(name, cells)),
          wanted,
        );
      }
    }
    comparison.finish(5000);
  });

  it('compare with the collation of the call', () => {
    const nocase = { ...context(), collation: collationOf('NOCASE') ?? compareText };
    const fn = functions.aggregateFunction('max', 1);
    const state = fn?.start();
    for (const text of ['b', 'C', 'a']) fn?.step(state, [text], nocase);
    expect(fn?.finish(state, nocase)).toBe('C');
  });
});

describe('window functions', () => {
  it('number, rank and fetch rows as SQLite does', () => {
    const cells = [1, 1, 2, 3, 3, 3, 5];
    const values = cells.map((cell) => `(${cell})`).join(', ');
    const calls: [string, Cell[]][] = [
      ...['row_number', 'rank', 'dense_rank', 'percent_rank', 'cume_dist'].map((name): [string, Cell[]] => [name, []]),
      ['ntile', [3]],
      ['ntile', [10]],
      ['lag', [null]],
      ['lead', [null, 2]],
      ['lag', [null, 2, 'none']],
      ['first_value', [null]],
      ['last_value', [null]],
      ['nth_value', [null, 2]],
    ];
    for (const [name, extra] of calls) {
      const args = extra.map((cell) =>
        cell === null ? 'column1' : showCell(cell).replace(/i$/, '').replaceAll('"', "'"),
      );
      const wanted = oracle(`SELECT ${name}(${args.join(', ')}) OVER (ORDER BY column1) FROM (VALUES ${values})`, []);
      const mine = cells.map((cell, row) => {
        const peerStart = cells.indexOf(cell);
        const peerEnd = cells.lastIndexOf(cell) + 1;
        const peerGroup = new Set(cells.slice(0, peerStart)).size;
        const argument = (index: number, at: number): Cell => extra[index] ?? cells[at] ?? null;
        const frame = { frameSize: peerEnd, frameRow: (n: number): number => n };
        const window = { size: cells.length, row, peerStart, peerEnd, peerGroup, argument, ...frame };
        return showCell(functions.windowFunction(name, extra.length)?.value(window) ?? null);
      });
      expect([name, mine.join(';')]).toEqual([name, wanted]);
    }
  });
});

describe('look-ups', () => {
  it('find every built-in of SQLite but those of its extensions', () => {
    const rows = database.prepare('SELECT DISTINCT name, narg FROM pragma_function_list').all() as {
      name: string;
      narg: number;
    }[];
    const foreign =
      /^(fts|geopoly|rtree|snippet|highlight|bm25|match|offsets|optimize|load_extension|subtype|sqlite_(log|comp))/;
    const missing = rows.filter(({ name, narg }) => {
      const count = narg < 0 ? Math.max(2, -narg) : narg;
      return (
        !foreign.test(name) &&
        functions.scalarFunction(name, count) === undefined &&
        functions.aggregateFunction(name, count) === undefined &&
        functions.windowFunction(name, count) === undefined
      );
    });
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('tell an unknown name from a wrong number of arguments', () => {
    expect(functions.functionError('nope').message).toBe('no such function: nope');
    expect(functions.functionError('ABS').message).toBe('wrong number of arguments to function ABS()');
    expect(functions.functionError('abs').code).toBe('FUNCTION_ARGUMENT_COUNT');
  });
});
