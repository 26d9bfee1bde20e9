/** Equal answers have equal digests whatever the engine's types and order; different ones do not. */
import { describe, expect, it } from 'vitest';
import type { Row } from '../engines/engine.ts';
import { canonicalRows, Digest } from './digest.ts';

function digestOf(rows: Row[], ordered = false): string {
  const digest = new Digest();
  digest.addAll(canonicalRows(rows, { ordered }));
  return digest.toString();
}

describe('digest', () => {
  it('does not see bigint, column names or the last digits of a sum', () => {
    expect(digestOf([{ n: 5n, s: 0.1 + 0.2 }])).toBe(digestOf([{ N: 5, S: 0.3 }]));
  });

  it('rounds a tie the same way on both sides of it', () => {
    expect(digestOf([{ s: 1234567.89045 + 1e-10 }])).toBe(digestOf([{ s: 1234567.89045 - 1e-10 }]));
  });

  it('takes a DATE for its ISO day', () => {
    expect(digestOf([{ d: new Date('1995-03-15') }])).toBe(digestOf([{ d: '1995-03-15' }]));
  });

  it('sees order only where the query gives one', () => {
    const [forth, back] = [
      [{ a: 1 }, { a: 2 }],
      [{ a: 2 }, { a: 1 }],
    ];
    expect(digestOf(forth)).toBe(digestOf(back));
    expect(digestOf(forth, true)).not.toBe(digestOf(back, true));
  });

  it('tells NULL from an empty text, a number from its text, one row from two', () => {
    const digests = [[{ a: null }], [{ a: '' }], [{ a: 1 }], [{ a: '1' }], [{ a: 1 }, { a: 1 }]].map((rows) =>
      digestOf(rows),
    );
    expect(new Set(digests).size).toBe(digests.length);
  });
});
