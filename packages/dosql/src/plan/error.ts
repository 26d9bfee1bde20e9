/** Errors about names, with the nearest name there is. */
import { SqlError, type SqlErrorCode } from '@dotdo/shared-types';
import { positionAt } from '../sql/error.ts';

/** ASCII case does not count in names. */
export function fold(name: string): string {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 0x61 || code > 0x7a) {
      if ((code >= 0x41 && code <= 0x5a) || code > 0x7f) {
        return name.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
      }
    }
  }
  return name;
}

/** Where an error points: an offset in the text of the statement. */
export interface Place {
  readonly sql: string;
  readonly at: number;
}

/** A mistake in a statement. `known`: names of which the nearest to `wrong` is suggested. */
export function mistake(
  code: SqlErrorCode,
  message: string,
  place?: Place,
  wrong?: { name: string; known: Iterable<string> },
): SqlError {
  const suggestion = wrong && nearest(wrong.name, wrong.known);
  if (place === undefined || place.at < 0 || place.at > place.sql.length) {
    return new SqlError(code, message, { suggestion });
  }
  return new SqlError(code, message, { suggestion, position: positionAt(place.sql, place.at) });
}

const NAMES_MAX = 500;

function nearest(wrong: string, known: Iterable<string>): string | undefined {
  const from = fold(wrong);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(from.length / 3)) + 1;
  let count = 0;
  for (const name of known) {
    if (++count > NAMES_MAX) break;
    const distance = editDistance(from, fold(name), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** Inserted, deleted, replaced and swapped letters (Damerau), or `limit` when that many or more. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      let cost = Math.min(
        (row[j - 1] as number) + 1,
        (last[j] as number) + 1,
        (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      }
      row.push(cost);
    }
    [before, last] = [last, row];
  }
  return last[b.length] as number;
}
