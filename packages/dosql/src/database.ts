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
import { addCollation, type Collation } from './codec/cell.ts';
import { dropTemporary } from './exec/ddl.ts';
import { sqlLoader } from './exec/schema-loader.ts';
import { DurableObjectStore, MemoryStore, R2Store, TieredStore, type DurableStorage, type Store } from './fsx/index.ts';
import { SessionFunctions, type AggregateDefinition, type FunctionOptions, type TableDefinition } from './functions.ts';
import { CACHE_BYTES_MAX, TRANSACTION_DEPTH_MAX } from './limits.ts';
import { Session } from './session.ts';
import type { QueryArguments, QueryRow, QueryText, QueryTypes, SchemaOf } from './sql/types/index.ts';
import { fetchFrom } from './slices.ts';
import { PreparedStatement, type RunOptions, type SliceRunOptions, type Statement } from './statement.ts';
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
  /** Collations by name; see `Database.collation`. */
  readonly collations?: Readonly<Record<string, Collation>>;
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
  /** The schema, where it is known to the compiler. */
  declare readonly ' schema': unknown;
  protected readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /**
   * Runs one statement and returns its rows.
   * @throws {SqlError} RETURNS_NO_ROWS when it yields none, SYNTAX_ERROR, NO_SUCH_TABLE and whatever it may throw
   */
  query<const S = string, const O extends RunOptions = object>(
    sql: QueryText<S, this[' schema']>,
    ...rest: QueryArguments<S, this[' schema'], O, SqlParams>
  ): QueryRow<S, this[' schema'], O>[];
  query(sql: string, params: SqlParams = NO_PARAMS, options: RunOptions = NO_OPTIONS): unknown[] {
    return this.prepared(sql).all(params, options);
  }

  /**
   * As `query`, letting others have their turn while it runs, and waiting for pages of the warm side; of the state of
   * its beginning, whatever is written meanwhile.
   */
  queryAsync<const S = string, const O extends SliceRunOptions = object>(
    sql: QueryText<S, this[' schema']>,
    ...rest: QueryArguments<S, this[' schema'], O, SqlParams>
  ): Promise<QueryRow<S, this[' schema'], O>[]>;
  queryAsync(sql: string, params: SqlParams = NO_PARAMS, options: SliceRunOptions = NO_OPTIONS): Promise<unknown[]> {
    return this.prepared(sql).allAsync(params, options);
  }

  /** Parses a statement, to be run any number of times. @throws {SqlError} EMPTY_STATEMENT, MULTIPLE_STATEMENTS, SYNTAX_ERROR */
  prepare<const S = string>(sql: QueryText<S, this[' schema']>): Statement<QueryTypes<S, this[' schema']>> {
    return this.prepared(sql) as never;
  }

  protected prepared(sql: string): PreparedStatement {
    const prepared = this.session.prepareOne(sql);
    this.session.program(prepared);
    return new PreparedStatement(this.session, prepared);
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

/** A database, or a state of one, whose schema is known: of SchemaOf, or an interface of tables. */
export type Typed<T extends Queries, Schema> = T & { readonly ' schema': Schema };

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
    const { clock = Date.now, collations = {} } = options;
    useCollations(collations);
    const storage = Storage.open({ store, cacheBytesMax: CACHE_BYTES_MAX, ...options, clock }, sqlLoader);
    const functions = new SessionFunctions();
    super(new Session({ storage, functions, clock, fetch: fetchFrom(store) }));
    dropTemporary(this.session.writer);
    this.name = name;
    this.#storage = storage;
    this.#store = store;
    this.#functions = functions;
    this.#clock = clock;
  }

  /** Runs the statements of a text, one after the other; parameters go with a single one. */
  exec<const S = string>(
    sql: QueryText<S, this[' schema']>,
    ...rest: QueryArguments<S, this[' schema'], RunOptions, SqlParams>
  ): ExecResult;
  exec(sql: string, params: SqlParams = NO_PARAMS, options: RunOptions = NO_OPTIONS): ExecResult {
    return this.session.exec(sql, params, options);
  }

  /** As `exec`, waiting for pages of the warm side; each statement runs in one go. */
  execAsync<const S = string>(
    sql: QueryText<S, this[' schema']>,
    ...rest: QueryArguments<S, this[' schema'], RunOptions, SqlParams>
  ): Promise<ExecResult>;
  execAsync(sql: string, params: SqlParams = NO_PARAMS, options: RunOptions = NO_OPTIONS): Promise<ExecResult> {
    return this.session.execAsync(sql, params, options);
  }

  /** Runs statements, all of them or none. */
  batch<T = SqlRow>(statements: readonly BatchItem[], options: RunOptions = NO_OPTIONS): BatchResult<T>[] {
    return this.transaction(() =>
      statements.map((item): BatchResult<T> => {
        const { sql, params = NO_PARAMS } = typeof item === 'string' ? { sql: item } : item;
        const statement = this.prepared(sql);
        if (statement.columns().length === 0) return { rows: [], ...statement.run(params, options) };
        return { rows: statement.all(params, options) as T[], ...this.session.result };
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
  snapshot(): Typed<Snapshot, this[' schema']> {
    return this.#snapshot(this.#storage.snapshot());
  }

  /**
   * The state at an LSN or a time.
   * @throws {SqlError} SNAPSHOT_TOO_OLD when it is older than what is kept, LSN_IN_FUTURE
   */
  asOf(at: LSN | Date): Typed<Snapshot, this[' schema']> {
    return this.#snapshot(this.#storage.snapshotAt(at instanceof Date ? at.getTime() : at));
  }

  #snapshot(view: ReturnType<Storage['snapshot']>): Typed<Snapshot, this[' schema']> {
    const { fetch } = this.session;
    const parts = { storage: this.#storage, functions: this.#functions, clock: this.#clock, fetch, view };
    const snapshot: unknown = new Snapshot(new Session(parts), view.lsn);
    return snapshot as Typed<Snapshot, this[' schema']>;
  }

  /** Adds a scalar function, or replaces one. INTEGER comes as number, as bigint beyond 2^53 − 1. */
  function(name: string, run: (...args: SqlValue[]) => SqlParam, options?: FunctionOptions): void {
    this.#functions.addScalar(name, run, options);
  }

  /** Adds an aggregate, which may be used OVER a window too. */
  aggregate<State>(name: string, definition: AggregateDefinition<State>): void {
    this.#functions.addAggregate(name, definition);
  }

  /** Adds a function in FROM: rows that it makes of its arguments. */
  table(name: string, definition: TableDefinition): void {
    this.#functions.addUserTable(name, definition);
  }

  /**
   * Adds a collation, for every database of the process. One that stored keys and indexes are ordered by has to be there
   * before the database is opened: see `DatabaseOptions.collations`.
   * @param compare negative, 0 or positive; a total order that never changes
   * @throws {SqlError} INVALID_ARGUMENT when the name has another order already
   */
  collation(name: string, compare: Collation): void {
    useCollations({ [name]: compare });
    this.#functions.version++;
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
export async function DB<Schema = unknown>(
  name: string,
  options: DatabaseOptions = {},
): Promise<Typed<Database, Schema>> {
  const { storage, ...rest } = options;
  return new Database(name, await openStore(name, storage, rest.durability), rest) as Typed<Database, Schema>;
}

/** An empty database in memory with some tables. @throws {SqlError} SYNTAX_ERROR and others */
export function createDatabase<const D extends string = ''>(
  ddl?: D,
  options: Omit<DatabaseOptions, 'storage'> = {},
): Typed<Database, D extends '' ? unknown : SchemaOf<D>> {
  const db = new Database(':memory:', new MemoryStore(), options);
  const text: string = ddl ?? '';
  db.exec(text);
  return db as never;
}

function useCollations(collations: Readonly<Record<string, Collation>>): void {
  for (const [name, compare] of Object.entries(collations)) {
    if (!addCollation(name, compare)) throw new SqlError('INVALID_ARGUMENT', `collation ${name} has another order`);
  }
}

async function openStore(
  name: string,
  storage: DatabaseOptions['storage'],
  durability: DatabaseOptions['durability'],
): Promise<Store> {
  if (storage === undefined) return new MemoryStore();
  if (typeof storage === 'string') {
    // By the package's own name, since bundlers for Workers do not split: under their condition it is fsx/no-file.ts.
    const { NodeFileStore } = await import('@dotdo/dosql/node');
    return NodeFileStore.open(storage, durability === undefined ? {} : { durability });
  }
  const { hot, warm } = storage;
  const store = 'sql' in hot ? new DurableObjectStore(hot) : hot;
  return warm === undefined ? store : new TieredStore(store, new R2Store(warm, `${name}/`));
}
