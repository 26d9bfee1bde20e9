import { formatLsn, lsn, LSN_ZERO, lsnOf } from '@dotdo/shared-types';
import { describe, expect, it } from 'vitest';
import { type Cell, Real } from '../codec/cell.ts';
import { ByteReader } from '../codec/writer.ts';
import { readRow } from '../codec/row.ts';
import { MemoryStore } from '../fsx/memory.ts';
import { SPACE, spaceRange, storeKey, type StoreBatch } from '../fsx/store.ts';
import { recover, WalReader, WalTable, WalWriter, type LogRange, type WALEntry } from './index.ts';

const users = new WalTable({ id: 7, name: 'users', keyColumns: 1 });
const pairs = new WalTable({ id: 8, name: 'päärs\ud800', keyColumns: 2 }, ['any', 'any', 'real']);

function open(store: MemoryStore, options = {}): WalWriter {
  return new WalWriter(store, recover(store).slots, options);
}

function entries(store: MemoryStore, from = LSN_ZERO): WALEntry[] {
  return [...new WalReader(store, recover(store).slots).entries(from)];
}

function cells(bytes: Uint8Array | undefined): Cell[] | undefined {
  return bytes && readRow(new ByteReader(bytes));
}

/** A transaction of `count` rows of about 100 bytes. */
function insertMany(writer: WalWriter, count: number): void {
  writer.begin(1);
  for (let i = 0; i < count; i++) writer.insert(users, [i, 'x'.repeat(100)]);
  writer.commit();
}

