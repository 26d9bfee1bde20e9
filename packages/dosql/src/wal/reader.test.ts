import { LSN_ZERO, lsn, lsnOf, SqlError, type LSN } from '@dotdo/shared-types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../codec/crc32.ts';
import { ByteWriter } from '../codec/writer.ts';
import { MemoryStore } from '../fsx/memory.ts';
import { SPACE, storeKey } from '../fsx/store.ts';
import {
  closeFrame,
  CONTINUED,
  HEADER_BYTES,
  HEADER_CRC_AT,
  OP_BEGIN,
  OP_COMMIT,
  OP_DELETE,
  OP_INSERT,
  OP_TABLES,
  OP_UPDATE,
  openFrame,
  writeHeader,
} from './format.ts';
import {
  CHECKPOINT_KEY,
  encodeCheckpoint,
  LogCursor,
  planSlots,
  recover,
  WalReader,
  WalTable,
  WalWriter,
  type WALEntry,
} from './index.ts';

const tables = [1, 2, 3].map((id) => new WalTable({ id, name: `table ${id}`, keyColumns: 1 }));

function code(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (error instanceof SqlError) return error.code;
    throw error;
  }
  return undefined;
}

function append(writer: WalWriter, rows: number, seed = 0): void {
  writer.begin(seed);
  for (let i = 0; i < rows; i++) {
    const table = tables[(seed + i) % 3] as WalTable;
    if (i % 3 === 0) writer.insert(table, [i, 'v'.repeat(seed % 90)]);
    else if (i % 3 === 1) writer.update(table, [i, seed], [i, null]);
    else writer.delete(table, [i]);
  }
  writer.commit();
}

/** Stores a checkpoint that keeps the log behind `floor`. */
function checkpoint(store: MemoryStore, writer: WalWriter, limits: { floor: number; packable: number }): void {
  writer.flush();
  const plan = planSlots(store, writer.slots, limits);
  const record = encodeCheckpoint({
    point: { epoch: writer.slots.epoch, counter: writer.slots.end, timestampMs: 0, roots: [] },
    nextPage: 0,
    retained: [],
    superseded: [],
    epochs: writer.slots.epochs,
    slots: plan.refs,
    attachment: new Uint8Array(0),
  });
  writer.flush({ puts: [...plan.puts, [CHECKPOINT_KEY, record]] });
  writer.slots.adopt(plan);
}

