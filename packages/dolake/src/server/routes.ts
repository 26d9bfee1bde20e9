/** Worker routes of `/v1/lake/…`. */
import { Hono } from 'hono/tiny';
import { WAREHOUSE } from '../rpc/target.ts';
import type { DoLake } from './durable-object.ts';

export interface LakeRoutesEnv {
  DOLAKE: DurableObjectNamespace<DoLake>;
}

/** The routes, to be mounted at `/v1/lake`. */
export function lakeRoutes(): Hono<{ Bindings: LakeRoutesEnv }> {
  return new Hono<{ Bindings: LakeRoutesEnv }>().all('/rpc', (c) => c.env.DOLAKE.getByName(WAREHOUSE).fetch(c.req.raw));
}
