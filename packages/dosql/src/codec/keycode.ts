/**
 * Keys as bytes that memcmp orders as compareCells orders the cells, with the BINARY collation. Keys have
 * equal bytes exactly if their cells compare equal, so 1 and 1.0 are one key. The bytes of a key's first
 * cells are the first bytes of the key. A cell in a descending column has every byte inverted.
 *   NULL      08
 *   number    a tag, then the magnitude
 *               17 – 1f  negative, 8 – 0 bytes of integer magnitude follow; all of it inverted but the tag
 *               20 – 28  zero and positive, 0 – 8 bytes follow, big-endian
 *             and the fraction: 00 for none, otherwise f64, big-endian, with the highest bit set
 *               16, 29   beyond 2^64: f64 of the magnitude, big-endian, for 16 inverted
 *   TEXT      30, UTF-8 (see below), 00 00; a byte 00 within is written 00 01
 *   BLOB      38, bytes, 00 00; a byte 00 within is written 00 01
 * A lone surrogate, which UTF-8 cannot hold, is written where compareText puts it: a high one as the
 * first code point of its pairs with the last byte 40 in place of 80, a low one as f5 and two bytes.
 */
import { type Cell, normalizeInteger, realCell, Real } from './cell.ts';
import { DecodeError } from './decode-error.ts';
import { ByteReader, ByteWriter } from './writer.ts';

const NULL = 0x08;
const ZERO = 0x20;
const HUGE = 0x29;
const TEXT = 0x30;
const BLOB = 0x38;
const TWO_64 = 2 ** 64;

const scratch: ByteWriter = /* @__PURE__ */ new ByteWriter();
const scratchText: ByteWriter = /* @__PURE__ */ new ByteWriter();

/** Bytes of a key; `descending` says which columns are inverted. */
export function encodeKey(cells: readonly Cell[], descending?: readonly boolean[]): Uint8Array {
  const writer = scratch;
  writer.reset();
  for (let i = 0; i < cells.length; i++) {
    const start = writer.length;
    writeKeyCell(writer, cells[i] as Cell);
    if (descending?.[i] === true) invert(writer, start);
  }
  return writer.copy();
}

function invert(writer: ByteWriter, start: number): void {
  const { bytes, length } = writer;
  for (let i = start; i < length; i++) bytes[i] = ~(bytes[i] as number);
}

function writeKeyCell(writer: ByteWriter, cell: Cell): void {
  if (cell === null) writer.u8(NULL);
  else if (typeof cell === 'string') {
    writer.u8(TEXT);
    scratchText.reset();
    if (scratchText.utf8(cell) < 0) writeIllFormed(scratchText, cell);
    writeTerminated(writer, scratchText.bytes, scratchText.length);
  } else if (cell instanceof Uint8Array) {
    writer.u8(BLOB);
    writeTerminated(writer, cell, cell.length);
  } else writeNumber(writer, cell instanceof Real ? cell.value : cell);
}

function writeTerminated(writer: ByteWriter, bytes: Uint8Array, length: number): void {
  writer.reserve(length * 2 + 2);
  const out = writer.bytes;
  let at = writer.length;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] as number;
    out[at++] = byte;
    if (byte === 0) out[at++] = 1;
  }
  out[at++] = 0;
  out[at++] = 0;
  writer.length = at;
}

function writeIllFormed(writer: ByteWriter, text: string): void {
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code >= 0xdc00 && code < 0xe000) {
      writer.u8(0xf5);
      writer.u8(0x80 | ((code >> 6) & 0x0f));
      writer.u8(0x80 | (code & 0x3f));
    } else if (code >= 0xd800 && code < 0xe000) {
      writer.utf8(character + LOWEST_LOW);
      writer.bytes[writer.length - 1] = 0x40;
    } else writer.utf8(character);
  }
}

const LOWEST_LOW = '\udc00';

function writeNumber(writer: ByteWriter, value: number | bigint): void {
  const start = writer.length;
  const negative = value < 0;
  const magnitude = negative ? -value : value;
  writer.reserve(18);
  if (magnitude >= TWO_64) {
    writer.u8(HUGE);
    writer.data.setFloat64(writer.length, magnitude as number);
    writer.length += 8;
  } else {
    const whole = typeof magnitude === 'bigint' ? magnitude : Math.trunc(magnitude);
    const size = writeMagnitude(writer, whole);
    writer.bytes[start] = ZERO + size;
    if (whole === magnitude) writer.u8(0);
    else {
      // Exact: the fraction has fewer bits than the number.
      writer.data.setFloat64(writer.length, (magnitude as number) - (whole as number));
      writer.bytes[writer.length] = (writer.bytes[writer.length] as number) | 0x80;
      writer.length += 8;
    }
  }
  if (!negative) return;
  invert(writer, start);
  // Inverted tags lie from 0xd6 to 0xdf; they belong at 0x16 to 0x1f.
  writer.bytes[start] = (writer.bytes[start] as number) - 0xc0;
}

