/**
 * Expressions: a shunting-yard machine in continuation-passing style. Operators, parentheses, calls, CASE and IN are
 * frames of an explicit stack, so that nesting costs no depth; after each eight tokens the machine suspends itself, and
 * a driver goes on, so that length costs none either.
 *
 * T tokens, K context, S stack, V value (tags). The result is Typed, Wrong or Unknown.
 */
import type { FindTable } from './from.ts';
import type { Arg, Call, CallEnd, Called } from './functions.ts';
import type { ColumnNamed, Qualified } from './name.ts';
import type { Parameter } from './parameter.ts';
import type { Bind, Ctx, Near, Unknown, WithParams, Wrong } from './scope.ts';
import type { Item, Query, Select } from './select.ts';
import type { NoFunction } from './suggest.ts';
import type { Cons, Fill, Read } from './tokens.ts';
import type { Affinity, Any, Apply, Known, Numeric, Truth } from './value.ts';

/** The value of an expression, the tokens behind it, and the context with its parameters bound. */
export interface Typed<V, T, K> {
  v: V;
  t: T;
  k: K;
}

/** Operator with precedence, left value. Precedence 0: a bracket, or what the value is for. */
export interface Frame<Op, Rank, L, T> {
  op: Op;
  rank: Rank;
  l: L;
  t: T;
}
/** An operator whose left operand is a parameter not typed yet. */
export interface ParamFrame<Op, Rank, Key, T> {
  op: Op;
  rank: Rank;
  key: Key;
  t: T;
}
interface AtOperand<T, K, S> {
  operand: T;
  k: K;
  s: S;
}
interface AtOperator<V, T, K, S> {
  v: V;
  operator: T;
  k: K;
  s: S;
}

/** Types an expression; S: 0, or a frame that says what for. */
export type Expression<T, K, S = 0> = Drive<Operand<T, K, S>>;
type Drive<Q> =
  Q extends AtOperand<infer T, infer K, infer S>
    ? Drive<Operand<T, K, S>>
    : Q extends AtOperator<infer V, infer T, infer K, infer S>
      ? Drive<Operator<V, T, K, S>>
      : Q;

/** What a value is for: it is compared with, or assigned to, V. */
export type Expected<V> = Frame<'for', 0, V, 0>;

export interface Ranks {
  OR: 1;
  AND: 2;
  '=': 4;
  '<>': 4;
  IS: 4;
  ISNOT: 4;
  LIKE: 4;
  GLOB: 4;
  MATCH: 4;
  REGEXP: 4;
  BETWEEN: 4;
  BAND: 4;
  '<': 5;
  '>': 5;
  '<=': 5;
  '>=': 5;
  ESCAPE: 5;
  '&': 6;
  '|': 6;
  '<<': 6;
  '>>': 6;
  '+': 7;
  '-': 7;
  '*': 8;
  '/': 8;
  '%': 8;
  '||': 9;
  '->': 9;
  '->>': 9;
  COLLATE: 10;
}
/** Ranks that bind at least as strongly. */
interface AtLeast {
  1: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11;
  2: 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11;
  4: 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11;
  5: 5 | 6 | 7 | 8 | 9 | 10 | 11;
  6: 6 | 7 | 8 | 9 | 10 | 11;
  7: 7 | 8 | 9 | 10 | 11;
  8: 8 | 9 | 10 | 11;
  9: 9 | 10 | 11;
  10: 10 | 11;
}
interface Literals {
  n: 'i';
  r: 'r';
  u: Numeric;
  s: 't';
  x: 'b';
}
interface Prefixes {
  '(': 0;
  NOT: 0;
  '-': 0;
  '+': 0;
  '~': 0;
  NULL: 0;
  CASE: 0;
  CAST: 0;
  EXISTS: 0;
  '*': 0;
  REPLACE: 0;
  LIKE: 0;
  GLOB: 0;
  IF: 0;
  DESC: 0;
  ASC: 0;
  END: 0;
  BY: 0;
  OFFSET: 0;
}

