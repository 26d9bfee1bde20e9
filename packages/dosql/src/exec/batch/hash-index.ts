/**
 * Finds kept rows by their keys. Each key becomes a number, its code: itself where all keys of that place are numbers,
 * else its number in a dictionary; NaN stands for what equals nothing. Integer keys in a narrow range are an address,
 * anything else is hashed (several integers as one, if that is possible), and rows with equal keys hang in a chain in the order in which they were kept.
 */
import { DICTIONARY, INT53, INT8, NULLS, REAL, type Column, type Numbers } from '../../btree/index.ts';
import type { Cell } from '../../codec/cell.ts';
import { cellKey, type MapKey } from '../distinct.ts';
import type { Eval, Frame, Source } from '../frame.ts';
import { BATCH_ROWS, stand, type Batch } from './batch.ts';
import type { KeptRows } from './kept-rows.ts';

/** One side of one key. */
export interface JoinKey {
  readonly value: Eval;
  /** The key is this column as it is; −1: it is not. */
  readonly source: number;
  readonly slot: number;
  readonly collation: string;
}

/** A table of addresses may be so many times longer than there are rows. */
const SPREAD = 4;
const SPREAD_MIN = 1024;
const BYTES_A_ROW = 4 + 8 + 8; // next, heads, code

export class HashIndex {
  /** Row that follows with the same key, −1; null where all keys differ. */
  next: Int32Array | null = null;
  bytes = 0;
  readonly #keys: readonly JoinKey[];
  readonly #normal: readonly ((cell: Cell) => MapKey)[];
  /** Of each key its dictionary; null where codes are the keys themselves. */
  readonly #words: (Map<MapKey, number> | null)[] = [];
  readonly #codes: Float64Array[] = [];
  /** First row of each address or bucket, plus one. */
  #heads: Int32Array = new Int32Array(1);
  #isDirect = false;
  /** Where all codes are whole, there is one code for all keys: mixed radix, of each key less `#leasts` to `#ranges`. */
  #isPacked = false;
  readonly #leasts: number[] = [];
  readonly #ranges: number[] = [];
  readonly #probe: number[] = [];
  readonly #scratch: Float64Array[] = [];

  /** @param source that of `rows`, which the inner keys read */
  constructor(
    frame: Frame,
    rows: KeptRows,
    { inner, outer }: { inner: readonly JoinKey[]; outer: readonly JoinKey[] },
    source: Source,
  ) {
    this.#keys = outer;
    this.#normal = outer.map(({ collation }) => cellKey(collation));
    const { count } = rows;
    this.bytes = BYTES_A_ROW * count * inner.length;
    frame.charge(this.bytes);
    for (let k = 0; k < inner.length; k++) {
      const key = inner[k] as JoinKey;
      const column = key.source < 0 ? undefined : rows.columns[key.slot];
      const codes = new Float64Array(count);
      this.#words.push(null);
      this.#codes.push(codes);
      if (column !== undefined && readNumbers(column, null, count, codes)) continue;
      this.#encode(frame, k, key, { rows, source, codes });
    }
    this.#link(count);
  }

