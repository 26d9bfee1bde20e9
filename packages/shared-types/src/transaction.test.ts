import { expect, expectTypeOf, it } from 'vitest';
import { TransactionState, type IsolationLevel, type LockType } from './transaction.ts';

it('names the states, levels and locks of the specification', () => {
  expect(Object.entries(TransactionState)).toEqual([
    ['NONE', 'NONE'],
    ['ACTIVE', 'ACTIVE'],
    ['SAVEPOINT', 'SAVEPOINT'],
  ]);
  expectTypeOf<TransactionState>().toEqualTypeOf<'NONE' | 'ACTIVE' | 'SAVEPOINT'>();
  expectTypeOf<IsolationLevel>().toEqualTypeOf<
    'READ_UNCOMMITTED' | 'READ_COMMITTED' | 'REPEATABLE_READ' | 'SERIALIZABLE' | 'SNAPSHOT'
  >();
  expectTypeOf<LockType>().toEqualTypeOf<'SHARED' | 'RESERVED' | 'PENDING' | 'EXCLUSIVE'>();
});
