/** Runs scripts on two engines side by side and says where they differ. */
import type { SqlValue } from '@dotdo/shared-types';
import type { SqlEngine } from '../../sql/slt/engine.ts';
import type { Step } from './generator.ts';
import { KNOWN_DIFFERENCES } from './known.ts';

export interface Difference {
  /** Which step differs. */
  readonly at: number;
  readonly expected: string;
  readonly actual: string;
  /** Groups differences of one cause, roughly. */
  readonly kind: string;
}

/** How often both refused a statement, and the pairs of messages that are not the same. */
export interface Tally {
  statements: number;
  refused: number;
  oracleMs: number;
  subjectMs: number;
  slowest: { ms: number; oracleMs: number; sql: string };
  readonly messages: Map<string, number>;
}

type Outcome =
  | { readonly rows: SqlValue[][] }
  | { readonly error: string; readonly message: string; readonly ours: boolean };

function run(engine: SqlEngine, step: Step): Outcome {
  try {
    if (step.rows === 'none') {
      engine.exec(step.sql);
      return { rows: [] };
    }
    return { rows: engine.query(step.sql) };
  } catch (error) {
    const { code, message, stack } = error as { code?: string; message: string; stack?: string };
    // An error without a code is a defect of ours, never an answer to the statement.
    const text = code === undefined ? `${message} ${stack?.split('\n')[1]?.trim() ?? ''}` : `${code}: ${message}`;
    return { error: text, message, ours: code === undefined || /^(INTERNAL|UNSUPPORTED|NOT_IMPLEMENTED)/.test(code) };
  }
}

/** The first difference, or undefined; a known one ends the script without being one. */
export function compareScript(
  steps: readonly Step[],
  open: { oracle: () => SqlEngine; subject: () => SqlEngine },
  tally?: Tally,
): Difference | undefined {
  const oracle = open.oracle();
  const subject = open.subject();
  try {
    for (const [at, step] of steps.entries()) {
      const start = performance.now();
      const expected = run(oracle, step);
      const between = performance.now();
      const actual = run(subject, step);
      if (tally !== undefined) {
        tally.oracleMs += between - start;
        const ms = performance.now() - between;
        tally.subjectMs += ms;
        if (ms > tally.slowest.ms) tally.slowest = { ms, oracleMs: between - start, sql: step.sql };
      }
      if (tally !== undefined) count(tally, expected, actual);
      // SQLite then keeps the rows before: it makes no room to undo a statement whose conflicts are all dealt with.
      if ('error' in expected && 'error' in actual && /^INSERT\b.* (ON CONFLICT|OR REPLACE|OR IGNORE) /s.test(step.sql))
        if (expected.error.includes('cannot store')) return undefined;
      const kind = differ(step, expected, actual);
      if (kind === undefined) continue;
      const difference = { at, kind, expected: show(expected), actual: show(actual) };
      const whole = { ...difference, expected: show(expected, Infinity), actual: show(actual, Infinity) };
      if (!KNOWN_DIFFERENCES.some((known) => known.matches(step.sql, whole))) return difference;
      if (step.rows === 'none') return undefined; // what follows rests on it
    }
    return undefined;
  } finally {
    oracle.close();
    subject.close();
  }
}

function count(tally: Tally, expected: Outcome, actual: Outcome): void {
  tally.statements++;
  if (!('error' in expected && 'error' in actual)) return;
  tally.refused++;
  if (expected.message === actual.message) return;
  const pair = `${expected.message.slice(0, 100)} | ${actual.message.slice(0, 100)}`.replaceAll(/\b[a-z]\d+\b/g, '#');
  tally.messages.set(pair, (tally.messages.get(pair) ?? 0) + 1);
}

function differ(step: Step, expected: Outcome, actual: Outcome): string | undefined {
  if ('error' in actual) {
    if (!('error' in expected)) return `error ${actual.error.replaceAll(/[\d'"`]+\S*/g, '#').slice(0, 90)}`;
    return actual.ours ? `defect ${actual.error.slice(0, 90)}` : undefined;
  }
  if ('error' in expected) return `no error: ${expected.error.replaceAll(/[\d'"`]+\S*/g, '#').slice(0, 90)}`;
  if (expected.rows.length !== actual.rows.length) return 'count of rows';
  const limited = / LIMIT /.test(step.sql) && step.rows === 'ordered';
  if (step.rows === 'ordered' && !sameRows(expected.rows, actual.rows, looseKey)) return 'order of rows';
  // In expressions of RETURNING SQLite shows integral values of REAL columns as INTEGER.
  const key = /\bRETURNING\b.*(\(| AS |CASE)/s.test(step.sql) ? numericKey : exactKey;
  return limited || sameRows(sorted(expected.rows, key), sorted(actual.rows, key), key) ? undefined : 'values';
}

function sorted(rows: readonly SqlValue[][], key: (value: SqlValue) => string): SqlValue[][] {
  const keyed = rows.map((row): [string, SqlValue[]] => [row.map(key).join('\u0001'), row]);
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, row]) => row);
}

function sameRows(a: readonly SqlValue[][], b: readonly SqlValue[][], key: (value: SqlValue) => string): boolean {
  return a.every((row, i) => {
    const other = b[i] as SqlValue[];
    return row.length === other.length && row.every((value, j) => key(value) === key(other[j] as SqlValue));
  });
}

const LONG_REAL = /(?=[\d.]{12})\d+\.\d/;
const LONG_REALS = /(?=[\d.]{12})\d+\.\d+(e[+-]?\d+)?/g;

/** Tells storage classes and values apart; of a REAL 13 digits, as sums may be taken in another order. */
function exactKey(value: SqlValue): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return `real ${value === 0 ? 0 : value.toPrecision(13)}`;
  if (value instanceof Uint8Array) return `blob ${Buffer.from(value).toString('hex')}`;
  // Of texts of REALs too: libraries differ in the last digit of sinh() and the like.
  if (typeof value === 'string' && LONG_REAL.test(value))
    return `text ${value.replace(LONG_REALS, (digits) => Number(digits).toPrecision(13))}`;
  return `${typeof value} ${value}`;
}

/** INTEGER and REAL alike. */
function numericKey(value: SqlValue): string {
  return typeof value === 'bigint' ? exactKey(Number(value)) : exactKey(value);
}

/** The same for what some collation or comparison takes for equal. */
function looseKey(value: SqlValue): string {
  if (typeof value === 'string') return exactKey(value).toLowerCase().trimEnd();
  return typeof value === 'bigint' ? `real ${Number(value).toPrecision(13)}` : exactKey(value);
}

function show(outcome: Outcome, most = 8): string {
  if ('error' in outcome) return `error ${outcome.error}`;
  const rows = outcome.rows.slice(0, most).map((row) => `(${row.map(showValue).join(', ')})`);
  return `${rows.join(' ')}${outcome.rows.length > most ? ` … ${outcome.rows.length} rows` : ''}`;
}

function showValue(value: SqlValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  return typeof value === 'number' && Number.isInteger(value) ? value.toFixed(1) : String(value);
}
