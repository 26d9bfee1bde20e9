/** UNION, UNION ALL, INTERSECT and EXCEPT, from left to right. All but UNION ALL give distinct rows, in their order. */
import type { CompoundOperator } from '../plan/plan.ts';
import type { Cell } from '../codec/cell.ts';
import { collationNamed, rowKey, type MapKey } from './distinct.ts';
import type { Frame, RowStream } from './frame.ts';
import { rowOrder, type RowOrder } from './sort.ts';

type MakeStream = (frame: Frame) => RowStream;

export function compileCompound(
  arms: readonly MakeStream[],
  operators: readonly CompoundOperator[],
  collations: readonly string[],
): MakeStream {
  const key = rowKey(collations);
  const order = rowOrder(
    collations.map((name, place) => ({
      place,
      collation: collationNamed(name),
      descending: false,
      nullsLast: false,
    })),
  );
  return (frame) => {
    let left = (arms[0] as MakeStream)(frame);
    operators.forEach((operator, i) => {
      const right = (arms[i + 1] as MakeStream)(frame);
      left =
        operator === 'UNION ALL'
          ? new Concatenation(left, right)
          : new SetStream(left, right, { operator, key, order });
    });
    return left;
  };
}

class Concatenation implements RowStream {
  readonly #parts: readonly [RowStream, RowStream];
  #at: 0 | 1 = 0;

  constructor(left: RowStream, right: RowStream) {
    this.#parts = [left, right];
  }

  open(frame: Frame): void {
    this.#at = 0;
    this.#parts[0].open(frame);
  }

  next(frame: Frame): boolean {
    if (this.#parts[this.#at].next(frame)) return true;
    if (this.#at === 1) return false;
    this.#parts[1].open(frame);
    this.#at = 1;
    return this.#parts[1].next(frame);
  }

  row(): Cell[] {
    return this.#parts[this.#at].row();
  }
}

interface SetParts {
  readonly operator: CompoundOperator;
  readonly key: (cells: readonly Cell[]) => MapKey;
  readonly order: RowOrder;
}

/** Both sides are read whole; the rows come out sorted, as SQLite's temporary b-tree gives them. */
class SetStream implements RowStream {
  readonly #left: RowStream;
  readonly #right: RowStream;
  readonly #parts: SetParts;
  #phase: 'left' | 'right' | 'out' = 'left';
  #map: Map<MapKey, Cell[]> = new Map();
  #result: Map<MapKey, Cell[]> = new Map();
  #rows: Cell[][] = [];
  #at = 0;
  #bytes = 0;

  constructor(left: RowStream, right: RowStream, parts: SetParts) {
    this.#left = left;
    this.#right = right;
    this.#parts = parts;
  }

  open(frame: Frame): void {
    frame.release(this.#bytes);
    this.#bytes = 0;
    this.#left.open(frame);
    this.#phase = 'left';
    this.#map = new Map();
    this.#at = 0;
  }

  /** Of equal rows that differ in type, the first stays, as in SQLite's sorter. */
  #add(frame: Frame, map: Map<MapKey, Cell[]>, row: Cell[]): void {
    const key = this.#parts.key(row);
    if (map.has(key)) return;
    this.#bytes += frame.keep(row);
    map.set(key, row);
  }

  next(frame: Frame): boolean {
    const { operator, key, order } = this.#parts;
    if (this.#phase === 'left') {
      while (this.#left.next(frame)) this.#add(frame, this.#map, this.#left.row());
      this.#right.open(frame);
      this.#result = operator === 'EXCEPT' ? this.#map : new Map();
      this.#phase = 'right';
    }
    if (this.#phase === 'right') {
      while (this.#right.next(frame)) {
        const row = this.#right.row();
        if (operator === 'UNION') this.#add(frame, this.#result, row);
        else if (operator === 'EXCEPT') this.#map.delete(key(row));
        else {
          const kept = this.#map.get(key(row));
          if (kept !== undefined) this.#result.set(key(row), kept);
        }
      }
      if (operator === 'UNION') {
        // Of rows on both sides, SQLite's merge keeps the right's.
        for (const [key, row] of this.#map) if (!this.#result.has(key)) this.#result.set(key, row);
      }
      this.#rows = [...this.#result.values()].sort(order);
      this.#phase = 'out';
    }
    return this.#at++ < this.#rows.length;
  }

  row(): Cell[] {
    return this.#rows[this.#at - 1] as Cell[];
  }
}
