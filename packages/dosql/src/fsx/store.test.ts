import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { DurableObjectStore, type DurableStorage } from './durable-object.ts';
import { FaultStore } from './fault.ts';
import { MemoryColdStore, MemoryStore } from './memory.ts';
import { NodeFileStore } from './node-file.ts';
import { idOf, SPACE, spaceOf, spaceRange, type Store, storeKey } from './store.ts';
import { TieredStore } from './tiered.ts';

const folder = mkdtempSync(join(tmpdir(), 'dosql-store-'));
afterAll(() => rmSync(folder, { recursive: true }));
let folders = 0;

/** `ctx.storage` over SQLite, with its limit of 2 MB a row. */
function durableStorage(database = new DatabaseSync(':memory:')): DurableStorage & { failOn?: string } {
  const storage: DurableStorage & { failOn?: string } = {
    sql: {
      exec(query, ...bindings) {
        if (storage.failOn !== undefined && query.startsWith(storage.failOn))
          throw new Error('database or disk is full: SQLITE_FULL');
        if (bindings.some((value) => typeof value === 'object' && value.byteLength > 2_000_000)) {
          throw new Error('string or blob too big: SQLITE_TOOBIG');
        }
        const statement = database.prepare(query);
        const before = database.prepare('SELECT total_changes() AS n').get()?.['n'] as number;
        const rows = statement.all(
          ...bindings.map((value) => (typeof value === 'number' ? value : new Uint8Array(value))),
        );
        const after = database.prepare('SELECT total_changes() AS n').get()?.['n'] as number;
        for (const row of rows) {
          const { value } = row;
          if (value instanceof Uint8Array) row['value'] = value.slice().buffer as never;
        }
        return { toArray: () => rows, rowsWritten: after - before };
      },
    },
    transactionSync(work) {
      database.exec('BEGIN');
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
  };
  return storage;
}

/** Each backend: a function that opens it, and opens the same contents again when called again. */
const BACKENDS: Record<string, () => () => Store> = {
  memory: () => {
    let store = new MemoryStore();
    return () => (store = store.fork());
  },
  'durable object': () => {
    const storage = durableStorage();
    return () => new DurableObjectStore(storage);
  },
  'node file': () => {
    const directory = join(folder, String(folders++));
    return () => NodeFileStore.open(directory, { garbageBytesMax: 300 });
  },
  'node file, a turn': () => {
    const directory = join(folder, String(folders++));
    return () => NodeFileStore.open(directory, { durability: 'turn' });
  },
  tiered: () => {
    let hot = new MemoryStore();
    return () => new TieredStore((hot = hot.fork()), new MemoryColdStore());
  },
  fault: () => {
    let inner = new MemoryStore();
    return () => new FaultStore((inner = inner.fork()));
  },
};

describe.each(Object.entries(BACKENDS))('store: %s', (_name, backend) => {
  const key = fc
    .tuple(fc.constantFrom(...Object.values(SPACE)), fc.constantFrom(0, 1, 2, 3, 2 ** 32, 2 ** 44 - 1))
    .map(([space, id]) => storeKey(space, id));
  const batch = fc.record({
    puts: fc.array(fc.tuple(key, fc.uint8Array({ maxLength: 40 })), { maxLength: 4 }),
    deletes: fc.array(key, { maxLength: 2 }),
  });

  it('holds what a map holds after any batches, also when it was closed and opened again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 6, arbitrary: batch }, fc.constant('reopen' as const)), { maxLength: 20 }),
        (steps) => {
          const open = backend();
          const model = new Map<number, Uint8Array>();
          let store = open();
          for (const step of [...steps, 'reopen' as const]) {
            if (step === 'reopen') {
              store.flush();
              store.close();
              store = open();
            } else {
              store.write(step);
              for (const key of step.deletes) model.delete(key);
              for (const [key, value] of step.puts) model.set(key, value);
            }
            const keys = store.list(0, Number.MAX_SAFE_INTEGER - 1);
            expect(keys).toEqual([...model.keys()].sort((a, b) => a - b));
            for (const key of keys) expect(store.read(key)).toEqual(model.get(key));
            expect(store.list(...spaceRange(SPACE.page))).toEqual(keys.filter((key) => spaceOf(key) === SPACE.page));
            expect(store.read(storeKey(SPACE.page, 77))).toBeUndefined();
          }
          store.close();
        },
      ),
      { numRuns: 25 },
    );
  });

  it('does not keep the memory of the values it was given', () => {
    const store = backend()();
    const buffer = new Uint8Array([1, 2, 3, 4]);
    store.write({ puts: [[5, buffer.subarray(1, 3)]], deletes: [] });
    buffer.fill(9);
    expect([...(store.read(5) as Uint8Array)]).toEqual([2, 3]);
    store.close();
  });

  it('brings back values of several megabytes, and small ones in their place', () => {
    const open = backend();
    let store = open();
    const large = new Uint8Array(4_500_000).map((_, i) => i % 251);
    store.write({ puts: [[5, large]], deletes: [] });
    store.flush();
    store.close();
    store = open();
    expect(Buffer.compare(store.read(5) as Uint8Array, large)).toBe(0);
    store.write({ puts: [[5, new Uint8Array([1])]], deletes: [] });
    expect([...(store.read(5) as Uint8Array)]).toEqual([1]);
    store.close();
  });
});

describe('store keys', () => {
  it('order by space, then id, and give both back', () => {
    const key = storeKey(SPACE.slot, 2 ** 44 - 1);
    expect([spaceOf(key), idOf(key)]).toEqual([SPACE.slot, 2 ** 44 - 1]);
    expect(key).toBeLessThan(storeKey(SPACE.blob, 0));
    expect(Number.isSafeInteger(storeKey(15, 2 ** 44 - 1))).toBe(true);
    expect(() => storeKey(0, 2 ** 44)).toThrow('out of range');
  });
});

describe('MemoryStore', () => {
  it('forks into two that do not see each other', () => {
    const store = new MemoryStore();
    store.write({ puts: [[1, new Uint8Array([1])]], deletes: [] });
    const fork = store.fork();
    store.write({ puts: [[2, new Uint8Array([2])]], deletes: [1] });
    fork.write({ puts: [[3, new Uint8Array([3])]], deletes: [] });
    expect([store.list(0, 9), fork.list(0, 9)]).toEqual([[2], [1, 3]]);
    store.close();
    expect(() => store.read(1)).toThrow(expect.objectContaining({ code: 'DATABASE_CLOSED' }));
  });
});

describe('DurableObjectStore', () => {
  it('undoes a batch that fails half-way, with its knowledge of split values', () => {
    const storage = durableStorage();
    const store = new DurableObjectStore(storage);
    const large = new Uint8Array(2_100_000).fill(3);
    store.write({ puts: [[1, large]], deletes: [] });
    storage.failOn = 'DELETE FROM _dosql_store WHERE';
    const failing = { puts: [[2, large] as const], deletes: [1] };
    expect(() => store.write(failing)).toThrow(expect.objectContaining({ code: 'STORAGE_FULL' }));
    expect(store.list(0, 9)).toEqual([1]);
    expect(store.read(1)).toHaveLength(2_100_000);
  });

  it('counts one row written for a small value', () => {
    const store = new DurableObjectStore(durableStorage());
    const before = store.rowsWritten;
    store.write({ puts: [[1, new Uint8Array(100)]], deletes: [] });
    expect(store.rowsWritten - before).toBe(1);
  });
});
