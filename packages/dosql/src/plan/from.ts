/** Binds FROM: tables, views, subqueries, common table expressions, functions, and how they are joined. */
import type { Catalog, ViewInfo } from '../catalog/schema.ts';
import { parseStatement } from '../sql/index.ts';
import type * as ast from '../sql/ast.ts';
import { bindExpr, coalesce, compare, selectFrom, type Binder } from './bind.ts';
import { materialize } from './cte.ts';
import { fold } from './error.ts';
import { factor } from './factor.ts';
import type { Conjunct, Item } from './item.ts';
import type { Expr, Loop, ResultColumn, SelectPlan, TableFunctionInfo } from './plan.ts';
import { Scope, slotColumns, Source, tableSlots, type Cte, type DerivedColumn, type Env } from './scope.ts';
import { bindCore, finishPlan, isGrouped, isSimple, planSelect, type BoundArm } from './select.ts';
import { make, same, sourcesOf } from './tree.ts';

const viewSelects = new WeakMap<ViewInfo, ast.Select>();

/** What FROM is collected in. */
export interface Joined {
  readonly items: Item[];
  readonly conjuncts: Conjunct[];
}

/** Splits by AND and binds each part. */
export function bindConjuncts(binder: Binder, expr: ast.Expr, scope: Scope, after: number, out: Conjunct[]): void {
  if (expr.kind === 'binary' && expr.operator === 'AND') {
    bindConjuncts(binder, expr.left, scope, after, out);
    bindConjuncts(binder, expr.right, scope, after, out);
    return;
  }
  const mark = binder.reads.length;
  const bound = bindExpr(binder, expr, scope);
  splitConjunct(bound, binder.reads.slice(mark), after, out);
}

function splitConjunct(expr: Expr, reads: readonly number[], after: number, out: Conjunct[]): void {
  if (expr.op === 'and') {
    splitConjunct(expr.left, reads, after, out);
    splitConjunct(expr.right, reads, after, out);
    return;
  }
  const parts = factor(expr);
  for (const part of parts) {
    const own = parts.length === 1 ? reads : reads.filter((source) => sourcesOf(part).includes(source));
    out.push({ expr: memberOf(part) ?? part, reads: own, after });
  }
}

/** `a = 1 OR a = 2` as `a IN (1, 2)`. */
function memberOf(expr: Expr): Expr | undefined {
  if (expr.op !== 'or') return undefined;
  const list: Expr[] = [];
  let key: Expr | undefined;
  const add = (arm: Expr): boolean => {
    if (arm.op === 'or') return add(arm.left) && add(arm.right);
    if (arm.op !== 'compare' || arm.operator !== '=' || arm.leftAffinity !== null) return false;
    const { left, right } = arm;
    if (left.op !== 'column' || (right.op !== 'const' && right.op !== 'param') || right.explicit === true) return false;
    list.push(right);
    return same((key ??= left), left);
  };
  if (!add(expr) || key === undefined) return undefined;
  const rightAffinity = key.affinity === 'BLOB' ? null : key.affinity;
  const comparisons = [{ leftAffinity: null, rightAffinity, collation: key.collation ?? 'BINARY' }];
  return make({ op: 'in', operand: [key], list, select: null, negated: false, comparisons });
}

/** As in SQLite. */
const JOIN_MAX = 64;

