/** Pages of all trees as values of a store, under SPACE.page. A checkpoint's pages wait until they are written together. */
import { SPACE, type Store, storeKey, type StorePut } from '../fsx/store.ts';
import { missingPage, PageCache, type PageId, type Pager } from './pager.ts';

export class StorePager implements Pager {
  readonly cache: PageCache;
  readonly mayBeCold: boolean;
  /** First id that was never used; a checkpoint record keeps it. */
  nextPage: PageId = 1;
  /** Pages that are not in the store yet. */
  readonly #pending: Map<PageId, Uint8Array> = new Map();
  /** Pages that the trees no longer reach since the last `take`. */
  #released: PageId[] = [];
  readonly #store: Store;

  constructor(store: Store, cacheBytesMax: number) {
    this.#store = store;
    this.mayBeCold = store.fetch !== undefined;
    this.cache = new PageCache(cacheBytesMax);
  }

  read(id: PageId): Uint8Array {
    const bytes = this.#pending.get(id) ?? this.#store.read(storeKey(SPACE.page, id));
    if (bytes === undefined) throw missingPage(id);
    return bytes;
  }

  allocate(): PageId {
    return this.nextPage++;
  }

  release(id: PageId): void {
    this.#released.push(id);
  }

  /** Keeps a page until the checkpoint is stored; for `Tree.checkpoint`. */
  readonly write = (id: PageId, bytes: Uint8Array): void => {
    this.#pending.set(id, bytes);
  };

  /** Pages to be stored in one batch with the checkpoint record, and those that it supersedes. */
  take(): { puts: StorePut[]; released: PageId[] } {
    const puts = [...this.#pending].map(([id, bytes]): StorePut => [storeKey(SPACE.page, id), bytes]);
    const released = this.#released;
    this.#released = [];
    return { puts, released };
  }

  /** The checkpoint is stored. */
  stored(): void {
    this.#pending.clear();
  }
}
