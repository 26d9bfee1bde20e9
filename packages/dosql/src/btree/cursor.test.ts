import { describe, expect, it } from 'vitest';
import type { Cell } from '../codec/cell.ts';
import { ColdPage } from '../fsx/index.ts';
import type { Cursor } from './cursor.ts';
import { MemoryPager, type PageId } from './pager.ts';
import { Tree } from './tree.ts';
import type { TreeSpec } from './tree-nodes.ts';

const spec: TreeSpec = { columns: [{ kind: 'any' }, { kind: 'any' }], key: [{}], leafRows: 4 };

/** Pages that are cold at the first touch. */
class ColdPager extends MemoryPager {
  readonly mayBeCold = true;
  readonly warm = new Set<PageId>();
  touches = 0;

  override read(id: PageId): Uint8Array {
    if (this.warm.has(id)) return super.read(id);
    this.warm.add(id);
    this.touches++;
    throw new ColdPage(id);
  }
}

/** A tree of three levels whose rows have the even keys from 0 on, all of it cold. */
function coldTree(rows: number): { tree: Tree; pager: ColdPager } {
  const pager = new ColdPager();
  const filled = new Tree(spec, pager);
  for (let i = 0; i < rows; i++) filled.insert([i * 2, `row ${i}`]);
  const root = filled.checkpoint(pager.write);
  pager.warm.add(root);
  return { tree: new Tree(spec, pager, root), pager };
}

/** Makes a move again for as long as a page is cold. */
function retried(move: () => boolean): boolean {
  for (;;) {
    try {
      return move();
    } catch (error) {
      if (!(error instanceof ColdPage)) throw error;
    }
  }
}

function keys(cursor: Cursor, first: () => boolean, next: () => boolean): Cell[] {
  const found: Cell[] = [];
  for (let is = retried(first); is; is = retried(next)) found.push(cursor.value(0));
  return found;
}

describe('Cursor over cold pages', () => {
  const rows = 2000;
  const even = Array.from({ length: rows }, (_, i) => i * 2);

  it('loses no leaf when a move is made again, forwards and backwards', () => {
    for (const backward of [false, true]) {
      const { tree, pager } = coldTree(rows);
      const cursor = tree.cursor();
      const found = backward
        ? keys(
            cursor,
            () => cursor.last(),
            () => cursor.prev(),
          ).reverse()
        : keys(
            cursor,
            () => cursor.first(),
            () => cursor.next(),
          );
      expect(found).toEqual(even);
      expect(pager.touches).toBeGreaterThan(rows / 4);
    }
  });

  it('goes from leaf to leaf and seeks past the end of one', () => {
    const { tree } = coldTree(rows);
    const cursor = tree.cursor();
    let leaves = 0;
    let seen = 0;
    for (let is = retried(() => cursor.first()); is; is = retried(() => cursor.nextLeaf())) {
      leaves++;
      seen += cursor.leaf.n;
    }
    expect(seen).toBe(rows);
    expect(leaves).toBeGreaterThan(rows / 5);
    for (let key = 1; key < 300; key += 14) {
      const { tree: other } = coldTree(200);
      const place = other.cursor();
      expect(retried(() => place.seek('ge', [key]))).toBe(true);
      expect(place.value(0)).toBe(key + 1);
      expect(retried(() => place.seek('lt', [key]))).toBe(true);
      expect(place.value(0)).toBe(key - 1);
    }
  });
});
