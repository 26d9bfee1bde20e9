import { LSN_ZERO, lsn, SqlError } from '@dotdo/shared-types';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../fsx/memory.ts';
import { SPACE, storeKey } from '../fsx/store.ts';
import {
  CHECKPOINT_KEY,
  encodeCheckpoint,
  planSlots,
  recover,
  retentionFloor,
  WalReader,
  WalTable,
  WalWriter,
  type SlotPlan,
} from './index.ts';

const table = new WalTable({ id: 1, name: 't', keyColumns: 1 });

/** A log of `flushes` slots of three entries each, a second apart. */
function logOf(flushes: number, rows = 1, segmentBytesMax = 1 << 20): { store: MemoryStore; writer: WalWriter } {
  const store = new MemoryStore();
  const writer = new WalWriter(store, recover(store).slots, { segmentBytesMax });
  for (let i = 0; i < flushes; i++) append(writer, i * 1000, rows);
  return { store, writer };
}

function append(writer: WalWriter, timestampMs: number, rows = 1): void {
  writer.begin(timestampMs);
  for (let i = 0; i < rows; i++) writer.insert(table, [i, 'some text']);
  writer.commit();
  writer.flush();
}

function consumer(
  name: string,
  confirmed: number,
  lost = false,
): { name: string; confirmedLSN: ReturnType<typeof lsn>; lost: boolean } {
  return { name, confirmedLSN: lsn(confirmed), lost };
}

/** Stores what a checkpoint would: the packed slots. */
function apply(store: MemoryStore, writer: WalWriter, plan: SlotPlan): void {
  store.write({ puts: plan.puts, deletes: [] });
  writer.slots.adopt(plan);
}

describe('bytes behind a checkpoint', () => {
  it('are counted over appended and packed slots, however often they are asked for', () => {
    const { store, writer } = logOf(4);
    const { slots } = writer;
    const count = (counter: number): number =>
      slots.refs.reduce((bytes, ref) => bytes + (ref.first > counter ? ref.bytes : 0), 0);
    for (let i = 4; i < 8; i++) {
      for (const counter of [6, 6, 12, slots.end, 6, 0]) expect(slots.bytesAfter(counter)).toBe(count(counter));
      append(writer, i * 1000);
      expect(slots.bytesAfter(0)).toBe(count(0));
    }
    apply(store, writer, planSlots(store, slots, { floor: 6, packable: 12 }));
    expect(slots.bytesAfter(0)).toBe(count(0));
  });
});

describe('the floor', () => {
  const { writer } = logOf(10);
  const { slots } = writer;
  const bytes = slots.refs[0]?.bytes as number;
  const limits = { checkpoint: 30, walBytesMax: 1 << 30 };

  it('is the checkpoint when nothing else holds the log back', () => {
    expect(retentionFloor(slots, limits)).toEqual({ floor: 30, lost: [] });
    expect(retentionFloor(slots, { ...limits, checkpoint: 21, consumers: [consumer('a', 30)] }).floor).toBe(21);
  });

  it('is the least of the oldest point, the time and the slowest consumer', () => {
    expect(retentionFloor(slots, { ...limits, oldestPoint: 12 }).floor).toBe(12);
    expect(retentionFloor(slots, { ...limits, sinceMs: 6000 }).floor).toBe(18);
    expect(retentionFloor(slots, { ...limits, sinceMs: 99_000 }).floor).toBe(30);
    const consumers = [consumer('fast', 27), consumer('slow', 9), consumer('given up', 0, true)];
    expect(retentionFloor(slots, { ...limits, consumers })).toEqual({ floor: 9, lost: [] });
    expect(retentionFloor(slots, { ...limits, consumers, oldestPoint: 12, sinceMs: 2000 }).floor).toBe(6);
  });

  it('passes over a consumer that holds back more than the limit, and names it as lost', () => {
    const consumers = [consumer('fast', 27), consumer('slow', 9)];
    expect(retentionFloor(slots, { ...limits, consumers, walBytesMax: 7 * bytes })).toEqual({ floor: 9, lost: [] });
    expect(retentionFloor(slots, { ...limits, consumers, walBytesMax: 7 * bytes - 1 })).toEqual({
      floor: 27,
      lost: ['slow'],
    });
  });

  it('names a consumer as lost when what it wants is gone already', () => {
    const { store, writer } = logOf(10);
    apply(store, writer, planSlots(store, writer.slots, { floor: 15, packable: 0 }));
    const consumers = [consumer('behind', 12), consumer('just there', 15)];
    expect(retentionFloor(writer.slots, { ...limits, consumers })).toEqual({ floor: 15, lost: ['behind'] });
  });
});

