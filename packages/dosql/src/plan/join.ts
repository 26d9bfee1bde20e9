/** Orders joins and gives each loop its access path and its conditions. */
import {
  bestPath,
  depsOf,
  knownRows,
  ROWS_MIN,
  isReady,
  rowsOf,
  usesOf,
  usesOfArms,
  type Path,
  type Term,
  type Use,
  type Wish,
} from './access.ts';
import type { Binder } from './bind.ts';
import type { Conjunct, Item } from './item.ts';
import type { Access, Comparison, Expr, Loop, OrderTerm } from './plan.ts';

export interface Wishes {
  readonly order: readonly OrderTerm[] | null;
  readonly groupBy: readonly Expr[] | null;
  readonly extreme: { expr: Expr; descending: boolean } | null;
}

export interface Joins {
  readonly loops: readonly Loop[];
  /** Conditions that read no item. */
  readonly always: readonly Expr[];
  /** Rows come as wished. */
  readonly ordered: boolean;
}

interface Candidate {
  readonly item: Item;
  readonly place: number;
  /** Conditions that may restrict the rows of the item before it is known whether they match. */
  readonly terms: Term[];
  readonly on: readonly Term[];
  readonly uses: Use[];
  readonly ors: Use[][][];
  /** Items that must stand before. */
  readonly needs: readonly number[];
  /** Arguments of a function that other items give. */
  readonly isLateral: boolean;
  /** Items that some condition connects it with. */
  readonly links: readonly number[];
}

interface Step {
  readonly candidate: Candidate;
  readonly path: Path;
}

/** Costs in a join by hash: to put a row of the inner side into the table, to look for one, and of each that is found. */
const HASH = { build: 8, probe: 2, match: 1 };
/** … where rows come in batches: of tables that are known to be large. */
const BATCH_HASH = { build: 2, probe: 0.3, match: 0.2 };
/** … beside that for each key after the first: hashed where one alone would be an address. */
const BATCH_KEY = 1;
/** Costs of a search in an index of a large table, and of each row of the table that it leads to. */
const INDEX_SEEK = 30;
const INDEX_ROW = 10;
/** Cost of a scan in batches, against that of one row by row. */
const BATCH_SCAN = 0.1;
/** Rows that share the value of a column that is not unique, and the part of them that meets a condition. */
const EQUAL_ROWS = 10;
/** What a row costs those that come later, when the next item is chosen. */
const ROW_WEIGHT = 3;
/** A table of so many rows is a beginning too: smaller ones are better kept than it. */
const LARGE_ROWS = 5000;
/** Up to so many items, the order is sought from each of the cheapest beginnings. */
const STARTS_MAX_ITEMS = 12;
const STARTS = 3;

function wishOf({ order, groupBy, extreme }: Wishes, alone: boolean): Wish | null {
  const term = (expr: Expr, descending: boolean): OrderTerm => ({
    column: -1,
    expr,
    descending,
    nullsFirst: !descending,
    collation: expr.collation ?? 'BINARY',
  });
  if (order !== null && order.length > 0) return { terms: order, anyOrder: false, firstOnly: false, alone };
  if (groupBy !== null && groupBy.length > 0)
    return { terms: groupBy.map((expr) => term(expr, false)), anyOrder: true, firstOnly: false, alone };
  return extreme === null || !alone
    ? null
    : { terms: [term(extreme.expr, extreme.descending)], anyOrder: false, firstOnly: true, alone };
}

/** True when the condition is not true of a row of NULLs of that source. */
function rejectsNull(expr: Expr, source: number): boolean {
  const isOwn = (side: Expr | undefined): boolean => side?.op === 'column' && side.source === source;
  if (expr.op === 'compare') return !expr.operator.startsWith('IS') && (isOwn(expr.left) || isOwn(expr.right));
  if (expr.op === 'between' || expr.op === 'notNull') return isOwn(expr.operand);
  return expr.op === 'in' && expr.operand.length === 1 && (expr.list?.length ?? 0) > 0 && isOwn(expr.operand[0]);
}

