/** Bringing nodes in from their pages. */
import { Column, NULLS } from './column.ts';
import { freeze } from './freeze.ts';
import type { Tree } from './tree.ts';
import type { ColumnSpec, TreeNodes, TreeSpec } from './tree-nodes.ts';
import { Interior, type Node, NO_CHILDREN } from './interior.ts';
import { Leaf, UNLOADED } from './leaf.ts';
import { readColumns } from './page-reader.ts';
import { INTERIOR_PAGE, LEAF_PAGE, openPage, type PageHeader, readChildren } from './page.ts';
import { corruptPage, type PageId } from './pager.ts';

/** Fills the columns of a leaf whose shell is there. */
export function loadLeaf(tree: TreeNodes, leaf: Leaf): void {
  const { pager, real } = tree;
  const page = pager.read(leaf.page);
  const header = openPage(page, leaf.page);
  if (header.entries !== leaf.n) throw corruptPage(leaf.page, `it has ${header.entries} rows instead of ${leaf.n}`);
  const filled = tree.spec.columns[header.columns]?.fill === undefined ? real.length : header.columns;
  expect(header, LEAF_PAGE, 0, filled);
  leaf.columns = readColumns(page, header, real, pager);
  if (leaf.columns.length < real.length) fillUp(leaf, tree.spec);
  leaf.overflow = header.overflow;
  leaf.weight = page.length;
  // Texts are decoded beside their bytes, at worst.
  leaf.bytes = page.length * 2;
  pager.cache.admit(leaf);
}

/** Gives a leaf the columns that it was written without. */
function fillUp(leaf: Leaf, { columns }: TreeSpec): void {
  for (let c = leaf.columns.length; c < columns.length; c++) {
    const { kind, fill } = columns[c] as ColumnSpec;
    const cell = fill === undefined ? null : fill();
    const column = new Column(NULLS, -1, kind === 'real');
    if (cell !== null) for (let i = 0; i < leaf.n; i++) column.insert(i, cell, i);
    leaf.columns.push(freeze(column, leaf.n, false));
  }
}

/** Fills the children of an interior node whose shell is there. */
export function loadInterior(tree: TreeNodes, interior: Interior): void {
  const page = tree.pager.read(interior.page);
  const header = openPage(page, interior.page);
  if (header.rows !== interior.rows) {
    throw corruptPage(interior.page, `it has ${header.rows} rows below instead of ${interior.rows}`);
  }
  fill(tree, interior, page, header, interior.level);
}

function fill(tree: TreeNodes, interior: Interior, page: Uint8Array, header: PageHeader, level: number): void {
  const { order, pager, real } = tree;
  expect(header, INTERIOR_PAGE, level, order.length);
  const keys = readColumns(page, header, real, pager);
  const children: Node[] = [];
  for (const entry of readChildren(page, header)) {
    if (level > 1) {
      const child = new Interior(0, entry.page, level - 1, NO_CHILDREN, []);
      child.rows = entry.rows;
      children.push(child);
    } else {
      const child = new Leaf(0, entry.page, entry.rows, UNLOADED);
      child.overflow = entry.overflow;
      children.push(child);
    }
  }
  if (children.length === 0) throw corruptPage(header.id, 'it has no children');
  interior.keys = keys;
  interior.children = children;
}

/** Sets a tree to the root in a page. */
export function loadRoot(tree: Tree, id: PageId): void {
  const page = tree.pager.read(id);
  const header = openPage(page, id);
  if (header.type === INTERIOR_PAGE && header.level > 0) {
    const root = new Interior(0, id, header.level, NO_CHILDREN, []);
    root.rows = header.rows;
    fill(tree, root, page, header, header.level);
    tree.root = root;
    tree.height = header.level;
  } else {
    const root = new Leaf(0, id, header.entries, UNLOADED);
    loadLeaf(tree, root);
    tree.root = tree.leaf = root;
  }
  tree.count = header.rows;
}

function expect(header: PageHeader, type: number, level: number, columns: number): void {
  if (header.type !== type || header.level !== level) {
    throw corruptPage(header.id, `it is of type ${header.type}, level ${header.level}`);
  }
  if (header.columns !== columns)
    throw corruptPage(header.id, `it has ${header.columns} columns instead of ${columns}`);
}

/** A node of nobody's with the same rows; a leaf that has a page is a shell. */
export function widenedNode(node: Node, spec: TreeSpec): Node {
  if (node instanceof Leaf) {
    const leaf = new Leaf(0, node.page, node.n, node.page === 0 ? node.columns.slice() : UNLOADED);
    leaf.weight = node.weight;
    leaf.overflow = node.overflow;
    if (node.page === 0) fillUp(leaf, spec);
    return leaf;
  }
  const children = node.children === NO_CHILDREN ? NO_CHILDREN : node.children.map((child) => widenedNode(child, spec));
  const interior = new Interior(0, node.page, node.level, children, node.keys.slice());
  interior.rows = node.rows;
  return interior;
}
