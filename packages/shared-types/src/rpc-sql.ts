/**
 * The database service as a Cap'n Web target. Each interface is a capability: who holds it may call
 * it, and disposing of it ends what it stands for. Rows travel as columns and arrays, parameters as
 * `WireParams`. An AbortSignal stays with the client, which disposes of the call instead.
 */
import type { CDCFilter, ReplicationSlot } from './cdc.ts';
import type { WireBatch } from './cdc-wire.ts';
import type { IdempotencyKey } from './idempotency.ts';
import type { TransactionId } from './ids.ts';
import type { LSN } from './lsn.ts';
import type { WireParams } from './params.ts';
import type { SchemaInfo } from './schema.ts';
import type { StatementHash } from './statement-hash.ts';
import type { IsolationLevel, TransactionOptions } from './transaction.ts';
import type { Column, IntegerMode, RemoteExecResult } from './values.ts';
import type { WireChunk, WireResult } from './wire.ts';

/** How a statement is to run. */
export interface StatementOptions {
  /** `number` by default. */
  readonly integers?: IntegerMode;
  /** Deadline in milliseconds; the server has one of its own. */
  readonly timeoutMs?: number;
}

/** How a statement outside a transaction is to run. */
export interface QueryOptions extends StatementOptions {
  /** Names the logical write; needed for a safe repetition. */
  readonly idempotencyKey?: IdempotencyKey;
  /** See at least what the statement saw that returned this bookmark. */
  readonly bookmark?: string;
  /** See the database as it stood at this LSN or time; reads only. */
  readonly asOf?: LSN | Date;
}

/** One statement of a batch. */
export interface BatchStatement {
  readonly sql: string;
  readonly params?: WireParams;
}

/** How a result is streamed. */
export interface StreamOptions extends Omit<QueryOptions, 'idempotencyKey'> {
  /** Rows a chunk, at most. */
  readonly chunkRows?: number;
}

/** Where a subscription begins, and what it wants. */
export interface SubscribeOptions extends CDCFilter {
  /** First event is the one behind this LSN; the present end when absent. */
  readonly afterLSN?: LSN;
  /** Reads from this slot's position instead. */
  readonly slot?: string;
}

/** Answer to a ping. */
export interface Pong {
  /** Clock of the server, milliseconds since 1970. */
  readonly timeMs: number;
  readonly version: string;
}

/** A prepared statement, described. */
export interface StatementInfo {
  readonly hash: StatementHash;
  readonly sql: string;
  readonly columns: readonly Column[];
  readonly parameterCount: number;
  /** Names without prefix in order of first use; null for `?`. */
  readonly parameterNames: readonly (string | null)[];
  readonly readOnly: boolean;
}

/** An open transaction, described. */
export interface TransactionInfo {
  readonly id: TransactionId;
  readonly isolation: IsolationLevel;
  readonly leaseMs: number;
  /** Position in the log that it reads at. */
  readonly snapshotLSN: LSN;
}

/** Answer to a commit. */
export interface CommitResult {
  readonly lsn: LSN;
  readonly bookmark: string;
}

/** What became of the write under an idempotency key. */
export type WriteOutcome =
  | {
      readonly state: 'applied';
      readonly lsn: LSN;
      readonly bookmark: string;
      readonly result: readonly WireResult[] | RemoteExecResult | null;
    }
  | { readonly state: 'running' }
  | { readonly state: 'not_applied' }
  | { readonly state: 'expired' };

/** Figures of a database. */
export interface DatabaseStats {
  readonly lsn: LSN;
  /** Position of the newest checkpoint. */
  readonly checkpointLSN: LSN;
  readonly pageCount: number;
  readonly sizeBytes: number;
  readonly walBytes: number;
  readonly cacheBytes: number;
  readonly openTransactions: number;
  readonly subscriptions: number;
  readonly slots: readonly ReplicationSlot[];
}

/** What anyone who can connect may call. */
export interface DoSQLRpc {
  /**
   * Returns the capability for the database of the address. Without a token, the `Authorization`
   * header of the request counts.
   * @throws {SqlError} UNAUTHENTICATED, TOKEN_EXPIRED or FORBIDDEN
   */
  authenticate(token?: string): Promise<DatabaseRpc>;
  ping(): Promise<Pong>;
}

