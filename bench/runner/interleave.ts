/**
 * The order of the measurement: per workload every engine is prepared in turn, then rounds go A B C A B C …, so
 * that a slow minute of the machine falls on all engines alike. Only one process works at a time.
 */
import { iterationsPerOperation, type Workload } from '../workloads/workload.ts';
import type { Runner } from './protocol.ts';
import { type Measure, summarize, type Summary } from './statistics.ts';

export type Outcome =
  | {
      readonly kind: 'measured';
      readonly digest: string;
      readonly rounds: readonly Measure[];
      readonly summary: Summary;
    }
  | { readonly kind: 'failed' | 'not-run'; readonly reason: string };

export interface WorkloadResult {
  readonly id: string;
  readonly title: string;
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Engines did not agree on the answer. */
  readonly mismatch: boolean;
}

export interface MeasureOptions {
  readonly rounds: number;
  /** Wall time that a round should last. */
  readonly roundMs: number;
  /** Told before each engine's preparation, which may take seconds. */
  readonly progress: (message: string) => void;
}

interface Prepared {
  readonly runner: Runner;
  readonly digest: string;
  readonly iterations: number;
  readonly rounds: Measure[];
}

/** Runs one workload on every runner. A runner that fails is left out of the later rounds and reported. */
export async function measureWorkload(
  workload: Workload,
  runners: readonly Runner[],
  options: MeasureOptions,
): Promise<WorkloadResult> {
  const outcomes = new Map<string, Outcome>();
  const attempt = async (runner: Runner, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      outcomes.set(runner.engine, { kind: 'failed', reason });
    }
  };

  const prepared: Prepared[] = [];
  for (const runner of runners) {
    if (workload.kind === 'image' && !runner.opensImages) {
      outcomes.set(runner.engine, { kind: 'not-run', reason: 'it opens no images' });
      continue;
    }
    options.progress(`${workload.id} ${runner.engine}`);
    await attempt(runner, async () => {
      prepared.push({ runner, ...(await runner.prepare(workload.id, options.roundMs)), rounds: [] });
    });
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const { runner, iterations, rounds } of prepared) {
      if (outcomes.has(runner.engine)) continue;
      await attempt(runner, async () => void rounds.push(await runner.round(iterations)));
    }
  }
  for (const { runner, digest, rounds } of prepared) {
    if (outcomes.has(runner.engine)) continue;
    const summary = summarize(rounds, iterationsPerOperation(workload));
    outcomes.set(runner.engine, { kind: 'measured', digest, rounds, summary });
  }
  const digests = new Set(prepared.map(({ digest }) => digest));
  return { id: workload.id, title: workload.title, outcomes, mismatch: digests.size > 1 };
}
