/**
 * SQL text to tokens.
 *
 * Lines, and words within them, are taken apart with few wide steps; each distinct word goes through an alias that the
 * compiler caches for the whole program. What comes out is one canonical string of tokens, each followed by a space:
 * keywords and punctuation as they are, and with a prefix `i:` identifier, `q:` qualified name, `f:` identifier with the
 * parenthesis behind it, `n:` integer, `r:` real, `u:` either, `s:` string, `x:` blob, `p:` parameter, `?:` not understood. From that
 * string cells are made eight at a time, as they are read.
 */

/** A list cell. The tail of tokens is another cell, or the part of the canonical string that was not read yet. */
export interface Cons<H, T> {
  h: H;
  t: T;
}

export type Fill<S> =
  S extends `${infer A} ${infer B} ${infer C} ${infer D} ${infer E} ${infer F} ${infer G} ${infer H} ${infer R}`
    ? Cons<A, Cons<B, Cons<C, Cons<D, Cons<E, Cons<F, Cons<G, Cons<H, R>>>>>>>>
    : S extends `${infer A} ${infer B} ${infer R}`
      ? Cons<A, Cons<B, R>>
      : S extends `${infer A} ${infer R}`
        ? Cons<A, R>
        : Cons<'', 0>;

/** The cells of a tail. */
export type Read<T> = T extends string ? Fill<T> : T;

