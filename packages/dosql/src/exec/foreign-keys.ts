/**
 * Foreign keys. Looking for parents and children, and the actions, are statements like any other, so that indexes,
 * triggers and further keys come into play by themselves. A key that is violated is noted and looked at again when
 * the statement ends, or the transaction if it is deferred: only then it counts.
 * @see https://www.sqlite.org/foreignkeys.html
 */
import { SqlError } from '@dotdo/shared-types';
import { sameName, schemaOf } from '../catalog/catalog.ts';
import type { ColumnInfo, ForeignKeyInfo, ReferentialAction, TableInfo } from '../catalog/schema.ts';
import { collationOf, compareCells, realCell, type Cell } from '../codec/cell.ts';
import type { Row } from '../txn/index.ts';
import { differs } from './table-writer.ts';
import { textProgram, type TextProgram } from './write.ts';
import type { Writer } from './writer.ts';

/** Whether a key that was violated still is. */
export type DeferredKeys = Map<string, (writer: Writer) => boolean>;

interface Key {
  readonly info: ForeignKeyInfo;
  readonly id: string;
  readonly child: TableInfo;
  readonly childColumns: readonly ColumnInfo[];
  readonly parentColumns: readonly ColumnInfo[];
  readonly findParent: TextProgram;
  readonly findChild: TextProgram;
  /** WHERE that finds the children of a parent, and the one by which an action does. */
  readonly where: string;
  readonly actionWhere: string;
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The name of a table or view with its schema: one of `temp` may hide it. */
export function quoteTable(table: { readonly name: string; readonly temporary?: boolean }): string {
  return `${schemaOf(table)}.${quoteName(table.name)}`;
}

export class ForeignKeys {
  readonly #writer: Writer;
  readonly #table: TableInfo;
  #own: readonly Key[] | undefined;
  #referring: readonly Key[] | undefined;
  readonly #actions = new Map<string, TextProgram>();

  constructor(writer: Writer, table: TableInfo) {
    this.#writer = writer;
    this.#table = table;
  }

