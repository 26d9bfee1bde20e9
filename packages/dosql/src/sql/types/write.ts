/** INSERT with UPSERT, UPDATE with FROM, DELETE; RETURNING. */
import type { Cons, Decoded, Read } from './tokens.ts';
import type {
  AddSource,
  ColumnEnd,
  ColumnFlags,
  ColumnName,
  ColumnStart,
  ColumnValue,
  Ctx,
  GivenColumn,
  Near,
  NoScope,
  Params,
  ParamsOf,
  Scope,
  Source,
  Unknown,
  Wrong,
} from './scope.ts';
import type { Decode, TagsOf } from './value.ts';
import type { Expected, Expression, Typed } from './expression.ts';
import type { FindTable, From, FromResult } from './from.ts';
import type { Items, Listed } from './items.ts';
import type { Query, SkipList, Skipped, Statement } from './select.ts';
import type { NoColumn, NoTable } from './suggest.ts';

/** The result of a statement that yields no rows. */
export interface NoRows {
  none: 1;
}

/** INSERT, REPLACE, UPDATE, DELETE; also behind WITH. */
export type Change<T, E, P> =
  T extends Cons<infer H, infer R>
    ? H extends 'INSERT'
      ? Insert<Read<R>, E, P>
      : H extends 'REPLACE'
        ? InsertInto<Read<R>, E, P, 1>
        : H extends 'UPDATE'
          ? Update<Read<R>, E, P>
          : H extends 'DELETE'
            ? Delete<Read<R>, E, P>
            : Near<H>
    : never;
export type WithChange<T, E, P> = Change<T, E, P>;

/** A name, perhaps behind main. or temp.; what follows. F: 1 when a parenthesis was opened. */
interface Target<Nm, F, R> {
  target: Nm;
  f: F;
  r: R;
}
type TargetOf<T> =
  T extends Cons<`${infer A}:${infer X}`, infer R>
    ? A extends 'i'
      ? Target<X, 0, R>
      : A extends 'q'
        ? X extends `${infer Db}.${infer Y}`
          ? Lowercase<Db> extends 'main' | 'temp'
            ? Y extends `${infer Z}(`
              ? Target<Z, 1, R>
              : Target<Y, 0, R>
            : Wrong<`no such table: ${X}`>
          : never
        : A extends 'f'
          ? X extends `${infer Db}.${infer Y}`
            ? Lowercase<Db> extends 'main' | 'temp'
              ? Target<Y, 1, R>
              : Wrong<`no such table: ${X}`>
            : Target<X, 1, R>
          : Near<`${A}:${X}`>
    : T extends Cons<infer H, unknown>
      ? Near<H>
      : never;
type TableScope<A extends string, Cs> = AddSource<NoScope<0>, A, Cs, 'i', ''>;
/** What is known of a column: flags, code of its values; 0 where there is none. */
interface Known<V, F> {
  v: V;
  f: F;
}
type ColumnIn<Cs, X extends string> = Cs extends string
  ? Cs extends `${string}${ColumnStart}${X}${ColumnName}${string}${ColumnValue}${infer V}${ColumnFlags}${infer F}${ColumnEnd}${string}`
    ? Known<F extends `${string}P` ? Decode<V> | 'n' : Decode<V>, F>
    : X extends 'rowid' | 'oid' | '_rowid_'
      ? Known<'i' | 'n', ''>
      : 0
  : GivenColumn<X, Cs> extends infer C
    ? [C] extends [never]
      ? 0
      : Known<TagsOf<Cs[C & keyof Cs]>, ''>
    : never;

// -------------------------------------------------------------------- INSERT

type Conflict = 'ABORT' | 'FAIL' | 'IGNORE' | 'ROLLBACK';
type Insert<T, E, P> =
  T extends Cons<'OR', infer R>
    ? Read<R> extends Cons<infer H, infer R2>
      ? H extends 'REPLACE'
        ? InsertInto<Read<R2>, E, P, 1>
        : H extends `i:${infer X}`
          ? Uppercase<X> extends Conflict
            ? InsertInto<Read<R2>, E, P, 1>
            : Near<H>
          : Near<H>
      : never
    : InsertInto<T, E, P, 0>;