describe('reading', () => {
  it('from any LSN gives the rest of the full log, whatever the script of commits, flushes, epochs, checkpoints', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('commit' as const), rows: fc.nat(12) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('reopen' as const, 'epoch' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('checkpoint' as const), keep: fc.nat(60) }) },
    );
    const script = fc.record({
      steps: fc.array(step, { maxLength: 60 }),
      segmentBytesMax: fc.integer({ min: 120, max: 2000 }),
    });
    fc.assert(
      fc.property(script, ({ steps, segmentBytesMax }) => {
        const store = new MemoryStore();
        let writer = new WalWriter(store, recover(store).slots, { segmentBytesMax });
        let packable = 0;
        const all: WALEntry[] = [];
        const pull = (): void => {
          const from = all.at(-1)?.lsn ?? LSN_ZERO;
          all.push(...new WalReader(store, writer.slots).entries(from));
        };
        for (const [seed, step] of steps.entries()) {
          if (step.do === 'commit') append(writer, step.rows, seed);
          else writer.flush();
          pull();
          if (step.do === 'reopen') writer = new WalWriter(store, recover(store).slots, { segmentBytesMax });
          if (step.do === 'epoch') writer.slots.raiseEpoch();
          if (step.do === 'checkpoint') {
            checkpoint(store, writer, { floor: writer.slots.end - step.keep, packable });
            packable = writer.slots.end;
          }
        }
        writer.flush();
        pull();
        expect(all.map((entry) => Number(entry.lsn & 0xffff_ffff_ffffn))).toEqual(all.map((_, i) => i + 1));

        const { slots } = recover(store);
        const reader = new WalReader(store, slots);
        for (let counter = slots.base; counter <= slots.end; counter++) {
          expect([...reader.entries(slots.lsnOf(counter))]).toEqual(all.slice(counter));
        }
        if (slots.base > 0) expect(code(() => reader.cursor(slots.lsnOf(slots.base - 1)))).toBe('LSN_TOO_OLD');
        expect(code(() => reader.cursor(lsn(slots.lsnOf(slots.end) + 1n)))).toBe('LSN_IN_FUTURE');
      }),
      { numRuns: 120 },
    );
  });

  it('goes on with one cursor over later flushes, and over slots that were packed meanwhile', () => {
    const store = new MemoryStore();
    const writer = new WalWriter(store, recover(store).slots);
    const cursor = new LogCursor(store, writer.slots, LSN_ZERO);
    let read = 0;
    for (let round = 0; round < 60; round++) {
      append(writer, 3, round);
      writer.flush();
      if (round % 7 === 0) while (cursor.next()) expect(cursor.counter).toBe(++read);
      expect(cursor.next()).toBe(round % 7 !== 0);
      if (round % 7 !== 0) read++;
      if (round === 30) checkpoint(store, writer, { floor: 0, packable: 0 });
      if (round === 40) checkpoint(store, writer, { floor: 0, packable: 31 * 5 });
    }
    while (cursor.next()) expect(cursor.counter).toBe(++read);
    expect(read).toBe(300);
    expect(writer.slots.refs.length).toBeLessThan(32);
  });

  it('from an LSN that another history gave out is LSN_IN_FUTURE, from one before the epoch it is not', () => {
    const store = new MemoryStore();
    const writer = new WalWriter(store, recover(store).slots);
    append(writer, 1);
    writer.flush();
    writer.slots.raiseEpoch();
    append(writer, 1);
    writer.flush();
    const from = (epoch: number, counter: number): unknown =>
      code(() => new LogCursor(store, recover(store).slots, lsnOf({ epoch, counter })));
    expect([from(0, 3), from(1, 3), from(1, 6)]).toEqual([undefined, undefined, undefined]);
    expect([from(0, 4), from(0, 99), from(1, 2), from(1, 7), from(2, 6)]).toEqual(Array(5).fill('LSN_IN_FUTURE'));
  });
});

describe('damage in the retained log, which recovery does not read', () => {
  const store = new MemoryStore();
  const writer = new WalWriter(store, recover(store).slots);
  for (let round = 0; round < 20; round++) {
    append(writer, 2, round);
    writer.flush();
  }
  const before = writer.slots.end;
  checkpoint(store, writer, { floor: 0, packable: 0 });
  append(writer, 2, 20);
  checkpoint(store, writer, { floor: 0, packable: before });
  const packed = writer.slots.refs[0]?.slot as number;
  const key = storeKey(SPACE.wal, packed);
  const value = store.read(key) as Uint8Array;

  function read(store: MemoryStore, from: LSN = LSN_ZERO): SqlError | number {
    try {
      return [...new WalReader(store, recover(store).slots).entries(from)].length;
    } catch (error) {
      if (error instanceof SqlError) return error;
      throw error;
    }
  }

  it('of any byte of a packed slot is CORRUPT_LOG where the reader comes to it', () => {
    expect(writer.slots.refs).toHaveLength(2);
    expect(read(store)).toBe(84);
    for (let at = 0; at < value.length; at++) {
      const damaged = store.fork();
      const bytes = value.slice();
      bytes[at] = (bytes[at] as number) ^ 0x10;
      damaged.write({ puts: [[key, bytes]], deletes: [] });
      const error = read(damaged);
      expect(error).toMatchObject({ code: 'CORRUPT_LOG', details: { slot: packed } });
      expect((error as SqlError).details?.['offset']).toBeLessThanOrEqual(at);
    }
  });

  it('by cutting, adding to or removing the slot is CORRUPT_LOG; what lies behind can be read', () => {
    for (let size = 0; size <= value.length + 1; size++) {
      if (size === value.length) continue;
      const damaged = store.fork();
      const bytes = new Uint8Array(size);
      bytes.set(value.subarray(0, size));
      damaged.write({ puts: [[key, bytes]], deletes: [] });
      expect(read(damaged)).toMatchObject({ code: 'CORRUPT_LOG', details: { slot: packed } });
    }
    const removed = store.fork();
    removed.write({ puts: [], deletes: [key] });
    expect(read(removed)).toMatchObject({ code: 'CORRUPT_LOG', details: { lsn: '0000000000000001' } });
    expect(read(removed, lsn(before))).toBe(4);
  });

  it('is found again by the same cursor when it is asked again', () => {
    const damaged = store.fork();
    const bytes = value.slice();
    bytes[100] = (bytes[100] as number) ^ 1;
    damaged.write({ puts: [[key, bytes]], deletes: [] });
    const cursor = new LogCursor(damaged, recover(damaged).slots, LSN_ZERO);
    const drain = (): unknown => {
      try {
        while (cursor.next());
      } catch (error) {
        return { ...(error as SqlError).details };
      }
      return undefined;
    };
    const first = drain();
    expect(first).toMatchObject({ reason: 'entry checksum', slot: packed });
    expect([drain(), drain()]).toEqual([first, first]);
  });

  it('is an epoch that is not the one of its place', () => {
    const damaged = store.fork();
    const bytes = value.slice();
    const data = new DataView(bytes.buffer);
    data.setUint16(8, 1);
    data.setUint32(HEADER_CRC_AT, crc32(bytes, 0, HEADER_CRC_AT), true);
    damaged.write({ puts: [[key, bytes]], deletes: [] });
    expect(read(damaged)).toMatchObject({ code: 'CORRUPT_LOG', details: { reason: 'segment of epoch 1' } });
  });
});

