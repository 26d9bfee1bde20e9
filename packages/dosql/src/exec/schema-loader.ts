/**
 * Makes trees of schema texts, when an object is created and again at each recovery: the layout of a table's rows, and
 * the functions that derive index rows, which no storage format can hold.
 */
import type { ColumnSpec, KeyColumn } from '../btree/index.ts';
import { objectName } from '../catalog/catalog.ts';
import type { IndexDefinition, SchemaParser, TableDefinition } from '../catalog/definition.ts';
import { defineIndex as keepIndex, defineTable as keepTable, tableDefinition } from '../catalog/definition.ts';
import type { Catalog, ColumnInfo, IndexColumnInfo, TableInfo } from '../catalog/schema.ts';
import { type Cell, type Collation, collationOf, compareText, Real } from '../codec/cell.ts';
import { Binder, bindExpr } from '../plan/bind.ts';
import type { FunctionTable } from '../plan/plan.ts';
import { Scope } from '../plan/scope.ts';
import { parseExpression } from '../sql/index.ts';
import { columnEntry, type IndexSpec, type SchemaLoader, type Table } from '../txn/index.ts';
import { boxed } from './binding.ts';
import { collationNamed } from './distinct.ts';
import { compileCondition } from './expression.ts';
import { type Condition, type Eval, Frame } from './frame.ts';
import {
  aggregateFunction,
  type FunctionContext,
  scalarFunction,
  windowFunction,
  withoutClock,
} from './functions/index.ts';
import { applyAffinity } from './functions/values.ts';
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
    const names = columns?.map(({ name }) => name) ?? null;
    return { time, event, columns: names, table: table.name, schema: table.schema };
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
        ...index.columns.map(({ column }) =>
          column < 0 ? ANY : { kind: kindOf(definition.columns[column] as ColumnInfo) },
        ),
        ...table.tree.columns.slice(0, tableKey.length),
      ],
      key: [...index.columns.map(keyColumn), ...tableKey],
      leafRows: INDEX_LEAF_ROWS,
    };
    keepIndex(tree, index);
    const isKnown = index.columns.every(({ collation }) => collationOf(collation) !== undefined);
    const entry = entryOf(index, definition, objectName(table.name), tableKey.length);
    return { unique: index.unique, tree, ...(isKnown ? entry : { entry: checkedEntry(index, entry) }) };
  },
};

function columnSpec(column: ColumnInfo): ColumnSpec {
  return { kind: kindOf(column), fill: () => constantDefault(column) };
}

function kindOf({ affinity }: ColumnInfo): ColumnSpec['kind'] {
  return affinity === 'REAL' ? 'real' : 'any';
}

/** What rows have in a column that came after them: a constant, see ALTER TABLE … ADD COLUMN. */
function constantDefault({ defaultSql, affinity }: ColumnInfo): Cell {
  if (defaultSql === null) return null;
  const binder = new Binder({ catalog: NO_TABLES, functions: BUILT_IN });
  const value = boxed(bindExpr(binder, parseExpression(defaultSql), new Scope()));
  const cell = value(new Frame({ params: [], reader: NOTHING_TO_READ, context: STILL, limits: UNLIMITED }));
  const stored = applyAffinity(cell, affinity);
  return affinity === 'REAL' && stored instanceof Real ? stored.value : stored;
}

/** @throws {SqlError} NO_SUCH_COLLATION when rows are compared by a collation that is not there */
function keyColumn({ collation, descending }: IndexColumnInfo): KeyColumn {
  const compare = collationOf(collation) ?? missingCollation(collation);
  return {
    ...(compare !== compareText && { collation: compare }),
    ...(descending && { descending }),
  };
}

/** Fails before anything is changed where a collation is missing. */
function checkedEntry(index: IndexDefinition, { entry }: Pick<IndexSpec, 'entry'>): IndexSpec['entry'] {
  return (row, out) => {
    for (const { collation } of index.columns) collationNamed(collation);
    return entry(row, out);
  };
}

function missingCollation(name: string): Collation {
  return (a, b) => collationNamed(name)(a, b);
}

/** Writes an index row: the indexed values and the table's key. */
function entryOf(
  index: IndexDefinition,
  table: TableDefinition,
  name: string,
  keyColumns: number,
): Pick<IndexSpec, 'entry' | 'places'> {
  const slots = index.columns.map(({ column }) => table.columns[column]?.slot ?? (column === -1 ? 0 : -1));
  const width = slots.length;
  if (index.where === null && !slots.includes(-1)) {
    const places = [...slots, ...Array.from({ length: keyColumns }).keys()];
    return { entry: columnEntry(places), places };
  }
  let compiled: { values: (Eval | null)[]; where: Condition | null } | undefined;
  const frame = new Frame({ params: [], reader: NOTHING_TO_READ, context: STILL, limits: UNLIMITED });
  const entry: IndexSpec['entry'] = (row, out) => {
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
  return { entry };
}

/** Expressions of an index, against a row of its table as source 0. */
function compileEntry(
  index: IndexDefinition,
  table: TableDefinition,
  name: string,
): { values: (Eval | null)[]; where: Condition | null } {
  const binder = new Binder({ catalog: NO_TABLES, functions: withoutClock(BUILT_IN, 'an index') });
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
/** Functions that indexes may use. */
export const BUILT_IN: FunctionTable = { scalar: scalarFunction, aggregate: aggregateFunction, window: windowFunction };
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
