/**
 * Opens the log: reads the checkpoint record, finds the segments behind it, and replays them.
 *
 * Committed transactions are never cut off. What may be dropped is only a chain of segments at the very end whose
 * last ones are absent: the flush that wrote it was never acknowledged. A checksum that fails is always an error, in
 * the last segment too, for a store writes a value whole or not at all.
 */
import { assert } from '../codec/assert.ts';
import { SPACE, spaceRange, idOf, storeKey, type Store } from '../fsx/store.ts';
import { readCheckpoint, type Checkpoint } from './checkpoint.ts';
import { CONTINUES, corruptLog, HEADER_BYTES, lsnText, readHeader } from './format.ts';
import { LogCursor } from './reader.ts';
import { LogSlots, type EpochStart, type SlotRef } from './slots.ts';

export interface RecoveryTarget {
  /** Called first, with the record that the replay begins from; undefined in a store without one. */
  checkpoint?(record: Checkpoint | undefined): void;
  /**
   * Called for each entry behind the checkpoint, in order, whole transactions only, BEGIN and COMMIT included. The
   * cursor is the same one each time: take what is needed before returning.
   */
  apply?(entry: LogCursor): void;
}

export interface Recovery {
  readonly checkpoint: Checkpoint | undefined;
  /** For the writer and the readers. */
  readonly slots: LogSlots;
  /** Entries that were replayed. */
  readonly replayed: number;
  /** Segments of a transaction that was never acknowledged, taken out of the store. */
  readonly dropped: number;
}

const NO_BYTES: Uint8Array = new Uint8Array(0);

interface Segment {
  readonly epoch: number;
  readonly ref: SlotRef;
}

/**
 * Brings `target` to the last committed transaction. When it throws, `target` is worth nothing and the store is as
 * it was.
 * @throws {SqlError} CORRUPT_CHECKPOINT, CORRUPT_LOG, UNSUPPORTED_FORMAT
 */
export function recover(store: Store, target: RecoveryTarget = {}): Recovery {
  const checkpoint = readCheckpoint(store);
  const start = checkpoint?.point.counter ?? 0;
  const epochs: EpochStart[] = checkpoint === undefined ? [{ epoch: 0, first: 1 }] : [...checkpoint.epochs];
  const { found, free } = findSegments(store, { start, epochs, listed: checkpoint?.slots ?? [] });
  const torn = found.splice(found.findLastIndex((ref) => !ref.continues) + 1);

  const refs = [...(checkpoint?.slots ?? []), ...found];
  const last = refs.at(-1);
  const slots = new LogSlots(refs, epochs, last === undefined ? start : last.first + last.entries - 1, free);
  assert(slots.end >= start, 'the log ends behind the checkpoint');

  target.checkpoint?.(checkpoint);
  let replayed = 0;
  const cursor = new LogCursor(store, slots, slots.lsnOf(start));
  for (; cursor.next(); replayed++) target.apply?.(cursor);

  // Last first, so that what a stop leaves is the beginning of the chain again.
  for (const ref of torn.reverse()) store.write({ puts: [], deletes: [storeKey(SPACE.wal, ref.slot)] });
  if (torn.length > 0) store.flush();
  return { checkpoint, slots, replayed, dropped: torn.length };
}

/** The segments behind `start`, without gap, and the slots that are free. Adds the epochs that begin in them. */
function findSegments(
  store: Store,
  known: { start: number; epochs: EpochStart[]; listed: readonly SlotRef[] },
): { found: SlotRef[]; free: number[] } {
  const listed = new Set(known.listed.map((ref) => ref.slot));
  const epoch = (known.epochs.at(-1) as EpochStart).epoch;
  const segments: Segment[] = [];
  const free: number[] = [];
  for (const key of store.list(...spaceRange(SPACE.wal))) {
    const slot = idOf(key);
    if (listed.has(slot)) continue;
    const at = { slot, epoch, counter: known.start + 1, offset: 0 };
    const head = store.readHead?.(key, HEADER_BYTES);
    if (head !== undefined && readHeader(head, at, true).first <= known.start) {
      free.push(slot);
      continue;
    }
    const header = readHeader(store.read(key) ?? NO_BYTES, at);
    if (header.first <= known.start) {
      free.push(slot);
      continue;
    }
    const { first, entries, bytes, timestampMs } = header;
    const continues = (header.flags & CONTINUES) !== 0;
    segments.push({ epoch: header.epoch, ref: { slot, first, entries, bytes, timestampMs, continues } });
  }
  segments.sort((a, b) => a.ref.first - b.ref.first);
  let next = known.start + 1;
  for (const { epoch, ref } of segments) {
    const current = (known.epochs.at(-1) as EpochStart).epoch;
    if (ref.first !== next || epoch < current) {
      const found = lsnText(epoch, ref.first);
      const reason = ref.first > next ? `gap up to LSN ${found}` : `overlap from LSN ${found}`;
      throw corruptLog(reason, { slot: ref.slot, epoch: current, counter: next, offset: 0 });
    }
    if (epoch > current) known.epochs.push({ epoch, first: next });
    next += ref.entries;
  }
  return { found: segments.map((segment) => segment.ref), free };
}
