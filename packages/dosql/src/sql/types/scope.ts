/**
 * What names mean: tables, the sources of a query, and the context in which a clause is typed.
 *
 * Columns and tables are kept in strings, since the compiler copies every object type that it carries along, and looks
 * a name up in a string in one step. A column is `ColumnStart name ColumnName Name ColumnValue code ColumnFlags flags
 * ColumnEnd`: name in lower case, as declared, its values (value.ts), and flags `R` an INSERT must give it, `G` it is
 * generated, `P` it is the rowid. A table is `TableStart name TableName columns TableEnd`. A source that was given as
 * an interface is that interface.
 */
import type { Encoded } from './tokens.ts';
import type { Decode, TagsOf } from './value.ts';

export type ColumnStart = '\u0010';
export type ColumnName = '\u0011';
export type ColumnValue = '\u0012';
export type ColumnFlags = '\u0013';
export type ColumnEnd = '\u0014';
export type TableStart = '\u0015';
export type TableName = '\u0016';
export type TableEnd = '\u0017';

/** One column; V: a code. */
export type Column<
  Name extends string,
  V extends string,
  Flags extends string,
> = `${ColumnStart}${Lower<Name>}${ColumnName}${Name}${ColumnValue}${V}${ColumnFlags}${Flags}${ColumnEnd}`;
type Lower<N extends string> = N extends `${string} ${string}` ? Lowercase<Encoded<N>> : Lowercase<N>;
/** The name of a column that has none but the text of its expression. */
export type Open = '\u0018';

/** Tables as a string, or as an interface in `given`; CTEs stand before the tables. */
export interface Env<Tables, Given, Depth, Flags> {
  tables: Tables;
  given: Given;
  depth: Depth;
  flags: Flags;
}

/** A source: alias, columns, 1 when its rows may be missing, the source before. */
export interface Source<A, Cs, N, T> {
  a: A;
  c: Cs;
  n: N;
  t: T;
}
/** All sources of `t` may be missing: below a RIGHT or FULL JOIN. */
export interface Missing<T> {
  missing: T;
}

/**
 * Sources of a query. `m` columns of all sources as one string, `o` those that may be missing, `sources` in reverse,
 * `outer` the scope around a correlated subquery or 0, `list` tokens of the select list, where aliases are found.
 */
export interface Scope<M, O, Sources, Outer, List> {
  m: M;
  o: O;
  sources: Sources;
  outer: Outer;
  list: List;
}
export type NoScope<Outer> = Scope<'', '', 0, Outer, 0>;

/** Parameters so far: how many `?`, and the bindings. */
export interface Params<I, L> {
  i: I;
  l: L;
}
export interface Binding<K, V, T> {
  k: K;
  v: V;
  t: T;
}

/** In what an expression is typed. */
export interface Ctx<S, E, P> {
  s: S;
  e: E;
  p: P;
}
/** The context with other parameters. */
export type WithParams<K, P> = K extends Ctx<infer S, infer E, unknown> ? Ctx<S, E, P> : never;
export type ParamsOf<K> = K extends Ctx<unknown, unknown, infer P> ? P : never;
export type Bind<K, Key, V> =
  K extends Ctx<infer S, infer E, Params<infer I, infer L>> ? Ctx<S, E, Params<I, Binding<Key, V, L>>> : never;

/** A query that is wrong, and why. */
export interface Wrong<M> {
  wrong: M;
}
/** A query that is not understood: its rows may be anything. */
export interface Unknown {
  unknown: 1;
}
export type Near<H> = H extends '' ? Wrong<'incomplete input'> : Wrong<`near "${Shown<H>}": syntax error`>;
type Shown<H> = H extends `${'i' | 'q' | 'n' | 'r' | 'f' | 'p'}:${infer X}`
  ? X
  : H extends `s:${infer X}`
    ? `'${X}'`
    : H & string;

// --------------------------------------------------------------- look-up

/** A column found: name as declared, values. */
export interface Found<N, V> {
  name: N;
  v: V;
}
export interface Ambiguous {
  ambiguous: 1;
}
/** Looks a name up in all sources: Found, Ambiguous or 0. */
export type Find<Nm extends string, Sc> =
  Sc extends Scope<infer M, infer O, infer Sources, unknown, unknown>
    ? M extends `${string}${ColumnStart}${Nm}${ColumnName}${infer N}${ColumnValue}${infer V}${ColumnFlags}${infer R}`
      ? R extends `${string}${ColumnStart}${Nm}${ColumnName}${string}`
        ? Ambiguous
        : O extends ''
          ? Found<N, Decode<V>>
          : O extends `${string}${ColumnStart}${Nm}${ColumnName}${string}`
            ? Ambiguous
            : Found<N, Decode<V>>
      : O extends ''
        ? FindGiven<Nm, Sources, 0>
        : O extends `${string}${ColumnStart}${Nm}${ColumnName}${infer N}${ColumnValue}${infer V}${ColumnFlags}${infer R}`
          ? R extends `${string}${ColumnStart}${Nm}${ColumnName}${string}`
            ? Ambiguous
            : Found<N, Decode<V> | 'n'>
          : FindGiven<Nm, Sources, 0>
    : 0;
