/**
 * Rows on the wire: columns once, then arrays of values in column order. Cap'n Web drops object keys
 * such as `__proto__`, `constructor` and `toString`, so no row travels as an object. Columns that share
 * a name all survive as arrays; in an object the last one's value stands.
 */
import type { Column, QueryMeta, QueryResult, SqlRow, SqlValue } from './values.ts';

/** A `QueryResult` as it travels. */
export interface WireResult {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly SqlValue[])[];
  readonly rowsAffected: number;
  readonly lastInsertRowid: number | bigint | null;
  readonly bookmark: string;
  readonly meta: QueryMeta;
}

/** Some rows of a streamed result; the first chunk has the columns, the last one the rest of the result. */
export interface WireChunk {
  readonly columns?: readonly Column[];
  readonly rows: readonly (readonly SqlValue[])[];
  readonly end?: Omit<WireResult, 'columns' | 'rows'>;
}

/** Makes the wire form. Of object rows, columns that share a name all get the one value that is left. */
export function toWire(result: QueryResult<SqlRow | readonly SqlValue[]>): WireResult {
  const { columns, rows, rowsAffected, lastInsertRowid, bookmark, meta } = result;
  const arrays = rows.map((row) => (Array.isArray(row) ? row : objectToRow(row as SqlRow, columns)));
  return { columns, rows: arrays, rowsAffected, lastInsertRowid, bookmark, meta };
}

/** Reads the wire form, with rows as objects by column name or, on request, as arrays. */
export function fromWire<R = SqlRow>(wire: WireResult, options?: { readonly rowMode?: 'object' }): QueryResult<R>;
export function fromWire<R = SqlValue[]>(wire: WireResult, options: { readonly rowMode: 'array' }): QueryResult<R>;
export function fromWire(
  wire: WireResult,
  options: { readonly rowMode?: 'object' | 'array' } = {},
): QueryResult<SqlRow | readonly SqlValue[]> {
  const { columns, rows, rowsAffected, lastInsertRowid, bookmark, meta } = wire;
  return {
    rows: options.rowMode === 'array' ? rows.slice() : toRowObjects(columns, rows),
    columns: columns.slice(),
    rowsAffected,
    lastInsertRowid,
    bookmark,
    meta,
  };
}

/** Makes row objects of row arrays; a column named `__proto__` becomes an own property like any other. */
export function toRowObjects(
  columns: readonly Pick<Column, 'name'>[],
  rows: readonly (readonly SqlValue[])[],
): SqlRow[] {
  const names = columns.map((column) => column.name);
  const hasProto = names.includes('__proto__');
  return rows.map((row) => (hasProto ? toObjectSafely(names, row) : toObject(names, row)));
}

function toObject(names: readonly string[], row: readonly SqlValue[]): SqlRow {
  const object: SqlRow = {};
  for (let index = 0; index < names.length; index++) object[names[index] as string] = row[index] as SqlValue;
  return object;
}

/** Assigning to `__proto__` would set the prototype instead of a property. */
function toObjectSafely(names: readonly string[], row: readonly SqlValue[]): SqlRow {
  const object: SqlRow = {};
  for (const [index, name] of names.entries()) {
    if (name === '__proto__')
      Object.defineProperty(object, name, { value: row[index], enumerable: true, configurable: true, writable: true });
    else object[name] = row[index] as SqlValue;
  }
  return object;
}

function objectToRow(row: SqlRow, columns: readonly Column[]): SqlValue[] {
  return columns.map((column) => (Object.hasOwn(row, column.name) ? (row[column.name] as SqlValue) : null));
}
