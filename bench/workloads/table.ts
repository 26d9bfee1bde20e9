/** Tables as data: one definition gives the DDL of each dialect, the loader's column types and the rows. */
import type { Dialect } from '../engines/engine.ts';

/** What a workload binds or loads. */
export type Value = number | string | null;

/** `date` is an ISO day: TEXT in SQLite's dialect, DATE where there is one. */
export type ColumnType = 'integer' | 'double' | 'text' | 'date';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** How many rows the generators give. */
export interface Sizes {
  /** users, and the accounts that w6 updates */
  readonly users: number;
  /** the table of the scans */
  readonly big: number;
  /** rows that w7 starts from */
  readonly churn: number;
  /** TPC-H's scale factor */
  readonly tpch: number;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Columns of the primary key, or none. One integer column is SQLite's rowid. */
  readonly key: readonly string[];
  readonly unique?: readonly string[];
  /** Single-column secondary indexes, made after the load unless the table starts empty. */
  readonly indexes?: readonly string[];
  /** The rows a table starts with; absent = empty. */
  readonly rows?: (sizes: Sizes) => Iterable<Value[]>;
}

/** The sizes of a full run; `scale` shrinks them for a quick one. */
export function sizesAt(scale: number): Sizes {
  const at = (rows: number): number => Math.max(200, Math.round(rows * scale));
  return { users: at(100_000), big: at(1_000_000), churn: at(100_000), tpch: 0.05 * scale };
}

/** @param spec column names with their type, as in `id integer, name text` */
export function columns(spec: string): Column[] {
  return spec.split(',').map((column) => {
    const [name, type] = column.trim().split(' ');
    return { name: name as string, type: type as ColumnType };
  });
}

const TYPES: Record<Dialect, Record<ColumnType, string>> = {
  sqlite: { integer: 'INTEGER', double: 'REAL', text: 'TEXT', date: 'TEXT' },
  duckdb: { integer: 'INTEGER', double: 'DOUBLE', text: 'VARCHAR', date: 'DATE' },
};

/** @returns `CREATE TABLE` with its keys, without the secondary indexes */
export function createTable(table: Table, dialect: Dialect): string {
  const [onlyKey] = table.key.length === 1 ? table.key : [];
  const parts = table.columns.map(({ name, type }) => {
    const constraint = name === onlyKey ? ' PRIMARY KEY' : table.unique?.includes(name) ? ' UNIQUE' : '';
    return `${name} ${TYPES[dialect][type]}${constraint}`;
  });
  if (table.key.length > 1) parts.push(`PRIMARY KEY (${table.key.join(', ')})`);
  return `CREATE TABLE ${table.name} (${parts.join(', ')})`;
}

/** @returns one `CREATE INDEX` per secondary index */
export function createIndexes(table: Table): string[] {
  return (table.indexes ?? []).map((column) => `CREATE INDEX ${table.name}_${column} ON ${table.name} (${column})`);
}

/** @returns an INSERT of one row with a parameter per column */
export function insertInto(table: Table): string {
  return `INSERT INTO ${table.name} VALUES (${table.columns.map(() => '?').join(', ')})`;
}
