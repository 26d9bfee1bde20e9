/**
 * Schema changes of a transaction: a row of the schema table, and another table object in the place of the old one.
 * Both are taken back with the transaction's other changes.
 */
import { SqlError } from '@dotdo/shared-types';
import type { Cell } from '../codec/cell.ts';
import type { Core } from './core.ts';
import { openTable, respecify, respecifyIndex, tableSpec, withIndex, withoutIndex } from './replay.ts';
import { SCHEMA_TABLE_ID, toCells, toSchemaRow, type SchemaRow } from './schema.ts';
import type { Conflict, Row, Table } from './table.ts';
import type { Transaction } from './transaction.ts';

/** How a session writes: with locks, and with what other views need preserved. */
export interface SchemaWriter {
  readonly core: Core;
  readonly transaction: Transaction;
  /** The table object that may be written. */
  target(id: number): Table;
}

/** What a table becomes. */
export interface TableChange {
  readonly name: string;
  readonly text: string;
  /** Rows of its indexes that have another name or text. */
  readonly indexes?: readonly SchemaRow[];
}

/** Adds a table. @throws {SqlError} TABLE_EXISTS when the name is taken */
export function createTable(writer: SchemaWriter, name: string, text: string): Table {
  const { core, transaction } = writer;
  const mark = transaction.undo.length;
  const id = core.nextObjectId++;
  const row: SchemaRow = { id, type: 'table', name, table: id, text };
  const table = openTable(tableSpec(core.loader, row, []), core.pager);
  insertRow(writer, row);
  transaction.replaceTable(mark, id, table);
  return table;
}

/** Adds an index, built from the rows. @throws {SqlError} INDEX_EXISTS, UNIQUE_VIOLATION */
export function createIndex(writer: SchemaWriter, on: Table, name: string, text: string): Table {
  const { core, transaction } = writer;
  const mark = transaction.undo.length;
  const table = writer.target(on.id);
  const row: SchemaRow = { id: core.nextObjectId++, type: 'index', name, table: on.id, text };
  const indexed = withIndex(core.loader, table, row, core.pager);
  insertRow(writer, row);
  transaction.replaceTable(mark, on.id, indexed);
  return indexed;
}

export function dropTable(writer: SchemaWriter, on: Table): void {
  const { transaction } = writer;
  const mark = transaction.undo.length;
  const table = writer.target(on.id);
  for (const index of table.indexes) deleteRow(writer, index.spec.id);
  deleteRow(writer, on.id);
  transaction.replaceTable(mark, on.id, undefined);
}

/** @throws {SqlError} NO_SUCH_INDEX */
export function dropIndex(writer: SchemaWriter, on: Table, name: string): Table {
  const { transaction } = writer;
  const mark = transaction.undo.length;
  const table = writer.target(on.id);
  const index = table.indexes.find((index) => index.spec.name === name);
  if (index === undefined) throw new SqlError('NO_SUCH_INDEX', `no such index: ${name}`);
  deleteRow(writer, index.spec.id);
  const rest = withoutIndex(table, index.spec.id);
  transaction.replaceTable(mark, on.id, rest);
  return rest;
}

/**
 * Gives a table another name and text, and some of its indexes. Columns and key stay as they are stored, but columns
 * may follow the last one.
 * @throws {SqlError} TABLE_EXISTS
 */
export function changeTable(writer: SchemaWriter, on: Table, to: TableChange): Table {
  const { core, transaction } = writer;
  const mark = transaction.undo.length;
  const schema = writer.target(SCHEMA_TABLE_ID);
  const replace = (before: Cell[], row: SchemaRow): void => {
    const after = toCells(row);
    const conflict = schema.update(before, after);
    if (conflict !== undefined) throw taken(conflict, row.name);
    transaction.undo.push(schema, before, after);
  };
  const { name, text } = to;
  const before = schema.get([on.id]) as Cell[];
  const row: SchemaRow = { ...toSchemaRow(before), name, text };
  replace(before, row);
  let changed = respecify(core.loader, writer.target(on.id), row);
  for (const index of to.indexes ?? []) {
    const before = schema.get([index.id]) as Cell[];
    replace(before, index);
    changed = respecifyIndex(core.loader, changed, index);
  }
  transaction.replaceTable(mark, on.id, changed);
  return changed;
}

function insertRow(writer: SchemaWriter, row: SchemaRow): void {
  const schema = writer.target(SCHEMA_TABLE_ID);
  const cells: Row = toCells(row);
  const conflict = schema.insert(cells);
  if (conflict !== undefined) throw taken(conflict, row.name);
  writer.transaction.undo.push(schema, undefined, cells);
}

function taken(conflict: Conflict, name: string): SqlError {
  const { type } = toSchemaRow(conflict.row);
  return new SqlError(type === 'index' ? 'INDEX_EXISTS' : 'TABLE_EXISTS', `the name ${name} is taken: ${type}`);
}

function deleteRow(writer: SchemaWriter, id: number): void {
  const schema = writer.target(SCHEMA_TABLE_ID);
  const row = schema.get([id]) as Cell[];
  schema.delete(row);
  writer.transaction.undo.push(schema, row, undefined);
}
