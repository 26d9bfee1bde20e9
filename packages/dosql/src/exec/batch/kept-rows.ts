/** Rows that a join keeps: the slots that are read, column by column, so that kernels read them as they read a leaf. */
import { ARRAY, Column, DICTIONARY, INT32, INT53, INT8, NULLS, REAL, TEXT, type Numbers } from '../../btree/index.ts';
import type { Loop } from '../../plan/plan.ts';
import type { Cell } from '../../codec/cell.ts';
import type { Frame, Source } from '../frame.ts';

const OWNER = -1;
const NOTHING = new Column(NULLS, OWNER, false);
const CELL_BYTES = 8;

export class KeptRows {
  /** By slot; slots that are not kept hold NULL. */
  readonly columns: Column[] = [];
  count = 0;
  /** Charged to the frame. */
  bytes = 0;
  readonly #slots: readonly number[];

  /** @param slots those that are kept. @param real of all slots, whether it holds no INTEGER; null: as the first batch says. */
  constructor(width: number, slots: readonly number[], real: readonly boolean[] | null) {
    this.#slots = slots;
    for (let slot = 0; slot < width; slot++) this.columns.push(NOTHING);
    if (real !== null) for (const slot of slots) this.columns[slot] = new Column(NULLS, OWNER, real[slot] === true);
  }

  /** Appends the first `count` of `rows` of `columns`. A ColdPage leaves it as it was. @throws {SqlError} MEMORY_LIMIT */
  add(frame: Frame, columns: readonly Column[], rows: Int32Array, count: number): void {
    const slots = this.#slots;
    let bytes = slots.length * CELL_BYTES * count;
    for (let s = 0; s < slots.length; s++) {
      const slot = slots[s] as number;
      const from = columns[slot] as Column;
      if (this.columns[slot] === NOTHING) this.columns[slot] = new Column(NULLS, OWNER, from.real);
      bytes += appendRows(this.columns[slot] as Column, this.count, from, rows, count);
    }
    this.count += count;
    this.bytes += bytes;
    frame.charge(bytes);
  }

  /** Appends the row at which a source stands. @throws {SqlError} MEMORY_LIMIT */
  addRow(frame: Frame, source: Source): void {
    const bytes = this.copyRow(source);
    this.bytes += bytes;
    frame.charge(bytes);
  }

  /** As `addRow`, but of a batch that is short-lived: nothing is charged. Returns bytes. */
  copyRow(source: Source): number {
    const slots = this.#slots;
    let bytes = slots.length * CELL_BYTES;
    for (let s = 0; s < slots.length; s++) {
      const slot = slots[s] as number;
      const cell = source.get(slot);
      bytes += weight(cell);
      (this.columns[slot] as Column).insert(this.count, cell, this.count);
    }
    this.count++;
    return bytes;
  }
}

/** Slots of a loop's rows that are read. */
export function keptSlots({ slots, kept, used }: Loop): number[] {
  const read = kept ?? used;
  return Array.from({ length: slots }, (_, slot) => slot).filter((slot) => read === undefined || read[slot] === true);
}

/** Of each slot of a loop's rows, whether it holds no INTEGER. */
export function realSlots({ slots, table, plan }: Loop): boolean[] {
  const columns = table?.storage?.spec.tree.columns;
  return Array.from({ length: slots }, (_, slot) =>
    table === undefined ? plan?.columns[slot]?.type === 'real' : columns?.[slot]?.kind === 'real',
  );
}

function weight(cell: Cell): number {
  return typeof cell === 'string' ? CELL_BYTES + cell.length : cell instanceof Uint8Array ? 64 + cell.length : 0;
}

/** Appends to a thawed column of `n` rows; returns bytes beyond those of a number a row. */
function appendRows(to: Column, n: number, from: Column, rows: Int32Array, count: number): number {
  const { kind } = from;
  if (from.nulls === null && to.nulls === null && kind >= INT8 && (kind <= INT53 || kind === REAL) && count > 0) {
    // The first cell settles the kind, and so does the widest there may be.
    to.insert(n, from.get(rows[0] as number), n);
    if (kind === INT53 && to.kind === INT32) widen(to);
    const wanted = to.kind;
    if (wanted === INT32 || wanted === INT53 || wanted === REAL) {
      if ((kind === REAL) === (wanted === REAL) && to.nulls === null) {
        let data = to.data as Int32Array | Float64Array;
        if (data.length < n + count) {
          const length = 2 ** (32 - Math.clz32(n + count - 1));
          const grown = wanted === INT32 ? new Int32Array(length) : new Float64Array(length);
          grown.set(data.subarray(0, n + 1));
          to.data = data = grown;
        }
        copy(data, n, from.data as Numbers, rows, count);
        return 0;
      }
    }
    for (let i = 1; i < count; i++) to.insert(n + i, from.get(rows[i] as number), n + i);
    return 0;
  }
  if ((kind === TEXT || kind === DICTIONARY) && (to.kind === ARRAY || n === 0)) {
    if (to.kind !== ARRAY) {
      to.kind = ARRAY;
      to.data = [];
    }
    return appendTexts(to.data as Cell[], n, from, rows, count);
  }
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const cell = from.stored(rows[i] as number);
    if (kind >= TEXT) bytes += weight(cell as Cell);
    to.insert(n + i, cell, n + i);
  }
  return bytes;
}

function appendTexts(to: Cell[], n: number, from: Column, rows: Int32Array, count: number): number {
  const { kind, nulls } = from;
  const names = from.strings;
  const words = from.data as Uint8Array;
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number;
    if (kind === DICTIONARY && nulls === null) to[n + i] = (names as string[])[words[row] as number] as string;
    else {
      const cell = from.get(row);
      to[n + i] = cell;
      if (kind === TEXT) bytes += weight(cell);
    }
  }
  return bytes;
}

function widen(column: Column): void {
  column.kind = INT53;
  column.data = Float64Array.from(column.data as Int32Array);
}

function copy(to: Int32Array | Float64Array, n: number, from: Numbers, rows: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) to[n + i] = from[rows[i] as number] as number;
}
