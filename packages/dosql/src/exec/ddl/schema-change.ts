/** What the schema statements share: rows of the schema table, and the objects behind them. */
import { SqlError } from '@dotdo/shared-types';
import { foldName, prefixOf, sameName, TRIGGER_PREFIX } from '../../catalog/catalog.ts';
import type { Catalog, TableInfo, TriggerInfo } from '../../catalog/schema.ts';
import type { Cell } from '../../codec/cell.ts';
import { toSchemaRow, type SchemaRow } from '../../txn/index.ts';
import { quoteTable } from '../foreign-keys.ts';
import { textProgram } from '../write.ts';
import type { Writer } from '../writer.ts';

export class SchemaChange {
  readonly writer: Writer;
  /** Text of the statement from an offset on. */
  readonly textFrom: (at: number) => string;
  /** Counters after DROP TABLE has deleted rows. */
  deleted: { changes: number; totalChanges: number } | undefined;

  constructor(writer: Writer, textFrom: (at: number) => string) {
    this.writer = writer;
    this.textFrom = textFrom;
  }

  get catalog(): Catalog {
    return this.writer.catalog;
  }

  /** Rows of the schema in the order in which the objects were made. */
  rows(): SchemaRow[] {
    const { session, storage } = this.writer;
    const rows: SchemaRow[] = [];
    const cursor = session.read(storage.schema).tree.cursor();
    for (let more = cursor.first(); more; more = cursor.next()) rows.push(toSchemaRow(cursor.row()));
    return rows;
  }

  add(type: 'view' | 'trigger', name: string, table: number, text: string): void {
    const { session, storage } = this.writer;
    session.insert(storage.schema, [storage.allocateObjectId(), type, name, table, text]);
  }

  remove(type: 'view' | 'trigger', name: string): void {
    const { session, storage } = this.writer;
    const row = this.rows().find((row) => row.type === type && sameName(row.name, name));
    if (row !== undefined) session.delete(storage.schema, cellsOf(row));
  }

  removeTriggers(triggers: readonly TriggerInfo[]): void {
    for (const trigger of triggers) this.remove('trigger', TRIGGER_PREFIX + prefixOf(trigger) + trigger.name);
  }

  replace(before: SchemaRow, after: SchemaRow): void {
    const { session, storage } = this.writer;
    session.update(storage.schema, cellsOf(before), cellsOf(after));
  }

  /** Runs a statement of the engine's own. Answers whether there was a row. */
  run(sql: string, params: readonly Cell[] = []): boolean {
    return textProgram(this.writer, sql)(params);
  }

  /** A table that holds rows. */
  isEmpty(table: TableInfo): boolean {
    return !this.run(`SELECT 1 FROM ${quoteTable(table)} LIMIT 1`);
  }

  /** A table that may be changed. @throws {SqlError} NO_SUCH_TABLE, WRONG_OBJECT_TYPE with `refusal.view` for a view */
  table(
    { name, schema }: { readonly name: string; readonly schema: string | null },
    refusal: { readonly view: string; readonly system: string },
  ): TableInfo {
    const found = this.catalog.table(name, schema);
    if (found === undefined)
      throw new SqlError('NO_SUCH_TABLE', `no such table: ${schema === null ? '' : `${schema}.`}${name}`);
    if (found.kind === 'view') throw new SqlError('WRONG_OBJECT_TYPE', refusal.view);
    if (found.virtualRows !== undefined || foldName(found.name).startsWith('sqlite_'))
      throw new SqlError('WRONG_OBJECT_TYPE', `table ${tableTitle(found)} ${refusal.system}`);
    return found;
  }
}

/** sqlite_schema calls itself by its old name in messages. */
function tableTitle({ name, virtualRows }: TableInfo): string {
  return virtualRows === undefined ? name : 'sqlite_master';
}

export function invalidSchema(message: string): never {
  throw new SqlError('INVALID_SCHEMA', message);
}

function cellsOf({ id, type, name, table, text }: SchemaRow): Cell[] {
  return [id, type, name, table, text];
}
