/**
 * Rows through an index in blocks: the keys of some entries first, then where their rows stand, then column by column.
 * Most of the time of such a look-up is spent waiting for memory, and in short loops the processor waits for many rows
 * at once.
 */
import { cellArray } from '../btree/column.ts';
import type { Column, Tree } from '../btree/index.ts';
import type { Cell } from '../codec/cell.ts';
import type { ResultColumn, SelectArm } from '../plan/plan.ts';
import type { Table } from '../txn/index.ts';
import type { Frame, RowStream } from './frame.ts';
import { compileEntries, type EntryCursor, malformed } from './tree-cursor.ts';

/** Rows of the first block, which may be all that is asked for, and of the largest. */
const BLOCK_MIN = 8;
const BLOCK_MAX = 64;

/** Makes streams of an arm that takes columns of a table through an index, and nothing else; null for other arms. */
export function compileGather(arm: SelectArm, columns: readonly ResultColumn[]): ((frame: Frame) => RowStream) | null {
  const [loop, second] = arm.loops;
  if (loop === undefined || second !== undefined || arm.always.length > 0) return null;
  if (arm.group !== null || arm.window !== null || arm.distinct || loop.join !== 'inner') return null;
  const { table, index, access, covering, source } = loop;
  if (table === undefined || table.withoutRowid || index === undefined || index.ordinal < 0) return null;
  if (access.kind !== 'range' || covering !== undefined) return null;
  if (loop.local.length + loop.on.length + loop.filters.length > 0) return null;
  const slots: number[] = [];
  for (const [i, expr] of arm.select.entries()) {
    if (expr.op !== 'column' || expr.source !== source) return null;
    if (expr.type === 'real' && columns[i]?.type !== 'real') return null;
    slots.push(expr.slot);
  }
  const entries = compileEntries(loop.source, table, access, index);
  return (frame) => new GatherStream(entries(frame), table.storage, slots);
}

class GatherStream implements RowStream {
  readonly #entries: EntryCursor;
  readonly #table: Table;
  readonly #slots: readonly number[];
  #isOpen = false;
  #tree: Tree | undefined;
  #size = BLOCK_MIN;
  /** Keys of the block; of the first `#found` it is known where they stand. */
  readonly #keys: Cell[] = [];
  #count = 0;
  #found = 0;
  readonly #columns: (readonly Column[])[] = [];
  readonly #indexes = new Int32Array(BLOCK_MAX);
  readonly #rows: Cell[][] = [];
  #at = 0;
  #end = 0;

  constructor(entries: EntryCursor, table: Table, slots: readonly number[]) {
    this.#entries = entries;
    this.#table = table;
    this.#slots = slots;
  }

  open(): void {
    this.#isOpen = false;
    this.#size = BLOCK_MIN;
    this.#at = this.#end = this.#count = this.#found = 0;
  }

  next(frame: Frame): boolean {
    if (++this.#at < this.#end) return true;
    this.#at--;
    if (!this.#fill(frame)) return false;
    this.#at = 0;
    return true;
  }

  /** The next block; when it throws, what it has done so far is kept. */
  #fill(frame: Frame): boolean {
    const entries = this.#entries;
    if (!this.#isOpen) {
      this.#tree = frame.reader.read(this.#table).tree;
      entries.open(frame, true);
      this.#isOpen = true;
    }
    const keys = this.#keys;
    if (this.#found === 0) {
      if ((frame.fuel -= this.#size - this.#count) < 0) frame.look();
      while (this.#count < this.#size && entries.move()) keys[this.#count++] = entries.key();
    }
    const count = this.#count;
    if (count === 0) {
      this.#at = this.#end = this.#rows.length = 0;
      return false;
    }
    const tree = this.#tree as Tree;
    const columns = this.#columns;
    const indexes = this.#indexes;
    for (; this.#found < count; this.#found++) {
      const key = keys[this.#found];
      if (!(typeof key === 'number' ? tree.findInteger(key) : tree.find([key as Cell])))
        throw malformed(this.#table.name);
      columns[this.#found] = tree.columns;
      indexes[this.#found] = tree.index;
    }
    const slots = this.#slots;
    const rows = this.#rows;
    for (let i = 0; i < count; i++) rows[i] = cellArray(slots.length);
    for (let c = 0; c < slots.length; c++) {
      const slot = slots[c] as number;
      for (let i = 0; i < count; i++) {
        (rows[i] as Cell[])[c] = ((columns[i] as readonly Column[])[slot] as Column).get(indexes[i] as number);
      }
    }
    columns.length = 0; // pages may be thrown out before the next block
    this.#end = count;
    this.#count = this.#found = 0;
    this.#size = Math.min(BLOCK_MAX, this.#size * 2);
    return true;
  }

  row(): Cell[] {
    return this.#rows[this.#at] as Cell[];
  }
}
