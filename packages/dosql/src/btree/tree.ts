/**
 * B+tree: a sorted set of rows whose first k columns are the key. Tables and indexes are both trees.
 *
 * Every node belongs to one tree (`owner`), which alone may change it in place; forks share nodes and copy what they
 * change, down to the single column of a leaf. Nodes that equal their page are clean (`page` is not 0). A node that a
 * tree may change in place and that is dirty has only such ancestors, so one look at the leaf tells whether the path
 * must be prepared.
 */
import { assert } from '../codec/assert.ts';
import type { Cell } from '../codec/cell.ts';
import { bulkLoad } from './bulk.ts';
import { type CheckReport, checkTree } from './check.ts';
import { checkpoint, countDirty } from './checkpoint.ts';
import { cellArray, type Column, INT32, isOverflow, LARGE } from './column.ts';
import { Cursor } from './cursor.ts';
import { type Interior, NO_CHILDREN, type Node } from './interior.ts';
import { emptyLeaf, Leaf, UNLOADED } from './leaf.ts';
import { loadInterior, loadLeaf, loadRoot } from './load.ts';
import type { PageId, Pager } from './pager.ts';
import { deleteRange, visitPages } from './range.ts';
import { LeafScan } from './scan.ts';
import { type KeyColumn, lowerInt32, searchLow } from './search.ts';
import { linkRight, mergeLeaf, removeLeaf } from './shape.ts';

export interface ColumnSpec {
  /** 'real': holds no INTEGER, so that every number is REAL and none is boxed. */
  readonly kind: 'any' | 'real';
}

export interface TreeSpec {
  readonly columns: readonly ColumnSpec[];
  /** Order of the first columns, which are the key; at least one. */
  readonly key: readonly KeyColumn[];
  /** Rows of a full leaf, a power of two: 512 for tables, 128 or 256 for indexes. */
  readonly leafRows: number;
}

/** Rows between two keys, or prefixes of keys; without a bound, from the first or to the last. */
export interface KeyRange {
  readonly low?: readonly Cell[] | undefined;
  /** The rows that begin with `low` are left out. */
  readonly lowOpen?: boolean | undefined;
  readonly high?: readonly Cell[] | undefined;
  /** The rows that begin with `high` are left out. */
  readonly highOpen?: boolean | undefined;
}

/** Cursors that may be positioned at one time; the oldest then remember their key instead. */
const POSITIONED_CURSORS_MAX = 64;

let lastOwner = 0;

export class Tree {
  readonly spec: TreeSpec;
  readonly pager: Pager;
  readonly order: readonly KeyColumn[];
  /** For each column, whether it holds no INTEGER. */
  readonly real: readonly boolean[];
  /** Rows, exactly. */
  count = 0;
  /** Rises with every change and every checkpoint. */
  version = 0;

  /** Where `find` stands: leaf, its columns, row. Valid until the tree changes. */
  leaf: Leaf;
  columns: Column[] = UNLOADED;
  index = -1;

  /** For this folder only. @internal */
  root: Node;
  /** Levels above the leaves. @internal */
  height = 0;
  /** @internal */
  owner: number = ++lastOwner;
  /** Pages that this tree reached and no longer reaches. @internal */
  superseded: PageId[] = [];
  /** The way to the leaf of the last descent. @internal */
  readonly path: Interior[] = [];
  /** @internal */
  readonly slots: number[] = [];
  readonly #positioned: Cursor[] = [];
  /** Version at which `find` came to where it stands, with `path` leading there; −1 where it does not. */
  #foundAt = -1;
  /** The last leaf, and the version at which it was that. */
  #tail: Leaf | undefined;
  #tailAt = -1;
  readonly #single: Cell[] = [null];

  /**
   * An empty tree, or the one below `root`.
   * @throws {SqlError} CORRUPT_PAGE when the root page is damaged, UNSUPPORTED_FORMAT when it is of a newer version
   */
  constructor(spec: TreeSpec, pager: Pager, root?: PageId) {
    assert(spec.key.length > 0 && spec.key.length <= spec.columns.length, 'a key is one column or more');
    this.spec = spec;
    this.pager = pager;
    this.order = spec.key;
    this.real = spec.columns.map((column) => column.kind === 'real');
    this.root = this.leaf = emptyLeaf(this.owner, this.real);
    if (root !== undefined) loadRoot(this, root);
  }

  /** Positions at the row with this key. */
  find(key: readonly Cell[]): boolean {
    const leaf = this.descend(key);
    this.leaf = leaf;
    this.columns = leaf.columns;
    this.index = searchLow(leaf.columns, this.order, key, this.order.length, 0, leaf.n);
    this.#foundAt = this.version;
    return this.index >= 0;
  }

