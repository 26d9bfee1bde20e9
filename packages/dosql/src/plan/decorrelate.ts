/**
 * Queries inside expressions that are joined with the rows around them by equality: besides the plan that is run anew
 * for each row there is one that is run once, whose rows are then looked up by hash. The executor goes over to it when
 * enough rows have asked. Both give the same: what could tell them apart is left to the first.
 */
import type { Binder } from './bind.ts';
import type { Conjunct, Item } from './item.ts';
import { knownRows, ROWS_MIN } from './access.ts';
import type { Comparison, Expr, Loop, LookupPlan, ResultColumn, SelectPlan } from './plan.ts';
import type { BoundArm } from './select.ts';
import { make, readSlots, rewrite, sourcesOf, visit } from './tree.ts';

/** Rows that cost as much to look at as one search by key. */
const SEARCH_ROWS = 2000;

interface Query {
  readonly bound: BoundArm;
  /** The plan that is run for each row. */
  readonly plan: SelectPlan;
  /** Sources from this number on are the query's own. */
  readonly firstSource: number;
  readonly kind: 'exists' | 'scalar';
  /** Plans an arm in the place of the query's. */
  readonly finish: (arm: BoundArm) => SelectPlan;
}

interface Keys {
  readonly keys: Expr[];
  readonly inner: Expr[];
  readonly comparisons: Comparison[];
}

export function decorrelate(binder: Binder, query: Query): LookupPlan | undefined {
  const { bound, plan, firstSource, kind } = query;
  const { items, conjuncts, core, having, groupBy, scope } = bound;
  const [arm] = plan.arms;
  if (arm === undefined || groupBy !== null || having.length > 0 || scope.windows.length > 0) return undefined;
  if (core.windows.length > 0 || plan.limit !== null || plan.offset !== null || plan.withs.length > 0) return undefined;
  const isScalar = kind === 'scalar';
  if (isScalar !== scope.aggregates.length > 0 || (isScalar && arm.group?.carried.length !== 0)) return undefined;
  if (items.some(({ join }) => join === 'right' || join === 'full')) return undefined;
  const size = Math.max(...items.map((item) => knownRows(item) ?? 0));
  if (size <= ROWS_MIN) return undefined;
  const isOwn = (source: number): boolean => source >= firstSource;
  const found: Keys = { keys: [], inner: [], comparisons: [] };
  const residual: Expr[] = [];
  const rest: Conjunct[] = [];
  for (const conjunct of conjuncts) {
    if (isInner(conjunct.expr, conjunct.reads, isOwn)) rest.push(conjunct);
    else if (!addKey(conjunct.expr, isOwn, isScalar, found)) residual.push(conjunct.expr);
  }
  if (found.keys.length === 0 || (isScalar && residual.length > 0) || !isPure([conjuncts, bound.select]))
    return undefined;
  const [item, second] = items;
  const access = { kind: 'hash', ...found } as const;
  const parts = { join: 'inner', on: [], filters: [], rows: 1, access } as const;
  let lookup: LookupPlan;
  const isScan = arm.loops[0]?.access.kind === 'scan';
  const after = isScan ? 1 : Math.ceil(size / SEARCH_ROWS);
  if (!isScalar && item !== undefined && second === undefined && item.kind === 'table' && item.on.length === 0) {
    const { source, name, slots } = item;
    const loop: Loop = { ...parts, source, kind: 'table', name, slots, local: rest.map(({ expr }) => expr) };
    loop.kept = readSlots(source, [found.inner, residual]);
    lookup = { loop: { ...loop, ...(item.table && { table: item.table }) }, residual, column: -1, after };
  } else lookup = overQuery(binder, query, { found, residual, rest, parts, after });
  const { loop } = lookup;
  // All that is left of the query around stands in the keys and in `residual`.
  const inside = [loop.plan, loop.local, found.inner];
  if (!sourcesOf(inside).every(isOwn) || !ownsRegisters(inside)) return undefined;
  return items.some((one: Item) => one.kind === 'recursive') ? undefined : lookup;
}

type Split = Pick<LookupPlan, 'residual' | 'after'> & {
  found: Keys;
  rest: readonly Conjunct[];
  parts: Pick<Loop, 'join' | 'on' | 'filters' | 'rows' | 'access'>;
};