describe('slots', () => {
  it('below the floor are written again, the others are kept, and reading begins at the floor', () => {
    const { store, writer } = logOf(10);
    apply(store, writer, planSlots(store, writer.slots, { floor: 14, packable: 0 }));
    expect(writer.slots.refs.map((ref) => ref.slot)).toEqual([4, 5, 6, 7, 8, 9]);
    for (let i = 0; i < 5; i++) append(writer, 0);
    expect(new Set(writer.slots.refs.slice(6).map((ref) => ref.slot))).toEqual(new Set([0, 1, 2, 3, 10]));
    expect([...new WalReader(store, writer.slots).entries(lsn(12))]).toHaveLength(33);
  });

  it('of one transaction go together', () => {
    const { store, writer } = logOf(2, 40, 250);
    const chain = writer.slots.refs.findIndex((ref) => !ref.continues) + 1;
    expect(chain).toBeGreaterThan(3);
    const first = planSlots(store, writer.slots, { floor: 41, packable: 0 });
    expect(first.refs).toHaveLength(2 * chain);
    const second = planSlots(store, writer.slots, { floor: 42, packable: 0 });
    expect(second.refs).toHaveLength(chain);
  });

  it('are packed when many are small, only as far as the checkpoint in force, and read the same', () => {
    const { store, writer } = logOf(100);
    const reader = new WalReader(store, writer.slots);
    const all = [...reader.entries(LSN_ZERO)];
    const plan = planSlots(store, writer.slots, { floor: 30, packable: 240 });
    expect(plan.refs.map((ref) => ref.entries)).toEqual([210, ...Array<number>(20).fill(3)]);
    apply(store, writer, plan);
    expect([...reader.entries(lsn(30))]).toEqual(all.slice(30));
    expect([...reader.entries(lsn(101))]).toEqual(all.slice(101));

    // The second time, the packed slot and its new neighbours become one.
    const again = planSlots(store, writer.slots, { floor: 30, packable: 300 });
    expect(again.refs.map((ref) => ref.entries)).toEqual([270]);
    apply(store, writer, again);
    expect([...reader.entries(lsn(30))]).toEqual(all.slice(30));
    append(writer, 0);
    expect([...reader.entries(lsn(299))]).toHaveLength(4);
  });

  it('that were packed without the record that lists the copy are still the log, and the copy is free', () => {
    const { store, writer } = logOf(40);
    const record = (plan: SlotPlan): Uint8Array =>
      encodeCheckpoint({
        point: { epoch: 0, counter: plan.end, timestampMs: 0, roots: [] },
        nextPage: 0,
        retained: [],
        superseded: [],
        epochs: writer.slots.epochs,
        slots: plan.refs,
        attachment: new Uint8Array(0),
      });
    const first = planSlots(store, writer.slots, { floor: 0, packable: 0 });
    store.write({ puts: [[CHECKPOINT_KEY, record(first)]], deletes: [] });
    writer.slots.adopt(first);
    append(writer, 0);
    const second = planSlots(store, writer.slots, { floor: 0, packable: 120 });
    expect(second.refs).toHaveLength(2);
    store.write({ puts: second.puts, deletes: [] });
    const torn = recover(store);
    expect([torn.slots.refs.length, torn.replayed]).toEqual([41, 3]);
    expect([...new WalReader(store, torn.slots).entries(LSN_ZERO)]).toHaveLength(123);
    store.write({ puts: [[CHECKPOINT_KEY, record(second)]], deletes: [] });
    const whole = recover(store);
    expect([whole.slots.refs.length, whole.replayed]).toEqual([2, 0]);
    expect([...new WalReader(store, whole.slots).entries(LSN_ZERO)]).toHaveLength(123);
  });

  it('are not taken over from a plan that a flush overtook', () => {
    const { store, writer } = logOf(2);
    const plan = planSlots(store, writer.slots, { floor: 6, packable: 0 });
    append(writer, 0);
    expect(() => writer.slots.adopt(plan)).toThrow('between the plan and its checkpoint');
  });

  it('that should be packed and are missing are CORRUPT_LOG', () => {
    const { store, writer } = logOf(20);
    store.write({ puts: [], deletes: [storeKey(SPACE.wal, 7)] });
    expect(() => planSlots(store, writer.slots, { floor: 0, packable: 60 })).toThrow(SqlError);
  });
});