export type Operand<T, K, S> =
  T extends Cons<infer H, infer R>
    ? H extends `${infer A}:${infer X}`
      ? A extends 'i'
        ? ColumnNamed<Lowercase<X>, X, R, K, S>
        : A extends keyof Literals
          ? Operator<Literals[A], R, K, S>
          : A extends 'q'
            ? X extends `${infer Q}.${infer Y}`
              ? K extends Ctx<infer Sc, unknown, unknown>
                ? Qualified<Lowercase<Q>, Lowercase<Y>, Sc, X, R, K, S>
                : never
              : never
            : A extends 'f'
              ? Call<Lowercase<X>, Read<R>, K, S>
              : A extends 'p'
                ? Parameter<X, R, K, S>
                : Unknown
      : H extends keyof Prefixes
        ? Prefix<H, R, K, S>
        : Near<H>
    : T extends string
      ? AtOperand<Fill<T>, K, S>
      : Wrong<'incomplete input'>;

type Prefix<H extends string, R, K, S> = H extends '('
  ? Paren<Read<R>, K, S>
  : H extends 'NULL'
    ? Operator<'n', R, K, S>
    : H extends 'NOT'
      ? NotOperand<Read<R>, K, S>
      : H extends '-'
        ? Negative<Read<R>, K, S>
        : H extends '+'
          ? Operand<R, K, S>
          : H extends 'CASE'
            ? Case<Read<R>, K, S>
            : H extends 'CAST'
              ? Read<R> extends Cons<'(', infer R2>
                ? Operand<R2, K, Frame<'cast', 0, 0, S>>
                : SoftName<H, R, K, S>
              : H extends 'EXISTS'
                ? Exists<Read<R>, K, S>
                : H extends '~'
                  ? Operand<R, K, Frame<'~', 11, 0, S>>
                  : H extends '*'
                    ? S extends Frame<'call', 0, Called<infer Nm, 0>, unknown>
                      ? Nm extends 'count'
                        ? Operator<'n', R, K, S>
                        : NoFunction<Nm>
                      : Near<'*'>
                    : Read<R> extends Cons<'(', infer R2>
                      ? H extends 'DESC' | 'ASC' | 'END' | 'BY' | 'OFFSET'
                        ? Near<H>
                        : Call<Lowercase<H>, Read<R2>, K, S>
                      : SoftName<H, R, K, S>;
/** Of a literal; of another INTEGER it may overflow. */
type Negative<T, K, S> =
  T extends Cons<`n:${string}`, infer R> ? Operator<'i', R, K, S> : Operand<T, K, Frame<'NEG', 11, 0, S>>;
/** A keyword that may be a name too. */
type SoftName<H extends string, R, K, S> = ColumnNamed<Lowercase<H>, Lowercase<H>, R, K, S>;
type NotOperand<T, K, S> =
  T extends Cons<'EXISTS', infer R> ? Exists<Read<R>, K, S> : Operand<T, K, Frame<'NOT', 3, 0, S>>;

// ---------------------------------------------------------------- operators

export type Operator<V, T, K, S> =
  T extends Cons<infer H, infer R>
    ? H extends keyof Ranks
      ? S extends Frame<infer Op, infer Rank, infer L, infer S2>
        ? Rank extends AtLeast[Ranks[H]]
          ? Op extends 'BETWEEN'
            ? Operand<R, K, Frame<'BAND', 4, L | V, S2>>
            : Operator<Apply<Op, L, V>, T, K, S2>
          : H extends 'IS' | 'COLLATE'
            ? IsOrCollate<H, V, Read<R>, K, S>
            : Operand<R, K, Frame<H, Ranks[H], V, S>>
        : S extends ParamFrame<infer Op, infer Rank, infer Key, infer S2>
          ? Rank extends AtLeast[Ranks[H]]
            ? Op extends 'BETWEEN'
              ? Operand<R, Bind<K, Key, Known<V>>, Frame<'BAND', 4, V, S2>>
              : Operator<Apply<Op, V, V>, T, Bind<K, Key, Known<V>>, S2>
            : H extends 'COLLATE'
              ? Collate<V, Read<R>, K, S>
              : Operand<R, K, Frame<H, Ranks[H], V, S>>
          : H extends 'IS' | 'COLLATE'
            ? IsOrCollate<H, V, Read<R>, K, S>
            : Operand<R, K, Frame<H, Ranks[H], V, S>>
      : H extends 'IN' | 'NOT' | 'ISNULL' | 'NOTNULL'
        ? Reduced<V, H, R, K, S>
        : End<V, H, T, R, K, S>
    : T extends string
      ? AtOperator<V, Fill<T>, K, S>
      : never;
