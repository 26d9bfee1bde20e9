/** Keys of rows for maps and sets: equal exactly where SQLite calls the values equal, NULL being equal to NULL. */
import { SqlError } from '@dotdo/shared-types';
import { collationOf, compareText, Real, trimmedLength, type Cell, type Collation } from '../codec/cell.ts';

/** What a cell is under in a Map. */
export type MapKey = number | bigint | string | null;
type Normalize = (text: string) => string;

const NORMALIZE: Record<string, Normalize> = {
  NOCASE: (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  RTRIM: (text) => text.slice(0, trimmedLength(text)),
};

/** The collation of a name; BINARY without one. @throws {SqlError} NO_SUCH_COLLATION */
export function collationNamed(name: string | null | undefined): Collation {
  const found = collationOf(name ?? 'BINARY');
  if (found === undefined) throw new SqlError('NO_SUCH_COLLATION', `no such collation sequence: ${name}`);
  return found;
}

/** Under a collation of the user: of texts that are equal, the one that came first. */
function representative(compare: Collation): Normalize {
  const known: string[] = [];
  return (text) => {
    let [low, high] = [0, known.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compare(known[middle] as string, text);
      if (order === 0) return known[middle] as string;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    known.splice(low, 0, text);
    return text;
  };
}

/** Makes the map key of one cell under a collation. */
export function cellKey(collation: string | null | undefined): (cell: Cell) => MapKey {
  const key = (collation ?? 'BINARY').toUpperCase();
  const compare = collationNamed(key);
  const normalize = NORMALIZE[key] ?? (compare === compareText ? undefined : representative(compare));
  return (cell) => {
    if (typeof cell === 'number' || cell === null) return cell;
    if (typeof cell === 'string') {
      const text = normalize === undefined ? cell : normalize(cell);
      return text.charCodeAt(0) === 0 ? `\0t${text}` : text; // tells it from a blob
    }
    if (cell instanceof Real) return cell.value;
    if (typeof cell === 'bigint') {
      const number = Number(cell);
      return BigInt(number) === cell ? number : cell;
    }
    let text = '\0b';
    for (const byte of cell) text += String.fromCharCode(byte);
    return text;
  };
}

/** Makes the map key of the first cells of a row, each under its collation. */
export function rowKey(collations: readonly (string | null | undefined)[]): (cells: readonly Cell[]) => MapKey {
  const keys = collations.map(cellKey);
  const first = keys[0];
  if (first === undefined) return () => null;
  if (keys.length === 1) return (cells) => first(cells[0] as Cell);
  return (cells) => {
    let text = '';
    for (let i = 0; i < keys.length; i++) {
      const key = (keys[i] as (cell: Cell) => MapKey)(cells[i] as Cell);
      text += typeof key === 'string' ? `${key.length}:${key}` : typeof key === 'bigint' ? `n${key};` : `${key};`;
    }
    return text;
  };
}
