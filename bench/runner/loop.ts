/**
 * The measured loops. `syncLoop` and `asyncLoop` are the same four shapes written twice, so that a synchronous
 * engine is measured without promises. Every iteration's rows are counted, so that no work can be optimised away.
 */
import type { AsyncDatabase, Database, Engine, SyncDatabase } from '../engines/engine.ts';
import type { Sizes } from '../workloads/table.ts';
import type { Workload } from '../workloads/workload.ts';

/** Runs iterations `from` to `from + count`, exclusive, and returns the rows seen. */
export type Loop = (from: number, count: number) => number | Promise<number>;

export interface LoopContext {
  readonly engine: Engine;
  readonly db: Database;
  readonly sizes: Sizes;
  /** Where w15's image is. */
  readonly imagePath: string;
}

/** Prepares what the workload needs outside the measured time. */
export async function loopOf(workload: Workload, context: LoopContext): Promise<Loop> {
  if (workload.kind === 'image') return imageLoop(workload, context);
  const { db, sizes } = context;
  return db.kind === 'sync' ? syncLoop(workload, db, sizes) : asyncLoop(workload, db, sizes);
}

type InMemory = Exclude<Workload, { kind: 'image' }>;

function syncLoop(workload: InMemory, db: SyncDatabase, sizes: Sizes): Loop {
  if (workload.kind === 'adhoc') {
    const text = workload.text(sizes);
    return (from, count) => {
      let rows = 0;
      for (let i = from; i < from + count; i++) rows += db.query(text(i)).length;
      return rows;
    };
  }
  if (workload.kind === 'query') {
    const statement = db.prepare(workload.sql);
    const parameters = workload.parameters(sizes);
    if (workload.take === 'one') {
      return (from, count) => {
        let rows = 0;
        for (let i = from; i < from + count; i++) if (statement.get(parameters(i)) !== undefined) rows++;
        return rows;
      };
    }
    return (from, count) => {
      let rows = 0;
      for (let i = from; i < from + count; i++) rows += statement.all(parameters(i)).length;
      return rows;
    };
  }
  const statements = workload.statements.map(({ sql, parameters }) => ({
    statement: db.prepare(sql),
    parameters: parameters(sizes),
  }));
  const writes = (from: number, end: number): void => {
    for (let i = from; i < end; i++) {
      for (const { statement, parameters } of statements) statement.run(parameters(i));
    }
  };
  const { perTransaction } = workload;
  return (from, count) => {
    const end = from + count;
    if (perTransaction === 0) writes(from, end);
    else {
      for (let i = from; i < end; i += perTransaction) {
        db.transaction(() => writes(i, Math.min(i + perTransaction, end)));
      }
    }
    return count;
  };
}

async function asyncLoop(workload: InMemory, db: AsyncDatabase, sizes: Sizes): Promise<Loop> {
  if (workload.kind === 'adhoc') {
    const text = workload.text(sizes);
    return async (from, count) => {
      let rows = 0;
      for (let i = from; i < from + count; i++) rows += (await db.query(text(i))).length;
      return rows;
    };
  }
  if (workload.kind === 'query') {
    const statement = await db.prepare(workload.sql);
    const parameters = workload.parameters(sizes);
    if (workload.take === 'one') {
      return async (from, count) => {
        let rows = 0;
        for (let i = from; i < from + count; i++) if ((await statement.get(parameters(i))) !== undefined) rows++;
        return rows;
      };
    }
    return async (from, count) => {
      let rows = 0;
      for (let i = from; i < from + count; i++) rows += (await statement.all(parameters(i))).length;
      return rows;
    };
  }
  const statements = await Promise.all(
    workload.statements.map(async ({ sql, parameters }) => ({
      statement: await db.prepare(sql),
      parameters: parameters(sizes),
    })),
  );
  const writes = async (from: number, end: number): Promise<void> => {
    for (let i = from; i < end; i++) {
      for (const { statement, parameters } of statements) await statement.run(parameters(i));
    }
  };
  const { perTransaction } = workload;
  return async (from, count) => {
    const end = from + count;
    if (perTransaction === 0) await writes(from, end);
    else {
      for (let i = from; i < end; i += perTransaction) {
        await db.transaction(() => writes(i, Math.min(i + perTransaction, end)));
      }
    }
    return count;
  };
}

/** Opening may be asynchronous on any engine: one await to some tens of microseconds at least. */
function imageLoop(workload: Extract<Workload, { kind: 'image' }>, { engine, sizes, imagePath }: LoopContext): Loop {
  const { openImage } = engine;
  if (openImage === undefined) throw new Error(`${engine.name} opens no images`);
  const parameters = workload.parameters(sizes);
  return async (from, count) => {
    let rows = 0;
    for (let i = from; i < from + count; i++) {
      const db = await openImage(imagePath);
      const row =
        db.kind === 'sync'
          ? db.prepare(workload.sql).get(parameters(i))
          : await (await db.prepare(workload.sql)).get(parameters(i));
      if (row !== undefined) rows++;
      db.close();
    }
    return rows;
  };
}
