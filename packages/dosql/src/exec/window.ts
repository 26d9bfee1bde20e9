/**
 * Window functions: all rows are read, sorted by partition and order, and each call is worked out partition by
 * partition. Calls with the same partition and order share a sort; the first of the plan sorts last, and its order is
 * that in which the rows come out.
 */
import { SqlError } from '@dotdo/shared-types';
import type { Expr, FrameBound, WindowCall, WindowStage } from '../plan/plan.ts';
import { typeRank, type Cell } from '../codec/cell.ts';
import { compileAggregate, compileRegisters, type Aggregate } from './aggregate.ts';
import { collationNamed } from './distinct.ts';
import { compile, compileRaw, made } from './expression.ts';
import type { Eval, Frame } from './frame.ts';
import { add, subtract } from './functions/arithmetic.ts';
import type { WindowFunction, WindowRow } from './functions/function.ts';
import { applyAffinity } from './functions/values.ts';
import type { Stage } from './join.ts';
import { sortKey } from './select.ts';
import { rowOrder, type RowOrder } from './sort.ts';

interface CompiledCall {
  readonly plan: WindowCall;
  readonly aggregate: Aggregate;
  readonly isAggregate: boolean;
  readonly start: Eval | null;
  readonly end: Eval | null;
}

/** Calls that share partition and order. */
interface Batch {
  readonly keys: readonly Eval[];
  readonly partitions: number;
  readonly partition: RowOrder;
  readonly peers: RowOrder;
  readonly whole: RowOrder;
  readonly calls: CompiledCall[];
}

export function compileWindow({ inputs, calls }: WindowStage): (input: Stage) => Stage {
  const registers = compileRegisters(inputs);
  const batches: Batch[] = [];
  let last: string | undefined;
  for (const plan of calls) {
    const { partitionBy, orderBy, partitionCollations } = plan;
    const exprs = [...partitionBy, ...orderBy.map(({ expr }) => expr as Expr)];
    const names = exprs.map((expr) => (expr.op === 'register' ? expr.index : `${plan.register}?`));
    const terms = orderBy.map(({ descending, nullsFirst, collation }) => [descending, nullsFirst, collation]);
    const shape = JSON.stringify([names, partitionCollations, terms]);
    if (shape !== last) {
      last = shape;
      const parts = partitionBy.map((_, place) => ({
        place,
        collation: collationNamed(partitionCollations[place]),
        descending: false,
        nullsLast: false,
      }));
      const keys = orderBy.map((term, i) => sortKey(term, partitionBy.length + i));
      batches.push({
        keys: exprs.map(compileRaw),
        partitions: partitionBy.length,
        partition: rowOrder(parts),
        peers: rowOrder(keys),
        whole: rowOrder([...parts, ...keys]),
        calls: [],
      });
    }
    const { start, end } = plan.frame;
    batches.at(-1)?.calls.push({
      plan,
      aggregate: compileAggregate(plan),
      isAggregate: 'step' in plan.fn,
      start: start.offset === null ? null : compile(start.offset),
      end: end.offset === null ? null : compile(end.offset),
    });
  }
  const places = [...registers.map(({ register }) => register), ...calls.map(({ register }) => register)];
  return (input) => new WindowRun(input, registers, batches, places);
}

/** A row: the values of the stage's registers, and the keys of the sort at hand. */
interface Entry {
  readonly cells: Cell[];
  keys: Cell[];
}

class WindowRun implements Stage {
  readonly #input: Stage;
  readonly #inputs: ReturnType<typeof compileRegisters>;
  readonly #batches: readonly Batch[];
  readonly #places: readonly number[];
  #entries: Entry[] = [];
  #isReady = false;
  #pending = false;
  #at = 0;
  #bytes = 0;
  /** Batches that are done, from the last; and row at which the next partition begins, −1 before the rows are sorted. */
  #done = 0;
  #low = -1;

