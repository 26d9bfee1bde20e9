/** SQL database engine for Cloudflare Durable Objects and Node. */
export { VERSION } from './version.ts';
