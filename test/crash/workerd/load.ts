/**
 * The load of the kill test and what it must leave behind. Each client sends numbered transactions one after another;
 * the effect of transaction `seq` is a pure function of (client, seq), so that a client's counter alone says which rows
 * must be there, whole, and which must not.
 */

/** One row of the table `items`. */
export type Item = readonly [id: number, client: number, seq: number, body: string];

const SEQS_PER_CLIENT_MAX = 100_000;
const ROWS_PER_SEQ_MAX = 8;

/** Rows that transaction `seq` inserts: 1 to 7, some of them long. */
export function insertedBy(client: number, seq: number): Item[] {
  const count = 1 + ((seq * 7 + client) % (ROWS_PER_SEQ_MAX - 1));
  return Array.from({ length: count }, (_, i): Item => {
    const id = (client * SEQS_PER_CLIENT_MAX + seq) * ROWS_PER_SEQ_MAX + i;
    return [id, client, seq, `${client}/${seq}/${i} `.repeat(seq % 17 === 0 ? 400 : 2)];
  });
}

/** Number of the transaction whose rows transaction `seq` deletes; none for most. */
export function deletedBy(seq: number): number | undefined {
  return seq % 3 === 0 && seq > 10 ? seq - 10 : undefined;
}

/** Rows of a client after its transactions 1 to `last`, by id. */
export function expectedItems(client: number, last: number): Map<number, Item> {
  const items = new Map<number, Item>();
  for (let seq = 1; seq <= last; seq++) {
    for (const item of insertedBy(client, seq)) items.set(item[0], item);
    const deleted = deletedBy(seq);
    if (deleted !== undefined) for (const [id] of insertedBy(client, deleted)) items.delete(id);
  }
  return items;
}

/** What the object answers to `GET /dump`. */
export interface Dump {
  /** Number of the last transaction of each client. */
  counters: [client: number, seq: number][];
  items: Item[];
  /** Problems that the integrity check found. */
  problems: string[];
}

/** What a client knows of its own transactions. */
export interface ClientRecord {
  acknowledged: number;
  sent: number;
}

/** Compares a dump with what the clients know; every line is a violation. */
export function violations(dump: Dump, clients: ReadonlyMap<number, ClientRecord>): string[] {
  const found = dump.problems.map((problem) => `integrity: ${problem}`);
  const counters = new Map(dump.counters);
  const byClient = new Map<number, Item[]>([...clients.keys()].map((client) => [client, []]));
  for (const item of dump.items) byClient.get(item[1])?.push(item);
  for (const [client, { acknowledged, sent }] of clients) {
    const last = counters.get(client) ?? 0;
    if (last < acknowledged) found.push(`client ${client}: acknowledged ${acknowledged}, but only ${last} is there`);
    if (last > sent) found.push(`client ${client}: ${last} is there, but only ${sent} was sent`);
    const expected = expectedItems(client, last);
    const items = byClient.get(client) ?? [];
    for (const item of items) {
      const wanted = expected.get(item[0]);
      if (wanted === undefined) found.push(`client ${client}: item ${item[0]} should not be there after ${last}`);
      else if (wanted[2] !== item[2] || wanted[3] !== item[3]) found.push(`client ${client}: item ${item[0]} differs`);
    }
    if (items.length !== expected.size) found.push(`client ${client}: ${items.length} items, not ${expected.size}`);
  }
  return found;
}
