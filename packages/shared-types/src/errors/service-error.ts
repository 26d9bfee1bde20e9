import { toJsonObject, type JsonObject } from '../json.ts';
import type { ErrorCodeInfo, Outcome } from './code-info.ts';

/** Where in the text of a statement an error lies. */
export interface ErrorPosition {
  /** Line, from 1. */
  readonly line: number;
  /** Column in UTF-16 code units, from 1. */
  readonly column: number;
  /** Offset in UTF-16 code units from the start of the text, from 0. */
  readonly offset: number;
}

/** What an error may carry besides code and message. */
export interface ServiceErrorOptions {
  /** Overrides the retryability that the table gives the code. */
  readonly retryable?: boolean | undefined;
  /** Wait at least this long, in milliseconds, before the retry. */
  readonly retryAfterMs?: number | undefined;
  /** Whether a failed write left a trace. */
  readonly outcome?: Outcome | undefined;
  readonly position?: ErrorPosition | undefined;
  /** What the user probably meant, ready to be put in place of what is wrong. */
  readonly suggestion?: string | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** Finds the request in the server's log. */
  readonly requestId?: string | undefined;
  /** Further facts, in plain JSON; LSNs as `formatLsn` gives them. */
  readonly details?: JsonObject | undefined;
  /** The error below; stays in the process. */
  readonly cause?: unknown;
}

/**
 * Base of `SqlError` and `LakeError`. Everything a handler needs is an own enumerable field, because
 * Cap'n Web keeps an error's own fields and its message but neither its class nor its name. Fields
 * that do not apply are absent, not undefined.
 */
export abstract class ServiceError<Code extends string> extends Error {
  /** Which class it is, for the codes that both share. */
  abstract readonly service: 'sql' | 'lake';
  readonly code: Code;
  /** HTTP status of the code. */
  readonly status: number;
  /** True when the same request may succeed later. */
  readonly retryable: boolean;
  /** What to do about it, where a server has sent the error; `hintOf(code)` anywhere else. */
  declare readonly hint?: string;
  declare readonly retryAfterMs?: number;
  declare readonly outcome?: Outcome;
  declare readonly position?: ErrorPosition;
  declare readonly suggestion?: string;
  declare readonly requestId?: string;
  declare readonly details?: JsonObject;

  constructor(code: Code, info: ErrorCodeInfo, message: string, options: ServiceErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = info.status;
    this.retryable = options.retryable ?? info.retryable;
    if (options.hint !== undefined) this.hint = options.hint;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    if (options.outcome !== undefined) this.outcome = options.outcome;
    if (options.position !== undefined) this.position = options.position;
    if (options.suggestion !== undefined) this.suggestion = options.suggestion;
    if (options.requestId !== undefined) this.requestId = options.requestId;
    const details = toJsonObject(options.details);
    if (details !== undefined) this.details = details;
  }
}
