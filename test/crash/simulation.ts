/**
 * Deterministic simulation. A seed gives a script of operations; the state of the store is kept after every write, and
 * each is recovered from and compared with what had been committed by then: committed = present, uncommitted =
 * absent. Then the same with batches torn apart, and once with a store that stops under the running script.
 */
import { FaultStore, type FaultPlan, type ForkableStore } from '../../packages/dosql/src/fsx/fault.ts';
import { MemoryStore } from '../../packages/dosql/src/fsx/memory.ts';
import type { Store, StoreBatch } from '../../packages/dosql/src/fsx/store.ts';
import { Storage } from '../../packages/dosql/src/txn/index.ts';
import { difference, type ModelState } from './model.ts';
import { OPERATIONS, randomOf, Script, smallLeaves, tuning, Violation } from './script.ts';

export interface SimulationResult {
  readonly writes: number;
  readonly recoveries: number;
}

/** A memory store of small values: a transaction of some rows takes several segments. */
class SmallStore extends MemoryStore {
  readonly maxValueBytes: number = 700;
}

/** Keeps the batches on their way to a store. */
class BatchLog implements Store {
  readonly batches: StoreBatch[] = [];
  readonly maxValueBytes?: number;
  readonly #inner: FaultStore;

  constructor(inner: FaultStore) {
    this.#inner = inner;
    if (inner.maxValueBytes !== undefined) this.maxValueBytes = inner.maxValueBytes;
  }

  read(key: number): Uint8Array | undefined {
    return this.#inner.read(key);
  }

  list(first: number, last: number): number[] {
    return this.#inner.list(first, last);
  }

  write(batch: StoreBatch): void {
    this.batches.push({
      puts: batch.puts.map(([key, value]) => [key, value.slice()] as const),
      deletes: [...batch.deletes],
    });
    this.#inner.write(batch);
  }

  flush(): void {
    this.#inner.flush();
  }

  close(): void {
    this.#inner.close();
  }
}

