/**
 * Vectors: the values of an expression for all tuples of a batch. A kernel computes one; it owns its vector and computes
 * it once per state of the batch. The closures of expression.ts are the truth: where a kernel cannot be sure of the same
 * result, it runs those.
 */
import { Real, realCell, type Cell } from '../../codec/cell.ts';
import type { Eval, Frame } from '../frame.ts';
import type { Batch, BatchPart } from './batch.ts';
import { stand } from './batch.ts';

/** NULL in every tuple. */
export const NONE = 0;
/** `numbers`, each an INTEGER within ±(2^53 − 1), never −0. */
export const INT = 1;
/** `numbers`, each a REAL. */
export const REAL = 2;
/** `numbers`, each an INTEGER where `bits` is 1, else a REAL. */
export const MIXED = 3;
/** `bits`: 0 false, 1 true, 2 NULL. As values they are INTEGER 0 and 1. */
export const TRUTH = 4;
/** `cells`, in their normal form: integral REALs boxed. */
export const ANY = 5;

const NO_NUMBERS = new Float64Array(0);
const NO_BITS = new Uint8Array(0);

export class Vector {
  kind: number = NONE;
  /** What stands in a tuple that is NULL says nothing. */
  numbers: Float64Array = NO_NUMBERS;
  bits: Uint8Array = NO_BITS;
  cells: Cell[] = [];
  /** 1 where a tuple of INT, REAL or MIXED is NULL; null where none is. ANY has null among its cells. */
  nulls: Uint8Array | null = null;
  #nulls: Uint8Array = NO_BITS;

  /** Makes room and sets the kind; no NULLs yet. */
  shape(kind: number, count: number): void {
    this.kind = kind;
    this.nulls = null;
    if (kind === TRUTH || kind === MIXED) {
      if (this.bits.length < count) this.bits = new Uint8Array(capacity(count));
    }
    if (kind >= INT && kind <= MIXED && this.numbers.length < count) this.numbers = new Float64Array(capacity(count));
  }

