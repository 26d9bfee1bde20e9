/**
 * The worker that is measured: one Durable Object per engine, asked over HTTP. Clocks stand still inside
 * workerd while code runs, so that it takes no times: the harness outside does.
 *   POST /{engine}/open     { scale }       → { version, opensImages }
 *   POST /{engine}/prepare  { workload }    → { digest }
 *   POST /{engine}/before                   → {}          what precedes a round, untimed
 *   POST /{engine}/round    { iterations }  → { rows }    0 iterations = the cost of a request alone
 */
import type { Replies } from '../runner/protocol.ts';
import { Session } from '../runner/session.ts';
import { workloads } from '../workloads/catalog.ts';
import { sizesAt } from '../workloads/table.ts';
import type { ObjectState } from './durable-object.ts';
import { WORKERD_ENGINES } from './registry.ts';

interface Asked {
  readonly scale?: number;
  readonly workload?: string;
  readonly iterations?: number;
}

interface Environment {
  readonly BenchObject: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(request: Request): Promise<Response> };
  };
}

const WORKLOADS = workloads({ tpchAll: true });

export class BenchObject {
  readonly #state: ObjectState;
  #session: Session | undefined;

  constructor(state: ObjectState) {
    this.#state = state;
  }

  async fetch(request: Request): Promise<Response> {
    const [engine = '', action = ''] = new URL(request.url).pathname.slice(1).split('/');
    try {
      return Response.json(await this.#answer(engine, action, (await request.json()) as Asked));
    } catch (error) {
      return Response.json({ message: error instanceof Error ? error.message : String(error) }, { status: 500 });
    }
  }

  async #answer(name: string, action: string, asked: Asked): Promise<object> {
    if (action === 'open') return this.#open(name, asked.scale ?? 1);
    const session = this.#session;
    if (session === undefined) throw new Error('a request before the engine was opened');
    if (action === 'round') return { rows: asked.iterations ? await session.round(asked.iterations) : 0 };
    if (action === 'before') {
      await session.beforeRound();
      return {};
    }
    const workload = WORKLOADS.find(({ id }) => id === asked.workload);
    if (workload === undefined) throw new Error(`no workload ${asked.workload}`);
    return { digest: await session.prepare(workload) };
  }

  #open(name: string, scale: number): Replies['open'] {
    const createEngine = WORKERD_ENGINES.get(name);
    if (createEngine === undefined) throw new Error(`no engine ${name}`);
    const engine = createEngine(this.#state.storage);
    this.#session = new Session({ engine, sizes: sizesAt(scale), imagePath: '' });
    return { version: engine.version(), opensImages: engine.openImage !== undefined };
  }
}

export default {
  fetch(request: Request, { BenchObject: objects }: Environment): Promise<Response> {
    const engine = new URL(request.url).pathname.split('/')[1] ?? '';
    return objects.get(objects.idFromName(engine)).fetch(request);
  },
};