type InsertInto<T, E, P, Or> =
  T extends Cons<'INTO', infer R>
    ? TargetOf<Read<R>> extends infer X
      ? X extends Target<infer Nm extends string, infer F, infer R2>
        ? FindTable<Lowercase<Nm>, E> extends infer B
          ? B extends 0
            ? NoTable<Nm, E>
            : F extends 1
              ? InsertColumns<Read<R2>, '', never, Nm, B, E, P, Or>
              : InsertAlias<Read<R2>, Nm, B, E, P, Or>
          : never
        : X
      : never
    : T extends Cons<infer H, unknown>
      ? Near<H>
      : never;
type InsertAlias<T, Nm extends string, B, E, P, Or> =
  T extends Cons<infer H, infer R>
    ? H extends 'AS'
      ? Read<R> extends Cons<`${infer A}:${infer X}`, infer R2>
        ? A extends 'f'
          ? InsertColumns<Read<R2>, '', never, X, B, E, P, Or>
          : InsertAlias<Read<R2>, X, B, E, P, Or>
        : Near<'AS'>
      : H extends '('
        ? InsertColumns<Read<R>, '', never, Nm, B, E, P, Or>
        : InsertSource<T, B extends string ? Insertable<B, ''> : 0, Nm, B, E, P>
    : never;
/** Names of the columns that are not generated, each with a space behind it. */
type Insertable<
  Cs extends string,
  Z extends string,
> = Cs extends `${ColumnStart}${infer X}${ColumnName}${string}${ColumnFlags}${infer F}${ColumnEnd}${infer R}`
  ? Insertable<R, F extends `${string}G${string}` ? Z : `${Z}${X} `>
  : Z;
type InsertColumns<T, Names extends string, U, Nm extends string, B, E, P, Or> =
  T extends Cons<infer H, infer R>
    ? H extends `i:${infer X}`
      ? ColumnIn<B, Lowercase<X>> extends Known<unknown, infer F>
        ? F extends `${string}G${string}`
          ? Wrong<`cannot INSERT into generated column "${X}"`>
          : InsertMore<Read<R>, `${Names}${Lowercase<X>} `, U | Lowercase<X>, Nm, B, E, P, Or>
        : NoColumn<`table ${Nm} has no column named ${X}`, X, B>
      : H extends 'DESC' | 'ASC' | 'END' | 'BY' | 'IF' | 'OFFSET'
        ? InsertColumns<Cons<`i:${Lowercase<H>}`, R>, Names, U, Nm, B, E, P, Or>
        : Near<H>
    : never;
/** After a column. */
type InsertMore<T, Names extends string, U, Nm extends string, B, E, P, Or> =
  T extends Cons<infer H, infer R>
    ? H extends ','
      ? InsertColumns<Read<R>, Names, U, Nm, B, E, P, Or>
      : H extends ')'
        ? Or extends 0
          ? Missing<B, U> extends infer M
            ? [M] extends [never]
              ? InsertSource<Read<R>, Names, Nm, B, E, P>
              : Wrong<`NOT NULL constraint failed: ${Decoded<Nm>}.${Decoded<M & string>}`>
            : never
          : InsertSource<Read<R>, Names, Nm, B, E, P>
        : Near<H>
    : never;
type Missing<B, U> = B extends string ? Exclude<Required<B, never>, U> : never;
/** Columns that an INSERT must give; kept for each table. */
type Required<
  Cs extends string,
  U,
> = Cs extends `${ColumnStart}${infer X}${ColumnName}${string}${ColumnFlags}${infer F}${ColumnEnd}${infer R}`
  ? Required<R, F extends `R${string}` ? U | X : U>
  : U;
/** Names: of the columns, each with a space behind it; 0 when not known. */
type InsertSource<T, Names, Nm extends string, B, E, P> =
  T extends Cons<infer H, infer R>
    ? H extends 'VALUES'
      ? InsertRows<Read<R>, Names, Nm, B, E, P>
      : H extends 'DEFAULT'
        ? Read<R> extends Cons<'VALUES', infer R2>
          ? Upsert<Read<R2>, Nm, B, E, P>
          : Near<'DEFAULT'>
        : H extends 'SELECT' | 'WITH'
          ? Statement<T, E, 0, P> extends infer Q
            ? Q extends Query<unknown, infer T2, infer P2>
              ? Upsert<T2, Nm, B, E, P2>
              : Q
            : never
          : Near<H>
    : never;
