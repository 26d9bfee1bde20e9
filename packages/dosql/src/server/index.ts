/** The Durable Object and its Worker routes: wiring only. */
export { DoSQL, type DoSQLEnv } from './durable-object.ts';
export { databaseRoutes, type DatabaseRoutesEnv } from './routes.ts';
export { covers, parseScope, serveRpc, TokenTable, type Right, type Scope, type ScopeKind } from '../rpc/index.ts';
