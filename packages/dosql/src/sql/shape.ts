/**
 * The shape of a SELECT: its text with parameters in place of the literals that its WHERE compares with, so that
 * texts which differ in these alone are parsed and planned once.
 */
import { DIGIT, isChar, NAME_CHAR, SPACE } from './tokenizer.ts';

export interface Shape {
  readonly text: string;
  /** Values of the parameters, in their order. */
  readonly literals: (number | string)[];
}

/** Digits that are a safe integer whatever they are. */
const DIGITS_MAX = 15;

// What was read last.
const OTHER = 0;
const OPERAND = 1; // a name or a closing parenthesis
const COMPARISON = 2; // =, <> and their like, behind an operand
const MINUS = 3; // behind a comparison
const LITERAL = 4; // behind a comparison; it is replaced if the right thing follows

// Words that matter; from AND on they may follow a literal that is a whole operand, from GROUP on they end the WHERE.
const NO_WORD = 0;
const SELECT = 1;
const WHERE = 2;
const AND = 3;
const GROUP = 5;
const WORD_LENGTH_MAX = 6;
const WORDS = ['select', 'where', 'and', 'or', 'group', 'order', 'limit', 'having', 'window'];
const HASHES: Int32Array = /* @__PURE__ */ Int32Array.from(WORDS, (text) => {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = hashed(hash, text.charCodeAt(at));
  return hash;
});

function hashed(hash: number, char: number): number {
  return (Math.imul(hash, 31) + (char | 32)) | 0;
}

/**
 * Null unless the text is one SELECT without another one in it and without comments and parameters, and has a literal
 * to replace: decimal integers and strings, behind `name =`, `<`, `<=`, `>`, `>=`, `<>` and their like. Everything else
 * stays, and so does whatever stands before WHERE, which gives the names of the result. A text that is no SQL may have
 * a shape: it is none either.
 */
export function shapeOf(sql: string): Shape | null {
  const { length } = sql;
  const literals: (number | string)[] = [];
  let text = '';
  /** The text up to here is in `text`. */
  let copied = 0;
  let state = OTHER;
  let inWhere = false;
  let isFirst = true;
  let literalStart = 0;
  let literalEnd = 0;
  let literal: number | string = 0;
  let i = 0;
  for (;;) {
    let c = sql.charCodeAt(i);
    while (c === 32 || isChar(c, SPACE)) c = sql.charCodeAt(++i);
    const start = i;
    let word = NO_WORD;
    if (isChar(c, NAME_CHAR) && !isChar(c, DIGIT) && c !== 36) {
      let hash = 0;
      do {
        hash = hashed(hash, c);
        c = sql.charCodeAt(++i);
      } while (isChar(c, NAME_CHAR));
      if (i - start <= WORD_LENGTH_MAX) word = wordAt(sql, start, hash, i - start);
      if (isFirst !== (word === SELECT)) return null;
      isFirst = false;
    } else if (isFirst) return null;

    if (state === LITERAL && (i > start ? word >= AND : !(i < length) || c === 41 || c === 59)) {
      text += `${sql.slice(copied, literalStart)}?`;
      copied = literalEnd;
      literals.push(literal);
    }
    if (i > start) {
      if (word === WHERE) inWhere = true;
      else if (word >= GROUP) inWhere = false;
      state = OPERAND;
      continue;
    }
    if (!(i < length)) break;

    const before = state;
    state = OTHER;
    i++;
    switch (c) {
      case 34: // "
      case 96: // `
      case 91: // [
      case 39: {
        // '
        const end = quotedEnd(sql, start);
        if (end < 0) return null;
        if (c !== 39) state = OPERAND;
        else if (before === COMPARISON && inWhere) {
          literal = sql.slice(i, end).replaceAll("''", "'");
          literalStart = start;
          literalEnd = end + 1;
          state = LITERAL;
        }
        i = end + 1;
        break;
      }
      case 41: // )
        state = OPERAND;
        break;
      case 61: // =
      case 60: // <
      case 62: // >
      case 33: {
        // !
        const next = sql.charCodeAt(i);
        if (next === c && c !== 61) i++;
        else {
          if (next === 61 || (c === 60 && next === 62)) i++;
          if (before === OPERAND) state = COMPARISON;
        }
        break;
      }
      case 45: // -
        if (sql.charCodeAt(i) === 45) return null;
        if (before === COMPARISON) {
          state = MINUS;
          literalStart = start;
        }
        break;
      case 47: // /
        if (sql.charCodeAt(i) === 42) return null;
        break;
      case 63: // ?
      case 58: // :
      case 64: // @
      case 36: // $
        return null;
      default: {
        if (!isChar(c, DIGIT)) break;
        let value = c - 48;
        while (isChar((c = sql.charCodeAt(i)), DIGIT)) {
          value = value * 10 + c - 48;
          i++;
        }
        if (c === 46 || isChar(c, NAME_CHAR)) {
          do i++;
          while (sql.charCodeAt(i) === 46 || isChar(sql.charCodeAt(i), NAME_CHAR));
        } else if (inWhere && i - start <= DIGITS_MAX && (before === COMPARISON || before === MINUS)) {
          literal = before === MINUS ? 0 - value : value;
          if (before !== MINUS) literalStart = start;
          literalEnd = i;
          state = LITERAL;
        }
      }
    }
  }
  return literals.length === 0 ? null : { text: text + sql.slice(copied), literals };
}

/** Where a quoted name or string ends; negative when it does not. */
function quotedEnd(sql: string, start: number): number {
  const quote = sql[start] as string;
  if (quote === '[') return sql.indexOf(']', start);
  let end = sql.indexOf(quote, start + 1);
  while (end >= 0 && sql[end + 1] === quote) end = sql.indexOf(quote, end + 2);
  return end;
}

/** The word that matters at a place of the text, `NO_WORD` for others. */
function wordAt(sql: string, start: number, hash: number, length: number): number {
  for (let k = 0; k < HASHES.length; k++) {
    if (HASHES[k] !== hash) continue;
    const word = WORDS[k] as string;
    if (word.length !== length) return NO_WORD;
    for (let i = 0; i < length; i++) {
      if ((sql.charCodeAt(start + i) | 32) !== word.charCodeAt(i)) return NO_WORD;
    }
    return k + 1;
  }
  return NO_WORD;
}
