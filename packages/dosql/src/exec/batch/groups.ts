/** Which group each tuple belongs to: one number for each value of a key, and numbers of pairs for several keys. */
import { type Column, DICTIONARY } from '../../btree/index.ts';
import { Real, type Cell } from '../../codec/cell.ts';
import { cellKey, type MapKey } from '../distinct.ts';
import { ColumnKernel, mayBeNull } from './column.ts';
import { INT, type Kernel, type Run, type Vector } from './vector.ts';

/** Integers from 0 on that are looked up in an array: so many, more only where there are as many values for it. */
const DIRECT_MAX = 1 << 16;
const DIRECT_SPREAD = 16;
const DIRECT_START = 256;

/** Numbers from 0 on for values, in the order in which they come. */
export class KeyCodes {
  /** Numbers given so far. */
  count = 0;
  readonly #key: (cell: Cell) => MapKey;
  /** Of what is beyond `#direct`. */
  readonly #codes = new Map<MapKey, number>();
  /** Codes + 1 of the integers from 0 on. */
  #direct = new Int32Array(DIRECT_START);
  #column: Column | null = null;
  #ofTexts = new Int32Array(257);

  constructor(collation: string | null | undefined) {
    this.#key = cellKey(collation);
  }

  #codeOf(cell: Cell): number {
    const key = this.#key(cell);
    if (typeof key === 'number' && key >= 0 && key < this.#direct.length && Number.isInteger(key)) {
      let known = this.#direct[key] as number;
      if (known === 0) this.#direct[key] = known = ++this.count;
      return known - 1;
    }
    let code = this.#codes.get(key);
    if (code === undefined) {
      code = this.count++;
      this.#codes.set(key, code);
    }
    return code;
  }

  /** Makes room for an integer in the array, if that is worth it. */
  #grow(value: number): Int32Array<ArrayBuffer> {
    const old = this.#direct;
    if (value >= DIRECT_MAX && value >= this.count * DIRECT_SPREAD) return old;
    const direct = new Int32Array(2 ** (32 - Math.clz32(value)));
    direct.set(old);
    for (const [key, code] of this.#codes) {
      if (typeof key !== 'number' || key < 0 || key >= direct.length || !Number.isInteger(key)) continue;
      direct[key] = code + 1;
      this.#codes.delete(key);
    }
    return (this.#direct = direct);
  }

  /** Codes of a vector's values. */
  ofVector(vector: Vector, count: number, out: Int32Array): void {
    if (vector.kind !== INT) {
      for (let i = 0; i < count; i++) out[i] = this.#codeOf(vector.get(i));
      return;
    }
    const { numbers, nulls } = vector;
    let direct = this.#direct;
    for (let i = 0; i < count; i++) {
      const value = numbers[i] as number;
      if (nulls !== null && nulls[i] === 1) out[i] = this.#codeOf(null);
      else if (value >= 0 && value <= 0x7fff_ffff) {
        if (value >= direct.length) direct = this.#grow(value);
        const code = value < direct.length ? (direct[value] as number) : 0;
        out[i] = code === 0 ? this.#codeOf(value) : code - 1;
      } else out[i] = this.#codeOf(value);
    }
  }

  /** Codes of a dictionary's texts; false where the column is none. */
  ofColumn(kernel: ColumnKernel, run: Run, count: number, out: Int32Array): boolean {
    const column = kernel.column(run);
    if (column.kind !== DICTIONARY) return false;
    const part = run.part(kernel.source);
    const { rows } = part;
    const codes = column.data as Uint8Array;
    const known = this.#ofTexts;
    if (column !== this.#column) known.fill(0);
    this.#column = column;
    const isFull = !mayBeNull(part, column);
    for (let i = 0; i < count; i++) {
      const at = rows[i] as number;
      const text = isFull || (at >= 0 && !column.isNull(at)) ? (codes[at] as number) : 256;
      let code = known[text] as number;
      if (code === 0) {
        const cell = text === 256 ? null : ((column.strings as string[])[text] as string);
        known[text] = code = this.#codeOf(cell) + 1;
      }
      out[i] = code - 1;
    }
    return true;
  }
}

/** A number for each pair of numbers, in the order in which they come. */
class PairCodes {
  /** Numbers given so far. */
  count = 0;
  /** Codes + 1 of first × 256 + second where both are small. */
  readonly #direct = new Int32Array(DIRECT_MAX);
  /** Others by open addressing: first × 2^26 + second, and codes + 1. */
  #keys = new Float64Array(0);
  #codes = new Int32Array(0);
  #used = 0;

