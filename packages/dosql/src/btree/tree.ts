/**
 * B+tree: a sorted set of rows whose first k columns are the key. Tables and indexes are both trees.
 *
 * Every node belongs to one tree (`owner`), which alone may change it in place; forks share nodes and copy what they
 * change, down to the single column of a leaf. Nodes that equal their page are clean (`page` is not 0). A node that a
 * tree may change in place and that is dirty has only such ancestors, so one look at the leaf tells whether the path
 * must be prepared.
 */
import type { Cell } from '../codec/cell.ts';
import { type CheckReport, checkTree } from './check.ts';
import { checkpoint } from './checkpoint.ts';
import { cellArray, type Column, INT32, isOverflow, LARGE } from './column.ts';
import { Cursor } from './cursor.ts';
import { type Interior, NO_CHILDREN, type Node } from './interior.ts';
import { emptyLeaf, Leaf, UNLOADED } from './leaf.ts';
import { loadInterior, loadLeaf, loadRoot, widenedNode } from './load.ts';
import type { PageId, Pager } from './pager.ts';
import { visitPages } from './range.ts';
import { LeafScan } from './scan.ts';
import { lowerInt32, searchLow } from './search.ts';
import { linkRight, mergeLeaf, removeLeaf } from './shape.ts';
import { newOwner, TreeNodes, type TreeSpec } from './tree-nodes.ts';

/** Rows between two keys, or prefixes of keys; without a bound, from the first or to the last. */
export interface KeyRange {
  readonly low?: readonly Cell[] | undefined;
  /** The rows that begin with `low` are left out. */
  readonly lowOpen?: boolean | undefined;
  readonly high?: readonly Cell[] | undefined;
  /** The rows that begin with `high` are left out. */
  readonly highOpen?: boolean | undefined;
}

export class Tree extends TreeNodes {
  /** Where `find` stands: leaf, its columns, row. Valid until the tree changes. */
  leaf: Leaf;
  columns: Column[] = UNLOADED;
  index = -1;

  /** The last leaf, and the version at which it was that. */
  #tail: Leaf | undefined;
  #tailAt = -1;
  readonly #single: Cell[] = [null];

  /**
   * An empty tree, or the one below `root`.
   * @throws {SqlError} CORRUPT_PAGE when the root page is damaged, UNSUPPORTED_FORMAT when it is of a newer version
   */
  constructor(spec: TreeSpec, pager: Pager, root?: PageId) {
    super(spec, pager);
    this.leaf = this.root as Leaf;
    if (root !== undefined) loadRoot(this, root);
  }

  /** Positions at the row with this key. */
  find(key: readonly Cell[]): boolean {
    const leaf = this.descend(key);
    this.leaf = leaf;
    this.columns = leaf.columns;
    this.index = searchLow(leaf.columns, this.order, key, this.order.length, 0, leaf.n);
    this.foundAt = this.version;
    return this.index >= 0;
  }

  /** As `find`, which is spared where the last one stands at that row: who reads a row and then changes it searches once. */
  #refind(key: readonly Cell[]): boolean {
    const { columns, index, leaf } = this;
    if (this.foundAt !== this.version || index < 0 || index >= leaf.n || leaf.columns !== columns) {
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
    this.foundAt = -1;
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
    this.foundAt = this.version;
    return at < leaf.n && data[at] === id;
  }

  /** Positions at the first row that begins with these cells, fewer than a whole key. */
  findPrefix(key: readonly Cell[]): boolean {
    let node: Node = this.root;
    const { height, order } = this;
    const { length } = key;
    this.foundAt = -1;
    for (let depth = 0; depth < height; depth++) {
      const interior = node as Interior;
      if (interior.children === NO_CHILDREN) loadInterior(this, interior);
      node = interior.children[interior.childOfPrefix(order, key, length, false)] as Node;
    }
    const leaf = node as Leaf;
    if (leaf.columns === UNLOADED) loadLeaf(this, leaf);
    if (!leaf.touched) leaf.touched = true;
    const at = searchLow(leaf.columns, order, key, length, 0, leaf.n);
    if (at < 0 && ~at === leaf.n) {
      // Separators are at most the first key, so equal rows may begin in the next leaf.
      const cursor = this.cursor();
      if (!cursor.seek('eq', key)) return false;
      this.columns = cursor.columns;
      this.index = cursor.index;
      return true;
    }
    this.leaf = leaf;
    this.columns = leaf.columns;
    this.index = at;
    return at >= 0;
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

  /** First cell of the last row; undefined when there is none. */
  lastKey(): Cell | undefined {
    const tail = this.#tail;
    if (this.#tailAt === this.version && tail !== undefined && tail.n > 0 && tail.page === 0)
      return (tail.columns[0] as Column).get(tail.n - 1);
    const cursor = this.cursor();
    return cursor.last() ? cursor.value(0) : undefined;
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

  /** Removes all rows. */
  clear(): void {
    this.changing();
    this.visitPages((page) => this.superseded.push(page));
    this.root = this.leaf = emptyLeaf(this.owner, this.real);
    this.height = 0;
    this.count = 0;
  }

  /** A tree with the same rows and a life of its own, in constant time: both copy from then on what they change. */
  fork(spec: TreeSpec = this.spec): Tree {
    const tree = new Tree(spec, this.pager);
    tree.root = this.root;
    tree.height = this.height;
    tree.count = this.count;
    tree.version = this.version;
    tree.superseded = this.superseded.slice();
    this.owner = newOwner();
    return tree;
  }

  /**
   * A fork with further columns behind the last one. Leaves that have a page are filled up when they are loaded, and
   * their pages stay: the cost is that of the nodes in memory.
   */
  widened(spec: TreeSpec): Tree {
    const tree = this.fork(spec);
    tree.root = widenedNode(this.root, spec);
    if (tree.root instanceof Leaf) {
      if (tree.root.columns === UNLOADED) loadLeaf(tree, tree.root);
      tree.leaf = tree.root;
    }
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

  /** Visits the id of every page that the tree reaches. */
  visitPages(visit: (id: PageId) => void): void {
    visitPages(this, visit);
  }

  /** Looks at every page and lists what is wrong; throws nothing. */
  check(): CheckReport {
    return checkTree(this);
  }
}
