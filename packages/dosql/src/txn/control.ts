/**
 * What a session does besides rows: transactions, savepoints, statements. Everything returns at once but `begin`, which
 * may answer with a promise where sessions wait for each other (locking.ts); who cannot wait throws BUSY.
 */
import { SqlError, TransactionState, type LSN, type TransactionOptions } from '@dotdo/shared-types';
import { commitInPlace, commitPrivate, refresh } from './commit.ts';
import type { Core } from './core.ts';
import { ISOLATION } from './isolation.ts';
import { WRITE_GATE } from './sole.ts';
import { Transaction, type TransactionTerms } from './transaction.ts';
import { UndoLog } from './undo.ts';

const LEASE_MS = 30_000;
export const LOCK_TIMEOUT_MS = 5000;

export interface BeginOptions extends Omit<TransactionOptions, 'idempotencyKey'> {
  /** Stays open across turns: it writes into forks from the beginning. */
  readonly private?: boolean;
}

export interface CommitResult {
  /** LSN of the COMMIT; absent when nothing was changed. */
  readonly lsn?: LSN;
}

/** The part of a session that does not touch rows. */
export class SessionControl {
  protected readonly core: Core;
  protected readonly undo: UndoLog = new UndoLog();
  protected transaction: Transaction | undefined;
  /** Owns the locks of the next statement outside a transaction, where it had to wait for them. */
  protected waited: Transaction | undefined;
  #closed = false;

  constructor(core: Core) {
    this.core = core;
  }

  get state(): TransactionState {
    const transaction = this.transaction;
    if (transaction === undefined || transaction.terms.implicit) return TransactionState.NONE;
    return transaction.savepoints.length > 0 ? TransactionState.SAVEPOINT : TransactionState.ACTIVE;
  }

  /** Counter of the last COMMIT of any session, flushed or not. */
  get committed(): number {
    return this.core.wal.committed;
  }

  /**
   * Begins a transaction. IMMEDIATE and EXCLUSIVE are the same, as in SQLite's WAL mode: no other transaction may
   * write until it ends.
   * @returns a promise when another one is IMMEDIATE
   * @throws {SqlError} NESTED_TRANSACTION, TX_ABORTED when one is open, TOO_MANY_TRANSACTIONS, BUSY
   */
  begin(options: BeginOptions = {}): undefined | Promise<void> {
    const core = this.core;
    this.check();
    if (this.transaction !== undefined) {
      this.transaction.checkActive();
      throw new SqlError('NESTED_TRANSACTION', 'a transaction is open already');
    }
    const mode = options.mode ?? 'DEFERRED';
    const terms = {
      rules: ISOLATION[options.isolation ?? 'SERIALIZABLE'],
      mode,
      readOnly: options.readOnly ?? false,
      leaseMs: options.leaseMs ?? LEASE_MS,
      deadlineMs: options.timeoutMs === undefined ? Infinity : core.clock() + options.timeoutMs,
      implicit: false,
    };
    const transaction = new Transaction(core, terms, this.undo);
    core.settle();
    if (options.private !== true && core.privates === 0 && core.free) transaction.openInPlace();
    else transaction.openPrivate();
    this.transaction = transaction;
    if (mode === 'DEFERRED' || transaction.view === undefined) return undefined;
    let gate: undefined | Promise<void>;
    try {
      gate = core.locks.acquire(transaction, [{ resource: WRITE_GATE, mode: 'EXCLUSIVE' }], this.waitMs(transaction));
    } catch (error) {
      this.rollback(); // refused at once
      throw error;
    }
    if (gate === undefined) return undefined;
    return gate.then(
      () => refresh(core, transaction), // others wrote until now
      (error: unknown) => {
        if (this.transaction === transaction) this.rollback();
        throw error;
      },
    );
  }

  /**
   * Makes the transaction's changes durable and visible, all at once.
   * @throws {SqlError} TX_NOT_ACTIVE; BUSY when a lock is missing, and it stays open: see `LockingSession`;
   *   WRITE_CONFLICT, SERIALIZATION_FAILURE, SCHEMA_CHANGED, TX_ABORTED, TX_LEASE_EXPIRED: it was rolled back, and
   *   the session refuses everything but `rollback`
   */
  commit(): CommitResult {
    const transaction = this.explicit();
    transaction.use();
    const counter = this.#commit(transaction);
    return counter === 0 ? {} : { lsn: this.core.wal.lsn(counter) };
  }

