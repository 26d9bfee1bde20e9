/**
 * Conversions between storage classes: what CAST, affinities and the arguments of functions do.
 * @see https://www.sqlite.org/datatype3.html
 * @see https://www.sqlite.org/lang_expr.html#castexpr
 */
import type { Affinity } from '../../catalog/schema.ts';
import { Real, normalizeInteger, realCell, type Cell } from '../../codec/cell.ts';
import { formatReal } from './real-text.ts';

const encoder: TextEncoder = /* @__PURE__ */ new TextEncoder();
const decoder: TextDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** SQLite's white space is ASCII's; a NUL ends a text. */
// oxlint-disable-next-line no-control-regex
const NUMBER = /^[\t-\r ]*([+-]?)(?:(\d+)(\.\d*)?|(\.\d+))(e[+-]?\d+)?(?:([\t-\r ]*(?:$|\0))|)/i;

export function textToBytes(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Invalid bytes become U+FFFD. */
export function bytesToText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** What typeof() answers. */
export function typeName(cell: Cell): 'null' | 'integer' | 'real' | 'text' | 'blob' {
  switch (typeof cell) {
    case 'number':
      return Number.isSafeInteger(cell) ? 'integer' : 'real';
    case 'bigint':
      return 'integer';
    case 'string':
      return 'text';
    default:
      return cell === null ? 'null' : cell instanceof Real ? 'real' : 'blob';
  }
}

/** True for REAL in any form. */
export function isReal(cell: Cell): cell is number | Real {
  return typeof cell === 'number' ? !Number.isSafeInteger(cell) : cell instanceof Real;
}

/** A REAL result: NULL for NaN. */
export function realOrNull(value: number): Cell {
  return value === value ? realCell(value) : null;
}

/** The text of a value, as CAST AS TEXT; null for NULL. */
export function toText(cell: Cell): string | null {
  switch (typeof cell) {
    case 'string':
      return cell;
    case 'number':
      return Number.isSafeInteger(cell) ? String(cell) : formatReal(cell);
    case 'bigint':
      return String(cell);
    default:
      return cell === null ? null : cell instanceof Real ? formatReal(cell.value) : bytesToText(cell);
  }
}

/** The bytes of a value, as CAST AS BLOB. */
export function toBytes(cell: Cell): Uint8Array | null {
  return cell === null || cell instanceof Uint8Array ? cell : textToBytes(toText(cell) as string);
}

/**
 * The number at the beginning of a text: INTEGER without point and exponent within 64 bits, else REAL.
 * `whole` tells whether nothing but white space stands around it; null when no number begins there.
 */
export function parseNumber(text: string): { value: number | bigint | Real; whole: boolean } | null {
  const match = NUMBER.exec(text);
  if (match === null) return null;
  const [, sign = '', integer = '', fraction = match[4] ?? '', , exponent = '', rest] = match;
  const whole = rest !== undefined;
  if (fraction === '' && exponent === '') {
    const number = Number(sign + integer);
    if (Number.isSafeInteger(number)) return { value: number + 0, whole };
    const big = bigInteger(sign + integer);
    if (big >= INT64_MIN && big <= INT64_MAX) return { value: big, whole };
  }
  return { value: realCell(parseReal(sign, integer, fraction.slice(1), exponent)), whole };
}

/** Of decimal digits after a sign; beyond 64 bits it may be any number beyond them, since long ones cost their square. */
function bigInteger(text: string): bigint {
  const [, sign, digits = ''] = /^([+-]?)0*(\d*)$/.exec(text) as RegExpExecArray;
  return BigInt(digits.slice(0, 20)) * (sign === '-' ? -1n : 1n);
}

/** Beyond it any number is 0 or infinite. */
const EXPONENT_MAX = 1e6;

/** SQLite reads 19 digits, and a twentieth while the mantissa stays within 64 bits; the rest count as zeros. */
function parseReal(sign: string, integer: string, fraction: string, exponent: string): number {
  let digits = (integer + fraction).replace(/^0+/, '');
  let scale = -fraction.length;
  if (digits.length > 19) {
    const kept = digits.slice(0, 19) >= '1844674407370955160' ? 19 : 20;
    scale += Math.max(0, digits.length - kept);
    digits = digits.slice(0, kept);
  }
  const power = Math.max(-EXPONENT_MAX, Math.min(EXPONENT_MAX, scale + Number(exponent.slice(1))));
  return Number(`${sign}${digits || '0'}e${power}`);
}

/** The number that a value is: a number itself, or a text that is one as a whole; else null. */
export function numericValue(cell: Cell): number | bigint | Real | null {
  if (typeof cell !== 'string') return cell instanceof Uint8Array ? null : cell;
  const number = parseNumber(cell);
  return number !== null && number.whole ? number.value : null;
}

/** A number as arithmetic takes it: text and blobs by their numeric prefix, 0 without one; null for NULL. */
export function toNumber(cell: Cell): number | bigint | Real | null {
  if (typeof cell === 'string') return leadingNumber(cell);
  return cell instanceof Uint8Array ? leadingNumber(bytesToText(cell)) : cell;
}

/** What a NUL ends is REAL in arithmetic, whatever it looks like. */
function leadingNumber(text: string): number | bigint | Real {
  const number = parseNumber(text);
  if (number === null) return 0;
  const { value, whole } = number;
  return whole && !isReal(value) && text.includes('\0') ? realCell(Number(value)) : value;
}

/** As a double; NULL is 0. */
export function toReal(cell: Cell): number {
  const number = toNumber(cell);
  return number instanceof Real ? number.value : Number(number);
}

/** A REAL as 64-bit integer: towards zero, and to the nearest end beyond the range. */
function truncateReal(value: number): number | bigint {
  const whole = Math.trunc(value) + 0;
  if (Number.isSafeInteger(whole)) return whole;
  return whole >= 2 ** 63 ? INT64_MAX : whole <= -(2 ** 63) ? INT64_MIN : BigInt(whole);
}

/** As CAST AS INTEGER does: of a text only the digits count, so '1e3' is 1. NULL is 0. */
export function toInteger(cell: Cell): number | bigint {
  switch (typeof cell) {
    case 'number':
      return Number.isSafeInteger(cell) ? cell : truncateReal(cell);
    case 'bigint':
      return cell;
    case 'string': {
      const digits = /^[\t-\r ]*([+-]?\d+)/.exec(cell)?.[1];
      if (digits === undefined) return 0;
      const number = Number(digits);
      if (Number.isSafeInteger(number)) return number + 0;
      const big = bigInteger(digits);
      return big > INT64_MAX ? INT64_MAX : big < INT64_MIN ? INT64_MIN : normalizeInteger(big);
    }
    default:
      if (cell === null) return 0;
      return cell instanceof Real ? truncateReal(cell.value) : toInteger(bytesToText(cell));
  }
}

/** An integer as a plain number, for lengths and positions: beyond 2^53 it is rounded. */
export function toIndex(cell: Cell): number {
  return Number(toInteger(cell));
}

/** Truth: of NULL none, of anything else whether its number is not 0. */
export function truth(cell: Cell): boolean | null {
  if (cell === null) return null;
  return typeof cell === 'number' ? cell !== 0 : toReal(cell) !== 0;
}

/** INTEGER in place of a REAL that is exactly one, as NUMERIC affinity wants it: within ±2^53 or so, as SQLite. */
function compact(value: number | bigint | Real): number | bigint | Real {
  const real = value instanceof Real ? value.value : value;
  if (typeof real === 'bigint' || !Number.isInteger(real) || Math.abs(real) >= 2 ** 63) return value;
  return Number.isSafeInteger(real) ? real + 0 : compactLarge(real);
}

function compactLarge(real: number): number | bigint {
  const big = BigInt(real);
  return big > INT64_MIN && big < INT64_MAX ? big : real;
}

/**
 * The value as a column of that affinity stores it: a text that is a number as a whole becomes one under
 * INTEGER, NUMERIC and REAL, numbers become text under TEXT.
 */
export function applyAffinity(cell: Cell, affinity: Affinity | null): Cell {
  if (cell === null || affinity === null || affinity === 'BLOB' || cell instanceof Uint8Array) return cell;
  if (affinity === 'TEXT') return toText(cell);
  let value: number | bigint | Real;
  if (typeof cell === 'string') {
    const number = parseNumber(cell);
    if (number === null || !number.whole) return cell;
    value = number.value;
  } else {
    value = cell;
  }
  if (affinity === 'REAL') return realCell(toReal(value));
  return isReal(value) ? compact(value) : value;
}

/** CAST. */
export function castTo(cell: Cell, affinity: Affinity): Cell {
  if (cell === null) return null;
  switch (affinity) {
    case 'TEXT':
      return toText(cell);
    case 'BLOB':
      return toBytes(cell);
    case 'INTEGER':
      return toInteger(cell);
    case 'REAL':
      return realCell(toReal(cell));
    default: {
      if (typeof cell !== 'string' && !(cell instanceof Uint8Array)) return cell;
      const number = toNumber(cell) as number | bigint | Real;
      return isReal(number) ? compact(number) : number;
    }
  }
}
