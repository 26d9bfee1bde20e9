/** This repository's own engine, embedded: in memory, and for w15 from a folder on disk. */
import type { Store } from '@dotdo/dosql/fsx';
import { DosqlDatabase } from './dosql-database.ts';
import type { Engine } from './engine.ts';

/** Every key of a store lies below this. */
const KEY_LIMIT: number = 2 ** 48;

/** Copies all that is in a store to a folder. */
async function copyTo(path: string, store: Store): Promise<void> {
  const { NodeFileStore } = await import('../../packages/dosql/src/fsx/node-file.ts');
  const image = NodeFileStore.open(path);
  const puts = store.list(0, KEY_LIMIT).map((key) => [key, store.read(key) ?? new Uint8Array(0)] as const);
  image.write({ puts, deletes: [] });
  image.close();
}

export async function createEngine(): Promise<Engine> {
  const [{ DB, VERSION }, { MemoryStore }] = await Promise.all([import('@dotdo/dosql'), import('@dotdo/dosql/fsx')]);
  return {
    name: 'dosql',
    dialect: 'sqlite',
    version: () => VERSION,
    async open() {
      const store = new MemoryStore();
      const db = await DB(':memory:', { storage: { hot: store } });
      return new DosqlDatabase(db, async (path) => {
        db.checkpoint();
        await copyTo(path, store);
      });
    },
    openImage: async (path) => new DosqlDatabase(await DB(path, { storage: path })),
  };
}
