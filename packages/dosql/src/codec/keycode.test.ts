import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cell, compareBytes, compareCells, normalizeInteger, Real, realCell } from './cell.ts';
import { DecodeError } from './decode-error.ts';
import { decodeKey, encodeKey } from './keycode.ts';

// Small alphabets and neighbours of powers of two, so that cells often share a beginning or are nearly equal.
const near = fc
  .tuple(fc.bigInt({ min: 0n, max: 62n }), fc.bigInt({ min: -2n, max: 2n }), fc.boolean())
  .map(([bits, off, negative]) => (negative ? -1n : 1n) * (2n ** bits + off));
const integer = fc.oneof(near, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -3n, max: 3n }));
const real = fc.oneof(
  fc.double({ noNaN: true }),
  near.map(Number),
  fc.constantFrom(
    0.5,
    -0.5,
    5e-324,
    -5e-324,
    1 - 2 ** -53,
    2 ** 63,
    -(2 ** 63),
    2 ** 64,
    2 ** 64 - 2048,
    -(2 ** 64),
    Infinity,
    -Infinity,
    -0,
  ),
);
const unit = fc.constantFrom(
  '\0',
  '\u0001',
  'a',
  'b',
  'é',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '😀',
  '\u{10000}',
  '\u{10ffff}',
  '\ud800',
  '\udbff',
  '\udc00',
  '\udfff',
);
const text = fc.oneof(fc.string({ unit, maxLength: 5 }), fc.string({ maxLength: 70 }));
const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.constant(null),
  integer.map(normalizeInteger),
  real.map(realCell),
  real.filter((value) => Number.isInteger(value)).map((value) => new Real(value)),
  text,
  fc.uint8Array({ maxLength: 4, max: 2 }),
);

function compareKeys(a: readonly Cell[], b: readonly Cell[], descending: readonly boolean[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = Math.sign(compareCells(a[i] as Cell, b[i] as Cell));
    if (order !== 0) return descending[i] === true ? -order : order;
  }
  return 0;
}

describe('keycode', () => {
  it('orders cells as compareCells does, equal bytes for equal cells', () => {
    fc.assert(
      fc.property(cell, cell, (a, b) => {
        expect(Math.sign(compareBytes(encodeKey([a]), encodeKey([b])))).toBe(Math.sign(compareCells(a, b)));
      }),
      { numRuns: 5000 },
    );
  });

  it('orders keys of several columns, ascending and descending', () => {
    const few = fc.oneof(cell, fc.constantFrom<Cell>(1, new Real(1), 'a', 'a\0', null));
    const pair = fc.integer({ min: 1, max: 3 }).chain((n) => {
      const key = fc.array(few, { minLength: n, maxLength: n });
      return fc.tuple(key, key, fc.array(fc.boolean(), { minLength: n, maxLength: n }));
    });
    fc.assert(
      fc.property(pair, ([a, b, descending]) => {
        const order = compareBytes(encodeKey(a, descending), encodeKey(b, descending));
        expect(Math.sign(order)).toBe(compareKeys(a, b, descending));
      }),
      { numRuns: 2000 },
    );
  });

  it('decodes to cells that compare equal, and to the same bytes again', () => {
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 4 }), fc.array(fc.boolean(), { maxLength: 4 }), (cells, descending) => {
        const key = encodeKey(cells, descending);
        const kept = key.slice();
        const decoded = decodeKey(key, descending);
        expect(key).toEqual(kept);
        expect(compareKeys(decoded, cells, [])).toBe(0);
        expect(decoded.map((value) => typeof value === 'string')).toEqual(
          cells.map((value) => typeof value === 'string'),
        );
        expect(encodeKey(decoded, descending)).toEqual(key);
      }),
      { numRuns: 1000 },
    );
  });

  it('writes the first cells of a key first', () => {
    const key = encodeKey(['a', 1, null], [true, false, false]);
    const prefix = encodeKey(['a', 1], [true]);
    expect(key.subarray(0, prefix.length)).toEqual(prefix);
  });

  it('takes few bytes for small integers', () => {
    expect([...encodeKey([0, 1, -1, 300, new Real(1)])]).toEqual([
      0x20, 0, 0x21, 1, 0, 0x1e, 0xfe, 0xff, 0x22, 0x01, 0x2c, 0, 0x21, 1, 0,
    ]);
  });

  it('gives a key or a DecodeError for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.boolean(), (bytes, descending) => {
        try {
          decodeKey(bytes, [descending, descending]);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