  inserted(row: Row): void {
    for (const key of this.#keys()) this.#checkParent(key, row);
  }

  updating(before: Row, after: Row): void {
    for (const key of this.#parentOf()) {
      if (key.info.onUpdate === 'RESTRICT' && differing(key.parentColumns, before, after)) this.#restrict(key, before);
    }
  }

  updated(before: Row, after: Row): void {
    for (const key of this.#keys()) if (changed(key.childColumns, before, after)) this.#checkParent(key, after);
    for (const key of this.#parentOf()) {
      if (differing(key.parentColumns, before, after)) this.#act(key, key.info.onUpdate, before, after);
    }
  }

  deleting(row: Row): void {
    for (const key of this.#parentOf()) if (key.info.onDelete === 'RESTRICT') this.#restrict(key, row);
  }

  deleted(row: Row): void {
    for (const key of this.#parentOf()) this.#act(key, key.info.onDelete, row, null);
  }

  /** Other tables refer to this one. */
  get isParent(): boolean {
    return this.#parentOf().length > 0;
  }

  #values(columns: readonly ColumnInfo[], row: Row, table: TableInfo): Cell[] {
    const { real } = table.storage.tree;
    return columns.map(({ slot }) => {
      const cell = row[slot] as Cell;
      return real[slot] && typeof cell === 'number' ? realCell(cell) : cell;
    });
  }

  #checkParent(key: Key, row: Row): void {
    const values = this.#values(key.childColumns, row, this.#table);
    if (!values.includes(null) && !key.findParent(values)) this.#note(key, values);
  }

  #note(key: Key, values: Cell[]): void {
    const writer = this.#writer;
    const keys = key.info.deferred || writer.deferForeignKeys ? writer.deferred : writer.immediate;
    // Tables may change before a deferred key is looked at: programs of that time are made then.
    keys.set(`${key.id} ${values.map(String).join('\0')}`, (writer) => {
      const child = writer.catalog.table(key.child.name, schemaOf(key.child));
      if (child?.kind !== 'table') return false;
      if (writer.catalog.table(key.info.parent, schemaOf(child)) === undefined) {
        return textProgram(writer, `SELECT 1 FROM ${quoteTable(child)} WHERE ${key.where}`)(values);
      }
      const now = writer
        .table(child)
        .foreignKeys.#keys()
        .find((other) => other.id === key.id);
      return now !== undefined && !now.findParent(values) && now.findChild(values);
    });
  }

  #restrict(key: Key, row: Row): void {
    if (this.#writer.deferForeignKeys) return; // RESTRICT is as NO ACTION then
    const values = this.#values(key.parentColumns, row, this.#table);
    if (!values.includes(null) && key.findChild(values)) throw violation();
  }

  #act(key: Key, action: ReferentialAction, before: Row, after: Row | null): void {
    const values = this.#values(key.parentColumns, before, this.#table);
    if (values.includes(null)) return;
    if (action === 'NO ACTION' || action === 'RESTRICT') {
      if (key.findChild(values) && !key.findParent(values)) this.#note(key, values);
      return;
    }
    const writer = this.#writer;
    const name = `${key.id} ${action} ${after === null}`;
    let program = this.#actions.get(name);
    if (program === undefined) {
      const table = quoteTable(key.child);
      const set = key.childColumns.map(({ name, defaultSql }, i) => {
        const value =
          action === 'CASCADE' ? `?${values.length + i + 1}` : action === 'SET NULL' ? 'NULL' : (defaultSql ?? 'NULL');
        return `${quoteName(name)} = (${value})`;
      });
      const sql =
        action === 'CASCADE' && after === null
          ? `DELETE FROM ${table} WHERE ${key.actionWhere}`
          : `UPDATE ${table} SET ${set.join(', ')} WHERE ${key.actionWhere}`;
      this.#actions.set(name, (program = textProgram(writer, sql)));
    }
    const run = program;
    const params = after === null ? values : [...values, ...this.#values(key.parentColumns, after, this.#table)];
    writer.nested(() => run(params));
    if (key.actionWhere !== key.where && key.findChild(values) && !key.findParent(values)) this.#note(key, values);
  }

  #keys(): readonly Key[] {
    return (this.#own ??= this.#table.foreignKeys.map((info, i) => this.#key(this.#table, info, i)));
  }

  #parentOf(): readonly Key[] {
    if (this.#referring === undefined) {
      const found: Key[] = [];
      for (const child of this.#writer.catalog.tables()) {
        if (child.kind !== 'table') continue;
        for (const [i, info] of child.foreignKeys.entries()) {
          if (sameName(info.parent, this.#table.name) && schemaOf(child) === schemaOf(this.#table))
            found.push(this.#key(child, info, i));
        }
      }
      this.#referring = found;
    }
    return this.#referring;
  }

  #key(child: TableInfo, info: ForeignKeyInfo, place: number): Key {
    const writer = this.#writer;
    const parent = sameName(info.parent, child.name) ? child : writer.catalog.table(info.parent, schemaOf(child));
    if (parent === undefined) throw new SqlError('NO_SUCH_TABLE', `no such table: main.${info.parent}`);
    const parentColumns = parent.kind === 'table' ? referenced(parent, info) : undefined;
    if (parentColumns === undefined) {
      throw mismatched(child, info);
    }
    const childColumns = info.columns.map((name) => column(child, name) as ColumnInfo);
    const matching = (isAction: boolean): string =>
      childColumns
        .map((own, i) =>
          equality(
            own,
            parentColumns[i] as ColumnInfo,
            `?${i + 1}`,
            isAction && parent.kind === 'table' && parent.columns[parent.rowidColumn] !== parentColumns[i],
          ),
        )
        .join(' AND ');
    const where = matching(false);
    const parentWhere = parentColumns.map(({ name }, i) => `${quoteName(name)} = ?${i + 1}`).join(' AND ');
    return {
      info,
      id: `${schemaOf(child)} ${child.name} ${place}`,
      child,
      childColumns,
      parentColumns,
      where,
      actionWhere: matching(true),
      findParent: textProgram(
        writer,
        `SELECT 1 FROM ${quoteTable({ ...child, name: info.parent })} WHERE ${parentWhere}`,
      ),
      findChild: textProgram(writer, `SELECT 1 FROM ${quoteTable(child)} WHERE ${where}`),
    };
  }
}

/**
 * Whether a column of a child is equal to the parent's, which is a parameter. They compare as columns do, while a
 * parameter has no affinity; in an action it has none either (`isPlain`), as in SQLite.
 */
function equality(child: ColumnInfo, parent: ColumnInfo, param: string, isPlain: boolean): string {
  const name = quoteName(child.name);
  const { affinity } = child;
  const collate = parent.collation === child.collation ? '' : ` COLLATE ${parent.collation}`;
  const plain = `${name} = ${param}${collate}`;
  if (isPlain || (affinity !== 'TEXT' && affinity !== 'BLOB')) return plain;
  if (parent.affinity === 'BLOB') return affinity === 'TEXT' ? `+${plain}` : plain;
  if (parent.affinity === 'TEXT') return plain;
  return `CASE WHEN typeof(${param}) IN ('integer', 'real') THEN ${name} = CAST(${param} AS NUMERIC) ELSE ${plain} END`;
}

/** The columns that a foreign key refers to are no key. */
export function mismatched(child: TableInfo, { parent }: ForeignKeyInfo): SqlError {
  return new SqlError('FOREIGN_KEY_MISMATCH', `foreign key mismatch - "${child.name}" referencing "${parent}"`);
}

function violation(): SqlError {
  return new SqlError('FOREIGN_KEY_VIOLATION', 'FOREIGN KEY constraint failed');
}

function changed(columns: readonly ColumnInfo[], before: Row, after: Row): boolean {
  return differs(
    before,
    after,
    columns.map(({ slot }) => slot),
  );
}

/** Whether a key is another one by its collations. */
function differing(columns: readonly ColumnInfo[], before: Row, after: Row): boolean {
  return columns.some(
    ({ slot, collation }) => compareCells(before[slot] as Cell, after[slot] as Cell, collationOf(collation)) !== 0,
  );
}

function column(table: TableInfo, name: string): ColumnInfo | undefined {
  return table.columns.find((column) => sameName(column.name, name));
}

/** The columns that a foreign key refers to; undefined unless they are a key of the parent. */
export function referenced(parent: TableInfo, info: ForeignKeyInfo): ColumnInfo[] | undefined {
  const primary = parent.columns.filter((column) => column.primaryKey > 0).sort((a, b) => a.primaryKey - b.primaryKey);
  if (info.parentColumns === null) return primary.length === info.columns.length ? primary : undefined;
  const columns = info.parentColumns.map((name) => column(parent, name));
  if (columns.includes(undefined)) return undefined;
  const found = columns as ColumnInfo[];
  const places = found.map((column) => parent.columns.indexOf(column));
  if (places.length === 1 && places[0] === parent.rowidColumn) return found;
  const isKey = parent.indexes.some(
    (index) =>
      index.unique &&
      index.where === null &&
      index.columns.length === places.length &&
      index.columns.every(
        ({ column, collation }) => places.includes(column) && collation === parent.columns[column]?.collation,
      ),
  );
  return isKey ? found : undefined;
}
