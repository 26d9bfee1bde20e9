/** Binds SELECT, arm by arm, and puts its plan together. */
import type * as ast from '../sql/ast.ts';
import { bindExpr, commonType, knownCollation, type Binder } from './bind.ts';
import { bindOrder, orderTerm, plainly } from './call.ts';
import { declare, mismatch } from './cte.ts';
import { decorrelate } from './decorrelate.ts';
import { fold } from './error.ts';
import { bindConjuncts, bindFrom } from './from.ts';
import type { Conjunct, Item } from './item.ts';
import { planLoops } from './join.ts';
import type {
  CtePlan,
  Expr,
  GroupStage,
  OrderTerm,
  RegisterValue,
  ResultColumn,
  SelectArm,
  SelectPlan,
  WindowCall,
  WindowStage,
} from './plan.ts';
import { Scope, type DerivedColumn, type Source } from './scope.ts';
import { columnNumber, compoundOrder, sharedAffinity, withoutCollate } from './terms.ts';
import { readSlots, rewrite, same } from './tree.ts';

/** An arm with all but ORDER BY bound, and nothing planned. */
export interface BoundArm {
  readonly core: ast.SelectCore;
  readonly scope: Scope;
  readonly items: Item[];
  readonly conjuncts: Conjunct[];
  readonly select: Expr[];
  readonly columns: ResultColumn[];
  /** null: no GROUP BY. */
  readonly groupBy: readonly Expr[] | null;
  readonly having: Expr[];
}

/** Whether it has a grouping stage; known once all of its expressions are bound. */
export function isGrouped({ groupBy, scope }: BoundArm): boolean {
  return groupBy !== null || scope.aggregates.length > 0;
}

const NONE: readonly never[] = [];

/** Nothing but FROM, WHERE and result columns. */
export function isSimple(select: ast.Select): boolean {
  const [arm] = select.arms;
  if (select.arms.length > 1 || arm?.kind !== 'core' || select.with !== null) return false;
  if (select.orderBy.length > 0 || select.limit !== null || arm.distinct || arm.from.length === 0) return false;
  return arm.groupBy === null && arm.having === null;
}

/** Plans a query in the sight of `around`, whose columns it may read; `inside` an expression, of which kind. */
export function planSelect(
  binder: Binder,
  select: ast.Select,
  around: Scope,
  inside: 'exists' | 'scalar' | null = null,
): SelectPlan {
  const firstSource = binder.sources;
  const mark = binder.reads.length;
  const withs: CtePlan[] = [];
  let scope = around;
  if (select.with !== null) {
    scope = new Scope(around, declare(binder, select, around, withs));
    scope.asWritten = around.asWritten;
  }
  const [arm] = select.arms;
  const from = { firstSource, mark, withs };
  if (select.arms.length === 1 && arm?.kind === 'core') {
    const bound = bindCore(binder, arm, scope);
    const plan = finishPlan(binder, bound, select, from);
    if (inside === null || !plan.correlated) return plan;
    const finish = (other: BoundArm): SelectPlan => finishPlan(binder, other, null, from);
    const lookup = decorrelate(binder, { bound, plan, firstSource, kind: inside, finish });
    return lookup === undefined ? plan : { ...plan, lookup };
  }
  return planCompound(binder, select, scope, from);
}

interface Start {
  /** Sources from this number on are the query's own. */
  firstSource: number;
  /** Place in `binder.reads` where the query began. */
  mark: number;
  withs: readonly CtePlan[];
}

export function bindLimits(
  binder: Binder,
  select: Pick<ast.Select, 'limit' | 'offset'> | null,
): { limit: Expr | null; offset: Expr | null } {
  const bind = (expr: ast.Expr | null | undefined): Expr | null => (expr ? bindExpr(binder, expr, new Scope()) : null);
  return { limit: bind(select?.limit), offset: bind(select?.offset) };
}

function outerReads(binder: Binder, { firstSource, mark }: Start): number[] {
  const { reads } = binder;
  if (reads.length === mark) return reads.slice(0, 0);
  return [...new Set(reads.slice(mark).filter((source) => source < firstSource))];
}

