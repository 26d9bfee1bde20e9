/**
 * Which way to the rows of a table: conditions that a key may meet, the trees whose keys they are, and what each way
 * costs. Costs are in rows looked at; estimates without statistics are SQLite's.
 * @see https://www.sqlite.org/optoverview.html
 */
import type { Affinity, ColumnInfo, IndexInfo, TableInfo } from '../catalog/schema.ts';
import { parseExpression } from '../sql/index.ts';
import type * as ast from '../sql/ast.ts';
import { bindExpr, mirrored, type Binder } from './bind.ts';
import type { Item } from './item.ts';
import type { Access, CompareOperator, Expr, KeyBound, KeyPart, OrderTerm } from './plan.ts';
import { Scope, Source } from './scope.ts';
import { make, same, sourcesOf } from './tree.ts';

/** One condition with the places of the items that it reads. */
export interface Term {
  readonly expr: Expr;
  readonly deps: readonly number[];
}

/** A way in which a condition fixes or bounds an expression over one item. */
export interface Use {
  readonly term: Term;
  readonly key: Expr;
  /** 'hash': equal once the key has taken an affinity, which no tree has. */
  readonly kind: 'eq' | 'in' | 'low' | 'high' | 'hash';
  readonly part: KeyPart | KeyBound;
  readonly collation: string;
  /** Items that must stand before. */
  readonly deps: readonly number[];
  /** Members of IN. */
  readonly size: number;
}

interface Key {
  /** Place in the table's row; −1: see `text`. */
  readonly slot: number;
  readonly text: string | null;
  readonly collation: string;
  readonly descending: boolean;
}

/** A tree of a table, by its key: that of the table itself comes first. */
interface TreeKey {
  readonly index: IndexInfo | undefined;
  /** Rows of an index go on with the key of the table, which is among these. */
  readonly keys: readonly Key[];
  /** Columns that tell rows apart; 0: not unique. */
  readonly unique: number;
}

export interface Path {
  readonly access: Access;
  readonly index: IndexInfo | undefined;
  readonly covering: readonly number[] | undefined;
  /** Conditions that need no further look. */
  readonly met: readonly Term[];
  readonly cost: number;
  readonly rows: number;
  readonly ordered: boolean;
}

const DEFAULT_ROWS = 1 << 20;
/** A table may grow after the plan is made: it is never taken to be smaller. */
export const ROWS_MIN = 1000;
/** Rows for each value of the first key columns of an index, without statistics. */
const DEFAULT_EQUAL = [10, 9, 8, 7, 6];
const DEFAULT_EQUAL_MORE = 5;
const IN_SELECT_ROWS = 25;
/** Cost of a row of the table, be it in a scan or looked up by an entry of an index, against a row of an index. */
const ROW_COST = 3;
/** … of a row that a walk through all of an index of a large table leads to, beside that. */
const LARGE_ROW_COST = 7;

const treesOfTables = new WeakMap<TableInfo, readonly TreeKey[]>();
const texts = new Map<string, ast.Expr>();
const TEXTS_MAX = 1000;

function parsed(text: string): ast.Expr {
  let expr = texts.get(text);
  if (expr === undefined) {
    if (texts.size >= TEXTS_MAX) texts.clear();
    texts.set(text, (expr = parseExpression(text)));
  }
  return expr;
}

function treesOf(table: TableInfo): readonly TreeKey[] {
  let trees = treesOfTables.get(table);
  if (trees !== undefined) return trees;
  const keyOf = ({ column, expression, collation, descending }: IndexInfo['columns'][number]): Key => {
    const info = column >= 0 ? (table.columns[column] as ColumnInfo) : null;
    const isRowid = column === -1 || (column >= 0 && column === table.rowidColumn);
    const slot = isRowid ? 0 : (info?.slot ?? -1);
    return { slot, text: slot < 0 ? (expression ?? info?.generated?.sql ?? null) : null, collation, descending };
  };
  const own = table.indexes.find(({ ordinal }) => ordinal === -1);
  const rowid: Key = { slot: 0, text: null, collation: 'BINARY', descending: false };
  const key = own === undefined ? [rowid] : own.columns.map(keyOf);
  trees = [
    { index: undefined, keys: key, unique: key.length },
    ...table.indexes
      .filter(({ ordinal }) => ordinal >= 0)
      .map((index): TreeKey => ({
        index,
        keys: [...index.columns.map(keyOf), ...key],
        unique: index.unique ? index.columns.length : 0,
      })),
  ];
  treesOfTables.set(table, trees);
  return trees;
}

