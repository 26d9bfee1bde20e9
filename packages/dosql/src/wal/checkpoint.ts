/**
 * The checkpoint record: where recovery begins; drawn in docs/format/checkpoint.md.
 *   magic "DCKP" (4) | version u16 | flags u16 | length u32 | crc32 u32 of the rest | point | next page | older
 *   points | superseded pages | epochs | retained log | attachment
 * It is stored in the batch that stores the pages it points to.
 */
import { SqlError } from '@dotdo/shared-types';
import { crc32 } from '../codec/crc32.ts';
import { DecodeError } from '../codec/decode-error.ts';
import { ByteReader, ByteWriter } from '../codec/writer.ts';
import { SPACE, storeKey, type Store, type StoreKey } from '../fsx/store.ts';
import type { EpochStart, SlotRef } from './slots.ts';

/** Where the record is. */
export const CHECKPOINT_KEY: StoreKey = /* @__PURE__ */ storeKey(SPACE.meta, 0);
const MAGIC = 0x504b_4344; // "DCKP", little-endian
const VERSION = 1;
const CRC_AT = 12; // magic 4, version 2, flags 2, length 4
const BODY_AT = 16; // CRC_AT and the crc 4

/** Root page of a tree; `page` is absent when the tree is empty. */
export interface TreeRoot {
  readonly tree: number;
  readonly page: number | undefined;
}

/** A state that can be gone back to: all trees, with everything up to and including the counter. */
export interface CheckpointPoint {
  readonly epoch: number;
  readonly counter: number;
  readonly timestampMs: number;
  readonly roots: readonly TreeRoot[];
}

/** Page versions that the checkpoint at `counter` replaced: garbage once no retained point is older. */
export interface SupersededPages {
  readonly counter: number;
  readonly pages: readonly number[];
}

export interface Checkpoint {
  /** Of the epoch in force, with the counter of the last entry in the log. */
  readonly point: CheckpointPoint;
  readonly nextPage: number;
  /** Older points that are retained for time travel, oldest first. */
  readonly retained: readonly CheckpointPoint[];
  /** Oldest first. */
  readonly superseded: readonly SupersededPages[];
  readonly epochs: readonly EpochStart[];
  /** The retained log up to the point, in LSN order. */
  readonly slots: readonly SlotRef[];
  /** Whatever the owner of the trees adds. */
  readonly attachment: Uint8Array;
}

export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const writer = new ByteWriter(1024);
  writer.u32(MAGIC);
  writer.u16(VERSION);
  writer.u16(0);
  writer.u32(0);
  writer.u32(0);
  writePoint(writer, checkpoint.point);
  writer.varint(checkpoint.nextPage);
  writeList(writer, checkpoint.retained, writePoint);
  let counter = 0;
  writeList(writer, checkpoint.superseded, (writer, superseded) => {
    writer.varint(superseded.counter - counter);
    counter = superseded.counter;
    let before = 0;
    writeList(
      writer,
      [...superseded.pages].sort((a, b) => a - b),
      (writer, page) => {
        writer.varint(page - before);
        before = page;
      },
    );
  });
  writeList(writer, checkpoint.epochs, (writer, start) => {
    writer.varint(start.epoch);
    writer.varint(start.first);
  });
  writer.varint(checkpoint.slots[0]?.first ?? 0);
  writeList(writer, checkpoint.slots, (writer, ref) => {
    writer.varint(ref.slot);
    writer.varint(ref.entries * 2 + (ref.continues ? 1 : 0));
    writer.varint(ref.bytes);
    writer.f64(ref.timestampMs);
  });
  writer.blob(checkpoint.attachment);
  writer.data.setUint32(8, writer.length, true);
  writer.data.setUint32(CRC_AT, checksum(writer.bytes, writer.length), true);
  return writer.copy();
}

