/**
 * Makes trees of schema texts, when an object is created and again at each recovery: the layout of a table's rows, and
 * the functions that derive index rows, which no storage format can hold.
 */
import type { ColumnSpec, KeyColumn } from '../btree/index.ts';
import type { IndexDefinition, SchemaParser, TableDefinition } from '../catalog/definition.ts';
import { defineIndex as keepIndex, defineTable as keepTable, tableDefinition } from '../catalog/definition.ts';
import type { Catalog, ColumnInfo, IndexColumnInfo, TableInfo } from '../catalog/schema.ts';
import { type Cell, collationOf, compareText } from '../codec/cell.ts';
import { Binder, bindExpr } from '../plan/bind.ts';
import type { FunctionTable } from '../plan/plan.ts';
import { Scope } from '../plan/scope.ts';
import { parseExpression } from '../sql/index.ts';
import type { IndexSpec, SchemaLoader, Table } from '../txn/index.ts';
import { boxed } from './binding.ts';
import { compileCondition } from './expression.ts';
import { type Condition, type Eval, Frame } from './frame.ts';
import { aggregateFunction, type FunctionContext, scalarFunction, windowFunction } from './functions/index.ts';
import { parseIndex, parseTable, parseTrigger, parseView } from './schema-text.ts';
import { defineIndex, defineTable } from './table-definition.ts';

const TABLE_LEAF_ROWS = 512;
const INDEX_LEAF_ROWS = 256;
const ANY: ColumnSpec = { kind: 'any' };

/** Reads the texts of views and triggers. */
export const sqlParser: SchemaParser = {
  view: (text) => ({ columns: parseView(text).columns?.map(({ name }) => name) ?? null }),
  trigger(text) {
    const { time, event, columns, table } = parseTrigger(text);
    return { time, event, columns: columns?.map(({ name }) => name) ?? null, table: table.name };
  },
};

/** Reads the texts of tables and indexes. An index of a constraint has its number, from 1, for a text. */
export const sqlLoader: SchemaLoader = {
  table(row) {
    const definition = defineTable(parseTable(row.text), row.text);
    const stored = definition.columns.filter((column) => column.slot >= 0).sort((a, b) => a.slot - b.slot);
    const columns = stored.map(columnSpec);
    const own = definition.constraints.find(({ ordinal }) => ordinal < 0);
    const key = own === undefined ? [{}] : own.columns.map(keyColumn);
    if (!definition.withoutRowid && stored[0]?.slot !== 0) columns.unshift(ANY);
    const tree = { columns, key, leafRows: TABLE_LEAF_ROWS };
    keepTable(tree, definition);
    return { tree };
  },
  index(row, table) {
    const definition = tableDefinition(table.tree);
    const index = row.text.startsWith('C')
      ? defineIndex(parseIndex(row.text), definition, row.text)
      : (definition.constraints[Number(row.text) - 1] as IndexDefinition);
    const tableKey = table.tree.key;
    const tree = {
      columns: [
        ...index.columns.map(({ column }) => (column < 0 ? ANY : columnSpec(definition.columns[column] as ColumnInfo))),
        ...table.tree.columns.slice(0, tableKey.length),
      ],
      key: [...index.columns.map(keyColumn), ...tableKey],
      leafRows: INDEX_LEAF_ROWS,
    };
    keepIndex(tree, index);
    return { unique: index.unique, tree, entry: entryOf(index, definition, table.name, tableKey.length) };
  },
};

function columnSpec({ affinity }: ColumnInfo): ColumnSpec {
  return affinity === 'REAL' ? { kind: 'real' } : ANY;
}

function keyColumn({ collation, descending }: IndexColumnInfo): KeyColumn {
  const compare = collationOf(collation);
  return {
    ...(compare !== undefined && compare !== compareText && { collation: compare }),
    ...(descending && { descending }),
  };
}

/** Writes an index row: the indexed values and the table's key. */
function entryOf(index: IndexDefinition, table: TableDefinition, name: string, keyColumns: number): IndexSpec['entry'] {
  const slots = index.columns.map(({ column }) => table.columns[column]?.slot ?? (column === -1 ? 0 : -1));
  const width = slots.length;
  if (index.where === null && !slots.includes(-1)) {
    return (row, out) => {
      for (let i = 0; i < width; i++) out[i] = row[slots[i] as number] as Cell;
      for (let i = 0; i < keyColumns; i++) out[width + i] = row[i] as Cell;
      return true;
    };
  }
  let compiled: { values: (Eval | null)[]; where: Condition | null } | undefined;
  const frame = new Frame({ params: [], reader: NOTHING_TO_READ, context: STILL, limits: UNLIMITED });
  return (row, out) => {
    compiled ??= compileEntry(index, table, name);
    frame.source(0).setCells(row);
    const { values, where } = compiled;
    if (where !== null && !where(frame)) return false;
    for (let i = 0; i < width; i++) {
      const value = values[i];
      out[i] = value ? value(frame) : (row[slots[i] as number] as Cell);
    }
    for (let i = 0; i < keyColumns; i++) out[width + i] = row[i] as Cell;
    return true;
  };
}

/** Expressions of an index, against a row of its table as source 0. */
function compileEntry(
  index: IndexDefinition,
  table: TableDefinition,
  name: string,
): { values: (Eval | null)[]; where: Condition | null } {
  const binder = new Binder({ catalog: NO_TABLES, functions: BUILT_IN });
  const scope = new Scope();
  const info: TableInfo = {
    kind: 'table',
    name,
    schemaId: -1,
    ...table,
    indexes: [],
    triggers: [],
    storage: NO_STORAGE,
  };
  scope.sources.push(binder.tableSource(name, info));
  const bind = (sql: string) => bindExpr(binder, parseExpression(sql), scope);
  return {
    values: index.columns.map(({ column, expression }) => {
      if (expression !== null) return boxed(bind(expression));
      const { name: own = '', slot = 0 } = table.columns[column] ?? {};
      return slot < 0 ? boxed(bind(`"${own.replaceAll('"', '""')}"`)) : null;
    }),
    where: index.where === null ? null : compileCondition(bind(index.where)),
  };
}

/** Index expressions read nothing but their row. */
const NO_STORAGE = undefined as unknown as Table;
const NO_TABLES: Catalog = {
  version: 0,
  table: () => undefined,
  index: () => undefined,
  trigger: () => undefined,
  tables: () => [],
};
const NOTHING_TO_READ = { read: (table: Table): Table => table };
const UNLIMITED = { steps: Infinity, deadline: Infinity, memoryBytes: Infinity };
const BUILT_IN: FunctionTable = { scalar: scalarFunction, aggregate: aggregateFunction, window: windowFunction };
const STILL: FunctionContext = {
  collation: compareText,
  json: null,
  isJson: false,
  caseSensitiveLike: false,
  now: () => 0,
  random: () => 0n,
  changes: () => 0,
  totalChanges: () => 0,
  lastInsertRowid: () => 0,
};
