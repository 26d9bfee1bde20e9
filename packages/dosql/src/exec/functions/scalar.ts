/**
 * Core scalar functions.
 * @see https://www.sqlite.org/lang_corefunc.html
 */
import { compareCells, normalizeInteger, realCell, type Cell } from '../../codec/cell.ts';
import { argument, argumentError, checkSize, scalarFunctions, textArgument, type ScalarTable } from './define.ts';
import type { ScalarFunction } from './function.ts';
import { asciiLower, asciiUpper, beforeNul, checkEscape, globMatcher, likeMatcher, type Matcher } from './pattern.ts';
import { formatText, quoteText } from './printf.ts';
import { decimalDigits } from './real-text.ts';
import { bytesToText, numericValue, toBytes, toIndex, toReal, toText, truth, typeName } from './values.ts';

/** Version whose behaviour the engine follows. */
const SQLITE_VERSION = '3.53.4';

/** Bytes in hexadecimal, upper case. */
function hexText(bytes: Uint8Array): string {
  checkSize(bytes.length * 2);
  const digits = new Uint8Array(bytes.length * 2);
  for (let i = 0; i < digits.length; i++) {
    const digit = ((bytes[i >> 1] as number) >> (i & 1 ? 0 : 4)) & 15;
    digits[i] = digit + (digit < 10 ? 48 : 55);
  }
  return bytesToText(digits);
}

/** The literal that gives the value back; `unicode`: control characters escaped. */
function quote(cell: Cell, unicode: boolean): string {
  if (cell === null) return 'NULL';
  if (cell instanceof Uint8Array) return `X'${hexText(cell)}'`;
  if (typeof cell === 'string') return quoteText(cell, unicode);
  const infinity = cell === Infinity ? '9.0e+999' : cell === -Infinity ? '-9.0e+999' : null;
  return infinity ?? (toText(cell) as string);
}

function abs(cell: Cell): Cell {
  if (cell === null) return null;
  if (typeof cell === 'bigint' || Number.isSafeInteger(cell)) {
    const value = cell as number | bigint;
    if (value >= 0) return value;
    if (value === -(2n ** 63n)) throw overflow();
    return typeof value === 'bigint' ? normalizeInteger(-value) : -value;
  }
  return realCell(Math.abs(toReal(cell)));
}

function overflow(): Error {
  return argumentError('integer overflow');
}

/** SQLite rounds half away from zero, with digits on their decimal text. */
function round(args: readonly Cell[]): Cell {
  const [cell = null, places = 0] = args;
  if (cell === null || places === null) return null;
  const value = toReal(cell);
  const count = Math.min(30, Math.max(0, toIndex(places)));
  if (!(Math.abs(value) <= 4503599627370496)) return realCell(value);
  if (count === 0) return realCell(Math.trunc(value + (value < 0 ? -0.5 : 0.5)) + 0);
  if (value === 0) return realCell(0);
  const { digits, point } = decimalDigits(Math.abs(value), -count, 26);
  return realCell((value < 0 ? -1 : 1) * (point + count > 0 ? Number(`0.${digits}e${point}`) : 0));
}

function length(cell: Cell): Cell {
  if (cell === null) return null;
  if (cell instanceof Uint8Array) return cell.length;
  const text = beforeNul(toText(cell) as string);
  return text.length - astralCount(text, text.length);
}

/** How many characters before `end` take two UTF-16 units. */
function astralCount(text: string, end: number): number {
  let count = 0;
  for (let i = 1; i < end; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) count++;
  }
  return count;
}

/** UTF-16 offset of a character's number. */
function characterOffset(text: string, character: number): number {
  let offset = 0;
  for (; character > 0 && offset < text.length; character--) {
    offset +=
      (text.charCodeAt(offset) & 0xfc00) === 0xd800 && (text.charCodeAt(offset + 1) & 0xfc00) === 0xdc00 ? 2 : 1;
  }
  return offset;
}

function substr(args: readonly Cell[]): Cell {
  const [cell = null, from = null] = args;
  if (cell === null || from === null || args[2] === null) return null;
  if (cell instanceof Uint8Array && cell.length === 0) return null;
  let start = toIndex(from);
  let count = args[2] === undefined ? 1e9 : toIndex(args[2]);
  const text = cell instanceof Uint8Array ? null : beforeNul(toText(cell) as string);
  if (start < 0) {
    start += length(text ?? cell) as number;
    if (start < 0) {
      count = count < 0 ? 0 : count + start;
      start = 0;
    }
  } else if (start > 0) {
    start--;
  } else if (count > 0) {
    count--;
  }
  if (count < 0) {
    count = Math.min(start, -count);
    start -= count;
  }
  if (text === null) return (cell as Uint8Array).slice(start, start + count);
  const offset = characterOffset(text, start);
  return text.slice(offset, offset + characterOffset(text.slice(offset), count));
}

