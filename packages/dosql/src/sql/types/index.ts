/** SQL in the type system: rows and arguments of a query from its text and a schema. */
import type { Cons, Fill, Read, Tokens } from './tokens.ts';
import type { AnyParams, NumberMode } from './value.ts';
import type { AggregateName } from './aggregate.ts';
import type { TooLong, TooMany } from './limits.ts';
import type { Env, Near, Params, Unknown, Wrong } from './scope.ts';
import type { Query, Statement } from './select.ts';
import type { Change, NoRows } from './write.ts';
import type { DatabaseSchema } from './ddl.ts';
import type { Misspelt } from './suggest.ts';
import type { AnyRow, ArgsOf, RowOf } from './rows.ts';

export type { DatabaseSchema, SchemaOf } from './ddl.ts';
export type {
  QueryArguments,
  QueryRow,
  QueryText,
  QueryTypes,
  StatementArguments,
  StatementRow,
  StatementTypes,
} from './api.ts';
export type { AnyParam, AutoMode, BigintMode, NumberMode, SqlValue } from './value.ts';

/** Why a query is wrong; no text is assignable to it. */
export interface SqlError<Message extends string> {
  readonly ' SQL error': Message;
}

/**
 * Queries whose types `dosql types` has written to a file, by text: that file adds to this interface, so that the
 * compiler does not work them out again. An entry for another schema than the one at hand is passed over.
 */
export interface QueryCache {}
/** An entry of the cache. */
export interface CachedQuery<Schema, R, P> {
  readonly schema: Schema;
  readonly row: R;
  readonly params: P;
}
/** The entry of a text; 0 where there is none that holds. */
type Cached<S extends string, Db> = S extends keyof QueryCache
  ? QueryCache[S] extends CachedQuery<infer D, unknown, unknown>
    ? [Db] extends [D]
      ? QueryCache[S]
      : 0
    : 0
  : 0;

/**
 * Functions of your own, in lower case, with what they return: `declare module '@dotdo/dosql/types' { interface
 * UserFunctions { distance: number } }`. What is neither here nor SQLite's is an error.
 */
export interface UserFunctions {}

/** Statements that are neither checked nor typed. */
type Other =
  | 'ALTER'
  | 'ANALYZE'
  | 'ATTACH'
  | 'BEGIN'
  | 'CALL'
  | 'COMMIT'
  | 'CREATE'
  | 'DETACH'
  | 'DROP'
  | 'END'
  | 'EXPLAIN'
  | 'PRAGMA'
  | 'REINDEX'
  | 'RELEASE'
  | 'ROLLBACK'
  | 'SAVEPOINT'
  | 'VACUUM';

/** What is known of a query: Query, Wrong or Unknown. */
export type Parse<S extends string, Db> = unknown extends Db
  ? Unknown
  : S extends TooLong
    ? Unknown
    : Tokens<S> extends infer N
      ? N extends TooMany
        ? Unknown
        : Whole<First<Fill<N>, EnvOf<Db, FlagsOf<N>>>>
      : never;
/** `n` where a condition may say that something is not NULL, `a` where aggregates may be called. */
type FlagsOf<N> =
  `${N extends `${string}${'NOT NULL ' | 'NOTNULL '}${string}` ? 'n' : ''}${Lowercase<N & string> extends `${string}f:${AggregateName} ${string}` ? 'a' : ''}`;
type EnvOf<Db, Flags> = Db extends DatabaseSchema<infer Tables> ? Env<Tables, 0, 0, Flags> : Env<'', Db, 0, Flags>;
type First<T, E> =
  T extends Cons<infer H, unknown>
    ? H extends 'SELECT' | 'WITH' | 'VALUES'
      ? Statement<T, E, 0, Params<0, 0>>
      : H extends 'INSERT' | 'UPDATE' | 'DELETE' | 'REPLACE'
        ? Change<T, E, Params<0, 0>>
        : H extends Other
          ? Unknown
          : H extends `i:${infer X}`
            ? Uppercase<X> extends Other
              ? Unknown
              : Near<H>
            : H extends ''
              ? Wrong<'the text holds no statement'>
              : Near<H>
    : never;
type Whole<Q> =
  Q extends Query<unknown, infer T, unknown>
    ? T extends Cons<infer H, infer R>
      ? H extends ''
        ? Q
        : H extends ';'
          ? Read<R> extends Cons<'' | ';', unknown>
            ? Q
            : Unknown
          : Near<H>
      : never
    : Q;

/** Rows of a query; Mode: how values come, INTEGER as number by default. */
export type Row<S extends string, Db, Mode = NumberMode> =
  {} extends Record<S, 1> ? AnyRow : S extends keyof QueryCache ? CachedRow<S, Db, Mode> : RowOfText<S, Db, Mode>;
type CachedRow<S extends string, Db, Mode> =
  Cached<S, Db> extends CachedQuery<unknown, infer R, unknown>
    ? Mode extends NumberMode
      ? R
      : RowOfText<S, Db, Mode>
    : RowOfText<S, Db, Mode>;
type RowOfText<S extends string, Db, Mode> =
  Parse<S, Db> extends infer Q
    ? Q extends Query<infer L, unknown, unknown>
      ? L extends NoRows
        ? never
        : RowOf<L, Mode, S>
      : Q extends Wrong<infer M extends string>
        ? SqlError<M>
        : AnyRow
    : never;
/** All rows of a query, as an array. */
export type SQL<S extends string, Db, Mode = NumberMode> = Row<S, Db, Mode>[];
/** The parameters of a query: a tuple, an object by name, or an array of anything where it is not known. */
export type SqlParamsOf<S extends string, Db> =
  {} extends Record<S, 1>
    ? AnyParams
    : S extends keyof QueryCache
      ? Cached<S, Db> extends CachedQuery<unknown, unknown, infer P>
        ? P
        : ParamsOfText<S, Db>
      : ParamsOfText<S, Db>;
type ParamsOfText<S extends string, Db> =
  Parse<S, Db> extends infer Q
    ? Q extends Query<unknown, unknown, infer P>
      ? ArgsOf<P>
      : Q extends Wrong<unknown>
        ? never
        : AnyParams
    : never;
/** The text itself where it is right; what is wrong and, where it can be told, the right text. */
export type Checked<S extends string, Db> =
  {} extends Record<S, 1>
    ? S
    : S extends keyof QueryCache
      ? Cached<S, Db> extends 0
        ? CheckedText<S, Db>
        : S
      : CheckedText<S, Db>;
type CheckedText<S extends string, Db> =
  Parse<S, Db> extends infer Q
    ? Q extends Wrong<infer M extends string>
      ? SqlError<M> | (Q extends Misspelt<infer X extends string, infer I> ? Corrected<S, X, I> : never)
      : S
    : never;
type Corrected<S extends string, X extends string, I> = S extends `${infer A}${X}${infer B}`
  ? I extends string
    ? `${A}${I}${B}`
    : never
  : never;
