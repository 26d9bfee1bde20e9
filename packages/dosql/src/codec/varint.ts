/**
 * LEB128 of integers from 0 to 2^53 − 1: seven bits a byte, low bits first, the high bit set on all
 * bytes but the last. The last byte of several is never 0, so that each value has one form only and
 * its length follows from the value.
 */
import { DecodeError } from './decode-error.ts';

/** Longest form: 53 bits at seven a byte. */
export const VARINT_BYTES_MAX = 8;

/** Bytes that the value takes. */
export function byteLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest /= 0x80) length++;
  return length;
}

/** Writes at `at`, where `byteLength(value)` bytes must be free; returns the offset behind it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80;
  for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  return at;
}

/**
 * Reads at `at`; the value ends at `at + byteLength(value)`.
 * @throws {DecodeError} when it runs over `end`, is above 2^53 − 1 or has a last byte of 0
 */
export function readVarint(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  let scale = 1;
  for (let i = at; i < end && i < at + VARINT_BYTES_MAX; i++, scale *= 0x80) {
    const byte = bytes[i] as number;
    value += (byte & 0x7f) * scale;
    if (byte > 0x7f) continue;
    if ((byte === 0 && i > at) || value > Number.MAX_SAFE_INTEGER) break;
    return value;
  }
  throw new DecodeError('malformed varint', at);
}
