/** Removing many rows at once. */
import type { Cell } from '../codec/cell.ts';
import { type Interior, NO_CHILDREN, type Node } from './interior.ts';
import { type Leaf, UNLOADED } from './leaf.ts';
import { loadInterior, loadLeaf } from './load.ts';
import { searchHigh, searchLow } from './search.ts';
import type { KeyRange, Tree } from './tree.ts';

/** Removes all rows of a range; returns how many. */
export function deleteRange(tree: Tree, range: KeyRange): number {
  const before = tree.count;
  const { order } = tree;
  const { high } = range;
  const cursor = tree.cursor();
  for (;;) {
    const { low } = range;
    if (!(low === undefined ? cursor.first() : cursor.seek(range.lowOpen === true ? 'gt' : 'ge', low))) break;
    const from = cursor.index;
    const key: Cell[] = cursor.leaf.cells(from, order.length);
    let to = cursor.leaf.n;
    if (high !== undefined) {
      const length = Math.min(high.length, order.length);
      const at = (range.highOpen === true ? searchLow : searchHigh)(cursor.columns, order, high, length, from, to);
      to = at < 0 ? ~at : at;
    }
    if (to === from) break;
    const leaf = tree.own(tree.descend(key));
    const isEnd = to < leaf.n;
    tree.removeRows(leaf, from, to);
    if (isEnd) break;
  }
  return before - tree.count;
}

/** Visits every page that the tree reaches. Leaves are loaded only where they refer to overflow pages. */
export function visitPages(tree: Tree, visit: (page: number) => void): void {
  const walk = (node: Node, height: number): void => {
    if (node.page !== 0) visit(node.page);
    if (height > 0) {
      const interior = node as Interior;
      if (interior.children === NO_CHILDREN) loadInterior(tree, interior);
      for (const child of interior.children) walk(child, height - 1);
      return;
    }
    const leaf = node as Leaf;
    if (leaf.columns === UNLOADED && leaf.overflow) loadLeaf(tree, leaf);
    leaf.overflowPages(0, leaf.n, visit);
  };
  walk(tree.root, tree.height);
}
