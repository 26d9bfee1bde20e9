/** SELECT: one arm of a query, from its list to its LIMIT. */
import type { ListScope } from './aggregate.ts';
import type { Compound, Values } from './compound.ts';
import type { Expected, Expression, Expressions, Typed } from './expression.ts';
import type { From, FromResult } from './from.ts';
import type { Window } from './functions.ts';
import type { Items, ListEnds, Listed } from './items.ts';
import type { Narrowed } from './narrow.ts';
import type { Counted } from './parameter.ts';
import type { Ctx, Env, Near, Params, Scope, Unknown, Wrong } from './scope.ts';
import type { Cons, Fill, Read } from './tokens.ts';
import type { With } from './with.ts';

/** Result columns in reverse, the tokens behind, the parameters. */
export interface Query<L, T, P> {
  columns: L;
  rest: T;
  p: P;
}
/** A result column; N: its name, or 0 when it is the text of its expression. */
export interface Item<N, V, T> {
  n: N;
  v: V;
  i: T;
}
/**
 * All columns of a source: a string, or an interface with N: 1 when the row may be missing. More: 1 when the source
 * before belongs to the same `*`.
 */
export interface StarItem<Cs, N, T, More = unknown> {
  star: Cs;
  n: N;
  t: T;
  more: More;
}

interface Deeper {
  0: 1;
  1: 2;
  2: 3;
  3: 4;
  4: 5;
  5: 6;
  6: 7;
  7: 8;
  8: 9;
  9: 10;
  10: 11;
  11: 12;
}
/** A subquery of an expression. */
export type Select<T, K> = K extends Ctx<infer Sc, infer E, infer P> ? QueryBody<T, E, Sc, P> : never;
/** A query, one level deeper; O: the scope around it. */
export type QueryBody<T, E, O, P> =
  E extends Env<infer Tables, infer Given, infer Depth, infer Flags>
    ? Depth extends keyof Deeper
      ? Statement<T, Env<Tables, Given, Deeper[Depth], Flags>, O, P>
      : Unknown
    : never;
export type Statement<T, E, O, P> =
  T extends Cons<infer H, infer R>
    ? H extends 'SELECT'
      ? Compound<Arm<Read<R>, E, O, P, 0>, E, O>
      : H extends 'WITH'
        ? With<Read<R>, E, O, P>
        : H extends 'VALUES'
          ? Compound<Values<Read<R>, E, O, P>, E, O>
          : Near<H>
    : never;

// ---------------------------------------------------------------- one arm

/** Where the select list ends, and how many `?` are in it. */
export interface Skipped<T, I> {
  skipped: T;
  i: I;
}
interface Marks {
  '(': 'open';
  ')': 'close';
  FROM: 'from';
  'p:?': 'param';
  WHERE: 'end';
  GROUP: 'end';
  HAVING: 'end';
  ORDER: 'end';
  LIMIT: 'end';
  UNION: 'end';
  EXCEPT: 'end';
  INTERSECT: 'end';
  ';': 'end';
  '': 'end';
}
interface SkipAt<T, D, I> {
  skip: T;
  d: D;
  i: I;
}
export type SkipList<T, I> = DriveSkip<Skip<T, 0, I>>;
type DriveSkip<Q> = Q extends SkipAt<infer T, infer D, infer I> ? DriveSkip<SkipText<T, D, I>> : Q;
/** The rest of the text, in one step where no bracket, no parameter and no other arm stands before FROM. */
type SkipText<T, D, I> = D extends 0
  ? T extends `FROM ${infer R}`
    ? Skipped<Cons<'FROM', R>, I>
    : T extends `${infer A} FROM ${infer R}`
      ? A extends
          | `${string}${'( ' | 'f:' | ') ' | ' )' | 'p:?' | '; ' | 'UNION ' | 'EXCEPT ' | 'INTERSECT '}${string}`
          | ')'
        ? Skip<Fill<T>, D, I>
        : Skipped<Cons<'FROM', R>, I>
      : Skip<Fill<T>, D, I>
  : Skip<Fill<T>, D, I>;
type Skip<T, D, I> =
  T extends Cons<infer H, infer R>
    ? H extends keyof Marks
      ? Marks[H] extends 'open'
        ? Skip<R, Cons<0, D>, I>
        : Marks[H] extends 'close'
          ? D extends Cons<0, infer D2>
            ? Skip<R, D2, I>
            : Skipped<T, I>
          : Marks[H] extends 'param'
            ? Skip<R, D, Counted<I>>
            : Marks[H] extends 'from'
              ? D extends 0
                ? Skipped<T, I>
                : Skip<R, D, I>
              : D extends 0
                ? Skipped<T, I>
                : H extends '' | ';'
                  ? Skipped<T, I>
                  : Skip<R, D, I>
      : H extends `f:${string}`
        ? Skip<R, Cons<0, D>, I>
        : Skip<R, D, I>
    : T extends string
      ? SkipAt<T, D, I>
      : never;

