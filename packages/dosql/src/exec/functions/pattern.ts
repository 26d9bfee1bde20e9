/**
 * LIKE and GLOB. A pattern becomes its pieces between the `%` (or `*`); each piece is sought leftmost, so that
 * a match takes at most length of text × length of pattern steps.
 * @see https://www.sqlite.org/lang_expr.html#the_like_glob_regexp_match_and_extract_operators
 */
import { SqlError } from '@dotdo/shared-types';

export type Matcher = (text: string) => boolean;

/** SQLITE_MAX_LIKE_PATTERN_LENGTH, in UTF-8 bytes there, in UTF-16 units here. */
const PATTERN_LENGTH_MAX = 50_000;

/** A to Z become a to z, nothing else changes. */
export function asciiLower(text: string): string {
  // eslint-disable-next-line no-control-regex
  return /[^\0-\x7f]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text.toLowerCase();
}

export function asciiUpper(text: string): string {
  // eslint-disable-next-line no-control-regex
  return /[^\0-\x7f]/.test(text) ? text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) : text.toUpperCase();
}

/** Up to the first NUL: where text ends for functions that SQLite wrote over C strings. */
export function beforeNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

/** Text between two `%`: literal as long as `source` is null, else a regular expression. */
interface Piece {
  literal: string;
  source: string | null;
}

function quoteForRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function addLiteral(piece: Piece, character: string): void {
  if (piece.source !== null) piece.source += quoteForRegExp(character);
  piece.literal += character;
}

function addSource(piece: Piece, source: string): void {
  piece.source = (piece.source ?? quoteForRegExp(piece.literal)) + source;
}

function checkLength(pattern: string): void {
  if (pattern.length > PATTERN_LENGTH_MAX) {
    throw new SqlError('PATTERN_TOO_COMPLEX', 'LIKE or GLOB pattern too complex');
  }
}

/**
 * Tells whether a text matches the LIKE pattern; `escape` is one character or null.
 * @throws {SqlError} PATTERN_TOO_COMPLEX
 * @throws {SqlError} FUNCTION_ARGUMENT when `escape` is not one character
 */
export function likeMatcher(pattern: string, escape: string | null, caseSensitive: boolean): Matcher {
  checkLength(pattern);
  checkEscape(escape);
  const characters = Array.from(beforeNul(pattern));
  let piece: Piece = { literal: '', source: null };
  const pieces = [piece];
  for (let i = 0; i < characters.length; i++) {
    let character = characters[i] as string;
    if (character === escape) {
      const next = characters[++i];
      if (next === undefined) return never;
      character = next;
    } else if (character === '%') {
      pieces.push((piece = { literal: '', source: null }));
      continue;
    } else if (character === '_') {
      addSource(piece, '[^]');
      continue;
    }
    addLiteral(piece, caseSensitive ? character : asciiLower(character));
  }
  return matchPieces(pieces, !caseSensitive);
}

/**
 * Tells whether a text matches the GLOB pattern.
 * @throws {SqlError} PATTERN_TOO_COMPLEX
 */
export function globMatcher(pattern: string): Matcher {
  checkLength(pattern);
  const characters = Array.from(beforeNul(pattern));
  let piece: Piece = { literal: '', source: null };
  const pieces = [piece];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string;
    if (character === '*') {
      pieces.push((piece = { literal: '', source: null }));
    } else if (character === '?') {
      addSource(piece, '[^]');
    } else if (character === '[') {
      let source = '[';
      if (characters[i + 1] === '^') {
        source += '^';
        i++;
      }
      let previous = '';
      for (let first = true; ; first = false) {
        const member = characters[++i];
        if (member === undefined) return never;
        if (member === ']' && !first) break;
        const end = characters[i + 1];
        if (member === '-' && previous !== '' && end !== undefined && end !== ']') {
          if ((previous.codePointAt(0) as number) <= (end.codePointAt(0) as number)) {
            source += `${quoteForRegExp(previous)}-${quoteForRegExp(end)}`;
          }
          i++;
          previous = '';
        } else {
          source += quoteForRegExp(member);
          previous = member;
        }
      }
      addSource(piece, `${source}]`);
    } else {
      addLiteral(piece, character);
    }
  }
  return matchPieces(pieces, false);
}

/** @throws {SqlError} FUNCTION_ARGUMENT when there is an escape of more or less than one character */
export function checkEscape(escape: string | null): void {
  if (escape !== null && Array.from(escape).length !== 1) {
    throw new SqlError('FUNCTION_ARGUMENT', 'ESCAPE expression must be a single character');
  }
}

function never(): boolean {
  return false;
}

function matchPieces(pieces: readonly Piece[], fold: boolean): Matcher {
  const first = pieces[0] as Piece;
  const last = pieces.at(-1) as Piece;
  const plain = pieces.every((piece) => piece.source === null);
  if (pieces.length === 1) {
    const whole = plain ? null : new RegExp(`^(?:${first.source})$`, 'u');
    return prepared(fold, (text) => (whole === null ? text === first.literal : whole.test(text)));
  }
  const start = first.source === null ? null : new RegExp(first.source, 'yu');
  const end = last.source === null ? null : new RegExp(`(?:${last.source})$`, 'gu');
  const middle = pieces
    .slice(1, -1)
    .filter((piece) => piece.literal !== '' || piece.source !== null)
    .map((piece) => (piece.source === null ? piece.literal : new RegExp(piece.source, 'gu')));
  return prepared(fold, (text) => {
    let position = 0;
    if (start === null) {
      if (!text.startsWith(first.literal)) return false;
      position = first.literal.length;
    } else {
      start.lastIndex = 0;
      if (!start.test(text)) return false;
      position = start.lastIndex;
    }
    for (const piece of middle) {
      if (typeof piece === 'string') {
        const found = text.indexOf(piece, position);
        if (found < 0) return false;
        position = found + piece.length;
      } else {
        piece.lastIndex = position;
        if (!piece.test(text)) return false;
        position = piece.lastIndex;
      }
    }
    if (end === null) return text.length - last.literal.length >= position && text.endsWith(last.literal);
    end.lastIndex = position;
    return end.test(text);
  });
}

function prepared(fold: boolean, match: Matcher): Matcher {
  return (text) => {
    const whole = beforeNul(text);
    return match(fold ? asciiLower(whole) : whole);
  };
}
