import { describe, expect, expectTypeOf, it } from 'vitest';
import { SqlError } from './errors/sql-error.ts';
import {
  LSN_COUNTER_MAX,
  LSN_EPOCH_MAX,
  LSN_MAX,
  LSN_ZERO,
  compareLsn,
  formatLsn,
  isLSN,
  lsn,
  lsnCounter,
  lsnEpoch,
  lsnOf,
  parseLsn,
  type LSN,
} from './lsn.ts';

/** Deterministic 32-bit generator (mulberry32), so that a failure repeats. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

function randomLsns(count: number): LSN[] {
  const next = random(7);
  return Array.from({ length: count }, () => {
    const bits = BigInt(next() % 64); // all magnitudes, not only great ones
    const value = (BigInt(next()) << 32n) | BigInt(next());
    return lsn(bits === 0n ? 0n : value >> (64n - bits));
  });
}

const invalid = expect.objectContaining({ code: 'INVALID_ARGUMENT' });

describe('LSN', () => {
  it('keeps the order of numbers in its text, and in epoch and counter, for random pairs', () => {
    const values = randomLsns(2000);
    for (let index = 1; index < values.length; index++) {
      const [left, right] = [values[index - 1] as LSN, values[index] as LSN];
      const order = compareLsn(left, right);
      const [leftText, rightText] = [formatLsn(left), formatLsn(right)];
      expect(leftText < rightText ? -1 : leftText > rightText ? 1 : 0).toBe(order);
      expect(Math.sign(lsnEpoch(left) - lsnEpoch(right) || lsnCounter(left) - lsnCounter(right))).toBe(order);
      expect(compareLsn(right, left)).toBe(order === 0 ? 0 : -order);
    }
  });

  it('comes back from its text and from its parts, for random values and both ends', () => {
    for (const value of [LSN_ZERO, LSN_MAX, ...randomLsns(2000)]) {
      const text = formatLsn(value);
      expect(text).toMatch(/^[0-9a-f]{16}$/);
      expect(parseLsn(text)).toBe(value);
      expect(lsn(text)).toBe(value);
      expect(parseLsn(text.toUpperCase())).toBe(value);
      expect(lsnOf({ epoch: lsnEpoch(value), counter: lsnCounter(value) })).toBe(value);
    }
  });

  it('puts the epoch into the upper 16 bits and the counter into the lower 48', () => {
    expect(lsnOf({ epoch: 1, counter: 42 })).toBe((1n << 48n) + 42n);
    expect(formatLsn(lsnOf({ epoch: 1, counter: 42 }))).toBe('000100000000002a');
    expect(lsnOf({ epoch: LSN_EPOCH_MAX, counter: LSN_COUNTER_MAX })).toBe(LSN_MAX);
    expect(compareLsn(lsnOf({ epoch: 1, counter: 0 }), lsnOf({ epoch: 0, counter: LSN_COUNTER_MAX }))).toBe(1);
  });

  it('is made of a bigint or a safe integer', () => {
    expect(lsn(5n)).toBe(5n);
    expect(lsn(5)).toBe(5n);
    expect(lsn(Number.MAX_SAFE_INTEGER)).toBe(BigInt(Number.MAX_SAFE_INTEGER));
    expect(lsn(2n ** 63n - 1n)).toBe(LSN_MAX);
  });

  it.each([-1n, 2n ** 64n, -1, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses the number %s',
    (value) => {
      expect(() => lsn(value)).toThrow(invalid);
    },
  );

  it.each([
    '',
    '0',
    '42',
    '281474976710656',
    '00000000000000001',
    '000000000000000g',
    '0x00000000000001',
    ' 00000000000000a',
    '000000000000000a\n',
  ])('refuses the text %j', (text) => {
    expect(() => lsn(text)).toThrow(invalid);
    expect(() => parseLsn(text)).toThrow(SqlError);
  });

  it.each([
    { epoch: -1, counter: 0 },
    { epoch: LSN_EPOCH_MAX + 1, counter: 0 },
    { epoch: 0.5, counter: 0 },
    { epoch: 0, counter: -1 },
    { epoch: 0, counter: LSN_COUNTER_MAX + 1 },
    { epoch: 0, counter: Number.NaN },
  ])('refuses the parts %o', (parts) => {
    expect(() => lsnOf(parts)).toThrow(invalid);
  });

  it('refuses other types that get past the compiler', () => {
    for (const value of [null, undefined, {}, true]) expect(() => lsn(value as never)).toThrow(invalid);
  });

  it('is recognised by its range', () => {
    expect([0n, LSN_MAX].every(isLSN)).toBe(true);
    expect([-1n, LSN_MAX + 1n, 0, '0000000000000000', null, undefined].some(isLSN)).toBe(false);
  });

  it('is a bigint that a plain bigint does not pass for', () => {
    expectTypeOf<LSN>().toExtend<bigint>();
    expectTypeOf<bigint>().not.toExtend<LSN>();
    expectTypeOf(lsn).returns.toEqualTypeOf<LSN>();
  });
});
