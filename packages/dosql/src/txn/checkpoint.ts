/**
 * A checkpoint writes the dirty pages of all trees under new ids and, in the same batch, the record that points to
 * them; the log up to it is then only kept for those who follow it or go back in time.
 *
 * A page that a checkpoint supersedes is deleted two checkpoints later at the earliest: the batch that deletes it must
 * not be the one that makes it garbage, for a store without atomic batches deletes first. It also waits for retained
 * points and for views that may reach it.
 */
import { SPACE, storeKey, type Store } from '../fsx/store.ts';
import { ByteReader, ByteWriter } from '../codec/writer.ts';
import {
  CHECKPOINT_KEY,
  encodeCheckpoint,
  planSlots,
  retentionFloor,
  type Checkpoint,
  type CheckpointPoint,
  type LogConsumer,
  type SupersededPages,
  type TreeRoot,
} from '../wal/index.ts';
import type { Core } from './core.ts';

export interface Retention {
  /** History of this age stays readable: see `Storage.snapshotAt`. None by default. */
  readonly ageMs?: number;
  /** Checkpoints that are kept for it, at most; 32 by default. */
  readonly pointsMax?: number;
  /** A consumer that would hold back more log than this is lost; 256 MB by default. */
  readonly walBytesMax?: number;
  /** Who follows the log. */
  readonly consumers?: () => readonly LogConsumer[];
  /** Told which of them to mark lost: SLOT_LOST. */
  readonly onLost?: (names: readonly string[]) => void;
}

/** The state before the first entry of the log. */
const EMPTY: CheckpointPoint = { epoch: 0, counter: 0, timestampMs: 0, roots: [] };
const POINTS_MAX = 32;
const WAL_BYTES_MAX: number = 256 * 1024 * 1024;

export class Checkpointer {
  /** The record in force. */
  record: Checkpoint | undefined;
  readonly #store: Store;
  readonly #core: Core;
  readonly #retention: Retention;

  constructor(store: Store, core: Core, retention: Retention, record: Checkpoint | undefined) {
    this.#store = store;
    this.#core = core;
    this.#retention = retention;
    this.record = record;
  }

  /** Bytes of the log that a recovery would replay. */
  get logBytes(): number {
    return this.#core.wal.slots.bytesAfter(this.record?.point.counter ?? 0);
  }

  /** Points that can be gone back to, oldest first. */
  get points(): readonly CheckpointPoint[] {
    return this.record === undefined ? [EMPTY] : [...this.record.retained, this.record.point];
  }

  run(): void {
    const core = this.#core;
    core.check();
    core.settle();
    core.flush();
    if (this.record?.point.counter === core.wal.committed) return;
    try {
      this.#write();
    } catch (error) {
      throw core.fail(error);
    }
  }

  #write(): void {
    const core = this.#core;
    const { wal, pager } = core;
    const { slots } = wal;
    const previous = this.record;
    const counter = slots.end;
    const roots: TreeRoot[] = [];
    for (const table of core.tables) {
      roots.push({ tree: table.id, page: table.tree.checkpoint(pager.write) });
      for (const index of table.indexes) roots.push({ tree: index.spec.id, page: index.tree.checkpoint(pager.write) });
    }
    for (const page of core.orphans.splice(0)) pager.release(page);
    const { puts, released } = pager.take();
    const point = { epoch: slots.epoch, counter, timestampMs: core.now(), roots };
    const retained = this.#retained(point.timestampMs);
    const superseded = previous?.superseded.filter((group) => !this.#isGarbage(previous, group)) ?? [];
    const garbage = previous?.superseded.filter((group) => this.#isGarbage(previous, group)) ?? [];
    const oldest = retained[0]?.counter;
    const { floor, lost } = retentionFloor(slots, {
      checkpoint: counter,
      ...(oldest === undefined ? {} : { oldestPoint: oldest }),
      consumers: this.#retention.consumers?.() ?? [],
      walBytesMax: this.#retention.walBytesMax ?? WAL_BYTES_MAX,
    });
    const plan = planSlots(this.#store, slots, { floor, packable: previous?.point.counter ?? 0 });
    const record: Checkpoint = {
      point,
      nextPage: pager.nextPage,
      retained,
      superseded: released.length === 0 ? superseded : [...superseded, { counter, pages: released }],
      epochs: [...slots.epochs],
      slots: plan.refs,
      attachment: encodeAttachment(core.nextObjectId),
    };
    this.#store.write({
      puts: [...puts, ...plan.puts, [CHECKPOINT_KEY, encodeCheckpoint(record)]],
      deletes: garbage.flatMap((group) => group.pages.map((page) => storeKey(SPACE.page, page))),
    });
    this.#store.flush();
    pager.stored();
    slots.adopt(plan);
    this.record = record;
    core.checkpoints++;
    if (lost.length > 0) this.#retention.onLost?.(lost);
  }

  /** The points that stay: those within the age, and the one before them, to which the log is replayed. */
  #retained(nowMs: number): CheckpointPoint[] {
    const { ageMs = 0, pointsMax = POINTS_MAX } = this.#retention;
    if (ageMs === 0) return [];
    const { points } = this;
    const firstWithin = points.findIndex((point) => point.timestampMs >= nowMs - ageMs);
    const from = firstWithin < 0 ? points.length - 1 : Math.max(0, firstWithin - 1);
    return points.slice(Math.max(0, from)).slice(-pointsMax);
  }

  /** Whether pages are reached neither by the record in force nor by an open view. */
  #isGarbage(record: Checkpoint, group: SupersededPages): boolean {
    const oldest = Math.min(record.retained[0]?.counter ?? Infinity, this.#core.views.oldest());
    return group.counter <= oldest;
  }
}

function encodeAttachment(nextObjectId: number): Uint8Array {
  const writer = new ByteWriter(8);
  writer.varint(nextObjectId);
  return writer.copy();
}

/** What the checkpoint's owner attached: the next id of a schema object. */
export function decodeAttachment(attachment: Uint8Array): number {
  return new ByteReader(attachment).varint();
}
