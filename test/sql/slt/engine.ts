/** What the runners of scripts and of the fuzzer ask of a database, and the two that answer. */
import { DatabaseSync } from 'node:sqlite';
import type { SqlValue } from '@dotdo/shared-types';

/** INTEGER comes as bigint and REAL as number, so that the storage class shows. */
export interface SqlEngine {
  exec(sql: string): void;
  query(sql: string): SqlValue[][];
  close(): void;
}

export type EngineName = 'dosql' | 'node-sqlite';

class NodeSqlite implements SqlEngine {
  readonly #db: DatabaseSync = new DatabaseSync(':memory:', {
    enableDoubleQuotedStringLiterals: true,
    enableForeignKeyConstraints: false,
  });

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  query(sql: string): SqlValue[][] {
    const statement = this.#db.prepare(sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    return statement.all() as unknown as SqlValue[][];
  }

  close(): void {
    this.#db.close();
  }
}

/** Opens an empty database in memory. */
export async function openEngine(name: EngineName): Promise<() => SqlEngine> {
  if (name === 'node-sqlite') return () => new NodeSqlite();
  const { createDatabase } = await import('@dotdo/dosql');
  return () => {
    const db = createDatabase('');
    return {
      exec: (sql) => void db.exec(sql),
      query: (sql) => db.query<SqlValue[]>(sql, [], { rowMode: 'array', integers: 'bigint' }),
      close: () => db.close(),
    };
  };
}