export function bindFrom(binder: Binder, from: readonly ast.FromItem[], scope: Scope, joined: Joined): void {
  const outer = from.some(({ join }) => join?.type === 'RIGHT' || join?.type === 'FULL');
  const start = scope.sources.length;
  if (from.length > JOIN_MAX) binder.fail('INVALID_STATEMENT', `at most ${JOIN_MAX} tables in a join`);
  /** ON of inner joins, which may name tables to the right. */
  const late: ast.Expr[] = [];
  for (const item of from) {
    const { join } = item;
    const kind = join === null ? 'inner' : JOINS[join.type];
    const before = scope.sources.length;
    const first = joined.items.length;
    bindItem(binder, item, { scope, joined, kind, outer, fixed: join?.type === 'CROSS' });
    const on: Conjunct[] = [];
    const own = scope.sources.slice(before);
    if (join !== null) {
      joinByName(binder, join, scope, { earlier: scope.sources.slice(start, before), kind, on, own, outer });
      if (join.on !== null && kind === 'inner' && !outer) late.push(join.on);
      else if (join.on !== null) bindConjuncts(binder, join.on, scope, joined.items.length - 1, on);
    }
    if (kind !== 'right') for (const source of kind === 'inner' ? [] : own) source.nullable = true;
    if (kind === 'right' || kind === 'full')
      for (const source of scope.sources.slice(0, before)) source.nullable = true;
    if (kind === 'inner')
      joined.conjuncts.push(...on.map((part) => ({ ...part, after: outer ? joined.items.length - 1 : -1 })));
    else {
      const target = joined.items[first] as Item;
      target.join = kind;
      target.on = [...target.on, ...on];
    }
  }
  for (const on of late) bindConjuncts(binder, on, scope, -1, joined.conjuncts);
}

const JOINS = { INNER: 'inner', CROSS: 'inner', LEFT: 'left', RIGHT: 'right', FULL: 'full' } as const;

interface ByName {
  /** Sources that stand before the join. */
  earlier: readonly Source[];
  kind: Loop['join'];
  on: Conjunct[];
  own: readonly Source[];
  /** The FROM has a RIGHT or FULL join: names must be clear then. */
  outer: boolean;
}

/** USING and NATURAL. */
function joinByName(binder: Binder, join: ast.Join, scope: Scope, by: ByName): void {
  const { earlier, kind, on, own, outer } = by;
  if (join.natural && (join.on ?? join.using) !== null)
    binder.fail('INVALID_STATEMENT', 'a NATURAL join may not have an ON or USING clause', join.at);
  let names: readonly ast.Name[] = join.using ?? [];
  if (join.natural) {
    const common: ast.Name[] = [];
    for (const source of own) {
      for (let i = 0; i < source.length; i++) {
        const name = source.nameOf(i);
        const isCommon = !source.isHidden(i) && earlier.some((other) => visible(other, fold(name)) >= 0);
        if (isCommon) common.push({ name, at: -1 });
      }
    }
    names = common;
  }
  if (names.length === 0) return;
  for (const { name, at } of names) {
    const key = fold(name);
    const right = own.find((source) => source.find(key) >= 0);
    let left: Expr | undefined;
    let joinedBefore = 0;
    for (const source of earlier) {
      const column = source.find(key);
      if (column < 0) continue;
      const expr = source.plain(key, column);
      if (left === undefined) left = expr;
      else if (source.using?.has(key) !== true) joinedBefore++;
      else if (outer) left = coalesce(binder, left, expr);
    }
    if (left === undefined || right === undefined) {
      return binder.fail('NO_SUCH_COLUMN', `cannot join using column ${name} - column not present in both tables`, at);
    }
    if (joinedBefore > 0 && outer) binder.fail('AMBIGUOUS_COLUMN', `ambiguous reference to ${name} in USING()`, at);
    const mark = binder.reads.length;
    const expr = compare('=', binder.note(left, scope), binder.note(right.plain(key, right.find(key)), scope));
    on.push({ expr, reads: binder.reads.slice(mark), after: -1 });
    right.join = kind;
    (right.using ??= new Set()).add(key);
  }
}

function visible(source: Source, name: string): number {
  const column = source.find(name);
  return column >= 0 && source.isHidden(column) ? -1 : column;
}

interface Target {
  readonly scope: Scope;
  readonly joined: Joined;
  readonly kind: Loop['join'];
  /** Some join of the FROM is RIGHT or FULL: nothing is flattened. */
  readonly outer: boolean;
  readonly fixed: boolean;
}

