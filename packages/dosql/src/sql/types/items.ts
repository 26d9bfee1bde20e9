/** Result columns: plain ones, expressions, `*`; what they are called. */
import type { Expression, Typed } from './expression.ts';
import type { RowId } from './name.ts';
import type { Counted, Next } from './parameter.ts';
import type { AllNullable } from './narrow.ts';
import type {
  Ambiguous,
  Column,
  ColumnFlags,
  ColumnName,
  ColumnValue,
  Ctx,
  Drop,
  Find,
  FindIn,
  Found,
  Merged,
  Missing,
  Near,
  Open,
  ParamsOf,
  Scope,
  Source,
  Unknown,
  Wrong,
} from './scope.ts';
import type { Item, StarItem } from './select.ts';
import type { Cons, Decoded, Read } from './tokens.ts';
import type { Code, Tag } from './value.ts';

/** Result columns in reverse, the token behind them, the parameters. */
export interface Listed<L, H, P> {
  list: L;
  end: H;
  p: P;
}
export interface ListEnds {
  FROM: 0;
  '': 0;
  ';': 0;
  ')': 0;
  WHERE: 0;
  GROUP: 0;
  HAVING: 0;
  ORDER: 0;
  LIMIT: 0;
  UNION: 0;
  EXCEPT: 0;
  INTERSECT: 0;
  'i:WINDOW': 0;
  'i:window': 0;
}
interface ItemAt<T, K, L> {
  item: T;
  k: K;
  l: L;
}
/** Up to 832 columns: more are not understood. */
export type Items<T, K, L> = ItemRounds<FirstItem<T, K, L>, 0>;
type ItemRounds<Q, N> =
  Q extends ItemAt<unknown, unknown, unknown> ? (N extends 13 ? Unknown : ItemRounds<ItemRound<Q, 0>, Counted<N>>) : Q;
type ItemRound<Q, N> =
  Q extends ItemAt<infer T, infer K, infer L> ? (N extends keyof Next ? ItemRound<FirstItem<T, K, L>, Next[N]> : Q) : Q;
/** A plain column does without the machine. */
type FirstItem<T, K, L> =
  T extends Cons<infer H, infer R>
    ? H extends `${infer A}:${infer X}`
      ? A extends 'i'
        ? Read<R> extends infer T2
          ? T2 extends Cons<infer H2, unknown>
            ? H2 extends keyof ListEnds | ',' | 'AS'
              ? PlainItem<Lowercase<X>, X, T2, T, K, L>
              : H2 extends '.'
                ? QuotedItem<X, T2, T, K, L>
                : AnyItem<T, K, L>
            : never
          : never
        : A extends 'q'
          ? QualifiedItem<X, Read<R>, T, K, L>
          : AnyItem<T, K, L>
      : H extends '*'
        ? K extends Ctx<Scope<unknown, unknown, infer Sources, unknown, unknown>, unknown, unknown>
          ? Sources extends 0
            ? Wrong<'no tables specified'>
            : ItemNext<Read<R>, K, AllStars<Sources, L, 0>>
          : never
        : H extends '('
          ? BracketedItem<Read<R>, T, K, L>
          : AnyItem<T, K, L>
    : never;
/** `(a)` is called as the column is. */
type BracketedItem<T2, T, K, L> =
  T2 extends Cons<infer H, infer R>
    ? H extends `${'i' | 'q'}:${string}`
      ? Read<R> extends Cons<')', infer R2>
        ? FirstItem<Cons<H, R2>, K, L>
        : AnyItem<T, K, L>
      : AnyItem<T, K, L>
    : never;
/** `a."b"`, which are three tokens. */
type QuotedItem<X extends string, T2, T, K, L> =
  T2 extends Cons<'.', infer R>
    ? Read<R> extends Cons<infer H, infer R2>
      ? H extends `i:${infer Y}`
        ? QualifiedItem<`${X}.${Y}`, Read<R2>, T, K, L>
        : H extends '*'
          ? QualifiedItem<`${X}.*`, Read<R2>, T, K, L>
          : AnyItem<T, K, L>
      : never
    : never;
type PlainItem<X extends string, Shown extends string, T2, T, K, L> =
  K extends Ctx<infer Sc, unknown, unknown>
    ? Find<X, Sc> extends infer F
      ? F extends Found<infer N, infer V>
        ? Named<N, V, T2, K, L>
        : F extends Ambiguous
          ? Wrong<`ambiguous column name: ${Shown}`>
          : X extends RowId
            ? RowIdItem<Sc, T2, K, L>
            : AnyItem<T, K, L>
      : never
    : never;
/** The rowid is called as the INTEGER PRIMARY KEY is. */
type RowIdItem<Sc, T, K, L> =
  Sc extends Scope<unknown, unknown, Source<unknown, infer Cs extends string, 0, 0>, unknown, unknown>
    ? Cs extends `${string}${ColumnFlags}P${string}`
      ? Cs extends `${string}${ColumnName}${infer N}${ColumnValue}i${ColumnFlags}P${string}`
        ? N extends `${string}${ColumnValue}${string}`
          ? Unknown
          : Named<N, 'i', T, K, L>
        : never
      : Named<'rowid', 'i', T, K, L>
    : Unknown;
