import { CACHED_TEXT_MAX, STATEMENT_CACHE_MAX } from './limits.ts';

/** Values by text; those that were not asked for longest make room. */
export class TextCache<T> {
  readonly #values = new Map<string, T>();

  has(text: string): boolean {
    return this.#values.has(text);
  }

  find(text: string): T | undefined {
    const values = this.#values;
    const found = values.get(text);
    // While the cache is half empty nothing hangs on the order.
    if (found !== undefined && values.size * 2 >= STATEMENT_CACHE_MAX) {
      values.delete(text);
      values.set(text, found);
    }
    return found;
  }

  /** Keeps a value, unless its text is long. */
  keep(text: string, value: T): void {
    const values = this.#values;
    if (text.length > CACHED_TEXT_MAX) return;
    if (values.size >= STATEMENT_CACHE_MAX) values.delete(values.keys().next().value as string);
    values.set(text, value);
  }

  clear(): void {
    this.#values.clear();
  }
}
