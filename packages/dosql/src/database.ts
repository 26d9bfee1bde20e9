/** DB() and createDatabase(): open a store, recover what is in it, and hand out statements. */
import {
  SqlError,
  TransactionState,
  type ExecResult,
  type LSN,
  type SqlParam,
  type SqlParams,
  type SqlRow,
  type SqlValue,
} from '@dotdo/shared-types';
import { dropTemporary } from './exec/ddl.ts';
import { sqlLoader } from './exec/schema-loader.ts';
import { DurableObjectStore, MemoryStore, R2Store, TieredStore, type DurableStorage, type Store } from './fsx/index.ts';
import { SessionFunctions, type AggregateDefinition, type FunctionOptions } from './functions.ts';
import { TRANSACTION_DEPTH_MAX } from './limits.ts';
import { Session } from './session.ts';
import { Statement, type RunOptions } from './statement.ts';
import { Storage, type Retention, type StorageStats } from './txn/index.ts';

/** An R2 bucket. */
type Bucket = ConstructorParameters<typeof R2Store>[0];

export interface DatabaseOptions {
  /**
   * Where the data lives: a folder (Node), a Durable Object's `ctx.storage`, with a bucket for what is seldom read, or
   * any store. In memory, and gone with it, when absent.
   */
  readonly storage?: string | { readonly hot: DurableStorage | Store; readonly warm?: Bucket };
  /** `commit`: durable when a statement returns; `turn`, the default: at the end of the turn. */
  readonly durability?: 'commit' | 'turn';
  /** How much history is kept for `asOf`. */
  readonly retention?: Retention;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/** A statement of a batch: its text, or with parameters. */
export type BatchItem = string | { readonly sql: string; readonly params?: SqlParams };

/** What a statement of a batch did; rows are there when it yields any. */
export interface BatchResult<T = SqlRow> extends ExecResult {
  readonly rows: T[];
}

const NO_PARAMS: SqlParams = [];
const NO_OPTIONS: RunOptions = {};

/** What can be asked of a database, or of a state of it. */
abstract class Queries {
  protected readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /**
   * Runs one statement and returns its rows.
   * @throws {SqlError} RETURNS_NO_ROWS when it yields none, SYNTAX_ERROR, NO_SUCH_TABLE and whatever it may throw
   */
  query<T = SqlRow>(sql: string, params: SqlParams = NO_PARAMS, options: RunOptions = NO_OPTIONS): T[] {
    return this.prepare<T>(sql).all(params, options);
  }

  /** Parses a statement, to be run any number of times. @throws {SqlError} EMPTY_STATEMENT, MULTIPLE_STATEMENTS, SYNTAX_ERROR */
  prepare<T = SqlRow>(sql: string): Statement<T> {
    const prepared = this.session.prepareOne(sql);
    this.session.program(prepared);
    return new Statement<T>(this.session, prepared);
  }
}

/** A state of the database, which nothing changes. Close it: it holds back pages. */
export class Snapshot extends Queries {
  readonly lsn: LSN;

  constructor(session: Session, lsn: LSN) {
    super(session);
    this.lsn = lsn;
  }