describe('entries whose checksums are right and whose contents are not', () => {
  type Frame = readonly [op: number, ...payload: number[]];
  const begin: Frame = [OP_BEGIN, 0, 0, 0, 0, 0, 0, 0, 0];
  const commit: Frame = [OP_COMMIT];

  /** A log of one segment, which lists one table with one key column. */
  function logOf(frames: readonly Frame[], flags = 0): MemoryStore {
    const body = new ByteWriter();
    for (const [i, [op, ...payload]] of ([[OP_TABLES, 1, 1, 1, 2, 0x74], ...frames] as Frame[]).entries()) {
      const start = openFrame(body, op);
      body.raw(new Uint8Array(payload));
      closeFrame(body, start, i);
    }
    const segment = new ByteWriter();
    const bytes = HEADER_BYTES + body.length;
    writeHeader(segment, { flags, epoch: 0, first: 1, entries: frames.length, bytes, timestampMs: 0 });
    segment.raw(body.view());
    const store = new MemoryStore();
    store.write({ puts: [[storeKey(SPACE.wal, 0), segment.view()]], deletes: [] });
    return store;
  }

  function readRows(store: MemoryStore): unknown {
    return code(() => recover(store, { apply: (entry) => void [entry.before(), entry.after()] }));
  }

  it('are CORRUPT_LOG', () => {
    expect(readRows(logOf([begin, [OP_INSERT, 0, 1, 0x51], commit]))).toBeUndefined();
    expect(readRows(logOf([begin, [OP_UPDATE, 0, 1, 0x51, 1, 0, 0x52], commit]))).toBeUndefined();
    const damaged: Record<string, Frame[]> = {
      'row outside a transaction': [[OP_INSERT, 0, 1, 0x51], commit],
      'COMMIT outside a transaction': [commit],
      'BEGIN in a transaction': [begin, begin, commit],
      'no COMMIT': [begin, [OP_INSERT, 0, 1, 0x51]],
      'BEGIN cut short': [[OP_BEGIN, 0, 0], commit],
      'BEGIN with more': [[...begin, 0] as unknown as Frame, commit],
      'COMMIT with more': [begin, [OP_COMMIT, 1]],
      'operation unknown': [begin, [6, 0], commit],
      'second table list': [begin, [OP_TABLES, 0], commit],
      'table unknown': [begin, [OP_INSERT, 1, 1, 0x51], commit],
      'row cut short': [begin, [OP_INSERT, 0, 2, 0x51], commit],
      'cell unknown': [begin, [OP_DELETE, 0, 1, 0x3f], commit],
      'old cell beyond the row': [begin, [OP_UPDATE, 0, 1, 0x51, 1, 1, 0x51], commit],
      'old row longer than what is known': [begin, [OP_UPDATE, 0, 1, 0x51, 2], commit],
    };
    for (const [name, frames] of Object.entries(damaged))
      expect([name, readRows(logOf(frames))]).toEqual([name, 'CORRUPT_LOG']);
    expect(readRows(logOf([begin, commit], CONTINUED))).toBe('CORRUPT_LOG');
  });
});