function bindItem(binder: Binder, item: ast.FromItem, target: Target): void {
  const { scope, joined } = target;
  if (item.kind === 'group') {
    if (item.alias !== null) {
      const body = { env: scope.env, parent: scope.parent };
      return bindSubquery(binder, selectFrom(item.items, item.at), item.alias, target, body);
    }
    if (item.items.length === 1) return bindItem(binder, { ...(item.items[0] as ast.FromItem), join: null }, target);
    if (
      target.kind === 'inner' &&
      !target.outer &&
      item.items.every(({ join }) => join === null || 'INNER CROSS LEFT'.includes(join.type))
    ) {
      return bindFrom(binder, item.items, scope, joined);
    }
    return bindGroup(binder, item, target);
  }
  if (item.kind === 'subquery') {
    return bindSubquery(binder, item.select, item.alias ?? '', target, { env: scope.env, parent: scope.parent });
  }
  const { name, alias, indexedBy } = item;
  const key = fold(name);
  const title = alias ?? name;
  if (item.schema === null && item.args === null && item.asOf === null) {
    for (let env = scope.env; env !== null; env = env.parent) {
      const cte = env.ctes.get(key);
      if (cte !== undefined) return bindCte(binder, cte, title, target);
    }
  }
  const { functions } = binder.context;
  const catalog = item.asOf === null ? binder.context.catalog : pastCatalog(binder, item.asOf, item.at);
  const schema = item.schema === null ? binder.home : fold(item.schema);
  const known = schema === null || schema === 'main' || schema === 'temp' ? catalog.table(name, schema) : undefined;
  if (known === undefined || item.args !== null) {
    const fn = known === undefined ? functions.table?.(key) : undefined;
    if (fn !== undefined) return bindFunction(binder, fn, item, target);
    if (known !== undefined) binder.fail('NO_SUCH_FUNCTION', `'${name}' is not a function`, item.at);
    const names = [...catalog.tables()].map((table) => table.name);
    const prefix = item.schema ?? (binder.foreignText > 0 || binder.names !== null || scope.trigger ? 'main' : null);
    const written = prefix === null ? name : `${prefix}.${name}`;
    return binder.fail('NO_SUCH_TABLE', `no such table: ${written}`, item.at, { name, known: names });
  }
  if (known.kind === 'view') {
    if (typeof indexedBy === 'string') binder.fail('NO_SUCH_INDEX', `no such index: ${indexedBy}`, item.at);
    if (binder.names !== null && binder.foreignText === 0) binder.names.table(item, known, null);
    if (binder.opening.includes(known)) binder.fail('CIRCULAR_REFERENCE', `view ${known.name} is circularly defined`);
    let select = viewSelects.get(known);
    if (select === undefined) {
      select = (parseStatement(known.sql).statement as ast.CreateView).select;
      viewSelects.set(known, select);
    }
    binder.opening.push(known);
    binder.foreignText++;
    const { context, home } = binder;
    binder.home = known.temporary === true ? null : 'main';
    if (item.asOf !== null) binder.context = { ...context, catalog };
    bindSubquery(binder, select, title, target, {
      env: null,
      parent: null,
      columns: known.columns,
      name: known.name,
      isView: true,
    });
    binder.context = context;
    binder.home = home;
    binder.foreignText--;
    binder.opening.pop();
    return;
  }
  if (typeof indexedBy === 'string' && !known.indexes.some((index) => fold(index.name) === fold(indexedBy))) {
    binder.fail('NO_SUCH_INDEX', `no such index: ${indexedBy}`, item.at);
  }
  const source = binder.tableSource(title, known);
  scope.sources.push(source);
  if (binder.names !== null && binder.foreignText === 0) binder.names.table(item, known, source);
  joined.items.push({
    source: source.id,
    kind: 'table',
    join: 'inner',
    on: [],
    name: title === name ? known.name : title,
    table: known,
    slots: tableSlots(known),
    indexedBy,
    fixed: target.fixed,
    used: source.used,
  });
}

function pastCatalog(binder: Binder, point: ast.Expr, at: number): Catalog {
  const { past } = binder.context;
  return past === undefined ? binder.fail('UNSUPPORTED', 'AS OF may not stand here', at) : past(point);
}

