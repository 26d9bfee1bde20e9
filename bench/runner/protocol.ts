/** What the harness and the child process of an engine say to each other. One request at a time. */
import type { Measure } from './statistics.ts';

export type Request =
  | { readonly kind: 'open'; readonly engine: string; readonly scale: number; readonly imagePath: string }
  | { readonly kind: 'prepare'; readonly workload: string; readonly roundMs: number }
  | { readonly kind: 'round'; readonly iterations: number };

export interface Replies {
  readonly open: { readonly version: string; readonly opensImages: boolean };
  readonly prepare: { readonly digest: string; readonly iterations: number };
  readonly round: Measure;
}

export type Reply =
  | { readonly ok: true; readonly value: Replies[keyof Replies] }
  | { readonly ok: false; readonly message: string };

/** What a session of an engine offers the harness, in a child process or in workerd. */
export interface Runner {
  readonly engine: string;
  readonly version: string;
  /** Whether w15 can be run. */
  readonly opensImages: boolean;
  /** Loads, checks and warms up; gives the answer's digest and the iterations that fill a round. */
  prepare(workload: string, roundMs: number): Promise<Replies['prepare']>;
  round(iterations: number): Promise<Measure>;
  close(): Promise<void>;
}
