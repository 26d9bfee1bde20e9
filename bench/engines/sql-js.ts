/** sql.js: SQLite compiled to WebAssembly. Rows are made with `getAsObject`, its own way to row objects. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Value } from '../workloads/table.ts';
import type { Engine, Row, SyncDatabase, SyncStatement } from './engine.ts';
import { peer, peerVersion } from './peer.ts';

interface WasmStatement {
  bind(parameters: Value[]): boolean;
  step(): boolean;
  getAsObject(): Row;
  reset(): void;
  run(parameters: Value[]): void;
  free(): boolean;
}

interface WasmDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): WasmStatement;
  export(): Uint8Array;
  close(): void;
}

interface Wasm {
  Database: new (image?: Uint8Array) => WasmDatabase;
}

function rowsOf(statement: WasmStatement): Row[] {
  const rows: Row[] = [];
  while (statement.step()) rows.push(statement.getAsObject());
  return rows;
}

class SqlJsDatabase implements SyncDatabase {
  readonly kind = 'sync';
  readonly #db: WasmDatabase;

  constructor(db: WasmDatabase) {
    this.#db = db;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  query(sql: string): Row[] {
    const statement = this.#db.prepare(sql);
    try {
      return rowsOf(statement);
    } finally {
      statement.free();
    }
  }

  prepare(sql: string): SyncStatement {
    const statement = this.#db.prepare(sql);
    return {
      all: (parameters: Value[]) => {
        statement.bind(parameters);
        const rows = rowsOf(statement);
        statement.reset();
        return rows;
      },
      get: (parameters: Value[]) => {
        statement.bind(parameters);
        const row = statement.step() ? statement.getAsObject() : undefined;
        statement.reset();
        return row;
      },
      run: (parameters: Value[]) => statement.run(parameters),
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

  /** sql.js's `export` closes and reopens the database: no prepared statement outlives it. */
  saveImage(path: string): void {
    writeFileSync(path, this.#db.export());
  }

  close(): void {
    this.#db.close();
  }
}

export async function createEngine(): Promise<Engine> {
  const wasm = await (peer('sql.js') as () => Promise<Wasm>)();
  const probe = new SqlJsDatabase(new wasm.Database());
  const sqlite = String(probe.query('SELECT sqlite_version() AS version')[0]?.['version']);
  probe.close();
  return {
    name: 'sql.js',
    dialect: 'sqlite',
    version: () => `${peerVersion('sql.js')}, SQLite ${sqlite}`,
    open: () => new SqlJsDatabase(new wasm.Database()),
    openImage: (path) => new SqlJsDatabase(new wasm.Database(readFileSync(path))),
  };
}
