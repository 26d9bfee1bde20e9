import { SqlError, type SqlErrorCode } from '@dotdo/shared-types';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../fsx/memory.ts';
import { SPACE, spaceRange, storeKey } from '../fsx/store.ts';
import { encodeCheckpoint, CHECKPOINT_KEY, planSlots, recover, WalTable, WalWriter } from './index.ts';
import { HEADER_CRC_AT } from './format.ts';
import { crc32 } from '../codec/crc32.ts';

const table = new WalTable({ id: 1, name: 'items', keyColumns: 1 });

/** Writes one transaction a flush, of so many rows. */
function logOf(counts: readonly number[], segmentBytesMax = 1 << 20): MemoryStore {
  const store = new MemoryStore();
  const writer = new WalWriter(store, recover(store).slots, { segmentBytesMax });
  for (const count of counts) append(writer, count);
  return store;
}

function append(writer: WalWriter, count: number): void {
  writer.begin(1000);
  for (let i = 0; i < count; i++) writer.insert(table, [i, 'value']);
  writer.commit();
  writer.flush();
}

/** The inserted keys that recovery applies. */
function replay(store: MemoryStore): number[] {
  const keys: number[] = [];
  recover(store, { apply: (entry) => void (entry.op === 'INSERT' && keys.push(entry.after()?.[0] as number)) });
  return keys;
}

