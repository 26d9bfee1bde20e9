/** The bare trees, without log and transactions, beside better-sqlite3 in memory and its autocommit. */
import { INT16, INT32, INT8, type MemoryPager, type Numbers, Tree } from '../../packages/dosql/src/btree/index.ts';
import { sink, type Workload } from './measure.ts';
import * as tables from './tables.ts';

const USERS = 100_000;
const BIG = 1_000_000;

const pointGet: Workload = {
  name: 'point get',
  count: 20_000,
  rounds: 15,
  setup() {
    const tree = tables.makeTree(tables.USERS, USERS);
    const db = tables.openPeer();
    db.exec(tables.CREATE_USERS);
    tables.fillPeer(db, 'users', USERS, tables.userRow);
    const select = db.prepare('SELECT id, email, name, age, score FROM users WHERE id = ?');
    return {
      ours(start, count) {
        for (let i = start; i < start + count; i++) {
          sink.value = tree.findInteger(1 + ((i * 7919) % USERS))
            ? [tree.value(0), tree.value(1), tree.value(2), tree.value(4), tree.value(5)]
            : undefined;
        }
      },
      peer(start, count) {
        for (let i = start; i < start + count; i++) sink.value = select.get(1 + ((i * 7919) % USERS));
      },
    };
  },
};

