import { SqlError } from '@dotdo/shared-types';
import { expect, it } from 'vitest';
import { crc32 } from '../codec/crc32.ts';
import { MemoryStore } from '../fsx/memory.ts';
import {
  CHECKPOINT_KEY,
  decodeCheckpoint,
  encodeCheckpoint,
  readCheckpoint,
  recover,
  type Checkpoint,
} from './index.ts';

const full: Checkpoint = {
  point: {
    epoch: 2,
    counter: 2 ** 40,
    timestampMs: 1_700_000_000_000.5,
    roots: [
      { tree: 0, page: 0 },
      { tree: 3, page: undefined },
      { tree: 4, page: 2 ** 43 },
    ],
  },
  nextPage: 2 ** 43 + 1,
  retained: [
    { epoch: 0, counter: 5, timestampMs: 1, roots: [{ tree: 0, page: 9 }] },
    { epoch: 1, counter: 8, timestampMs: 2, roots: [] },
  ],
  superseded: [
    { counter: 5, pages: [1, 2, 200, 40_000] },
    { counter: 2 ** 40, pages: [] },
  ],
  epochs: [
    { epoch: 0, first: 1 },
    { epoch: 2, first: 7 },
  ],
  slots: [
    { slot: 5, first: 2 ** 40 - 12, entries: 10, bytes: 900, timestampMs: 3, continues: true },
    { slot: 0, first: 2 ** 40 - 2, entries: 3, bytes: 90, timestampMs: 4, continues: false },
  ],
  attachment: new Uint8Array([1, 2, 3]),
};

const empty: Checkpoint = {
  point: { epoch: 0, counter: 0, timestampMs: 0, roots: [] },
  nextPage: 0,
  retained: [],
  superseded: [],
  epochs: [{ epoch: 0, first: 1 }],
  slots: [],
  attachment: new Uint8Array(0),
};

function code(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof SqlError) return error.code;
    throw error;
  }
  return undefined;
}

it('comes back from the store with all of its fields, and as undefined when it was never written', () => {
  for (const checkpoint of [full, empty]) {
    const store = new MemoryStore();
    expect(readCheckpoint(store)).toBeUndefined();
    store.write({ puts: [[CHECKPOINT_KEY, encodeCheckpoint(checkpoint)]], deletes: [] });
    expect(readCheckpoint(store)).toEqual(checkpoint);
  }
});

it('sorts superseded pages, whatever order they were collected in', () => {
  const record = encodeCheckpoint({ ...empty, superseded: [{ counter: 1, pages: [30, 4, 100] }] });
  expect(decodeCheckpoint(record).superseded).toEqual([{ counter: 1, pages: [4, 30, 100] }]);
});

it('is CORRUPT_CHECKPOINT when any byte is another, when it is cut, and when bytes follow', () => {
  const record = encodeCheckpoint(full);
  for (let at = 0; at < record.length; at++) {
    for (const bits of [0x01, 0x80, 0xff]) {
      const damaged = record.slice();
      damaged[at] = (damaged[at] as number) ^ bits;
      expect(code(() => decodeCheckpoint(damaged))).toBe('CORRUPT_CHECKPOINT');
    }
    expect(code(() => decodeCheckpoint(record.slice(0, at)))).toBe('CORRUPT_CHECKPOINT');
  }
  expect(code(() => decodeCheckpoint(new Uint8Array([...record, 0])))).toBe('CORRUPT_CHECKPOINT');
  const store = new MemoryStore();
  store.write({ puts: [[CHECKPOINT_KEY, record.slice(1)]], deletes: [] });
  expect(code(() => recover(store))).toBe('CORRUPT_CHECKPOINT');
});

it('is CORRUPT_CHECKPOINT when the checksum is right and the fields are not', () => {
  for (let at = 16; at < encodeCheckpoint(full).length; at++) {
    const record = encodeCheckpoint(full);
    record[at] = 0xff;
    seal(record);
    expect([undefined, 'CORRUPT_CHECKPOINT']).toContain(code(() => decodeCheckpoint(record)));
  }
});

it('of a later version is UNSUPPORTED_FORMAT', () => {
  const record = encodeCheckpoint(full);
  record[4] = 2;
  seal(record);
  expect(code(() => decodeCheckpoint(record))).toBe('UNSUPPORTED_FORMAT');
});

function seal(record: Uint8Array): void {
  new DataView(record.buffer).setUint32(12, crc32(record, 16, record.length, crc32(record, 0, 12)), true);
}
