import { describe, expect, it } from 'vitest';
import { type FaultPlan, FaultStore, StoreStopped } from './fault.ts';
import { MemoryStore } from './memory.ts';

/** Writes keys 1, 2 and 3 one by one, then 4 and 5 in one batch, flushing after the first; returns what survives. */
function survivors(plan: FaultPlan): number[] {
  const store = new FaultStore(new MemoryStore(), plan);
  try {
    for (const keys of [[1], [2], [3], [4, 5]]) {
      store.write({ puts: keys.map((key) => [key, new Uint8Array(1)] as const), deletes: [] });
      if (keys[0] === 1) store.flush();
    }
    store.stop();
  } catch (error) {
    expect(error).toBeInstanceOf(StoreStopped);
  }
  expect(() => store.read(1)).toThrow(StoreStopped);
  expect(() => store.write({ puts: [], deletes: [] })).toThrow(StoreStopped);
  return store.survivor().list(0, 9);
}

describe('FaultStore', () => {
  it('stops at the write it is told to, before it, after it, or within it', () => {
    expect(survivors({ stopAtWrite: 2 })).toEqual([1]);
    expect(survivors({ stopAtWrite: 2, applied: 'all' })).toEqual([1, 2]);
    expect(survivors({ stopAtWrite: 4, applied: { tornAfterPuts: 1 } })).toEqual([1, 2, 3, 4]);
    expect(survivors({})).toEqual([1, 2, 3, 4, 5]);
  });

  it('loses the last batches that no flush covered, and none that one did', () => {
    expect(survivors({ loseUnflushed: 1 })).toEqual([1, 2, 3]);
    expect(survivors({ loseUnflushed: 2 })).toEqual([1, 2]);
    expect(survivors({ loseUnflushed: 9 })).toEqual([1]);
    expect(survivors({ stopAtWrite: 3, applied: 'all', loseUnflushed: 1 })).toEqual([1, 2]);
    expect(survivors({ stopAtWrite: 3, loseUnflushed: 1 })).toEqual([1]);
  });

  it('records the state before and after each write, and tells of each operation', () => {
    const operations: string[] = [];
    const store = new FaultStore(new MemoryStore(), {
      record: true,
      onOperation: (name, n) => operations.push(`${n} ${name}`),
    });
    store.write({ puts: [[1, new Uint8Array(1)]], deletes: [] });
    store.write({ puts: [[2, new Uint8Array(1)]], deletes: [1] });
    store.read(2);
    expect(store.states.map((state) => state.list(0, 9))).toEqual([[], [1], [2]]);
    expect(operations).toEqual(['1 write', '2 write', '3 read']);
    expect([store.writes, store.stopped]).toEqual([2, false]);
  });
});
