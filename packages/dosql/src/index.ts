/** SQL database engine for Cloudflare Durable Objects and Node. */
export {
  createDatabase,
  Database,
  DB,
  Snapshot,
  type Typed,
  type BatchItem,
  type BatchResult,
  type DatabaseOptions,
} from './database.ts';
export type { AggregateDefinition, FunctionOptions } from './functions.ts';
export { type Statement, type RunOptions } from './statement.ts';
export { VERSION } from './version.ts';
