import { SqlError } from '@dotdo/shared-types';
import type { Store, StoreBatch, StoreKey } from './store.ts';

/** What is used of a cursor of `ctx.storage.sql`. */
export interface SqlCursor {
  toArray(): Record<string, unknown>[];
  readonly rowsWritten: number;
}

/** What is used of a Durable Object's `ctx.storage`. */
export interface DurableStorage {
  readonly sql: { exec(query: string, ...bindings: (number | ArrayBuffer)[]): SqlCursor };
  transactionSync<T>(work: () => T): T;
}

/**
 * A row holds at most 2 MB, its key included; longer values go on in the parts table.
 * @see https://developers.cloudflare.com/durable-objects/platform/limits/
 */
const PART_BYTES = 2_000_000 - 64;

/**
 * Values as BLOB rows in the SQLite storage of a Durable Object. A batch is one transaction; that it is durable
 * before anything leaves the object is the output gate's doing.
 */
export class DurableObjectStore implements Store {
  /** Rows that SQLite counted as written, which is what is billed. */
  rowsWritten = 0;
  readonly #storage: DurableStorage;
  /** Keys whose values have rows in the parts table. */
  readonly #split: Set<StoreKey>;
  #closed = false;

  constructor(storage: DurableStorage) {
    this.#storage = storage;
    this.#run('CREATE TABLE IF NOT EXISTS _dosql_store(key INTEGER PRIMARY KEY, value BLOB NOT NULL)');
    this.#run(
      'CREATE TABLE IF NOT EXISTS _dosql_store_part(key INTEGER, part INTEGER, value BLOB NOT NULL, PRIMARY KEY(key, part)) WITHOUT ROWID',
    );
    this.#split = new Set(this.#run('SELECT DISTINCT key FROM _dosql_store_part').map(({ key }) => key as StoreKey));
  }

  read(key: StoreKey): Uint8Array | undefined {
    const [row] = this.#run('SELECT value FROM _dosql_store WHERE key = ?', key);
    if (row === undefined) return undefined;
    const first = bytesOf(row);
    if (!this.#split.has(key)) return first;
    const parts = [
      first,
      ...this.#run('SELECT value FROM _dosql_store_part WHERE key = ? ORDER BY part', key).map(bytesOf),
    ];
    const value = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      value.set(part, at);
      at += part.length;
    }
    return value;
  }

  readHead(key: StoreKey, length: number): Uint8Array | undefined {
    const [row] = this.#run('SELECT substr(value, 1, ?) AS value FROM _dosql_store WHERE key = ?', length, key);
    return row === undefined ? undefined : bytesOf(row);
  }

  list(first: StoreKey, last: StoreKey): StoreKey[] {
    const rows = this.#run('SELECT key FROM _dosql_store WHERE key BETWEEN ? AND ? ORDER BY key', first, last);
    return rows.map(({ key }) => key as StoreKey);
  }

  write(batch: StoreBatch): void {
    const { puts, deletes } = batch;
    const [put] = puts;
    if (put !== undefined && puts.length === 1 && deletes.length === 0 && !this.#needsParts(...put)) {
      this.#put(put[0], put[1]);
      return;
    }
    const split = new Set(this.#split);
    try {
      this.#storage.transactionSync(() => {
        for (const key of deletes) {
          this.#deleteParts(key);
          this.#run('DELETE FROM _dosql_store WHERE key = ?', key);
        }
        for (const [key, value] of puts) {
          this.#deleteParts(key);
          this.#put(key, value);
        }
      });
    } catch (error) {
      this.#split.clear();
      for (const key of split) this.#split.add(key);
      throw failure(error);
    }
  }

  flush(): void {
    this.#open();
  }

  close(): void {
    this.#closed = true;
  }

  #needsParts(key: StoreKey, value: Uint8Array): boolean {
    return value.length > PART_BYTES || this.#split.has(key);
  }

  #put(key: StoreKey, value: Uint8Array): void {
    this.#run('INSERT OR REPLACE INTO _dosql_store VALUES (?, ?)', key, bufferOf(value, 0));
    for (let part = 1; part * PART_BYTES < value.length; part++) {
      this.#split.add(key);
      this.#run('INSERT INTO _dosql_store_part VALUES (?, ?, ?)', key, part, bufferOf(value, part * PART_BYTES));
    }
  }

  #deleteParts(key: StoreKey): void {
    if (this.#split.delete(key)) this.#run('DELETE FROM _dosql_store_part WHERE key = ?', key);
  }

  #open(): void {
    if (this.#closed) throw new SqlError('DATABASE_CLOSED', 'the store is closed');
  }

  #run(query: string, ...bindings: (number | ArrayBuffer)[]): Record<string, unknown>[] {
    this.#open();
    try {
      const cursor = this.#storage.sql.exec(query, ...bindings);
      const rows = cursor.toArray();
      this.rowsWritten += cursor.rowsWritten;
      return rows;
    } catch (error) {
      throw failure(error);
    }
  }
}

function bytesOf(row: Record<string, unknown>): Uint8Array {
  return new Uint8Array(row['value'] as ArrayBuffer);
}

/** The bytes of one row from `start` on; storage takes whole buffers, so a view is copied. */
function bufferOf(value: Uint8Array, start: number): ArrayBuffer {
  const end = Math.min(start + PART_BYTES, value.length);
  const { buffer } = value;
  if (start === 0 && end === buffer.byteLength && buffer instanceof ArrayBuffer) return buffer;
  return value.slice(start, end).buffer;
}

function failure(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SqlError(/SQLITE_FULL|disk is full/i.test(message) ? 'STORAGE_FULL' : 'STORAGE_FAILED', message, {
    cause: error,
  });
}
