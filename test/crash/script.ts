/**
 * A random script of operations on several sessions of one storage, and what the database must hold after each. The
 * same seed gives the same operations and the same writes to the store.
 */
import { SqlError, type IsolationLevel } from '@dotdo/shared-types';
import { Real, type Cell } from '../../packages/dosql/src/codec/cell.ts';
import type { Store } from '../../packages/dosql/src/fsx/store.ts';
import {
  plainSchema,
  Storage,
  type Row,
  type SchemaLoader,
  type StorageOptions,
  type Table,
  type TxnSession,
} from '../../packages/dosql/src/txn/index.ts';
import { applyChanges, difference, type ModelChange, type ModelState } from './model.ts';

export const OPERATIONS = 200;

/** Deterministic numbers from 0 to 1 (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Leaves of 8 rows, so that a few rows make a tree of several levels. */
export const smallLeaves: SchemaLoader = {
  table: (row) => {
    const spec = plainSchema.table(row);
    return { ...spec, tree: { ...spec.tree, leafRows: 8 } };
  },
  index: (row, table) => {
    const spec = plainSchema.index(row, table);
    return { ...spec, tree: { ...spec.tree, leafRows: 8 } };
  },
};

/** A failed expectation, told from an error of the engine. */
export class Violation extends Error {}

const TABLE = JSON.stringify({ columns: ['any', 'any', 'any', 'real'], key: [{}] });
const INDEXES: Record<string, string> = {
  unique: JSON.stringify({ key: [{ column: 1 }], unique: true }),
  payload: JSON.stringify({ key: [{ column: 2 }, { column: 1, descending: true }] }),
};
const LEVELS: readonly IsolationLevel[] = ['READ_COMMITTED', 'SNAPSHOT', 'REPEATABLE_READ', 'SERIALIZABLE'];
/** Codes that mean "not now": the operation changed nothing and the transaction goes on. */
const REFUSED = new Set(['BUSY', 'NO_SUCH_TABLE', 'UNIQUE_VIOLATION', 'TABLE_EXISTS', 'INDEX_EXISTS']);
/** Codes that end the transaction. */
const ENDED = new Set(['WRITE_CONFLICT', 'SERIALIZATION_FAILURE', 'SCHEMA_CHANGED', 'TX_ABORTED', 'TX_LEASE_EXPIRED']);

interface Actor {
  readonly session: TxnSession;
  /** Changes of the open transaction; undefined outside one. */
  changes: ModelChange[] | undefined;
  savepoints: { name: string; length: number }[];
  level: IsolationLevel;
  /** Committed state at BEGIN. */
  base: ModelState;
}

export interface PastState {
  readonly lsn: bigint;
  readonly timeMs: number;
  readonly state: ModelState;
}

export class Script {
  readonly storage: Storage;
  /** What is committed. */
  committed: ModelState = new Map();
  /** What was committed, with its LSN. */
  readonly past: PastState[] = [{ lsn: 0n, timeMs: 0, state: this.committed }];
  readonly #random: () => number;
  readonly #actors: Actor[];
  readonly #turn: (() => void)[] = [];
  #timeMs = 1_700_000_000_000;
  #tables = 0;

