/** WITH: common table expressions. */
import type { Compound, Plain, Reversed, Values } from './compound.ts';
import type { ColumnsOf } from './items.ts';
import type { Env, Near, TableEnd, TableName, TableStart, Unknown, Wrong } from './scope.ts';
import type { Arm, Item, Query, QueryBody, Statement } from './select.ts';
import type { Cons, Read } from './tokens.ts';
import type { WithChange } from './write.ts';

export type With<T, E, O, P> =
  T extends Cons<`i:${infer X}`, infer R>
    ? Uppercase<X> extends 'RECURSIVE'
      ? Read<R> extends Cons<'AS' | '(', unknown>
        ? Cte<T, E, O, P>
        : Cte<Read<R>, E, O, P>
      : Cte<T, E, O, P>
    : Cte<T, E, O, P>;
type Cte<T, E, O, P> =
  T extends Cons<`${infer A}:${infer Nm}`, infer R>
    ? A extends 'f'
      ? CteColumns<Read<R>, Lowercase<Nm>, 0, E, O, P>
      : A extends 'i'
        ? Read<R> extends Cons<'(', infer R2>
          ? CteColumns<Read<R2>, Lowercase<Nm>, 0, E, O, P>
          : CteAs<Read<R>, Lowercase<Nm>, 0, E, O, P>
        : Near<`${A}:${Nm}`>
    : T extends Cons<infer H, unknown>
      ? Near<H>
      : never;
/** Names are collected in reverse, as result columns are. */
type CteColumns<T, Nm extends string, Names, E, O, P> =
  T extends Cons<infer H, infer R>
    ? H extends `i:${infer X}`
      ? CteColumns<Read<R>, Nm, Cons<X, Names>, E, O, P>
      : H extends ','
        ? CteColumns<Read<R>, Nm, Names, E, O, P>
        : H extends ')'
          ? CteAs<Read<R>, Nm, Names, E, O, P>
          : Near<H>
    : never;
type CteAs<T, Nm extends string, Names, E, O, P> =
  T extends Cons<'AS', infer R>
    ? Read<R> extends Cons<infer H, infer R2>
      ? H extends '('
        ? CteBody<Read<R2>, Nm, Names, E, O, P>
        : H extends 'NOT'
          ? Read<R2> extends Cons<'i:MATERIALIZED' | 'i:materialized' | 'f:MATERIALIZED', infer R3>
            ? Read<R3> extends Cons<'(', infer R4>
              ? CteBody<Read<R4>, Nm, Names, E, O, P>
              : CteBody<Read<R3>, Nm, Names, E, O, P>
            : Near<H>
          : H extends 'i:MATERIALIZED' | 'i:materialized'
            ? Read<R2> extends Cons<'(', infer R3>
              ? CteBody<Read<R3>, Nm, Names, E, O, P>
              : Near<H>
            : H extends 'f:MATERIALIZED' | 'f:materialized'
              ? CteBody<Read<R2>, Nm, Names, E, O, P>
              : Near<H>
      : never
    : T extends Cons<infer H, unknown>
      ? Near<H>
      : never;
/** The first arm gives the types of the name within the others. */
type CteBody<T, Nm extends string, Names, E, O, P> =
  T extends Cons<infer H, infer R>
    ? H extends 'SELECT' | 'VALUES'
      ? (H extends 'SELECT' ? Arm<Read<R>, E, O, P, 0> : Values<Read<R>, E, O, P>) extends infer Q
        ? Q extends Query<infer L, infer T2, unknown>
          ? T2 extends Cons<')', unknown>
            ? CteEnd<Q, Nm, Names, E, O>
            : WithCte<E, Nm, Renamed<L, Names>> extends infer E2
              ? E2 extends Env<unknown, unknown, unknown, unknown>
                ? CteEnd<Compound<Q, E2, O>, Nm, Names, E, O>
                : E2
              : never
          : Q
        : never
      : H extends 'WITH'
        ? CteEnd<QueryBody<T, E, O, P>, Nm, Names, E, O>
        : Near<H>
    : never;
type CteEnd<Q, Nm extends string, Names, E, O> =
  Q extends Query<infer L, infer T, infer P>
    ? T extends Cons<')', infer R>
      ? WithCte<E, Nm, Renamed<L, Names>> extends infer E2
        ? E2 extends Env<unknown, unknown, unknown, unknown>
          ? WithNext<Read<R>, E2, O, P>
          : E2
        : never
      : T extends Cons<infer H, unknown>
        ? Near<H>
        : never
    : Q;
type WithCte<E, Nm extends string, L> = L extends Wrong<unknown> | Unknown
  ? L
  : ColumnsOf<L> extends infer Cs
    ? Cs extends string
      ? E extends Env<infer Tables extends string, infer Given, infer Depth, infer Flags>
        ? Env<`${TableStart}${Nm}${TableName}${Cs}${TableEnd}${Tables}`, Given, Depth, Flags>
        : never
      : Unknown
    : never;
type WithNext<T, E, O, P> =
  T extends Cons<infer H, infer R>
    ? H extends ','
      ? Cte<Read<R>, E, O, P>
      : H extends 'SELECT' | 'VALUES'
        ? Statement<T, E, O, P>
        : O extends 0
          ? WithChange<T, E, P>
          : Near<H>
    : never;
type Renamed<L, Names> = Names extends 0 ? L : RenameTurned<Plain<L>, Names>;
type RenameTurned<L, Names> = L extends Unknown ? L : RenamedItems<L, Names, 0>;
/** Collected in order, then reversed. */
type RenamedItems<L, Names, Z> =
  Names extends Cons<infer N, infer Names2>
    ? L extends Item<unknown, infer V, infer T>
      ? RenamedItems<T, Names2, Item<N, V, Z>>
      : Wrong<'table has fewer values than columns'>
    : L extends 0
      ? Reversed<Z, 0>
      : Wrong<'table has more values than columns'>;
