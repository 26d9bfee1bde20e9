import { SqlError } from '@dotdo/shared-types';
import { OrderedMap } from './ordered-map.ts';
import type { ColdStore, Store, StoreBatch, StoreKey } from './store.ts';

/** A store that lives as long as the object. */
export class MemoryStore implements Store {
  #values: OrderedMap<Uint8Array>;
  #closed = false;

  constructor(values: OrderedMap<Uint8Array> = new OrderedMap()) {
    this.#values = values;
  }

  read(key: StoreKey): Uint8Array | undefined {
    this.#open();
    return this.#values.get(key);
  }

  list(first: StoreKey, last: StoreKey): StoreKey[] {
    this.#open();
    return this.#values.list(first, last);
  }

  write(batch: StoreBatch): void {
    this.#open();
    for (const key of batch.deletes) this.#values.delete(key);
    for (const [key, value] of batch.puts) this.#values.set(key, value.slice());
  }

  flush(): void {
    this.#open();
  }

  close(): void {
    this.#closed = true;
  }

  /** The same contents with a life of their own, open even when this one is closed; values are shared, as they never change. */
  fork(): MemoryStore {
    return new MemoryStore(this.#values.fork());
  }

  #open(): void {
    if (this.#closed) throw new SqlError('DATABASE_CLOSED', 'the store is closed');
  }
}

/** A cold side that lives as long as the object. */
export class MemoryColdStore implements ColdStore {
  readonly values: Map<string, Uint8Array> = new Map();

  read(name: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.values.get(name));
  }

  write(puts: readonly (readonly [name: string, value: Uint8Array])[]): Promise<void> {
    for (const [name, value] of puts) this.values.set(name, value.slice());
    return Promise.resolve();
  }

  delete(names: readonly string[]): Promise<void> {
    for (const name of names) this.values.delete(name);
    return Promise.resolve();
  }

  list(): Promise<string[]> {
    return Promise.resolve([...this.values.keys()]);
  }
}
