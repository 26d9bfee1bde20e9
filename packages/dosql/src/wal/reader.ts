/**
 * Reads the log in order, from any LSN, across slots. Every entry's checksum and place is verified before it is
 * shown; the first that does not fit is CORRUPT_LOG. What a cursor shows is whole transactions, for only those are
 * in the log.
 */
import type { LSN, SqlError } from '@dotdo/shared-types';
import type { Cell, CellKind } from '../codec/cell.ts';
import { DecodeError } from '../codec/decode-error.ts';
import { readCell, readRow, writeRow } from '../codec/row.ts';
import { ByteReader, ByteWriter } from '../codec/writer.ts';
import { SPACE, storeKey, type Store } from '../fsx/store.ts';
import {
  CONTINUED,
  CONTINUES,
  corruptLog,
  HEADER_BYTES,
  lsn,
  lsnText,
  OP_BEGIN,
  OP_COMMIT,
  OP_DELETE,
  OP_INSERT,
  OP_TABLES,
  OP_UPDATE,
  OPERATIONS,
  readFrame,
  readHeader,
  type LogPosition,
  type LogTable,
  type SegmentHeader,
  type WALOperation,
} from './format.ts';
import type { LogSlots, SlotRef } from './slots.ts';

/** One entry by itself; what does not apply is absent. */
export interface WALEntry {
  readonly lsn: LSN;
  /** When the transaction began, in milliseconds since 1970. */
  readonly timestamp: number;
  /** `t` and the LSN of the transaction's BEGIN. */
  readonly txnId: string;
  readonly op: WALOperation;
  /** Empty for BEGIN and COMMIT. */
  readonly table: string;
  /** Rows as docs/format/row.md draws them: the key columns (of an UPDATE, the old ones), the row before and after. */
  readonly key?: Uint8Array;
  readonly before?: Uint8Array;
  readonly after?: Uint8Array;
  /** CRC32 as stored. */
  readonly checksum: number;
}

const NO_BYTES: Uint8Array = new Uint8Array(0);

/**
 * A place in the log that moves on entry by entry; `next()` changes the fields. At the end `next()` is false, and
 * true again after a later flush.
 */
export class LogCursor {
  op: WALOperation = 'BEGIN';
  /** Of the entry; before the first `next()`, of the entry before it. */
  counter: number;
  epoch: number;
  /** Counter of the BEGIN of the entry's transaction. */
  txn = 0;
  timestampMs = 0;
  /** Of a row entry. */
  table: LogTable | undefined;
  readonly #store: Store;
  readonly #slots: LogSlots;
  readonly #reader = new ByteReader(NO_BYTES);
  readonly #rowReader = new ByteReader(NO_BYTES);
  /** Segment under the cursor: slot, offset in the slot's value, header; undefined between segments. */
  #slot = -1;
  #offset = 0;
  /** Counter of the last entry in the slot. */
  #last = 0;
  #header: SegmentHeader | undefined;
  #tables: LogTable[] = [];
  /** Offsets of the entry's frame, its rows, and its end. */
  #at = 0;
  #rows = 0;
  #end = 0;
  #code = 0;
  #inTransaction = false;

  /**
   * Before the entry that follows `from`.
   * @throws {SqlError} LSN_TOO_OLD, LSN_IN_FUTURE, CORRUPT_LOG
   */
  constructor(store: Store, slots: LogSlots, from: LSN) {
    this.#store = store;
    this.#slots = slots;
    const counter = slots.counterOf(from);
    this.counter = counter;
    this.epoch = slots.epochOf(counter);
    this.#seek(counter);
  }

  /** The entry's LSN. */
  get lsn(): LSN {
    return lsn(this.epoch, this.counter);
  }

  /** Name of the entry's transaction. */
  get txnId(): string {
    return `t${lsnText(this.epoch, this.txn)}`;
  }

  /**
   * Moves to the next entry; false at the end.
   * @throws {SqlError} CORRUPT_LOG; LSN_TOO_OLD when retention overtook the cursor
   */
  next(): boolean {
    try {
      return this.#next();
    } catch (error) {
      this.#reader.position = this.#at; // a second try finds the same
      if (error instanceof DecodeError) throw this.#corrupt('malformed entry', error);
      throw error;
    }
  }

