/** What can go wrong while a statement runs: constraints, values, limits, transactions. */
export const EXECUTION_CODES = {
  // Against other rows: 409. The row itself is unacceptable: 422.
  UNIQUE_VIOLATION: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_CONSTRAINT',
  },
  PRIMARY_KEY_VIOLATION: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_CONSTRAINT',
  },
  FOREIGN_KEY_VIOLATION: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_CONSTRAINT',
  },
  NOT_NULL_VIOLATION: {
    status: 422,
    retryable: false,
    sqlite: 'SQLITE_CONSTRAINT',
  },
  CHECK_VIOLATION: {
    status: 422,
    retryable: false,
    sqlite: 'SQLITE_CONSTRAINT',
  },
  DATATYPE_VIOLATION: {
    status: 422,
    retryable: false,
    sqlite: 'SQLITE_CONSTRAINT',
  },
  TRIGGER_ABORT: {
    status: 422,
    retryable: false,
    sqlite: 'SQLITE_CONSTRAINT',
  },
  ROWID_EXHAUSTED: {
    status: 507,
    retryable: false,
    sqlite: 'SQLITE_FULL',
  },

  TYPE_MISMATCH: {
    status: 422,
    retryable: false,
    sqlite: 'SQLITE_MISMATCH',
  },
  INTEGER_OUT_OF_RANGE: {
    status: 422,
    retryable: false,
    sqlite: 'SQLITE_MISMATCH',
  },
  INTEGER_OVERFLOW: {
    status: 422,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },

  RESULT_TOO_LARGE: { status: 422, retryable: false, sqlite: 'SQLITE_TOOBIG' },
  ROW_TOO_LARGE: {
    status: 422,
    retryable: false,
    sqlite: 'SQLITE_TOOBIG',
  },
  VALUE_TOO_LARGE: {
    status: 422,
    retryable: false,
    sqlite: 'SQLITE_TOOBIG',
  },
  MEMORY_LIMIT: {
    status: 422,
    retryable: false,
    sqlite: 'SQLITE_NOMEM',
  },
  STEP_LIMIT: {
    status: 422,
    retryable: false,
    sqlite: 'SQLITE_INTERRUPT',
  },
  RECURSION_LIMIT: {
    status: 422,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  DEADLINE_EXCEEDED: {
    status: 504,
    retryable: false,
    sqlite: 'SQLITE_INTERRUPT',
  },
  TOO_MANY_TRANSACTIONS: {
    status: 429,
    retryable: true,
    sqlite: 'SQLITE_BUSY',
  },
  TOO_MANY_STATEMENTS: {
    status: 429,
    retryable: false,
    sqlite: 'SQLITE_NOMEM',
  },
  TOO_MANY_SUBSCRIPTIONS: {
    status: 429,
    retryable: true,
    sqlite: 'SQLITE_BUSY',
  },

  BUSY: {
    status: 503,
    retryable: true,
    sqlite: 'SQLITE_BUSY',
  },
  LOCK_TIMEOUT: {
    status: 503,
    retryable: true,
    sqlite: 'SQLITE_BUSY',
  },
  TABLE_LOCKED: {
    status: 409,
    retryable: true,
    sqlite: 'SQLITE_LOCKED',
  },
  DEADLOCK: {
    status: 409,
    retryable: true,
    sqlite: 'SQLITE_BUSY',
  },
  WRITE_CONFLICT: {
    status: 409,
    retryable: true,
    sqlite: 'SQLITE_BUSY',
  },
  SERIALIZATION_FAILURE: {
    status: 409,
    retryable: true,
    sqlite: 'SQLITE_BUSY',
  },
  TX_ABORTED: {
    status: 409,
    retryable: true,
    sqlite: 'SQLITE_ABORT',
  },
  TX_NOT_ACTIVE: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  TX_LEASE_EXPIRED: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_ABORT',
  },
  SAVEPOINT_NOT_FOUND: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  NESTED_TRANSACTION: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  READ_ONLY: {
    status: 403,
    retryable: false,
    sqlite: 'SQLITE_READONLY',
  },
  SCHEMA_CHANGED: {
    status: 409,
    retryable: true,
    sqlite: 'SQLITE_SCHEMA',
  },
} as const;
