/**
 * Compiles a SELECT to a program whose runs are streams of rows. An arm goes through its stages in the order of plan.ts:
 * loops, groups, windows, result columns, DISTINCT; then come compound operators, ORDER BY and LIMIT.
 */
import type { Expr, OrderTerm, ResultColumn, SelectArm, SelectPlan } from '../plan/plan.ts';
import { SqlError } from '@dotdo/shared-types';
import type { Cell } from '../codec/cell.ts';
import { compileGroup } from './aggregate.ts';
import { planStream, SourceStage } from './batch/source.ts';
import { type FirstKey, TopNarrowing } from './batch/top.ts';
import { compileCompound } from './compound.ts';
import { collationNamed, rowKey, type MapKey } from './distinct.ts';
import { compile, compileRaw } from './expression.ts';
import type { Eval, Frame, RowStream } from './frame.ts';
import { applyAffinity } from './functions/values.ts';
import { compileJoin, type Stage } from './join.ts';
import { compileGather } from './gather.ts';
import { compilePoint } from './point.ts';
import { compileCtes } from './recursive.ts';
import { rowOrder, Sorter, type RowOrder, type SortKey } from './sort.ts';
import { compileWindow } from './window.ts';

export interface SelectProgram {
  /** Names, types and origins of the result columns. In columns of type 'real' every plain number is a REAL. */
  readonly columns: readonly ResultColumn[];
  /** Its streams keep little between two runs, and opening one again costs less than making one. */
  readonly isReusable: boolean;
  /** An opened stream of the rows; `frame` belongs to it until its end. */
  run(frame: Frame): RowStream;
}

type MakeStream = (frame: Frame) => RowStream;

export function compileSelect(plan: SelectPlan): SelectProgram {
  const { columns } = plan;
  const openCtes = compileCtes(plan.withs);
  const limit = plan.limit === null ? null : compile(plan.limit);
  const offset = plan.offset === null ? null : compile(plan.offset);
  const sort = plan.orderSatisfied ? [] : plan.orderBy;
  const [arm] = plan.arms;
  let make: MakeStream;
  if (plan.arms.length === 1 && arm !== undefined) make = compileArm(arm, columns, sort);
  else {
    const arms = plan.arms.map((one) => compileArm(one, columns, []));
    const rows = compileCompound(arms, plan.operators, plan.collations);
    const order = rowOrder(sort.map((term) => sortKey(term, term.column)));
    make = sort.length === 0 ? rows : (frame) => new SortedStream(rows(frame), order);
  }
  const isPlain = limit === null && offset === null && openCtes === null;
  return {
    columns,
    isReusable: openCtes === null && sort.length === 0 && plan.arms.length === 1 && isReusable(arm as SelectArm),
    run(frame) {
      const rows = make(frame);
      const stream = isPlain ? rows : new LimitStream(rows, { limit, offset, openCtes });
      stream.open(frame);
      return stream;
    },
  };
}

/** Whether an arm only looks up stored rows, as they come. */
function isReusable({ loops, group, window, distinct, values }: SelectArm): boolean {
  return (
    group === null &&
    window === null &&
    values === null &&
    !distinct &&
    loops.every(({ kind, table, access }) => kind === 'table' && access.kind === 'range' && !table?.virtualRows)
  );
}

export function sortKey(term: OrderTerm, place: number): SortKey {
  return {
    place,
    collation: collationNamed(term.collation),
    descending: term.descending,
    nullsLast: !term.nullsFirst,
  };
}

/** Result columns of an arm: REALs are plain only where the column of the whole is of type 'real'. */
function compileColumns(exprs: readonly Expr[], columns: readonly ResultColumn[]): Eval[] {
  return exprs.map((expr, i) => (columns[i]?.type === 'real' ? compileRaw(expr) : compile(expr)));
}

