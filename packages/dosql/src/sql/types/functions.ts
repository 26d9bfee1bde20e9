/** Calls: arguments, how many may be given, what comes out; FILTER and OVER. */
import type { Cons, Read } from './tokens.ts';
import type { UserFunctions } from './index.ts';
import type { Any, Known, NullOf, Numeric, TagsOf, Text } from './value.ts';
import type { Near, Unknown, Wrong } from './scope.ts';
import type { Expression, Expressions, Frame, Operand, Operator, Typed } from './expression.ts';
import type { NoFunction } from './suggest.ts';

/** Name, and arguments so far in reverse. */
export interface Called<Nm, Args> {
  name: Nm;
  args: Args;
}
export interface Arg<V, T> {
  v: V;
  a: T;
}

/**
 * How many arguments (unknown of the digits; `+` more than four), then the kind of the result: `i` INTEGER, `i?` or NULL,
 * `i~` NULL where an argument is; `N` a number like the first; `V` what the arguments are; `W…` only OVER a window.
 */
interface Functions {
  abs: '1:N';
  acos: '1:r?';
  acosh: '1:r?';
  asin: '1:r?';
  asinh: '1:r?';
  atan: '1:r?';
  atan2: '2:r?';
  atanh: '1:r?';
  avg: '1:r?';
  ceil: '1:C';
  ceiling: '1:C';
  changes: '0:i';
  char: '01234+:t';
  coalesce: '234+:coalesce';
  concat: '1234+:t';
  concat_ws: '234+:t?';
  cos: '1:r?';
  cosh: '1:r?';
  count: '01:i';
  cume_dist: '0:Wr';
  date: '01234+:t?';
  datetime: '01234+:t?';
  degrees: '1:r?';
  dense_rank: '0:Wi';
  exp: '1:r?';
  first_value: '1:WV?';
  floor: '1:C';
  format: '1234+:t?';
  glob: '2:i~';
  group_concat: '12:t?';
  hex: '1:t';
  if: '234+:iif';
  ifnull: '2:coalesce';
  iif: '234+:iif';
  instr: '2:i~';
  json: '1:t?';
  json_array: '01234+:t';
  json_array_insert: '34+:t?';
  json_array_length: '12:i?';
  json_error_position: '1:i?';
  json_extract: '234+:any';
  json_group_array: '1:t';
  json_group_object: '2:t';
  json_insert: '34+:t?';
  json_object: '024+:t';
  json_patch: '2:t?';
  json_pretty: '12:t?';
  json_quote: '1:t';
  json_remove: '1234+:t?';
  json_replace: '34+:t?';
  json_set: '34+:t?';
  json_type: '12:t?';
  json_valid: '12:i?';
  jsonb: '1:b?';
  jsonb_array: '01234+:b';
  jsonb_array_insert: '34+:b?';
  jsonb_extract: '234+:any';
  jsonb_group_array: '1:b';
  jsonb_group_object: '2:b';
  jsonb_insert: '34+:b?';
  jsonb_object: '024+:b';
  jsonb_patch: '2:b?';
  jsonb_remove: '1234+:b?';
  jsonb_replace: '34+:b?';
  jsonb_set: '34+:b?';
  julianday: '01234+:r?';
  lag: '123:WV?';
  last_insert_rowid: '0:i';
  last_value: '1:WV?';
  lead: '123:WV?';
  length: '1:i~';
  like: '23:i~';
  likelihood: '2:first';
  likely: '1:first';
  ln: '1:r?';
  log: '12:r?';
  log10: '1:r?';
  log2: '1:r?';
  lower: '1:t~';
  ltrim: '12:t~';
  max: '1234+:extreme';
  min: '1234+:extreme';
  mod: '2:r?';
  nth_value: '2:WV?';
  ntile: '1:Wi';
  nullif: '2:nullif';
  octet_length: '1:i~';
  percent_rank: '0:Wr';
  pi: '0:r';
  pow: '2:r?';
  power: '2:r?';
  printf: '1234+:t?';
  quote: '1:t';
  radians: '1:r?';
  random: '0:i';
  randomblob: '1:b';
  rank: '0:Wi';
  replace: '3:t~';
  round: '12:r~';
  row_number: '0:Wi';
  rtrim: '12:t~';
  sign: '1:i?';
  sin: '1:r?';
  sinh: '1:r?';
  sqlite_source_id: '0:t';
  sqlite_version: '0:t';
  sqrt: '1:r?';
  strftime: '1234+:t?';
  string_agg: '2:t?';
  substr: '23:substr';
  substring: '23:substr';
  sum: '1:sum';
  tan: '1:r?';
  tanh: '1:r?';
  time: '01234+:t?';
  timediff: '2:t?';
  total: '1:r';
  total_changes: '0:i';
  trim: '12:t~';
  trunc: '1:C';
  typeof: '1:t';
  unhex: '12:b?';
  unicode: '1:i?';
  unistr: '1:t~';
  unistr_quote: '1:t';
  unixepoch: '01234+:number?';
  unlikely: '1:first';
  upper: '1:t~';
  zeroblob: '1:b';
  median: '1:any';
  percentile: '2:any';
  percentile_cont: '2:any';
  percentile_disc: '2:any';
}
export type FunctionName = keyof Functions;

