/**
 * The shape of schema objects: what the binder, the executor and DDL read.
 */

import type { Cell } from '../codec/cell.ts';
import type { Table } from '../txn/index.ts';

/** What a column prefers its values to be. */
export type Affinity = 'INTEGER' | 'REAL' | 'NUMERIC' | 'TEXT' | 'BLOB';

/** What happens when a constraint is violated. */
export type ConflictAction = 'ROLLBACK' | 'ABORT' | 'FAIL' | 'IGNORE' | 'REPLACE';

/** What a foreign key does when its parent row goes or changes. */
export type ReferentialAction = 'NO ACTION' | 'RESTRICT' | 'SET NULL' | 'SET DEFAULT' | 'CASCADE';

/** A column of a table. */
export interface ColumnInfo {
  name: string;
  declaredType: string | null;
  affinity: Affinity;
  collation: string;
  notNull: boolean;
  notNullConflict?: ConflictAction;
  /** 1-based position in the primary key; 0 when not part of it. */
  primaryKey: number;
  defaultSql: string | null;
  generated: { sql: string; stored: boolean } | null;
  hidden: boolean;
  /** Place in the stored row; −1 for a VIRTUAL generated column. */
  slot: number;
  /** The type a STRICT table holds the column to, in capitals. */
  strictType: string | null;
}

/** A foreign key of a table. */
export interface ForeignKeyInfo {
  /** Names of the columns in this table. */
  columns: readonly string[];
  parent: string;
  /** Names of the columns in the parent; null means its primary key. */
  parentColumns: readonly string[] | null;
  onDelete: ReferentialAction;
  onUpdate: ReferentialAction;
  /** DEFERRABLE INITIALLY DEFERRED. */
  deferred: boolean;
}

/** What ANALYZE found in a table. */
interface TableStats {
  rows: number;
}

/** A table. */
export interface TableInfo {
  kind: 'table';
  name: string;
  /** Of the schema `temp`. */
  temporary?: boolean;
  schemaId: number;
  columns: readonly ColumnInfo[];
  withoutRowid: boolean;
  strict: boolean;
  autoincrement: boolean;
  /** Index of the INTEGER PRIMARY KEY column; −1 when there is none. */
  rowidColumn: number;
  /** ON CONFLICT of the INTEGER PRIMARY KEY. */
  rowidConflict?: ConflictAction;
  checks: readonly { name: string | null; sql: string }[];
  foreignKeys: readonly ForeignKeyInfo[];
  indexes: readonly IndexInfo[];
  triggers: readonly TriggerInfo[];
  sql: string;
  storage: Table;
  /** Rows of a table that is not stored (sqlite_schema): read these, not `storage`; slot 0 is the rowid. */
  virtualRows?: () => Cell[][];
  stats?: TableStats;
}

/** One column of an index. */
export interface IndexColumnInfo {
  /** Index of the column; −1: the rowid; −2: an expression. */
  column: number;
  expression: string | null;
  collation: string;
  descending: boolean;
}

/** An index, made by CREATE INDEX or by a constraint. */
export interface IndexInfo {
  name: string;
  /** Of the schema `temp`. */
  temporary?: boolean;
  table: string;
  unique: boolean;
  /** c: CREATE INDEX; u: UNIQUE; pk: PRIMARY KEY. */
  origin: 'c' | 'u' | 'pk';
  columns: readonly IndexColumnInfo[];
  where: string | null;
  sql: string | null;
  /** Which of Table.indexes; −1: the table's own tree (WITHOUT ROWID primary key). */
  ordinal: number;
  /** The ON CONFLICT clause of the constraint that made it. */
  conflict?: ConflictAction;
  /** Of sqlite_stat1: rows, then average rows per distinct prefix. */
  stats?: readonly number[];
}

/** A view. */
export interface ViewInfo {
  kind: 'view';
  name: string;
  /** Of the schema `temp`. */
  temporary?: boolean;
  columns: readonly string[] | null;
  sql: string;
  triggers: readonly TriggerInfo[];
}

/** A trigger. */
export interface TriggerInfo {
  name: string;
  /** Of the schema `temp`. */
  temporary?: boolean;
  table: string;
  time: 'BEFORE' | 'AFTER' | 'INSTEAD OF';
  event: 'INSERT' | 'UPDATE' | 'DELETE';
  /** Of UPDATE OF; null for any column. */
  columns: readonly string[] | null;
  sql: string;
}

/** The schema at one version. */
export interface Catalog {
  /** Rises with each schema change; plans are cached against it. */
  readonly version: number;
  /** A table or view by name, in any case; without `schema` one of `temp` hides that of `main`. */
  table(name: string, schema?: string | null): TableInfo | ViewInfo | undefined;
  index(name: string, schema?: string | null): IndexInfo | undefined;
  trigger(name: string, schema?: string | null): TriggerInfo | undefined;
  tables(): Iterable<TableInfo | ViewInfo>;
}
