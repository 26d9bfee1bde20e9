/**
 * Correlated queries answered from a hash table (`LookupPlan`): the first rows that ask run the query as it is written,
 * then its rows are kept. Once a table that it reads has changed, the query is run for each row again.
 */
import { SqlError } from '@dotdo/shared-types';
import type { LookupPlan } from '../plan/plan.ts';
import type { TableInfo } from '../catalog/schema.ts';
import type { Cell } from '../codec/cell.ts';
import type { Column, Tree } from '../btree/index.ts';
import type { Table } from '../txn/index.ts';
import type { HashIndex } from './batch/hash-index.ts';
import type { KeptRows } from './batch/kept-rows.ts';
import { compileAll } from './expression.ts';
import type { Condition, Frame } from './frame.ts';
import { compileTableOf, type HashTable } from './hash.ts';

interface Compiled {
  readonly table: (frame: Frame) => HashTable;
  readonly residual: Condition | null;
  readonly column: number;
}

/** Gives the lookup of a frame where it is time for it; null: the query is to be run. */
export function compileLookup(plan: LookupPlan | undefined, cache: number): (frame: Frame) => Lookup | null {
  const tables = plan === undefined ? null : storedTables(plan.loop);
  const access = plan?.loop.access;
  if (plan === undefined || tables === null || access?.kind !== 'hash') return () => null;
  const { loop, residual, column, after } = plan;
  let compiled: Compiled | undefined;
  return (frame) => {
    const lookup = (frame.stores[cache] ??= new Lookup(tables)) as Lookup;
    if (++lookup.asked <= after || lookup.isDead) return null;
    if (compiled === undefined) {
      compiled = { table: compileTableOf(loop, access, loop.local), residual: compileAll(residual), column };
    }
    return lookup.load(frame, compiled) ? lookup : null;
  };
}

/** The tables that a plan reads; null where one of them is not stored. */
function storedTables(node: unknown): Table[] | null {
  const found = new Set<Table>();
  let all = true;
  const walk = (part: unknown): void => {
    if (typeof part !== 'object' || part === null || part instanceof Uint8Array) return;
    if (Array.isArray(part)) return part.forEach(walk);
    for (const [key, child] of Object.entries(part)) {
      if (key === 'table' && typeof child === 'object' && child !== null) {
        const { storage, virtualRows } = child as TableInfo;
        if (virtualRows === undefined) found.add(storage);
        else all = false;
      } else if (key !== 'fn' && key !== 'index') walk(child);
    }
  };
  walk(node);
  return all ? [...found] : null;
}

/** Codes of errors that end the statement whatever is done. */
const FINAL = new Set(['STEP_LIMIT', 'DEADLINE_EXCEEDED']);

export class Lookup {
  /** Rows that have asked so far. */
  asked = 0;
  /** The table could not be made, or is out of date. */
  isDead = false;
  /** What the query gives without a match. */
  empty: Cell | undefined;
  readonly #tables: readonly Table[];
  readonly #trees: Tree[] = [];
  readonly #versions: number[] = [];
  #table: HashTable | null = null;
  #compiled: Compiled | undefined;
  #isLoaded = false;

  constructor(tables: readonly Table[]) {
    this.#tables = tables;
  }

  load(frame: Frame, compiled: Compiled): boolean {
    if (this.#isLoaded) return this.#isFresh(frame);
    const before = frame.bytes;
    try {
      if (this.#table === null) {
        this.#compiled = compiled;
        this.#table = compiled.table(frame);
        for (const table of this.#tables) {
          const { tree } = frame.reader.read(table);
          this.#trees.push(tree);
          this.#versions.push(tree.version);
        }
      }
      this.#table.load(frame, false);
    } catch (error) {
      // Rows that nobody asks for may not be reckoned, or be too many.
      if (!(error instanceof SqlError) || FINAL.has(error.code)) throw error;
      frame.release(frame.bytes - before);
      this.isDead = true;
      this.#table = null;
      return false;
    }
    this.#isLoaded = true;
    return this.#isFresh(frame);
  }

  #isFresh(frame: Frame): boolean {
    for (let i = 0; i < this.#tables.length; i++) {
      const { tree } = frame.reader.read(this.#tables[i] as Table);
      if (tree === this.#trees[i] && tree.version === this.#versions[i]) continue;
      this.isDead = true;
      this.#table = null;
      return false;
    }
    return true;
  }

  exists(frame: Frame): boolean {
    const table = this.#table as HashTable;
    const { next } = table.index as HashIndex;
    const { residual } = this.#compiled as Compiled;
    let row = (table.index as HashIndex).find(frame);
    if (residual === null) return row >= 0;
    for (; row >= 0; row = next === null ? -1 : (next[row] as number)) {
      table.stand(row);
      if (residual(frame)) return true;
    }
    return false;
  }

  /** Of the row that matches; undefined without one. */
  value(frame: Frame): Cell | undefined {
    const { index, rows } = this.#table as HashTable;
    const row = (index as HashIndex).find(frame);
    if (row < 0) return undefined;
    const { column } = this.#compiled as Compiled;
    return ((rows as KeptRows).columns[column] as Column).get(row);
  }
}
