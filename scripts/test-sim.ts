/**
 * Crash simulation over many seeds, on all cores:
 * `node --conditions=@dotdo/source scripts/test-sim.ts --seeds 1000 [--seed 1]`
 * Runs seeds from `--seed` on; a failure prints its seed, which alone repeats it.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { simulate } from '../test/crash/simulation.ts';

interface Share {
  readonly first: number;
  readonly count: number;
  readonly step: number;
}

interface Answer {
  readonly writes: number;
  readonly recoveries: number;
  readonly failures: readonly string[];
}

const FAILURES_MAX = 5;

function runShare(share: Share): Answer {
  let writes = 0;
  let recoveries = 0;
  const failures: string[] = [];
  for (let i = 0; i < share.count && failures.length < FAILURES_MAX; i++) {
    try {
      const result = simulate(share.first + i * share.step);
      writes += result.writes;
      recoveries += result.recoveries;
    } catch (error) {
      failures.push(error instanceof Error ? `${error.message}\n${traceOf(error)}` : String(error));
    }
  }
  return { writes, recoveries, failures };
}

function traceOf(error: Error): string {
  let cause: unknown = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  return cause instanceof Error ? (cause.stack ?? '') : '';
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seeds: { type: 'string' }, seed: { type: 'string' }, threads: { type: 'string' } },
  });
  const first = Number(values.seed ?? 1);
  const seeds = Number(values.seeds ?? (values.seed === undefined ? 1000 : 1));
  const threads = Math.min(seeds, Number(values.threads ?? availableParallelism()));
  const startMs = performance.now();
  const answers = await Promise.all(
    Array.from({ length: threads }, (_, index) => {
      const share: Share = { first: first + index, step: threads, count: Math.ceil((seeds - index) / threads) };
      const worker = new Worker(new URL(import.meta.url), { workerData: share, execArgv: process.execArgv });
      return new Promise<Answer>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
    }),
  );
  const failures = answers.flatMap((answer) => answer.failures);
  for (const failure of failures) console.error(`FAILED ${failure}`);
  const sum = (of: (answer: Answer) => number): number => answers.reduce((total, answer) => total + of(answer), 0);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(
    `${seeds} seeds, ${sum((a) => a.writes)} writes, ${sum((a) => a.recoveries)} recoveries, ` +
      `${failures.length} failures in ${seconds} s`,
  );
  if (failures.length > 0) process.exitCode = 1;
}

if (isMainThread) await main();
else parentPort?.postMessage(runShare(workerData as Share), []);
