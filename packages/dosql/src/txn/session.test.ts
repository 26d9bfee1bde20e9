import { beforeEach, describe, expect, it } from 'vitest';
import type { LSN } from '@dotdo/shared-types';
import { FaultStore } from '../fsx/fault.ts';
import { MemoryStore } from '../fsx/memory.ts';
import { SPACE, spaceRange } from '../fsx/store.ts';
import { LockingSession, tableLocks } from './locking.ts';
import { plainSchema } from './schema.ts';
import { Storage, type StorageOptions } from './storage.ts';
import type { Row, Table } from './table.ts';

const PAIRS = JSON.stringify({ columns: ['any', 'any'], key: [{}] });
const BY_VALUE = JSON.stringify({ key: [{ column: 1 }], unique: true });

let nowMs: number;
let timers: { run: () => void; atMs: number }[];
let turn: (() => void)[];
let store: MemoryStore;
let storage: Storage;
let table: Table;
let a: LockingSession;
let b: LockingSession;

function open(options: Partial<StorageOptions> = {}): Storage {
  return Storage.open(
    {
      store,
      clock: () => nowMs,
      timer: (run, delayMs) => {
        const timer = { run, atMs: nowMs + delayMs };
        timers.push(timer);
        return () => timers.splice(timers.indexOf(timer), 1);
      },
      locks: tableLocks,
      schedule: (run) => turn.push(run),
      ...options,
    },
    plainSchema,
  );
}

/** Lets the time pass. */
function wait(ms: number): void {
  nowMs += ms;
  for (const timer of timers.filter((timer) => timer.atMs <= nowMs)) {
    timers.splice(timers.indexOf(timer), 1);
    timer.run();
  }
}

function endTurn(): void {
  for (const run of turn.splice(0)) run();
}

function rows(of: Table): Row[] {
  const found: Row[] = [];
  const cursor = of.tree.cursor();
  for (let more = cursor.first(); more; more = cursor.next()) found.push(cursor.row());
  return found;
}

const code = (code: string): unknown => expect.objectContaining({ code });

beforeEach(() => {
  nowMs = 1000;
  timers = [];
  turn = [];
  store = new MemoryStore();
  storage = open();
  [a, b] = [storage.session(LockingSession), storage.session(LockingSession)];
  table = a.createTable('t', PAIRS);
  a.insert(table, [1, 10]);
  endTurn();
});

describe('durability', () => {
  it("writes all commits of a turn as one batch at its end, and 'commit' writes each", () => {
    const fault = new FaultStore(new MemoryStore());
    for (const durability of ['turn', 'commit'] as const) {
      const one = open({ store: fault, durability });
      const session = one.session();
      const target = one.table('t') ?? session.createTable('t', PAIRS);
      endTurn();
      const before = fault.writes;
      const first = target.tree.count;
      for (let id = first; id < first + 10; id++) session.insert(target, [id, id]);
      expect(fault.writes - before).toBe(durability === 'turn' ? 0 : 10);
      endTurn();
      expect(fault.writes - before).toBe(durability === 'turn' ? 1 : 10);
    }
  });

  it('refuses everything after a failed write, tells onFatal, and reopening finds what was stored', () => {
    const fault = new FaultStore(new MemoryStore(), { stopAtWrite: 2 });
    const fatal: unknown[] = [];
    const one = open({ store: fault, durability: 'commit', onFatal: (error) => fatal.push(error) });
    const session = one.session();
    const target = session.createTable('t', PAIRS);
    expect(() => session.insert(target, [1, 1])).toThrow();
    expect(fatal).toHaveLength(1);
    expect(() => session.insert(target, [2, 2])).toThrow(code('STORAGE_FAILED'));
    expect(() => session.read(target)).toThrow(code('STORAGE_FAILED'));
    expect(() => one.snapshot()).toThrow(code('STORAGE_FAILED'));
    const again = open({ store: fault.survivor() });
    expect(rows(again.table('t') as Table)).toEqual([]);
  });

  it('flushes what a listener of a flush commits', () => {
    const seen: bigint[] = [];
    const one = open({ store: new MemoryStore(), durability: 'commit' });
    const session = one.session();
    const target = session.createTable('t', PAIRS);
    const end = one.wal.subscribe(({ to }) => {
      seen.push(to);
      if (seen.length === 1) session.insert(target, [2, 2]);
    });
    session.insert(target, [1, 1]);
    endTurn();
    end();
    expect(seen).toHaveLength(2);
    expect(one.wal.pendingBytes).toBe(0);
  });

  it('never gives the number of a dropped table again', () => {
    const { id } = a.createTable('u', PAIRS);
    a.dropTable(storage.table('u') as Table);
    storage.checkpoint();
    const again = open();
    expect(again.session().createTable('v', PAIRS).id).toBeGreaterThan(id);
  });

  it('throws DATABASE_CLOSED after close, which rolls back what is open', () => {
    void a.begin();
    a.insert(table, [2, 20]);
    storage.close();
    expect(() => a.insert(table, [3, 30])).toThrow(code('DATABASE_CLOSED'));
    expect(rows(open().table('t') as Table)).toEqual([[1, 10]]);
  });
});

