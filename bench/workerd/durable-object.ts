/** The parts of a Durable Object's state that engines inside workerd are given. */

type SqlValue = string | number | null | ArrayBuffer;

interface SqlStorage {
  exec(sql: string, ...parameters: SqlValue[]): { toArray(): Record<string, SqlValue>[] };
}

export interface ObjectStorage {
  readonly sql: SqlStorage;
  transactionSync<T>(work: () => T): T;
}

export interface ObjectState {
  readonly storage: ObjectStorage;
}
