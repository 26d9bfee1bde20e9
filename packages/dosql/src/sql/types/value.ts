/**
 * Values while a query is typed: a union of tags, one for each storage class, `n` for NULL.
 *
 * `i` INTEGER, `r` REAL, `t` TEXT, `b` BLOB, `n` NULL; `o` an INTEGER declared BOOLEAN, `d` a TEXT declared DATE, TIME,
 * DATETIME or TIMESTAMP; `Given<T>` what an interface says.
 */

/** A value of a column whose type was given in TypeScript. */
interface Given<T> {
  given: T;
}

export type Tag = 'i' | 'r' | 't' | 'b' | 'o' | 'd' | 'n';
/** Anything at all. */
export type Any = 'i' | 'r' | 't' | 'b' | 'n';
/** A number of either class. */
export type Numeric = 'i' | 'r';

export type Known<V> = Exclude<V, 'n'>;
/** What is NULL where an operand is. */
export type NullOf<V> = 'n' extends V ? 'n' : never;

/** Result of a comparison. */
export type Truth<V> = 'n' extends V ? 'i' | 'n' : 'i';
export type Text<V> = 'n' extends V ? 't' | 'n' : 't';

/** Sum, difference, product: a sum of INTEGERs may overflow to REAL. */
type Sum<L, R> = [L] extends ['r' | 'n']
  ? 'r' | NullOf<L | R>
  : [R] extends ['r' | 'n']
    ? 'r' | NullOf<L | R>
    : Numeric | NullOf<L | R>;
/** Quotient and remainder: NULL where the divisor is zero. */
type Quotient<L, R> = [L] extends ['r' | 'n']
  ? 'r' | 'n'
  : [R] extends ['r' | 'n']
    ? 'r' | 'n'
    : [L | R] extends ['i' | 'o' | 'n']
      ? 'i' | 'n'
      : Numeric | 'n';

/** The kind of an operator: what its result is made of. */
interface Kinds {
  OR: 'truth';
  AND: 'truth';
  '=': 'truth';
  '<>': 'truth';
  '<': 'truth';
  '>': 'truth';
  '<=': 'truth';
  '>=': 'truth';
  LIKE: 'truth';
  GLOB: 'truth';
  MATCH: 'truth';
  REGEXP: 'truth';
  BAND: 'truth';
  IS: 'is';
  ISNOT: 'is';
  NOT: 'not';
  '&': 'bits';
  '|': 'bits';
  '<<': 'bits';
  '>>': 'bits';
  '~': 'not';
  '+': 'sum';
  '-': 'sum';
  '*': 'sum';
  '/': 'quotient';
  '%': 'quotient';
  NEG: 'negative';
  '||': 'text';
  '->': 'json';
  '->>': 'any';
  ESCAPE: 'left';
  COLLATE: 'left';
}
export type Apply<Op, L, V> = Op extends keyof Kinds ? ApplyKind<Kinds[Op], L, V> : never;
type ApplyKind<K, L, V> = K extends 'truth' | 'bits'
  ? Truth<L | V>
  : K extends 'sum'
    ? Sum<L, V>
    : K extends 'quotient'
      ? Quotient<L, V>
      : K extends 'text'
        ? Text<L | V>
        : K extends 'is'
          ? 'i'
          : K extends 'not'
            ? Truth<V>
            : K extends 'negative'
              ? Sum<V, V>
              : K extends 'left'
                ? L
                : K extends 'json'
                  ? 't' | 'n'
                  : Any;

/** The code of what a declared type stores (SQLite, Datatypes 3.1); upper case. */
type AffinityCode<Ty extends string> = Ty extends `${string}INT${string}`
  ? 'i'
  : Ty extends `${string}${'CHAR' | 'CLOB' | 'TEXT'}${string}`
    ? 't'
    : Ty extends `${string}BLOB${string}`
      ? 'b'
      : Ty extends `${string}${'REAL' | 'FLOA' | 'DOUB'}${string}`
        ? 'r'
        : 'ir';
export type Affinity<Ty extends string> = Decode<AffinityCode<Ty>>;
/** The code of what a column of a declared type is promised to hold, besides NULL. */
export type Declared<Ty extends string> = Ty extends '' | 'ANY'
  ? 'irtb'
  : Ty extends `BOOL${string}`
    ? 'o'
    : Ty extends 'DATE' | 'TIME' | `DATETIME${string}` | `TIMESTAMP${string}`
      ? 'd'
      : Ty extends 'JSON'
        ? 't'
        : AffinityCode<Ty>;

/** Values as a code: tags in this order. */
export type Code<V> =
  `${'i' extends V ? 'i' : ''}${'r' extends V ? 'r' : ''}${'t' extends V ? 't' : ''}${'b' extends V ? 'b' : ''}${'o' extends V ? 'o' : ''}${'d' extends V ? 'd' : ''}${'n' extends V ? 'n' : ''}`;
export type Decode<C extends string> = C extends keyof Codes ? Codes[C] : Tags<C, never>;
type Tags<C extends string, U> = C extends `${infer X}${infer R}` ? Tags<R, U | X> : U;
interface Codes {
  i: 'i';
  in: 'i' | 'n';
  r: 'r';
  rn: 'r' | 'n';
  t: 't';
  tn: 't' | 'n';
  b: 'b';
  bn: 'b' | 'n';
  o: 'o';
  on: 'o' | 'n';
  d: 'd';
  dn: 'd' | 'n';
  ir: Numeric;
  irn: Numeric | 'n';
  irtbn: Any;
}
/** Tags of a type given in TypeScript. */
export type TagsOf<X> = X extends null | undefined
  ? 'n'
  : X extends boolean
    ? 'o'
    : X extends number
      ? number extends X
        ? Numeric
        : Given<X>
      : X extends string
        ? string extends X
          ? 't'
          : Given<X>
        : X extends Uint8Array
          ? 'b'
          : X extends Date
            ? 'd'
            : Given<X>;

export type SqlValue = string | number | bigint | Uint8Array | null;

/** Rows as they come: INTEGER as number. */
export interface NumberMode {
  i: number;
  r: number;
  t: string;
  b: Uint8Array;
  n: null;
  o: number;
  d: string;
}
export interface BigintMode {
  i: bigint;
  r: number;
  t: string;
  b: Uint8Array;
  n: null;
  o: bigint;
  d: string;
}
export interface AutoMode {
  i: number | bigint;
  r: number;
  t: string;
  b: Uint8Array;
  n: null;
  o: number | bigint;
  d: string;
}
/** Parameters as they may be given. */
export interface ParamMode {
  i: number | bigint;
  r: number;
  t: string;
  b: Uint8Array | ArrayBuffer;
  n: null;
  o: boolean | number | bigint;
  d: string | Date;
}
export type AnyParam = string | number | bigint | boolean | Uint8Array | ArrayBuffer | Date | null;

/** Parameters of which nothing is known. */
export type AnyParams = readonly AnyParam[] | Readonly<Record<string, AnyParam>>;

/** The TypeScript type of tags. */
export type Out<V, Mode> = [V] extends [keyof Mode] ? Mode[V] : OutGiven<V, Mode>;
type OutGiven<V, Mode> = V extends keyof Mode ? Mode[V] : V extends Given<infer T> ? T : never;
