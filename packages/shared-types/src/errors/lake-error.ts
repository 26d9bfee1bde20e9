import { ServiceError, type ServiceErrorOptions } from './service-error.ts';
import { LAKE_ERROR_CODES, type LakeErrorCode } from './lake-codes.ts';

/** Failure of the lake, of its catalog or of its client; tell them apart by `code`. */
export class LakeError extends ServiceError<LakeErrorCode> {
  readonly service = 'lake' as const;

  constructor(code: LakeErrorCode, message: string, options: ServiceErrorOptions = {}) {
    super(code, LAKE_ERROR_CODES[code], message, options);
  }

  /** On the prototype, so that it is not among the fields that travel. */
  override get name(): 'LakeError' {
    return 'LakeError';
  }
}
