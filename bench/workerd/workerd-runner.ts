/**
 * Measures an engine inside bare `workerd serve`: a process of its own for each engine, asked over HTTP. Time is
 * taken outside, over a request of many iterations, less what an empty request takes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import workerd from 'workerd';
import { prepareWorkerd, startWorkerd, type WorkerdServer } from '../../scripts/workerd.ts';
import { calibrate } from '../runner/calibration.ts';
import type { Replies, Runner } from '../runner/protocol.ts';
import { type Measure, median } from '../runner/statistics.ts';
import { workloads } from '../workloads/catalog.ts';
import { processCpuUs } from './process-time.ts';

const WORKLOADS = workloads({ tpchAll: true });

/** Empty requests whose median is taken off every round. */
const EMPTY_REQUESTS = 25;

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

/** @throws with workerd's or the engine's reason when either does not start */
export async function startEngineInWorkerd(engine: string, scale: number): Promise<Runner> {
  const folder = mkdtempSync(join(tmpdir(), 'dosql-bench-workerd-'));
  let server: WorkerdServer | undefined;
  const close = async (): Promise<void> => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    // Never evicted: loading a million rows takes longer than workerd lets an idle object live.
    await prepareWorkerd({ folder, entry: WORKER, className: 'BenchObject', preventEviction: true });
    server = await startWorkerd(folder);
    const object = new BenchClient(`${server.url}/${engine}`, server.pid);
    const opened = await object.ask<Replies['open']>('open', { scale });
    await object.measureEmpty();
    return {
      ...opened,
      engine,
      version: `${opened.version}, workerd ${workerd.version}`,
      prepare: (workload, roundMs) => object.prepare(workload, roundMs),
      round: (iterations) => object.round(iterations),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

class BenchClient {
  readonly #url: string;
  readonly #pid: number;
  #empty: Measure = { iterations: 0, cpuUs: 0, wallUs: 0 };

  constructor(url: string, pid: number) {
    this.#url = url;
    this.#pid = pid;
  }

  async ask<T>(action: string, asked: object): Promise<T> {
    const response = await fetch(`${this.#url}/${action}`, { method: 'POST', body: JSON.stringify(asked) });
    const answer = (await response.json()) as T & { message?: string };
    if (!response.ok) throw new Error(answer.message ?? `status ${response.status}`);
    return answer;
  }

  async measureEmpty(): Promise<void> {
    const measures: Measure[] = [];
    for (let i = 0; i < EMPTY_REQUESTS; i++) measures.push(await this.#request(0));
    this.#empty = {
      iterations: 0,
      cpuUs: median(measures.map(({ cpuUs }) => cpuUs)),
      wallUs: median(measures.map(({ wallUs }) => wallUs)),
    };
  }

  async prepare(id: string, roundMs: number): Promise<{ digest: string; iterations: number }> {
    const workload = WORKLOADS.find((each) => each.id === id);
    if (workload === undefined) throw new Error(`no workload ${id}`);
    const { digest } = await this.ask<{ digest: string }>('prepare', { workload: id });
    const measureRound = (iterations: number): Promise<Measure> => this.round(iterations);
    return { digest, iterations: await calibrate(workload, { roundMs, measureRound }) };
  }

  async round(iterations: number): Promise<Measure> {
    await this.ask('before', {});
    const { cpuUs, wallUs } = await this.#request(iterations);
    return {
      iterations,
      cpuUs: Math.max(0, cpuUs - this.#empty.cpuUs),
      wallUs: Math.max(0, wallUs - this.#empty.wallUs),
    };
  }

  async #request(iterations: number): Promise<Measure> {
    const wall = process.hrtime.bigint();
    const cpu = processCpuUs(this.#pid);
    await this.ask('round', { iterations });
    const wallUs = Number(process.hrtime.bigint() - wall) / 1000;
    const after = processCpuUs(this.#pid);
    return { iterations, wallUs, cpuUs: cpu === undefined || after === undefined ? wallUs : after - cpu };
  }
}
