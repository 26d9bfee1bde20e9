import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cell, type CellKind, normalizeInteger, Real, realCell } from './cell.ts';
import { DecodeError } from './decode-error.ts';
import { readCell, readRow, skipCell, writeCell, writeRow } from './row.ts';
import { ByteReader, ByteWriter } from './writer.ts';

const loneSurrogates = fc
  .array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 80 })
  .map((units) => String.fromCharCode(...units));
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 300 }), loneSurrogates);
const real = fc.oneof(fc.double({ noNaN: true }), fc.maxSafeInteger());
const other = fc.oneof(fc.constant(null), text, fc.uint8Array({ maxLength: 300 }));
const integer = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc
    .tuple(fc.bigInt({ min: 0n, max: 62n }), fc.bigInt({ min: -1n, max: 1n }), fc.boolean())
    .map(([bits, off, negative]) => (negative ? -1n : 1n) * (2n ** bits + off)),
);
const cell: fc.Arbitrary<Cell> = fc.oneof(other, real.map(realCell), integer.map(normalizeInteger));

function bytesOf(value: Cell, kind?: CellKind): number[] {
  const writer = new ByteWriter();
  writeCell(writer, value, kind === 'real');
  return [...writer.view()];
}

describe('row', () => {
  it('comes back as it was, with REAL told from INTEGER, and cells can be passed over', () => {
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 12 }), (cells) => {
        const writer = new ByteWriter(4);
        writeRow(writer, cells);
        const reader = new ByteReader(writer.view());
        expect(readRow(reader)).toStrictEqual(cells.map(plainZero));
        expect(reader.remaining).toBe(0);
        reader.reset(writer.view());
        reader.varint();
        for (const _ of cells) skipCell(reader);
        expect(reader.remaining).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps plain numbers plain in a REAL column', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(other, real), { maxLength: 6 }), (cells) => {
        const kinds: CellKind[] = cells.map(() => 'real');
        const writer = new ByteWriter();
        writeRow(writer, cells, kinds);
        expect(readRow(new ByteReader(writer.view()), kinds)).toStrictEqual(cells);
      }),
    );
  });

  it('takes the bytes that docs/format/row.md draws', () => {
    expect(bytesOf(null)).toEqual([0x00]);
    expect(bytesOf(-16)).toEqual([0x40]);
    expect(bytesOf(-0)).toEqual([0x50]);
    expect(bytesOf(47)).toEqual([0x7f]);
    expect(bytesOf(48)).toEqual([0x01, 48]);
    expect(bytesOf(-17)).toEqual([0x01, 0xef]);
    expect(bytesOf(1000)).toEqual([0x02, 0xe8, 0x03]);
    expect(bytesOf(100_000)).toEqual([0x03, 0xa0, 0x86, 0x01, 0x00]);
    expect(bytesOf(-(2 ** 40))).toEqual([0x04, 0, 0, 0, 0, 0, 0xff]);
    expect(bytesOf(2 ** 47 - 1)).toHaveLength(7);
    expect(bytesOf(2 ** 47)).toHaveLength(9);
    expect(bytesOf(-(2 ** 47))).toHaveLength(7);
    expect(bytesOf(2 ** 50)).toEqual([0x05, 0, 0, 0, 0, 0, 0, 4, 0]);
    expect(bytesOf(2n ** 62n)).toEqual([0x05, 0, 0, 0, 0, 0, 0, 0, 0x40]);
    expect(bytesOf(new Real(1))).toEqual([0x06, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
    expect(bytesOf(1, 'real')).toEqual([0x06, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
    expect(bytesOf('é')).toEqual([0x82, 0xc3, 0xa9]);
    expect(bytesOf('x'.repeat(128)).slice(0, 4)).toEqual([0x07, 0x80, 0x01, 0x78]);
    expect(bytesOf('\udc00')).toEqual([0x08, 2, 0x00, 0xdc]);
    expect(bytesOf(new Uint8Array([7]))).toEqual([0x09, 1, 7]);
  });

  it('writes the example of docs/format/row.md', () => {
    const writer = new ByteWriter();
    writeRow(writer, [7, 'Ada', null, 2.5, 1_700_000_000_000]);
    expect(Buffer.from(writer.view()).toString('hex')).toBe('05578341646100060000000000000440040068e5cf8b01');
  });

  it('refuses what is cut off at any byte', () => {
    const writer = new ByteWriter();
    writeRow(writer, [
      1,
      1000,
      100_000,
      2 ** 40,
      2n ** 60n,
      0.5,
      'short',
      'é'.repeat(100),
      '\ud800',
      new Uint8Array(9),
      null,
    ]);
    const bytes = writer.copy();
    for (let end = 0; end < bytes.length; end++) {
      expect(() => readRow(new ByteReader(bytes, 0, end))).toThrow(DecodeError);
    }
  });

  it('gives a row or a DecodeError for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          readRow(new ByteReader(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 1000 },
    );
    expect(() => readCell(new ByteReader(new Uint8Array([0x0a])))).toThrow('unknown tag 10');
    expect(() => skipCell(new ByteReader(new Uint8Array([0x3f])))).toThrow('unknown tag 63');
    expect(() => writeCell(new ByteWriter(), NaN)).toThrow('NaN');
  });
});

/** A plain −0 is INTEGER 0. */
function plainZero(value: Cell): Cell {
  return Object.is(value, -0) ? 0 : value;
}