interface RowsAt<T, K> {
  rows: T;
  k: K;
}
type InsertRows<T, Names, Nm extends string, B, E, P> =
  DriveRows<RowsAt<T, Ctx<NoScope<0>, E, P>>, Names, Nm, B> extends infer X
    ? X extends Typed<unknown, infer T2, infer K>
      ? Upsert<T2, Nm, B, E, ParamsOf<K>>
      : X
    : never;
type DriveRows<Q, Names, Nm extends string, B> =
  Q extends RowsAt<infer T, infer K>
    ? T extends Cons<'(', infer R>
      ? DriveRows<InsertRow<R, Names, Names, Nm, B, K>, Names, Nm, B>
      : T extends Cons<infer H, unknown>
        ? Near<H>
        : never
    : Q;
type InsertRow<T, Left, Names, Nm extends string, B, K> = Left extends `${infer X} ${infer Rest}`
  ? InsertValue<Expression<T, K, Expected<ValueOf<B, X>>>, Rest, Names, Nm, B>
  : Names extends 0
    ? InsertValue<Expression<T, K>, 0, Names, Nm, B>
    : Wrong<`table ${Nm} has fewer columns than values were supplied`>;
type ValueOf<B, X extends string> = ColumnIn<B, X> extends Known<infer V, unknown> ? V : never;
type InsertValue<Q, Left, Names, Nm extends string, B> =
  Q extends Typed<unknown, infer T, infer K>
    ? Read<T> extends Cons<infer H, infer R>
      ? H extends ','
        ? Left extends ''
          ? Wrong<`table ${Nm} has fewer columns than values were supplied`>
          : InsertRow<R, Left, Names, Nm, B, K>
        : H extends ')'
          ? Left extends '' | 0
            ? Read<R> extends Cons<',', infer R2>
              ? RowsAt<Read<R2>, K>
              : Typed<0, Read<R>, K>
            : Wrong<`table ${Nm} has more columns than values were supplied`>
          : Near<H>
      : never
    : Q;

// -------------------------------------------------------------------- UPSERT

type Upsert<T, Nm extends string, B, E, P> =
  T extends Cons<'ON', infer R>
    ? Read<R> extends Cons<infer H, infer R2>
      ? H extends `i:${string}`
        ? Read<R2> extends Cons<'(', infer R3>
          ? UpsertTarget<R3, Nm, B, E, Ctx<TableScope<Lowercase<Nm>, B>, E, P>>
          : UpsertDo<Read<R2>, Nm, B, E, Ctx<UpsertScope<Lowercase<Nm>, B>, E, P>>
        : H extends `f:${string}`
          ? UpsertTarget<R2, Nm, B, E, Ctx<TableScope<Lowercase<Nm>, B>, E, P>>
          : Near<H>
      : never
    : Returning<T, Nm, B, E, P>;
type UpsertScope<A extends string, Cs> =
  TableScope<A, Cs> extends Scope<infer M, infer O, infer T, infer Outer, infer L>
    ? Scope<M, O, Source<'excluded', Cs, 0, T>, Outer, L>
    : never;
type UpsertTarget<T, Nm extends string, B, E, K> =
  Expression<T, K> extends infer X
    ? X extends Typed<unknown, infer T2, infer K2>
      ? Read<T2> extends Cons<infer H, infer R>
        ? H extends ',' | 'DESC' | 'ASC'
          ? UpsertTarget<R, Nm, B, E, K2>
          : H extends ')'
            ? UpsertWhere<Read<R>, Nm, B, E, Ctx<UpsertScope<Lowercase<Nm>, B>, E, ParamsOf<K2>>>
            : Near<H>
        : never
      : X
    : never;
type UpsertWhere<T, Nm extends string, B, E, K> =
  T extends Cons<'WHERE', infer R>
    ? Expression<R, K> extends infer X
      ? X extends Typed<unknown, infer T2, infer K2>
        ? UpsertDo<Read<T2>, Nm, B, E, K2>
        : X
      : never
    : UpsertDo<T, Nm, B, E, K>;
