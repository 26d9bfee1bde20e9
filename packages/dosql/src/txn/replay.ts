/**
 * Rebuilds the tables from a checkpoint's roots and the log behind it: at recovery, and on private trees to go back in
 * time. Rows of the schema table make, change and drop tables as they pass.
 */
import { SqlError } from '@dotdo/shared-types';
import type { Cell } from '../codec/cell.ts';
import { Tree, type PageId, type Pager } from '../btree/index.ts';
import { WalTable, type CheckpointPoint, type LogCursor } from '../wal/index.ts';
import {
  FIRST_OBJECT_ID,
  SCHEMA_SPEC,
  SCHEMA_TABLE_ID,
  toSchemaRow,
  type SchemaLoader,
  type SchemaRow,
} from './schema.ts';
import { IndexTree, orphanedPages, Table, type IndexSpec, type Row, type TableSpec } from './table.ts';
import { TableSet } from './version.ts';

export class Replay {
  /** Greater than every id of an object that was seen. */
  nextObjectId: number = FIRST_OBJECT_ID;
  /** Pages of trees that were dropped. */
  readonly orphans: PageId[] = [];
  readonly #tables = new Map<number, Table>();
  readonly #loader: SchemaLoader;
  readonly #pager: Pager;

  constructor(loader: SchemaLoader, pager: Pager) {
    this.#loader = loader;
    this.#pager = pager;
    this.#tables.set(SCHEMA_TABLE_ID, openTable(SCHEMA_SPEC, pager));
  }