const PLAIN = { join: 'inner', on: [], indexedBy: null, used: [] } as const;

function bindFunction(binder: Binder, fn: TableFunctionInfo, item: ast.TableSource, target: Target): void {
  const args = (item.args ?? []).map((arg) => bindExpr(binder, arg, target.scope));
  if (args.length > fn.max && fn.max >= 0) {
    binder.fail('FUNCTION_ARGUMENT_COUNT', `too many arguments on ${item.name}() - max ${fn.max}`, item.at);
  }
  const id = binder.sources++;
  const names = [...fn.columns, ...fn.hidden];
  const columns = names.map((name, slot) => ({
    name,
    hidden: slot >= fn.columns.length,
    expr: make({ op: 'column', source: id, slot }, 'any'),
  }));
  const source = new Source(id, item.alias ?? item.name, columns);
  if (fn.hasRowid === true) source.rowid = make({ op: 'column', source: id, slot: names.length }, 'integer');
  target.scope.sources.push(source);
  const { fixed } = target;
  target.joined.items.push({
    ...PLAIN,
    source: id,
    kind: 'function',
    name: item.alias ?? item.name,
    fn,
    args,
    slots: names.length + Number(fn.hasRowid === true),
    fixed,
  });
}

/** Columns as a query around sees them: names made unique as SQLite does. */
function titles(
  binder: Binder,
  columns: readonly ResultColumn[],
  names: readonly string[] | null | undefined,
  name: string,
  isView = false,
): ResultColumn[] {
  if (names && names.length !== columns.length) {
    const message = isView
      ? `expected ${names.length} columns for '${name}' but got ${columns.length}`
      : `table ${name} has ${columns.length} values for ${names.length} columns`;
    binder.fail('COLUMN_COUNT_MISMATCH', message);
  }
  const seen = new Set<string>();
  return columns.map((column, i) => {
    const wanted = names?.[i] ?? column.name;
    let title = wanted;
    for (let n = 1; seen.has(fold(title)); n++) title = `${wanted}:${n}`;
    seen.add(fold(title));
    return title === column.name ? column : { ...column, name: title };
  });
}

interface Body {
  env: Env | null;
  parent: Scope | null;
  columns?: readonly string[] | null;
  name?: string;
  isView?: boolean;
}

function bindSubquery(binder: Binder, select: ast.Select, alias: string, target: Target, body: Body): void {
  const { scope, joined, kind, fixed } = target;
  const around = new Scope(body.parent, body.env);
  around.asWritten = true;
  const firstSource = binder.sources;
  const mark = binder.reads.length;
  let plan: SelectPlan;
  if (isSimple(select)) {
    const arm = bindCore(binder, select.arms[0] as ast.SelectCore, around);
    if (mayFlatten(arm, target)) {
      const columns = titles(binder, arm.columns, body.columns, body.name ?? alias, body.isView);
      const derived = columns.map((info, i): DerivedColumn => {
        const { explicit: _, ...expr } = arm.select[i] as Expr;
        return { name: info.name, expr: { ...expr, collation: expr.collation ?? 'BINARY' }, info };
      });
      scope.sources.push(new Source(binder.sources++, alias, derived));
      if (kind === 'inner') {
        const [first] = arm.items as [Item];
        joined.items.push(fixed ? { ...first, fixed } : first, ...arm.items.slice(1));
        joined.conjuncts.push(...arm.conjuncts);
      } else joined.items.push({ ...(arm.items[0] as Item), on: arm.conjuncts });
      return;
    }
    plan = finishPlan(binder, arm, select, { firstSource, mark, withs: [] });
  } else plan = planSelect(binder, select, around);
  const columns = titles(binder, plan.columns, body.columns, body.name ?? alias, body.isView);
  const id = binder.sources++;
  scope.sources.push(new Source(id, alias, slotColumns(id, columns)));
  joined.items.push({ ...PLAIN, source: id, kind: 'subquery', name: alias, plan, slots: columns.length, fixed });
}

