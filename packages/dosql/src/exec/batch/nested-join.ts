/** Joins a stream of batches with a loop that looks its rows up for each tuple: through an index, in a query, … */
import type { Loop } from '../../plan/plan.ts';
import type { Frame, Source } from '../frame.ts';
import { compileLoop, LoopRun } from '../join.ts';
import { BATCH_ROWS, stand, type Batch, type BatchPart, type BatchStream } from './batch.ts';
import { KeptRows, keptSlots, realSlots } from './kept-rows.ts';

export function compileNestedJoin(loop: Loop): (frame: Frame, stream: BatchStream) => BatchStream {
  const compiled = compileLoop(loop);
  const slots = keptSlots(loop);
  const real = realSlots(loop);
  return (frame, stream) => new NestedJoinStream(stream, loop, new LoopRun(frame, compiled), { slots, real });
}

class NestedJoinStream implements BatchStream {
  readonly sources: readonly number[];
  readonly #input: BatchStream;
  readonly #loop: LoopRun;
  readonly #source: Source | undefined;
  readonly #keep: () => KeptRows;
  readonly #part: BatchPart;
  readonly #out: Batch;
  readonly #rows: Int32Array[];
  #batch: Batch | null = null;
  #at = 0;
  #isOpen = false;
  /** Rows gathered for the next batch, which a ColdPage has interrupted. */
  #kept: KeptRows | null = null;
  #count = 0;

  constructor(
    input: BatchStream,
    { source, slots: width, join }: Loop,
    run: LoopRun,
    { slots, real }: { slots: readonly number[]; real: readonly boolean[] },
  ) {
    this.sources = [...input.sources, source];
    this.#input = input;
    this.#loop = run;
    this.#source = run.source;
    this.#keep = () => new KeptRows(width, slots, real);
    this.#part = { source, columns: [], rows: new Int32Array(BATCH_ROWS), outer: join === 'left' };
    this.#rows = input.sources.map(() => new Int32Array(BATCH_ROWS));
    const parts = input.sources.map((of, p): BatchPart => ({
      source: of,
      columns: [],
      rows: this.#rows[p] as Int32Array,
      outer: false,
    }));
    this.#out = { count: 0, parts: [...parts, this.#part] };
  }

  open(frame: Frame): void {
    this.#batch = this.#kept = null;
    this.#isOpen = false;
    this.#loop.fresh = true;
    this.#input.open(frame);
  }

  next(frame: Frame): Batch | null {
    for (;;) {
      if (this.#batch === null) {
        this.#batch = this.#input.next(frame);
        this.#at = 0;
        if (this.#batch === null) return null;
      }
      if (this.#kept === null) {
        this.#kept = this.#keep();
        this.#count = 0;
      }
      const input = this.#batch;
      this.#gather(frame, input, this.#kept);
      const out = this.#out;
      out.count = this.#count;
      this.#part.columns = this.#kept.columns;
      this.#kept = null;
      for (let p = 0; p < input.parts.length; p++) {
        const from = input.parts[p] as BatchPart;
        const to = out.parts[p] as BatchPart;
        to.columns = from.columns;
        to.outer = from.outer;
      }
      if (this.#at >= input.count) this.#batch = null;
      if (out.count > 0) return out;
    }
  }

  /** Rows of the loop for one tuple after the other, until the batch is full or at its end. */
  #gather(frame: Frame, input: Batch, kept: KeptRows): void {
    const loop = this.#loop;
    const source = this.#source as Source;
    const { parts } = input;
    while (this.#at < input.count && this.#count < BATCH_ROWS) {
      stand(frame, input, this.#at);
      if (!this.#isOpen) {
        loop.open(frame);
        this.#isOpen = true;
      }
      if (!loop.next(frame)) {
        this.#isOpen = false;
        this.#at++;
        continue;
      }
      for (let p = 0; p < parts.length; p++) {
        (this.#rows[p] as Int32Array)[this.#count] = (parts[p] as BatchPart).rows[this.#at] as number;
      }
      this.#part.rows[this.#count] = source.isNull ? -1 : kept.count;
      if (!source.isNull) kept.copyRow(source);
      this.#count++;
    }
  }
}