type QualifiedItem<X, T2, T, K, L> = X extends `${infer Q}.${infer Y}`
  ? K extends Ctx<Scope<unknown, unknown, infer Sources, unknown, unknown>, unknown, unknown>
    ? Y extends '*'
      ? StarOf<Lowercase<Q>, Sources, L, 0> extends infer L2
        ? L2 extends Wrong<unknown>
          ? L2
          : ItemNext<T2, K, L2>
        : never
      : T2 extends Cons<infer H2, unknown>
        ? H2 extends keyof ListEnds | ',' | 'AS'
          ? FindIn<Lowercase<Q>, Lowercase<Y>, Sources> extends infer F
            ? F extends Found<infer N, infer V>
              ? Named<N, V, T2, K, L>
              : AnyItem<T, K, L>
            : never
          : AnyItem<T, K, L>
        : never
    : never
  : never;
/** With or without AS. */
type Named<N, V, T, K, L> =
  T extends Cons<infer H, infer R>
    ? H extends 'AS'
      ? Read<R> extends Cons<`${'i' | 's'}:${infer A}`, infer R2>
        ? ItemNext<Read<R2>, K, Item<AliasName<A>, V, L>>
        : Read<R> extends Cons<infer H2, unknown>
          ? SoftAlias<H2>
          : never
      : ItemNext<T, K, Item<N, V, L>>
    : never;
type AliasName<A extends string> = A extends `${string}\u0001${string}` ? Decoded<A> : A;
type SoftAlias<H> = H extends
  | 'DESC'
  | 'ASC'
  | 'END'
  | 'BY'
  | 'OFFSET'
  | 'IF'
  | 'CAST'
  | 'LIKE'
  | 'GLOB'
  | 'REPLACE'
  | 'MATCH'
  | 'REGEXP'
  | `f:${string}`
  ? Unknown
  : Near<H>;
type AnyItem<T, K, L> =
  Expression<T, K> extends infer X
    ? X extends Typed<infer V, infer T2, infer K2>
      ? Read<T2> extends infer T3
        ? T3 extends Cons<infer H, infer R>
          ? H extends keyof ListEnds | ','
            ? ItemNext<T3, K2, Item<0, V, L>>
            : H extends `${'i' | 's'}:${infer A}`
              ? ItemNext<Read<R>, K2, Item<AliasName<A>, V, L>>
              : Named<0, V, T3, K2, L>
          : never
        : never
      : X
    : never;
type ItemNext<T, K, L> =
  T extends Cons<infer H, infer R> ? (H extends ',' ? ItemAt<Read<R>, K, L> : Listed<L, H, ParamsOf<K>>) : never;

/** All columns of all sources, which are in reverse as the list is; N: 1 below a RIGHT or FULL JOIN. */
type AllStars<S, L, N> =
  S extends Source<unknown, infer Cs, infer N2, infer T>
    ? S extends Merged<unknown, string, unknown, unknown, infer U extends string>
      ? StarItem<StarColumns<Drop<Cs & string, U>, N | N2>, 0, AllStars<T, L, N>, 1>
      : Cs extends string
        ? StarItem<StarColumns<Cs, N | N2>, 0, AllStars<T, L, N>, T extends 0 ? 0 : 1>
        : StarItem<Cs, 1 extends N | N2 ? 1 : 0, AllStars<T, L, N>, T extends 0 ? 0 : 1>
    : S extends Missing<infer T>
      ? AllStars<T, L, 1>
      : L;
type StarColumns<Cs extends string, N> = 1 extends N ? AllNullable<Cs, ''> : Cs;
type StarOf<Q, S, L, N> =
  S extends Source<infer A, infer Cs, infer N2, infer T>
    ? Q extends A
      ? Cs extends string
        ? StarItem<StarColumns<Cs, N | N2>, 0, L, 0>
        : StarItem<Cs, 1 extends N | N2 ? 1 : 0, L, 0>
      : StarOf<Q, T, L, N>
    : S extends Missing<infer T>
      ? StarOf<Q, T, L, 1>
      : Wrong<`no such table: ${Q & string}`>;

/** Result columns as a source; 0 where a string cannot tell them. */
export type ColumnsOf<L> = L extends StarItem<infer Cs, 0, 0> ? Cs : ColumnsIn<L, ''>;
type ColumnsIn<L, Z extends string> =
  L extends Item<infer N, infer V, infer T>
    ? [V] extends [Tag]
      ? ColumnsIn<T, `${N extends string ? Column<N, Code<V>, ''> : Column<Open, 'irtbn', ''>}${Z}`>
      : 0
    : L extends StarItem<infer Cs, unknown, infer T>
      ? Cs extends string
        ? ColumnsIn<T, `${Cs}${Z}`>
        : 0
      : Z;
