/**
 * One session: at most one transaction at a time, and statements of their own outside it. A write goes
 *   autocommit, nobody else open → shared trees → log                            (nothing else)
 *   transaction, the only one    → shared trees, undo log       → log at COMMIT
 *   private transaction          → forks, undo log as write set → check, log, swap or replay at COMMIT
 * Transactions and locks are in control.ts.
 */
import { SqlError } from '@dotdo/shared-types';
import type { Tree } from '../btree/index.ts';
import { IMPLICIT, SessionControl } from './control.ts';
import * as ddl from './ddl.ts';
import { WRITE_GATE, type LockRequest } from './sole.ts';
import type { Conflict, IndexTree, Row, Table } from './table.ts';
import { Transaction } from './transaction.ts';

export class TxnSession extends SessionControl {
  /**
   * Inserts a row, which the storage keeps: do not change it. Answers with the row that is in the way, if one is;
   * then nothing has changed.
   * @throws {SqlError} READ_ONLY, BUSY, TX_ABORTED, WRITE_CONFLICT
   */
  insert(table: Table, row: Row): Conflict | undefined {
    const target = table.live && this.#isOpen() ? table : this.#target(table.id);
    if (target.preservedAt !== this.core.views.epoch && target.live) this.core.views.preserve(target);
    let conflict: Conflict | undefined;
    try {
      conflict = target.insert(row);
    } catch (error) {
      throw this.core.caught(target, error);
    }
    if (conflict !== undefined) return conflict;
    if (this.transaction !== undefined) this.undo.push(target, undefined, row);
    else this.#log(target, undefined, row);
    return undefined;
  }

  /**
   * Replaces the row `before`, which must be there exactly so; otherwise as `insert`. It costs least right after the
   * row was found in `tree(table)`, which is then not searched again, and with an `after` that is a copy of `before`:
   * columns whose cells are the same in both are not touched.
   */
  update(table: Table, before: Row, after: Row): Conflict | undefined {
    const target = table.live && this.#isOpen() ? table : this.#target(table.id);
    if (target.preservedAt !== this.core.views.epoch && target.live) this.core.views.preserve(target);
    let conflict: Conflict | undefined;
    try {
      conflict = target.update(before, after);
    } catch (error) {
      throw this.core.caught(target, error);
    }
    if (conflict !== undefined) return conflict;
    if (this.transaction !== undefined) this.undo.push(target, before, after);
    else this.#log(target, before, after);
    return undefined;
  }

  /** Deletes the row `before`, which must be there exactly so; otherwise as `update`. */
  delete(table: Table, before: Row): void {
    const target = table.live && this.#isOpen() ? table : this.#target(table.id);
    if (target.preservedAt !== this.core.views.epoch && target.live) this.core.views.preserve(target);
    try {
      target.delete(before);
    } catch (error) {
      throw this.core.caught(target, error);
    }
    if (this.transaction !== undefined) this.undo.push(target, before, undefined);
    else this.#log(target, before, undefined);
  }

