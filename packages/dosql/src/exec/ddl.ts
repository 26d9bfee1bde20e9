/**
 * Schema statements. Each changes rows of the storage's schema table and the trees behind them in one statement of the
 * transaction at hand, so that ROLLBACK takes both back.
 */
import { SqlError } from '@dotdo/shared-types';
import { foldName, isTemporary } from '../catalog/catalog.ts';
import type * as ast from '../sql/ast.ts';
import type { Table } from '../txn/index.ts';
import { alterTable } from './ddl/alter.ts';
import { analyze, reindex } from './ddl/analyze.ts';
import { createIndex, createTable, createTrigger, createView } from './ddl/create.ts';
import { drop } from './ddl/drop.ts';
import { SchemaChange } from './ddl/schema-change.ts';
import type { Writer } from './writer.ts';

type Ddl =
  | ast.CreateTable
  | ast.CreateIndex
  | ast.CreateView
  | ast.CreateTrigger
  | ast.Drop
  | ast.AlterTable
  | ast.Reindex
  | ast.Analyze;

/**
 * Runs a schema statement.
 * @param span where the statement stands in `sql`
 * @throws {SqlError} TABLE_EXISTS, NO_SUCH_TABLE, UNSUPPORTED, … with SQLite's messages
 */
export function executeDdl(writer: Writer, statement: ast.Statement, span: ast.ParsedStatement, sql: string): void {
  const change = new SchemaChange(writer, (at) => sql.slice(at, span.end).trimEnd());
  const { changes, totalChanges, lastInsertRowid } = writer;
  try {
    writer.statement(() => run(change, statement as Ddl));
  } finally {
    // What it changes on the way is nobody's INSERT, but for the rows of a table whose foreign keys count.
    writer.changes = change.deleted?.changes ?? changes;
    writer.totalChanges = change.deleted?.totalChanges ?? totalChanges;
    writer.lastInsertRowid = lastInsertRowid;
  }
}

/**
 * Removes the objects of the schema `temp`: whoever opens a database finds none.
 */
export function dropTemporary(writer: Writer): void {
  const change = new SchemaChange(writer, () => '');
  const rows = change.rows().filter(({ name }) => isTemporary(name));
  if (rows.length === 0) return;
  const { session } = writer;
  writer.statement(() => {
    for (const { type, name } of rows) {
      if (type === 'table') session.dropTable(session.table(name) as Table);
      else change.remove(type as 'view' | 'trigger', name);
    }
  });
}

function run(change: SchemaChange, statement: Ddl): void {
  if ('schema' in statement && statement.schema !== null && !['main', 'temp'].includes(foldName(statement.schema))) {
    throw new SqlError('NO_SUCH_DATABASE', `unknown database ${statement.schema}`);
  }
  switch (statement.kind) {
    case 'createTable':
      return createTable(change, statement);
    case 'createIndex':
      return createIndex(change, statement);
    case 'createView':
      return createView(change, statement);
    case 'createTrigger':
      return createTrigger(change, statement);
    case 'drop':
      return drop(change, statement);
    case 'alterTable':
      return alterTable(change, statement);
    case 'reindex':
      return reindex(change, statement);
    default:
      return analyze(change, statement);
  }
}