function failure(run: () => unknown): SqlError {
  try {
    run();
  } catch (error) {
    if (error instanceof SqlError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A copy of the store with one slot's value changed, or removed. */
function changed(store: MemoryStore, slot: number, change: (bytes: Uint8Array) => Uint8Array | undefined): MemoryStore {
  const copy = store.fork();
  const key = storeKey(SPACE.wal, slot);
  const value = change((store.read(key) as Uint8Array).slice());
  copy.write({ puts: value === undefined ? [] : [[key, value]], deletes: [key] });
  return copy;
}

function checkpoint(store: MemoryStore, writer: WalWriter, floor: number): void {
  const plan = planSlots(store, writer.slots, { floor, packable: 0 });
  const record = encodeCheckpoint({
    point: { epoch: writer.slots.epoch, counter: writer.slots.end, timestampMs: 0, roots: [] },
    nextPage: 0,
    retained: [],
    superseded: [],
    epochs: writer.slots.epochs,
    slots: plan.refs,
    attachment: new Uint8Array(0),
  });
  writer.flush({ puts: [...plan.puts, [CHECKPOINT_KEY, record]] });
  writer.slots.adopt(plan);
}

describe('recovery', () => {
  it('of an empty store begins at LSN 0', () => {
    const recovery = recover(new MemoryStore());
    expect(recovery).toMatchObject({ checkpoint: undefined, replayed: 0, dropped: 0 });
    expect(recovery.slots.lsnOf(recovery.slots.end)).toBe(0n);
  });

  it('applies what committed behind the checkpoint, and overwrites the slots before it', () => {
    const store = logOf([]);
    const writer = new WalWriter(store, recover(store).slots);
    for (const count of [1, 1, 1]) append(writer, count);
    checkpoint(store, writer, writer.slots.end);
    append(writer, 2);
    append(writer, 3);
    expect(store.list(...spaceRange(SPACE.wal))).toHaveLength(3);
    expect(replay(store)).toEqual([0, 1, 0, 1, 2]);
    const again = recover(store);
    expect(again.checkpoint?.point.counter).toBe(9);
    const next = new WalWriter(store, again.slots);
    for (const count of [4, 5]) append(next, count);
    expect(store.list(...spaceRange(SPACE.wal))).toHaveLength(4);
    expect(replay(store)).toHaveLength(2 + 3 + 4 + 5);
  });

  it('hands over the checkpoint before the first entry', () => {
    const store = logOf([1]);
    const calls: string[] = [];
    recover(store, { checkpoint: (record) => void calls.push(typeof record), apply: ({ op }) => void calls.push(op) });
    expect(calls).toEqual(['undefined', 'BEGIN', 'INSERT', 'COMMIT']);
  });
});

describe('a transaction of several segments', () => {
  const whole = logOf([2, 40, 3], 200);
  const slots = recover(whole).slots.refs;
  const chain = slots.slice(1, -1).map((ref) => ref.slot);

  it('is replayed whole, and is dropped whole however many of its last segments are absent', () => {
    expect(chain.length).toBeGreaterThan(4);
    expect(replay(whole)).toHaveLength(45);
    const store = whole.fork();
    const absent = [slots.at(-1)?.slot as number, ...chain.toReversed()];
    for (const [i, slot] of absent.entries()) {
      store.write({ puts: [], deletes: [storeKey(SPACE.wal, slot)] });
      const isWhole = i === 0;
      const copy = store.fork();
      expect(replay(copy)).toHaveLength(isWhole ? 42 : 2);
      // What was dropped is gone: new commits take its LSNs, and recovery finds them alone.
      const recovery = recover(copy);
      expect(recovery.slots.end).toBe(isWhole ? 46 : 4);
      expect(recovery.dropped).toBe(0);
      append(new WalWriter(copy, recovery.slots), 7);
      expect(replay(copy)).toHaveLength((isWhole ? 42 : 2) + 7);
    }
  });

  it('can be dropped again when a stop left some of its segments', () => {
    const last = chain.at(-1) as number;
    const torn = changed(whole, last, () => undefined);
    torn.write({ puts: [], deletes: [storeKey(SPACE.wal, slots.at(-1)?.slot as number)] });
    for (let left = chain.length - 1; left >= 0; left--) {
      const copy = torn.fork();
      expect(recover(copy).dropped).toBe(left);
      if (left > 0) torn.write({ puts: [], deletes: [storeKey(SPACE.wal, chain[left - 1] as number)] });
    }
  });

  it('is an error when a segment is absent from its middle', () => {
    for (const slot of [slots[0]?.slot as number, ...chain]) {
      const error = failure(() => recover(changed(whole, slot, () => undefined)));
      expect([error.code, error.details?.['reason']]).toEqual(['CORRUPT_LOG', expect.stringContaining('gap')]);
      expect(error.details?.['lsn']).toBe(
        slots
          .find((ref) => ref.slot === slot)
          ?.first.toString(16)
          .padStart(16, '0'),
      );
    }
  });
});

describe('damage', () => {
  const store = logOf([1, 2, 12, 1], 300);
  const keys = store.list(...spaceRange(SPACE.wal));
  const expected = replay(store);

  it('of any single byte is CORRUPT_LOG that names slot, LSN and offset', () => {
    expect(expected).toHaveLength(16);
    for (const [slot, key] of keys.entries()) {
      const size = store.read(key)?.length as number;
      for (let at = 0; at < size; at++) {
        for (const bits of [0x01, 0x80, 0xff]) {
          const damaged = changed(store, slot, (bytes) => {
            bytes[at] = (bytes[at] as number) ^ bits;
            return bytes;
          });
          const error = failure(() => recover(damaged));
          expect(error.code).toBe('CORRUPT_LOG');
          expect(error.details).toMatchObject({ slot, lsn: expect.stringMatching(/^[0-9a-f]{16}$/) });
          const offset = error.details?.['offset'] as number;
          expect(offset >= 0 && offset <= at).toBe(true);
        }
      }
    }
  });

  it('by cutting a value short, or adding to it, is CORRUPT_LOG, in the last segment too', () => {
    for (const [slot, key] of keys.entries()) {
      for (let size = 0; size <= (store.read(key)?.length as number) + 1; size++) {
        const damaged = changed(store, slot, (bytes) => {
          const value = new Uint8Array(size);
          value.set(bytes.subarray(0, size));
          return value;
        });
        if (size === store.read(key)?.length) expect(replay(damaged)).toEqual(expected);
        else expect(failure(() => recover(damaged))).toMatchObject({ code: 'CORRUPT_LOG', details: { slot } });
      }
    }
  });

  it('by putting a segment in two slots, or the segment of another database in its place, is CORRUPT_LOG', () => {
    const first = store.read(keys[0] as number) as Uint8Array;
    const twice = store.fork();
    twice.write({ puts: [[storeKey(SPACE.wal, 99), first]], deletes: [] });
    expect(failure(() => recover(twice)).details?.['reason']).toContain('overlap');
    // The same entries one place on: the header is right, so only the seed of the entries' CRCs tells.
    const moved = changed(logOf([1]), 0, (bytes) => {
      const data = new DataView(bytes.buffer);
      data.setBigUint64(8, 4n);
      data.setUint32(HEADER_CRC_AT, crc32(bytes, 0, HEADER_CRC_AT), true);
      return bytes;
    });
    const both = logOf([1]);
    both.write({ puts: [[storeKey(SPACE.wal, 1), moved.read(storeKey(SPACE.wal, 0)) as Uint8Array]], deletes: [] });
    expect(failure(() => recover(both))).toMatchObject({ code: 'CORRUPT_LOG', details: { slot: 1 } });
  });

  it('leaves the store as it was', () => {
    const damaged = changed(store, 1, (bytes) => bytes.fill(0, 40, 41));
    const before = damaged.fork();
    expect(failure(() => recover(damaged)).code satisfies SqlErrorCode).toBe('CORRUPT_LOG');
    for (const key of keys) expect(damaged.read(key)).toEqual(before.read(key));
  });

  it('is told from a later version, which is UNSUPPORTED_FORMAT', () => {
    const later = changed(store, 0, (bytes) => {
      const data = new DataView(bytes.buffer);
      data.setUint16(4, 2, true);
      data.setUint32(HEADER_CRC_AT, crc32(bytes, 0, HEADER_CRC_AT), true);
      return bytes;
    });
    expect(failure(() => recover(later)).code).toBe('UNSUPPORTED_FORMAT');
  });
});