function instr(haystack: Cell, needle: Cell): Cell {
  if (haystack === null || needle === null) return null;
  if (haystack instanceof Uint8Array && needle instanceof Uint8Array) return bytesIndex(haystack, needle) + 1;
  const text = toText(haystack) as string;
  const found = find(text, toText(needle) as string, 0);
  return found < 0 ? 0 : found + 1 - astralCount(text, found);
}

/** Parts of a text that are joined at a time: a long array of short strings takes many times the text's memory. */
const PARTS_MAX = 4096;
/** Steps that a plain search may take at worst: about a second. */
const SEARCH_MAX = 2 ** 30;
/** What a search in linear time looks for at most: its table takes four times that. */
const PART_MAX = 2 ** 20;

/** As `indexOf`, in linear time where that could take long. @throws {SqlError} VALUE_TOO_LARGE where both are large */
function find(text: string, part: string, from: number): number {
  if ((text.length - from) * part.length <= SEARCH_MAX) return text.indexOf(part, from);
  return search(
    part.length,
    (i) => part.charCodeAt(i),
    text.length,
    (i) => text.charCodeAt(i),
    from,
  );
}

type Unit = (index: number) => number;

/** Knuth, Morris and Pratt's search. */
function search(size: number, part: Unit, length: number, text: Unit, from: number): number {
  if (size > PART_MAX) checkSize(Infinity);
  const fallback = new Int32Array(size + 1);
  for (let i = 1, at = 0; i < size; fallback[++i] = at) {
    while (at > 0 && part(i) !== part(at)) at = fallback[at] as number;
    if (part(i) === part(at)) at++;
  }
  for (let i = from, at = 0; i < length; i++) {
    while (at > 0 && text(i) !== part(at)) at = fallback[at] as number;
    if (text(i) === part(at) && ++at === size) return i + 1 - size;
  }
  return -1;
}

function bytesIndex(haystack: Uint8Array, needle: Uint8Array): number {
  if (haystack.length * needle.length > SEARCH_MAX) {
    const [part, text]: Unit[] = [(i) => needle[i] as number, (i) => haystack[i] as number];
    return search(needle.length, part as Unit, haystack.length, text as Unit, 0);
  }
  search: for (let i = 0; i + needle.length <= haystack.length; i++) {
    for (let j = 0; j < needle.length; j++) if (haystack[i + j] !== needle[j]) continue search;
    return i;
  }
  return -1;
}

function replace(args: readonly Cell[]): Cell {
  const [text, pattern] = [textArgument(args, 0), textArgument(args, 1)];
  if (text === null || pattern === null) return null;
  if (beforeNul(pattern) === '') return text;
  const replacement = textArgument(args, 2);
  if (replacement === null) return null;
  const growth = replacement.length - pattern.length;
  let [out, from, size] = ['', 0, text.length];
  let parts: string[] = [];
  for (let at = find(text, pattern, 0); at >= 0; at = find(text, pattern, from)) {
    checkSize((size += growth));
    parts.push(text.slice(from, at));
    from = at + pattern.length;
    if (parts.length < PARTS_MAX) continue;
    out += parts.join(replacement) + replacement;
    parts = [];
  }
  parts.push(text.slice(from));
  return out + parts.join(replacement);
}

/** How much of the text's beginning the characters make up. */
function leadingLength(text: string, characters: ReadonlySet<number>): number {
  for (let start = 0; ;) {
    const hit = characters.size > 0 ? text.codePointAt(start) : undefined;
    if (hit === undefined || !characters.has(hit)) return start;
    start += hit > 0xffff ? 2 : 1;
  }
}

/** Where the characters begin that end the text, at `start` or later. */
function trailingStart(text: string, characters: ReadonlySet<number>, start: number): number {
  for (let end = text.length; ;) {
    const pair = end - start > 1 ? (text.codePointAt(end - 2) as number) : 0;
    const hit = pair > 0xffff ? pair : text.charCodeAt(end - 1);
    if (end <= start || !characters.has(hit)) return end;
    end -= hit > 0xffff ? 2 : 1;
  }
}

function trim(args: readonly Cell[], left: boolean, right: boolean): Cell {
  const text = textArgument(args, 0);
  const set = args.length < 2 ? ' ' : textArgument(args, 1);
  if (text === null || set === null) return null;
  const characters = new Set(Array.from(beforeNul(set), (character) => character.codePointAt(0) as number));
  const start = left ? leadingLength(text, characters) : 0;
  const end = right ? trailingStart(text, characters, start) : text.length;
  return text.slice(start, end);
}

