/** The process of one engine: answers the harness's requests over IPC and measures its own CPU time. */
import { ENGINES } from '../engines/registry.ts';
import { workloads } from '../workloads/catalog.ts';
import { sizesAt } from '../workloads/table.ts';
import { calibrate } from './calibration.ts';
import type { Replies, Reply, Request } from './protocol.ts';
import { Session } from './session.ts';
import type { Measure } from './statistics.ts';

const WORKLOADS = workloads({ tpchAll: true });

let session: Session | undefined;

function opened(): Session {
  if (session === undefined) throw new Error('a request before the engine was opened');
  return session;
}

async function open({ engine: name, scale, imagePath }: Request & { kind: 'open' }): Promise<Replies['open']> {
  const entry = ENGINES.get(name);
  if (entry === undefined) throw new Error(`no engine ${name}`);
  const createEngine = await entry.load();
  const engine = await createEngine();
  session = new Session({ engine, sizes: sizesAt(scale), imagePath });
  return { version: engine.version(), opensImages: engine.openImage !== undefined };
}

async function measureRound(iterations: number): Promise<Measure> {
  const target = opened();
  await target.beforeRound();
  globalThis.gc?.(); // garbage of the round before is not this round's cost
  const wall = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  await target.round(iterations);
  const { user, system } = process.cpuUsage(cpu);
  const wallUs = Number(process.hrtime.bigint() - wall) / 1000;
  return { iterations, cpuUs: user + system, wallUs };
}

async function prepare({ workload: id, roundMs }: Request & { kind: 'prepare' }): Promise<Replies['prepare']> {
  const workload = WORKLOADS.find((each) => each.id === id);
  if (workload === undefined) throw new Error(`no workload ${id}`);
  const digest = await opened().prepare(workload);
  return { digest, iterations: await calibrate(workload, { roundMs, measureRound }) };
}

async function answer(request: Request): Promise<Replies[keyof Replies]> {
  if (request.kind === 'open') return open(request);
  if (request.kind === 'prepare') return prepare(request);
  return measureRound(request.iterations);
}

process.on('message', (request: Request) => {
  void answer(request)
    .then<Reply, Reply>(
      (value) => ({ ok: true, value }),
      (error: unknown) => ({ ok: false, message: error instanceof Error ? error.message : String(error) }),
    )
    .then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit(0));
