/** What was meant by a name that is not there. */
import type { Ctx, Env, NamesIn, Scope, Source, Missing, TableName, TableStart, Wrong } from './scope.ts';
import type { FunctionName } from './functions.ts';

/** Names within one insertion, deletion, substitution or swap of X, or that begin with X; for X of three letters and more. */
type Similar<X extends string, K> = X extends `${infer _1}${infer _2}${infer R}`
  ? R extends ''
    ? never
    : K extends string
      ? IsClose<Lowercase<X>, Lowercase<K>> extends 1
        ? K
        : never
      : never
  : never;
type IsClose<X extends string, K extends string> = X extends ''
  ? 0
  : K extends `${X}${string}`
    ? 1
    : X extends `${infer A}${infer R}`
      ? K extends `${A}${infer Q}`
        ? IsCloseRest<R, Q>
        : OneEdit<X, K>
      : 0;
type IsCloseRest<X extends string, K extends string> = X extends `${infer A}${infer R}`
  ? K extends `${A}${infer Q}`
    ? IsCloseRest<R, Q>
    : OneEdit<X, K>
  : K extends `${string}${infer Q}`
    ? Q extends ''
      ? 1
      : 0
    : 1;
type OneEdit<X extends string, K extends string> = X extends `${infer A}${infer R}`
  ? K extends `${infer B}${infer Q}`
    ? R extends Q
      ? 1
      : R extends K
        ? 1
        : X extends Q
          ? 1
          : R extends `${B}${infer R2}`
            ? Q extends `${A}${infer Q2}`
              ? R2 extends Q2
                ? 1
                : 0
              : 0
            : 0
    : R extends ''
      ? 1
      : 0
  : K extends `${string}${infer Q}`
    ? Q extends ''
      ? 1
      : 0
    : 1;

/** A name that is wrong, with what it may be instead. */
export interface Misspelt<X, Instead> {
  name: X;
  instead: Instead;
}
type Suggested<M extends string, X extends string, S> = [S] extends [never]
  ? Wrong<M>
  : Wrong<`${M} - did you mean ${S & string}?`> & Misspelt<X, S>;

/** X is no column of the sources of K, or of the columns Cs. */
export type NotFound<X extends string, K, Cs = 0> = Cs extends 0
  ? K extends Ctx<Scope<infer M, infer O, infer Sources, unknown, unknown>, unknown, unknown>
    ? Suggested<
        `no such column: ${X}`,
        X,
        X extends `${infer A}.${infer N}`
          ? SimilarAlias<A, N, Sources>
          : Similar<X, NamesIn<M> | NamesIn<O> | GivenNames<Sources>>
      >
    : never
  : Suggested<`no such column: ${X}`, X, X extends `${infer A}.${infer N}` ? `${A}.${Similar<N, NamesIn<Cs>>}` : never>;
type SimilarAlias<A extends string, N extends string, T> =
  T extends Source<infer A2 extends string, unknown, unknown, infer T2>
    ? (Similar<A, A2> extends infer S extends string ? `${S}.${N}` : never) | SimilarAlias<A, N, T2>
    : T extends Missing<infer T2>
      ? SimilarAlias<A, N, T2>
      : never;
type GivenNames<T> =
  T extends Source<unknown, infer Cs, unknown, infer T2>
    ? (Cs extends string ? never : keyof Cs) | GivenNames<T2>
    : T extends Missing<infer T2>
      ? GivenNames<T2>
      : never;
export type NoColumn<Message extends string, X extends string, Cs> = Suggested<Message, X, Similar<X, NamesIn<Cs>>>;
export type NoTable<Nm extends string, E> =
  E extends Env<infer Tables, infer Given, unknown, unknown>
    ? Suggested<
        `no such table: ${Nm}`,
        Nm,
        Similar<Nm, TablesIn<Tables, never> | (Given extends 0 ? never : keyof Given)>
      >
    : never;
type TablesIn<S, U> = S extends `${string}${TableStart}${infer N}${TableName}${infer R}` ? TablesIn<R, U | N> : U;
export type NoFunction<Nm> = Nm extends string
  ? Suggested<`no such function: ${Nm}`, Nm, Similar<Nm, FunctionName>>
  : never;
