/** Sorting in memory. With a limit, only as many rows are kept as it lets through, and at times twice that. */
import { compareCells, type Cell, type Collation } from '../codec/cell.ts';
import type { Frame } from './frame.ts';

/** Order by the cell at `place` of a row. */
export interface SortKey {
  readonly place: number;
  readonly collation: Collation;
  readonly descending: boolean;
  /** NULL comes last, whatever the direction. */
  readonly nullsLast: boolean;
}

export type RowOrder = (a: readonly Cell[], b: readonly Cell[]) => number;

export function rowOrder(keys: readonly SortKey[]): RowOrder {
  const orders = keys.map(keyOrder);
  const first = orders[0];
  if (first === undefined) return () => 0;
  if (orders.length === 1) return first;
  return (a, b) => {
    for (let i = 0; i < orders.length; i++) {
      const order = (orders[i] as RowOrder)(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

function keyOrder({ place, collation, descending, nullsLast }: SortKey): RowOrder {
  const sign = descending ? -1 : 1;
  const nullSign = nullsLast ? 1 : -1;
  return (a, b) => {
    const x = a[place] as Cell;
    const y = b[place] as Cell;
    if (typeof x === 'number' && typeof y === 'number') return x < y ? -sign : x > y ? sign : 0;
    if (x === null || y === null) return x === y ? 0 : x === null ? nullSign : -nullSign;
    return sign * compareCells(x, y, collation);
  };
}

/** Rows kept beyond the limit before the surplus is cut off. */
const SLACK = 256;

export class Sorter {
  readonly #order: RowOrder;
  #rows: (readonly Cell[])[] = [];
  #keep = Infinity;
  #worst: readonly Cell[] | undefined;
  #at = 0;
  #bytes = 0;

  constructor(order: RowOrder) {
    this.#order = order;
  }

  /** @param keep rows that will be asked for at most */
  open(frame: Frame, keep: number): void {
    frame.release(this.#bytes);
    this.#bytes = 0;
    this.#rows = [];
    this.#keep = keep;
    this.#worst = undefined;
    this.#at = 0;
  }

  /** The last of the rows kept, once there are so many that it tells what can be left out. */
  get worst(): readonly Cell[] | undefined {
    return this.#worst;
  }

  /** True when a row with these cells at the places of the keys would be cut off. */
  rejects(cells: readonly Cell[]): boolean {
    return this.#worst !== undefined && this.#order(cells, this.#worst) >= 0;
  }

  add(frame: Frame, cells: readonly Cell[]): void {
    const rows = this.#rows;
    rows.push(cells);
    if (this.#worst === undefined) this.#bytes += frame.keep(cells);
    if (rows.length < 2 * this.#keep + SLACK) return;
    rows.sort(this.#order);
    rows.length = this.#keep;
    this.#worst = rows[this.#keep - 1];
  }

  sort(): void {
    this.#rows.sort(this.#order);
  }

  next(): readonly Cell[] | undefined {
    return this.#at < this.#rows.length ? this.#rows[this.#at++] : undefined;
  }
}
