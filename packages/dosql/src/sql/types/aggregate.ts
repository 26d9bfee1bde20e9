/** Aggregates without GROUP BY: over no rows they make one, in which columns are NULL. */
import type { Env, Missing, Scope } from './scope.ts';
import type { Cons, Fill, Read } from './tokens.ts';

export type AggregateName =
  | 'avg'
  | 'count'
  | 'group_concat'
  | 'json_group_array'
  | 'json_group_object'
  | 'jsonb_group_array'
  | 'jsonb_group_object'
  | 'max'
  | 'min'
  | 'string_agg'
  | 'sum'
  | 'total';

/** The scope of a select list; T: the list, T2: what stands behind FROM and WHERE. */
export type ListScope<Sc, E, T, T2> =
  E extends Env<unknown, unknown, unknown, `${string}a`>
    ? T2 extends Cons<'GROUP', unknown>
      ? Sc
      : Drive<Scan<Read<T>, 0>> extends 1
        ? NullableScope<Sc>
        : Sc
    : Sc;
type NullableScope<Sc> =
  Sc extends Scope<infer M extends string, infer O extends string, infer Sources, infer Outer, infer L>
    ? Sources extends 0
      ? Sc
      : Scope<'', `${M}${O}`, Missing<Sources>, Outer, L>
    : never;

interface At<T, D> {
  at: T;
  d: D;
}
type Drive<Q> = Q extends At<infer T, infer D> ? Drive<Scan<Fill<T>, D>> : Q;
interface Ends {
  FROM: 0;
  '': 0;
  ';': 0;
  WHERE: 0;
  ORDER: 0;
  LIMIT: 0;
  UNION: 0;
  EXCEPT: 0;
  INTERSECT: 0;
}
/**
 * 1 where the list calls an aggregate. D: open brackets, `a` of an aggregate, `m` of min or max with one argument so
 * far, `s` of a subquery, `q` within one, `p` any other.
 */
type Scan<T, D> =
  T extends Cons<infer H, infer R>
    ? H extends `f:${infer X}`
      ? Scan<R, Pushed<D, Lowercase<X> extends AggregateName ? (Lowercase<X> extends 'min' | 'max' ? 'm' : 'a') : 'p'>>
      : H extends '('
        ? Bracket<Read<R>, D>
        : H extends ')'
          ? D extends Cons<infer K, infer D2>
            ? K extends 'a' | 'm'
              ? Behind<Read<R>, D2>
              : Scan<R, D2>
            : 0
          : H extends ','
            ? D extends Cons<'m', infer D2>
              ? Scan<R, Cons<'p', D2>>
              : Scan<R, D>
            : H extends keyof Ends
              ? D extends 0
                ? 0
                : H extends ''
                  ? 0
                  : Scan<R, D>
              : Scan<R, D>
    : T extends string
      ? At<T, D>
      : 0;
type Pushed<D, K> = D extends Cons<'s' | 'q', unknown> ? Cons<'q', D> : Cons<K, D>;
type Bracket<T, D> =
  T extends Cons<'SELECT' | 'WITH' | 'VALUES', unknown> ? Scan<T, Cons<'s', D>> : Scan<T, Pushed<D, 'p'>>;
/** Over a window it is no aggregate. */
type Behind<T, D> =
  T extends Cons<`${'i' | 'f'}:${infer X}`, unknown> ? (Uppercase<X> extends 'OVER' ? Scan<T, D> : 1) : 1;
