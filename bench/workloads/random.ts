/** Seeded pseudo-random numbers: the same seed gives the same rows on every engine and machine. */

/** A stream of numbers in [0, 1). */
export type Random = () => number;

/**
 * Mulberry32: 32 bits of state, good enough for benchmark data and fast enough for millions of rows.
 * @see https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** @returns an integer from `from` to `to`, both inclusive */
export function integerBetween(random: Random, { from, to }: { from: number; to: number }): number {
  return from + Math.floor(random() * (to - from + 1));
}

/** @returns one of `choices`, which is not empty */
export function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)] as T;
}

/** @returns a number that shares no factor with `size`, so that `i * stride % size` visits every residue once */
export function strideFor(size: number): number {
  let stride = 48271;
  while (greatestCommonDivisor(stride, size) !== 1) stride += 2;
  return stride;
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
