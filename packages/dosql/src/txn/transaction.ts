/**
 * One open transaction. It writes in one of two places:
 *   in place  into the shared trees, while it is the only one open; the undo log takes it back
 *   private   into forks that belong to its view; the undo log is the write set that commit checks and applies
 * The first kind becomes the second when somebody else comes: its tables are forked with its changes, and the changes
 * are taken back from the shared trees. So nobody ever sees uncommitted rows, and a transaction that is alone pays
 * for nothing but its undo log.
 */
import { SqlError, type TransactionMode } from '@dotdo/shared-types';
import { encodeKey } from '../codec/keycode.ts';
import { assert } from '../codec/assert.ts';
import type { Core } from './core.ts';
import type { IsolationRules } from './isolation.ts';
import type { Leased } from './lease.ts';
import { WRITE_GATE, type LockOwner, type LockRequest } from './sole.ts';
import type { Row, Table } from './table.ts';
import type { UndoLog } from './undo.ts';
import type { TableSet, View } from './version.ts';

/** A table put in place of another by a schema change. */
export interface SchemaChange {
  /** Length of the undo log before it. */
  readonly mark: number;
  readonly id: number;
  readonly table: Table | undefined;
  readonly fork: Table | undefined;
}

export interface Savepoint {
  readonly name: string;
  readonly mark: number;
}

export interface TransactionTerms {
  readonly rules: IsolationRules;
  readonly mode: TransactionMode;
  readonly readOnly: boolean;
  readonly leaseMs: number;
  readonly deadlineMs: number;
  /** A statement outside BEGIN … COMMIT. */
  readonly implicit: boolean;
}

export class Transaction implements LockOwner, Leased {
  readonly age: number;
  readonly terms: TransactionTerms;
  readonly undo: UndoLog;
  readonly savepoints: Savepoint[] = [];
  /** Marks of the statements that are running, the outermost first. */
  readonly statements: number[] = [];
  readonly changes: SchemaChange[] = [];
  /** Present while it is private. */
  view: View | undefined;
  /** Why it was ended from outside. */
  aborted: SqlError | undefined;
  /** Tables read so far, while it is in place; those locked, when it is private. */
  readonly readTables: Set<number> = new Set();
  readonly writeTables: Set<number> = new Set();
  usedAtMs: number;
  /** Checkpoints when the forks were taken. */
  checkpoints = 0;
  readonly #core: Core;
  readonly #reads = new Map<number, Map<string, Row>>();

  constructor(core: Core, terms: TransactionTerms, undo: UndoLog) {
    this.#core = core;
    this.age = ++core.age;
    this.terms = terms;
    this.undo = undo;
    this.usedAtMs = terms.leaseMs === Infinity ? 0 : core.clock();
  }

  /** Begins to write in place; nobody else may be open. */
  openInPlace(): void {
    assert(this.#core.writer === undefined, 'one transaction writes in place');
    this.#core.writer = this;
    if (!this.terms.implicit) this.#core.leases.add(this);
  }

  /** It writes into the shared trees and may go on. */
  get isInPlace(): boolean {
    const core = this.#core;
    return core.writer === this && core.usable && this.aborted === undefined;
  }

  /** Begins to write into forks. */
  openPrivate(): void {
    const core = this.#core;
    core.settle();
    this.view = core.views.open(core.moment(), this.terms.rules.validatesReads);
    this.checkpoints = core.checkpoints;
    core.privates++;
    if (!this.terms.implicit) core.leases.add(this);
  }

  /** See the head of this file. @throws {SqlError} BUSY when it has changed the schema, which cannot be moved */
  goPrivate(): void {
    const core = this.#core;
    if (this.endsAtMs() <= core.clock()) return this.expire();
    if (this.changes.length > 0) throw new SqlError('BUSY', 'another transaction is changing the schema');
    const { undo } = this;
    const forks = new Map<number, Table>();
    for (let at = 0; at < undo.length; at++) {
      const table = undo.tables[at] as Table;
      if (!forks.has(table.id)) forks.set(table.id, table.fork());
    }
    core.writer = undefined;
    const view = core.views.open(core.moment(), this.terms.rules.validatesReads);
    this.view = view;
    this.checkpoints = core.checkpoints;
    core.privates++;
    for (let at = undo.length - 1; at >= 0; at--) {
      const table = undo.tables[at] as Table;
      table.replay(undo.afters[at], undo.befores[at]);
      undo.tables[at] = forks.get(table.id) as Table;
    }
    for (const [id, fork] of forks) {
      const table = core.tables.get(id) as Table;
      fork.origin = table.version;
      view.keep(table, fork);
    }
    this.#takeOverLocks();
  }

  /** Locks for what was done in place, where none was needed; nobody else holds any. */
  #takeOverLocks(): void {
    const requests: LockRequest[] = [];
    if (this.terms.mode !== 'DEFERRED') requests.push({ resource: WRITE_GATE, mode: 'EXCLUSIVE' });
    const { undo } = this;
    for (let at = 0; at < undo.length; at++) this.writeTables.add((undo.tables[at] as Table).id);
    if (this.terms.rules.locks) {
      if (this.writeTables.size > 0) requests.push({ resource: WRITE_GATE, mode: 'SHARED' });
      for (const resource of this.readTables) requests.push({ resource, mode: 'SHARED' });
      for (const resource of this.writeTables) requests.push({ resource, mode: 'RESERVED' });
    }
    assert(this.#core.locks.take(this, requests), 'no other transaction holds a lock');
  }

  /** The shared or the private tables, as it sees them. */
  get tables(): TableSet {
    return this.view?.tables ?? this.#core.tables;
  }

  /** Puts a table, or none, under an id, and remembers what was there. `mark` is the undo log before the change. */
  replaceTable(mark: number, id: number, table: Table | undefined): void {
    const before = this.tables.get(id);
    const view = this.view;
    this.changes.push({ mark, id, table: before, fork: view?.forks.get(id) });
    if (view === undefined && before !== undefined) this.#core.views.preserve(before);
    this.#setTable(id, table, table);
  }

  #setTable(id: number, table: Table | undefined, fork: Table | undefined): void {
    const { view } = this;
    if (view !== undefined) {
      if (fork !== undefined) fork.live = false;
      view.tables = view.tables.with(id, table);
      if (fork === undefined) view.forks.delete(id);
      else view.forks.set(id, fork);
      return;
    }
    const before = this.#core.tables.get(id);
    if (before !== undefined) before.live = false;
    if (table !== undefined) table.live = true;
    this.#core.tables = this.#core.tables.with(id, table);
  }

