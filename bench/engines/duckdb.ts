/**
 * DuckDB through its asynchronous Node client, on one thread: CPU time is what is measured, and a Durable
 * Object has one thread too. Tables are loaded with an appender.
 */
import type { ColumnType, Table, Value } from '../workloads/table.ts';
import type { AsyncDatabase, AsyncStatement, Engine, Row } from './engine.ts';
import { peer } from './peer.ts';

interface Result {
  getRowObjectsJS(): Promise<Row[]>;
}

interface Prepared {
  bind(parameters: Value[]): void;
  run(): Promise<Result>;
}

interface Appender {
  appendInteger(value: number): void;
  appendDouble(value: number): void;
  appendVarchar(value: string): void;
  appendDate(value: unknown): void;
  appendNull(): void;
  endRow(): void;
  closeSync(): void;
}

interface Connection {
  run(sql: string): Promise<Result>;
  prepare(sql: string): Promise<Prepared>;
  createAppender(table: string): Promise<Appender>;
  closeSync(): void;
}

interface Instance {
  connect(): Promise<Connection>;
  closeSync(): void;
}

interface DuckDb {
  DuckDBInstance: { create(path: string, options: Record<string, string>): Promise<Instance> };
  DuckDBDateValue: new (days: number) => unknown;
  version(): string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

class DuckDbDatabase implements AsyncDatabase {
  readonly kind = 'async';
  readonly #duckdb: DuckDb;
  readonly #instance: Instance;
  readonly #connection: Connection;

  private constructor(duckdb: DuckDb, instance: Instance, connection: Connection) {
    this.#duckdb = duckdb;
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(duckdb: DuckDb, path: string): Promise<DuckDbDatabase> {
    const instance = await duckdb.DuckDBInstance.create(path, { threads: '1' });
    return new DuckDbDatabase(duckdb, instance, await instance.connect());
  }

  async exec(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  async query(sql: string): Promise<Row[]> {
    return (await this.#connection.run(sql)).getRowObjectsJS();
  }

  async prepare(sql: string): Promise<AsyncStatement> {
    const statement = await this.#connection.prepare(sql);
    const run = (parameters: Value[]): Promise<Result> => {
      statement.bind(parameters);
      return statement.run();
    };
    return {
      all: async (parameters) => (await run(parameters)).getRowObjectsJS(),
      get: async (parameters) => (await (await run(parameters)).getRowObjectsJS())[0],
      run: async (parameters) => void (await run(parameters)),
    };
  }

  async transaction(work: () => Promise<void>): Promise<void> {
    await this.#connection.run('BEGIN');
    try {
      await work();
      await this.#connection.run('COMMIT');
    } catch (error) {
      await this.#connection.run('ROLLBACK');
      throw error;
    }
  }

  async load(table: Table, rows: Iterable<Value[]>): Promise<void> {
    const appender = await this.#connection.createAppender(table.name);
    const append = table.columns.map((column) => this.#appendOf(appender, column.type));
    for (const row of rows) {
      for (let i = 0; i < append.length; i++) append[i]?.(row[i] ?? null);
      appender.endRow();
    }
    appender.closeSync();
  }

  #appendOf(appender: Appender, type: ColumnType): (value: Value) => void {
    const { DuckDBDateValue } = this.#duckdb;
    const typed: Record<ColumnType, (value: NonNullable<Value>) => void> = {
      integer: (value) => appender.appendInteger(Number(value)),
      double: (value) => appender.appendDouble(Number(value)),
      text: (value) => appender.appendVarchar(String(value)),
      date: (value) => appender.appendDate(new DuckDBDateValue(Date.parse(String(value)) / DAY_MS)),
    };
    const append = typed[type];
    return (value) => (value === null ? appender.appendNull() : append(value));
  }

  async saveImage(path: string): Promise<void> {
    await this.#connection.run(`ATTACH '${path.replaceAll("'", "''")}' AS image`);
    await this.#connection.run('COPY FROM DATABASE memory TO image');
    await this.#connection.run('DETACH image');
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

export function createEngine(): Engine {
  const duckdb = peer('@duckdb/node-api') as DuckDb;
  return {
    name: 'duckdb',
    dialect: 'duckdb',
    version: () => `${duckdb.version()}, one thread`,
    open: () => DuckDbDatabase.open(duckdb, ':memory:'),
    openImage: (path) => DuckDbDatabase.open(duckdb, path),
  };
}
