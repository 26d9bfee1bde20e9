/**
 * Runs the steps of several transactions in a fixed order. A step that has to wait for a lock is overtaken by the
 * others' steps; the steps behind it in its own transaction wait with it. A transaction that is refused skips the rest
 * of its steps.
 */
import { SqlError, type IsolationLevel } from '@dotdo/shared-types';
import { MemoryStore } from '../../packages/dosql/src/fsx/memory.ts';
import {
  LockingSession,
  plainSchema,
  Storage,
  tableLocks,
  type Row,
  type Table,
} from '../../packages/dosql/src/txn/index.ts';

export interface Run {
  readonly level: IsolationLevel;
  /** Whether the transactions are private from the beginning, or the first one begins in place. */
  readonly isPrivate: boolean;
}

/** True when the anomaly happened. */
export type Anomaly = (run: Run) => Promise<boolean>;

/** One transaction. Values of rows that it read are in the order of its reads; undefined for a row that was not there. */
export class Actor {
  readonly reads: (number | undefined)[] = [];
  /** Code of the error that ended it. */
  refused: string | undefined;
  committed = false;
  readonly #session: LockingSession;
  readonly #table: Table;
  #chain: Promise<void> = Promise.resolve();

  constructor(session: LockingSession, table: Table) {
    this.#session = session;
    this.#table = table;
  }

  read(id: number): Promise<void> {
    return this.#step(() => this.#reading((row) => row[0] === id));
  }

  /** Reads the rows whose value fits. */
  select(fits: (value: number) => boolean): Promise<void> {
    return this.#step(() => this.#reading((row) => fits(row[1] as number)));
  }

  /** Sets the value, to one that may depend on what was read. */
  write(id: number, value: number | (() => number)): Promise<void> {
    return this.#step(async () => {
      const session = this.#session;
      await session.lock([], [this.#table]);
      session.statement(() => {
        const before = session.read(this.#table).get([id]) as Row;
        session.update(this.#table, before, [id, typeof value === 'number' ? value : value()]);
      });
    });
  }

  insert(id: number, value: number): Promise<void> {
    return this.#step(async () => {
      await this.#session.lock([], [this.#table]);
      this.#session.statement(() => this.#session.insert(this.#table, [id, value]));
    });
  }

  commit(): Promise<void> {
    return this.#step(async () => {
      await this.#session.lockForCommit();
      this.#session.commit();
      this.committed = true;
    });
  }

  rollback(): Promise<void> {
    return this.#step(() => Promise.resolve(this.#session.rollback()));
  }

  /** When all its steps are done. */
  get done(): Promise<void> {
    return this.#chain;
  }

  async #reading(fits: (row: Row) => boolean): Promise<void> {
    const session = this.#session;
    await session.lock([this.#table], []);
    session.statement(() => {
      const table = session.read(this.#table);
      const cursor = table.tree.cursor();
      let found = false;
      for (let more = cursor.first(); more; more = cursor.next()) {
        const row = cursor.row();
        if (!fits(row)) continue;
        found = true;
        session.noteRead(this.#table, row);
        this.reads.push(row[1] as number);
      }
      if (!found) this.reads.push(undefined);
    });
  }

  /** Starts a step behind the ones before it, and lets it go as far as it comes. */
  async #step(step: () => Promise<void>): Promise<void> {
    this.#chain = this.#chain.then(async () => {
      if (this.refused !== undefined) return;
      try {
        await step();
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        this.refused = error.code;
        this.#session.rollback();
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** A table of the rows (1, 10) and (2, 20), and transactions that began on it. */
export class Interleaving {
  readonly #storage: Storage;
  readonly #table: Table;
  readonly #run: Run;
  readonly #actors: Actor[] = [];

  constructor(run: Run) {
    this.#run = run;
    this.#storage = Storage.open({ store: new MemoryStore(), locks: tableLocks }, plainSchema);
    const session = this.#storage.session();
    this.#table = session.createTable('test', JSON.stringify({ columns: ['any', 'any'], key: [{}] }));
    session.insert(this.#table, [1, 10]);
    session.insert(this.#table, [2, 20]);
  }

  begin(): Actor {
    const session = this.#storage.session(LockingSession);
    void session.begin({ isolation: this.#run.level, private: this.#run.isPrivate });
    const actor = new Actor(session, this.#table);
    this.#actors.push(actor);
    return actor;
  }

  /** The committed value, once all transactions are done. */
  async value(id: number): Promise<number> {
    await this.end();
    return this.#storage.session().read(this.#table).get([id])?.[1] as number;
  }

  async end(): Promise<void> {
    await Promise.all(this.#actors.map((actor) => actor.done));
  }
}
