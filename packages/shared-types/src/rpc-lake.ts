/** The lake service as a Cap'n Web target; conventions as in rpc-sql.ts. */
import type { CDCAck, CDCFilter } from './cdc.ts';
import type { WireBatch } from './cdc-wire.ts';
import type { IdempotencyKey } from './idempotency.ts';
import type { ShardId } from './ids.ts';
import type { LakeSnapshot, LakeStats, LakeTable, MaintenanceReport, Watermark } from './lake.ts';
import type { LSN } from './lsn.ts';
import type { WireParams } from './params.ts';
import type { Pong, StatementOptions } from './rpc-sql.ts';
import type { WireChunk, WireResult } from './wire.ts';

/** Which state of a table to read: as of a time, a snapshot, or a tag or branch. */
export type LakeAsOf = Date | { readonly snapshotId: bigint } | { readonly ref: string };

/** How a query over the lake is to run. */
export interface LakeQueryOptions extends StatementOptions {
  /** The present state when absent. */
  readonly asOf?: LakeAsOf;
  /** Rows still in the buffer are part of the answer unless this is false, or `asOf` is given. */
  readonly includeBuffer?: boolean;
}

/** How a result over the lake is streamed. */
export interface LakeStreamOptions extends LakeQueryOptions {
  /** Rows a chunk, at most. */
  readonly chunkRows?: number;
}

/** Which changes of which shards a subscription wants. */
export interface LakeSubscribeOptions extends CDCFilter {
  /** Begins behind this LSN, of the one shard that is named or of each; the present end when absent. */
  readonly fromLSN?: LSN;
  /** Position of each shard, ahead of `fromLSN`: what a subscriber that reconnects gives. */
  readonly positions?: readonly { readonly shardId: ShardId; readonly lsn: LSN }[];
  readonly shards?: readonly ShardId[];
}

/** Which table a call concerns. */
export interface TableName {
  readonly namespace: readonly string[];
  readonly name: string;
}

/** What maintenance is to do; `dryRun` only says what it would. */
export interface MaintenanceOptions {
  /** Every table when absent. */
  readonly table?: TableName;
  readonly dryRun?: boolean;
  /** Names the call, so that a repeated one answers with the first one's report. */
  readonly idempotencyKey?: IdempotencyKey;
}

/** What anyone who can connect may call. */
export interface DoLakeRpc {
  /**
   * Returns the capability for the warehouse of the address. Without a token, the `Authorization`
   * header of the request counts.
   * @throws {LakeError} UNAUTHENTICATED, TOKEN_EXPIRED or FORBIDDEN
   */
  authenticate(token?: string): Promise<LakeRpc>;
  ping(): Promise<Pong>;
}

/** A warehouse. */
export interface LakeRpc {
  /** Runs one SELECT. SQL mistakes are `SqlError`s: it is the same SQL front. */
  query(sql: string, params?: WireParams, options?: LakeQueryOptions): Promise<WireResult>;
  stream(sql: string, params?: WireParams, options?: LakeStreamOptions): Promise<ReadableStream<WireChunk>>;
  /** Streams the changes of all shards, each shard's in commit order. */
  subscribe(options?: LakeSubscribeOptions): Promise<ReadableStream<WireBatch>>;

  namespaces(): Promise<readonly (readonly string[])[]>;
  tables(options?: { readonly namespace?: readonly string[] }): Promise<readonly LakeTable[]>;
  /** @throws {LakeError} NO_SUCH_CATALOG_TABLE */
  table(name: TableName): Promise<LakeTable>;
  /** Snapshots that are kept, newest first. @throws {LakeError} NO_SUCH_CATALOG_TABLE */
  snapshots(name: TableName): Promise<readonly LakeSnapshot[]>;

  /** Writes the buffer out; answers when the snapshots are committed. */
  flush(options?: MaintenanceOptions): Promise<readonly MaintenanceReport[]>;
  /** Merges small files and rewrites those with many deleted rows. */
  compact(options?: MaintenanceOptions): Promise<readonly MaintenanceReport[]>;
  /** Drops snapshots past their time, and the files that only they refer to. */
  expire(options?: MaintenanceOptions & { readonly olderThan?: Date }): Promise<readonly MaintenanceReport[]>;

  /**
   * Takes a batch of changes from a shard; it is durable when the answer comes. A batch at or below
   * the watermark is acknowledged and dropped.
   * @throws {LakeError} CDC_GAP (with `details.wantedLSN`), BUFFER_FULL (with `retryAfterMs`), INVALID_BATCH, EPOCH_CHANGED, UNKNOWN_SCHEMA
   */
  pushChanges(batch: WireBatch): Promise<CDCAck>;
  /** Position of each shard, from which it goes on after a reconnect. */
  watermarks(): Promise<readonly Watermark[]>;

  stats(): Promise<LakeStats>;
  ping(): Promise<Pong>;
}
