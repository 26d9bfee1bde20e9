/**
 * Puts rows into a table, replaces and removes them, with everything that hangs on it, in SQLite's order: generated
 * columns, NOT NULL, CHECK, keys, foreign keys, triggers. Rows are as they are stored: slot by slot, REALs of REAL
 * columns unboxed.
 */
import { SqlError } from '@dotdo/shared-types';
import type { ColumnInfo, ConflictAction, IndexInfo, TableInfo } from '../catalog/schema.ts';
import { normalizeInteger, Real, type Cell } from '../codec/cell.ts';
import { sameCell, type Conflict, type Row } from '../txn/index.ts';
import { rowBinding } from './binding.ts';
import type { Condition, Eval } from './frame.ts';
import { ForeignKeys } from './foreign-keys.ts';
import { applyAffinity, typeName } from './functions/values.ts';
import { Triggers } from './triggers.ts';
import type { Writer } from './writer.ts';

const ROWID_MAX = 2n ** 63n - 1n;
const RANDOM_ROWIDS = 100;

/** What an INSERT or UPDATE says about conflicts. */
export interface Terms {
  /** OR …; null without. */
  readonly conflict: ConflictAction | null;
  /** ON CONFLICT clauses: false goes on with the conflict action, true has dealt with the row. */
  readonly upsert?: ((conflict: Row, index: IndexInfo | null, row: Row) => boolean) | undefined;
  /** Told of each row that was written, before AFTER triggers. */
  readonly written?: ((row: Row) => void) | undefined;
}

interface Generated {
  readonly column: ColumnInfo;
  readonly value: Eval;
}

export class TableWriter {
  readonly table: TableInfo;
  readonly writer: Writer;
  readonly triggers: Triggers;
  readonly foreignKeys: ForeignKeys;
  readonly reals: readonly boolean[];
  /** Cells of a stored row. */
  readonly width: number;
  readonly #indexes = new Map<number, IndexInfo>();
  readonly #required: readonly ColumnInfo[];
  readonly #strict: readonly ColumnInfo[];
  #generated: Generated[] | undefined;
  #checks: { fails: Condition; name: string }[] | undefined;
  readonly #defaults = new Map<ColumnInfo, Eval>();

  constructor(writer: Writer, table: TableInfo) {
    this.writer = writer;
    this.table = table;
    this.reals = table.storage.tree.real;
    this.width = this.reals.length;
    this.triggers = new Triggers(writer, table);
    this.foreignKeys = new ForeignKeys(writer, table);
    for (const index of table.indexes) {
      const tree = table.storage.indexes[index.ordinal];
      if (tree !== undefined) this.#indexes.set(tree.spec.id, index);
    }
    this.#required = table.columns.filter((column, i) => column.notNull && i !== table.rowidColumn);
    this.#strict = table.strict
      ? table.columns.filter((column) => column.slot >= 0 && column.strictType !== 'ANY')
      : [];
  }

  /** A change of one row is by itself a statement: nothing else hangs on it. */
  get isPlain(): boolean {
    return this.table.triggers.length === 0 && !this.writer.foreignKeys && !this.table.autoincrement;
  }

  /** A constraint says ON CONFLICT REPLACE. */
  get mayReplace(): boolean {
    const { rowidConflict, indexes } = this.table;
    return rowidConflict === 'REPLACE' || indexes.some(({ conflict }) => conflict === 'REPLACE');
  }

  /** The value as the column stores it. */
  coerce(cell: Cell, column: ColumnInfo): Cell {
    if (cell === null) return null;
    const { affinity } = column;
    if (affinity === 'REAL') {
      const real = applyAffinity(cell, affinity);
      return real instanceof Real ? real.value : real;
    }
    if (
      typeof cell === 'string'
        ? affinity === 'TEXT'
        : typeof cell === 'number' && affinity !== 'TEXT' && Number.isSafeInteger(cell)
    )
      return cell;
    return applyAffinity(cell, affinity);
  }

