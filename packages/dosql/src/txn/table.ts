/**
 * A table is a tree of rows and a tree for each index. The table's key is the first columns of its row; an index row
 * is the indexed values and then the table's key. A change is checked against every unique constraint before
 * anything is touched, so a refused row leaves no trace.
 */
import { SqlError } from '@dotdo/shared-types';
import { assert } from '../codec/assert.ts';
import { compareCells, Real, type Cell } from '../codec/cell.ts';
import type { Cursor, Tree, TreeSpec } from '../btree/index.ts';
import { WalTable } from '../wal/index.ts';

/** All columns of a row, the key columns first. Whoever hands one in leaves it unchanged until the commit. */
export type Row = readonly Cell[];

export interface IndexSpec {
  /** Number of the index's tree in checkpoints; never used twice. */
  readonly id: number;
  readonly name: string;
  readonly unique: boolean;
  /** The first key columns are indexed, the rest are the table's key; all columns are key columns. */
  readonly tree: TreeSpec;
  /** Writes the index row into `out`; false when the row is not in this (partial) index. */
  entry(row: Row, out: Cell[]): boolean;
  /** Where `entry` does nothing but copy cells: their places in the row. Absent in partial and computed indexes. */
  readonly places?: readonly number[] | undefined;
}

export interface TableSpec {
  /** Number of the table's tree in checkpoints; never used twice. */
  readonly id: number;
  readonly name: string;
  readonly tree: TreeSpec;
  readonly indexes: readonly IndexSpec[];
}

/** A row that stands in the way of another. */
export interface Conflict {
  /** The unique index; absent when the table's key itself is taken. */
  readonly index: IndexSpec | undefined;
  /** The row that is there. */
  readonly row: Row;
}

/** An index of a table, with what a change needs at hand. */
export class IndexTree {
  readonly spec: IndexSpec;
  tree: Tree;
  /** Index rows before and after the change at hand, and whether they exist. */
  readonly before: Cell[] = [];
  readonly after: Cell[] = [];
  hasBefore = false;
  hasAfter = false;
  /** Indexed values without the table's key. */
  readonly values: Cell[];
  #cursor: Cursor | undefined;

  constructor(spec: IndexSpec, tree: Tree, keyColumns: number) {
    this.spec = spec;
    this.tree = tree;
    this.values = Array.from<Cell>({ length: spec.tree.key.length - keyColumns }).fill(null);
  }

  /** Writes the index row of a row into `out`; false when there is none. */
  fill(row: Row, out: Cell[]): boolean {
    const { places } = this.spec;
    if (places === undefined) return this.spec.entry(row, out);
    for (let i = 0; i < places.length; i++) out[i] = row[places[i] as number] as Cell;
    return true;
  }

  /** Notes what a change of a row takes out of the index and puts into it; false when that is nothing. */
  changes(before: Row, after: Row): boolean {
    const { places } = this.spec;
    if (places !== undefined) {
      let i = 0;
      while (i < places.length && sameCell(before[places[i] as number] as Cell, after[places[i] as number] as Cell))
        i++;
      if (i === places.length) return (this.hasBefore = this.hasAfter = false);
    }
    this.hasBefore = this.fill(before, this.before);
    this.hasAfter = this.fill(after, this.after);
    if (this.hasBefore && this.hasAfter && sameRow(this.before, this.after)) this.hasBefore = this.hasAfter = false;
    return this.hasBefore || this.hasAfter;
  }

  /** Finds an index row with the same values as `after`; undefined when there is none or one of them is NULL. */
  twin(): Cursor | undefined {
    const { values, after } = this;
    for (let i = 0; i < values.length; i++) {
      const cell = after[i] as Cell;
      if (cell === null) return undefined;
      values[i] = cell;
    }
    this.#cursor ??= this.tree.cursor();
    return this.#cursor.seek('eq', values) ? this.#cursor : undefined;
  }

  replaceTree(tree: Tree): void {
    this.tree = tree;
    this.#cursor = undefined;
  }
}

export class Table {
  readonly spec: TableSpec;
  readonly wal: WalTable;
  readonly keyColumns: number;
  tree: Tree;
  readonly indexes: readonly IndexTree[];
  /** Rises with each change. */
  version = 0;
  /** Of a fork, the version that the shared table had. */
  origin = 0;
  /** Epoch of views that have their fork of this table already; see version.ts. */
  preservedAt = 0;
  /** True of the shared object; false of forks, and once a schema change has put another object in its place. */
  live = true;
  /** Age of the last transaction that read the shared object in place: its note of that need not be taken again. */
  readBy = 0;
  /** Version of the tree when the change at hand began, which changes this tree first; −1 outside one. */
  #changedFrom = -1;
  #isReplaying = false;