  get tables(): TableSet {
    return new TableSet(this.#tables.values());
  }

  /** Opens the tables of a checkpoint; their pages are read when they are needed. */
  load(point: CheckpointPoint): void {
    const roots = new Map(point.roots.map((root) => [root.tree, root.page]));
    const schema = openTable(SCHEMA_SPEC, this.#pager, roots);
    this.#tables.set(SCHEMA_TABLE_ID, schema);
    const rows: SchemaRow[] = [];
    for (const cursor = schema.tree.cursor(), more = { is: cursor.first() }; more.is; more.is = cursor.next()) {
      rows.push(toSchemaRow(cursor.row()));
    }
    for (const row of rows) {
      this.#sawId(row.id);
      if (row.type !== 'table') continue;
      const indexes = rows.filter((other) => other.type === 'index' && other.table === row.id);
      const spec = tableSpec(this.#loader, row, indexes);
      this.#tables.set(row.id, openTable(spec, this.#pager, roots));
    }
  }

  /** Makes the change of a log entry. */
  apply(entry: LogCursor): void {
    if (entry.table === undefined) return;
    const table = this.#tables.get(entry.table.id);
    if (table === undefined) {
      throw new SqlError('CORRUPT_LOG', `the log changes table ${entry.table.name}, which does not exist`, {
        details: { table: entry.table.name },
      });
    }
    const { kinds } = table.wal;
    const before = entry.before(kinds)?.map(own);
    const after = entry.after(kinds)?.map(own);
    table.replay(before, after);
    if (table.id === SCHEMA_TABLE_ID) this.#changeSchema(before, after);
  }

  #changeSchema(before: Row | undefined, after: Row | undefined): void {
    const row = toSchemaRow((after ?? before) as Row);
    this.#sawId(row.id);
    if (row.type === 'table') {
      const old = this.#tables.get(row.id);
      if (after === undefined) {
        this.#tables.delete(row.id);
        this.orphans.push(...orphanedPages(old, undefined));
      } else if (old === undefined) this.#tables.set(row.id, openTable(tableSpec(this.#loader, row, []), this.#pager));
      else this.#tables.set(row.id, respecify(this.#loader, old, row));
    } else if (row.type === 'index') {
      const table = this.#tables.get(row.table);
      if (table === undefined) return;
      const changed =
        after === undefined
          ? withoutIndex(table, row.id)
          : before === undefined
            ? withIndex(this.#loader, table, row, this.#pager)
            : respecifyIndex(this.#loader, table, row);
      this.#tables.set(row.table, changed);
      this.orphans.push(...orphanedPages(table, changed));
    }
  }

  #sawId(id: number): void {
    this.nextObjectId = Math.max(this.nextObjectId, id + 1);
  }
}

/** Blobs come as views of the log's bytes. */
function own(cell: Cell): Cell {
  return cell instanceof Uint8Array ? cell.slice() : cell;
}

export function tableSpec(loader: SchemaLoader, row: SchemaRow, indexes: readonly SchemaRow[]): TableSpec {
  const table: TableSpec = { ...loader.table(row), id: row.id, name: row.name, indexes: [] };
  return { ...table, indexes: indexes.map((index) => indexSpec(loader, index, table)) };
}

function indexSpec(loader: SchemaLoader, row: SchemaRow, table: TableSpec): IndexSpec {
  const { unique, tree, entry, places } = loader.index(row, table);
  return { id: row.id, name: row.name, unique, tree, entry, places };
}

/** A table with the trees at the given roots, empty ones without. */
export function openTable(spec: TableSpec, pager: Pager, roots?: ReadonlyMap<number, PageId | undefined>): Table {
  const indexes = spec.indexes.map(
    (index) => new IndexTree(index, new Tree(index.tree, pager, roots?.get(index.id)), spec.tree.key.length),
  );
  return new Table(spec, new Tree(spec.tree, pager, roots?.get(spec.id)), indexes);
}

/**
 * The table with a further index, built from its rows; the object given is not changed.
 * @throws {SqlError} UNIQUE_VIOLATION when rows have the same values in a unique index
 */
export function withIndex(loader: SchemaLoader, table: Table, row: SchemaRow, pager: Pager): Table {
  const spec = indexSpec(loader, row, table.spec);
  const index = new IndexTree(spec, new Tree(spec.tree, pager), table.keyColumns);
  const cursor = table.tree.cursor();
  for (let more = cursor.first(); more; more = cursor.next()) {
    if (!spec.entry(cursor.row(), index.after)) continue;
    if (spec.unique && index.twin() !== undefined) {
      throw new SqlError('UNIQUE_VIOLATION', `rows of table ${table.name} have the same values in index ${row.name}`, {
        details: { table: table.name, index: row.name },
      });
    }
    index.tree.insert(index.after);
  }
  return successor(table, { ...table.spec, indexes: [...table.spec.indexes, spec] }, [...table.indexes, index]);
}

/** The table without one of its indexes; the object given is not changed. */
export function withoutIndex(table: Table, id: number): Table {
  const indexes = table.indexes.filter((index) => index.spec.id !== id);
  return successor(table, { ...table.spec, indexes: indexes.map((index) => index.spec) }, indexes);
}

/** The table under the specification of a changed schema row, which must fit its trees; columns may come behind. */
export function respecify(loader: SchemaLoader, table: Table, row: SchemaRow): Table {
  const spec = { ...tableSpec(loader, row, []), indexes: table.indexes.map((index) => index.spec) };
  const { columns } = spec.tree;
  const isWider = columns.length > table.tree.spec.columns.length;
  const wal = new WalTable(
    { id: table.id, name: row.name, keyColumns: table.keyColumns },
    isWider ? columns.map(({ kind }) => kind) : table.wal.kinds,
  );
  return successor(table, spec, table.indexes, wal, isWider ? table.tree.widened(spec.tree) : table.tree);
}

/** The table with one of its indexes under the specification of a changed schema row, which must fit its tree. */
export function respecifyIndex(loader: SchemaLoader, table: Table, row: SchemaRow): Table {
  const spec = indexSpec(loader, row, table.spec);
  const indexes = table.indexes.map((index) =>
    index.spec.id === row.id ? new IndexTree(spec, index.tree, table.keyColumns) : index,
  );
  return successor(table, { ...table.spec, indexes: indexes.map((index) => index.spec) }, indexes);
}

function successor(
  table: Table,
  spec: TableSpec,
  indexes: readonly IndexTree[],
  wal: WalTable = table.wal,
  tree: Tree = table.tree,
): Table {
  const next = new Table(spec, tree, indexes, wal);
  next.version = table.version + 1;
  next.origin = table.origin;
  next.preservedAt = table.preservedAt;
  next.live = table.live;
  return next;
}
