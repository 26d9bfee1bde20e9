/** `WHERE x IS NOT NULL`: what a row that passes cannot hold. */
import type { Cons, Fill, Read } from './tokens.ts';
import type {
  ColumnEnd,
  ColumnFlags,
  ColumnName,
  ColumnStart,
  ColumnValue,
  Env,
  Missing,
  Scope,
  Source,
} from './scope.ts';

/** The scope with the columns that conditions joined by AND say are not NULL. R: the tokens of WHERE. */
export type Narrowed<Sc, R, E> =
  E extends Env<unknown, unknown, unknown, `n${string}`>
    ? DriveConjuncts<Conjunct<Read<R>, never>> extends infer U
      ? [U] extends [never]
        ? Sc
        : Narrow<Sc, U>
      : never
    : Sc;
type Narrow<Sc, U> =
  Sc extends Scope<infer M extends string, infer O extends string, infer T, infer Outer, infer L>
    ? NarrowBoth<M, O, '', U> extends [infer M2, infer O2]
      ? Scope<M2, O2, NarrowSources<T, U>, Outer, L>
      : never
    : never;
/** What may be missing and is not NULL is there: it moves to the others. */
type NarrowBoth<M extends string, O extends string, Z extends string, U> = O extends `${infer A}${ColumnEnd}${infer R}`
  ? A extends `${ColumnStart}${infer X}${ColumnName}${string}`
    ? X extends U
      ? NarrowBoth<`${M}${A}${ColumnEnd}`, R, Z, U>
      : NarrowBoth<M, R, `${Z}${A}${ColumnEnd}`, U>
    : never
  : [NarrowColumns<M, '', U>, Z];
type NarrowColumns<
  Cs extends string,
  Z extends string,
  U,
> = Cs extends `${ColumnStart}${infer X}${ColumnName}${infer N}${ColumnValue}${infer V}${ColumnFlags}${infer F}${ColumnEnd}${infer R}`
  ? NarrowColumns<
      R,
      `${Z}${ColumnStart}${X}${ColumnName}${N}${ColumnValue}${X extends U ? NotNull<V> : V}${ColumnFlags}${F}${ColumnEnd}`,
      U
    >
  : Z;
type NotNull<V extends string> = V extends `${infer W}n` ? W : V;
/** By alias: a source that may be missing stays so, but for the columns named. */
type NarrowSources<T, U> =
  T extends Source<infer A extends string, infer Cs, infer N, infer T2>
    ? Cs extends string
      ? N extends 1
        ? Source<A, NarrowSource<AllNullable<Cs, ''>, A, U>, 0, NarrowSources<T2, U>>
        : Source<A, NarrowSource<Cs, A, U>, N, NarrowSources<T2, U>>
      : T
    : T extends Missing<infer T2>
      ? Missing<T2>
      : T;
type NarrowSource<Cs extends string, A extends string, U> = NarrowColumns<Cs, '', Unqualified<U, A>>;
type Unqualified<U, A extends string> = U extends `${A}.${infer X}` ? X : U extends `${string}.${string}` ? never : U;
/** Columns of a source that may be missing. */
export type AllNullable<
  Cs extends string,
  Z extends string,
> = Cs extends `${infer A}${ColumnValue}${infer V}${ColumnFlags}${infer R}`
  ? AllNullable<R, `${Z}${A}${ColumnValue}${V extends `${string}n` ? V : `${V}n`}${ColumnFlags}`>
  : `${Z}${Cs}`;

interface Between<T, U> {
  conjuncts: T;
  u: U;
}
interface Skipping<T, D, B, U> {
  skipping: T;
  d: D;
  b: B;
  u: U;
}
type DriveConjuncts<Q> =
  Q extends Between<infer T, infer U>
    ? DriveConjuncts<Conjunct<T, U>>
    : Q extends Skipping<infer T, infer D, infer B, infer U>
      ? DriveConjuncts<Skip<T, D, B, U>>
      : Q;
type Ends = '' | ';' | ')' | 'GROUP' | 'HAVING' | 'ORDER' | 'LIMIT' | 'UNION' | 'EXCEPT' | 'INTERSECT' | 'RETURNING';
/** U: names found so far, `name` or `alias.name`, lower case. */
type Conjunct<T, U> =
  T extends Cons<`${'i' | 'q'}:${infer X}`, infer R>
    ? Read<R> extends Cons<infer H, infer R2>
      ? H extends 'NOTNULL'
        ? AfterNull<Read<R2>, U, Lowercase<X>>
        : H extends 'IS' | 'NOT'
          ? IsNot<H extends 'IS' ? Read<R2> : Cons<'NOT', R2>, U, Lowercase<X>, R>
          : Skip<R, 0, 0, U>
      : U
    : Skip<T, 0, 0, U>;
type IsNot<T, U, X, R0> =
  T extends Cons<'NOT', infer R>
    ? Read<R> extends Cons<'NULL', infer R2>
      ? AfterNull<Read<R2>, U, X>
      : Skip<R0, 0, 0, U>
    : Skip<R0, 0, 0, U>;
type AfterNull<T, U, X> =
  T extends Cons<infer H, infer R>
    ? H extends 'AND'
      ? Between<Read<R>, U | X>
      : H extends Ends
        ? U | X
        : H extends 'OR'
          ? never
          : Skip<T, 0, 0, U>
    : U;
/** To the next AND; D: open brackets, B: a BETWEEN whose AND is to come. OR ends it: nothing is known. */
type Skip<T, D, B, U> =
  T extends Cons<infer H, infer R>
    ? H extends '(' | 'CASE' | `f:${string}`
      ? Skip<R, Cons<0, D>, B, U>
      : H extends ')' | 'END'
        ? D extends Cons<0, infer D2>
          ? Skip<R, D2, B, U>
          : U
        : D extends 0
          ? H extends 'AND'
            ? B extends 1
              ? Skip<R, D, 0, U>
              : Between<Read<R>, U>
            : H extends 'OR'
              ? never
              : H extends 'BETWEEN'
                ? Skip<R, D, 1, U>
                : H extends Ends
                  ? U
                  : Skip<R, D, B, U>
          : H extends ''
            ? U
            : Skip<R, D, B, U>
    : T extends string
      ? Skipping<Fill<T>, D, B, U>
      : U;
