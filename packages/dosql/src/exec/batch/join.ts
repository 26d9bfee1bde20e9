/**
 * Joins over batches: a scan, then one hash table, or one other loop, after the other. Only row numbers are joined; a batch of the result
 * has the parts of the batch that it comes from, and one more. Rows come in the order in which nested loops give them.
 */
import type { Expr, Loop } from '../../plan/plan.ts';
import type { Table } from '../../txn/index.ts';
import { compileAll } from '../expression.ts';
import type { Condition, Frame } from '../frame.ts';
import { compileTableOf, type HashTable } from '../hash.ts';
import { BATCH_ROWS, narrow, stand, type Batch, type BatchPart, type BatchStream } from './batch.ts';
import { Filters, KernelCompiler } from './compile.ts';
import type { HashIndex } from './hash-index.ts';
import type { KeptRows } from './kept-rows.ts';
import { compileNestedJoin } from './nested-join.ts';
import { planScan, ScanStream, type ScanPlan } from './scan.ts';
import { Run } from './vector.ts';

/** A scan of fewer rows is left to the row closures. */
export const BATCH_ROWS_MIN = 500;

/** The tables that loops go through from end to end, first that which they begin with; null: they do not go in batches. */
export function scanned(loops: readonly Loop[]): Table[] | null {
  const [first] = loops;
  if (first?.join !== 'inner' || first.profile !== undefined || planScan(first) === null) return null;
  if (loops.some(({ join }) => join === 'right' || join === 'full')) return null;
  return loops.flatMap(({ access, table }, i) =>
    table !== undefined && table.virtualRows === undefined && (i === 0 || access.kind === 'hash')
      ? [table.storage]
      : [],
  );
}

/** Makes streams of loops that are `scanned`. */
export function compileBatchJoin(loops: readonly Loop[]): (frame: Frame) => BatchStream {
  const first = loops[0] as Loop;
  const scan = planScan(first) as ScanPlan;
  const conditions = [...first.local, ...first.on, ...first.filters];
  const joins = loops.slice(1).map((loop) => (loop.access.kind === 'hash' ? compileHashJoin : compileNestedJoin)(loop));
  return (frame) => {
    let stream: BatchStream = new ScanStream(scan, new Filters(new KernelCompiler([first.source]), conditions));
    for (const join of joins) stream = join(frame, stream);
    return stream;
  };
}

interface HashJoinPlan {
  readonly source: number;
  readonly isLeft: boolean;
  /** ON beyond the keys, of an outer join. */
  readonly on: Condition | null;
  readonly filters: readonly Expr[];
  readonly table: (frame: Frame) => HashTable;
}

function compileHashJoin(loop: Loop): (frame: Frame, stream: BatchStream) => BatchStream {
  const { access, local, on, filters, source, join } = loop;
  if (access.kind !== 'hash') throw new TypeError('a hash join has keys');
  const isLeft = join === 'left';
  const plan: HashJoinPlan = {
    source,
    isLeft,
    on: isLeft ? compileAll(on) : null,
    filters: isLeft ? filters : [...on, ...filters],
    table: compileTableOf(loop, access, local),
  };
  return (frame, stream) => new HashJoinStream(stream, plan, plan.table(frame));
}

class HashJoinStream implements BatchStream {
  readonly sources: readonly number[];
  readonly #probe: BatchStream;
  readonly #plan: HashJoinPlan;
  readonly #table: HashTable;
  readonly #part: BatchPart;
  readonly #out: Batch;
  readonly #filters: Filters | null;
  readonly #run = new Run();
  /** For output that repeats tuples; otherwise the rows of the input are narrowed. */
  readonly #rows: Int32Array[] = [];
  #fresh = true;
  #input: Batch | null = null;
  /** First match of each tuple of the input; null while they are not looked up. */
  #first: Int32Array = new Int32Array(BATCH_ROWS);
  #isProbed = false;
  /** Of each tuple of the output, that of the input. */
  readonly #tuples = new Int32Array(BATCH_ROWS);
  #tuple = 0;
  #match = -1;
  /** The output is made and waits for its conditions. */
  #isMade = false;

