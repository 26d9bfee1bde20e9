import { describe, expect, it } from 'vitest';
import { crc32 } from '../codec/crc32.ts';
import { type BlockFile, DataFile } from './data-file.ts';
import { FILE_HEADER_BYTES } from './store-file.ts';
import { type StoreBatch, SPACE, storeKey } from './store.ts';

class MemoryFile implements BlockFile {
  readonly path = 'store.dat';
  bytes: Uint8Array;

  constructor(bytes: Uint8Array = new Uint8Array()) {
    this.bytes = bytes;
  }

  size(): number {
    return this.bytes.length;
  }

  read(into: Uint8Array, offset: number): void {
    expect(offset + into.length).toBeLessThanOrEqual(this.bytes.length);
    into.set(this.bytes.subarray(offset, offset + into.length));
  }

  write(bytes: Uint8Array, offset: number): void {
    const grown = new Uint8Array(Math.max(this.bytes.length, offset + bytes.length));
    grown.set(this.bytes);
    grown.set(bytes, offset);
    this.bytes = grown;
  }

  truncate(size: number): void {
    this.bytes = this.bytes.slice(0, size);
  }

  sync(): void {}
}

const value = (...bytes: number[]): Uint8Array => new Uint8Array(bytes);
const BATCHES: StoreBatch[] = [
  { puts: [[storeKey(SPACE.wal, 1), value(1, 2, 3)]], deletes: [] },
  {
    puts: [
      [storeKey(SPACE.page, 1), value(4)],
      [storeKey(SPACE.meta, 0), value()],
    ],
    deletes: [],
  },
  { puts: [[storeKey(SPACE.wal, 1), value(5, 6)]], deletes: [storeKey(SPACE.page, 1)] },
  { puts: [[storeKey(SPACE.blob, 2 ** 40), value(7, 8, 9, 10)]], deletes: [storeKey(SPACE.meta, 0)] },
];

function contents(data: DataFile): [number, number[]][] {
  return data.extents.list(0, 2 ** 50).map((key) => [key, [...(data.read(key) as Uint8Array)]]);
}

/** A file with the batches; `states[n]` is what it holds after n of them, `ends[n]` where they end. */
function written(sync: boolean): { file: MemoryFile; data: DataFile; states: [number, number[]][][]; ends: number[] } {
  const file = new MemoryFile();
  const data = DataFile.create(file);
  const states = [contents(data)];
  const ends = [data.size];
  for (const batch of BATCHES) {
    data.append(batch);
    if (sync) data.sync();
    states.push(contents(data));
    ends.push(data.size);
  }
  return { file, data, states, ends };
}

