/**
 * Tables that survive: trees in memory and on pages, the log, and transactions over both. Read session.ts for the
 * paths of a write, commit.ts for a commit, version.ts for how readers and writers stay apart.
 */
import { SqlError, type LSN } from '@dotdo/shared-types';
import { StorePager } from '../btree/index.ts';
import type { Store } from '../fsx/store.ts';
import { recover, WalWriter } from '../wal/index.ts';
import { checkStorage, type StorageReport } from './check.ts';
import { Checkpointer, decodeAttachment, type Retention } from './checkpoint.ts';
import { Core } from './core.ts';
import { Replay } from './replay.ts';
import { SCHEMA_TABLE_ID, type SchemaLoader } from './schema.ts';
import { TxnSession } from './session.ts';
import { SoleLocks, type Locks, type Timer } from './sole.ts';
import { openPast, openPresent, type ReadView } from './snapshot.ts';
import type { Table } from './table.ts';

export interface StorageOptions {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  readonly timer?: Timer;
  /** Who waits for whom; without, one transaction at a time may keep others from reading or writing. See locking.ts. */
  readonly locks?: (timer: Timer) => Locks;
  /** Each commit is stored when it returns ('commit'), or all of a turn together at its end ('turn', the default). */
  readonly durability?: 'commit' | 'turn';
  /** Runs a function at the end of the turn; `queueMicrotask` by default. */
  readonly schedule?: (run: () => void) => void;
  /** Clean pages kept in memory; 64 MB by default. */
  readonly cacheBytesMax?: number;
  /** Log behind the last checkpoint that makes the next one due; 8 MB by default, Infinity for none. */
  readonly checkpointBytes?: number;
  readonly retention?: Retention;
  /** Told of a failed write: what is in memory is worth nothing, drop it and open again. */
  readonly onFatal?: (error: unknown) => void;
  /** Told of an exception from a subscriber of the log, which changes nothing. */
  readonly onSubscriberError?: (error: unknown) => void;
}

const CACHE_BYTES_MAX: number = 64 * 1024 * 1024;
const CHECKPOINT_BYTES: number = 8 * 1024 * 1024;

export interface StorageStats {
  readonly commits: number;
  readonly checkpoints: number;
  readonly views: number;
  readonly logBytes: number;
  readonly cacheBytes: number;
  /** Log entries that were replayed at opening. */
  readonly replayed: number;
}

export class Storage {
  /** The log: for those who follow it. */
  readonly wal: WalWriter;
  readonly #core: Core;
  readonly #store: Store;
  readonly #checkpointer: Checkpointer;
  readonly #replayed: number;

  private constructor(parts: { core: Core; store: Store; checkpointer: Checkpointer; replayed: number }) {
    this.#core = parts.core;
    this.#store = parts.store;
    this.#checkpointer = parts.checkpointer;
    this.#replayed = parts.replayed;
    this.wal = parts.core.wal;
  }

