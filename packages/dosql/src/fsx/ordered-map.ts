import type { StoreKey } from './store.ts';

/** A map whose keys can be listed in order; the order is made when it is asked for. */
export class OrderedMap<V> {
  #map: Map<StoreKey, V>;
  /** The keys in order, absent when one was put between others or deleted since. */
  #sorted: StoreKey[] | undefined;
  /** `list` was asked before. */
  #isListed = false;
  /** True while a fork uses the same map. */
  #shared = false;

  constructor(entries: Map<StoreKey, V> = new Map()) {
    this.#map = entries;
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: StoreKey): V | undefined {
    return this.#map.get(key);
  }

  has(key: StoreKey): boolean {
    return this.#map.has(key);
  }

  entries(): IterableIterator<[StoreKey, V]> {
    return this.#map.entries();
  }

  set(key: StoreKey, value: V): void {
    const map = this.#own();
    const sorted = this.#sorted;
    if (sorted !== undefined && !map.has(key)) {
      const last = sorted.at(-1);
      if (last === undefined || last < key) sorted.push(key);
      else this.#sorted = undefined;
    }
    map.set(key, value);
  }

  delete(key: StoreKey): boolean {
    const deleted = this.#map.has(key) && this.#own().delete(key);
    if (deleted) this.#sorted = undefined;
    return deleted;
  }

  /** Keys from `first` to `last`, both inclusive, ascending. */
  list(first: StoreKey, last: StoreKey): StoreKey[] {
    if (this.#sorted === undefined && !this.#isListed) {
      // Whoever asks once is spared the order of all.
      this.#isListed = true;
      const found: StoreKey[] = [];
      for (const key of this.#map.keys()) if (key >= first && key <= last) found.push(key);
      return found.sort((a, b) => a - b);
    }
    const sorted = (this.#sorted ??= [...Float64Array.from(this.#map.keys()).sort()]);
    return sorted.slice(lowerBound(sorted, first), lowerBound(sorted, last + 1));
  }

  /** A copy with a life of its own; the first of the two to change pays for it. */
  fork(): OrderedMap<V> {
    const copy = new OrderedMap(this.#map);
    this.#shared = true;
    copy.#shared = true;
    return copy;
  }

  #own(): Map<StoreKey, V> {
    if (this.#shared) {
      this.#map = new Map(this.#map);
      this.#shared = false;
    }
    return this.#map;
  }
}

/** Index of the first key that is not below `key`. */
function lowerBound(sorted: readonly StoreKey[], key: StoreKey): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as StoreKey) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
