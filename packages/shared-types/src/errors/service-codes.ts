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
    hint: 'The message names the argument and the values it takes.',
  },
  PROTOCOL_ERROR: {
    status: 400,
    retryable: false,
    icebergType: 'BadRequestException',
    hint: 'A message could not be read as the protocol asks. Check that client and server are of compatible versions.',
  },
  UNAUTHENTICATED: {
    status: 401,
    retryable: false,
    icebergType: 'NotAuthorizedException',
    sqlite: 'SQLITE_AUTH',
    hint: 'Send a valid token: `token` in the client, `Authorization: Bearer …` over HTTP. Without a configured token nobody gets in.',
  },
  TOKEN_EXPIRED: {
    status: 401,
    retryable: false,
    icebergType: 'NotAuthorizedException',
    sqlite: 'SQLITE_AUTH',
    hint: 'Fetch a new token and authenticate again.',
  },
  FORBIDDEN: {
    status: 403,
    retryable: false,
    icebergType: 'ForbiddenException',
    sqlite: 'SQLITE_AUTH',
    hint: 'The token is valid but lacks the scope that the message names.',
  },
  NOT_FOUND: {
    status: 404,
    retryable: false,
    icebergType: 'NotFoundException',
    hint: 'Nothing is served at this address. Check the path; /openapi.json lists them all.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    retryable: false,
    icebergType: 'BadRequestException',
    hint: 'The path exists but not with this HTTP method; see the Allow header.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    retryable: false,
    icebergType: 'BadRequestException',
    sqlite: 'SQLITE_TOOBIG',
    hint: 'Send the data in several smaller requests.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    retryable: false,
    icebergType: 'BadRequestException',
    hint: 'Send `Content-Type: application/json`.',
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    retryable: true,
    icebergType: 'SlowDownException',
    sqlite: 'SQLITE_BUSY',
    hint: 'Too many calls are in flight. Wait `retryAfterMs`, then repeat; keep fewer calls open.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    retryable: false,
    icebergType: 'UnprocessableEntityException',
    hint: 'This key was used for another request. Take a new sequence number for each logical write.',
  },
  IDEMPOTENCY_KEY_EXPIRED: {
    status: 410,
    retryable: false,
    icebergType: 'UnprocessableEntityException',
    hint: 'The result under this key is no longer kept, so the write was not run again. Read the data to learn whether it took place.',
  },
  IDEMPOTENCY_KEY_IN_USE: {
    status: 409,
    retryable: true,
    icebergType: 'CommitFailedException',
    hint: 'A request with this key is still running. Repeat it shortly to get its result.',
  },
  ABORTED: {
    status: 499,
    retryable: false,
    sqlite: 'SQLITE_INTERRUPT',
    hint: 'The caller gave the call up, by AbortSignal or by disposing of it. If `outcome` is unknown, a write may still take place.',
  },
  CLIENT_CLOSED: {
    status: 499,
    retryable: false,
    sqlite: 'SQLITE_MISUSE',
    hint: 'close() was called on this client. Make a new one.',
  },
  INTERNAL: {
    status: 500,
    retryable: false,
    icebergType: 'InternalServerError',
    sqlite: 'SQLITE_INTERNAL',
    hint: 'A defect on the server. Report it with the `requestId`.',
  },
  UNSUPPORTED: {
    status: 501,
    retryable: false,
    icebergType: 'UnsupportedOperationException',
    icebergStatus: 406,
    sqlite: 'SQLITE_ERROR',
    hint: 'The server knows what is asked for but does not do it. The message says what to use instead, if anything.',
  },
  CONNECTION_LOST: {
    status: 503,
    retryable: true,
    icebergType: 'ServiceUnavailableException',
    hint: 'The connection broke during the call. Reads and writes with an idempotency key are safe to repeat.',
  },
  UNAVAILABLE: {
    status: 503,
    retryable: true,
    icebergType: 'ServiceUnavailableException',
    sqlite: 'SQLITE_BUSY',
    hint: 'The object is starting, recovering or overloaded. Repeat after `retryAfterMs`.',
  },
  STORAGE_FAILED: {
    status: 503,
    retryable: true,
    icebergType: 'ServiceUnavailableException',
    sqlite: 'SQLITE_IOERR',
    hint: 'The storage below refused a read or a write. The object recovers from what is durable; repeat the call.',
  },
  TIMEOUT: {
    status: 504,
    retryable: true,
    icebergType: 'ServiceUnavailableException',
    sqlite: 'SQLITE_INTERRUPT',
    hint: 'No answer within `timeoutMs`. A write without an idempotency key may have taken place.',
  },
  STORAGE_FULL: {
    status: 507,
    retryable: false,
    icebergType: 'InternalServerError',
    sqlite: 'SQLITE_FULL',
    hint: 'Delete data, or spread it over more databases or shards.',
  },
} as const;

/** Codes that both classes use, for conditions that are about the service and not about SQL or Iceberg. */
export type ServiceErrorCode = keyof typeof SERVICE_CODES;