/** Runs one seed. @throws with the seed in the message when something is not as it must be */
export function simulate(seed: number): SimulationResult {
  try {
    return run(seed);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}: ${message}`, { cause: error });
  }
}

function run(seed: number): SimulationResult {
  const random = randomOf(seed ^ 0x5eed);
  const fault = new FaultStore(emptyStore(seed), { record: true });
  const log = new BatchLog(fault);
  const { history, marks } = play(seed, log, () => fault.writes);
  const expected = marks.map((mark) => history[mark] as ModelState);
  const { states } = fault;
  let recoveries = 0;
  for (let n = 0; n < states.length; n++) {
    const state = states[n] as ForkableStore;
    const at = `after write ${n} of ${states.length - 1}`;
    const recovered = recoverAndCompare(seed, state.fork(), [expected[n] as ModelState], at);
    recoveries++;
    if (random() < 0.05) {
      goOn(recovered, expected[n] as ModelState, at);
      recoveries++;
    }
    const batch = log.batches[n];
    if (batch === undefined || (batch.puts.length < 2 && batch.deletes.length === 0)) continue;
    // A backend without atomic batches may keep the deletes and the first puts of the next write.
    const tornAfterPuts = Math.floor(random() * batch.puts.length);
    const torn = new FaultStore(state.fork(), { stopAtWrite: 1, applied: { tornAfterPuts } });
    stopped(() => torn.write(batch));
    const tornAt = `in write ${n + 1}, torn after ${tornAfterPuts} of ${batch.puts.length} puts`;
    // Of the commits of a turn, the first may be there and the others not: none was acknowledged.
    recoverAndCompare(seed, torn.survivor(), history.slice(marks[n], (marks[n + 1] as number) + 1), tornAt);
    recoveries++;
  }
  recoveries += stopUnderway(seed, expected, random);
  return { writes: states.length - 1, recoveries };
}

function emptyStore(seed: number): ForkableStore {
  return seed % 4 === 0 ? new SmallStore() : new MemoryStore();
}

interface Played {
  /** States by commit. */
  readonly history: readonly ModelState[];
  /** Element n is the place in `history` of what a recovery from the state after n writes must find. */
  readonly marks: readonly number[];
}

/** Plays the script. */
function play(seed: number, store: Store, writes: () => number): Played {
  const marks: number[] = [0];
  const script = new Script(seed, store);
  const note = (): void => {
    while (marks.length <= writes()) marks.push(script.past.length - 1);
  };
  for (let i = 0; i < OPERATIONS; i++) {
    script.step();
    note();
  }
  script.end();
  script.storage.flush();
  note();
  const report = script.storage.check();
  if (report.problems.length > 0) throw new Violation(`at the end: ${JSON.stringify(report.problems[0])}`);
  return { history: script.past.map((past) => past.state), marks };
}

/** Opens a store and compares; the state must be one of those given. */
function recoverAndCompare(seed: number, store: Store, allowed: readonly ModelState[], at: string): Storage {
  let storage: Storage;
  try {
    storage = Storage.open({ store, durability: 'commit', timer: () => () => undefined, ...tuning(seed) }, smallLeaves);
  } catch (error) {
    throw new Violation(`${at}: recovery fails: ${String(error)}`, { cause: error });
  }
  const view = storage.snapshot();
  const tables = [...view.tables()];
  let found: string | undefined;
  for (const state of allowed) {
    found = difference(tables, state);
    if (found === undefined) break;
  }
  view.close();
  if (found !== undefined) throw new Violation(`${at}: ${found}`);
  const report = storage.check();
  if (report.problems.length > 0) throw new Violation(`${at}: check: ${JSON.stringify(report.problems[0])}`);
  if (report.leaked.length > 0 && !at.includes('torn'))
    throw new Violation(`${at}: leaked pages ${report.leaked.join()}`);
  return storage;
}

/** What was recovered must be fit for more work. */
function goOn(storage: Storage, state: ModelState, at: string): void {
  const before = storage.wal.committed;
  const session = storage.session();
  const table = session.createTable('later', JSON.stringify({ columns: ['any', 'any'], key: [{}] }));
  const rows = new Map<number, readonly [number, string]>();
  for (let id = 0; id < 30; id++) {
    const row = [id, `row ${id}`] as const;
    session.insert(table, row);
    rows.set(id, row);
    if (id === 15) storage.checkpoint();
  }
  if (storage.wal.committed <= before) throw new Violation(`${at}: LSNs do not rise`);
  const expected = new Map(state).set('later', { indexes: new Set(), rows });
  const view = storage.snapshot();
  const found = difference([...view.tables()], expected);
  view.close();
  if (found !== undefined) throw new Violation(`${at}, and going on: ${found}`);
  if (storage.check().problems.length > 0) throw new Violation(`${at}, and going on: check fails`);
  storage.checkpoint();
}

/** What may become of the write in which a store stops. */
const PLANS: readonly FaultPlan[] = [{ applied: 'none' }, { applied: 'all' }, { applied: 'all', loseUnflushed: 1 }];

/** The script again on a store that stops in the middle of a write, losing what it may lose. */
function stopUnderway(seed: number, expected: readonly ModelState[], random: () => number): number {
  if (expected.length < 2) return 0;
  const stopAtWrite = 1 + Math.floor(random() * (expected.length - 1));
  const plan: FaultPlan = { stopAtWrite, ...(PLANS[Math.floor(random() * PLANS.length)] as FaultPlan) };
  const store = new FaultStore(emptyStore(seed), plan);
  stopped(() => play(seed, store, () => store.writes));
  if (!store.stopped) throw new Violation(`the script did not reach write ${stopAtWrite} again`);
  const allowed = expected.slice(stopAtWrite - 1, stopAtWrite + 1);
  recoverAndCompare(seed, store.survivor(), allowed, `stopped in write ${stopAtWrite} (${JSON.stringify(plan)})`);
  return 1;
}

/** Runs what the stop of a store ends; a violation is passed on. */
function stopped(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (error instanceof Violation) throw error;
  }
}