  /** The row after, of an INSERT or UPDATE. Blobs are views of the log's bytes: copy what is kept. */
  after(kinds?: readonly CellKind[]): Cell[] | undefined {
    return this.#code === OP_DELETE ? undefined : this.#row(kinds, false);
  }

  /** The row before, of an UPDATE or DELETE; blobs as above. */
  before(kinds?: readonly CellKind[]): Cell[] | undefined {
    return this.#code === OP_INSERT ? undefined : this.#row(kinds, this.#code === OP_UPDATE);
  }

  /** The entry by itself, with copies of its bytes. */
  entry(): WALEntry {
    const { table, op } = this;
    const value = this.#reader.bytes;
    const checksum = new ByteReader(value, this.#at).u32();
    const entry = {
      lsn: this.lsn,
      timestamp: this.timestampMs,
      txnId: this.txnId,
      op,
      table: table?.name ?? '',
      checksum,
    };
    if (table === undefined) return entry;
    const before = this.before();
    const after = this.after();
    const key = (before ?? after)?.slice(0, table.keyColumns);
    return {
      ...entry,
      ...(key && { key: rowBytes(key) }),
      ...(before && { before: rowBytes(before) }),
      ...(after && { after: rowBytes(after) }),
    };
  }

  #row(kinds: readonly CellKind[] | undefined, isOld: boolean): Cell[] | undefined {
    if (this.table === undefined) return undefined;
    const reader = this.#rowReader;
    reader.reset(this.#reader.bytes, this.#rows, this.#end);
    try {
      const row = readRow(reader, kinds);
      if (!isOld) return row;
      const count = reader.varint();
      while (reader.remaining > 0) {
        const column = reader.varint();
        if (column > row.length || column >= count) throw new DecodeError(`column ${column}`, reader.position);
        row[column] = readCell(reader, kinds !== undefined && kinds[column] === 'real');
      }
      if (count > row.length) throw new DecodeError('short row', reader.position);
      return row.slice(0, count);
    } catch (error) {
      if (error instanceof DecodeError) throw this.#corrupt('malformed row', error);
      throw error;
    }
  }

  #next(): boolean {
    const reader = this.#reader;
    let header = this.#header;
    if (header === undefined || this.counter === header.first + header.entries - 1) {
      if (header !== undefined) this.#leave(header);
      if (this.counter >= this.#slots.end) return false;
      header = this.#enter();
    }
    const counter = this.counter + 1;
    this.#at = reader.position;
    reader.end = this.#offset + header.bytes;
    const op = readFrame(reader, counter);
    this.#end = reader.end;
    const name = OPERATIONS[op];
    if (name === undefined) throw this.#corrupt(op < 0 ? 'entry checksum' : `operation ${op}`);
    if (op === OP_BEGIN) {
      this.txn = counter;
      this.timestampMs = reader.f64();
    }
    if ((op === OP_BEGIN) === this.#inTransaction) throw this.#corrupt(`${name} out of order`);
    this.#inTransaction = op !== OP_COMMIT;
    this.table = undefined;
    if (op !== OP_BEGIN && op !== OP_COMMIT) {
      const index = reader.varint();
      this.table = this.#tables[index];
      if (this.table === undefined) throw this.#corrupt(`table ${index} is not in the segment's list`);
      this.#rows = reader.position;
    } else if (reader.remaining > 0) throw this.#corrupt(`${name} with a payload`);
    reader.position = reader.end;
    this.#code = op;
    this.op = name;
    this.counter = counter;
    return true;
  }

  /** Begins the segment with the entry behind the cursor. */
  #enter(): SegmentHeader {
    const slots = this.#slots;
    const first = this.counter + 1;
    const reader = this.#reader;
    if (this.#offset === reader.bytes.length) {
      if (first <= slots.base) throw slots.tooOld(this.counter);
      const ref = slots.refs[slots.indexOf(first)] as SlotRef;
      const value = this.#store.read(storeKey(SPACE.wal, ref.slot));
      this.#slot = ref.slot;
      this.#last = ref.first + ref.entries - 1;
      this.#offset = 0;
      this.#at = 0;
      if (value === undefined) throw this.#corrupt('the slot is missing: gap');
      reader.reset(value);
    }
    let header = this.#head();
    // The slot may begin before the entry, when others of its segments were read from another place.
    while (header.first + header.entries <= first && this.#offset + header.bytes < reader.bytes.length) {
      this.#offset += header.bytes;
      header = this.#head();
    }
    if (header.first !== first) throw this.#corrupt(`segment of LSN ${lsnText(header.epoch, header.first)}: gap`);
    if (header.epoch !== slots.epochOf(first)) throw this.#corrupt(`segment of epoch ${header.epoch}`);
    if (((header.flags & CONTINUED) !== 0) !== this.#inTransaction) throw this.#corrupt('cut transaction');
    this.epoch = header.epoch;
    this.#header = header;
    this.#readTables(header);
    return header;
  }

  #head(): SegmentHeader {
    this.#at = this.#offset;
    return readHeader(this.#reader.bytes, this.#position());
  }

  #readTables(header: SegmentHeader): void {
    const reader = this.#reader;
    this.#at = reader.position = this.#offset + HEADER_BYTES;
    reader.end = this.#offset + header.bytes;
    if (readFrame(reader, header.first - 1) !== OP_TABLES) throw this.#corrupt('table list');
    this.#tables = [];
    for (let left = reader.varint(); left > 0; left--) {
      this.#tables.push({ id: reader.varint(), keyColumns: reader.varint(), name: reader.text() });
    }
    if (reader.remaining > 0) throw this.#corrupt('table list');
  }

  /** Ends the segment whose entries are all read. */
  #leave(header: SegmentHeader): void {
    const end = this.#offset + header.bytes;
    this.#at = this.#reader.position;
    if (this.#reader.position !== end) throw this.#corrupt('bytes behind the last entry');
    if (((header.flags & CONTINUES) !== 0) !== this.#inTransaction) throw this.#corrupt('cut transaction');
    if (this.counter === this.#last && end !== this.#reader.bytes.length) throw this.#corrupt('bytes behind the end');
    this.#offset = end;
    this.#header = undefined;
  }

  /** Goes to just behind the entry, coming from the start of the chain of segments that holds it. */
  #seek(counter: number): void {
    const { refs } = this.#slots;
    if (counter === this.#slots.base) return;
    let i = this.#slots.indexOf(counter);
    const { first, entries, continues } = refs[i] as SlotRef;
    if (counter === first + entries - 1 && !continues) return;
    while (i > 0 && (refs[i - 1] as SlotRef).continues) i--;
    this.counter = (refs[i] as SlotRef).first - 1;
    while (this.counter < counter) this.next();
  }

  /** Of the entry behind the cursor, or what stands in its place. */
  #position(): LogPosition {
    return { slot: this.#slot, epoch: this.epoch, counter: this.counter + 1, offset: this.#at };
  }

  #corrupt(reason: string, cause?: unknown): SqlError {
    return corruptLog(reason, this.#position(), cause);
  }
}

/** The row as stored: an integral REAL is boxed where the kinds are not given, and so stays REAL. */
function rowBytes(cells: readonly Cell[]): Uint8Array {
  const writer = new ByteWriter();
  writeRow(writer, cells);
  return writer.copy();
}

/** Entries from any LSN, for those who want objects. */
export class WalReader {
  readonly #store: Store;
  readonly #slots: LogSlots;

  constructor(store: Store, slots: LogSlots) {
    this.#store = store;
    this.#slots = slots;
  }

  /** A cursor before the entry that follows `from`. */
  cursor(from: LSN): LogCursor {
    return new LogCursor(this.#store, this.#slots, from);
  }

  /**
   * All entries behind `from`, up to the end of the log.
   * @throws {SqlError} LSN_TOO_OLD, LSN_IN_FUTURE, CORRUPT_LOG
   */
  *entries(from: LSN): Generator<WALEntry, void, undefined> {
    const cursor = this.cursor(from);
    while (cursor.next()) yield cursor.entry();
  }
}