function planCompound(binder: Binder, select: ast.Select, scope: Scope, start: Start): SelectPlan {
  const bound: (BoundArm | null)[] = [];
  /** Expressions of the columns, row by row of VALUES. */
  const results: (readonly Expr[])[] = [];
  const plans = select.arms.map((arm, i): Pick<SelectPlan, 'arms' | 'columns'> => {
    bound[i] = null;
    if (arm.kind === 'values') {
      const plan = planValues(binder, arm, scope);
      results.push(...(plan.arms[0]?.values ?? []));
      return plan;
    }
    const core = (bound[i] = bindCore(binder, arm, scope));
    results.push(core.select);
    return finishPlan(binder, core, null, {
      firstSource: binder.sources,
      mark: binder.reads.length,
      withs: NONE,
    });
  });
  const lists = plans.map((plan) => plan.columns);
  const first = lists[0] as readonly ResultColumn[];
  lists.forEach((columns, i) => {
    if (columns.length !== first.length) mismatch(binder, select.operators[i - 1] as string, select.arms[i]?.at ?? -1);
  });
  const columns = first.map((column, i): ResultColumn => {
    if (lists.length === 1) return { ...column, affinity: sharedAffinity(results, i) };
    const type = commonType(lists.map((list) => list[i] as ResultColumn));
    const collation = lists.map((list) => list[i]?.collation).find((name) => name !== null && name !== undefined);
    return { ...column, type, affinity: sharedAffinity(results, i), collation: collation ?? null };
  });
  const collations = columns.map(({ collation }) => collation ?? 'BINARY');
  const outer = outerReads(binder, start);
  return {
    arms: plans.map((plan) => plan.arms[0] as SelectArm),
    operators: select.operators,
    columns,
    collations,
    orderBy: compoundOrder(binder, select, lists, collations, bound),
    orderSatisfied: select.orderBy.length === 0,
    ...bindLimits(binder, select),
    withs: start.withs,
    correlated: outer.length > 0,
    outer,
  };
}

function planValues(binder: Binder, arm: ast.ValuesArm, scope: Scope): Pick<SelectPlan, 'arms' | 'columns'> {
  const inner = new Scope(scope);
  const rows = arm.rows.map((row) => row.map((expr) => bindExpr(binder, expr, inner)));
  const columns = (rows[0] as Expr[]).map((expr, i): ResultColumn => {
    const type = commonType(rows.map((row) => row[i] as Expr));
    return { name: `column${i + 1}`, type, affinity: null, collation: expr.collation };
  });
  return { arms: [{ ...EMPTY_ARM, values: rows }], columns };
}

const EMPTY_ARM: SelectArm = {
  loops: NONE,
  always: NONE,
  group: null,
  window: null,
  select: NONE,
  distinct: false,
  collations: NONE,
  values: null,
};

/** Name and origin of a result column. */
function describe(expr: Expr, name: string, origin?: { source: Source; column: number }): ResultColumn {
  const { type, affinity, collation } = expr;
  const derived: DerivedColumn | undefined = origin?.source.derived?.[origin.column];
  if (derived?.info !== undefined) return { ...derived.info, name, type, affinity, collation };
  if (origin === undefined || origin.source.table === null) return { name, type, affinity, collation };
  const result = origin.source.result(origin.column, expr);
  return name === result.name && expr.explicit !== true ? result : { ...result, name, type, affinity, collation };
}

function findOrigin(scope: Scope, expr: ast.ColumnExpr): { source: Source; column: number } | undefined {
  const name = fold(expr.name);
  const table = expr.table === null ? null : fold(expr.table);
  for (let s: Scope | null = scope; s !== null; s = s.parent) {
    for (const source of s.sources) {
      if (table !== null && source.name !== table) continue;
      let column = source.find(name);
      if (column < 0 && (name === 'rowid' || name === 'oid' || name === '_rowid_'))
        column = source.table?.rowidColumn ?? -1;
      if (column >= 0) return { source, column };
    }
  }
  return undefined;
}

