/**
 * Sessions that wait for each other. A storage that has them is opened with `locks: tableLocks`; without, one transaction
 * at a time has all locks and others are refused with BUSY.
 */
import { commitLocks } from './commit.ts';
import { IMPLICIT, LOCK_TIMEOUT_MS } from './control.ts';
import { LockTable } from './lock.ts';
import { TxnSession } from './session.ts';
import { WRITE_GATE, type LockRequest, type Locks, type Timer } from './sole.ts';
import type { Table } from './table.ts';
import { Transaction, type TransactionTerms } from './transaction.ts';

/** For `StorageOptions.locks`: a queue for each table. */
export function tableLocks(timer: Timer): Locks {
  return new LockTable(timer);
}

/** A statement outside a transaction that holds locks for a while. */
const WAITED: TransactionTerms = { ...IMPLICIT, leaseMs: LOCK_TIMEOUT_MS };

/** A session that may wait for the locks of its statements: see `Storage.session`. */
export class LockingSession extends TxnSession {
  /**
   * Locks tables before a statement: reading takes SHARED, writing RESERVED, in a SERIALIZABLE transaction; outside
   * one, writing takes EXCLUSIVE for the next statement, where anybody holds locks. Call `beginStatement` afterwards.
   * @returns a promise when it has to wait; it may reject with LOCK_TIMEOUT, or DEADLOCK, which ends the transaction
   */
  lock(reading: readonly Table[], writing: readonly Table[]): undefined | Promise<void> {
    const core = this.core;
    this.check();
    const transaction = this.transaction;
    transaction?.use();
    if (transaction !== undefined && transaction.view === undefined) {
      for (const table of reading) transaction.readTables.add(table.id);
      return undefined;
    }
    const requests: LockRequest[] = writing.length > 0 ? [{ resource: WRITE_GATE, mode: 'SHARED' }] : [];
    if (transaction === undefined) {
      if (!core.locks.active || writing.length === 0) return undefined;
      for (const table of writing) requests.push({ resource: table.id, mode: 'EXCLUSIVE' });
      this.releaseWaited();
      const owner = (this.waited = new Transaction(core, WAITED, this.undo));
      core.leases.add(owner); // the statement may never come
      return core.locks.acquire(owner, requests, LOCK_TIMEOUT_MS);
    }
    if (!transaction.terms.rules.locks) return undefined;
    for (const table of reading) requests.push({ resource: table.id, mode: 'SHARED' });
    for (const table of writing) requests.push({ resource: table.id, mode: 'RESERVED' });
    return core.locks.acquire(transaction, requests, this.waitMs(transaction));
  }

  /** Locks what `commit` needs; as `lock`. */
  lockForCommit(): undefined | Promise<void> {
    const core = this.core;
    const transaction = this.explicit();
    transaction.use();
    if (transaction.view === undefined || transaction.undo.length === 0) return undefined;
    return core.locks.acquire(transaction, commitLocks(core, transaction), this.waitMs(transaction));
  }
}
