/** Nodes as page images; drawn byte by byte in docs/format/page.md. */
import { SqlError } from '@dotdo/shared-types';
import { crc32 } from '../codec/crc32.ts';
import { writeCell } from '../codec/row.ts';
import { ByteWriter } from '../codec/writer.ts';
import {
  ARRAY,
  BLOB,
  type Column,
  DICTIONARY,
  isOverflow,
  NULLS,
  type Offsets,
  type StoredCell,
  TEXT,
} from './column.ts';
import { boundTexts, makeOffsets } from './freeze.ts';
import type { OverflowCell } from './page-reader.ts';
import { corruptPage, type PageId } from './pager.ts';

export const LEAF_PAGE = 1;
export const INTERIOR_PAGE = 2;
export const OVERFLOW_PAGE = 3;

const MAGIC = 0x4741_5044; // "DPAG"
const VERSION = 1;
export const HEADER_BYTES: number = 4 + 1 + 1 + 2 + 4 + 4 + 8 + 8 + 4 + 1 + 1 + 2;
export const DIRECTORY_BYTES: number = 1 + 1 + 1 + 1 + 4 + 4 + 4 + 8 + 8;
export const REFERENCE_BYTES: number = 4 + 4 + 8 + 8;

export const HAS_NULLS = 1;
export const WIDE_OFFSETS = 2;
export const HAS_BOUNDS = 4;

export const ASCII = 0;
const UTF8 = 1;
export const UTF16 = 2;
export const BYTES = 3;

/** What a page begins with. */
export interface PageHeader {
  readonly id: PageId;
  readonly type: number;
  readonly columns: number;
  readonly rows: number;
  readonly entries: number;
  readonly level: number;
  readonly overflow: boolean;
}

/** A child as its parent's page describes it. */
export interface ChildEntry {
  readonly page: PageId;
  readonly rows: number;
  readonly overflow: boolean;
}

const writer: ByteWriter = /* @__PURE__ */ new ByteWriter(1 << 16);

function align(): void {
  while ((writer.length & 7) !== 0) writer.u8(0);
}

function rawArray(array: ArrayBufferView): void {
  writer.raw(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
}

/** Writes text as the tightest form that brings it back, which is returned. */
function writeChars(chars: string): number {
  const size = writer.utf8(chars);
  if (size >= 0) return size === chars.length ? ASCII : UTF8;
  writer.utf16(chars);
  return UTF16;
}

function beginPage(columns: number): void {
  writer.reset();
  const size = HEADER_BYTES + columns * DIRECTORY_BYTES;
  writer.reserve(size);
  writer.bytes.fill(0, 0, size);
  writer.length = size;
}

function finishPage(header: PageHeader): Uint8Array {
  const page = writer.copy();
  const data = new DataView(page.buffer);
  data.setUint32(0, MAGIC, true);
  data.setUint8(4, VERSION);
  data.setUint8(5, header.type);
  data.setUint16(6, header.columns, true);
  data.setUint32(12, page.length, true);
  data.setFloat64(16, header.id, true);
  data.setFloat64(24, header.rows, true);
  data.setUint32(32, header.entries, true);
  data.setUint8(36, header.level);
  data.setUint8(37, header.overflow ? 1 : 0);
  data.setUint32(8, checksum(page), true);
  return page;
}

function checksum(page: Uint8Array): number {
  return crc32(page, 12, page.length, crc32(page, 0, 8));
}

/** A leaf of `n` rows as a page; its columns are frozen, and what is too large for them is spilled. */
export function encodeLeaf(id: PageId, columns: readonly Column[], n: number, overflow: boolean): Uint8Array {
  beginPage(columns.length);
  writeColumns(columns, n);
  return finishPage({ id, type: LEAF_PAGE, columns: columns.length, rows: n, entries: n, level: 0, overflow });
}

export function encodeInterior(
  id: PageId,
  level: number,
  keys: readonly Column[],
  children: readonly ChildEntry[],
): Uint8Array {
  beginPage(keys.length);
  let rows = 0;
  for (const child of children) writer.f64(child.page);
  for (const child of children) {
    writer.f64(child.rows);
    rows += child.rows;
  }
  for (const child of children) writer.u8(child.overflow ? 1 : 0);
  writeColumns(keys, children.length);
  const entries = children.length;
  return finishPage({ id, type: INTERIOR_PAGE, columns: keys.length, rows, entries, level, overflow: false });
}

/** A large text or blob as a page, with its form and its length in bytes. */
export function encodeOverflow(
  id: PageId,
  cell: string | Uint8Array,
): { page: Uint8Array; form: number; size: number } {
  beginPage(0);
  let form = BYTES;
  if (typeof cell === 'string') form = writeChars(cell);
  else writer.raw(cell);
  const size = writer.length - HEADER_BYTES;
  const header = { id, type: OVERFLOW_PAGE, columns: 0, rows: size, entries: form, level: 0, overflow: false };
  return { page: finishPage(header), form, size };
}

function writeColumns(columns: readonly Column[], n: number): void {
  for (let c = 0; c < columns.length; c++) {
    align();
    writeColumn(columns[c] as Column, HEADER_BYTES + c * DIRECTORY_BYTES, n);
  }
}

function writeColumn(column: Column, entry: number, n: number): void {
  const start = writer.length;
  let flags = 0;
  let form = 0;
  let size = 0;
  let count = 0;
  if (column.nulls !== null) {
    flags |= HAS_NULLS;
    writer.raw(column.nulls.subarray(0, (n + 7) >> 3));
    align();
  }
  const { kind } = column;
  let payload = writer.length;
  if (kind === TEXT || kind === DICTIONARY) {
    boundTexts(column, n);
    let { offsets } = column;
    let chars: string;
    if (kind === DICTIONARY) {
      const strings = column.strings as string[];
      rawArray(column.data as Uint8Array);
      align();
      chars = strings.join('');
      count = strings.length;
      offsets = makeOffsets(count, chars.length);
      for (let i = 0; i < count; i++) offsets[i + 1] = (offsets[i] as number) + (strings[i] as string).length;
    } else chars = column.chars();
    flags |= writeOffsets(offsets as Offsets);
    payload = writer.length;
    form = writeChars(chars);
    size = writer.length - payload;
    if (typeof column.min === 'string') {
      flags |= HAS_BOUNDS;
      writer.utf8(column.min);
      writer.utf8(column.max as string);
      writer.data.setUint32(entry + 16, column.min.length, true); // ASCII
      writer.data.setUint32(entry + 20, (column.max as string).length, true);
    }
  } else if (kind === BLOB) {
    flags |= writeOffsets(column.offsets as Offsets);
    payload = writer.length;
    writer.raw(column.bytes as Uint8Array);
    size = writer.length - payload;
  } else if (kind >= ARRAY) {
    const cells = column.cells();
    for (const cell of cells) {
      if (isOverflow(cell)) count++;
      writeCell(writer, isOverflow(cell) ? null : cell, column.real);
    }
    size = writer.length - payload;
    align();
    if (count > 0) writeReferences(cells);
  } else if (kind !== NULLS) {
    rawArray(column.data as Exclude<Column['data'], StoredCell[]>);
    if (typeof column.min === 'number') {
      flags |= HAS_BOUNDS;
      writer.data.setFloat64(entry + 16, column.min, true);
      writer.data.setFloat64(entry + 24, column.max as number, true);
    }
  }
  const { data } = writer;
  data.setUint8(entry, kind);
  data.setUint8(entry + 1, flags);
  data.setUint8(entry + 2, form);
  data.setUint32(entry + 4, start, true);
  data.setUint32(entry + 8, size, true);
  data.setUint32(entry + 12, count, true);
}

function writeOffsets(offsets: Offsets): number {
  rawArray(offsets);
  align();
  return offsets instanceof Uint32Array ? WIDE_OFFSETS : 0;
}

function writeReferences(cells: readonly StoredCell[]): void {
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as StoredCell;
    if (!isOverflow(cell)) continue;
    const { form, overflowPage, byteLength } = cell as OverflowCell;
    writer.u32(i);
    writer.u32(form);
    writer.f64(overflowPage);
    writer.f64(byteLength);
  }
}

