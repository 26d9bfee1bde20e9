/** Leaf batches of a range, for execution over columns. */
import { assert } from '../codec/assert.ts';
import type { Column } from './column.ts';
import { Cursor } from './cursor.ts';
import { UNLOADED } from './leaf.ts';
import { searchHigh, searchLow } from './search.ts';
import type { KeyRange, Tree } from './tree.ts';

/**
 * `while (scan.next()) …` gives batches of rows `from` to `to`, exclusive, of `columns`. The columns may be kept: a
 * leaf that is evicted leaves them to whoever holds them.
 */
export class LeafScan {
  columns: Column[] = UNLOADED;
  from = 0;
  to = 0;
  readonly #tree: Tree;
  readonly #range: KeyRange;
  readonly #cursor: Cursor;
  readonly #version: number;
  #state: 'start' | 'inside' | 'end' = 'start';

  constructor(tree: Tree, range: KeyRange = {}) {
    this.#tree = tree;
    this.#range = range;
    this.#cursor = new Cursor(tree);
    this.#version = tree.version;
  }

  next(): boolean {
    assert(this.#version === this.#tree.version, 'the tree changed during a scan');
    const cursor = this.#cursor;
    const { low, lowOpen } = this.#range;
    let found: boolean;
    if (this.#state === 'inside') found = cursor.nextLeaf();
    else if (this.#state === 'end') return false;
    else if (low === undefined) found = cursor.first();
    else found = cursor.seek(lowOpen === true ? 'gt' : 'ge', low);
    if (!found) return this.#end();
    this.#state = 'inside';
    this.columns = cursor.columns;
    this.from = cursor.index;
    this.to = this.#limit();
    return this.from < this.to || this.#end();
  }

  /** End of the batch; where the range ends in this leaf, it is the last. */
  #limit(): number {
    const { high, highOpen } = this.#range;
    const { n } = this.#cursor.leaf;
    if (high === undefined) return n;
    const { order } = this.#tree;
    const length = Math.min(high.length, order.length);
    const search = highOpen === true ? searchLow : searchHigh;
    const at = search(this.columns, order, high, length, this.from, n);
    const end = at < 0 ? ~at : at;
    if (end < n) this.#state = 'end';
    return end;
  }

  #end(): boolean {
    this.#state = 'end';
    this.to = this.from;
    return false;
  }
}