function compileArm(arm: SelectArm, columns: readonly ResultColumn[], orderBy: readonly OrderTerm[]): MakeStream {
  if (arm.values !== null) {
    const rows = arm.values.map((row) => compileColumns(row, columns));
    const order = orderBy.length === 0 ? null : rowOrder(orderBy.map((term) => sortKey(term, term.column)));
    const make: MakeStream = () => new ValuesStream(rows);
    return order === null ? make : (frame) => new SortedStream(make(frame), order);
  }
  const select = compileColumns(arm.select, columns);
  const isMeasured = arm.loops.some(({ profile }) => profile !== undefined);
  const point = isMeasured ? null : compilePoint(arm, select);
  if (point !== null) return point;
  const gather = isMeasured || orderBy.length > 0 ? null : compileGather(arm, columns);
  if (gather !== null) return gather;
  const join = compileJoin(arm.loops, arm.always);
  const stream = isMeasured ? null : planStream(arm.loops, arm.always);
  const group = arm.group === null ? null : compileGroup(arm.group, arm.loops);
  const window = arm.window === null ? null : compileWindow(arm.window);
  const distinct = arm.distinct ? rowKey(arm.collations) : null;
  // Keys that are no result column stand behind the row.
  const extra: Eval[] = [];
  const keys = orderBy.map((term) => {
    if (term.column >= 0) return sortKey(term, term.column);
    extra.push(compileRaw(term.expr as Expr));
    return sortKey(term, select.length + extra.length - 1);
  });
  const order = keys.length === 0 ? null : rowOrder(keys);
  const [term] = orderBy;
  const firstExpr = term === undefined || distinct !== null ? null : (term.expr ?? arm.select[term.column]);
  const first = firstExpr ? { expr: firstExpr, key: keys[0] as SortKey, isOnly: keys.length === 1 } : null;
  return (frame) => {
    let stage: Stage = stream === null ? join(frame) : new SourceStage(join, stream);
    if (group !== null) stage = group(stage);
    if (window !== null) stage = window(stage);
    return new ArmStream(stage, { select, extra, distinct, order, first });
  };
}

interface ArmParts {
  readonly select: readonly Eval[];
  readonly extra: readonly Eval[];
  readonly distinct: ((cells: readonly Cell[]) => MapKey) | null;
  readonly order: RowOrder | null;
  readonly first: FirstKey | null;
}

/** Streams that can do with fewer rows when told how many will be pulled. */
interface Limited extends RowStream {
  keep?: number;
}

class ArmStream implements Limited {
  keep = Infinity;
  readonly #stage: Stage;
  readonly #parts: ArmParts;
  readonly #sorter: Sorter | null;
  #isSorted = false;
  #pending = false;
  #seen: Set<MapKey> | null = null;
  #row: Cell[] = [];
  #bytes = 0;

  constructor(stage: Stage, parts: ArmParts) {
    this.#stage = stage;
    this.#parts = parts;
    this.#sorter = parts.order === null ? null : new Sorter(parts.order);
  }

  open(frame: Frame): void {
    frame.release(this.#bytes);
    this.#bytes = 0;
    const stage = this.#stage;
    if (stage instanceof SourceStage) stage.open(frame, this.#sorter === null ? this.keep : Infinity);
    else stage.open(frame);
    this.#sorter?.open(frame, this.keep);
    if (stage instanceof SourceStage) this.#narrow(frame, stage, this.#sorter);
    this.#isSorted = this.#pending = false;
    this.#seen = this.#parts.distinct === null ? null : new Set();
  }

  /** Has rows left out in batches that the sort would cut off. */
  #narrow(frame: Frame, source: SourceStage, sorter: Sorter | null): void {
    const { first } = this.#parts;
    const { stream } = source;
    if (stream === null || sorter === null || first === null || this.keep === Infinity) return;
    const top = new TopNarrowing(first, stream.sources, frame);
    source.narrowing = (batch): void => {
      const { worst } = sorter;
      if (worst !== undefined) top.narrow(batch, worst[first.key.place] as Cell);
    };
  }

  next(frame: Frame): boolean {
    const sorter = this.#sorter;
    if (sorter === null) return this.#make(frame);
    const width = this.#parts.select.length;
    if (!this.#isSorted) {
      while (this.#make(frame)) if (!sorter.rejects(this.#row)) sorter.add(frame, this.#row);
      sorter.sort();
      this.#isSorted = true;
    }
    const row = sorter.next();
    if (row === undefined) return false;
    this.#row = (this.#parts.extra.length === 0 ? row : row.slice(0, width)) as Cell[];
    return true;
  }

  /** The next row with its sort keys. */
  #make(frame: Frame): boolean {
    const { select, extra, distinct } = this.#parts;
    while (this.#pending || (this.#pending = this.#stage.next(frame))) {
      const row: Cell[] = [];
      for (let i = 0; i < select.length; i++) row.push((select[i] as Eval)(frame));
      for (let i = 0; i < extra.length; i++) row.push((extra[i] as Eval)(frame));
      this.#pending = false;
      if (distinct !== null) {
        const seen = this.#seen as Set<MapKey>;
        const key = distinct(row);
        if (seen.has(key)) continue;
        seen.add(key);
        this.#bytes += frame.keep(row);
      }
      this.#row = row;
      return true;
    }
    return false;
  }

  row(): Cell[] {
    return this.#row;
  }
}

class ValuesStream implements RowStream {
  readonly #rows: readonly (readonly Eval[])[];
  #at = 0;
  #row: Cell[] = [];

