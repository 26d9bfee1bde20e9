/**
 * What each isolation level does. Every level reads committed data and publishes a transaction as a whole, so none of
 * them admits dirty writes, dirty or intermediate reads, or circular information flow.
 *
 *   level             reads from                    writes conflict        besides
 *   READ_UNCOMMITTED  newest commit, a statement    first committer wins   the same as READ_COMMITTED: SQL allows more
 *   READ_COMMITTED    newest commit, a statement    first committer wins
 *   SNAPSHOT          the state at BEGIN            first committer wins   admits write skew
 *   REPEATABLE_READ   the state at BEGIN            first committer wins   rows that were read must be unchanged
 *   SERIALIZABLE      newest commit, a statement    cannot: locks          table locks until the end, see lock.ts
 *
 * SERIALIZABLE may read the newest commit because a table is locked before it is first read: from then on nobody
 * else's commit changes it. The matrix of anomalies is in docs/isolation.md.
 * @see https://github.com/ept/hermitage and Adya, "Weak Consistency" (1999)
 */
import type { IsolationLevel } from '@dotdo/shared-types';

export interface IsolationRules {
  /** Each statement starts from the newest committed state, with the transaction's own writes on top. */
  readonly rebases: boolean;
  /** Rows that were read must be unchanged when the transaction commits, unless it wrote nothing. */
  readonly validatesReads: boolean;
  /** Tables are locked before they are read or written. */
  readonly locks: boolean;
}

export const ISOLATION: Readonly<Record<IsolationLevel, IsolationRules>> = {
  READ_UNCOMMITTED: { rebases: true, validatesReads: false, locks: false },
  READ_COMMITTED: { rebases: true, validatesReads: false, locks: false },
  SNAPSHOT: { rebases: false, validatesReads: false, locks: false },
  REPEATABLE_READ: { rebases: false, validatesReads: true, locks: false },
  SERIALIZABLE: { rebases: true, validatesReads: false, locks: true },
};
