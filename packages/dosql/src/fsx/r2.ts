import type { ColdStore } from './store.ts';

/** What is used of an R2 bucket. */
export interface ObjectBucket {
  get(key: string): Promise<{ arrayBuffer(): Promise<ArrayBuffer> } | null>;
  put(key: string, value: Uint8Array): Promise<unknown>;
  delete(keys: string[]): Promise<void>;
  list(options: { prefix: string; cursor?: string }): Promise<{
    readonly objects: readonly { readonly key: string }[];
    readonly truncated: boolean;
    readonly cursor?: string;
  }>;
}

/** Keys that R2 deletes in one call. */
const DELETE_MAX = 1000;
/** Puts in flight; a Worker may have six connections open. */
const PUTS_MAX = 6;

/** Immutable objects under a prefix. */
export class R2Store implements ColdStore {
  readonly #bucket: ObjectBucket;
  readonly #prefix: string;

  /** `prefix` ends with '/' and belongs to this store alone. */
  constructor(bucket: ObjectBucket, prefix: string) {
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const object = await this.#bucket.get(this.#prefix + name);
    return object === null ? undefined : new Uint8Array(await object.arrayBuffer());
  }

  async write(puts: readonly (readonly [name: string, value: Uint8Array])[]): Promise<void> {
    for (let i = 0; i < puts.length; i += PUTS_MAX) {
      const some = puts.slice(i, i + PUTS_MAX);
      await Promise.all(some.map(([name, value]) => this.#bucket.put(this.#prefix + name, value)));
    }
  }

  async delete(names: readonly string[]): Promise<void> {
    for (let i = 0; i < names.length; i += DELETE_MAX) {
      await this.#bucket.delete(names.slice(i, i + DELETE_MAX).map((name) => this.#prefix + name));
    }
  }

  async list(): Promise<string[]> {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#bucket.list({ prefix: this.#prefix, ...(cursor === undefined ? {} : { cursor }) });
      for (const { key } of page.objects) names.push(key.slice(this.#prefix.length));
      cursor = page.truncated ? page.cursor : undefined;
    } while (cursor !== undefined);
    return names;
  }
}
