/** What all sessions of one storage share: the tables, the log, the locks, and who may write in place. */
import { SqlError } from '@dotdo/shared-types';
import type { PageId, StorePager } from '../btree/index.ts';
import type { WalWriter } from '../wal/index.ts';
import { Leases } from './lease.ts';
import type { SchemaLoader } from './schema.ts';
import type { Locks, Timer } from './sole.ts';
import { orphanedPages, type Table } from './table.ts';
import type { Transaction } from './transaction.ts';
import { Views, type Moment, type TableSet } from './version.ts';

export interface CoreOptions {
  readonly clock: () => number;
  readonly timer: Timer;
  readonly locks: Locks;
  readonly loader: SchemaLoader;
  readonly pager: StorePager;
  readonly wal: WalWriter;
  /** Who flushes: each commit, or the end of the turn. */
  readonly durability: 'commit' | 'turn';
  readonly schedule: (run: () => void) => void;
  readonly onFatal: ((error: unknown) => void) | undefined;
  /** Called after each flush. */
  readonly flushed: () => void;
}

export class Core {
  readonly loader: SchemaLoader;
  readonly pager: StorePager;
  readonly wal: WalWriter;
  readonly views: Views = new Views();
  readonly locks: Locks;
  readonly leases: Leases;
  readonly clock: () => number;
  tables: TableSet;
  /** Commits since the storage was opened. */
  commits = 0;
  /** Rises with each checkpoint: trees forked before one are not put in place of the shared ones. */
  checkpoints = 0;
  /** The transaction that writes into the shared trees; whoever else comes makes it private first. */
  writer: Transaction | undefined;
  /** Transactions begun. */
  age = 0;
  /** Private transactions that are open. */
  privates = 0;
  nextObjectId: number;
  /** Pages of dropped trees, for the next checkpoint to release. */
  orphans: PageId[] = [];
  /** Cleared by close() and by a failure. */
  usable = true;
  readonly #options: CoreOptions;
  #failure: unknown;
  #scheduled = false;
  #flushing = false;
  #lastMs = 0;

  constructor(tables: TableSet, nextObjectId: number, options: CoreOptions) {
    this.tables = tables;
    this.nextObjectId = nextObjectId;
    this.loader = options.loader;
    this.pager = options.pager;
    this.wal = options.wal;
    this.clock = options.clock;
    this.locks = options.locks;
    this.leases = new Leases(options.clock, options.timer);
    this.#options = options;
  }

  /** True when a statement of its own can go straight to the shared trees. */
  get free(): boolean {
    return this.usable && this.writer === undefined && !this.locks.active;
  }

  /**
   * @throws {SqlError} DATABASE_CLOSED after close(); STORAGE_FAILED after a write failed, when only reopening
   *   tells what is stored
   */
  check(): void {
    if (this.usable) return;
    if (this.#failure === undefined) throw new SqlError('DATABASE_CLOSED', 'the database is closed');
    throw new SqlError('STORAGE_FAILED', 'storage failed; the database has to be opened again', {
      cause: this.#failure,
    });
  }

  /** The committed state, which must not have an open writer in place. */
  moment(): Moment {
    return { tables: this.tables, commits: this.commits, counter: this.wal.committed };
  }

  /** Makes the transaction that writes in place private, so that the shared trees are the committed state. */
  settle(): void {
    this.writer?.goPrivate();
  }

  /** Time of a commit in milliseconds; never before the last one's. */
  now(): number {
    const now = this.clock();
    if (now > this.#lastMs) this.#lastMs = now;
    return this.#lastMs;
  }

  /** What commits from now on is not older than this. */
  notBefore(timestampMs: number): void {
    this.#lastMs = Math.max(this.#lastMs, timestampMs);
  }

  /** Call it when a transaction has been logged and its changes are in the shared trees. */
  committed(): void {
    this.commits++;
    if (this.#options.durability === 'commit' || this.wal.isFull) this.flush();
    else this.#scheduleFlush();
  }

  #scheduleFlush(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.schedule(this.#turnEnds);
  }

  readonly #turnEnds = (): void => {
    this.#scheduled = false;
    if (!this.usable || this.wal.pendingBytes === 0) return;
    try {
      this.flush();
    } catch {
      // onFatal has been told, and every later call says so.
    }
  };

  /** Call it when a table was put in place of another: pages of trees that are gone are released. */
  replaced(before: Table | undefined, after: Table | undefined): void {
    for (const page of orphanedPages(before, after)) this.orphans.push(page);
  }

  /** Makes all commits durable. */
  flush(): void {
    this.check();
    if (this.wal.pendingBytes === 0) return;
    if (this.#flushing) return this.#scheduleFlush(); // a listener of the flush has committed
    this.#flushing = true;
    try {
      this.wal.flush();
    } catch (error) {
      throw this.fail(error);
    } finally {
      this.#flushing = false;
    }
    this.#options.flushed();
  }

  /** Drops what is in memory: it may be ahead of or behind what is stored. */
  fail(error: unknown): unknown {
    if (this.usable) {
      this.usable = false;
      this.#failure = error ?? new Error('unknown failure');
      this.leases.close();
      this.#options.onFatal?.(error);
    }
    return error;
  }

  /** For an exception out of a table: fatal if it left the change half made. */
  caught(table: Table, error: unknown): unknown {
    return table.torn ? this.fail(error) : error;
  }
}
