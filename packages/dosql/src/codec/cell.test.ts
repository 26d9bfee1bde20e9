import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Cell,
  collationOf,
  compareCells,
  compareNoCase,
  compareRightTrimmed,
  compareText,
  normalizeInteger,
  Real,
  realCell,
  typeRank,
} from './cell.ts';

/** An integer of 64 bits, mostly near powers of two, where rounding to a double would show. */
const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc
    .tuple(fc.integer({ min: 50, max: 63 }), fc.bigInt({ min: -3n, max: 3n }), fc.boolean())
    .map(([bits, off, negative]) => BigInt.asIntN(64, (negative ? -1n : 1n) * (2n ** BigInt(bits) + off))),
);
const double = fc.oneof(
  fc.double({ noNaN: true }),
  int64.map((value) => Number(value)),
);

/** The double as a fraction: numerator over a power of two. */
function fraction(value: number): [bigint, bigint] {
  const data = new DataView(new ArrayBuffer(8));
  data.setFloat64(0, value);
  const bits = data.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const mantissa = (bits & 0xf_ffff_ffff_ffffn) | (exponent === 0 ? 0n : 1n << 52n);
  const signed = value < 0 ? -mantissa : mantissa;
  const shift = Math.max(exponent, 1) - 1075;
  return shift >= 0 ? [signed << BigInt(shift), 1n] : [signed, 1n << BigInt(-shift)];
}

describe('compareCells', () => {
  it('orders integers of 64 bits and doubles as exact fractions do', () => {
    fc.assert(
      fc.property(int64, double, (integer, real) => {
        const [numerator, denominator] = fraction(real);
        const left = integer * denominator;
        const exact = Number.isFinite(real) ? (left < numerator ? -1 : left > numerator ? 1 : 0) : Math.sign(-real);
        const a = normalizeInteger(integer);
        const b = realCell(real);
        expect(Math.sign(compareCells(a, b))).toBe(exact);
        expect(Math.sign(compareCells(b, a))).toBe(exact === 0 ? 0 : -exact);
      }),
      { numRuns: 1000 },
    );
  });

  it('orders storage classes as SQLite does', () => {
    const ascending: Cell[] = [
      null,
      -Infinity,
      -(2n ** 63n),
      -1,
      0.5,
      new Real(1),
      '',
      'a',
      new Uint8Array(),
      new Uint8Array([0]),
    ];
    for (let i = 0; i < ascending.length; i++) {
      for (let j = 0; j < ascending.length; j++) {
        expect(Math.sign(compareCells(ascending[i] as Cell, ascending[j] as Cell))).toBe(Math.sign(i - j));
      }
    }
    expect(compareCells(new Real(2), 2)).toBe(0);
    expect(compareCells(null, null)).toBe(0);
    expect(ascending.map(typeRank)).toEqual([0, 1, 1, 1, 1, 1, 2, 2, 3, 3]);
  });

  it('compares blobs as memcmp does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4, max: 3 }), fc.uint8Array({ maxLength: 4, max: 3 }), (a, b) => {
        expect(Math.sign(compareCells(a, b))).toBe(Buffer.compare(a, b));
      }),
    );
  });
});

describe('collations', () => {
  // Code units around the surrogates, where UTF-16 and UTF-8 disagree, are drawn often.
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.string({
      unit: fc.constantFrom('a', 'z', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}', '😀', 'é'),
      maxLength: 5,
    }),
  );

  it('compare text as Buffer.compare does its UTF-8', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 2000 },
    );
  });

  it('fold ASCII letters only in NOCASE, and drop spaces at the end only in RTRIM', () => {
    expect(compareNoCase('aBc', 'AbC')).toBe(0);
    expect(compareNoCase('É', 'é')).not.toBe(0);
    expect(compareNoCase('_', 'A')).toBeLessThan(0);
    expect(compareNoCase('a', 'AB')).toBeLessThan(0);
    expect(compareRightTrimmed('a  ', 'a')).toBe(0);
    expect(compareRightTrimmed('a\t', 'a')).toBeGreaterThan(0);
    expect(compareRightTrimmed(' a', 'a')).toBeLessThan(0);
  });

  it('are found by their names in any case', () => {
    expect(collationOf('nocase')).toBe(compareNoCase);
    expect(collationOf('BINARY')).toBe(compareText);
    expect(collationOf('Rtrim')).toBe(compareRightTrimmed);
    expect(collationOf('klingon')).toBeUndefined();
  });
});

describe('normal forms', () => {
  it('keep an integer a number exactly while it is safe', () => {
    expect(normalizeInteger(2n ** 53n - 1n)).toBe(2 ** 53 - 1);
    expect(normalizeInteger(2n ** 53n)).toBe(2n ** 53n);
    expect(normalizeInteger(-(2n ** 53n))).toBe(-(2n ** 53n));
    expect(() => normalizeInteger(2n ** 63n)).toThrow('64 bits');
  });

  it('box a REAL only where it would look like an INTEGER, and refuse NaN', () => {
    expect(realCell(2)).toEqual(new Real(2));
    expect(realCell(2.5)).toBe(2.5);
    expect(realCell(2 ** 53)).toBe(2 ** 53);
    expect(() => realCell(NaN)).toThrow('NaN');
  });
});