export function planLoops(
  binder: Binder,
  given: readonly Item[],
  conjuncts: readonly Conjunct[],
  wishes: Wishes,
): Joins {
  const places: (number | undefined)[] = [];
  for (let i = 0; i < given.length; i++) places[(given[i] as Item).source] = i;
  const placesOf = (reads: readonly number[]): number[] => {
    const deps: number[] = [];
    for (const source of reads) {
      const place = places[source];
      if (place !== undefined && !deps.includes(place)) deps.push(place);
    }
    return deps;
  };
  const isOuter = given.some(({ join }) => join === 'right' || join === 'full');
  const all = conjuncts.map(({ expr, reads, after }) => ({ expr, deps: placesOf(reads), after }));
  const items = given.map((item) => {
    if (item.join !== 'left' || isOuter || !conjuncts.some(({ expr }) => rejectsNull(expr, item.source))) return item;
    for (const { expr, reads } of item.on) all.push({ expr, deps: placesOf(reads), after: -1 });
    return { ...item, join: 'inner' as const, on: [] };
  });
  const candidates = items.map((item, place): Candidate => {
    const on = item.on.map(({ expr, reads }) => ({ expr, deps: placesOf(reads) }));
    // With RIGHT and FULL joins a condition waits until rows of NULLs are made.
    const terms: Term[] =
      item.join === 'inner'
        ? all.filter(({ deps, after }) => deps.includes(place) && (!isOuter || after === place))
        : on;
    const uses: Use[] = [];
    const ors: Use[][][] = [];
    for (const term of terms) {
      usesOf(term, place, places, uses);
      const arms = term.expr.op === 'or' ? usesOfArms(term, place, places) : undefined;
      if (arms !== undefined) ors.push(arms);
    }
    let needs = item.args === undefined ? [] : [...depsOf(item.args, places)];
    const isLateral = needs.length > 0;
    if (isOuter || item.join !== 'inner' || item.fixed) needs = items.slice(0, place).map((_, i) => i);
    const links: number[] = [];
    for (const { deps } of terms) if (deps.length > 1) links.push(...deps);
    return { item, place, terms, on, uses, ors, needs, isLateral, links };
  });
  const wish = wishOf(wishes, items.length === 1);
  const distinct = distinctOf(candidates, places);
  const steps = candidates.length === 0 ? [] : order(binder, candidates, distinct, wish);
  const always: Expr[] = [];
  const filters: Expr[][] = items.map(() => []);
  const local: Expr[][] = items.map(() => []);
  const rank: number[] = [];
  steps.forEach(({ candidate }, i) => (rank[candidate.place] = i));
  for (const term of all) {
    let at = term.after; // with RIGHT and FULL joins, ranks are places
    for (const dep of term.deps) at = Math.max(at, rank[dep] as number);
    const step = steps[at];
    if (step === undefined) always.push(term.expr);
    else if (!step.path.met.includes(term)) {
      const isLocal = step.candidate.item.join === 'inner' && term.deps.length === 1 && !isOuter;
      (isLocal ? local : filters)[at]?.push(term.expr);
    }
  }
  const loops = steps.map(({ candidate: { item, on, place }, path }, i): Loop => {
    const open = on.filter((term) => !path.met.includes(term));
    const isLocal = (term: Term): boolean => term.deps.length === 1 && term.deps[0] === place;
    const loop: { -readonly [K in keyof Loop]: Loop[K] } = {
      source: item.source,
      kind: item.kind,
      join: item.join,
      access: path.access,
      local:
        open.length === 0
          ? (local[i] as Expr[])
          : [...(local[i] as Expr[]), ...open.filter(isLocal).map(({ expr }) => expr)],
      on: open.filter((term) => !isLocal(term)).map(({ expr }) => expr),
      filters: filters[i] as Expr[],
      name: item.name,
      slots: item.slots,
      rows: path.rows,
    };
    if (item.table !== undefined) [loop.table, loop.used] = [item.table, item.used];
    if (path.index !== undefined) loop.index = path.index;
    if (path.covering !== undefined) loop.covering = path.covering;
    if (item.plan !== undefined) loop.plan = item.plan;
    if (item.cte !== undefined) loop.cte = item.cte;
    if (item.fn !== undefined) loop.fn = item.fn;
    if (item.args !== undefined) loop.args = item.args;
    return loop;
  });
  return { loops, always, ordered: wish === null ? false : steps[0]?.path.ordered === true && keepsOrder(steps) };
}

