/** Queries inside expressions. One that reads nothing of the query around it runs once a frame. */
import type { Expr, SubqueryRef } from '../plan/plan.ts';
import { realCell, type Cell } from '../codec/cell.ts';
import { isMember, operand, operands, orderOf, type Order } from './compare.ts';
import { rowKey, type MapKey } from './distinct.ts';
import { constant } from './expression.ts';
import type { Eval, Frame, RowStream } from './frame.ts';
import { applyAffinity } from './functions/values.ts';
import { compileLookup } from './lookup.ts';
import { compileSelect, type SelectProgram } from './select.ts';

type In = Extract<Expr, { op: 'in' }>;

function answer(match: boolean | null, negated: boolean): Cell {
  return match === null ? null : match === negated ? 0 : 1;
}

/** The opened stream of a subquery; the same object serves all rows of the query around it. */
function openStream(program: SelectProgram, frame: Frame): RowStream {
  let stream = frame.streams.get(program);
  if (stream === undefined) {
    stream = program.run(frame);
    frame.streams.set(program, stream);
  } else stream.open(frame);
  return stream;
}

/** Runs `run` once a frame, or each time where the subquery is correlated: then it is not sliced. */
function cached<T>(select: SubqueryRef, run: (frame: Frame) => T, kind: number): (frame: Frame) => T {
  if (select.plan.correlated) {
    return (frame) => {
      frame.holds++;
      try {
        return run(frame);
      } finally {
        frame.holds--;
      }
    };
  }
  const { cache } = select;
  return (frame) => {
    const kept = (frame.stores[cache] ??= []) as T[];
    return (kept[kind] ??= run(frame));
  };
}

/** An opened subquery, and the rows that it has given so far. */
interface Begun {
  readonly stream: RowStream;
  readonly rows: Cell[][];
}

const KINDS = 5;

/** Opens a subquery; one that is not correlated goes on where a ColdPage or a pause has interrupted it. */
function begin({ plan, cache }: SubqueryRef, program: SelectProgram, frame: Frame, kind: number): Begun {
  if (plan.correlated) return { stream: openStream(program, frame), rows: [] };
  const kept = (frame.stores[cache] ??= []) as Begun[];
  return (kept[KINDS + kind] ??= { stream: program.run(frame), rows: [] });
}

export function subqueryExists(expr: Extract<Expr, { op: 'subquery' }>): Eval {
  const { select, negated } = expr;
  const program = compileSelect(select.plan);
  const kind = negated ? 0 : 1;
  const lookup = compileLookup(select.plan.lookup, select.cache);
  const run = (frame: Frame): Cell => {
    const kept = lookup(frame);
    if (kept !== null) return answer(kept.exists(frame), negated);
    return answer(begin(select, program, frame, kind).stream.next(frame), negated);
  };
  return cached(select, run, kind);
}

const NO_ROW: readonly Cell[] = [];

/** A column of the first row, boxed; NULL without a row. */
export function subqueryColumn(select: SubqueryRef, column: number): Eval {
  const program = compileSelect(select.plan);
  const isReal = select.plan.columns[column]?.type === 'real';
  const row = cached(
    select,
    (frame) => {
      const { stream } = begin(select, program, frame, 2);
      return stream.next(frame) ? stream.row() : NO_ROW;
    },
    2,
  );
  const lookup = compileLookup(select.plan.lookup, select.cache);
  return (frame) => {
    const kept = lookup(frame);
    let cell: Cell | undefined;
    if (kept === null) cell = row(frame)[column] ?? null;
    else {
      cell = kept.value(frame);
      if (cell === undefined) {
        if (kept.empty === undefined) kept.empty = row(frame)[column] ?? null;
        cell = kept.empty;
      }
    }
    return isReal && typeof cell === 'number' ? realCell(cell) : cell;
  };
}

