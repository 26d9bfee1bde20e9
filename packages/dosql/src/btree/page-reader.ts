/** Columns and large cells out of their pages; drawn byte by byte in docs/format/page.md. */
import { SqlError } from '@dotdo/shared-types';
import type { Cell } from '../codec/cell.ts';
import { readCell } from '../codec/row.ts';
import { ByteReader } from '../codec/writer.ts';
import {
  ARRAY,
  BLOB,
  Column,
  DICTIONARY,
  INT16,
  INT32,
  INT53,
  INT64,
  INT8,
  LARGE,
  NULLS,
  type Offsets,
  type Overflow,
  REAL,
  REAL_ANY,
  type StoredCell,
  TEXT,
} from './column.ts';
import {
  ASCII,
  BYTES,
  DIRECTORY_BYTES,
  HAS_BOUNDS,
  HAS_NULLS,
  HEADER_BYTES,
  openPage,
  OVERFLOW_PAGE,
  type PageHeader,
  REFERENCE_BYTES,
  UTF16,
  WIDE_OFFSETS,
} from './page.ts';
import { corruptPage, type PageId, type Pager } from './pager.ts';

/** A text or blob in a page of its own, read each time it is asked for. */
export class OverflowCell implements Overflow {
  readonly overflowPage: PageId;
  readonly form: number;
  readonly byteLength: number;
  readonly #pager: Pager;

  constructor(pager: Pager, page: PageId, form: number, byteLength: number) {
    this.#pager = pager;
    this.overflowPage = page;
    this.form = form;
    this.byteLength = byteLength;
  }

  load(): Cell {
    const page = this.#pager.read(this.overflowPage);
    const header = openPage(page, this.overflowPage);
    const bytes = page.subarray(HEADER_BYTES);
    if (header.type !== OVERFLOW_PAGE || header.entries !== this.form || bytes.length !== this.byteLength) {
      throw corruptPage(this.overflowPage, 'it is not the overflow page that is referred to');
    }
    return this.form === BYTES ? bytes : decodeText(bytes, this.form, this.overflowPage);
  }
}

/**
 * The columns of a leaf or interior page, as views of it as far as it goes.
 * @param real for each column, whether it holds no INTEGER
 * @throws {SqlError} CORRUPT_PAGE when they do not fit the page or the tree
 */
export function readColumns(page: Uint8Array, header: PageHeader, real: readonly boolean[], pager: Pager): Column[] {
  const aligned = (page.byteOffset & 7) === 0 ? page : page.slice();
  try {
    const reader = new ColumnReader(aligned, header, pager);
    const columns: Column[] = [];
    for (let c = 0; c < header.columns; c++) columns.push(reader.read(c, real[c] as boolean));
    return columns;
  } catch (error) {
    if (error instanceof SqlError) throw error;
    throw corruptPage(header.id, 'a column does not fit it', error);
  }
}

class ColumnReader {
  readonly #page: Uint8Array;
  readonly #data: DataView;
  readonly #header: PageHeader;
  readonly #pager: Pager;
  #at = 0;

  constructor(page: Uint8Array, header: PageHeader, pager: Pager) {
    this.#page = page;
    this.#data = new DataView(page.buffer, page.byteOffset, page.length);
    this.#header = header;
    this.#pager = pager;
  }

