/** Grouping: a hash of groups, or one group after the other where the rows come so. */
import type { AggregateCall, GroupStage, Loop, RegisterValue } from '../plan/plan.ts';
import { compareCells, type Cell, type Collation } from '../codec/cell.ts';
import type { Table } from '../txn/index.ts';
import { BatchGroups, isBatched } from './batch/group.ts';
import { SourceStage } from './batch/source.ts';
import { collationNamed, rowKey, type MapKey } from './distinct.ts';
import { compile, compileAll, compileRaw, made } from './expression.ts';
import type { Condition, Eval, Frame } from './frame.ts';
import type { AggregateFunction } from './functions/function.ts';
import type { Stage } from './join.ts';
import { rowOrder, type RowOrder, type SortKey } from './sort.ts';

export interface Aggregate {
  readonly fn: AggregateFunction;
  readonly register: number;
  readonly args: readonly Eval[];
  readonly filter: Condition | null;
  /** Key of the arguments under which DISTINCT knows them. */
  readonly key: ((cells: readonly Cell[]) => MapKey) | null;
  readonly orderKeys: readonly Eval[];
  readonly order: RowOrder | null;
  readonly collation: Collation;
}

export function compileAggregate(
  call: Pick<AggregateCall, 'fn' | 'register' | 'args' | 'filter' | 'collate'> & Partial<AggregateCall>,
): Aggregate {
  const orderBy = call.orderBy ?? [];
  const keys = orderBy.map((term, i): SortKey => ({
    place: call.args.length + i,
    collation: collationNamed(term.collation),
    descending: term.descending,
    nullsLast: !term.nullsFirst,
  }));
  return {
    fn: call.fn as unknown as AggregateFunction,
    register: call.register,
    args: call.args.map(compile),
    filter: call.filter === null ? null : compileAll([call.filter]),
    key: call.distinct === true ? rowKey(call.args.map(() => call.collate)) : null,
    orderKeys: orderBy.map(({ expr, column }) => compile(expr ?? (call.args[column] as AggregateCall['args'][number]))),
    order: keys.length > 0 ? rowOrder(keys) : null,
    collation: collationNamed(call.collate),
  };
}

/** Evaluates arguments, noting which are JSON. */
function argumentsOf({ fn, args }: Aggregate, frame: Frame, cells: Cell[]): void {
  const { context } = frame;
  if (fn.takesJson === true) {
    const json: boolean[] = [];
    for (let i = 0; i < args.length; i++) {
      context.isJson = false;
      cells[i] = (args[i] as Eval)(frame);
      json[i] = context.isJson;
    }
    context.json = json;
    return;
  }
  for (let i = 0; i < args.length; i++) cells[i] = (args[i] as Eval)(frame);
}

/** What a group and the state of an aggregate take beside the cells, about. */
const GROUP_BYTES = 200;
const AGGREGATE_BYTES = 64;

/** What a group has gathered. */
class Group {
  readonly by: readonly Cell[];
  carried: Cell[] | null = null;
  extreme: Cell = null;
  readonly states: unknown[];
  readonly seen: (Set<MapKey> | null)[];
  readonly buffers: (Cell[][] | null)[];

  constructor(by: readonly Cell[], aggregates: readonly Aggregate[]) {
    this.by = by;
    this.states = aggregates.map(({ fn }) => fn.start());
    this.seen = aggregates.map(({ key }) => (key === null ? null : new Set()));
    this.buffers = aggregates.map(({ order }) => (order === null ? null : []));
  }
}

interface Registered {
  readonly register: number;
  readonly value: Eval;
}

export function compileRegisters(values: readonly RegisterValue[]): Registered[] {
  return values.map(({ expr, register }) => ({ register, value: compileRaw(expr) }));
}

interface CompiledGroup {
  readonly by: readonly Registered[];
  readonly carried: readonly Registered[];
  readonly aggregates: readonly Aggregate[];
  readonly key: (cells: readonly Cell[]) => MapKey;
  readonly order: RowOrder;
  readonly having: Condition | null;
  /** The answer is how many rows this table has. */
  readonly counted: Table | null;
  readonly isBatched: boolean;
  readonly plan: GroupStage;
}

