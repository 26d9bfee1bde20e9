/** Worker routes of `/v1/db/{database}/…`: from a name in the URL to the object that holds that database. */
import { SqlError, toErrorBody } from '@dotdo/shared-types';
import { Hono } from 'hono/tiny';
import type { DoSQL } from './durable-object.ts';

/** Carries the database's name from the router to the object, which cannot read its own name. */
export const DATABASE_HEADER = 'x-dosql-database';

export interface DatabaseRoutesEnv {
  DOSQL: DurableObjectNamespace<DoSQL>;
}

const DATABASE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** The routes, to be mounted at `/v1/db`. */
export function databaseRoutes(): Hono<{ Bindings: DatabaseRoutesEnv }> {
  return new Hono<{ Bindings: DatabaseRoutesEnv }>().all('/:database/rpc', async (c) => {
    const name = c.req.param('database');
    if (!DATABASE_NAME.test(name)) {
      return c.json(toErrorBody(new SqlError('INVALID_ARGUMENT', 'not a database name')), 400);
    }
    const request = new Request(c.req.raw);
    request.headers.set(DATABASE_HEADER, name);
    return c.env.DOSQL.getByName(name).fetch(request);
  });
}
