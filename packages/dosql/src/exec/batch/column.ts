/** Columns as vectors: one loop for each kind of array, so that each sees one only. */
import { type Column, INT16, INT32, INT53, INT8, NULLS, REAL as REAL_COLUMN, REAL_ANY } from '../../btree/index.ts';
import { realCell, type Cell } from '../../codec/cell.ts';
import type { BatchPart } from './batch.ts';
import { INT, Kernel, NONE, REAL, type Run, type Vector } from './vector.ts';

function gatherInt8(data: Int8Array, rows: Int32Array, count: number, out: Float64Array): void {
  for (let i = 0; i < count; i++) out[i] = data[rows[i] as number] as number;
}

function gatherInt16(data: Int16Array, rows: Int32Array, count: number, out: Float64Array): void {
  for (let i = 0; i < count; i++) out[i] = data[rows[i] as number] as number;
}

function gatherInt32(data: Int32Array, rows: Int32Array, count: number, out: Float64Array): void {
  for (let i = 0; i < count; i++) out[i] = data[rows[i] as number] as number;
}

function gatherFloat64(data: Float64Array, rows: Int32Array, count: number, out: Float64Array): void {
  for (let i = 0; i < count; i++) out[i] = data[rows[i] as number] as number;
}

/** 1 where the column is NULL; false when it is nowhere. */
function gatherNulls(bitmap: Uint8Array, rows: Int32Array, count: number, out: Uint8Array): boolean {
  let seen = 0;
  for (let i = 0; i < count; i++) {
    const at = rows[i] as number;
    const bit = ((bitmap[at >> 3] as number) >> (at & 7)) & 1;
    out[i] = bit;
    seen |= bit;
  }
  return seen !== 0;
}

let clamped = new Int32Array(0);

/** Rows with 0 in place of −1, good until the next call. */
export function clampRows(rows: Int32Array, count: number): Int32Array {
  if (clamped.length < count) clamped = new Int32Array(count * 2);
  for (let i = 0; i < count; i++) clamped[i] = Math.max(rows[i] as number, 0);
  return clamped;
}

/** Fills `nulls` with 1 where the tuple's cell is NULL; false where it is nowhere. */
export function columnNulls({ rows, outer }: BatchPart, column: Column, count: number, nulls: Uint8Array): boolean {
  if (outer || column.nulls === null) {
    let seen = false;
    for (let i = 0; i < count; i++) {
      const at = rows[i] as number;
      const isNull = at < 0 || column.isNull(at);
      nulls[i] = isNull ? 1 : 0;
      seen ||= isNull;
    }
    return seen;
  }
  return gatherNulls(column.nulls, rows, count, nulls);
}

/** Whether NULLs of the column need a look. */
export function mayBeNull({ outer }: BatchPart, column: Column): boolean {
  return outer || column.nulls !== null || column.kind === NULLS || column.kind > REAL_ANY + 3;
}

export class ColumnKernel extends Kernel {
  readonly source: number;
  readonly slot: number;
  /** Of static type 'real': its plain numbers are REAL. */
  readonly #isReal: boolean;

  constructor(source: number, slot: number, isReal: boolean) {
    super();
    this.source = source;
    this.slot = slot;
    this.#isReal = isReal;
  }

  column(run: Run): Column {
    return run.part(this.source).columns[this.slot] as Column;
  }

  /** The cell of tuple `i`. */
  cell(run: Run, i: number): Cell {
    const { rows, columns } = run.part(this.source);
    const at = rows[i] as number;
    const cell = at < 0 ? null : (columns[this.slot] as Column).get(at);
    return this.#isReal && typeof cell === 'number' ? realCell(cell) : cell;
  }

  protected override compute(run: Run, count: number): Vector {
    const { out } = this;
    const part = run.part(this.source);
    const column = part.columns[this.slot] as Column;
    const { kind } = column;
    if (kind === NULLS) {
      out.shape(NONE, count);
      return out;
    }
    if (!(kind <= INT53 || kind === REAL_COLUMN || kind === REAL_ANY)) return this.#cells(part, column, count);
    out.shape(kind <= INT53 ? INT : REAL, count);
    const rows = part.outer ? clampRows(part.rows, count) : part.rows;
    if (kind === INT8) gatherInt8(column.data as Int8Array, rows, count, out.numbers);
    else if (kind === INT16) gatherInt16(column.data as Int16Array, rows, count, out.numbers);
    else if (kind === INT32) gatherInt32(column.data as Int32Array, rows, count, out.numbers);
    else gatherFloat64(column.data as Float64Array, rows, count, out.numbers);
    if ((part.outer || column.nulls !== null) && !columnNulls(part, column, count, out.openNulls(count))) {
      out.nulls = null;
    }
    return out;
  }

  #cells({ rows }: BatchPart, column: Column, count: number): Vector {
    const { out } = this;
    const { cells } = out;
    for (let i = 0; i < count; i++) {
      const at = rows[i] as number;
      const cell: Cell = at < 0 ? null : column.get(at);
      cells[i] = this.#isReal && typeof cell === 'number' ? realCell(cell) : cell;
    }
    out.settle(count);
    return out;
  }
}
