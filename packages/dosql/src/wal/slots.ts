/**
 * Which slot holds which part of the log: shared by the writer, which appends, the readers, which look up, and
 * retention, which gives slots up. Entries are found by counter alone: it rises across epochs.
 */
import { LSN_EPOCH_MAX, lsnCounter, lsnEpoch, SqlError, type LSN } from '@dotdo/shared-types';
import { assert } from '../codec/assert.ts';
import { lsn, lsnText } from './format.ts';

/** One slot of the retained log. */
export interface SlotRef {
  readonly slot: number;
  /** Counter of the first entry. */
  readonly first: number;
  readonly entries: number;
  readonly bytes: number;
  /** Of the newest transaction in it. */
  readonly timestampMs: number;
  /** True when its last transaction goes on in the next slot. */
  readonly continues: boolean;
}

/** From which counter on an epoch counts. */
export interface EpochStart {
  readonly epoch: number;
  readonly first: number;
}

/** The log as it lies in the store; all of it is whole transactions. */
export class LogSlots {
  /** In LSN order, without gap. */
  readonly refs: SlotRef[];
  /** In rising order; the last one is in force. */
  readonly epochs: EpochStart[];
  /** Counter of the last entry. */
  end: number;
  readonly #free: number[];
  /** What `bytesAfter` answered last: it is asked after each flush, always for the same checkpoint. */
  #askedAt = -1;
  #askedBytes = 0;
  #next: number;

  /** `free` are slots whose bytes are worth nothing; others that are not in `refs` are not in the store. */
  constructor(refs: SlotRef[], epochs: EpochStart[], end: number, free: number[]) {
    this.refs = refs;
    this.epochs = epochs;
    this.end = end;
    this.#free = free;
    this.#next = refs.reduce((next, ref) => Math.max(next, ref.slot + 1), 0);
    for (const slot of free) this.#next = Math.max(this.#next, slot + 1);
  }

  get epoch(): number {
    return (this.epochs.at(-1) as EpochStart).epoch;
  }

  /** LSN of the entry with this counter. */
  lsnOf(counter: number): LSN {
    return lsn(this.epochOf(counter), counter);
  }

  /** Counter before the first retained entry: reading can begin behind it. */
  get base(): number {
    const first = this.refs[0];
    return first === undefined ? this.end : first.first - 1;
  }

  /** Bytes of the log behind a counter, of whole slots. */
  bytesAfter(counter: number): number {
    if (counter === this.#askedAt) return this.#askedBytes;
    let bytes = 0;
    for (let i = this.refs.length - 1; i >= 0; i--) {
      const ref = this.refs[i] as SlotRef;
      if (ref.first + ref.entries - 1 <= counter) break;
      bytes += ref.bytes;
    }
    this.#askedAt = counter <= this.end ? counter : -1;
    this.#askedBytes = bytes;
    return bytes;
  }

  /** Epoch of the entry with this counter. */
  epochOf(counter: number): number {
    let i = this.epochs.length - 1;
    while (i > 0 && (this.epochs[i] as EpochStart).first > counter) i--;
    return (this.epochs[i] as EpochStart).epoch;
  }

  /**
   * Begins the next epoch: whoever was ahead of this log has to start over. Nothing may be pending. It lasts from the
   * next checkpoint or flush on: give out no LSN before.
   */
  raiseEpoch(): void {
    assert(this.epoch < LSN_EPOCH_MAX, 'epochs are used up');
    this.epochs.push({ epoch: this.epoch + 1, first: this.end + 1 });
  }

  /** Index in `refs` of the slot with the entry; the entry must be retained. */
  indexOf(counter: number): number {
    let low = 0;
    let high = this.refs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.refs[middle] as SlotRef).first <= counter) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /**
   * Counter of a position that a reader may continue from.
   * @throws {SqlError} LSN_IN_FUTURE when it is not on this log's history, LSN_TOO_OLD when what follows is gone
   */
  counterOf(from: LSN): number {
    const epoch = lsnEpoch(from);
    const counter = lsnCounter(from);
    const next = this.epochs.find((start) => start.epoch > epoch)?.first ?? this.end + 1;
    const start = this.epochs.findLast((start) => start.epoch <= epoch);
    if (counter >= next || start?.epoch !== epoch || counter < start.first - 1) {
      throw new SqlError('LSN_IN_FUTURE', `LSN ${lsnText(epoch, counter)} is not in the log`, {
        details: { lsn: lsnText(epoch, counter), end: lsnText(this.epoch, this.end) },
      });
    }
    if (counter < this.base) throw this.tooOld(counter);
    return counter;
  }

  /** The error for entries that are no longer retained. */
  tooOld(counter: number): SqlError {
    const [asked, oldest] = [counter, this.base].map((at) => lsnText(this.epochOf(at), at)) as [string, string];
    return new SqlError('LSN_TOO_OLD', `the log before LSN ${oldest} is gone; asked for ${asked}`, {
      details: { lsn: asked, oldest },
    });
  }

  /** Slots to write to, not taken before `append`. */
  available(count: number): number[] {
    const slots = this.#free.slice(Math.max(0, this.#free.length - count)).reverse();
    for (let next = this.#next; slots.length < count; next++) slots.push(next);
    return slots;
  }

  /** Takes slots given by `available`, now that they are written. */
  take(slots: readonly number[]): void {
    for (const slot of slots) {
      if (slot < this.#next) this.#free.splice(this.#free.lastIndexOf(slot), 1);
      else this.#next = slot + 1;
    }
  }

  /** Adds what was written behind the end. */
  append(ref: SlotRef): void {
    assert(ref.first === this.end + 1, 'segments follow one another');
    this.refs.push(ref);
    this.end += ref.entries;
    this.#askedBytes += ref.bytes;
  }

  /** Puts a plan's slots in place of all; those no longer used become free. Call it when the checkpoint is stored. */
  adopt(plan: { readonly refs: readonly SlotRef[]; readonly end: number }): void {
    assert(plan.end === this.end, 'nothing is flushed between the plan and its checkpoint');
    this.#askedAt = -1;
    const used = new Set(plan.refs.map((ref) => ref.slot));
    for (const ref of this.refs.splice(0)) if (!used.has(ref.slot)) this.#free.push(ref.slot);
    for (const ref of plan.refs) this.refs.push(ref);
  }
}
