/** Result columns to rows, parameters to arguments. */
import type { Cons } from './tokens.ts';
import type { AnyParam, Decode, Out, ParamMode, SqlValue, TagsOf } from './value.ts';
import type { Binding, ColumnFlags, ColumnName, ColumnValue, NamesIn, Open, Params } from './scope.ts';
import type { Counted } from './parameter.ts';
import type { Item, StarItem } from './select.ts';

export type AnyRow = Record<string, SqlValue>;
interface Entry<N, V> {
  n: N;
  v: V;
}
/** A column has no name but the text of its expression. */
type Unnamed = 'unnamed';

/** A row; S: the text, from which names are taken where they are that. */
export type RowOf<L, Mode, S extends string> =
  L extends StarItem<infer Cs, infer N, 0>
    ? Cs extends string
      ? RowOfColumns<Cs, Mode>
      : 1 extends N
        ? { [X in keyof Cs]: Out<TagsOf<Cs[X]> | 'n', Mode> }
        : { [X in keyof Cs]-?: Out<TagsOf<Cs[X]>, Mode> }
    : Entries<L, never, never> extends infer U
      ? [U] extends [Unnamed]
        ? [U] extends [never]
          ? {}
          : NamedByText<L, Texts<S>, 0> extends infer L2
            ? [L2] extends [0]
              ? AnyRow
              : FromEntries<Entries<L2, never, never>, Mode>
            : never
        : FromEntries<U, Mode>
      : never;
/** All columns of one table; kept for each. */
type RowOfColumns<Cs extends string, Mode> = FromEntries<StarEntries<Cs, never, never>, Mode>;
type FromEntries<U, Mode> = [Entry<Open, unknown>] extends [U]
  ? AnyRow
  : {
      [X in U as X extends Entry<infer N extends string, unknown> ? N : never]: X extends Entry<unknown, infer V>
        ? Out<V, Mode>
        : never;
    };
/** The list is in reverse: of columns with one name the last stands. */
type Entries<L, U, Seen> =
  L extends Item<infer N, infer V, infer T>
    ? N extends string
      ? N extends Seen
        ? Entries<T, U, Seen>
        : Entries<T, U | Entry<N, V>, Seen | N>
      : Unnamed
    : L extends StarItem<infer Cs, infer N, infer T>
      ? Cs extends string
        ? Entries<T, U | StarEntries<Cs, Seen, never>, Seen | NamesIn<Cs>>
        : Entries<T, U | GivenEntries<Cs, N, Seen>, Seen | keyof Cs>
      : U;
type StarEntries<
  Cs extends string,
  Seen,
  U,
> = Cs extends `${string}${ColumnName}${infer N}${ColumnValue}${infer V}${ColumnFlags}${infer R}`
  ? StarEntries<R, Seen, N extends Seen ? U : U | Entry<N, Decode<V>>>
  : U;
type GivenEntries<Cs, N, Seen> = {
  [X in keyof Cs]-?: X extends Seen ? never : Entry<X, TagsOf<Cs[X]> | (N extends 1 ? 'n' : never)>;
}[keyof Cs];

/** The list with texts as names; Ts: the texts, last first. 0 where they do not fit. */
type NamedByText<L, Ts, Z> =
  L extends Item<infer N, infer V, infer T>
    ? Ts extends Cons<infer X, infer Ts2>
      ? NamedByText<T, Ts2, N extends string ? Item<N, V, Z> : Item<X, V, Z>>
      : 0
    : L extends StarItem<infer Cs, infer N, infer T, infer More>
      ? Ts extends Cons<unknown, infer Ts2>
        ? NamedByText<T, More extends 1 ? Ts : Ts2, StarItem<Cs, N, Z>>
        : 0
      : Ts extends 0
        ? Turned<Z, 0>
        : 0;
type Turned<L, Z> =
  L extends Item<infer N, infer V, infer T>
    ? Turned<T, Item<N, V, Z>>
    : L extends StarItem<infer Cs, infer N, infer T>
      ? Turned<T, StarItem<Cs, N, Z>>
      : Z;

// ------------------------------------------------ texts of result columns

type White = ' ' | '\n' | '\t' | '\r';
type Trimmed<S extends string> = S extends `${White}${infer R}`
  ? Trimmed<R>
  : S extends `${infer R}${White}`
    ? Trimmed<R>
    : S;
/** The first word. */
type WordOf<S extends string> = S extends `${infer A} ${string}` ? WordOfLine<A> : WordOfLine<S>;
type WordOfLine<S extends string> = S extends `${infer A}\n${string}` ? WordOfTabs<A> : WordOfTabs<S>;
type WordOfTabs<S extends string> = S extends `${infer A}\t${string}` ? A : S;
/** Texts of the columns of the first select list, or behind RETURNING; last first; 'none' where they cannot be told. */
type Texts<S extends string> = S extends `${string}${'--' | '/*'}${string}`
  ? 'none'
  : Trimmed<S> extends infer T extends string
    ? WordOf<T> extends infer W extends string
      ? Uppercase<W> extends 'SELECT'
        ? T extends `${W}${infer R}`
          ? List<Quantified<Trimmed<R>>, '', 0>
          : never
        : Uppercase<W> extends 'INSERT' | 'UPDATE' | 'DELETE' | 'REPLACE'
          ? Returned<T>
          : 'none'
      : never
    : never;
type Quantified<S extends string> =
  WordOf<S> extends infer W extends string
    ? Uppercase<W> extends 'DISTINCT' | 'ALL'
      ? S extends `${W}${infer R}`
        ? Trimmed<R>
        : never
      : S
    : never;
