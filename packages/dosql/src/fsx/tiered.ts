/**
 * A hot store with a cold side. The value of a cold key lies in the cold store as an immutable object
 * named for its key and its CRC, so that no other contents can stand under the name; the hot store holds
 * a stub in its place, under the key 8 spaces higher: length (f64), crc32 (u32). A key is either hot or
 * cold, and moves in one batch of the hot store.
 */
import { SqlError } from '@dotdo/shared-types';
import { assert } from '../codec/assert.ts';
import { crc32 } from '../codec/crc32.ts';
import { ByteReader, ByteWriter } from '../codec/writer.ts';
import { OrderedMap } from './ordered-map.ts';
import {
  type ColdStore,
  idOf,
  SPACE_LIMIT,
  type Store,
  type StoreBatch,
  type StoreKey,
  spaceOf,
  STORE_ID_LIMIT,
} from './store.ts';

/** Spaces below this can be told to hold stubs of their keys 8 spaces higher. */
const STUB_SPACES = SPACE_LIMIT / 2;
const STUB_SHIFT: number = STUB_SPACES * STORE_ID_LIMIT;

/** Thrown by `read`: the value is cold. Await `fetch(key)`, then read again. */
export class ColdPage extends Error {
  readonly key: StoreKey;

  constructor(key: StoreKey) {
    super(`the value of key ${key} is cold`);
    this.key = key;
  }
}

interface Stub {
  readonly length: number;
  readonly crc: number;
}

export interface TieredOptions {
  /** Bytes of fetched values to keep; the newest one is kept in any case. 32 MB. */
  readonly cacheBytesMax?: number;
}

