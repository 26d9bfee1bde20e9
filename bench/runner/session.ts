/**
 * One engine under measurement: loads tables once, checks a workload's answer, runs its rounds. Used by the
 * child process in Node and by the worker in workerd, which both only add a clock and a way to be asked.
 */
import type { Database, Engine, Row } from '../engines/engine.ts';
import { createIndexes, createTable, insertInto, type Sizes, type Table, type Value } from '../workloads/table.ts';
import type { Workload } from '../workloads/workload.ts';
import { canonicalRows, Digest } from './digest.ts';
import { type Loop, loopOf } from './loop.ts';

export interface SessionOptions {
  readonly engine: Engine;
  readonly sizes: Sizes;
  /** A path, not yet there, that w15's image may be written to. */
  readonly imagePath: string;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #loaded: Set<string> = new Set();
  #db: Database | undefined;
  #workload: Workload | undefined;
  #loop: Loop | undefined;
  #next = 0;
  #imageSaved = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Loads what the workload needs, and returns the digest of its first iterations. */
  async prepare(workload: Workload): Promise<string> {
    const db = await this.#database();
    for (const table of workload.tables) await this.#loadOnce(db, table);
    if (workload.kind === 'write') await this.#makeAnew(db, workload.target);
    if (workload.kind === 'image') await this.#saveImage(workload.table);
    const { engine, sizes, imagePath } = this.#options;
    this.#workload = workload;
    this.#loop = await loopOf(workload, { engine, db, sizes, imagePath });
    const digest = await this.#check(db, workload);
    this.#next = workload.checked;
    return digest;
  }

  /** What has to happen before a round and outside its time. */
  async beforeRound(): Promise<void> {
    const workload = this.#workload;
    if (workload?.kind !== 'write' || !workload.reset) return;
    const { engine, sizes, imagePath } = this.#options;
    const db = await this.#database();
    await this.#makeAnew(db, workload.target);
    this.#loop = await loopOf(workload, { engine, db, sizes, imagePath });
    this.#next = 0;
  }

  /** Runs the next `iterations` of the prepared workload. */
  round(iterations: number): number | Promise<number> {
    if (this.#loop === undefined) throw new Error('a round before a workload was prepared');
    const from = this.#next;
    this.#next += iterations;
    return this.#loop(from, iterations);
  }

  async #database(): Promise<Database> {
    return (this.#db ??= await this.#options.engine.open());
  }

  async #loadOnce(db: Database, table: Table): Promise<void> {
    if (this.#loaded.has(table.name)) return;
    await this.#load(db, table);
    this.#loaded.add(table.name);
  }

  async #makeAnew(db: Database, table: Table): Promise<void> {
    await db.exec(`DROP TABLE IF EXISTS ${table.name}`);
    await this.#load(db, table);
  }

  async #load(db: Database, table: Table): Promise<void> {
    const { engine, sizes } = this.#options;
    await db.exec(createTable(table, engine.dialect));
    if (table.rows !== undefined) {
      const rows = table.rows(sizes);
      await (db.load === undefined ? insertAll(db, table, rows) : db.load(table, rows));
    }
    for (const index of createIndexes(table)) await db.exec(index);
  }

  async #saveImage(table: Table): Promise<void> {
    if (this.#imageSaved) return;
    const { engine, imagePath } = this.#options;
    if (engine.openImage === undefined) throw new Error(`${engine.name} opens no images`);
    const db = await engine.open();
    await this.#load(db, table);
    await db.saveImage?.(imagePath);
    db.close();
    this.#imageSaved = true;
  }

  async #check(db: Database, workload: Workload): Promise<string> {
    const digest = new Digest();
    const { sizes, engine, imagePath } = this.#options;
    if (workload.kind === 'write') {
      await this.#loop?.(0, workload.checked);
      digest.addAll(canonicalRows(await db.query(workload.check)));
    } else if (workload.kind === 'adhoc') {
      const text = workload.text(sizes);
      for (let i = 0; i < workload.checked; i++) digest.addAll(canonicalRows(await db.query(text(i))));
    } else if (workload.kind === 'query') {
      const rows = await rowsOf(db, workload.sql, parametersOf(workload, sizes));
      for (const each of rows) digest.addAll(canonicalRows(each, { ordered: workload.ordered ?? false }));
    } else {
      const image = await engine.openImage?.(imagePath);
      if (image === undefined) throw new Error(`${engine.name} opens no images`);
      const rows = await rowsOf(image, workload.sql, parametersOf(workload, sizes));
      for (const each of rows) digest.addAll(canonicalRows(each));
      image.close();
    }
    return digest.toString();
  }
}

function parametersOf(workload: Extract<Workload, { kind: 'query' | 'image' }>, sizes: Sizes): Value[][] {
  const parameters = workload.parameters(sizes);
  return Array.from({ length: workload.checked }, (_, i) => parameters(i));
}

async function rowsOf(db: Database, sql: string, parameters: readonly Value[][]): Promise<Row[][]> {
  const statement = await db.prepare(sql);
  const rows: Row[][] = [];
  for (const each of parameters) rows.push(await statement.all(each));
  return rows;
}

async function insertAll(db: Database, table: Table, rows: Iterable<Value[]>): Promise<void> {
  if (db.kind === 'sync') {
    const insert = db.prepare(insertInto(table));
    db.transaction(() => {
      for (const row of rows) insert.run(row);
    });
    return;
  }
  const insert = await db.prepare(insertInto(table));
  await db.transaction(async () => {
    for (const row of rows) await insert.run(row);
  });
}