  /** Value of DEFAULT, as the column stores it. */
  defaultOf(column: ColumnInfo): Cell {
    if (column.defaultSql === null) return null;
    let value = this.#defaults.get(column);
    if (value === undefined)
      this.#defaults.set(column, (value = rowBinding(this.writer, null).expr(column.defaultSql)));
    return this.coerce(value(this.writer.rowFrame), column);
  }

  /** The key under which a row is stored. */
  keyOf(row: Row): Cell[] {
    return this.table.storage.keyOf(row);
  }

  /** The row with a key, now. */
  find(key: Row): Cell[] | undefined {
    return this.writer.session.read(this.table.storage).tree.get(key);
  }

  insert(row: Cell[], terms: Terms): boolean {
    const { writer, table, triggers } = this;
    if (triggers.has('BEFORE', 'INSERT')) {
      this.#generate(row);
      const isOpen = !table.withoutRowid && row[0] === null;
      if (isOpen) row[0] = -1; // as OLD and NEW show a rowid that is not known yet
      if (!triggers.fire('BEFORE', 'INSERT', null, row)) return false;
      if (isOpen) row[0] = null;
    }
    if (!table.withoutRowid) this.#setRowid(row);
    if (!this.#check(row, terms)) return false;
    for (;;) {
      const conflict = writer.session.insert(table.storage, row);
      if (conflict === undefined) break;
      if (!this.#resolve(conflict, row, terms)) return false;
    }
    if (!table.withoutRowid) {
      writer.lastInsertRowid = row[0] as number | bigint;
      if (table.autoincrement) this.#noteSequence(row[0] as number | bigint);
    }
    writer.totalChanges++;
    if (writer.foreignKeys) this.foreignKeys.inserted(row);
    terms.written?.(row);
    triggers.fire('AFTER', 'INSERT', null, row);
    return true;
  }

  /** Replaces the row `before`; `set` are the columns that are assigned. `after` may still change. */
  update(before: Row, after: Cell[], set: readonly number[], terms: Terms): boolean {
    const { writer, table, triggers } = this;
    let old = before;
    if (triggers.has('BEFORE', 'UPDATE')) {
      this.#generate(after);
      if (!triggers.fire('BEFORE', 'UPDATE', old, after, set)) return false;
      const found = this.find(this.keyOf(before));
      if (found === undefined) return false;
      // Columns that are not assigned keep what the trigger has given them.
      for (let slot = 0; slot < found.length; slot++) {
        if (!set.some((column) => table.columns[column]?.slot === slot)) after[slot] = found[slot] as Cell;
      }
      old = found;
    }
    if (!table.withoutRowid) this.#setRowid(after);
    if (!this.#check(after, terms)) return false;
    if (writer.foreignKeys) this.foreignKeys.updating(old, after);
    for (;;) {
      const conflict = writer.session.update(table.storage, old, after);
      if (conflict === undefined) break;
      if (!this.#resolve(conflict, after, terms)) return false;
    }
    writer.totalChanges++;
    if (writer.foreignKeys) this.foreignKeys.updated(old, after);
    terms.written?.(after);
    triggers.fire('AFTER', 'UPDATE', old, after, set);
    return true;
  }

  delete(row: Row, written?: (row: Row) => void): boolean {
    const { triggers } = this;
    let old = row;
    if (triggers.has('BEFORE', 'DELETE')) {
      if (!triggers.fire('BEFORE', 'DELETE', old, null)) return false;
      const found = this.find(this.keyOf(row));
      if (found === undefined) return false;
      old = found;
    }
    this.#remove(old);
    written?.(old);
    triggers.fire('AFTER', 'DELETE', old, null);
    return true;
  }

  #remove(row: Row): void {
    const { writer } = this;
    if (writer.foreignKeys) this.foreignKeys.deleting(row);
    writer.session.delete(this.table.storage, row);
    writer.totalChanges++;
    if (writer.foreignKeys) this.foreignKeys.deleted(row);
  }

  /** What happens to a row in the way of `row`: true when the change is to be tried again. */
  #resolve(conflict: Conflict, row: Row, terms: Terms): boolean {
    const { writer, table } = this;
    const own = table.indexes.find((index) => index.ordinal < 0);
    const index = (conflict.index === undefined ? own : this.#indexes.get(conflict.index.id)) ?? null;
    if (terms.upsert?.(conflict.row, index, row) === true) return false;
    const action = terms.conflict ?? (index === null ? table.rowidConflict : index.conflict) ?? 'ABORT';
    if (action === 'IGNORE') return false;
    if (action !== 'REPLACE') return writer.fail(action, this.#uniqueError(index));
    const { totalChanges } = writer;
    if (writer.recursiveTriggers) this.delete(conflict.row);
    else this.#remove(conflict.row);
    if (table.triggers.length === 0) writer.totalChanges = totalChanges; // replaced rows do not count
    return true;
  }

  #uniqueError(index: IndexInfo | null): SqlError {
    const { name, columns, rowidColumn } = this.table;
    const title = (column: number): string => `${name}.${columns[column]?.name ?? 'rowid'}`;
    const places = index === null ? [rowidColumn] : index.columns.map(({ column }) => column);
    const what = places.includes(-2) ? `index '${index?.name}'` : places.map(title).join(', ');
    const isPrimary = index === null || index.origin === 'pk';
    return new SqlError(isPrimary ? 'PRIMARY_KEY_VIOLATION' : 'UNIQUE_VIOLATION', `UNIQUE constraint failed: ${what}`);
  }

  /** Generated columns, NOT NULL, types, CHECK. False: the row is left out. */
  #check(row: Cell[], terms: Terms): boolean {
    const { writer, table } = this;
    this.#generate(row);
    for (const column of this.#required) {
      if (this.#value(row, column) !== null) continue;
      let action = terms.conflict ?? column.notNullConflict ?? 'ABORT';
      if (action === 'REPLACE') {
        const value = this.defaultOf(column);
        if (value !== null) {
          row[column.slot] = value;
          this.#generate(row);
          continue;
        }
        action = 'ABORT';
      }
      if (action === 'IGNORE') return false;
      writer.fail(
        action,
        new SqlError('NOT_NULL_VIOLATION', `NOT NULL constraint failed: ${table.name}.${column.name}`),
      );
    }
    for (const column of this.#strict) {
      const cell = row[column.slot] as Cell;
      if (cell === null || fits(cell, column)) continue;
      const type = typeof cell === 'number' && this.reals[column.slot] ? 'REAL' : typeName(cell).toUpperCase();
      const what = `cannot store ${type} value in ${column.strictType} column ${table.name}.${column.name}`;
      throw new SqlError('DATATYPE_VIOLATION', what);
    }
    if (table.checks.length === 0) return true;
    const frame = this.#standAt(row);
    for (const check of (this.#checks ??= this.#bindChecks())) {
      if (!check.fails(frame)) continue;
      if (terms.conflict === 'IGNORE') return false;
      const error = new SqlError('CHECK_VIOLATION', `CHECK constraint failed: ${check.name}`);
      writer.fail(terms.conflict ?? 'ABORT', error);
    }
    return true;
  }

  #bindChecks(): { fails: Condition; name: string }[] {
    const binding = rowBinding(this.writer, this.table);
    return this.table.checks.map(({ name, sql }) => ({
      fails: binding.condition(`NOT (${sql})`),
      name: name ?? sql,
    }));
  }

  #generate(row: Cell[]): void {
    if (!this.table.columns.some((column) => column.generated !== null)) return;
    this.#generated ??= this.#bindGenerated();
    const frame = this.#standAt(row);
    for (const { column, value } of this.#generated) row[column.slot] = this.coerce(value(frame), column);
  }

  /** STORED columns, each after those it reads. */
  #bindGenerated(): Generated[] {
    const binding = rowBinding(this.writer, this.table);
    const columns = this.table.columns.filter((column) => column.generated?.stored);
    const all = columns.map((column) => ({ column, value: binding.expr(column.generated?.sql as string) }));
    const order: Generated[] = [];
    const visit = (item: Generated, path: readonly Generated[]): void => {
      if (order.includes(item) || path.includes(item)) return;
      const sql = ` ${item.column.generated?.sql.toLowerCase()} `;
      for (const other of all) {
        if (sql.includes(other.column.name.toLowerCase())) visit(other, [...path, item]);
      }
      order.push(item);
    };
    for (const item of all) visit(item, []);
    return order;
  }

  /** Of any column, VIRTUAL ones included. */
  #value(row: Cell[], column: ColumnInfo): Cell {
    if (column.slot >= 0) return row[column.slot] as Cell;
    const value = rowBinding(this.writer, this.table).expr(column.generated?.sql as string);
    return value(this.#standAt(row));
  }

  #standAt(row: Row): Writer['rowFrame'] {
    const { rowFrame } = this.writer;
    rowFrame.source(0).setCells(row);
    return rowFrame;
  }

  /** @throws {SqlError} TYPE_MISMATCH, ROWID_EXHAUSTED */
  #setRowid(row: Cell[]): void {
    const cell = row[0] as Cell;
    if (typeof cell === 'number' && Number.isSafeInteger(cell)) return;
    if (cell === null) {
      row[0] = this.#nextRowid();
      return;
    }
    const rowid = applyAffinity(cell, 'INTEGER');
    if (typeof rowid !== 'bigint' && !Number.isSafeInteger(rowid)) {
      throw new SqlError('TYPE_MISMATCH', 'datatype mismatch');
    }
    row[0] = rowid;
  }

