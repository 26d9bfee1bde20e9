/** Rows of the inner side of a join that are kept: in a hash table, and where unmatched ones come out in the end. */
import type { Access, Comparison, Expr, Loop } from '../plan/plan.ts';
import { visit } from '../plan/tree.ts';
import type { Tree } from '../btree/index.ts';
import type { Cell } from '../codec/cell.ts';
import type { CursorMaker, LoopCursor } from './access.ts';
import { operand } from './compare.ts';
import { rowKey, type MapKey } from './distinct.ts';
import type { Condition, Eval, Frame, Source } from './frame.ts';
import { compileRows } from './row-cursor.ts';

/** All rows of a cursor as arrays. */
function drain(frame: Frame, cursor: LoopCursor, source: Source, slots: number, local: Condition | null): Cell[][] {
  const rows: Cell[][] = [];
  cursor.open(frame, true);
  while (cursor.next(frame)) {
    frame.step();
    if (local !== null && !local(frame)) continue;
    const row: Cell[] = [];
    for (let i = 0; i < slots; i++)
      row.push(source.columns !== null && source.columns[i] === undefined ? null : source.get(i));
    frame.keep(row);
    rows.push(row);
  }
  return rows;
}

type HashAccess = Extract<Access, { kind: 'hash' }>;

function hashKeys(
  exprs: readonly Expr[],
  comparisons: readonly Comparison[],
  side: 'left' | 'right',
): (frame: Frame) => MapKey | undefined {
  const evals = exprs.map((expr, i) => operand(expr, (comparisons[i] as Comparison)[`${side}Affinity`]));
  const key = rowKey(comparisons.map(({ collation }) => collation));
  const cells: Cell[] = [];
  return (frame) => {
    for (let i = 0; i < evals.length; i++) {
      const cell = (evals[i] as Eval)(frame);
      if (cell === null) return undefined;
      cells[i] = cell;
    }
    return key(cells);
  };
}

const NO_ROWS: readonly (readonly Cell[])[] = [];

/** A hash table of the rows that pass `local`, built once a run. */
export function compileHash(loop: Loop, access: HashAccess, rows: CursorMaker, local: Condition | null): CursorMaker {
  // A table's rows stay good for the next run too, as long as nothing of the query around it decides which they are.
  const stored = loop.kind === 'table' && loop.table?.virtualRows === undefined ? loop.table?.storage : undefined;
  let isStable = stored !== undefined;
  visit([loop.local, access.inner], (expr) => {
    if (expr.op === 'column' ? expr.source !== loop.source : expr.op === 'register' || 'select' in expr)
      isStable = false;
  });
  const inner = hashKeys(access.inner, access.comparisons, 'right');
  const outer = hashKeys(access.keys, access.comparisons, 'left');
  return (frame) => {
    const source = frame.source(loop.source);
    const cursor = rows(frame);
    let table: Map<MapKey, Cell[][]> | undefined;
    let bucket = NO_ROWS;
    let bytes = 0;
    let tree: Tree | undefined;
    let version = -1;
    let at = 0;
    const build = (): Map<MapKey, Cell[][]> => {
      const map = new Map<MapKey, Cell[][]>();
      for (const row of drain(frame, cursor, source, loop.slots, local)) {
        source.setCells(row);
        const key = inner(frame);
        if (key === undefined) continue;
        const found = map.get(key);
        if (found === undefined) map.set(key, [row]);
        else found.push(row);
      }
      return map;
    };
    return {
      open(_frame, fresh) {
        if (fresh && table !== undefined) {
          const now = stored === undefined ? undefined : frame.reader.read(stored).tree;
          if (!isStable || now !== tree || now?.version !== version) table = undefined;
        }
        if (table === undefined) {
          frame.release(bytes);
          const before = frame.bytes;
          tree = stored === undefined ? undefined : frame.reader.read(stored).tree;
          version = tree?.version ?? -1;
          table = build();
          bytes = frame.bytes - before;
        }
        const key = outer(frame);
        bucket = key === undefined ? NO_ROWS : (table.get(key) ?? NO_ROWS);
        at = 0;
      },
      next() {
        const row = bucket[at];
        if (row === undefined) return false;
        at++;
        source.setCells(row);
        return true;
      },
    };
  };
}

interface HashSides {
  readonly inner: (frame: Frame) => MapKey | undefined;
  readonly outer: (frame: Frame) => MapKey | undefined;
}

/** The inner side of a RIGHT or FULL join: all rows are kept, with a mark for those that matched. */
export class KeptCursor implements LoopCursor {
  readonly source: Source;
  rows: readonly (readonly Cell[])[] = NO_ROWS;
  matched: boolean[] = [];
  #candidates: readonly number[] | null = null;
  #at = 0;
  current = 0;
  readonly #make: () => readonly (readonly Cell[])[];
  readonly #hash: HashSides | null;
  #map: Map<MapKey, number[]> = new Map();

  constructor(source: Source, make: () => readonly (readonly Cell[])[], hash: HashSides | null) {
    this.source = source;
    this.#make = make;
    this.#hash = hash;
  }

  /** Reads the rows, before the first loop begins. */
  load(frame: Frame): void {
    this.rows = this.#make();
    this.matched = this.rows.map(() => false);
    this.#map = new Map();
    if (this.#hash === null) return;
    for (let i = 0; i < this.rows.length; i++) {
      this.source.setCells(this.rows[i] as readonly Cell[]);
      const key = this.#hash.inner(frame);
      if (key === undefined) continue;
      const found = this.#map.get(key);
      if (found === undefined) this.#map.set(key, [i]);
      else found.push(i);
    }
  }

  open(frame: Frame): void {
    this.#at = 0;
    if (this.#hash === null) return;
    const key = this.#hash.outer(frame);
    this.#candidates = (key === undefined ? undefined : this.#map.get(key)) ?? [];
  }

  next(): boolean {
    const at = this.#at;
    const place = this.#candidates === null ? at : this.#candidates[at];
    if (place === undefined || place >= this.rows.length) return false;
    this.#at++;
    this.current = place;
    this.source.setCells(this.rows[place] as readonly Cell[]);
    return true;
  }
}

export function compileKept(loop: Loop): CursorMaker {
  const { access, source } = loop;
  const rows = compileRows({ ...loop, access: { kind: 'scan', reverse: false } });
  const hash =
    access.kind === 'hash'
      ? {
          inner: hashKeys(access.inner, access.comparisons, 'right'),
          outer: hashKeys(access.keys, access.comparisons, 'left'),
        }
      : null;
  return (frame) => {
    const row = frame.source(source);
    const cursor = rows(frame);
    let bytes = 0;
    const make = (): Cell[][] => {
      frame.release(bytes);
      const before = frame.bytes;
      const kept = drain(frame, cursor, row, loop.slots, null);
      bytes = frame.bytes - before;
      return kept;
    };
    return new KeptCursor(row, make, hash);
  };
}
