/** BEGIN, COMMIT, ROLLBACK and savepoints of a session. */
import { SqlError, TransactionState } from '@dotdo/shared-types';
import { foldName } from './catalog/catalog.ts';
import type { Writer } from './exec/writer.ts';
import type { TxnSession } from './txn/index.ts';

export abstract class Transactions {
  readonly txn: TxnSession;
  abstract readonly writer: Writer;
  /** A savepoint began the transaction: releasing the outermost one commits it. */
  #isSavepointTransaction = false;

  constructor(txn: TxnSession) {
    this.txn = txn;
  }

  get inTransaction(): boolean {
    return this.txn.state !== TransactionState.NONE;
  }

  begin(mode: 'DEFERRED' | 'IMMEDIATE' | 'EXCLUSIVE'): void {
    if (this.inTransaction) {
      throw new SqlError('NESTED_TRANSACTION', 'cannot start a transaction within a transaction');
    }
    if (this.txn.begin({ mode }) !== undefined) {
      this.txn.rollback();
      throw new SqlError('BUSY', 'database is locked');
    }
    this.#isSavepointTransaction = false;
  }

  commit(): void {
    if (this.txn.state === TransactionState.NONE) throw inactive('cannot commit - no transaction is active');
    this.writer.checkDeferred();
    this.txn.commit();
    this.writer.deferForeignKeys = false;
  }

  /** Undoes the transaction, or what came after a savepoint, which stays. */
  rollback(savepoint: string | null): void {
    if (savepoint !== null) {
      this.#needSavepoint(savepoint);
      this.txn.rollbackTo(foldName(savepoint));
      return;
    }
    if (this.txn.state === TransactionState.NONE) throw inactive('cannot rollback - no transaction is active');
    this.txn.rollback();
    this.writer.deferred.clear();
    this.writer.deferForeignKeys = false;
  }

  savepoint(name: string): void {
    if (this.txn.state === TransactionState.NONE) {
      this.begin('DEFERRED');
      this.#isSavepointTransaction = true;
    }
    this.txn.savepoint(foldName(name));
  }

  release(name: string): void {
    this.#needSavepoint(name);
    if (this.#isSavepointTransaction && this.txn.isOutermost(foldName(name))) this.writer.checkDeferred();
    this.txn.release(foldName(name));
    if (this.#isSavepointTransaction && this.txn.state === TransactionState.ACTIVE) this.commit();
  }

  #needSavepoint(name: string): void {
    if (this.txn.state !== TransactionState.SAVEPOINT) {
      throw new SqlError('SAVEPOINT_NOT_FOUND', `no such savepoint: ${name}`);
    }
  }
}

function inactive(message: string): SqlError {
  return new SqlError('TX_NOT_ACTIVE', message);
}