  #nextRowid(): number | bigint {
    const { tree } = this.writer.session.read(this.table.storage);
    const cursor = tree.cursor();
    let last = cursor.last() ? (cursor.value(0) as number | bigint) : 0;
    if (last < 0) last = 0;
    if (this.table.autoincrement) {
      const used = this.#sequence()?.[2] as number | bigint | null | undefined;
      if (typeof used !== 'string' && (used ?? 0) > last) last = used as number | bigint;
      if (BigInt(last) === ROWID_MAX) throw new SqlError('ROWID_EXHAUSTED', 'database or disk is full');
    }
    if (typeof last === 'number' && last < Number.MAX_SAFE_INTEGER) return last + 1;
    if (BigInt(last) < ROWID_MAX) return normalizeInteger(BigInt(last) + 1n);
    for (let i = 0; i < RANDOM_ROWIDS; i++) {
      const rowid = Math.floor(Math.random() * Number.MAX_SAFE_INTEGER) + 1;
      if (!tree.findInteger(rowid)) return rowid;
    }
    throw new SqlError('ROWID_EXHAUSTED', 'database or disk is full');
  }

  /** The row of sqlite_sequence for this table. */
  #sequence(): Cell[] | undefined {
    const { session, catalog } = this.writer;
    const table = catalog.table('sqlite_sequence') as TableInfo;
    const cursor = session.read(table.storage).tree.cursor();
    for (let more = cursor.first(); more; more = cursor.next()) {
      if (cursor.value(1) === this.table.name) return cursor.row();
    }
    return undefined;
  }

  #noteSequence(rowid: number | bigint): void {
    const { session, catalog } = this.writer;
    const { storage } = catalog.table('sqlite_sequence') as TableInfo;
    const before = this.#sequence();
    if (before === undefined) {
      const cursor = session.read(storage).tree.cursor();
      const last = cursor.last() ? (cursor.value(0) as number) : 0;
      session.insert(storage, [last + 1, this.table.name, rowid < 0 ? 0 : rowid]);
    } else if ((before[2] as number | bigint) < rowid) {
      session.update(storage, before, [before[0] as Cell, this.table.name, rowid]);
    }
  }
}

/** Whether a STRICT column may hold a value. */
function fits(cell: Cell, { strictType, affinity }: ColumnInfo): boolean {
  switch (strictType) {
    case 'TEXT':
      return typeof cell === 'string';
    case 'BLOB':
      return cell instanceof Uint8Array;
    case 'REAL':
      return typeof cell === 'number';
    default:
      return affinity === 'INTEGER' && typeName(cell) === 'integer';
  }
}

/** Whether any of some slots differ. */
export function differs(a: Row, b: Row, slots: readonly number[]): boolean {
  return slots.some((slot) => !sameCell(a[slot] as Cell, b[slot] as Cell));
}
