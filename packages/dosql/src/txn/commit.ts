/**
 * Commit: validate, log, apply, publish, all in one synchronous turn, so that nobody sees half of it. What may fail
 * comes first; from the log on, an exception means that memory can no longer be trusted, and the core fails.
 *
 * Validation compares rows, not versions: the first change of a row remembers what the row was in the transaction's
 * view, and the row must still be that. A row that others changed there and back does no harm.
 */
import { SqlError } from '@dotdo/shared-types';
import { assert } from '../codec/assert.ts';
import type { Core } from './core.ts';
import { WRITE_GATE, type LockRequest } from './sole.ts';
import type { Row, Table } from './table.ts';
import type { Transaction } from './transaction.ts';
import { UndoLog } from './undo.ts';
import type { TableSet, View } from './version.ts';

/** Writes all changes of a transaction to the log and ends it; returns the counter of its COMMIT. */
function logChanges(core: Core, undo: UndoLog): number {
  const { wal } = core;
  wal.begin(core.now());
  for (let at = 0; at < undo.length; at++) {
    const before = undo.befores[at];
    const after = undo.afters[at];
    const table = (undo.tables[at] as Table).wal;
    if (before === undefined) wal.insert(table, after as Row);
    else if (after === undefined) wal.delete(table, before);
    else wal.update(table, before, after);
  }
  return wal.commit();
}

/** Commits what is in the shared trees already. Returns the counter of its COMMIT, 0 when it changed nothing. */
export function commitInPlace(core: Core, transaction: Transaction): number {
  const { undo } = transaction;
  let counter = 0;
  if (undo.length > 0) {
    try {
      counter = logChanges(core, undo);
    } catch (error) {
      throw core.fail(error);
    }
  }
  const { changes } = transaction;
  for (const [at, { id, table }] of changes.entries()) {
    // The first change of a table knows what was there before the transaction.
    if (changes.findIndex((change) => change.id === id) === at) core.replaced(table, core.tables.get(id));
  }
  transaction.close();
  if (counter > 0) core.committed();
  return counter;
}

/**
 * Commits a private transaction. Returns the counter of its COMMIT, 0 when it changed nothing.
 * @throws {SqlError} BUSY when a lock is missing, and the transaction stays open; WRITE_CONFLICT,
 *   SERIALIZATION_FAILURE, SCHEMA_CHANGED, and it is rolled back
 */
export function commitPrivate(core: Core, transaction: Transaction): number {
  const view = transaction.view as View;
  const { undo } = transaction;
  if (undo.length === 0) {
    transaction.close();
    return 0;
  }
  core.settle();
  const requests = commitLocks(core, transaction);
  if (!requests.every((request) => core.locks.available(transaction, request))) {
    throw new SqlError('BUSY', 'another transaction holds a lock on a table that this one changed');
  }
  core.locks.take(transaction, requests);

  const forks = [...changedForks(transaction)];
  const applied = new UndoLog();
  const swapped: Table[] = [];
  try {
    validateReads(core, transaction, view);
    const affected = validateSchema(core, transaction, view);
    for (const fork of forks) {
      if (affected.has(fork.id)) continue;
      const table = sharedTable(core, view, fork.id);
      const isFresh = table.version === fork.origin && transaction.checkpoints === core.checkpoints;
      if (isFresh) swapped.push(fork);
      else replay(core, { undo, fork, table, applied });
    }
    // Nothing below is refused any more.
    for (const fork of swapped) {
      const table = core.tables.get(fork.id) as Table;
      core.views.preserve(table);
      table.adopt(fork);
      table.version++;
    }
    for (const id of affected) publishSchema(core, view, id);
  } catch (error) {
    if (!(error instanceof SqlError)) throw core.fail(error);
    try {
      applied.rollbackTo(0);
    } catch (second) {
      throw core.fail(second);
    }
    transaction.abort(error);
    throw error;
  }
  return commitInPlace(core, transaction);
}

/** Locks that a commit needs: nobody may read or write the tables that it changes, unless locks are not in use. */
export function commitLocks(core: Core, transaction: Transaction): LockRequest[] {
  if (!core.locks.active) return [];
  const requests: LockRequest[] = [{ resource: WRITE_GATE, mode: 'SHARED' }];
  for (const fork of changedForks(transaction)) requests.push({ resource: fork.id, mode: 'EXCLUSIVE' });
  return requests;
}

/**
 * Brings a private transaction to the newest committed state, with its own changes on top.
 * @throws {SqlError} WRITE_CONFLICT when somebody changed the same rows, and it is rolled back
 */
