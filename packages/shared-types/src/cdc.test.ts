import { describe, expect, expectTypeOf, it } from 'vitest';
import { fromWireBatch, toWireBatch } from './cdc-wire.ts';
import type { CDCBatch, CDCEvent, CDCOperation, ChangeEvent } from './cdc.ts';
import { shardId, type TransactionId } from './ids.ts';
import { lsn, type LSN } from './lsn.ts';
import type { SqlRow } from './values.ts';

const hostile = JSON.parse('{"__proto__": 1, "constructor": 2}') as SqlRow;

const batch: CDCBatch = {
  shardId: shardId('s1'),
  fromLSN: lsn(0n),
  toLSN: lsn(4n),
  events: [
    { lsn: 1n, table: '', operation: 'BEGIN', timestamp: 5, transactionId: 't1' },
    {
      lsn: 2n,
      table: 'users',
      operation: 'INSERT',
      timestamp: 5,
      transactionId: 't1',
      after: { id: 1, name: 'Ada' },
      key: [1],
    },
    {
      lsn: 3n,
      table: 'users',
      operation: 'UPDATE',
      timestamp: 5,
      transactionId: 't1',
      before: { id: 1, name: 'Ada' },
      after: hostile,
      key: [1],
    },
    { lsn: 4n, table: '', operation: 'COMMIT', timestamp: 5, transactionId: 't1' },
  ],
};

describe('wire form of a batch', () => {
  it('is undone by reading it, also for columns named like members of Object.prototype', () => {
    const wire = toWireBatch(batch);
    expect(fromWireBatch(wire)).toEqual(batch);
    expect(fromWireBatch(structuredClone(wire))).toEqual(batch);
    const after = fromWireBatch(wire).events[2]?.after as SqlRow;
    expect(Object.entries(after)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ]);
  });

  it('names the columns of one table once', () => {
    const wire = toWireBatch(batch);
    expect(wire.relations).toEqual([
      { table: 'users', columns: ['id', 'name'] },
      { table: 'users', columns: ['__proto__', 'constructor'] },
    ]);
    expect(wire.events[1]).toMatchObject({ afterRelation: 0, after: [1, 'Ada'] });
    expect(wire.events[1]).not.toHaveProperty('before');
  });

  it('gives a Date as milliseconds', () => {
    const dated = {
      ...batch,
      events: [{ lsn: 1n, table: '', operation: 'HEARTBEAT' as const, timestamp: new Date(7) }],
    };
    expect(toWireBatch(dated).events[0]?.timestamp).toBe(7);
  });
});

describe('CDC types', () => {
  it('have the fields of the specification', () => {
    interface Specified<T> {
      lsn: bigint | LSN;
      table: string;
      operation: CDCOperation;
      timestamp: Date | number;
      transactionId?: string | TransactionId;
      before?: T;
      after?: T;
    }
    expectTypeOf<Pick<CDCEvent<SqlRow>, keyof Specified<SqlRow>>>().toEqualTypeOf<Specified<SqlRow>>();
    expectTypeOf<Specified<SqlRow>>().toExtend<CDCEvent<SqlRow>>();
    expectTypeOf<'INSERT' | 'UPDATE' | 'DELETE'>().toExtend<CDCOperation>();
    expectTypeOf<ChangeEvent['type']>().toEqualTypeOf<'insert' | 'update' | 'delete'>();
    expectTypeOf<ChangeEvent<{ id: number }>['data']>().toEqualTypeOf<{ id: number }>();
    expectTypeOf<ChangeEvent>().toExtend<CDCEvent>();
  });
});