type UpsertDo<T, Nm extends string, B, E, K> =
  T extends Cons<`i:${infer D}`, infer R>
    ? Uppercase<D> extends 'DO'
      ? Read<R> extends Cons<infer H, infer R2>
        ? H extends 'UPDATE'
          ? Read<R2> extends Cons<'SET', infer R3>
            ? UpsertSet<Assignments<Read<R3>, K, Nm, B>, Nm, B, E>
            : Near<'UPDATE'>
          : H extends `i:${infer N}`
            ? Uppercase<N> extends 'NOTHING'
              ? Upsert<Read<R2>, Nm, B, E, ParamsOf<K>>
              : Near<H>
            : Near<H>
        : never
      : Near<`i:${D}`>
    : T extends Cons<infer H, unknown>
      ? Near<H>
      : never;
type UpsertSet<X, Nm extends string, B, E> =
  X extends Typed<unknown, infer T, infer K>
    ? T extends Cons<'WHERE', infer R>
      ? Expression<R, K> extends infer Y
        ? Y extends Typed<unknown, infer T2, infer K2>
          ? Upsert<Read<T2>, Nm, B, E, ParamsOf<K2>>
          : Y
        : never
      : Upsert<T, Nm, B, E, ParamsOf<K>>
    : X;

/** `a = …, (b, c) = …`, to the token behind. */
type Assignments<T, K, Nm extends string, B> =
  T extends Cons<infer H, infer R>
    ? H extends `i:${infer X}`
      ? Read<R> extends Cons<'=', infer R2>
        ? ColumnIn<B, Lowercase<X>> extends Known<infer V, infer F>
          ? F extends `${string}G${string}`
            ? Wrong<`cannot UPDATE generated column "${X}"`>
            : AssignmentNext<Expression<R2, K, Expected<F extends `${string}P` ? Exclude<V, 'n'> : V>>, Nm, B>
          : NoColumn<`no such column: ${X}`, X, B>
        : Read<R> extends Cons<infer H2, unknown>
          ? Near<H2>
          : never
      : H extends '('
        ? AssignedNames<Read<R>, K, Nm, B>
        : H extends 'DESC' | 'ASC' | 'END' | 'BY' | 'IF' | 'OFFSET'
          ? Assignments<Cons<`i:${Lowercase<H>}`, R>, K, Nm, B>
          : Near<H>
    : never;
type AssignedNames<T, K, Nm extends string, B> =
  T extends Cons<infer H, infer R>
    ? H extends `i:${infer X}`
      ? ColumnIn<B, Lowercase<X>> extends 0
        ? NoColumn<`no such column: ${X}`, X, B>
        : AssignedNames<Read<R>, K, Nm, B>
      : H extends ','
        ? AssignedNames<Read<R>, K, Nm, B>
        : H extends ')'
          ? Read<R> extends Cons<'=', infer R2>
            ? AssignmentNext<Expression<R2, K>, Nm, B>
            : Near<')'>
          : Near<H>
    : never;
type AssignmentNext<X, Nm extends string, B> =
  X extends Typed<unknown, infer T, infer K>
    ? Read<T> extends infer T2
      ? T2 extends Cons<',', infer R>
        ? Assignments<Read<R>, K, Nm, B>
        : Typed<0, T2, K>
      : never
    : X;

// ------------------------------------------------------------ UPDATE, DELETE

type Update<T, E, P> =
  T extends Cons<'OR', infer R>
    ? Read<R> extends Cons<infer H, infer R2>
      ? H extends 'REPLACE'
        ? UpdateTable<TargetOf<Read<R2>>, E, P>
        : H extends `i:${infer X}`
          ? Uppercase<X> extends Conflict
            ? UpdateTable<TargetOf<Read<R2>>, E, P>
            : Near<H>
          : Near<H>
      : never
    : UpdateTable<TargetOf<T>, E, P>;
type UpdateTable<X, E, P> =
  X extends Target<infer Nm extends string, 0, infer R>
    ? FindTable<Lowercase<Nm>, E> extends infer B
      ? B extends 0
        ? NoTable<Nm, E>
        : UpdateAlias<Read<R>, Nm, Nm, B, E, P>
      : never
    : X extends Target<unknown, 1, unknown>
      ? Near<'('>
      : X;
