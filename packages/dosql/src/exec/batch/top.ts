/** ORDER BY with LIMIT: tuples whose first key is beyond that of the last row kept so far are never made into rows. */
import type { Expr } from '../../plan/plan.ts';
import { Real, type Cell } from '../../codec/cell.ts';
import type { Frame } from '../frame.ts';
import type { SortKey } from '../sort.ts';
import { type Batch, narrow } from './batch.ts';
import { KernelCompiler } from './compile.ts';
import { type Kernel, MIXED, NONE, numeric, Run, Vector } from './vector.ts';

/** The first of the keys of a sort. */
export interface FirstKey {
  readonly expr: Expr;
  readonly key: SortKey;
  /** There is no other: equal keys are beyond, too, because those that came first stay. */
  readonly isOnly: boolean;
}

export class TopNarrowing {
  readonly #first: FirstKey;
  readonly #kernel: Kernel;
  readonly #run = new Run();
  readonly #scratch: Vector = new Vector();
  #kept = new Int32Array(0);

  constructor(first: FirstKey, sources: readonly number[], frame: Frame) {
    this.#first = first;
    this.#kernel = new KernelCompiler(sources).kernel(first.expr);
    this.#run.open(frame);
  }

  /** Narrows the batch to what comes before a row with `bound` as its first key, or together with it. */
  narrow(batch: Batch, bound: Cell): void {
    const limit = bound instanceof Real ? bound.value : bound;
    if (typeof limit !== 'number' || !this.#kernel.isSafe) return;
    const { count } = batch;
    const run = this.#run;
    run.start(batch);
    const vector = numeric(this.#kernel.vector(run), this.#scratch, count);
    if (vector.kind === NONE || vector.kind > MIXED) return;
    if (this.#kept.length < count) this.#kept = new Int32Array(count * 2);
    const kept = this.#kept;
    const { key, isOnly } = this.#first;
    const k = (key.descending ? keepAbove : keepBelow)(
      vector,
      count,
      { limit, isOnly, keepsNull: !key.nullsLast },
      kept,
    );
    narrow(batch, kept, k);
  }
}

interface Bound {
  readonly limit: number;
  readonly isOnly: boolean;
  readonly keepsNull: boolean;
}

function keepBelow({ numbers, nulls }: Vector, count: number, bound: Bound, kept: Int32Array): number {
  const { limit, isOnly } = bound;
  const [equal, ofNull] = [isOnly ? 0 : 1, bound.keepsNull ? 1 : 0];
  let k = 0;
  for (let i = 0; i < count; i++) {
    const value = numbers[i] as number;
    kept[k] = i;
    const passes = Number(value < limit) | (Number(value === limit) & equal);
    k += nulls !== null && nulls[i] === 1 ? ofNull : passes;
  }
  return k;
}

function keepAbove({ numbers, nulls }: Vector, count: number, bound: Bound, kept: Int32Array): number {
  const { limit, isOnly } = bound;
  const [equal, ofNull] = [isOnly ? 0 : 1, bound.keepsNull ? 1 : 0];
  let k = 0;
  for (let i = 0; i < count; i++) {
    const value = numbers[i] as number;
    kept[k] = i;
    const passes = Number(value > limit) | (Number(value === limit) & equal);
    k += nulls !== null && nulls[i] === 1 ? ofNull : passes;
  }
  return k;
}
