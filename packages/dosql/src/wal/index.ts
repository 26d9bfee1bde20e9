/** The write-ahead log: read format.ts first, then writer.ts, reader.ts, recover.ts, checkpoint.ts, retention.ts. */
export {
  CHECKPOINT_KEY,
  decodeCheckpoint,
  encodeCheckpoint,
  readCheckpoint,
  type Checkpoint,
  type CheckpointPoint,
  type SupersededPages,
  type TreeRoot,
} from './checkpoint.ts';
export { WalTable, type LogTable, type WALOperation } from './format.ts';
export { LogCursor, WalReader, type WALEntry } from './reader.ts';
export { recover, type Recovery, type RecoveryTarget } from './recover.ts';
export {
  planSlots,
  retentionFloor,
  type LogConsumer,
  type RetentionFloor,
  type RetentionOptions,
  type SlotPlan,
} from './retention.ts';
export { LogSlots, type EpochStart, type SlotRef } from './slots.ts';
export { SEGMENT_BYTES_MAX, WalWriter, type LogRange, type WalWriterOptions } from './writer.ts';