  /** Replaces `firsts` by the numbers of the pairs. */
  combine(firsts: Int32Array, seconds: Int32Array, count: number): void {
    const direct = this.#direct;
    for (let i = 0; i < count; i++) {
      const first = firsts[i] as number;
      const second = seconds[i] as number;
      if (first < 256 && second < 256) {
        let code = direct[first * 256 + second] as number;
        if (code === 0) direct[first * 256 + second] = code = ++this.count;
        firsts[i] = code - 1;
        continue;
      }
      if (this.#used * 2 >= this.#keys.length) this.#grow();
      const keys = this.#keys;
      const key = first * 0x4000000 + second;
      const mask = keys.length - 1;
      let at = placeOf(first, second) & mask;
      while (this.#codes[at] !== 0 && keys[at] !== key) at = (at + 1) & mask;
      if (this.#codes[at] === 0) {
        keys[at] = key;
        this.#codes[at] = ++this.count;
        this.#used++;
      }
      firsts[i] = (this.#codes[at] as number) - 1;
    }
  }

  #grow(): void {
    const [keys, codes] = [this.#keys, this.#codes];
    const length = Math.max(1024, keys.length * 4);
    const mask = length - 1;
    this.#keys = new Float64Array(length);
    this.#codes = new Int32Array(length);
    for (let i = 0; i < keys.length; i++) {
      if (codes[i] === 0) continue;
      const key = keys[i] as number;
      let at = placeOf(Math.floor(key / 0x4000000), key % 0x4000000) & mask;
      while (this.#codes[at] !== 0) at = (at + 1) & mask;
      this.#keys[at] = key;
      this.#codes[at] = codes[i] as number;
    }
  }
}

function placeOf(first: number, second: number): number {
  const h = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  return h ^ (h >>> 15);
}

/** Numbers of groups by any number of keys, of which there is one at least. */
export class GroupIds {
  readonly #kernels: readonly Kernel[];
  readonly #reals: readonly boolean[];
  readonly #codes: readonly KeyCodes[];
  readonly #cells: Cell[] = [];
  readonly #pairs: readonly PairCodes[];
  #second = new Int32Array(512);
  ids: Int32Array = new Int32Array(512);
  /** Of each key that of each group, which is that of its first tuple. */
  readonly keys: readonly Cell[][];
  count = 0;

  /** @param reals which keys are of static type 'real': their numbers are plain */
  constructor(kernels: readonly Kernel[], collations: readonly string[], reals: readonly boolean[]) {
    this.#kernels = kernels;
    this.#reals = reals;
    this.#codes = kernels.map((_, i) => new KeyCodes(collations[i]));
    this.keys = kernels.map(() => []);
    this.#pairs = kernels.slice(1).map(() => new PairCodes());
  }

  /** Fills `ids` for the tuples of the run's batch. */
  assign(run: Run, found: (i: number) => void): void {
    const { count } = run.batch;
    if (this.ids.length < count) {
      this.ids = new Int32Array(count * 2);
      this.#second = new Int32Array(count * 2);
    }
    // What may throw comes first.
    for (let k = 0; k < this.#kernels.length; k++) this.#prepare(k, run);
    for (let k = 0; k < this.#kernels.length; k++) {
      const out = k === 0 ? this.ids : this.#second;
      this.#encode(k, run, out);
      if (k > 0) (this.#pairs[k - 1] as PairCodes).combine(this.ids, this.#second, count);
    }
    this.#note(run, found);
  }

  #isDictionary(k: number, run: Run): ColumnKernel | null {
    const kernel = this.#kernels[k] as Kernel;
    return kernel instanceof ColumnKernel && kernel.column(run).kind === DICTIONARY ? kernel : null;
  }

  #prepare(k: number, run: Run): void {
    if (this.#isDictionary(k, run) === null) (this.#kernels[k] as Kernel).vector(run);
  }

  #encode(k: number, run: Run, out: Int32Array): void {
    const keys = this.#codes[k] as KeyCodes;
    const column = this.#isDictionary(k, run);
    if (column !== null) keys.ofColumn(column, run, run.batch.count, out);
    else keys.ofVector((this.#kernels[k] as Kernel).vector(run), run.batch.count, out);
  }

  /** Takes in the groups that begin in this batch; `found` is told of the first tuple of each. */
  #note(run: Run, found: (i: number) => void): void {
    const { ids, keys } = this;
    const { count } = run.batch;
    const total = (this.#pairs.at(-1) ?? this.#codes[0])?.count;
    const cells = this.#cells;
    for (let i = 0; i < count && this.count !== total; i++) {
      if (ids[i] !== this.count) continue;
      for (let k = 0; k < keys.length; k++) {
        const kernel = this.#kernels[k] as Kernel;
        const cell = kernel instanceof ColumnKernel ? kernel.cell(run, i) : kernel.vector(run).get(i);
        cells[k] = this.#reals[k] === true && cell instanceof Real ? cell.value : cell;
      }
      run.frame.keep(cells);
      for (let k = 0; k < keys.length; k++) (keys[k] as Cell[]).push(cells[k] as Cell);
      this.count++;
      found(i);
    }
  }

  /** Numbers of the groups in the order of their keys; null: in that in which they came. */
  ordered(order: ((a: readonly Cell[], b: readonly Cell[]) => number) | null): Int32Array {
    const { count } = this;
    const out = Int32Array.from({ length: count }, (_, group) => group);
    if (order === null) return out;
    const packed = this.#pack();
    if (packed !== null) {
      let i = 1;
      while (i < count && (packed[i - 1] as number) < (packed[i] as number)) i++;
      if (i >= count) return out;
      packed.sort();
      for (i = 0; i < count; i++) out[i] = (packed[i] as number) % count;
      return out;
    }
    const { keys } = this;
    const rows = Array.from(out, (group) => keys.map((of) => of[group] as Cell));
    return out.sort((a, b) => order(rows[a] as Cell[], rows[b] as Cell[]));
  }

  /** Of each group one number, its keys before its own; null where keys are no integers or that is too large. */
  #pack(): Float64Array | null {
    const { count } = this;
    const packed = new Float64Array(count);
    let width = count;
    for (const of of this.keys) {
      let least = Infinity;
      let most = -Infinity;
      for (let g = 0; g < count; g++) {
        const cell = of[g] as Cell;
        if (typeof cell !== 'number' || !Number.isSafeInteger(cell)) return null;
        if (cell < least) least = cell;
        if (cell > most) most = cell;
      }
      const range = most - least + 1;
      width *= range;
      if (width > Number.MAX_SAFE_INTEGER) return null;
      for (let g = 0; g < count; g++) packed[g] = (packed[g] as number) * range + ((of[g] as number) - least);
    }
    for (let g = 0; g < count; g++) packed[g] = (packed[g] as number) * count + g;
    return packed;
  }
}