/** Among sources that are interfaces; N: 1 below a RIGHT or FULL JOIN. */
type FindGiven<Nm, T, N> =
  T extends Source<unknown, infer Cs, infer N2, infer T2>
    ? Cs extends string
      ? FindGiven<Nm, T2, N>
      : GivenColumn<Nm, Cs> extends infer C
        ? [C] extends [never]
          ? FindGiven<Nm, T2, N>
          : FindGiven<Nm, T2, N> extends 0
            ? Found<C, TagsOf<Cs[C & keyof Cs]> | (1 extends N | N2 ? 'n' : never)>
            : Ambiguous
        : never
    : T extends Missing<infer T2>
      ? FindGiven<Nm, T2, 1>
      : 0;
/** The key of an interface that is Nm in lower case. */
export type GivenColumn<Nm, Cs> = Nm extends keyof Cs
  ? Nm
  : { [X in keyof Cs]: Lowercase<X & string> extends Nm ? X : never }[keyof Cs];

/** Looks `alias.name` up in one scope: Found, 0 where the alias is not there, Lacking where the name is not. */
export interface Lacking<Cs> {
  lacking: Cs;
}
export type FindIn<A, Nm extends string, T, N = 0> =
  T extends Source<infer A2, infer Cs, infer N2, infer T2>
    ? A extends A2
      ? Cs extends string
        ? Cs extends `${string}${ColumnStart}${Nm}${ColumnName}${infer D}${ColumnValue}${infer V}${ColumnFlags}${string}`
          ? Found<D, Decode<V> | (1 extends N | N2 ? 'n' : never)>
          : Lacking<Cs>
        : GivenColumn<Nm, Cs> extends infer C
          ? [C] extends [never]
            ? Lacking<Cs>
            : Found<C, TagsOf<Cs[C & keyof Cs]> | (1 extends N | N2 ? 'n' : never)>
          : never
      : FindIn<A, Nm, T2, N>
    : T extends Missing<infer T2>
      ? FindIn<A, Nm, T2, 1>
      : 0;

// ----------------------------------------------------------------- sources

/** Adds a source; J: inner, left, right or full; U: names that USING or NATURAL merges, each with a space behind it. */
export type AddSource<S, A, Cs, J, U> =
  S extends Scope<infer M extends string, infer O extends string, infer T, infer Outer, infer List>
    ? Cs extends string
      ? U extends ''
        ? J extends 'i'
          ? Scope<`${M}${Cs}`, O, Source<A, Cs, 0, T>, Outer, List>
          : J extends 'l'
            ? Scope<M, `${O}${Cs}`, Source<A, Cs, 1, T>, Outer, List>
            : J extends 'r'
              ? Scope<Cs, `${M}${O}`, Source<A, Cs, 0, Missing<T>>, Outer, List>
              : Scope<'', `${M}${O}${Cs}`, Source<A, Cs, 1, Missing<T>>, Outer, List>
        : Merge<M, O, T, Outer, List, A, Cs, J, U & string>
      : U extends ''
        ? J extends 'i' | 'l'
          ? Scope<M, O, Source<A, Cs, J extends 'l' ? 1 : 0, T>, Outer, List>
          : Scope<'', `${M}${O}`, Source<A, Cs, J extends 'f' ? 1 : 0, Missing<T>>, Outer, List>
        : Unknown
    : never;
/**
 * The right source without the merged names: the left ones stand for them. RIGHT and FULL JOIN take the value of the
 * side that is there; the union of both is one.
 */
type Merge<
  M extends string,
  O extends string,
  T,
  Outer,
  List,
  A,
  Cs extends string,
  J,
  U extends string,
> = J extends 'i'
  ? Scope<`${M}${Drop<Cs, U>}`, O, Merged<A, Cs, 0, T, U>, Outer, List>
  : J extends 'l'
    ? Scope<M, `${O}${Drop<Cs, U>}`, Merged<A, Cs, 1, T, U>, Outer, List>
    : Unknown;
/** A source whose merged names `*` leaves out. */
export interface Merged<A, Cs, N, T, U> extends Source<A, Cs, N, T> {
  u: U;
}
/** Columns without some. */
export type Drop<Cs extends string, U extends string> = U extends `${infer X} ${infer R}`
  ? Cs extends `${infer A}${ColumnStart}${X}${ColumnName}${string}${ColumnEnd}${infer B}`
    ? Drop<`${A}${B}`, R>
    : Drop<Cs, R>
  : Cs;
/** Names that both have, each with a space behind it. */
export type Common<
  M,
  Cs,
  U extends string = '',
> = Cs extends `${ColumnStart}${infer X}${ColumnName}${string}${ColumnEnd}${infer R}`
  ? M extends `${string}${ColumnStart}${X}${ColumnName}${string}`
    ? Common<M, R, `${U}${X} `>
    : Common<M, R, U>
  : U;
export type Has<Cs, X extends string> = Cs extends `${string}${ColumnStart}${X}${ColumnName}${string}` ? 1 : 0;
/** Union of the names of columns. */
export type NamesIn<Cs, U = never> = Cs extends `${string}${ColumnName}${infer N}${ColumnValue}${infer R}`
  ? NamesIn<R, U | N>
  : Cs extends string
    ? U
    : keyof Cs;
