/**
 * A short fingerprint of a result, equal on every engine that gives the same answer. Column names are left out
 * (engines differ in their case), numbers are rounded to what every summation order agrees on.
 */
import type { Row } from '../engines/engine.ts';

/** Sums of a million doubles differ between engines from the 13th digit on. */
const DIGITS = 10;
/** Moves a decimal that lies exactly between two roundings to one side, on every engine the same. */
const TIE_BREAK = 1 + 1.7e-12;

function canonicalValue(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number' || typeof value === 'bigint') {
    return String(Number((Number(value) * TIE_BREAK).toPrecision(DIGITS)));
  }
  if (value instanceof Date) return JSON.stringify(value.toISOString().slice(0, 10));
  return JSON.stringify(value);
}

/** One line per row; sorted where the query gives no order. */
export function canonicalRows(rows: readonly Row[], { ordered = false }: { ordered?: boolean } = {}): string[] {
  const lines = rows.map((row) => Object.values(row).map(canonicalValue).join('|'));
  return ordered ? lines : lines.toSorted();
}

/**
 * FNV-1a, 32 bits, over UTF-16 units.
 * @see http://www.isthe.com/chongo/tech/comp/fnv/
 */
export class Digest {
  #hash = 0x811c9dc5;
  #lines = 0;

  add(line: string): void {
    this.#lines++;
    for (let i = 0; i < line.length; i++) this.#step(line.charCodeAt(i));
    this.#step(0x0a);
  }

  addAll(lines: Iterable<string>): void {
    for (const line of lines) this.add(line);
  }

  #step(unit: number): void {
    this.#hash = Math.imul(this.#hash ^ unit, 0x01000193);
  }

  /** Hash and number of rows, as in `9f3c01aa/100`. */
  toString(): string {
    return `${(this.#hash >>> 0).toString(16).padStart(8, '0')}/${this.#lines}`;
  }
}
