import { describe, expect, it } from 'vitest';
import { FaultColdStore } from './fault.ts';
import { MemoryColdStore, MemoryStore } from './memory.ts';
import { type ObjectBucket, R2Store } from './r2.ts';
import { SPACE, spaceRange, storeKey } from './store.ts';
import { ColdPage, TieredStore } from './tiered.ts';

const page = (id: number): number => storeKey(SPACE.page, id);
const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);
const put = (key: number, value: Uint8Array) => ({ puts: [[key, value] as const], deletes: [] });

/** A tiered store with three pages of 100 bytes, the first two cold. */
async function demoted(cacheBytesMax = 1000) {
  const hot = new MemoryStore();
  const cold = new MemoryColdStore();
  const store = new TieredStore(hot, cold, { cacheBytesMax });
  store.write({ puts: [1, 2, 3].map((id) => [page(id), bytes(100, id)] as const), deletes: [] });
  await store.demote([page(1), page(2), page(9)]);
  return { hot, cold, store };
}

/** A bucket that lists three keys a page. */
function bucket(): ObjectBucket & { objects: Map<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  return {
    objects,
    get: (key) => {
      const value = objects.get(key);
      return Promise.resolve(value === undefined ? null : { arrayBuffer: () => Promise.resolve(value.slice().buffer) });
    },
    put: (key, value) => Promise.resolve(objects.set(key, value.slice())),
    delete: (keys) => {
      for (const key of keys) objects.delete(key);
      return Promise.resolve();
    },
    list: ({ prefix, cursor }) => {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
      const start = Number(cursor ?? 0);
      const found = keys.slice(start, start + 3).map((key) => ({ key }));
      return Promise.resolve(
        start + 3 < keys.length
          ? { objects: found, truncated: true, cursor: String(start + 3) }
          : { objects: found, truncated: false },
      );
    },
  };
}

