import type { JsonObject } from '../json.ts';
import type { ErrorCodeInfo, IcebergErrorType, Outcome } from './code-info.ts';
import { hintOf } from './hints.ts';
import { LAKE_ERROR_CODES, isLakeErrorCode, type LakeErrorCode } from './lake-codes.ts';
import { LakeError } from './lake-error.ts';
import { buildError, readOptions, rehydrateError } from './recognize.ts';
import type { ErrorPosition, ServiceErrorOptions } from './service-error.ts';
import { ERROR_CODES, type SqlErrorCode } from './sql-codes.ts';
import { SqlError } from './sql-error.ts';

/** Body of an HTTP answer with an error status: plain JSON, without stack and cause. */
export interface ErrorBody {
  readonly error: {
    readonly service: 'sql' | 'lake';
    readonly code: SqlErrorCode | LakeErrorCode;
    readonly message: string;
    readonly status: number;
    readonly retryable: boolean;
    readonly hint: string;
    readonly retryAfterMs?: number;
    readonly outcome?: Outcome;
    readonly position?: ErrorPosition;
    readonly suggestion?: string;
    readonly requestId?: string;
    readonly details?: JsonObject;
  };
}

/** Body of an error answer of the Iceberg REST catalog. @see https://iceberg.apache.org/rest-catalog-spec/ */
export interface IcebergErrorBody {
  readonly error: { readonly message: string; readonly type: IcebergErrorType; readonly code: number };
}

const ICEBERG_TYPE_BY_STATUS: Readonly<Record<number, IcebergErrorType>> = {
  401: 'NotAuthorizedException',
  403: 'ForbiddenException',
  404: 'NotFoundException',
  409: 'CommitFailedException',
  422: 'UnprocessableEntityException',
  429: 'SlowDownException',
  503: 'ServiceUnavailableException',
};

/** Looks a code up in both tables. */
export function errorCodeInfo(code: SqlErrorCode | LakeErrorCode): ErrorCodeInfo {
  return isLakeErrorCode(code) ? LAKE_ERROR_CODES[code] : ERROR_CODES[code];
}

/**
 * What may leave the process: one of our errors without stack and cause; `ABORTED` for an abort by
 * signal; for anything else `INTERNAL` without its message, which could hold secrets. Return it from
 * Cap'n Web's `onSendError`, which would otherwise send `cause` along.
 */
export function publicError(
  error: unknown,
  context: { readonly requestId?: string; readonly service?: 'sql' | 'lake' } = {},
): SqlError | LakeError {
  const { requestId } = context;
  const known = rehydrateError(error);
  const copy =
    known instanceof SqlError || known instanceof LakeError
      ? buildError(
          Object.assign<Record<string, unknown>, object, object>({ requestId }, known, {
            message: known.message,
            hint: hintOf(known.code),
          }),
        )
      : isAbort(error)
        ? makeError(context.service, 'ABORTED', 'the call was aborted', { requestId, hint: hintOf('ABORTED') })
        : undefined;
  const result =
    copy ?? makeError(context.service, 'INTERNAL', 'internal error', { requestId, hint: hintOf('INTERNAL') });
  Object.defineProperty(result, 'stack', { value: '', configurable: true, writable: true }); // an empty stack is not sent
  return result;
}

/** Turns any thrown value into the body of an HTTP answer; unknown errors become `INTERNAL` without their message. */
export function toErrorBody(
  error: unknown,
  context: { readonly requestId?: string; readonly service?: 'sql' | 'lake' } = {},
): ErrorBody {
  const sent = publicError(error, context);
  return { error: Object.assign({}, sent, { message: sent.message, hint: hintOf(sent.code) }) }; // own fields: neither name nor stack
}

/** Turns any thrown value into the error body of the Iceberg REST catalog. */
export function toIcebergErrorBody(error: unknown): IcebergErrorBody {
  const sent = publicError(error, { service: 'lake' });
  const info = errorCodeInfo(sent.code);
  const code = info.icebergStatus ?? info.status;
  const type =
    info.icebergType ?? ICEBERG_TYPE_BY_STATUS[code] ?? (code < 500 ? 'BadRequestException' : 'InternalServerError');
  return { error: { message: sent.message, type, code } };
}

/**
 * Makes the error that an answer's body describes. A code that this version does not know becomes
 * `INTERNAL` with the code in `details.code`; a body of another form becomes `PROTOCOL_ERROR`.
 */
export function errorFromBody(body: unknown): SqlError | LakeError {
  const fields = typeof body === 'object' && body !== null ? (body as { error?: unknown }).error : undefined;
  if (typeof fields !== 'object' || fields === null)
    return new SqlError('PROTOCOL_ERROR', 'the answer is not an error body');
  const known = fields as Record<string, unknown>;
  const error = buildError(known);
  if (error !== undefined) return error;
  const { code, message, service } = known;
  if (typeof code !== 'string' || typeof message !== 'string')
    return new SqlError('PROTOCOL_ERROR', 'the error body has no code or message');
  const options = readOptions(known);
  const sentService = service === 'lake' ? 'lake' : 'sql';
  return makeError(sentService, 'INTERNAL', message, { ...options, details: { ...options.details, code } });
}

function makeError(
  service: 'sql' | 'lake' | undefined,
  code: SqlErrorCode & LakeErrorCode,
  message: string,
  options: ServiceErrorOptions,
): SqlError | LakeError {
  return service === 'lake' ? new LakeError(code, message, options) : new SqlError(code, message, options);
}

function isAbort(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { name?: unknown }).name === 'AbortError';
}
