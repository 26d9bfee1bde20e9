import { SqlError } from './errors/sql-error.ts';

/** Name of one logical write, `clientId:seq`: the same across reconnects and retries. */
export type IdempotencyKey = `${string}:${number}`;

/** The two parts of an idempotency key. */
export interface IdempotencyKeyParts {
  /** 1 to 64 of `A–Z a–z 0–9 _ -`. */
  readonly clientId: string;
  /** Rises by one with each logical write of the client, from 0 to 2^53 − 1. */
  readonly seq: number;
}

const KEY = /^([A-Za-z0-9_-]{1,64}):(0|[1-9][0-9]{0,15})$/;

/**
 * Puts an idempotency key together.
 * @throws {SqlError} INVALID_ARGUMENT when a part is out of its range
 */
export function idempotencyKey(parts: IdempotencyKeyParts): IdempotencyKey {
  const key: IdempotencyKey = `${parts.clientId}:${parts.seq}`;
  parseIdempotencyKey(key);
  return key;
}

/**
 * Takes an idempotency key apart.
 * @throws {SqlError} INVALID_ARGUMENT when the text is not `clientId:seq`
 */
export function parseIdempotencyKey(key: string): IdempotencyKeyParts {
  const match = KEY.exec(key);
  const seq = Number(match?.[2]);
  if (match?.[1] === undefined || !Number.isSafeInteger(seq)) {
    throw new SqlError(
      'INVALID_ARGUMENT',
      `idempotency key must be clientId:seq, with 1 to 64 of A–Z a–z 0–9 _ - and an integer below 2^53: ${JSON.stringify(key.slice(0, 100))}`,
    );
  }
  return { clientId: match[1], seq };
}

/** True when the value is a well-formed idempotency key. */
export function isIdempotencyKey(value: unknown): value is IdempotencyKey {
  const match = typeof value === 'string' ? KEY.exec(value) : null;
  return match !== null && Number.isSafeInteger(Number(match[2]));
}