describe('what the writer appends', () => {
  it('comes back entry by entry with every operation, table, transaction and time', () => {
    const store = new MemoryStore();
    const writer = open(store);
    expect(writer.begin(1_700_000_000_000.25)).toBe(1);
    writer.insert(users, [1, 'Ada']);
    writer.update(pairs, [1, 'k', 2], [1, 'k', 2.5]);
    writer.delete(users, [2, 'Bob']);
    expect(writer.commit()).toBe(5);
    writer.begin(1_700_000_000_001);
    writer.insert(pairs, [3, 4, 5]);
    writer.commit();
    writer.flush();

    const read = entries(store);
    expect(read.map((entry) => [entry.lsn, entry.op, entry.table, entry.txnId, entry.timestamp])).toEqual([
      [1n, 'BEGIN', '', 't0000000000000001', 1_700_000_000_000.25],
      [2n, 'INSERT', 'users', 't0000000000000001', 1_700_000_000_000.25],
      [3n, 'UPDATE', 'päärs\ud800', 't0000000000000001', 1_700_000_000_000.25],
      [4n, 'DELETE', 'users', 't0000000000000001', 1_700_000_000_000.25],
      [5n, 'COMMIT', '', 't0000000000000001', 1_700_000_000_000.25],
      [6n, 'BEGIN', '', 't0000000000000006', 1_700_000_000_001],
      [7n, 'INSERT', 'päärs\ud800', 't0000000000000006', 1_700_000_000_001],
      [8n, 'COMMIT', '', 't0000000000000006', 1_700_000_000_001],
    ]);
    expect(read.map((entry) => [entry.key, entry.before, entry.after].map(cells)).filter(([key]) => key)).toEqual([
      [[1], undefined, [1, 'Ada']],
      [
        [1, 'k'],
        [1, 'k', new Real(2)],
        [1, 'k', 2.5],
      ],
      [[2], [2, 'Bob'], undefined],
      [[3, 4], undefined, [3, 4, new Real(5)]],
    ]);
  });

  it('keeps every kind of cell, in rows from empty to longer than a frame length of one byte', () => {
    const rows: Cell[][] = [
      [],
      [null, 0, -1, 127, 128, -129, 40_000, -2_000_000_000, 2 ** 40, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
      [2n ** 63n - 1n, -(2n ** 63n), new Real(2), 0.1, -1e300, Infinity, -Infinity, 2 ** 60],
      ['', 'text', 'ü€😀', '\udc00 alone', 'x'.repeat(127), 'y'.repeat(20_000)],
      [new Uint8Array(0), new Uint8Array([0, 255, 1]), new Uint8Array(20_000).fill(9)],
    ];
    const store = new MemoryStore();
    const writer = open(store);
    writer.begin(0);
    for (const row of rows) writer.update(users, row, row);
    writer.commit();
    writer.flush();
    const read: (Cell[] | undefined)[][] = [];
    recover(store, { apply: (entry) => void read.push([entry.before(), entry.after()]) });
    expect(read.slice(1, -1)).toEqual(rows.map((row) => [row, row]));
  });

  it('stores of an update what changed once more, and tells −0 from 0 and a longer row from a shorter', () => {
    const cases: [Cell[], Cell[]][] = [
      [
        [1, 'same', 0, null],
        [1, 'same', -0, null],
      ],
      [
        [1, 2, 3],
        [1, 2],
      ],
      [
        [1, 2],
        [1, 5, 3],
      ],
      [[], [1]],
      [[1], []],
      [
        [1, new Uint8Array([1]), 2n ** 60n, new Real(1)],
        [2, new Uint8Array([1]), 2n ** 60n, new Real(1)],
      ],
    ];
    const store = new MemoryStore();
    const writer = open(store);
    const reals = new WalTable({ id: 9, name: 'reals', keyColumns: 1 }, Array<'real'>(4).fill('real'));
    writer.begin(0);
    for (const [before, after] of cases) writer.update(users, before, after);
    writer.update(reals, [1, 0, 2.5, 7], [1, -0, 2.5, 8]);
    writer.commit();
    writer.flush();
    const read: (Cell[] | undefined)[][] = [];
    recover(store, {
      apply: (entry) => {
        const kinds = entry.table?.id === 9 ? reals.kinds : undefined;
        if (entry.op === 'UPDATE') read.push([entry.before(kinds), entry.after(kinds)]);
      },
    });
    // In a column that is not REAL, -0 is the INTEGER 0.
    const expected = cases.map(([before, after]) => [before, after.map((cell) => (Object.is(cell, -0) ? 0 : cell))]);
    expect(read).toEqual([
      ...expected,
      [
        [1, 0, 2.5, 7],
        [1, -0, 2.5, 8],
      ],
    ]);
    expect(
      entries(store)
        .slice(1, -1)
        .map((entry) => [cells(entry.before)?.length, cells(entry.after)?.length]),
    ).toEqual([...cases.map(([before, after]) => [before.length, after.length]), [4, 4]]);
  });

  it('is one store value a flush, without what did not commit', () => {
    const store = new MemoryStore();
    const writer = open(store);
    for (let i = 0; i < 3; i++) insertMany(writer, 2);
    writer.begin(5);
    writer.insert(users, [1]);
    writer.rollback();
    writer.flush();
    writer.flush();
    expect(store.list(...spaceRange(SPACE.wal))).toEqual([storeKey(SPACE.wal, 0)]);
    expect(entries(store)).toHaveLength(12);
  });

  it('gives back the LSNs of entries that a savepoint takes back', () => {
    const store = new MemoryStore();
    const writer = open(store);
    writer.begin(0);
    const empty = writer.mark();
    writer.insert(users, [1]);
    writer.rollbackTo(empty);
    writer.insert(users, [2]);
    const mark = writer.mark();
    writer.insert(pairs, [3]);
    writer.rollbackTo(mark);
    expect(writer.commit()).toBe(3);
    writer.flush();
    expect(entries(store).map((entry) => cells(entry.after))).toEqual([undefined, [2], undefined]);
  });

  it('leaves an open transaction pending when what committed before it is flushed', () => {
    const store = new MemoryStore();
    const writer = open(store);
    insertMany(writer, 1);
    writer.begin(9);
    writer.insert(pairs, [1, 1]);
    writer.flush();
    expect(entries(store).map((entry) => entry.op)).toEqual(['BEGIN', 'INSERT', 'COMMIT']);
    writer.insert(users, [2, 'b']);
    const mark = writer.mark();
    writer.insert(users, [3, 'c']);
    writer.rollbackTo(mark);
    expect(writer.commit()).toBe(7);
    expect(writer.pendingBytes).toBeGreaterThan(0);
    writer.flush();
    expect(writer.pendingBytes).toBe(0);
    expect(entries(store).map((entry) => [entry.op, entry.table, entry.txnId.slice(-1)])).toEqual([
      ['BEGIN', '', '1'],
      ['INSERT', 'users', '1'],
      ['COMMIT', '', '1'],
      ['BEGIN', '', '4'],
      ['INSERT', 'päärs\ud800', '4'],
      ['INSERT', 'users', '4'],
      ['COMMIT', '', '4'],
    ]);
  });

  it('names a renamed table by its name at the time, within one segment', () => {
    const store = new MemoryStore();
    const writer = open(store);
    writer.begin(0);
    writer.insert(new WalTable({ id: 7, name: 'before', keyColumns: 1 }), [1]);
    writer.insert(new WalTable({ id: 7, name: 'after', keyColumns: 1 }), [2]);
    writer.commit();
    writer.flush();
    expect(entries(store).map((entry) => entry.table)).toEqual(['', 'before', 'after', '']);
  });
});

describe('LSNs', () => {
  it('rise by one per entry over flushes and reopening, and go on behind 2^32', () => {
    const store = new MemoryStore();
    for (let round = 0; round < 4; round++) {
      const writer = open(store);
      for (let flush = 0; flush < 3; flush++) {
        insertMany(writer, 2);
        insertMany(writer, 0);
        writer.flush();
      }
    }
    expect(entries(store).map((entry) => Number(entry.lsn))).toEqual(Array.from({ length: 72 }, (_, i) => i + 1));

    const late = new MemoryStore();
    const slots = recover(late).slots;
    slots.end = 2 ** 32 - 3;
    const writer = new WalWriter(late, slots);
    insertMany(writer, 3);
    writer.flush();
    const range = [...new WalReader(late, slots).entries(lsn(2 ** 32 - 3))].map((entry) => formatLsn(entry.lsn));
    expect(range).toEqual(
      ['fffffffe', 'ffffffff', '100000000', '100000001', '100000002'].map((x) => x.padStart(16, '0')),
    );
  });

  it('go on in the next epoch with the next counter, and recovery finds the epoch', () => {
    const store = new MemoryStore();
    const writer = open(store);
    insertMany(writer, 1);
    writer.flush();
    writer.slots.raiseEpoch();
    insertMany(writer, 1);
    writer.flush();
    const { slots } = recover(store);
    expect(slots.epochs).toEqual([
      { epoch: 0, first: 1 },
      { epoch: 1, first: 4 },
    ]);
    const read = [...new WalReader(store, slots).entries(LSN_ZERO)];
    expect(read.map((entry) => entry.lsn)).toEqual([
      ...[1n, 2n, 3n],
      ...[4, 5, 6].map((counter) => lsnOf({ epoch: 1, counter })),
    ]);
    expect(read[4]?.txnId).toBe('t0001000000000004');
  });
});

describe('segments', () => {
  it('are cut between transactions, and inside one only when it exceeds a segment alone', () => {
    const store = new MemoryStore();
    const writer = open(store, { segmentBytesMax: 2000 });
    for (const count of [10, 5, 4, 40, 3]) insertMany(writer, count);
    expect(writer.isFull).toBe(true);
    const all = writer.pendingBytes;
    writer.flush();
    const refs = writer.slots.refs;
    expect(refs.map((ref) => ref.entries)).toEqual([
      12 + 7,
      6,
      expect.any(Number),
      expect.any(Number),
      expect.any(Number),
    ]);
    expect(refs.every((ref) => ref.bytes <= 2000)).toBe(true);
    expect(refs.map((ref) => ref.continues)).toEqual([false, false, true, true, false]);
    expect(refs.reduce((sum, ref) => sum + ref.bytes, 0)).toBeGreaterThan(all);
    expect(entries(store)).toHaveLength(12 + 7 + 6 + 42 + 5);
    expect(recover(store).slots.refs).toEqual(refs);
  });

  it('give an entry that exceeds a segment one of its own', () => {
    const store = new MemoryStore();
    const writer = open(store, { segmentBytesMax: 500 });
    writer.begin(0);
    for (const size of [10, 10_000, 10_000, 10]) writer.insert(users, [size, 'z'.repeat(size)]);
    writer.commit();
    writer.flush();
    const sizes = entries(store).map((entry) => cells(entry.after)?.[0] ?? null);
    expect(sizes).toEqual([null, 10, 10_000, 10_000, 10, null]);
  });
});

describe('a flush', () => {
  it('writes what is to be stored with it in the same batch, and happens without entries too', () => {
    const batches: StoreBatch[] = [];
    const store = new (class extends MemoryStore {
      override write(batch: StoreBatch): void {
        batches.push(batch);
        super.write(batch);
      }
    })();
    const writer = open(store);
    insertMany(writer, 1);
    const key = storeKey(SPACE.meta, 9);
    writer.flush({ puts: [[key, new Uint8Array([1])]] });
    expect(batches.map((batch) => batch.puts.map(([key]) => key))).toEqual([[storeKey(SPACE.wal, 0), key]]);
    writer.flush({ deletes: [key] });
    expect(batches[1]).toEqual({ puts: [], deletes: [key] });
  });

  it('tells subscribers the range once it is stored; one that throws does not disturb the others', () => {
    const store = new MemoryStore();
    const failures: unknown[] = [];
    const writer = open(store, { onSubscriberError: (error: unknown) => failures.push(error) });
    const ranges: LogRange[] = [];
    writer.subscribe(() => {
      throw new Error('mine');
    });
    const end = writer.subscribe((range) => {
      expect(entries(store, range.from)).toHaveLength(Number(range.to - range.from));
      ranges.push(range);
    });
    insertMany(writer, 1);
    insertMany(writer, 1);
    writer.flush();
    writer.flush();
    insertMany(writer, 2);
    writer.flush();
    end();
    insertMany(writer, 2);
    writer.flush();
    expect(ranges).toEqual([
      { from: 0n, to: 6n },
      { from: 6n, to: 10n },
    ]);
    expect(failures).toHaveLength(3);
  });

  it('that the store refuses can be repeated: nothing is lost and nothing is twice', () => {
    let failing = true;
    const store = new (class extends MemoryStore {
      override write(batch: StoreBatch): void {
        if (failing) throw new Error('refused');
        super.write(batch);
      }
    })();
    const writer = open(store);
    insertMany(writer, 1);
    expect(() => writer.flush()).toThrow('refused');
    insertMany(writer, 1);
    failing = false;
    writer.flush();
    expect(entries(store)).toHaveLength(6);
  });
});
