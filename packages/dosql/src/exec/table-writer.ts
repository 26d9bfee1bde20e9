/**
 * Puts rows into a table, replaces and removes them, with everything that hangs on it, in SQLite's order: generated
 * columns, NOT NULL, CHECK, keys, foreign keys, triggers. Rows are as they are stored: slot by slot, REALs of REAL
 * columns unboxed.
 */
import { SqlError } from '@dotdo/shared-types';
import type { ColumnInfo, ConflictAction, IndexInfo, TableInfo } from '../catalog/schema.ts';
import { Real, type Cell } from '../codec/cell.ts';
import { sameCell, type Conflict, type Row } from '../txn/index.ts';
import { rowBinding } from './binding.ts';
import type { Condition, Eval } from './frame.ts';
import { ForeignKeys } from './foreign-keys.ts';
import { applyAffinity, typeName } from './functions/values.ts';
import { Rowids } from './rowids.ts';
import { Triggers } from './triggers.ts';
import type { Writer } from './writer.ts';

/** More than there are ON CONFLICT clauses. */
const UPSERTS_MAX = 1e6;

/** What an INSERT or UPDATE says about conflicts. */
export interface Terms {
  /** OR …; null without. */
  readonly conflict: ConflictAction | null;
  /** ON CONFLICT clauses: false goes on with the conflict action, true has dealt with the row. */
  readonly upsert?: ((conflict: Row, index: IndexInfo | null, row: Row) => boolean) | undefined;
  /** In which place among them a key is checked; −1: after them. */
  readonly upsertPlace?: ((index: IndexInfo | null) => number) | undefined;
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
  readonly rowids: Rowids;
  readonly reals: readonly boolean[];
  /** Cells of a stored row. */
  readonly width: number;
  readonly #indexes = new Map<number, IndexInfo>();
  readonly #required: readonly ColumnInfo[];
  readonly #strict: readonly ColumnInfo[];
  readonly #hasGenerated: boolean;
  /** Types are checked after the rowid. */
  readonly #isLate: boolean;
  /** There is something to check or to compute before a row is stored. */
  readonly #isChecked: boolean;
  readonly #hasTriggers: boolean;
  /** Several keys may be in a row's way. */
  readonly #isKeyed: boolean;
  /** A constraint says ON CONFLICT REPLACE. */
  readonly mayReplace: boolean;
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
    this.rowids = new Rowids(writer, table);
    for (const index of table.indexes) {
      const tree = table.storage.indexes[index.ordinal];
      if (tree !== undefined) this.#indexes.set(tree.spec.id, index);
    }
    // generated columns may get a value by the default of another
    this.#required = table.columns
      .filter((column, i) => column.notNull && i !== table.rowidColumn)
      .sort((a, b) => Number(a.generated !== null) - Number(b.generated !== null));
    this.#strict = table.strict
      ? table.columns.filter((column) => column.slot >= 0 && column.strictType !== 'ANY')
      : [];
    this.#hasGenerated = table.columns.some((column) => column.generated !== null);
    this.#isChecked =
      this.#hasGenerated || this.#required.length > 0 || this.#strict.length > 0 || table.checks.length > 0;
    this.#isLate = this.#strict.length > 0 && !table.withoutRowid && !this.#hasGenerated && table.checks.length === 0;
    this.#hasTriggers = table.triggers.length > 0;
    this.#isKeyed = table.indexes.filter(({ unique }) => unique).length + (table.withoutRowid ? 0 : 1) > 1;
    this.mayReplace = table.rowidConflict === 'REPLACE' || table.indexes.some(({ conflict }) => conflict === 'REPLACE');
  }

  /** A change of one row is by itself a statement: nothing else hangs on it. */
  get isPlain(): boolean {
    return !this.#hasTriggers && !this.writer.foreignKeys && !this.table.autoincrement;
  }

  /** The value as the column stores it. */
  coerce(cell: Cell, column: ColumnInfo): Cell {
    if (cell === null) return null;
    const { affinity } = column;
    if (affinity === 'REAL') {
      if (typeof cell === 'number') return cell + 0; // −0.0 is kept as 0
      const real = applyAffinity(cell, affinity);
      return real instanceof Real ? real.value + 0 : real;
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

  /** The row with a rowid, now. */
  findInteger(rowid: number): Cell[] | undefined {
    const { tree } = this.writer.session.read(this.table.storage);
    return tree.findInteger(rowid) ? tree.row() : undefined;
  }

  insert(row: Cell[], terms: Terms): boolean {
    const { writer, table, triggers } = this;
    if (this.#hasTriggers && triggers.has('BEFORE', 'INSERT')) {
      this.#generate(row);
      this.#checkTypes(row);
      const isOpen = !table.withoutRowid && row[0] === null;
      if (isOpen) row[0] = -1; // as OLD and NEW show a rowid that is not known yet
      if (!triggers.fire('BEFORE', 'INSERT', null, row)) return false;
      if (isOpen) row[0] = null;
    }
    if (!table.withoutRowid) this.rowids.set(row);
    if (table.autoincrement) this.rowids.note(row[0] as number | bigint);
    if (this.#isChecked && !this.#check(row, terms)) return false;
    if (this.#isLate && !this.#checkLate(row, terms, undefined)) return false;
    let passed: number | undefined = -Infinity;
    for (;;) {
      const conflict = writer.session.insert(table.storage, row);
      if (conflict === undefined) break;
      passed = this.#resolve(conflict, row, terms, undefined, passed);
      if (passed === undefined) return false;
    }
    if (!table.withoutRowid) {
      writer.lastInsertRowid = row[0] as number | bigint;
    }
    writer.count++;
    if (writer.foreignKeys) this.foreignKeys.inserted(row);
    terms.written?.(row);
    if (this.#hasTriggers) triggers.fire('AFTER', 'INSERT', null, row);
    return true;
  }

  /** Replaces the row `before`; `set` are the columns that are assigned. `after` may still change. */
  update(before: Row, after: Cell[], set: readonly number[], terms: Terms): boolean {
    const { writer, table, triggers } = this;
    let old = before;
    if (this.#hasTriggers && triggers.has('BEFORE', 'UPDATE')) {
      this.#generate(after);
      this.#checkTypes(after);
      if (!triggers.fire('BEFORE', 'UPDATE', old, after, set)) return false;
      const found = this.find(this.keyOf(before));
      if (found === undefined) return false;
      // Columns that are not assigned keep what the trigger has given them.
      for (let slot = 0; slot < found.length; slot++) {
        if (!set.some((column) => table.columns[column]?.slot === slot)) after[slot] = found[slot] as Cell;
      }
      old = found;
    }
    if (!table.withoutRowid) this.rowids.set(after);
    if (this.#isChecked && !this.#check(after, terms)) return false;
    if (this.#isLate && !this.#checkLate(after, terms, old)) return false;
    if (writer.foreignKeys) {
      // RESTRICT does not look at a row that is left as it is.
      const isIgnoring = terms.conflict === 'IGNORE' && this.foreignKeys.isParent;
      const [found] = isIgnoring ? writer.session.read(table.storage).conflicts(after, old) : [];
      if (found !== undefined && this.#resolve(found, after, terms, old, -Infinity) === undefined) return false;
      this.foreignKeys.updating(old, after);
    }
    let passed: number | undefined = -Infinity;
    for (;;) {
      const conflict = writer.session.update(table.storage, old, after);
      if (conflict === undefined) break;
      passed = this.#resolve(conflict, after, terms, old, passed);
      if (passed === undefined) return false;
      if (this.find(this.keyOf(old)) === undefined) throw new SqlError('CHECK_VIOLATION', 'constraint failed');
    }
    writer.count++;
    if (writer.foreignKeys) this.foreignKeys.updated(old, after);
    terms.written?.(after);
    if (this.#hasTriggers) triggers.fire('AFTER', 'UPDATE', old, after, set);
    return true;
  }

  delete(row: Row, written?: (row: Row) => void): boolean {
    const { triggers } = this;
    let old = row;
    if (this.#hasTriggers && triggers.has('BEFORE', 'DELETE')) {
      if (!triggers.fire('BEFORE', 'DELETE', old, null)) return false;
      const found = this.find(this.keyOf(row));
      if (found === undefined) return false;
      old = found;
    }
    this.#remove(old);
    written?.(old);
    if (this.#hasTriggers) triggers.fire('AFTER', 'DELETE', old, null);
    return true;
  }

  #remove(row: Row): void {
    const { writer } = this;
    if (writer.foreignKeys) this.foreignKeys.deleting(row);
    writer.session.delete(this.table.storage, row);
    writer.count++;
    if (writer.foreignKeys) this.foreignKeys.deleted(row);
  }

  /**
   * What happens to a row in the way of `row`. A row that is then in the way of a key passed before comes from a trigger.
   * @param passed rank of the last key whose row has been deleted
   * @returns that of this one: the change is to be tried again; undefined: it is left out
   */
  #resolve(found: Conflict, row: Row, terms: Terms, before: Row | undefined, passed: number): number | undefined {
    const { writer } = this;
    const all = this.#isKeyed ? writer.session.read(this.table.storage).conflicts(row, before) : [found];
    let first: Conflict | undefined;
    let rank = Infinity;
    for (const conflict of all) {
      const other = this.#rank(this.#indexOf(conflict), terms);
      if (other <= passed || other > rank) continue;
      first = conflict;
      rank = other;
    }
    if (first === undefined) return writer.fail('ABORT', this.#uniqueError(this.#indexOf(found)));
    const index = this.#indexOf(first);
    if (terms.upsert?.(first.row, index, row) === true) return undefined;
    const action = this.#actionOf(index, terms);
    if (action === 'IGNORE') return undefined;
    if (action !== 'REPLACE') return writer.fail(action, this.#uniqueError(index));
    const { count } = writer;
    try {
      if (writer.recursiveTriggers) this.delete(first.row);
      else this.#remove(first.row);
    } finally {
      writer.count = count; // replaced rows do not count
    }
    return rank;
  }

  #actionOf(index: IndexInfo | null, { conflict }: Terms): ConflictAction {
    return conflict ?? (index === null ? this.table.rowidConflict : index.conflict) ?? 'ABORT';
  }

  /**
   * Place of a key in the order in which SQLite checks them: those that upserts name, the rowid, the newest index first.
   * Indexes that are declared to replace come last, and after them the rowid if it is, unless the statement has an action
   * of its own.
   */
  #rank(index: IndexInfo | null, terms: Terms): number {
    const { indexes, rowidConflict } = this.table;
    const upsert = terms.upsertPlace?.(index) ?? -1;
    if (upsert >= 0) return upsert - UPSERTS_MAX;
    if (index === null) return rowidConflict === 'REPLACE' && terms.conflict === null ? indexes.length * 3 : 0;
    const place = indexes.length - indexes.indexOf(index);
    return index.conflict === 'REPLACE' ? indexes.length + place : place;
  }

  /** The index of a conflict; null: the rowid. */
  #indexOf({ index }: Conflict): IndexInfo | null {
    if (index !== undefined) return this.#indexes.get(index.id) ?? null;
    return this.table.indexes.find(({ ordinal }) => ordinal < 0) ?? null;
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
    if (!this.#isLate) this.#checkTypes(row);
    if (table.checks.length === 0 || writer.ignoreChecks) return true;
    const frame = this.#standAt(row);
    for (const check of (this.#checks ??= this.#bindChecks())) {
      if (!check.fails(frame)) continue;
      if (terms.conflict === 'IGNORE') return false;
      const error = new SqlError('CHECK_VIOLATION', `CHECK constraint failed: ${check.name}`);
      writer.fail(terms.conflict ?? 'ABORT', error);
    }
    return true;
  }

  /** Types, where a rowid that is there already comes first. False: that has dealt with the row. */
  #checkLate(row: Row, terms: Terms, before: Row | undefined): boolean {
    if (this.#strict.every((column) => row[column.slot] === null || fits(row[column.slot] as Cell, column)))
      return true;
    const rank = this.#rank(null, terms);
    const all = this.writer.session.read(this.table.storage).conflicts(row, before);
    const found = all.find((conflict) => this.#indexOf(conflict) === null);
    const isFirst = this.table.indexes.every((index) => this.#rank(index, terms) > rank);
    if (found !== undefined && isFirst && this.#resolve(found, row, terms, before, -Infinity) === undefined)
      return false;
    this.#checkTypes(row);
    return true;
  }

  /** Of STRICT tables. */
  #checkTypes(row: Row): void {
    const { table } = this;
    for (const column of this.#strict) {
      const cell = row[column.slot] as Cell;
      if (cell === null || fits(cell, column)) continue;
      const type = typeof cell === 'number' && this.reals[column.slot] ? 'REAL' : typeName(cell).toUpperCase();
      const what = `cannot store ${type} value in ${column.strictType} column ${table.name}.${column.name}`;
      throw new SqlError('DATATYPE_VIOLATION', what);
    }
  }

  #bindChecks(): { fails: Condition; name: string }[] {
    const binding = rowBinding(this.writer, this.table, 'a CHECK constraint');
    return this.table.checks.map(({ name, sql }) => ({
      fails: binding.condition(`NOT (${sql})`),
      name: name ?? sql,
    }));
  }

  #generate(row: Cell[]): void {
    if (!this.#hasGenerated) return;
    this.#generated ??= this.#bindGenerated();
    const frame = this.#standAt(row);
    for (const { column, value } of this.#generated) {
      const cell = value(frame);
      if (column.slot >= 0) row[column.slot] = this.coerce(cell, column);
    }
  }

  /** Each after those it reads; of VIRTUAL columns those that may fail, which has to show when a row is written. */
  #bindGenerated(): Generated[] {
    const binding = rowBinding(this.writer, this.table, 'a generated column');
    const columns = this.table.columns.filter(
      ({ generated }) => generated !== null && (generated.stored || generated.sql.includes('(')),
    );
    const all = columns.map((column) => ({ column, value: binding.expr(column.generated?.sql as string) }));
    const order: Generated[] = [];
    const visit = (item: Generated, path: readonly Generated[]): void => {
      if (order.includes(item) || path.includes(item)) return;
      const sql = item.column.generated?.sql.toLowerCase() ?? '';
      const words = new Set(sql.split(/[^\p{L}\p{N}_$]+/u));
      for (const other of all) {
        const name = other.column.name.toLowerCase();
        if (words.has(name) || (/\W/.test(name) && sql.includes(name))) visit(other, [...path, item]);
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
