/** The storage on a real Durable Object: what was acknowledged outlives eviction and abort, and what it costs. */
import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { DurableObjectStore } from '../../packages/dosql/src/fsx/durable-object.ts';
import { plainSchema, Storage } from '../../packages/dosql/src/txn/index.ts';

const TABLE = JSON.stringify({ columns: ['any', 'any', 'any', 'real'], key: [{}] });
const INDEX = JSON.stringify({ key: [{ column: 2 }] });

interface Opened {
  storage: Storage;
  store: DurableObjectStore;
}

function open(state: DurableObjectState): Opened {
  const store = new DurableObjectStore(state.storage);
  return { store, storage: Storage.open({ store }, plainSchema) };
}

function create(storage: Storage): void {
  const session = storage.session();
  session.statement(() => session.createIndex(session.createTable('rows', TABLE), 'rows_b', INDEX));
  session.close();
}

/** Inserts rows `from` to `to`, exclusive, one transaction each. */
function insert(storage: Storage, from: number, to: number): void {
  const session = storage.session();
  const table = storage.table('rows');
  if (table === undefined) throw new Error('no table');
  for (let id = from; id < to; id++)
    session.insert(table, [id, `name of row ${id}`, (id * 48_271) % 1_000_003, id + 0.5]);
  session.close();
}

function ids(storage: Storage): number[] {
  const cursor = (storage.table('rows') as NonNullable<ReturnType<Storage['table']>>).tree.cursor();
  const found: number[] = [];
  for (let has = cursor.first(); has; has = cursor.next()) found.push(cursor.value(0) as number);
  return found;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('storage in a Durable Object', () => {
  it('is there after evictions, whether checkpointed or only logged', async () => {
    const stub = env.DOSQL.getByName('evicted');
    await runInDurableObject(stub, (_, state) => {
      const { storage } = open(state);
      create(storage);
      insert(storage, 0, 700);
      storage.checkpoint();
      insert(storage, 700, 1000);
    });
    for (let round = 0; round < 3; round++) {
      await evictDurableObject(stub);
      await runInDurableObject(stub, (_, state) => {
        const { storage } = open(state);
        expect(ids(storage)).toEqual(range(1000 + round * 10));
        expect(storage.check().problems).toEqual([]);
        insert(storage, 1000 + round * 10, 1010 + round * 10);
      });
    }
  });

  it('is there after the objects were aborted between turns', async () => {
    const stub = () => env.DOSQL.getByName('aborted'); // an abort breaks the stubs that are held
    await runInDurableObject(stub(), (_, state) => create(open(state).storage));
    for (let round = 0; round < 5; round++) {
      await runInDurableObject(stub(), (_, state) => {
        const { storage } = open(state);
        expect(ids(storage)).toEqual(range(round * 100));
        insert(storage, round * 100, round * 100 + 100);
        if (round === 2) storage.checkpoint();
      });
      await abortAllDurableObjects();
    }
    await runInDurableObject(stub(), (_, state) => {
      const { storage } = open(state);
      expect(ids(storage)).toEqual(range(500));
      expect(storage.check().problems).toEqual([]);
    });
  });

  it('writes one row for all commits of a turn, and few for a checkpoint', async () => {
    await runInDurableObject(env.DOSQL.getByName('billed'), async (_, state) => {
      const { storage, store } = open(state);
      create(storage);
      await Promise.resolve();
      storage.checkpoint();
      const before = store.rowsWritten;
      insert(storage, 0, 1000);
      await Promise.resolve();
      expect(store.rowsWritten - before).toBe(1);
      storage.checkpoint();
      const written = store.rowsWritten - before;
      console.log(`rows written to storage for 1,000 inserts with an index, checkpoint included: ${written}`);
      expect(written).toBeLessThanOrEqual(20);
    });
  });

  it('drops what a turn wrote when the turn throws in a storage transaction', async () => {
    await runInDurableObject(env.DOSQL.getByName('thrown'), (_, state) => {
      const { storage } = open(state);
      create(storage);
      storage.flush();
      expect(() =>
        state.storage.transactionSync(() => {
          insert(storage, 0, 10);
          storage.flush();
          throw new Error('the turn fails');
        }),
      ).toThrow('the turn fails');
      expect(ids(open(state).storage)).toEqual([]);
    });
  });
});