type Count<Args> =
  Args extends Arg<unknown, infer A>
    ? A extends 0
      ? '1'
      : A extends Arg<unknown, infer B>
        ? B extends 0
          ? '2'
          : B extends Arg<unknown, infer C>
            ? C extends 0
              ? '3'
              : C extends Arg<unknown, 0>
                ? '4'
                : '+'
            : never
        : never
    : '0';

/** After the opening parenthesis. */
export type Call<Nm, T, K, S> =
  T extends Cons<infer H, infer R>
    ? H extends ')'
      ? CallResult<Nm, 0, Read<R>, K, S>
      : H extends 'DISTINCT' | 'ALL'
        ? Operand<R, K, Frame<'call', 0, Called<Nm, 0>, S>>
        : Nm extends 'raise'
          ? Unknown
          : Operand<T, K, Frame<'call', 0, Called<Nm, 0>, S>>
    : never;
/** After the last argument. */
export type CallEnd<L, V, H, R, K, S> =
  L extends Called<infer Nm, infer Args>
    ? H extends ')'
      ? CallResult<Nm, Arg<V, Args>, Read<R>, K, S>
      : Read<R> extends Cons<'BY', infer R2>
        ? Expressions<R2, K> extends infer X
          ? X extends Typed<unknown, infer T2, infer K2>
            ? T2 extends Cons<')', infer R3>
              ? CallResult<Nm, Arg<V, Args>, Read<R3>, K2, S>
              : T2 extends Cons<infer H2, unknown>
                ? Near<H2>
                : never
            : X
          : never
        : Near<'ORDER'>
    : never;
type CallResult<Nm, Args, T, K, S> = Nm extends keyof Functions
  ? Functions[Nm] extends `${string}${Count<Args>}${string}:${infer Kind}`
    ? After<Kind, Result<Kind, Args>, T, K, S>
    : Wrong<`wrong number of arguments to function ${Nm & string}()`>
  : Nm extends keyof UserFunctions
    ? After<'', TagsOf<UserFunctions[Nm]>, T, K, S>
    : NoFunction<Nm>;

interface Plain {
  i: 'i';
  'i?': 'i' | 'n';
  r: 'r';
  'r?': 'r' | 'n';
  t: 't';
  't?': 't' | 'n';
  b: 'b';
  'b?': 'b' | 'n';
  any: Any;
  'number?': Numeric | 'n';
  Wi: 'i';
  Wr: 'r';
}
type Result<Kind, Args> = Kind extends keyof Plain
  ? Plain[Kind]
  : Kind extends `${infer C}~`
    ? C | NullOf<Values<Args, never>>
    : Kind extends 'coalesce'
      ? Coalesced<Args, never, 'n'>
      : Kind extends 'extreme'
        ? Args extends Arg<infer V, 0>
          ? V | 'n'
          : Values<Args, never>
        : Kind extends 'sum'
          ? Args extends Arg<infer V, unknown>
            ? Like<V> | 'n'
            : never
          : Kind extends 'N'
            ? Args extends Arg<infer V, unknown>
              ? Like<V> | NullOf<V>
              : never
            : Kind extends 'C'
              ? Args extends Arg<infer V, unknown>
                ? Like<V> | ([V] extends ['i' | 'r' | 'o'] ? never : 'n')
                : never
              : Kind extends 'iif'
                ? Chosen<Args>
                : Kind extends 'nullif'
                  ? Args extends Arg<unknown, Arg<infer V, unknown>>
                    ? V | 'n'
                    : never
                  : Kind extends 'substr'
                    ? First<Args> extends infer V
                      ? 'b' extends V
                        ? 'b' | 't' | 'n'
                        : Text<Values<Args, never>>
                      : never
                    : Kind extends 'first'
                      ? First<Args>
                      : Values<Args, 'n'>;
