/**
 * A place in a tree. It survives changes of the tree: before one, the tree makes it remember its key, and the next
 * move seeks that key again.
 */
import { assert } from '../codec/assert.ts';
import type { Cell } from '../codec/cell.ts';
import type { Column } from './column.ts';
import { type Interior, NO_CHILDREN, type Node } from './interior.ts';
import { type Leaf, UNLOADED } from './leaf.ts';
import { loadInterior, loadLeaf } from './load.ts';
import { searchHigh, searchLow } from './search.ts';
import type { Tree } from './tree.ts';

/** eq and ge: the first such row; gt: the first; le and lt: the last. */
export type SeekOperator = 'eq' | 'ge' | 'gt' | 'le' | 'lt';

export class Cursor {
  readonly tree: Tree;
  /** It stands at a row. */
  valid = false;
  leaf: Leaf;
  columns: Column[] = UNLOADED;
  index = 0;
  readonly #path: Interior[] = [];
  readonly #slots: number[] = [];
  /** The tree knows that this stands somewhere by position. */
  #positioned = false;
  /** Where it stood before the tree changed. */
  #saved: Cell[] | null = null;

  constructor(tree: Tree) {
    this.tree = tree;
    this.leaf = tree.leaf;
  }

  /**
   * Goes to the row that stands so to the key, which may be the first cells of one: rows that begin with it are equal
   * to it. Returns whether there is one.
   */
  seek(operator: SeekOperator, key: readonly Cell[]): boolean {
    const above = operator === 'gt' || operator === 'le';
    const length = Math.min(key.length, this.tree.order.length);
    const equal = this.#seekBound(key, length, above);
    if (operator === 'eq') return this.#settle() && equal ? true : this.#stop();
    if (operator === 'le' || operator === 'lt') {
      this.index--;
      return this.index >= 0 ? this.#settle() : this.#toLeaf(-1);
    }
    return this.#settle();
  }

  /** Stands before the first row that is not less (`above`: that is greater); returns whether it equals the key. */
  #seekBound(key: readonly Cell[], length: number, above: boolean): boolean {
    const { height, order } = this.tree;
    let node: Node = this.tree.root;
    for (let depth = 0; depth < height; depth++) {
      const interior = this.#enter(node, depth);
      const at = interior.childOfPrefix(order, key, length, above);
      this.#slots[depth] = at;
      node = interior.children[at] as Node;
    }
    this.#open(node as Leaf);
    const search = above ? searchHigh : searchLow;
    const at = search(this.columns, order, key, length, 0, this.leaf.n);
    this.index = at < 0 ? ~at : at;
    if (at >= 0 || above || this.index < this.leaf.n) return at >= 0;
    // Separators are at most the first key, so equal rows may begin in the next leaf.
    if (!this.#toLeaf(1)) return false;
    return searchLow(this.columns, order, key, length, 0, 1) === 0;
  }

  first(): boolean {
    return this.#edge(false);
  }

  last(): boolean {
    return this.#edge(true);
  }