interface Words {
  SELECT: 'SELECT ';
  select: 'SELECT ';
  FROM: 'FROM ';
  from: 'FROM ';
  WHERE: 'WHERE ';
  where: 'WHERE ';
  AS: 'AS ';
  as: 'AS ';
  AND: 'AND ';
  and: 'AND ';
  OR: 'OR ';
  or: 'OR ';
  NOT: 'NOT ';
  not: 'NOT ';
  NULL: 'NULL ';
  null: 'NULL ';
  IN: 'IN ';
  in: 'IN ';
  IS: 'IS ';
  is: 'IS ';
  ISNULL: 'ISNULL ';
  isnull: 'ISNULL ';
  NOTNULL: 'NOTNULL ';
  notnull: 'NOTNULL ';
  LIKE: 'LIKE ';
  like: 'LIKE ';
  GLOB: 'GLOB ';
  glob: 'GLOB ';
  MATCH: 'MATCH ';
  match: 'MATCH ';
  REGEXP: 'REGEXP ';
  regexp: 'REGEXP ';
  BETWEEN: 'BETWEEN ';
  between: 'BETWEEN ';
  CASE: 'CASE ';
  case: 'CASE ';
  WHEN: 'WHEN ';
  when: 'WHEN ';
  THEN: 'THEN ';
  then: 'THEN ';
  ELSE: 'ELSE ';
  else: 'ELSE ';
  END: 'END ';
  end: 'END ';
  CAST: 'CAST ';
  cast: 'CAST ';
  EXISTS: 'EXISTS ';
  exists: 'EXISTS ';
  JOIN: 'JOIN ';
  join: 'JOIN ';
  LEFT: 'LEFT ';
  left: 'LEFT ';
  RIGHT: 'RIGHT ';
  right: 'RIGHT ';
  FULL: 'FULL ';
  full: 'FULL ';
  INNER: 'INNER ';
  inner: 'INNER ';
  OUTER: 'OUTER ';
  outer: 'OUTER ';
  CROSS: 'CROSS ';
  cross: 'CROSS ';
  NATURAL: 'NATURAL ';
  natural: 'NATURAL ';
  ON: 'ON ';
  on: 'ON ';
  USING: 'USING ';
  using: 'USING ';
  GROUP: 'GROUP ';
  group: 'GROUP ';
  ORDER: 'ORDER ';
  order: 'ORDER ';
  BY: 'BY ';
  by: 'BY ';
  HAVING: 'HAVING ';
  having: 'HAVING ';
  LIMIT: 'LIMIT ';
  limit: 'LIMIT ';
  OFFSET: 'OFFSET ';
  offset: 'OFFSET ';
  ASC: 'ASC ';
  asc: 'ASC ';
  DESC: 'DESC ';
  desc: 'DESC ';
  DISTINCT: 'DISTINCT ';
  distinct: 'DISTINCT ';
  ALL: 'ALL ';
  all: 'ALL ';
  UNION: 'UNION ';
  union: 'UNION ';
  EXCEPT: 'EXCEPT ';
  except: 'EXCEPT ';
  INTERSECT: 'INTERSECT ';
  intersect: 'INTERSECT ';
  VALUES: 'VALUES ';
  values: 'VALUES ';
  WITH: 'WITH ';
  with: 'WITH ';
  INSERT: 'INSERT ';
  insert: 'INSERT ';
  REPLACE: 'REPLACE ';
  replace: 'REPLACE ';
  INTO: 'INTO ';
  into: 'INTO ';
  UPDATE: 'UPDATE ';
  update: 'UPDATE ';
  SET: 'SET ';
  set: 'SET ';
  DELETE: 'DELETE ';
  delete: 'DELETE ';
  RETURNING: 'RETURNING ';
  returning: 'RETURNING ';
  DEFAULT: 'DEFAULT ';
  default: 'DEFAULT ';
  CREATE: 'CREATE ';
  create: 'CREATE ';
  ALTER: 'ALTER ';
  alter: 'ALTER ';
  DROP: 'DROP ';
  drop: 'DROP ';
  TABLE: 'TABLE ';
  table: 'TABLE ';
  PRIMARY: 'PRIMARY ';
  primary: 'PRIMARY ';
  UNIQUE: 'UNIQUE ';
  unique: 'UNIQUE ';
  CHECK: 'CHECK ';
  check: 'CHECK ';
  REFERENCES: 'REFERENCES ';
  references: 'REFERENCES ';
  FOREIGN: 'FOREIGN ';
  foreign: 'FOREIGN ';
  CONSTRAINT: 'CONSTRAINT ';
  constraint: 'CONSTRAINT ';
  COLLATE: 'COLLATE ';
  collate: 'COLLATE ';
  ESCAPE: 'ESCAPE ';
  escape: 'ESCAPE ';
  IF: 'IF ';
  if: 'IF ';
  '(': '( ';
  ')': ') ';
  ',': ', ';
  ';': '; ';
  '.': '. ';
  '=': '= ';
  '==': '= ';
  '<': '< ';
  '>': '> ';
  '<=': '<= ';
  '>=': '>= ';
  '<>': '<> ';
  '!=': '<> ';
  '+': '+ ';
  '-': '- ';
  '*': '* ';
  '/': '/ ';
  '%': '% ';
  '||': '|| ';
  '&': '& ';
  '|': '| ';
  '<<': '<< ';
  '>>': '>> ';
  '->': '-> ';
  '->>': '->> ';
  '~': '~ ';
  '?': 'p:? ';
  '\t': '';
  '\r': '';
  '\f': '';
}

/** The tokens of a word without white space. */
type Word<W extends string> = W extends keyof Words
  ? Words[W]
  : W extends `${string}${',' | '(' | ')'}${string}`
    ? Commas<W, ''>
    : Leaf<W>;
type Commas<W extends string, Z extends string> = W extends `${infer A},${infer B}`
  ? B extends ''
    ? `${Z}${Opened<A, ''>}, `
    : B extends `${infer B1},${infer B2},${infer B3},${infer B4},${infer B5},${infer B6},${infer B7},${infer R}`
      ? Commas<
          R,
          `${Z}${Opened<A, ''>}, ${Opened<B1, ''>}, ${Opened<B2, ''>}, ${Opened<B3, ''>}, ${Opened<B4, ''>}, ${Opened<B5, ''>}, ${Opened<B6, ''>}, ${Opened<B7, ''>}, `
        >
      : Commas<B, `${Z}${Opened<A, ''>}, `>
  : `${Z}${Opened<W, ''>}`;
