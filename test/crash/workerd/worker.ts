/**
 * The object that the kill test writes to: the storage on `ctx.storage`, as the database object will hold it.
 *   POST /apply  { client, seq }  → {}      one transaction, see load.ts
 *   GET  /dump                    → Dump    everything, with the integrity check's findings
 */
import { DurableObjectStore, type DurableStorage } from '../../../packages/dosql/src/fsx/durable-object.ts';
import { plainSchema, Storage } from '../../../packages/dosql/src/txn/index.ts';
import { deletedBy, type Dump, insertedBy, type Item } from './load.ts';

/** Small, so that kills meet checkpoints too. */
const CHECKPOINT_BYTES = 64 * 1024;

interface ObjectContext {
  readonly storage: DurableStorage;
  abort(reason: string): void;
}

interface Environment {
  readonly CrashObject: {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(request: Request): Promise<Response> };
  };
}

export class CrashObject {
  readonly #storage: Storage;

  constructor(context: ObjectContext) {
    this.#storage = Storage.open(
      {
        store: new DurableObjectStore(context.storage),
        checkpointBytes: CHECKPOINT_BYTES,
        onFatal: () => context.abort('storage failed'),
      },
      plainSchema,
    );
    if (this.#storage.table('items') !== undefined) return;
    const session = this.#storage.session();
    session.statement(() => {
      session.createTable('counters', JSON.stringify({ columns: ['any', 'any'], key: [{}] }));
      const items = session.createTable('items', JSON.stringify({ columns: ['any', 'any', 'any', 'any'], key: [{}] }));
      session.createIndex(items, 'items_client', JSON.stringify({ key: [{ column: 1 }, { column: 2 }] }));
    });
    session.close();
  }

  async fetch(request: Request): Promise<Response> {
    if (request.method === 'GET') return Response.json(this.#dump());
    const { client, seq } = await request.json<{ client: number; seq: number }>();
    this.#apply(client, seq);
    return Response.json({});
  }

  #apply(client: number, seq: number): void {
    const session = this.#storage.session();
    void session.begin();
    const counters = this.#table('counters');
    const items = this.#table('items');
    const before = session.tree(counters).get([client]);
    if (((before?.[1] as number | undefined) ?? 0) !== seq - 1) throw new Error(`client ${client} skips to ${seq}`);
    if (before === undefined) session.insert(counters, [client, seq]);
    else session.update(counters, before, [client, seq]);
    for (const item of insertedBy(client, seq)) session.insert(items, item);
    const deleted = deletedBy(seq);
    if (deleted !== undefined) for (const item of insertedBy(client, deleted)) session.delete(items, item);
    session.commit();
    session.close();
  }

  #dump(): Dump {
    const counters: Dump['counters'] = [];
    const items: Item[] = [];
    const session = this.#storage.session();
    const counter = session.tree(this.#table('counters')).cursor();
    for (let found = counter.first(); found; found = counter.next()) counters.push(counter.row() as [number, number]);
    const item = session.tree(this.#table('items')).cursor();
    for (let found = item.first(); found; found = item.next()) items.push(item.row() as unknown as Item);
    session.close();
    return { counters, items, problems: this.#storage.check().problems.map((problem) => JSON.stringify(problem)) };
  }

  #table(name: string) {
    const table = this.#storage.table(name);
    if (table === undefined) throw new Error(`no table ${name}`);
    return table;
  }
}

export default {
  fetch(request: Request, environment: Environment): Promise<Response> {
    const { CrashObject: objects } = environment;
    return objects.get(objects.idFromName('crash')).fetch(request);
  },
};