  /** Codes of keys that have to be evaluated. */
  #encode(
    frame: Frame,
    k: number,
    { value }: JoinKey,
    { rows, source, codes }: { rows: KeptRows; source: Source; codes: Float64Array },
  ): void {
    const normal = this.#normal[k] as (cell: Cell) => MapKey;
    let words: Map<MapKey, number> | null = null;
    source.columns = rows.columns;
    for (let i = 0; i < rows.count; i++) {
      source.index = i;
      const cell = normal(value(frame));
      if (cell === null) codes[i] = NaN;
      else if (words === null && typeof cell === 'number') codes[i] = cell;
      else {
        if (words === null) {
          words = new Map();
          for (let j = 0; j < i; j++) if (codes[j] === codes[j]) codes[j] = intern(words, codes[j] as number);
        }
        codes[i] = intern(words, cell);
      }
    }
    this.#words[k] = words;
    if (words === null) return;
    const more = 48 * words.size;
    this.bytes += more;
    frame.charge(more);
  }

  #link(count: number): void {
    const width = this.#pack(count);
    this.#isPacked = width > 0;
    this.#isDirect = width > 0 && width <= Math.max(SPREAD_MIN, SPREAD * count);
    const heads = new Int32Array(this.#isDirect ? width : 2 ** (33 - Math.clz32(Math.max(1, count))));
    this.#heads = heads;
    const codes = this.#codes;
    const [first] = codes as [Float64Array];
    const probe = this.#probe;
    let next: Int32Array | null = null;
    for (let i = count - 1; i >= 0; i--) {
      const code = first[i] as number;
      if (code !== code) continue;
      let at = code;
      if (!this.#isDirect) {
        if (this.#isPacked) at = placeOf(heads, first, code);
        else {
          for (let k = 0; k < codes.length; k++) probe[k] = (codes[k] as Float64Array)[i] as number;
          at = this.#place();
          if (at < 0) continue;
        }
      }
      const head = heads[at] as number;
      if (head !== 0) (next ??= new Int32Array(count).fill(-1))[i] = head - 1;
      heads[at] = i + 1;
    }
    if (this.#isDirect) codes.length = 0;
    this.next = next;
  }

  /** Makes one code of those of all keys; how many there may be, 0: they are not all whole, or too many. */
  #pack(count: number): number {
    const codes = this.#codes;
    let width = 1;
    for (const of of codes) {
      let least = Infinity;
      let most = -Infinity;
      for (let i = 0; i < count; i++) {
        const code = of[i] as number;
        if (code !== code) continue;
        if (!Number.isSafeInteger(code)) return 0;
        if (code < least) least = code;
        if (code > most) most = code;
      }
      this.#leasts.push(least === Infinity ? 0 : least);
      this.#ranges.push(Math.max(1, most - least + 1));
      width *= this.#ranges.at(-1) as number;
      if (width > Number.MAX_SAFE_INTEGER) return 0;
    }
    const packed = codes[0] as Float64Array;
    for (let k = 0; k < codes.length; k++) {
      const of = codes[k] as Float64Array;
      const [least, range] = [this.#leasts[k] as number, this.#ranges[k] as number];
      if (k === 0) for (let i = 0; i < count; i++) packed[i] = (of[i] as number) - least;
      else for (let i = 0; i < count; i++) packed[i] = (packed[i] as number) * range + ((of[i] as number) - least);
    }
    codes.length = 1;
    return width;
  }

  /** Bucket of the codes in `#probe`: that of the rows with these keys, or an empty one; −1: NaN is among them. */
  #place(): number {
    const probe = this.#probe;
    const codes = this.#codes;
    const heads = this.#heads;
    const keys = codes.length;
    let hash = 0;
    for (let k = 0; k < keys; k++) {
      const code = probe[k] as number;
      if (code !== code) return -1;
      hash = mix(hash, code);
    }
    const mask = heads.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const head = heads[at] as number;
      if (head === 0) return at;
      let k = 0;
      while (k < keys && (codes[k] as Float64Array)[head - 1] === probe[k]) k++;
      if (k === keys) return at;
    }
  }

  /** The first row with the keys that the frame's sources give; −1. */
  find(frame: Frame): number {
    const keys = this.#keys;
    let packed = 0;
    for (let k = 0; k < keys.length; k++) {
      const cell = (keys[k] as JoinKey).value(frame);
      if (cell === null) return -1;
      const code = this.#code(k, cell);
      if (code !== code) return -1;
      if (this.#isPacked) {
        const at = code - (this.#leasts[k] as number);
        const range = this.#ranges[k] as number;
        // A fraction may be lost.
        if (!(at >= 0 && at < range && Math.floor(at) === at && at + (this.#leasts[k] as number) === code)) return -1;
        packed = packed * range + at;
      } else this.#probe[k] = code;
    }
    if (!this.#isPacked) return (this.#heads[this.#place()] as number) - 1;
    const at = this.#isDirect ? packed : placeOf(this.#heads, this.#codes[0] as Float64Array, packed);
    return (this.#heads[at] as number) - 1;
  }

  #code(k: number, cell: Cell): number {
    const key = typeof cell === 'number' ? cell : (this.#normal[k] as (cell: Cell) => MapKey)(cell);
    const words = this.#words[k] as Map<MapKey, number> | null;
    if (words === null) return typeof key === 'number' ? key : NaN;
    return (key === null ? undefined : words.get(key)) ?? NaN;
  }

  /** As `find`, for each tuple of a batch. */
  findAll(frame: Frame, batch: Batch, out: Int32Array): void {
    const { count } = batch;
    const codes = this.#scratch;
    for (let k = 0; k < this.#keys.length; k++) {
      if ((codes[k]?.length ?? 0) < count) codes[k] = new Float64Array(Math.max(BATCH_ROWS, count));
      this.#codesOf(frame, batch, k, codes[k] as Float64Array);
    }
    const heads = this.#heads;
    if (this.#isPacked) {
      const packed = codes[0] as Float64Array;
      for (let k = 0; k < this.#keys.length; k++) {
        packCodes(
          codes[k] as Float64Array,
          count,
          { least: this.#leasts[k] as number, range: this.#ranges[k] as number },
          k === 0 ? null : packed,
        );
      }
      if (this.#isDirect) {
        for (let i = 0; i < count; i++) {
          const at = packed[i] as number;
          out[i] = at < 0 ? -1 : (heads[at] as number) - 1;
        }
      } else {
        const known = this.#codes[0] as Float64Array;
        for (let i = 0; i < count; i++) {
          const code = packed[i] as number;
          out[i] = code < 0 ? -1 : (heads[placeOf(heads, known, code)] as number) - 1;
        }
      }
      return;
    }
    const probe = this.#probe;
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < codes.length; k++) probe[k] = (codes[k] as Float64Array)[i] as number;
      const at = this.#place();
      out[i] = at < 0 ? -1 : (heads[at] as number) - 1;
    }
  }

  #codesOf(frame: Frame, batch: Batch, k: number, codes: Float64Array): void {
    const { source, slot, value } = this.#keys[k] as JoinKey;
    const { count } = batch;
    const part = source < 0 ? undefined : batch.parts.find((one) => one.source === source);
    const words = this.#words[k] as Map<MapKey, number> | null;
    if (part !== undefined && !part.outer) {
      const column = part.columns[slot] as Column;
      if (words === null && readNumbers(column, part.rows, count, codes)) return;
      if (words !== null && column.kind === DICTIONARY && column.nulls === null) {
        const known: number[] = [];
        const names = column.strings as string[];
        const data = column.data as Uint8Array;
        for (let i = 0; i < count; i++) {
          const word = data[part.rows[i] as number] as number;
          codes[i] = known[word] ??= this.#code(k, names[word] as string);
        }
        return;
      }
      for (let i = 0; i < count; i++) {
        const cell = column.get(part.rows[i] as number);
        codes[i] = cell === null ? NaN : this.#code(k, cell);
      }
      return;
    }
    for (let i = 0; i < count; i++) {
      stand(frame, batch, i);
      const cell = value(frame);
      codes[i] = cell === null ? NaN : this.#code(k, cell);
    }
  }
}

function intern(words: Map<MapKey, number>, word: MapKey): number {
  const found = words.get(word);
  if (found !== undefined) return found;
  words.set(word, words.size);
  return words.size - 1;
}

/** Replaces codes by places in a range, or brings them into `packed`; −1: not in the range. */
function packCodes(
  codes: Float64Array,
  count: number,
  { least, range }: { least: number; range: number },
  packed: Float64Array | null,
): void {
  const out = packed ?? codes;
  for (let i = 0; i < count; i++) {
    const code = codes[i] as number;
    const at = code - least;
    const isIn = at >= 0 && at < range && Math.floor(at) === at && at + least === code; // a fraction may be lost
    const before = packed === null ? 0 : (packed[i] as number);
    out[i] = isIn && before >= 0 ? before * range + at : -1;
  }
}

/** Bucket of a whole code that is not negative: that of the rows with it, or an empty one. */
function placeOf(heads: Int32Array, codes: Float64Array, code: number): number {
  const mask = heads.length - 1;
  let hash = Math.imul(code | 0, 0x9e3779b1) ^ Math.imul((code / 4294967296) | 0, 0x85ebca6b);
  hash ^= hash >>> 15;
  for (let at = hash & mask; ; at = (at + 1) & mask) {
    const head = heads[at] as number;
    if (head === 0 || codes[head - 1] === code) return at;
  }
}

function mix(hash: number, code: number): number {
  let h = Math.imul(hash ^ (code | 0), 0x9e3779b1) ^ Math.imul((code / 4294967296) | 0, 0x85ebca6b);
  h ^= Math.imul((code * 1048576) | 0, 0xc2b2ae35);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 13);
}

/** Numbers of `rows` (null: of the first rows), NaN for NULL; false where the column may hold anything else. */
function readNumbers(
  { kind, data, nulls }: Column,
  rows: Int32Array | null,
  count: number,
  out: Float64Array,
): boolean {
  if (kind === NULLS) out.fill(NaN, 0, count);
  else if (kind >= INT8 && kind <= INT53) copyNumbers(data as Numbers, rows, count, out);
  else if (kind === REAL) copyNumbers(data as Numbers, rows, count, out);
  else return false;
  if (nulls === null) return true;
  for (let i = 0; i < count; i++) {
    const at = rows === null ? i : (rows[i] as number);
    if ((((nulls[at >> 3] as number) >> (at & 7)) & 1) !== 0) out[i] = NaN;
  }
  return true;
}

function copyNumbers(data: Numbers, rows: Int32Array | null, count: number, out: Float64Array): void {
  if (rows === null) out.set(data.subarray(0, count));
  else for (let i = 0; i < count; i++) out[i] = data[rows[i] as number] as number;
}
