/**
 * The tree of tables and indexes. Read in this order: column.ts (cells of a leaf), leaf.ts, interior.ts, tree.ts,
 * shape.ts, cursor.ts; then freeze.ts, page.ts, checkpoint.ts and load.ts for what is stored.
 */
export type { CheckProblem, CheckReport } from './check.ts';
export * from './column.ts';
export { Cursor, type SeekOperator } from './cursor.ts';
export { boundTexts } from './freeze.ts';
export { corruptPage, MemoryPager, missingPage, PageCache, type PageId, type Pager } from './pager.ts';
export { LeafScan } from './scan.ts';
export type { KeyColumn } from './search.ts';
export { StorePager } from './store-pager.ts';
export { type KeyRange, Tree } from './tree.ts';
export type { ColumnSpec, TreeSpec } from './tree-nodes.ts';
