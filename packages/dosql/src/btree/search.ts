/**
 * Finds keys in the sorted key columns of a leaf or an interior node, one column after the other: each narrows the
 * range of rows to those that equal the key so far. The hot cases (a number against a typed array without NULL) touch
 * no cell and allocate nothing.
 */
import { type Cell, type Collation, compareCells, compareText, Real } from '../codec/cell.ts';
import {
  ARRAY,
  type Column,
  INT16,
  INT32,
  INT53,
  INT8,
  type Offsets,
  REAL,
  REAL_ANY,
  TEXT,
  type TextCodes,
} from './column.ts';

/** How a key column is ordered: BINARY and ascending unless it says otherwise. */
export interface KeyColumn {
  collation?: Collation;
  descending?: boolean;
}

/**
 * First row in [from, to) that is not less than the first `length` cells of the key: that row if it equals them,
 * otherwise the complement (~row) of it.
 */
export function searchLow(
  columns: readonly Column[],
  order: readonly KeyColumn[],
  key: readonly Cell[],
  length: number,
  from: number,
  to: number,
): number {
  for (let c = 0; c < length; c++) {
    const column = columns[c] as Column;
    const cell = key[c] as Cell;
    const low = lowerBound(column, order[c] as KeyColumn, cell, from, to);
    if (low === to) return ~low;
    to = runEnd(column, order[c] as KeyColumn, cell, low, to, c + 1 === length);
    if (low === to) return ~low;
    from = low;
  }
  return from;
}

/** First row in [from, to) that is greater than the first `length` cells of the key. */
export function searchHigh(
  columns: readonly Column[],
  order: readonly KeyColumn[],
  key: readonly Cell[],
  length: number,
  from: number,
  to: number,
): number {
  for (let c = 0; c < length; c++) {
    const column = columns[c] as Column;
    const cell = key[c] as Cell;
    const low = lowerBound(column, order[c] as KeyColumn, cell, from, to);
    if (low === to) return low;
    to = runEnd(column, order[c] as KeyColumn, cell, low, to, false);
    from = low;
    if (from === to) return to;
  }
  return to;
}

