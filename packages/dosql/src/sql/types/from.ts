/** FROM: tables, subqueries, joins. */
import type { Cons, Read } from './tokens.ts';
import type {
  AddSource,
  Common,
  Ctx,
  Env,
  Has,
  Near,
  NoScope,
  ParamsOf,
  Scope,
  TableEnd,
  TableName,
  TableStart,
  Unknown,
  Wrong,
  Column,
} from './scope.ts';
import type { Expected, Expression, Typed } from './expression.ts';
import type { ColumnsOf } from './items.ts';
import type { Query, QueryBody } from './select.ts';
import type { NoTable } from './suggest.ts';

/** The columns of a table or CTE: a string, an interface, or 0 where there is none. */
export type FindTable<Nm extends string, E> =
  E extends Env<infer Tables, infer Given, unknown, unknown>
    ? Tables extends `${string}${TableStart}${Nm}${TableName}${infer Cs}${TableEnd}${string}`
      ? Cs
      : Given extends 0
        ? Nm extends 'sqlite_schema' | 'sqlite_master'
          ? SchemaTable
          : 0
        : GivenTable<Nm, Given>
    : never;
type GivenTable<Nm, Given> = Nm extends keyof Given
  ? Given[Nm]
  : { [X in keyof Given]: Lowercase<X & string> extends Nm ? Given[X] : never }[keyof Given] extends infer B
    ? [B] extends [never]
      ? 0
      : B
    : never;
type SchemaTable =
  `${Column<'type', 't', ''>}${Column<'name', 't', ''>}${Column<'tbl_name', 't', ''>}${Column<'rootpage', 'i', ''>}${Column<'sql', 'tn', ''>}`;

/** The scope of a FROM clause, the tokens behind it, parameters. */
export interface FromResult<S, T, P> {
  scope: S;
  rest: T;
  p: P;
}

interface Joins {
  JOIN: 'i';
  INNER: 'i';
  CROSS: 'i';
  LEFT: 'l';
  RIGHT: 'r';
  FULL: 'f';
  ',': 'i';
  NATURAL: 'i';
}

/** One source; J: how it is joined, N: 1 for NATURAL. */
export type From<T, E, Sc, P, J = 'i', N = 0> =
  T extends Cons<infer H, infer R>
    ? H extends `${infer A}:${infer Nm}`
      ? A extends 'i'
        ? FindTable<Lowercase<Nm>, E> extends infer Cs
          ? Cs extends 0
            ? Read<R> extends Cons<'.' | '(', unknown>
              ? Unknown
              : NoTable<Nm, E>
            : Alias<Read<R>, Lowercase<Nm>, Cs, E, Sc, P, J, N>
          : never
        : A extends 'q'
          ? Nm extends `${infer Db}.${infer X}`
            ? Lowercase<Db> extends 'main' | 'temp'
              ? From<Cons<`i:${X}`, R>, E, Sc, P, J, N>
              : Wrong<`no such table: ${Nm}`>
            : never
          : A extends 'n' | 'r' | 'p' | 'x'
            ? Near<H>
            : Unknown
      : H extends '('
        ? Nested<Read<R>, E, Sc, P, J, N>
        : Near<H>
    : never;
type Nested<T, E, Sc, P, J, N> =
  T extends Cons<'SELECT' | 'WITH' | 'VALUES', unknown>
    ? QueryBody<T, E, Sc extends Scope<unknown, unknown, unknown, infer O, unknown> ? O : 0, P> extends infer Q
      ? Q extends Query<infer L, infer T2, infer P2>
        ? T2 extends Cons<infer H, infer R>
          ? H extends ')'
            ? ColumnsOf<L> extends infer Cs
              ? Cs extends 0
                ? Unknown
                : Alias<Read<R>, '', Cs, E, Sc, P2, J, N>
              : never
            : Near<H>
          : never
        : Q
      : never
    : T extends Cons<`${'i' | 'q' | 'f' | 's'}:${string}` | '(', unknown>
      ? Unknown
      : T extends Cons<infer H, unknown>
        ? Near<H>
        : never;

type Alias<T, Nm extends string, Cs, E, Sc, P, J, N> =
  T extends Cons<infer H, infer R>
    ? H extends `i:${infer A}`
      ? Uppercase<A> extends 'INDEXED' | 'FOR' | 'WINDOW'
        ? Special<Uppercase<A>, R, T, Nm, Cs, E, Sc, P, J, N>
        : Read<R> extends infer T2
          ? T2 extends Cons<'i:INDEXED' | 'i:indexed', infer R2>
            ? Special<'INDEXED', R2, T2, Lowercase<A>, Cs, E, Sc, P, J, N>
            : Joined<T2, Lowercase<A>, Cs, E, Sc, P, J, N>
          : never
      : H extends 'AS'
        ? Read<R> extends Cons<infer H2, infer R2>
          ? H2 extends `${'i' | 's'}:${infer A}`
            ? Uppercase<A> extends 'OF'
              ? AsOf<R2, Nm, Cs, E, Sc, P, J, N>
              : Joined<Read<R2>, Lowercase<A>, Cs, E, Sc, P, J, N>
            : Near<H2>
          : never
        : H extends `f:${string}` | 'NOT'
          ? Read<R> extends Cons<'i:INDEXED' | 'i:indexed', infer R2>
            ? Joined<Read<R2>, Nm, Cs, E, Sc, P, J, N>
            : Unknown
          : Joined<T, Nm, Cs, E, Sc, P, J, N>
    : never;