/** Place of the item of each source. */
export type Places = readonly (number | undefined)[];

const NO_DEPS: readonly number[] = [];

/** Places of the items that an expression reads. */
export function depsOf(expr: unknown, places: Places): readonly number[] {
  const { op } = expr as Expr;
  if (op === 'const' || op === 'param') return NO_DEPS;
  if (op === 'column') {
    const place = places[(expr as Expr & { op: 'column' }).source];
    return place === undefined ? NO_DEPS : [place];
  }
  const deps: number[] = [];
  for (const source of sourcesOf(expr)) {
    const place = places[source];
    if (place !== undefined && !deps.includes(place)) deps.push(place);
  }
  return deps;
}

/** All ways in which a condition may serve a key of the item at a place. */
export function usesOf(term: Term, place: number, places: Places, out: Use[]): void {
  const { expr } = term;
  const add = (
    key: Expr,
    kind: Use['kind'],
    part: KeyPart | KeyBound,
    others: unknown,
    needs: { affinity: Affinity | null; collation: string; size?: number },
  ): void => {
    if (needs.affinity !== null && kind === 'eq' && expr.op === 'compare' && expr.operator === '=') kind = 'hash';
    else if (needs.affinity !== null) return;
    if (key.op === 'const' || key.op === 'param') return;
    const own = depsOf(key, places);
    if (own.length !== 1 || own[0] !== place) return;
    const deps = depsOf(others, places);
    if (deps.includes(place)) return;
    out.push({ term, key, kind, part, collation: needs.collation, deps, size: needs.size ?? 1 });
  };
  switch (expr.op) {
    case 'compare': {
      const { left, right, leftAffinity, rightAffinity, collation } = expr;
      const side = (
        key: Expr,
        value: Expr,
        operator: CompareOperator,
        affinity: Affinity | null,
        own: Affinity | null,
      ): void => {
        const isEqual = operator === '=' || operator === 'IS';
        if (isEqual)
          add(key, 'eq', { expr: value, affinity, isNull: operator === 'IS' }, value, { affinity: own, collation });
        else if (operator[0] === '<' && operator !== '<>') {
          add(key, 'high', { expr: value, affinity, open: operator === '<' }, value, { affinity: own, collation });
        } else if (operator[0] === '>') {
          add(key, 'low', { expr: value, affinity, open: operator === '>' }, value, { affinity: own, collation });
        }
      };
      side(left, right, expr.operator, rightAffinity, leftAffinity);
      side(right, left, mirrored(expr.operator), leftAffinity, rightAffinity);
      return;
    }
    case 'isNull':
      add(expr.operand, 'eq', { expr: make({ op: 'const', value: null }, 'null'), affinity: null, isNull: true }, [], {
        affinity: null,
        collation: expr.operand.collation ?? 'BINARY',
      });
      return;
    case 'between': {
      if (expr.negated) return;
      const { operand, low, high, lowComparison: l, highComparison: h } = expr;
      add(operand, 'low', { expr: low, affinity: l.rightAffinity, open: false }, low, {
        affinity: l.leftAffinity,
        collation: l.collation,
      });
      add(operand, 'high', { expr: high, affinity: h.rightAffinity, open: false }, high, {
        affinity: h.leftAffinity,
        collation: h.collation,
      });
      return;
    }
    case 'in': {
      const [key] = expr.operand;
      const [comparison] = expr.comparisons;
      if (expr.negated || expr.operand.length > 1 || key === undefined || comparison === undefined) return;
      const { leftAffinity, rightAffinity: affinity, collation } = comparison;
      const { list, select } = expr;
      if (list !== null)
        add(key, 'in', { list, affinity }, list, { affinity: leftAffinity, collation, size: list.length });
      else if (select !== null && !select.plan.correlated) {
        add(key, 'in', { select, column: 0, affinity }, [], {
          affinity: leftAffinity,
          collation,
          size: IN_SELECT_ROWS,
        });
      }
      return;
    }
    default:
  }
}