  /** Takes back everything behind a mark of the undo log. */
  rollbackTo(mark: number): void {
    try {
      this.undo.rollbackTo(mark);
      for (let change = this.changes.at(-1); change !== undefined && change.mark >= mark;) {
        this.changes.pop();
        this.#setTable(change.id, change.table, change.fork);
        change = this.changes.at(-1);
      }
    } catch (error) {
      throw this.#core.fail(error);
    }
    while ((this.savepoints.at(-1)?.mark ?? 0) > mark) this.savepoints.pop();
  }

  /** Rolls back from outside: deadlock, conflict, lease. Later calls get the reason. */
  abort(error: SqlError): void {
    if (this.aborted !== undefined) return;
    this.aborted = error;
    this.rollback();
  }

  rollback(): void {
    if (this.view === undefined) this.rollbackTo(0);
    this.close();
  }

  /** Lets go of everything but its state. */
  close(): void {
    const core = this.#core;
    if (this.view !== undefined) {
      core.views.close(this.view);
      core.privates--;
      this.view = undefined;
    } else if (core.writer === this) core.writer = undefined;
    this.undo.clear();
    this.changes.length = 0;
    this.savepoints.length = 0;
    this.statements.length = 0;
    this.#reads.clear();
    core.leases.remove(this);
    core.locks.release(this);
  }

  endsAtMs(): number {
    return Math.min(this.usedAtMs + this.terms.leaseMs, this.terms.deadlineMs);
  }

  expire(): void {
    const isLease = this.terms.deadlineMs > this.#core.clock();
    this.abort(
      isLease
        ? new SqlError('TX_LEASE_EXPIRED', `the transaction was idle for ${this.terms.leaseMs} ms and was rolled back`)
        : new SqlError('DEADLINE_EXCEEDED', 'the transaction was open for too long and was rolled back'),
    );
  }

  /** Notes the use, which renews the lease, and refuses a transaction that has ended. */
  use(): void {
    const core = this.#core;
    if (this.aborted === undefined && !this.terms.implicit) {
      const now = core.clock();
      if (now >= this.endsAtMs()) this.expire();
      else this.usedAtMs = now;
    }
    this.checkActive();
  }

  /** @throws {SqlError} TX_LEASE_EXPIRED, TX_ABORTED when it was ended from outside */
  checkActive(): void {
    const reason = this.aborted;
    if (reason === undefined) return;
    if (reason.code === 'TX_LEASE_EXPIRED') throw new SqlError(reason.code, reason.message);
    throw new SqlError('TX_ABORTED', `the transaction was rolled back: ${reason.message}`, {
      details: { reason: reason.code },
      cause: reason,
    });
  }

  /** Notes that a row was read, where reads are validated. */
  noteRead(table: Table, key: Row): void {
    if (!this.terms.rules.validatesReads) return;
    let keys = this.#reads.get(table.id);
    if (keys === undefined) this.#reads.set(table.id, (keys = new Map()));
    keys.set(encodeKey(key).join(), key);
  }

  /** Rows noted as read, by id of their table. */
  get reads(): ReadonlyMap<number, ReadonlyMap<string, Row>> {
    return this.#reads;
  }
}
