/**
 * Rows changed by one transaction, in order: what takes them back, and, for a private transaction, what is checked
 * and replayed at commit. Parallel arrays that are kept from one transaction to the next, so that a change
 * allocates nothing. A row that was handed in is kept until the end of the transaction: it must not be changed.
 *   before  after
 *   –       row    INSERT
 *   row     row    UPDATE
 *   row     –      DELETE
 */
import type { Row, Table } from './table.ts';

/** Entries whose arrays are kept for the next transaction; larger ones are given back. */
const KEPT_ENTRIES = 4096;

export class UndoLog {
  length = 0;
  readonly tables: Table[] = [];
  readonly befores: (Row | undefined)[] = [];
  readonly afters: (Row | undefined)[] = [];

  push(table: Table, before: Row | undefined, after: Row | undefined): void {
    const at = this.length++;
    this.tables[at] = table;
    this.befores[at] = before;
    this.afters[at] = after;
  }

  /** Takes back everything from entry `mark` on, the last change first. */
  rollbackTo(mark: number): void {
    while (this.length > mark) {
      const at = --this.length;
      (this.tables[at] as Table).replay(this.afters[at], this.befores[at]);
    }
    this.#trim();
  }

  /** Forgets everything. */
  clear(): void {
    this.length = 0;
    this.#trim();
  }

  #trim(): void {
    if (this.length > 0) return;
    const kept = this.tables.length > KEPT_ENTRIES ? 0 : this.tables.length;
    this.tables.length = kept;
    this.befores.length = kept;
    this.afters.length = kept;
    this.befores.fill(undefined); // rows must not outlive the transaction
    this.afters.fill(undefined);
  }
}
