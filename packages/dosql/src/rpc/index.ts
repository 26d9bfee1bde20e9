/** The Cap'n Web surface of a database object. */
export { covers, parseScope, TokenTable, type Right, type Scope, type ScopeKind } from './auth.ts';
export { serveRpc } from './serve.ts';
export { DatabaseEntry } from './target.ts';
