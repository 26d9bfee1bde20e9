/**
 * Layout of log segments, shared by writer.ts and reader.ts; drawn in docs/format/wal.md.
 *   segment  magic "DWAL" (4) | version u16 | flags u16 | first LSN u64 BE | entries u32 | bytes u32
 *            | timestamp f64 | crc32 of these 32 bytes | frame of the table list | frames of the entries
 *   frame    crc32 u32 | length varint | op u8 | payload
 * Invariant: the counter rises by one per entry, and seeds the entry's CRC, so that an entry that is not
 * in its place fails.
 */
import { formatLsn, LSN_EPOCH_MAX, lsnOf, SqlError, type LSN } from '@dotdo/shared-types';
import { crc32 } from '../codec/crc32.ts';
import type { CellKind } from '../codec/cell.ts';
import type { ByteReader, ByteWriter } from '../codec/writer.ts';

const SEGMENT_MAGIC = 0x4c41_5744; // "DWAL", little-endian
const SEGMENT_VERSION = 1;
export const HEADER_CRC_AT = 32; // magic 4, version 2, flags 2, LSN 8, entries 4, bytes 4, timestamp 8
export const HEADER_BYTES = 36; // HEADER_CRC_AT and the crc 4
/** The segment's last transaction goes on in the next segment. */
export const CONTINUES = 1;
/** The segment begins inside a transaction. */
export const CONTINUED = 2;

/** What an entry says. `ROLLBACK` is never stored: a transaction that fails is taken back before it is. */
export type WALOperation = 'BEGIN' | 'INSERT' | 'UPDATE' | 'DELETE' | 'COMMIT' | 'ROLLBACK';

export const OP_TABLES = 0;
export const OP_BEGIN = 1;
export const OP_INSERT = 2;
export const OP_UPDATE = 3;
export const OP_DELETE = 4;
export const OP_COMMIT = 5;
/** Names by code; the table list has no entry of its own. */
export const OPERATIONS: readonly (WALOperation | undefined)[] = [
  undefined,
  'BEGIN',
  'INSERT',
  'UPDATE',
  'DELETE',
  'COMMIT',
];

/** A table as the log names it. */
export interface LogTable {
  readonly id: number;
  readonly name: string;
  /** The first so many columns of a row are its key. */
  readonly keyColumns: number;
}

/** Fields of a segment's header. */
export interface SegmentHeader {
  readonly flags: number;
  readonly epoch: number;
  /** Counter of the first entry. */
  readonly first: number;
  readonly entries: number;
  readonly bytes: number;
  readonly timestampMs: number;
}

/** Where in the log something is wrong. */
export interface LogPosition {
  readonly slot: number;
  readonly epoch: number;
  readonly counter: number;
  /** Of the byte in the slot's value. */
  readonly offset: number;
}

/** CORRUPT_LOG with `slot`, `lsn`, `offset` and `reason`. */
export function corruptLog(reason: string, at: LogPosition, cause?: unknown): SqlError {
  const lsn = lsnText(at.epoch, at.counter);
  return new SqlError('CORRUPT_LOG', `log damaged at LSN ${lsn}, slot ${at.slot}, offset ${at.offset}: ${reason}`, {
    details: { reason, slot: at.slot, lsn, offset: at.offset },
    cause,
  });
}

/** Text of the LSN, for messages: parts that do not fit one are brought into range. */
export function lsnText(epoch: number, counter: number): string {
  return formatLsn(lsn(epoch & LSN_EPOCH_MAX, Math.max(0, counter) % 2 ** 48));
}

/** The LSN of its parts. */
export function lsn(epoch: number, counter: number): LSN {
  return lsnOf({ epoch, counter });
}

/** Begins a frame: leaves room for CRC and a length of one byte, writes the op; returns the frame's offset. */
export function openFrame(writer: ByteWriter, op: number): number {
  writer.reserve(6); // crc 4, length 1, op 1
  const start = writer.length;
  writer.bytes[start + 5] = op;
  writer.length = start + 6;
  return start;
}