type IsOrCollate<H, V, T, K, S> = H extends 'IS' ? Is<V, T, K, S> : Collate<V, T, K, S>;
type Is<V, T, K, S> =
  T extends Cons<infer H, infer R>
    ? H extends 'NOT'
      ? Read<R> extends Cons<'DISTINCT', infer R2>
        ? IsDistinct<'IS', V, Read<R2>, K, S>
        : Operand<R, K, Frame<'ISNOT', 4, V, S>>
      : H extends 'DISTINCT'
        ? IsDistinct<'ISNOT', V, Read<R>, K, S>
        : Operand<T, K, Frame<'IS', 4, V, S>>
    : never;
type IsDistinct<Op, V, T, K, S> =
  T extends Cons<'FROM', infer R> ? Operand<R, K, Frame<Op, 4, V, S>> : Near<'DISTINCT'>;
type Collate<V, T, K, S> = T extends Cons<`${'i' | 's'}:${string}`, infer R> ? Operator<V, R, K, S> : Near<'COLLATE'>;

/** IN, NOT IN, NOT LIKE, NOT NULL: first everything that binds as strongly is reduced. */
type Reduced<V, H, R, K, S> =
  S extends Frame<infer Op, infer Rank, infer L, infer S2>
    ? Rank extends AtLeast[4]
      ? Op extends 'BETWEEN'
        ? AfterNot<V, H, Read<R>, K, S>
        : Reduced<Apply<Op, L, V>, H, R, K, S2>
      : AfterNot<V, H, Read<R>, K, S>
    : AfterNot<V, H, Read<R>, K, S>;
type AfterNot<V, H, T, K, S> = H extends 'ISNULL' | 'NOTNULL'
  ? Operator<'i', T, K, S>
  : T extends Cons<infer H2, infer R>
    ? H extends 'IN'
      ? H2 extends '('
        ? InOpen<V, Read<R>, K, S>
        : H2 extends `i:${infer Nm}`
          ? InTable<Nm, R, K, S>
          : H2 extends `q:${string}` | `f:${string}`
            ? Unknown
            : Near<H2>
      : H2 extends 'IN'
        ? AfterNot<V, 'IN', Read<R>, K, S>
        : H2 extends 'LIKE' | 'GLOB' | 'MATCH' | 'REGEXP' | 'BETWEEN'
          ? Operand<R, K, Frame<H2, 4, V, S>>
          : H2 extends 'NULL'
            ? Operator<'i', R, K, S>
            : Near<H2>
    : never;
type InTable<Nm extends string, R, K, S> =
  K extends Ctx<unknown, infer E, unknown>
    ? FindTable<Lowercase<Nm>, E> extends 0
      ? Wrong<`no such table: ${Nm}`>
      : Operator<'i' | 'n', R, K, S>
    : never;
type InOpen<V, T, K, S> =
  T extends Cons<infer H, infer R>
    ? H extends ')'
      ? Operator<'i', R, K, S>
      : H extends 'SELECT' | 'WITH' | 'VALUES'
        ? InSelect<V, Select<T, K>, K, S>
        : H extends `${'n' | 's' | 'r'}:${string}`
          ? InLiterals<V, T, K, S>
          : Operand<T, K, Frame<'in', 0, V, S>>
    : never;
type InSelect<V, Q, K, S> =
  Q extends Query<infer L, infer T, infer P>
    ? T extends Cons<')', infer R>
      ? Operator<InValue<V, L>, R, WithParams<K, P>, S>
      : Near<')'>
    : Q;
type InValue<V, L> = L extends Item<unknown, infer W, 0> ? Truth<V | W> : 'i' | 'n';
/** Lists of literals are passed over four at a time. */
type InLiterals<V, T, K, S> =
  T extends Cons<Plain, Cons<',', Cons<Plain, Cons<',', infer R>>>>
    ? InLiterals<V, R, K, S>
    : T extends Cons<infer H, infer R>
      ? H extends Plain | ','
        ? InLiterals<V, R, K, S>
        : H extends ')'
          ? Operator<Truth<V>, R, K, S>
          : H extends Infix
            ? Operator<Literals[keyof Literals], T, K, Frame<'in', 0, V, S>>
            : Operand<T, K, Frame<'in', 0, V, S>>
      : T extends string
        ? AtLiterals<V, Fill<T>, K, S>
        : never;