  /**
   * Opens what is in the store, an empty database if nothing is: the checkpoint's trees, and the log behind it
   * replayed. The store is as it was when it throws.
   * @throws {SqlError} CORRUPT_CHECKPOINT, CORRUPT_LOG, CORRUPT_PAGE, UNSUPPORTED_FORMAT with the place in `details`
   */
  static open(options: StorageOptions, loader: SchemaLoader): Storage {
    const { store } = options;
    const pager = new StorePager(store, options.cacheBytesMax ?? CACHE_BYTES_MAX);
    const replay = new Replay(loader, pager);
    const { checkpoint, slots, replayed } = recover(store, {
      checkpoint(record) {
        if (record === undefined) return;
        pager.nextPage = record.nextPage;
        replay.nextObjectId = decodeAttachment(record.attachment);
        replay.load(record.point);
      },
      apply: (entry) => replay.apply(entry),
    });
    const { onSubscriberError } = options;
    const wal = new WalWriter(store, slots, onSubscriberError === undefined ? {} : { onSubscriberError });
    const timer = options.timer ?? platformTimer;
    const checkpointBytes = options.checkpointBytes ?? CHECKPOINT_BYTES;
    const core = new Core(replay.tables, replay.nextObjectId, {
      clock: options.clock ?? Date.now,
      timer,
      locks: options.locks?.(timer) ?? new SoleLocks(),
      loader,
      pager,
      wal,
      durability: options.durability ?? 'turn',
      schedule: options.schedule ?? ((run) => queueMicrotask(run)),
      onFatal: options.onFatal,
      flushed: () => {
        if (core.writer === undefined && checkpointer.logBytes >= checkpointBytes) checkpointer.run();
      },
    });
    core.orphans = replay.orphans;
    core.notBefore(Math.max(checkpoint?.point.timestampMs ?? 0, slots.refs.at(-1)?.timestampMs ?? 0));
    const checkpointer = new Checkpointer(store, core, options.retention ?? {}, checkpoint);
    return new Storage({ core, store, checkpointer, replayed });
  }

  /** Table by name, of the committed state or of the transaction that is open in place. */
  table(name: string): Table | undefined {
    this.#core.check();
    return this.#core.tables.named(name);
  }

  /** The schema, as a table: a catalog keeps what else it has in it. */
  get schema(): Table {
    return this.#core.tables.get(SCHEMA_TABLE_ID) as Table;
  }

  session(): TxnSession;
  /** One of another kind, such as `LockingSession`. */
  session<S extends TxnSession>(Kind: new (core: Core) => S): S;
  session(Kind: new (core: Core) => TxnSession = TxnSession): TxnSession {
    this.#core.check();
    return new Kind(this.#core);
  }

  /** The committed state, which stays for the reader while others write. */
  snapshot(): ReadView {
    return openPresent(this.#core);
  }

  /**
   * The state as of an LSN (a bigint) or a time (milliseconds since 1970).
   * @throws {SqlError} SNAPSHOT_TOO_OLD when it is older than what is retained, LSN_IN_FUTURE
   */
  snapshotAt(at: LSN | number): ReadView {
    return openPast(this.#core, this.#store, this.#checkpointer.points, at);
  }

  /** Writes all changed pages, so that the next opening has no log to replay. */
  checkpoint(): void {
    this.#checkpointer.run();
  }

  /** Makes all commits durable now. */
  flush(): void {
    this.#core.flush();
  }

  /** Next id for a row that a catalog adds to the schema table; never given twice. */
  allocateObjectId(): number {
    return this.#core.nextObjectId++;
  }

  /** Verifies all trees, the indexes against their tables, and that no page is lost. */
  check(): StorageReport {
    this.#core.check();
    this.#core.settle();
    const { tables, orphans } = this.#core;
    return checkStorage({ tables, orphans, store: this.#store, record: this.#checkpointer.record });
  }

  get stats(): StorageStats {
    const core = this.#core;
    return {
      commits: core.commits,
      checkpoints: core.checkpoints,
      views: core.views.size,
      logBytes: this.#checkpointer.logBytes,
      cacheBytes: core.pager.cache.bytes,
      replayed: this.#replayed,
    };
  }

  /** Rolls back what is open, makes the commits durable and gives the store up; it is not closed. */
  close(): void {
    const core = this.#core;
    if (!core.usable) return;
    core.writer?.abort(new SqlError('DATABASE_CLOSED', 'the database was closed'));
    core.flush();
    core.usable = false;
    core.leases.close();
  }
}

interface Platform {
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Timers that do not keep a Node process alive. */
const platformTimer: Timer = (run, delayMs) => {
  const platform = globalThis as unknown as Platform;
  const timer = platform.setTimeout(run, delayMs);
  (timer as { unref?: () => void }).unref?.();
  return () => platform.clearTimeout(timer);
};
