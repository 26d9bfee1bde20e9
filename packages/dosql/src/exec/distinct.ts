/** Keys of rows for maps and sets: equal exactly where SQLite calls the values equal, NULL being equal to NULL. */
import { collationOf, compareText, Real, type Cell, type Collation } from '../codec/cell.ts';

/** What a cell is under in a Map. */
export type MapKey = number | bigint | string | null;
type Normalize = (text: string) => string;

const NORMALIZE: Record<string, Normalize> = {
  NOCASE: (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  RTRIM: (text) => text.replace(/ +$/, ''),
};

/** The collation of a name that the binder has checked. */
export function collationNamed(name: string | null | undefined): Collation {
  return collationOf(name ?? '') ?? compareText;
}

/** Makes the map key of one cell under a collation. */
export function cellKey(collation: string | null | undefined): (cell: Cell) => MapKey {
  const normalize = NORMALIZE[(collation ?? '').toUpperCase()];
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
