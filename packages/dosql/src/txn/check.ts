/** Verifies a whole storage: every tree, every index against its table, and every page of the store. */
import type { CheckProblem, Tree } from '../btree/index.ts';
import { Interior, type Node } from '../btree/interior.ts';
import { UNLOADED, type Leaf } from '../btree/leaf.ts';
import { loadLeaf } from '../btree/load.ts';
import type { Cell } from '../codec/cell.ts';
import { idOf, SPACE, spaceRange, type Store } from '../fsx/store.ts';
import type { Checkpoint } from '../wal/index.ts';
import type { IndexTree, Table } from './table.ts';
import type { TableSet } from './version.ts';

export interface StorageProblem extends CheckProblem {
  readonly table: string;
  /** Absent when it concerns the table's own tree. */
  readonly index?: string;
}

export interface StorageReport {
  readonly problems: readonly StorageProblem[];
  readonly tables: number;
  readonly rows: number;
  /** Pages of the store, and those among them that no root reaches though nothing waits to delete them. */
  readonly pages: number;
  readonly leaked: readonly number[];
}

export interface CheckedStorage {
  readonly tables: TableSet;
  /** Pages of dropped trees, which the next checkpoint releases. */
  readonly orphans: readonly number[];
  readonly store: Store;
  readonly record: Checkpoint | undefined;
}

/** Looks at everything; throws nothing that a damaged page causes. */
export function checkStorage(storage: CheckedStorage): StorageReport {
  const { tables, store } = storage;
  const problems: StorageProblem[] = [];
  let rows = 0;
  let count = 0;
  for (const table of tables) {
    count++;
    rows += table.tree.count;
    checkTable(table, problems);
  }
  const stored = store.list(...spaceRange(SPACE.page)).map(idOf);
  // A damaged tree does not tell which pages it reaches.
  const leaked = problems.length > 0 ? [] : leakedPages(stored, storage);
  return { problems, tables: count, rows, pages: stored.length, leaked };
}

/** Retained points reach pages that are no longer in the trees; all of those are listed as superseded. */
function leakedPages(stored: readonly number[], storage: CheckedStorage): number[] {
  const known = new Set(storage.orphans);
  for (const group of storage.record?.superseded ?? []) for (const page of group.pages) known.add(page);
  for (const table of storage.tables) for (const page of reachedPages(table)) known.add(page);
  return stored.filter((page) => !known.has(page));
}

function checkTable(table: Table, problems: StorageProblem[]): void {
  const { name } = table;
  const found = problems.length;
  for (const problem of table.tree.check().problems) problems.push({ ...problem, table: name });
  for (const index of table.indexes) {
    for (const problem of index.tree.check().problems)
      problems.push({ ...problem, table: name, index: index.spec.name });
  }
  if (problems.length > found) return; // a damaged tree cannot be compared
  for (const index of table.indexes) checkIndex(table, index, problems);
}

/** Every row's entry is in the index, and there are as many entries as such rows: so every entry has its row. */
function checkIndex(table: Table, index: IndexTree, problems: StorageProblem[]): void {
  const entry: Cell[] = [];
  const cursor = table.tree.cursor();
  let entries = 0;
  const report = (reason: string): void => {
    problems.push({ table: table.name, index: index.spec.name, page: 0, position: -1, reason });
  };
  for (let more = cursor.first(); more; more = cursor.next()) {
    if (!index.spec.entry(cursor.row(), entry)) continue;
    entries++;
    if (!index.tree.find(entry)) report(`row ${entries} of the table has no entry`);
  }
  if (entries !== index.tree.count) report(`${index.tree.count} entries for ${entries} rows`);
}

/** Pages of a table's trees, all of whose interior nodes are in memory since the check. */
function reachedPages(table: Table): Set<number> {
  const pages = new Set<number>();
  const visit = (tree: Tree, node: Node): void => {
    if (node.page !== 0) pages.add(node.page);
    if (node instanceof Interior) for (const child of node.children) visit(tree, child);
    else {
      const leaf: Leaf = node;
      if (leaf.columns === UNLOADED) loadLeaf(tree, leaf);
      leaf.overflowPages(0, leaf.n, (page) => pages.add(page));
    }
  };
  for (const { tree } of [table, ...table.indexes]) {
    visit(tree, tree.root);
    for (const page of tree.superseded) pages.add(page);
  }
  return pages;
}
