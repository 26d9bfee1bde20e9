/**
 * How an API takes queries. S is the text of a query as a literal, or, given explicitly, the type of a row; O are the
 * options of a run.
 */
import type { AnyParams, AutoMode, BigintMode, NumberMode, SqlValue } from './value.ts';
import type { Checked, Row, SqlParamsOf } from './index.ts';

type ModeOf<O> = O extends { readonly integers: 'bigint' }
  ? BigintMode
  : O extends { readonly integers: 'auto' }
    ? AutoMode
    : NumberMode;

/** The text: as it is where it is right. */
export type QueryText<S, Db> = S extends string ? Checked<S, Db> : string;
/** A row as the options ask for it. */
export type QueryRow<S, Db, O = unknown> = O extends { readonly rowMode: 'array' }
  ? SqlValue[]
  : S extends string
    ? Row<S, Db, ModeOf<O>>
    : S;
/**
 * Parameters and options behind the text: parameters are required where the query has some, and may be any (P) where
 * they are not known.
 */
export type QueryArguments<S, Db, O, P> = S extends string
  ? ArgumentsFor<SqlParamsOf<S, Db>, O, P>
  : [params?: P, options?: O];
type ArgumentsFor<A, O, P> = [AnyParams] extends [A]
  ? [params?: P, options?: O]
  : [A] extends [readonly []]
    ? [params?: readonly [] | undefined, options?: O]
    : [A] extends [readonly unknown[]]
      ? number extends A['length']
        ? [params?: P, options?: O]
        : [params: Readonly<A>, options?: O]
      : string extends keyof A
        ? [params?: P, options?: O]
        : [params: Readonly<A>, options?: O];

/** What a prepared statement knows: its rows in each mode of INTEGER, its parameters. */
export interface StatementTypes {
  readonly number: unknown;
  readonly auto: unknown;
  readonly bigint: unknown;
  readonly params: unknown;
}
export interface QueryTypes<S, Db> {
  readonly number: QueryRow<S, Db>;
  readonly auto: QueryRow<S, Db, { integers: 'auto' }>;
  readonly bigint: QueryRow<S, Db, { integers: 'bigint' }>;
  readonly params: S extends string ? SqlParamsOf<S, Db> : AnyParams;
}
export type StatementRow<T extends StatementTypes, O> = O extends { readonly rowMode: 'array' }
  ? SqlValue[]
  : O extends { readonly integers: infer M extends keyof T }
    ? T[M]
    : T['number'];
export type StatementArguments<T extends StatementTypes, O, P> = unknown extends T['params']
  ? [params?: P, options?: O]
  : ArgumentsFor<T['params'], O, P>;
