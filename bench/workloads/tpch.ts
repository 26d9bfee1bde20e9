/** w16: TPC-H queries, each a workload of its own over those of the eight tables that it names. */
import { TPCH_QUERIES } from './tpch-queries.ts';
import { TPCH_TABLES } from './tpch-tables.ts';
import type { QueryWorkload } from './workload.ts';

/** @param number 1 to 22 */
export function tpchWorkload(number: number): QueryWorkload {
  const sql = TPCH_QUERIES.get(number);
  if (sql === undefined) throw new RangeError(`TPC-H has no query ${number}`);
  return {
    id: `w16-q${number}`,
    title: `TPC-H Q${number}`,
    kind: 'query',
    tables: TPCH_TABLES.filter(({ name }) => new RegExp(`\\b${name}\\b`).test(sql)),
    sql,
    take: 'all',
    parameters: () => () => [],
    ordered: true,
    checked: 1,
    roundMax: 50,
  };
}