describe('leases', () => {
  it.each([false, true])('rolls an idle transaction back, and later calls say so, private: %s', (isPrivate) => {
    void a.begin({ leaseMs: 100, private: isPrivate });
    a.insert(table, [2, 20]);
    wait(60);
    a.savepoint('still in use');
    wait(60);
    a.insert(table, [3, 30]);
    wait(120);
    expect(() => a.insert(table, [4, 40])).toThrow(code('TX_LEASE_EXPIRED'));
    expect(() => a.commit()).toThrow(code('TX_LEASE_EXPIRED'));
    expect(() => a.begin()).toThrow(code('TX_LEASE_EXPIRED'));
    expect(rows(b.read(table))).toEqual([[1, 10]]);
    a.rollback();
    a.insert(table, [5, 50]);
    expect(rows(b.read(table))).toHaveLength(2);
  });

  it('ends a transaction that is open for longer than timeoutMs, however busy', () => {
    void a.begin({ timeoutMs: 100 });
    for (let i = 0; i < 9; i++) {
      wait(10);
      a.savepoint('busy');
    }
    wait(20);
    expect(() => a.savepoint('late')).toThrow(
      expect.objectContaining({ code: 'TX_ABORTED', details: { reason: 'DEADLINE_EXCEEDED' } }),
    );
  });
});

describe('locks of a statement that waited', () => {
  it('end with their lease when the statement does not come', async () => {
    void a.begin({ private: true });
    a.read(table);
    const waiting = b.lock([], [table]);
    a.rollback();
    await waiting;
    expect(() => a.insert(table, [2, 20])).toThrow(code('BUSY'));
    wait(5000);
    a.insert(table, [2, 20]);
    b.insert(table, [3, 30]);
    expect(rows(a.read(table))).toHaveLength(3);
  });
});

describe('damage', () => {
  it('in a page gives CORRUPT_PAGE with its place, to readers and writers, and the rest goes on', () => {
    for (let id = 2; id < 2000; id++) a.insert(table, [id, id]);
    storage.checkpoint();
    const other = a.createTable('u', PAIRS);
    endTurn();
    const damaged = store.fork();
    const keys = damaged.list(...spaceRange(SPACE.page));
    const bytes = keys.map((key) => damaged.read(key) as Uint8Array);
    for (const [at, page] of bytes.entries()) {
      if (page.length < 1000) continue; // a leaf of the table
      const copy = page.slice();
      copy[500] = (copy[500] as number) ^ 1;
      damaged.write({ puts: [[keys[at] as number, copy]], deletes: [] });
    }
    const one = open({ store: damaged });
    const session = one.session();
    const target = one.table('t') as Table;
    const corrupt = expect.objectContaining({
      code: 'CORRUPT_PAGE',
      details: expect.objectContaining({ page: expect.any(Number) }),
    });
    expect(() => session.read(target).get([5])).toThrow(corrupt);
    expect(() => session.insert(target, [5, 5])).toThrow(corrupt);
    expect(one.check().problems.length).toBeGreaterThan(0);
    session.insert(one.table('u') as Table, [1, 1]);
    expect(rows(one.table('u') as Table)).toHaveLength(1);
    expect(rows(other)).toEqual([]);
  });
});