describe('TieredStore', () => {
  it('throws ColdPage for a cold key until it was fetched, also after reopening', async () => {
    const { hot, cold, store } = await demoted();
    expect(store.list(...spaceRange(SPACE.page))).toEqual([page(1), page(2), page(3)]);
    expect(hot.list(...spaceRange(SPACE.page))).toEqual([page(3)]);
    for (const opened of [store, new TieredStore(hot, cold)]) {
      expect(() => opened.read(page(1))).toThrow(new ColdPage(page(1)));
      await opened.fetch(page(1));
      expect(opened.read(page(1))).toEqual(bytes(100, 1));
      expect(opened.read(page(3))).toEqual(bytes(100, 3));
      expect(opened.isCold(page(1))).toBe(true);
    }
  });

  it('keeps no more bytes than it may, dropping what was read least recently', async () => {
    const { store } = await demoted(250);
    await store.demote([page(3)]);
    for (const id of [1, 2]) await store.fetch(page(id));
    store.read(page(1));
    await store.fetch(page(3));
    expect(() => store.read(page(2))).toThrow(ColdPage);
    expect([store.read(page(1)), store.read(page(3))]).toEqual([bytes(100, 1), bytes(100, 3)]);
  });

  it('makes a key hot again by writing it, and forgets one that is deleted', async () => {
    const { hot, cold, store } = await demoted();
    store.write(put(page(1), bytes(5, 7)));
    store.write({ puts: [], deletes: [page(2)] });
    for (const opened of [store, new TieredStore(hot, cold)]) {
      expect(opened.read(page(1))).toEqual(bytes(5, 7));
      expect(opened.read(page(2))).toBeUndefined();
    }
    expect(await store.sweep()).toBe(2);
    expect(cold.values.size).toBe(0);
  });

  it('leaves a key hot that changes while it is demoted, and keeps its old object out of the way', async () => {
    const { cold, hot } = await demoted();
    let meanwhile = (): void => {};
    const slow = new FaultColdStore(cold, {
      before: (operation) => {
        if (operation === 'write') meanwhile();
        return Promise.resolve();
      },
    });
    const store = new TieredStore(hot, slow);
    meanwhile = () => store.write(put(page(3), bytes(100, 33)));
    await store.demote([page(3)]);
    expect(store.read(page(3))).toEqual(bytes(100, 33));
    expect(await store.sweep()).toBe(1);
    await store.demote([page(3)]);
    await store.fetch(page(3));
    expect(store.read(page(3))).toEqual(bytes(100, 33));
  });

  it('reads the cold side once for fetches at the same time, and can retry one that failed', async () => {
    const { hot, cold } = await demoted();
    let reads = 0;
    const failing = new FaultColdStore(cold, {
      before: () => (++reads === 1 ? Promise.reject(new Error('network')) : Promise.resolve()),
    });
    const store = new TieredStore(hot, failing);
    await expect(store.fetch(page(1))).rejects.toThrow('network');
    await Promise.all([store.fetch(page(1)), store.fetch(page(1))]);
    expect(reads).toBe(2);
    expect(store.read(page(1))).toEqual(bytes(100, 1));
  });

  it('does not cache what was written over while it was fetched', async () => {
    const { store } = await demoted();
    const fetching = store.fetch(page(1));
    store.write(put(page(1), bytes(1, 9)));
    await fetching;
    expect(store.read(page(1))).toEqual(bytes(1, 9));
    await store.demote([page(1)]);
    expect(() => store.read(page(1))).toThrow(ColdPage);
    await store.fetch(page(1));
    expect(store.read(page(1))).toEqual(bytes(1, 9));
  });

  it('does not sweep away what is demoted again meanwhile', async () => {
    const { hot, cold, store } = await demoted();
    store.write(put(page(1), bytes(1, 9)));
    let demoting = Promise.resolve();
    const during = new FaultColdStore(cold, {
      before: (operation) => {
        if (operation !== 'delete') return Promise.resolve();
        swept.write(put(page(1), bytes(100, 1)));
        demoting = swept.demote([page(1)]);
        // Time enough for the demotion to be done, were it not to wait.
        return new Promise((resolve) => setTimeout(resolve, 5));
      },
    });
    const swept = new TieredStore(hot, during);
    expect(await swept.sweep()).toBe(1);
    await demoting;
    await swept.fetch(page(1));
    expect(swept.read(page(1))).toEqual(bytes(100, 1));
  });

  it('reports a cold object that is gone or damaged as CORRUPT_PAGE', async () => {
    const { cold, store } = await demoted();
    const [first, second] = [...cold.values.keys()] as [string, string];
    cold.values.set(first, bytes(100, 8));
    cold.values.delete(second);
    const corrupt = (reason: string) =>
      expect.objectContaining({ code: 'CORRUPT_PAGE', details: expect.objectContaining({ reason }) });
    await expect(store.fetch(page(1))).rejects.toEqual(corrupt('fails its checksum'));
    await expect(store.fetch(page(2))).rejects.toEqual(corrupt('is gone'));
  });

  it('works over a bucket, whose other objects a sweep leaves alone', async () => {
    const objects = bucket();
    await objects.put('other/1', bytes(1, 1));
    const store = new TieredStore(new MemoryStore(), new R2Store(objects, 'db/'));
    const keys = Array.from({ length: 8 }, (_, id) => page(id));
    store.write({ puts: keys.map((key, id) => [key, bytes(10, id)] as const), deletes: [] });
    await store.demote(keys);
    expect(objects.objects.size).toBe(9);
    await store.fetch(page(7));
    expect(store.read(page(7))).toEqual(bytes(10, 7));
    store.write({ puts: [], deletes: keys.slice(1) });
    expect(await store.sweep()).toBe(7);
    expect([...objects.objects.keys()].sort()).toEqual([
      expect.stringMatching(/^db\/2\/0{11}-[0-9a-f]{8}$/),
      'other/1',
    ]);
  });
});
