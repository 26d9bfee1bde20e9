/**
 * Table locks of SERIALIZABLE transactions: strict two-phase locking with SQLite's four locks.
 *
 *   held by another \ wanted   SHARED  RESERVED  EXCLUSIVE
 *   SHARED                       yes      yes     no, but PENDING is taken: nobody new may read
 *   RESERVED                     yes      no      no
 *   PENDING, EXCLUSIVE           no       no      no
 *
 * A queue is fair: a request waits behind every earlier one that it could not be held together with; only an
 * owner that holds the table already, and so stands in the others' way, goes ahead. A wait that closes a circle in the
 * waits-for graph aborts the circle's youngest owner. Waiting is the one asynchronous thing in this folder.
 * @see https://sqlite.org/lockingv3.html
 */
import { SqlError, type LockType } from '@dotdo/shared-types';
import type { LockMode, LockOwner, LockRequest, Locks, Timer } from './sole.ts';

/** Requests that may wait for one table; a bound on memory, beyond it a request is refused with BUSY. */
const LOCK_WAITERS_MAX = 10_000;

interface Waiter {
  readonly owner: LockOwner;
  readonly resource: number;
  readonly mode: LockMode;
  readonly granted: () => void;
  readonly failed: (error: SqlError) => void;
}

interface Lock {
  readonly holders: Map<LockOwner, LockType>;
  readonly queue: Waiter[];
}

const STRENGTH: Record<LockType, number> = { SHARED: 0, RESERVED: 1, PENDING: 2, EXCLUSIVE: 3 };

/** Whether `wanted` can be held while another holds `held`. */
function compatible(held: LockType, wanted: LockType): boolean {
  if (wanted === 'EXCLUSIVE') return false;
  return wanted === 'SHARED' ? STRENGTH[held] <= STRENGTH.RESERVED : held === 'SHARED';
}

export class LockTable implements Locks {
  readonly #locks = new Map<number, Lock>();
  readonly #held = new Map<LockOwner, Set<number>>();
  readonly #waiting = new Map<LockOwner, Waiter>();
  readonly #timer: Timer;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  /** True while anybody holds or awaits a lock; otherwise no statement needs to ask. */
  get active(): boolean {
    return this.#locks.size > 0;
  }

  /** Waits that have not ended. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Lock that the owner holds on a resource. */
  heldBy(owner: LockOwner, resource: number): LockType | undefined {
    return this.#locks.get(resource)?.holders.get(owner);
  }

  /** True when the owner could have the lock at once; takes nothing. */
  available(owner: LockOwner, request: LockRequest): boolean {
    return this.#blockers(owner, request.resource, request.mode).length === 0;
  }

  /** Takes the locks that come at once, in order, and says whether those were all. */
  take(owner: LockOwner, requests: readonly LockRequest[]): boolean {
    return requests.every((request) => this.#grant(owner, request.resource, request.mode));
  }

  /**
   * Takes all locks, one after the other. Returns nothing when all came at once, else a promise of the last.
   * After a failure the owner keeps what it had.
   * @throws {SqlError} (as a rejection) LOCK_TIMEOUT when `timeoutMs` pass first; DEADLOCK when the owner is the
   *   youngest of a circle (it has been aborted then); BUSY when too many wait already
   */
  acquire(owner: LockOwner, requests: readonly LockRequest[], timeoutMs: number): undefined | Promise<void> {
    let next = 0;
    const takeRest = (): LockRequest | undefined => {
      while (next < requests.length) {
        const request = requests[next] as LockRequest;
        if (!this.#grant(owner, request.resource, request.mode)) return request;
        next++;
      }
      return undefined;
    };
    const first = takeRest();
    if (first === undefined) return undefined;
    return new Promise((resolve, reject) => {
      const cancel = this.#timer(() => {
        const waiter = this.#waiting.get(owner);
        if (waiter !== undefined) this.#fail(waiter, timedOut(timeoutMs));
      }, timeoutMs);
      const failed = (error: SqlError): void => {
        cancel();
        reject(error);
      };
      const granted = (): void => {
        next++;
        const blocked = takeRest();
        if (blocked !== undefined) return this.#wait({ owner, ...blocked, granted, failed });
        cancel();
        resolve();
      };
      this.#wait({ owner, ...first, granted, failed });
    });
  }

  /** Gives up every lock, and the wait if there is one, which ends with TX_ABORTED. */
  release(owner: LockOwner): void {
    const waiter = this.#waiting.get(owner);
    if (waiter !== undefined) this.#fail(waiter, new SqlError('TX_ABORTED', 'the transaction ended while it waited'));
    const held = this.#held.get(owner);
    if (held === undefined) return;
    this.#held.delete(owner);
    for (const resource of held) this.#locks.get(resource)?.holders.delete(owner);
    for (const resource of held) this.#serve(resource);
  }

