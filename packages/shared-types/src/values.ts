import type { LSN } from './lsn.ts';

/**
 * A value as it comes out of the engine:
 *   NULL → null
 *   INTEGER → number, or bigint as `IntegerMode` says
 *   REAL → number (never NaN, which SQL stores as NULL)
 *   TEXT → string
 *   BLOB → Uint8Array
 */
export type SqlValue = null | number | bigint | string | Uint8Array;

/**
 * A value as a parameter takes it; `toSqlValue` does the mapping:
 *   boolean → INTEGER 1 or 0
 *   Date → TEXT in ISO 8601 with milliseconds and `Z`, which the date functions read
 *   ArrayBuffer and its views → BLOB of the bytes they show
 * A number that is a safe integer binds as INTEGER, any other as REAL, NaN as NULL.
 */
export type SqlParam = SqlValue | boolean | Date | ArrayBuffer | ArrayBufferView;

/** Values by position (`?`, `?1`), or by name without its prefix (`:name`, `@name`, `$name`). */
export type SqlParams = readonly SqlParam[] | Readonly<Record<string, SqlParam>>;

/**
 * How INTEGER values come out: `number` refuses one beyond 2^53 − 1 with INTEGER_OUT_OF_RANGE,
 * `bigint` makes every one a bigint, `auto` only those beyond 2^53 − 1.
 */
export type IntegerMode = 'number' | 'bigint' | 'auto';

/** Rows as objects by column name, or as arrays in column order. */
export type RowMode = 'object' | 'array';

/** A row as an object. Of columns with one name, the last one's value stands. */
export type SqlRow = Record<string, SqlValue>;

/** A column of a result. */
export interface Column {
  /** Name as the statement gives it: alias, column name, or the text of the expression. */
  readonly name: string;
  /** Table it is taken from; null for an expression. */
  readonly table?: string | null;
  /** Declared type of the column it is taken from; null for an expression or an undeclared type. */
  readonly type: string | null;
  /** Name that the column has in its table, where an alias hides it. */
  readonly origin?: string | null;
}

/** What a statement cost and where the database stood. */
export interface QueryMeta {
  /** Time in the engine, in milliseconds. */
  readonly durationMs: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  /** Position in the log that the statement saw, or that its commit made. */
  readonly lsn: LSN;
  /** Number of shards that took part, where there are several. */
  readonly shards?: number;
}

/** What a write did. */
export interface ExecResult {
  /** Rows inserted, updated or deleted by the last statement, triggers not counted. */
  readonly rowsAffected: number;
  /** Rowid of the last row inserted by this session; null before the first one. */
  readonly lastInsertRowid: number | bigint | null;
}

/** Answer to a statement. */
export interface QueryResult<R = SqlRow> {
  rows: R[];
  columns: Column[];
  rowsAffected: number;
  lastInsertRowid: number | bigint | null;
  /** Give it with a later read, to see at least what this statement saw. Opaque. */
  bookmark: string;
  meta: QueryMeta;
}

/** Answer to `exec` of a remote database. */
export interface RemoteExecResult extends ExecResult {
  readonly bookmark: string;
  readonly meta: QueryMeta;
}
