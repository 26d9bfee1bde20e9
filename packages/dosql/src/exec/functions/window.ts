/**
 * Window functions that are no aggregates.
 * @see https://www.sqlite.org/windowfunctions.html#built_in_window_functions
 */
import { realCell, type Cell } from '../../codec/cell.ts';
import { argumentError } from './define.ts';
import type { StaticType, WindowFunction, WindowRow } from './function.ts';
import { isReal, numericValue, toIndex, toInteger, toReal } from './values.ts';

function define(
  name: string,
  [min, max]: readonly [number, number],
  type: StaticType,
  value: (window: WindowRow) => Cell,
  usesFrame = false,
): WindowFunction {
  return { name, min, max, type, usesFrame, value };
}

function ntile(window: WindowRow): Cell {
  const tiles = Number(toInteger(window.argument(0, 0)));
  if (tiles <= 0) throw argumentError('argument of ntile must be a positive integer');
  const size = Math.trunc(window.size / tiles);
  if (size === 0) return window.row + 1;
  const large = window.size - tiles * size;
  const boundary = large * (size + 1);
  return window.row < boundary
    ? 1 + Math.trunc(window.row / (size + 1))
    : 1 + large + Math.trunc((window.row - boundary) / size);
}

/** lag() and lead(): the argument some rows away, or the default. */
function away(name: string, direction: 1 | -1): WindowFunction[] {
  return [1, 2, 3].map((count) =>
    define(name, [count, count], 'any', (window) => {
      const offset = count < 2 ? 1 : window.argument(1, window.row);
      const row = offset === null ? -1 : window.row + direction * toIndex(offset);
      if (row >= 0 && row < window.size) return window.argument(0, row);
      return count < 3 ? null : window.argument(2, window.row);
    }),
  );
}

function nthValue(window: WindowRow): Cell {
  const cell = numericValue(window.argument(1, window.row));
  const place = cell === null ? 0 : toReal(cell);
  if (place <= 0 || (isReal(cell) && !Number.isInteger(place))) {
    throw argumentError('second argument to nth_value must be a positive integer');
  }
  return place <= window.frameSize ? window.argument(0, window.frameRow(place - 1)) : null;
}

const NONE = [0, 0] as const;
const ONE = [1, 1] as const;

export const WINDOW_FUNCTIONS: WindowFunction[] = [
  define('row_number', NONE, 'integer', ({ row }) => row + 1),
  define('rank', NONE, 'integer', ({ peerStart }) => peerStart + 1),
  define('dense_rank', NONE, 'integer', ({ peerGroup }) => peerGroup + 1),
  define('percent_rank', NONE, 'real', ({ peerStart, size }) => realCell(size > 1 ? peerStart / (size - 1) : 0)),
  define('cume_dist', NONE, 'real', ({ peerEnd, size }) => realCell(peerEnd / size)),
  define('ntile', ONE, 'integer', ntile),
  ...away('lag', -1),
  ...away('lead', 1),
  define(
    'first_value',
    ONE,
    'any',
    (window) => (window.frameSize > 0 ? window.argument(0, window.frameRow(0)) : null),
    true,
  ),
  define(
    'last_value',
    ONE,
    'any',
    (window) => (window.frameSize > 0 ? window.argument(0, window.frameRow(window.frameSize - 1)) : null),
    true,
  ),
  define('nth_value', [2, 2], 'any', nthValue, true),
];