describe('transactions', () => {
  it('refuses what does not fit the state', () => {
    expect(() => a.commit()).toThrow(code('TX_NOT_ACTIVE'));
    expect(() => a.savepoint('x')).toThrow(code('TX_NOT_ACTIVE'));
    void a.begin({ readOnly: true });
    expect(() => a.begin()).toThrow(code('NESTED_TRANSACTION'));
    expect(() => a.insert(table, [2, 20])).toThrow(code('READ_ONLY'));
    expect(() => a.rollbackTo('nowhere')).toThrow(code('SAVEPOINT_NOT_FOUND'));
    expect(a.commit()).toEqual({});
  });

  it('makes one of two writers that read before wait, and the youngest lose, at SERIALIZABLE', async () => {
    for (const session of [a, b]) void session.begin();
    expect([a.lock([table], []), b.lock([table], [])]).toEqual([undefined, undefined]);
    expect(a.lock([], [table])).toBeUndefined();
    const waiting = b.lock([], [table]);
    const lost = expect(waiting).rejects.toMatchObject({ code: 'DEADLOCK' });
    a.update(table, [1, 10], [1, 11]);
    expect(() => a.commit()).toThrow(code('BUSY'));
    await a.lockForCommit();
    a.commit();
    await lost;
    expect(() => b.read(table)).toThrow(code('TX_ABORTED'));
    b.rollback();
    expect(rows(b.read(table))).toEqual([[1, 11]]);
  });

  it('lets a statement of its own wait for a SERIALIZABLE transaction, or get BUSY', async () => {
    void a.begin({ private: true });
    a.read(table);
    expect(() => b.insert(table, [2, 20])).toThrow(code('BUSY'));
    expect(() => b.statement(() => b.insert(table, [2, 20]))).toThrow(code('BUSY'));
    const waiting = b.lock([], [table]);
    expect(waiting).toBeInstanceOf(Promise);
    a.rollback();
    await waiting;
    b.statement(() => b.insert(table, [2, 20]));
    expect(rows(a.read(table))).toHaveLength(2);
    a.insert(table, [3, 30]); // the lock has gone with the statement
  });

  it('keeps other writers out of an IMMEDIATE transaction, and lets readers on', async () => {
    void a.begin({ mode: 'IMMEDIATE' }); // in place; it takes the lock when b comes
    expect(rows(b.read(table))).toEqual([[1, 10]]);
    expect(() => b.insert(table, [2, 20])).toThrow(code('BUSY'));
    const waiting = b.begin({ mode: 'IMMEDIATE', isolation: 'SNAPSHOT' });
    a.insert(table, [3, 30]);
    a.commit();
    await waiting;
    expect(rows(b.read(table))).toEqual([
      [1, 10],
      [3, 30],
    ]);
    b.commit();
  });

  it('undoes schema changes with the transaction, and commits them with it', () => {
    for (const isPrivate of [false, true]) {
      void a.begin({ private: isPrivate });
      const indexed = a.createIndex(table, 'by_value', BY_VALUE);
      const other = a.createTable('u', PAIRS);
      a.insert(other, [1, 1]);
      a.insert(indexed, [2, 20]);
      expect(a.insert(indexed, [3, 20])).toMatchObject({ index: { name: 'by_value' } });
      expect(() => a.createTable('U', PAIRS)).toThrow(code('TABLE_EXISTS'));
      a.rollback();
      expect(storage.table('u')).toBeUndefined();
      expect(storage.table('t')?.indexes).toEqual([]);
      expect(rows(a.read(table))).toEqual([[1, 10]]);
    }
    void a.begin({ private: true });
    a.createIndex(table, 'by_value', BY_VALUE);
    a.insert(table, [2, 20]);
    a.dropTable(a.createTable('u', PAIRS));
    a.commit();
    endTurn();
    for (const one of [storage, open({ store: store.fork() })]) {
      expect(one.table('u')).toBeUndefined();
      expect(one.table('t')?.indexes[0]?.tree.count).toBe(2);
      expect(one.check()).toMatchObject({ problems: [], leaked: [] });
    }
  });

  it('renames a table with its rows and indexes, and takes that back', () => {
    table = a.createIndex(table, 'by_value', BY_VALUE);
    for (const isPrivate of [false, true]) {
      void a.begin({ private: isPrivate });
      const renamed = a.changeTable(table, { name: 'renamed', text: PAIRS });
      a.insert(renamed, [2, 20]);
      expect([a.table('t'), a.table('renamed')]).toEqual([undefined, expect.anything()]);
      a.rollback();
      expect(a.table('renamed')).toBeUndefined();
    }
    storage.checkpoint();
    a.changeTable(table, { name: 'renamed', text: PAIRS });
    a.insert(table, [2, 20]);
    endTurn();
    for (const one of [storage, open({ store: store.fork() })]) {
      expect(one.table('t')).toBeUndefined();
      expect(rows(one.table('renamed') as Table)).toHaveLength(2);
      expect(one.check()).toMatchObject({ problems: [], leaked: [] });
    }
  });

  it('reads what was committed while it waited for the lock, even inside a statement', async () => {
    for (const session of [a, b]) void session.begin({ private: true });
    b.insert(table, [2, 20]);
    await b.lockForCommit();
    a.beginStatement();
    const waiting = a.lock([table], []);
    b.commit();
    await waiting;
    expect(rows(a.read(table))).toHaveLength(2);
    a.endStatement();
  });

  it('gives SCHEMA_CHANGED to a transaction whose table got an index meanwhile', () => {
    void a.begin({ private: true, isolation: 'SNAPSHOT' });
    a.insert(table, [2, 20]);
    b.createIndex(table, 'by_value', BY_VALUE);
    expect(() => a.commit()).toThrow(code('SCHEMA_CHANGED'));
  });

  it('checks unique values again at commit', () => {
    table = a.createIndex(table, 'by_value', BY_VALUE);
    void a.begin({ private: true, isolation: 'SNAPSHOT' });
    a.insert(table, [2, 20]);
    b.insert(table, [3, 20]);
    expect(() => a.commit()).toThrow(code('WRITE_CONFLICT'));
    expect(rows(b.read(table))).toEqual([
      [1, 10],
      [3, 20],
    ]);
    expect(storage.check().problems).toEqual([]);
  });

  it('commits, after a checkpoint that came between, what was forked before it', () => {
    void a.begin({ private: true, isolation: 'SNAPSHOT' });
    a.insert(table, [2, 20]);
    storage.checkpoint();
    a.commit();
    storage.checkpoint();
    expect(rows(open().table('t') as Table)).toHaveLength(2);
    expect(storage.check()).toMatchObject({ problems: [], leaked: [] });
  });
});

