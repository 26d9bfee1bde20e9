import { ServiceError, type ServiceErrorOptions } from './service-error.ts';
import { ERROR_CODES, type SqlErrorCode } from './sql-codes.ts';

/** Failure of a database, of its client or of the embedded engine; tell them apart by `code`. */
export class SqlError extends ServiceError<SqlErrorCode> {
  readonly service = 'sql' as const;

  constructor(code: SqlErrorCode, message: string, options: ServiceErrorOptions = {}) {
    super(code, ERROR_CODES[code], message, options);
  }

  /** On the prototype, so that it is not among the fields that travel. */
  override get name(): 'SqlError' {
    return 'SqlError';
  }
}
