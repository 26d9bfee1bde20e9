/**
 * Codes that both services answer with: they are about the request, the caller, the connection and
 * the object, not about SQL or Iceberg. Spread into both `ERROR_CODES` and `LAKE_ERROR_CODES`.
 */
export const SERVICE_CODES = {
  INVALID_ARGUMENT: {
    status: 400,
    retryable: false,
    icebergType: 'BadRequestException',
    sqlite: 'SQLITE_MISUSE',
  },
  PROTOCOL_ERROR: {
    status: 400,
    retryable: false,
    icebergType: 'BadRequestException',
  },
  UNAUTHENTICATED: {
    status: 401,
    retryable: false,
    icebergType: 'NotAuthorizedException',
    sqlite: 'SQLITE_AUTH',
  },
  TOKEN_EXPIRED: {
    status: 401,
    retryable: false,
    icebergType: 'NotAuthorizedException',
    sqlite: 'SQLITE_AUTH',
  },
  FORBIDDEN: {
    status: 403,
    retryable: false,
    icebergType: 'ForbiddenException',
    sqlite: 'SQLITE_AUTH',
  },
  NOT_FOUND: {
    status: 404,
    retryable: false,
    icebergType: 'NotFoundException',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    retryable: false,
    icebergType: 'BadRequestException',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    retryable: false,
    icebergType: 'BadRequestException',
    sqlite: 'SQLITE_TOOBIG',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    retryable: false,
    icebergType: 'BadRequestException',
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    retryable: true,
    icebergType: 'SlowDownException',
    sqlite: 'SQLITE_BUSY',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    retryable: false,
    icebergType: 'UnprocessableEntityException',
  },
  IDEMPOTENCY_KEY_EXPIRED: {
    status: 410,
    retryable: false,
    icebergType: 'UnprocessableEntityException',
  },
  IDEMPOTENCY_KEY_IN_USE: {
    status: 409,
    retryable: true,
    icebergType: 'CommitFailedException',
  },
  ABORTED: {
    status: 499,
    retryable: false,
    sqlite: 'SQLITE_INTERRUPT',
  },
  CLIENT_CLOSED: {
    status: 499,
    retryable: false,
    sqlite: 'SQLITE_MISUSE',
  },
  INTERNAL: {
    status: 500,
    retryable: false,
    icebergType: 'InternalServerError',
    sqlite: 'SQLITE_INTERNAL',
  },
  UNSUPPORTED: {
    status: 501,
    retryable: false,
    icebergType: 'UnsupportedOperationException',
    icebergStatus: 406,
    sqlite: 'SQLITE_ERROR',
  },
  CONNECTION_LOST: {
    status: 503,
    retryable: true,
    icebergType: 'ServiceUnavailableException',
  },
  UNAVAILABLE: {
    status: 503,
    retryable: true,
    icebergType: 'ServiceUnavailableException',
    sqlite: 'SQLITE_BUSY',
  },
  STORAGE_FAILED: {
    status: 503,
    retryable: true,
    icebergType: 'ServiceUnavailableException',
    sqlite: 'SQLITE_IOERR',
  },
  TIMEOUT: {
    status: 504,
    retryable: true,
    icebergType: 'ServiceUnavailableException',
    sqlite: 'SQLITE_INTERRUPT',
  },
  STORAGE_FULL: {
    status: 507,
    retryable: false,
    icebergType: 'InternalServerError',
    sqlite: 'SQLITE_FULL',
  },
} as const;

/** Codes that both classes use, for conditions that are about the service and not about SQL or Iceberg. */
export type ServiceErrorCode = keyof typeof SERVICE_CODES;
