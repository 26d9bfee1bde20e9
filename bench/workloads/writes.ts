/** w4 to w7: inserts, updates and churn. Each has a table of its own with one secondary index. */
import { userKey } from './points.ts';
import { ACCOUNTS, CHURN, INSERTS } from './tables.ts';
import type { Parameters, WriteWorkload } from './workload.ts';

/** Scatters the secondary key: a prime modulus and one of its primitive roots. */
const scattered = (id: number): number => (id * 48271) % 1_000_003;

const newEvent: Parameters = () => (i) => [i + 1, `name of row ${i + 1}`, scattered(i + 1), i + 1.5];

const INSERT = { sql: 'INSERT INTO inserts VALUES (?, ?, ?, ?)', parameters: newEvent };
const INSERT_CHECK = 'SELECT count(*) AS n, sum(id) AS ids, sum(b) AS b, sum(c) AS c, max(a) AS a FROM inserts';

export const WRITES: readonly WriteWorkload[] = [
  {
    id: 'w4',
    title: 'single insert, autocommit, 1 index',
    kind: 'write',
    tables: [],
    target: INSERTS,
    statements: [INSERT],
    perTransaction: 0,
    perOperation: 1,
    reset: true,
    check: INSERT_CHECK,
    checked: 200,
    roundMax: 100_000,
  },
  {
    id: 'w5',
    title: '1,000 inserts a transaction',
    kind: 'write',
    tables: [],
    target: INSERTS,
    statements: [INSERT],
    perTransaction: 1000,
    perOperation: 1000,
    reset: true,
    check: INSERT_CHECK,
    checked: 1000,
    roundMax: 100_000,
  },
  {
    id: 'w6',
    title: 'update by key',
    kind: 'write',
    tables: [],
    target: ACCOUNTS,
    statements: [
      {
        sql: 'UPDATE accounts SET score = ?, age = age + 1 WHERE id = ?',
        parameters: (sizes) => (i) => [i + 0.5, userKey(sizes, i)],
      },
    ],
    perTransaction: 0,
    perOperation: 1,
    reset: false,
    check: 'SELECT count(*) AS n, sum(age) AS age, sum(score) AS score FROM accounts',
    checked: 200,
    roundMax: 100_000,
  },
  {
    id: 'w7',
    title: 'delete + insert churn, 100 pairs a transaction',
    kind: 'write',
    tables: [],
    target: CHURN,
    statements: [
      { sql: 'DELETE FROM churn WHERE id = ?', parameters: () => (i) => [i + 1] },
      {
        sql: 'INSERT INTO churn VALUES (?, ?, ?, ?)',
        parameters:
          ({ churn }) =>
          (i) => {
            const id = churn + i + 1;
            return [id, `row ${id}`, scattered(id), id + 0.25];
          },
      },
    ],
    perTransaction: 100,
    perOperation: 1,
    reset: false,
    check: 'SELECT count(*) AS n, min(id) AS low, max(id) AS high, sum(b) AS b, sum(c) AS c FROM churn',
    checked: 200,
    roundMax: 100_000,
  },
];