describe('DataFile', () => {
  it('holds exactly the whole batches of a file that was cut off at any byte, and can be written on', () => {
    const { file, states, ends } = written(true);
    for (let cut = FILE_HEADER_BYTES; cut <= file.bytes.length; cut++) {
      const batches = ends.filter((end) => end <= cut).length - 1;
      const torn = new MemoryFile(file.bytes.slice(0, cut));
      const data = DataFile.open(torn);
      expect(contents(data)).toEqual(states[batches]);
      expect(torn.size()).toBe(ends[batches]);
      data.append({ puts: [[3, value(1)]], deletes: [] });
      data.sync();
      expect(contents(DataFile.open(torn))).toEqual(contents(data));
    }
  });

  it('drops a last batch of which any part was written as zeros', () => {
    const { file, states, ends } = written(true);
    for (let cut = ends[3] as number; cut < file.bytes.length; cut++) {
      const torn = new MemoryFile(file.bytes.slice());
      if (torn.bytes.subarray(cut).every((byte) => byte === 0)) continue;
      torn.bytes.fill(0, cut);
      expect(contents(DataFile.open(torn))).toEqual(states[3]);
    }
  });

  it('never takes a sealed file with any one bit wrong for another state, and leaves a broken one as it is', () => {
    const { file, data, states } = written(true);
    data.seal();
    const seen = new Set<string>();
    for (let bit = 0; bit < file.bytes.length * 8; bit++) {
      const broken = new MemoryFile(file.bytes.slice());
      broken.bytes[bit >> 3] = (broken.bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      const before = broken.bytes.slice();
      try {
        const opened = DataFile.open(broken);
        expect(contents(opened)).toEqual(states.at(-1));
        // A bit of the empty frame at the end, or of a value that was replaced or deleted since.
        seen.add('same');
      } catch (error) {
        const { code, details } = error as { code: string; details?: { offset: number; file: string } };
        seen.add(code);
        if (code.startsWith('CORRUPT')) {
          expect(details?.file).toBe('store.dat');
          expect(details?.offset).toBeLessThanOrEqual(bit >> 3);
        }
        expect(broken.bytes).toEqual(before);
      }
    }
    expect([...seen].sort()).toEqual(['CORRUPT_LOG', 'CORRUPT_PAGE', 'NOT_A_DATABASE', 'same']);
  });

  it('drops batches that were never durable, even when a later one arrived whole', () => {
    const { file, states, ends } = written(false);
    file.bytes.fill(0, ends[1], ends[2]);
    expect(contents(DataFile.open(file))).toEqual(states[1]);
    const later = written(false);
    later.file.bytes[(later.ends[2] as number) - 1] = 0xee;
    expect(contents(DataFile.open(later.file))).toEqual(later.states[1]);
  });

  it('drops a broken batch that later ones begin to be durable at', () => {
    const { file, states } = written(false);
    file.bytes[FILE_HEADER_BYTES] = 0;
    expect(contents(DataFile.open(file))).toEqual(states[0]);
  });

  it('takes a frame for one only where it was written', () => {
    const { file, states, ends } = written(true);
    file.write(file.bytes.slice(ends[0], ends[1]), file.bytes.length);
    expect(contents(DataFile.open(file))).toEqual(states.at(-1));
    expect(file.size()).toBe(ends.at(-1));
  });

  it('names file and offset of a broken batch when a later one proves that it was durable', () => {
    const { file, ends } = written(true);
    file.bytes.fill(0, ends[1], ends[2]);
    const details = { file: 'store.dat', offset: ends[1] };
    expect(() => DataFile.open(file)).toThrow(expect.objectContaining({ code: 'CORRUPT_LOG', details }));
  });

  it('does not take a copy of its own frames inside a torn value for proof', () => {
    const { file, data, states, ends } = written(true);
    data.append({
      puts: [
        [1, file.bytes.slice()],
        [2, new Uint8Array(10)],
      ],
      deletes: [],
    });
    file.truncate(file.bytes.length - 5);
    expect(contents(DataFile.open(file))).toEqual(states.at(-1));
    expect(file.size()).toBe(ends.at(-1));
  });

  it('copies what is still there into a file that is smaller', () => {
    const { data, states } = written(true);
    const file = new MemoryFile();
    const copy = DataFile.create(file);
    copy.take(data);
    copy.seal();
    copy.seal();
    expect(contents(DataFile.open(file))).toEqual(states.at(-1));
    expect(file.size()).toBeLessThan(data.size);
    expect(copy.live).toBe(data.live);
  });

  it('refuses other files and newer versions', () => {
    const { file } = written(true);
    expect(() => DataFile.open(new MemoryFile(new TextEncoder().encode('SQLite format 3\0....')))).toThrow(
      expect.objectContaining({ code: 'NOT_A_DATABASE' }),
    );
    file.bytes.set([9, 0], 4);
    expect(() => DataFile.open(file)).toThrow(expect.objectContaining({ code: 'CORRUPT_LOG' }));
    new DataView(file.bytes.buffer).setUint32(12, crc32(file.bytes, 0, 12), true);
    expect(() => DataFile.open(file)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FORMAT' }));
  });
});
