/**
 * The schema is a table like any other: one row for each table and index, in a tree of its own, changed in
 * transactions and logged as rows. What a row's text means is the loader's business, so that a catalog above keeps
 * SQL in it and makes the functions that no storage format can hold.
 *   id (key)  INTEGER  number of the object's tree; rises, never used twice
 *   type      TEXT     'table', 'index'; other types are kept and not looked at
 *   name      TEXT     unique, whatever the type
 *   table     INTEGER  id of the table that it belongs to, its own for a table
 *   text      TEXT     what the loader reads
 */
import { SqlError } from '@dotdo/shared-types';
import { collationOf, compareNoCase, type Cell } from '../codec/cell.ts';
import type { ColumnSpec, KeyColumn, TreeSpec } from '../btree/index.ts';
import type { IndexSpec, Row, TableSpec } from './table.ts';

export const SCHEMA_TABLE_ID = 0;
const SCHEMA_NAME_INDEX_ID = 1;
/** Ids below are the storage's own. */
export const FIRST_OBJECT_ID = 16;

const TABLE_LEAF_ROWS = 512;
const INDEX_LEAF_ROWS = 256;

export interface SchemaRow {
  readonly id: number;
  readonly type: string;
  readonly name: string;
  readonly table: number;
  readonly text: string;
}

/** Makes specifications of schema rows: when an object is created, and again at each recovery. */
export interface SchemaLoader {
  /** Of a row of type 'table'; its indexes have rows of their own. */
  table(row: SchemaRow): Omit<TableSpec, 'id' | 'name' | 'indexes'>;
  /** Of a row of type 'index'. */
  index(row: SchemaRow, table: TableSpec): Omit<IndexSpec, 'id' | 'name'>;
}

export function toCells(row: SchemaRow): Cell[] {
  return [row.id, row.type, row.name, row.table, row.text];
}

export function toSchemaRow(cells: Row): SchemaRow {
  const [id, type, name, table, text] = cells as [number, string, string, number, string];
  return { id, type, name, table, text };
}

const ANY: ColumnSpec = { kind: 'any' };

/** Specification of the schema table. Names are told apart as SQLite does: ASCII case does not count. */
export const SCHEMA_SPEC: TableSpec = {
  id: SCHEMA_TABLE_ID,
  name: 'dosql_schema',
  tree: { columns: [ANY, ANY, ANY, ANY, ANY], key: [{}], leafRows: INDEX_LEAF_ROWS },
  indexes: [
    {
      id: SCHEMA_NAME_INDEX_ID,
      name: 'dosql_schema_name',
      unique: true,
      tree: { columns: [ANY, ANY], key: [{ collation: compareNoCase }, {}], leafRows: INDEX_LEAF_ROWS },
      entry(row, out) {
        out[0] = row[2] as Cell;
        out[1] = row[0] as Cell;
        return true;
      },
    },
  ],
};

/** One key column as text: its place in the row, and how it is ordered. */
export interface PlainKey {
  readonly column: number;
  readonly collation?: string;
  readonly descending?: boolean;
}

export interface PlainTable {
  readonly columns: readonly ColumnSpec['kind'][];
  /** The first columns of the row; their places are 0, 1, … */
  readonly key: readonly Omit<PlainKey, 'column'>[];
}

export interface PlainIndex {
  readonly key: readonly PlainKey[];
  readonly unique?: boolean;
}

/** A loader without a catalog: schema texts are JSON of `PlainTable` and `PlainIndex`. */
export const plainSchema: SchemaLoader = {
  table(row) {
    const plain = JSON.parse(row.text) as PlainTable;
    const columns = plain.columns.map((kind) => ({ kind }));
    return { tree: { columns, key: plain.key.map(keyColumn), leafRows: TABLE_LEAF_ROWS } };
  },
  index(row, table) {
    const plain = JSON.parse(row.text) as PlainIndex;
    const places = [...plain.key.map((key) => key.column), ...table.tree.key.keys()];
    return {
      unique: plain.unique ?? false,
      tree: indexTreeSpec(
        table,
        plain.key.map((key) => ({ ...keyColumn(key), column: key.column })),
      ),
      entry: columnEntry(places),
      places,
    };
  },
};

function keyColumn(key: Omit<PlainKey, 'column'>): KeyColumn {
  const column: KeyColumn = {};
  if (key.descending) column.descending = true;
  if (key.collation !== undefined) {
    const collation = collationOf(key.collation);
    if (collation === undefined) throw new SqlError('NO_SUCH_COLLATION', `no such collation: ${key.collation}`);
    column.collation = collation;
  }
  return column;
}

/** Tree of an index over some columns of a table. */
export function indexTreeSpec(table: TableSpec, key: readonly (KeyColumn & { column: number })[]): TreeSpec {
  const { columns, key: tableKey } = table.tree;
  return {
    columns: [...key.map(({ column }) => columns[column] as ColumnSpec), ...columns.slice(0, tableKey.length)],
    key: [...key, ...tableKey],
    leafRows: INDEX_LEAF_ROWS,
  };
}

/** Entry function of an index over columns; a loop for each width would be slower to compile than it saves. */
export function columnEntry(places: readonly number[]): IndexSpec['entry'] {
  return (row, out) => {
    for (let i = 0; i < places.length; i++) out[i] = row[places[i] as number] as Cell;
    return true;
  };
}