  next(): boolean {
    if (this.#saved !== null) return this.#resume('gt');
    if (!this.valid) return false;
    if (this.index + 1 >= this.leaf.n) return this.#toLeaf(1);
    this.index++;
    return true;
  }

  prev(): boolean {
    if (this.#saved !== null) return this.#resume('lt');
    if (!this.valid) return false;
    if (this.index <= 0) return this.#toLeaf(-1);
    this.index--;
    return true;
  }

  /** The first row of the next leaf, whatever row of its leaf it stands at. */
  nextLeaf(): boolean {
    if (this.#saved !== null && !this.#resume('ge')) return false;
    return this.valid && this.#toLeaf(1);
  }

  /** Stands at another row of its leaf; the tree must not have changed since it came to this leaf. */
  moveTo(index: number): void {
    this.index = index;
    if (this.#saved === null) return;
    // It was told to remember its key only because there are too many cursors: its place is still good.
    this.#saved = null;
    this.#positioned = true;
    this.tree.position(this);
  }

  value(column: number): Cell {
    if (this.#saved !== null) this.#return();
    return (this.columns[column] as Column).get(this.index);
  }

  row(): Cell[] {
    if (this.#saved !== null) this.#return();
    return this.leaf.columns === this.columns
      ? this.leaf.cells(this.index, this.columns.length)
      : this.columns.map((column) => column.get(this.index));
  }

  /** The tree is about to change. @internal */
  save(): void {
    this.#positioned = false;
    if (!this.valid) return;
    this.#saved = this.columns.slice(0, this.tree.order.length).map((column) => column.get(this.index));
  }

  /** Stands at its row again after a change. */
  #return(): void {
    assert(this.#resume('eq'), 'the row at the cursor was deleted');
  }

  #resume(operator: SeekOperator): boolean {
    const saved = this.#saved as Cell[];
    try {
      return this.seek(operator, saved);
    } catch (error) {
      this.#saved = saved; // a cold page: the move is made again
      throw error;
    }
  }

  #edge(last: boolean): boolean {
    const { height } = this.tree;
    let node: Node = this.tree.root;
    for (let depth = 0; depth < height; depth++) {
      const interior = this.#enter(node, depth);
      const at = last ? interior.children.length - 1 : 0;
      this.#slots[depth] = at;
      node = interior.children[at] as Node;
    }
    this.#open(node as Leaf);
    this.index = last ? this.leaf.n - 1 : 0;
    return this.#settle();
  }

  #enter(node: Node, depth: number): Interior {
    return (this.#path[depth] = this.#loaded(node));
  }

  #loaded(node: Node): Interior {
    const interior = node as Interior;
    if (interior.children === NO_CHILDREN) loadInterior(this.tree, interior);
    return interior;
  }

  #open(leaf: Leaf): void {
    if (leaf.columns === UNLOADED) loadLeaf(this.tree, leaf);
    leaf.touched = true;
    this.leaf = leaf;
    this.columns = leaf.columns;
    this.#saved = null;
    if (this.#positioned) return;
    this.#positioned = true;
    this.tree.position(this);
  }

  /** Valid at this row, or, at the end of a leaf, at the first row of the next. */
  #settle(): boolean {
    const { n } = this.leaf;
    if (n === 0) return this.#stop();
    if (this.index >= n) return this.#toLeaf(1);
    this.valid = true;
    return true;
  }

  #stop(): boolean {
    this.valid = false;
    this.#saved = null;
    return false;
  }

  /** To the first row of the next leaf (step 1) or the last row of the one before (−1). */
  #toLeaf(step: number): boolean {
    const { height } = this.tree;
    let depth = height - 1;
    for (; depth >= 0; depth--) {
      const at = (this.#slots[depth] as number) + step;
      if (at >= 0 && at < (this.#path[depth] as Interior).children.length) break;
    }
    if (depth < 0) return this.#stop();
    const top = depth;
    const slot = (this.#slots[top] as number) + step;
    let node = (this.#path[top] as Interior).children[slot] as Node;
    // Each page is there before the place changes: a load may throw ColdPage, and the move is then made again.
    while (++depth < height) {
      const { children } = this.#loaded(node);
      node = children[step > 0 ? 0 : children.length - 1] as Node;
    }
    this.#open(node as Leaf);
    node = (this.#path[top] as Interior).children[slot] as Node;
    this.#slots[top] = slot;
    for (depth = top + 1; depth < height; depth++) {
      const interior = this.#enter(node, depth);
      const at = step > 0 ? 0 : interior.children.length - 1;
      this.#slots[depth] = at;
      node = interior.children[at] as Node;
    }
    this.index = step > 0 ? 0 : this.leaf.n - 1;
    this.valid = true;
    return true;
  }
}
