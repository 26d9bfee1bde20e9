/** Which group each tuple belongs to: one number for each value of a key, and numbers of pairs for several keys. */
import { type Column, DICTIONARY } from '../../btree/index.ts';
import { Real, type Cell } from '../../codec/cell.ts';
import { cellKey, type MapKey } from '../distinct.ts';
import { ColumnKernel, mayBeNull } from './column.ts';
import { INT, type Kernel, type Run, type Vector } from './vector.ts';

/** Integers from `least` on that are looked up in an array. */
const DIRECT_MAX = 1 << 16;

/** Numbers from 0 on for values, in the order in which they come. */
export class KeyCodes {
  /** Numbers given so far. */
  count = 0;
  readonly #key: (cell: Cell) => MapKey;
  readonly #codes = new Map<MapKey, number>();
  /** Codes + 1 of the integers from 0 on. */
  #direct = new Int32Array(256);
  #column: Column | null = null;
  #ofTexts = new Int32Array(257);

  constructor(collation: string | null | undefined) {
    this.#key = cellKey(collation);
  }

  #codeOf(cell: Cell): number {
    const key = this.#key(cell);
    let code = this.#codes.get(key);
    if (code === undefined) {
      code = this.count++;
      this.#codes.set(key, code);
    }
    return code;
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
      else if (value >= 0 && value < DIRECT_MAX) {
        if (value >= direct.length) {
          direct = new Int32Array(DIRECT_MAX);
          direct.set(this.#direct);
          this.#direct = direct;
        }
        let code = direct[value] as number;
        if (code === 0) direct[value] = code = this.#codeOf(value) + 1;
        out[i] = code - 1;
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
  readonly #codes = new Map<number, number>();
  /** Codes + 1 of first × 256 + second where both are small. */
  readonly #direct = new Int32Array(DIRECT_MAX);

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
      const key = first * 0x4000000 + second;
      let code = this.#codes.get(key);
      if (code === undefined) this.#codes.set(key, (code = this.count++));
      firsts[i] = code;
    }
  }
}

/** Numbers of groups by any number of keys, of which there is one at least. */
export class GroupIds {
  readonly #kernels: readonly Kernel[];
  readonly #reals: readonly boolean[];
  readonly #keys: readonly KeyCodes[];
  readonly #pairs: readonly PairCodes[];
  #second = new Int32Array(512);
  ids: Int32Array = new Int32Array(512);
  /** Keys of each group, those of its first tuple. */
  readonly by: Cell[][] = [];

  /** @param reals which keys are of static type 'real': their numbers are plain */
  constructor(kernels: readonly Kernel[], collations: readonly string[], reals: readonly boolean[]) {
    this.#kernels = kernels;
    this.#reals = reals;
    this.#keys = kernels.map((_, i) => new KeyCodes(collations[i]));
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
      this.#codes(k, run, out);
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

  #codes(k: number, run: Run, out: Int32Array): void {
    const keys = this.#keys[k] as KeyCodes;
    const column = this.#isDictionary(k, run);
    if (column !== null) keys.ofColumn(column, run, run.batch.count, out);
    else keys.ofVector((this.#kernels[k] as Kernel).vector(run), run.batch.count, out);
  }

  /** Takes in the groups that begin in this batch; `found` is told of the first tuple of each. */
  #note(run: Run, found: (i: number) => void): void {
    const { ids, by } = this;
    const { count } = run.batch;
    if (by.length === (this.#pairs.at(-1) ?? this.#keys[0])?.count) return;
    for (let i = 0; i < count; i++) {
      if (ids[i] !== by.length) continue;
      const cells = this.#kernels.map((kernel, k): Cell => {
        const cell = kernel instanceof ColumnKernel ? kernel.cell(run, i) : kernel.vector(run).get(i);
        return this.#reals[k] === true && cell instanceof Real ? cell.value : cell;
      });
      run.frame.keep(cells);
      by.push(cells);
      found(i);
    }
  }
}
