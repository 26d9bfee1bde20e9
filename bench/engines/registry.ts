/** Every engine by name, in the order of the report's columns. A new engine is one line here and one adapter file. */
import type { EngineFactory } from './engine.ts';

export interface RegistryEntry {
  /** Imports the adapter, then the engine. */
  readonly load: () => Promise<EngineFactory>;
  /** Whether the engine is one of bench/peers and has to be installed first. */
  readonly peer: boolean;
}

export const ENGINES: ReadonlyMap<string, RegistryEntry> = new Map<string, RegistryEntry>([
  ['dosql', { peer: false, load: async () => (await import('./dosql.ts')).createEngine }],
  ['better-sqlite3', { peer: true, load: async () => (await import('./better-sqlite3.ts')).createEngine }],
  ['node-sqlite', { peer: false, load: async () => (await import('./node-sqlite.ts')).createEngine }],
  ['sql.js', { peer: true, load: async () => (await import('./sql-js.ts')).createEngine }],
  ['duckdb', { peer: true, load: async () => (await import('./duckdb.ts')).createEngine }],
]);