  /** Whom a request has to wait for: incompatible holders, and incompatible requests before `until` in the queue. */
  #blockers(owner: LockOwner, resource: number, mode: LockMode, until?: Waiter): LockOwner[] {
    const lock = this.#locks.get(resource);
    if (lock === undefined) return [];
    const found: LockOwner[] = [];
    for (const [holder, held] of lock.holders) {
      if (holder !== owner && !compatible(held, mode)) found.push(holder);
    }
    const upgrade = lock.holders.has(owner);
    for (const waiter of lock.queue) {
      if (waiter === until) break;
      if (waiter.owner === owner || (upgrade && !lock.holders.has(waiter.owner))) continue;
      if (!compatible(waiter.mode, mode)) found.push(waiter.owner);
    }
    return found;
  }

  #grant(owner: LockOwner, resource: number, mode: LockMode, waiter?: Waiter): boolean {
    const held = this.#locks.get(resource)?.holders.get(owner);
    if (held !== undefined && STRENGTH[held] >= STRENGTH[mode]) return true;
    if (this.#blockers(owner, resource, mode, waiter).length > 0) return false;
    this.#hold(owner, resource, mode);
    return true;
  }

  #hold(owner: LockOwner, resource: number, mode: LockType): void {
    let lock = this.#locks.get(resource);
    if (lock === undefined) this.#locks.set(resource, (lock = { holders: new Map(), queue: [] }));
    lock.holders.set(owner, mode);
    const held = this.#held.get(owner);
    if (held === undefined) this.#held.set(owner, new Set([resource]));
    else held.add(resource);
  }

  #wait(waiter: Waiter): void {
    const lock = this.#locks.get(waiter.resource) as Lock;
    if (lock.queue.length >= LOCK_WAITERS_MAX) {
      return waiter.failed(new SqlError('BUSY', 'too many transactions wait for the same table'));
    }
    lock.queue.push(waiter);
    this.#waiting.set(waiter.owner, waiter);
    this.#announce(waiter.resource);
    for (;;) {
      const victim = this.#victim(waiter.owner);
      if (victim === undefined) return;
      const failed = this.#waiting.get(victim) as Waiter;
      const error = new SqlError('DEADLOCK', 'transactions waited for each other; the youngest was rolled back');
      this.#drop(failed);
      victim.abort(error);
      failed.failed(error);
      if (failed === waiter) return;
    }
  }

  /** The writer that waits for readers only holds PENDING, so that no new reader delays it. */
  #announce(resource: number): void {
    const lock = this.#locks.get(resource);
    if (lock === undefined) return;
    for (const waiter of lock.queue) {
      if (waiter.mode !== 'EXCLUSIVE') continue;
      const free = [...lock.holders].every(([holder, held]) => holder === waiter.owner || held === 'SHARED');
      if (free && lock.holders.get(waiter.owner) === 'RESERVED') lock.holders.set(waiter.owner, 'PENDING');
    }
  }

  /** Youngest owner of a circle that the given waiter closes, if it closes one. */
  #victim(start: LockOwner): LockOwner | undefined {
    const seen = new Set<LockOwner>();
    const search = (owner: LockOwner, youngest: LockOwner): LockOwner | undefined => {
      const waiter = this.#waiting.get(owner);
      if (waiter === undefined) return undefined;
      for (const blocker of this.#blockers(owner, waiter.resource, waiter.mode, waiter)) {
        if (blocker === start) return youngest;
        if (seen.has(blocker)) continue;
        seen.add(blocker);
        const found = search(blocker, blocker.age > youngest.age ? blocker : youngest);
        if (found !== undefined) return found;
      }
      return undefined;
    };
    return search(start, start);
  }

  #drop(waiter: Waiter): void {
    const lock = this.#locks.get(waiter.resource) as Lock;
    lock.queue.splice(lock.queue.indexOf(waiter), 1);
    this.#waiting.delete(waiter.owner);
    if (lock.holders.get(waiter.owner) === 'PENDING') lock.holders.set(waiter.owner, 'RESERVED');
  }

  #fail(waiter: Waiter, error: SqlError): void {
    this.#drop(waiter);
    waiter.failed(error);
    this.#serve(waiter.resource);
  }

  /** Grants whatever the queue's order allows. */
  #serve(resource: number): void {
    const lock = this.#locks.get(resource);
    if (lock === undefined) return;
    for (let at = 0; at < lock.queue.length;) {
      const waiter = lock.queue[at] as Waiter;
      if (!this.#grant(waiter.owner, resource, waiter.mode, waiter)) {
        at++;
        continue;
      }
      lock.queue.splice(at, 1);
      this.#waiting.delete(waiter.owner);
      waiter.granted();
      at = 0; // granting may have released or queued others
    }
    this.#announce(resource);
    if (lock.holders.size === 0 && lock.queue.length === 0) this.#locks.delete(resource);
  }
}

function timedOut(timeoutMs: number): SqlError {
  return new SqlError('LOCK_TIMEOUT', `the lock did not come free within ${timeoutMs} ms`);
}