function concat(args: readonly Cell[], separator: string | null, from: number): Cell {
  if (separator === null) return null;
  const texts: string[] = [];
  let size = 0;
  for (let i = from; i < args.length; i++) {
    const text = textArgument(args, i);
    if (text === null) continue;
    checkSize((size += text.length + separator.length));
    texts.push(text);
  }
  return texts.join(separator);
}

/** Least (or greatest) of the arguments; NULL if one is; the first of equal ones for min, the last for max. */
function extreme(sign: number): ScalarFunction['call'] {
  return (args, { collation }) => {
    let best = argument(args, 0);
    if (best === null) return null;
    for (let i = 1; i < args.length; i++) {
      const cell = argument(args, i);
      if (cell === null) return null;
      const order = compareCells(best, cell, collation);
      if (sign > 0 ? order < 0 : order >= 0) best = cell;
    }
    return best;
  };
}

function unhex(args: readonly Cell[]): Cell {
  const text = textArgument(args, 0);
  const ignored = args.length < 2 ? '' : textArgument(args, 1);
  if (text === null || ignored === null) return null;
  const skipped = new Set(ignored);
  const bytes = new Uint8Array(text.length >> 1);
  let length = 0;
  let half = -1;
  for (const character of beforeNul(text)) {
    const code = character.charCodeAt(0);
    const letter = code | 32;
    const digit = code >= 48 && code <= 57 ? code - 48 : letter >= 97 && letter <= 102 ? letter - 87 : -1;
    if (digit < 0) {
      if (half >= 0 || !skipped.has(character)) return null;
    } else if (half < 0) {
      half = digit;
    } else {
      bytes[length++] = half * 16 + digit;
      half = -1;
    }
  }
  return half < 0 ? bytes.slice(0, length) : null;
}

function unistr(text: string | null): Cell {
  if (text === null) return null;
  return text.replace(
    /\\(?:(\\)|u?([\da-fA-F]{4})|\+([\da-fA-F]{6})|U([\da-fA-F]{8})|)/g,
    (_: string, backslash?: string, four?: string, six?: string, eight?: string) => {
      if (backslash !== undefined) return backslash;
      const code = parseInt(four ?? six ?? eight ?? 'x', 16);
      if (!(code <= 0x10ffff)) throw argumentError('invalid Unicode escape');
      return character(code);
    },
  );
}

function character(code: number): string {
  return code >= 0xd800 && code <= 0xdfff ? '\ufffd' : String.fromCodePoint(code);
}

function char(args: readonly Cell[]): Cell {
  return args
    .map((cell) => {
      const code = toIndex(cell);
      return character(code < 0 || code > 0x10ffff ? 0xfffd : code);
    })
    .join('');
}

function randomBlob(count: number, random: () => bigint): Uint8Array {
  checkSize(count);
  const bytes = new Uint8Array(Math.max(1, count));
  for (let i = 0; i < bytes.length; i += 65_536) {
    if (bytes.length > 1024) crypto.getRandomValues(bytes.subarray(i, i + 65_536)); // as many as it takes at a time
  }
  for (let i = 0; i < bytes.length && bytes.length <= 1024; i += 8) {
    for (let j = 0, bits = random(); j < 8 && i + j < bytes.length; j++, bits >>= 8n)
      bytes[i + j] = Number(bits & 255n);
  }
  return bytes;
}

/** The matcher made last: one statement mostly uses one pattern. */
let recent: { key: string; pattern: string; matcher: Matcher } = { key: '', pattern: '', matcher: () => false };

function match(args: readonly Cell[], key: string, make: (pattern: string) => Matcher): Cell {
  const pattern = textArgument(args, 0);
  const text = textArgument(args, 1);
  if (pattern === null || text === null) return null;
  if (recent.pattern !== pattern || recent.key !== key) recent = { key, pattern, matcher: make(pattern) };
  return recent.matcher(text) ? 1 : 0;
}

const like: ScalarFunction['call'] = (args, { caseSensitiveLike }) => {
  const escape = args.length < 3 ? null : textArgument(args, 2);
  if (args[2] === null) return null;
  checkEscape(escape);
  return match(args, `${caseSensitiveLike ? 'L' : 'l'}${escape ?? ''}`, (pattern) =>
    likeMatcher(pattern, escape, caseSensitiveLike),
  );
};

const first: ScalarFunction['call'] = (args) => argument(args, 0);
const coalesce: ScalarFunction['call'] = (args) => args.find((cell) => cell !== null) ?? null;

const iif: ScalarFunction['call'] = (args) => {
  for (let i = 0; i + 1 < args.length; i += 2) if (truth(argument(args, i)) === true) return argument(args, i + 1);
  return args.length % 2 === 1 ? argument(args, args.length - 1) : null;
};

/** Sign of a number; NULL for text that is none as a whole, and for blobs. */
function sign(cell: Cell): Cell {
  const value = numericValue(cell);
  if (value === null) return null;
  const number = toReal(value);
  return number < 0 ? -1 : number > 0 ? 1 : 0;
}

