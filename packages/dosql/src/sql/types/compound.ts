/** Compound queries and VALUES. */
import type { Expression, Typed } from './expression.ts';
import type { Counted } from './parameter.ts';
import type { ColumnFlags, ColumnName, ColumnValue, Ctx, Near, NoScope, ParamsOf, Unknown, Wrong } from './scope.ts';
import type { Arm, ArmTail, Item, Query, StarItem, Tail, TailCtx } from './select.ts';
import type { Cons, Read } from './tokens.ts';
import type { Decode } from './value.ts';

export type Compound<Q, E, O> =
  Q extends Query<infer L, infer T, infer P>
    ? T extends Cons<infer H, infer R>
      ? H extends 'UNION' | 'EXCEPT' | 'INTERSECT'
        ? Read<R> extends infer T2
          ? CompoundArm<L, T2 extends Cons<'ALL', infer R2> ? (H extends 'UNION' ? Read<R2> : T2) : T2, E, O, P>
          : never
        : H extends 'ORDER' | 'LIMIT'
          ? ArmTail<L, Tail<T, TailCtx<NoScope<O>, L, 0, E, P>>, 1>
          : Q
      : Q
    : Q;
type CompoundArm<L, T, E, O, P> =
  T extends Cons<infer H, infer R>
    ? H extends 'SELECT'
      ? CompoundZip<L, Arm<Read<R>, E, O, P, L>, E, O>
      : H extends 'VALUES'
        ? CompoundZip<L, Values<Read<R>, E, O, P>, E, O>
        : Near<H>
    : never;
type CompoundZip<L, Q, E, O> =
  Q extends Query<infer L2, infer T, infer P>
    ? Zip<L, L2> extends infer Z
      ? Z extends Wrong<unknown>
        ? Z
        : Z extends Unknown
          ? Z
          : Compound<Query<Z, T, P>, E, O>
      : never
    : Q;
/** The columns of two arms as one: names of the first, values of both. */
type Zip<L, L2> =
  L extends Item<unknown, unknown, unknown>
    ? L2 extends Item<unknown, unknown, unknown>
      ? ZipReversed<L, L2, 0>
      : ZipStars<L, L2>
    : ZipStars<L, L2>;
type ZipStars<L, L2> =
  Plain<L> extends infer A
    ? A extends Unknown
      ? A
      : Plain<L2> extends infer B
        ? B extends Unknown
          ? B
          : ZipReversed<A, B, 0>
        : never
    : never;
type ZipReversed<L, L2, Z> =
  L extends Item<infer N, infer V, infer T>
    ? L2 extends Item<unknown, infer W, infer U>
      ? ZipReversed<T, U, Item<N, V | W, Z>>
      : L2 extends StarItem<unknown, unknown, unknown>
        ? Unknown
        : Wrong<'SELECTs to the left and right of a compound operator do not have the same number of result columns'>
    : L2 extends 0
      ? L extends 0
        ? Reversed<Z, 0>
        : Unknown
      : L extends 0
        ? Wrong<'SELECTs to the left and right of a compound operator do not have the same number of result columns'>
        : Unknown;
export type Reversed<L, Z> = L extends Item<infer N, infer V, infer T> ? Reversed<T, Item<N, V, Z>> : Z;
/** Stars taken apart into columns; Unknown where the order is not known. */
export type Plain<L> = Apart<L, 0> extends infer Z ? (Z extends Unknown ? Z : Reversed<Z, 0>) : never;
/** In order. */
type Apart<L, Z> =
  L extends Item<infer N, infer V, infer T>
    ? Apart<T, Item<N, V, Z>>
    : L extends StarItem<infer Cs, unknown, infer T>
      ? Cs extends string
        ? Apart<T, Prepended<Cs, Z, 0>>
        : Unknown
      : Z;
/** The columns of a star in front of Z: collected in reverse, then turned. */
type Prepended<
  Cs extends string,
  Z,
  Acc,
> = Cs extends `${string}${ColumnName}${infer N}${ColumnValue}${infer V}${ColumnFlags}${infer R}`
  ? Prepended<R, Z, Item<N, Decode<V>, Acc>>
  : Onto<Acc, Z>;
type Onto<L, Z> = L extends Item<infer N, infer V, infer T> ? Onto<T, Item<N, V, Z>> : Z;

export type Values<T, E, O, P> =
  T extends Cons<'(', infer R>
    ? ValuesRow<Expression<R, Ctx<NoScope<O>, E, P>>, 0, E, O>
    : T extends Cons<infer H, unknown>
      ? Near<H>
      : never;
type ValuesRow<X, L, E, O> =
  X extends Typed<infer V, infer T, infer K>
    ? Read<T> extends Cons<infer H, infer R>
      ? H extends ','
        ? ValuesRow<Expression<R, K>, Item<ColumnN<L>, V, L>, E, O>
        : H extends ')'
          ? ValuesNext<Read<R>, Item<ColumnN<L>, V, L>, K, E, O>
          : Near<H>
      : never
    : X;
type ValuesNext<T, L, K, E, O> =
  T extends Cons<',', infer R>
    ? Values<Read<R>, E, O, ParamsOf<K>> extends infer Q
      ? Q extends Query<infer L2, infer T2, infer P2>
        ? Zip<L, L2> extends infer Z
          ? Z extends Item<unknown, unknown, unknown>
            ? Query<Z, T2, P2>
            : Z extends Unknown
              ? Z
              : Wrong<'all VALUES must have the same number of terms'>
          : never
        : Q
      : never
    : Query<L, T, ParamsOf<K>>;
type ColumnN<L> = `column${Length<L, 1>}`;
type Length<L, N extends number> =
  L extends Item<unknown, unknown, infer T>
    ? Counted<N> extends infer M
      ? M extends number
        ? Length<T, M>
        : 0
      : 0
    : N;
