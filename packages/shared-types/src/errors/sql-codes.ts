/**
 * The error table of the database, put together from its parts: a code's HTTP status, retryability
 * and SQLite equivalent. The error reference page is generated from it and from hints.ts. `NO_SUCH_X` with status
 * 400 is a name in a statement, with 404 a resource in an address.
 */
import { DATABASE_CODES } from './database-codes.ts';
import { EXECUTION_CODES } from './execution-codes.ts';
import { SERVICE_CODES } from './service-codes.ts';
import { STATEMENT_CODES } from './statement-codes.ts';

/** Codes of `SqlError`, of the database, its client and its embedded form. */
export const ERROR_CODES: typeof SERVICE_CODES &
  typeof STATEMENT_CODES &
  typeof EXECUTION_CODES &
  typeof DATABASE_CODES = { ...SERVICE_CODES, ...STATEMENT_CODES, ...EXECUTION_CODES, ...DATABASE_CODES };

/** Every code a `SqlError` can have. */
export type SqlErrorCode = keyof typeof ERROR_CODES;

/** True when the value is a code of `SqlError`. */
export function isSqlErrorCode(value: unknown): value is SqlErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_CODES, value);
}
