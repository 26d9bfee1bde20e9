/**
 * Statements in turns: rows are pulled in slices of so many steps, and between two slices whatever else waits for the
 * thread has its turn; pages that lie in the cold side of a tiered store are waited for. A write is one slice.
 */
import { SqlError } from '@dotdo/shared-types';
import { Pause, type RowStream, type Frame } from './exec/frame.ts';
import { ColdPage, type Store } from './fsx/index.ts';
import { SLICE_STEPS } from './limits.ts';
import { asSqlError, type Running } from './program.ts';

export interface SliceOptions {
  /** Steps (rows visited) after which others have their turn. */
  readonly sliceSteps?: number;
  /** Ends the statement with `signal.reason` before its next slice. */
  readonly signal?: AbortSignal;
}

/** Brings what a store found cold. */
export type Fetch = (cold: ColdPage) => Promise<void>;

/** @throws {SqlError} (the returned function) CORRUPT_PAGE; rethrows the ColdPage where nothing fetches */
export function fetchFrom(store: Store): Fetch {
  return (cold) => (store.fetch === undefined ? Promise.reject(cold) : store.fetch(cold.key));
}

/** The end of the turn: a timer, since clocks of Workers stand still and microtasks let nobody in. */
function turn(): Promise<void> {
  const platform = globalThis as unknown as { setTimeout(run: () => void, delayMs: number): void };
  return new Promise((resolve) => platform.setTimeout(resolve, 0));
}

/** Runs what may be run again from its beginning, until all its pages are there. */
export async function retried<T>(run: () => T, fetch: Fetch): Promise<T> {
  for (;;) {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof ColdPage)) throw error;
      await fetch(error);
    }
  }
}

/** A stream that was opened, pulled in slices. */
export class Slices {
  readonly #stream: RowStream;
  readonly #frame: Frame;
  readonly #fetch: Fetch;
  readonly #signal: AbortSignal | undefined;

  constructor({ stream, frame }: Running, fetch: Fetch, options: SliceOptions) {
    const { sliceSteps = SLICE_STEPS, signal } = options;
    if (!(sliceSteps >= 1)) throw new SqlError('INVALID_ARGUMENT', 'sliceSteps must be 1 or more');
    this.#stream = stream;
    this.#frame = frame;
    this.#fetch = fetch;
    this.#signal = signal;
    frame.sliceBy(sliceSteps);
  }

  /** To the next row: true or false at once, or a promise where others come first. */
  next(): boolean | Promise<boolean> {
    try {
      return this.#stream.next(this.#frame);
    } catch (error) {
      if (error instanceof Pause) return this.#after(turn());
      if (error instanceof ColdPage) return this.#after(this.#fetch(error));
      throw asSqlError(error);
    }
  }

  async #after(wait: Promise<void>): Promise<boolean> {
    await wait;
    this.#signal?.throwIfAborted();
    return this.next();
  }
}
