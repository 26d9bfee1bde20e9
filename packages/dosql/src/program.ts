/** What a statement becomes: something that runs in a frame. */
import type { Cell } from './codec/cell.ts';
import type { Frame, RowStream } from './exec/frame.ts';
import type { ResultColumn } from './plan/plan.ts';
import type { ParsedStatement } from './sql/ast.ts';

export interface Program {
  readonly columns: readonly ResultColumn[];
  /** SELECT, RETURNING, PRAGMA, EXPLAIN: may be queried. */
  readonly returnsRows: boolean;
  /** Changes nothing: rows come as they are pulled. What writes is done when `run` returns. */
  readonly isRead: boolean;
  run(frame: Frame): RowStream;
}

/** A statement of a text; its program is made at its first run, and again when the schema is another. */
export interface Prepared {
  readonly sql: string;
  readonly parsed: ParsedStatement;
  program: Program | undefined;
  /** The catalog and the functions that the program was made for. */
  catalogVersion: number;
  functionsVersion: number;
}

/** Rows that are there already. */
export class Rows implements RowStream {
  readonly #rows: readonly Cell[][];
  #at = -1;

  constructor(rows: readonly Cell[][]) {
    this.#rows = rows;
  }

  open(): void {
    this.#at = -1;
  }

  next(): boolean {
    return ++this.#at < this.#rows.length;
  }

  row(): Cell[] {
    return this.#rows[this.#at] as Cell[];
  }
}

export const NO_ROWS: RowStream = new Rows([]);

/** A column of a result that stands for no table's. */
export function plainColumn(name: string): ResultColumn {
  return { name, type: 'any', affinity: null, collation: null };
}
