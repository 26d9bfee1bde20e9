/** What concerns a database as a whole: storage, history, change streams, shards, procedures, handles. */
export const DATABASE_CODES = {
  NO_SUCH_DATABASE: {
    status: 404,
    retryable: false,
    sqlite: 'SQLITE_CANTOPEN',
  },
  DATABASE_EXISTS: { status: 409, retryable: false, sqlite: 'SQLITE_CANTOPEN' },
  DATABASE_CLOSED: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_MISUSE',
  },
  STATEMENT_NOT_FOUND: {
    status: 404,
    retryable: true,
    sqlite: 'SQLITE_MISUSE',
  },
  STATEMENT_DISPOSED: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_MISUSE',
  },

  CORRUPT_PAGE: {
    status: 500,
    retryable: false,
    sqlite: 'SQLITE_CORRUPT',
  },
  CORRUPT_LOG: {
    status: 500,
    retryable: false,
    sqlite: 'SQLITE_CORRUPT',
  },
  CORRUPT_CHECKPOINT: {
    status: 500,
    retryable: false,
    sqlite: 'SQLITE_CORRUPT',
  },
  UNSUPPORTED_FORMAT: {
    status: 500,
    retryable: false,
    sqlite: 'SQLITE_NOTADB',
  },
  NOT_A_DATABASE: { status: 422, retryable: false, sqlite: 'SQLITE_NOTADB' },
  STORE_LOCKED: {
    status: 503,
    retryable: true,
    sqlite: 'SQLITE_BUSY',
  },

  SNAPSHOT_TOO_OLD: {
    status: 410,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  LSN_TOO_OLD: {
    status: 410,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  LSN_IN_FUTURE: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  BOOKMARK_NOT_REACHED: {
    status: 503,
    retryable: true,
    sqlite: 'SQLITE_BUSY',
  },
  NO_SUCH_BRANCH: { status: 404, retryable: false, sqlite: 'SQLITE_ERROR' },
  BRANCH_EXISTS: { status: 409, retryable: false, sqlite: 'SQLITE_ERROR' },

  NO_SUCH_SLOT: { status: 404, retryable: false },
  SLOT_EXISTS: { status: 409, retryable: false },
  SLOT_IN_USE: {
    status: 409,
    retryable: true,
  },
  SLOT_LOST: {
    status: 410,
    retryable: false,
  },
  TOO_MANY_SLOTS: { status: 429, retryable: false },
  SUBSCRIBER_TOO_SLOW: {
    status: 503,
    retryable: true,
  },

  CROSS_SHARD_UNSUPPORTED: {
    status: 501,
    retryable: false,
  },
  SHARD_KEY_REQUIRED: {
    status: 400,
    retryable: false,
  },
  SHARD_KEY_IMMUTABLE: { status: 422, retryable: false },
  NO_SUCH_SHARD: { status: 404, retryable: false },
  WRONG_SHARD: {
    status: 421,
    retryable: true,
  },
  SHARD_UNAVAILABLE: {
    status: 503,
    retryable: true,
  },
  RESHARDING: { status: 503, retryable: true },
  TX_IN_DOUBT: {
    status: 503,
    retryable: true,
  },

  NO_SUCH_PROCEDURE: { status: 400, retryable: false },
  PROCEDURE_EXISTS: { status: 409, retryable: false },
  PROCEDURE_FAILED: {
    status: 422,
    retryable: false,
  },
  PROCEDURE_LIMIT: {
    status: 422,
    retryable: false,
  },
} as const;
