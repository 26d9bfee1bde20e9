/**
 * What a SQL function is, to the binder and to the executor. Functions are looked up in registry.ts.
 *
 * JSON: a TEXT that a JSON function made counts as JSON in an argument of another JSON function, where SQLite
 * carries a subtype. A function with `givesJson` sets `context.isJson` each time it is called or finished; the caller
 * of a function with `takesJson` clears `isJson` before it evaluates an argument, and sets the argument's place in
 * `context.json` to what `isJson` is afterwards, if the argument is a call, an aggregate, a CASE or a column of those.
 */
import type { Cell, Collation } from '../../codec/cell.ts';

/** What the binder may know of a value before there is one. */
export type StaticType = 'null' | 'integer' | 'real' | 'number' | 'text' | 'blob' | 'any';

/** What functions need to know of the call and of the statement around it. */
export interface FunctionContext {
  /** Of the first argument that has one; BINARY without. Matters to min(), max() and nullif(). */
  collation: Collation;
  /** Which arguments are JSON; null when none is. Looked at by functions with `takesJson` only. */
  json: readonly boolean[] | null;
  /** Set by functions with `givesJson`: whether the TEXT just returned is JSON. */
  isJson: boolean;
  /** PRAGMA case_sensitive_like. */
  caseSensitiveLike: boolean;
  /** Milliseconds since 1970, the same for a whole statement. */
  now(): number;
  /** 64 random bits, signed. */
  random(): bigint;
  changes(): number;
  totalChanges(): number;
  lastInsertRowid(): number | bigint;
}

interface FunctionShape {
  /** Lower case. */
  readonly name: string;
  /** Least number of arguments. */
  readonly min: number;
  /** Greatest number of arguments; -1 when there is none. */
  readonly max: number;
  /** Type of the result; it may always be NULL as well. 'any' when absent. */
  readonly type?: StaticType;
  readonly takesJson?: boolean;
  readonly givesJson?: boolean;
}

export interface ScalarFunction extends FunctionShape {
  /** Same arguments, same result: allowed in indexes, generated columns and CHECKs, and folded when constant. */
  readonly deterministic: boolean;
  /** 'now' in an argument makes a date function nondeterministic: SQLite refuses it at run time only. */
  readonly usesClock?: boolean;
  /** The executor evaluates these arguments only when they are needed: coalesce, ifnull, iif. */
  readonly lazy?: 'coalesce' | 'iif';
  /** @throws {SqlError} FUNCTION_ARGUMENT, MALFORMED_JSON and others, with SQLite's text */
  call(args: readonly Cell[], context: FunctionContext): Cell;
}

/** Methods take any state of their own function: the executor stores what start() gives and never looks inside. */
export interface AggregateFunction<State = unknown> extends FunctionShape {
  start(): State;
  /** Rows come in the order that ORDER BY within the call asks for; DISTINCT and FILTER are the executor's too. */
  step(state: State, args: readonly Cell[], context: FunctionContext): void;
  /**
   * Takes back the oldest row that was stepped; absent: a window computes its frames anew. As in SQLite rows that
   * leave a frame are taken back before those that enter it are stepped: an overflow depends on it.
   */
  inverse?(state: State, args: readonly Cell[], context: FunctionContext): void;
  /** The state grows with each row: what was stepped counts as kept. */
  readonly keepsRows?: true;
  /** Value so far; more steps may follow. */
  finish(state: State, context: FunctionContext): Cell;
}

/**
 * The current row within its sorted partition, as the window operator presents it. Rows are numbered from 0
 * within the partition.
 */
export interface WindowRow {
  /** Rows of the partition. */
  readonly size: number;
  readonly row: number;
  /** First row of the peers of the current row. */
  readonly peerStart: number;
  /** Row after the last peer. */
  readonly peerEnd: number;
  /** How many groups of peers begin before the current one. */
  readonly peerGroup: number;
  /** Rows in the frame, without the excluded ones. */
  readonly frameSize: number;
  /** The n-th row of the frame without the excluded ones, n from 0 and less than frameSize. */
  frameRow(n: number): number;
  /** Value of an argument at any row of the partition. */
  argument(index: number, row: number): Cell;
}

export interface WindowFunction extends FunctionShape {
  /** Whether `frameSize` and `frameRow` are asked for. */
  readonly usesFrame: boolean;
  /** @throws {SqlError} FUNCTION_ARGUMENT, as for ntile(0) */
  value(window: WindowRow): Cell;
}

/** A function in FROM. Its columns are `columns`, then the hidden ones, which take the arguments. */
export interface TableFunction {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly columns: readonly string[];
  readonly hidden: readonly string[];
  /** All rows, each with a cell for each column, hidden ones included. */
  rows(args: readonly Cell[], context: FunctionContext): Cell[][];
}