/** Ends the frame begun at `start`: fills in length and CRC. */
export function closeFrame(writer: ByteWriter, start: number, counter: number): void {
  const size = writer.length - start - 5;
  if (size < 0x80) writer.bytes[start + 4] = size;
  else writer.prefix(start + 4, 1, size);
  writer.data.setUint32(start, crc32(writer.bytes, start + 4, writer.length, counter >>> 0), true);
}

/**
 * Reads a frame's head at the reader's position, checks the CRC, and leaves the reader behind the op with its
 * end at the frame's end. Returns the op, or −1 with the reader anywhere when the frame is damaged.
 */
export function readFrame(reader: ByteReader, counter: number): number {
  const start = reader.position;
  const sum = reader.u32();
  const size = reader.varint();
  const end = reader.position + size;
  if (size < 1 || end > reader.end || crc32(reader.bytes, start + 4, end, counter >>> 0) !== sum) return -1;
  reader.end = end;
  return reader.u8();
}

/** Appends a segment's header. */
export function writeHeader(writer: ByteWriter, header: SegmentHeader): void {
  const start = writer.length;
  writer.u32(SEGMENT_MAGIC);
  writer.u16(SEGMENT_VERSION);
  writer.u16(header.flags);
  writer.reserve(8);
  const high = Math.floor(header.first / 0x1_0000_0000);
  writer.data.setUint32(writer.length, header.epoch * 0x1_0000 + high);
  writer.data.setUint32(writer.length + 4, header.first >>> 0);
  writer.length += 8;
  writer.u32(header.entries);
  writer.u32(header.bytes);
  writer.f64(header.timestampMs);
  writer.u32(crc32(writer.bytes, start, start + HEADER_CRC_AT));
}

/**
 * Reads the header at `at.offset` of a slot's value, or of its beginning (`isHead`); the rest of `at` is for the error.
 * @throws {SqlError} CORRUPT_LOG, UNSUPPORTED_FORMAT
 */
export function readHeader(value: Uint8Array, at: LogPosition, isHead = false): SegmentHeader {
  const { offset } = at;
  const fail = (reason: string): never => {
    throw corruptLog(reason, at);
  };
  if (value.length - offset < HEADER_BYTES) fail('segment shorter than its header');
  const data = new DataView(value.buffer, value.byteOffset + offset, value.length - offset);
  if (data.getUint32(0, true) !== SEGMENT_MAGIC) fail('no segment');
  if (crc32(value, offset, offset + HEADER_CRC_AT) !== data.getUint32(HEADER_CRC_AT, true)) fail('header checksum');
  const version = data.getUint16(4, true);
  if (version > SEGMENT_VERSION)
    throw new SqlError('UNSUPPORTED_FORMAT', `log segment of version ${version}`, {
      details: { slot: at.slot, version },
    });
  const high = data.getUint32(8);
  const header: SegmentHeader = {
    flags: data.getUint16(6, true),
    epoch: high >>> 16,
    first: (high & 0xffff) * 0x1_0000_0000 + data.getUint32(12),
    entries: data.getUint32(16, true),
    bytes: data.getUint32(20, true),
    timestampMs: data.getFloat64(24, true),
  };
  const isSound =
    version > 0 &&
    header.flags < 4 &&
    header.epoch <= LSN_EPOCH_MAX &&
    header.first > 0 &&
    header.entries > 0 &&
    header.bytes > HEADER_BYTES;
  if (!isSound) fail('header fields');
  if (header.bytes > data.byteLength && !isHead) fail(`segment of ${header.bytes} bytes, ${data.byteLength} present`);
  return header;
}

/** A table as the writer takes it. A renamed table is another `WalTable`. */
export class WalTable implements LogTable {
  readonly id: number;
  readonly name: string;
  readonly keyColumns: number;
  /** Kinds of the columns, 'any' where it is short; the reader needs the same. */
  readonly kinds: readonly CellKind[] | undefined;
  /** Index in the table list of the pending segment, valid while `pending` is the writer's. */
  index = 0;
  /** Number of the pending segment that lists the table. */
  pending = 0;

  constructor(table: LogTable, kinds?: readonly CellKind[]) {
    this.id = table.id;
    this.name = table.name;
    this.keyColumns = table.keyColumns;
    this.kinds = kinds?.includes('real') ? kinds : undefined;
  }
}