/** A FULL or RIGHT join adds rows at the end. */
function keepsOrder(steps: readonly Step[]): boolean {
  return steps.every(({ candidate: { item } }) => item.join === 'inner' || item.join === 'left');
}

/** The part of the rows that meets a condition, without statistics. */
function selectivity(expr: Expr): number {
  switch (expr.op) {
    case 'compare':
      return expr.operator === '=' || expr.operator === 'IS' ? 0.1 : expr.operator === '<>' ? 0.9 : 0.35;
    case 'between':
      return expr.negated ? 0.8 : 0.12;
    case 'in': {
      const part = expr.list === null ? 0.3 : Math.min(0.6, 0.08 * expr.list.length);
      return expr.negated ? 1 - part : part;
    }
    case 'or':
      return Math.min(0.9, selectivity(expr.left) + selectivity(expr.right));
    case 'and':
      return selectivity(expr.left) * selectivity(expr.right);
    case 'isNull':
      return 0.1;
    case 'call':
      return 0.2;
    default:
      return 0.9;
  }
}

/** Of each column that is set equal to a unique one, by way of others too, how many values that has. */
type Distinct = (expr: Expr) => number;

const SLOTS_MAX = 4096;

/** Values of a column that alone is unique; Infinity: it is not. */
function uniqueRows({ item: { table, source }, item }: Candidate, slot: number): number {
  if (table === undefined || source !== item.source) return Infinity;
  const isOwn = (column: number): boolean => table.columns[column]?.slot === slot;
  const isKey = slot === 0 && !table.withoutRowid;
  const isUnique =
    isKey ||
    table.indexes.some(
      ({ unique, columns, where }) =>
        unique && where === null && columns.length === 1 && isOwn(columns[0]?.column ?? -1),
    );
  return isUnique ? (knownRows(item) ?? rowsOf(item)) : Infinity;
}

function distinctOf(candidates: readonly Candidate[], places: readonly (number | undefined)[]): Distinct {
  const parents = new Map<number, number>();
  const values = new Map<number, number>();
  const keyOf = (expr: Expr): number => (expr.op === 'column' ? expr.source * SLOTS_MAX + expr.slot : -1);
  const root = (expr: Expr & { op: 'column' }): number => {
    let key = keyOf(expr);
    if (!parents.has(key)) {
      parents.set(key, key);
      const candidate = candidates[places[expr.source] ?? -1];
      values.set(key, candidate === undefined ? Infinity : uniqueRows(candidate, expr.slot));
    }
    for (let parent = parents.get(key); parent !== key; parent = parents.get(key)) key = parent as number;
    return key;
  };
  for (const { terms } of candidates) {
    for (const { expr, deps } of terms) {
      if (deps.length < 2 || expr.op !== 'compare' || expr.operator !== '=') continue;
      const { left, right } = expr;
      if (left.op !== 'column' || right.op !== 'column') continue;
      const [a, b] = [root(left), root(right)];
      parents.set(a, b);
      values.set(b, Math.min(values.get(a) as number, values.get(b) as number));
    }
  }
  return (expr) => {
    if (expr.op !== 'column' || !parents.has(keyOf(expr))) return 0;
    const rows = values.get(root(expr)) as number;
    return rows === Infinity ? 0 : Math.max(1, rows);
  };
}

