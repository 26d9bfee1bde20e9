/**
 * Log sequence numbers. An LSN orders all changes of one database:
 *   bits  63–48  epoch, raised when a restore to an earlier point is detected
 *   bits  47–0   counter, raised by one for each log entry
 * As a key or in text it is 16 lower-case hexadecimal digits, which sort as the number does. LSN 0
 * stands before the first entry. An epoch above 32767 does not fit a signed 64-bit column.
 */
import { SqlError } from './errors/sql-error.ts';

declare const LSNBrand: unique symbol;

/** Position in the log of one database, at most 2^63 − 1, so that a signed 64-bit column holds it. */
export type LSN = bigint & { readonly [LSNBrand]: never };

/** The two parts of an LSN. */
export interface LSNParts {
  /** 0 to `LSN_EPOCH_MAX`. */
  readonly epoch: number;
  /** 0 to `LSN_COUNTER_MAX`. */
  readonly counter: number;
}

const COUNTER_BITS = 48n;
const COUNTER_MASK = (1n << COUNTER_BITS) - 1n;

/** Greatest epoch: 15 bits, so that an LSN fits a signed 64-bit column. */
export const LSN_EPOCH_MAX = 0x7fff;
/** Greatest counter: 48 bits, exact as a number. */
export const LSN_COUNTER_MAX = 0xffff_ffff_ffff;
/** Length of an LSN as text: 64 bits, 4 a digit. */
export const LSN_TEXT_LENGTH = 16;
/** Before the first entry of any log: where a consumer begins that wants everything. */
export const LSN_ZERO: LSN = 0n as LSN;
/** Greatest LSN. */
export const LSN_MAX: LSN = ((1n << 63n) - 1n) as LSN;

/**
 * Makes an LSN of its value, or of its text form (16 hexadecimal digits; decimal text is refused,
 * since 16 decimal digits would read as another LSN).
 * @throws {SqlError} INVALID_ARGUMENT when it is not in 0 to 2^63 − 1, or is a number that is not a safe integer
 */
export function lsn(value: bigint | number | string): LSN {
  if (typeof value === 'string') return parseLsn(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw invalid(`LSN is not a safe integer: ${value}`);
    return lsn(BigInt(value));
  }
  if (typeof value !== 'bigint') throw invalid(`LSN must be a bigint, a number or text, not ${typeof value}`);
  if (value < 0n || value > LSN_MAX) throw invalid(`LSN is not in 0 to 2^63 − 1: ${value}`);
  return value as LSN;
}

/**
 * Puts an LSN together from its parts.
 * @throws {SqlError} INVALID_ARGUMENT when a part is out of its range
 */
export function lsnOf(parts: LSNParts): LSN {
  const { epoch, counter } = parts;
  if (!Number.isInteger(epoch) || epoch < 0 || epoch > LSN_EPOCH_MAX)
    throw invalid(`LSN epoch must be an integer from 0 to ${LSN_EPOCH_MAX}: ${epoch}`);
  if (!Number.isInteger(counter) || counter < 0 || counter > LSN_COUNTER_MAX)
    throw invalid(`LSN counter must be an integer from 0 to 2^48 − 1: ${counter}`);
  return ((BigInt(epoch) << COUNTER_BITS) | BigInt(counter)) as LSN;
}

/** True when the value is a bigint from 0 to 2^63 − 1. */
export function isLSN(value: unknown): value is LSN {
  return typeof value === 'bigint' && value >= 0n && value <= LSN_MAX;
}

/** The bits above the counter. */
export function lsnEpoch(value: LSN): number {
  return Number(value >> COUNTER_BITS);
}

/** The lower 48 bits. */
export function lsnCounter(value: LSN): number {
  return Number(value & COUNTER_MASK);
}

/** Text form: 16 lower-case hexadecimal digits; sorts as the number does. */
export function formatLsn(value: LSN): string {
  return value.toString(16).padStart(LSN_TEXT_LENGTH, '0');
}

/**
 * Reads what `formatLsn` wrote; upper-case digits are taken too.
 * @throws {SqlError} INVALID_ARGUMENT when the text is not exactly 16 hexadecimal digits
 */
export function parseLsn(text: string): LSN {
  if (!/^[0-9a-fA-F]{16}$/.test(text))
    throw invalid(`LSN must be 16 hexadecimal digits: ${JSON.stringify(text.slice(0, 40))}`);
  return BigInt(`0x${text}`) as LSN;
}

/** Orders by epoch, then counter: negative, zero or positive, as `Array.prototype.sort` wants it. */
export function compareLsn(left: LSN, right: LSN): -1 | 0 | 1 {
  return left < right ? -1 : left > right ? 1 : 0;
}

function invalid(message: string): SqlError {
  return new SqlError('INVALID_ARGUMENT', message);
}