  constructor(rows: readonly (readonly Eval[])[]) {
    this.#rows = rows;
  }

  open(): void {
    this.#at = 0;
  }

  next(frame: Frame): boolean {
    const row = this.#rows[this.#at];
    if (row === undefined) return false;
    this.#row = row.map((value) => value(frame));
    this.#at++;
    return true;
  }

  row(): Cell[] {
    return this.#row;
  }
}

/** Rows of another stream in order. */
class SortedStream implements Limited {
  keep = Infinity;
  readonly #rows: RowStream;
  readonly #sorter: Sorter;
  #isSorted = false;
  #row: Cell[] = [];

  constructor(rows: RowStream, order: RowOrder) {
    this.#rows = rows;
    this.#sorter = new Sorter(order);
  }

  open(frame: Frame): void {
    this.#rows.open(frame);
    this.#sorter.open(frame, this.keep);
    this.#isSorted = false;
  }

  next(frame: Frame): boolean {
    if (!this.#isSorted) {
      while (this.#rows.next(frame)) {
        const row = this.#rows.row();
        if (!this.#sorter.rejects(row)) this.#sorter.add(frame, row);
      }
      this.#sorter.sort();
      this.#isSorted = true;
    }
    const row = this.#sorter.next();
    if (row === undefined) return false;
    this.#row = row as Cell[];
    return true;
  }

  row(): Cell[] {
    return this.#row;
  }
}

/** A LIMIT or OFFSET as a number; what is no integer is a mismatch. */
export function limitOf(value: Eval | null, frame: Frame): number {
  if (value === null) return -1;
  const cell = applyAffinity(value(frame), 'INTEGER');
  if (typeof cell === 'bigint' || (typeof cell === 'number' && Number.isSafeInteger(cell))) return Number(cell);
  throw new SqlError('TYPE_MISMATCH', 'datatype mismatch');
}

interface LimitParts {
  readonly limit: Eval | null;
  readonly offset: Eval | null;
  readonly openCtes: ((frame: Frame) => void) | null;
}

class LimitStream implements RowStream {
  readonly #rows: Limited;
  readonly #parts: LimitParts;
  #left = 0;
  #skip = 0;

  constructor(rows: RowStream, parts: LimitParts) {
    this.#rows = rows;
    this.#parts = parts;
  }

  open(frame: Frame): void {
    const { limit, offset, openCtes } = this.#parts;
    openCtes?.(frame);
    const left = frame.hold(() => limitOf(limit, frame));
    this.#left = left < 0 ? Infinity : left;
    this.#skip = frame.hold(() => Math.max(0, limitOf(offset, frame)));
    this.#rows.keep = this.#left + this.#skip;
    if (this.#left > 0) this.#rows.open(frame);
  }

  next(frame: Frame): boolean {
    if (this.#left <= 0) return false;
    for (; this.#skip > 0; this.#skip--) if (!this.#rows.next(frame)) return this.#end();
    if (!this.#rows.next(frame)) return this.#end();
    this.#left--;
    return true;
  }

  #end(): boolean {
    this.#left = 0;
    return false;
  }

  row(): Cell[] {
    return this.#rows.row();
  }
}