  close(): void {
    this.session.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** An open database. */
export class Database extends Queries {
  readonly name: string;
  readonly #storage: Storage;
  readonly #store: Store;
  readonly #functions: SessionFunctions;
  readonly #clock: () => number;
  #depth = 0;
  #isOpen = true;

  /** @see DB, createDatabase */
  constructor(name: string, store: Store, options: Omit<DatabaseOptions, 'storage'> = {}) {
    const { clock = Date.now } = options;
    const storage = Storage.open({ store, ...options, clock }, sqlLoader);
    const functions = new SessionFunctions();
    super(new Session({ storage, functions, clock }));
    dropTemporary(this.session.writer);
    this.name = name;
    this.#storage = storage;
    this.#store = store;
    this.#functions = functions;
    this.#clock = clock;
  }

  /** Runs the statements of a text, one after the other; parameters go with a single one. */
  exec(sql: string, params: SqlParams = NO_PARAMS, options: RunOptions = NO_OPTIONS): ExecResult {
    return this.session.exec(sql, params, options);
  }

  /** Runs statements, all of them or none. */
  batch<T = SqlRow>(statements: readonly BatchItem[], options: RunOptions = NO_OPTIONS): BatchResult<T>[] {
    return this.transaction(() =>
      statements.map((item): BatchResult<T> => {
        const { sql, params = NO_PARAMS } = typeof item === 'string' ? { sql: item } : item;
        const statement = this.prepare<T>(sql);
        const rows = statement.columns().length > 0 ? statement.all(params, options) : [];
        return statement.columns().length > 0
          ? { rows, ...this.session.result }
          : { rows, ...statement.run(params, options) };
      }),
    );
  }

  /**
   * Runs a function in a transaction: commits when it returns, rolls back when it throws. Within another one it is a
   * savepoint.
   * @throws {SqlError} INVALID_ARGUMENT when the function is asynchronous: everything it did is undone
   */
  transaction<R>(run: (tx: this) => R): R {
    const { session } = this;
    const isNested = session.txn.state !== TransactionState.NONE;
    const savepoint = `transaction ${this.#depth}`;
    if (this.#depth >= TRANSACTION_DEPTH_MAX) throw new SqlError('RECURSION_LIMIT', 'too many nested transactions');
    if (isNested) session.savepoint(savepoint);
    else session.begin('DEFERRED');
    this.#depth++;
    let result: R;
    try {
      result = run(this);
      if (result instanceof Promise) {
        result.catch(() => undefined);
        throw new SqlError('INVALID_ARGUMENT', 'the function of transaction() must not be asynchronous');
      }
      if (isNested) session.release(savepoint);
      else session.commit();
    } catch (error) {
      // A statement may have ended the transaction itself (OR ROLLBACK).
      if (session.txn.state !== TransactionState.NONE) {
        if (isNested) {
          session.rollback(savepoint);
          session.release(savepoint);
        } else session.rollback(null);
      }
      throw error;
    } finally {
      this.#depth--;
    }
    return result;
  }

  /** Whether a transaction is open. */
  get inTransaction(): boolean {
    return this.session.txn.state !== TransactionState.NONE;
  }

  /** The committed state of now, which stays while others write. */
  snapshot(): Snapshot {
    return this.#snapshot(this.#storage.snapshot());
  }

  /**
   * The state at an LSN or a time.
   * @throws {SqlError} SNAPSHOT_TOO_OLD when it is older than what is kept, LSN_IN_FUTURE
   */
  asOf(at: LSN | Date): Snapshot {
    return this.#snapshot(this.#storage.snapshotAt(at instanceof Date ? at.getTime() : at));
  }

  #snapshot(view: ReturnType<Storage['snapshot']>): Snapshot {
    const parts = { storage: this.#storage, functions: this.#functions, clock: this.#clock, view };
    return new Snapshot(new Session(parts), view.lsn);
  }

  /** Adds a scalar function, or replaces one. INTEGER comes as number, as bigint beyond 2^53 − 1. */
  function(name: string, run: (...args: SqlValue[]) => SqlParam, options?: FunctionOptions): void {
    this.#functions.addScalar(name, run, options);
  }

  /** Adds an aggregate, which may be used OVER a window too. */
  aggregate<State>(name: string, definition: AggregateDefinition<State>): void {
    this.#functions.addAggregate(name, definition);
  }

  /** Makes all commits durable now. */
  flush(): void {
    this.#storage.flush();
  }

  /** Writes changed pages, so that the next opening has no log to replay. */
  checkpoint(): void {
    this.#storage.checkpoint();
  }

  get stats(): StorageStats {
    return this.#storage.stats;
  }

  /** Makes commits durable and closes the store; an open transaction is rolled back. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.session.close();
    this.#storage.close();
    this.#store.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Opens a database: what is in its storage, or an empty one.
 * @throws {SqlError} STORE_LOCKED, CORRUPT_LOG, CORRUPT_PAGE, CORRUPT_CHECKPOINT, UNSUPPORTED_FORMAT
 */
export async function DB(name: string, options: DatabaseOptions = {}): Promise<Database> {
  const { storage, ...rest } = options;
  return new Database(name, await openStore(name, storage, rest.durability), rest);
}

/** An empty database in memory with some tables. @throws {SqlError} SYNTAX_ERROR and others */
export function createDatabase(ddl = '', options: Omit<DatabaseOptions, 'storage'> = {}): Database {
  const db = new Database(':memory:', new MemoryStore(), options);
  db.exec(ddl);
  return db;
}

async function openStore(
  name: string,
  storage: DatabaseOptions['storage'],
  durability: DatabaseOptions['durability'],
): Promise<Store> {
  if (storage === undefined) return new MemoryStore();
  if (typeof storage === 'string') {
    // Imported here, so that a Worker's bundle has no need of node:fs.
    const { NodeFileStore } = await import('./fsx/node-file.ts');
    return NodeFileStore.open(storage, durability === undefined ? {} : { durability });
  }
  const { hot, warm } = storage;
  const store = 'sql' in hot ? new DurableObjectStore(hot) : hot;
  return warm === undefined ? store : new TieredStore(store, new R2Store(warm, `${name}/`));
}