  /** As `find`, which is spared where the last one stands at that row: who reads a row and then changes it searches once. */
  #refind(key: readonly Cell[]): boolean {
    const { columns, index, leaf } = this;
    if (this.#foundAt !== this.version || index < 0 || index >= leaf.n || leaf.columns !== columns) {
      return this.find(key);
    }
    for (let c = 0; c < this.order.length; c++) {
      const cell = key[c];
      const isPlain = typeof cell === 'number' || typeof cell === 'string';
      if (!isPlain || (columns[c] as Column).get(index) !== cell) return this.find(key);
    }
    return true;
  }

  /** As `find`, where the key is one column: without an array. */
  findInteger(id: number): boolean {
    let node: Node = this.root;
    const { height, path, slots } = this;
    this.#foundAt = -1;
    for (let depth = 0; depth < height; depth++) {
      const interior = node as Interior;
      if (interior.children === NO_CHILDREN) loadInterior(this, interior);
      const column = interior.keys[0] as Column;
      if (column.kind !== INT32 || column.nulls !== null || !Number.isInteger(id)) return this.#findSingle(id);
      const at = lowerInt32(column.data as Int32Array, id + 1, 1, interior.children.length) - 1;
      path[depth] = interior;
      slots[depth] = at;
      node = interior.children[at] as Node;
    }
    const leaf = node as Leaf;
    if (leaf.columns === UNLOADED) loadLeaf(this, leaf);
    if (!leaf.touched) leaf.touched = true;
    const column = leaf.columns[0] as Column;
    if (column.kind !== INT32 || column.nulls !== null || this.order[0]?.descending === true)
      return this.#findSingle(id);
    const data = column.data as Int32Array;
    const at = lowerInt32(data, id, 0, leaf.n);
    this.leaf = leaf;
    this.columns = leaf.columns;
    this.index = at;
    this.#foundAt = this.version;
    return at < leaf.n && data[at] === id;
  }

  #findSingle(id: number): boolean {
    this.#single[0] = id;
    return this.find(this.#single);
  }

  /** Cell of the row at which `find` stands. */
  value(column: number): Cell {
    return (this.columns[column] as Column).get(this.index);
  }

  /** Cells of the row at which `find` stands. */
  row(): Cell[] {
    const { columns, index } = this;
    const cells = cellArray(columns.length);
    for (let c = 0; c < columns.length; c++) cells[c] = (columns[c] as Column).get(index);
    return cells;
  }

  get(key: readonly Cell[]): Cell[] | undefined {
    return this.find(key) ? this.row() : undefined;
  }

  /** Adds a row; false when its key is there, which changes nothing and positions at that row. */
  insert(row: readonly Cell[]): boolean {
    if (this.#tailAt === this.version && this.#append(row)) return true;
    if (this.find(row)) return false;
    const at = ~this.index;
    const leaf = this.own(this.leaf);
    const isLast = at === leaf.n && this.isLast();
    this.count++;
    if (!leaf.isFull(this.spec.leafRows)) {
      leaf.insert(at, row);
      if (isLast) this.#setTail(leaf);
      return true;
    }
    let right: Leaf;
    if (isLast) {
      // Appending: leaves stay full.
      leaf.compact(this.order.length);
      right = emptyLeaf(this.owner, this.real);
      right.insert(0, row);
    } else {
      const middle = leaf.n >> 1;
      right = leaf.split(middle);
      if (at <= middle) leaf.insert(at, row);
      else right.insert(at - middle, row);
    }
    linkRight(this, right.cells(0, this.order.length), right);
    if (isLast) this.#setTail(right);
    return true;
  }

  #setTail(leaf: Leaf): void {
    this.#tail = leaf;
    this.#tailAt = this.version;
  }

  /** Adds a row behind all others without a search; false, and nothing is done, unless that is plainly its place. */
  #append(row: readonly Cell[]): boolean {
    const leaf = this.#tail as Leaf;
    const { n } = leaf;
    if (leaf.owner !== this.owner || leaf.page !== 0 || n === 0 || leaf.isFull(this.spec.leafRows)) return false;
    const column = leaf.columns[0] as Column;
    const cell = row[0];
    if (column.kind !== INT32 || column.nulls !== null || typeof cell !== 'number') return false;
    if (!(cell > ((column.data as Int32Array)[n - 1] as number)) || this.order[0]?.descending === true) return false;
    this.changing();
    this.count++;
    leaf.insert(n, row);
    this.#tailAt = this.version;
    return true;
  }

  /** Replaces the row with the same key; false when there is none. Only columns that differ are touched. */
  update(row: readonly Cell[]): boolean {
    if (!this.#refind(row)) return false;
    for (let c = 0; c < row.length; c++) this.#replace(c, row[c] as Cell);
    return true;
  }

  /** As `update`, where the row is known to be `before`: cells that are the same in both are not even looked at. */
  updateFrom(before: readonly Cell[], after: readonly Cell[]): boolean {
    if (!this.#refind(after)) return false;
    for (let c = 0; c < after.length; c++) {
      const cell = after[c] as Cell;
      if (!Object.is(before[c], cell)) this.#write(c, cell); // tells −0 from 0
    }
    return true;
  }

  /**
   * Replaces some columns, none of the key, of the row with this key; false when there is none.
   * @param columns their numbers, in step with `values`
   */
  updateColumns(key: readonly Cell[], columns: readonly number[], values: readonly Cell[]): boolean {
    if (!this.#refind(key)) return false;
    for (let i = 0; i < columns.length; i++) this.#replace(columns[i] as number, values[i] as Cell);
    return true;
  }

  #replace(c: number, cell: Cell): void {
    if (!(this.columns[c] as Column).same(this.index, cell)) this.#write(c, cell);
  }

  #write(c: number, cell: Cell): void {
    const { index } = this;
    const column = this.columns[c] as Column;
    const leaf = this.own(this.leaf);
    this.leaf = leaf;
    this.columns = leaf.columns;
    if (column.kind === LARGE) {
      const old = column.stored(index);
      if (isOverflow(old)) this.superseded.push(old.overflowPage);
    }
    leaf.set(c, index, cell);
  }

  /** Removes the row with this key; false when there is none. */
  delete(key: readonly Cell[]): boolean {
    if (!this.#refind(key)) return false;
    const leaf = this.own(this.leaf);
    this.removeRows(leaf, this.index, this.index + 1);
    if (leaf.n > 0 && leaf.n < this.spec.leafRows >> 2) mergeLeaf(this, leaf);
    return true;
  }

  /** Removes rows `from` to `to` of a leaf that this tree owns and to which `path` leads. @internal */
  removeRows(leaf: Leaf, from: number, to: number): void {
    leaf.overflowPages(from, to, (page) => this.superseded.push(page));
    this.count -= to - from;
    if (to - from < leaf.n) leaf.remove(from, to);
    else {
      leaf.n = 0;
      removeLeaf(this);
    }
  }

  /** Removes all rows of a range; returns how many. */
  deleteRange(range: KeyRange): number {
    return deleteRange(this, range);
  }

  /** Removes all rows. */
  clear(): void {
    this.changing();
    this.visitPages((page) => this.superseded.push(page));
    this.root = this.leaf = emptyLeaf(this.owner, this.real);
    this.height = 0;
    this.count = 0;
  }

  /**
   * Adds rows that are in ascending order and greater than all that are there.
   * @param fill share of a leaf that is filled, at most 1
   */
  bulkLoad(rows: Iterable<readonly Cell[]>, fill = 1): void {
    bulkLoad(this, rows, fill);
  }

  /** A tree with the same rows and a life of its own, in constant time: both copy from then on what they change. */
  fork(): Tree {
    const tree = new Tree(this.spec, this.pager);
    tree.root = this.root;
    tree.height = this.height;
    tree.count = this.count;
    tree.version = this.version;
    tree.superseded = this.superseded.slice();
    this.owner = ++lastOwner;
    return tree;
  }

  cursor(): Cursor {
    return new Cursor(this);
  }

  /** Leaf by leaf through a range; the tree must not change meanwhile. */
  scan(range?: KeyRange): LeafScan {
    return new LeafScan(this, range);
  }

  /**
   * Writes all dirty nodes under new page ids and releases the pages that are no longer reached.
   * @returns the id of the root page
   */
  checkpoint(write: (id: PageId, bytes: Uint8Array) => void): PageId {
    return checkpoint(this, write);
  }

  /** Pages that a checkpoint would write, those of overflowing cells left aside. */
  get dirtyPages(): number {
    return countDirty(this.root, this.height);
  }

  /** Visits the id of every page that the tree reaches. */
  visitPages(visit: (id: PageId) => void): void {
    visitPages(this, visit);
  }

  /** Looks at every page and lists what is wrong; throws nothing. */
  check(): CheckReport {
    return checkTree(this);
  }

  /** Loads the leaf in which a whole key belongs and leaves the way there in `path`. @internal */
  descend(key: readonly Cell[]): Leaf {
    let node: Node = this.root;
    const { height, path, slots, order } = this;
    this.#foundAt = -1;
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