/** INDEXED BY name, FOR SYSTEM_TIME AS OF x, the WINDOW clause. */
type Special<A, R, T, Nm extends string, Cs, E, Sc, P, J, N> = A extends 'INDEXED'
  ? Read<R> extends Cons<'BY', infer R2>
    ? Read<R2> extends Cons<`i:${string}`, infer R3>
      ? Joined<Read<R3>, Nm, Cs, E, Sc, P, J, N>
      : Near<'BY'>
    : Near<'INDEXED'>
  : A extends 'FOR'
    ? Read<R> extends Cons<`i:${string}`, infer R2>
      ? Read<R2> extends Cons<'AS', infer R3>
        ? Read<R3> extends Cons<`i:${string}`, infer R4>
          ? AsOf<R4, Nm, Cs, E, Sc, P, J, N>
          : Unknown
        : Unknown
      : Unknown
    : Joined<T, Nm, Cs, E, Sc, P, J, N>;
type AsOf<T, Nm extends string, Cs, E, Sc, P, J, N> =
  Expression<T, Ctx<NoScope<0>, E, P>, Expected<'i' | 'd'>> extends infer X
    ? X extends Typed<unknown, infer T2, infer K>
      ? Alias<Read<T2>, Nm, Cs, E, Sc, ParamsOf<K>, J, N>
      : X
    : never;

/** ON or USING, then the next source. */
type Joined<T, A, Cs, E, Sc, P, J, N> =
  T extends Cons<infer H, infer R>
    ? H extends 'ON'
      ? N extends 1
        ? Wrong<'a NATURAL join may not have an ON or USING clause'>
        : On<R, AddSource<Sc, A, Cs, J, ''>, E, P>
      : H extends 'USING'
        ? Read<R> extends Cons<'(', infer R2>
          ? Using<Read<R2>, '', A, Cs, E, Sc, P, J>
          : Near<'USING'>
        : H extends 'f:USING' | 'f:using'
          ? Using<Read<R>, '', A, Cs, E, Sc, P, J>
          : NextJoin<T, AddSource<Sc, A, Cs, J, N extends 1 ? CommonNames<Sc, Cs> : ''>, E, P>
    : never;
type CommonNames<Sc, Cs> =
  Sc extends Scope<infer M extends string, infer O extends string, unknown, unknown, unknown>
    ? Common<`${M}${O}`, Cs>
    : '';
type On<T, Sc, E, P> =
  Expression<T, Ctx<Sc, E, P>> extends infer X
    ? X extends Typed<unknown, infer T2, infer K>
      ? NextJoin<Read<T2>, Sc, E, ParamsOf<K>>
      : X
    : never;
/** U: names so far, each with a space behind it. */
type Using<T, U extends string, A, Cs, E, Sc, P, J> =
  T extends Cons<infer H, infer R>
    ? H extends `i:${infer X}`
      ? Sc extends Scope<infer M extends string, infer O extends string, unknown, unknown, unknown>
        ? Cs extends string
          ? 0 extends Has<`${M}${O}`, Lowercase<X>> | Has<Cs, Lowercase<X>>
            ? Wrong<`cannot join using column ${X} - column not present in both tables`>
            : Using<Read<R>, `${U}${Lowercase<X>} `, A, Cs, E, Sc, P, J>
          : Unknown
        : never
      : H extends ','
        ? Using<Read<R>, U, A, Cs, E, Sc, P, J>
        : H extends ')'
          ? NextJoin<Read<R>, AddSource<Sc, A, Cs, J, U>, E, P>
          : Near<H>
    : never;
type NextJoin<T, Sc, E, P> = Sc extends Unknown
  ? Sc
  : T extends Cons<infer H, infer R>
    ? H extends keyof Joins
      ? H extends ',' | 'JOIN'
        ? From<Read<R>, E, Sc, P>
        : JoinWords<Read<R>, Sc, E, P, Joins[H], H extends 'NATURAL' ? 1 : 0>
      : FromResult<Sc, T, P>
    : never;
type JoinWords<T, Sc, E, P, J, N> =
  T extends Cons<infer H, infer R>
    ? H extends 'JOIN'
      ? From<Read<R>, E, Sc, P, J, N>
      : H extends 'OUTER'
        ? JoinWords<Read<R>, Sc, E, P, J, N>
        : N extends 1
          ? H extends 'LEFT' | 'RIGHT' | 'FULL' | 'INNER' | 'CROSS'
            ? JoinWords<Read<R>, Sc, E, P, Joins[H], 1>
            : SameWord<H, R, Sc, E, P, J, 1>
          : SameWord<H, R, Sc, E, P, J, 0>
    : never;
/** `LEFT LEFT JOIN` and `NATURAL NATURAL JOIN`, which SQLite takes. */
type SameWord<H, R, Sc, E, P, J, N> = H extends keyof Joins
  ? H extends 'NATURAL'
    ? JoinWords<Read<R>, Sc, E, P, J, 1>
    : Joins[H] extends J
      ? JoinWords<Read<R>, Sc, E, P, J, N>
      : Near<H>
  : Near<H>;
