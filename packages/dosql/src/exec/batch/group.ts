/** Grouping of batches: keys become numbers of groups, each aggregate goes through a batch in a loop of its own. */
import type { GroupStage } from '../../plan/plan.ts';
import type { Cell } from '../../codec/cell.ts';
import { compileRaw } from '../expression.ts';
import type { Eval, Frame } from '../frame.ts';
import type { AggregateFunction } from '../functions/function.ts';
import type { RowOrder } from '../sort.ts';
import { Accumulator } from './accumulate.ts';
import { type Batch, type BatchStream, stand } from './batch.ts';
import { KernelCompiler } from './compile.ts';
import { GroupIds } from './groups.ts';
import { Run } from './vector.ts';

/** Whether batches can do all that the stage asks for, as far as the plan tells. */
export function isBatched({ aggregates, carried, extreme, firstOnly }: GroupStage): boolean {
  if (firstOnly || (extreme >= 0 && carried.length > 0)) return false;
  return aggregates.every(({ fn, orderBy }) => orderBy.length === 0 && !takesJson(fn));
}

function takesJson(fn: object): boolean {
  return (fn as AggregateFunction).takesJson === true;
}

/** The groups of one run. */
export class BatchGroups {
  readonly #plan: GroupStage;
  readonly #stream: BatchStream;
  readonly #run = new Run();
  readonly #accumulators: readonly Accumulator[];
  /** Null where all rows are one group. */
  readonly #ids: GroupIds | null;
  readonly #carriers: readonly Eval[];
  /** Bare columns of each group. */
  readonly #carried: Cell[][] = [];
  readonly #single = new Int32Array(4096);
  #batch: Batch | null = null;
  /** Places of the first tuples of groups whose bare columns have not been read. */
  #firsts: number[] = [];
  #order: Int32Array = new Int32Array(0);
  #at = 0;

  constructor(plan: GroupStage, stream: BatchStream, frame: Frame) {
    this.#plan = plan;
    this.#stream = stream;
    const compiler = new KernelCompiler(stream.sources);
    this.#accumulators = plan.aggregates.map((call) => new Accumulator(call, compiler));
    const keys = plan.by.map(({ expr }) => compiler.kernel(expr));
    const reals = plan.by.map(({ expr }) => expr.type === 'real');
    this.#ids = keys.length === 0 ? null : new GroupIds(keys, plan.collations, reals);
    this.#carriers = plan.carried.map(({ expr }) => compileRaw(expr));
    this.#run.open(frame);
  }

  /** False where only rows one by one give what SQLite gives. */
  get isSafe(): boolean {
    return this.#accumulators.every(({ isSafe }) => isSafe);
  }

  /** Reads all batches. May throw and be called again. */
  gather(frame: Frame, order: RowOrder): void {
    const run = this.#run;
    const ids = this.#ids;
    for (;;) {
      if (this.#batch === null) {
        this.#batch = this.#stream.next(frame);
        if (this.#batch === null) break;
        run.start(this.#batch);
      }
      for (const accumulator of this.#accumulators) accumulator.prepare(run);
      const { count } = this.#batch;
      ids?.assign(run, (i) => this.#firsts.push(i));
      if (ids === null && this.#carried.length === 0) this.#firsts = [0];
      this.#carry(frame, this.#batch);
      const groups = ids?.count ?? 1;
      const places = ids?.ids ?? (count <= this.#single.length ? this.#single : new Int32Array(count));
      for (const accumulator of this.#accumulators) accumulator.add(run, places, groups);
      this.#batch = null;
    }
    this.#order = ids === null ? new Int32Array(1) : ids.ordered(this.#plan.sorted ? null : order);
    this.#at = 0;
  }

  #carry(frame: Frame, batch: Batch): void {
    if (this.#carriers.length === 0) this.#firsts.length = 0;
    for (; this.#firsts.length > 0; this.#firsts.shift()) {
      stand(frame, batch, this.#firsts[0] as number);
      this.#carried.push(this.#carriers.map((value) => value(frame)));
    }
  }

  /** Fills the registers of the next group. */
  next(frame: Frame): boolean {
    const group = this.#order[this.#at];
    if (group === undefined) return false;
    this.#at++;
    const { by, carried, aggregates } = this.#plan;
    const { registers } = frame;
    const keys = this.#ids?.keys ?? [];
    for (let i = 0; i < by.length; i++) {
      registers[(by[i] as { register: number }).register] = (keys[i] as Cell[])[group] as Cell;
    }
    const bare = this.#carried[group];
    for (let i = 0; i < carried.length; i++) {
      registers[(carried[i] as { register: number }).register] = bare?.[i] ?? null;
    }
    for (let i = 0; i < aggregates.length; i++) {
      const accumulator = this.#accumulators[i] as Accumulator;
      registers[(aggregates[i] as { register: number }).register] = accumulator.finish(group, frame);
    }
    return true;
  }
}
