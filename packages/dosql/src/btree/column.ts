/**
 * One column of a leaf (or of the separators of an interior node): cells in row order behind a numeric `kind`.
 *
 * A column is either frozen (owner 0: compact, perhaps views over its page, shared and never changed) or thawed:
 * owned by one tree and changed in place, in the kinds NULLS, INT32, INT53, REAL, REAL_ANY, ARRAY and LARGE. Every
 * array access below stands in the case of its kind, so that each sees one array type only.
 *
 * For vectorised execution: `kind`, `data` and `nulls` may be read directly; arrays may be longer than the leaf has
 * rows. Null bitmap: bit i & 7 of byte i >> 3 is 1 where row i is NULL (its cell in `data` then says nothing).
 */
import { type Cell, normalizeInteger, Real } from '../codec/cell.ts';

/** Every row is NULL; there is no data. */
export const NULLS = 0;
/** INTEGER in an Int8Array, Int16Array or Int32Array. */
export const INT8 = 1;
export const INT16 = 2;
export const INT32 = 3;
/** INTEGER within ±(2^53 − 1) in a Float64Array. */
export const INT53 = 4;
/** INTEGER in a BigInt64Array. */
export const INT64 = 5;
/** REAL in a Float64Array, in a column that holds no INTEGER: integral ones are plain numbers. */
export const REAL = 6;
/** REAL in a Float64Array, in a column of any type: integral ones come out as `Real`. */
export const REAL_ANY = 7;
/** TEXT: `data` is a Uint8Array of indexes into `strings`. */
export const DICTIONARY = 8;
/** TEXT: row i is `chars()` from `offsets[i]` to `offsets[i + 1]`. */
export const TEXT = 9;
/** BLOB: row i is `bytes` from `offsets[i]` to `offsets[i + 1]`. */
export const BLOB = 10;
/** Anything: `data` is an array of cells, null among them. */
export const ARRAY = 11;
/** Like ARRAY, where some cells may be `Overflow`: still in a page of their own. */
export const LARGE = 12;

/** A text or blob of more than this many UTF-16 units or bytes goes to an overflow page. */
export const INLINE_UNITS_MAX = 8192;

/** A cell that stays in its overflow page until somebody asks for it. */
export interface Overflow {
  readonly overflowPage: number;
  load(): Cell;
}

/** What the array of a LARGE column holds. */
export type StoredCell = Cell | Overflow;

export type Numbers = Int8Array | Int16Array | Int32Array | Float64Array;
export type ColumnData = Numbers | Uint8Array | BigInt64Array | StoredCell[];
export type Offsets = Uint16Array | Uint32Array;

/** What of sorted texts is compared first: numbers in the same order. */
export interface TextCodes {
  /** Rows `from` to the length of `data` have codes. */
  readonly from: number;
  /** Each such row begins with this many units of the first one. */
  readonly shared: string;
  readonly data: Float64Array;
}

const NO_DATA: StoredCell[] = [];
const CAPACITY_MIN = 16;

export function isOverflow(cell: StoredCell): cell is Overflow {
  return typeof cell === 'object' && cell !== null && 'overflowPage' in cell;
}

/** An array with room for just `n` cells; built by pushing, it would keep more. */
export function cellArray(n: number): Cell[] {
  // oxlint-disable-next-line unicorn/no-new-array -- rows are made here
  return new Array<Cell>(n);
}

/** Rows that a typed array should have room for: the next power of two. */
function capacityFor(rows: number): number {
  return rows <= CAPACITY_MIN ? CAPACITY_MIN : 2 ** (32 - Math.clz32(rows - 1));
}

