export interface SizeBudget {
  /** What fails the check, bytes after gzip. */
  bytes: number;
  /** The spec's own figure, where it has one. */
  specBytes?: number;
}

const KB = 1024;

/** Budget of each subpath export of the published packages, without npm dependencies. */
export const SIZE_BUDGETS: Record<string, SizeBudget> = {
  '@dotdo/shared-types': { bytes: 12 * KB },
  '@dotdo/sql.do': { bytes: 6 * KB },
  '@dotdo/lake.do': { bytes: 6 * KB },
  // The goal is 64 KB: docs/decisions/engine-size.md says where the rest goes.
  '@dotdo/dosql': { bytes: 160 * KB, specBytes: 34 * KB },
  '@dotdo/dosql/fsx': { bytes: 14 * KB },
  '@dotdo/dosql/node': { bytes: 6 * KB },
  '@dotdo/dosql/server': { bytes: 72 * KB },
  // Types and nothing else.
  '@dotdo/dosql/types': { bytes: 1 * KB },
  '@dotdo/dolake': { bytes: 8 * KB },
  '@dotdo/dolake/server': { bytes: 80 * KB },
};

/** Parts that the spec names and that no export has alone: folders of packages/dosql/src, measured together. */
export const SIZE_PARTS: Record<string, SizeBudget & { modules: readonly string[] }> = {
  'core (B-tree, FSX, WAL)': {
    modules: ['btree/index.ts', 'fsx/durable-object.ts', 'fsx/store.ts', 'wal/index.ts'],
    bytes: 32 * KB,
    specBytes: 7.4 * KB,
  },
};