type Like<V> = [V] extends ['i' | 'o' | 'n'] ? 'i' : [V] extends ['r' | 'n'] ? 'r' : Numeric;
type Values<Args, U> = Args extends Arg<infer V, infer T> ? Values<T, U | V> : U;
type First<Args> = Args extends Arg<infer V, infer T> ? (T extends 0 ? V : First<T>) : never;
type Coalesced<Args, U, N> =
  Args extends Arg<infer V, infer T> ? Coalesced<T, U | Known<V>, 'n' extends V ? N : never> : U | N;
/** iif(a, x, b, y, …, z): in reverse z … x. */
type Chosen<Args> =
  Args extends Arg<infer Z, Arg<infer Y, infer T>>
    ? T extends 0
      ? Z | 'n'
      : T extends Arg<unknown, 0>
        ? Y | Z
        : Values<Args, 'n'>
    : never;

/** FILTER (WHERE …) and OVER. */
type After<Kind, V, T, K, S> =
  T extends Cons<infer H, unknown>
    ? H extends `${'i' | 'f'}:${infer X}`
      ? Uppercase<X> extends 'FILTER' | 'OVER'
        ? Uppercase<X> extends 'FILTER'
          ? Filter<V, Parenthesis<T>, K, S>
          : Over<V, T, K, S>
        : Windowless<Kind, V, T, K, S>
      : Windowless<Kind, V, T, K, S>
    : never;
type Windowless<Kind, V, T, K, S> = Kind extends `W${string}`
  ? Wrong<'misuse of window function'>
  : Operator<V, T, K, S>;
/** What is behind `name(` or `name (`. */
type Parenthesis<T> =
  T extends Cons<infer H, infer R>
    ? H extends `f:${string}`
      ? Read<R>
      : Read<R> extends Cons<'(', infer R2>
        ? Read<R2>
        : 0
    : 0;
type Filter<V, T, K, S> =
  T extends Cons<'WHERE', infer R>
    ? Expression<R, K> extends infer X
      ? X extends Typed<unknown, infer T2, infer K2>
        ? Read<T2> extends Cons<')', infer R2>
          ? Read<R2> extends infer T3
            ? T3 extends Cons<`${'i' | 'f'}:${infer W}`, unknown>
              ? Uppercase<W> extends 'OVER'
                ? Over<V, T3, K2, S>
                : Operator<V, T3, K2, S>
              : Operator<V, T3, K2, S>
            : never
          : Near<'FILTER'>
        : X
      : never
    : Near<'FILTER'>;
type Over<V, T, K, S> =
  Parenthesis<T> extends infer T1
    ? T1 extends 0
      ? T extends Cons<unknown, infer R>
        ? Read<R> extends Cons<`i:${string}`, infer R2>
          ? Operator<V, R2, K, S>
          : Near<'OVER'>
        : never
      : Window<T1, K> extends infer X
        ? X extends Typed<unknown, infer T2, infer K2>
          ? Operator<V, T2, K2, S>
          : X
        : never
    : never;
/** The definition of a window, to behind its parenthesis. */
export type Window<T, K> =
  T extends Cons<infer H, infer R>
    ? H extends ')'
      ? Typed<0, R, K>
      : H extends 'ORDER'
        ? WindowTerms<Read<R>, K>
        : H extends `i:${infer X}`
          ? Uppercase<X> extends 'PARTITION'
            ? WindowTerms<Read<R>, K>
            : Window<Read<R>, K>
          : H extends `p:${string}`
            ? Unknown
            : H extends '' | ';'
              ? Near<H>
              : Window<Read<R>, K>
    : never;
type WindowTerms<T, K> =
  T extends Cons<'BY', infer R>
    ? Expressions<R, K> extends infer X
      ? X extends Typed<unknown, infer T2, infer K2>
        ? Window<T2, K2>
        : X
      : never
    : Near<'BY'>;
