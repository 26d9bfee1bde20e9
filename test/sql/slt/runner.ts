/** Runs the records of a script against an engine and compares what comes out, as the sqllogictest program does. */
import { createHash } from 'node:crypto';
import type { SqlValue } from '@dotdo/shared-types';
import type { SqlEngine } from './engine.ts';
import { parseScript, type QueryRecord, type SltRecord } from './script.ts';

export interface Failure {
  readonly line: number;
  readonly sql: string;
  readonly message: string;
}

export interface ScriptResult {
  readonly passed: number;
  readonly failures: readonly Failure[];
}

/** Runs a whole script; records after a failed one still run. */
export function runScript(text: string, engine: SqlEngine): ScriptResult {
  const labels = new Map<string, string>();
  const failures: Failure[] = [];
  const records = parseScript(text, 'sqlite');
  for (const record of records) {
    const message = runRecord(record, engine, labels);
    if (message !== undefined) failures.push({ line: record.line, sql: record.sql, message });
  }
  return { passed: records.length - failures.length, failures };
}

/** What is wrong with the record's outcome, or undefined. */
function runRecord(record: SltRecord, engine: SqlEngine, labels: Map<string, string>): string | undefined {
  try {
    if (record.kind === 'query') return checkQuery(record, engine.query(record.sql), labels);
    engine.exec(record.sql);
    return record.expect === 'error' ? 'no error where one is expected' : undefined;
  } catch (error) {
    // The sqllogictest program takes a query that fails while it runs for one without further rows; one script relies on it.
    const isExpected =
      record.kind === 'statement'
        ? record.expect === 'error'
        : !('md5' in record.expected) && record.expected.length === 0 && /integer overflow/.test(String(error));
    return isExpected ? undefined : describeError(error);
  }
}

export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: string };
  const place = code === undefined ? ` ${error.stack?.split('\n')[1]?.trim() ?? ''}` : '';
  return `${code ?? error.name}: ${error.message}${place}`;
}

function checkQuery(record: QueryRecord, rows: readonly SqlValue[][], labels: Map<string, string>): string | undefined {
  const { types, sort, label, expected } = record;
  const wrong = rows.find((row) => row.length !== types.length);
  if (wrong !== undefined) return `${types.length} columns expected, ${wrong.length} came`;
  const text = rows.map((row) => row.map((value, i) => formatValue(value, types[i] as string)));
  // Strings of one row are joined by a character below all others, so that rows sort by their first difference.
  if (sort === 'rowsort') text.sort((a, b) => Buffer.compare(Buffer.from(a.join('\0')), Buffer.from(b.join('\0'))));
  const values = text.flat();
  if (sort === 'valuesort') values.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const md5 = createHash('md5')
    .update(values.map((value) => `${value}\n`).join(''))
    .digest('hex');
  if (label !== undefined) {
    const first = labels.get(label);
    if (first !== undefined && first !== md5) return `result differs from an earlier one labelled ${label}`;
    labels.set(label, md5);
  }
  if ('md5' in expected) {
    if (values.length !== expected.count) return `${expected.count} values expected, ${values.length} came`;
    return md5 === expected.md5 ? undefined : `hash ${expected.md5} expected, ${md5} came: ${shorten(values)}`;
  }
  const same = values.length === expected.length && values.every((value, i) => value === expected[i]);
  return same ? undefined : `expected ${shorten(expected)}, came ${shorten(values)}`;
}

function shorten(values: readonly string[]): string {
  return `[${values.slice(0, 12).join(', ')}${values.length > 12 ? `, … ${values.length}` : ''}]`;
}

/** As `sqlite3_column_int`, `_double` with %.3f, or `_text` with unprintable characters as @. */
export function formatValue(value: SqlValue, type: string): string {
  if (value === null) return 'NULL';
  if (type === 'I') return String(BigInt.asIntN(32, toInteger(value)));
  if (type === 'R') return fixedText(typeof value === 'string' ? Number.parseFloat(value) || 0 : Number(value));
  const text = toText(value);
  if (text === '') return '(empty)';
  return Buffer.from(text)
    .toString('latin1')
    .replaceAll(/[^ -~]/g, '@');
}

/** SQLite's %.3f, which has at most 16 significant digits. */
function fixedText(value: number): string {
  if (!(Math.abs(value) >= 1e16 && Math.abs(value) < 1e21)) return value.toFixed(3);
  const digits = value.toExponential(15).replace(/\.|e.*/g, '');
  return `${digits.padEnd(value.toFixed(0).length, '0')}.000`;
}

function toInteger(value: Exclude<SqlValue, null>): bigint {
  if (typeof value === 'bigint') return value;
  const number = typeof value === 'number' ? value : Number(/^\s*[+-]?\d+/.exec(toText(value))?.[0] ?? 0);
  const clamped = Math.min(Math.max(Math.trunc(number), -(2 ** 63)), 2 ** 63);
  return BigInt.asIntN(64, clamped === 2 ** 63 ? 2n ** 63n - 1n : BigInt(clamped));
}

function toText(value: Exclude<SqlValue, null>): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return typeof value === 'number' ? realText(value) : String(value);
}

/** SQLite's %!.15g. */
function realText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '-Inf';
  const [digits = '', exponent] = value.toPrecision(15).split('e');
  const short = digits.includes('.') ? digits.replace(/0+$/, '') : `${digits}.`;
  const mantissa = short.endsWith('.') ? `${short}0` : short;
  return exponent === undefined ? mantissa : `${mantissa}e${exponent.replace(/^([+-])(\d)$/, '$10$2')}`;
}
