/** Typed client for a DoLake lakehouse over Cap'n Web RPC. */
export { createLakeClient, LakeClient, type LakeClientOptions } from './client.ts';