  constructor(
    input: Stage,
    inputs: ReturnType<typeof compileRegisters>,
    batches: readonly Batch[],
    places: readonly number[],
  ) {
    this.#input = input;
    this.#inputs = inputs;
    this.#batches = batches;
    this.#places = places;
  }

  open(frame: Frame): void {
    frame.release(this.#bytes);
    this.#bytes = 0;
    this.#input.open(frame);
    this.#entries = [];
    this.#isReady = this.#pending = false;
    this.#at = this.#done = 0;
    this.#low = -1;
  }

  next(frame: Frame): boolean {
    if (!this.#isReady) {
      while (this.#pending || (this.#pending = this.#input.next(frame))) {
        const cells = this.#inputs.map(({ value }) => value(frame));
        this.#bytes += frame.keep(cells);
        this.#entries.push({ cells, keys: [] });
        this.#pending = false;
      }
      for (; this.#done < this.#batches.length; this.#done++) {
        this.#run(frame, this.#batches[this.#batches.length - 1 - this.#done] as Batch);
        this.#low = -1;
      }
      this.#isReady = true;
    }
    const entry = this.#entries[this.#at];
    if (entry === undefined) return false;
    this.#at++;
    this.#load(frame, entry);
    return true;
  }

  #load(frame: Frame, { cells }: Entry): void {
    for (let i = 0; i < cells.length; i++) frame.registers[this.#places[i] as number] = cells[i] as Cell;
  }

  #run(frame: Frame, { keys, partition, peers, whole, partitions, calls }: Batch): void {
    const entries = this.#entries;
    if (this.#low < 0) {
      for (const entry of entries) {
        this.#load(frame, entry);
        entry.keys = frame.hold(() => keys.map((key) => key(frame)));
        this.#bytes += frame.keep(entry.keys);
      }
      entries.sort((a, b) => whole(a.keys, b.keys));
      this.#low = 0;
    }
    for (let high = 0; this.#low < entries.length; this.#low = high) {
      frame.step();
      const low = this.#low;
      const first = entries[low] as Entry;
      for (high = low + 1; high < entries.length; high++) {
        if (partition(first.keys, (entries[high] as Entry).keys) !== 0) break;
      }
      const rows = entries.slice(low, high);
      const groups = [0];
      for (let i = 1; i < rows.length; i++) {
        if (peers((rows[i - 1] as Entry).keys, (rows[i] as Entry).keys) !== 0) groups.push(i);
      }
      groups.push(rows.length);
      frame.holds++; // a partition is one slice
      const { bytes } = frame;
      try {
        for (const call of calls) this.#call(frame, call, new Partition(rows, groups, { peers, place: partitions }));
      } finally {
        frame.holds--;
        frame.release(frame.bytes - bytes);
      }
    }
  }

  #call(frame: Frame, call: CompiledCall, partition: Partition): void {
    const { aggregate, plan, isAggregate } = call;
    const { rows } = partition;
    const passes: boolean[] = [];
    for (const row of rows) {
      this.#load(frame, row);
      passes.push(aggregate.filter === null || aggregate.filter(frame));
      const { context } = frame;
      const json: boolean[] | null = aggregate.fn.takesJson === true ? [] : null;
      const args = aggregate.args.map((arg) => {
        context.isJson = false;
        const cell = arg(frame);
        json?.push(context.isJson);
        return cell;
      });
      frame.keep(args);
      partition.args.push(args);
      partition.json.push(json);
    }
    const start = offsetOf(frame, call.start, plan, 'starting');
    const end = offsetOf(frame, call.end, plan, 'ending');
    const place = this.#places.indexOf(plan.register);
    const fn = plan.fn as unknown as WindowFunction;
    frame.context.collation = aggregate.collation;
    const runner = isAggregate ? new Accumulator(frame, call, partition, passes) : null;
    const needsFrame = isAggregate || fn.usesFrame;
    for (let i = 0; i < rows.length; i++) {
      if (--frame.fuel < 0) frame.look();
      partition.stand(i);
      if (needsFrame) partition.frame(plan, start, end);
      (rows[i] as Entry).cells[place] = made(frame, runner === null ? fn.value(partition) : runner.value());
    }
  }
}