export class TieredStore implements Store {
  readonly maxValueBytes?: number;
  readonly #hot: Store;
  readonly #cold: ColdStore;
  readonly #stubs: OrderedMap<Stub> = new OrderedMap();
  /** Least recently read first. */
  readonly #cache: Map<StoreKey, Uint8Array> = new Map();
  readonly #cacheMax: number;
  #cacheBytes = 0;
  readonly #fetches: Map<StoreKey, Promise<void>> = new Map();
  /** Ends when the demotion or sweep before has: a sweep must not delete what is just being written again. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(hot: Store, cold: ColdStore, options: TieredOptions = {}) {
    this.#hot = hot;
    this.#cold = cold;
    this.#cacheMax = options.cacheBytesMax ?? 32 << 20;
    if (hot.maxValueBytes !== undefined) this.maxValueBytes = hot.maxValueBytes;
    for (const key of hot.list(STUB_SHIFT, 2 * STUB_SHIFT - 1)) {
      const reader = new ByteReader(hot.read(key) as Uint8Array);
      this.#stubs.set(key - STUB_SHIFT, { length: reader.f64(), crc: reader.u32() });
    }
  }

  /** @throws {ColdPage} when the value is cold and not in the cache */
  read(key: StoreKey): Uint8Array | undefined {
    if (!this.#stubs.has(key)) return this.#hot.read(key);
    const value = this.#cache.get(key);
    if (value === undefined) throw new ColdPage(key);
    this.#cache.delete(key);
    this.#cache.set(key, value);
    return value;
  }

  readHead(key: StoreKey, length: number): Uint8Array | undefined {
    const hot = this.#hot;
    return hot.readHead === undefined || this.#stubs.has(key) ? this.read(key) : hot.readHead(key, length);
  }

  isCold(key: StoreKey): boolean {
    return this.#stubs.has(key);
  }

  list(first: StoreKey, last: StoreKey): StoreKey[] {
    const hot = this.#hot.list(first, Math.min(last, STUB_SHIFT - 1));
    const cold = this.#stubs.list(first, last);
    return cold.length === 0 ? hot : [...Float64Array.from([...hot, ...cold]).sort()];
  }

  write(batch: StoreBatch): void {
    const stubs: StoreKey[] = [];
    for (const key of batch.deletes) this.#collectStub(key, stubs);
    for (const [key] of batch.puts) this.#collectStub(key, stubs);
    if (stubs.length === 0) return this.#hot.write(batch);
    this.#hot.write({ puts: batch.puts, deletes: [...batch.deletes, ...stubs.map((key) => key + STUB_SHIFT)] });
    for (const key of stubs) {
      this.#stubs.delete(key);
      this.#drop(key);
    }
  }

  #collectStub(key: StoreKey, stubs: StoreKey[]): void {
    assert(spaceOf(key) < STUB_SPACES, 'key in the spaces of stubs');
    if (this.#stubs.has(key)) stubs.push(key);
  }

  flush(): void {
    this.#hot.flush();
  }

  close(): void {
    this.#hot.close();
    this.#cache.clear();
    this.#cacheBytes = 0;
  }

  /**
   * Brings a cold value into the cache; does nothing for other keys.
   * @throws {SqlError} CORRUPT_PAGE when the object is gone or is not what was written
   */
  fetch(key: StoreKey): Promise<void> {
    const stub = this.#stubs.get(key);
    if (stub === undefined || this.#cache.has(key)) return Promise.resolve();
    const running = this.#fetches.get(key);
    if (running !== undefined) return running;
    const fetching = this.#fetch(key, stub).finally(() => this.#fetches.delete(key));
    this.#fetches.set(key, fetching);
    return fetching;
  }

  async #fetch(key: StoreKey, stub: Stub): Promise<void> {
    const name = nameOf(key, stub.crc);
    const value = await this.#cold.read(name);
    // The key may have been written or deleted meanwhile.
    if (this.#stubs.get(key) !== stub) return;
    if (value === undefined || value.length !== stub.length || crc32(value) !== stub.crc) {
      const reason = value === undefined ? 'is gone' : 'fails its checksum';
      throw new SqlError('CORRUPT_PAGE', `cold object ${name} ${reason}`, { details: { object: name, reason } });
    }
    this.#cache.set(key, value);
    this.#cacheBytes += value.length;
    for (const [oldest] of this.#cache) {
      if (this.#cacheBytes <= this.#cacheMax || oldest === key) break;
      this.#drop(oldest);
    }
  }

  #drop(key: StoreKey): void {
    const value = this.#cache.get(key);
    if (value === undefined) return;
    this.#cache.delete(key);
    this.#cacheBytes -= value.length;
  }

  /** Moves values to the cold side; keys that change or go while it runs stay as they are. */
  demote(keys: readonly StoreKey[]): Promise<void> {
    return this.#inTurn(() => this.#demote(keys));
  }

  async #demote(keys: readonly StoreKey[]): Promise<void> {
    const moves: { key: StoreKey; name: string; stub: Stub; value: Uint8Array }[] = [];
    for (const key of keys) {
      const value = this.#stubs.has(key) ? undefined : this.#hot.read(key);
      if (value === undefined) continue;
      const stub = { length: value.length, crc: crc32(value) };
      moves.push({ key, name: nameOf(key, stub.crc), stub, value });
    }
    await this.#cold.write(moves.map(({ name, value }) => [name, value] as const));
    const unchanged = moves.filter(({ key, stub }) => {
      const value = this.#hot.read(key);
      return value !== undefined && value.length === stub.length && crc32(value) === stub.crc;
    });
    if (unchanged.length === 0) return;
    this.#hot.write({
      puts: unchanged.map(({ key, stub }) => [key + STUB_SHIFT, stubBytes(stub)] as const),
      deletes: unchanged.map(({ key }) => key),
    });
    for (const { key, stub } of unchanged) this.#stubs.set(key, stub);
  }

  /**
   * Deletes cold objects that no key refers to. To be run only when no earlier point will be restored that may
   * refer to them. Returns how many there were.
   */
  sweep(): Promise<number> {
    return this.#inTurn(async () => {
      const names = await this.#cold.list();
      const used = new Set<string>();
      for (const [key, stub] of this.#stubs.entries()) used.add(nameOf(key, stub.crc));
      const orphans = names.filter((name) => !used.has(name));
      await this.#cold.delete(orphans);
      return orphans.length;
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}

/** Such as `2/00000000002a-1c291ca3`: space, id, CRC. */
function nameOf(key: StoreKey, crc: number): string {
  const id = idOf(key).toString(16).padStart(11, '0');
  return `${spaceOf(key)}/${id}-${crc.toString(16).padStart(8, '0')}`;
}

function stubBytes(stub: Stub): Uint8Array {
  const writer = new ByteWriter(12);
  writer.f64(stub.length);
  writer.u32(stub.crc);
  return writer.copy();
}
