/**
 * States of the database that stay while others write. A view is the set of tables at one moment; a table is forked
 * for it when somebody first asks for the table, or just before somebody first changes it, whichever comes earlier.
 * So opening a view costs the same for one table as for a thousand, and a table that nobody touches is never copied.
 *
 *   view opened ──────────── table changed ─────────── view closed
 *   reads the shared trees │ reads its fork: the shared trees go on without it
 */
import { SqlError } from '@dotdo/shared-types';
import type { Table } from './table.ts';

/** Tables by id and by name; never changes, a schema change makes another one. */
export class TableSet {
  readonly #byId: ReadonlyMap<number, Table>;
  readonly #byName: ReadonlyMap<string, Table>;

  constructor(tables: Iterable<Table> = []) {
    const list = [...tables];
    this.#byId = new Map(list.map((table) => [table.id, table]));
    this.#byName = new Map(list.map((table) => [table.name, table]));
  }

  get(id: number): Table | undefined {
    return this.#byId.get(id);
  }

  named(name: string): Table | undefined {
    return this.#byName.get(name);
  }

  /** The set with another table, or none, under an id. */
  with(id: number, table: Table | undefined): TableSet {
    const tables = [...this.#byId.values()].filter((other) => other.id !== id);
    if (table !== undefined) tables.push(table);
    return new TableSet(tables);
  }

  [Symbol.iterator](): IterableIterator<Table> {
    return this.#byId.values();
  }
}

/** The tables of one moment, to read and, for a private transaction, to write. */
export class View {
  /** Tables as they were, before the owner's own schema changes. */
  base: TableSet;
  /** Tables as the owner sees them. */
  tables: TableSet;
  /** Number of commits before this moment. */
  commits: number;
  /** Counter of the last COMMIT before this moment. */
  counter: number;
  /** Pages that were superseded at or before this counter are not reached. */
  floor: number;
  /** What the owner reads and writes, by id of the table. */
  readonly forks: Map<number, Table> = new Map();
  /** Forks that are never written, by id, where reads are to be validated. */
  readonly originals: Map<number, Table> = new Map();
  readonly #keepsOriginals: boolean;

  constructor(moment: Moment, keepsOriginals: boolean) {
    this.base = this.tables = moment.tables;
    this.commits = moment.commits;
    this.counter = this.floor = moment.counter;
    this.#keepsOriginals = keepsOriginals;
  }

  /** The owner's fork of a table, which is taken now if it was not before. */
  fork(id: number): Table | undefined {
    const fork = this.forks.get(id);
    if (fork !== undefined) return fork;
    const table = this.tables.get(id);
    return table === undefined ? undefined : this.keep(table);
  }

  /** Forks a shared table, unless the fork is given. */
  keep(table: Table, fork: Table = table.fork()): Table {
    this.forks.set(table.id, fork);
    if (this.#keepsOriginals) this.originals.set(table.id, table.fork());
    return fork;
  }
}

/** What a view begins with. */
export interface Moment {
  readonly tables: TableSet;
  readonly commits: number;
  readonly counter: number;
}

/** Views open at a time; a bound on what each first write to a table has to copy. */
const VIEWS_MAX = 10_000;

/** All open views. */
export class Views {
  /** Rises with each view, so that one comparison tells whether a table is preserved for all of them. */
  epoch = 1;
  readonly #open = new Set<View>();

  get size(): number {
    return this.#open.size;
  }

  /** @throws {SqlError} TOO_MANY_TRANSACTIONS when `VIEWS_MAX` are open */
  open(moment: Moment, keepsOriginals = false): View {
    if (this.#open.size >= VIEWS_MAX) throw new SqlError('TOO_MANY_TRANSACTIONS', `${VIEWS_MAX} views are open`);
    const view = new View(moment, keepsOriginals);
    this.#open.add(view);
    this.epoch++;
    return view;
  }

  /** Counter of the oldest open view; Infinity without one. */
  oldest(): number {
    let oldest = Infinity;
    for (const view of this.#open) oldest = Math.min(oldest, view.floor);
    return oldest;
  }

  /** Brings a view to another moment; forks in `kept` stay as they are. */
  renew(view: View, moment: Moment, kept: ReadonlySet<number>): void {
    for (const id of view.forks.keys()) if (!kept.has(id)) view.forks.delete(id);
    view.base = moment.tables;
    view.commits = moment.commits;
    view.counter = view.floor = moment.counter;
    this.epoch++;
  }

  close(view: View): void {
    this.#open.delete(view);
    view.forks.clear();
    view.originals.clear();
  }

  /** Call it before a shared table changes: views that may yet read it get their fork. */
  preserve(table: Table): void {
    for (const view of this.#open) {
      if (!view.forks.has(table.id) && view.tables.get(table.id) !== undefined) view.keep(table);
    }
    table.preservedAt = this.epoch;
  }
}
