/** Orders joins and gives each loop its access path and its conditions. */
import {
  bestPath,
  depsOf,
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
}

interface Step {
  readonly candidate: Candidate;
  readonly path: Path;
}

const HASH_MATCHES = 20;
const HASH_BUILD = 2;
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
  return expr.op === 'in' && expr.operand.length === 1 && expr.list !== null && isOwn(expr.operand[0]);
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
    const terms: Term[] =
      item.join === 'inner'
        ? isOuter
          ? []
          : all.filter(({ deps }) => deps.includes(place))
        : item.join === 'left'
          ? on
          : [];
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
    return { item, place, terms, on, uses, ors, needs, isLateral };
  });
  const wish = wishOf(wishes, items.length === 1);
  const steps = candidates.length === 0 ? [] : order(binder, candidates, wish);
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
    if (item.table !== undefined) loop.table = item.table;
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

/** The path of an item after those that are placed; for `outer` rows of them. */
function pathOf(
  binder: Binder,
  candidate: Candidate,
  placed: readonly boolean[],
  wish: Wish | null,
  outer: number,
): Path {
  const { item, uses, ors, terms, place } = candidate;
  const isTree = item.kind === 'table' && item.table?.virtualRows === undefined;
  const size = rowsOf(item);
  let path: Path;
  if (isTree) path = bestPath(binder, item, { uses, terms, placed, wish, ors });
  else {
    const access: Access = { kind: 'scan', reverse: false };
    path = { access, index: undefined, covering: undefined, met: [], cost: size * 3, rows: size, ordered: false };
  }
  const isKept = item.kind === 'recursive' || candidate.isLateral;
  if (placed.length > 0 && (path.access.kind === 'scan' || item.table?.stats !== undefined)) {
    const keys: Expr[] = [];
    const inner: Expr[] = [];
    const comparisons: Comparison[] = [];
    const met: Term[] = [];
    for (const use of uses) {
      const { part, term, key } = use;
      const { expr } = term;
      if (
        use.kind !== 'eq' ||
        use.deps.length === 0 ||
        !isReady(use.deps, placed) ||
        expr.op !== 'compare' ||
        expr.operator !== '='
      )
        continue;
      const isLeft = expr.left === key;
      keys.push((part as { expr: Expr }).expr);
      inner.push(key);
      const { leftAffinity, rightAffinity, collation } = expr;
      comparisons.push(
        isLeft
          ? { leftAffinity: rightAffinity, rightAffinity: leftAffinity, collation }
          : { leftAffinity, rightAffinity, collation },
      );
      met.push(term);
    }
    const cost = 3 + HASH_MATCHES + (size * (3 + HASH_BUILD)) / Math.max(1, outer);
    if (
      keys.length > 0 &&
      !isKept &&
      cost < path.cost &&
      item.join !== 'right' &&
      item.join !== 'full' &&
      item.plan?.correlated !== true
    ) {
      path = {
        access: { kind: 'hash', keys, inner, comparisons },
        index: undefined,
        covering: undefined,
        met,
        cost,
        rows: Math.min(size, HASH_MATCHES),
        ordered: false,
      };
    }
  }
  let { rows } = path;
  for (const term of terms) {
    if (
      path.met.includes(term) ||
      !isReady(
        term.deps.filter((dep) => dep !== place),
        placed,
      )
    )
      continue;
    rows *= term.expr.op === 'compare' && term.expr.operator === '=' ? 0.25 : 0.9;
  }
  return rows === path.rows ? path : { ...path, rows: Math.max(rows, 0.01) };
}

/** The order of the joins: greedily the cheapest next, from a few beginnings. */
function order(binder: Binder, candidates: readonly Candidate[], wish: Wish | null): Step[] {
  if (candidates.length === 1) {
    const candidate = candidates[0] as Candidate;
    return [{ candidate, path: pathOf(binder, candidate, [], wish, 1) }];
  }
  const none: boolean[] = [];
  const starts = candidates
    .filter(({ needs }) => needs.length === 0)
    .map((candidate): Step => ({ candidate, path: pathOf(binder, candidate, none, wish, 1) }))
    .sort((a, b) => a.path.cost + a.path.rows - b.path.cost - b.path.rows);
  let best: { steps: Step[]; cost: number } | undefined;
  for (const start of starts.slice(0, candidates.length > STARTS_MAX_ITEMS ? 1 : STARTS)) {
    const placed: boolean[] = [];
    const steps = [start];
    let { cost, rows } = start.path;
    placed[start.candidate.place] = true;
    const paths: (Path | undefined)[] = [];
    const limit = best?.cost ?? Infinity;
    while (steps.length < candidates.length && cost < limit) {
      let next: Step | undefined;
      let nextScore = Infinity;
      for (const candidate of candidates) {
        if (placed[candidate.place] === true || !isReady(candidate.needs, placed)) continue;
        const path = (paths[candidate.place] ??= pathOf(binder, candidate, placed, null, rows));
        const score = path.cost + path.rows;
        if (score < nextScore) [next, nextScore] = [{ candidate, path }, score];
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
  return best?.steps ?? candidates.map((candidate) => ({ candidate, path: pathOf(binder, candidate, [], null, 1) }));
}