export function compileGroup(plan: GroupStage, loops: readonly Loop[]): (input: Stage) => Stage {
  const table = plan.countOnly ? loops[0]?.table : undefined;
  const isCounted = table !== undefined && table.virtualRows === undefined;
  const group: CompiledGroup = {
    by: compileRegisters(plan.by),
    carried: compileRegisters(plan.carried),
    aggregates: plan.aggregates.map(compileAggregate),
    key: rowKey(plan.collations),
    order: rowOrder(
      plan.by.map((_, place) => ({
        place,
        collation: collationNamed(plan.collations[place]),
        descending: false,
        nullsLast: false,
      })),
    ),
    having: compileAll(plan.having),
    counted: isCounted ? table.storage : null,
    isBatched: isBatched(plan),
    plan,
  };
  return (input) => new GroupRun(group, input);
}

class GroupRun implements Stage {
  readonly #plan: CompiledGroup;
  readonly #input: Stage;
  #groups: Group[] = [];
  #at = 0;
  #state: 'feed' | 'emit' | 'end' = 'end';
  /** The input stands at a row that no group has taken yet. */
  #pending = false;
  #map: Map<MapKey, Group> = new Map();
  #current: Group | undefined;
  #bytes = 0;
  /** Aggregates that have taken the row at hand; the rest come after a ColdPage. */
  #fed = 0;
  #carries = false;
  #batches: BatchGroups | null = null;
  readonly #scratch: Cell[][];
  readonly #passes: boolean[] = [];

  constructor(plan: CompiledGroup, input: Stage) {
    this.#plan = plan;
    this.#input = input;
    this.#scratch = plan.aggregates.map(() => []);
  }

