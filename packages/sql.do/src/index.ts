/** Typed client for a DoSQL database over Cap'n Web RPC. */
export { createSQLClient, SQLClient, type SQLClientOptions } from './client.ts';