  /** Logs and publishes a change outside a transaction. */
  #log(table: Table, before: Row | undefined, after: Row | undefined): void {
    const core = this.core;
    const { wal } = core;
    try {
      wal.begin(core.now());
      if (before === undefined) wal.insert(table.wal, after as Row);
      else if (after === undefined) wal.delete(table.wal, before);
      else wal.update(table.wal, before, after);
      wal.commit();
    } catch (error) {
      throw core.fail(error);
    }
    if (this.waited !== undefined) this.releaseWaited();
    core.committed();
  }

  /** A live table may be written as it is: nobody else is open, and this session's transaction neither reads only nor ended. */
  #isOpen(): boolean {
    const { transaction } = this;
    return transaction === undefined ? this.core.free : transaction.isInPlace && !transaction.terms.readOnly;
  }

  /** The table object that this session may write now; takes locks that come at once. */
  #target(id: number): Table {
    const core = this.core;
    this.check();
    const transaction = this.transaction;
    if (transaction === undefined) {
      core.settle();
      if (core.locks.active) {
        const owner = this.waitedOwner() ?? new Transaction(core, IMPLICIT, this.undo);
        const requests: LockRequest[] = [
          { resource: WRITE_GATE, mode: 'SHARED' },
          { resource: id, mode: 'EXCLUSIVE' },
        ];
        if (!requests.every((request) => core.locks.available(owner, request))) throw busy();
      }
      return existing(core.tables.get(id), id);
    }
    transaction.checkActive();
    if (transaction.terms.readOnly) throw new SqlError('READ_ONLY', 'the transaction only reads');
    if (transaction.view === undefined) return existing(core.tables.get(id), id);
    this.#touch(transaction, id, transaction.writeTables, [
      { resource: WRITE_GATE, mode: 'SHARED' },
      { resource: id, mode: 'RESERVED' },
    ]);
    return existing(transaction.view.fork(id), id);
  }

  /** First touch of a table by a private transaction: locks it, if the level does, and brings the view up to date. */
  #touch(transaction: Transaction, id: number, seen: Set<number>, requests: readonly LockRequest[]): void {
    if (transaction.statements.length === 0) this.refresh(transaction);
    if (seen.has(id)) return;
    if (transaction.terms.rules.locks) {
      if (!this.core.locks.take(transaction, requests)) throw busy();
      this.refresh(transaction);
    }
    seen.add(id);
  }

  /** Table by name, as this session sees it; undefined when there is none. */
  table(name: string): Table | undefined {
    this.check();
    this.#readable();
    return (this.transaction?.tables ?? this.core.tables).named(name);
  }

  /**
   * The table to read now: rows that this session wrote, and the committed ones that its level shows. Good until the
   * end of the statement.
   * @throws {SqlError} BUSY when a SERIALIZABLE transaction would have to wait, NO_SUCH_TABLE, TX_ABORTED
   */
  read(table: Table): Table {
    const transaction = this.transaction;
    if (table.live && (transaction === undefined ? this.core.free : transaction.isInPlace)) {
      if (transaction === undefined || table.readBy === transaction.age) return table;
      table.readBy = transaction.age;
    }
    this.check();
    this.#readable();
    const { id } = table;
    if (transaction === undefined) return existing(this.core.tables.get(id), id);
    if (transaction.view === undefined) {
      transaction.readTables.add(id);
      return existing(this.core.tables.get(id), id);
    }
    this.#touch(transaction, id, transaction.readTables, [{ resource: id, mode: 'SHARED' }]);
    return existing(transaction.view.fork(id), id);
  }

  /** Tree of the table's rows; see `read`. */
  tree(table: Table): Tree {
    return this.read(table).tree;
  }

  /** Tree of the table's `index`-th index; see `read`. */
  indexTree(table: Table, index: number): Tree {
    return (this.read(table).indexes[index] as IndexTree).tree;
  }

  /** REPEATABLE_READ: a row with this key was read, or looked for; it must not change before the commit. */
  noteRead(table: Table, key: Row): void {
    this.transaction?.noteRead(table, key.length === table.keyColumns ? key : table.keyOf(key));
  }

  #readable(): void {
    const transaction = this.transaction;
    if (transaction === undefined) this.core.settle();
    else transaction.checkActive();
  }

  /** Adds a table; the text is for the schema loader. @throws {SqlError} TABLE_EXISTS */
  createTable(name: string, text: string): Table {
    return this.statement(() => ddl.createTable(this.#schemaWriter(), name, text));
  }

  /** Adds an index, built from the table's rows; returns the table with it. @throws {SqlError} INDEX_EXISTS, UNIQUE_VIOLATION */
  createIndex(table: Table, name: string, text: string): Table {
    return this.statement(() => ddl.createIndex(this.#schemaWriter(), table, name, text));
  }

  /** Gives a table another name and text; see `ddl.changeTable`. @throws {SqlError} TABLE_EXISTS */
  changeTable(table: Table, to: ddl.TableChange): Table {
    return this.statement(() => ddl.changeTable(this.#schemaWriter(), table, to));
  }

  /** Removes a table with its indexes. */
  dropTable(table: Table): void {
    this.statement(() => ddl.dropTable(this.#schemaWriter(), table));
  }

  /** Removes an index; returns the table without it. @throws {SqlError} NO_SUCH_INDEX */
  dropIndex(table: Table, name: string): Table {
    return this.statement(() => ddl.dropIndex(this.#schemaWriter(), table, name));
  }

  #schemaWriter(): ddl.SchemaWriter {
    const core = this.core;
    const target = (id: number): Table => {
      const table = this.#target(id);
      if (table.live && table.preservedAt !== core.views.epoch) core.views.preserve(table);
      return table;
    };
    return { core, transaction: this.transaction as Transaction, target };
  }
}

function busy(): SqlError {
  return new SqlError('BUSY', 'another transaction holds a lock on the table');
}

function existing(table: Table | undefined, id: number): Table {
  if (table === undefined) throw new SqlError('NO_SUCH_TABLE', `table ${id} was dropped`);
  return table;
}