  #commit(transaction: Transaction): number {
    const core = this.core;
    const counter =
      transaction.view === undefined ? commitInPlace(core, transaction) : commitPrivate(core, transaction);
    this.transaction = undefined;
    return counter;
  }

  /** Undoes the transaction, or leaves one that was ended from outside. @throws {SqlError} TX_NOT_ACTIVE */
  rollback(): void {
    const transaction = this.explicit();
    this.transaction = undefined;
    if (transaction.aborted === undefined) transaction.rollback();
  }

  /** Begins a savepoint; a name may be used again, and then means the newest. @throws {SqlError} TX_NOT_ACTIVE */
  savepoint(name: string): void {
    const transaction = this.#used();
    transaction.savepoints.push({ name, mark: transaction.undo.length });
  }

  /** Whether a savepoint is the first of its transaction. @throws {SqlError} SAVEPOINT_NOT_FOUND */
  isOutermost(name: string): boolean {
    return this.#savepoint(name) === 0;
  }

  /** Keeps the changes since a savepoint and forgets it and those within. @throws {SqlError} SAVEPOINT_NOT_FOUND */
  release(name: string): void {
    const { savepoints } = this.#used();
    savepoints.length = this.#savepoint(name);
  }

  /** Takes back the changes since a savepoint, which stays, and forgets those within. @throws {SqlError} SAVEPOINT_NOT_FOUND */
  rollbackTo(name: string): void {
    const transaction = this.#used();
    const at = this.#savepoint(name);
    const [savepoint] = transaction.savepoints.splice(at) as [(typeof transaction.savepoints)[number]];
    transaction.rollbackTo(savepoint.mark);
    transaction.savepoints.push(savepoint);
  }

  #savepoint(name: string): number {
    const at = (this.transaction as Transaction).savepoints.findLastIndex((savepoint) => savepoint.name === name);
    if (at < 0) throw new SqlError('SAVEPOINT_NOT_FOUND', `no such savepoint: ${name}`);
    return at;
  }

  /**
   * Begins a statement of several changes, which stand or fall together; statements may be nested. The outermost reads
   * the newest committed state where the level says so. Outside a transaction it is one by itself.
   */
  beginStatement(): void {
    this.check();
    let transaction = this.transaction;
    if (transaction === undefined) {
      const core = this.core;
      core.settle();
      transaction = this.waitedOwner() ?? new Transaction(core, IMPLICIT, this.undo);
      this.waited = undefined; // its locks end with the statement
      if (core.privates === 0 && !core.locks.active) transaction.openInPlace();
      else transaction.openPrivate();
      this.transaction = transaction;
    } else {
      transaction.use();
      if (transaction.statements.length === 0) this.refresh(transaction);
    }
    transaction.statements.push(transaction.undo.length);
  }

  endStatement(): CommitResult {
    const transaction = this.#inStatement();
    transaction.statements.pop();
    if (!transaction.terms.implicit || transaction.statements.length > 0) return {};
    let counter = 0;
    try {
      counter = this.#commit(transaction);
    } finally {
      if (this.transaction === transaction) {
        this.transaction = undefined;
        if (transaction.aborted === undefined && this.core.usable) transaction.rollback();
      }
    }
    return counter === 0 ? {} : { lsn: this.core.wal.lsn(counter) };
  }

  rollbackStatement(): void {
    const transaction = this.transaction;
    if (transaction === undefined || transaction.aborted !== undefined || !this.core.usable) {
      if (transaction?.terms.implicit) this.transaction = undefined;
      return;
    }
    transaction.rollbackTo(this.#inStatement().statements.pop() as number);
    if (!transaction.terms.implicit || transaction.statements.length > 0) return;
    this.transaction = undefined;
    transaction.rollback();
  }

  /** Runs a statement, and undoes it when it throws. */
  statement<T>(run: () => T): T {
    this.beginStatement();
    let result: T;
    try {
      result = run();
    } catch (error) {
      this.rollbackStatement();
      throw error;
    }
    this.endStatement();
    return result;
  }

  protected refresh(transaction: Transaction): void {
    const { view, terms } = transaction;
    if (view !== undefined && terms.rules.rebases && !terms.implicit && view.commits !== this.core.commits) {
      refresh(this.core, transaction);
    }
  }

  protected waitMs(transaction: Transaction): number {
    return Math.min(LOCK_TIMEOUT_MS, transaction.terms.deadlineMs - this.core.clock());
  }

  protected waitedOwner(): Transaction | undefined {
    return this.waited?.aborted === undefined ? this.waited : undefined;
  }

  protected releaseWaited(): void {
    if (this.waited === undefined) return;
    this.waited.close();
    this.waited = undefined;
  }

  /** Rolls back what is open; the session is not used again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const transaction = this.transaction;
    this.transaction = undefined;
    this.releaseWaited();
    if (transaction?.aborted === undefined && this.core.usable) transaction?.rollback();
  }

  protected check(): void {
    if (this.#closed) throw new SqlError('DATABASE_CLOSED', 'the session is closed');
    this.core.check();
  }

  protected explicit(): Transaction {
    this.check();
    const transaction = this.transaction;
    if (transaction === undefined || transaction.terms.implicit) {
      throw new SqlError('TX_NOT_ACTIVE', 'no transaction is open');
    }
    return transaction;
  }

  #used(): Transaction {
    const transaction = this.explicit();
    transaction.use();
    return transaction;
  }

  #inStatement(): Transaction {
    const transaction = this.transaction;
    if (transaction === undefined) throw new SqlError('TX_NOT_ACTIVE', 'no statement is open');
    transaction.checkActive();
    return transaction;
  }
}

/** A statement outside a transaction: nobody can come between, so it needs no isolation. */
export const IMPLICIT: TransactionTerms = {
  rules: ISOLATION.SNAPSHOT,
  mode: 'DEFERRED',
  readOnly: false,
  leaseMs: Infinity,
  deadlineMs: Infinity,
  implicit: true,
};