/** Rows of so many that have given keys, of which these are the numbers of values; 0: not known. */
function matches(rows: number, values: number[]): number {
  values.sort((a, b) => b - a);
  // Keys depend on each other: each further one tells less.
  let found = rows;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    found = value > 0 ? found / value ** (1 / (i + 1)) : Math.min(found, EQUAL_ROWS);
  }
  return found;
}

/** The path of an item after those that are placed; for `outer` rows of them. */
function pathOf(
  binder: Binder,
  distinct: Distinct,
  candidate: Candidate,
  placed: readonly boolean[],
  { wish, outer }: { wish: Wish | null; outer: number },
): Path {
  const { item, uses, ors, terms, place } = candidate;
  const isTree = item.kind === 'table' && item.table?.virtualRows === undefined;
  const size = rowsOf(item);
  let path: Path;
  const isWhole = item.join === 'right' || item.join === 'full';
  if (isTree && !isWhole) path = bestPath(binder, item, { uses, terms, placed, wish, ors });
  else {
    const access: Access = { kind: 'scan', reverse: false };
    path = { access, index: undefined, covering: undefined, met: [], cost: size * 3, rows: size, ordered: false };
  }
  const known = knownRows(item);
  const isLarge = known !== undefined && known > ROWS_MIN;
  if (isLarge && placed.length > 0 && path.index !== undefined && path.covering === undefined)
    path = { ...path, cost: Math.max(path.cost, INDEX_SEEK + INDEX_ROW * path.rows) };
  let rows = path.access.kind === 'scan' ? (known ?? size) : path.rows;
  const isKept =
    item.kind === 'recursive' ||
    candidate.isLateral ||
    item.plan?.correlated === true ||
    typeof item.indexedBy === 'string';
  if (placed.length > 0 && !isKept && (path.cost > BATCH_HASH.probe || path.access.kind === 'scan')) {
    const keys: Expr[] = [];
    const inner: Expr[] = [];
    const comparisons: Comparison[] = [];
    const met: Term[] = [];
    const values: number[] = [];
    for (const use of uses) {
      const { part, term, key } = use;
      const { expr } = term;
      if (
        (use.kind !== 'eq' && use.kind !== 'hash') ||
        use.deps.length === 0 ||
        !isReady(use.deps, placed) ||
        expr.op !== 'compare' ||
        expr.operator !== '='
      )
        continue;
      const isLeft = expr.left === key;
      const other = (part as { expr: Expr }).expr;
      values.push(distinct(key));
      keys.push(other);
      inner.push(key);
      const { leftAffinity, rightAffinity, collation } = expr;
      comparisons.push(
        isLeft
          ? { leftAffinity: rightAffinity, rightAffinity: leftAffinity, collation }
          : { leftAffinity, rightAffinity, collation },
      );
      met.push(term);
    }
    const isScan = path.access.kind === 'scan';
    const found = path.access.kind === 'range' && path.access.unique ? 1 : matches(known ?? size, values);
    // Many rows before it come in batches, however small the table is.
    const isBatch = isLarge || (known !== undefined && outer >= LARGE_ROWS);
    const { build, probe, match } = isBatch ? BATCH_HASH : HASH;
    let table = size * build;
    if (isBatch) {
      const own = terms.filter(
        ({ deps, expr }) => deps.length === 1 && item.join === 'inner' && !path.met.some((term) => term.expr === expr),
      );
      const kept = own.reduce((part, { expr }) => part * selectivity(expr), 1);
      table = size * (3 * BATCH_SCAN + kept * (build + BATCH_KEY * (keys.length - 1)));
    }
    const cost = probe + found * match + table / Math.max(1, outer);
    if (keys.length > 0 && isScan) rows = found;
    // An index is left only where rows are known to be many.
    if (keys.length > 0 && (isWhole || (cost < path.cost && (isScan || isBatch)))) {
      const access: Access = { kind: 'hash', keys, inner, comparisons };
      path = { access, index: undefined, covering: undefined, met, cost, rows: found, ordered: false };
      rows = found;
    }
  }
  for (const term of terms) {
    if (
      path.met.includes(term) ||
      !isReady(
        term.deps.filter((dep) => dep !== place),
        placed,
      )
    )
      continue;
    if (term.deps.length > 1 && term.expr.op === 'compare' && term.expr.operator === '=') continue; // is in `rows`
    rows *= selectivity(term.expr);
  }
  return rows === path.rows ? path : { ...path, rows: Math.max(rows, 0.001) };
}