  /** The array of NULLs, to be filled in whole. */
  openNulls(count: number): Uint8Array {
    if (this.#nulls.length < count) this.#nulls = new Uint8Array(capacity(count));
    return (this.nulls = this.#nulls);
  }

  /** NULL where one of the two is. */
  mergeNulls(a: Uint8Array | null, b: Uint8Array | null, count: number): void {
    if (a === null && b === null) return;
    const nulls = this.openNulls(count);
    if (a === null || b === null) nulls.set(((a ?? b) as Uint8Array).subarray(0, count));
    else for (let i = 0; i < count; i++) nulls[i] = (a[i] as number) | (b[i] as number);
  }

  /** The cell of tuple `i` in its normal form. */
  get(i: number): Cell {
    if (this.nulls !== null && this.nulls[i] === 1) return null;
    switch (this.kind) {
      case INT:
        return this.numbers[i] as number;
      case REAL:
        return realCell(this.numbers[i] as number);
      case MIXED:
        return this.bits[i] === 1 ? (this.numbers[i] as number) : realCell(this.numbers[i] as number);
      case TRUTH:
        return this.bits[i] === 2 ? null : (this.bits[i] as number);
      case ANY:
        return this.cells[i] as Cell;
      default:
        return null;
    }
  }

  /** Takes the numbers out of `count` cells where all are numbers or NULL; else it is ANY. */
  settle(count: number): void {
    const { cells } = this;
    this.shape(MIXED, count);
    const { numbers, bits } = this;
    let integers = 0;
    let nulls = 0;
    for (let i = 0; i < count; i++) {
      const cell = cells[i] as Cell;
      if (typeof cell === 'number') {
        const isInteger = Number.isSafeInteger(cell);
        numbers[i] = isInteger ? cell + 0 : cell;
        bits[i] = isInteger ? 1 : 0;
        if (isInteger) integers++;
      } else if (cell instanceof Real) {
        numbers[i] = cell.value;
        bits[i] = 0;
      } else if (cell === null) {
        if (nulls++ === 0) this.openNulls(count).fill(0, 0, i);
        (this.nulls as Uint8Array)[i] = 1;
        numbers[i] = bits[i] = 0;
        continue;
      } else {
        this.nulls = null;
        this.kind = ANY;
        return;
      }
      if (nulls > 0) (this.nulls as Uint8Array)[i] = 0;
    }
    if (nulls === count) this.kind = NONE;
    else if (integers === 0) this.kind = REAL;
    else if (integers + nulls === count) this.kind = INT;
  }
}

function capacity(count: number): number {
  return Math.max(512, 2 ** Math.ceil(Math.log2(count)));
}

let lastStamp = 0;

/** The batch at which the kernels of a stage look. */
export class Run {
  frame!: Frame;
  batch!: Batch;
  /** Another one for each state of a batch. */
  stamp = 0;
  /** Another one for each opening: parameters and outer rows are the same as long as it is. */
  opened = 0;

  open(frame: Frame): void {
    this.frame = frame;
    this.opened = ++lastStamp;
  }

  /** A batch has come, or has been narrowed. */
  start(batch: Batch): void {
    this.batch = batch;
    this.stamp = ++lastStamp;
  }

  part(source: number): BatchPart {
    const { parts } = this.batch;
    for (let p = 0; p < parts.length; p++) {
      const part = parts[p] as BatchPart;
      if (part.source === source) return part;
    }
    throw new RangeError(`a batch without source ${source}`);
  }
}

export abstract class Kernel {
  /** It can neither throw nor have effects, so that it may be run for tuples whose value nobody asks for. */
  readonly isSafe: boolean = true;
  protected readonly out: Vector = new Vector();
  #result: Vector = this.out;
  #stamp = -1;

  /** The values of the tuples of the batch, good until the kernel looks at another one. */
  vector(run: Run): Vector {
    if (this.#stamp !== run.stamp) {
      this.#result = this.compute(run, run.batch.count);
      this.#stamp = run.stamp;
    }
    return this.#result;
  }

  /** May throw what closures and page loads throw; it is then called again. */
  protected abstract compute(run: Run, count: number): Vector;
}

/** Runs a closure, which gives cells in their normal form, on each tuple. */
export class ClosureKernel extends Kernel {
  override readonly isSafe: boolean = false;
  readonly #make: () => Eval;
  #value: Eval | undefined;

  /** @param make compiles the expression, the first time that it is needed */
  constructor(make: () => Eval) {
    super();
    this.#make = make;
  }

  protected get value(): Eval {
    return (this.#value ??= this.#make());
  }

  protected override compute(run: Run, count: number): Vector {
    const { out, value } = this;
    const { frame, batch } = run;
    const { cells } = out;
    frame.fuel -= count;
    for (let i = 0; i < count; i++) {
      stand(frame, batch, i);
      cells[i] = value(frame);
    }
    out.settle(count);
    return out;
  }
}

/** What has one value while a run is open: constants, parameters, columns of queries around this one. */
export class FixedKernel extends Kernel {
  override readonly isSafe: boolean;
  readonly #value: Eval;
  #opened = -1;
  #filled = 0;
  #cell: Cell = null;

  constructor(value: Eval, isSafe: boolean) {
    super();
    this.#value = value;
    this.isSafe = isSafe;
  }

  cell(run: Run): Cell {
    if (this.#opened !== run.opened) {
      this.#cell = this.#value(run.frame);
      this.#opened = run.opened;
      this.#filled = 0;
    }
    return this.#cell;
  }

  protected override compute(run: Run, count: number): Vector {
    const cell = this.cell(run);
    const { out } = this;
    if (this.#filled >= count) return out;
    const length = Math.max(count, 1024);
    const { cells } = out;
    if (typeof cell === 'number' || cell instanceof Real) {
      const isInteger = Number.isSafeInteger(cell);
      out.shape(isInteger ? INT : REAL, length);
      out.numbers.fill(typeof cell === 'number' ? cell + (isInteger ? 0 : -0) : cell.value);
    } else {
      out.shape(cell === null ? NONE : ANY, length);
      for (let i = 0; i < length; i++) cells[i] = cell;
    }
    this.#filled = length;
    return out;
  }
}

/** A vector as INT, REAL, MIXED or NONE; ANY stays what it is. `scratch` may take the place of one that is TRUTH. */
export function numeric(vector: Vector, scratch: Vector, count: number): Vector {
  if (vector.kind !== TRUTH) return vector;
  scratch.shape(INT, count);
  const { numbers } = scratch;
  const { bits } = vector;
  let seen = 0;
  for (let i = 0; i < count; i++) {
    const bit = bits[i] as number;
    numbers[i] = bit;
    seen |= bit;
  }
  if (seen > 1) {
    const nulls = scratch.openNulls(count);
    for (let i = 0; i < count; i++) nulls[i] = (bits[i] as number) >> 1;
  }
  return scratch;
}