type Opened<W extends string, Z extends string> = W extends `${infer A}(${infer B}`
  ? Opened<B, `${Z}${Called<Closed<A, ''>>}`>
  : `${Z}${Closed<W, ''>}`;
type Closed<W extends string, Z extends string> = W extends `${infer A})${infer B}`
  ? Closed<B, `${Z}${Leaf<A>}) `>
  : `${Z}${Leaf<W>}`;
/** An identifier right before a parenthesis takes it in. */
type Called<A extends string> = A extends `${infer X}i:${infer F} `
  ? F extends `${string} ${string}`
    ? `${A}( `
    : `${X}f:${F} `
  : `${A}( `;

type Rare =
  | ';'
  | '='
  | '<'
  | '>'
  | '!'
  | '|'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '&'
  | '~'
  | '?'
  | ':'
  | '@'
  | '$'
  | '#'
  | '\t'
  | '\r'
  | '\f';

type Leaf<W extends string> = W extends keyof Words
  ? Words[W]
  : W extends ''
    ? ''
    : W extends `${number}`
      ? Numeric<W>
      : W extends `${string}${Rare}${string}`
        ? Operators<W, ''>
        : W extends `${infer A}.${infer B}`
          ? A extends ''
            ? `. i:${B} `
            : B extends ''
              ? `i:${A} . `
              : `q:${A}.${B} `
          : Uppercase<W> extends keyof Words
            ? Words[Uppercase<W>]
            : W extends `${Digit}${string}`
              ? W extends `${infer A}_${infer B}`
                ? Leaf<`${A}${B}`>
                : `?:${W} `
              : `i:${W} `;
type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';

type Numeric<W extends string> = W extends `${string}${'\t' | '\r' | '\f'}${string}`
  ? Operators<W, ''>
  : W extends `-${infer B}`
    ? `- ${Leaf<B>}`
    : W extends `+${infer B}`
      ? `+ ${Leaf<B>}`
      : W extends `${bigint}`
        ? IsLong<W> extends 1
          ? `u:${W} `
          : `n:${W} `
        : `r:${W} `;
/** 1 for more than eighteen characters: such an INTEGER may be beyond 64 bits. */
type IsLong<W extends string> =
  W extends `${infer _1}${infer _2}${infer _3}${infer _4}${infer _5}${infer _6}${infer _7}${infer _8}${infer _9}${infer _10}${infer _11}${infer _12}${infer _13}${infer _14}${infer _15}${infer _16}${infer _17}${infer _18}${infer R}`
    ? R extends ''
      ? 0
      : 1
    : 0;

