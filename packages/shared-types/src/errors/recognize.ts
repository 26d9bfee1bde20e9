import { isLakeErrorCode, type LakeErrorCode } from './lake-codes.ts';
import { LakeError } from './lake-error.ts';
import type { ErrorPosition, ServiceErrorOptions } from './service-error.ts';
import { isSqlErrorCode, type SqlErrorCode } from './sql-codes.ts';
import { SqlError } from './sql-error.ts';

/**
 * True when the value is an error with a code of `SqlError` (or with the given one), whatever its
 * class: an error that came over RPC has lost it. Fields only are looked at.
 */
export function isSqlError<C extends SqlErrorCode = SqlErrorCode>(
  error: unknown,
  code?: C,
): error is SqlError & { readonly code: C } {
  const fields = serviceFields(error);
  return (
    fields !== undefined &&
    isSqlErrorCode(fields['code']) &&
    fields['service'] !== 'lake' &&
    (code === undefined || fields['code'] === code)
  );
}

/** True when the value is an error with a code of `LakeError` (or with the given one), whatever its class. */
export function isLakeError<C extends LakeErrorCode = LakeErrorCode>(
  error: unknown,
  code?: C,
): error is LakeError & { readonly code: C } {
  const fields = serviceFields(error);
  return (
    fields !== undefined &&
    isLakeErrorCode(fields['code']) &&
    fields['service'] !== 'sql' &&
    (code === undefined || fields['code'] === code)
  );
}

/**
 * Gives an error that came over RPC its class again; returns anything else as it is, so that a
 * caller can `throw rehydrateError(error)`. The sender's stack is dropped.
 */
export function rehydrateError(error: unknown): unknown {
  if (error instanceof SqlError || error instanceof LakeError) return error;
  const fields = serviceFields(error);
  if (fields === undefined) return error;
  return buildError(fields) ?? error;
}

/** Makes the error that the fields describe; undefined when the code is unknown here. */
export function buildError(fields: Readonly<Record<string, unknown>>): SqlError | LakeError | undefined {
  const { code, message, service } = fields;
  const text = typeof message === 'string' ? message : String(code);
  if (isSqlErrorCode(code) && !(service === 'lake' && isLakeErrorCode(code)))
    return new SqlError(code, text, readOptions(fields));
  if (isLakeErrorCode(code)) return new LakeError(code, text, readOptions(fields));
  return undefined;
}

/** Takes over the optional fields that have the right type; the sender is not trusted to have kept to it. */
export function readOptions(fields: Readonly<Record<string, unknown>>): ServiceErrorOptions {
  const { retryable, retryAfterMs, outcome, suggestion, hint, requestId, details } = fields;
  return {
    retryable: typeof retryable === 'boolean' ? retryable : undefined,
    retryAfterMs: isCount(retryAfterMs) ? retryAfterMs : undefined,
    outcome: outcome === 'not_applied' || outcome === 'unknown' ? outcome : undefined,
    position: readPosition(fields['position']),
    suggestion: typeof suggestion === 'string' ? suggestion : undefined,
    hint: typeof hint === 'string' ? hint : undefined,
    requestId: typeof requestId === 'string' ? requestId : undefined,
    details: details as ServiceErrorOptions['details'], // the constructor copies it into plain JSON
  };
}

function readPosition(value: unknown): ErrorPosition | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { line, column, offset } = value as Partial<Record<keyof ErrorPosition, unknown>>;
  return isCount(line) && isCount(column) && isCount(offset) ? { line, column, offset } : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** The fields of an object that looks like one of our errors: foreign errors have a `code` too, but no status with it. */
function serviceFields(error: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const fields = error as Record<string, unknown>;
  const isOurs =
    typeof fields['code'] === 'string' &&
    typeof fields['status'] === 'number' &&
    typeof fields['retryable'] === 'boolean';
  return isOurs ? fields : undefined;
}
