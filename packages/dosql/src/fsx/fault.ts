/** Stores that fail on purpose, for tests. */
import type { ColdStore, Store, StoreBatch, StoreKey } from './store.ts';

/** Thrown by every call from the stop on: the process is dead as far as the store goes. */
export class StoreStopped extends Error {
  constructor() {
    super('the store has stopped');
  }
}

/** A store whose state can be kept; MemoryStore is one. */
export interface ForkableStore extends Store {
  fork(): ForkableStore;
}

export interface FaultPlan {
  /** The write, from 1, at which the store stops; without it it never does. */
  readonly stopAtWrite?: number;
  /**
   * What becomes of the batch of that write: nothing (the default), all of it, or its deletes and so many of its
   * puts, which only a backend without atomic batches does.
   */
  readonly applied?: 'none' | 'all' | { readonly tornAfterPuts: number };
  /** So many of the last batches that no `flush` covered are lost at the stop, the newest first. */
  readonly loseUnflushed?: number;
  /** Keeps the state before the first write and after each one in `states`. */
  readonly record?: boolean;
  /** Called before each operation: the simulation lets its clock go on here. */
  readonly onOperation?: (operation: 'read' | 'list' | 'write' | 'flush', count: number) => void;
}

export class FaultStore implements Store {
  readonly maxValueBytes?: number;
  /** Writes so far, the one that stopped it included. */
  writes = 0;
  /** With `record`: element n is the state after n writes. */
  readonly states: ForkableStore[] = [];
  readonly #plan: FaultPlan;
  readonly #inner: ForkableStore;
  /** The states before each of the batches that no flush covered, the newest last. */
  #unflushed: ForkableStore[] = [];
  #operations = 0;
  #survivor: ForkableStore | undefined;

  constructor(inner: ForkableStore, plan: FaultPlan = {}) {
    this.#inner = inner;
    this.#plan = plan;
    if (inner.maxValueBytes !== undefined) this.maxValueBytes = inner.maxValueBytes;
    if (plan.record === true) this.states.push(inner.fork());
  }

  get stopped(): boolean {
    return this.#survivor !== undefined;
  }

  /** What a process that opens the storage finds: a copy of the state at the stop, or of the present one. */
  survivor(): ForkableStore {
    return (this.#survivor ?? this.#inner).fork();
  }

  /** Stops it outside a write, as a kill between two operations does. */
  stop(): void {
    const lost = Math.min(this.#plan.loseUnflushed ?? 0, this.#unflushed.length);
    this.#survivor ??= (lost === 0 ? this.#inner : (this.#unflushed.at(-lost) as ForkableStore)).fork();
  }

  read(key: StoreKey): Uint8Array | undefined {
    this.#before('read');
    return this.#inner.read(key);
  }

  list(first: StoreKey, last: StoreKey): StoreKey[] {
    this.#before('list');
    return this.#inner.list(first, last);
  }

  write(batch: StoreBatch): void {
    this.#before('write');
    this.writes++;
    const stops = this.writes === this.#plan.stopAtWrite;
    const applied = stops ? (this.#plan.applied ?? 'none') : 'all';
    if (applied !== 'none') {
      if ((this.#plan.loseUnflushed ?? 0) > 0) this.#unflushed.push(this.#inner.fork());
      const puts = applied === 'all' ? batch.puts : batch.puts.slice(0, applied.tornAfterPuts);
      this.#inner.write({ puts, deletes: batch.deletes });
    }
    if (this.#plan.record === true) this.states.push(this.#inner.fork());
    if (!stops) return;
    this.stop();
    throw new StoreStopped();
  }

  flush(): void {
    this.#before('flush');
    this.#inner.flush();
    this.#unflushed = [];
  }

  /** Leaves the inner store open, so that it can be opened again. */
  close(): void {
    this.#before('flush');
  }

  #before(operation: 'read' | 'list' | 'write' | 'flush'): void {
    if (this.stopped) throw new StoreStopped();
    this.#operations++;
    this.#plan.onOperation?.(operation, this.#operations);
  }
}

export interface ColdFaultPlan {
  /** Called before each operation: what it returns is awaited, and what it throws fails the operation. */
  readonly before: (operation: 'read' | 'write' | 'delete' | 'list', names: readonly string[]) => Promise<void>;
}

/** A cold side that is slow, or fails. */
export class FaultColdStore implements ColdStore {
  readonly #inner: ColdStore;
  readonly #plan: ColdFaultPlan;

  constructor(inner: ColdStore, plan: ColdFaultPlan) {
    this.#inner = inner;
    this.#plan = plan;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    await this.#plan.before('read', [name]);
    return this.#inner.read(name);
  }

  async write(puts: readonly (readonly [name: string, value: Uint8Array])[]): Promise<void> {
    await this.#plan.before(
      'write',
      puts.map(([name]) => name),
    );
    await this.#inner.write(puts);
  }

  async delete(names: readonly string[]): Promise<void> {
    await this.#plan.before('delete', names);
    await this.#inner.delete(names);
  }

  async list(): Promise<string[]> {
    await this.#plan.before('list', []);
    return this.#inner.list();
  }
}
