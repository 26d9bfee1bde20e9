/** What a transaction asks of locks, and the least that answers: one owner of all of them, and nobody waits. */
import { SqlError, type LockType } from '@dotdo/shared-types';

/** Stands for "may write at all": writers share it, BEGIN IMMEDIATE takes it alone. Tables have ids from 0. */
export const WRITE_GATE = -1;

/** Runs `run` after `delayMs`; the function it returns calls that off. */
export type Timer = (run: () => void, delayMs: number) => () => void;

/** Whoever holds and waits for locks. */
export interface LockOwner {
  /** Rises from one transaction to the next: the greatest is the youngest. */
  readonly age: number;
  /** Called when the owner is chosen to break a deadlock, before its wait is rejected; must release its locks. */
  abort(error: SqlError): void;
}

/** PENDING is never asked for: it is what a request for EXCLUSIVE holds while readers leave. */
export type LockMode = Exclude<LockType, 'PENDING'>;

export interface LockRequest {
  readonly resource: number;
  readonly mode: LockMode;
}

/** Who may read and write which tables. */
export interface Locks {
  /** True while anybody holds or awaits a lock; otherwise no statement needs to ask. */
  readonly active: boolean;
  /** True when the owner could have the lock at once; takes nothing. */
  available(owner: LockOwner, request: LockRequest): boolean;
  /** Takes the locks that come at once, in order, and says whether those were all. */
  take(owner: LockOwner, requests: readonly LockRequest[]): boolean;
  /**
   * Takes all locks, and answers with a promise where that has to wait.
   * @throws {SqlError} BUSY when nobody waits here
   */
  acquire(owner: LockOwner, requests: readonly LockRequest[], timeoutMs: number): undefined | Promise<void>;
  /** Gives up every lock of the owner. */
  release(owner: LockOwner): void;
}

/** All locks together: whoever takes one has them all, until it ends. */
export class SoleLocks implements Locks {
  #owner: LockOwner | undefined;

  get active(): boolean {
    return this.#owner !== undefined;
  }

  available(owner: LockOwner): boolean {
    return (this.#owner ?? owner) === owner;
  }

  take(owner: LockOwner, requests: readonly LockRequest[]): boolean {
    if (requests.length > 0 && this.available(owner)) this.#owner = owner;
    return requests.length === 0 || this.#owner === owner;
  }

  acquire(owner: LockOwner, requests: readonly LockRequest[]): undefined {
    if (!this.take(owner, requests)) throw new SqlError('BUSY', 'another transaction is writing');
  }

  release(owner: LockOwner): void {
    if (this.#owner === owner) this.#owner = undefined;
  }
}
