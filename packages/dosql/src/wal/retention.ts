/**
 * How much of the log is kept, and how the kept part is packed. Retention happens at checkpoints: `planSlots` says
 * what the record shall list, and `LogSlots.adopt` follows once the record is stored.
 */
import { lsnCounter, type LSN } from '@dotdo/shared-types';
import { SPACE, storeKey, type Store, type StorePut } from '../fsx/store.ts';
import { corruptLog } from './format.ts';
import type { LogSlots, SlotRef } from './slots.ts';
import { SEGMENT_BYTES_MAX } from './writer.ts';

/** A replication slot, as far as the log has to do with it. */
export interface LogConsumer {
  readonly name: string;
  /** Everything up to here, inclusive, was processed. */
  readonly confirmedLSN: LSN;
  /** Holds nothing back. */
  readonly lost: boolean;
}

export interface RetentionOptions {
  /** Counter of the checkpoint: what is behind it is always kept. */
  readonly checkpoint: number;
  /** Counter of the oldest point retained for time travel: what is behind it is kept. */
  readonly oldestPoint?: number;
  /** Segments with a transaction at or after this time, in milliseconds since 1970, are kept. */
  readonly sinceMs?: number;
  readonly consumers?: readonly LogConsumer[];
  /** A consumer that would hold back more than this many bytes is lost. */
  readonly walBytesMax: number;
}

export interface RetentionFloor {
  /** Everything up to this counter, inclusive, can go. */
  readonly floor: number;
  /** Names of the consumers that are to be marked lost: SLOT_LOST. */
  readonly lost: readonly string[];
}

/** The floor: the least of the checkpoint, the oldest point, the time, and what the slowest consumer confirmed. */
export function retentionFloor(slots: LogSlots, options: RetentionOptions): RetentionFloor {
  let floor = Math.min(options.checkpoint, options.oldestPoint ?? Infinity);
  if (options.sinceMs !== undefined) {
    const since = options.sinceMs;
    const kept = slots.refs.find((ref) => ref.timestampMs >= since);
    if (kept !== undefined) floor = Math.min(floor, kept.first - 1);
  }
  const lost: string[] = [];
  for (const consumer of options.consumers ?? []) {
    if (consumer.lost) continue;
    const confirmed = lsnCounter(consumer.confirmedLSN);
    if (confirmed < slots.base || slots.bytesAfter(confirmed) > options.walBytesMax) lost.push(consumer.name);
    else floor = Math.min(floor, confirmed);
  }
  return { floor, lost };
}

export interface SlotPlan {
  /** What the checkpoint record lists. */
  readonly refs: readonly SlotRef[];
  /** Counter of the last entry in them, or behind them. */
  readonly end: number;
  /** Packed slots, to be stored before or with the record. */
  readonly puts: readonly StorePut[];
}

/** So many neighbours are worth a copy. */
const PACKED_SLOTS_MIN = 16;

/**
 * The slots that remain when everything up to `floor` goes, with small neighbours packed into one where they lie at
 * or below `packable`: the counter of the checkpoint record in force, so that a copy without its record is free.
 * @throws {SqlError} CORRUPT_LOG when a slot to be packed is missing
 */
export function planSlots(store: Store, slots: LogSlots, limits: { floor: number; packable: number }): SlotPlan {
  // A chain of segments goes as a whole, so that reading can begin at what is left.
  let kept = slots.refs.findIndex((ref) => lastOf(ref) > limits.floor);
  if (kept < 0) kept = slots.refs.length;
  while (kept > 0 && (slots.refs[kept - 1] as SlotRef).continues) kept--;

  const bytesMax = Math.min(SEGMENT_BYTES_MAX, store.maxValueBytes ?? Infinity);
  const groups: SlotRef[][] = [];
  let room = 0;
  for (const ref of slots.refs.slice(kept)) {
    room -= ref.bytes;
    if (room >= 0 && lastOf(ref) <= limits.packable) groups.at(-1)?.push(ref);
    else {
      groups.push([ref]);
      room = bytesMax - ref.bytes;
    }
  }
  const isPacked = (group: readonly SlotRef[]): boolean => group.length >= PACKED_SLOTS_MIN;
  const targets = slots.available(groups.filter(isPacked).length);
  slots.take(targets);
  const puts: StorePut[] = [];
  const refs = groups.flatMap((group) => {
    if (!isPacked(group)) return group;
    const packed = pack(store, slots, { group, slot: targets[puts.length] as number });
    puts.push(packed.put);
    return [packed.ref];
  });
  return { refs, puts, end: slots.end };
}

function pack(
  store: Store,
  slots: LogSlots,
  to: { group: readonly SlotRef[]; slot: number },
): { ref: SlotRef; put: StorePut } {
  const first = to.group[0] as SlotRef;
  const last = to.group.at(-1) as SlotRef;
  const entries = lastOf(last) - first.first + 1;
  const bytes = to.group.reduce((sum, ref) => sum + ref.bytes, 0);
  const value = new Uint8Array(bytes);
  let at = 0;
  for (const ref of to.group) {
    const { slot, first } = ref;
    const part = store.read(storeKey(SPACE.wal, slot));
    if (part?.length !== ref.bytes) {
      const reason =
        part === undefined ? 'the slot is missing: gap' : `${part.length} bytes where ${ref.bytes} were written`;
      throw corruptLog(reason, { slot, epoch: slots.epochOf(first), counter: first, offset: 0 });
    }
    value.set(part, at);
    at += part.length;
  }
  const { timestampMs, continues } = last;
  return {
    ref: { slot: to.slot, first: first.first, entries, bytes, timestampMs, continues },
    put: [storeKey(SPACE.wal, to.slot), value],
  };
}

function lastOf(ref: SlotRef): number {
  return ref.first + ref.entries - 1;
}