/** The rows of a query of its own: the keys, then the result of an aggregate or the columns that `residual` reads. */
function overQuery(
  binder: Binder,
  { bound, kind, firstSource, finish }: Query,
  { found, residual, rest, parts, after }: Split,
): LookupPlan {
  const source = binder.sources++;
  const isScalar = kind === 'scalar';
  const columnsOf = (expr: Expr): ResultColumn => ({ ...typed(expr), name: '' });
  const inner = found.inner.map((expr, i) => ({
    ...expr,
    collation: found.comparisons[i]?.collation ?? 'BINARY',
    explicit: true as const,
  }));
  const select: Expr[] = isScalar ? [...inner, ...bound.select] : [...inner];
  const slot = (expr: Expr): Expr => {
    let place = select.findIndex(
      (other) =>
        other.op === 'column' && expr.op === 'column' && other.source === expr.source && other.slot === expr.slot,
    );
    if (place < 0) place = select.push(expr) - 1;
    return make({ op: 'column', source, slot: place }, expr.type, typed(expr));
  };
  const outside = rewrite(residual, (expr) =>
    expr.op === 'column' && expr.source >= firstSource && expr.source < source ? slot(expr) : undefined,
  );
  const own = found.inner.map((expr, i) => make({ op: 'column', source, slot: i }, expr.type, typed(expr)));
  const arm: BoundArm = {
    ...bound,
    conjuncts: [...rest],
    select,
    columns: select.map(columnsOf),
    groupBy: isScalar ? inner : null,
  };
  const plan = { ...finish(arm), correlated: false, outer: [] };
  const access = { kind: 'hash', keys: found.keys, inner: own, comparisons: found.comparisons } as const;
  const loop: Loop = { ...parts, access, source, kind: 'subquery', name: '', plan, slots: select.length, local: [] };
  return { loop, residual: outside, column: isScalar ? inner.length : -1, after };
}

function typed({ type, affinity, collation }: Expr): Pick<Expr, 'type' | 'affinity' | 'collation'> {
  return { type, affinity, collation };
}

function isInner(expr: Expr, reads: readonly number[], isOwn: (source: number) => boolean): boolean {
  return reads.every(isOwn) && sourcesOf(expr).every(isOwn) && ownsRegisters(expr);
}

/** Takes `inner = outer` in; of an aggregate only what makes groups of equal values. */
function addKey(expr: Expr, isOwn: (source: number) => boolean, isScalar: boolean, to: Keys): boolean {
  if (expr.op !== 'compare' || expr.operator !== '=') return false;
  for (const isLeft of [true, false]) {
    const [inner, outer] = isLeft ? [expr.left, expr.right] : [expr.right, expr.left];
    const sources = sourcesOf(inner);
    if (sources.length === 0 || !sources.every(isOwn) || sourcesOf(outer).some(isOwn) || !ownsRegisters(inner))
      continue;
    const [own, other] = isLeft ? [expr.leftAffinity, expr.rightAffinity] : [expr.rightAffinity, expr.leftAffinity];
    if (isScalar && own !== null && own !== 'BLOB') continue;
    to.inner.push(inner);
    to.keys.push(outer);
    to.comparisons.push({ leftAffinity: other, rightAffinity: own, collation: expr.collation });
    return true;
  }
  return false;
}

/** Nothing in it depends on when or how often it is run. */
function isPure(node: unknown): boolean {
  let pure = true;
  visit(node, (expr) => {
    if (expr.op === 'raise' || (expr.op === 'call' && expr.fn.deterministic !== true)) pure = false;
  });
  return pure;
}

/** Every register that is read is filled within. */
function ownsRegisters(node: unknown): boolean {
  const read: number[] = [];
  const filled = new Set<unknown>();
  const walk = (part: unknown): void => {
    if (typeof part !== 'object' || part === null || part instanceof Uint8Array) return;
    if (Array.isArray(part)) return part.forEach(walk);
    const { op, index, register } = part as { op?: string; index?: number; register?: number };
    if (op === 'register') read.push(index as number);
    if (register !== undefined) filled.add(register);
    for (const [key, child] of Object.entries(part))
      if (key !== 'table' && key !== 'fn' && key !== 'index') walk(child);
  };
  walk(node);
  return read.every((register) => filled.has(register));
}