  /** Where the next `size` bytes lie in the buffer; they begin aligned. */
  #take(size: number): number {
    const at = (this.#at + 7) & ~7;
    this.#at = at + size;
    if (!(this.#at <= this.#page.length)) throw new RangeError(`the page ends before ${this.#at}`);
    return this.#page.byteOffset + at;
  }

  #bytes(size: number): Uint8Array {
    return new Uint8Array(this.#page.buffer, this.#take(size), size);
  }

  read(c: number, real: boolean): Column {
    const data = this.#data;
    const { buffer } = this.#page;
    const n = this.#header.entries;
    const entry = HEADER_BYTES + c * DIRECTORY_BYTES;
    const kind = data.getUint8(entry);
    const flags = data.getUint8(entry + 1);
    const form = data.getUint8(entry + 2);
    this.#at = data.getUint32(entry + 4, true);
    const size = data.getUint32(entry + 8, true);
    const count = data.getUint32(entry + 12, true);
    const column = new Column(kind, 0, real);
    if ((flags & HAS_NULLS) !== 0) column.nulls = this.#bytes((n + 7) >> 3);
    if (real ? kind >= INT8 && kind <= INT64 : kind === REAL) throw new RangeError(`column ${c} has kind ${kind}`);
    switch (kind) {
      case NULLS:
        break;
      case INT8:
        column.data = new Int8Array(buffer, this.#take(n), n);
        break;
      case INT16:
        column.data = new Int16Array(buffer, this.#take(n * 2), n);
        break;
      case INT32:
        column.data = new Int32Array(buffer, this.#take(n * 4), n);
        break;
      case INT53:
      case REAL:
      case REAL_ANY:
        column.data = new Float64Array(buffer, this.#take(n * 8), n);
        break;
      case INT64:
        column.data = new BigInt64Array(buffer, this.#take(n * 8), n);
        break;
      case DICTIONARY: {
        column.data = this.#bytes(n);
        const offsets = this.#offsets(flags, count);
        const chars = decodeText(this.#bytes(size), form, this.#header.id);
        const strings: string[] = [];
        for (let i = 0; i < count; i++) strings.push(chars.substring(offsets[i] as number, offsets[i + 1]));
        column.strings = strings;
        break;
      }
      case TEXT:
        column.offsets = this.#offsets(flags, n);
        column.bytes = this.#bytes(size);
        column.decode = (bytes) => decodeText(bytes, form, this.#header.id);
        break;
      case BLOB:
        column.offsets = this.#offsets(flags, n);
        column.bytes = this.#bytes(size);
        break;
      case ARRAY:
        column.bytes = this.#bytes(size);
        column.decode = (bytes) => this.#cells(bytes, n, real);
        break;
      case LARGE: {
        const cells: StoredCell[] = this.#cells(this.#bytes(size), n, real);
        this.#references(cells, count);
        column.data = cells;
        break;
      }
      default:
        throw new RangeError(`column ${c} has kind ${kind}`);
    }
    if ((flags & HAS_BOUNDS) !== 0) this.#bounds(column, entry);
    return column;
  }

  #bounds(column: Column, entry: number): void {
    const data = this.#data;
    if (column.kind < DICTIONARY) {
      column.min = data.getFloat64(entry + 16, true);
      column.max = data.getFloat64(entry + 24, true);
      return;
    }
    const minEnd = this.#at + data.getUint32(entry + 16, true);
    const maxEnd = minEnd + data.getUint32(entry + 20, true);
    if (maxEnd > this.#page.length) throw new RangeError('bounds exceed the page');
    column.min = decodeText(this.#page.subarray(this.#at, minEnd), ASCII, this.#header.id);
    column.max = decodeText(this.#page.subarray(minEnd, maxEnd), ASCII, this.#header.id);
  }

  #offsets(flags: number, n: number): Offsets {
    const { buffer } = this.#page;
    if ((flags & WIDE_OFFSETS) !== 0) return new Uint32Array(buffer, this.#take((n + 1) * 4), n + 1);
    return new Uint16Array(buffer, this.#take((n + 1) * 2), n + 1);
  }

  #cells(bytes: Uint8Array, n: number, real: boolean): Cell[] {
    try {
      const reader = new ByteReader(bytes);
      const cells: Cell[] = [];
      for (let i = 0; i < n; i++) cells.push(readCell(reader, real));
      return cells;
    } catch (error) {
      throw corruptPage(this.#header.id, 'a cell is malformed', error);
    }
  }

  #references(cells: StoredCell[], count: number): void {
    const data = this.#data;
    const base = this.#take(count * REFERENCE_BYTES) - this.#page.byteOffset;
    for (let at = base; at < base + count * REFERENCE_BYTES; at += REFERENCE_BYTES) {
      const row = data.getUint32(at, true);
      if (row >= cells.length) throw new RangeError('a reference exceeds the rows');
      const form = data.getUint32(at + 4, true);
      cells[row] = new OverflowCell(this.#pager, data.getFloat64(at + 8, true), form, data.getFloat64(at + 16, true));
    }
  }
}

const decoder: TextDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(bytes: Uint8Array, form: number, page: PageId): string {
  try {
    return form === UTF16 ? new ByteReader(bytes).utf16(bytes.length) : decoder.decode(bytes);
  } catch (error) {
    throw corruptPage(page, 'a text is malformed', error);
  }
}