/** An arm without anything after its joins may become part of the join around it. */
function mayFlatten(arm: BoundArm, { kind, outer }: Target): boolean {
  if (outer || arm.items.length === 0 || isGrouped(arm) || arm.scope.windows.length > 0) return false;
  if (arm.items.some(({ join }) => join === 'right' || join === 'full')) return false;
  const [first] = arm.items;
  // columns of the subquery itself are NULL where no row matches; those of a query around are not
  const isOwn = (expr: Expr): boolean => expr.op === 'column' && expr.source === first?.source;
  return kind === 'inner' || (arm.items.length === 1 && arm.select.every(isOwn));
}

function bindCte(binder: Binder, cte: Cte, alias: string, target: Target): void {
  const { table } = cte;
  if (cte.self === 'initial') binder.fail('CIRCULAR_REFERENCE', `circular reference: ${table.name}`, table.at);
  const isSelf = cte.self !== null;
  const ready = cte.self ?? cte.ready ?? materialize(binder, cte);
  if (ready === null) {
    cte.self = 'initial';
    bindSubquery(binder, table.select, alias, target, {
      env: cte.env,
      parent: cte.parent,
      columns: table.columns?.map(({ name }) => name) ?? null,
      name: table.name,
    });
    cte.self = null;
    return;
  }
  const { id, columns } = ready;
  const source = binder.sources++;
  const slots = titles(binder, columns, null, table.name);
  target.scope.sources.push(new Source(source, alias, slotColumns(source, slots)));
  const kind = isSelf ? 'recursive' : 'cte';
  target.joined.items.push({
    ...PLAIN,
    source,
    kind,
    name: alias,
    cte: id,
    slots: columns.length,
    fixed: target.fixed,
  });
}

/** `(a JOIN b)` on a side of an outer join: a subquery whose columns keep their tables' names. */
function bindGroup(binder: Binder, group: ast.GroupSource, target: Target): void {
  const { scope, joined, fixed } = target;
  const inner = new Scope(scope.parent, scope.env);
  const arm = bindCore(
    binder,
    {
      kind: 'core',
      distinct: false,
      columns: [],
      from: group.items,
      where: null,
      groupBy: null,
      having: null,
      windows: [],
      at: group.at,
    },
    inner,
  );
  const id = binder.sources++;
  const select: Expr[] = [];
  const add = (expr: Expr): Expr => {
    select.push(expr);
    const { type, affinity, collation } = expr;
    return make({ op: 'column', source: id, slot: select.length - 1 }, type, { affinity, collation });
  };
  const before = scope.sources.length;
  for (const source of arm.scope.sources) {
    const derived: DerivedColumn[] = [];
    for (let i = 0; i < source.length; i++) {
      derived.push({ name: source.nameOf(i), hidden: source.isHidden(i), expr: add(source.expr(i)) });
    }
    const rowid = source.rowidExpr();
    const outside = new Source(id, source.name, derived);
    if (rowid !== undefined) outside.rowid = add(rowid);
    outside.using = source.using;
    scope.sources.push(outside);
  }
  const merged = new Map<string, Expr>();
  for (const name of new Set(arm.scope.sources.flatMap(({ using }) => [...(using ?? [])]))) {
    const column: ast.ColumnExpr = {
      kind: 'column',
      schema: null,
      table: null,
      name,
      quoted: '`',
      at: -1,
      tableAt: -1,
    };
    merged.set(name, add(bindExpr(binder, column, arm.scope)));
  }
  for (const source of scope.sources.slice(before)) source.merged = merged;
  arm.select.push(...select);
  const columns = select.map(({ type, affinity, collation }, i) => ({ name: `c${i}`, type, affinity, collation }));
  arm.columns.push(...columns);
  const plan = finishPlan(binder, arm, null, { firstSource: 0, mark: binder.reads.length, withs: [] });
  joined.items.push({ ...PLAIN, source: id, kind: 'subquery', name: '', plan, slots: select.length, fixed });
}
