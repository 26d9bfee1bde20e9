/**
 * Tables with log and transactions beside better-sqlite3 in memory: what a statement's change costs below SQL. The log
 * goes to a store in memory, once for every so many changes, as a Durable Object does at the end of a turn.
 */
import type { Cell } from '../../packages/dosql/src/codec/cell.ts';
import { MemoryStore } from '../../packages/dosql/src/fsx/memory.ts';
import { plainSchema, Storage, type Table } from '../../packages/dosql/src/txn/index.ts';
import { sink, type Workload } from './measure.ts';
import * as tables from './tables.ts';

const SMALL = JSON.stringify({ columns: ['any', 'any', 'any', 'real'], key: [{}] });
const USERS = JSON.stringify({ columns: ['any', 'any', 'any', 'any', 'any', 'real', 'any'], key: [{}] });
const INDEX_B = JSON.stringify({ key: [{ column: 2 }] });
const USER_ROWS = 100_000;
/** Statements of a turn. */
const TURN = 100;

function openStorage(text: string, rows: number, row: (id: number) => Cell[], index?: string): [Storage, () => Table] {
  const storage = Storage.open({ store: new MemoryStore(), schedule: () => undefined }, plainSchema);
  const session = storage.session();
  const table = session.createTable('t', text);
  if (index !== undefined) session.createIndex(table, 't_index', index);
  const current = (): Table => storage.table('t') as Table;
  for (let id = 1; id <= rows; id++) session.insert(current(), row(id));
  storage.flush();
  session.close();
  return [storage, current];
}

const insert: Workload = {
  name: 'logged insert, one index',
  count: 10_000,
  rounds: 15,
  setup() {
    const [storage, current] = openStorage(SMALL, 0, tables.smallRow, INDEX_B);
    const session = storage.session();
    const table = current();
    const db = tables.openPeer();
    db.exec(`${tables.CREATE_SMALL}; CREATE INDEX small_b ON small (b)`);
    const statement = db.prepare('INSERT INTO small VALUES (?, ?, ?, ?)');
    return {
      ours(start, count) {
        for (let i = start; i < start + count; i++) {
          session.insert(table, tables.smallRow(i));
          if (i % TURN === 0) storage.flush();
        }
      },
      peer(start, count) {
        for (let i = start; i < start + count; i++) {
          const row = tables.smallRow(i);
          statement.run(row[0], row[1], row[2], row[3]);
        }
      },
    };
  },
};

const transaction: Workload = {
  name: 'transaction of 1,000 inserts',
  count: 10,
  rounds: 15,
  setup() {
    const [storage, current] = openStorage(SMALL, 0, tables.smallRow, INDEX_B);
    const session = storage.session();
    const table = current();
    const db = tables.openPeer();
    db.exec(`${tables.CREATE_SMALL}; CREATE INDEX small_b ON small (b)`);
    const statement = db.prepare('INSERT INTO small VALUES (?, ?, ?, ?)');
    return {
      ours(start, count) {
        for (let i = start; i < start + count; i++) {
          void session.begin();
          for (let id = i * 1000; id < i * 1000 + 1000; id++) session.insert(table, tables.smallRow(id));
          session.commit();
          storage.flush();
        }
      },
      peer(start, count) {
        for (let i = start; i < start + count; i++) {
          db.exec('BEGIN');
          for (let id = i * 1000; id < i * 1000 + 1000; id++) {
            const row = tables.smallRow(id);
            statement.run(row[0], row[1], row[2], row[3]);
          }
          db.exec('COMMIT');
        }
      },
    };
  },
};

const update: Workload = {
  name: 'logged update by key',
  count: 10_000,
  rounds: 15,
  setup() {
    const [storage, current] = openStorage(USERS, USER_ROWS, tables.userRow);
    const session = storage.session();
    const table = current();
    const db = tables.openPeer();
    db.exec(tables.CREATE_USERS);
    tables.fillPeer(db, 'users', USER_ROWS, tables.userRow);
    const statement = db.prepare('UPDATE users SET score = ?, age = age + 1 WHERE id = ?');
    return {
      ours(start, count) {
        for (let i = start; i < start + count; i++) {
          if (!table.tree.findInteger(1 + ((i * 7919) % USER_ROWS))) throw new Error('no such row');
          const before = table.tree.row();
          const after = before.slice();
          after[4] = (before[4] as number) + 1;
          after[5] = i + 0.5;
          session.update(table, before, after);
          if (i % TURN === 0) storage.flush();
        }
      },
      peer(start, count) {
        for (let i = start; i < start + count; i++) statement.run(i + 0.5, 1 + ((i * 7919) % USER_ROWS));
      },
    };
  },
};

const remove: Workload = {
  name: 'logged delete by key, one index',
  count: 10_000,
  rounds: 15,
  setup() {
    const rows = 20 * 10_000;
    const [storage, current] = openStorage(SMALL, rows, tables.smallRow, INDEX_B);
    const session = storage.session();
    const table = current();
    const db = tables.openPeer();
    db.exec(`${tables.CREATE_SMALL}; CREATE INDEX small_b ON small (b)`);
    tables.fillPeer(db, 'small', rows, tables.smallRow);
    const statement = db.prepare('DELETE FROM small WHERE id = ?');
    const idOf = (i: number): number => 1 + ((i * 7919) % rows);
    return {
      ours(start, count) {
        for (let i = start; i < start + count; i++) {
          if (!table.tree.findInteger(idOf(i))) throw new Error('no such row');
          session.delete(table, table.tree.row());
          if (i % TURN === 0) storage.flush();
        }
      },
      peer(start, count) {
        for (let i = start; i < start + count; i++) statement.run(idOf(i));
      },
    };
  },
};

const recover: Workload = {
  name: 'recover 100k rows, first get',
  count: 20,
  rounds: 15,
  setup() {
    const store = new MemoryStore();
    const storage = Storage.open({ store, schedule: () => undefined }, plainSchema);
    const session = storage.session();
    const table = session.createTable('t', USERS);
    for (let id = 1; id <= USER_ROWS; id++) session.insert(table, tables.userRow(id));
    storage.checkpoint();
    const peer = tables.filePeer('users', tables.CREATE_USERS, USER_ROWS, tables.userRow);
    return {
      ours(start, count) {
        for (let i = start; i < start + count; i++) {
          const opened = Storage.open({ store, schedule: () => undefined }, plainSchema);
          sink.value = opened.table('t')?.tree.get([1 + ((i * 7919) % USER_ROWS)]);
        }
      },
      peer(start, count) {
        for (let i = start; i < start + count; i++) {
          const opened = tables.openPeer(peer);
          sink.value = opened.prepare('SELECT * FROM users WHERE id = ?').get(1 + ((i * 7919) % USER_ROWS));
          opened.close();
        }
      },
    };
  },
};

export const STORAGE_WORKLOADS: readonly Workload[] = [insert, transaction, update, remove, recover];
