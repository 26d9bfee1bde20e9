import { describe, expect, expectTypeOf, it } from 'vitest';
import { lsn } from './lsn.ts';
import type { Column, ExecResult, QueryMeta, QueryResult, SqlRow, SqlValue } from './values.ts';
import { fromWire, toRowObjects, toWire, type WireResult } from './wire.ts';

function wireOf(names: string[], rows: SqlValue[][]): WireResult {
  const columns = names.map((name): Column => ({ name, table: null, type: null }));
  const meta: QueryMeta = { durationMs: 1, rowsRead: 2, rowsWritten: 0, lsn: lsn(3n) };
  return { columns, rows, rowsAffected: 0, lastInsertRowid: null, bookmark: 'b', meta };
}

describe('fromWire', () => {
  it('makes objects by column name, or leaves arrays on request', () => {
    const wire = wireOf(
      ['id', 'name'],
      [
        [1, 'Ada'],
        [2n, null],
      ],
    );
    expect(fromWire(wire).rows).toEqual([
      { id: 1, name: 'Ada' },
      { id: 2n, name: null },
    ]);
    expect(fromWire(wire, { rowMode: 'array' }).rows).toEqual([
      [1, 'Ada'],
      [2n, null],
    ]);
    expect(fromWire(wire)).toMatchObject({ rowsAffected: 0, lastInsertRowid: null, bookmark: 'b', meta: { lsn: 3n } });
  });

  it('makes own properties of columns that are named like members of Object.prototype', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const [row] = fromWire(wireOf(names, [['p', 'c', 't', 'h']])).rows;
    expect(Object.entries(row as SqlRow)).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['toString', 't'],
      ['hasOwnProperty', 'h'],
    ]);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
    expect('p' in {}).toBe(false);
  });

  it('lets the last of columns with one name stand in objects, and keeps all in arrays', () => {
    const wire = wireOf(['a', 'b', 'a'], [[1, 2, 3]]);
    expect(fromWire(wire).rows).toEqual([{ a: 3, b: 2 }]);
    expect(fromWire(wire, { rowMode: 'array' }).rows).toEqual([[1, 2, 3]]);
    const [row] = toRowObjects([{ name: '__proto__' }, { name: '__proto__' }], [[1, 2]]);
    expect(Object.entries(row as SqlRow)).toEqual([['__proto__', 2]]);
  });
});

describe('toWire', () => {
  it('is undone by fromWire, for arrays and for objects', () => {
    const wire = wireOf(
      ['__proto__', 'x'],
      [
        [1, new Uint8Array([1])],
        [null, 'y'],
      ],
    );
    expect(toWire(fromWire(wire))).toEqual(wire);
    expect(toWire(fromWire(wire, { rowMode: 'array' }))).toEqual(wire);
  });

  it('takes own properties of row objects only', () => {
    const result: QueryResult = { ...fromWire(wireOf(['toString'], [])), rows: [{}] };
    expect(toWire(result).rows).toEqual([[null]]);
  });

  it('survives structuredClone', () => {
    const wire = wireOf(['a', 'b'], [[1n, new Uint8Array([1, 2])]]);
    expect(fromWire(structuredClone(wire))).toEqual(fromWire(wire));
  });
});

describe('types of results', () => {
  it('are the ones that the architecture gives', () => {
    expectTypeOf<keyof QueryResult>().toEqualTypeOf<
      'rows' | 'columns' | 'rowsAffected' | 'lastInsertRowid' | 'bookmark' | 'meta'
    >();
    expectTypeOf<QueryResult<{ id: number }>['rows']>().toEqualTypeOf<{ id: number }[]>();
    expectTypeOf<QueryResult['lastInsertRowid']>().toEqualTypeOf<number | bigint | null>();
    expectTypeOf<SqlValue>().toEqualTypeOf<null | number | bigint | string | Uint8Array>();
    expectTypeOf(fromWire(wireOf([], []))).toEqualTypeOf<QueryResult>();
    expectTypeOf(fromWire(wireOf([], []), { rowMode: 'array' })).toEqualTypeOf<QueryResult<SqlValue[]>>();
    expectTypeOf<QueryResult>().toExtend<ExecResult>();
  });
});
