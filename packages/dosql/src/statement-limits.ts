import type { FrameLimits } from './exec/frame.ts';
import { QUERY_BYTES_MAX, STEPS_MAX } from './limits.ts';

export interface LimitOptions {
  /** Milliseconds after which a statement is stopped with DEADLINE_EXCEEDED and undone. */
  readonly timeoutMs?: number;
  /** Rows that it may visit before it is stopped with STEP_LIMIT and undone. */
  readonly steps?: number;
  /** Bytes that its sorts, groups and hashes may keep before it is stopped with MEMORY_LIMIT. */
  readonly memoryBytes?: number;
}

export const LIMITS: FrameLimits = { steps: STEPS_MAX, deadline: Infinity, memoryBytes: QUERY_BYTES_MAX };
export const NO_LIMITS: LimitOptions = {};

export function limitsOf({ timeoutMs, steps, memoryBytes }: LimitOptions): FrameLimits {
  if (timeoutMs === undefined && steps === undefined && memoryBytes === undefined) return LIMITS;
  const deadline = timeoutMs === undefined ? Infinity : Date.now() + timeoutMs;
  return { steps: steps ?? STEPS_MAX, deadline, memoryBytes: memoryBytes ?? QUERY_BYTES_MAX };
}