function tableRows({ stats, storage }: TableInfo): number {
  if (stats !== undefined) return stats.rows;
  const count: number | undefined = (storage as Partial<TableInfo['storage']>).tree?.count;
  return count === undefined ? DEFAULT_ROWS : Math.max(count, ROWS_MIN);
}

/** Rows that a stored table has, were they few. */
export function knownRows({ kind, table }: Item): number | undefined {
  if (kind !== 'table' || table === undefined) return undefined;
  return table.stats?.rows ?? (table.storage as Partial<TableInfo['storage']>).tree?.count;
}

export function rowsOf(item: Item): number {
  if (item.kind === 'table') return tableRows(item.table as TableInfo);
  if (item.kind === 'recursive') return 1;
  if (item.kind === 'function') return 25;
  const arms = item.plan?.arms ?? [];
  let rows = 0;
  for (const arm of arms) {
    let product = 1;
    for (const loop of arm.loops) product *= loop.rows;
    rows += arm.values?.length ?? (arm.group === null ? product : arm.group.by.length === 0 ? 1 : product / 10);
  }
  return arms.length === 0 ? 100 : Math.min(Math.max(rows, 1), DEFAULT_ROWS);
}

/** Whether an expression over the item is the key column. */
function isKey(binder: Binder, item: Item, key: Key, expr: Expr): boolean {
  if (key.slot >= 0) {
    return expr.op === 'column' && expr.source === item.source && expr.slot === key.slot && expr.affinity !== null;
  }
  if (expr.op === 'column' || key.text === null) return false;
  const bound = bindOver(binder, item, key.text);
  const inner = expr.op === 'affinity' ? expr.operand : expr;
  return same(strip(bound), strip(inner));
}

function strip(expr: Expr): unknown {
  return { ...expr, explicit: undefined, collation: undefined, affinity: undefined };
}

/** Binds a text of the schema over the row of an item. */
function bindOver(binder: Binder, item: Item, text: string): Expr {
  const scope = new Scope();
  const { table, source } = item;
  scope.sources.push(
    new Source(source, (table as TableInfo).name, table as TableInfo, (_, column) =>
      bindOver(binder, item, column.generated?.sql as string),
    ),
  );
  return bindExpr(binder, parsed(text), scope);
}

/** Each condition of a partial index is one of the query's, or NOT NULL of what one of them compares. */
function isImplied(binder: Binder, item: Item, where: string, terms: readonly Term[]): boolean {
  const parts: Expr[] = [];
  const split = (expr: Expr): void => {
    if (expr.op === 'and') [expr.left, expr.right].forEach(split);
    else parts.push(expr);
  };
  split(bindOver(binder, item, where));
  return parts.every((part) =>
    terms.some(({ expr }) => {
      if (same(expr, part)) return true;
      if (part.op !== 'notNull') return false;
      if (expr.op === 'compare')
        return !expr.operator.startsWith('IS') && (same(expr.left, part.operand) || same(expr.right, part.operand));
      return (
        (expr.op === 'between' && same(expr.operand, part.operand)) ||
        (expr.op === 'in' && same(expr.operand[0], part.operand))
      );
    }),
  );
}

/** Rows that share values of the first `count` key columns. */
function equalRows({ index, unique }: TreeKey, count: number, rows: number): number {
  if (unique > 0 && count >= unique) return 1;
  const known = index?.stats?.[count];
  if (known !== undefined) return known;
  if (index !== undefined && count > index.columns.length) return 1;
  return Math.max(1, Math.min(rows, DEFAULT_EQUAL[count - 1] ?? DEFAULT_EQUAL_MORE));
}

export interface Wish {
  readonly terms: readonly OrderTerm[];
  /** In any order and direction: GROUP BY. */
  readonly anyOrder: boolean;
  /** Nothing but the first row counts. */
  readonly firstOnly: boolean;
  /** No other loop follows. */
  readonly alone: boolean;
}

/**
 * Whether a walk along the tree gives the order, and in which direction: 1, −1, or 0 for no. `fixed` key columns, the
 * first ones, have one value each.
 */
