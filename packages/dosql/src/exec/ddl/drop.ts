/** DROP TABLE, VIEW, INDEX, TRIGGER. */
import { SqlError, type SqlErrorCode } from '@dotdo/shared-types';
import { foldName, prefixOf, sameName, schemaOf, STAT_TABLE } from '../../catalog/catalog.ts';
import type { TableInfo } from '../../catalog/schema.ts';
import type * as ast from '../../sql/ast.ts';
import type { Row } from '../../txn/index.ts';
import type { SchemaChange } from './schema-change.ts';

/** @throws {SqlError} NO_SUCH_TABLE and others, WRONG_OBJECT_TYPE, FOREIGN_KEY_VIOLATION */
export function drop(change: SchemaChange, { type, name, schema, ifExists }: ast.Drop): void {
  const { catalog } = change;
  const { session } = change.writer;
  const missing = (code: SqlErrorCode): void => {
    if (ifExists) return;
    throw new SqlError(code, `no such ${type.toLowerCase()}: ${schema === null ? '' : `${schema}.`}${name}`);
  };
  const wrong = (message: string): never => {
    throw new SqlError('WRONG_OBJECT_TYPE', message);
  };
  const found = catalog.table(name, schema);
  switch (type) {
    case 'TABLE':
      if (found === undefined) return missing('NO_SUCH_TABLE');
      return found.kind === 'view' ? wrong(`use DROP VIEW to delete view ${name}`) : dropTable(change, found);
    case 'VIEW':
      if (found === undefined) return missing('NO_SUCH_VIEW');
      if (found.kind === 'table') return wrong(`use DROP TABLE to delete table ${name}`);
      change.removeTriggers(found.triggers);
      return change.remove('view', prefixOf(found) + found.name);
    case 'INDEX': {
      const index = catalog.index(name, schema);
      if (index === undefined) return missing('NO_SUCH_INDEX');
      if (index.origin !== 'c') wrong('index associated with UNIQUE or PRIMARY KEY constraint cannot be dropped');
      if (catalog.table(STAT_TABLE) !== undefined) change.run(`DELETE FROM ${STAT_TABLE} WHERE idx = ?`, [index.name]);
      const table = catalog.table(index.table, schemaOf(index)) as TableInfo;
      return void session.dropIndex(table.storage, prefixOf(index) + index.name);
    }
    case 'TRIGGER': {
      const trigger = catalog.trigger(name, schema);
      return trigger === undefined ? missing('NO_SUCH_TRIGGER') : change.removeTriggers([trigger]);
    }
    default:
      throw new SqlError('UNSUPPORTED', 'procedures are not supported');
  }
}

function dropTable(change: SchemaChange, table: TableInfo): void {
  const { writer, catalog } = change;
  const { name } = table;
  if (table.virtualRows !== undefined || (foldName(name).startsWith('sqlite_') && !sameName(name, STAT_TABLE))) {
    throw new SqlError('WRONG_OBJECT_TYPE', `table ${table.virtualRows ? 'sqlite_master' : name} may not be dropped`);
  }
  if (writer.foreignKeys) deleteRows(change, table);
  if (table.autoincrement) change.run(`DELETE FROM ${schemaOf(table)}.sqlite_sequence WHERE name = ?`, [name]);
  if (catalog.table(STAT_TABLE) !== undefined && !sameName(name, STAT_TABLE) && table.temporary !== true) {
    change.run(`DELETE FROM ${STAT_TABLE} WHERE tbl = ?`, [name]);
  }
  change.removeTriggers(table.triggers);
  writer.session.dropTable(table.storage);
}

/**
 * Where foreign keys count, the rows of a table that others refer to are deleted first; its own triggers do not fire.
 * @see https://www.sqlite.org/foreignkeys.html#fk_schemacommands
 */
function deleteRows(change: SchemaChange, table: TableInfo): void {
  const { writer } = change;
  const rows = writer.table({ ...table, triggers: [] });
  try {
    if (!rows.foreignKeys.isParent) return;
  } catch (error) {
    if (error instanceof SqlError && error.code === 'FOREIGN_KEY_MISMATCH') return; // it refers to nothing
    throw error;
  }
  const all: Row[] = [];
  const cursor = writer.session.read(table.storage).tree.cursor();
  for (let more = cursor.first(); more; more = cursor.next()) all.push(cursor.row());
  for (const row of all) {
    const found = rows.find(rows.keyOf(row)); // an action may have deleted it
    if (found !== undefined) rows.delete(found);
  }
  change.deleted = { changes: all.length, totalChanges: writer.totalChanges + all.length };
}
