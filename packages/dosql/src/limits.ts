/** Every limit of the engine that a user can meet, with its unit and its reason; docs/limits.md tells them. */

/** Statements kept parsed and planned, by text; the least recently used goes first. An application has fewer shapes. */
export const STATEMENT_CACHE_MAX = 512;
/** Longer texts, such as dumps, run once: keeping them would cost memory for nothing. In UTF-16 code units. */
export const CACHED_TEXT_MAX: number = 16 * 1024;
/** Rows visited by one statement, by default: minutes of work, so that nothing freezes its object for good. */
export const STEPS_MAX = 2_000_000_000;
/** Steps of a statement that runs in slices, between two of which others have their turn: some 5 to 20 ms. */
export const SLICE_STEPS = 50_000;
const { navigator } = globalThis as { navigator?: { readonly userAgent?: string } };
const IS_WORKER = navigator?.userAgent === 'Cloudflare-Workers';

/**
 * Bytes kept by one statement: by sorts, groups, hashes, subqueries and the result. A Durable Object has 128 MB in all,
 * half of which pages may take; elsewhere it is a guard against what has no end.
 */
export const QUERY_BYTES_MAX: number = (IS_WORKER ? 48 : 1024) * 1024 * 1024;
/** Bytes of clean pages kept in memory, by default: half of a Durable Object; elsewhere room for tables scanned as a whole. */
export const CACHE_BYTES_MAX: number = (IS_WORKER ? 64 : 512) * 1024 * 1024;
/** Savepoints that transaction() may nest. */
export const TRANSACTION_DEPTH_MAX = 64;