function offsetOf(frame: Frame, value: Eval | null, { frame: { unit } }: WindowCall, which: string): Cell {
  if (value === null) return null;
  const cell = applyAffinity(value(frame), 'NUMERIC');
  const isNumber = cell !== null && typeRank(cell) === 1;
  const isInteger = typeof cell === 'bigint' || Number.isSafeInteger(cell);
  const number = typeof cell === 'object' && cell !== null && 'value' in cell ? cell.value : Number(cell);
  if (!isNumber || number < 0 || (unit !== 'RANGE' && !isInteger)) {
    const kind = unit === 'RANGE' ? 'number' : 'integer';
    throw new SqlError('FUNCTION_ARGUMENT', `frame ${which} offset must be a non-negative ${kind}`);
  }
  return cell;
}

/** The rows of a partition, and the frame of the row at hand: up to three ranges of rows. */
class Partition implements WindowRow {
  readonly rows: readonly Entry[];
  readonly args: Cell[][] = [];
  /** Of functions that ask: which arguments are JSON. */
  readonly json: (readonly boolean[] | null)[] = [];
  row = 0;
  peerStart = 0;
  peerEnd = 0;
  peerGroup = 0;
  frameSize = 0;
  /** Pairs of first row and end. */
  ranges: number[] = [];
  readonly #groups: readonly number[];
  readonly #peers: RowOrder;
  /** Place of the order's first key. */
  readonly #place: number;

  constructor(rows: readonly Entry[], groups: readonly number[], order: { peers: RowOrder; place: number }) {
    this.rows = rows;
    this.#groups = groups;
    this.#peers = order.peers;
    this.#place = order.place;
  }

  get size(): number {
    return this.rows.length;
  }

  stand(row: number): void {
    this.row = row;
    if (row === 0) this.peerGroup = 0;
    else if (row >= this.peerEnd) this.peerGroup++;
    this.peerStart = this.#groups[this.peerGroup] as number;
    this.peerEnd = this.#groups[this.peerGroup + 1] as number;
  }

  argument(index: number, row: number): Cell {
    return (this.args[row] as Cell[])[index] as Cell;
  }

  frameRow(n: number): number {
    for (let i = 0; ; i += 2) {
      const low = this.ranges[i] as number;
      const size = (this.ranges[i + 1] as number) - low;
      if (n < size) return low + n;
      n -= size;
    }
  }

  frame({ frame: { unit, start, end, exclude } }: WindowCall, startOffset: Cell, endOffset: Cell): void {
    const low = this.#bound(unit, start, startOffset, false);
    const high = Math.max(low, this.#bound(unit, end, endOffset, true));
    const { row, peerStart, peerEnd } = this;
    let ranges = [low, high];
    if (exclude === 'CURRENT ROW') ranges = [low, row, row + 1, high];
    else if (exclude === 'GROUP') ranges = [low, peerStart, peerEnd, high];
    else if (exclude === 'TIES') ranges = [low, peerStart, row, row + 1, peerEnd, high];
    this.frameSize = 0;
    for (let i = 0; i < ranges.length; i += 2) {
      const from = Math.min(high, Math.max(low, ranges[i] as number));
      const to = Math.max(from, Math.min(high, ranges[i + 1] as number));
      ranges[i] = from;
      ranges[i + 1] = to;
      this.frameSize += to - from;
    }
    this.ranges = ranges;
  }

  /** First row of the frame, or the row after its last. */
  #bound(unit: string, { kind }: FrameBound, offset: Cell, isEnd: boolean): number {
    const { size } = this;
    if (kind === 'UNBOUNDED PRECEDING') return 0;
    if (kind === 'UNBOUNDED FOLLOWING') return size;
    if (kind === 'CURRENT ROW') {
      if (unit === 'ROWS') return isEnd ? this.row + 1 : this.row;
      return isEnd ? this.peerEnd : this.peerStart;
    }
    const isBefore = kind === 'PRECEDING';
    if (unit === 'RANGE') return this.#rangeBound(isBefore, offset, isEnd);
    const distance = isBefore ? -Number(offset) : Number(offset);
    const groups = this.#groups;
    if (unit === 'ROWS') return Math.min(size, Math.max(0, this.row + distance + (isEnd ? 1 : 0)));
    const group = this.peerGroup + distance + (isEnd ? 1 : 0);
    return group <= 0 ? 0 : (groups[group] ?? size);
  }

