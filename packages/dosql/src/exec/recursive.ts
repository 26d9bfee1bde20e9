/** Rows of common table expressions: made as they are asked for, and kept. */
import type { CtePlan } from '../plan/plan.ts';
import type { Cell } from '../codec/cell.ts';
import { rowKey, type MapKey } from './distinct.ts';
import { compile } from './expression.ts';
import type { Eval, Frame, RowStream } from './frame.ts';
import { compileSelect, limitOf, sortKey, type SelectProgram } from './select.ts';
import { rowOrder, type RowOrder } from './sort.ts';

interface CompiledCte {
  readonly plan: CtePlan;
  readonly initial: SelectProgram;
  readonly recursive: readonly SelectProgram[];
  readonly key: ((cells: readonly Cell[]) => MapKey) | null;
  readonly order: RowOrder | null;
  readonly limit: Eval | null;
  readonly offset: Eval | null;
}

/** Sets up the CTEs of a SELECT in a frame; null when there are none. */
export function compileCtes(plans: readonly CtePlan[]): ((frame: Frame) => void) | null {
  if (plans.length === 0) return null;
  const ctes = plans.map((plan): CompiledCte => {
    const { orderBy, limit, offset, collations, distinct } = plan;
    return {
      plan,
      initial: compileSelect(plan.initial),
      recursive: plan.recursive.map(compileSelect),
      key: distinct ? rowKey(plan.columns.map((_, i) => collations[i])) : null,
      order: orderBy.length === 0 ? null : rowOrder(orderBy.map((term) => sortKey(term, term.column))),
      limit: limit === null ? null : compile(limit),
      offset: offset === null ? null : compile(offset),
    };
  });
  const correlated = plans.some((plan) => plan.initial.correlated || plan.recursive.some((one) => one.correlated));
  return (frame) => {
    for (const cte of ctes) {
      const { id } = cte.plan;
      if (correlated || frame.stores[id] === undefined) frame.stores[id] = new CteRows(cte);
    }
  };
}

/** Grows by pulling the initial query, then by running the recursive ones on one row of the queue after the other. */
export class CteRows {
  /** The row of the queue that the recursive queries read. */
  current: readonly Cell[] = [];
  readonly #cte: CompiledCte;
  readonly #rows: Cell[][] = [];
  #stream: RowStream | undefined;
  /** Rows that the recursive queries have not read; from `#head` on. With an order, the least is taken out. */
  #queue: Cell[][] = [];
  #head = 0;
  /** Which recursive query runs; −1: the initial one. */
  #arm = -1;
  readonly #streams: RowStream[] = [];
  readonly #seen: Set<MapKey> = new Set();
  #skip = -1;
  #left = 0;
  #isDone = false;

  constructor(cte: CompiledCte) {
    this.#cte = cte;
  }

  row(frame: Frame, at: number): readonly Cell[] | undefined {
    while (at >= this.#rows.length) if (this.#isDone || !this.#grow(frame)) return undefined;
    return this.#rows[at];
  }

  /** One step; false at the end. */
  #grow(frame: Frame): boolean {
    const cte = this.#cte;
    if (this.#skip < 0) {
      this.#skip = Math.max(0, limitOf(cte.offset, frame));
      const left = limitOf(cte.limit, frame);
      this.#left = left < 0 ? Infinity : left;
      if (this.#left === 0) return this.#end();
    }
    this.#stream ??= cte.initial.run(frame);
    if (cte.recursive.length === 0) {
      if (!this.#stream.next(frame)) return this.#end();
      this.#emit(frame, this.#stream.row());
      return true;
    }
    if (this.#arm < 0) {
      while (this.#stream.next(frame)) this.#enqueue(frame, this.#stream.row());
      this.#arm = cte.recursive.length;
    }
    if (this.#arm === cte.recursive.length) {
      if (--frame.fuel < 0) frame.look();
      const row = this.#dequeue();
      if (row === undefined) return this.#end();
      this.current = row;
      this.#emit(frame, row);
      if (this.#left === 0) return this.#end() || true;
      this.#arm = 0;
      this.#openArm(frame);
      return true;
    }
    const stream = this.#streams[this.#arm] as RowStream;
    while (stream.next(frame)) this.#enqueue(frame, stream.row());
    this.#arm++;
    if (this.#arm < cte.recursive.length) this.#openArm(frame);
    return true;
  }

  #openArm(frame: Frame): void {
    const stream = this.#streams[this.#arm];
    if (stream === undefined) this.#streams[this.#arm] = (this.#cte.recursive[this.#arm] as SelectProgram).run(frame);
    else stream.open(frame);
  }

  #emit(frame: Frame, row: Cell[]): void {
    if (this.#skip > 0) {
      this.#skip--;
      return;
    }
    frame.keep(row);
    this.#rows.push(row);
    this.#left--;
  }

  #enqueue(frame: Frame, row: Cell[]): void {
    const { key, order } = this.#cte;
    if (key !== null) {
      const name = key(row);
      if (this.#seen.has(name)) return;
      this.#seen.add(name);
    }
    frame.keep(row);
    const queue = this.#queue;
    if (order === null) {
      queue.push(row);
      return;
    }
    // Behind the rows that are not greater; the array is sorted the other way round, so that the least is popped.
    let low = 0;
    let high = queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (order(queue[middle] as Cell[], row) > 0) low = middle + 1;
      else high = middle;
    }
    queue.splice(low, 0, row);
  }

  #dequeue(): Cell[] | undefined {
    if (this.#cte.order !== null) return this.#queue.pop();
    const row = this.#queue[this.#head];
    if (row === undefined) return undefined;
    if (++this.#head >= 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return row;
  }

  #end(): boolean {
    this.#isDone = true;
    this.#queue = [];
    return false;
  }
}
