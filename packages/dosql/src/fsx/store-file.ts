/**
 * The file of the embedded store, shared by what writes and what opens it; drawn in
 * docs/format/store-file.md. Numbers are little-endian. The file is a header and then frames, one a batch.
 *   header   0   4  magic "DSTO"
 *            4   2  version
 *            6   2  flags, 0
 *            8   4  salt, random in each file
 *           12   4  crc32 of bytes 0 to 11
 *   frame    0   4  magic "DFRM"
 *            4   4  crc32 of byte 8 to the end of the table, seeded with the salt
 *            8   4  entries
 *           12   8  offset of this frame in the file, f64
 *           20   8  offset up to which the file was durable when this frame was written, f64
 *           28  14  entry: key (6), length (4; ffffffff deletes the key), crc32 of the value (4)
 *            *   *  values, in the order of the table
 * Salt and offset make a frame valid in one place of one file only, so that a copy of a frame inside a
 * value is never taken for one. The durable offset tells a torn tail, whose batches nobody was told of,
 * from damage: a broken frame below the durable offset of any later frame is CORRUPT_LOG.
 */
import { SqlError, type SqlErrorCode } from '@dotdo/shared-types';
import { crc32 } from '../codec/crc32.ts';
import type { ByteWriter } from '../codec/writer.ts';
import { SPACE, spaceOf, type StoreBatch, type StoreKey } from './store.ts';

const FILE_MAGIC = 0x4f54_5344;
const FRAME_MAGIC = 0x4d52_4644;
const VERSION = 1;
export const FILE_HEADER_BYTES: number = 4 + 2 + 2 + 4 + 4; // magic, version, flags, salt, crc
export const FRAME_HEADER_BYTES: number = 4 + 4 + 4 + 8 + 8; // magic, crc, entries, offset, durable offset
export const ENTRY_BYTES: number = 6 + 4 + 4; // key, length, crc
const DELETED = 0xffff_ffff;
const SEARCH_BYTES = 1 << 20;

/** A file as it is read. */
export interface FileBytes {
  readonly name: string;
  readonly size: number;
  /** Exactly `length` bytes, which must lie within the file; valid until the next call. */
  read(offset: number, length: number): Uint8Array;
}

/** Where a value lies. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
  readonly crc: number;
}

/** What opening a file gives. */
export interface FileIndex {
  readonly salt: number;
  readonly extents: Map<StoreKey, Extent>;
  /** End of the last good frame; what stands behind it is a torn tail. */
  readonly end: number;
  /** Up to where the frames themselves prove that they were durable. */
  readonly proven: number;
}

interface Frame {
  readonly offset: number;
  readonly durable: number;
  readonly end: number;
  readonly entries: readonly (readonly [StoreKey, Extent | undefined])[];
}

/** Where a frame goes. */
export interface FramePlace {
  readonly salt: number;
  readonly offset: number;
  readonly durable: number;
}

export function writeFileHeader(writer: ByteWriter, salt: number): void {
  const start = writer.length;
  writer.u32(FILE_MAGIC);
  writer.u16(VERSION);
  writer.u16(0);
  writer.u32(salt);
  writer.u32(crc32(writer.bytes, start, writer.length));
}

/** Writes header and table of a frame, without the values; returns the extents of its puts, in order. */
export function writeFrameHeader(writer: ByteWriter, batch: StoreBatch, place: FramePlace): Extent[] {
  const start = writer.length;
  const { puts, deletes } = batch;
  const count = puts.length + deletes.length;
  writer.u32(FRAME_MAGIC);
  writer.u32(0);
  writer.u32(count);
  writer.f64(place.offset);
  writer.f64(place.durable);
  for (const key of deletes) writeEntry(writer, key, DELETED, 0);
  let offset = place.offset + FRAME_HEADER_BYTES + count * ENTRY_BYTES;
  const extents: Extent[] = [];
  for (const [key, value] of puts) {
    const crc = crc32(value);
    writeEntry(writer, key, value.length, crc);
    extents.push({ offset, length: value.length, crc });
    offset += value.length;
  }
  writer.data.setUint32(start + 4, crc32(writer.bytes, start + 8, writer.length, place.salt), true);
  return extents;
}

function writeEntry(writer: ByteWriter, key: StoreKey, length: number, crc: number): void {
  const high = Math.floor(key / 0x1_0000_0000);
  writer.u32(key - high * 0x1_0000_0000);
  writer.u16(high);
  writer.u32(length);
  writer.u32(crc);
}

/**
 * Finds what the file holds. Values of frames that a later frame proves durable are not read here; they are
 * checked when they are read.
 * @throws {SqlError} NOT_A_DATABASE when it is another kind of file
 * @throws {SqlError} UNSUPPORTED_FORMAT when a newer version wrote it
 * @throws {SqlError} CORRUPT_LOG when a frame is broken that was durable; `details` gives file and offset
 */
