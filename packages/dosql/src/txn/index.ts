/** Transactions over trees and log: read storage.ts first, then session.ts, control.ts, transaction.ts, commit.ts, version.ts. */
export { type StorageProblem, type StorageReport } from './check.ts';
export { type Retention } from './checkpoint.ts';
export type { BeginOptions, CommitResult } from './control.ts';
export { ISOLATION, type IsolationRules } from './isolation.ts';
export { LockTable } from './lock.ts';
export { LockingSession, tableLocks } from './locking.ts';
export {
  columnEntry,
  FIRST_OBJECT_ID,
  indexTreeSpec,
  plainSchema,
  SCHEMA_SPEC,
  SCHEMA_TABLE_ID,
  toSchemaRow,
  type PlainIndex,
  type PlainKey,
  type PlainTable,
  type SchemaLoader,
  type SchemaRow,
} from './schema.ts';
export { TxnSession } from './session.ts';
export { type ReadView } from './snapshot.ts';
export { WRITE_GATE, type LockMode, type LockOwner, type LockRequest, type Locks, type Timer } from './sole.ts';
export { Storage, type StorageOptions, type StorageStats } from './storage.ts';
export {
  conflictError,
  sameCell,
  sameRow,
  type Conflict,
  type IndexSpec,
  type IndexTree,
  type Row,
  type Table,
  type TableSpec,
} from './table.ts';
