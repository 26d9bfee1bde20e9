/** Interleaved timing: each round runs both sides once, so that a busy machine slows both. */

/** One side of a workload: runs `count` operations, the first of them number `start`. */
type Batch = (start: number, count: number) => void;

export interface Workload {
  readonly name: string;
  /** Operations a round and side. */
  readonly count: number;
  readonly rounds: number;
  /** Makes both sides ready; called once, right before the first round. */
  setup(): { ours: Batch; peer: Batch };
}

export interface Measurement {
  readonly name: string;
  /** Median CPU time of an operation, in microseconds. */
  readonly oursUs: number;
  readonly peerUs: number;
}

/** Keeps results alive, so that no work is optimised away. */
export const sink: { value: unknown } = { value: 0 };

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

function cpuUs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** The first two rounds warm up and do not count. */
export function measure(workload: Workload): Measurement {
  const { ours, peer } = workload.setup();
  const oursUs: number[] = [];
  const peerUs: number[] = [];
  for (let round = 0; round < workload.rounds + 2; round++) {
    const start = round * workload.count;
    const sides: [Batch, number[]][] = [
      [ours, oursUs],
      [peer, peerUs],
    ];
    if (round % 2 === 1) sides.reverse();
    for (const [batch, results] of sides) {
      const us = cpuUs(() => batch(start, workload.count)) / workload.count;
      if (round >= 2) results.push(us);
    }
  }
  return { name: workload.name, oursUs: median(oursUs), peerUs: median(peerUs) };
}
