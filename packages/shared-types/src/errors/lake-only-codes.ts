/** What concerns the lake: its catalog, its files and the ingest of changes. */
export const LAKE_ONLY_CODES = {
  NO_SUCH_WAREHOUSE: {
    status: 404,
    retryable: false,
    icebergType: 'NotFoundException',
    hint: 'Check the warehouse name in the address or in /v1/config.',
  },
  NO_SUCH_NAMESPACE: {
    status: 404,
    retryable: false,
    icebergType: 'NoSuchNamespaceException',
    hint: 'Create the namespace first; levels are separated by %1F in the address.',
  },
  NO_SUCH_CATALOG_TABLE: {
    status: 404,
    retryable: false,
    icebergType: 'NoSuchTableException',
    hint: 'Check namespace and name; a mirrored table appears with its first flush.',
  },
  NO_SUCH_CATALOG_VIEW: {
    status: 404,
    retryable: false,
    icebergType: 'NoSuchViewException',
    hint: 'Check namespace and name.',
  },
  NO_SUCH_SNAPSHOT: {
    status: 404,
    retryable: false,
    icebergType: 'NotFoundException',
    hint: 'No snapshot has this id or is as old as this; snapshots() lists those that are kept.',
  },
  NO_SUCH_REF: {
    status: 404,
    retryable: false,
    icebergType: 'NotFoundException',
    hint: 'The table has no tag or branch of this name.',
  },
  NAMESPACE_EXISTS: {
    status: 409,
    retryable: false,
    icebergType: 'AlreadyExistsException',
    hint: 'The namespace is there already.',
  },
  CATALOG_TABLE_EXISTS: {
    status: 409,
    retryable: false,
    icebergType: 'AlreadyExistsException',
    hint: 'Choose another name, or drop or rename what has it.',
  },
  CATALOG_VIEW_EXISTS: {
    status: 409,
    retryable: false,
    icebergType: 'AlreadyExistsException',
    hint: 'Choose another name, or drop or rename what has it.',
  },
  NAMESPACE_NOT_EMPTY: {
    status: 409,
    retryable: false,
    icebergType: 'NamespaceNotEmptyException',
    hint: 'Drop its tables, views and inner namespaces first.',
  },
  INVALID_TABLE_METADATA: {
    status: 400,
    retryable: false,
    icebergType: 'BadRequestException',
    hint: 'The schema, partition spec, sort order or update is not valid Iceberg; the message says where.',
  },
  INVALID_PAGE_TOKEN: {
    status: 400,
    retryable: false,
    icebergType: 'BadRequestException',
    hint: 'Begin again without a page token.',
  },
  CONFLICTING_UPDATES: {
    status: 422,
    retryable: false,
    icebergType: 'UnprocessableEntityException',
    hint: 'The same property is both set and removed.',
  },
  COMMIT_FAILED: {
    status: 409,
    retryable: true,
    icebergType: 'CommitFailedException',
    hint: 'A requirement does not hold: the table changed. Load it again, re-apply the change and commit.',
  },
  COMMIT_STATE_UNKNOWN: {
    status: 500,
    retryable: false,
    icebergType: 'CommitStateUnknownException',
    hint: 'The commit may have taken place: load the table and look, and delete no files before.',
  },
  MIRROR_READ_ONLY: {
    status: 403,
    retryable: false,
    icebergType: 'ForbiddenException',
    hint: 'The table mirrors a DoSQL table: write to the source. Foreign commits would make its key index stale.',
  },
  MIRROR_DROP_REFUSED: {
    status: 403,
    retryable: false,
    icebergType: 'ForbiddenException',
    hint: 'The table still receives changes from its source. Drop it there, or end the mirroring first.',
  },

  CDC_GAP: {
    status: 409,
    retryable: true,
    hint: 'Changes are missing before this batch. Send again from `details.wantedLSN`.',
  },
  BUFFER_FULL: {
    status: 429,
    retryable: true,
    hint: 'The buffer waits for a flush. Send the batch again after `retryAfterMs`.',
  },
  INVALID_BATCH: {
    status: 400,
    retryable: false,
    hint: 'A batch holds whole transactions in LSN order, within (fromLSN, toLSN].',
  },
  EPOCH_CHANGED: {
    status: 409,
    retryable: false,
    hint: 'The source was restored to an earlier point. Send a new initial snapshot.',
  },
  UNKNOWN_SCHEMA: {
    status: 409,
    retryable: true,
    hint: 'The lake does not know this version of the table. Send its SCHEMA event first.',
  },
  INCOMPATIBLE_SCHEMA: {
    status: 422,
    retryable: false,
    hint: 'The change cannot be made to the Iceberg table. Types can only be widened.',
  },
  UNREPRESENTABLE_VALUE: {
    status: 422,
    retryable: false,
    hint: 'The value does not fit the Iceberg type of its column; the row is in the dead-letter table.',
  },

  CORRUPT_DATA_FILE: {
    status: 500,
    retryable: false,
    icebergType: 'InternalServerError',
    hint: 'A Parquet file is unreadable. Read an earlier snapshot, or rebuild the table from its source.',
  },
  CORRUPT_METADATA: {
    status: 500,
    retryable: false,
    icebergType: 'InternalServerError',
    hint: 'A manifest or metadata file is unreadable. Register an earlier metadata file.',
  },
  MISSING_FILE: {
    status: 500,
    retryable: false,
    icebergType: 'InternalServerError',
    hint: 'A file that the metadata names is gone: see whether the bucket was changed from outside.',
  },
  UNSUPPORTED_DATA_FILE: {
    status: 501,
    retryable: false,
    icebergType: 'UnsupportedOperationException',
    icebergStatus: 406,
    hint: 'The file uses a format, codec or Iceberg feature that this reader does not have. Query the table with Spark, Trino or DuckDB.',
  },
  SCAN_TOO_LARGE: {
    status: 422,
    retryable: false,
    hint: 'The query reads more than one object may. Filter on a partition column, or use Spark or Trino.',
  },
  MAINTENANCE_CONFLICT: {
    status: 409,
    retryable: true,
    hint: 'A commit came in between. It was left as it is; run the maintenance again.',
  },
  FLUSH_FAILED: { status: 503, retryable: true, hint: 'The buffered changes are kept and the next alarm tries again.' },
} as const;