export function bindResults(
  binder: Binder,
  list: readonly ast.ResultColumn[],
  scope: Scope,
  arm: Pick<BoundArm, 'select' | 'columns'>,
): void {
  for (const result of list) {
    if (result.kind === 'expr') {
      const { expr, alias } = result;
      const bound = bindExpr(binder, expr, scope);
      const origin = expr.kind === 'column' && bound.op !== 'const' ? findOrigin(scope, expr) : undefined;
      const isRowid = expr.kind === 'column' && origin === undefined && bound.op === 'column';
      const plain = scope.asWritten ? withoutCollate(expr) : expr;
      const written = plain.kind === 'column' && scope.asWritten ? plain.name : undefined;
      const name = alias ?? written ?? origin?.source.nameOf(origin.column) ?? (isRowid ? 'rowid' : result.text);
      arm.select.push(bound);
      arm.columns.push(describe(bound, name, origin));
      continue;
    }
    const table = result.table === null ? null : fold(result.table);
    const sources = table === null ? scope.sources : scope.sources.filter((source) => source.name === table);
    if (sources.length === 0) {
      if (table === null) binder.fail('INVALID_STATEMENT', 'no tables specified', result.at);
      binder.fail('NO_SUCH_TABLE', `no such table: ${result.table}`, result.at);
    }
    for (const source of sources) {
      if (table !== null && binder.names !== null && binder.foreignText === 0) binder.names.star(result.at, source);
      for (let column = 0; column < source.length; column++) {
        if (source.isHidden(column)) continue;
        const name = source.nameOf(column);
        const key = fold(name);
        if (table === null && source.using?.has(key) === true) continue;
        const isJoined =
          table === null &&
          scope.sources.some(({ using, join }) => using?.has(key) === true && (join === 'right' || join === 'full'));
        const column_: ast.ColumnExpr = {
          kind: 'column',
          schema: null,
          table: null,
          name,
          quoted: '`',
          at: result.at,
          tableAt: -1,
        };
        const bound = isJoined
          ? bindExpr(binder, column_, scope)
          : binder.note(table === null ? source.plain(key, column) : source.expr(column), scope);
        arm.select.push(bound);
        arm.columns.push(describe(bound, name, { source, column }));
      }
    }
  }
}

export function bindCore(binder: Binder, core: ast.SelectCore, around: Scope): BoundArm {
  const scope = new Scope(around);
  scope.asWritten = around.asWritten;
  scope.windowNames = core.windows;
  const joined = { items: [] as Item[], conjuncts: [] as Conjunct[] };
  scope.aliases = core.columns; // ON may use them
  bindFrom(binder, core.from, scope, joined);
  scope.aliases = null;
  const results = { select: [] as Expr[], columns: [] as ResultColumn[] };
  scope.allowAggregates = scope.allowWindows = true;
  bindResults(binder, core.columns, scope, results);
  scope.allowAggregates = scope.allowWindows = false;
  scope.aliases = core.columns;
  if (core.where !== null) {
    const last = joined.items.findLastIndex(({ join }) => join === 'right' || join === 'full');
    scope.groups = core.groupBy !== null || scope.aggregates.length > 0;
    bindConjuncts(binder, core.where, scope, last, joined.conjuncts);
    scope.groups = false;
  }
  let groupBy: Expr[] | null = null;
  if (core.groupBy !== null) {
    groupBy = core.groupBy.map((term, i) => {
      const place = { clause: 'GROUP', term: i + 1, columns: results.select.length };
      const column = columnNumber(binder, term, place);
      const before = scope.aggregates.length;
      scope.allowAggregates = true;
      const bound =
        column >= 0 ? (results.select[column] as Expr) : plainly(scope, true, () => bindExpr(binder, term, scope));
      scope.allowAggregates = false;
      const isAggregate = bound.op === 'register' && scope.aggregates.some(({ register }) => register === bound.index);
      if (scope.aggregates.length > before || isAggregate) {
        binder.fail('MISUSED_AGGREGATE', 'aggregate functions are not allowed in the GROUP BY clause');
      }
      return bound;
    });
  }
  if (binder.names !== null) {
    for (const { window } of core.windows) {
      for (const expr of window.partitionBy) bindExpr(binder, expr, scope);
      for (const { expr } of window.orderBy) bindExpr(binder, expr, scope);
    }
  }
  const having: Expr[] = [];
  if (core.having !== null) {
    scope.allowAggregates = true;
    const parts: Conjunct[] = [];
    bindConjuncts(binder, core.having, scope, -1, parts);
    scope.allowAggregates = false;
    if (groupBy === null && scope.aggregates.length === 0) {
      binder.fail('INVALID_STATEMENT', 'HAVING clause on a non-aggregate query');
    }
    having.push(...parts.map(({ expr }) => expr));
  }
  const { items, conjuncts } = joined;
  const { select, columns } = results;
  return { core, scope, items, conjuncts, select, columns, groupBy, having };
}

