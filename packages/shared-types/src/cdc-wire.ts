/**
 * Change events on the wire. Row images travel as arrays beside a relation (table and column names,
 * sent once a batch), because Cap'n Web drops object keys such as `constructor`.
 */
import type { CDCBatch, CDCEvent } from './cdc.ts';
import type { SqlRow, SqlValue } from './values.ts';
import { toRowObjects } from './wire.ts';

/** Column names of the row images that refer to it. */
export interface WireRelation {
  readonly table: string;
  readonly columns: readonly string[];
}

/** A `CDCEvent` as it travels; the time is milliseconds since 1970. */
export interface WireEvent extends Omit<CDCEvent, 'before' | 'after' | 'timestamp'> {
  readonly timestamp: number;
  /** Relation of each image, by its index in the batch. */
  readonly beforeRelation?: number;
  readonly afterRelation?: number;
  readonly before?: readonly SqlValue[];
  readonly after?: readonly SqlValue[];
}

/** A `CDCBatch` as it travels. */
export interface WireBatch extends Omit<CDCBatch, 'events'> {
  readonly relations: readonly WireRelation[];
  readonly events: readonly WireEvent[];
}

/** Makes the wire form of a batch. */
export function toWireBatch(batch: CDCBatch): WireBatch {
  const relations: WireRelation[] = [];
  const indexes = new Map<string, number>();
  const relationOf = (table: string, row: SqlRow): number => {
    const columns = Object.keys(row);
    const id = JSON.stringify([table, columns]);
    const known = indexes.get(id);
    if (known !== undefined) return known;
    indexes.set(id, relations.length);
    return relations.push({ table, columns }) - 1;
  };
  const events = batch.events.map(({ before, after, timestamp, ...rest }): WireEvent => ({
    ...rest,
    timestamp: Number(timestamp),
    ...(before === undefined ? {} : { beforeRelation: relationOf(rest.table, before), before: Object.values(before) }),
    ...(after === undefined ? {} : { afterRelation: relationOf(rest.table, after), after: Object.values(after) }),
  }));
  return { ...batch, relations, events };
}

/** Reads the wire form of a batch; images without a relation are left out. */
export function fromWireBatch(wire: WireBatch): CDCBatch {
  const { relations, ...batch } = wire;
  const toImage = (relation: number | undefined, values: readonly SqlValue[] | undefined): SqlRow | undefined => {
    const columns = relation === undefined ? undefined : relations[relation]?.columns;
    if (columns === undefined || values === undefined) return undefined;
    return toRowObjects(
      columns.map((name) => ({ name })),
      [values],
    )[0];
  };
  const events = wire.events.map(({ beforeRelation, afterRelation, before, after, ...rest }): CDCEvent<SqlRow> => {
    const beforeRow = toImage(beforeRelation, before);
    const afterRow = toImage(afterRelation, after);
    return {
      ...rest,
      ...(beforeRow === undefined ? {} : { before: beforeRow }),
      ...(afterRow === undefined ? {} : { after: afterRow }),
    };
  });
  return { ...batch, events };
}
