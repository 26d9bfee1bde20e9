/**
 * Bytes by key: what the engine asks of storage. The hot side is synchronous, so that a commit is one
 * turn; the cold side (R2) is asynchronous. A key is a safe integer of namespace and id, so that keys
 * order and hash fast: space * 2^44 + id.
 */
import { assert } from '../codec/assert.ts';

/** Namespace and id in one number; see `storeKey`. */
export type StoreKey = number;

/** Namespaces of keys; up to 15 can be told apart. */
export const SPACE = { meta: 0, wal: 1, page: 2, slot: 3, blob: 4 } as const;

/** Ids of a space lie below this. */
export const STORE_ID_LIMIT: number = 2 ** 44;
/** Spaces lie below this: 44 bits of id and 4 of space. */
export const SPACE_LIMIT = 16;

/** The key of an id, an integer from 0 to 2^44 − 1, in a space. */
export function storeKey(space: number, id: number): StoreKey {
  assert(id >= 0 && id < STORE_ID_LIMIT && space >= 0 && space < SPACE_LIMIT, 'store key out of range');
  return space * STORE_ID_LIMIT + id;
}

export function spaceOf(key: StoreKey): number {
  return Math.floor(key / STORE_ID_LIMIT);
}

export function idOf(key: StoreKey): number {
  return key % STORE_ID_LIMIT;
}

/** The smallest and the greatest key of a space, for `list`. */
export function spaceRange(space: number): readonly [first: StoreKey, last: StoreKey] {
  return [storeKey(space, 0), storeKey(space, STORE_ID_LIMIT - 1)];
}

export type StorePut = readonly [key: StoreKey, value: Uint8Array];

/** Changes that happen together. Deletes come first, so that a key in both is there afterwards. */
export interface StoreBatch {
  readonly puts: readonly StorePut[];
  readonly deletes: readonly StoreKey[];
}

export interface Store {
  /** The value, which may be a view that the caller must not change; undefined when there is none. */
  read(key: StoreKey): Uint8Array | undefined;
  /** The first `length` bytes of a value or more, without a look at the others; `read` serves where it is absent. */
  readHead?(key: StoreKey, length: number): Uint8Array | undefined;
  /** Keys from `first` to `last`, both inclusive, ascending. */
  list(first: StoreKey, last: StoreKey): StoreKey[];
  /**
   * All or nothing, and ordered before anything that leaves the process afterwards. Later reads see it.
   * The values are copied or written out, so the caller may reuse their memory.
   * @throws {SqlError} STORAGE_FAILED when the platform refused; what is stored is then known only after reopening
   */
  write(batch: StoreBatch): void;
  /** Of a store with a cold side: brings a value after `read` threw ColdPage. */
  fetch?(key: StoreKey): Promise<void>;
  /** Makes everything written so far durable; does nothing where `write` already did. */
  flush(): void;
  /** Gives up files and locks; every later call throws DATABASE_CLOSED. */
  close(): void;
  /** A value may have at most this many bytes; without it the memory is the limit. */
  readonly maxValueBytes?: number;
}

/**
 * The cold side: immutable values that are written once, read whole and deleted when nothing refers to
 * them. Names are text of letters, digits, '-' and '/'; equal names hold equal bytes, for ever.
 */
export interface ColdStore {
  read(name: string): Promise<Uint8Array | undefined>;
  write(puts: readonly (readonly [name: string, value: Uint8Array])[]): Promise<void>;
  delete(names: readonly string[]): Promise<void>;
  /** All names, in any order. */
  list(): Promise<string[]>;
}
