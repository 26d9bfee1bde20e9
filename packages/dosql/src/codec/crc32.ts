/**
 * CRC-32 with the IEEE 802.3 polynomial (as in zip, gzip and PNG), eight bytes a step.
 * @see Kounavis and Berry, "Novel Table Lookup-Based Algorithms for High-Performance CRC Generation", 2008
 */
const POLYNOMIAL = 0xedb8_8320;

/** Eight tables of 256: entry t * 256 + b is the CRC of byte b followed by t zero bytes. */
const TABLE: Int32Array = /* @__PURE__ */ makeTable();

function makeTable(): Int32Array {
  const table = new Int32Array(8 * 256);
  for (let i = 0; i < 8 * 256; i++) {
    let crc = i;
    if (i < 256) {
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    } else {
      const previous = table[i - 256] as number;
      crc = (previous >>> 8) ^ (table[previous & 0xff] as number);
    }
    table[i] = crc;
  }
  return table;
}

/**
 * CRC-32 of `bytes` from `start` to `end` (exclusive), unsigned. With the CRC of what stands before as
 * `seed` it is the CRC of both together.
 */
export function crc32(bytes: Uint8Array, start = 0, end: number = bytes.length, seed = 0): number {
  const table = TABLE;
  let crc = ~seed;
  let i = start;
  for (const last = end - 8; i <= last; i += 8) {
    crc =
      (table[1792 + ((crc ^ (bytes[i] as number)) & 0xff)] as number) ^
      (table[1536 + (((crc >>> 8) ^ (bytes[i + 1] as number)) & 0xff)] as number) ^
      (table[1280 + (((crc >>> 16) ^ (bytes[i + 2] as number)) & 0xff)] as number) ^
      (table[1024 + ((crc >>> 24) ^ (bytes[i + 3] as number))] as number) ^
      (table[768 + (bytes[i + 4] as number)] as number) ^
      (table[512 + (bytes[i + 5] as number)] as number) ^
      (table[256 + (bytes[i + 6] as number)] as number) ^
      (table[bytes[i + 7] as number] as number);
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] as number)) & 0xff] as number);
  return ~crc >>> 0;
}
