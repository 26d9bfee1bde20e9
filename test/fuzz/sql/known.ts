/** Differences that are meant, each with its reason; docs/sql.md tells users of them. */
import type { Difference } from './compare.ts';

export interface KnownDifference {
  readonly reason: string;
  matches(sql: string, difference: Difference): boolean;
}

/** Errors that one value makes and another does not. */
const OF_VALUES =
  /^error .*(integer overflow|malformed JSON|JSON path|JSON cannot hold|ESCAPE expression|string or blob too big|unistr|datatype mismatch|argument of nth_value|argument of ntile|invalid Unicode escape|labels must be TEXT)/;

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    reason: 'whether an expression that fails for some values is reached depends on the plan',
    matches: (sql, { expected, actual }) =>
      / (FROM|WHERE|SET|BETWEEN|AND|OR) /.test(sql) && [expected, actual].some((outcome) => OF_VALUES.test(outcome)),
  },
  {
    reason: 'values are bounded by what a Durable Object has',
    matches: (_, { actual }) => /string or blob too big/.test(actual),
  },
  {
    reason: 'of a moment out of range SQLite makes another one by localtime and utc, and not NULL',
    matches: (sql) => /'(localtime|utc)'/i.test(sql),
  },
  {
    reason: 'SQLite loses the last digit of some numbers that lie in the middle between two',
    matches: (sql) => /(printf|format)\( *'[^']*%[-+ 0#!,]*\d*\.\d+[eg]/i.test(sql),
  },
  {
    reason: 'a TEXT column that FULL JOIN makes one with another compares as text or not, as the values happen to be',
    matches: (sql) => /FULL (OUTER )?JOIN/.test(sql) && /NATURAL|USING/.test(sql) && / WHERE /.test(sql),
  },
  {
    reason: 'SQLite takes a condition that it can decide beforehand for the number of a column',
    matches: (_, { expected }) => /BY term out of range/.test(expected),
  },
  {
    reason: 'an extension that SQLite is not built with',
    matches: (_, { expected }) => expected.includes('no such function: soundex'),
  },
  {
    reason: 'triggers are compiled when they first fire',
    matches: (_, { expected }) => /no such (table|column): main\./.test(expected),
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
