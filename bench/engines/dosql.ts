/** This repository's own engine, embedded and in memory. */
import type { Database, Statement } from '@dotdo/dosql';
import type { Value } from '../workloads/table.ts';
import type { Engine, Row, SyncDatabase, SyncStatement } from './engine.ts';

class DosqlDatabase implements SyncDatabase {
  readonly kind = 'sync';
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  query(sql: string): Row[] {
    return this.#db.query<Row>(sql);
  }

  prepare(sql: string): SyncStatement {
    const statement: Statement<Row> = this.#db.prepare<Row>(sql);
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

export async function createEngine(): Promise<Engine> {
  const { createDatabase, VERSION } = await import('@dotdo/dosql');
  return {
    name: 'dosql',
    dialect: 'sqlite',
    version: () => VERSION,
    open: () => new DosqlDatabase(createDatabase('')),
  };
}
