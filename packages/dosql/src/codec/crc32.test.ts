import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32 } from './crc32.ts';

it('crc32 is that of zlib for any part of any bytes, and goes on from a seed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), fc.nat(100), (bytes, a, b) => {
      const start = Math.min(a, b, bytes.length);
      const end = Math.min(Math.max(a, b), bytes.length);
      const part = crc32(bytes, start, end);
      expect(part).toBe(zlibCrc32(bytes.subarray(start, end)));
      expect(crc32(bytes, end, bytes.length, crc32(bytes, 0, end))).toBe(zlibCrc32(bytes));
    }),
  );
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
});