  constructor(probe: BatchStream, plan: HashJoinPlan, table: HashTable) {
    this.sources = [...probe.sources, plan.source];
    this.#probe = probe;
    this.#plan = plan;
    this.#table = table;
    this.#part = { source: plan.source, columns: [], rows: new Int32Array(BATCH_ROWS), outer: plan.isLeft };
    const parts = probe.sources.map((source): BatchPart => ({ source, columns: [], rows: this.#tuples, outer: false }));
    this.#out = { count: 0, parts: [...parts, this.#part] };
    this.#filters = plan.filters.length === 0 ? null : new Filters(new KernelCompiler(this.sources), plan.filters);
  }

  open(frame: Frame): void {
    this.#input = null;
    this.#isMade = false;
    this.#fresh = true;
    this.#run.open(frame);
    this.#filters?.reset();
    this.#probe.open(frame);
  }

  next(frame: Frame): Batch | null {
    if (this.#fresh || this.#table.rows === null) {
      this.#table.load(frame, this.#fresh);
      this.#fresh = false;
      this.#part.columns = (this.#table.rows as KeptRows).columns;
    }
    const out = this.#out;
    for (;;) {
      if (!this.#isMade) {
        if (this.#input === null) {
          const input = this.#probe.next(frame);
          if (input === null) return null;
          this.#input = input;
          this.#isProbed = false;
        }
        this.#make(frame, this.#input);
        this.#isMade = true;
        this.#run.start(out);
      }
      if (out.count > 0) this.#filters?.apply(this.#run);
      this.#isMade = false;
      if (out.count > 0) return out;
    }
  }

  #make(frame: Frame, input: Batch): void {
    if (!this.#isProbed) {
      if (this.#first.length < input.count) this.#first = new Int32Array(input.count);
      (this.#table.index as HashIndex).findAll(frame, input, this.#first);
      this.#isProbed = true;
      this.#tuple = 0;
      this.#match = this.#first[0] as number;
    }
    const { next } = this.#table.index as HashIndex;
    if (next === null && input.count <= BATCH_ROWS && this.#plan.on === null) this.#single(input);
    else this.#pairs(frame, input, next);
  }

  /** One match at most: the input is narrowed. */
  #single(input: Batch): void {
    const first = this.#first;
    const { rows } = this.#part;
    let count = 0;
    if (this.#plan.isLeft) {
      ({ count } = input);
      for (let i = 0; i < count; i++) rows[i] = first[i] as number;
    } else {
      const kept = this.#tuples;
      for (let i = 0; i < input.count; i++) {
        const row = first[i] as number;
        kept[count] = i;
        rows[count] = row;
        count += row < 0 ? 0 : 1;
      }
      narrow(input, kept, count);
    }
    const { parts } = this.#out;
    for (let p = 0; p < input.parts.length; p++) {
      const part = parts[p] as BatchPart;
      const from = input.parts[p] as BatchPart;
      part.columns = from.columns;
      part.rows = from.rows;
      part.outer = from.outer;
    }
    this.#out.count = count;
    this.#input = null;
  }

  #pairs(frame: Frame, input: Batch, next: Int32Array | null): void {
    const first = this.#first;
    const { rows } = this.#part;
    const { isLeft, on } = this.#plan;
    const tuples = this.#tuples;
    let tuple = this.#tuple;
    let match = this.#match;
    let count = 0;
    // The row -1 of an outer join stands in the place of a first match.
    while (tuple < input.count && count < BATCH_ROWS) {
      if (match >= 0 || (isLeft && first[tuple] === -1)) {
        tuples[count] = tuple;
        rows[count++] = match;
      }
      match = match < 0 || next === null ? -1 : (next[match] as number);
      if (match < 0 && ++tuple < input.count) match = first[tuple] as number;
    }
    const { parts } = this.#out;
    for (let p = 0; p < input.parts.length; p++) {
      const part = parts[p] as BatchPart;
      const from = input.parts[p] as BatchPart;
      const to = (this.#rows[p] ??= new Int32Array(BATCH_ROWS));
      for (let i = 0; i < count; i++) to[i] = from.rows[tuples[i] as number] as number;
      part.columns = from.columns;
      part.rows = to;
      part.outer = from.outer;
    }
    this.#out.count = count;
    frame.fuel -= count;
    if (on !== null) this.#check(frame, on, match >= 0 && tuple < input.count ? tuple : -1);
    this.#tuple = tuple;
    this.#match = match;
    if (tuple >= input.count) this.#input = null;
  }

  /**
   * ON of an outer join: of each tuple the matches that meet it stay, else one row of NULLs. The last tuple may be
   * `open`: more matches of it are to come, and `first` of it says by −2 that one met the condition.
   */
  #check(frame: Frame, on: Condition, open: number): void {
    const out = this.#out;
    const first = this.#first;
    const tuples = this.#tuples;
    const { rows } = this.#part;
    const passes = new Uint8Array(out.count);
    for (let i = 0; i < out.count; i++) {
      if ((rows[i] as number) < 0) continue;
      stand(frame, out, i);
      passes[i] = on(frame) ? 1 : 0;
    }
    const places = new Int32Array(out.count);
    let count = 0;
    for (let i = 0; i < out.count;) {
      const tuple = tuples[i] as number;
      const before = count;
      let end = i;
      for (; end < out.count && tuples[end] === tuple; end++) if (passes[end] === 1) places[count++] = end;
      if (count > before) first[tuple] = -2;
      else if (tuple !== open && first[tuple] !== -2) {
        rows[end - 1] = -1;
        places[count++] = end - 1;
      }
      i = end;
    }
    narrow(out, places, count);
  }
}
