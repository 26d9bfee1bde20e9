/** Where the bytes live: the store interface and the backends that run anywhere. Files of Node are in node-file.ts. */
export { DurableObjectStore, type DurableStorage, type SqlCursor } from './durable-object.ts';
export { MemoryStore } from './memory.ts';
export { R2Store } from './r2.ts';
export {
  idOf,
  SPACE,
  spaceOf,
  spaceRange,
  storeKey,
  type ColdStore,
  type Store,
  type StoreBatch,
  type StoreKey,
  type StorePut,
} from './store.ts';
export { ColdPage, TieredStore } from './tiered.ts';
