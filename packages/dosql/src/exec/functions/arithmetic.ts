/**
 * Arithmetic on cells with SQLite's rules: 64-bit integers, REAL when they overflow, NULL for a division by zero.
 * @see https://www.sqlite.org/lang_expr.html#operators_and_parse_affecting_attributes
 */
import { normalizeInteger, type Cell } from '../../codec/cell.ts';
import { realOrNull, toInteger, toNumber, toReal, toText } from './values.ts';

type Integer = number | bigint;

/** The sum or other result of two integers, REAL beyond 64 bits. */
function fit(value: bigint): Cell {
  return BigInt.asIntN(64, value) === value ? normalizeInteger(value) : realOrNull(Number(value));
}

function binary(
  a: Cell,
  b: Cell,
  plain: (x: number, y: number) => number,
  exact: (x: bigint, y: bigint) => bigint,
): Cell {
  if (a === null || b === null) return null;
  const x = toNumber(a);
  const y = toNumber(b);
  if (isInteger(x) && isInteger(y)) {
    if (typeof x === 'number' && typeof y === 'number') {
      const value = plain(x, y);
      if (Number.isSafeInteger(value)) return value + 0;
    }
    const value = exact(BigInt(x), BigInt(y));
    return BigInt.asIntN(64, value) === value ? normalizeInteger(value) : realOrNull(plain(Number(x), Number(y)));
  }
  return realOrNull(plain(toReal(x), toReal(y)));
}

function isInteger(value: Cell): value is Integer {
  return typeof value === 'bigint' || Number.isSafeInteger(value);
}

export function add(a: Cell, b: Cell): Cell {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a) && Number.isSafeInteger(b)) {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return binary(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  );
}

export function subtract(a: Cell, b: Cell): Cell {
  return binary(
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  );
}

export function multiply(a: Cell, b: Cell): Cell {
  return binary(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  );
}

export function divide(a: Cell, b: Cell): Cell {
  if (a === null || b === null) return null;
  const x = toNumber(a);
  const y = toNumber(b);
  if (toReal(y) === 0) return null;
  if (!isInteger(x) || !isInteger(y)) return realOrNull(toReal(x) / toReal(y));
  if (typeof x === 'number' && typeof y === 'number') return Math.trunc(x / y) + 0;
  return fit(BigInt(x) / BigInt(y));
}

/** The remainder of the operands as integers; REAL if one of them is. */
export function remainder(a: Cell, b: Cell): Cell {
  if (a === null || b === null) return null;
  const x = toNumber(a);
  const y = toNumber(b);
  const m = toInteger(a);
  const n = toInteger(b);
  if (Number(n) === 0) return null;
  const value = typeof m === 'number' && typeof n === 'number' ? (m % n) + 0 : normalizeInteger(BigInt(m) % BigInt(n));
  return isInteger(x) && isInteger(y) ? value : realOrNull(Number(value));
}

export function negate(a: Cell): Cell {
  if (a === null) return null;
  const x = toNumber(a);
  if (isInteger(x)) return typeof x === 'number' ? 0 - x : fit(-x);
  return realOrNull(x === null ? NaN : 0 - toReal(x));
}

/** `~`. */
export function bitNot(a: Cell): Cell {
  return a === null ? null : normalizeInteger(~BigInt(toInteger(a)));
}

function bits(
  a: Cell,
  b: Cell,
  combine: (x: bigint, y: bigint) => bigint,
  small?: (x: number, y: number) => number,
): Cell {
  if (a === null || b === null) return null;
  const x = toInteger(a);
  const y = toInteger(b);
  if (small !== undefined && x === Number(x) && y === Number(y) && (x | 0) === x && (y | 0) === y) return small(x, y);
  return normalizeInteger(BigInt.asIntN(64, combine(BigInt(x), BigInt(y))));
}

export function bitAnd(a: Cell, b: Cell): Cell {
  return bits(
    a,
    b,
    (x, y) => x & y,
    (x, y) => x & y,
  );
}

export function bitOr(a: Cell, b: Cell): Cell {
  return bits(
    a,
    b,
    (x, y) => x | y,
    (x, y) => x | y,
  );
}

/** A negative distance shifts the other way; 64 and more leave 0, or −1 of a negative number shifted right. */
export function shiftLeft(a: Cell, b: Cell): Cell {
  return bits(a, b, shift);
}

export function shiftRight(a: Cell, b: Cell): Cell {
  return bits(a, b, (x, y) => shift(x, -y));
}

function shift(value: bigint, distance: bigint): bigint {
  if (distance >= 64n) return 0n;
  return distance <= -64n ? (value < 0n ? -1n : 0n) : value << distance;
}

/** `||`; of two blobs too the result is TEXT. */
export function concatenate(a: Cell, b: Cell): Cell {
  return a === null || b === null ? null : `${toText(a)}${toText(b)}`;
}
