/**
 * Aggregates over a scan of one table, a leaf at a time: conditions narrow a selection of rows, then each aggregate goes
 * through the selection in a loop of its own. All loops see Float64Arrays only; narrower integers are widened by
 * `set`. What has no kernel runs its closure on each selected row, or leaves the whole to the closures.
 */
import type { Expr, GroupStage, Loop } from '../plan/plan.ts';
import {
  DICTIONARY,
  INT16,
  INT32,
  INT53,
  INT8,
  NULLS,
  REAL,
  REAL_ANY,
  type Column,
  type Numbers,
} from '../btree/index.ts';
import { realCell, type Cell } from '../codec/cell.ts';
import { cellKey, type MapKey } from './distinct.ts';
import { compile, compileCondition } from './expression.ts';
import type { Condition, Eval, Frame } from './frame.ts';

/** Values of a group: its key, and the results of the aggregates. */
interface KernelGroup {
  readonly by: readonly Cell[];
  readonly results: readonly Cell[];
}

/** The groups, unsorted; null where the data asks for the closures. */
export type Kernel = (frame: Frame) => KernelGroup[] | null;

interface Filter {
  readonly slot: number;
  readonly operator: string;
  readonly bound: Eval | null;
  readonly condition: Condition;
}

const FLIPPED: Record<string, string> = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const NAMES = ['count', 'sum', 'avg', 'total', 'min', 'max'];

function isFixed({ op }: Expr): boolean {
  return op === 'const' || op === 'param';
}

function compileFilter(expr: Expr): Filter {
  const condition = compileCondition(expr);
  if (expr.op === 'compare' && expr.operator in FLIPPED) {
    const { left, right, operator } = expr;
    if (left.op === 'column' && isFixed(right)) return { slot: left.slot, operator, bound: compile(right), condition };
    if (right.op === 'column' && isFixed(left)) {
      return { slot: right.slot, operator: FLIPPED[operator] as string, bound: compile(left), condition };
    }
  }
  return { slot: 0, operator: '', bound: null, condition };
}

export function compileKernel(plan: GroupStage, loops: readonly Loop[], always: readonly Expr[]): Kernel | null {
  const [loop, second] = loops;
  if (loop?.table === undefined || second !== undefined || always.length > 0 || loop.access.kind !== 'scan')
    return null;
  const { table, source, index, join } = loop;
  if (table.virtualRows !== undefined || index !== undefined || join !== 'inner' || loop.access.reverse) return null;
  if (plan.by.length > 1 || plan.sorted || plan.carried.length > 0 || plan.firstOnly) return null;
  const slotOf = (expr: Expr): number => (expr.op === 'column' && expr.source === source ? expr.slot : -2);
  const by = plan.by.map(({ expr }) => slotOf(expr));
  const aggregates = plan.aggregates.map(({ fn, args }) => ({
    name: fn.name,
    slot: args[0] === undefined ? -1 : slotOf(args[0]),
  }));
  const isPlain = plan.aggregates.every(
    ({ fn, distinct, filter, orderBy, args }) =>
      NAMES.includes(fn.name) && !distinct && filter === null && orderBy.length === 0 && args.length < 2,
  );
  if (!isPlain || by.includes(-2) || aggregates.some(({ slot }) => slot === -2)) return null;
  const filters = [...loop.local, ...loop.on, ...loop.filters].map(compileFilter);
  const key = cellKey(plan.collations[0]);
  return (frame) => {
    const { tree } = frame.reader.read(table.storage);
    const row = frame.source(source);
    const bounds = filters.map(({ bound }) => (bound === null ? null : bound(frame)));
    const sums = aggregates.map(({ name }) => new Sums(name));
    const groups = new Map<MapKey, number>();
    const keys: Cell[] = [];
    if (by.length === 0) keys.push(null);
    let rows = new Int32Array(512);
    let ids = new Int32Array(512);
    const scan = tree.scan();
    while (scan.next()) {
      const { columns, from, to } = scan;
      if (to > rows.length) {
        rows = new Int32Array(to * 2);
        ids = new Int32Array(to * 2);
      }
      if ((frame.fuel -= to - from) < 0) frame.look();
      let count = 0;
      for (let i = from; i < to; i++) rows[count++] = i;
      for (let f = 0; f < filters.length; f++) {
        const { slot, operator, condition } = filters[f] as Filter;
        const bound = bounds[f];
        const values = typeof bound === 'number' ? numbers(columns[slot] as Column, to) : null;
        if (values !== null) {
          count = present(columns[slot] as Column, rows, count);
          count = select(values, { operator, bound: bound as number }, rows, count);
          continue;
        }
        row.columns = columns;
        let kept = 0;
        for (let i = 0; i < count; i++) {
          row.index = rows[i] as number;
          if (condition(frame)) rows[kept++] = row.index;
        }
        count = kept;
      }
      const [slot] = by;
      if (slot !== undefined) identify(columns[slot] as Column, { rows, count, ids, to }, { groups, keys, key });
      for (let a = 0; a < sums.length; a++) {
        const place = (aggregates[a] as { slot: number }).slot;
        const column = place < 0 ? null : (columns[place] as Column);
        if (!(sums[a] as Sums).add(column, { rows, count, ids, to }, keys.length)) return null;
      }
    }
    return keys.map((cell, group) => ({
      by: by.length === 0 ? [] : [cell],
      results: sums.map((sum) => sum.result(group)),
    }));
  };
}

interface Batch {
  /** Selected rows; the first `count` count. */
  readonly rows: Int32Array;
  readonly count: number;
  /** Group of each selected row. */
  readonly ids: Int32Array;
  /** End of the rows of the leaf. */
  readonly to: number;
}

let wide = new Float64Array(512);

