/** What concerns a database as a whole: storage, history, change streams, shards, procedures, handles. */
export const DATABASE_CODES = {
  NO_SUCH_DATABASE: {
    status: 404,
    retryable: false,
    sqlite: 'SQLITE_CANTOPEN',
    hint: 'Check the name in the address; create the database first if the server does not do so on first use.',
  },
  DATABASE_EXISTS: { status: 409, retryable: false, sqlite: 'SQLITE_CANTOPEN', hint: 'Choose another name.' },
  DATABASE_CLOSED: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_MISUSE',
    hint: 'close() was called on this database. Open it again.',
  },
  STATEMENT_NOT_FOUND: {
    status: 404,
    retryable: true,
    sqlite: 'SQLITE_MISUSE',
    hint: 'The server no longer holds this prepared statement. Prepare it again; the client does so by itself.',
  },
  STATEMENT_DISPOSED: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_MISUSE',
    hint: 'The prepared statement was disposed of. Prepare a new one.',
  },

  CORRUPT_PAGE: {
    status: 500,
    retryable: false,
    sqlite: 'SQLITE_CORRUPT',
    hint: 'A page fails its checksum. Nothing was changed; run the integrity check and restore to an earlier point.',
  },
  CORRUPT_LOG: {
    status: 500,
    retryable: false,
    sqlite: 'SQLITE_CORRUPT',
    hint: 'A record inside the log fails its checksum, so recovery stopped rather than lose commits. Restore to an earlier point.',
  },
  CORRUPT_CHECKPOINT: {
    status: 500,
    retryable: false,
    sqlite: 'SQLITE_CORRUPT',
    hint: 'The checkpoint record is unreadable. Restore to an earlier point.',
  },
  UNSUPPORTED_FORMAT: {
    status: 500,
    retryable: false,
    sqlite: 'SQLITE_NOTADB',
    hint: 'The data was written by a newer version. Deploy that version or a later one.',
  },
  NOT_A_DATABASE: { status: 422, retryable: false, sqlite: 'SQLITE_NOTADB', hint: 'The file is of another format.' },
  STORE_LOCKED: {
    status: 503,
    retryable: true,
    sqlite: 'SQLITE_BUSY',
    hint: 'Another process has this folder open. Close it there first.',
  },

  SNAPSHOT_TOO_OLD: {
    status: 410,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
    hint: 'The history asked for is no longer kept. Choose a later point, or ask the lake.',
  },
  LSN_TOO_OLD: {
    status: 410,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
    hint: 'The log before this LSN is gone. Take a new snapshot and follow from its LSN.',
  },
  LSN_IN_FUTURE: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
    hint: 'The database has not reached this LSN: it was restored to an earlier point, or the LSN is of another database.',
  },
  BOOKMARK_NOT_REACHED: {
    status: 503,
    retryable: true,
    sqlite: 'SQLITE_BUSY',
    hint: 'This copy is behind the bookmark. Repeat shortly.',
  },
  NO_SUCH_BRANCH: { status: 404, retryable: false, sqlite: 'SQLITE_ERROR', hint: 'Check the name of the branch.' },
  BRANCH_EXISTS: { status: 409, retryable: false, sqlite: 'SQLITE_ERROR', hint: 'Choose another name for the branch.' },

  NO_SUCH_SLOT: { status: 404, retryable: false, hint: 'Create the replication slot first.' },
  SLOT_EXISTS: { status: 409, retryable: false, hint: 'Subscribe from the existing slot, or drop it first.' },
  SLOT_IN_USE: {
    status: 409,
    retryable: true,
    hint: 'Another subscriber reads from this slot. One slot serves one subscriber.',
  },
  SLOT_LOST: {
    status: 410,
    retryable: false,
    hint: 'The slot held back too much log and was given up. Drop it, take a new snapshot and create a new slot.',
  },
  TOO_MANY_SLOTS: { status: 429, retryable: false, hint: 'Drop slots that nobody reads.' },
  SUBSCRIBER_TOO_SLOW: {
    status: 503,
    retryable: true,
    hint: 'The stream was ended because its reader fell behind. Subscribe again from the last LSN that was processed.',
  },

  CROSS_SHARD_UNSUPPORTED: {
    status: 501,
    retryable: false,
    hint: 'The statement would need rows of several shards together. Restrict it to one shard key, or ask the lake.',
  },
  SHARD_KEY_REQUIRED: {
    status: 400,
    retryable: false,
    hint: 'Give the shard key a value: it decides where the row goes.',
  },
  SHARD_KEY_IMMUTABLE: { status: 422, retryable: false, hint: 'Delete the row and insert it under the new shard key.' },
  NO_SUCH_SHARD: { status: 404, retryable: false, hint: 'The shard is not in the routing table.' },
  WRONG_SHARD: {
    status: 421,
    retryable: true,
    hint: 'The routing table of the caller is out of date. Fetch it and repeat.',
  },
  SHARD_UNAVAILABLE: {
    status: 503,
    retryable: true,
    hint: 'A shard that the statement needs does not answer. Repeat; `details.shardId` says which.',
  },
  RESHARDING: { status: 503, retryable: true, hint: 'The rows are on their way to another shard. Repeat shortly.' },
  TX_IN_DOUBT: {
    status: 503,
    retryable: true,
    hint: 'The two-phase commit is not decided on every shard yet. Ask again with the same idempotency key.',
  },

  NO_SUCH_PROCEDURE: { status: 400, retryable: false, hint: 'Check the spelling; register the procedure first.' },
  PROCEDURE_EXISTS: { status: 409, retryable: false, hint: 'Choose another name, or write CREATE OR REPLACE.' },
  PROCEDURE_FAILED: {
    status: 422,
    retryable: false,
    hint: 'The procedure threw; the message is its own. Its changes were undone.',
  },
  PROCEDURE_LIMIT: {
    status: 422,
    retryable: false,
    hint: 'The procedure ran over a limit of calls, steps or depth. Its changes were undone.',
  },
} as const;