/** C: 0, or the list of the first arm of a compound query. */
export type Arm<T, E, O, P, C> =
  T extends Cons<'DISTINCT' | 'ALL', infer R> ? ArmList<R, E, O, P, C> : ArmList<T, E, O, P, C>;
type ArmList<T, E, O, P, C> =
  P extends Params<infer I, infer L>
    ? SkipList<T, I> extends Skipped<infer T1, infer I1>
      ? T1 extends Cons<'FROM', infer R>
        ? From<Read<R>, E, Scope<'', '', 0, O, T>, Params<I1, L>> extends infer F
          ? F extends FromResult<infer Sc, infer T2, infer P2>
            ? ArmWhere<T, T2, Sc, E, I, P2, C>
            : F
          : never
        : ArmWhere<T, T1, Scope<'', '', 0, O, T>, E, I, Params<I1, L>, C>
      : never
    : never;
/** T: the select list, T2: the tokens behind FROM. */
type ArmWhere<T, T2, Sc, E, I, P, C> =
  T2 extends Cons<'WHERE', infer R>
    ? Expression<R, Ctx<Sc, E, P>> extends infer X
      ? X extends Typed<unknown, infer T3, Ctx<unknown, unknown, infer P3>>
        ? ArmItems<T, Read<T3>, Narrowed<Sc, R, E>, E, I, P3, C>
        : X
      : never
    : ArmItems<T, T2, Sc, E, I, P, C>;
type ArmItems<T, T2, Sc, E, I, P, C> =
  P extends Params<infer I2, infer L2>
    ? Items<Read<T>, ListCtx<ListScope<Sc, E, T, T2>, E, Params<I, L2>>, 0> extends infer X
      ? X extends Listed<infer L, infer H, Params<unknown, infer L3>>
        ? H extends keyof ListEnds
          ? T2 extends Cons<infer H2, unknown>
            ? H2 extends keyof Tails
              ? ArmTail<L, Tail<T2, TailCtx<Sc, L, C, E, Params<I2, L3>>>, C>
              : Query<L, T2, Params<I2, L3>>
            : never
          : Near<H>
        : X
      : never
    : never;
/** Within the list its aliases are not seen. */
type ListCtx<Sc, E, P> =
  Sc extends Scope<infer M, infer O, infer T, infer Outer, unknown> ? Ctx<Scope<M, O, T, Outer, 0>, E, P> : never;
export type ArmTail<L, X, C> =
  X extends Typed<unknown, infer T, Ctx<unknown, unknown, infer P>>
    ? Query<L, T, P>
    : C extends 0
      ? X
      : X extends Wrong<`no such column${string}`>
        ? Unknown
        : X;
export type TailCtx<Sc, L, C, E, P> =
  Sc extends Scope<infer M, infer O, infer T, infer Outer, unknown>
    ? Ctx<Scope<M, O, T, Outer, C extends 0 ? L : TwoLists<L, C>>, E, P>
    : never;
/** The aliases of an arm, then those of the first arm. */
export interface TwoLists<A, B> {
  a: A;
  b: B;
}

interface Tails {
  GROUP: 0;
  HAVING: 0;
  ORDER: 0;
  LIMIT: 0;
  'i:WINDOW': 0;
  'i:window': 0;
}
export type Tail<T, K> =
  T extends Cons<infer H, infer R>
    ? H extends 'GROUP' | 'ORDER'
      ? Read<R> extends Cons<'BY', infer R2>
        ? TailNext<Expressions<R2, K>>
        : Near<H>
      : H extends 'HAVING'
        ? TailNext<Expression<R, K>>
        : H extends 'LIMIT'
          ? Limit<Expression<R, K, Expected<'i'>>>
          : H extends 'i:WINDOW' | 'i:window'
            ? Windows<Read<R>, K>
            : Typed<0, T, K>
    : never;
type TailNext<X> = X extends Typed<unknown, infer T, infer K> ? Tail<Read<T>, K> : X;
type Limit<X> =
  X extends Typed<unknown, infer T, infer K>
    ? Read<T> extends Cons<'OFFSET' | ',', infer R>
      ? TailNext<Expression<R, K, Expected<'i'>>>
      : Tail<Read<T>, K>
    : X;
type Windows<T, K> =
  T extends Cons<`i:${string}`, infer R>
    ? Read<R> extends Cons<'AS', infer R2>
      ? Read<R2> extends Cons<'(', infer R3>
        ? Window<Read<R3>, K> extends infer X
          ? X extends Typed<unknown, infer T2, infer K2>
            ? Read<T2> extends Cons<',', infer R4>
              ? Windows<Read<R4>, K2>
              : Tail<Read<T2>, K2>
            : X
          : never
        : Near<'AS'>
      : Near<'WINDOW'>
    : Near<'WINDOW'>;
