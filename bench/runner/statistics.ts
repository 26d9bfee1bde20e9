/** The few statistics of the report. Medians, because a shared machine's noise is one-sided. */

/** What one round measured. CPU time is all threads of the engine's process, in microseconds; so is wall time. */
export interface Measure {
  readonly iterations: number;
  readonly cpuUs: number;
  readonly wallUs: number;
}

export interface Summary {
  /** Microseconds of CPU per operation. */
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Microseconds of wall time per operation. */
  readonly wallMedian: number;
}

/** @throws {RangeError} when there is no value */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the median of nothing');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** @param perOperation iterations that make one operation */
export function summarize(measures: readonly Measure[], perOperation: number): Summary {
  const perOp = (us: number, { iterations }: Measure): number => (us / iterations) * perOperation;
  const cpu = measures.map((measure) => perOp(measure.cpuUs, measure));
  return {
    median: median(cpu),
    min: Math.min(...cpu),
    max: Math.max(...cpu),
    wallMedian: median(measures.map((measure) => perOp(measure.wallUs, measure))),
  };
}

/** @returns how many times the baseline's median; above 1 is slower. Undefined where either took no time. */
export function ratio(median: number, baseline: number): number | undefined {
  return median > 0 && baseline > 0 ? median / baseline : undefined;
}
