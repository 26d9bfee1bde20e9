/** Parameters: they take the type of what they are compared with, or assigned to. */
import type { Frame, Operand, Operator, ParamFrame, Ranks } from './expression.ts';
import type { Bind, Ctx, Params } from './scope.ts';
import type { Cons, Read } from './tokens.ts';
import type { Any, Known, Numeric } from './value.ts';

/** Next positional parameter. */
export interface Next {
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
  12: 13;
  13: 14;
  14: 15;
  15: 16;
  16: 17;
  17: 18;
  18: 19;
  19: 20;
  20: 21;
  21: 22;
  22: 23;
  23: 24;
  24: 25;
  25: 26;
  26: 27;
  27: 28;
  28: 29;
  29: 30;
  30: 31;
  31: 32;
  32: 33;
  33: 34;
  34: 35;
  35: 36;
  36: 37;
  37: 38;
  38: 39;
  39: 40;
  40: 41;
  41: 42;
  42: 43;
  43: 44;
  44: 45;
  45: 46;
  46: 47;
  47: 48;
  48: 49;
  49: 50;
  50: 51;
  51: 52;
  52: 53;
  53: 54;
  54: 55;
  55: 56;
  56: 57;
  57: 58;
  58: 59;
  59: 60;
  60: 61;
  61: 62;
  62: 63;
  63: 64;
}
/** How many `?` can be counted; `many` is beyond. */
export type Counted<I> = I extends keyof Next ? Next[I] : 'many';

export type Parameter<X, R, K, S> = X extends '?'
  ? K extends Ctx<infer Sc, infer E, Params<infer I, infer L>>
    ? Param<I, R, Ctx<Sc, E, Params<Counted<I>, L>>, S>
    : never
  : Param<X, R, K, S>;
/** Takes the type of the left operand or of what it is for; else it waits for the right operand. */
type Param<Key, R, K, S> =
  S extends Frame<infer Op, unknown, infer L, unknown>
    ? Op extends
        | 'paren'
        | 'call'
        | 'case'
        | 'when'
        | 'then'
        | 'else'
        | 'cast'
        | 'NOT'
        | 'AND'
        | 'OR'
        | 'NEG'
        | '~'
        | '||'
      ? ParamFirst<Key, Read<R>, K, S>
      : Op extends 'for' | 'IS' | 'ISNOT'
        ? Operator<L, R, Bind<K, Key, L>, S>
        : Op extends 'LIKE' | 'GLOB' | 'MATCH' | 'REGEXP' | 'COLLATE' | 'ESCAPE' | '->' | '->>'
          ? Operator<'t', R, Bind<K, Key, 't'>, S>
          : Op extends '+' | '-' | '*' | '/' | '%' | '&' | '|' | '<<' | '>>'
            ? Operator<Numeric, R, Bind<K, Key, Numeric>, S>
            : ParamLike<Key, Known<L>, R, K, S>
    : ParamFirst<Key, Read<R>, K, S>;
type ParamLike<Key, V, R, K, S> = [V] extends [never]
  ? ParamFirst<Key, Read<R>, K, S>
  : Operator<V, R, Bind<K, Key, V>, S>;
type ParamFirst<Key, T, K, S> =
  T extends Cons<infer H, infer R>
    ? H extends '=' | '<>' | '<' | '>' | '<=' | '>=' | 'BETWEEN'
      ? Operand<R, K, ParamFrame<H, H extends keyof Ranks ? Ranks[H] : never, Key, S>>
      : H extends 'IN'
        ? Operator<Any, T, Bind<K, Key, unknown>, S>
        : H extends '+' | '-' | '*' | '/' | '%' | '&' | '|' | '<<' | '>>'
          ? Operator<Numeric | 'n', T, Bind<K, Key, Numeric | 'n'>, S>
          : H extends 'LIKE' | 'GLOB'
            ? Operator<'t' | 'n', T, Bind<K, Key, 't' | 'n'>, S>
            : Operator<Any, T, Bind<K, Key, unknown>, S>
    : never;
