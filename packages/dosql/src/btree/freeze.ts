/** Turns a thawed column into the most compact kind that holds it exactly. */
import { type Cell, Real } from '../codec/cell.ts';
import {
  ARRAY,
  BLOB,
  type ColumnData,
  Column,
  DICTIONARY,
  INLINE_UNITS_MAX,
  INT16,
  INT32,
  INT53,
  INT64,
  INT8,
  isOverflow,
  LARGE,
  NULLS,
  type Numbers,
  type Offsets,
  REAL,
  REAL_ANY,
  type StoredCell,
  TEXT,
} from './column.ts';

/** A column with more distinct texts than rows over this is no dictionary. */
const DICTIONARY_ROWS_PER_TEXT = 4;
const DICTIONARY_TEXTS_MAX = 256;
/** After this many rows a column with mostly distinct texts is given up as a dictionary. */
const DICTIONARY_PROBE_ROWS = 32;
/** Texts beyond this are no use as bounds. */
const BOUND_UNITS_MAX = 32;

const ASCII = /^[\0-\x7f]*$/;

/** Offsets that reach `length`, for `n` rows. */
export function makeOffsets(n: number, length: number): Offsets {
  return length < 0x1_0000 ? new Uint16Array(n + 1) : new Uint32Array(n + 1);
}

/**
 * The frozen form of the first `n` rows; the column itself when it is frozen.
 * @param widest keeps integers at 32 bits or more, for key columns, which are searched
 * @param unitsMax longer cells make it a LARGE column
 */
export function freeze(column: Column, n: number, widest: boolean, unitsMax: number = INLINE_UNITS_MAX): Column {
  if (column.owner === 0) return column;
  switch (column.kind) {
    case INT32:
    case INT53:
    case REAL:
    case REAL_ANY:
      return freezeNumbers(column.kind, column.data as Numbers, column.nulls, n, column.real, widest);
    case ARRAY:
    case LARGE:
      return freezeCells(column.data as StoredCell[], n, column.real, widest, unitsMax);
    default:
      return new Column(NULLS, 0, column.real);
  }
}

