/** Names in expressions: columns, aliases, outer columns, the rowid. */
import type { Operator } from './expression.ts';
import type { Call } from './functions.ts';
import type { Ambiguous, Ctx, Find, FindIn, Found, Has, Lacking, Near, Open, Scope, Unknown, Wrong } from './scope.ts';
import type { Item, TwoLists } from './select.ts';
import type { NotFound } from './suggest.ts';
import type { Cons, Read } from './tokens.ts';
import type { Any } from './value.ts';

export type ColumnNamed<Nm extends string, X extends string, R, K, S> =
  K extends Ctx<infer Sc, unknown, unknown>
    ? Find<Nm, Sc> extends infer F
      ? F extends Found<unknown, infer V>
        ? Operator<V, R, K, S>
        : F extends Ambiguous
          ? Wrong<`ambiguous column name: ${X}`>
          : ColumnElsewhere<Nm, X, Read<R>, K, Sc, S>
      : never
    : never;
/** Not a column of the sources: a qualified name, a call, a word, an alias, an outer column. */
type ColumnElsewhere<Nm extends string, X extends string, T, K, Sc, S> =
  T extends Cons<infer H, infer R>
    ? H extends '.'
      ? Read<R> extends Cons<`${'i' | 'f'}:${infer Y}`, infer R2>
        ? Qualified<Nm, Lowercase<Y>, Sc, `${X}.${Y}`, R2, K, S>
        : Near<'.'>
      : H extends '('
        ? Call<Nm, Read<R>, K, S>
        : Nm extends keyof Words
          ? Operator<Words[Nm], T, K, S>
          : OuterColumn<Nm, X, T, K, Sc, S>
    : never;
interface Words {
  true: 'i';
  false: 'i';
  current_timestamp: 't';
  current_date: 't';
  current_time: 't';
}
export type RowId = 'rowid' | 'oid' | '_rowid_';
/** Sc: the scope in which it was not found. */
type OuterColumn<Nm extends string, X extends string, T, K, Sc, S> =
  Sc extends Scope<infer M, infer O, infer Sources, infer Outer, infer List>
    ? 1 extends Has<M, Open> | Has<O, Open>
      ? Unknown
      : HasAlias<List, Nm> extends infer A
        ? [A] extends [0]
          ? Nm extends RowId
            ? Sources extends 0
              ? OuterNext<Nm, X, T, K, Outer, S>
              : Operator<Sources extends { n: 0; t: 0 } ? 'i' : 'i' | 'n', T, K, S>
            : OuterNext<Nm, X, T, K, Outer, S>
          : Operator<A, T, K, S>
        : never
    : NotFound<X, K>;
type OuterNext<Nm extends string, X extends string, T, K, Outer, S> = Outer extends 0
  ? NotFound<X, K>
  : Find<Nm, Outer> extends infer F
    ? F extends Found<unknown, infer V>
      ? Operator<V, T, K, S>
      : F extends Ambiguous
        ? Wrong<`ambiguous column name: ${X}`>
        : OuterColumn<Nm, X, T, K, Outer, S>
    : never;

/** The value of an alias of the select list: known behind the list (Item), anything before; 0 where there is none. */
type HasAlias<List, Nm> = List extends 0
  ? 0
  : List extends Item<infer N, infer V, infer T>
    ? N extends string
      ? Lowercase<N> extends Nm
        ? V
        : HasAlias<T, Nm>
      : HasAlias<T, Nm>
    : List extends { star: unknown; t: infer T }
      ? HasAlias<T, Nm>
      : List extends TwoLists<infer A, infer B>
        ? HasAlias<A, Nm> extends infer V
          ? [V] extends [0]
            ? HasAlias<B, Nm>
            : V
          : never
        : Read<List> extends Cons<infer H, infer R>
          ? H extends 'AS' | ')' | 'END' | `${'i' | 'q' | 'n' | 'r' | 's'}:${string}`
            ? Read<R> extends Cons<`i:${infer X}`, unknown>
              ? Lowercase<X> extends Nm
                ? Any
                : HasAlias<Read<R>, Nm>
              : HasAlias<Read<R>, Nm>
            : H extends '' | 'FROM'
              ? 0
              : HasAlias<Read<R>, Nm>
          : 0;

/** Sc: the scope in which the alias is looked for, then those around it. */
export type Qualified<Q extends string, Nm extends string, Sc, X extends string, R, K, S> =
  Sc extends Scope<unknown, unknown, infer Sources, infer Outer, unknown>
    ? FindIn<Q, Nm, Sources> extends infer F
      ? F extends Found<unknown, infer V>
        ? Operator<V, R, K, S>
        : F extends Lacking<infer Cs>
          ? 1 extends Has<Cs, Open>
            ? Unknown
            : Nm extends RowId
              ? Operator<Sources extends { n: 0; t: 0 } ? 'i' : 'i' | 'n', R, K, S>
              : NotFound<X, K, Cs>
          : Nm extends `${infer Y}.${infer Z}`
            ? Q extends 'main' | 'temp'
              ? Qualified<Y, Z, Sc, X, R, K, S>
              : NotFound<X, K>
            : Outer extends 0
              ? NotFound<X, K>
              : Qualified<Q, Nm, Outer, X, R, K, S>
      : never
    : NotFound<X, K>;
