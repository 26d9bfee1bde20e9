/** What a statement becomes: something that runs in a frame. */
import { SqlError } from '@dotdo/shared-types';
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
  /** A plan of it holds for any constants in its WHERE: false where there are partial indexes and their like. */
  readonly isGeneral?: boolean;
  /** A stream of it may be opened again for the next run. */
  readonly isReusable?: boolean;
  run(frame: Frame): RowStream;
}

/** A stream and the frame that it is pulled with. */
export interface Running {
  readonly stream: RowStream;
  readonly frame: Frame;
}

/** A statement of a text; its program is made at its first run, and again when the schema is another. */
export interface Prepared {
  readonly sql: string;
  parsed: ParsedStatement;
  /** The statement of the same shape whose program this one runs, with its own literals as the parameters. */
  shared: Prepared | undefined;
  literals: readonly Cell[] | undefined;
  program: Program | undefined;
  /** What the last run left, for the next one; none while it is in use. */
  idle: Running | undefined;
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

/** What the platform throws at values and nestings that are beyond it, as an error of ours; others as they are. */
export function asSqlError(error: unknown): unknown {
  if (!(error instanceof RangeError || error instanceof SyntaxError)) return error;
  const { message } = error;
  if (/call stack/.test(message)) return new SqlError('RECURSION_LIMIT', 'too deeply nested', { cause: error });
  if (/regular expression/i.test(message)) {
    return new SqlError('PATTERN_TOO_COMPLEX', 'LIKE or GLOB pattern too complex', { cause: error });
  }
  if (!/length/.test(message)) return error;
  return new SqlError('VALUE_TOO_LARGE', 'string or blob too big', { cause: error });
}

/** The next row of a stream. */
export function pull({ stream, frame }: Running): boolean {
  try {
    return stream.next(frame);
  } catch (error) {
    throw asSqlError(error);
  }
}

export const NO_ROWS: RowStream = new Rows([]);

/** A column of a result that stands for no table's. */
export function plainColumn(name: string): ResultColumn {
  return { name, type: 'any', affinity: null, collation: null };
}

/** A program that yields no rows. */
export function effect(run: () => void): Program {
  return {
    columns: [],
    returnsRows: false,
    isRead: false,
    run: () => {
      run();
      return NO_ROWS;
    },
  };
}
