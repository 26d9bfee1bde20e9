/**
 * A leaf: up to `leafRows` rows, column by column. What is kept of a leaf whose page is not in memory is this shell
 * without its columns.
 */
import type { Cell } from '../codec/cell.ts';
import { cellArray, Column, isOverflow, LARGE, NULLS } from './column.ts';
import { freeze } from './freeze.ts';
import type { Cached, PageId } from './pager.ts';

/** `columns` of a leaf that is not loaded. */
export const UNLOADED: Column[] = [];

/** A leaf of this many bytes of text and blobs is split although it has room for more rows. */
const WEIGHT_BYTES_MAX = 256 * 1024;
/** … but not with fewer rows than this. */
const WEIGHT_ROWS_MIN = 16;

export class Leaf implements Cached {
  /** The tree that may change it in place. */
  owner: number;
  /** The page that holds exactly this; 0 while there is none. */
  page: PageId;
  /** Rows. */
  n: number;
  columns: Column[];
  /** Bytes of text and blobs, roughly: what is replaced or deleted still counts. */
  weight = 0;
  /** Some cells lie in overflow pages, as far as its page says. */
  overflow = false;
  bytes = 0;
  slot = -1;
  touched = false;

  constructor(owner: number, page: PageId, n: number, columns: Column[]) {
    this.owner = owner;
    this.page = page;
    this.n = n;
    this.columns = columns;
  }

  evict(): void {
    this.columns = UNLOADED;
  }

  /** A copy for another owner that shares the columns until one of them is written. */
  clone(owner: number): Leaf {
    const leaf = new Leaf(owner, 0, this.n, this.columns.slice());
    leaf.weight = this.weight;
    return leaf;
  }

  /** Column `c`, made ready to be changed in place. */
  writable(c: number): Column {
    const column = this.columns[c] as Column;
    if (column.owner === this.owner) return column;
    const thawed = column.thaw(this.owner, 0, this.n);
    this.columns[c] = thawed;
    return thawed;
  }

  isFull(rows: number): boolean {
    return this.n >= rows || (this.weight > WEIGHT_BYTES_MAX && this.n >= WEIGHT_ROWS_MIN);
  }

  insert(i: number, row: readonly Cell[]): void {
    const n = this.n;
    const count = this.columns.length;
    for (let c = 0; c < count; c++) {
      const cell = row[c] as Cell;
      this.writable(c).insert(i, cell, n);
      if (typeof cell === 'string') this.weight += cell.length;
      else if (cell instanceof Uint8Array) this.weight += cell.length;
    }
    this.n = n + 1;
  }

  /** Takes out rows `from` to `to`, exclusive. */
  remove(from: number, to: number): void {
    for (let c = 0; c < this.columns.length; c++) this.writable(c).remove(from, to, this.n);
    this.n -= to - from;
  }

  set(c: number, i: number, cell: Cell): void {
    this.writable(c).set(i, cell, this.n);
    if (typeof cell === 'string' || cell instanceof Uint8Array) this.weight += cell.length;
  }

  /** Moves the rows from `at` on to a new leaf. */
  split(at: number): Leaf {
    const { owner, n } = this;
    const right = new Leaf(owner, 0, n - at, []);
    for (let c = 0; c < this.columns.length; c++) {
      const column = this.columns[c] as Column;
      right.columns.push(column.thaw(owner, at, n));
      if (column.owner === owner) column.truncate(at);
      else this.columns[c] = column.thaw(owner, 0, at);
    }
    right.weight = this.weight * ((n - at) / n);
    this.weight -= right.weight;
    this.n = at;
    return right;
  }

  /** Appends the rows of the leaf to the right of it. */
  merge(right: Leaf): void {
    for (let c = 0; c < this.columns.length; c++) {
      this.writable(c).append(right.columns[c] as Column, this.n, 0, right.n);
    }
    this.n += right.n;
    this.weight += right.weight;
  }

  /** Freezes the columns that this leaf may change: it is full and will mostly be read. */
  compact(keyColumns: number): void {
    for (let c = 0; c < this.columns.length; c++) {
      this.columns[c] = freeze(this.columns[c] as Column, this.n, c < keyColumns);
    }
  }

  /** Pages of the overflowing cells of rows `from` to `to`, exclusive. */
  overflowPages(from: number, to: number, visit: (id: PageId) => void): void {
    for (const column of this.columns) {
      if (column.kind !== LARGE) continue;
      for (let i = from; i < to; i++) {
        const cell = column.stored(i);
        if (isOverflow(cell)) visit(cell.overflowPage);
      }
    }
  }

  /** Cells of the first `count` columns of row `i`. */
  cells(i: number, count: number): Cell[] {
    const cells = cellArray(count);
    for (let c = 0; c < count; c++) cells[c] = (this.columns[c] as Column).get(i);
    return cells;
  }
}

/** A leaf without rows. */
export function emptyLeaf(owner: number, real: readonly boolean[]): Leaf {
  return new Leaf(
    owner,
    0,
    0,
    real.map((isReal) => new Column(NULLS, owner, isReal)),
  );
}