function freezeNumbers(
  kind: number,
  data: Numbers,
  nulls: Uint8Array | null,
  n: number,
  real: boolean,
  widest: boolean,
): Column {
  let min = Infinity;
  let max = -Infinity;
  let nullCount = 0;
  for (let i = 0; i < n; i++) {
    if (nullCount >= 0 && nulls !== null && (((nulls[i >> 3] as number) >> (i & 7)) & 1) !== 0) {
      nullCount++;
      continue;
    }
    const value = data[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (nullCount === n) return new Column(NULLS, 0, real);
  let frozenKind = kind;
  if (kind === INT32 || kind === INT53) {
    if (!widest && min >= -0x80 && max <= 0x7f) frozenKind = INT8;
    else if (!widest && min >= -0x8000 && max <= 0x7fff) frozenKind = INT16;
    else frozenKind = min >= -0x8000_0000 && max <= 0x7fff_ffff ? INT32 : INT53;
  }
  const column = new Column(frozenKind, 0, real, narrow(frozenKind, data.subarray(0, n)));
  if (nullCount > 0) column.nulls = (nulls as Uint8Array).slice(0, (n + 7) >> 3);
  column.min = min;
  column.max = max;
  return column;
}

function narrow(kind: number, data: Numbers): ColumnData {
  if (kind === INT8) return Int8Array.from(data);
  if (kind === INT16) return Int16Array.from(data);
  return kind === INT32 ? new Int32Array(data) : new Float64Array(data);
}

/** Storage classes of an array, as bits. */
const HAS_NULL = 1;
const HAS_SAFE = 2;
const HAS_BIG = 4;
const HAS_REAL = 8;
const HAS_TEXT = 16;
const HAS_BLOB = 32;
const HAS_LARGE = 64;

function classOf(cell: StoredCell, real: boolean, unitsMax: number): number {
  if (typeof cell === 'string') return cell.length > unitsMax ? HAS_LARGE : HAS_TEXT;
  if (cell === null) return HAS_NULL;
  if (typeof cell === 'number') return real || !Number.isSafeInteger(cell) ? HAS_REAL : HAS_SAFE;
  if (typeof cell === 'bigint') return HAS_BIG;
  if (cell instanceof Real) return HAS_REAL;
  return isOverflow(cell) || cell.length > unitsMax ? HAS_LARGE : HAS_BLOB;
}

function freezeCells(cells: StoredCell[], n: number, real: boolean, widest: boolean, unitsMax: number): Column {
  let classes = 0;
  for (let i = 0; i < n; i++) classes |= classOf(cells[i] as StoredCell, real, unitsMax);
  if ((classes & HAS_LARGE) !== 0) return new Column(LARGE, 0, real, cells.slice(0, n));
  const inline = cells as Cell[];
  const nulls = (classes & HAS_NULL) === 0 ? null : nullBits(inline, n);
  switch (classes & ~HAS_NULL) {
    case 0:
      return new Column(NULLS, 0, real);
    case HAS_TEXT:
      return freezeTexts(inline, n, real, nulls);
    case HAS_BLOB:
      return freezeBlobs(inline, n, real, nulls);
    case HAS_SAFE: {
      const data = new Float64Array(n);
      for (let i = 0; i < n; i++) data[i] = Number(inline[i]) + 0;
      return freezeNumbers(INT53, data, nulls, n, real, widest);
    }
    case HAS_REAL: {
      const data = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        const cell = inline[i];
        data[i] = cell instanceof Real ? cell.value : (cell as number);
      }
      return freezeNumbers(real ? REAL : REAL_ANY, data, nulls, n, real, widest);
    }
    case HAS_BIG:
    case HAS_BIG | HAS_SAFE: {
      const data = new BigInt64Array(n);
      for (let i = 0; i < n; i++) data[i] = BigInt((inline[i] ?? 0) as number | bigint);
      return withNulls(new Column(INT64, 0, real, data), nulls);
    }
    default:
      return new Column(ARRAY, 0, real, cells.slice(0, n));
  }
}

function withNulls(column: Column, nulls: Uint8Array | null): Column {
  column.nulls = nulls;
  return column;
}

function nullBits(cells: Cell[], n: number): Uint8Array {
  const nulls = new Uint8Array((n + 7) >> 3);
  for (let i = 0; i < n; i++) if (cells[i] === null) nulls[i >> 3] = (nulls[i >> 3] as number) | (1 << (i & 7));
  return nulls;
}

function freezeTexts(cells: Cell[], n: number, real: boolean, nulls: Uint8Array | null): Column {
  const dictionary = freezeDictionary(cells, n, real);
  if (dictionary !== undefined) return withNulls(dictionary, nulls);
  const chars = ((n === cells.length ? cells : cells.slice(0, n)) as string[]).join(''); // null joins as ''
  const column = new Column(TEXT, 0, real);
  const offsets = makeOffsets(n, chars.length);
  let end = 0;
  for (let i = 0; i < n; i++) {
    const cell = cells[i] as string | null;
    if (cell !== null) end += cell.length;
    offsets[i + 1] = end;
  }
  column.offsets = offsets;
  column.setChars(chars);
  return withNulls(column, nulls);
}

/** Codes into a list of the distinct texts, or undefined when there are too many of them. */
function freezeDictionary(cells: Cell[], n: number, real: boolean): Column | undefined {
  const limit = Math.min(DICTIONARY_TEXTS_MAX, n / DICTIONARY_ROWS_PER_TEXT);
  const codes = new Map<string, number>();
  const data = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const cell = cells[i] as string | null;
    if (cell === null) continue;
    let code = codes.get(cell);
    if (code === undefined) {
      code = codes.size;
      if (code >= limit || (i === DICTIONARY_PROBE_ROWS && code > i / 2)) return undefined;
      codes.set(cell, code);
    }
    data[i] = code;
  }
  const column = new Column(DICTIONARY, 0, real, data);
  column.strings = [...codes.keys()];
  return column;
}

function freezeBlobs(cells: Cell[], n: number, real: boolean, nulls: Uint8Array | null): Column {
  let length = 0;
  for (let i = 0; i < n; i++) length += (cells[i] as Uint8Array | null)?.length ?? 0;
  const offsets = makeOffsets(n, length);
  const bytes = new Uint8Array(length);
  let end = 0;
  for (let i = 0; i < n; i++) {
    const cell = cells[i] as Uint8Array | null;
    if (cell !== null) {
      bytes.set(cell, end);
      end += cell.length;
    }
    offsets[i + 1] = end;
  }
  const column = new Column(BLOB, 0, real);
  column.offsets = offsets;
  column.bytes = bytes;
  return withNulls(column, nulls);
}

/**
 * Fills in the bounds of a frozen text column of `n` rows if all of it is ASCII, whose order in UTF-16 is that of its
 * bytes, and the bounds are short.
 */
export function boundTexts(column: Column, n: number): void {
  if (column.min !== undefined) return;
  let texts = column.strings;
  if (column.kind === TEXT) {
    if (!ASCII.test(column.chars())) return;
    texts = [];
    for (let i = 0; i < n; i++) if (!column.isNull(i)) texts.push(column.get(i) as string);
  } else if (texts === null || !texts.every((text) => ASCII.test(text))) return;
  let min = texts[0] as string;
  let max = min;
  for (const text of texts) {
    if (text < min) min = text;
    else if (text > max) max = text;
  }
  if (min.length > BOUND_UNITS_MAX || max.length > BOUND_UNITS_MAX) return;
  column.min = min;
  column.max = max;
}