/** First row in [from, to) whose cell is not less than `cell`. */
function lowerBound(column: Column, order: KeyColumn, cell: Cell, from: number, to: number): number {
  if (order.descending !== true) {
    if (cell instanceof Real) cell = cell.value;
    if (typeof cell === 'number') {
      if (column.nulls === null) {
        switch (column.kind) {
          case INT32:
            return lowerInt32(column.data as Int32Array, cell, from, to);
          case INT53:
          case REAL:
          case REAL_ANY:
            return lowerFloat64(column.data as Float64Array, cell, from, to);
          default:
        }
      }
    } else if (typeof cell === 'string' && (order.collation === undefined || order.collation === compareText)) {
      if (column.kind === ARRAY || (column.kind === TEXT && column.nulls === null)) {
        const { codes } = column;
        if (codes !== undefined && codes.from === from && codes.data.length === to) {
          return lowerCoded(column, codes, cell);
        }
        if (from <= 1 && to - from >= CODED_ROWS_MIN && ++column.searches > SEARCHES_MIN) codeTexts(column, from, to);
        return lowerPlain(column, cell, from, to);
      }
    }
  }
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (compareAt(column, order, middle, cell) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Order of the cell of row `i` against `cell`, in the direction of the column. */
function compareAt(column: Column, order: KeyColumn, i: number, cell: Cell): number {
  const result = compareCells(column.get(i), cell, order.collation);
  return order.descending === true ? -result : result;
}

/**
 * End of the run of rows that equal `cell`, given that no row from `low` on is less: `low` when there is none.
 * @param one the run has at most one row, so its second row need not be looked at
 */
function runEnd(column: Column, order: KeyColumn, cell: Cell, low: number, to: number, one: boolean): number {
  if (!equalAt(column, order, low, cell)) return low;
  if (one) return low + 1;
  // Most runs are short: double the step from the start, then halve it.
  let step = 1;
  let from = low + 1;
  while (from < to && equalAt(column, order, Math.min(from + step - 1, to - 1), cell)) {
    from = Math.min(from + step, to);
    step *= 2;
  }
  to = Math.min(from + step - 1, to);
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (equalAt(column, order, middle, cell)) from = middle + 1;
    else to = middle;
  }
  return from;
}

function equalAt(column: Column, order: KeyColumn, i: number, cell: Cell): boolean {
  if (typeof cell === 'number' && column.nulls === null) {
    switch (column.kind) {
      case INT32:
        return (column.data as Int32Array)[i] === cell;
      case INT53:
      case REAL:
      case REAL_ANY:
        return (column.data as Float64Array)[i] === cell;
      case INT8:
      case INT16:
        return column.get(i) === cell;
      default:
    }
  }
  if (typeof cell === 'string' && (order.collation === undefined || order.collation === compareText)) {
    return column.kind === TEXT ? column.same(i, cell) : column.get(i) === cell;
  }
  return compareCells(column.get(i), cell, order.collation) === 0;
}

/** Row at which `value` stands if the rows are spread evenly; at least `from`, less than `to`. */
function guess(value: number, first: number, last: number, from: number, to: number): number {
  const row = from + ((value - first) * (to - 1 - from)) / (last - first);
  return row > from ? (row < to ? row | 0 : to - 1) : from; // NaN, where all rows are equal, gives `from`
}

/** As `lowerFloat64`. */
export function lowerInt32(data: Int32Array, value: number, from: number, to: number): number {
  if (from >= to) return from;
  const at = guess(value, data[from] as number, data[to - 1] as number, from, to);
  let step = 1;
  if ((data[at] as number) < value) {
    from = at + 1;
    while (from < to) {
      const next = from + step - 1;
      if (next >= to) break;
      if ((data[next] as number) >= value) {
        to = next;
        break;
      }
      from = next + 1;
      step <<= 1;
    }
  } else {
    to = at;
    while (from < to) {
      const next = to - step;
      if (next < from) break;
      if ((data[next] as number) < value) {
        from = next + 1;
        break;
      }
      to = next;
      step <<= 1;
    }
  }
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((data[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Lower bound: looks where an even spread would put the value, then in doubling steps to the side where it must be. */
function lowerFloat64(data: Float64Array, value: number, from: number, to: number): number {
  if (from >= to) return from;
  const at = guess(value, data[from] as number, data[to - 1] as number, from, to);
  let step = 1;
  if ((data[at] as number) < value) {
    from = at + 1;
    while (from < to) {
      const next = from + step - 1;
      if (next >= to) break;
      if ((data[next] as number) >= value) {
        to = next;
        break;
      }
      from = next + 1;
      step <<= 1;
    }
  } else {
    to = at;
    while (from < to) {
      const next = to - step;
      if (next < from) break;
      if ((data[next] as number) < value) {
        from = next + 1;
        break;
      }
      to = next;
      step <<= 1;
    }
  }
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((data[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Searches of an unchanged column before its texts get codes, which cost about as much as these searches. */
const SEARCHES_MIN = 8;

/** Rows worth having codes. */
const CODED_ROWS_MIN = 16;

/** Units of a text that go into its code. */
const CODE_UNITS = 6;

/** A number made of the units of a text from `at` on, in the order of texts: texts of one code are still to be compared. */
function textCode(chars: string, at: number, end: number): number {
  let code = 0;
  let i = 0;
  for (; i < CODE_UNITS; i++) {
    const unit = at + i < end ? chars.charCodeAt(at + i) : 0;
    if (unit >= 0xff) {
      code = code * 256 + 0xff;
      i++;
      break; // what follows cannot be told apart
    }
    code = code * 256 + unit;
  }
  for (; i < CODE_UNITS; i++) code *= 256;
  return code;
}

/** Gives codes to the rows of a sorted range, if they are texts. */
function codeTexts(column: Column, from: number, to: number): void {
  column.searches = 0;
  const first = column.get(from);
  const last = column.get(to - 1);
  if (typeof first !== 'string' || typeof last !== 'string') return;
  let shared = 0;
  while (shared < first.length && first.charCodeAt(shared) === last.charCodeAt(shared)) shared++;
  const data = new Float64Array(to);
  if (column.kind === TEXT) {
    const chars = column.chars();
    const offsets = column.offsets as Offsets;
    for (let i = from; i < to; i++) {
      data[i] = textCode(chars, (offsets[i] as number) + shared, offsets[i + 1] as number);
    }
  } else {
    const cells = column.cells() as string[];
    for (let i = from; i < to; i++) {
      const text = cells[i] as string;
      data[i] = textCode(text, shared, text.length);
    }
  }
  column.codes = { from, shared: first.slice(0, shared), data };
}

function lowerCoded(column: Column, { from, shared, data }: TextCodes, text: string): number {
  const to = data.length;
  if (!text.startsWith(shared)) return compareText(shared, text) < 0 ? to : from;
  const code = textCode(text, shared.length, text.length);
  const low = lowerFloat64(data, code, from, to);
  if (low === to || data[low] !== code) return low;
  let high = low + 1;
  while (high < to && data[high] === code) high++;
  return lowerPlain(column, text, low, high);
}

function lowerPlain(column: Column, text: string, from: number, to: number): number {
  return column.kind === ARRAY
    ? lowerArray(column.cells() as Cell[], text, from, to)
    : lowerText(column.chars(), column.offsets as Offsets, text, from, to);
}

function lowerArray(cells: Cell[], text: string, from: number, to: number): number {
  while (from < to) {
    const middle = (from + to) >>> 1;
    const cell = cells[middle];
    const less = typeof cell === 'string' ? compareText(cell, text) < 0 : compareCells(cell as Cell, text) < 0;
    if (less) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Like `compareText` of each row with the text, without making strings. */
function lowerText(chars: string, offsets: Offsets, text: string, from: number, to: number): number {
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (rowIsLess(chars, offsets[middle] as number, offsets[middle + 1] as number, text)) from = middle + 1;
    else to = middle;
  }
  return from;
}

function rowIsLess(chars: string, start: number, end: number, text: string): boolean {
  const rowLength = end - start;
  const length = rowLength < text.length ? rowLength : text.length;
  for (let i = 0; i < length; i++) {
    const x = chars.charCodeAt(start + i);
    const y = text.charCodeAt(i);
    if (x === y) continue;
    if (x >= 0xd800 && y >= 0xd800) return compareText(chars.substring(start, end), text) < 0;
    return x < y;
  }
  return rowLength < text.length;
}