type Plain = `${'n' | 's' | 'r'}:${string}`;
/** What only stands behind a value. */
type Infix = Exclude<keyof Ranks, '+' | '-' | 'LIKE' | 'GLOB'>;
type AtLiterals<V, T, K, S> =
  T extends Cons<Plain, Cons<',', Cons<Plain, Cons<',', Cons<Plain, Cons<',', Cons<Plain, Cons<',', infer R>>>>>>>>
    ? R extends string
      ? AtLiterals<V, Fill<R>, K, S>
      : InLiterals<V, R, K, S>
    : T extends Cons<',', Cons<Plain, Cons<',', Cons<Plain, Cons<',', Cons<Plain, Cons<',', Cons<Plain, infer R>>>>>>>>
      ? R extends string
        ? AtLiterals<V, Fill<R>, K, S>
        : InLiterals<V, R, K, S>
      : InLiterals<V, T, K, S>;

// --------------------------------------------------------------- terminators

/** A token that ends the expression or closes a bracket: everything down to the bracket is reduced. */
type End<V, H, T, R, K, S> = S extends 0
  ? Typed<V, T, K>
  : S extends Frame<infer Op, infer Rank, infer L, infer S2>
    ? Rank extends 0
      ? Close<Op, L, V, H, T, R, K, S2>
      : Op extends 'BETWEEN'
        ? Near<H>
        : End<Apply<Op, L, V>, H, T, R, K, S2>
    : S extends ParamFrame<infer Op, unknown, infer Key, infer S2>
      ? End<Apply<Op, V, V>, H, T, R, Bind<K, Key, Known<V>>, S2>
      : never;
type Close<Op, L, V, H, T, R, K, S> = Op extends 'for'
  ? Typed<V, T, K>
  : Op extends 'paren'
    ? H extends ')'
      ? Operator<L | V, R, K, S>
      : H extends ','
        ? Operand<R, K, Frame<'row', 0, V, S>>
        : Near<H>
    : Op extends 'call'
      ? H extends ','
        ? L extends Called<infer Nm, infer Args>
          ? Operand<R, K, Frame<'call', 0, Called<Nm, Arg<V, Args>>, S>>
          : never
        : H extends ')' | 'ORDER'
          ? CallEnd<L, V, H, R, K, S>
          : Near<H>
      : Op extends 'in'
        ? H extends ','
          ? Operand<R, K, Frame<'in', 0, 'n' extends V ? L | 'n' : L, S>>
          : H extends ')'
            ? Operator<Truth<L | V>, R, K, S>
            : Near<H>
        : Op extends 'when'
          ? H extends 'THEN'
            ? Operand<R, K, Frame<'then', 0, L, S>>
            : Near<H>
          : Op extends 'then'
            ? H extends 'WHEN'
              ? Operand<R, K, Frame<'when', 0, L | V, S>>
              : H extends 'ELSE'
                ? Operand<R, K, Frame<'else', 0, L | V, S>>
                : H extends 'END'
                  ? Operator<L | V | 'n', R, K, S>
                  : Near<H>
            : Op extends 'else'
              ? H extends 'END'
                ? Operator<L | V, R, K, S>
                : Near<H>
              : Op extends 'case'
                ? H extends 'WHEN'
                  ? Operand<R, K, Frame<'when', 0, never, S>>
                  : Near<H>
                : Op extends 'cast'
                  ? H extends 'AS'
                    ? CastTo<V, Read<R>, K, S>
                    : Near<H>
                  : Op extends 'row'
                    ? H extends ','
                      ? Operand<R, K, Frame<'row', 0, L | V, S>>
                      : H extends ')'
                        ? Operator<L | V, R, K, S>
                        : Near<H>
                    : Near<H>;