/** Splits at operators, which need no white space around them; longer ones first. */
type Operators<W extends string, Z extends string> = W extends keyof Words
  ? `${Z}${Words[W]}`
  : W extends `${number}`
    ? `${Z}${Numeric2<W>}`
    : W extends `${infer A}\t${infer B}`
      ? Operators<B, `${Z}${Word<A>}`>
      : W extends `${infer A}\r${infer B}`
        ? Operators<B, `${Z}${Word<A>}`>
        : W extends `${infer A}\f${infer B}`
          ? Operators<B, `${Z}${Word<A>}`>
          : W extends `${infer A};${infer B}`
            ? Operators<B, `${Z}${Word<A>}; `>
            : W extends `${infer A}||${infer B}`
              ? Operators<B, `${Z}${Word<A>}|| `>
              : W extends `${infer A}->>${infer B}`
                ? Operators<B, `${Z}${Word<A>}->> `>
                : W extends `${infer A}->${infer B}`
                  ? Operators<B, `${Z}${Word<A>}-> `>
                  : W extends `${infer A}<=${infer B}`
                    ? Operators<B, `${Z}${Word<A>}<= `>
                    : W extends `${infer A}>=${infer B}`
                      ? Operators<B, `${Z}${Word<A>}>= `>
                      : W extends `${infer A}<>${infer B}`
                        ? Operators<B, `${Z}${Word<A>}<> `>
                        : W extends `${infer A}!=${infer B}`
                          ? Operators<B, `${Z}${Word<A>}<> `>
                          : W extends `${infer A}==${infer B}`
                            ? Operators<B, `${Z}${Word<A>}= `>
                            : W extends `${infer A}=${infer B}`
                              ? Operators<B, `${Z}${Word<A>}= `>
                              : W extends `${infer A}<<${infer B}`
                                ? Operators<B, `${Z}${Word<A>}<< `>
                                : W extends `${infer A}>>${infer B}`
                                  ? Operators<B, `${Z}${Word<A>}>> `>
                                  : W extends `${infer A}<${infer B}`
                                    ? Operators<B, `${Z}${Word<A>}< `>
                                    : W extends `${infer A}>${infer B}`
                                      ? Operators<B, `${Z}${Word<A>}> `>
                                      : W extends `${infer A}&${infer B}`
                                        ? Operators<B, `${Z}${Word<A>}& `>
                                        : W extends `${infer A}|${infer B}`
                                          ? Operators<B, `${Z}${Word<A>}| `>
                                          : W extends `${infer A}~${infer B}`
                                            ? Operators<B, `${Z}${Word<A>}~ `>
                                            : W extends `${infer A}.*`
                                              ? `${Z}q:${A}.* `
                                              : W extends `${infer A}*${infer B}`
                                                ? Operators<B, `${Z}${Word<A>}* `>
                                                : W extends `${infer A}/${infer B}`
                                                  ? Operators<B, `${Z}${Word<A>}/ `>
                                                  : W extends `${infer A}%${infer B}`
                                                    ? Operators<B, `${Z}${Word<A>}% `>
                                                    : W extends `${infer A}+${infer B}`
                                                      ? Operators<B, `${Z}${Word<A>}+ `>
                                                      : W extends `${infer A}-${infer B}`
                                                        ? Operators<B, `${Z}${Word<A>}- `>
                                                        : W extends `:${infer A}`
                                                          ? `${Z}p::${A} `
                                                          : W extends `@${infer A}`
                                                            ? `${Z}p:@${A} `
                                                            : W extends `$${infer A}`
                                                              ? `${Z}p:$${A} `
                                                              : W extends `?${infer A}`
                                                                ? `${Z}p:?${A} `
                                                                : W extends `${string}${Rare}${string}`
                                                                  ? `${Z}?:${W} `
                                                                  : `${Z}${Leaf<W>}`;
type Numeric2<W extends string> = W extends `${string}${'\t' | '\r' | '\f'}${string}` ? `?:tab ` : Numeric<W>;
/** Text without quotes and comments. */
type Lines<S extends string, A extends string> = S extends `${infer X}\n${infer Y}\n${infer Z}\n${infer R}`
  ? Lines<R, `${A}${Line<X>}${Line<Y>}${Line<Z>}`>
  : S extends `${infer X}\n${infer R}`
    ? Lines<R, `${A}${Line<X>}`>
    : `${A}${Line<S>}`;
type Line<S extends string> = S extends ` ${infer R}`
  ? S extends `        ${infer Q}`
    ? Line<Q>
    : S extends `    ${infer Q}`
      ? Line<Q>
      : S extends `  ${infer Q}`
        ? Line<Q>
        : Line<R>
  : S extends `\t${infer R}`
    ? S extends `\t\t\t\t${infer Q}`
      ? Line<Q>
      : S extends `\t\t${infer Q}`
        ? Line<Q>
        : Line<R>
    : S extends `${infer R}\r`
      ? Line<R>
      : S extends `${string} ${string}`
        ? Spaces<S, ''>
        : Word<S>;
type Spaces<
  S extends string,
  A extends string,
