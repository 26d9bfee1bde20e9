/**
 * A file of frames in use: where each value lies, appending, sealing, copying. Which file it is and when it is
 * replaced is for the backend to say; the layout is in store-file.ts.
 */
import { crc32 } from '../codec/crc32.ts';
import { ByteWriter } from '../codec/writer.ts';
import { OrderedMap } from './ordered-map.ts';
import {
  corruptValue,
  ENTRY_BYTES,
  type Extent,
  FILE_HEADER_BYTES,
  type FileBytes,
  type FileIndex,
  FRAME_HEADER_BYTES,
  openFile,
  writeFileHeader,
  writeFrameHeader,
} from './store-file.ts';
import type { StoreBatch, StoreKey, StorePut } from './store.ts';

/** A frame's values up to this size are written together with its header. */
const GATHERED_BYTES_MAX: number = 256 << 10;
/** Values in one frame of a compacted file. */
const COMPACTED_FRAME_BYTES: number = 1 << 20;
/** What opening reads at once. */
const WINDOW_BYTES: number = 16 << 10;

/** What is needed of a file. */
export interface BlockFile {
  /** Named in errors. */
  readonly path: string;
  size(): number;
  /** Fills `into` from `offset` on. */
  read(into: Uint8Array, offset: number): void;
  /** Writes all of `bytes`. */
  write(bytes: Uint8Array, offset: number): void;
  truncate(size: number): void;
  /** Returns when contents and size are durable. */
  sync(): void;
}

/** One file of frames, open for reading and appending. */
export class DataFile {
  readonly file: BlockFile;
  readonly extents: OrderedMap<Extent>;
  /** End of the last frame. */
  size: number;
  /** Bytes of values that are still there, and of their entries. */
  live = 0;
  readonly #salt: number;
  readonly #writer: ByteWriter = new ByteWriter(4096);
  /** Everything below this is durable. */
  #durable: number;
  /** Everything below this is proven durable by a frame. */
  #proven: number;

  private constructor(file: BlockFile, index: FileIndex) {
    this.file = file;
    this.extents = new OrderedMap(index.extents);
    this.size = index.end;
    this.#salt = index.salt;
    this.#durable = index.end;
    this.#proven = index.proven;
    for (const { length } of index.extents.values()) this.live += ENTRY_BYTES + length;
  }

  /**
   * Opens a file, cutting off a torn tail.
   * @throws {SqlError} as `openFile` does
   */
  static open(file: BlockFile): DataFile {
    const size = file.size();
    const index = openFile(new Window(file, size));
    if (index.end < size) file.truncate(index.end);
    // What was read may be in the page cache only, left by a process that died before its fsync; a seal at the end
    // was written when all before it was durable, and says nothing itself.
    if (index.end < size || index.proven !== index.end - FRAME_HEADER_BYTES) file.sync();
    return new DataFile(file, index);
  }

  /** Lays out an empty file. */
  static create(file: BlockFile): DataFile {
    const salt = Math.floor(Math.random() * 0x1_0000_0000);
    const writer = new ByteWriter(FILE_HEADER_BYTES);
    writeFileHeader(writer, salt);
    file.write(writer.view(), 0);
    return new DataFile(file, { salt, extents: new Map(), end: FILE_HEADER_BYTES, proven: FILE_HEADER_BYTES });
  }

  read(key: StoreKey): Uint8Array | undefined {
    const extent = this.extents.get(key);
    if (extent === undefined) return undefined;
    const bytes = new Uint8Array(extent.length);
    this.file.read(bytes, extent.offset);
    if (crc32(bytes) !== extent.crc) throw corruptValue(this.file.path, key, extent);
    return bytes;
  }

  readHead(key: StoreKey, length: number): Uint8Array | undefined {
    const extent = this.extents.get(key);
    if (extent === undefined) return undefined;
    const bytes = new Uint8Array(Math.min(length, extent.length));
    this.file.read(bytes, extent.offset);
    return bytes;
  }

  append(batch: StoreBatch): void {
    const writer = this.#writer;
    writer.reset();
    const { puts, deletes } = batch;
    const place = { salt: this.#salt, offset: this.size, durable: this.#durable };
    const extents = writeFrameHeader(writer, batch, place);
    let at = this.size;
    for (const [, value] of puts) {
      if (writer.length + value.length > GATHERED_BYTES_MAX) {
        at = this.#write(writer.view(), at);
        writer.reset();
      }
      if (value.length > GATHERED_BYTES_MAX) at = this.#write(value, at);
      else writer.raw(value);
    }
    this.size = this.#write(writer.view(), at);
    this.#proven = this.#durable;
    for (const key of deletes) this.#forget(key);
    puts.forEach(([key], i) => {
      this.#forget(key);
      const extent = extents[i] as Extent;
      this.extents.set(key, extent);
      this.live += ENTRY_BYTES + extent.length;
    });
  }

  /** Returns the offset behind the bytes. */
  #write(bytes: Uint8Array, offset: number): number {
    this.file.write(bytes, offset);
    return offset + bytes.length;
  }

  #forget(key: StoreKey): void {
    const extent = this.extents.get(key);
    if (extent === undefined) return;
    this.live -= ENTRY_BYTES + extent.length;
    this.extents.delete(key);
  }

  sync(): void {
    if (this.#durable === this.size) return;
    this.file.sync();
    this.#durable = this.size;
  }

  /** Ends the file with an empty frame that proves all before it durable, so that later damage to the last batch shows. */
  seal(): void {
    this.sync();
    if (this.#proven === this.size - FRAME_HEADER_BYTES) return;
    this.append({ puts: [], deletes: [] });
    this.sync();
  }

  /** Copies every value of another file. */
  take(other: DataFile): void {
    let puts: StorePut[] = [];
    let bytes = 0;
    for (const key of other.extents.list(0, Number.MAX_SAFE_INTEGER - 1)) {
      const value = other.read(key) as Uint8Array;
      puts.push([key, value]);
      bytes += value.length;
      if (bytes < COMPACTED_FRAME_BYTES) continue;
      this.append({ puts, deletes: [] });
      puts = [];
      bytes = 0;
    }
    if (puts.length > 0) this.append({ puts, deletes: [] });
  }
}

/** Reads through a window, as opening goes over many small frames in a row. */
class Window implements FileBytes {
  readonly name: string;
  readonly size: number;
  readonly #file: BlockFile;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;

  constructor(file: BlockFile, size: number) {
    this.name = file.path;
    this.#file = file;
    this.size = size;
  }

  read(offset: number, length: number): Uint8Array {
    const at = offset - this.#start;
    if (at >= 0 && at + length <= this.#bytes.length) return this.#bytes.subarray(at, at + length);
    this.#bytes = new Uint8Array(Math.min(Math.max(length, WINDOW_BYTES), this.size - offset));
    this.#start = offset;
    this.#file.read(this.#bytes, offset);
    return this.#bytes.subarray(0, length);
  }
}
