import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../fsx/memory.ts';
import { Storage, type StorageOptions } from './storage.ts';
import { plainSchema } from './schema.ts';
import type { Row, Table } from './table.ts';

const PEOPLE = JSON.stringify({ columns: ['any', 'any', 'any'], key: [{}] });
const BY_EMAIL = JSON.stringify({ key: [{ column: 1 }], unique: true });
const BY_AGE = JSON.stringify({ key: [{ column: 2 }] });

function open(store: MemoryStore, options: Partial<StorageOptions> = {}): Storage {
  return Storage.open({ store, durability: 'commit', ...options }, plainSchema);
}

function people(storage: Storage): Table {
  const session = storage.session();
  const table = session.createTable('people', PEOPLE);
  session.createIndex(session.createIndex(table, 'by_email', BY_EMAIL), 'by_age', BY_AGE);
  return storage.table('people') as Table;
}

export function rows(table: Table): Row[] {
  const found: Row[] = [];
  const cursor = table.tree.cursor();
  for (let more = cursor.first(); more; more = cursor.next()) found.push(cursor.row());
  return found;
}

function sound(storage: Storage): void {
  expect(storage.check()).toMatchObject({ problems: [], leaked: [] });
}

describe('Storage', () => {
  it('finds after reopening what was committed, with its indexes, from the log alone', () => {
    const store = new MemoryStore();
    const storage = open(store);
    const table = people(storage);
    const session = storage.session();
    expect(session.insert(table, [1, 'a@x', 30])).toBeUndefined();
    expect(session.insert(table, [2, 'b@x', 31])).toBeUndefined();
    expect(session.update(table, [1, 'a@x', 30], [1, 'a@y', 30])).toBeUndefined();
    session.delete(table, [2, 'b@x', 31]);
    const again = open(store.fork());
    expect(rows(again.table('people') as Table)).toEqual([[1, 'a@y', 30]]);
    expect((again.table('people') as Table).indexes.map((index) => index.tree.count)).toEqual([1, 1]);
    expect(again.stats.replayed).toBeGreaterThan(0);
    sound(again);
  });

  it('leaves no transaction open where BEGIN IMMEDIATE is refused', () => {
    const storage = open(new MemoryStore());
    const [a, b] = [storage.session(), storage.session()];
    void a.begin({ mode: 'IMMEDIATE', private: true });
    expect(() => b.begin({ mode: 'IMMEDIATE', private: true })).toThrow(/another transaction is writing/);
    a.rollback();
    expect(b.begin({ mode: 'IMMEDIATE' })).toBeUndefined();
    b.rollback();
  });

  it('finds it from a checkpoint without replaying, and from a checkpoint and the log behind it', () => {
    const store = new MemoryStore();
    const storage = open(store);
    const table = people(storage);
    const session = storage.session();
    for (let id = 1; id <= 2000; id++) session.insert(table, [id, `${id}@x`, id % 50]);
    storage.checkpoint();
    const fromPages = open(store.fork());
    expect(fromPages.stats.replayed).toBe(0);
    expect(rows(fromPages.table('people') as Table)).toHaveLength(2000);
    sound(fromPages);
    for (let id = 1; id <= 2000; id += 2) session.delete(table, [id, `${id}@x`, id % 50]);
    const both = open(store.fork());
    expect(rows(both.table('people') as Table)).toHaveLength(1000);
    sound(both);
    both.checkpoint();
    both.session().insert(both.table('people') as Table, [1, 'back', 0]);
    both.checkpoint();
    sound(both);
    sound(open(store.fork()));
  });

  it('answers a taken key or unique value with the row that is there, and changes nothing', () => {
    const storage = open(new MemoryStore());
    const table = people(storage);
    const session = storage.session();
    session.insert(table, [1, 'a@x', 30]);
    session.insert(table, [2, null, 30]);
    session.insert(table, [3, null, 30]);
    expect(session.insert(table, [1, 'b@x', 1])).toEqual({ index: undefined, row: [1, 'a@x', 30] });
    expect(session.insert(table, [4, 'a@x', 1])).toMatchObject({ index: { name: 'by_email' }, row: [1, 'a@x', 30] });
    expect(session.update(table, [2, null, 30], [2, 'a@x', 30])).toMatchObject({ row: [1, 'a@x', 30] });
    expect(session.update(table, [2, null, 30], [3, 'c@x', 30])).toMatchObject({ index: undefined });
    expect(session.update(table, [1, 'a@x', 30], [9, 'a@x', 30])).toBeUndefined();
    expect(rows(table)).toEqual([
      [2, null, 30],
      [3, null, 30],
      [9, 'a@x', 30],
    ]);
    sound(storage);
  });

  it('takes a transaction back as a whole, to a savepoint, and by statement', () => {
    for (const isPrivate of [false, true]) {
      const storage = open(new MemoryStore());
      const table = people(storage);
      const session = storage.session();
      session.insert(table, [1, 'a', 1]);
      void session.begin({ private: isPrivate });
      session.insert(table, [2, 'b', 2]);
      session.savepoint('s');
      session.update(table, [1, 'a', 1], [1, 'z', 1]);
      session.savepoint('s');
      session.delete(table, [2, 'b', 2]);
      expect(session.state).toBe('SAVEPOINT');
      session.rollbackTo('s');
      session.release('s');
      expect(rows(session.read(table))).toEqual([
        [1, 'z', 1],
        [2, 'b', 2],
      ]);
      session.rollbackTo('s');
      expect(rows(session.read(table))).toEqual([
        [1, 'a', 1],
        [2, 'b', 2],
      ]);
      expect(() =>
        session.statement(() => {
          session.insert(table, [3, 'c', 3]);
          throw new Error('no');
        }),
      ).toThrow('no');
      session.rollback();
      expect(session.state).toBe('NONE');
      expect(rows(session.read(table))).toEqual([[1, 'a', 1]]);
      sound(storage);
    }
  });

  it('keeps two private transactions apart, and the first to commit wins a row', () => {
    const storage = open(new MemoryStore());
    const table = people(storage);
    const [a, b, c] = [storage.session(), storage.session(), storage.session()];
    c.insert(table, [1, 'a', 1]);
    void a.begin({ isolation: 'SNAPSHOT' }); // in place until b comes
    a.update(table, [1, 'a', 1], [1, 'by a', 1]);
    void b.begin({ isolation: 'SNAPSHOT' });
    b.insert(table, [2, 'by b', 2]);
    expect(rows(a.read(table))).toEqual([[1, 'by a', 1]]);
    expect(rows(c.read(table))).toEqual([[1, 'a', 1]]);
    b.update(table, [1, 'a', 1], [1, 'also b', 1]);
    a.commit();
    expect(rows(c.read(table))).toEqual([[1, 'by a', 1]]);
    expect(() => b.commit()).toThrow(expect.objectContaining({ code: 'WRITE_CONFLICT' }));
    expect(() => b.insert(table, [3, 'c', 3])).toThrow(expect.objectContaining({ code: 'TX_ABORTED' }));
    b.rollback();
    b.insert(table, [3, 'c', 3]);
    expect(rows(c.read(table))).toHaveLength(2);
    sound(storage);
  });

  it('merges private transactions that changed different rows of a table', () => {
    const store = new MemoryStore();
    const storage = open(store);
    const table = people(storage);
    const [a, b] = [storage.session(), storage.session()];
    void a.begin({ isolation: 'SNAPSHOT', private: true });
    void b.begin({ isolation: 'SNAPSHOT', private: true });
    a.insert(table, [1, 'a', 1]);
    b.insert(table, [2, 'b', 2]);
    a.commit();
    b.commit();
    for (const one of [storage, open(store.fork())]) {
      expect(rows(one.table('people') as Table)).toHaveLength(2);
      sound(one);
    }
  });

  it('lets one transaction at a time have the locks, where sessions do not wait for each other', () => {
    const storage = open(new MemoryStore());
    const table = people(storage);
    const [a, b] = [storage.session(), storage.session()];
    const busy = expect.objectContaining({ code: 'BUSY' });
    expect(a.begin({ private: true, mode: 'IMMEDIATE' })).toBeUndefined();
    a.insert(table, [1, 'a', 1]);
    expect(() => b.begin({ mode: 'IMMEDIATE' })).toThrow(busy);
    expect(() => b.insert(table, [2, 'b', 2])).toThrow(busy);
    expect(rows(b.read(table))).toEqual([]);
    a.commit();
    expect(b.insert(table, [2, 'b', 2])).toBeUndefined();
    expect(rows(a.read(table))).toHaveLength(2);
    sound(storage);
  });
});
