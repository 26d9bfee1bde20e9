import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SqlError } from '@dotdo/shared-types';
import { type Cell, Real } from '../codec/cell.ts';
import { crc32 } from '../codec/crc32.ts';
import { MemoryPager, type PageId } from './pager.ts';
import { Tree } from './tree.ts';
import type { TreeSpec } from './tree-nodes.ts';

const spec: TreeSpec = {
  columns: [{ kind: 'any' }, { kind: 'any' }, { kind: 'any' }, { kind: 'real' }, { kind: 'any' }, { kind: 'any' }],
  key: [{}],
  leafRows: 32,
};

function rowOf(id: number): Cell[] {
  const mixed: Cell[] = [null, id, 0.5, new Real(3), 'é\ud83d\ude00', '\ud800', new Uint8Array([id & 0xff]), 2n ** 62n];
  const long = id % 40 === 7 ? `${id}${'x'.repeat(9000)}` : new Uint8Array(id % 40 === 9 ? 10_000 : 2).fill(id);
  return [id, `name ${id}`, id % 3 === 0 ? null : 'red', id * 1.5, mixed[id % mixed.length] as Cell, long];
}

function stored(rows: number): { pager: MemoryPager; root: PageId; expected: Cell[][] } {
  const pager = new MemoryPager();
  const tree = new Tree(spec, pager);
  const expected = Array.from({ length: rows }, (_, i) => rowOf(i + 1));
  for (const row of expected) tree.insert(row);
  return { pager, root: tree.checkpoint(pager.write), expected };
}

function rowsOf(tree: Tree): Cell[][] {
  const rows: Cell[][] = [];
  const cursor = tree.cursor();
  for (let more = cursor.first(); more; more = cursor.next()) rows.push(cursor.row());
  return rows;
}

/** What reading all rows gives: the rows, or the code and the page of the error. */
function read(pager: MemoryPager, root: PageId): Cell[][] | [string, unknown] {
  try {
    return rowsOf(new Tree(spec, pager, root));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return [error.code, error.details?.['page']];
  }
}

describe('pages', () => {
  it('bring every kind of cell back as it was, from memory at any alignment', () => {
    const { pager, root, expected } = stored(200);
    expect(rowsOf(new Tree(spec, pager, root))).toEqual(expected);
    for (const [id, bytes] of pager.pages) {
      const shifted = new Uint8Array(bytes.length + 3);
      shifted.set(bytes, 3);
      pager.pages.set(id, shifted.subarray(3));
    }
    const tree = new Tree(spec, pager, root);
    expect(rowsOf(tree)).toEqual(expected);
    expect(tree.check().problems).toEqual([]);
  });

  it('that have any bytes changed give CORRUPT_PAGE with their id, never other rows', () => {
    const { pager, root } = stored(150);
    const ids = [...pager.pages.keys()];
    fc.assert(
      fc.property(
        fc.nat(ids.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }),
        (i, flips) => {
          const id = ids[i] as PageId;
          const original = pager.pages.get(id) as Uint8Array;
          const damaged = original.slice();
          for (const [position, mask] of flips)
            damaged[position % damaged.length] = (damaged[position % damaged.length] as number) ^ mask;
          fc.pre(damaged.some((byte, at) => byte !== original[at]));
          pager.pages.set(id, damaged);
          const result = read(pager, root);
          const report = reportOf(pager, root);
          pager.pages.set(id, original);
          expect(result).toEqual(['CORRUPT_PAGE', id]);
          expect(report).not.toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('that are cut, empty, missing or in the place of another give CORRUPT_PAGE', () => {
    const { pager, root } = stored(150);
    for (const [id, original] of [...pager.pages]) {
      for (const length of [0, 3, 39, original.length - 1]) {
        pager.pages.set(id, original.slice(0, length));
        expect(read(pager, root)).toEqual(['CORRUPT_PAGE', id]);
      }
      const other = [...pager.pages].find(([otherId]) => otherId !== id) as [PageId, Uint8Array];
      pager.pages.set(id, other[1]);
      expect(read(pager, root)).toEqual(['CORRUPT_PAGE', id]);
      pager.pages.delete(id);
      expect(read(pager, root)).toEqual(['CORRUPT_PAGE', id]);
      pager.pages.set(id, original);
    }
  });

  it('that are damaged with a right checksum give an error of ours or other cells, never another exception', () => {
    const { pager, root } = stored(150);
    const ids = [...pager.pages.keys()];
    fc.assert(
      fc.property(fc.nat(ids.length - 1), fc.nat(600), fc.nat(255), (i, position, value) => {
        const id = ids[i] as PageId;
        const original = pager.pages.get(id) as Uint8Array;
        const damaged = original.slice();
        const at = 12 + (position % (damaged.length - 12));
        damaged[at] = value;
        new DataView(damaged.buffer).setUint32(8, crc32(damaged, 12, damaged.length, crc32(damaged, 0, 8)), true);
        pager.pages.set(id, damaged);
        read(pager, root);
        reportOf(pager, root);
        pager.pages.set(id, original);
      }),
      { numRuns: 600 },
    );
  });

  it('of a later version give UNSUPPORTED_FORMAT', () => {
    const { pager, root } = stored(10);
    const page = (pager.pages.get(root) as Uint8Array).slice();
    page[4] = 2;
    new DataView(page.buffer).setUint32(8, crc32(page, 12, page.length, crc32(page, 0, 8)), true);
    pager.pages.set(root, page);
    expect(read(pager, root)).toEqual(['UNSUPPORTED_FORMAT', root]);
  });
});

function reportOf(pager: MemoryPager, root: PageId): unknown[] {
  try {
    return [...new Tree(spec, pager, root).check().problems];
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return [error.code];
  }
}
