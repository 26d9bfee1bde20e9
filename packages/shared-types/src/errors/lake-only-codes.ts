/** What concerns the lake: its catalog, its files and the ingest of changes. */
export const LAKE_ONLY_CODES = {
  NO_SUCH_WAREHOUSE: {
    status: 404,
    retryable: false,
    icebergType: 'NotFoundException',
  },
  NO_SUCH_NAMESPACE: {
    status: 404,
    retryable: false,
    icebergType: 'NoSuchNamespaceException',
  },
  NO_SUCH_CATALOG_TABLE: {
    status: 404,
    retryable: false,
    icebergType: 'NoSuchTableException',
  },
  NO_SUCH_CATALOG_VIEW: {
    status: 404,
    retryable: false,
    icebergType: 'NoSuchViewException',
  },
  NO_SUCH_SNAPSHOT: {
    status: 404,
    retryable: false,
    icebergType: 'NotFoundException',
  },
  NO_SUCH_REF: {
    status: 404,
    retryable: false,
    icebergType: 'NotFoundException',
  },
  NAMESPACE_EXISTS: {
    status: 409,
    retryable: false,
    icebergType: 'AlreadyExistsException',
  },
  CATALOG_TABLE_EXISTS: {
    status: 409,
    retryable: false,
    icebergType: 'AlreadyExistsException',
  },
  CATALOG_VIEW_EXISTS: {
    status: 409,
    retryable: false,
    icebergType: 'AlreadyExistsException',
  },
  NAMESPACE_NOT_EMPTY: {
    status: 409,
    retryable: false,
    icebergType: 'NamespaceNotEmptyException',
  },
  INVALID_TABLE_METADATA: {
    status: 400,
    retryable: false,
    icebergType: 'BadRequestException',
  },
  INVALID_PAGE_TOKEN: {
    status: 400,
    retryable: false,
    icebergType: 'BadRequestException',
  },
  CONFLICTING_UPDATES: {
    status: 422,
    retryable: false,
    icebergType: 'UnprocessableEntityException',
  },
  COMMIT_FAILED: {
    status: 409,
    retryable: true,
    icebergType: 'CommitFailedException',
  },
  COMMIT_STATE_UNKNOWN: {
    status: 500,
    retryable: false,
    icebergType: 'CommitStateUnknownException',
  },
  MIRROR_READ_ONLY: {
    status: 403,
    retryable: false,
    icebergType: 'ForbiddenException',
  },
  MIRROR_DROP_REFUSED: {
    status: 403,
    retryable: false,
    icebergType: 'ForbiddenException',
  },

  CDC_GAP: {
    status: 409,
    retryable: true,
  },
  BUFFER_FULL: {
    status: 429,
    retryable: true,
  },
  INVALID_BATCH: {
    status: 400,
    retryable: false,
  },
  EPOCH_CHANGED: {
    status: 409,
    retryable: false,
  },
  UNKNOWN_SCHEMA: {
    status: 409,
    retryable: true,
  },
  INCOMPATIBLE_SCHEMA: {
    status: 422,
    retryable: false,
  },
  UNREPRESENTABLE_VALUE: {
    status: 422,
    retryable: false,
  },

  CORRUPT_DATA_FILE: {
    status: 500,
    retryable: false,
    icebergType: 'InternalServerError',
  },
  CORRUPT_METADATA: {
    status: 500,
    retryable: false,
    icebergType: 'InternalServerError',
  },
  MISSING_FILE: {
    status: 500,
    retryable: false,
    icebergType: 'InternalServerError',
  },
  UNSUPPORTED_DATA_FILE: {
    status: 501,
    retryable: false,
    icebergType: 'UnsupportedOperationException',
    icebergStatus: 406,
  },
  SCAN_TOO_LARGE: {
    status: 422,
    retryable: false,
  },
  MAINTENANCE_CONFLICT: {
    status: 409,
    retryable: true,
  },
  FLUSH_FAILED: { status: 503, retryable: true },
} as const;
