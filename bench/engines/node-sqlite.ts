/** SQLite as Node ships it (`node:sqlite`). Its statements take positional parameters spread. */
import { DatabaseSync } from 'node:sqlite';
import type { Value } from '../workloads/table.ts';
import type { Engine, Row, SyncDatabase, SyncStatement } from './engine.ts';

class NodeSqliteDatabase implements SyncDatabase {
  readonly kind = 'sync';
  readonly #db: DatabaseSync;

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  query(sql: string): Row[] {
    return this.#db.prepare(sql).all();
  }

  prepare(sql: string): SyncStatement {
    const statement = this.#db.prepare(sql);
    return {
      all: (parameters: Value[]) => statement.all(...parameters),
      get: (parameters: Value[]) => statement.get(...parameters),
      run: (parameters: Value[]) => void statement.run(...parameters),
    };
  }

  transaction(work: () => void): void {
    this.#db.exec('BEGIN');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  saveImage(path: string): void {
    this.#db.prepare('VACUUM INTO ?').run(path);
  }

  close(): void {
    this.#db.close();
  }
}

export function createEngine(): Engine {
  return {
    name: 'node-sqlite',
    dialect: 'sqlite',
    version: () => `Node ${process.versions.node}, SQLite ${process.versions['sqlite'] ?? 'unknown'}`,
    open: () => new NodeSqliteDatabase(':memory:'),
    openImage: (path) => new NodeSqliteDatabase(path),
  };
}
