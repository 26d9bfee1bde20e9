/** better-sqlite3: native SQLite through an add-on; the baseline of every ratio. */
import type { Value } from '../workloads/table.ts';
import type { Engine, Row, SyncDatabase, SyncStatement } from './engine.ts';
import { peer, peerVersion } from './peer.ts';

interface NativeStatement {
  all(parameters: Value[]): Row[];
  get(parameters: Value[]): Row | undefined;
  run(parameters: Value[]): unknown;
}

interface NativeDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): NativeStatement;
  close(): void;
}

type NativeConstructor = new (path: string) => NativeDatabase;

class BetterSqlite3Database implements SyncDatabase {
  readonly kind = 'sync';
  readonly #db: NativeDatabase;
  readonly #begin: NativeStatement;
  readonly #commit: NativeStatement;

  constructor(db: NativeDatabase) {
    this.#db = db;
    this.#begin = db.prepare('BEGIN');
    this.#commit = db.prepare('COMMIT');
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  query(sql: string): Row[] {
    return this.#db.prepare(sql).all([]);
  }

  prepare(sql: string): SyncStatement {
    const statement = this.#db.prepare(sql);
    return {
      all: (parameters: Value[]) => statement.all(parameters),
      get: (parameters: Value[]) => statement.get(parameters),
      run: (parameters: Value[]) => void statement.run(parameters),
    };
  }

  transaction(work: () => void): void {
    this.#begin.run([]);
    try {
      work();
      this.#commit.run([]);
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  saveImage(path: string): void {
    this.#db.prepare('VACUUM INTO ?').run([path]);
  }

  close(): void {
    this.#db.close();
  }
}

export function createEngine(): Engine {
  const Native = peer('better-sqlite3') as NativeConstructor;
  const probe = new Native(':memory:'); // fails here, with its reason, where there is no binary
  const sqlite = String(probe.prepare('SELECT sqlite_version() AS version').get([])?.['version']);
  probe.close();
  return {
    name: 'better-sqlite3',
    dialect: 'sqlite',
    version: () => `${peerVersion('better-sqlite3')}, SQLite ${sqlite}`,
    open: () => new BetterSqlite3Database(new Native(':memory:')),
    openImage: (path) => new BetterSqlite3Database(new Native(path)),
  };
}
