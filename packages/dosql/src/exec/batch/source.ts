/** Where an arm's loops become batches, or rows: decided when a run opens, by the size of what is scanned. */
import type { Expr, Loop } from '../../plan/plan.ts';
import { compileAll } from '../expression.ts';
import type { Condition, Frame } from '../frame.ts';
import type { Stage } from '../join.ts';
import { type Batch, type BatchStream, stand, type StreamPlan } from './batch.ts';
import { BATCH_ROWS_MIN, compileBatchJoin, scanned } from './join.ts';

/** Who asks for fewer rows than this gets them one by one: a batch would do more than is asked for. */
const KEEP_MIN = 256;

/** How the loops are batched; null where they are not. */
export function planStream(loops: readonly Loop[], always: readonly Expr[]): StreamPlan | null {
  const plan = planLoops(loops);
  if (plan === null || always.length === 0) return plan;
  const condition = compileAll(always) as Condition;
  return {
    isWorthwhile: (frame) => plan.isWorthwhile(frame),
    make: (frame) => new GuardedStream(plan.make(frame), condition),
  };
}

function planLoops(loops: readonly Loop[]): StreamPlan | null {
  const tables = scanned(loops);
  if (tables === null) return null;
  let join: ((frame: Frame) => BatchStream) | undefined;
  return {
    isWorthwhile: (frame) => tables.some((table) => frame.reader.read(table).tree.count >= BATCH_ROWS_MIN),
    make: (frame) => (join ??= compileBatchJoin(loops))(frame),
  };
}

/** A stream with conditions that no row decides. */
class GuardedStream implements BatchStream {
  readonly sources: readonly number[];
  readonly #input: BatchStream;
  readonly #condition: Condition;
  #holds: boolean | null = null;

  constructor(input: BatchStream, condition: Condition) {
    this.sources = input.sources;
    this.#input = input;
    this.#condition = condition;
  }

  open(frame: Frame): void {
    this.#holds = null;
    this.#input.open(frame);
  }

  next(frame: Frame): Batch | null {
    this.#holds ??= this.#condition(frame);
    return this.#holds ? this.#input.next(frame) : null;
  }
}

/** Narrows batches to what can still matter: of a sort, what may be among the first rows. */
type Narrowing = (batch: Batch) => void;

/** The rows of the loops, one by one or, to who asks for `stream`, in batches. */
export class SourceStage implements Stage {
  readonly #rows: (frame: Frame) => Stage;
  readonly #plan: StreamPlan | null;
  #stage: Stage | undefined;
  #made: BatchStream | undefined;
  #batch: Batch | null = null;
  #at = 0;
  /** The loops in batches, since `open` chose so; who pulls it calls `next` no more. */
  stream: BatchStream | null = null;
  narrowing: Narrowing | null = null;

  constructor(rows: (frame: Frame) => Stage, plan: StreamPlan | null) {
    this.#rows = rows;
    this.#plan = plan;
  }

  /** @param keep rows that will be pulled at most */
  open(frame: Frame, keep: number = Infinity): void {
    this.#batch = null;
    this.narrowing = null;
    const plan = this.#plan;
    if (plan !== null && keep > KEEP_MIN && plan.isWorthwhile(frame)) {
      this.stream = this.#made ??= plan.make(frame);
      this.stream.open(frame);
      return;
    }
    this.stream = null;
    this.#stage ??= this.#rows(frame);
    this.#stage.open(frame);
  }

  next(frame: Frame): boolean {
    const { stream } = this;
    if (stream === null) return (this.#stage as Stage).next(frame);
    for (;;) {
      let batch = this.#batch;
      if (batch === null) {
        batch = stream.next(frame);
        if (batch === null) return false;
        this.#batch = batch;
        this.#at = 0;
      }
      if (this.#at === 0) this.narrowing?.(batch);
      if (this.#at < batch.count) {
        stand(frame, batch, this.#at++);
        return true;
      }
      this.#batch = null;
    }
  }
}