  constructor(seed: number, store: Store) {
    const random = (this.#random = randomOf(seed));
    this.storage = Storage.open(
      {
        store,
        clock: () => this.#timeMs,
        timer: () => () => undefined,
        durability: random() < 0.5 ? 'commit' : 'turn',
        schedule: (run) => this.#turn.push(run),
        ...tuning(seed),
      },
      smallLeaves,
    );
    const count = random() < 0.4 ? 1 : 3;
    this.#actors = Array.from({ length: count }, () => ({
      session: this.storage.session(),
      changes: undefined,
      savepoints: [],
      level: 'SERIALIZABLE',
      base: this.committed,
    }));
  }

  /** Does one operation, and ends the turn now and then. */
  step(): void {
    this.#timeMs += Math.floor(this.#random() * 50);
    const actor = this.#pick(this.#actors);
    try {
      this.#operate(actor);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      if (ENDED.has(error.code)) {
        actor.session.rollback();
        actor.changes = undefined;
      } else if (!REFUSED.has(error.code)) throw error;
    }
    if (this.#random() < 0.5) this.endTurn();
  }

  /** Ends what is open, and the turn. */
  end(): void {
    for (const { session } of this.#actors) session.close();
    this.endTurn();
  }

  endTurn(): void {
    for (const run of this.#turn.splice(0)) run();
  }

  #operate(actor: Actor): void {
    const { session } = actor;
    const dice = this.#random();
    if (dice < 0.02) return this.storage.checkpoint();
    if (dice < 0.03) return this.#lookBack();
    if (dice < 0.09) return this.#changeSchema(actor);
    if (dice < 0.3) return this.#control(actor);
    if (dice < 0.34) return this.#compare(actor);
    const table = this.#table(session);
    if (table === undefined) return this.#createTable(actor);
    if (dice < 0.42) return this.#statement(actor, table);
    const changes: ModelChange[] = [];
    this.#changeRow(session, table, changes);
    this.#changed(actor, changes);
  }

  /** BEGIN, COMMIT, ROLLBACK and savepoints. */
  #control(actor: Actor): void {
    const { session } = actor;
    const dice = this.#random();
    if (actor.changes === undefined) {
      actor.level = this.#pick(LEVELS);
      const mode = this.#random() < 0.1 ? 'IMMEDIATE' : 'DEFERRED';
      const waits = session.begin({ isolation: actor.level, mode, private: this.#random() < 0.3 });
      if (waits !== undefined) {
        waits.catch(() => undefined); // a synchronous caller: BUSY
        return session.rollback();
      }
      actor.changes = [];
      actor.savepoints = [];
      actor.base = this.committed;
    } else if (dice < 0.45) {
      const { changes } = actor;
      session.commit(); // BUSY leaves it open
      actor.changes = undefined;
      this.#commit(changes);
    } else if (dice < 0.6) {
      session.rollback();
      actor.changes = undefined;
    } else if (dice < 0.8 || actor.savepoints.length === 0) {
      const name = this.#pick(['a', 'b']);
      session.savepoint(name);
      actor.savepoints.push({ name, length: actor.changes.length });
    } else {
      const { name } = this.#pick(actor.savepoints);
      const at = actor.savepoints.findLastIndex((savepoint) => savepoint.name === name);
      if (dice < 0.87) {
        session.release(name);
        actor.savepoints.length = at;
      } else {
        session.rollbackTo(name);
        actor.savepoints.length = at + 1;
        actor.changes.length = (actor.savepoints[at] as { length: number }).length;
      }
    }
  }

  /** Several changes that stand or fall together. */
  #statement(actor: Actor, table: Table): void {
    const { session } = actor;
    const changes: ModelChange[] = [];
    const fails = this.#random() < 0.4;
    try {
      session.statement(() => {
        const count = 1 + Math.floor(this.#random() * 6);
        for (let i = 0; i < count; i++) this.#changeRow(session, table, changes);
        if (fails) throw new Violation('on purpose');
      });
    } catch (error) {
      if (error instanceof Violation && fails) return;
      throw error;
    }
    this.#changed(actor, changes);
  }

  #changeRow(session: TxnSession, table: Table, changes: ModelChange[]): void {
    const { name } = table;
    const id = Math.floor(this.#random() * 60);
    const before = session.read(table).get([id]);
    if (before === undefined || this.#random() < 0.1) {
      const row = this.#row(id);
      if (session.insert(table, row) === undefined) changes.push({ kind: 'put', table: name, row });
    } else if (this.#random() < 0.3) {
      session.delete(table, before);
      changes.push({ kind: 'delete', table: name, id });
    } else {
      const moves = this.#random() < 0.15;
      const after = this.#row(moves ? Math.floor(this.#random() * 60) : id);
      if (session.update(table, before, after) !== undefined) return;
      changes.push({ kind: 'delete', table: name, id }, { kind: 'put', table: name, row: after });
    }
  }

  #row(id: number): Row {
    return [id, Math.floor(this.#random() * 200), this.#cell(), this.#random() * 10];
  }

  #cell(): Cell {
    const dice = this.#random();
    if (dice < 0.1) return null;
    if (dice < 0.3) return Math.floor(this.#random() * 1e6);
    if (dice < 0.4) return this.#random();
    if (dice < 0.45) return new Real(Math.floor(this.#random() * 10));
    if (dice < 0.5) return (1n << 60n) + BigInt(Math.floor(this.#random() * 100));
    if (dice < 0.6) return new Uint8Array(Math.floor(this.#random() * 30)).fill(this.#random() * 256);
    if (dice < 0.62) return 'long '.repeat(3000); // overflows into pages of its own
    return 'text ü '.repeat(1 + Math.floor(this.#random() * 5)) + Math.floor(this.#random() * 30);
  }

  #changeSchema(actor: Actor): void {
    const { session } = actor;
    const dice = this.#random();
    const table = this.#table(session);
    if (table === undefined || dice < 0.25) return this.#createTable(actor);
    const name = this.#pick(Object.keys(INDEXES));
    const index = `${table.name}_${name}`;
    const exists = session.read(table).indexes.some((other) => other.spec.name === index);
    if (dice < 0.4) {
      session.dropTable(table);
      this.#changed(actor, [{ kind: 'dropTable', table: table.name }]);
    } else if (exists && dice < 0.6) {
      session.dropIndex(table, index);
      this.#changed(actor, [{ kind: 'dropIndex', table: table.name, index }]);
    } else if (!exists) {
      session.createIndex(table, index, INDEXES[name] as string);
      this.#changed(actor, [{ kind: 'createIndex', table: table.name, index }]);
    }
  }

  #createTable(actor: Actor): void {
    const table = `t${this.#tables % 5}`;
    this.#tables++;
    actor.session.createTable(table, TABLE);
    this.#changed(actor, [{ kind: 'createTable', table }]);
  }

  #table(session: TxnSession): Table | undefined {
    const names = ['t0', 't1', 't2', 't3', 't4'];
    const start = Math.floor(this.#random() * 2);
    for (let i = 0; i < names.length; i++) {
      const table = session.table(names[(start + i) % names.length] as string);
      if (table !== undefined) return table;
    }
    return undefined;
  }

  #changed(actor: Actor, changes: readonly ModelChange[]): void {
    if (actor.changes === undefined) this.#commit(changes);
    else actor.changes.push(...changes);
  }

  #commit(changes: readonly ModelChange[]): void {
    if (changes.length === 0) return;
    this.committed = applyChanges(this.committed, changes);
    const { wal } = this.storage;
    this.past.push({ lsn: wal.lsn(wal.committed), timeMs: this.#timeMs, state: this.committed });
  }

  /** What a session sees must be the committed state of its level with its own changes. */
  #compare(actor: Actor): void {
    const { session, changes } = actor;
    const isFrozen = actor.level === 'SNAPSHOT' || actor.level === 'REPEATABLE_READ';
    const base = changes === undefined || !isFrozen ? this.committed : actor.base;
    const expected = applyChanges(base, changes ?? []);
    session.beginStatement();
    const tables = [...expected.keys()].map((name) => {
      const table = session.table(name);
      if (table === undefined) throw new Violation(`the session does not see table ${name}`);
      return session.read(table);
    });
    const found = difference(tables, expected);
    session.endStatement();
    if (found !== undefined) throw new Violation(`a ${actor.level} session sees: ${found}`);
  }

  /** A past state must be what it was. */
  #lookBack(): void {
    const past = this.#pick(this.past.slice(-20));
    if (past === undefined) return;
    try {
      const view = this.storage.snapshotAt(past.lsn as never);
      const found = difference([...view.tables()], past.state);
      view.close();
      if (found !== undefined) throw new Violation(`as of LSN ${past.lsn}: ${found}`);
    } catch (error) {
      if (!(error instanceof SqlError && error.code === 'SNAPSHOT_TOO_OLD')) throw error;
    }
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)] as T;
  }
}

/** Checkpoints and history, different from seed to seed. */
export function tuning(seed: number): Partial<StorageOptions> {
  const random = randomOf(~seed);
  return {
    checkpointBytes: random() < 0.5 ? Infinity : 2000 + random() * 8000,
    retention: random() < 0.5 ? {} : { ageMs: random() * 2000, pointsMax: 4 },
    cacheBytesMax: random() < 0.5 ? 2000 : 1 << 20,
  };
}
