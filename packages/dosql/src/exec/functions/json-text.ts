/**
 * JSON text ↔ nodes. Input may be JSON5; output is canonical JSON. A scalar keeps the characters it was written with,
 * as SQLite's JSONB does: 1.50 stays 1.50.
 * @see https://www.sqlite.org/json1.html#json_arguments
 * @see https://www.sqlite.org/jsonb.html
 */
import { SqlError } from '@dotdo/shared-types';

/** Types of nodes, numbered as in JSONB. */
export const NULL = 0;
export const TRUE = 1;
export const FALSE = 2;
export const INT = 3;
/** Hexadecimal. */
export const INT5 = 4;
export const FLOAT = 5;
/** With nothing before or after the point. */
const FLOAT5 = 6;
/** Without escapes. */
export const TEXT = 7;
/** With escapes of JSON. */
const TEXTJ = 8;
/** With escapes of JSON5. */
export const TEXT5 = 9;
/** As it is, to be escaped. */
export const TEXTRAW = 10;
export const ARRAY = 11;
/** Its items are labels and values in turn. */
export const OBJECT = 12;

export interface JsonNode {
  readonly type: number;
  /** Of a number or text, without quotes. */
  readonly text: string;
  /** Of an array or object. */
  readonly items: readonly JsonNode[];
}

export const JSON_DEPTH_MAX = 1000;

/** Of one document: as nodes they take some 50 MB. */
const JSON_NODES_MAX = 1_000_000;

/** @throws {SqlError} MEMORY_LIMIT when a document has too many nodes */
export function checkNodes(count: number): void {
  if (count > JSON_NODES_MAX) throw new SqlError('MEMORY_LIMIT', 'out of memory');
}

const NOTHING: readonly JsonNode[] = [];

export function jsonNode(type: number, text = '', items: readonly JsonNode[] = NOTHING): JsonNode {
  return { type, text, items };
}

export function malformed(): SqlError {
  return new SqlError('MALFORMED_JSON', 'malformed JSON');
}

/** A node, whether its text is plain JSON; or where in the text it goes wrong, as UTF-16 offset. */
export type JsonParse = { node: JsonNode; strict: boolean; error: -1 } | { node: null; strict: false; error: number };