function bindArmOrder(binder: Binder, terms: readonly ast.OrderTerm[], bound: BoundArm): OrderTerm[] {
  const { scope, select, columns, core } = bound;
  scope.allowAggregates = isGrouped(bound);
  scope.allowWindows = true;
  scope.groups = !scope.allowAggregates;
  const order = terms.map((term, i) => {
    const bare = withoutCollate(term.expr);
    let column = columnNumber(binder, bare, { clause: 'ORDER', term: i + 1, columns: columns.length });
    if (column < 0 && bare.kind === 'column' && bare.table === null) {
      const name = fold(bare.name);
      let place = 0; // stars make several columns of one
      for (const result of core.columns) {
        if (result.kind === 'star') break;
        if (result.alias !== null && fold(result.alias) === name) {
          column = place;
          break;
        }
        place++;
      }
    }
    let expr = column >= 0 ? (select[column] as Expr) : (bindOrder(binder, [term], scope)[0]?.expr as Expr);
    if (column >= 0 && term.expr.kind === 'collate') expr = { ...expr, collation: knownCollation(binder, term.expr) };
    if (column < 0) column = select.findIndex((other) => same(other, expr));
    return orderTerm(term, column, expr);
  });
  scope.allowAggregates = scope.allowWindows = scope.groups = false;
  return order;
}

/** Plans a bound arm as a query of its own; `select` has its ORDER BY and LIMIT. */
export function finishPlan(binder: Binder, bound: BoundArm, select: ast.Select | null, start: Start): SelectPlan {
  const { scope, core, columns, items } = bound;
  let orderBy = select === null || select.orderBy.length === 0 ? [] : bindArmOrder(binder, select.orderBy, bound);
  const limits = select === null || select.limit === null ? { limit: null, offset: null } : bindLimits(binder, select);
  const outer = outerReads(binder, start);
  let results: readonly Expr[] = bound.select;
  let group: GroupStage | null = null;
  let window: WindowStage | null = null;
  const terms =
    orderBy.length === 0
      ? orderBy
      : orderBy.map((term) => ({ ...term, expr: term.expr ?? (results[term.column] as Expr) }));
  const isAggregate = isGrouped(bound);
  const wish = isAggregate ? null : scope.windows.length > 0 ? null : terms;
  const { loops, always, ordered } = planLoops(binder, items, bound.conjuncts, {
    order: wish,
    groupBy: isAggregate ? (bound.groupBy ?? []) : null,
    extreme: extremeOf(bound),
  });
  if (isAggregate || scope.windows.length > 0) {
    const own = new Set(items.map(({ source }) => source));
    let calls: readonly WindowCall[] = scope.windows;
    if (isAggregate) {
      const lifted = liftGroup(binder, bound, own, { results, orderBy, calls });
      ({ results, orderBy, calls } = lifted);
      const countOnly = isCountOnly(lifted.group, bound.conjuncts, items);
      group = {
        ...lifted.group,
        sorted: ordered && bound.groupBy !== null,
        firstOnly: ordered && bound.groupBy === null,
        countOnly,
      };
    }
    if (calls.length > 0) ({ results, orderBy, window } = liftWindows(binder, own, { results, orderBy, calls }));
  }
  const arm: SelectArm = {
    loops,
    always,
    group,
    window,
    select: results,
    distinct: core.distinct,
    collations: core.distinct ? columns.map(({ collation }) => collation ?? 'BINARY') : NONE,
    values: null,
  };
  for (const loop of loops) {
    if (loop.access.kind === 'hash') {
      const isFiltered = loop.join === 'inner' || loop.join === 'left';
      const others = loops.map((other) => (other === loop && isFiltered ? { ...other, local: NONE } : other));
      loop.kept = readSlots(loop.source, [others, arm.always, group, window, results, orderBy]);
    }
  }
  return {
    arms: [arm],
    operators: NONE,
    columns,
    collations: NONE,
    orderBy,
    orderSatisfied: orderBy.length === 0 || (wish !== null && ordered),
    ...limits,
    withs: start.withs,
    correlated: outer.length > 0,
    outer,
  };
}

/** The argument of the only aggregate of an arm without GROUP BY, when that is min or max. */
function extremeOf({ scope, groupBy }: BoundArm): { expr: Expr; descending: boolean } | null {
  const [call] = scope.aggregates;
  if (groupBy !== null || scope.aggregates.length !== 1 || call === undefined || call.filter !== null) return null;
  if (call.fn.name !== 'min' && call.fn.name !== 'max') return null;
  return { expr: call.args[0] as Expr, descending: call.fn.name === 'max' };
}

