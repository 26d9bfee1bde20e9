/** w1 to w3: reads through an index. Keys jump by a prime, so that no two neighbours are in one page. */
import type { Sizes, Value } from './table.ts';
import { emailOf, USERS } from './tables.ts';
import type { QueryWorkload } from './workload.ts';

/** A prime that does not divide the sizes in use. */
const KEY_STRIDE = 7919;

/** E-mail addresses made beforehand: making one costs as much as finding it. A power of two. */
const EMAILS = 4096;

/** Rows that one range of w3 spans. */
const RANGE_ROWS = 100;

/** @returns the key of iteration `i`, from 1 to the number of users */
export function userKey({ users }: Sizes, i: number): number {
  return 1 + ((i * KEY_STRIDE) % users);
}

export const POINTS: readonly QueryWorkload[] = [
  {
    id: 'w1',
    title: 'point select, integer key',
    kind: 'query',
    tables: [USERS],
    sql: 'SELECT id, email, name, age, score FROM users WHERE id = ?',
    take: 'one',
    parameters: (sizes) => (i) => [userKey(sizes, i)],
    checked: 200,
    roundMax: 200_000,
  },
  {
    id: 'w2',
    title: 'point select, unique text',
    kind: 'query',
    tables: [USERS],
    sql: 'SELECT id, name, age, score FROM users WHERE email = ?',
    take: 'one',
    parameters: (sizes) => {
      const emails = Array.from({ length: EMAILS }, (_, i) => emailOf(userKey(sizes, i)));
      return (i): Value[] => [emails[i & (EMAILS - 1)] as string];
    },
    checked: 200,
    roundMax: 200_000,
  },
  {
    id: 'w3',
    title: 'secondary index range, 100 rows',
    kind: 'query',
    tables: [USERS],
    sql: 'SELECT id, name, age, ts FROM users WHERE ts >= ? AND ts < ?',
    take: 'all',
    parameters: ({ users }) => {
      const starts = Math.max(1, users - RANGE_ROWS);
      return (i) => {
        const from = (i * KEY_STRIDE) % starts;
        return [from, from + RANGE_ROWS];
      };
    },
    checked: 20,
    roundMax: 10_000,
  },
];
