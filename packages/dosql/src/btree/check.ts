/** Verifies every invariant of a tree. */
import { ColdPage } from '../fsx/tiered.ts';
import { type Cell, compareCells, Real } from '../codec/cell.ts';
import { ARRAY, type Column, INT64, INT8, NULLS, REAL } from './column.ts';
import { Interior, type Node, NO_CHILDREN } from './interior.ts';
import { Leaf, UNLOADED } from './leaf.ts';
import { loadInterior, loadLeaf } from './load.ts';
import type { PageId } from './pager.ts';
import type { KeyColumn } from './search.ts';
import type { Tree } from './tree.ts';

export interface CheckProblem {
  /** Page of the node; 0 when it is only in memory. */
  readonly page: PageId;
  /** Row of the leaf or child of the interior node; −1 when it concerns the node. */
  readonly position: number;
  readonly reason: string;
}

export interface CheckReport {
  readonly problems: readonly CheckProblem[];
  readonly rows: number;
  readonly leaves: number;
  readonly interiors: number;
}

/** A damaged tree has no end of problems; the first ones tell. */
const PROBLEMS_MAX = 100;

function compareKeys(order: readonly KeyColumn[], a: readonly Cell[], b: readonly Cell[]): number {
  for (let c = 0; c < order.length; c++) {
    const { collation, descending } = order[c] as KeyColumn;
    const result = compareCells(a[c] as Cell, b[c] as Cell, collation);
    if (result !== 0) return descending === true ? -result : result;
  }
  return 0;
}

class Checker {
  readonly problems: CheckProblem[] = [];
  rows = 0;
  leaves = 0;
  interiors = 0;
  readonly #tree: Tree;
  readonly #pages: Set<PageId> = new Set();
  #previous: Cell[] | undefined;

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  #report(node: Node, position: number, reason: string): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push({ page: node.page, position, reason });
  }

  #claim(node: Node, page: PageId): void {
    if (page === 0) return;
    if (this.#pages.has(page)) this.#report(node, -1, `page ${page} is reached twice`);
    this.#pages.add(page);
  }

  /** Checks a node whose keys must be at least `low` and less than `high`. */
  node(node: Node, height: number, low: Cell[] | undefined, high: Cell[] | undefined): void {
    this.#claim(node, node.page);
    try {
      if (height === 0) this.#leaf(node, low, high);
      else this.#interior(node, height, low, high);
    } catch (error) {
      if (error instanceof ColdPage) throw error;
      this.#report(node, -1, error instanceof Error ? error.message : String(error));
    }
  }

  #interior(node: Node, height: number, low: Cell[] | undefined, high: Cell[] | undefined): void {
    if (!(node instanceof Interior) || node.level !== height)
      return this.#report(node, -1, `no node of level ${height}`);
    this.interiors++;
    if (node.children === NO_CHILDREN) loadInterior(this.#tree, node);
    const { children } = node;
    const { order, root } = this.#tree;
    if (children.length < (node === root ? 2 : 1)) this.#report(node, -1, `${children.length} children`);
    if (node.keys.length !== order.length) return this.#report(node, -1, `${node.keys.length} key columns`);
    const before = this.rows;
    let from = low;
    for (let i = 0; i < children.length; i++) {
      const child = children[i] as Node;
      const to = i + 1 < children.length ? node.separator(i + 1) : high;
      if (from !== undefined && to !== undefined && compareKeys(order, from, to) >= 0) {
        this.#report(node, i, 'separators do not rise');
      }
      if (node.page !== 0 && child.page === 0) this.#report(node, i, 'a clean node has a dirty child');
      this.node(child, height - 1, from, to);
      from = to;
    }
    if (node.page !== 0 && node.rows !== this.rows - before) {
      this.#report(node, -1, `counts ${node.rows} rows below instead of ${this.rows - before}`);
    }
  }

  #leaf(node: Node, low: Cell[] | undefined, high: Cell[] | undefined): void {
    if (!(node instanceof Leaf)) return this.#report(node, -1, 'no leaf at the lowest level');
    const { order, real, root, spec } = this.#tree;
    this.leaves++;
    this.rows += node.n;
    if (node.columns === UNLOADED) loadLeaf(this.#tree, node);
    const { columns, n } = node;
    if (n === 0 && node !== root) this.#report(node, -1, 'a leaf without rows');
    if (n > spec.leafRows) this.#report(node, -1, `${n} rows`);
    if (columns.length !== real.length) return this.#report(node, -1, `${columns.length} columns`);
    for (let c = 0; c < columns.length; c++) this.#column(node, columns[c] as Column, c);
    node.overflowPages(0, n, (page) => {
      this.#claim(node, page);
      if (!node.overflow && node.page !== 0) this.#report(node, -1, 'unannounced overflow pages');
    });
    for (let i = 0; i < n; i++) {
      const key = node.cells(i, order.length);
      if (this.#previous !== undefined && compareKeys(order, this.#previous, key) >= 0) {
        this.#report(node, i, 'keys do not rise');
      }
      if (low !== undefined && compareKeys(order, key, low) < 0) this.#report(node, i, 'key below its separator');
      if (high !== undefined && compareKeys(order, key, high) >= 0) this.#report(node, i, 'key above its separator');
      this.#previous = key;
    }
  }

  #column(node: Leaf, column: Column, c: number): void {
    const { n } = node;
    const { kind, max, min } = column;
    const real = this.#tree.real[c] as boolean;
    if (column.real !== real || (real ? kind >= INT8 && kind <= INT64 : kind === REAL)) {
      this.#report(node, -1, `column ${c} has kind ${kind}`);
    }
    const room = kind >= ARRAY ? column.cells().length : (column.offsets?.length ?? column.data.length + 1) - 1;
    if (kind >= ARRAY ? room !== n : kind !== NULLS && room < n) this.#report(node, -1, `column ${c} has ${room} rows`);
    for (let i = 0; i < n; i++) {
      const cell = column.get(i);
      if (cell === undefined || (typeof cell === 'number' && cell !== cell))
        this.#report(node, i, `column ${c} is no cell`);
      if (column.isNull(i) !== (cell === null)) this.#report(node, i, `column ${c} is NULL and is not`);
      if (min === undefined || cell === null) continue;
      const value = cell instanceof Real ? cell.value : cell;
      if (value < min || value > (max as number | string)) this.#report(node, i, `column ${c} is out of its bounds`);
    }
  }
}

export function checkTree(tree: Tree): CheckReport {
  const checker = new Checker(tree);
  checker.node(tree.root, tree.height, undefined, undefined);
  const { problems, rows, leaves, interiors } = checker;
  if (rows !== tree.count) {
    problems.push({ page: tree.root.page, position: -1, reason: `counts ${tree.count} rows instead of ${rows}` });
  }
  return { problems, rows, leaves, interiors };
}
