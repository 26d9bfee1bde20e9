/**
 * Rows as bytes, shared by the log, by pages of mixed columns and by change streams; drawn in
 * docs/format/row.md. A row is the number of its cells (varint) and then the cells. A cell is a tag and
 * what the tag asks for, little-endian:
 *   tag          then            cell
 *   0x00         –               NULL
 *   0x01         i8              INTEGER
 *   0x02         i16             INTEGER
 *   0x03         i32             INTEGER
 *   0x04         u32 low, i16    INTEGER of 48 bits, such as a time in milliseconds
 *   0x05         i64             INTEGER
 *   0x06         f64             REAL
 *   0x07         varint, bytes   TEXT, UTF-8
 *   0x08         varint, bytes   TEXT with lone surrogates, UTF-16
 *   0x09         varint, bytes   BLOB
 *   0x40–0x7f    –               INTEGER tag − 0x50, that is −16 to 47
 *   0x80–0xff    bytes           TEXT of tag − 0x80 bytes of UTF-8
 * Other tags are malformed. The writer takes the shortest form.
 */
import { assert } from './assert.ts';
import { type Cell, type CellKind, normalizeInteger, Real, realCell } from './cell.ts';
import { DecodeError } from './decode-error.ts';
import { byteLength } from './varint.ts';
import type { ByteReader, ByteWriter } from './writer.ts';

const NULL = 0x00;
const I8 = 0x01;
const I16 = 0x02;
const I32 = 0x03;
const I48 = 0x04;
const I64 = 0x05;
const REAL = 0x06;
const TEXT = 0x07;
const TEXT_UTF16 = 0x08;
const BLOB = 0x09;
const INLINE = 0x40;
const INLINE_ZERO = 0x50;
const INLINE_MIN = INLINE - INLINE_ZERO;
const INLINE_MAX = 0x7f - INLINE_ZERO;
const INLINE_TEXT = 0x80;
const INLINE_TEXT_MAX = 0xff - INLINE_TEXT;

/** Writes a row; `kinds` gives the kind of each column, 'any' where it is short. */
export function writeRow(writer: ByteWriter, cells: readonly Cell[], kinds?: readonly CellKind[]): void {
  writer.varint(cells.length);
  for (let i = 0; i < cells.length; i++) {
    writeCell(writer, cells[i] as Cell, kinds !== undefined && kinds[i] === 'real');
  }
}

/**
 * Reads a row written with the same `kinds`. Blobs are views of the reader's bytes.
 * @throws {DecodeError} when the bytes are not a row
 */
export function readRow(reader: ByteReader, kinds?: readonly CellKind[]): Cell[] {
  const count = reader.varint();
  if (count > reader.remaining) throw new DecodeError(`row of ${count} cells`, reader.position);
  const cells: Cell[] = [];
  for (let i = 0; i < count; i++) cells.push(readCell(reader, kinds !== undefined && kinds[i] === 'real'));
  return cells;
}

/** Writes one cell; with `real` every number is REAL. */
export function writeCell(writer: ByteWriter, cell: Cell, real = false): void {
  if (typeof cell === 'number') {
    if (!real && Number.isSafeInteger(cell)) writeInteger(writer, cell);
    else writeReal(writer, cell);
  } else if (typeof cell === 'string') writeText(writer, cell);
  else if (cell === null) writer.u8(NULL);
  else if (typeof cell === 'bigint') {
    writer.u8(I64);
    writer.i64(cell);
  } else if (cell instanceof Real) writeReal(writer, cell.value);
  else {
    writer.u8(BLOB);
    writer.blob(cell);
  }
}

function writeReal(writer: ByteWriter, value: number): void {
  assert(value === value, 'NaN is no cell');
  writer.reserve(9);
  const at = writer.length;
  writer.bytes[at] = REAL;
  writer.data.setFloat64(at + 1, value, true);
  writer.length = at + 9;
}

function writeInteger(writer: ByteWriter, value: number): void {
  writer.reserve(9);
  const at = writer.length;
  const { bytes, data } = writer;
  if (value >= INLINE_MIN && value <= INLINE_MAX) {
    bytes[at] = INLINE_ZERO + value;
    writer.length = at + 1;
  } else if (value === (value | 0)) {
    if (value === (value << 24) >> 24) {
      bytes[at] = I8;
      bytes[at + 1] = value;
      writer.length = at + 2;
    } else if (value === (value << 16) >> 16) {
      bytes[at] = I16;
      data.setInt16(at + 1, value, true);
      writer.length = at + 3;
    } else {
      bytes[at] = I32;
      data.setInt32(at + 1, value, true);
      writer.length = at + 5;
    }
  } else {
    const high = Math.floor(value / 0x1_0000_0000);
    data.setUint32(at + 1, value - high * 0x1_0000_0000, true);
    data.setInt32(at + 5, high, true);
    const narrow = high === (high << 16) >> 16;
    bytes[at] = narrow ? I48 : I64;
    writer.length = at + (narrow ? 7 : 9);
  }
}

function writeText(writer: ByteWriter, text: string): void {
  const { length } = text;
  // Room for the tag, and for the length that ASCII has where it does not fit the tag.
  const room = length <= INLINE_TEXT_MAX ? 0 : byteLength(length);
  writer.reserve(1 + room + length * 3);
  const start = writer.length;
  writer.length = start + 1 + room;
  const size = writer.utf8(text);
  if (size < 0) {
    writer.length = start;
    writer.u8(TEXT_UTF16);
    writer.varint(length * 2);
    writer.utf16(text);
  } else if (size <= INLINE_TEXT_MAX) writer.bytes[start] = INLINE_TEXT + size;
  else {
    writer.bytes[start] = TEXT;
    writer.prefix(start + 1, room, size);
  }
}

/**
 * Reads one cell; with `real` every REAL is a plain number, otherwise an integral one is boxed. A blob is
 * a view of the reader's bytes.
 * @throws {DecodeError} when the bytes are not a cell
 */
export function readCell(reader: ByteReader, real = false): Cell {
  const tag = reader.u8();
  if (tag >= INLINE_TEXT) return reader.utf8(tag - INLINE_TEXT);
  if (tag >= INLINE) return tag - INLINE_ZERO;
  switch (tag) {
    case NULL:
      return null;
    case I8:
      return reader.i8();
    case I16:
      return reader.i16();
    case I32:
      return reader.i32();
    case I48: {
      const low = reader.u32();
      return reader.i16() * 0x1_0000_0000 + low;
    }
    case I64:
      return normalizeInteger(reader.i64());
    case REAL: {
      const value = reader.f64();
      if (value !== value) throw new DecodeError('NaN', reader.position - 8);
      return real ? value : realCell(value);
    }
    case TEXT:
      return reader.utf8(reader.varint());
    case TEXT_UTF16:
      return reader.utf16(reader.varint());
    case BLOB:
      return reader.blob();
    default:
      throw new DecodeError(`unknown tag ${tag}`, reader.position - 1);
  }
}

/** Passes over one cell. */
export function skipCell(reader: ByteReader): void {
  const tag = reader.u8();
  if (tag >= INLINE_TEXT) reader.raw(tag - INLINE_TEXT);
  else if (tag >= TEXT && tag <= BLOB) reader.blob();
  else if (tag <= REAL) reader.raw(FIXED_BYTES[tag] as number);
  else if (tag < INLINE) throw new DecodeError(`unknown tag ${tag}`, reader.position - 1);
}

/** Bytes behind the tags NULL to REAL. */
const FIXED_BYTES = [0, 1, 2, 4, 6, 8, 8] as const;
