/**
 * Where a tree gets its pages, and the budget of those that it keeps in memory. Pages are immutable versions: a
 * changed node is written under a new id at the next checkpoint, and the old id is released.
 */
import { SqlError } from '@dotdo/shared-types';

/** A positive integer below 2^44; 0 stands for "no page". */
export type PageId = number;

export interface Pager {
  /**
   * The bytes of a page, which must not be changed.
   * @throws {SqlError} CORRUPT_PAGE when there is no such page
   */
  read(id: PageId): Uint8Array;
  /** An id that was never used before. */
  allocate(): PageId;
  /**
   * Called at a checkpoint for each page that its root no longer reaches. Older roots (checkpoints that are kept,
   * forks that are still open) may: the page may be deleted only when none of them is left.
   */
  release(id: PageId): void;
  readonly cache: PageCache;
  /** `read` may throw ColdPage. */
  readonly mayBeCold?: boolean;
}

/** What the cache holds: a clean leaf, whose columns can be had again from its page. */
export interface Cached {
  bytes: number;
  /** Where it stands in the cache; −1 when it does not. */
  slot: number;
  /** Set by whoever uses it. */
  touched: boolean;
  evict(): void;
}

/** Least recently used, approximately (CLOCK): a hand goes round and evicts what was not touched since its last visit. */
export class PageCache {
  readonly bytesMax: number;
  bytes = 0;
  readonly #entries: Cached[] = [];
  #hand = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get count(): number {
    return this.#entries.length;
  }

  /** Takes a clean leaf in and evicts others until the budget holds again, or nothing else is left. */
  admit(entry: Cached): void {
    if (entry.slot >= 0) return;
    entry.slot = this.#entries.length;
    entry.touched = true;
    this.#entries.push(entry);
    this.bytes += entry.bytes;
    while (this.bytes > this.bytesMax && this.#entries.length > 1) this.#turn(entry);
  }

  #turn(spared: Cached): void {
    if (this.#hand >= this.#entries.length) this.#hand = 0;
    const entry = this.#entries[this.#hand] as Cached;
    if (entry === spared || entry.touched) {
      if (entry !== spared) entry.touched = false;
      this.#hand++;
      return;
    }
    this.forget(entry);
    entry.evict();
  }

  /** Lets go of an entry without evicting it, because it is about to change. */
  forget(entry: Cached): void {
    const slot = entry.slot;
    if (slot < 0) return;
    const last = this.#entries.pop() as Cached;
    if (last !== entry) {
      this.#entries[slot] = last;
      last.slot = slot;
    }
    entry.slot = -1;
    this.bytes -= entry.bytes;
  }
}

/** Pages in a Map, for tests and for trees that are never written. */
export class MemoryPager implements Pager {
  readonly cache: PageCache;
  readonly pages: Map<PageId, Uint8Array> = new Map();
  readonly released: Set<PageId> = new Set();
  #next = 1;

  constructor(cacheBytesMax: number = Infinity) {
    this.cache = new PageCache(cacheBytesMax);
  }

  read(id: PageId): Uint8Array {
    const bytes = this.pages.get(id);
    if (bytes === undefined) throw missingPage(id);
    return bytes;
  }

  allocate(): PageId {
    return this.#next++;
  }

  release(id: PageId): void {
    this.released.add(id);
  }

  /** Stores a page; give it to `Tree.checkpoint`. */
  readonly write = (id: PageId, bytes: Uint8Array): void => {
    this.pages.set(id, bytes);
  };
}

export function corruptPage(page: PageId, reason: string, cause?: unknown): SqlError {
  return new SqlError('CORRUPT_PAGE', `page ${page} is corrupt: ${reason}`, { details: { page, reason }, cause });
}

export function missingPage(id: PageId): SqlError {
  return corruptPage(id, 'it does not exist');
}
