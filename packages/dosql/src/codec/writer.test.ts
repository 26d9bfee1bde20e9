import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from './decode-error.ts';
import { byteLength, readVarint, writeVarint } from './varint.ts';
import { ByteReader, ByteWriter } from './writer.ts';

const safe = fc.oneof(
  fc.maxSafeInteger(),
  fc
    .tuple(fc.nat(53), fc.integer({ min: -1, max: 1 }))
    .map(([bits, off]) => Math.min(2 ** bits + off, Number.MAX_SAFE_INTEGER)),
);

describe('varint', () => {
  it('brings back every safe integer and takes as many bytes as byteLength says', () => {
    fc.assert(
      fc.property(safe, (value) => {
        const bytes = new Uint8Array(8);
        const end = writeVarint(bytes, 0, Math.abs(value));
        expect(end).toBe(byteLength(Math.abs(value)));
        expect(readVarint(bytes, 0, end)).toBe(Math.abs(value));
      }),
    );
  });

  it('refuses what is cut off, too long, too large, or not the shortest form', () => {
    for (const bytes of [
      [],
      [0x80],
      [0x80, 0],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
      Array.from({ length: 9 }, () => 0x80),
    ]) {
      expect(() => readVarint(new Uint8Array(bytes), 0, bytes.length)).toThrow(DecodeError);
    }
  });
});

describe('ByteWriter and ByteReader', () => {
  it('bring back every kind of value from a buffer that had to grow', () => {
    fc.assert(
      fc.property(
        safe,
        fc.double(),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 60, maxLength: 200 })),
        fc.uint8Array(),
        (integer, real, big, text, bytes) => {
          const writer = new ByteWriter(1);
          writer.u8(integer & 0xff);
          writer.u16(integer & 0xffff);
          writer.u32(integer);
          writer.f64(real);
          writer.i64(big);
          writer.text(text);
          writer.blob(bytes);
          const reader = new ByteReader(writer.copy());
          expect(reader.u8()).toBe(integer & 0xff);
          expect(reader.u16()).toBe(integer & 0xffff);
          expect(reader.u32()).toBe(integer >>> 0);
          expect(reader.f64()).toBe(real);
          expect(reader.i64()).toBe(big);
          expect(reader.text()).toBe(text);
          expect(reader.blob()).toEqual(bytes);
          expect(reader.remaining).toBe(0);
        },
      ),
    );
  });

  it('write text as UTF-8, whatever its length and alphabet', () => {
    for (const unit of ['a', 'é', '€', '😀']) {
      for (const count of [0, 1, 15, 16, 31, 32, 63, 64, 65, 127, 128, 5000]) {
        const text = unit.repeat(count);
        const writer = new ByteWriter();
        expect(writer.utf8(text)).toBe(Buffer.byteLength(text));
        expect(Buffer.from(writer.view())).toEqual(Buffer.from(text));
        writer.reset();
        writer.text(text);
        expect(new ByteReader(writer.view()).text()).toBe(text);
      }
    }
  });

  it('keep lone surrogates and byte order marks', () => {
    for (const text of [
      '\ud800',
      'a\udc00b',
      '\ud800\ud800\udc00',
      `${'x'.repeat(100)}\udfff`,
      '\ufeffa',
      `\ufeff${'é'.repeat(90)}`,
    ]) {
      const writer = new ByteWriter();
      writer.text(text);
      expect(new ByteReader(writer.view()).text()).toBe(text);
    }
  });

  it('throw a DecodeError with the offset rather than read beyond the end', () => {
    const reader = new ByteReader(new Uint8Array([1, 2, 0xff, 0xff]), 1, 2);
    expect(() => reader.u16()).toThrow(DecodeError);
    expect(() => reader.raw(-1 >>> 0)).toThrow('offset 1');
    expect(reader.u8()).toBe(2);
    expect(() => reader.u8()).toThrow(DecodeError);
    expect(() => reader.varint()).toThrow(DecodeError);
    expect(() => new ByteReader(new Uint8Array([0xff, 0xff])).utf8(2)).toThrow('UTF-8');
    expect(() => new ByteReader(new Uint8Array(3)).utf16(3)).toThrow('UTF-16');
  });

  it('read where a view of a larger buffer begins', () => {
    const bytes = new Uint8Array([9, 9, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]).subarray(5);
    expect(new ByteReader(bytes).f64()).toBe(1);
  });

  it('take back what was written behind a mark', () => {
    const writer = new ByteWriter();
    writer.u8(1);
    const mark = writer.length;
    writer.text('gone');
    writer.truncate(mark);
    writer.u8(2);
    expect([...writer.view()]).toEqual([1, 2]);
    expect(() => writer.truncate(3)).toThrow('beyond');
  });
});
