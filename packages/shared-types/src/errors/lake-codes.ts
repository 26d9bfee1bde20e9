/** The error table of the lake; a module of its own, so that a bundle without the lake carries none of it. */
import { LAKE_ONLY_CODES } from './lake-only-codes.ts';
import { SERVICE_CODES } from './service-codes.ts';

/** Codes of `LakeError`; shares exactly the service codes with `ERROR_CODES`. */
export const LAKE_ERROR_CODES: typeof SERVICE_CODES & typeof LAKE_ONLY_CODES = { ...SERVICE_CODES, ...LAKE_ONLY_CODES };

/** Every code a `LakeError` can have. */
export type LakeErrorCode = keyof typeof LAKE_ERROR_CODES;

/** True when the value is a code of `LakeError`. */
export function isLakeErrorCode(value: unknown): value is LakeErrorCode {
  return typeof value === 'string' && Object.hasOwn(LAKE_ERROR_CODES, value);
}