export function openFile(file: FileBytes): FileIndex {
  const salt = readFileHeader(file);
  const frames: Frame[] = [];
  let end = FILE_HEADER_BYTES;
  let durable = end;
  while (end < file.size) {
    const frame = readFrame(file, end, salt);
    if (frame === undefined || frame.end > file.size) {
      if (findProof(file, end, salt)) throw corrupt('CORRUPT_LOG', 'a frame is broken', file.name, end);
      break;
    }
    frames.push(frame);
    durable = Math.max(durable, frame.durable);
    end = frame.end;
  }
  const extents = new Map<StoreKey, Extent>();
  for (const frame of frames) {
    if (frame.end > durable && !valuesHold(file, frame)) return { salt, extents, end: frame.offset, proven: durable };
    for (const [key, extent] of frame.entries) {
      if (extent === undefined) extents.delete(key);
      else extents.set(key, extent);
    }
  }
  return { salt, extents, end, proven: durable };
}

function readFileHeader(file: FileBytes): number {
  if (file.size < FILE_HEADER_BYTES) throw new SqlError('NOT_A_DATABASE', `${file.name} is too short for a store file`);
  const bytes = file.read(0, FILE_HEADER_BYTES);
  const data = viewOf(bytes);
  if (data.getUint32(0, true) !== FILE_MAGIC) throw new SqlError('NOT_A_DATABASE', `${file.name} is not a store file`);
  if (data.getUint32(12, true) !== crc32(bytes, 0, 12)) {
    throw corrupt('CORRUPT_LOG', 'the header is broken', file.name, 0);
  }
  const version = data.getUint16(4, true);
  if (version !== VERSION || data.getUint16(6, true) !== 0) {
    throw new SqlError('UNSUPPORTED_FORMAT', `${file.name} is of version ${version}`, {
      details: { file: file.name, version },
    });
  }
  return data.getUint32(8, true);
}

/** The frame at `offset`, whose values may be cut off, or undefined when there is none. */
function readFrame(file: FileBytes, offset: number, salt: number): Frame | undefined {
  if (offset + FRAME_HEADER_BYTES > file.size) return undefined;
  let data = viewOf(file.read(offset, FRAME_HEADER_BYTES));
  if (data.getUint32(0, true) !== FRAME_MAGIC || data.getFloat64(12, true) !== offset) return undefined;
  const count = data.getUint32(8, true);
  const size = FRAME_HEADER_BYTES + count * ENTRY_BYTES;
  if (offset + size > file.size) return undefined;
  const bytes = file.read(offset, size);
  data = viewOf(bytes);
  if (data.getUint32(4, true) !== crc32(bytes, 8, size, salt)) return undefined;
  const durable = data.getFloat64(20, true);
  const entries: [StoreKey, Extent | undefined][] = [];
  let end = offset + size;
  for (let at = FRAME_HEADER_BYTES; at < size; at += ENTRY_BYTES) {
    const key = data.getUint32(at, true) + data.getUint16(at + 4, true) * 0x1_0000_0000;
    const length = data.getUint32(at + 6, true);
    if (length === DELETED) entries.push([key, undefined]);
    else {
      entries.push([key, { offset: end, length, crc: data.getUint32(at + 10, true) }]);
      end += length;
    }
  }
  return { offset, durable, end, entries };
}

/** Whether a frame behind `offset` says that what stands at `offset` was durable. */
function findProof(file: FileBytes, offset: number, salt: number): boolean {
  let start = offset + 1;
  while (start + FRAME_HEADER_BYTES <= file.size) {
    const length = Math.min(SEARCH_BYTES, file.size - start);
    const chunk = file.read(start, length).slice();
    for (let at = chunk.indexOf(0x44); at >= 0 && at + 4 <= length; at = chunk.indexOf(0x44, at + 1)) {
      if (viewOf(chunk).getUint32(at, true) !== FRAME_MAGIC) continue;
      if ((readFrame(file, start + at, salt)?.durable ?? 0) > offset) return true;
    }
    // The last three bytes may begin a magic that the next chunk ends.
    start += Math.max(length - 3, 1);
  }
  return false;
}

function valuesHold(file: FileBytes, frame: Frame): boolean {
  return frame.entries.every(([, extent]) => extent === undefined || valueHolds(file, extent));
}

function valueHolds(file: FileBytes, extent: Extent): boolean {
  return crc32(file.read(extent.offset, extent.length), 0, extent.length) === extent.crc;
}

/** The error for a value that fails its checksum, named for what the key's space holds. */
export function corruptValue(file: string, key: StoreKey, extent: Extent): SqlError {
  const space = spaceOf(key);
  const code = space === SPACE.meta ? 'CORRUPT_CHECKPOINT' : space === SPACE.wal ? 'CORRUPT_LOG' : 'CORRUPT_PAGE';
  return corrupt(code, `the value of key ${key} fails its checksum`, file, extent.offset);
}

function corrupt(code: SqlErrorCode, what: string, file: string, offset: number): SqlError {
  return new SqlError(code, `${file}: ${what} at offset ${offset}`, { details: { file, offset } });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
