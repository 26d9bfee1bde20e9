/** w8 to w12: whole-table reads of 1,000,000 rows. */
import type { Table } from './table.ts';
import { BIG, RARE_WORD, USERS } from './tables.ts';
import type { QueryWorkload } from './workload.ts';

interface Scan {
  readonly id: string;
  readonly title: string;
  readonly sql: string;
  readonly tables?: readonly Table[];
  readonly ordered?: boolean;
}

const SCANS_BY_ID: readonly Scan[] = [
  {
    id: 'w8',
    title: 'count with filter, 1M rows',
    sql: 'SELECT count(*) AS n FROM big WHERE val < 500000 AND flag = 1',
  },
  {
    id: 'w9',
    title: 'group by + sum, 1M rows',
    sql: 'SELECT grp, sum(amt) AS s FROM big GROUP BY grp',
  },
  {
    id: 'w10',
    title: '100k ⋈ 1M, group by',
    sql: 'SELECT u.city AS city, count(*) AS n, sum(b.amt) AS s FROM big b JOIN users u ON u.id = b.user_id GROUP BY u.city',
    tables: [USERS, BIG],
  },
  {
    id: 'w11',
    title: 'order by unindexed, limit 10, 1M rows',
    sql: 'SELECT id, amt FROM big ORDER BY amt DESC LIMIT 10',
    ordered: true,
  },
  {
    id: 'w12',
    title: "LIKE '%…%', 1M rows",
    sql: `SELECT count(*) AS n FROM big WHERE name LIKE '%${RARE_WORD}%'`,
  },
];

export const SCANS: readonly QueryWorkload[] = SCANS_BY_ID.map((scan) => ({
  tables: [BIG],
  ...scan,
  kind: 'query',
  take: 'all',
  parameters: () => () => [],
  checked: 1,
  roundMax: 100,
}));
