/** Aggregates of all groups, a batch at a time. Sums, counts and extremes of numbers have loops; the rest goes by cells. */
import type { AggregateCall } from '../../plan/plan.ts';
import { make } from '../../plan/tree.ts';
import type { Cell } from '../../codec/cell.ts';
import { collationNamed } from '../distinct.ts';
import type { Frame } from '../frame.ts';
import { stateOf } from '../functions/aggregate.ts';
import type { AggregateFunction } from '../functions/function.ts';
import { truth as truthOf } from '../functions/values.ts';
import { aggregateFunction } from '../functions/index.ts';
import type { KernelCompiler } from './compile.ts';
import { KeyCodes } from './groups.ts';
import { truths } from './logic.ts';
import { ANY, INT, type Kernel, MIXED, NONE, numeric, REAL, type Run, TRUTH, Vector } from './vector.ts';

const TYPED = ['count', 'sum', 'avg', 'total', 'min', 'max'];
/** Integers from here on are added to a sum of REALs in two parts. */
const SPLIT_MIN = 2 ** 52;

function grown(old: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const array = new Float64Array(length);
  array.set(old);
  return array;
}

/** One aggregate. */
export class Accumulator {
  readonly #call: AggregateCall;
  readonly #fn: AggregateFunction;
  readonly #kernels: readonly Kernel[];
  readonly #filter: Kernel | null;
  readonly #codes: KeyCodes | null;
  /** Group × 2^26 + code of the values that DISTINCT has seen. */
  readonly #seen = new Set<number>();
  readonly #scratch: readonly [Vector, Vector] = [new Vector(), new Vector()];
  #absent = new Uint8Array(0);
  #ofValues = new Int32Array(0);
  #counts = new Float64Array(64);
  /** The sum or extreme of each group, and what rounding took from a sum. */
  #values = new Float64Array(64);
  #errors = new Float64Array(64);
  /** What all values are: 0 not known, INT, REAL; MIXED: `#reals` tells of each group. */
  #kind = 0;
  #reals = new Float64Array(0);
  /** States of the function where there is no loop: from then on. */
  #states: unknown[] | null;

  constructor(call: AggregateCall, compiler: KernelCompiler) {
    const fn = call.fn as unknown as AggregateFunction;
    this.#call = call;
    this.#fn = fn;
    const isTyped = TYPED.includes(fn.name) && aggregateFunction(fn.name, call.args.length) === fn;
    this.#states = isTyped ? null : [];
    const isCount = isTyped && fn.name === 'count' && !call.distinct;
    this.#kernels = call.args.map((arg) => compiler.kernel(isCount ? make({ op: 'notNull', operand: arg }) : arg));
    this.#filter = call.filter === null ? null : compiler.kernel(call.filter);
    this.#codes = call.distinct ? new KeyCodes(call.collate) : null;
  }

  /** Arguments of rows that the filter leaves out are computed too, and must not throw for it. */
  get isSafe(): boolean {
    return this.#filter === null || this.#kernels.every(({ isSafe }) => isSafe);
  }