/** The order of the joins: greedily the cheapest next, from a few beginnings. */
function order(binder: Binder, candidates: readonly Candidate[], distinct: Distinct, wish: Wish | null): Step[] {
  if (candidates.length === 1) {
    const candidate = candidates[0] as Candidate;
    return [{ candidate, path: pathOf(binder, distinct, candidate, [], { wish, outer: 1 }) }];
  }
  const none: boolean[] = [];
  const starts = candidates
    .filter(({ needs }) => needs.length === 0)
    .map((candidate): Step => {
      const path = pathOf(binder, distinct, candidate, none, { wish, outer: 1 });
      const isBatch = path.access.kind === 'scan' && !path.ordered && (knownRows(candidate.item) ?? 0) > ROWS_MIN;
      return { candidate, path: isBatch ? { ...path, cost: path.cost * BATCH_SCAN } : path };
    })
    .sort((a, b) => a.path.cost + a.path.rows - b.path.cost - b.path.rows);
  let best: { steps: Step[]; cost: number } | undefined;
  const tried = starts.slice(0, candidates.length > STARTS_MAX_ITEMS ? 1 : STARTS);
  const large = starts.slice(tried.length).reduce<Step | undefined>((best, step) => {
    const rows = knownRows(step.candidate.item) ?? 0;
    return rows < LARGE_ROWS || (best !== undefined && (knownRows(best.candidate.item) ?? 0) >= rows) ? best : step;
  }, undefined);
  if (large !== undefined) tried.push(large);
  for (const start of tried) {
    const placed: boolean[] = [];
    const steps = [start];
    let { cost, rows } = start.path;
    placed[start.candidate.place] = true;
    const paths: (Path | undefined)[] = [];
    const limit = best?.cost ?? Infinity;
    while (steps.length < candidates.length && cost < limit) {
      let next: Step | undefined;
      let nextScore = Infinity;
      for (const alone of [false, true]) {
        for (const candidate of candidates) {
          if (placed[candidate.place] === true || !isReady(candidate.needs, placed)) continue;
          if (!alone && !candidate.links.some((place) => placed[place] === true)) continue;
          const path = (paths[candidate.place] ??= pathOf(binder, distinct, candidate, placed, {
            wish: null,
            outer: rows,
          }));
          const score = path.cost + ROW_WEIGHT * path.rows;
          if (score < nextScore) [next, nextScore] = [{ candidate, path }, score];
        }
        if (next !== undefined) break;
      }
      if (next === undefined) break;
      // what the new one is connected with may have a better way
      for (const { uses, place } of candidates) {
        const { place: added } = next.candidate;
        if (uses.some(({ deps }) => deps.includes(added)) || rows < 2) paths[place] = undefined;
      }
      placed[next.candidate.place] = true;
      steps.push(next);
      cost += rows * next.path.cost;
      rows = Math.max(1, rows * next.path.rows);
    }
    if (steps.length === candidates.length && (best === undefined || cost < best.cost)) best = { steps, cost };
  }
  return (
    best?.steps ??
    candidates.map((candidate) => ({
      candidate,
      path: pathOf(binder, distinct, candidate, [], { wish: null, outer: 1 }),
    }))
  );
}
