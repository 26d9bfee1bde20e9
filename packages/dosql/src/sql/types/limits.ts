/** Texts on which the compiler would give up, and which are therefore not understood beforehand. */

type Eight<P extends string> = `${P}${P}${P}${P}${P}${P}${P}${P}`;
type Many<P extends string> = Eight<Eight<Eight<P>>>;
type Spaces = Eight<Many<`${string} `>>;
type Lines = Many<`${string}\n`>;

/** 4,608 spaces, 2,560 lines, 64 brackets in a row, 512 operators of a kind without a space between. */
export type TooLong =
  | `${Spaces}${Many<`${string} `>}${string}`
  | `${string}${SixtyFour<'('>}${string}`
  | `${Lines}${Lines}${Lines}${Lines}${Lines}${string}`
  | `${Many<`${string}+`> | Many<`${string}-`> | Many<`${string}*`> | Many<`${string}/`> | Many<`${string}|`> | Many<`${string}=`>}${string}`;

type SixtyFour<P extends string> = Eight<Eight<P>>;
/** 4,096 tokens and some for the rest of the query, 65 joins, 64 brackets in a row, 192 compound operators of a kind. */
export type TooMany =
  | `${Spaces}${SixtyFour<`${string} `>}${string}`
  | `${SixtyFour<`${string}JOIN `>}${string}JOIN ${string}`
  | `${string}${SixtyFour<'( '>}${string}`
  | `${Compound<'UNION'> | Compound<'EXCEPT'> | Compound<'INTERSECT'>}${string}`;
type Compound<W extends string> =
  `${SixtyFour<`${string}${W} `>}${SixtyFour<`${string}${W} `>}${SixtyFour<`${string}${W} `>}`;
