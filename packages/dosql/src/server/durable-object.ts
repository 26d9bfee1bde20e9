import { DurableObject } from 'cloudflare:workers';
import type { Pong } from '@dotdo/shared-types';
import { DatabaseEntry, serveRpc, TokenTable } from '../rpc/index.ts';
import { VERSION } from '../version.ts';
import { DATABASE_HEADER } from './routes.ts';

export interface DoSQLEnv {
  /** Secret: JSON object of token → list of scopes. Without it nobody gets in. */
  DOSQL_TOKENS?: string;
}

/** One database, one Durable Object. */
export class DoSQL extends DurableObject<DoSQLEnv> {
  readonly #tokens: TokenTable;

  constructor(ctx: DurableObjectState, env: DoSQLEnv) {
    super(ctx, env);
    this.#tokens = new TokenTable(env.DOSQL_TOKENS);
  }

  /** Shows that the object runs and that its storage answers. */
  ping(): Pong {
    this.ctx.storage.sql.exec('SELECT 1').one();
    return { version: VERSION, timeMs: Date.now() };
  }

  override fetch(request: Request): Promise<Response> {
    const name = request.headers.get(DATABASE_HEADER) ?? '';
    return serveRpc(request, new DatabaseEntry(this.#tokens, { name, version: VERSION }));
  }
}