export class Column {
  // What `get` reads comes first, so that it shares a cache line.
  kind: number;
  nulls: Uint8Array | null = null;
  data: ColumnData;
  offsets: Offsets | null = null;
  #chars: string | null = null;
  /** The texts of a dictionary. */
  strings: string[] | null = null;
  /** The tree that may change it; 0 when frozen. */
  owner: number;
  /** The column holds no INTEGER (`ColumnSpec.kind` 'real'). */
  readonly real: boolean;
  /** Bytes of BLOB; of TEXT and ARRAY while they are not decoded. */
  bytes: Uint8Array | null = null;
  /** Of TEXT and ARRAY: decodes `bytes`. */
  decode: ((bytes: Uint8Array) => string | Cell[]) | null = null;
  /** Frozen only: least and greatest value in storage order, NULL left aside; both undefined when not known. */
  min: number | string | undefined = undefined;
  max: number | string | undefined = undefined;
  /** Codes of the texts for search.ts, and searches since the last change; undefined and 0 after a change. */
  codes: TextCodes | undefined = undefined;
  searches = 0;

  constructor(kind: number, owner: number, real: boolean, data: ColumnData = NO_DATA) {
    this.kind = kind;
    this.owner = owner;
    this.real = real;
    this.data = data;
  }

  /** The text of all rows of a TEXT column in one string. */
  chars(): string {
    return this.#chars ?? this.#decodeText();
  }

  setChars(chars: string): void {
    this.#chars = chars;
  }

