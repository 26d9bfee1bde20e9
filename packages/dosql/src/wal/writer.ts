/**
 * Appends to the log. Entries gather in one buffer; `flush()` makes whole segments of the transactions that
 * committed and writes them in one batch. The hot path (begin, a row, commit) allocates nothing: the counter is a
 * number, a transaction's id is the LSN of its BEGIN, and rows are encoded straight into the buffer.
 */
import type { LSN } from '@dotdo/shared-types';
import { assert } from '../codec/assert.ts';
import type { Cell } from '../codec/cell.ts';
import { writeCell, writeRow } from '../codec/row.ts';
import { byteLength, readVarint } from '../codec/varint.ts';
import { ByteWriter } from '../codec/writer.ts';
import { SPACE, storeKey, type Store, type StoreBatch, type StoreKey } from '../fsx/store.ts';
import {
  closeFrame,
  CONTINUED,
  CONTINUES,
  HEADER_BYTES,
  lsn,
  OP_BEGIN,
  OP_COMMIT,
  OP_DELETE,
  OP_INSERT,
  OP_TABLES,
  OP_UPDATE,
  openFrame,
  type WalTable,
  writeHeader,
} from './format.ts';
import type { LogSlots } from './slots.ts';

/** Segments are cut before they exceed this. */
export const SEGMENT_BYTES_MAX: number = 1 << 20;

/** A COMMIT is the only frame without a payload: crc 4, length 1, op 1. */
const COMMIT_BYTES = 6;

export interface WalWriterOptions {
  /** 1 MB, or the store's greatest value if that is less. A single entry may exceed it. */
  readonly segmentBytesMax?: number;
  /** Gets what a subscriber throws; the commit stands and the others are called. Ignored by default. */
  readonly onSubscriberError?: (error: unknown) => void;
}

/** What a flush made durable: whole transactions. */
export interface LogRange {
  /** Exclusive. */
  readonly from: LSN;
  /** Inclusive: the LSN of the last COMMIT. */
  readonly to: LSN;
}

interface Piece {
  /** Exclusive, in the buffer. */
  readonly end: number;
  /** Counter of its last entry. */
  readonly last: number;
  readonly continues: boolean;
}

export class WalWriter {
  readonly slots: LogSlots;
  readonly #store: Store;
  readonly #buffer = new ByteWriter(1 << 14);
  /** Where flushes put segments together; stores copy what they are given. */
  readonly #out = new ByteWriter(1 << 14);
  readonly #segmentBytesMax: number;
  readonly #onSubscriberError: ((error: unknown) => void) | undefined;
  readonly #subscribers = new Set<(range: LogRange) => void>();
  /** Counter of the newest entry, pending ones included. */
  #counter: number;
  /** Where the open transaction begins in the buffer; −1 without one. */
  #open = -1;
  #timestampMs = 0;
  /** End of the last COMMIT in the buffer, its counter, and the time of its transaction. */
  #committedBytes = 0;
  #committed: number;
  #committedMs = 0;
  /** Tables of the pending segment, in the order of their indexes, and its number. */
  #tables: WalTable[] = [];
  #pending: number = nextPending();

  /** `slots` as `recover()` returned them. */
  constructor(store: Store, slots: LogSlots, options: WalWriterOptions = {}) {
    this.slots = slots;
    this.#store = store;
    this.#counter = this.#committed = slots.end;
    this.#segmentBytesMax = Math.min(options.segmentBytesMax ?? SEGMENT_BYTES_MAX, store.maxValueBytes ?? Infinity);
    this.#onSubscriberError = options.onSubscriberError;
  }

  /** Bytes that wait for a flush; those of an open transaction are among them. */
  get pendingBytes(): number {
    return this.#buffer.length;
  }

  /** True when what waits fills a segment: time to flush. */
  get isFull(): boolean {
    return this.#buffer.length >= this.#segmentBytesMax;
  }

  /** Counter of the last COMMIT, flushed or not. */
  get committed(): number {
    return this.#committed;
  }

  /** LSN of a counter since the epoch in force began. */
  lsn(counter: number): LSN {
    return lsn(this.slots.epoch, counter);
  }

