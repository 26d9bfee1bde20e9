import { DurableObject } from 'cloudflare:workers';
import { serveRpc, TokenTable } from '@dotdo/dosql/server';
import type { Pong } from '@dotdo/shared-types';
import { LakeEntry } from '../rpc/target.ts';
import { VERSION } from '../version.ts';

export interface DoLakeEnv {
  LAKE_BUCKET: R2Bucket;
  /** Secret: JSON object of token → list of scopes. Without it nobody gets in. */
  DOSQL_TOKENS?: string;
}

const HEALTH_KEY = 'health';

/** One warehouse, one Durable Object. */
export class DoLake extends DurableObject<DoLakeEnv> {
  readonly #tokens: TokenTable;

  constructor(ctx: DurableObjectState, env: DoLakeEnv) {
    super(ctx, env);
    this.#tokens = new TokenTable(env.DOSQL_TOKENS);
  }

  /** Shows that the object runs and that its storage and its bucket answer. */
  async ping(): Promise<Pong> {
    this.ctx.storage.sql.exec('SELECT 1').one();
    await this.env.LAKE_BUCKET.head(HEALTH_KEY);
    return { version: VERSION, timeMs: Date.now() };
  }

  override fetch(request: Request): Promise<Response> {
    return serveRpc(request, new LakeEntry(this.#tokens, VERSION));
  }
}
