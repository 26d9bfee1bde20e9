/**
 * What the text of a schema row says, apart from the rows it governs. The schema loader makes definitions when an
 * object is created and again at recovery; they hang on the tree's specification, which every `Table` object keeps.
 */
import type { TreeSpec } from '../btree/index.ts';
import type { IndexInfo, TableInfo, TriggerInfo, ViewInfo } from './schema.ts';

/** A table as its CREATE statement describes it. */
export type TableDefinition = Pick<
  TableInfo,
  | 'columns'
  | 'withoutRowid'
  | 'strict'
  | 'autoincrement'
  | 'rowidColumn'
  | 'rowidConflict'
  | 'checks'
  | 'foreignKeys'
  | 'sql'
> & {
  /** Indexes of UNIQUE and PRIMARY KEY constraints in order; one with ordinal −1 is the table's own tree. */
  readonly constraints: readonly IndexDefinition[];
};

/** An index as its CREATE statement or its constraint describes it. */
export type IndexDefinition = Pick<
  IndexInfo,
  'unique' | 'origin' | 'columns' | 'where' | 'sql' | 'ordinal' | 'conflict'
>;

export type ViewDefinition = Pick<ViewInfo, 'columns'>;
export type TriggerDefinition = Pick<TriggerInfo, 'time' | 'event' | 'columns' | 'table'> & {
  /** As written before the table's name. */
  readonly schema: string | null;
};

/** Reads the texts of objects that have no tree. */
export interface SchemaParser {
  view(text: string): ViewDefinition;
  trigger(text: string): TriggerDefinition;
}

const tables = new WeakMap<TreeSpec, TableDefinition>();
const indexes = new WeakMap<TreeSpec, IndexDefinition>();

export function defineTable(tree: TreeSpec, definition: TableDefinition): void {
  tables.set(tree, definition);
}

export function tableDefinition(tree: TreeSpec): TableDefinition {
  return tables.get(tree) as TableDefinition;
}

export function defineIndex(tree: TreeSpec, definition: IndexDefinition): void {
  indexes.set(tree, definition);
}

export function indexDefinition(tree: TreeSpec): IndexDefinition {
  return indexes.get(tree) as IndexDefinition;
}
