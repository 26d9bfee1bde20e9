/** Differences that are meant, each with its reason; docs/sql.md tells users of them. */
import type { Difference } from './compare.ts';

export interface KnownDifference {
  readonly reason: string;
  matches(sql: string, difference: Difference): boolean;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    reason: 'whether an expression that overflows is reached depends on the plan',
    matches: (_, { expected, actual }) => /integer overflow/.test(expected) !== /integer overflow/.test(actual),
  },
  {
    reason: 'SQLite refuses RIGHT and FULL JOIN where ON refers to tables to the right',
    matches: (_, { expected }) => /ON clause references tables to its right/.test(expected),
  },
  {
    reason: 'SQLite gives a NUL for group_concat() of nothing but empty blobs over a window',
    matches: (sql, { expected }) => /group_concat/i.test(sql) && expected.includes('\\u0000'),
  },
];