type Returned<S extends string> = S extends `${string}RETURNING${White}${infer R}`
  ? List<R, '', 0>
  : S extends `${string}returning${White}${infer R}`
    ? List<R, '', 0>
    : 'none';
/** A: the beginning of a text that has a comma in brackets or quotes. */
type List<S extends string, A extends string, Ts> = S extends `${infer X},${infer R}`
  ? Balanced<`${A}${X}`> extends 1
    ? FromIn<`${A}${X}`, ''> extends infer F
      ? F extends string
        ? Cons<Trimmed<F>, Ts>
        : List<R, '', Cons<Trimmed<`${A}${X}`>, Ts>>
      : never
    : List<R, `${A}${X},`, Ts>
  : FromIn<`${A}${S}`, ''> extends infer F
    ? F extends string
      ? Cons<Trimmed<F>, Ts>
      : `${A}${S}` extends `${infer X};${infer Y}`
        ? Trimmed<Y> extends ''
          ? Cons<Trimmed<X>, Ts>
          : 'none'
        : Uppercase<`${A}${S}`> extends `${string}${White}${'ORDER' | 'LIMIT' | 'UNION' | 'WHERE' | 'EXCEPT' | 'INTERSECT'}${White}${string}`
          ? 'none'
          : Cons<Trimmed<`${A}${S}`>, Ts>
    : never;
/** What stands before the FROM of the query itself; 0 where there is none. */
type FromIn<S extends string, A extends string> = S extends `${infer X}FROM${infer R}`
  ? FromAt<X, 'FROM', R, A>
  : S extends `${infer X}from${infer R}`
    ? FromAt<X, 'from', R, A>
    : 0;
type FromAt<X extends string, F extends string, R extends string, A extends string> = X extends `${string}${White}`
  ? R extends `${White | '('}${string}`
    ? Balanced<`${A}${X}`> extends 1
      ? X extends `${infer Y}from${infer R2}`
        ? FromAt<Y, 'from', `${R2}${F}${R}`, A> extends infer Z
          ? Z extends string
            ? Z
            : `${A}${X}`
          : never
        : `${A}${X}`
      : FromIn<R, `${A}${X}${F}`>
    : FromIn<R, `${A}${X}${F}`>
  : FromIn<R, `${A}${X}${F}`>;
/** 1 where brackets and quotes are closed. */
type Balanced<S extends string> = S extends `${string}${'(' | ')' | "'" | '"'}${string}` ? Brackets<Unquoted<S>> : 1;
type Unquoted<S extends string> = S extends `${infer A}'${infer R}`
  ? R extends `${string}'${infer B}`
    ? Unquoted<`${A}${B}`>
    : '('
  : S extends `${infer A}"${infer R}`
    ? R extends `${string}"${infer B}`
      ? Unquoted<`${A}${B}`>
      : '('
    : S;
type Brackets<S extends string> = S extends `${infer A}(${infer B}`
  ? `${A}${B}` extends `${infer C})${infer D}`
    ? Brackets<`${C}${D}`>
    : 0
  : S extends `${string})${string}`
    ? 0
    : 1;

// -------------------------------------------------------------- parameters

/** The arguments that go with a query: none, a tuple, or an object. */
export type ArgsOf<P> =
  P extends Params<infer I, infer L>
    ? I extends 'many'
      ? readonly AnyParam[]
      : I extends 0
        ? L extends 0
          ? []
          : Numbered<L> extends infer N
            ? [N] extends [never]
              ? NamedArgs<L>
              : NumberedTuple<L, Keys<L, never>, []>
            : never
        : Numbered<L, string> extends infer N
          ? [N] extends [never]
            ? Tuple<I, L, []>
            : readonly AnyParam[]
          : never
    : never;
/** `?1`, or a name among positional ones. */
type Numbered<L, Names = never> =
  L extends Binding<infer K, unknown, infer T> ? (K extends `?${string}` | Names ? K : Numbered<T, Names>) : never;
type Keys<L, U> = L extends Binding<infer K, unknown, infer T> ? Keys<T, U | K> : U;
/** Values go by number, as many as the highest; names among them, or numbers beyond what can be counted, are not typed. */
type NumberedTuple<L, Ks, A extends unknown[]> = [Ks] extends [never]
  ? A
  : Counted<A['length']> extends infer M
    ? M extends number
      ? NumberedTuple<L, Exclude<Ks, `?${M}`>, [...A, ArgOf<L, `?${M}`>]>
      : readonly AnyParam[]
    : never;
type Tuple<I, L, A extends unknown[]> = A['length'] extends I ? A : Tuple<I, L, [...A, ArgOf<L, A['length']>]>;
type ArgOf<L, K> = L extends Binding<infer K2, infer V, infer T> ? (K extends K2 ? Arg<V> : ArgOf<T, K>) : AnyParam;
type Arg<V> = unknown extends V ? AnyParam : ['t' | 'i' | 'r' | 'b'] extends [V] ? AnyParam : Out<V, ParamMode>;
type NamedArgs<L> = {
  [
    X in Bound<L, never> as X extends Binding<`${':' | '@' | '$'}${infer N}`, unknown, unknown> ? N : never
  ]: X extends Binding<unknown, infer V, unknown> ? Arg<V> : never;
};
type Bound<L, U> = L extends Binding<infer K, infer V, infer T> ? Bound<T, U | Binding<K, V, 0>> : U;
