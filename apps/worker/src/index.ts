/** The reference deployment: every route of a DoSQL stack behind one Worker. */
import { DoLake, lakeRoutes, type LakeRoutesEnv } from '@dotdo/dolake/server';
import { databaseRoutes, DoSQL, type DatabaseRoutesEnv } from '@dotdo/dosql/server';
import { type Pong, SqlError, toErrorBody } from '@dotdo/shared-types';
import { Hono } from 'hono/tiny';

export { DoLake, DoSQL };

type Env = DatabaseRoutesEnv & LakeRoutesEnv;

/** Objects that `/health` reaches: made for that, so that no tenant's object is woken. */
const HEALTH_OBJECT = '.health';

/** An object's answer, or `down` with no detail: the route is public. */
async function stateOf(ping: Promise<Pong>): Promise<{ status: 'ok'; version: string } | { status: 'down' }> {
  try {
    const { version } = await ping;
    return { status: 'ok', version };
  } catch (error) {
    console.error('health check failed', error);
    return { status: 'down' };
  }
}

const app = new Hono<{ Bindings: Env }>()
  .get('/health', async (c) => {
    const [dosql, dolake] = await Promise.all([
      stateOf(Promise.resolve(c.env.DOSQL.getByName(HEALTH_OBJECT).ping())),
      stateOf(Promise.resolve(c.env.DOLAKE.getByName(HEALTH_OBJECT).ping())),
    ]);
    const isUp = dosql.status === 'ok' && dolake.status === 'ok';
    return c.json({ status: isUp ? 'ok' : 'down', dosql, dolake }, isUp ? 200 : 503);
  })
  .route('/v1/db', databaseRoutes())
  .route('/v1/lake', lakeRoutes())
  .notFound((c) => c.json(toErrorBody(new SqlError('NOT_FOUND', `no route for ${c.req.method} ${c.req.path}`)), 404))
  .onError((error, c) => {
    console.error(error);
    return c.json(toErrorBody(error), 500);
  });

const worker: ExportedHandler<Env> = { fetch: (request, env, ctx) => app.fetch(request, env, ctx) };

export default worker;