function direction(binder: Binder, item: Item, tree: TreeKey, fixed: number, wish: Wish): 1 | -1 | 0 {
  const { keys } = tree;
  let at = fixed;
  let way: 1 | -1 | 0 = 0;
  const matches = (key: Key | undefined, { expr, collation }: OrderTerm): boolean =>
    key !== undefined && key.collation === collation && isKey(binder, item, key, expr as Expr);
  const open = [...wish.terms];
  while (open.length > 0) {
    const key = keys[at];
    const place = wish.anyOrder
      ? open.findIndex((term) => matches(key, term))
      : matches(key, open[0] as OrderTerm)
        ? 0
        : -1;
    if (place >= 0) {
      const [term] = open.splice(place, 1) as [OrderTerm];
      const turn = term.descending === key?.descending ? 1 : -1;
      if (!wish.anyOrder) {
        if (term.nullsFirst === term.descending || (way !== 0 && way !== turn)) return 0;
        way = turn;
      }
      at++;
      if (wish.alone && !wish.anyOrder && tree.unique > 0 && at >= tree.unique && tree.index === undefined) break;
      continue;
    }
    const next = open.findIndex(
      (term) => (term.expr as Expr).op === 'const' || keys.slice(0, fixed).some((fixedKey) => matches(fixedKey, term)),
    );
    if (next < 0 || (next > 0 && !wish.anyOrder)) return 0;
    open.splice(next, 1);
  }
  return way === 0 ? 1 : way;
}

export interface Search {
  readonly uses: readonly Use[];
  /** All conditions on the item, for partial indexes. */
  readonly terms: readonly Term[];
  readonly placed: readonly boolean[];
  readonly wish: Wish | null;
  /** Of each condition that is an OR, the uses of its arms. */
  readonly ors: readonly (readonly (readonly Use[])[])[];
}

export function isReady(deps: readonly number[], placed: readonly boolean[]): boolean {
  for (let i = 0; i < deps.length; i++) if (placed[deps[i] as number] !== true) return false;
  return true;
}

function coveringMap({ used }: Item, { index, keys }: TreeKey): readonly number[] | undefined {
  if (index === undefined) return undefined;
  const map: number[] = [];
  for (let slot = 0; slot < used.length; slot++) {
    const place = used[slot] === true ? keys.findIndex((key) => key.slot === slot) : -1;
    if (place < 0 && used[slot] === true) return undefined;
    map.push(place);
  }
  return map;
}