  constructor(spec: TableSpec, tree: Tree, indexes: readonly IndexTree[], wal?: WalTable) {
    this.spec = spec;
    this.tree = tree;
    this.indexes = indexes;
    this.keyColumns = spec.tree.key.length;
    this.wal =
      wal ??
      new WalTable(
        { id: spec.id, name: spec.name, keyColumns: this.keyColumns },
        spec.tree.columns.map((column) => column.kind),
      );
  }

  /** After an exception: whether it left a change half made. If it did, the trees are worth nothing. */
  get torn(): boolean {
    const isTorn = this.#changedFrom >= 0 && this.#changedFrom !== this.tree.version;
    if (!isTorn) this.#changedFrom = -1;
    return isTorn;
  }

  get id(): number {
    return this.spec.id;
  }

  get name(): string {
    return this.spec.name;
  }

  /** The same rows with a life of their own; costs nothing until either side writes. */
  fork(): Table {
    const indexes = this.indexes.map((index) => new IndexTree(index.spec, index.tree.fork(), this.keyColumns));
    const fork = new Table(this.spec, this.tree.fork(), indexes, this.wal);
    fork.origin = this.version;
    fork.live = false;
    return fork;
  }

  /** Takes over the trees of another object of the same table. */
  adopt(other: Table): void {
    this.tree = other.tree;
    for (let i = 0; i < this.indexes.length; i++) {
      (this.indexes[i] as IndexTree).replaceTree((other.indexes[i] as IndexTree).tree);
    }
  }

  get(key: Row): Cell[] | undefined {
    return this.tree.get(key);
  }

  keyOf(row: Row): Cell[] {
    return row.slice(0, this.keyColumns);
  }