type Paren<T, K, S> =
  T extends Cons<'SELECT' | 'WITH' | 'VALUES', unknown>
    ? Select<T, K> extends infer Q
      ? Q extends Query<infer L, infer T2, infer P>
        ? T2 extends Cons<')', infer R>
          ? Operator<L extends Item<unknown, infer V, 0> ? V | 'n' : Any, R, WithParams<K, P>, S>
          : T2 extends Cons<infer H, unknown>
            ? Near<H>
            : never
        : Q
      : never
    : Operand<T, K, Frame<'paren', 0, never, S>>;
type Exists<T, K, S> =
  T extends Cons<'(', infer R0>
    ? Select<Read<R0>, K> extends infer Q
      ? Q extends Query<unknown, infer T2, infer P>
        ? T2 extends Cons<')', infer R>
          ? Operator<'i', R, WithParams<K, P>, S>
          : T2 extends Cons<infer H, unknown>
            ? Near<H>
            : never
        : Q
      : never
    : Near<'EXISTS'>;
type Case<T, K, S> =
  T extends Cons<'WHEN', infer R> ? Operand<R, K, Frame<'when', 0, never, S>> : Operand<T, K, Frame<'case', 0, 0, S>>;
/** The name of a type: words, perhaps with lengths. */
type CastTo<V, T, K, S> =
  T extends Cons<`${infer A}:${infer Ty}`, infer R>
    ? A extends 'i' | 's'
      ? CastName<V, Uppercase<Ty>, Read<R>, K, S>
      : A extends 'f'
        ? SkipSizes<Read<R>> extends Cons<')', infer R2>
          ? CastEnd<V, Uppercase<Ty>, Read<R2>, K, S>
          : Near<'('>
        : Near<`${A}:${Ty}`>
    : T extends Cons<')', infer R>
      ? Operator<Any, R, K, S>
      : Near<'AS'>;
type CastName<V, Ty extends string, T, K, S> =
  T extends Cons<`i:${infer X}`, infer R>
    ? CastName<V, `${Ty} ${Uppercase<X>}`, Read<R>, K, S>
    : T extends Cons<'(', infer R>
      ? SkipSizes<Read<R>> extends Cons<')', infer R2>
        ? CastEnd<V, Ty, Read<R2>, K, S>
        : Near<'('>
      : CastEnd<V, Ty, T, K, S>;
type CastEnd<V, Ty extends string, T, K, S> =
  T extends Cons<')', infer R> ? Operator<'n' extends V ? Affinity<Ty> | 'n' : Affinity<Ty>, R, K, S> : Near<'AS'>;
/** To the parenthesis that closes `(10, 2)`. */
type SkipSizes<T> = T extends Cons<`${'n' | 'i' | 'r'}:${string}` | ',' | '-' | '+', infer R> ? SkipSizes<Read<R>> : T;

/** Expressions in a row, each perhaps with ASC, DESC and NULLS; the value is that of the last. */
export type Expressions<T, K> = Terms<Expression<T, K>>;
type Terms<X> =
  X extends Typed<infer V, infer T, infer K>
    ? Read<T> extends Cons<infer H, infer R>
      ? H extends ','
        ? Terms<Expression<R, K>>
        : H extends 'ASC' | 'DESC' | `i:${string}`
          ? TermEnd<V, H, Read<R>, K, Read<T>>
          : Typed<V, Read<T>, K>
      : never
    : X;
type TermEnd<V, H, T, K, T0> = H extends 'ASC' | 'DESC'
  ? T extends Cons<infer H2, infer R>
    ? H2 extends ','
      ? Terms<Expression<R, K>>
      : H2 extends `i:${infer X}`
        ? Lowercase<X> extends 'nulls'
          ? NullsOrder<V, Read<R>, K>
          : Typed<V, T, K>
        : Typed<V, T, K>
    : never
  : H extends `i:${infer X}`
    ? Lowercase<X> extends 'nulls'
      ? NullsOrder<V, T, K>
      : Typed<V, T0, K>
    : never;
type NullsOrder<V, T, K> =
  T extends Cons<`i:${infer X}`, infer R>
    ? Lowercase<X> extends 'first' | 'last'
      ? Read<R> extends Cons<',', infer R2>
        ? Terms<Expression<R2, K>>
        : Typed<V, Read<R>, K>
      : Near<`i:${X}`>
    : Near<'NULLS'>;