  open(frame: Frame): void {
    frame.release(this.#bytes);
    this.#bytes = 0;
    this.#input.open(frame);
    this.#groups = [];
    this.#at = 0;
    this.#state = 'feed';
    this.#pending = false;
    this.#map = new Map();
    this.#current = undefined;
    this.#batches = this.#batched(frame);
    if (this.#plan.by.length === 0) this.#groups.push((this.#current = new Group([], this.#plan.aggregates)));
  }

  /** What takes the input in batches, where that comes in such. */
  #batched(frame: Frame): BatchGroups | null {
    const { isBatched: isPossible, counted, plan } = this.#plan;
    const input = this.#input;
    if (!isPossible || counted !== null || !(input instanceof SourceStage) || input.stream === null) return null;
    const batches = new BatchGroups(plan, input.stream, frame);
    return batches.isSafe ? batches : null;
  }

  next(frame: Frame): boolean {
    const { sorted } = this.#plan.plan;
    for (;;) {
      if (this.#state === 'feed') this.#gather(frame);
      if (this.#batches !== null) return this.#nextOfBatches(frame, this.#batches);
      const group = this.#groups[this.#at];
      if (group === undefined) return false;
      this.#emit(frame, group);
      const { having } = this.#plan;
      const passes = having === null || having(frame);
      this.#at++;
      if (sorted && this.#pending) {
        this.#groups = [];
        this.#at = 0;
        this.#current = undefined;
        this.#state = 'feed';
      }
      if (passes) return true;
    }
  }

  #nextOfBatches(frame: Frame, batches: BatchGroups): boolean {
    const { having } = this.#plan;
    while (this.#pending || (this.#pending = batches.next(frame))) {
      const passes = having === null || having(frame);
      this.#pending = false;
      if (passes) return true;
    }
    return false;
  }

  /** Reads the input: all of it, or up to the end of a group. */
  #gather(frame: Frame): void {
    const { by, plan, key, order, counted } = this.#plan;
    const input = this.#input;
    if (counted !== null) {
      this.#state = 'emit';
      return;
    }
    if (this.#batches !== null) {
      const before = frame.bytes;
      this.#batches.gather(frame, order);
      this.#bytes += frame.bytes - before;
      this.#state = 'emit';
      return;
    }
    while (this.#pending || (this.#pending = input.next(frame))) {
      let group = this.#current;
      if (by.length > 0) {
        const cells = by.map(({ value }) => value(frame));
        if (plan.sorted) {
          if (group !== undefined && order(group.by, cells) !== 0) {
            this.#state = 'emit';
            return;
          }
          if (group === undefined) this.#groups.push((group = new Group(cells, this.#plan.aggregates)));
          this.#current = group;
        } else {
          const name = key(cells);
          group = this.#map.get(name);
          if (group === undefined) {
            group = new Group(cells, this.#plan.aggregates);
            this.#bytes += frame.keep(cells, GROUP_BYTES + AGGREGATE_BYTES * this.#plan.aggregates.length);
            this.#map.set(name, group);
            this.#groups.push(group);
          }
        }
      }
      this.#feed(frame, group as Group);
      this.#pending = false;
      if (plan.firstOnly && by.length === 0 && (group as Group).extreme !== null) break;
    }
    this.#state = 'emit';
    this.#map = new Map();
    if (by.length > 0 && !plan.sorted) this.#groups.sort((a, b) => order(a.by, b.by));
  }

  #feed(frame: Frame, group: Group): void {
    const { aggregates, carried, plan } = this.#plan;
    const { context } = frame;
    const isSingle = aggregates.length === 1;
    // All arguments come before the first step: one of them may throw ColdPage.
    if (!isSingle) for (let i = 0; i < aggregates.length; i++) this.#arguments(frame, i);
    if (group.carried === null) this.#carries = true;
    for (let i = this.#fed; i < aggregates.length; this.#fed = ++i) {
      const aggregate = aggregates[i] as Aggregate;
      if (isSingle || aggregate.fn.takesJson === true) this.#arguments(frame, i);
      if (this.#passes[i] !== true) continue;
      const cells = this.#scratch[i] as Cell[];
      const buffer = group.buffers[i] as Cell[][] | null;
      const row = buffer === null ? cells : [...cells, ...aggregate.orderKeys.map((value) => value(frame))];
      const seen = group.seen[i] as Set<MapKey> | null;
      if (seen !== null) {
        const key = (aggregate.key as NonNullable<Aggregate['key']>)(cells);
        if (seen.has(key)) continue;
        seen.add(key);
        this.#bytes += frame.keep(cells);
      }
      if (i === plan.extreme || plan.firstOnly) {
        const cell = cells[0] as Cell;
        const best = group.extreme;
        if (cell !== null) {
          const sign = best === null ? -1 : compareCells(cell, best, aggregate.collation);
          if (best === null || (aggregate.fn.name === 'max' ? sign > 0 : sign < 0)) {
            group.extreme = cell;
            this.#carries = true;
          }
        }
      }
      if (buffer !== null || aggregate.fn.keepsRows === true) this.#bytes += frame.keep(row);
      if (buffer !== null) {
        buffer.push(row);
        continue;
      }
      context.collation = aggregate.collation;
      aggregate.fn.step(group.states[i], cells, context);
    }
    if (this.#carries) group.carried = carried.map(({ value }) => value(frame));
    this.#fed = 0;
    this.#carries = false;
  }

  #arguments(frame: Frame, i: number): void {
    const aggregate = this.#plan.aggregates[i] as Aggregate;
    const passes = aggregate.filter === null || aggregate.filter(frame);
    this.#passes[i] = passes;
    if (passes) argumentsOf(aggregate, frame, this.#scratch[i] as Cell[]);
  }

  /** Fills the registers. */
  #emit(frame: Frame, group: Group): void {
    const { by, carried, aggregates, counted } = this.#plan;
    const { registers, context } = frame;
    if (counted !== null) {
      const { count } = frame.reader.read(counted).tree;
      for (const { register } of aggregates) registers[register] = count;
      return;
    }
    for (let i = 0; i < by.length; i++) registers[(by[i] as Registered).register] = group.by[i] as Cell;
    for (let i = 0; i < carried.length; i++) {
      registers[(carried[i] as Registered).register] = group.carried?.[i] ?? null;
    }
    for (let i = 0; i < aggregates.length; i++) {
      const { fn, order, args, register, collation } = aggregates[i] as Aggregate;
      const buffer = group.buffers[i] as Cell[][] | null;
      if (buffer !== null && order !== null) {
        for (const row of buffer.sort(order)) fn.step(group.states[i], row.slice(0, args.length), context);
        buffer.length = 0;
      }
      context.collation = collation;
      registers[register] = made(frame, fn.finish(group.states[i], context));
    }
  }
}