/** Space or one comment: none of it keeps a stack of ways back. */
const SPACE =
  /[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+|\/\*[^]*?\*\/|\/\/[^\n\r\u2028\u2029\0]*[\n\r\u2028\u2029]?/y;
const NUMBER = /[+-]?(?:0x[\da-f]+|(?:(?:0(?!\d)|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)/iy;
const WORD = /[a-z\d]+/iy;
const IDENTIFIER =
  /(?:[a-z$_\u0080-\uffff]|\\u[\da-f]{4})(?:[\w$]|(?![\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff])[\u0080-\uffff]|\\u[\da-f]{4}){0,65535}/iy;
const WORDS: Record<string, number> = { null: NULL, true: TRUE, false: FALSE };
/** Any case, JSON5 or beyond. */
const INFINITY = /^[+-]?inf(?:inity)?$/i;
const NOT_A_NUMBER = /^[qs]?nan$/i;
const ESCAPE5 = /['v\n\r\u2028\u2029]|0(?!\d)|x[\da-f]{2}/iy;
const ESCAPE = /["\\/bfnrt]|u[\da-fA-F]{4}/y;

/** Thrown within the parser, with the offset. */
class ParseStop {
  readonly at: number;

  constructor(at: number) {
    this.at = at;
  }
}

class Parser {
  private readonly text: string;
  private at = 0;
  private depth = 0;
  private nodes = 0;
  strict = true;

  constructor(text: string) {
    this.text = text;
  }

  whole(): JsonNode {
    const node = this.value();
    this.space();
    if (this.code() !== 0) this.stop(0);
    return node;
  }

  private stop(at: number = this.at): never {
    throw new ParseStop(at);
  }

  /** 0 at the end, and for NUL, which ends the text for SQLite. */
  private code(): number {
    return this.text.charCodeAt(this.at) || 0;
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return null;
    this.at = pattern.lastIndex;
    return match[0];
  }

  private space(): void {
    let code = this.code();
    while (code === 32 || code === 10 || code === 13 || code === 9) {
      this.at++;
      code = this.code();
    }
    if (code < 0x80 && code !== 47 && code !== 11 && code !== 12) return;
    while (this.match(SPACE) !== null) this.strict = false;
  }

  private value(): JsonNode {
    checkNodes(++this.nodes);
    this.space();
    const code = this.code();
    switch (code) {
      case 0x7b:
        return this.container(OBJECT, 0x7d);
      case 0x5b:
        return this.container(ARRAY, 0x5d);
      case 0x22:
      case 0x27:
        return this.string(code);
    }
    if ((code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e) return this.number();
    const start = this.at;
    const word = this.match(WORD) ?? '';
    if (Object.hasOwn(WORDS, word)) return jsonNode(WORDS[word] as number);
    return this.unusual(word, start);
  }

  private unusual(word: string, start: number): JsonNode {
    this.strict = false;
    if (INFINITY.test(word)) return jsonNode(FLOAT, word.startsWith('-') ? '-9e999' : '9e999');
    if (NOT_A_NUMBER.test(word)) return jsonNode(NULL);
    return this.stop(start);
  }

  private number(): JsonNode {
    const start = this.at;
    const text = this.match(NUMBER);
    if (text === null) {
      const sign = this.text[start] as string;
      this.at++;
      return this.unusual(sign === '.' ? '' : sign + (this.match(WORD) ?? ''), start);
    }
    if (this.code() === 0x2e || ((this.code() | 32) === 0x65 && !/x/i.test(text))) this.stop();
    const plain = text.startsWith('+') ? text.slice(1) : text;
    const hexadecimal = /x/i.test(plain);
    const loose = hexadecimal || /^-?\.|\.(?!\d)/.test(plain);
    if (loose || plain !== text) this.strict = false;
    const type = !hexadecimal && /[.e]/i.test(plain) ? FLOAT : INT;
    return jsonNode(loose ? type + 1 : type, plain);
  }

  private string(quote: number): JsonNode {
    const { text } = this;
    const start = ++this.at;
    let type = TEXT;
    if (quote === 0x27) this.strict = false;
    for (;;) {
      const code = this.code();
      if (code === quote) break;
      this.at++;
      if (code === 0x5c) {
        if (this.match(ESCAPE) !== null) {
          if (type === TEXT) type = TEXTJ;
          continue;
        }
        if (this.match(ESCAPE5) === null) this.stop();
        type = TEXT5;
        this.strict = false;
      } else if (code <= 0x1f) {
        if (code === 0) this.stop(this.at - 1);
        type = TEXT5;
        this.strict = false;
      } else if (code === 0x22) {
        type = TEXT5;
      }
    }
    return jsonNode(type, text.slice(start, this.at++));
  }

  private label(): JsonNode {
    const code = this.code();
    if (code === 0x22 || code === 0x27) return this.string(code);
    const name = this.match(IDENTIFIER);
    if (name === null) this.stop();
    this.strict = false;
    return jsonNode(name.includes('\\') ? TEXTJ : TEXT, name);
  }

  private container(type: number, end: number): JsonNode {
    if (++this.depth > JSON_DEPTH_MAX) this.stop();
    this.at++;
    const items: JsonNode[] = [];
    for (;;) {
      this.space();
      if (this.code() === end) {
        if (items.length > 0) this.strict = false;
        break;
      }
      if (type === OBJECT) {
        items.push(this.label());
        this.space();
        if (this.code() !== 0x3a) this.stop();
        this.at++;
      }
      items.push(this.value());
      this.space();
      const code = this.code();
      if (code === end) break;
      if (code !== 0x2c) this.stop();
      this.at++;
    }
    this.at++;
    this.depth--;
    return jsonNode(type, '', items);
  }
}

/** Reads JSON or JSON5. */
export function parseJson(text: string): JsonParse {
  const parser = new Parser(text);
  try {
    const node = parser.whole();
    return { node, strict: parser.strict, error: -1 };
  } catch (error) {
    if (error instanceof ParseStop) return { node: null, strict: false, error: error.at };
    throw error;
  }
}

const SHORT: Record<string, string> = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r' };

/** A text with quotes and escapes. */
function quoteJson(text: string): string {
  // eslint-disable-next-line no-control-regex
  return `"${text.replace(/[\0-\x1f"\\]/g, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  if (character >= ' ') return `\\${character}`;
  return SHORT[character] ?? `\\u00${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** Escapes of JSON5 as those of JSON. */
function canonicalText(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex
    /\\(\r\n|x[\da-fA-F]{2}|[^])|["\0-\x1f]/g,
    (whole: string, escape: string | undefined) => {
      if (escape === undefined) return escapeCharacter(whole);
      if (escape.length === 3) return `\\u00${escape.slice(1)}`;
      if (/[\n\r\u2028\u2029]/.test(escape)) return '';
      return escape === "'" ? "'" : escape === 'v' ? '\\u000b' : escape === '0' ? '\\u0000' : whole;
    },
  );
}

function hexadecimalText(text: string): string {
  const value = BigInt(text.replace('-', ''));
  return (text.startsWith('-') ? '-' : '') + (value > 0xffffffffffffffffn ? '9.0e999' : value);
}

/** Canonical JSON of a scalar. */
function scalarText({ type, text }: JsonNode): string {
  switch (type) {
    case NULL:
      return 'null';
    case TRUE:
      return 'true';
    case FALSE:
      return 'false';
    case INT5:
      return hexadecimalText(text);
    case FLOAT5:
      return text.replace(/^(-?)\./, '$10.').replace(/\.(?!\d)/, '.0');
    case TEXT:
    case TEXTJ:
      return `"${text}"`;
    case TEXT5:
      return `"${canonicalText(text)}"`;
    case TEXTRAW:
      return quoteJson(text);
    default:
      return text;
  }
}

/** Canonical JSON, without white space unless `indent` is given. */
export function renderJson(node: JsonNode, indent: string | null = null, level = 0): string {
  if (node.type < ARRAY) return scalarText(node);
  if (level >= JSON_DEPTH_MAX) throw new SqlError('MALFORMED_JSON', 'JSON nested too deep');
  const object = node.type === OBJECT;
  const [open, close] = object ? '{}' : '[]';
  const { items } = node;
  if (items.length === 0) return `${open}${close}`;
  const line = indent === null ? '' : `\n${indent.repeat(level + 1)}`;
  let out = open as string;
  for (let i = 0; i < items.length; i++) {
    if (object)
      out += `${i === 0 ? '' : ','}${line}${scalarText(items[i++] as JsonNode)}:${indent === null ? '' : ' '}`;
    else out += `${i === 0 ? '' : ','}${line}`;
    out += renderJson(items[i] as JsonNode, indent, level + 1);
  }
  return out + (indent === null ? '' : `\n${indent.repeat(level)}`) + (close as string);
}

const PLAIN: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** What a text node says, escapes resolved. */
export function unescapeJson({ type, text }: JsonNode): string {
  if (type === TEXT || type === TEXTRAW) return text;
  return text
    .replace(/\\(u([\da-fA-F]{4})|x([\da-fA-F]{2})|\r\n|[^])/g, (_, escape: string, four?: string, two?: string) => {
      const code = four ?? two;
      if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
      if (/^[\n\r\u2028\u2029]/.test(escape)) return '';
      return escape === '0' ? '\0' : (PLAIN[escape] ?? escape);
    })
    .replace(/[\ud800-\udfff]/gu, '\ufffd');
}
