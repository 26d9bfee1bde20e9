import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cell, Real } from '../codec/cell.ts';
import {
  ARRAY,
  BLOB,
  Column,
  DICTIONARY,
  INT16,
  INT32,
  INT53,
  INT64,
  INT8,
  LARGE,
  NULLS,
  REAL,
  REAL_ANY,
  TEXT,
} from './column.ts';
import { boundTexts, freeze } from './freeze.ts';

function columnOf(cells: readonly Cell[], real = false): Column {
  const column = new Column(NULLS, 1, real);
  cells.forEach((cell, i) => column.insert(i, cell, i));
  return column;
}

function cellsOf(column: Column, n: number): Cell[] {
  return Array.from({ length: n }, (_, i) => column.get(i));
}

const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.constant(null),
  fc.integer({ min: -200, max: 200 }),
  fc.maxSafeInteger().map((value) => value + 0),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }).map((value) => (Number.isSafeInteger(value) ? new Real(value) : value)),
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 20 }),
);

/** Cells of one type most of the time, as columns have them. */
const cells: fc.Arbitrary<Cell[]> = fc.oneof(
  fc.array(cell, { maxLength: 40 }),
  fc.array(fc.option(fc.integer()), { maxLength: 40 }),
  fc.array(fc.option(fc.string()), { maxLength: 40 }),
  fc.array(fc.option(fc.constantFrom('red', 'green')), { maxLength: 40 }),
);

describe('Column', () => {
  it('takes the narrowest kind that holds its cells exactly', () => {
    const kinds: [Cell[], number][] = [
      [[null, null], NULLS],
      [[1, -128, null], INT8],
      [[1, 128], INT16],
      [[1, 40_000], INT32],
      [[1, 2 ** 40], INT53],
      [[1, 2n ** 60n], INT64],
      [[0.5, new Real(2)], REAL_ANY],
      [['a', 'b', 'c'], TEXT],
      [['a', 'b', 'a', 'a', 'b', null, 'a', 'b', 'a', 'b', 'a', 'a'], DICTIONARY],
      [[new Uint8Array(3), null], BLOB],
      [[1, 0.5], ARRAY],
      [[1, 'x'], ARRAY],
      [['x'.repeat(9000), 'y'], LARGE],
    ];
    for (const [list, kind] of kinds) {
      const frozen = freeze(columnOf(list), list.length, false);
      expect(frozen.kind).toBe(kind);
      expect(cellsOf(frozen, list.length)).toEqual(list);
    }
    expect(freeze(columnOf([1, 2.5], true), 2, false).kind).toBe(REAL);
    const onceMixed = columnOf(['x', 1, -0], true);
    onceMixed.remove(0, 1, 3);
    expect(cellsOf(freeze(onceMixed, 2, false), 2)).toEqual([1, -0]);
    expect(freeze(onceMixed, 2, false).kind).toBe(REAL);
    expect(freeze(columnOf([1, 2], false), 2, true).kind).toBe(INT32);
  });

  it('knows the bounds of numbers and of short ASCII texts, NULL left aside', () => {
    const numbers = freeze(columnOf([5, null, -3, 9]), 4, false);
    expect([numbers.min, numbers.max]).toEqual([-3, 9]);
    const texts = freeze(columnOf(['b', null, 'a', 'c']), 4, false);
    boundTexts(texts, 4);
    expect([texts.min, texts.max]).toEqual(['a', 'c']);
    const wide = freeze(columnOf(['b', 'é']), 2, false);
    boundTexts(wide, 2);
    expect(wide.min).toBeUndefined();
  });

  it('holds after any insertions, removals and replacements what an array holds, thawed and frozen', () => {
    fc.assert(
      fc.property(cells, fc.array(fc.tuple(fc.nat(), fc.nat(2), cell)), (list, steps) => {
        let column = columnOf(list);
        const model = [...list];
        for (const [position, action, value] of steps) {
          const i = position % (model.length + 1);
          if (action === 0 || i === model.length) {
            column.insert(i, value, model.length);
            model.splice(i, 0, value);
          } else if (action === 1) {
            column.set(i, value, model.length);
            model[i] = value;
          } else {
            column.remove(i, i + 1, model.length);
            model.splice(i, 1);
          }
          if (position % 5 === 0) column = freeze(column, model.length, false).thaw(1, 0, model.length);
        }
        const n = model.length;
        expect(cellsOf(column, n)).toEqual(model);
        const frozen = freeze(column, n, false);
        expect(cellsOf(frozen, n)).toEqual(model);
        expect(model.map((_, i) => frozen.isNull(i))).toEqual(model.map((value) => value === null));
        const middle = n >> 1;
        expect(cellsOf(frozen.thaw(2, middle, n), n - middle)).toEqual(model.slice(middle));
        const plain = (value: Cell): boolean =>
          value === null || typeof value === 'number' || typeof value === 'string';
        model.forEach((value, i) => expect(frozen.same(i, value) || !plain(value)).toBe(true));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps -0 only where it is REAL', () => {
    const integers = columnOf([-0, 2 ** 40]);
    integers.set(0, -0, 2);
    expect(integers.get(0)).toBe(0);
    const reals = columnOf([0.5, -0], true);
    expect(reals.get(1)).toBe(-0);
    expect(reals.same(1, 0)).toBe(false);
  });
});