  /** Texts, blobs and NULL know no distance: their bound is the row's own value. */
  #rangeBound(isBefore: boolean, offset: Cell, isEnd: boolean): number {
    const { rows } = this;
    const { keys } = rows[this.row] as Entry;
    const key = keys[this.#place] as Cell;
    if (typeRank(key) !== 1) return isEnd ? this.peerEnd : this.peerStart;
    const isAscending = this.#isAscending();
    const shift = isAscending ? add : subtract;
    // Near 2^63 it matters which of the two is moved.
    const moved = (from: readonly Cell[]): Cell[] => {
      const to = from.slice();
      const cell = to[this.#place] as Cell;
      if (typeRank(cell) === 1) to[this.#place] = shift(cell, offset);
      return to;
    };
    const limit = isBefore ? keys : moved(keys);
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = (rows[middle] as Entry).keys;
      const order = this.#peers(isBefore ? moved(other) : other, limit);
      if (isEnd ? order <= 0 : order < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isAscending(): boolean {
    const probe: Cell[] = [];
    const other: Cell[] = [];
    probe[this.#place] = 0;
    other[this.#place] = 1;
    return this.#peers(probe, other) < 0;
  }
}

/** An aggregate over a frame that moves: it goes on from the last frame where it can. */
class Accumulator {
  readonly #frame: Frame;
  readonly #aggregate: Aggregate;
  readonly #partition: Partition;
  readonly #passes: readonly boolean[];
  readonly #anew: boolean;
  #state: unknown;
  #low = 0;
  #high = 0;
  #isExact = false;
  #value: Cell = null;

  constructor(frame: Frame, { aggregate, plan }: CompiledCall, partition: Partition, passes: readonly boolean[]) {
    this.#anew = plan.frame.anew === true;
    this.#frame = frame;
    this.#aggregate = aggregate;
    this.#partition = partition;
    this.#passes = passes;
    this.#state = aggregate.fn.start();
  }

  value(): Cell {
    const { fn } = this.#aggregate;
    const { context } = this.#frame;
    const { ranges } = this.#partition;
    const [low = 0, high = 0] = ranges;
    if (this.#anew || ranges.length > 2) {
      this.#state = fn.start();
      for (let i = 0; i < ranges.length; i += 2) this.#step(ranges[i] as number, ranges[i + 1] as number);
      return fn.finish(this.#state, context);
    }
    if (this.#isExact && low === this.#low && high === this.#high) return this.#value;
    const isOnward = low >= this.#low && high >= this.#high && low <= this.#high;
    if (isOnward && (low === this.#low || fn.inverse !== undefined)) {
      this.#step(this.#high, high);
      for (let i = this.#low; i < low; i++) {
        if (this.#passes[i] === true) fn.inverse?.(this.#state, this.#partition.args[i] as Cell[], context);
      }
    } else {
      this.#state = fn.start();
      this.#step(low, high);
    }
    this.#low = low;
    this.#high = high;
    this.#isExact = true;
    return (this.#value = fn.finish(this.#state, context));
  }

  #step(from: number, to: number): void {
    const { fn } = this.#aggregate;
    for (let i = from; i < to; i++) {
      if (--this.#frame.fuel < 0) this.#frame.look();
      this.#frame.context.json = this.#partition.json[i] ?? null;
      if (this.#passes[i] === true) fn.step(this.#state, this.#partition.args[i] as Cell[], this.#frame.context);
    }
  }
}
