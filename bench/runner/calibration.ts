/** How many iterations fill a round. The same for Node and workerd: only the clock differs. */
import { iterationsPerOperation, type Workload } from '../workloads/workload.ts';
import type { Measure } from './statistics.ts';

/**
 * Doubles the iterations until a round lasts half of `roundMs`, which warms the engine up as well.
 * @param measureRound runs and times one round of so many iterations
 * @returns iterations that last about `roundMs` of wall time; at least one operation, at most the workload's bound
 */
export async function calibrate(
  workload: Workload,
  { roundMs, measureRound }: { roundMs: number; measureRound: (iterations: number) => Promise<Measure> },
): Promise<number> {
  const unit = iterationsPerOperation(workload);
  const most = Math.max(1, Math.floor(workload.roundMax / unit)) * unit;
  let iterations = unit;
  for (;;) {
    const { wallUs } = await measureRound(iterations);
    if (wallUs >= roundMs * 500 || iterations >= most) {
      const wanted = Math.round((roundMs * 1000) / (Math.max(wallUs, 1) / iterations) / unit) * unit;
      return Math.min(most, Math.max(unit, wanted));
    }
    iterations = Math.min(most, iterations * 2);
  }
}
