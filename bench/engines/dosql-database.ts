/** A database of this repository's own engine, wherever it lies. */
import type { Database } from '@dotdo/dosql';
import type { Value } from '../workloads/table.ts';
import type { Row, SyncDatabase, SyncStatement } from './engine.ts';

export class DosqlDatabase implements SyncDatabase {
  readonly kind = 'sync';
  readonly #db: Database;
  readonly saveImage?: (path: string) => Promise<void>;

  /** @param saveImage see `SyncDatabase.saveImage` */
  constructor(db: Database, saveImage?: (path: string) => Promise<void>) {
    this.#db = db;
    if (saveImage !== undefined) this.saveImage = saveImage;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  query(sql: string): Row[] {
    return this.#db.query<Row>(sql);
  }

  prepare(sql: string): SyncStatement {
    const statement = this.#db.prepare<Row>(sql);
    return {
      all: (parameters: Value[]) => statement.all(parameters),
      get: (parameters: Value[]) => statement.get(parameters),
      run: (parameters: Value[]) => void statement.run(parameters),
    };
  }

  transaction(work: () => void): void {
    this.#db.transaction(work);
  }

  close(): void {
    this.#db.close();
  }
}
