/** Whether a failed write left a trace: certainly not, or only a look-up by its idempotency key can tell. */
export type Outcome = 'not_applied' | 'unknown';

/** Primary result codes of SQLite that an error can stand for. @see https://sqlite.org/rescode.html */
export type SqliteResultCode =
  | 'SQLITE_ABORT'
  | 'SQLITE_AUTH'
  | 'SQLITE_BUSY'
  | 'SQLITE_CANTOPEN'
  | 'SQLITE_CONSTRAINT'
  | 'SQLITE_CORRUPT'
  | 'SQLITE_ERROR'
  | 'SQLITE_FULL'
  | 'SQLITE_INTERNAL'
  | 'SQLITE_INTERRUPT'
  | 'SQLITE_IOERR'
  | 'SQLITE_LOCKED'
  | 'SQLITE_MISMATCH'
  | 'SQLITE_MISUSE'
  | 'SQLITE_NOMEM'
  | 'SQLITE_NOTADB'
  | 'SQLITE_RANGE'
  | 'SQLITE_READONLY'
  | 'SQLITE_SCHEMA'
  | 'SQLITE_TOOBIG';

/** `error.type` values of the Iceberg REST catalog. @see https://iceberg.apache.org/rest-catalog-spec/ */
export type IcebergErrorType =
  | 'AlreadyExistsException'
  | 'BadRequestException'
  | 'CommitFailedException'
  | 'CommitStateUnknownException'
  | 'ForbiddenException'
  | 'InternalServerError'
  | 'NamespaceNotEmptyException'
  | 'NoSuchNamespaceException'
  | 'NoSuchTableException'
  | 'NoSuchViewException'
  | 'NotAuthorizedException'
  | 'NotFoundException'
  | 'ServiceUnavailableException'
  | 'SlowDownException'
  | 'UnprocessableEntityException'
  | 'UnsupportedOperationException';

/** One row of the error table. */
export interface ErrorCodeInfo {
  /** HTTP status, 400 to 599. */
  readonly status: number;
  /** True when the same request may succeed later; an instance may say otherwise. */
  readonly retryable: boolean;
  /** SQLite's primary result code for the same condition, where it has one. */
  readonly sqlite?: SqliteResultCode;
  /** `error.type` in an Iceberg REST answer; without it the status decides. */
  readonly icebergType?: IcebergErrorType;
  /** Status in an Iceberg REST answer where the specification asks for another one than `status`. */
  readonly icebergStatus?: number;
}
