/**
 * What the harness asks of an engine. An adapter gives one `Engine`; opening it gives a database that is
 * either synchronous (rows are returned) or asynchronous (promises are). Each kind has a loop of its own in
 * runner/loop.ts, so that a synchronous engine never pays for a promise.
 */
import type { Table, Value } from '../workloads/table.ts';

/** One result row: column name to value, as the engine hands it to its user. */
export type Row = Record<string, unknown>;

/** Which words `CREATE TABLE` uses for a column's type; see `createTable`. */
export type Dialect = 'sqlite' | 'duckdb';

export interface SyncStatement {
  all(parameters: Value[]): Row[];
  get(parameters: Value[]): Row | undefined;
  run(parameters: Value[]): void;
}

export interface AsyncStatement {
  all(parameters: Value[]): Promise<Row[]>;
  get(parameters: Value[]): Promise<Row | undefined>;
  run(parameters: Value[]): Promise<void>;
}

export interface SyncDatabase {
  readonly kind: 'sync';
  /** Runs statements for their effect. */
  exec(sql: string): void;
  /** Parses, plans and runs one text: no statement is kept by the caller. */
  query(sql: string): Row[];
  prepare(sql: string): SyncStatement;
  /** Runs `work` between BEGIN and COMMIT; a throw rolls back. */
  transaction(work: () => void): void;
  /** Bulk load, where the engine has a faster way than a prepared INSERT in a transaction. */
  load?(table: Table, rows: Iterable<Value[]>): void;
  /** Writes the whole database to `path`, as one file or folder. */
  saveImage?(path: string): void | Promise<void>;
  close(): void;
}

export interface AsyncDatabase {
  readonly kind: 'async';
  exec(sql: string): Promise<void>;
  query(sql: string): Promise<Row[]>;
  prepare(sql: string): Promise<AsyncStatement>;
  transaction(work: () => Promise<void>): Promise<void>;
  load?(table: Table, rows: Iterable<Value[]>): Promise<void>;
  saveImage?(path: string): Promise<void>;
  close(): void;
}

export type Database = SyncDatabase | AsyncDatabase;

export interface Engine {
  readonly name: string;
  readonly dialect: Dialect;
  /** The version of the engine and of what it wraps, for the report. */
  version(): string;
  /** Opens an empty database in memory. */
  open(): Database | Promise<Database>;
  /** Opens what `saveImage` wrote. Absent where an engine cannot: w15 is then "not run". */
  openImage?: (path: string) => Database | Promise<Database>;
}

/** Loads an engine's code. Called only in the child process that measures it. */
export type EngineFactory = () => Engine | Promise<Engine>;
