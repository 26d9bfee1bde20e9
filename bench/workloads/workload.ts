/**
 * What a workload is: data that every engine's loop runs. Four shapes cover w1 to w16.
 *   query  one prepared statement, parameters per iteration
 *   adhoc  a fresh text per iteration, so that no statement cache helps
 *   write  statements with parameters per iteration, in autocommit or n iterations to a transaction
 *   image  open a saved database, run one query, close it
 */
import type { Sizes, Table, Value } from './table.ts';

/** Parameters of iteration `i`. Made once per run, so that what can be computed beforehand is. */
export type Parameters = (sizes: Sizes) => (i: number) => Value[];

interface Base {
  /** `w1` … `w15`, `w16-q1` … `w16-q22`. */
  readonly id: string;
  readonly title: string;
  /** Loaded once per process and shared; no workload changes them. */
  readonly tables: readonly Table[];
  /** Iterations whose rows make the digest; the same on every engine. */
  readonly checked: number;
  /** Iterations of one measured round, at most: a round is as many as fill its time. */
  readonly roundMax: number;
}

export interface QueryWorkload extends Base {
  readonly kind: 'query';
  readonly sql: string;
  /** `one`: the first row is asked for; `all`: every row. */
  readonly take: 'one' | 'all';
  readonly parameters: Parameters;
  /** The rows' order is part of the answer. */
  readonly ordered?: boolean;
}

export interface AdhocWorkload extends Base {
  readonly kind: 'adhoc';
  readonly text: (sizes: Sizes) => (i: number) => string;
}

interface WriteStatement {
  readonly sql: string;
  readonly parameters: Parameters;
}

export interface WriteWorkload extends Base {
  readonly kind: 'write';
  /** The table that is written. It belongs to this workload and is made anew when it is set up. */
  readonly target: Table;
  /** Run in this order in every iteration. */
  readonly statements: readonly WriteStatement[];
  /** Iterations to a transaction; 0 = every statement commits by itself. */
  readonly perTransaction: number;
  /** Iterations that are reported as one operation. */
  readonly perOperation: number;
  /** The target is made anew before every round, so that it does not grow from round to round. */
  readonly reset: boolean;
  /** Its rows make the digest after `checked` iterations. */
  readonly check: string;
}

export interface ImageWorkload extends Base {
  readonly kind: 'image';
  /** The only table of the image. */
  readonly table: Table;
  readonly sql: string;
  readonly parameters: Parameters;
}

export type Workload = QueryWorkload | AdhocWorkload | WriteWorkload | ImageWorkload;

/** Iterations that count as one operation in the report. */
export function iterationsPerOperation(workload: Workload): number {
  return workload.kind === 'write' ? workload.perOperation : 1;
}