const onText =
  (change: (text: string) => Cell): ScalarFunction['call'] =>
  (args) => {
    const text = textArgument(args, 0);
    return text === null ? null : change(text);
  };

const volatile = { deterministic: false } as const;
const substrRow = [2, 3, 'any', substr] as const;
const formatRow = [
  0,
  -1,
  'text',
  (args: readonly Cell[]): Cell => {
    const format = textArgument(args, 0);
    return format === null || format === '' ? null : formatText(beforeNul(format), args.slice(1));
  },
] as const;
const iifRow = [2, -1, 'any', iif, { lazy: 'iif' }] as const;

const TABLE: ScalarTable = {
  abs: [1, 1, 'number', (args) => abs(argument(args, 0))],
  changes: [0, 0, 'integer', (_, context) => context.changes(), volatile],
  char: [0, -1, 'text', char],
  coalesce: [2, -1, 'any', coalesce, { lazy: 'coalesce' }],
  concat: [1, -1, 'text', (args) => concat(args, '', 0)],
  concat_ws: [2, -1, 'text', (args) => concat(args, textArgument(args, 0), 1)],
  format: formatRow,
  glob: [2, 2, 'integer', (args) => match(args, 'g', globMatcher)],
  hex: [1, 1, 'text', (args) => hexText(toBytes(argument(args, 0)) ?? new Uint8Array())],
  if: iifRow,
  ifnull: [2, 2, 'any', coalesce, { lazy: 'coalesce' }],
  iif: iifRow,
  instr: [2, 2, 'integer', (args) => instr(argument(args, 0), argument(args, 1))],
  last_insert_rowid: [0, 0, 'integer', (_, context) => context.lastInsertRowid(), volatile],
  length: [1, 1, 'integer', (args) => length(argument(args, 0))],
  like: [2, 3, 'integer', like],
  likelihood: [2, 2, 'any', first],
  likely: [1, 1, 'any', first],
  lower: [1, 1, 'text', onText(asciiLower)],
  match: [
    2,
    2,
    'any',
    () => {
      throw argumentError('unable to use function MATCH in the requested context');
    },
  ],
  ltrim: [1, 2, 'text', (args) => trim(args, true, false)],
  max: [2, -1, 'any', extreme(1)],
  min: [2, -1, 'any', extreme(-1)],
  nullif: [
    2,
    2,
    'any',
    (args, { collation }) =>
      compareCells(argument(args, 0), argument(args, 1), collation) === 0 ? null : argument(args, 0),
  ],
  octet_length: [1, 1, 'integer', (args) => toBytes(argument(args, 0))?.length ?? null],
  printf: formatRow,
  quote: [1, 1, 'text', (args) => quote(argument(args, 0), false)],
  random: [
    0,
    0,
    'integer',
    (_, context) => {
      const bits = context.random();
      return normalizeInteger(bits < 0n ? -(bits & (2n ** 63n - 1n)) : bits);
    },
    volatile,
  ],
  randomblob: [
    1,
    1,
    'blob',
    (args, context) => randomBlob(toIndex(argument(args, 0)), () => context.random()),
    volatile,
  ],
  replace: [3, 3, 'text', replace],
  round: [1, 2, 'real', round],
  rtrim: [1, 2, 'text', (args) => trim(args, false, true)],
  sign: [1, 1, 'integer', (args) => sign(argument(args, 0))],
  sqlite_source_id: [0, 0, 'text', () => `@dotdo/dosql, after SQLite ${SQLITE_VERSION}`],
  sqlite_version: [0, 0, 'text', () => SQLITE_VERSION],
  substr: substrRow,
  substring: substrRow,
  total_changes: [0, 0, 'integer', (_, context) => context.totalChanges(), volatile],
  trim: [1, 2, 'text', (args) => trim(args, true, true)],
  typeof: [1, 1, 'text', (args) => typeName(argument(args, 0))],
  unhex: [1, 2, 'blob', unhex],
  unicode: [1, 1, 'integer', onText((text) => (beforeNul(text) === '' ? null : (text.codePointAt(0) as number)))],
  unistr: [1, 1, 'text', (args) => unistr(textArgument(args, 0))],
  unistr_quote: [1, 1, 'text', (args) => quote(argument(args, 0), true)],
  unlikely: [1, 1, 'any', first],
  upper: [1, 1, 'text', onText(asciiUpper)],
  zeroblob: [
    1,
    1,
    'blob',
    (args) => {
      const size = Math.max(0, toIndex(argument(args, 0)));
      checkSize(size);
      return new Uint8Array(size);
    },
  ],
};

export const CORE_FUNCTIONS: [string, ScalarFunction][] = /* @__PURE__ */ scalarFunctions(TABLE);
