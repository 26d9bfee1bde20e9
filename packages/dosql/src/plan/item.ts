/** What the planner of joins is given: the items of FROM in the order of the text, and the conditions. */
import type { Expr, Loop } from './plan.ts';

/** A condition that rows of the join have to meet, one of several connected by AND. */
export interface Conjunct {
  readonly expr: Expr;
  /** Sources that it reads, maybe several times; those of queries around too. */
  readonly reads: readonly number[];
  /** Checked no earlier than at the last RIGHT or FULL join among items up to this one; −1: at any. */
  readonly after: number;
}

export type Item = Omit<Loop, 'access' | 'local' | 'on' | 'filters' | 'rows' | 'join' | 'used'> & {
  join: Loop['join'];
  on: readonly Conjunct[];
  /** INDEXED BY; false: NOT INDEXED. */
  readonly indexedBy: string | false | null;
  /** CROSS JOIN: stays behind what stands before it. */
  readonly fixed: boolean;
  /** Slots that are read, as far as is known. */
  readonly used: readonly boolean[];
};