  /** Begins a transaction; returns the counter of its BEGIN, which names it. */
  begin(timestampMs: number): number {
    assert(this.#open < 0, 'a transaction is open in the log');
    const buffer = this.#buffer;
    const start = openFrame(buffer, OP_BEGIN);
    this.#open = start;
    this.#timestampMs = timestampMs;
    buffer.f64(timestampMs);
    closeFrame(buffer, start, ++this.#counter);
    return this.#counter;
  }

  insert(table: WalTable, row: readonly Cell[]): void {
    const start = this.#openRow(OP_INSERT, table);
    writeRow(this.#buffer, row, table.kinds);
    closeFrame(this.#buffer, start, ++this.#counter);
  }

  /** `before` and `after` are whole rows; what they share is stored once. */
  update(table: WalTable, before: readonly Cell[], after: readonly Cell[]): void {
    const start = this.#openRow(OP_UPDATE, table);
    const buffer = this.#buffer;
    const { kinds } = table;
    writeRow(buffer, after, kinds);
    const { length } = before;
    buffer.varint(length);
    for (let i = 0; i < length; i++) {
      const cell = before[i] as Cell;
      if (i < after.length && Object.is(cell, after[i])) continue; // tells −0 from 0
      buffer.varint(i);
      writeCell(buffer, cell, kinds !== undefined && kinds[i] === 'real');
    }
    closeFrame(this.#buffer, start, ++this.#counter);
  }

  /** `before` is the whole row. */
  delete(table: WalTable, before: readonly Cell[]): void {
    const start = this.#openRow(OP_DELETE, table);
    writeRow(this.#buffer, before, table.kinds);
    closeFrame(this.#buffer, start, ++this.#counter);
  }

  #openRow(op: number, table: WalTable): number {
    if (table.pending !== this.#pending) this.#list(table);
    const start = openFrame(this.#buffer, op);
    this.#buffer.varint(table.index);
    return start;
  }

  #list(table: WalTable): void {
    table.pending = this.#pending;
    table.index = this.#tables.push(table) - 1;
  }

  /** Ends the transaction; returns the counter of its COMMIT. Durable from the next flush on. */
  commit(): number {
    assert(this.#open >= 0, 'no transaction is open in the log');
    const buffer = this.#buffer;
    closeFrame(buffer, openFrame(buffer, OP_COMMIT), ++this.#counter);
    this.#open = -1;
    this.#committedBytes = buffer.length;
    this.#committedMs = this.#timestampMs;
    return (this.#committed = this.#counter);
  }

  /** Where the open transaction stands, for `rollbackTo`; a flush makes it invalid. */
  mark(): number {
    return this.#buffer.length;
  }

  /** Takes back the entries of the open transaction behind the mark; their LSNs are given again. */
  rollbackTo(mark: number): void {
    const buffer = this.#buffer;
    assert(this.#open >= 0 && mark > this.#open, 'the mark is not in the open transaction');
    for (let at = mark; at < buffer.length; this.#counter--) at = frameEnd(buffer, at);
    buffer.truncate(mark);
  }

  /** Takes back the open transaction, if there is one: nothing of it is ever stored. */
  rollback(): void {
    this.#buffer.truncate(this.#committedBytes);
    this.#counter = this.#committed;
    this.#open = -1;
  }

  /**
   * Makes everything that committed durable, in one batch with what `extra` adds, and then tells the subscribers.
   * An open transaction stays pending. When the store throws, nothing has changed here, and whether the batch was
   * stored is unknown: drop memory and recover.
   */
  flush(extra?: Partial<StoreBatch>): void {
    this.#out.reset();
    const pieces = this.#cut();
    const slots = this.slots.available(pieces.length);
    const from = this.slots.end;
    const puts: (readonly [StoreKey, Uint8Array])[] = [];
    const written: Uint8Array[] = [];
    let start = 0;
    let first = from + 1;
    for (const [i, piece] of pieces.entries()) {
      const flags = (piece.continues ? CONTINUES : 0) | (pieces[i - 1]?.continues ? CONTINUED : 0);
      const value = this.#segment({ start, first, flags, piece });
      written.push(value);
      puts.push([storeKey(SPACE.wal, slots[i] as number), value]);
      start = piece.end;
      first = piece.last + 1;
    }
    if (extra?.puts !== undefined) puts.push(...extra.puts);
    const deletes = extra?.deletes ?? [];
    if (puts.length > 0 || deletes.length > 0) {
      this.#store.write({ puts, deletes });
      this.#store.flush();
    }
    if (pieces.length === 0) return;

    this.slots.take(slots);
    for (const [i, piece] of pieces.entries()) {
      this.slots.append({
        slot: slots[i] as number,
        first: this.slots.end + 1,
        entries: piece.last - this.slots.end,
        bytes: (written[i] as Uint8Array).length,
        timestampMs: this.#committedMs,
        continues: piece.continues,
      });
    }
    this.#dropCommitted();
    this.#notify({ from: this.slots.lsnOf(from), to: this.slots.lsnOf(this.slots.end) });
  }

  /** Takes the flushed entries out of the buffer; the open transaction moves to its front. */
  #dropCommitted(): void {
    const buffer = this.#buffer;
    const rest = buffer.length - this.#committedBytes;
    if (rest === 0) {
      buffer.reset();
      this.#tables = [];
      this.#pending = nextPending();
    } else {
      buffer.bytes.copyWithin(0, this.#committedBytes, buffer.length);
      buffer.truncate(rest);
      this.#open = 0;
    }
    this.#committedBytes = 0;
  }

  /** Where to cut the committed entries: between transactions, inside one only if it exceeds a segment alone. */
  #cut(): Piece[] {
    const end = this.#committedBytes;
    if (end === 0) return [];
    const last = this.#committed;
    if (end <= this.#segmentBytesMax) return [{ end, last, continues: false }];

    const pieces: Piece[] = [];
    this.#writeTables(0);
    const room = Math.max(1, this.#segmentBytesMax - HEADER_BYTES - this.#out.length);
    this.#out.reset();
    const buffer = this.#buffer;
    let counter = this.slots.end;
    let start = 0;
    let commit: Piece = { end: 0, last: counter, continues: false };
    for (let at = 0; at < end; counter++) {
      const next = frameEnd(buffer, at);
      while (next - start > room && at > start) {
        const piece = commit.end > start ? commit : { end: at, last: counter, continues: true };
        pieces.push(piece);
        start = piece.end;
      }
      if (next - at === COMMIT_BYTES) commit = { end: next, last: counter + 1, continues: false };
      at = next;
    }
    pieces.push({ end, last, continues: false });
    return pieces;
  }

  #writeTables(before: number): void {
    const out = this.#out;
    const start = openFrame(out, OP_TABLES);
    out.varint(this.#tables.length);
    for (const table of this.#tables) {
      out.varint(table.id);
      out.varint(table.keyColumns);
      out.text(table.name);
    }
    closeFrame(out, start, before);
  }

  /** The segment of the buffer's bytes from `start` to the end of `piece`; valid until the next flush. */
  #segment(part: { start: number; first: number; flags: number; piece: Piece }): Uint8Array {
    const { start, first, flags, piece } = part;
    const out = this.#out;
    const at = out.length;
    out.reserve(HEADER_BYTES);
    out.length += HEADER_BYTES;
    this.#writeTables(first - 1);
    out.raw(this.#buffer.bytes.subarray(start, piece.end));
    const end = out.length;
    const entries = piece.last - first + 1;
    const timestampMs = this.#committedMs;
    out.truncate(at);
    writeHeader(out, { flags, epoch: this.slots.epoch, first, entries, bytes: end - at, timestampMs });
    out.length = end;
    return out.bytes.subarray(at, end);
  }

  /** Calls the listener after each flush; returns what ends that. A listener reads what is new with a `LogCursor`. */
  subscribe(listener: (range: LogRange) => void): () => void {
    this.#subscribers.add(listener);
    return () => this.#subscribers.delete(listener);
  }

  #notify(range: LogRange): void {
    for (const listener of this.#subscribers) {
      try {
        listener(range);
      } catch (error) {
        this.#onSubscriberError?.(error);
      }
    }
  }
}

/** Where the frame at `at` ends. */
function frameEnd(buffer: ByteWriter, at: number): number {
  const size = readVarint(buffer.bytes, at + 4, buffer.length);
  return at + 4 + byteLength(size) + size;
}

let pendingNumber = 0;

/** Numbers pending segments across writers, so that a table listed by one is not taken as listed by another. */
function nextPending(): number {
  return ++pendingNumber;
}