/** Statements, wherever they run. */
export interface StatementRunnerRpc<Options> {
  /** Runs one statement and returns its rows. */
  query(sql: string, params?: WireParams, options?: Options): Promise<WireResult>;
  /** Runs one statement or several; parameters go with a single one only. */
  exec(sql: string, params?: WireParams, options?: Options): Promise<RemoteExecResult>;
  /** Runs all statements or none, in one transaction or savepoint; one result a statement. */
  batch(statements: readonly BatchStatement[], options?: Options): Promise<readonly WireResult[]>;
  /** Streams the rows of one statement. */
  stream(sql: string, params?: WireParams, options?: StreamOptions): Promise<ReadableStream<WireChunk>>;
}

/** A database. */
export interface DatabaseRpc extends StatementRunnerRpc<QueryOptions> {
  /** Prepares one statement; it lives until it is disposed of or the connection ends. */
  prepare(sql: string): Promise<StatementRpc>;
  /**
   * Runs a statement that was prepared before, on this connection or an earlier one.
   * @throws {SqlError} STATEMENT_NOT_FOUND when the server no longer holds it
   */
  execute(hash: StatementHash, params?: WireParams, options?: QueryOptions): Promise<WireResult>;

  beginTransaction(options?: TransactionOptions): Promise<TransactionRpc>;
  /**
   * Commits a transaction by its id, for who has lost the capability but not the answer.
   * @throws {SqlError} TX_ABORTED when it was lost; it never runs as autocommit instead
   */
  commit(id: TransactionId, options?: { readonly idempotencyKey?: IdempotencyKey }): Promise<CommitResult>;
  rollback(id: TransactionId): Promise<void>;
  /** Tells what became of a write whose answer was lost. */
  outcome(key: IdempotencyKey): Promise<WriteOutcome>;

  getSchema(): Promise<SchemaInfo>;
  stats(): Promise<DatabaseStats>;
  ping(): Promise<Pong>;

  /** Streams changes in commit order; needs the scope to read. */
  subscribe(options?: SubscribeOptions): Promise<ReadableStream<WireBatch>>;
  /** Creates a slot at an LSN; at the present end when absent. @throws {SqlError} SLOT_EXISTS, LSN_TOO_OLD, LSN_IN_FUTURE */
  createSlot(
    name: string,
    options?: { readonly startLSN?: LSN; readonly filter?: CDCFilter },
  ): Promise<ReplicationSlot>;
  /** Confirms everything up to the LSN, inclusive. @throws {SqlError} NO_SUCH_SLOT, SLOT_LOST */
  updateSlot(name: string, confirmedLSN: LSN): Promise<ReplicationSlot>;
  dropSlot(name: string): Promise<void>;
  listSlots(): Promise<readonly ReplicationSlot[]>;
}

/** A prepared statement; dispose of it to free it. */
export interface StatementRpc extends Disposable {
  describe(): Promise<StatementInfo>;
  query(params?: WireParams, options?: QueryOptions): Promise<WireResult>;
  exec(params?: WireParams, options?: QueryOptions): Promise<RemoteExecResult>;
  stream(params?: WireParams, options?: StreamOptions): Promise<ReadableStream<WireChunk>>;
}

/** A transaction; it is rolled back when it is disposed of, when its socket drops, or when its lease ends. */
export interface TransactionRpc extends StatementRunnerRpc<StatementOptions>, Disposable {
  describe(): Promise<TransactionInfo>;
  savepoint(name: string): Promise<void>;
  /** Releases the savepoint and those inside it. @throws {SqlError} SAVEPOINT_NOT_FOUND */
  release(name: string): Promise<void>;
  /** Undoes what came after the savepoint, which stays open. @throws {SqlError} SAVEPOINT_NOT_FOUND */
  rollbackTo(name: string): Promise<void>;
  /** @throws {SqlError} WRITE_CONFLICT, SERIALIZATION_FAILURE, TX_LEASE_EXPIRED, TX_ABORTED */
  commit(options?: { readonly idempotencyKey?: IdempotencyKey }): Promise<CommitResult>;
  rollback(): Promise<void>;
  /** Begins the lease anew. */
  renew(): Promise<void>;
}