/**
 * Checks a page and reads its header.
 * @throws {SqlError} CORRUPT_PAGE when it is not what was written under this id, UNSUPPORTED_FORMAT when its version
 * is greater than ours
 */
export function openPage(page: Uint8Array, id: PageId): PageHeader {
  if (page.length < HEADER_BYTES) throw corruptPage(id, `it has ${page.length} bytes`);
  const data = new DataView(page.buffer, page.byteOffset, page.length);
  if (data.getUint32(0, true) !== MAGIC) throw corruptPage(id, 'its magic number is wrong');
  if (data.getUint32(12, true) !== page.length) throw corruptPage(id, `it has ${page.length} bytes`);
  if (data.getUint32(8, true) !== checksum(page)) throw corruptPage(id, 'its checksum is wrong');
  const version = data.getUint8(4);
  if (version !== VERSION) {
    throw new SqlError('UNSUPPORTED_FORMAT', `page ${id} has version ${version}`, { details: { page: id, version } });
  }
  const stored = data.getFloat64(16, true);
  if (stored !== id) throw corruptPage(id, `it is page ${stored}`);
  return {
    id,
    type: data.getUint8(5),
    columns: data.getUint16(6, true),
    rows: data.getFloat64(24, true),
    entries: data.getUint32(32, true),
    level: data.getUint8(36),
    overflow: data.getUint8(37) !== 0,
  };
}

/** The children of an interior page. */
export function readChildren(page: Uint8Array, header: PageHeader): ChildEntry[] {
  const count = header.entries;
  const first = HEADER_BYTES + header.columns * DIRECTORY_BYTES;
  if (first + count * 17 > page.length) throw corruptPage(header.id, 'its children exceed it');
  const data = new DataView(page.buffer, page.byteOffset, page.length);
  const children: ChildEntry[] = [];
  for (let i = 0; i < count; i++) {
    children.push({
      page: data.getFloat64(first + i * 8, true),
      rows: data.getFloat64(first + (count + i) * 8, true),
      overflow: data.getUint8(first + count * 16 + i) !== 0,
    });
  }
  return children;
}