/**
 * Reads what `encodeCheckpoint` wrote.
 * @throws {SqlError} CORRUPT_CHECKPOINT with `reason` and `offset`; UNSUPPORTED_FORMAT for a later version
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const reader = new ByteReader(bytes);
  try {
    if (reader.u32() !== MAGIC) throw corrupt('magic', 0);
    const version = reader.u16();
    const flags = reader.u16();
    const length = reader.u32();
    if (length !== bytes.length) throw corrupt(`${bytes.length} bytes where ${length} were written`, 8);
    if (reader.u32() !== checksum(bytes, length)) throw corrupt('checksum', CRC_AT);
    if (version > VERSION) {
      throw new SqlError('UNSUPPORTED_FORMAT', `checkpoint record of version ${version}`, { details: { version } });
    }
    if (version < 1 || flags !== 0) throw corrupt('version', 4);
    const checkpoint = readBody(reader);
    if (reader.remaining > 0) throw corrupt('bytes behind the end', reader.position);
    return checkpoint;
  } catch (error) {
    if (error instanceof DecodeError) throw corrupt(error.message, error.offset, error);
    throw error;
  }
}

/** The record in force, undefined when there was no checkpoint; errors as `decodeCheckpoint`. */
export function readCheckpoint(store: Store): Checkpoint | undefined {
  const bytes = store.read(CHECKPOINT_KEY);
  return bytes === undefined ? undefined : decodeCheckpoint(bytes);
}

function readBody(reader: ByteReader): Checkpoint {
  const point = readPoint(reader);
  const nextPage = reader.varint();
  const retained = readList(reader, readPoint);
  let counter = 0;
  const superseded = readList(reader, (reader) => {
    counter += reader.varint();
    let page = 0;
    return { counter, pages: readList(reader, (reader) => (page += reader.varint())) };
  });
  const epochs = readList(reader, (reader) => ({ epoch: reader.varint(), first: reader.varint() }));
  let first = reader.varint();
  const slots = readList(reader, (reader): SlotRef => {
    const slot = reader.varint();
    const entries = reader.varint();
    const ref = {
      slot,
      first,
      entries: Math.floor(entries / 2),
      bytes: reader.varint(),
      timestampMs: reader.f64(),
      continues: entries % 2 === 1,
    };
    first += ref.entries;
    return ref;
  });
  if (slots.length > 0 && first !== point.counter + 1) throw corrupt('the log does not end at the point', BODY_AT);
  if (epochs.at(-1)?.epoch !== point.epoch) throw corrupt('epochs', BODY_AT);
  return { point, nextPage, retained, superseded, epochs, slots, attachment: reader.blob().slice() };
}

function writePoint(writer: ByteWriter, point: CheckpointPoint): void {
  writer.varint(point.epoch);
  writer.varint(point.counter);
  writer.f64(point.timestampMs);
  writeList(writer, point.roots, (writer, root) => {
    writer.varint(root.tree);
    writer.varint(root.page === undefined ? 0 : root.page + 1);
  });
}

function readPoint(reader: ByteReader): CheckpointPoint {
  const epoch = reader.varint();
  const counter = reader.varint();
  const timestampMs = reader.f64();
  const roots = readList(reader, (reader) => {
    const tree = reader.varint();
    const page = reader.varint();
    return { tree, page: page === 0 ? undefined : page - 1 };
  });
  return { epoch, counter, timestampMs, roots };
}

function writeList<T>(writer: ByteWriter, items: readonly T[], write: (writer: ByteWriter, item: T) => void): void {
  writer.varint(items.length);
  for (const item of items) write(writer, item);
}

/** An element takes a byte at least, so a count beyond what is left fails soon. */
function readList<T>(reader: ByteReader, read: (reader: ByteReader) => T): T[] {
  const items: T[] = [];
  for (let left = reader.varint(); left > 0; left--) items.push(read(reader));
  return items;
}

function checksum(bytes: Uint8Array, length: number): number {
  return crc32(bytes, BODY_AT, length, crc32(bytes, 0, CRC_AT));
}

function corrupt(reason: string, offset: number, cause?: unknown): SqlError {
  const details = { reason, offset };
  return new SqlError('CORRUPT_CHECKPOINT', `checkpoint record: ${reason} (offset ${offset})`, { details, cause });
}
