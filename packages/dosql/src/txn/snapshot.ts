/**
 * Reading a state that stays: the present one, or one of the past. The past is the nearest older checkpoint's trees
 * with the log behind it replayed on private copies.
 */
import { compareLsn, lsnCounter, SqlError, type LSN } from '@dotdo/shared-types';
import { LogCursor, type CheckpointPoint } from '../wal/index.ts';
import type { Store } from '../fsx/store.ts';
import type { Core } from './core.ts';
import { Replay } from './replay.ts';
import type { Table } from './table.ts';
import type { View } from './version.ts';

/** A state of the database that nothing changes. Close it: it holds back pages. */
export class ReadView {
  /** LSN of the last COMMIT in it. */
  readonly lsn: LSN;
  readonly #view: View;
  readonly #core: Core;

  constructor(core: Core, view: View) {
    this.#core = core;
    this.#view = view;
    this.lsn = core.wal.lsn(view.counter);
  }

  /** Table by name, with trees of its own; undefined when there was none. */
  table(name: string): Table | undefined {
    const table = this.#view.tables.named(name);
    return table === undefined ? undefined : this.#view.fork(table.id);
  }

  /** All tables. */
  *tables(): Generator<Table, void, undefined> {
    for (const table of this.#view.tables) yield this.#view.fork(table.id) as Table;
  }

  close(): void {
    this.#core.views.close(this.#view);
  }
}

/** The committed state. @throws {SqlError} TOO_MANY_TRANSACTIONS, BUSY */
export function openPresent(core: Core): ReadView {
  core.check();
  core.settle();
  return new ReadView(core, core.views.open(core.moment()));
}

/**
 * The state after the last transaction whose COMMIT is at or before an LSN, or that began at or before a time.
 * @throws {SqlError} SNAPSHOT_TOO_OLD when no retained checkpoint is old enough; LSN_IN_FUTURE
 */
export function openPast(core: Core, store: Store, points: readonly CheckpointPoint[], at: LSN | number): ReadView {
  core.check();
  core.settle();
  core.flush();
  const { slots } = core.wal;
  if (typeof at === 'bigint' && compareLsn(at, slots.lsnOf(slots.end)) > 0) {
    throw new SqlError('LSN_IN_FUTURE', 'the database has not reached this LSN');
  }
  const isReached = (counter: number, timestampMs: number): boolean =>
    typeof at === 'bigint' ? counter <= lsnCounter(at) : timestampMs <= at;
  const point = points.findLast((point) => isReached(point.counter, point.timestampMs));
  const start = point?.counter ?? 0;
  if (point === undefined || start < slots.base)
    throw new SqlError('SNAPSHOT_TOO_OLD', 'the history asked for is no longer kept');

  const last = new LogCursor(store, slots, slots.lsnOf(start));
  let target = start;
  while (last.next() && isReached(last.counter, last.timestampMs)) if (last.op === 'COMMIT') target = last.counter;

  const replay = new Replay(core.loader, core.pager);
  replay.load(point);
  const cursor = new LogCursor(store, slots, slots.lsnOf(start));
  while (cursor.counter < target && cursor.next()) replay.apply(cursor);
  const view = core.views.open({ tables: replay.tables, commits: 0, counter: start }, false);
  for (const table of replay.tables) view.forks.set(table.id, table); // these are its own already
  view.counter = target;
  return new ReadView(core, view);
}