/** Writes the tag's place and the magnitude without leading zeros; returns the bytes of the latter. */
function writeMagnitude(writer: ByteWriter, whole: number | bigint): number {
  const at = writer.length + 1;
  const { data, bytes } = writer;
  if (typeof whole === 'bigint' || whole > 0xffff_ffff) {
    data.setBigUint64(at, BigInt(whole));
  } else {
    data.setUint32(at, 0);
    data.setUint32(at + 4, whole);
  }
  let zeros = 0;
  while (zeros < 8 && bytes[at + zeros] === 0) zeros++;
  if (zeros > 0) bytes.copyWithin(at, at + zeros, at + 8);
  writer.length = at + 8 - zeros;
  return 8 - zeros;
}

/**
 * Cells that compare equal to those encoded: a REAL that is an integer of 64 bits comes back as INTEGER,
 * as the bytes do not tell them apart.
 * @throws {DecodeError} when the bytes are not a key
 */
export function decodeKey(key: Uint8Array, descending?: readonly boolean[]): Cell[] {
  const bytes = descending?.includes(true) === true ? key.slice() : key;
  const reader = new ByteReader(bytes);
  const cells: Cell[] = [];
  while (reader.remaining > 0) {
    // The end of a cell shows only while reading it, so all that is left is inverted, and back again.
    const inverted = descending?.[cells.length] === true;
    if (inverted) invertFrom(bytes, reader.position);
    cells.push(readKeyCell(reader));
    if (inverted) invertFrom(bytes, reader.position);
  }
  return cells;
}

function invertFrom(bytes: Uint8Array, start: number): void {
  for (let i = start; i < bytes.length; i++) bytes[i] = ~(bytes[i] as number);
}

function readKeyCell(reader: ByteReader): Cell {
  const tag = reader.u8();
  if (tag === NULL) return null;
  if (tag === TEXT) return decodeText(readTerminated(reader));
  if (tag === BLOB) return readTerminated(reader);
  if (tag >= ZERO && tag <= HUGE) return readNumber(reader, tag - ZERO, 0);
  if (tag >= 0x16 && tag < ZERO) return readNumber(reader, ZERO - 1 - tag, 0xff);
  throw new DecodeError(`unknown tag ${tag}`, reader.position - 1);
}

function readNumber(reader: ByteReader, size: number, mask: number): Cell {
  const huge = size > 8;
  const whole = huge ? 0n : readBig(reader, size, mask);
  const lead = huge ? 0x80 : reader.u8() ^ mask;
  if (lead === 0) {
    const value = mask === 0 ? whole : -whole;
    // From 2^63 up it can only have been a REAL.
    return BigInt.asIntN(64, value) === value ? normalizeInteger(value) : Number(value);
  }
  const bits = huge ? readBig(reader, 8, mask) : (BigInt(lead & 0x7f) << 56n) | readBig(reader, 7, mask);
  const data = new DataView(new ArrayBuffer(8));
  data.setBigUint64(0, bits);
  const value = Number(whole) + data.getFloat64(0);
  if (value !== value) throw new DecodeError('NaN', reader.position);
  return realCell(mask === 0 ? value : -value);
}

function readBig(reader: ByteReader, size: number, mask: number): bigint {
  let value = 0n;
  for (let i = 0; i < size; i++) value = (value << 8n) | BigInt(reader.u8() ^ mask);
  return value;
}

function readTerminated(reader: ByteReader): Uint8Array {
  const writer = scratch;
  writer.reset();
  for (;;) {
    const byte = reader.u8();
    if (byte === 0) {
      const escape = reader.u8();
      if (escape === 0) return writer.copy();
      if (escape !== 1) throw new DecodeError('malformed escape', reader.position - 1);
    }
    writer.u8(byte);
  }
}

function decodeText(bytes: Uint8Array): string {
  let text = '';
  let start = 0;
  const reader = new ByteReader(bytes);
  const take = (end: number): void => {
    reader.position = start;
    text += reader.utf8(end - start);
  };
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i] as number;
    if (lead < 0xf0) continue;
    if (lead === 0xf5 && i + 2 < bytes.length) {
      take(i);
      text += String.fromCharCode(
        0xdc00 + (((bytes[i + 1] as number) & 0x0f) << 6) + ((bytes[i + 2] as number) & 0x3f),
      );
      start = i + 3;
    } else if (bytes[i + 3] === 0x40) {
      take(i);
      const [, second, third] = bytes.subarray(i, i + 3) as unknown as [number, number, number];
      const code = ((lead & 7) << 18) | ((second & 0x3f) << 12) | ((third & 0x3f) << 6);
      text += String.fromCharCode(0xd800 + ((code - 0x10000) >> 10));
      start = i + 4;
    }
  }
  take(bytes.length);
  return text;
}
