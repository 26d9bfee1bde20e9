/**
 * An interior node: up to 256 children. Separator i is at most the first key of child i and greater than every key of
 * child i − 1; separator 0 stands there only to keep the two in step.
 */
import type { Cell } from '../codec/cell.ts';
import type { Column } from './column.ts';
import type { Leaf } from './leaf.ts';
import type { PageId } from './pager.ts';
import { type KeyColumn, searchHigh, searchLow } from './search.ts';

export const CHILDREN_MAX = 256;

export type Node = Interior | Leaf;

/** `children` of an interior node that is not loaded. */
export const NO_CHILDREN: Node[] = [];

export class Interior {
  owner: number;
  /** The page that holds exactly this; 0 while there is none. */
  page: PageId;
  /** Levels above the leaves, at least 1. */
  readonly level: number;
  children: Node[];
  /** Separators, a column for each key column. */
  keys: Column[];
  /** Rows below, as of the last checkpoint or load. */
  rows = 0;

  constructor(owner: number, page: PageId, level: number, children: Node[], keys: Column[]) {
    this.owner = owner;
    this.page = page;
    this.level = level;
    this.children = children;
    this.keys = keys;
  }

  clone(owner: number): Interior {
    return new Interior(owner, 0, this.level, this.children.slice(), this.keys.slice());
  }

  /** The child that may hold a whole key. */
  childOf(order: readonly KeyColumn[], key: readonly Cell[]): number {
    const at = searchLow(this.keys, order, key, order.length, 1, this.children.length);
    return at >= 0 ? at : ~at - 1;
  }

  /** The child that may hold the first row not less than (`above`: greater than) the first `length` cells of a key. */
  childOfPrefix(order: readonly KeyColumn[], key: readonly Cell[], length: number, above: boolean): number {
    const count = this.children.length;
    if (above) return searchHigh(this.keys, order, key, length, 1, count) - 1;
    const at = searchLow(this.keys, order, key, length, 1, count);
    return (at >= 0 ? at : ~at) - 1;
  }

  #writable(c: number): Column {
    const column = this.keys[c] as Column;
    if (column.owner === this.owner) return column;
    const thawed = column.thaw(this.owner, 0, this.children.length);
    this.keys[c] = thawed;
    return thawed;
  }

  /** Puts a child before child `at`, which is at least 1. */
  insert(at: number, separator: readonly Cell[], child: Node): void {
    for (let c = 0; c < this.keys.length; c++) {
      this.#writable(c).insert(at, separator[c] as Cell, this.children.length);
    }
    this.children.splice(at, 0, child);
  }

  remove(at: number): void {
    for (let c = 0; c < this.keys.length; c++) this.#writable(c).remove(at, at + 1, this.children.length);
    this.children.splice(at, 1);
  }

  /** Moves the children from `at` on to a new node; its separator 0 is the one between the two. */
  split(at: number): Interior {
    const n = this.children.length;
    const keys: Column[] = [];
    for (let c = 0; c < this.keys.length; c++) {
      const column = this.#writable(c);
      keys.push(column.thaw(this.owner, at, n));
      column.truncate(at);
    }
    return new Interior(this.owner, 0, this.level, this.children.splice(at), keys);
  }

  separator(at: number): Cell[] {
    return this.keys.map((column) => column.get(at));
  }
}
