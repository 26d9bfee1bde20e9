import { SqlError } from './errors/sql-error.ts';

declare const StatementHashBrand: unique symbol;

/** Name of a statement's text: 16 lower-case hexadecimal digits. */
export type StatementHash = string & { readonly [StatementHashBrand]: never };

/**
 * Checks and brands a statement hash.
 * @throws {SqlError} INVALID_ARGUMENT when it is not 16 lower-case hexadecimal digits
 */
export function statementHash(value: string): StatementHash {
  if (!isStatementHash(value))
    throw new SqlError('INVALID_ARGUMENT', 'statement hash must be 16 lower-case hexadecimal digits');
  return value;
}

/** True when the value can be a statement hash. */
export function isStatementHash(value: unknown): value is StatementHash {
  return typeof value === 'string' && /^[0-9a-f]{16}$/.test(value);
}

// FNV-1a, 64 bits, as two unsigned halves: hash = (hash xor byte) · (2^40 + 0x1b3) mod 2^64.
const OFFSET_HIGH = 0xcbf29ce4;
const OFFSET_LOW = 0x84222325;
const PRIME_LOW = 0x1b3;
const TWO_32 = 2 ** 32;

/**
 * Hashes the UTF-8 bytes of a statement with 64-bit FNV-1a; a lone surrogate counts as U+FFFD. Not
 * cryptographic: two texts can be made to collide, so whoever looks a statement up by its hash
 * compares the text, and never lets one client's hash find another client's statement.
 * @see https://www.rfc-editor.org/rfc/rfc9923
 */
export function hashStatement(sql: string): StatementHash {
  let high = OFFSET_HIGH;
  let low = OFFSET_LOW;
  const mix = (byte: number): void => {
    const mixed = (low ^ byte) >>> 0;
    const product = mixed * PRIME_LOW; // below 2^41, exact
    // The prime's upper term, 2^40, moves the low half up by 8 bits into the high one.
    high = (Math.imul(high, PRIME_LOW) + (mixed << 8) + Math.floor(product / TWO_32)) >>> 0;
    low = product >>> 0;
  };
  for (let index = 0; index < sql.length; index++) {
    let point = sql.charCodeAt(index);
    if (point >= 0xd800 && point <= 0xdfff) {
      const full = sql.codePointAt(index) as number;
      if (full > 0xffff) index++;
      point = full > 0xffff ? full : 0xfffd;
    }
    if (point < 0x80) {
      mix(point);
      continue;
    }
    if (point < 0x800) {
      mix(0xc0 | (point >> 6));
    } else {
      if (point < 0x10000) {
        mix(0xe0 | (point >> 12));
      } else {
        mix(0xf0 | (point >> 18));
        mix(0x80 | ((point >> 12) & 0x3f));
      }
      mix(0x80 | ((point >> 6) & 0x3f));
    }
    mix(0x80 | (point & 0x3f));
  }
  return (hex32(high) + hex32(low)) as StatementHash;
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0');
}