/** The numbers of a column, good until the next call; null when it may hold anything else. */
function numbers({ kind, data }: Column, to: number): Float64Array | null {
  if (kind === REAL || kind === REAL_ANY || kind === INT53) return data as Float64Array;
  if (kind !== INT8 && kind !== INT16 && kind !== INT32 && kind !== NULLS) return null;
  if (to > wide.length) wide = new Float64Array(to * 2);
  if (kind !== NULLS) wide.set((data as Numbers).subarray(0, to));
  return wide;
}

/** Leaves rows out where the column is NULL. */
function present(column: Column, rows: Int32Array, count: number): number {
  if (column.kind === NULLS) return 0;
  const { nulls } = column;
  if (nulls === null) return count;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const at = rows[i] as number;
    rows[kept] = at;
    kept += 1 - (((nulls[at >> 3] as number) >> (at & 7)) & 1);
  }
  return kept;
}

function select(
  values: Float64Array,
  { operator, bound }: { operator: string; bound: number },
  rows: Int32Array,
  count: number,
): number {
  let kept = 0;
  const isInverse = operator === '<>' || operator === '>=' || operator === '<=';
  const wanted = isInverse ? 0 : 1;
  if (operator === '=' || operator === '<>') {
    for (let i = 0; i < count; i++) {
      const at = rows[i] as number;
      rows[kept] = at;
      kept += (values[at] === bound ? 1 : 0) === wanted ? 1 : 0;
    }
  } else if (operator === '<' || operator === '>=') {
    for (let i = 0; i < count; i++) {
      const at = rows[i] as number;
      rows[kept] = at;
      kept += ((values[at] as number) < bound ? 1 : 0) === wanted ? 1 : 0;
    }
  } else {
    for (let i = 0; i < count; i++) {
      const at = rows[i] as number;
      rows[kept] = at;
      kept += ((values[at] as number) > bound ? 1 : 0) === wanted ? 1 : 0;
    }
  }
  return kept;
}

interface Groups {
  readonly groups: Map<MapKey, number>;
  readonly keys: Cell[];
  readonly key: (cell: Cell) => MapKey;
}

function identify(column: Column, { rows, count, ids }: Batch, { groups, keys, key }: Groups): void {
  const group = (at: number): number => {
    const cell = column.get(at);
    const name = key(cell);
    let id = groups.get(name);
    if (id === undefined) {
      id = keys.push(cell) - 1;
      groups.set(name, id);
    }
    return id;
  };
  if (column.kind === DICTIONARY && column.nulls === null) {
    const known: number[] = [];
    const codes = column.data as Uint8Array;
    for (let i = 0; i < count; i++) {
      const at = rows[i] as number;
      ids[i] = known[codes[at] as number] ??= group(at);
    }
    return;
  }
  for (let i = 0; i < count; i++) ids[i] = group(rows[i] as number);
}

/** One aggregate, all groups. Sums of REALs are Kahan's and Neumaier's, as SQLite's are. */
class Sums {
  readonly #name: string;
  #counts = new Float64Array(64);
  #values = new Float64Array(64);
  #errors = new Float64Array(64);
  /** Whether the values are REAL; undefined before the first. */
  #isReal: boolean | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** False where it cannot be sure of an exact result. */
  add(column: Column | null, { rows, count, ids, to }: Batch, groups: number): boolean {
    if (groups > this.#counts.length) {
      this.#counts = grown(this.#counts, groups);
      this.#values = grown(this.#values, groups);
      this.#errors = grown(this.#errors, groups);
    }
    const counts = this.#counts;
    if (column === null) {
      for (let i = 0; i < count; i++) (counts[ids[i] as number] as number)++;
      return true;
    }
    const isCount = this.#name === 'count';
    const values = isCount ? null : numbers(column, to);
    if (!isCount && values === null) return false;
    if (column.kind === NULLS || count === 0) return true;
    const { nulls } = column;
    const isReal = column.kind === REAL || column.kind === REAL_ANY;
    if (!isCount && (this.#isReal ??= isReal) !== isReal) return false;
    const isLeast = this.#name === 'min';
    const isExtreme = isLeast || this.#name === 'max';
    const results = this.#values;
    const errors = this.#errors;
    for (let i = 0; i < count; i++) {
      const at = rows[i] as number;
      if (values === null ? column.isNull(at) : nulls !== null && (((nulls[at >> 3] as number) >> (at & 7)) & 1) !== 0)
        continue;
      const id = ids[i] as number;
      const seen = counts[id] as number;
      counts[id] = seen + 1;
      if (values === null) continue;
      const value = values[at] as number;
      const before = results[id] as number;
      if (isExtreme) {
        if (seen === 0 || (isLeast ? value < before : value > before)) results[id] = value;
        continue;
      }
      const sum = before + value;
      results[id] = sum;
      if (isReal)
        (errors[id] as number) += Math.abs(before) > Math.abs(value) ? before - sum + value : value - sum + before;
      else if (!Number.isSafeInteger(sum)) return false;
    }
    return true;
  }

  result(group: number): Cell {
    const name = this.#name;
    const count = this.#counts[group] ?? 0;
    if (name === 'count') return count;
    if (count === 0) return name === 'total' ? realCell(0) : null;
    const value = this.#values[group] as number;
    if (name === 'min' || name === 'max') return this.#isReal === true ? realCell(value) : value;
    const error = this.#errors[group] as number;
    const sum = Number.isFinite(error) ? value + error : value;
    if (sum !== sum) return null;
    if (name === 'sum') return this.#isReal === true ? realCell(sum) : sum;
    return realCell(name === 'avg' ? sum / count : sum);
  }
}

function grown(old: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const grownArray = new Float64Array(length * 2);
  grownArray.set(old);
  return grownArray;
}
