/**
 * Bytes written and read in order. Fixed-width numbers are little-endian. Text is a varint of
 * (byte length * 2 + form) and then UTF-8 (form 0), or UTF-16, little-endian, when the text holds lone
 * surrogates (form 1), so that every JavaScript string comes back as it was.
 */
import { assert } from './assert.ts';
import { DecodeError } from './decode-error.ts';
import { byteLength, readVarint, VARINT_BYTES_MAX, writeVarint } from './varint.ts';

/** Up to this many UTF-16 units a loop beats TextEncoder. */
const SHORT_TEXT = 64;
/** Up to this many bytes a loop beats TextDecoder. */
const SHORT_ASCII = 24;
/** A buffer beyond this is given back by `reset()`. */
const KEPT_BYTES_MAX = 4 << 20;

const encoder: TextEncoder = /* @__PURE__ */ new TextEncoder();
const decoder: TextDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LONE_SURROGATE = /[\uD800-\uDFFF]/u;

/** Growable buffer; `reset()` makes it ready for the next use without giving up its memory. */
export class ByteWriter {
  /** The buffer, for patching what was written; replaced when it grows. */
  bytes: Uint8Array;
  /** The same buffer. */
  data: DataView;
  /** Bytes written. */
  length = 0;

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity);
    this.data = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` more bytes without counting them as written. */
  reserve(count: number): void {
    if (this.length + count > this.bytes.length) this.#grow(count);
  }

  #grow(count: number): void {
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.data = new DataView(grown.buffer);
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  u16(value: number): void {
    this.reserve(2);
    this.data.setUint16(this.length, value, true);
    this.length += 2;
  }

  /** The low 32 bits, so that a negative number is written as two's complement. */
  u32(value: number): void {
    this.reserve(4);
    this.data.setUint32(this.length, value, true);
    this.length += 4;
  }

  f64(value: number): void {
    this.reserve(8);
    this.data.setFloat64(this.length, value, true);
    this.length += 8;
  }

  i64(value: bigint): void {
    this.reserve(8);
    this.data.setBigInt64(this.length, value, true);
    this.length += 8;
  }

  /** A safe integer that is not negative. */
  varint(value: number): void {
    this.reserve(VARINT_BYTES_MAX);
    if (value < 0x80) this.bytes[this.length++] = value;
    else this.length = writeVarint(this.bytes, this.length, value);
  }

  /** The bytes alone, without their length. */
  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  /** The length as a varint, then the bytes. */
  blob(value: Uint8Array): void {
    this.varint(value.length);
    this.raw(value);
  }

  text(value: string): void {
    const start = this.length;
    // The prefix of a text that is all ASCII; another length moves the bytes.
    const prefix = byteLength(value.length * 2);
    this.reserve(prefix);
    this.length += prefix;
    const size = this.utf8(value);
    if (size < 0) {
      this.length = start;
      this.varint(value.length * 4 + 1);
      this.utf16(value);
    } else this.prefix(start, prefix, size * 2);
  }

  /** Puts a varint into the `room` bytes left at `start`, moving what was written behind them if it needs more. */
  prefix(start: number, room: number, value: number): void {
    const needed = byteLength(value);
    if (needed !== room) {
      this.reserve(needed);
      this.bytes.copyWithin(start + needed, start + room, this.length);
      this.length += needed - room;
    }
    writeVarint(this.bytes, start, value);
  }

  /** UTF-8 without its length; returns that length, or −1 with nothing written when a surrogate stands alone. */
  utf8(value: string): number {
    const units = value.length;
    this.reserve(units * 3);
    const start = this.length;
    if (units > SHORT_TEXT) {
      const { written } = encoder.encodeInto(value, this.bytes.subarray(start));
      if (written !== units && LONE_SURROGATE.test(value)) return -1;
      this.length = start + written;
      return written;
    }
    const bytes = this.bytes;
    for (let i = 0; i < units; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return this.#wide(value, i);
      bytes[start + i] = code;
    }
    this.length = start + units;
    return units;
  }

  /** `utf8` from unit `i` on, where the first one that is not ASCII stands. */
  #wide(value: string, i: number): number {
    const bytes = this.bytes;
    let at = this.length + i;
    for (; i < value.length; i++) {
      let code = value.charCodeAt(i);
      if (code < 0x80) {
        bytes[at++] = code;
        continue;
      }
      if (code < 0x800) bytes[at++] = 0xc0 | (code >> 6);
      else {
        if (code >= 0xd800 && code < 0xe000) {
          const low = value.charCodeAt(++i) - 0xdc00;
          if (code >= 0xdc00 || !(low >= 0 && low < 0x400)) return -1;
          code = 0x10000 + ((code - 0xd800) << 10) + low;
          bytes[at++] = 0xf0 | (code >> 18);
          bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
        } else bytes[at++] = 0xe0 | (code >> 12);
        bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
      }
      bytes[at++] = 0x80 | (code & 0x3f);
    }
    const size = at - this.length;
    this.length = at;
    return size;
  }

  /** UTF-16, two bytes a unit, without its length. */
  utf16(value: string): void {
    this.reserve(value.length * 2);
    for (let i = 0; i < value.length; i++) this.u16(value.charCodeAt(i));
  }

  /** Takes back everything behind `length`. */
  truncate(length: number): void {
    assert(length <= this.length, 'truncate beyond the end');
    this.length = length;
  }

  /** Empties it for the next use; views given out before are then overwritten. */
  reset(): void {
    this.length = 0;
    if (this.bytes.length <= KEPT_BYTES_MAX) return;
    this.bytes = new Uint8Array(256);
    this.data = new DataView(this.bytes.buffer);
  }

  /** What was written, not copied: valid until the next write or reset. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  copy(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

/** Reads from `position` up to `end`, exclusive; every method throws a `DecodeError` rather than read beyond it. */
export class ByteReader {
  bytes: Uint8Array;
  position: number;
  end: number;
  #data: DataView | undefined;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** Starts over on other bytes. */
  reset(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    if (bytes !== this.bytes) this.#data = undefined;
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  #take(count: number): number {
    const at = this.position;
    // Written so that NaN fails too.
    if (!(count <= this.end - at)) throw new DecodeError(`${count} bytes wanted, ${this.end - at} left`, at);
    this.position = at + count;
    return at;
  }

  #view(): DataView {
    return (this.#data ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length));
  }

  u8(): number {
    return this.bytes[this.#take(1)] as number;
  }

  i8(): number {
    return (this.u8() << 24) >> 24;
  }

  u16(): number {
    const at = this.#take(2);
    return (this.bytes[at] as number) | ((this.bytes[at + 1] as number) << 8);
  }

  i16(): number {
    return (this.u16() << 16) >> 16;
  }

  i32(): number {
    const at = this.#take(4);
    const bytes = this.bytes;
    return (
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    );
  }

  u32(): number {
    return this.i32() >>> 0;
  }

  f64(): number {
    return this.#view().getFloat64(this.#take(8), true);
  }

  i64(): bigint {
    return this.#view().getBigInt64(this.#take(8), true);
  }

  varint(): number {
    const first = this.bytes[this.position] as number;
    if (this.position < this.end && first < 0x80) {
      this.position++;
      return first;
    }
    const value = readVarint(this.bytes, this.position, this.end);
    this.position += byteLength(value);
    return value;
  }

  /** A view of the next `count` bytes, not a copy. */
  raw(count: number): Uint8Array {
    const at = this.#take(count);
    return this.bytes.subarray(at, at + count);
  }

  /** A view of bytes written with `blob()`. */
  blob(): Uint8Array {
    return this.raw(this.varint());
  }

  text(): string {
    const prefix = this.varint();
    const size = Math.floor(prefix / 2);
    return prefix % 2 === 0 ? this.utf8(size) : this.utf16(size);
  }

  /** Text of `size` bytes of UTF-8. */
  utf8(size: number): string {
    const at = this.#take(size);
    if (size <= SHORT_ASCII) {
      let text = '';
      let i = at;
      for (; i < at + size; i++) {
        const byte = this.bytes[i] as number;
        if (byte > 0x7f) break;
        text += String.fromCharCode(byte);
      }
      if (i === at + size) return text;
    }
    try {
      return decoder.decode(this.bytes.subarray(at, at + size));
    } catch {
      throw new DecodeError('malformed UTF-8', at);
    }
  }

  /** Text of `size` bytes of UTF-16. */
  utf16(size: number): string {
    const last = this.#take(size) + size;
    if (size % 2 !== 0) throw new DecodeError('malformed UTF-16', last - size);
    let text = '';
    this.position = last - size;
    while (this.position < last) text += String.fromCharCode(this.u16());
    return text;
  }
}