describe('views', () => {
  it('stay as they were while others write, create and drop', () => {
    const view = storage.snapshot();
    a.insert(table, [2, 20]);
    a.createIndex(table, 'by_value', BY_VALUE);
    a.dropTable(table);
    a.createTable('u', PAIRS);
    for (let i = 0; i < 3; i++) {
      storage.checkpoint();
      a.insert(storage.table('u') as Table, [i, i]);
    }
    expect(rows(view.table('t') as Table)).toEqual([[1, 10]]);
    expect(view.table('u')).toBeUndefined();
    view.close();
    expect(storage.stats.views).toBe(0);
  });

  it('show each past commit by LSN and by time, over checkpoints, within retention', () => {
    storage = open({ retention: { ageMs: 1e6 } });
    const session = storage.session();
    const target = storage.table('t') as Table;
    const past: { lsn: LSN; atMs: number; count: number }[] = [];
    for (let i = 2; i < 40; i++) {
      nowMs += 10;
      void session.begin();
      session.insert(target, [i, i]);
      const { lsn } = session.commit();
      past.push({ lsn: lsn as LSN, atMs: nowMs, count: i });
      if (i % 7 === 0) storage.checkpoint();
    }
    const later = open({ retention: { ageMs: 1e6 } }); // flushed by the last checkpoints only in part
    for (const { lsn, atMs, count } of past) {
      for (const at of [lsn, atMs + 5]) {
        const view = storage.snapshotAt(at);
        expect(rows(view.table('t') as Table)).toHaveLength(count);
        expect(view.lsn).toBe(lsn);
        view.close();
      }
    }
    expect(rows(later.snapshotAt(past[3]?.lsn as LSN).table('t') as Table)).toHaveLength(5);
    expect(() => storage.snapshotAt((10n ** 9n) as LSN)).toThrow(code('LSN_IN_FUTURE'));
    expect(storage.check()).toMatchObject({ problems: [], leaked: [] });
  });

  it('answer SNAPSHOT_TOO_OLD for what is no longer kept', () => {
    storage.checkpoint();
    a.insert(table, [2, 20]);
    storage.checkpoint();
    expect(() => storage.snapshotAt(5)).toThrow(code('SNAPSHOT_TOO_OLD'));
  });
});
