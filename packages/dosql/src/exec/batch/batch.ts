/**
 * Batches: what flows between scans, joins and sinks that work on many rows at a time. A batch is a list of tuples;
 * of each source only the number of the row within some columns travels, values are read where they are needed.
 */
import type { Column } from '../../btree/index.ts';
import type { Frame } from '../frame.ts';

/** Tuples of a batch at most; scans make one batch of one leaf, joins fill theirs up to this. */
export const BATCH_ROWS = 1024;

/** Of one source: its columns and, of each tuple, the row in them. */
export interface BatchPart {
  /** Number of the source in the frame. */
  readonly source: number;
  /** By slot; slots that nobody reads may hold any column. */
  columns: readonly Column[];
  /** Rows in the columns; at least as long as the batch's `count`. −1: a row of NULLs (of an outer join). */
  rows: Int32Array;
  /** Some of the rows may be −1. */
  outer: boolean;
}

export interface Batch {
  /** Tuples. */
  count: number;
  readonly parts: readonly BatchPart[];
}

/**
 * Pulled. A batch is good until the next call; who gets it may narrow it in place (`narrow`). `next` may throw ColdPage
 * and be called again: nothing is lost.
 */
export interface BatchStream {
  /** The sources whose parts its batches have, in the order of `parts`. */
  readonly sources: readonly number[];
  open(frame: Frame): void;
  /** A batch of one tuple at least, or null at the end. */
  next(frame: Frame): Batch | null;
}

/** Keeps the first `count` tuples of `kept`, places in the batch that rise, in all parts. */
export function narrow(batch: Batch, kept: Int32Array, count: number): void {
  const { parts } = batch;
  if (count < batch.count) {
    for (let p = 0; p < parts.length; p++) {
      const { rows } = parts[p] as BatchPart;
      for (let i = 0; i < count; i++) rows[i] = rows[kept[i] as number] as number;
    }
  }
  batch.count = count;
}

/** Sets the frame's sources to tuple `i`, for closures. */
export function stand(frame: Frame, { parts }: Batch, i: number): void {
  for (let p = 0; p < parts.length; p++) {
    const { source, columns, rows } = parts[p] as BatchPart;
    const at = frame.source(source);
    const row = rows[i] as number;
    if (row < 0) at.setNull();
    else {
      at.columns = columns;
      at.index = row;
    }
  }
}

/** Makes streams of what the loops of an arm find (source.ts chooses). */
export interface StreamPlan {
  /** Whether it is worth it with the tables as they are; closures go through the loops otherwise. */
  isWorthwhile(frame: Frame): boolean;
  make(frame: Frame): BatchStream;
}