function isCountOnly(
  { aggregates, carried, by }: GroupStage,
  conjuncts: readonly Conjunct[],
  items: readonly Item[],
): boolean {
  if (by.length + carried.length + conjuncts.length > 0 || items.length !== 1 || items[0]?.kind !== 'table')
    return false;
  return (
    aggregates.length > 0 &&
    aggregates.every(({ fn, args, filter }) => fn.name === 'count' && args.length === 0 && filter === null)
  );
}

interface Later {
  results: readonly Expr[];
  orderBy: OrderTerm[];
  calls: readonly WindowCall[];
}

/** Values of a stored column that are equal are the same. */
function isExact({ source, affinity, collation }: Expr & { op: 'column' }, items: readonly Item[]): boolean {
  if ((affinity !== 'INTEGER' && affinity !== 'TEXT') || (collation ?? 'BINARY') !== 'BINARY') return false;
  return items.some(
    (item) => item.source === source && item.table !== undefined && item.table.virtualRows === undefined,
  );
}

/** Rewrites what comes after grouping to read registers. */
function liftGroup(
  binder: Binder,
  { groupBy, having, scope, items }: BoundArm,
  own: ReadonlySet<number>,
  later: Later,
): Later & { group: GroupStage } {
  const by = (groupBy ?? []).map((expr): RegisterValue => ({ expr, register: binder.registers++ }));
  const carried: RegisterValue[] = [];
  const isExtreme = scope.aggregates.map(({ fn }) => fn.name === 'min' || fn.name === 'max');
  const only = isExtreme.filter(Boolean).length === 1;
  const replace = (expr: Expr): Expr | undefined => {
    if (expr.op === 'const' || expr.op === 'register') return undefined;
    // values that are equal in a group may differ: such a column comes from the row of the extreme even so
    let found =
      only && expr.op === 'column' && !isExact(expr, items) ? undefined : by.find((value) => same(value.expr, expr));
    if (found === undefined) {
      if (expr.op !== 'column' || !own.has(expr.source)) return undefined;
      found = carried.find(
        ({ expr: other }) => other.op === 'column' && other.source === expr.source && other.slot === expr.slot,
      );
      if (found === undefined) carried.push((found = { expr, register: binder.registers++ }));
    }
    return asRegister(expr, found.register);
  };
  const results = rewrite(later.results, replace);
  const orderBy = rewrite(later.orderBy, replace);
  const calls = rewrite(later.calls, replace);
  const rest = rewrite(having, replace);
  const extreme = carried.length > 0 && only ? isExtreme.indexOf(true) : -1;
  const collations = by.map(({ expr }) => expr.collation ?? 'BINARY');
  const group = { by, collations, aggregates: scope.aggregates, carried, extreme, having: rest };
  return { results, orderBy, calls, group: { ...group, sorted: false, countOnly: false, firstOnly: false } };
}

function asRegister(expr: Expr, index: number): Expr {
  const { type, affinity, collation, explicit } = expr;
  return { op: 'register', index, type, affinity, collation, ...(explicit === true && { explicit }) };
}

/** Rewrites what comes with and after windows to read registers that are filled before. */
function liftWindows(binder: Binder, own: ReadonlySet<number>, later: Later): Later & { window: WindowStage } {
  const made = new Set(later.calls.map(({ register }) => register));
  const inputs: RegisterValue[] = [];
  const replace = (expr: Expr): Expr | undefined => {
    if (expr.op === 'register') {
      if (!made.has(expr.index) && !inputs.some(({ register }) => register === expr.index)) {
        inputs.push({ expr, register: expr.index });
      }
      return expr;
    }
    if (expr.op !== 'column' || !own.has(expr.source)) return undefined;
    let found = inputs.find(
      ({ expr: other }) => other.op === 'column' && other.source === expr.source && other.slot === expr.slot,
    );
    if (found === undefined) inputs.push((found = { expr, register: binder.registers++ }));
    return asRegister(expr, found.register);
  };
  const results = rewrite(later.results, replace);
  const orderBy = rewrite(later.orderBy, replace);
  const calls = rewrite(later.calls, replace);
  const key = (call: WindowCall): string =>
    JSON.stringify([call.partitionBy, call.orderBy], (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value,
    );
  const groups = new Map<string, WindowCall[]>();
  for (const call of calls) {
    const name = key(call);
    const list = groups.get(name);
    if (list === undefined) groups.set(name, [call]);
    else list.push(call);
  }
  return { results, orderBy, calls, window: { inputs, calls: [...groups.values()].flat() } };
}
