import { SqlError } from './errors/sql-error.ts';

declare const TransactionIdBrand: unique symbol;
declare const ShardIdBrand: unique symbol;

/** Name of one transaction, 1 to 64 printable ASCII characters without spaces. */
export type TransactionId = string & { readonly [TransactionIdBrand]: never };

/** Name of one shard, safe as a URL segment: 1 to 128 of `A–Z a–z 0–9 . _ ~ -`, not beginning with a dot. */
export type ShardId = string & { readonly [ShardIdBrand]: never };

const TRANSACTION_ID = /^[\x21-\x7e]{1,64}$/;
const SHARD_ID = /^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,127}$/; // no leading dot: `.` and `..` are path segments

/**
 * Checks and brands a transaction id.
 * @throws {SqlError} INVALID_ARGUMENT when it is not 1 to 64 printable ASCII characters without spaces
 */
export function transactionId(value: string): TransactionId {
  if (!isTransactionId(value))
    throw invalid('transaction id', '1 to 64 printable ASCII characters without spaces', value);
  return value;
}

/** True when the value can be a transaction id. */
export function isTransactionId(value: unknown): value is TransactionId {
  return typeof value === 'string' && TRANSACTION_ID.test(value);
}

/**
 * Checks and brands a shard id.
 * @throws {SqlError} INVALID_ARGUMENT when it is not 1 to 128 unreserved URL characters, or begins with a dot
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-2.3
 */
export function shardId(value: string): ShardId {
  if (!isShardId(value)) throw invalid('shard id', '1 to 128 of A–Z a–z 0–9 . _ ~ - and begin with no dot', value);
  return value;
}

/** True when the value can be a shard id. */
export function isShardId(value: unknown): value is ShardId {
  return typeof value === 'string' && SHARD_ID.test(value);
}

function invalid(what: string, form: string, value: unknown): SqlError {
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : typeof value;
  return new SqlError('INVALID_ARGUMENT', `${what} must be ${form}: ${shown}`);
}
