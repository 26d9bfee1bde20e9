/**
 * The SQLite inside a Durable Object. It keeps a cache of statements by text, so that `prepare` has nothing to
 * do. Writes outside a transaction are committed together when the object's turn ends: "autocommit" is
 * cheaper here than a commit per statement.
 */
import type { Engine, Row, SyncDatabase, SyncStatement } from '../engines/engine.ts';
import type { Value } from '../workloads/table.ts';
import type { ObjectStorage } from './durable-object.ts';

class StorageSqlDatabase implements SyncDatabase {
  readonly kind = 'sync';
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  exec(sql: string): void {
    this.#storage.sql.exec(sql);
  }

  query(sql: string): Row[] {
    return this.#storage.sql.exec(sql).toArray();
  }

  prepare(sql: string): SyncStatement {
    const storage = this.#storage.sql;
    return {
      all: (parameters: Value[]) => storage.exec(sql, ...parameters).toArray(),
      get: (parameters: Value[]) => storage.exec(sql, ...parameters).toArray()[0],
      run: (parameters: Value[]) => void storage.exec(sql, ...parameters),
    };
  }

  transaction(work: () => void): void {
    this.#storage.transactionSync(work);
  }

  close(): void {}
}

/** It opens no images: an object has the one database it was born with. */
export function createStorageSql(storage: ObjectStorage): Engine {
  const db = new StorageSqlDatabase(storage);
  const sqlite = (): string => String(db.query("SELECT 'SQLite of the Durable Object' AS version")[0]?.['version']);
  return { name: 'storage-sql', dialect: 'sqlite', version: sqlite, open: () => db };
}
