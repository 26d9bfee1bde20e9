/**
 * SQLite's tokenizer, one token at a time. `token` is the keyword in upper case, the operator itself, or one of
 * ID, STRING, INTEGER, FLOAT, BLOB, VARIABLE, ILLEGAL and EOF; all are constants, so comparing them costs a pointer.
 * @see https://github.com/sqlite/sqlite/blob/master/src/tokenize.c
 */
import { errorAt } from './error.ts';
import { BITS, COMPARISON, CONCAT, EQUALITY, ID, keywordAt, PRODUCT, STRING, SUM } from './keywords.ts';

/** Of an ASCII character: 1 in names, 2 a digit, 4 a hexadecimal digit, 8 white space. */
const CHARS = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const char = String.fromCharCode(c);
  CHARS[c] =
    (/[\w$]/.test(char) ? 1 : 0) |
    (/\d/.test(char) ? 2 : 0) |
    (/[\da-f]/i.test(char) ? 4 : 0) |
    (/[ \t\n\f\r]/.test(char) ? 8 : 0);
}

export const NAME_CHAR = 1;
export const DIGIT = 2;
const HEX = 4;
export const SPACE = 8;

/** Past the end, charCodeAt gives NaN: no comparison with it holds. */
export function isChar(code: number, what: number): boolean {
  return code < 128 ? ((CHARS[code] as number) & what) !== 0 : code >= 128 && what === NAME_CHAR;
}

export class Tokenizer {
  readonly sql: string;
  /** The current token. */
  token = '';
  /** Which names it can be: bits of keywords.ts. */
  names = 0;
  /** Its binding power as an infix operator. */
  power = 0;
  start = 0;
  end: number;
  /** End of the token before. */
  previousEnd = 0;

  constructor(sql: string, offset = 0) {
    this.sql = sql;
    this.end = offset;
  }

  /** Goes on to the next token. */
  next(): void {
    this.previousEnd = this.end;
    this.scan();
    if (this.token === 'ILLEGAL') throw this.error(`unrecognized token: "${this.text()}"`);
  }

  /** The token after this one, which stays the current one; its names are in `peekedNames`. */
  peek(): string {
    return this.lookAhead(1);
  }

  /** The token after the next. */
  peekSecond(): string {
    return this.lookAhead(2);
  }

  peekedNames = 0;

  /** Whether a dot may follow, told without a scan: a look at the next character that is no space. */
  mayPrecedeDot(): boolean {
    let i = this.end;
    while (this.sql.charCodeAt(i) <= 32) i++;
    const c = this.sql.charCodeAt(i);
    // Or a comment, and after it a dot.
    return c >= 45 && c <= 47;
  }

  private lookAhead(count: number): string {
    const { token, names, power, start, end } = this;
    for (let i = 0; i < count; i++) this.scan();
    const peeked = this.token;
    this.peekedNames = this.names;
    this.start = start;
    this.end = end;
    this.set(token, names, power);
    return peeked;
  }

  /** The token as written. */
  text(): string {
    return this.sql.slice(this.start, this.end);
  }

  error(message: string): Error {
    return errorAt(this.sql, this.start, 'SYNTAX_ERROR', message);
  }

  private scan(): void {
    const sql = this.sql;
    let i = this.end;
    let c = sql.charCodeAt(i);
    for (;;) {
      if (c === 32 || isChar(c, SPACE) || c === 0xfeff) i++;
      else if (c === 45 && sql.charCodeAt(i + 1) === 45) {
        i = sql.indexOf('\n', i);
        if (i < 0) i = sql.length;
      } else if (c === 47 && sql.charCodeAt(i + 1) === 42 && i + 2 < sql.length) {
        // An open comment reaches to the end of the text.
        i = sql.indexOf('*/', i + 2);
        i = i < 0 ? sql.length : i + 2;
      } else break;
      c = sql.charCodeAt(i);
    }
    this.start = i;
    this.names = 0;
    this.power = 0;
    if (isChar(c, NAME_CHAR) && !isChar(c, DIGIT) && c !== 36) {
      if ((c | 32) === 120 && sql.charCodeAt(i + 1) === 39) return this.scanBlob(i + 2);
      let hash = 0;
      do {
        hash = (Math.imul(hash, 31) + (c | 32)) | 0;
        c = sql.charCodeAt(++i);
      } while (isChar(c, NAME_CHAR));
      this.end = i;
      const keyword = keywordAt(sql, this.start, i, hash);
      if (keyword === null) this.set('ID', ID);
      else this.set(keyword.token, keyword.names, keyword.power);
      return;
    }
    this.end = i + 1;
    const following = sql.charCodeAt(i + 1);
    switch (c) {
      case 40:
        return this.set('(');
      case 41:
        return this.set(')');
      case 44:
        return this.set(',');
      case 46:
        return isChar(following, DIGIT) ? this.scanNumber(i) : this.set('.');
      case 61:
        if (following === 61) this.end++;
        return this.set('=', 0, EQUALITY);
      case 42:
        return this.set('*', 0, PRODUCT);
      case 39:
        return this.scanQuoted(i, "'", 'STRING', STRING);
      case 34:
        return this.scanQuoted(i, '"', 'ID', ID);
      case 96:
        return this.scanQuoted(i, '`', 'ID', ID);
      case 91: {
        const close = sql.indexOf(']', i);
        this.end = close < 0 ? sql.length : close + 1;
        return close < 0 ? this.set('ILLEGAL') : this.set('ID', ID);
      }
      case 63:
        while (isChar(sql.charCodeAt(this.end), DIGIT)) this.end++;
        return this.set('VARIABLE');
      case 36:
        // $$ … $$ quotes the source of a procedure; SQLite has no such token.
        if (following === 36) {
          const close = sql.indexOf('$$', i + 2);
          this.end = close < 0 ? sql.length : close + 2;
          return this.set(close < 0 ? 'ILLEGAL' : '$$');
        }
        return this.scanVariable(i);
      case 35:
      case 58:
      case 64:
        return this.scanVariable(i);
      case 59:
        return this.set(';');
      case 43:
        return this.set('+', 0, SUM);
      case 45:
        if (following !== 62) return this.set('-', 0, SUM);
        if (sql.charCodeAt(i + 2) !== 62) return this.long('->', CONCAT);
        this.end++;
        return this.long('->>', CONCAT);
      case 60:
        if (following === 61) return this.long('<=', COMPARISON);
        if (following === 62) return this.long('<>', EQUALITY);
        return following === 60 ? this.long('<<', BITS) : this.set('<', 0, COMPARISON);
      case 62:
        if (following === 61) return this.long('>=', COMPARISON);
        return following === 62 ? this.long('>>', BITS) : this.set('>', 0, COMPARISON);
      case 33:
        return following === 61 ? this.long('<>', EQUALITY) : this.set('ILLEGAL');
      case 124:
        return following === 124 ? this.long('||', CONCAT) : this.set('|', 0, BITS);
      case 38:
        return this.set('&', 0, BITS);
      case 126:
        return this.set('~');
      case 47:
        return this.set('/', 0, PRODUCT);
      case 37:
        return this.set('%', 0, PRODUCT);
      default:
        if (isChar(c, DIGIT)) return this.scanNumber(i);
        if (i < sql.length) return this.set('ILLEGAL');
        this.end = i;
        return this.set('EOF');
    }
  }

