/**
 * Ends transactions that nobody uses any more: idle for longer than their lease, or open for longer than they may be.
 * One timer serves all; it is set when the first transaction begins and again only when it fires, so that a
 * transaction costs two assignments.
 */
import type { Timer } from './sole.ts';

export interface Leased {
  /** Time at which the transaction ends unless it is used before, in milliseconds of the clock. */
  endsAtMs(): number;
  /** Called when that time has come. */
  expire(): void;
}

/** Longest wait of a platform timer: 2^31 − 1 ms. */
const TIMER_MS_MAX = 0x7fff_ffff;

export class Leases {
  readonly #open = new Set<Leased>();
  readonly #clock: () => number;
  readonly #timer: Timer;
  #cancel: (() => void) | undefined;
  #firesAtMs = Infinity;

  constructor(clock: () => number, timer: Timer) {
    this.#clock = clock;
    this.#timer = timer;
  }

  get size(): number {
    return this.#open.size;
  }

  add(leased: Leased): void {
    this.#open.add(leased);
    this.#arm(leased.endsAtMs());
  }

  remove(leased: Leased): void {
    this.#open.delete(leased);
  }

  /** Ends what is due. */
  sweep(): void {
    const now = this.#clock();
    this.#firesAtMs = Infinity;
    let next = Infinity;
    for (const leased of this.#open) {
      const endsAt = leased.endsAtMs();
      if (endsAt <= now) {
        this.#open.delete(leased);
        leased.expire();
      } else next = Math.min(next, endsAt);
    }
    this.#arm(next);
  }

  close(): void {
    this.#cancel?.();
    this.#firesAtMs = Infinity;
    this.#open.clear();
  }

  #arm(atMs: number): void {
    if (atMs >= this.#firesAtMs) return;
    this.#cancel?.();
    this.#firesAtMs = atMs;
    this.#cancel = this.#timer(() => this.sweep(), Math.min(TIMER_MS_MAX, Math.max(0, atMs - this.#clock())));
  }
}