export function refresh(core: Core, transaction: Transaction): void {
  core.settle();
  const view = transaction.view as View;
  if (view.commits === core.commits) return;
  try {
    const affected = validateSchema(core, transaction, view);
    const changed = changedForks(transaction);
    const kept = new Set<number>(affected);
    for (const fork of changed) {
      kept.add(fork.id);
      if (affected.has(fork.id)) continue;
      const table = sharedTable(core, view, fork.id);
      if (table.version === fork.origin) continue;
      fork.adopt(table.fork());
      fork.origin = table.version;
      replay(core, { undo: transaction.undo, fork, table: fork, applied: undefined });
    }
    let tables: TableSet = core.tables;
    for (const id of affected) tables = tables.with(id, view.tables.get(id));
    core.views.renew(view, core.moment(), kept);
    view.tables = tables;
    if (changed.size === 0) transaction.checkpoints = core.checkpoints;
  } catch (error) {
    if (!(error instanceof SqlError)) throw core.fail(error);
    transaction.abort(error);
    throw error;
  }
}

function changedForks(transaction: Transaction): Set<Table> {
  const { undo } = transaction;
  const forks = new Set<Table>();
  const view = transaction.view as View;
  for (let at = 0; at < undo.length; at++) {
    // A schema change may have put another object in the table's place, or none.
    const fork = view.forks.get((undo.tables[at] as Table).id);
    if (fork !== undefined) forks.add(fork);
  }
  return forks;
}

/** Applies the changes of one table to `table`, each row being what it was in the transaction's view. */
function replay(core: Core, change: { undo: UndoLog; fork: Table; table: Table; applied: UndoLog | undefined }): void {
  const { undo, fork, table, applied } = change;
  if (applied !== undefined) core.views.preserve(table);
  for (let at = 0; at < undo.length; at++) {
    if ((undo.tables[at] as Table).id !== fork.id) continue;
    const before = undo.befores[at];
    const after = undo.afters[at];
    if (!table.holds(before, (before ?? after) as Row)) throw conflict(table);
    const refused =
      after === undefined
        ? table.delete(before as Row)
        : before === undefined
          ? table.insert(after)
          : table.update(before, after);
    if (refused !== undefined) throw conflict(table);
    applied?.push(table, before, after);
  }
}

function conflict(table: Table): SqlError {
  return new SqlError('WRITE_CONFLICT', `another transaction changed the same rows of table ${table.name} first`, {
    details: { table: table.name },
  });
}

function sharedTable(core: Core, view: View, id: number): Table {
  const table = core.tables.get(id);
  if (table === undefined || table !== view.base.get(id)) {
    throw new SqlError('SCHEMA_CHANGED', 'another transaction changed the schema of a table that this one changed');
  }
  return table;
}

function validateReads(core: Core, transaction: Transaction, view: View): void {
  for (const [id, keys] of transaction.reads) {
    const table = core.tables.get(id);
    const original = view.originals.get(id);
    if (original === undefined || table?.version === original.origin) continue;
    for (const key of keys.values()) {
      if (table?.holds(original.get(key), key)) continue;
      throw new SqlError('SERIALIZATION_FAILURE', `a row read from table ${original.name} has changed since`, {
        details: { table: original.name },
      });
    }
  }
}

/** Ids of the tables whose schema the transaction changed; nobody else may have touched those. */
function validateSchema(core: Core, transaction: Transaction, view: View): Set<number> {
  const affected = new Set<number>();
  for (const { id } of transaction.changes) {
    const before = view.base.get(id);
    if (before === view.tables.get(id) || affected.has(id)) continue;
    affected.add(id);
    const fork = transaction.changes.find((change) => change.id === id)?.fork;
    const isFresh = core.tables.get(id) === before && (before === undefined || before.version === fork?.origin);
    const isSwappable = before === undefined || transaction.checkpoints === core.checkpoints;
    if (isFresh && isSwappable) continue;
    throw new SqlError(
      'WRITE_CONFLICT',
      `another transaction used table ${before?.name ?? id} while its schema changed`,
    );
  }
  return affected;
}

function publishSchema(core: Core, view: View, id: number): void {
  const before = core.tables.get(id);
  const table = view.tables.get(id) === undefined ? undefined : view.forks.get(id);
  if (before !== undefined) {
    core.views.preserve(before);
    before.live = false;
  }
  if (table !== undefined) {
    table.live = true;
    table.version = (before?.version ?? 0) + 1;
    table.preservedAt = core.views.epoch;
    assert(table.id === id, 'a table has its id');
  }
  core.tables = core.tables.with(id, table);
}