  private set(token: string, names = 0, power = 0): void {
    this.token = token;
    this.names = names;
    this.power = power;
  }

  /** An operator of two characters. */
  private long(token: string, power: number): void {
    this.end++;
    this.set(token, 0, power);
  }

  private scanQuoted(start: number, quote: string, token: string, names: number): void {
    const sql = this.sql;
    let i = start + 1;
    for (;;) {
      i = sql.indexOf(quote, i) + 1;
      if (i === 0) {
        this.end = sql.length;
        return this.set('ILLEGAL');
      }
      if (sql[i] !== quote) break;
      i++;
    }
    this.end = i;
    this.set(token, names);
  }

  private scanBlob(start: number): void {
    const sql = this.sql;
    let i = start;
    while (isChar(sql.charCodeAt(i), HEX)) i++;
    const legal = sql[i] === "'" && (i - start) % 2 === 0;
    if (!legal) {
      i = sql.indexOf("'", i);
      if (i < 0) i = sql.length - 1;
    }
    this.end = i + 1;
    this.set(legal ? 'BLOB' : 'ILLEGAL');
  }

  /** Digits, with single underscores between two of them; −1 when an underscore stands elsewhere. */
  private skipDigits(start: number, what: number): number {
    const sql = this.sql;
    let i = start;
    while (
      isChar(sql.charCodeAt(i), what) ||
      (sql[i] === '_' && isChar(sql.charCodeAt(i - 1), what) && isChar(sql.charCodeAt(i + 1), what))
    )
      i++;
    return i;
  }

  private scanNumber(start: number): void {
    const sql = this.sql;
    let i = start;
    let token = 'INTEGER';
    if (sql[i] === '0' && (sql.charCodeAt(i + 1) | 32) === 120 && isChar(sql.charCodeAt(i + 2), HEX)) {
      i = this.skipDigits(i + 2, HEX);
    } else {
      i = this.skipDigits(i, DIGIT);
      if (sql[i] === '.') {
        token = 'FLOAT';
        i = this.skipDigits(i + 1, DIGIT);
      }
      if ((sql.charCodeAt(i) | 32) === 101) {
        const sign = sql[i + 1] === '+' || sql[i + 1] === '-' ? 2 : 1;
        if (isChar(sql.charCodeAt(i + sign), DIGIT)) {
          token = 'FLOAT';
          i = this.skipDigits(i + sign, DIGIT);
        }
      }
    }
    for (; isChar(sql.charCodeAt(i), NAME_CHAR); i++) token = 'ILLEGAL';
    this.end = i;
    this.set(token);
  }

  /** :a, @a, #a, and Tcl's $a::b(c), whose parentheses hold anything but spaces. */
  private scanVariable(start: number): void {
    const sql = this.sql;
    let i = start + 1;
    let length = 0;
    let legal = true;
    for (; i < sql.length; i++) {
      const c = sql.charCodeAt(i);
      if (isChar(c, NAME_CHAR)) length++;
      else if (c === 40 && length > 0) {
        do i++;
        while (i < sql.length && sql[i] !== ')' && !isChar(sql.charCodeAt(i), SPACE));
        legal = sql[i] === ')';
        if (legal) i++;
        break;
      } else if (c === 58 && sql[i + 1] === ':') i++;
      else break;
    }
    this.end = i;
    this.set(legal && length > 0 ? 'VARIABLE' : 'ILLEGAL');
  }
}

/** Where the token at `at` ends. */
export function tokenEnd(sql: string, at: number): number {
  const tokenizer = new Tokenizer(sql, at);
  tokenizer.next();
  return tokenizer.end;
}

/** Where the token at or after `at` begins, white space and comments passed over. */
export function tokenStart(sql: string, at: number): number {
  const tokenizer = new Tokenizer(sql, at);
  tokenizer.next();
  return tokenizer.start;
}

/** Whether a name may stand without quotes. */
export function isBareName(name: string): boolean {
  const tokenizer = new Tokenizer(name);
  return /^[a-z_]\w*$/i.test(name) && (tokenizer.next(), tokenizer.token === 'ID');
}