  #decodeText(): string {
    this.#chars = (this.decode as NonNullable<Column['decode']>)(this.bytes as Uint8Array) as string;
    return this.#chars;
  }

  /** The cells of an ARRAY or LARGE column. */
  cells(): StoredCell[] {
    if (this.decode !== null) {
      this.data = this.decode(this.bytes as Uint8Array) as Cell[];
      this.decode = null;
      this.bytes = null;
    }
    return this.data as StoredCell[];
  }

  isNull(i: number): boolean {
    const nulls = this.nulls;
    if (nulls !== null) return (((nulls[i >> 3] as number) >> (i & 7)) & 1) !== 0;
    return this.kind === NULLS || (this.kind >= ARRAY && this.cells()[i] === null);
  }

  /** The cell of row `i`. A blob is a view that must not be changed. */
  get(i: number): Cell {
    const nulls = this.nulls;
    if (nulls !== null && (((nulls[i >> 3] as number) >> (i & 7)) & 1) !== 0) return null;
    switch (this.kind) {
      case INT32:
        return (this.data as Int32Array)[i] as number;
      case REAL:
      case INT53:
        return (this.data as Float64Array)[i] as number;
      case INT8:
        return (this.data as Int8Array)[i] as number;
      case INT16:
        return (this.data as Int16Array)[i] as number;
      case TEXT: {
        const offsets = this.offsets as Offsets;
        return this.chars().substring(offsets[i] as number, offsets[i + 1]);
      }
      case DICTIONARY:
        return (this.strings as string[])[(this.data as Uint8Array)[i] as number] as string;
      case ARRAY:
        return (this.decode === null ? (this.data as Cell[]) : (this.cells() as Cell[]))[i] as Cell;
      case REAL_ANY: {
        const value = (this.data as Float64Array)[i] as number;
        return Number.isSafeInteger(value) ? new Real(value) : value;
      }
      case INT64:
        return normalizeInteger((this.data as BigInt64Array)[i] as bigint);
      case BLOB: {
        const offsets = this.offsets as Offsets;
        return (this.bytes as Uint8Array).subarray(offsets[i], offsets[i + 1]);
      }
      case LARGE: {
        const cell = (this.data as StoredCell[])[i] as StoredCell;
        return isOverflow(cell) ? cell.load() : cell;
      }
      default:
        return null;
    }
  }

  /** Whether row `i` holds exactly this cell; false may be wrong where telling would cost more than writing. */
  same(i: number, cell: Cell): boolean {
    if (typeof cell === 'number') return this.get(i) === cell && (cell !== 0 || !this.real);
    if (cell === null) return this.isNull(i);
    if (typeof cell !== 'string' || this.kind === LARGE) return false;
    if (this.kind !== TEXT) return this.get(i) === cell;
    const offsets = this.offsets as Offsets;
    const start = offsets[i] as number;
    return (
      (offsets[i + 1] as number) - start === cell.length && !this.isNull(i) && this.chars().startsWith(cell, start)
    );
  }

  /** Replaces the cell of row `i` of a thawed column of `n` rows; `i === n` is allowed where `insert` made room. */
  set(i: number, cell: StoredCell, n: number): void {
    switch (this.kind) {
      case INT32:
        if (typeof cell === 'number' && (cell | 0) === cell) {
          (this.data as Int32Array)[i] = cell;
          if (this.nulls !== null) this.#mark(i, false, n);
          return;
        }
        break;
      case INT53:
        if (Number.isSafeInteger(cell)) {
          (this.data as Float64Array)[i] = (cell as number) + 0; // + 0 makes -0 INTEGER 0
          if (this.nulls !== null) this.#mark(i, false, n);
          return;
        }
        break;
      case REAL:
        if (typeof cell === 'number') {
          (this.data as Float64Array)[i] = cell;
          if (this.nulls !== null) this.#mark(i, false, n);
          return;
        }
        break;
      case REAL_ANY:
        if (cell instanceof Real || (typeof cell === 'number' && !Number.isSafeInteger(cell))) {
          (this.data as Float64Array)[i] = typeof cell === 'number' ? cell : cell.value;
          if (this.nulls !== null) this.#mark(i, false, n);
          return;
        }
        break;
      case ARRAY:
      case LARGE:
        if (this.kind === ARRAY && isOverflow(cell)) this.kind = LARGE;
        this.searches = 0;
        this.codes = undefined;
        (this.data as StoredCell[])[i] = cell;
        return;
      default:
    }
    if (cell === null) {
      if (this.kind === NULLS) return;
      (this.data as Numbers)[i] = 0;
      this.#mark(i, true, n);
      return;
    }
    this.#widen(cell, n);
    this.set(i, cell, n);
  }

  /** Puts a cell before row `i` of a thawed column of `n` rows. */
  insert(i: number, cell: StoredCell, n: number): void {
    const kind = this.kind;
    if (kind >= ARRAY) {
      this.searches = 0;
      this.codes = undefined;
      const cells = this.data as StoredCell[];
      if (i < n) cells.splice(i, 0, cell);
      else cells[i] = cell;
      if (kind === ARRAY && isOverflow(cell)) this.kind = LARGE;
      return;
    }
    if (kind !== NULLS) {
      let data = this.data as Int32Array | Float64Array;
      if (n === data.length) data = this.#grow(n);
      if (i < n) {
        data.copyWithin(i + 1, i, n);
        if (this.nulls !== null) this.#openNull(i, n);
      }
    }
    this.set(i, cell, n + 1);
  }

  /** Takes rows from `from` to `to`, exclusive, out of a thawed column of `n` rows. */
  remove(from: number, to: number, n: number): void {
    if (this.kind >= ARRAY) {
      this.searches = 0;
      this.codes = undefined;
      (this.data as StoredCell[]).splice(from, to - from);
      return;
    }
    if (this.kind === NULLS) return;
    if (to < n) (this.data as Numbers).copyWithin(from, to, n);
    if (this.nulls === null) return;
    for (let i = to; i < n; i++) this.#mark(from + i - to, this.isNull(i), n);
  }

  /** Keeps the first `n` rows of a thawed column. */
  truncate(n: number): void {
    if (this.kind < ARRAY) return;
    this.searches = 0;
    this.codes = undefined;
    (this.data as StoredCell[]).length = n;
  }

  /** A thawed copy of rows `from` to `to`, exclusive, for `owner`. */
  thaw(owner: number, from: number, to: number): Column {
    const kind = this.kind >= INT8 && this.kind <= INT16 ? INT32 : this.kind;
    if (kind === NULLS) return new Column(NULLS, owner, this.real);
    if (kind >= ARRAY) return new Column(kind, owner, this.real, this.cells().slice(from, to));
    if (kind === INT64 || kind >= DICTIONARY) {
      const cells = cellArray(to - from);
      for (let i = from; i < to; i++) cells[i - from] = this.get(i);
      return new Column(ARRAY, owner, this.real, cells);
    }
    const capacity = capacityFor(to - from);
    const data = kind === INT32 ? new Int32Array(capacity) : new Float64Array(capacity);
    data.set((this.data as Numbers).subarray(from, to));
    const column = new Column(kind, owner, this.real, data);
    if (this.nulls !== null) {
      column.nulls = new Uint8Array(capacity >> 3);
      if ((from & 7) === 0) column.nulls.set(this.nulls.subarray(from >> 3, (to + 7) >> 3));
      else for (let i = from; i < to; i++) if (this.isNull(i)) column.#mark(i - from, true, to - from);
    }
    return column;
  }

  /** Appends rows `from` to `to` of another column to this thawed one of `n` rows. */
  append(other: Column, n: number, from: number, to: number): void {
    for (let i = from; i < to; i++, n++) this.insert(n, other.stored(i), n);
  }

  /** The cell of row `i`, an overflow left where it is. */
  stored(i: number): StoredCell {
    return this.kind === LARGE ? ((this.data as StoredCell[])[i] as StoredCell) : this.get(i);
  }

  /** Typed array of twice the length, with its null bitmap. */
  #grow(n: number): Int32Array | Float64Array {
    const capacity = capacityFor(n + 1);
    const data = this.kind === INT32 ? new Int32Array(capacity) : new Float64Array(capacity);
    data.set(this.data as Numbers);
    this.data = data;
    if (this.nulls !== null) {
      const nulls = new Uint8Array(capacity >> 3);
      nulls.set(this.nulls);
      this.nulls = nulls;
    }
    return data;
  }

  #mark(i: number, isNull: boolean, n: number): void {
    const nulls = (this.nulls ??= new Uint8Array(capacityFor(Math.max(n, (this.data as Numbers).length)) >> 3));
    const byte = nulls[i >> 3] as number;
    nulls[i >> 3] = isNull ? byte | (1 << (i & 7)) : byte & ~(1 << (i & 7));
  }

  /** Shifts the null bits from row `i` on up by one; there is room for `n + 1`. */
  #openNull(i: number, n: number): void {
    const nulls = this.nulls as Uint8Array;
    const first = i >> 3;
    for (let b = n >> 3; b > first; b--) nulls[b] = ((nulls[b] as number) << 1) | ((nulls[b - 1] as number) >> 7);
    const byte = nulls[first] as number;
    const low = (1 << (i & 7)) - 1;
    nulls[first] = (byte & low) | ((byte & ~low) << 1);
  }

  /** Turns into a kind that can hold `cell` beside the `n` rows that are there, one of which may be a gap. */
  #widen(cell: StoredCell, n: number): void {
    const isNumber = typeof cell === 'number' || cell instanceof Real;
    if (this.kind === NULLS && isNumber) {
      const capacity = capacityFor(n);
      if (this.real) this.kind = REAL;
      else if (!Number.isSafeInteger(cell)) this.kind = REAL_ANY;
      else this.kind = ((cell as number) | 0) === cell ? INT32 : INT53;
      this.data = this.kind === INT32 ? new Int32Array(capacity) : new Float64Array(capacity);
      if (n > 1) this.nulls = new Uint8Array(capacity >> 3).fill(0xff);
    } else if (this.kind === INT32 && Number.isSafeInteger(cell)) {
      this.kind = INT53;
      this.data = Float64Array.from(this.data as Int32Array);
    } else {
      const cells = cellArray(n);
      for (let i = 0; i < n; i++) cells[i] = this.get(i);
      this.kind = ARRAY;
      this.data = cells;
      this.nulls = null;
    }
  }
}