/** All rows of a subquery, boxed. */
export function subqueryRows(select: SubqueryRef): (frame: Frame) => readonly (readonly Cell[])[] {
  const program = compileSelect(select.plan);
  const boxes = select.plan.columns.map(({ type }) => type === 'real');
  const hasReals = boxes.includes(true);
  return cached(
    select,
    (frame) => {
      const { stream, rows } = begin(select, program, frame, 3);
      while (stream.next(frame)) {
        let row = stream.row();
        if (hasReals) row = row.map((cell, i) => (boxes[i] && typeof cell === 'number' ? realCell(cell) : cell));
        if (!select.plan.correlated) frame.keep(row);
        rows.push(row);
      }
      return rows;
    },
    3,
  );
}

/** Members without NULL by key, and those with one. */
interface Members {
  readonly keys: Set<MapKey>;
  /** Makes the key of a row; under a collation of the user another function makes another. */
  readonly key: (cells: readonly Cell[]) => MapKey;
  readonly open: Cell[][];
}

function gather(rows: Iterable<readonly Cell[]>, expr: In): Members {
  const key = rowKey(expr.comparisons.map(({ collation }) => collation));
  const members: Members = { keys: new Set(), key, open: [] };
  for (const row of rows) {
    const cells = expr.comparisons.map(({ rightAffinity }, i) => applyAffinity(row[i] as Cell, rightAffinity));
    if (cells.includes(null)) members.open.push(cells);
    else members.keys.add(key(cells));
  }
  return members;
}

export function inList(expr: In): Eval {
  const { comparisons, negated } = expr;
  const list = expr.list as readonly Expr[];
  const [comparison] = comparisons;
  const orders = comparisons.map(({ collation }) => orderOf(collation));
  const cells = operands(expr.operand, comparisons);
  if (comparisons.length === 1 && comparison !== undefined) {
    const value = operand(expr.operand[0] as Expr, comparison.leftAffinity);
    if (list.every((item) => item.op === 'const')) {
      const members = gather(
        list.map((item) => [constant(item)]),
        expr,
      );
      const missing = members.open.length > 0 ? null : false;
      return (frame) => {
        const cell = value(frame);
        if (cell === null) return list.length === 0 ? answer(false, negated) : null;
        return answer(members.keys.has(members.key([cell])) ? true : missing, negated);
      };
    }
    const items = list.map((item) => operand(item, comparison.rightAffinity));
    const order = orders[0] as Order;
    return (frame) => {
      const cell = value(frame);
      let match: boolean | null = false;
      for (let i = 0; i < items.length && match !== true; i++) {
        const at = order(cell, (items[i] as Eval)(frame));
        if (at === 0) match = true;
        else if (at !== at) match = null;
      }
      return answer(match, negated);
    };
  }
  const rows = list.map((item) =>
    (item.op === 'row' ? item.items : [item]).map((part, i) => operand(part, comparisons[i]?.rightAffinity ?? null)),
  );
  return (frame) =>
    answer(
      isMember(
        cells(frame),
        rows.map((row) => row.map((value) => value(frame))),
        orders,
      ),
      negated,
    );
}

export function inSelect(expr: In, select: SubqueryRef): Eval {
  const { comparisons, negated } = expr;
  const rows = subqueryRows(select);
  const members = cached(select, (frame) => gather(rows(frame), expr), 4);
  const cells = operands(expr.operand, comparisons);
  const orders = comparisons.map(({ collation }) => orderOf(collation));
  return (frame) => {
    const row = cells(frame);
    const { keys, key, open } = members(frame);
    if (keys.size === 0 && open.length === 0) return answer(false, negated);
    if (!row.includes(null)) {
      if (keys.has(key(row))) return answer(true, negated);
      return answer(isMember(row, open, orders), negated);
    }
    if (row.length === 1) return null;
    const all = rows(frame).map((member) =>
      comparisons.map(({ rightAffinity }, i) => applyAffinity(member[i] as Cell, rightAffinity)),
    );
    return answer(isMember(row, all, orders), negated);
  };
}
