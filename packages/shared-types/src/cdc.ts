/**
 * Change data capture: what a database tells of its changes, in commit order. A transaction is
 * `BEGIN`, its changes, `COMMIT`, with rising LSNs; a transaction that is rolled back appears nowhere.
 */
import type { ShardId, TransactionId } from './ids.ts';
import type { LSN } from './lsn.ts';
import type { TableSchema } from './schema.ts';
import type { SqlRow, SqlValue } from './values.ts';

/** A change of one row. */
export type RowOperation = 'INSERT' | 'UPDATE' | 'DELETE';

/**
 * What an event reports: a row change, a schema change, an end of a transaction, or that nothing
 * happened up to its LSN (`HEARTBEAT`, so that an idle consumer's position moves on). DELETE without
 * WHERE is one event a row; there is no TRUNCATE.
 */
export type CDCOperation = RowOperation | 'SCHEMA' | 'BEGIN' | 'COMMIT' | 'HEARTBEAT';

/** One event of the change stream; `T` is the row. */
export interface CDCEvent<T = unknown> {
  /** Position of the event in the log of its database; a bigint. */
  lsn: bigint | LSN;
  /** Table concerned; empty for BEGIN, COMMIT and HEARTBEAT. */
  table: string;
  operation: CDCOperation;
  /** When the transaction committed; a number is milliseconds since 1970. */
  timestamp: Date | number;
  transactionId?: string | TransactionId;
  /** Row before an UPDATE or DELETE. */
  before?: T;
  /** Row after an INSERT or UPDATE. */
  after?: T;
  /** Database the event is from, where a stream merges several. */
  shardId?: ShardId;
  /** Primary key in key order, the rowid where there is none; of an UPDATE that changes it, the old one. */
  key?: readonly SqlValue[];
  /** What changed, of a SCHEMA event. */
  schema?: SchemaChange;
}

/** A change of a table's definition. */
export interface SchemaChange {
  readonly change: 'CREATE' | 'ALTER' | 'RENAME' | 'DROP';
  /** Rises with each schema change of the database. */
  readonly version: number;
  /** The table as it is from here on; absent after DROP. */
  readonly table?: TableSchema;
  /** Former name of the table, of a RENAME. */
  readonly previousName?: string;
  /** The statement that did it. */
  readonly sql: string;
}

/** A row change as a subscriber inside the process gets it. */
export interface ChangeEvent<T = SqlRow> extends CDCEvent<T> {
  operation: RowOperation;
  type: 'insert' | 'update' | 'delete';
  /** The row: after the change, or before it for a delete. */
  data: T;
}

/** Marks a batch of an initial snapshot: existing rows as INSERT events that all carry one LSN. */
export interface SnapshotChunk {
  /** Position that the snapshot was read at; the stream goes on behind it. */
  readonly lsn: LSN;
  /** Number of the chunk, from 0 without a gap. */
  readonly chunk: number;
  /** True for the last chunk. */
  readonly last: boolean;
}

/**
 * Changes of one shard over the range of LSNs `(fromLSN, toLSN]`: `fromLSN` exclusive, `toLSN`
 * inclusive, and equal to the next batch's `fromLSN`. Holds whole transactions only.
 */
export interface CDCBatch<T = SqlRow> {
  readonly shardId: ShardId;
  readonly fromLSN: LSN;
  readonly toLSN: LSN;
  readonly events: readonly CDCEvent<T>[];
  /** Present when the batch is part of an initial snapshot; the range is then empty at its LSN. */
  readonly snapshot?: SnapshotChunk;
}

/** Answer to a batch that is stored, or was before. A refusal is an error: CDC_GAP, BUFFER_FULL, EPOCH_CHANGED. */
export interface CDCAck {
  readonly shardId: ShardId;
  /** Everything up to here, inclusive, is durable at the receiver. */
  readonly ackedLSN: LSN;
  /** True when the batch was known already and was dropped. */
  readonly duplicate: boolean;
}

/** Which events a subscriber wants; what is absent does not restrict. */
export interface CDCFilter {
  readonly tables?: readonly string[];
  readonly operations?: readonly CDCOperation[];
}

/** Filter inside the process, where a function can be given too. */
export interface LocalCDCFilter<T = SqlRow> extends CDCFilter {
  /** Keeps the events for which it returns true; called in commit order. */
  readonly predicate?: (event: ChangeEvent<T>) => boolean;
}

/** A durable position in the change stream that holds the log back for one consumer. */
export interface ReplicationSlot {
  readonly name: string;
  /** Everything up to here, inclusive, was processed. */
  readonly confirmedLSN: LSN;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** True while a subscriber reads from it. */
  readonly active: boolean;
  /** True once it held back too much log and was given up: SLOT_LOST. */
  readonly lost: boolean;
  /** Bytes of log that it holds back. */
  readonly lagBytes: number;
  readonly filter?: CDCFilter;
}
