/** What the database must hold: immutable states of plain maps, and the changes of one transaction. */
import { sameRow, type Row, type Table } from '../../packages/dosql/src/txn/index.ts';

export interface ModelTable {
  readonly indexes: ReadonlySet<string>;
  readonly rows: ReadonlyMap<number, Row>;
}

/** Tables by name. A state is never changed. */
export type ModelState = ReadonlyMap<string, ModelTable>;

export type ModelChange =
  | { readonly kind: 'put'; readonly table: string; readonly row: Row }
  | { readonly kind: 'delete'; readonly table: string; readonly id: number }
  | { readonly kind: 'createTable' | 'dropTable'; readonly table: string }
  | { readonly kind: 'createIndex' | 'dropIndex'; readonly table: string; readonly index: string };

/** The state after the changes; states share what they do not change. */
export function applyChanges(state: ModelState, changes: readonly ModelChange[]): ModelState {
  if (changes.length === 0) return state;
  const tables = new Map<string, { indexes: Set<string>; rows: Map<number, Row> }>();
  const next = new Map<string, ModelTable>(state);
  for (const change of changes) {
    const { table: name } = change;
    if (change.kind === 'dropTable') {
      tables.delete(name);
      next.delete(name);
      continue;
    }
    let table = tables.get(name);
    if (table === undefined) {
      const old = next.get(name);
      table = { indexes: new Set(old?.indexes), rows: new Map(old?.rows) };
      tables.set(name, table);
      next.set(name, table);
    }
    if (change.kind === 'put') table.rows.set(change.row[0] as number, change.row);
    else if (change.kind === 'delete') table.rows.delete(change.id);
    else if (change.kind === 'createIndex') table.indexes.add(change.index);
    else if (change.kind === 'dropIndex') table.indexes.delete(change.index);
  }
  return next;
}

/** What differs between the tables and the model, or undefined. */
export function difference(tables: readonly Table[], state: ModelState): string | undefined {
  const names = tables.map((table) => table.name).filter((name) => name !== 'dosql_schema');
  if (names.length !== state.size) return `tables ${names.join()} instead of ${[...state.keys()].join()}`;
  for (const table of tables) {
    if (table.name === 'dosql_schema') continue;
    const model = state.get(table.name);
    if (model === undefined) return `table ${table.name} should not be there`;
    const indexes = table.indexes.map((index) => index.spec.name);
    if (indexes.length !== model.indexes.size || !indexes.every((name) => model.indexes.has(name))) {
      return `indexes ${indexes.join()} of ${table.name} instead of ${[...model.indexes].join()}`;
    }
    let count = 0;
    const cursor = table.tree.cursor();
    for (let more = cursor.first(); more; more = cursor.next()) {
      const row = cursor.row();
      const id = row[0] as number;
      const expected = model.rows.get(id);
      if (expected === undefined) return `row ${id} of ${table.name} should not be there`;
      if (!sameRow(row, expected)) return `row ${id} of ${table.name} has other values`;
      count++;
    }
    if (count !== model.rows.size) return `${count} rows in ${table.name} instead of ${model.rows.size}`;
  }
  return undefined;
}
