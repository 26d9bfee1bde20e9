/** Rowids of new rows, and what AUTOINCREMENT remembers of them in sqlite_sequence. */
import { SqlError } from '@dotdo/shared-types';
import { schemaOf } from '../catalog/catalog.ts';
import type { TableInfo } from '../catalog/schema.ts';
import { normalizeInteger, type Cell } from '../codec/cell.ts';
import { applyAffinity } from './functions/values.ts';
import type { Writer } from './writer.ts';

const ROWID_MAX = 2n ** 63n - 1n;
const RANDOM_ROWIDS = 100;

/** Of one table with rowids. */
export class Rowids {
  readonly #writer: Writer;
  readonly #table: TableInfo;

  constructor(writer: Writer, table: TableInfo) {
    this.#writer = writer;
    this.#table = table;
  }

  /**
   * Makes a rowid of the first cell of a row that is to be stored.
   * @throws {SqlError} TYPE_MISMATCH, ROWID_EXHAUSTED
   */
  set(row: Cell[]): void {
    const cell = row[0] as Cell;
    if (typeof cell === 'number' && Number.isSafeInteger(cell)) return;
    if (cell === null) {
      row[0] = this.#next();
      return;
    }
    const rowid = applyAffinity(cell, 'INTEGER');
    if (typeof rowid !== 'bigint' && !Number.isSafeInteger(rowid)) {
      throw new SqlError('TYPE_MISMATCH', 'datatype mismatch');
    }
    row[0] = rowid;
  }

  #next(): number | bigint {
    const { tree } = this.#writer.session.read(this.#table.storage);
    let last = (tree.lastKey() ?? 0) as number | bigint;
    if (this.#table.autoincrement) {
      const used = this.#writer.sequences.get(this) ?? 0; // never negative
      if (used > last) last = used;
      if (BigInt(last) === ROWID_MAX) throw new SqlError('ROWID_EXHAUSTED', 'database or disk is full');
    }
    if (typeof last === 'number' && last < Number.MAX_SAFE_INTEGER) return last + 1;
    if (BigInt(last) < ROWID_MAX) return normalizeInteger(BigInt(last) + 1n);
    for (let i = 0; i < RANDOM_ROWIDS; i++) {
      const rowid = Math.floor(Math.random() * Number.MAX_SAFE_INTEGER) + 1;
      if (!tree.findInteger(rowid)) return rowid;
    }
    throw new SqlError('ROWID_EXHAUSTED', 'database or disk is full');
  }

  /** Before rows are put into a table with AUTOINCREMENT, of which there may be none. */
  begin(): void {
    const { sequences } = this.#writer;
    if (sequences.has(this)) return;
    const used = this.#sequence()?.[2];
    sequences.set(this, (typeof used === 'number' || typeof used === 'bigint') && used > 0 ? used : 0);
  }

  /** Of a row that may yet be left out. */
  note(rowid: number | bigint): void {
    const { sequences } = this.#writer;
    if ((sequences.get(this) ?? 0) < rowid) sequences.set(this, rowid);
  }

  /** At the end of a statement, but for one that fails. */
  save(rowid: number | bigint): void {
    const { session } = this.#writer;
    const { storage } = this.#sequences;
    const before = this.#sequence();
    if (before === undefined) {
      const last = (session.read(storage).tree.lastKey() ?? 0) as number;
      session.insert(storage, [last + 1, this.#table.name, rowid]);
    } else if (!((before[2] as number | bigint) >= rowid)) {
      session.update(storage, before, [before[0] as Cell, this.#table.name, rowid]);
    }
  }

  get #sequences(): TableInfo {
    return this.#writer.catalog.table('sqlite_sequence', schemaOf(this.#table)) as TableInfo;
  }

  /** The row of sqlite_sequence for this table. */
  #sequence(): Cell[] | undefined {
    const cursor = this.#writer.session.read(this.#sequences.storage).tree.cursor();
    for (let more = cursor.first(); more; more = cursor.next()) {
      if (cursor.value(1) === this.#table.name) return cursor.row();
    }
    return undefined;
  }
}