const insert: Workload = {
  name: 'insert, one index',
  count: 10_000,
  rounds: 15,
  setup() {
    const tree = tables.makeTree(tables.SMALL);
    const index = tables.makeTree(tables.INTEGER_INDEX);
    const db = tables.openPeer();
    db.exec(`${tables.CREATE_SMALL}; CREATE INDEX small_b ON small (b)`);
    const statement = db.prepare('INSERT INTO small VALUES (?, ?, ?, ?)');
    return {
      ours(start, count) {
        for (let i = start; i < start + count; i++) {
          const row = tables.smallRow(i);
          tree.insert(row);
          index.insert([row[2] as number, i]);
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

const update: Workload = {
  name: 'update by key',
  count: 10_000,
  rounds: 15,
  setup() {
    const tree = tables.makeTree(tables.USERS, USERS);
    const db = tables.openPeer();
    db.exec(tables.CREATE_USERS);
    tables.fillPeer(db, 'users', USERS, tables.userRow);
    const statement = db.prepare('UPDATE users SET score = ?, age = age + 1 WHERE id = ?');
    const columns = [4, 5];
    return {
      ours(start, count) {
        for (let i = start; i < start + count; i++) {
          const id = 1 + ((i * 7919) % USERS);
          if (!tree.findInteger(id)) throw new Error('no such row');
          tree.updateColumns([id], columns, [(tree.value(4) as number) + 1, i + 0.5]);
        }
      },
      peer(start, count) {
        for (let i = start; i < start + count; i++) statement.run(i + 0.5, 1 + ((i * 7919) % USERS));
      },
    };
  },
};

const remove: Workload = {
  name: 'delete by key, one index',
  count: 10_000,
  rounds: 15,
  setup() {
    const rows = 20 * 10_000;
    const tree = tables.makeTree(tables.SMALL, rows, tables.smallRow);
    const index = tables.makeTree(tables.INTEGER_INDEX, rows, (id) => [tables.smallRow(id)[2] as number, id]);
    const db = tables.openPeer();
    db.exec(`${tables.CREATE_SMALL}; CREATE INDEX small_b ON small (b)`);
    tables.fillPeer(db, 'small', rows, tables.smallRow);
    const statement = db.prepare('DELETE FROM small WHERE id = ?');
    const idOf = (i: number): number => 1 + ((i * 7919) % rows);
    return {
      ours(start, count) {
        for (let i = start; i < start + count; i++) {
          const id = idOf(i);
          if (!tree.findInteger(id)) throw new Error('no such row');
          index.delete([tree.value(2), id]);
          tree.delete([id]);
        }
      },
      peer(start, count) {
        for (let i = start; i < start + count; i++) statement.run(idOf(i));
      },
    };
  },
};

const keyRange: Workload = {
  name: 'range of 100 by key',
  count: 400,
  rounds: 15,
  setup() {
    const tree = tables.makeTree(tables.USERS, USERS);
    const db = tables.openPeer();
    db.exec(tables.CREATE_USERS);
    tables.fillPeer(db, 'users', USERS, tables.userRow);
    const select = db.prepare('SELECT id, name, age, ts FROM users WHERE id >= ? AND id < ?');
    const cursor = tree.cursor();
    return {
      ours(start, count) {
        for (let i = start; i < start + count; i++) {
          const low = 1 + ((i * 7919) % (USERS - 100));
          const rows = [];
          for (let more = cursor.seek('ge', [low]); more; more = cursor.next()) {
            const id = cursor.value(0) as number;
            if (id >= low + 100) break;
            rows.push([id, cursor.value(2), cursor.value(4), cursor.value(6)]);
          }
          sink.value = rows;
        }
      },
      peer(start, count) {
        for (let i = start; i < start + count; i++) {
          const low = 1 + ((i * 7919) % (USERS - 100));
          sink.value = select.all(low, low + 100);
        }
      },
    };
  },
};

const indexRange: Workload = {
  name: 'range of 100 by index',
  count: 400,
  rounds: 15,
  setup() {
    const tree = tables.makeTree(tables.USERS, USERS);
    const index = tables.makeTree(tables.INTEGER_INDEX, USERS, (id) => [tables.userRow(id)[6] as number, id]);
    const db = tables.openPeer();
    db.exec(`${tables.CREATE_USERS}; CREATE INDEX users_ts ON users (ts)`);
    tables.fillPeer(db, 'users', USERS, tables.userRow);
    const select = db.prepare('SELECT id, name, age, ts FROM users WHERE ts >= ? AND ts < ?');
    const cursor = index.cursor();
    return {
      ours(start, count) {
        for (let i = start; i < start + count; i++) {
          const low = (i * 7919) % (USERS - 100);
          const rows = [];
          for (let more = cursor.seek('ge', [low]); more; more = cursor.next()) {
            if ((cursor.value(0) as number) >= low + 100) break;
            const id = cursor.value(1) as number;
            if (tree.findInteger(id)) rows.push([id, tree.value(2), tree.value(4), tree.value(6)]);
          }
          sink.value = rows;
        }
      },
      peer(start, count) {
        for (let i = start; i < start + count; i++) {
          const low = (i * 7919) % (USERS - 100);
          sink.value = select.all(low, low + 100);
        }
      },
    };
  },
};

/** Kernels as execution will have them: one copy for each array type, and no branch on the data. */
function lessInt32(data: Int32Array, n: number, value: number, out: Int32Array): number {
  let k = 0;
  for (let i = 0; i < n; i++) {
    out[k] = i;
    k += +((data[i] as number) < value);
  }
  return k;
}

function equalInt8(data: Int8Array, selection: Int32Array, n: number, value: number, out: Int32Array): number {
  let k = 0;
  for (let i = 0; i < n; i++) {
    const row = selection[i] as number;
    out[k] = row;
    k += +(data[row] === value);
  }
  return k;
}

const scan: Workload = {
  name: 'scan and filter 1M',
  count: 1,
  rounds: 11,
  setup() {
    const tree = tables.makeTree(tables.BIG, BIG, tables.bigRow);
    const db = tables.openPeer();
    db.exec(tables.CREATE_BIG);
    tables.fillPeer(db, 'big', BIG, tables.bigRow);
    const select = db.prepare('SELECT count(*) AS n FROM big WHERE val < 500000 AND flag = 1');
    const first = new Int32Array(512);
    const second = new Int32Array(512);
    const ours = (): void => {
      let n = 0;
      const batches = tree.scan();
      while (batches.next()) {
        const [, , , val, , , flag] = batches.columns;
        if (val === undefined || flag === undefined) throw new Error('no such column');
        const value = widen(val.data as Numbers, val.kind, batches.to);
        const flags = flag.kind === INT8 ? (flag.data as Int8Array) : Int8Array.from(flag.data as Numbers);
        n += equalInt8(flags, first, lessInt32(value, batches.to, 500_000, first), 1, second);
      }
      sink.value = n;
    };
    const peer = (): void => {
      sink.value = (select.get() as { n: number }).n;
    };
    ours();
    const expected = sink.value;
    peer();
    if (sink.value !== expected) throw new Error(`scan counts ${String(expected)} instead of ${String(sink.value)}`);
    return { ours, peer };
  },
};

function widen(data: Numbers, kind: number, n: number): Int32Array {
  if (kind === INT32) return data as Int32Array;
  if (kind !== INT8 && kind !== INT16) throw new Error(`kind ${kind}`);
  return Int32Array.from(data.subarray(0, n));
}

const open: Workload = {
  name: 'open 100k rows, first get',
  count: 20,
  rounds: 15,
  setup() {
    const tree = tables.makeTree(tables.USERS, USERS);
    const pager = tree.pager as MemoryPager;
    const root = tree.checkpoint(pager.write);
    const path = tables.filePeer('users', tables.CREATE_USERS, USERS, tables.userRow);
    return {
      ours(start, count) {
        for (let i = start; i < start + count; i++) {
          const opened = new Tree(tables.USERS, pager, root);
          sink.value = opened.findInteger(1 + ((i * 7919) % USERS)) ? opened.row() : undefined;
        }
      },
      peer(start, count) {
        for (let i = start; i < start + count; i++) {
          const opened = tables.openPeer(path);
          sink.value = opened.prepare('SELECT * FROM users WHERE id = ?').get(1 + ((i * 7919) % USERS));
          opened.close();
        }
      },
    };
  },
};

export const TREE_WORKLOADS: readonly Workload[] = [pointGet, insert, update, remove, keyRange, indexRange, scan, open];
