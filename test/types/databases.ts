/** SQLite and this engine, as rows come from them: objects, INTEGER as bigint. */
import { DatabaseSync } from 'node:sqlite';
import type { StorageClass } from './verdicts.ts';

type Value = string | number | bigint | Uint8Array | null;
export type Rows = readonly Readonly<Record<string, Value>>[];

export interface Queried {
  exec(sql: string): void;
  query(sql: string): Rows;
  close(): void;
}

/** In-memory SQLite; a name in double quotes that is no column is an error, as it is here. */
export function openSqlite(): DatabaseSync {
  return new DatabaseSync(':memory:', { enableForeignKeyConstraints: false });
}

export function sqlite(): Queried {
  const db = openSqlite();
  return {
    exec: (sql) => db.exec(sql),
    query(sql) {
      const statement = db.prepare(sql);
      statement.setReadBigInts(true);
      return statement.all();
    },
    close: () => db.close(),
  };
}

export async function dosql(): Promise<Queried> {
  const { createDatabase } = await import('@dotdo/dosql');
  const db = createDatabase('');
  return {
    exec: (sql) => void db.exec(sql),
    query: (sql) => db.query(sql, [], { integers: 'bigint' }),
    close: () => db.close(),
  };
}

export function classOf(value: Value): StorageClass {
  if (value === null) return 'null';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return 'real';
  return typeof value === 'string' ? 'text' : 'blob';
}

/** Adds the classes of rows to those seen of each column. */
export function observe(rows: Rows, into: Map<string, Set<StorageClass>>): void {
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      const classes = into.get(name) ?? new Set();
      into.set(name, classes.add(classOf(value)));
    }
  }
}
