import type { IdempotencyKey } from './idempotency.ts';

/** Where a session stands: outside a transaction, in one, or inside a savepoint of one. */
export const TransactionState = {
  NONE: 'NONE',
  ACTIVE: 'ACTIVE',
  SAVEPOINT: 'SAVEPOINT',
} as const;

/** Where a session stands: outside a transaction, in one, or inside a savepoint of one. */
export type TransactionState = (typeof TransactionState)[keyof typeof TransactionState];

/** What a transaction may see of others; SERIALIZABLE unless asked otherwise, never weaker than asked. */
export type IsolationLevel = 'READ_UNCOMMITTED' | 'READ_COMMITTED' | 'REPEATABLE_READ' | 'SERIALIZABLE' | 'SNAPSHOT';

/** Lock on a table, weakest first. @see https://sqlite.org/lockingv3.html */
export type LockType = 'SHARED' | 'RESERVED' | 'PENDING' | 'EXCLUSIVE';

/** When a transaction takes its locks. @see https://sqlite.org/lang_transaction.html */
export type TransactionMode = 'DEFERRED' | 'IMMEDIATE' | 'EXCLUSIVE';

/** How a transaction is to run. */
export interface TransactionOptions {
  /** SERIALIZABLE by default. */
  readonly isolation?: IsolationLevel;
  /** DEFERRED by default. */
  readonly mode?: TransactionMode;
  /** Idle time in milliseconds after which it is rolled back; 30,000 by default. */
  readonly leaseMs?: number;
  /** Time in milliseconds that it may take in all, waiting for locks included. */
  readonly timeoutMs?: number;
  /** Refuses writes with READ_ONLY. */
  readonly readOnly?: boolean;
  /** Names the commit, so that a repeated one answers with the first one's result. */
  readonly idempotencyKey?: IdempotencyKey;
}
