/** Every workload, in the order of the report. */
import { ADHOC } from './adhoc.ts';
import { IMAGE } from './image.ts';
import { POINTS } from './points.ts';
import { SCANS } from './scans.ts';
import { tpchWorkload } from './tpch.ts';
import { TPCH_QUERIES } from './tpch-queries.ts';
import type { Workload } from './workload.ts';
import { WRITES } from './writes.ts';

/** The queries of w16 unless all are asked for. */
const TPCH_DEFAULT: readonly number[] = [1, 3, 5, 6, 13, 18];

/** @returns w1 to w16; with `tpchAll` the last has all 22 queries instead of six */
export function workloads({ tpchAll = false }: { tpchAll?: boolean } = {}): Workload[] {
  const queries = tpchAll ? [...TPCH_QUERIES.keys()] : TPCH_DEFAULT;
  return [...POINTS, ...WRITES, ...SCANS, ...ADHOC, IMAGE, ...queries.map(tpchWorkload)];
}

/** @returns whether `name` (`w8`, `w16`, `w16-q6`) selects the workload; `w16` selects all of its queries */
export function selects(name: string, workload: Workload): boolean {
  return workload.id === name || workload.id.startsWith(`${name}-`);
}
