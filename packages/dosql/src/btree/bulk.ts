/** Loading rows that come in order: leaves are filled one after the other. */
import { assert } from '../codec/assert.ts';
import type { Cell } from '../codec/cell.ts';
import { emptyLeaf } from './leaf.ts';
import { searchLow } from './search.ts';
import { linkRight } from './shape.ts';
import type { Tree } from './tree.ts';

/**
 * Adds rows that are in ascending order and greater than all that are there.
 * @param fill share of a leaf that is filled, at most 1
 */
export function bulkLoad(tree: Tree, rows: Iterable<readonly Cell[]>, fill = 1): void {
  const { order, spec } = tree;
  const keyLength = order.length;
  const rowsMax = Math.max(1, Math.floor(spec.leafRows * Math.min(fill, 1)));
  let leaf = undefined;
  for (const row of rows) {
    leaf ??= tree.own(tree.descend(row));
    const { n } = leaf;
    const at = n === 0 ? ~0 : searchLow(leaf.columns, order, row, keyLength, n - 1, n);
    assert(
      at === ~n && (tree.count === n || tree.isLast()),
      'rows come in ascending order, behind those that are there',
    );
    if (leaf.isFull(rowsMax)) {
      leaf.compact(keyLength);
      const right = emptyLeaf(tree.owner, tree.real);
      right.insert(0, row);
      linkRight(tree, right.cells(0, keyLength), right);
      leaf = tree.descend(row);
    } else leaf.insert(n, row);
    tree.count++;
  }
}
