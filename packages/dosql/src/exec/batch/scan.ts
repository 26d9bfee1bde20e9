/** Scans of stored tables, and of the entries of indexes that have all that is read: a leaf is a batch. */
import type { Loop } from '../../plan/plan.ts';
import type { Column, Cursor, Tree } from '../../btree/index.ts';
import type { IndexTree, Table } from '../../txn/index.ts';
import type { Frame } from '../frame.ts';
import type { Batch, BatchPart, BatchStream } from './batch.ts';
import type { Filters } from './compile.ts';
import { Run } from './vector.ts';

/** Rows 0, 1, 2 … */
let ascending = new Int32Array(0);

function rowsFrom(out: Int32Array, count: number): void {
  if (ascending.length < count) ascending = Int32Array.from({ length: count * 2 }, (_, i) => i);
  out.set(ascending.subarray(0, count));
}

/** The tree that a loop walks from end to end; undefined where it does anything else. */
function treeOf({ table, ordinal }: ScanPlan, frame: Frame): Tree {
  const stored = frame.reader.read(table);
  return ordinal < 0 ? stored.tree : (stored.indexes[ordinal] as IndexTree).tree;
}

export interface ScanPlan {
  readonly source: number;
  readonly table: Table;
  /** Of the index, −1: none. */
  readonly ordinal: number;
  readonly covering: readonly number[] | undefined;
}

/** What a scan of a loop needs; null where its rows are no scan. */
export function planScan({ source, kind, table, index, covering, access }: Loop): ScanPlan | null {
  if (kind !== 'table' || table === undefined || table.virtualRows !== undefined) return null;
  if (access.kind !== 'scan' || access.reverse || (index !== undefined && covering === undefined)) return null;
  return { source, table: table.storage, ordinal: index?.ordinal ?? -1, covering };
}

/** The rows of a tree in its order that pass the filters. */
export class ScanStream implements BatchStream {
  readonly sources: readonly number[];
  readonly #plan: ScanPlan;
  readonly #filters: Filters;
  readonly #run = new Run();
  readonly #part: BatchPart;
  readonly #batch: Batch;
  #tree: Tree | undefined;
  #cursor: Cursor | undefined;
  #version = -1;
  #state: 'start' | 'inside' | 'filter' | 'end' = 'end';

  constructor(plan: ScanPlan, filters: Filters) {
    this.sources = [plan.source];
    this.#plan = plan;
    this.#filters = filters;
    this.#part = { source: plan.source, columns: [], rows: new Int32Array(512), outer: false };
    this.#batch = { count: 0, parts: [this.#part] };
  }

  open(frame: Frame): void {
    this.#tree = treeOf(this.#plan, frame);
    this.#cursor = this.#tree.cursor();
    this.#state = 'start';
    this.#filters.reset();
    this.#run.open(frame);
  }

  next(frame: Frame): Batch | null {
    const batch = this.#batch;
    for (;;) {
      if (this.#state !== 'filter' && !this.#nextLeaf(frame)) return null;
      this.#filters.apply(this.#run);
      this.#state = 'inside';
      if (batch.count > 0) return batch;
    }
  }

  #nextLeaf(frame: Frame): boolean {
    if (this.#state === 'end') return false;
    const cursor = this.#cursor as Cursor;
    const tree = this.#tree as Tree;
    let found: boolean;
    if (this.#state === 'start') found = cursor.first();
    else found = this.#version === tree.version ? cursor.nextLeaf() : cursor.next();
    if (!found) {
      this.#state = 'end';
      return false;
    }
    const { index, leaf } = cursor;
    const columns: readonly Column[] = cursor.columns;
    const { covering } = this.#plan;
    const part = this.#part;
    const count = leaf.n - index;
    if (part.rows.length < count) part.rows = new Int32Array(leaf.n * 2);
    rowsFrom(part.rows, count);
    if (index > 0) for (let i = 0; i < count; i++) (part.rows[i] as number) += index;
    part.columns = covering === undefined ? columns : covering.map((place) => columns[place] as Column);
    this.#batch.count = count;
    // Should the tree change, the scan goes on after the last row of this leaf.
    this.#version = tree.version;
    cursor.moveTo(leaf.n - 1);
    this.#state = 'filter';
    this.#run.start(this.#batch);
    if ((frame.fuel -= count) < 0) frame.look();
    return true;
  }
}
