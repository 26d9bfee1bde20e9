/** The Durable Object and its Worker routes: wiring only. */
export { DoLake, type DoLakeEnv } from './durable-object.ts';
export { lakeRoutes, type LakeRoutesEnv } from './routes.ts';
