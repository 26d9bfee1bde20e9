/** Writing a tree's dirty nodes as pages, children before their parents. */
import { type Column, INLINE_UNITS_MAX, isOverflow, LARGE, type StoredCell } from './column.ts';
import { freeze } from './freeze.ts';
import type { Interior, Node } from './interior.ts';
import type { Leaf } from './leaf.ts';
import { OverflowCell } from './page-reader.ts';
import { type ChildEntry, encodeInterior, encodeLeaf, encodeOverflow } from './page.ts';
import type { PageId } from './pager.ts';
import type { Tree } from './tree.ts';

type Write = (id: PageId, bytes: Uint8Array) => void;

/** @returns the id of the root page */
export function checkpoint(tree: Tree, write: Write): PageId {
  if (tree.root.page === 0) {
    tree.changing();
    writeNode(tree, tree.root, tree.height, true, write);
  }
  for (const page of tree.superseded) tree.pager.release(page);
  tree.superseded.length = 0;
  return tree.root.page;
}

/** Pages that a checkpoint would write, those of overflowing cells left aside. */
export function dirtyPages(tree: Tree): number {
  const count = (node: Node, height: number): number => {
    const children = node.page === 0 && height > 0 ? (node as Interior).children : [];
    return children.reduce((sum, child) => sum + count(child, height - 1), node.page === 0 ? 1 : 0);
  };
  return count(tree.root, tree.height);
}

function writeNode(tree: Tree, node: Node, height: number, isLast: boolean, write: Write): void {
  if (node.page !== 0) return;
  if (height === 0) return writeLeaf(tree, node as Leaf, isLast, write);
  const interior = node as Interior;
  const { children } = interior;
  const entries: ChildEntry[] = [];
  let rows = 0;
  for (let i = 0; i < children.length; i++) {
    const child = children[i] as Node;
    writeNode(tree, child, height - 1, isLast && i === children.length - 1, write);
    const below = height > 1 ? (child as Interior).rows : (child as Leaf).n;
    rows += below;
    entries.push({ page: child.page, rows: below, overflow: height === 1 && (child as Leaf).overflow });
  }
  const keys = interior.keys.map((column) => freeze(column, children.length, true, Infinity));
  const id = tree.pager.allocate();
  write(id, encodeInterior(id, height, keys, entries));
  interior.page = id;
  interior.rows = rows;
}

function writeLeaf(tree: Tree, leaf: Leaf, isLast: boolean, write: Write): void {
  let overflow = false;
  const frozen = leaf.columns.map((column, c) => {
    const compact = freeze(column, leaf.n, c < tree.order.length);
    if (compact.kind === LARGE && spill(tree, compact, write)) overflow = true;
    return compact;
  });
  const id = tree.pager.allocate();
  const bytes = encodeLeaf(id, frozen, leaf.n, overflow);
  write(id, bytes);
  // The last leaf is where an appending tree writes next, so it stays thawed; spilled cells are in one page only.
  leaf.columns = isLast
    ? frozen.map((column, c) => (column.kind === LARGE ? column : (leaf.columns[c] as Column)))
    : frozen;
  leaf.page = id;
  leaf.overflow = overflow;
  leaf.bytes = bytes.length;
  tree.pager.cache.admit(leaf);
}

/** Moves the large cells of a frozen column to pages of their own; returns whether the column refers to such pages. */
function spill(tree: Tree, column: Column, write: Write): boolean {
  const cells = column.data as StoredCell[];
  let refers = false;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as StoredCell;
    if (isOverflow(cell)) refers = true;
    else if ((typeof cell === 'string' || cell instanceof Uint8Array) && cell.length > INLINE_UNITS_MAX) {
      const id = tree.pager.allocate();
      const { page, form, size } = encodeOverflow(id, cell);
      write(id, page);
      cells[i] = new OverflowCell(tree.pager, id, form, size);
      refers = true;
    }
  }
  return refers;
}