  /** Inserts a row unless its key or a unique value is taken; then says by which row, and nothing has changed. */
  insert(row: Row): Conflict | undefined {
    const { indexes } = this;
    if (indexes.length === 0) {
      this.#changedFrom = this.tree.version;
      const inserted = this.tree.insert(row);
      this.#changedFrom = -1;
      if (!inserted) return this.#keyConflict(row);
      this.version++;
      return undefined;
    }
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i] as IndexTree;
      index.hasAfter = index.fill(row, index.after);
      if (!index.hasAfter || !index.spec.unique) continue;
      const twin = index.twin();
      if (twin !== undefined) return this.#keyConflict(row) ?? this.#indexConflict(index, twin);
    }
    this.#begin(undefined, row);
    if (!this.tree.insert(row)) {
      this.#changedFrom = -1;
      return this.#keyConflict(row);
    }
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i] as IndexTree;
      if (index.hasAfter) assert(index.tree.insert(index.after), 'an index row is new when its row is');
    }
    this.#changedFrom = -1;
    this.version++;
    return undefined;
  }

  /** Replaces a row, which must be there as `before`; otherwise as `insert`. */
  update(before: Row, after: Row): Conflict | undefined {
    const keyStays = this.#sameKey(before, after, false);
    if (!keyStays && !this.#sameKey(before, after, true)) {
      const conflict = this.#keyConflict(after);
      if (conflict !== undefined) return conflict;
    }
    const { indexes } = this;
    let isIndexed = false;
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i] as IndexTree;
      if (!index.changes(before, after)) continue;
      isIndexed = true;
      if (!index.hasAfter || !index.spec.unique) continue;
      const twin = index.twin();
      if (twin !== undefined && !this.#isRowOf(index, twin, before)) return this.#indexConflict(index, twin);
    }
    this.#begin(before, after);
    if (keyStays) assert(this.tree.updateFrom(before, after), 'an updated row is there');
    else {
      assert(this.tree.delete(before), 'an updated row is there');
      assert(this.tree.insert(after), 'its new key is free');
    }
    const changed = isIndexed ? indexes.length : 0;
    for (let i = 0; i < changed; i++) {
      const index = indexes[i] as IndexTree;
      if (index.hasBefore) assert(index.tree.delete(index.before), 'an index row is there while its row is');
      if (index.hasAfter) assert(index.tree.insert(index.after), 'an index row is new when its row is');
    }
    this.#changedFrom = -1;
    this.version++;
    return undefined;
  }

  /** All rows in the way of a row that is inserted, or put in the place of `before`. */
  conflicts(row: Row, before: Row | undefined): Conflict[] {
    const found: Conflict[] = [];
    const own = this.#keyConflict(row);
    if (own !== undefined && (before === undefined || !this.#sameKey(before, row, true))) found.push(own);
    for (const index of this.indexes) {
      index.hasAfter = index.fill(row, index.after);
      const twin = index.hasAfter && index.spec.unique ? index.twin() : undefined;
      if (twin !== undefined && (before === undefined || !this.#isRowOf(index, twin, before)))
        found.push(this.#indexConflict(index, twin));
    }
    return found;
  }

  /** Removes a row, which must be there as given. */
  delete(row: Row): void {
    const { indexes } = this;
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i] as IndexTree;
      index.hasBefore = index.fill(row, index.before);
    }
    this.#begin(row, undefined);
    assert(this.tree.delete(row), 'a deleted row is there');
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i] as IndexTree;
      if (index.hasBefore) assert(index.tree.delete(index.before), 'an index row is there while its row is');
    }
    this.#changedFrom = -1;
    this.version++;
  }

  /** Before the first change of several trees: none of them may meet a cold page afterwards. */
  #begin(before: Row | undefined, after: Row | undefined): void {
    if (this.tree.pager.mayBeCold === true && !this.#isReplaying) {
      if (before !== undefined) this.tree.reach(before);
      if (after !== undefined) this.tree.reach(after);
      for (const index of this.indexes) {
        if (before !== undefined && index.hasBefore) index.tree.reach(index.before);
        if (after !== undefined && index.hasAfter) index.tree.reach(index.after);
      }
    }
    this.#changedFrom = this.tree.version;
  }

  /** Makes a change that is known to fit: from the log, or back from the undo log. */
  replay(before: Row | undefined, after: Row | undefined): void {
    this.#isReplaying = true; // the pages are there since the change was made
    try {
      if (after === undefined) this.delete(before as Row);
      else {
        const conflict = before === undefined ? this.insert(after) : this.update(before, after);
        assert(conflict === undefined, 'a replayed change fits');
      }
    } finally {
      this.#isReplaying = false;
    }
  }

  /** True when the table holds exactly this row, or, without a row, nothing under the key of `other`. */
  holds(row: Row | undefined, other: Row): boolean {
    const found = this.tree.get(this.keyOf(row ?? other));
    return row === undefined ? found === undefined : found !== undefined && sameRow(found, row);
  }

  #keyConflict(row: Row): Conflict | undefined {
    const found = this.tree.get(this.keyOf(row));
    return found === undefined ? undefined : { index: undefined, row: found };
  }

  #indexConflict(index: IndexTree, twin: Cursor): Conflict {
    const entry = twin.row();
    const row = this.tree.get(entry.slice(entry.length - this.keyColumns));
    assert(row !== undefined, 'an index row has its row');
    return { index: index.spec, row };
  }

  #isRowOf(index: IndexTree, twin: Cursor, row: Row): boolean {
    const first = index.values.length;
    for (let i = 0; i < this.keyColumns; i++) {
      if (!sameCell(twin.value(first + i), row[i] as Cell)) return false;
    }
    return true;
  }

  #sameKey(a: Row, b: Row, byCollation: boolean): boolean {
    for (let i = 0; i < this.keyColumns; i++) {
      const left = a[i] as Cell;
      const right = b[i] as Cell;
      if (sameCell(left, right)) continue;
      if (!byCollation || compareCells(left, right, this.spec.tree.key[i]?.collation) !== 0) return false;
    }
    return true;
  }
}

/** Pages of the trees that `before` has and `after` has not. */
export function orphanedPages(before: Table | undefined, after: Table | undefined): number[] {
  if (before === undefined) return [];
  const kept = new Set(after?.indexes.map((index) => index.spec.id));
  const trees = before.indexes.filter((index) => !kept.has(index.spec.id)).map((index) => index.tree);
  if (after === undefined) trees.push(before.tree);
  return trees.flatMap((tree) => {
    const fork = tree.fork(); // readers may hold the tree itself
    fork.clear();
    return fork.superseded;
  });
}

/** The same value of the same type: 1 and 1.0 differ. */
export function sameCell(a: Cell, b: Cell): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Real) return b instanceof Real && Object.is(a.value, b.value);
  return !(b instanceof Real) && compareCells(a, b) === 0;
}

export function sameRow(a: Row, b: Row): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!sameCell(a[i] as Cell, b[i] as Cell)) return false;
  return true;
}

/** The error for a conflict that no ON CONFLICT clause deals with. */
export function conflictError(table: Table, conflict: Conflict): SqlError {
  const { index } = conflict;
  if (index === undefined) {
    return new SqlError('PRIMARY_KEY_VIOLATION', `the key is taken in table ${table.name}`, {
      details: { table: table.name },
    });
  }
  return new SqlError('UNIQUE_VIOLATION', `a row of table ${table.name} has the same values in index ${index.name}`, {
    details: { table: table.name, index: index.name },
  });
}