> = S extends `${infer X1} ${infer X2} ${infer X3} ${infer X4} ${infer X5} ${infer R}`
  ? Spaces<R, `${A}${Word<X1>}${Word<X2>}${Word<X3>}${Word<X4>}${Word<X5>}`>
  : S extends `${infer X1} ${infer X2} ${infer R}`
    ? Spaces<R, `${A}${Word<X1>}${Word<X2>}`>
    : S extends `${infer X1} ${infer R}`
      ? `${A}${Word<X1>}${Word<R>}`
      : `${A}${Word<S>}`;

/** White space within quotes, so that it does not end the token. */
export type Encoded<S extends string> = S extends `${infer A} ${infer B}` ? Encoded<`${A}\u0001${B}`> : S;
export type Decoded<S extends string> = S extends `${infer A}\u0001${infer B}` ? Decoded<`${A} ${B}`> : S;

/** Text with string literals, but no other quotes and no comments. */
type Strings<S extends string, A extends string> = S extends `${infer X}'${infer Y}'${infer Z}`
  ? Z extends `'${infer Z2}`
    ? Strings<`${X}'${Y}\u0002${Z2}`, A>
    : Strings<Z, `${A}${Literal<Lines<X, ''>, Y>}`>
  : S extends `${string}'${string}`
    ? `${A}?:unterminated `
    : Lines<S, A>;
type Literal<A extends string, Y extends string> = A extends `${infer B}i:${'x' | 'X'} `
  ? `${B}x: `
  : `${A}s:${Encoded<Y>} `;

/** Text with anything in it: the part before the first quote or comment, then that. */
type Mixed<S extends string, A extends string> = MixedAt<S, BeforeString<S>, A>;
type BeforeString<S extends string> = S extends `${infer P}'${string}` ? BeforeQuote<P> : BeforeQuote<S>;
type BeforeQuote<S extends string> = S extends `${infer P}"${string}` ? BeforeTick<P> : BeforeTick<S>;
type BeforeTick<S extends string> = S extends `${infer P}\`${string}` ? BeforeBracket<P> : BeforeBracket<S>;
type BeforeBracket<S extends string> = S extends `${infer P}[${string}` ? BeforeDashes<P> : BeforeDashes<S>;
type BeforeDashes<S extends string> = S extends `${infer P}--${string}` ? BeforeComment<P> : BeforeComment<S>;
type BeforeComment<S extends string> = S extends `${infer P}/*${string}` ? P : S;
type MixedAt<S extends string, P extends string, A extends string> = S extends `${P}${infer R}`
  ? R extends ''
    ? Lines<P, A>
    : R extends `'${infer Y}'${infer Z}`
      ? Z extends `'${infer Z2}`
        ? MixedAt<`${P}'${Y}\u0002${Z2}`, P, A>
        : Mixed<Z, `${A}${Literal<Lines<P, ''>, Y>}`>
      : R extends `"${infer Y}"${infer Z}`
        ? Mixed<Z, `${A}${Lines<P, ''>}i:${Encoded<Y>} `>
        : R extends `\`${infer Y}\`${infer Z}`
          ? Mixed<Z, `${A}${Lines<P, ''>}i:${Encoded<Y>} `>
          : R extends `[${infer Y}]${infer Z}`
            ? Mixed<Z, `${A}${Lines<P, ''>}i:${Encoded<Y>} `>
            : R extends `--${infer Y}`
              ? Y extends `${string}\n${infer Z}`
                ? Mixed<Z, `${A}${Lines<P, ''>}`>
                : Lines<P, A>
              : R extends `/*${infer Y}`
                ? Y extends `${string}*/${infer Z}`
                  ? Mixed<Z, `${A}${Lines<P, ''>}`>
                  : Lines<P, A>
                : `${A}${Lines<P, ''>}?:unterminated `
  : never;

/** The canonical string of a text. */
export type Tokens<S extends string> = S extends `${string}${"'" | '"' | '`' | '[' | '--' | '/*'}${string}`
  ? S extends `${string}${'"' | '`' | '[' | '--' | '/*'}${string}`
    ? Mixed<S, ''>
    : Strings<S, ''>
  : Lines<S, ''>;
