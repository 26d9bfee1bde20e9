import { beforeEach, describe, expect, it } from 'vitest';
import type { Cell } from '../codec/cell.ts';
import { Real } from '../codec/cell.ts';
import { MemoryStore } from '../fsx/memory.ts';
import { columnEntry, indexTreeSpec, plainSchema, type SchemaLoader } from './schema.ts';
import type { TxnSession } from './session.ts';
import { Storage } from './storage.ts';
import { conflictError, sameCell, sameRow, type Conflict, type Table } from './table.ts';

/** As a catalog does: an index of the rows whose third column is not NULL, over an expression that may fail. */
const loader: SchemaLoader = {
  table: plainSchema.table,
  index(row, table) {
    if (row.text !== 'partial') return plainSchema.index(row, table);
    const entry = columnEntry([2, 0]);
    return {
      unique: true,
      tree: indexTreeSpec(table, [{ column: 2 }]),
      entry(cells, out) {
        if (cells[2] === 'malformed') throw new SyntaxError('malformed');
        return cells[2] !== null && entry(cells, out);
      },
    };
  },
};

let storage: Storage;
let session: TxnSession;
let table: Table;

beforeEach(() => {
  storage = Storage.open({ store: new MemoryStore() }, loader);
  session = storage.session();
  const text = JSON.stringify({ columns: ['any', 'any', 'any'], key: [{ collation: 'NOCASE' }] });
  table = session.createIndex(session.createTable('t', text), 'partial', 'partial');
});

function all(): Cell[][] {
  const rows: Cell[][] = [];
  const cursor = session.read(table).tree.cursor();
  for (let more = cursor.first(); more; more = cursor.next()) rows.push(cursor.row());
  return rows;
}

describe('Table', () => {
  it('replaces a key by one that its collation calls equal, and takes that back', () => {
    session.insert(table, ['a', 1, null]);
    void session.begin();
    expect(session.update(table, ['a', 1, null], ['A', 2, 5])).toBeUndefined();
    expect(all()).toEqual([['A', 2, 5]]);
    session.rollback();
    expect(all()).toEqual([['a', 1, null]]);
    expect(storage.check().problems).toEqual([]);
  });

  it('moves rows into a partial index and out of it', () => {
    session.insert(table, ['a', 1, null]);
    session.insert(table, ['b', 1, 7]);
    expect(session.insert(table, ['c', 1, 7])).toMatchObject({ row: ['b', 1, 7] });
    session.update(table, ['b', 1, 7], ['b', 1, null]);
    expect(session.update(table, ['a', 1, null], ['a', 1, 7])).toBeUndefined();
    expect(table.indexes[0]?.tree.count).toBe(1);
    expect(storage.check().problems).toEqual([]);
  });

  it('leaves no trace of a row whose index expression fails, and goes on', () => {
    expect(() => session.insert(table, ['a', 1, 'malformed'])).toThrow('malformed');
    expect(session.insert(table, ['a', 1, 2])).toBeUndefined();
    expect(() => session.update(table, ['a', 1, 2], ['a', 1, 'malformed'])).toThrow('malformed');
    expect(all()).toEqual([['a', 1, 2]]);
    expect(storage.check().problems).toEqual([]);
  });

  it('names the table and the index in the errors of conflicts', () => {
    session.insert(table, ['a', 1, 2]);
    const key = session.insert(table, ['A', 1, 3]) as Conflict;
    const unique = session.insert(table, ['b', 1, 2]) as Conflict;
    expect(conflictError(table, key)).toMatchObject({ code: 'PRIMARY_KEY_VIOLATION', details: { table: 't' } });
    expect(conflictError(table, unique)).toMatchObject({
      code: 'UNIQUE_VIOLATION',
      details: { table: 't', index: 'partial' },
    });
  });

  it('tells cells apart by type and value, not by object', () => {
    expect(sameRow([1, null, new Real(2), new Uint8Array([1])], [1, null, new Real(2), new Uint8Array([1])])).toBe(
      true,
    );
    expect(sameCell(2, new Real(2))).toBe(false);
    expect(sameCell(new Real(0), new Real(-0))).toBe(false);
    expect(sameCell(null, new Uint8Array())).toBe(false);
    expect(sameCell(5n, 5)).toBe(false);
    expect(sameRow([1], [1, 2])).toBe(false);
  });
});
