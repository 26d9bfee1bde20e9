/** Texts of one shape, such as dates, as numbers in the same order: compared without looking at characters. */
import { type Column, type Offsets, TEXT } from '../../btree/index.ts';

/** All texts of a leaf's column. */
interface Codes {
  /** `0` stands for any digit, anything else is ASCII and in all texts alike. */
  readonly shape: string;
  /** By row the digits as one number; where the row is NULL it says nothing. */
  readonly data: Int32Array | Float64Array;
}

/** Where a text is among the codes of a shape. */
interface Bound {
  /** Least code whose text is not before it. */
  readonly code: number;
  /** The text of that code is this one. */
  readonly isEqual: boolean;
}

const ZERO = 48;
const NINE = 57;
const UNITS_MAX = 32;
const DIGITS_MAX = 15;
const DIGITS_INT32 = 9;

// TEXT is frozen: the texts of a column never change.
const known = new WeakMap<Column, Codes | null>();

/** Codes of a column of which `count` texts are to be compared; null where its texts have not all one shape. */
export function codesOf(column: Column, count: number): Codes | null {
  if (column.kind !== TEXT) return null;
  let codes = known.get(column);
  if (codes === undefined) {
    if (count * 4 < (column.offsets as Offsets).length) return null;
    codes = encode(column, column.offsets as Offsets);
    known.set(column, codes);
  }
  return codes;
}

function encode(column: Column, offsets: Offsets): Codes | null {
  const chars = column.chars();
  const rows = offsets.length - 1;
  const { nulls } = column;
  let first = 0;
  while (first < rows && column.isNull(first)) first++;
  const start = offsets[first] as number;
  const size = (offsets[first + 1] ?? start) - start;
  if (size < 1 || size > UNITS_MAX) return null;
  const shape = chars.substring(start, start + size).replace(/\d/g, '0');
  const units = Uint16Array.from({ length: size }, (_, k) => shape.charCodeAt(k));
  const digits = units.filter((unit) => unit === ZERO).length;
  if (digits === 0 || digits > DIGITS_MAX || units.some((unit) => unit > 0x7f)) return null;
  const data = digits <= DIGITS_INT32 ? new Int32Array(rows) : new Float64Array(rows);
  for (let i = first; i < rows; i++) {
    if (nulls !== null && (((nulls[i >> 3] as number) >> (i & 7)) & 1) !== 0) continue;
    const from = offsets[i] as number;
    if ((offsets[i + 1] as number) - from !== size) return null;
    let code = 0;
    for (let k = 0; k < size; k++) {
      const unit = chars.charCodeAt(from + k);
      const wanted = units[k] as number;
      if (wanted !== ZERO) {
        if (unit !== wanted) return null;
      } else {
        if (unit < ZERO || unit > NINE) return null;
        code = code * 10 + (unit - ZERO);
      }
    }
    data[i] = code;
  }
  return { shape, data };
}

/** Where a text stands by BINARY. */
export function boundOf(shape: string, text: string): Bound {
  let code = 0;
  // 1: all texts that begin with these digits come before `text`.
  let step = text.length > shape.length ? 1 : 0;
  let isEqual = text.length === shape.length;
  let k = 0;
  for (; k < shape.length; k++) {
    const unit = text.charCodeAt(k);
    const wanted = shape.charCodeAt(k);
    const isDigit = wanted === ZERO;
    if (isDigit && unit >= ZERO && unit <= NINE) code = code * 10 + (unit - ZERO);
    else if (isDigit || unit !== wanted) {
      // Beyond the end of `text` the unit is NaN: texts that go on come after it.
      step = unit > wanted ? 1 : 0;
      isEqual = false;
      break;
    }
  }
  code += step;
  for (; k < shape.length; k++) if (shape.charCodeAt(k) === ZERO) code *= 10;
  return { code, isEqual };
}

/** 1 where the row's code is less than `limit`, else 0; `inverse` 1: the other way about. */
export function lessThan(
  { data }: Codes,
  rows: Int32Array,
  count: number,
  limit: number,
  { bits, inverse }: { bits: Uint8Array; inverse: number },
): void {
  for (let i = 0; i < count; i++) bits[i] = Number((data[rows[i] as number] as number) < limit) ^ inverse;
}

/** 1 where the row's code is `code`. */
export function equalTo(
  { data }: Codes,
  rows: Int32Array,
  count: number,
  code: number,
  { bits, inverse }: { bits: Uint8Array; inverse: number },
): void {
  for (let i = 0; i < count; i++) bits[i] = Number(data[rows[i] as number] === code) ^ inverse;
}

/** Two columns; `orders`: which of less, equal, greater make it true, bits 1, 2, 4. */
export function compareCodes(
  [a, b]: readonly [Codes, Codes],
  [x, y]: readonly [Int32Array, Int32Array],
  count: number,
  orders: number,
  bits: Uint8Array,
): void {
  const [first, second] = [a.data, b.data];
  for (let i = 0; i < count; i++) {
    const left = first[x[i] as number] as number;
    const right = second[y[i] as number] as number;
    bits[i] = (orders >> (1 + Number(left > right) - Number(left < right))) & 1;
  }
}
