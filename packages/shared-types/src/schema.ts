import type { LSN } from './lsn.ts';

/** A column of a table. */
export interface ColumnSchema {
  readonly name: string;
  /** Declared type as written; null when there is none. */
  readonly type: string | null;
  readonly notNull: boolean;
  /** Text of the DEFAULT expression; null without one. */
  readonly defaultSql: string | null;
  /** Place in the primary key from 1; 0 when it is no part of it. */
  readonly primaryKeyIndex: number;
  readonly generated?: 'VIRTUAL' | 'STORED';
  /** BINARY, NOCASE or RTRIM; BINARY when absent. */
  readonly collation?: string;
  /** Stable through renames and never reused in the table; the lake derives its field ids from it. */
  readonly columnId?: number;
}

/** A foreign key of a table. */
export interface ForeignKeySchema {
  readonly columns: readonly string[];
  readonly parentTable: string;
  readonly parentColumns: readonly string[];
  readonly onDelete: ForeignKeyAction;
  readonly onUpdate: ForeignKeyAction;
  readonly deferred: boolean;
}

/** What happens to child rows. @see https://sqlite.org/foreignkeys.html#fk_actions */
export type ForeignKeyAction = 'NO ACTION' | 'RESTRICT' | 'SET NULL' | 'SET DEFAULT' | 'CASCADE';

/** A table. */
export interface TableSchema {
  readonly name: string;
  readonly columns: readonly ColumnSchema[];
  readonly foreignKeys: readonly ForeignKeySchema[];
  readonly strict: boolean;
  readonly withoutRowid: boolean;
  /** The CREATE TABLE statement as it stands after all ALTERs. */
  readonly sql: string;
}

/** An index; `origin` says whether CREATE INDEX, a UNIQUE or a PRIMARY KEY constraint made it. */
export interface IndexSchema {
  readonly name: string;
  readonly table: string;
  /** Column names in key order; null for an expression. */
  readonly columns: readonly (string | null)[];
  readonly unique: boolean;
  readonly partial: boolean;
  readonly origin: 'create' | 'unique' | 'primaryKey';
  /** Null for an index that a constraint made. */
  readonly sql: string | null;
}

/** A view. */
export interface ViewSchema {
  readonly name: string;
  readonly columns: readonly string[];
  readonly sql: string;
}

/** A trigger on a table or view. */
export interface TriggerSchema {
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** Everything that a database defines. */
export interface SchemaInfo {
  readonly tables: readonly TableSchema[];
  readonly indexes: readonly IndexSchema[];
  readonly views: readonly ViewSchema[];
  readonly triggers: readonly TriggerSchema[];
  /** Rises with each schema change. */
  readonly version: number;
  /** Position in the log at which it was read. */
  readonly lsn: LSN;
}
