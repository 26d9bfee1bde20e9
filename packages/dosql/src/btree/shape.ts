/** How a tree's nodes are linked in and taken out. All take the way to the leaf from the tree's `path`, which it owns. */
import type { Cell } from '../codec/cell.ts';
import { Column, NULLS } from './column.ts';
import { CHILDREN_MAX, Interior, type Node, NO_CHILDREN } from './interior.ts';
import { emptyLeaf, type Leaf, UNLOADED } from './leaf.ts';
import { loadInterior, loadLeaf } from './load.ts';
import type { Tree } from './tree.ts';

/** An interior node without children. */
function emptyInterior(tree: Tree, level: number): Interior {
  const keys = tree.order.map((_, c) => new Column(NULLS, tree.owner, tree.real[c] as boolean));
  return new Interior(tree.owner, 0, level, [], keys);
}

/** Links a new node in to the right of the leaf at the end of `path`. */
export function linkRight(tree: Tree, separator: readonly Cell[], node: Node): void {
  for (let depth = tree.height - 1; depth >= 0; depth--) {
    const parent = tree.path[depth] as Interior;
    const at = (tree.slots[depth] as number) + 1;
    parent.insert(at, separator, node);
    const count = parent.children.length;
    if (count <= CHILDREN_MAX) return;
    // Appending leaves full nodes behind, as with leaves.
    const right = parent.split(at === count - 1 ? at : count >> 1);
    separator = right.separator(0);
    node = right;
  }
  const root = emptyInterior(tree, tree.height + 1);
  root.insert(0, separator, tree.root);
  root.insert(1, separator, node);
  tree.root = root;
  tree.height++;
}

/** Takes the leaf at the end of `path` out of the tree, and what is then empty above it. */
export function removeLeaf(tree: Tree): void {
  let depth = tree.height - 1;
  for (; depth >= 0; depth--) {
    const parent = tree.path[depth] as Interior;
    parent.remove(tree.slots[depth] as number);
    if (parent.children.length > 0) break;
  }
  if (depth < 0) {
    tree.root = emptyLeaf(tree.owner, tree.real);
    tree.height = 0;
  } else collapse(tree);
}

/** Takes away roots with an only child. */
function collapse(tree: Tree): void {
  while (tree.height > 0) {
    const root = tree.root as Interior;
    if (root.children === NO_CHILDREN) loadInterior(tree, root);
    if (root.children.length > 1) return;
    if (root.page !== 0) tree.superseded.push(root.page);
    tree.root = root.children[0] as Node;
    tree.height--;
  }
}

/** Joins a leaf that has become small, at the end of `path`, with a neighbour below the same parent if both fit well. */
export function mergeLeaf(tree: Tree, leaf: Leaf): void {
  if (tree.height === 0) return;
  const depth = tree.height - 1;
  const { children } = tree.path[depth] as Interior;
  const at = tree.slots[depth] as number;
  const rowsMax = (tree.spec.leafRows >> 1) - leaf.n;
  const right = children[at + 1] as Leaf | undefined;
  const left = children[at - 1] as Leaf | undefined;
  if (right !== undefined && right.n <= rowsMax) absorbRight(tree, leaf, at);
  else if (left !== undefined && left.n <= rowsMax) {
    // Loaded before it is copied: a copy has no page to load from.
    if (left.columns === UNLOADED) loadLeaf(tree, left);
    const mine = tree.ownNode(left);
    children[at - 1] = mine;
    absorbRight(tree, mine, at - 1);
  }
}

/** Moves the rows of the right neighbour of child `at`, which the tree owns, into it. */
function absorbRight(tree: Tree, leaf: Leaf, at: number): void {
  const parent = tree.path[tree.height - 1] as Interior;
  const right = parent.children[at + 1] as Leaf;
  if (right.columns === UNLOADED) loadLeaf(tree, right);
  if (right.page !== 0) tree.superseded.push(right.page);
  leaf.merge(right);
  parent.remove(at + 1);
  collapse(tree);
}
