import type { ShardId } from './ids.ts';
import type { LSN } from './lsn.ts';

/** A field of an Iceberg schema. */
export interface LakeColumn {
  /** Iceberg field id, stable through renames. */
  readonly fieldId: number;
  readonly name: string;
  /** Iceberg type, such as `long`, `string` or `decimal(10,2)`. @see https://iceberg.apache.org/spec/#schemas-and-data-types */
  readonly type: string;
  readonly required: boolean;
}

/** An Iceberg table of the catalog. */
export interface LakeTable {
  readonly namespace: readonly string[];
  readonly name: string;
  readonly uuid: string;
  /** Root of its files, as a URI. */
  readonly location: string;
  /** `mirror` follows a DoSQL table and refuses foreign commits; `changes` is its append-only log. */
  readonly kind: 'mirror' | 'changes' | 'foreign';
  readonly columns: readonly LakeColumn[];
  /** Partition fields as text, such as `bucket(16, id)`; empty when it is not partitioned. */
  readonly partitioning: readonly string[];
  /** Null before the first commit. */
  readonly currentSnapshotId: bigint | null;
  readonly rowCount: number;
  readonly fileCount: number;
  readonly sizeBytes: number;
  /** Rows that wait in the buffer. */
  readonly bufferedRows: number;
}

/** A snapshot of an Iceberg table. */
export interface LakeSnapshot {
  readonly snapshotId: bigint;
  readonly parentSnapshotId: bigint | null;
  readonly sequenceNumber: bigint;
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
  readonly operation: 'append' | 'replace' | 'overwrite' | 'delete';
  /** Tags and branches that point at it. */
  readonly refs: readonly string[];
  /** Position of each shard that its rows stand at; empty for a foreign table. */
  readonly watermarks: readonly Watermark[];
  /** Iceberg's snapshot summary. */
  readonly summary: Readonly<Record<string, string>>;
}

/** How far the lake has a shard's changes. */
export interface Watermark {
  readonly shardId: ShardId;
  /** Everything up to here, inclusive, is in the buffer or in a snapshot. */
  readonly lsn: LSN;
}

/** What maintenance did to one table, or would do. */
export interface MaintenanceReport {
  readonly namespace: readonly string[];
  readonly name: string;
  readonly dryRun: boolean;
  /** Snapshot that it committed; null when there was nothing to do or it was a dry run. */
  readonly snapshotId: bigint | null;
  readonly filesAdded: number;
  readonly filesRemoved: number;
  readonly bytesAdded: number;
  readonly bytesRemoved: number;
  readonly snapshotsExpired: number;
}

/** Figures of a warehouse. */
export interface LakeStats {
  readonly tableCount: number;
  readonly bufferedEvents: number;
  readonly bufferedBytes: number;
  readonly deadLetters: number;
  /** Milliseconds since 1970; null before the first flush. */
  readonly lastFlushMs: number | null;
  readonly shards: readonly Watermark[];
}
