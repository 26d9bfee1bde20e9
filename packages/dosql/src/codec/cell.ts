/**
 * The storage value and its order. A JS number that is a safe integer is INTEGER, any other JS number
 * is REAL; an INTEGER beyond ±(2^53 − 1) is a bigint; a REAL that is integral is boxed as `Real`
 * wherever the column does not say that it holds REAL. -0 is INTEGER 0 unless boxed. NaN never occurs:
 * it is NULL in SQL.
 */
import { assert } from './assert.ts';

export type Cell = null | number | bigint | string | Uint8Array | Real;

/** What a column holds: 'real' has plain JS numbers that are all REAL, none of them boxed. */
export type CellKind = 'any' | 'real';

/** Order of two texts: negative, 0 or positive. */
export type Collation = (a: string, b: string) => number;

/** A REAL whose value a JS number would show as INTEGER, such as 2.0. */
export class Real {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A REAL in its normal form: boxed only when the number is a safe integer. */
export function realCell(value: number): number | Real {
  assert(value === value, 'NaN is no cell');
  return Number.isSafeInteger(value) ? new Real(value) : value;
}

/**
 * The normal form of an INTEGER: a number within the safe range, a bigint beyond it.
 * The value must lie within 64 bits, signed.
 */
export function normalizeInteger(value: bigint): number | bigint {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  assert(BigInt.asIntN(64, value) === value, 'INTEGER beyond 64 bits');
  return value;
}

/** Rank of the storage class: NULL 0, INTEGER and REAL 1, TEXT 2, BLOB 3. */
export function typeRank(cell: Cell): 0 | 1 | 2 | 3 {
  if (cell === null) return 0;
  if (typeof cell === 'string') return 2;
  return cell instanceof Uint8Array ? 3 : 1;
}

/**
 * Compares in SQLite's order, NULL < numbers < TEXT < BLOB; 0 means equal, also for 1 and 1.0.
 * JavaScript compares number with bigint exactly, so nothing is rounded.
 * @see https://www.sqlite.org/datatype3.html#sort_order
 */
export function compareCells(a: Cell, b: Cell, collation: Collation = compareText): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return collation(a, b);
  const rank = typeRank(a);
  const order = rank - typeRank(b);
  if (order !== 0 || rank === 0) return order;
  if (rank === 3) return compareBytes(a as Uint8Array, b as Uint8Array);
  const x = a instanceof Real ? a.value : (a as number | bigint);
  const y = b instanceof Real ? b.value : (b as number | bigint);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** memcmp; of two where one begins the other, the shorter is less. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = (a[i] as number) - (b[i] as number);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/**
 * BINARY: the order of the UTF-8 bytes, which is that of the code points. UTF-16 differs from it only
 * where a surrogate meets U+E000 to U+FFFF, so surrogates are moved above those.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return compareRange(a, b, a.length, b.length, false);
}

/** NOCASE: BINARY with A to Z as a to z. */
export function compareNoCase(a: string, b: string): number {
  return a === b ? 0 : compareRange(a, b, a.length, b.length, true);
}

/** RTRIM: BINARY without the spaces at the end. */
export function compareRightTrimmed(a: string, b: string): number {
  return a === b ? 0 : compareRange(a, b, trimmedLength(a), trimmedLength(b), false);
}

/** Without the spaces at the end. */
export function trimmedLength(text: string): number {
  let length = text.length;
  while (length > 0 && text.charCodeAt(length - 1) === 0x20) length--;
  return length;
}

function compareRange(a: string, b: string, aLength: number, bLength: number, fold: boolean): number {
  const length = aLength < bLength ? aLength : bLength;
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    if (fold) {
      if (x >= 0x41 && x <= 0x5a) x += 0x20;
      if (y >= 0x41 && y <= 0x5a) y += 0x20;
      if (x === y) continue;
    }
    if (x >= 0xd800 && y >= 0xd800) {
      x += x < 0xe000 ? 0x2000 : -0x800;
      y += y < 0xe000 ? 0x2000 : -0x800;
    }
    return x - y;
  }
  return aLength - bLength;
}

const collations = new Map<string, Collation>([
  ['BINARY', compareText],
  ['NOCASE', compareNoCase],
  ['RTRIM', compareRightTrimmed],
]);

/** The collation of that name in any case, or undefined when there is none. */
export function collationOf(name: string): Collation | undefined {
  return collations.get(name) ?? collations.get(name.toUpperCase());
}

/**
 * Adds a collation, for every database of the process. It must be a total order that never changes: indexes and keys
 * are kept by it.
 * @returns false when the name has another order already
 */
export function addCollation(name: string, compare: Collation): boolean {
  const key = name.toUpperCase();
  const known = collations.get(key);
  if (known === undefined) collations.set(key, compare);
  return known === undefined || known === compare;
}

/** Names of all collations, the newest first. */
export function collationNames(): string[] {
  return [...collations.keys()].reverse();
}
