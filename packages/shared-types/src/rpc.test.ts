import { expectTypeOf, it } from 'vitest';
import type { LakeRpc } from './rpc-lake.ts';
import type { DatabaseRpc, DoSQLRpc, StatementRpc, TransactionRpc } from './rpc-sql.ts';

type Methods<T> = { [K in keyof T as K extends string ? K : never]: T[K] };
type AllAsync<T> = { [K in keyof T]: T[K] extends (...args: never[]) => Promise<unknown> ? never : K }[keyof T];

it('has only methods that return promises, so that a stub has the same type', () => {
  expectTypeOf<AllAsync<Methods<DatabaseRpc>>>().toEqualTypeOf<never>();
  expectTypeOf<AllAsync<Methods<TransactionRpc>>>().toEqualTypeOf<never>();
  expectTypeOf<AllAsync<Methods<StatementRpc>>>().toEqualTypeOf<never>();
  expectTypeOf<AllAsync<Methods<LakeRpc>>>().toEqualTypeOf<never>();
});

it('has the methods of the specification', () => {
  type Specified =
    | 'exec'
    | 'query'
    | 'prepare'
    | 'execute'
    | 'beginTransaction'
    | 'commit'
    | 'rollback'
    | 'getSchema'
    | 'ping';
  expectTypeOf<Specified>().toExtend<keyof DatabaseRpc>();
  expectTypeOf<ReturnType<DoSQLRpc['authenticate']>>().toEqualTypeOf<Promise<DatabaseRpc>>();
});
