/**
 * The nodes of a tree and the way through them: what a change needs before it changes anything. Every node belongs to one
 * tree (`owner`), which alone may change it in place; the head of tree.ts says how.
 */
import { assert } from '../codec/assert.ts';
import type { Cell } from '../codec/cell.ts';
import type { Column } from './column.ts';
import type { Cursor } from './cursor.ts';
import { type Interior, NO_CHILDREN, type Node } from './interior.ts';
import { emptyLeaf, Leaf, UNLOADED } from './leaf.ts';
import { loadInterior, loadLeaf } from './load.ts';
import type { PageId, Pager } from './pager.ts';
import type { KeyColumn } from './search.ts';

export interface ColumnSpec {
  /** 'real': holds no INTEGER, so that every number is REAL and none is boxed. */
  readonly kind: 'any' | 'real';
  /** The cell of rows in leaves that were written before there was this column, which stands behind theirs. */
  readonly fill?: () => Cell;
}

export interface TreeSpec {
  readonly columns: readonly ColumnSpec[];
  /** Order of the first columns, which are the key; at least one. */
  readonly key: readonly KeyColumn[];
  /** Rows of a full leaf, a power of two: 512 for tables, 128 or 256 for indexes. */
  readonly leafRows: number;
}

/** Cursors that may be positioned at one time; the oldest then remember their key instead. */
const POSITIONED_CURSORS_MAX = 64;

let lastOwner = 0;

/** A number that no tree has. */
export function newOwner(): number {
  return ++lastOwner;
}

export class TreeNodes {
  readonly spec: TreeSpec;
  readonly pager: Pager;
  readonly order: readonly KeyColumn[];
  /** For each column, whether it holds no INTEGER. */
  readonly real: readonly boolean[];
  /** Rows, exactly. */
  count = 0;
  /** Rises with every change and every checkpoint. */
  version = 0;

  /** For this folder only. @internal */
  root: Node;
  /** Levels above the leaves. @internal */
  height = 0;
  /** @internal */
  owner: number = newOwner();
  /** Pages that this tree reached and no longer reaches. @internal */
  superseded: PageId[] = [];
  /** The way to the leaf of the last descent. @internal */
  readonly path: Interior[] = [];
  /** @internal */
  readonly slots: number[] = [];
  readonly #positioned: Cursor[] = [];
  /** Version at which `find` came to where it stands, with `path` leading there; −1 where it does not. */
  protected foundAt = -1;

  constructor(spec: TreeSpec, pager: Pager) {
    assert(spec.key.length > 0 && spec.key.length <= spec.columns.length, 'a key is one column or more');
    this.spec = spec;
    this.pager = pager;
    this.order = spec.key;
    this.real = spec.columns.map((column) => column.kind === 'real');
    this.root = emptyLeaf(this.owner, this.real);
  }

  /** Loads the leaf in which a whole key belongs and leaves the way there in `path`. @internal */
  descend(key: readonly Cell[]): Leaf {
    let node: Node = this.root;
    const { height, path, slots, order } = this;
    this.foundAt = -1;
    for (let depth = 0; depth < height; depth++) {
      const interior = node as Interior;
      if (interior.children === NO_CHILDREN) loadInterior(this, interior);
      const at = interior.childOf(order, key);
      path[depth] = interior;
      slots[depth] = at;
      node = interior.children[at] as Node;
    }
    const leaf = node as Leaf;
    if (leaf.columns === UNLOADED) loadLeaf(this, leaf);
    if (!leaf.touched) leaf.touched = true;
    return leaf;
  }

  /** Brings in all that a change at a key may need, so that none stops half-way at a cold page. */
  reach(key: readonly Cell[]): void {
    const leaves: (Leaf | undefined)[] = [this.descend(key)];
    if (this.height > 0) {
      const { children } = this.path[this.height - 1] as Interior;
      const at = this.slots[this.height - 1] as number;
      leaves.push(children[at - 1] as Leaf | undefined, children[at + 1] as Leaf | undefined);
    }
    for (const leaf of leaves) {
      if (leaf === undefined) continue;
      if (leaf.columns === UNLOADED) loadLeaf(this, leaf);
      // A search compares with other cells once the rows are others, as when leaves are joined or the change is undone.
      for (let i = 0; i < leaf.n; i++) {
        for (let c = 0; c < this.order.length; c++) (leaf.columns[c] as Column).get(i);
      }
    }
  }

  /** `path` leads to the last leaf. @internal */
  isLast(): boolean {
    for (let depth = 0; depth < this.height; depth++) {
      if (this.slots[depth] !== (this.path[depth] as Interior).children.length - 1) return false;
    }
    return true;
  }

  /** Makes the leaf at the end of `path` changeable in place, and all above it. @internal */
  own(leaf: Leaf): Leaf {
    this.changing();
    if (leaf.owner === this.owner && leaf.page === 0) return leaf;
    const { height, path, slots } = this;
    for (let depth = 0; depth < height; depth++) {
      const interior = this.ownNode(path[depth] as Interior);
      path[depth] = interior;
      if (depth === 0) this.root = interior;
      else (path[depth - 1] as Interior).children[slots[depth - 1] as number] = interior;
    }
    const mine = this.ownNode(leaf);
    if (height === 0) this.root = mine;
    else (path[height - 1] as Interior).children[slots[height - 1] as number] = mine;
    return mine;
  }

  /** The node itself or a copy that this tree may change; the caller puts it into its parent. @internal */
  ownNode<N extends Node>(node: N): N {
    if (node.page !== 0) this.superseded.push(node.page);
    if (node.owner !== this.owner) return node.clone(this.owner) as N;
    if (node instanceof Leaf) this.pager.cache.forget(node);
    node.page = 0;
    return node;
  }

  /** To be called before every change. @internal */
  changing(): void {
    this.version++;
    if (this.#positioned.length > 0) this.#unposition();
  }

  #unposition(): void {
    for (const cursor of this.#positioned) cursor.save();
    this.#positioned.length = 0;
  }

  /** Takes note of a cursor that stands at a row by position, so that a change can make it remember its key. @internal */
  position(cursor: Cursor): void {
    if (this.#positioned.length >= POSITIONED_CURSORS_MAX) this.#unposition();
    this.#positioned.push(cursor);
  }
}