/** The cheapest way to the rows of a table, once the items that are `placed` have theirs. */
export function bestPath(binder: Binder, item: Item, search: Search): Path {
  const { uses, placed, wish, terms } = search;
  const table = item.table as TableInfo;
  const rows = tableRows(table);
  const seek = Math.log2(rows + 2);
  const isLarge = (knownRows(item) ?? 0) > ROWS_MIN;
  let best: Path | undefined;
  for (const tree of treesOf(table)) {
    const { index, keys } = tree;
    if (
      item.indexedBy !== null &&
      index !== undefined &&
      (item.indexedBy === false || index.name.toLowerCase() !== item.indexedBy.toLowerCase())
    )
      continue;
    if (typeof item.indexedBy === 'string' && index === undefined) continue;
    if (uses.length === 0 && wish === null && index !== undefined && item.indexedBy === null) continue;
    if (index !== undefined && index.where !== null && !isImplied(binder, item, index.where, terms)) continue;
    const eq: KeyPart[] = [];
    const met: Term[] = [];
    let seeks = 1;
    let isFixed = true;
    let low: KeyBound | null = null;
    let high: KeyBound | null = null;
    for (const key of keys) {
      let chosen: Use | undefined;
      let from: Use | undefined;
      let to: Use | undefined;
      for (const use of uses) {
        // A rowid is no text: any collation will do.
        if (use.collation !== key.collation && (key.slot !== 0 || table.withoutRowid)) continue;
        if (use.kind === 'hash' || !isReady(use.deps, placed) || !isKey(binder, item, key, use.key)) continue;
        if (use.kind === 'eq') chosen = chosen?.kind === 'eq' ? chosen : use;
        else if (use.kind === 'in') chosen ??= isFixed ? use : undefined;
        else if (use.kind === 'low') from ??= use;
        else to ??= use;
      }
      if (chosen === undefined) {
        low = (from?.part as KeyBound | undefined) ?? null;
        high = (to?.part as KeyBound | undefined) ?? null;
        for (const use of [from, to]) {
          // half of a BETWEEN leaves the other to be looked at
          if (use !== undefined && (use.term.expr.op !== 'between' || from?.term === to?.term)) met.push(use.term);
        }
        break;
      }
      eq.push(chosen.part as KeyPart);
      met.push(chosen.term);
      seeks *= chosen.size;
      if (chosen.kind === 'in') isFixed = false;
    }
    const isSearch = eq.length > 0 || low !== null || high !== null;
    let found = eq.length === 0 ? rows : Math.min(rows, equalRows(tree, eq.length, rows) * seeks);
    if (low !== null || high !== null) found = Math.max(1, found / (low !== null && high !== null ? 64 : 4));
    const way = wish === null ? 0 : direction(binder, item, tree, isFixed ? eq.length : 0, wish);
    const isOrdered = way !== 0 && (isFixed || eq.length === 1);
    if (!isSearch && index !== undefined && !isOrdered && item.indexedBy === null) continue;
    const covering = coveringMap(item, tree);
    const perRow =
      index === undefined || covering !== undefined ? (isSearch ? 1 : ROW_COST) : isSearch ? ROW_COST : ROW_COST + 1;
    let cost = (isSearch ? seek * seeks : 0) + found * perRow;
    if (isOrdered && wish?.firstOnly === true) cost = seek;
    // Groups of a large table are found by hash, in batches; entries of an index lead to rows one by one.
    const isGroup = wish?.anyOrder === true && isLarge;
    if (wish !== null && !isOrdered) cost += isGroup ? found / 2 : found * Math.log2(found + 2);
    if (isGroup && isOrdered && index !== undefined && covering === undefined) cost += found * LARGE_ROW_COST;
    const isUnique =
      eq.length > 0 &&
      tree.unique > 0 &&
      eq.length >= tree.unique &&
      isFixed &&
      eq.every((part, i) => i >= tree.unique || !('isNull' in part && part.isNull && index !== undefined));
    if (best !== undefined && best.cost <= cost) continue;
    const reverse = isOrdered && way < 0;
    const access: Access = isSearch
      ? { kind: 'range', eq, low, high, reverse, unique: isUnique }
      : { kind: 'scan', reverse };
    best = { access, index, covering, met, cost, rows: found, ordered: isOrdered };
  }
  for (const arms of item.indexedBy === null ? search.ors : []) {
    const paths = arms.map((uses) => bestPath(binder, item, { uses, terms, placed, wish: null, ors: [] }));
    if (!paths.every(({ access }) => access.kind === 'range')) continue;
    const found = Math.min(
      rows,
      paths.reduce((sum, path) => sum + path.rows, 0),
    );
    const sort = wish === null ? 0 : found * Math.log2(found + 2);
    const cost = paths.reduce((sum, path) => sum + path.cost, found + sort);
    if (best !== undefined && best.cost <= cost) continue;
    const parts = paths.map(({ access, index }) => ({ access, index }));
    best = {
      access: { kind: 'or', parts },
      index: undefined,
      covering: undefined,
      met: [],
      cost,
      rows: found,
      ordered: false,
    };
  }
  return best ?? binder.fail('INVALID_STATEMENT', 'no query solution');
}

/** Uses of each arm of an OR, or undefined when some arm has none. */
export function usesOfArms(term: Term, place: number, places: Places): Use[][] | undefined {
  const arms: Use[][] = [];
  const split = (expr: Expr, op: 'or' | 'and', each: (part: Expr) => void): void => {
    if (expr.op !== op) return each(expr);
    split(expr.left, op, each);
    split(expr.right, op, each);
  };
  split(term.expr, 'or', (arm) => {
    const uses: Use[] = [];
    split(arm, 'and', (expr) => usesOf({ expr, deps: term.deps }, place, places, uses));
    arms.push(uses);
  });
  return arms.every((uses) => uses.length > 0) ? arms : undefined;
}