  /** Computes what `add` needs; may throw and be called again. */
  prepare(run: Run): void {
    for (let k = 0; k < this.#kernels.length; k++) (this.#kernels[k] as Kernel).vector(run);
    this.#filter?.vector(run);
  }

  /** Adds the tuples of the batch to their groups, of which there are `groups`. */
  add(run: Run, ids: Int32Array, groups: number): void {
    const { count } = run.batch;
    if (groups > this.#counts.length) {
      const length = groups * 2;
      this.#counts = grown(this.#counts, length);
      this.#values = grown(this.#values, length);
      this.#errors = grown(this.#errors, length);
      if (this.#reals.length > 0) this.#reals = grown(this.#reals, length);
    }
    const first = this.#kernels[0];
    let vector = first?.vector(run) ?? null;
    const isCount = this.#states === null && this.#fn.name === 'count';
    // Without DISTINCT the argument of count() is whether it is not NULL.
    if (vector !== null && isCount && this.#codes === null) vector = truths(vector, this.#scratch[0], count);
    else if (vector !== null) vector = numeric(vector, this.#scratch[0], count);
    const absent = this.#leaveOut(run, vector, ids, isCount);
    if (isCount) {
      addOnes(ids, absent, count, this.#counts);
      return;
    }
    if (this.#states === null && vector !== null && vector.kind !== ANY) {
      if (vector.kind === NONE) return;
      const done = this.#addNumbers(vector, ids, absent, count);
      if (done < count) this.#step(run, { ids, absent, groups, from: done });
    } else this.#step(run, { ids, absent, groups, from: 0 });
  }

  /** 1 where a tuple does not count: its value is NULL, the filter fails, DISTINCT has seen it. */
  #leaveOut(run: Run, vector: Vector | null, ids: Int32Array, isCount: boolean): Uint8Array | null {
    const { count } = run.batch;
    const filter = this.#filter?.vector(run);
    const nulls = vector?.nulls ?? null;
    const hasBits =
      isCount && vector !== null && (vector.kind === TRUTH || vector.kind === ANY || vector.kind === NONE);
    if (filter === undefined && this.#codes === null && !hasBits) return nulls;
    if (this.#absent.length < count) this.#absent = new Uint8Array(count * 2);
    const absent = this.#absent;
    if (nulls === null) absent.fill(0, 0, count);
    else absent.set(nulls.subarray(0, count));
    if (hasBits) {
      const isTruth = this.#codes === null && vector.kind === TRUTH;
      for (let i = 0; i < count; i++)
        absent[i] = isTruth ? 1 - (vector.bits[i] as number) : vector.get(i) === null ? 1 : 0;
    }
    if (filter !== undefined) {
      const truth = truths(filter, this.#scratch[1], count);
      for (let i = 0; i < count; i++) {
        if (truth !== null ? truth.bits[i] !== 1 : truthOf(filter.get(i)) !== true) absent[i] = 1;
      }
    }
    if (this.#codes === null) return absent;
    if (this.#ofValues.length < count) this.#ofValues = new Int32Array(count * 2);
    const codes = this.#ofValues;
    this.#codes.ofVector(vector as Vector, count, codes);
    const seen = this.#seen;
    for (let i = 0; i < count; i++) {
      if (absent[i] === 1) continue;
      const key = (ids[i] as number) * 0x4000000 + (codes[i] as number);
      if (seen.has(key)) absent[i] = 1;
      else {
        seen.add(key);
        run.frame.keep(NO_CELLS);
      }
    }
    return absent;
  }

  /** Adds numbers as long as the result is exact; returns how many tuples it got through. */
  #addNumbers({ kind, numbers, bits }: Vector, ids: Int32Array, absent: Uint8Array | null, count: number): number {
    if (this.#kind === 0) this.#kind = kind;
    else if (this.#kind !== kind && this.#kind !== MIXED) this.#mix(this.#kind === REAL ? 1 : 0);
    if (this.#kind === MIXED && this.#reals.length === 0) this.#mix(0);
    const { name } = this.#fn;
    const input: Input = { ids, numbers, absent, count };
    const state: State = { counts: this.#counts, values: this.#values, errors: this.#errors, reals: this.#reals };
    if (this.#kind === MIXED) {
      const isReal = kind === MIXED ? null : kind === REAL;
      if (name === 'min' || name === 'max')
        return mixedExtremes(input, state, { bits, isReal, isLeast: name === 'min' });
      return addMixed(input, state, { bits, isReal });
    }
    if (name === 'min') return least(input, state);
    if (name === 'max') return greatest(input, state);
    return this.#kind === INT ? addIntegers(input, state) : addReals(input, state);
  }

  #mix(isReal: number): void {
    this.#kind = MIXED;
    this.#reals = new Float64Array(this.#counts.length);
    for (let g = 0; g < this.#counts.length; g++) if ((this.#counts[g] as number) > 0) this.#reals[g] = isReal;
  }

  #state(group: number): unknown {
    const isReal = this.#kind === MIXED ? this.#reals[group] === 1 : this.#kind === REAL;
    const count = this.#counts[group] ?? 0;
    const value = this.#values[group] ?? 0;
    return stateOf(this.#fn.name, { count, value, error: this.#errors[group] ?? 0, isReal });
  }

  /** Goes on by cells, from a tuple on. */
  #step(
    run: Run,
    { ids, absent, groups, from }: { ids: Int32Array; absent: Uint8Array | null; groups: number; from: number },
  ): void {
    const fn = this.#fn;
    const { context } = run.frame;
    const states = (this.#states ??= Array.from(this.#counts, (_, group) => this.#state(group)));
    while (states.length < groups) states.push(fn.start());
    const vectors = this.#kernels.map((kernel) => kernel.vector(run));
    const skipsNull = this.#filter === null && this.#codes === null;
    context.collation = collationNamed(this.#call.collate);
    const { count } = run.batch;
    for (let i = from; i < count; i++) {
      if (!skipsNull && absent !== null && absent[i] === 1) continue;
      const cells = vectors.map((vector) => vector.get(i));
      if (fn.keepsRows === true) run.frame.keep(cells);
      fn.step(states[ids[i] as number], cells, context);
    }
  }

  /** The result of a group. @throws {SqlError} INTEGER_OVERFLOW */
  finish(group: number, { context }: Frame): Cell {
    const fn = this.#fn;
    context.collation = collationNamed(this.#call.collate);
    return fn.finish(this.#states === null ? this.#state(group) : (this.#states[group] ?? fn.start()), context);
  }
}

const NO_CELLS: readonly Cell[] = [];

interface Input {
  readonly ids: Int32Array;
  readonly numbers: Float64Array;
  readonly absent: Uint8Array | null;
  readonly count: number;
}

interface State {
  readonly counts: Float64Array;
  readonly values: Float64Array;
  readonly errors: Float64Array;
  readonly reals: Float64Array;
}

function addOnes(ids: Int32Array, absent: Uint8Array | null, count: number, counts: Float64Array): void {
  if (absent === null) for (let i = 0; i < count; i++) (counts[ids[i] as number] as number)++;
  else for (let i = 0; i < count; i++) (counts[ids[i] as number] as number) += 1 - (absent[i] as number);
}

function addIntegers({ ids, numbers, absent, count }: Input, { counts, values }: State): number {
  for (let i = 0; i < count; i++) {
    if (absent !== null && absent[i] === 1) continue;
    const id = ids[i] as number;
    const sum = (values[id] as number) + (numbers[i] as number);
    if (sum > Number.MAX_SAFE_INTEGER || sum < Number.MIN_SAFE_INTEGER) return i;
    values[id] = sum;
    (counts[id] as number)++;
  }
  return count;
}

/** Kahan's and Neumaier's sums, as SQLite's are. */
function addReals({ ids, numbers, absent, count }: Input, { counts, values, errors }: State): number {
  for (let i = 0; i < count; i++) {
    if (absent !== null && absent[i] === 1) continue;
    const id = ids[i] as number;
    const value = numbers[i] as number;
    const before = values[id] as number;
    const sum = before + value;
    values[id] = sum;
    (errors[id] as number) += Math.abs(before) > Math.abs(value) ? before - sum + value : value - sum + before;
    (counts[id] as number)++;
  }
  return count;
}

interface Types {
  /** Of each value, 1 where it is INTEGER; unless they are all alike. */
  readonly bits: Uint8Array;
  readonly isReal: boolean | null;
}

function addMixed(
  { ids, numbers, absent, count }: Input,
  { counts, values, errors, reals }: State,
  { bits, isReal }: Types,
): number {
  for (let i = 0; i < count; i++) {
    if (absent !== null && absent[i] === 1) continue;
    const id = ids[i] as number;
    const value = numbers[i] as number;
    const before = values[id] as number;
    const sum = before + value;
    if (reals[id] === 0 && !(isReal ?? bits[i] === 0)) {
      if (!Number.isSafeInteger(sum)) return i;
    } else {
      if (Number.isInteger(value) && Math.abs(value) >= SPLIT_MIN) return i;
      if (reals[id] === 0 && Math.abs(before) >= SPLIT_MIN) return i;
      reals[id] = 1;
      (errors[id] as number) += Math.abs(before) > Math.abs(value) ? before - sum + value : value - sum + before;
    }
    values[id] = sum;
    (counts[id] as number)++;
  }
  return count;
}

function least({ ids, numbers, absent, count }: Input, { counts, values }: State): number {
  for (let i = 0; i < count; i++) {
    if (absent !== null && absent[i] === 1) continue;
    const id = ids[i] as number;
    const value = numbers[i] as number;
    if (counts[id] === 0 || value < (values[id] as number)) values[id] = value;
    (counts[id] as number)++;
  }
  return count;
}

function greatest({ ids, numbers, absent, count }: Input, { counts, values }: State): number {
  for (let i = 0; i < count; i++) {
    if (absent !== null && absent[i] === 1) continue;
    const id = ids[i] as number;
    const value = numbers[i] as number;
    if (counts[id] === 0 || value > (values[id] as number)) values[id] = value;
    (counts[id] as number)++;
  }
  return count;
}

function mixedExtremes(
  { ids, numbers, absent, count }: Input,
  { counts, values, reals }: State,
  { bits, isReal, isLeast }: Types & { readonly isLeast: boolean },
): number {
  for (let i = 0; i < count; i++) {
    if (absent !== null && absent[i] === 1) continue;
    const id = ids[i] as number;
    const value = numbers[i] as number;
    const before = values[id] as number;
    if (counts[id] === 0 || (isLeast ? value < before : value > before)) {
      values[id] = value;
      reals[id] = (isReal ?? bits[i] === 0) ? 1 : 0;
    }
    (counts[id] as number)++;
  }
  return count;
}