type UpdateAlias<T, A extends string, Nm extends string, B, E, P> =
  T extends Cons<infer H, infer R>
    ? H extends 'SET'
      ? UpdateSet<Read<R>, A, Nm, B, E, P>
      : H extends 'AS'
        ? Read<R> extends Cons<`i:${infer A2}`, infer R2>
          ? UpdateAlias<Read<R2>, A2, Nm, B, E, P>
          : Near<'AS'>
        : H extends `i:${infer A2}`
          ? Uppercase<A2> extends 'INDEXED'
            ? Unknown
            : UpdateAlias<Read<R>, A2, Nm, B, E, P>
          : Near<H>
    : never;
/** The sources of FROM, which stand behind the assignments, count in them. */
type UpdateSet<T, A extends string, Nm extends string, B, E, P> =
  P extends Params<infer I, infer L>
    ? SkipList<T, I> extends Skipped<infer T1, infer I1>
      ? T1 extends Cons<'FROM', infer R>
        ? From<Read<R>, E, TableScope<Lowercase<A>, B>, Params<I1, L>> extends infer F
          ? F extends FromResult<infer Sc, infer T2, Params<infer I2, infer L2>>
            ? Assignments<T, Ctx<Sc, E, Params<I, L2>>, Nm, B> extends infer X
              ? X extends Typed<unknown, infer T3, Ctx<unknown, unknown, Params<unknown, infer L3>>>
                ? T3 extends Cons<infer H, unknown>
                  ? H extends 'FROM'
                    ? Where<T2, Ctx<Sc, E, Params<I2, L3>>, A, B, E>
                    : Near<H>
                  : never
                : X
              : never
            : F
          : never
        : Assignments<T, Ctx<TableScope<Lowercase<A>, B>, E, P>, Nm, B> extends infer X
          ? X extends Typed<unknown, infer T2, infer K>
            ? Where<T2, K, A, B, E>
            : X
          : never
      : never
    : never;
type Where<T, K, A extends string, B, E> =
  T extends Cons<'WHERE', infer R>
    ? Expression<R, K> extends infer X
      ? X extends Typed<unknown, infer T2, infer K2>
        ? Returning<Read<T2>, A, B, E, ParamsOf<K2>>
        : X
      : never
    : Returning<T, A, B, E, ParamsOf<K>>;
type Delete<T, E, P> =
  T extends Cons<'FROM', infer R>
    ? TargetOf<Read<R>> extends infer X
      ? X extends Target<infer Nm extends string, 0, infer R2>
        ? FindTable<Lowercase<Nm>, E> extends infer B
          ? B extends 0
            ? NoTable<Nm, E>
            : DeleteAlias<Read<R2>, Nm, B, E, P>
          : never
        : X extends Target<unknown, 1, unknown>
          ? Near<'('>
          : X
      : never
    : T extends Cons<infer H, unknown>
      ? Near<H>
      : never;
type DeleteAlias<T, A extends string, B, E, P> =
  T extends Cons<infer H, infer R>
    ? H extends 'AS'
      ? Read<R> extends Cons<`i:${infer A2}`, infer R2>
        ? DeleteAlias<Read<R2>, A2, B, E, P>
        : Near<'AS'>
      : H extends `i:${infer A2}`
        ? Uppercase<A2> extends 'INDEXED'
          ? Unknown
          : DeleteAlias<Read<R>, A2, B, E, P>
        : Where<T, Ctx<TableScope<Lowercase<A>, B>, E, P>, A, B, E>
    : never;

/** RETURNING reads the table alone. */
type Returning<T, A extends string, B, E, P> =
  T extends Cons<'RETURNING', infer R>
    ? Items<Read<R>, Ctx<TableScope<Lowercase<A>, B>, E, P>, 0> extends infer X
      ? X extends Listed<infer L, infer H, infer P2>
        ? H extends '' | ';'
          ? Query<L, Cons<H, ''>, P2>
          : Near<H>
        : X
      : never
    : Query<NoRows, T, P>;
