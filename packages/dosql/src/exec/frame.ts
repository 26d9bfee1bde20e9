/**
 * What one run of a statement works on: parameters, the row that each source stands at, caches of subqueries, and the
 * budget. Compiled expressions and streams are functions of a frame and keep no row of their own, so that a program
 * may run in several frames at a time.
 */
import { SqlError } from '@dotdo/shared-types';
import type { Column } from '../btree/index.ts';
import type { Cell } from '../codec/cell.ts';
import type { Table } from '../txn/index.ts';
import type { FunctionContext } from './functions/function.ts';

/** A compiled expression. */
export type Eval = (frame: Frame) => Cell;
/** A compiled condition; NULL is false. */
export type Condition = (frame: Frame) => boolean;

/** Whatever gives the version of a table to read: a session, a snapshot. */
export interface TableReader {
  read(table: Table): Table;
}

/**
 * Rows, pulled one by one. `next` may throw ColdPage and be called again once the page is there: nothing is lost.
 * A stream may be opened again.
 */
export interface RowStream {
  open(frame: Frame): void;
  next(frame: Frame): boolean;
  /** The current row, which the caller may keep. Columns of type 'real' have plain numbers, all of them REAL. */
  row(): Cell[];
}

export interface FrameLimits {
  /** Rows that loops may visit, and values that functions may be called for. */
  readonly steps: number;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  /** Bytes, estimated, of rows kept by sorts, groups, hashes and materialised subqueries. */
  readonly memoryBytes: number;
}

/** Steps between two looks at the clock. */
const STEPS_PER_LOOK = 4096;
/** Estimated bytes of a cell and of an array. */
const CELL_BYTES = 16;

const NULL_ROW: readonly Cell[] = [];

/**
 * The row at which a source of the FROM clause stands: a row of a leaf, or an array. Columns of static type 'real' have
 * plain numbers in it, integral ones too (plan.ts); E's rows from storage are therefore set as they are.
 */
export class Source {
  columns: readonly Column[] | null = null;
  index = 0;
  cells: readonly Cell[] = NULL_ROW;

  setCells(cells: readonly Cell[]): void {
    this.columns = null;
    this.cells = cells;
  }

  /** All columns are NULL. */
  setNull(): void {
    this.setCells(NULL_ROW);
  }

  get(slot: number): Cell {
    if (this.columns !== null) return (this.columns[slot] as Column).get(this.index);
    const cell = this.cells[slot];
    return cell === undefined ? null : cell;
  }
}

export class Frame {
  readonly params: readonly Cell[];
  readonly reader: TableReader;
  readonly context: FunctionContext;
  readonly limits: FrameLimits;
  /** Current row of each source, by its number in the statement. */
  readonly sources: Source[] = [];
  /** Values by register number (plan.ts). */
  readonly registers: Cell[] = [];
  /** What else a register keeps: rows of a CTE, results of a subquery. */
  readonly stores: unknown[] = [];
  /** Streams of correlated subqueries, by the compiled expression that pulls them. */
  readonly streams: Map<object, RowStream> = new Map();
  /** Steps until the next look at the limits. */
  fuel: number = STEPS_PER_LOOK;
  #steps = 0;
  #bytes = 0;

  constructor(parts: { params: readonly Cell[]; reader: TableReader; context: FunctionContext; limits: FrameLimits }) {
    this.params = parts.params;
    this.reader = parts.reader;
    this.context = parts.context;
    this.limits = parts.limits;
  }

  source(number: number): Source {
    return (this.sources[number] ??= new Source());
  }

  /** One step. @throws {SqlError} STEP_LIMIT, DEADLINE_EXCEEDED */
  step(): void {
    if (--this.fuel < 0) this.look();
  }

  /** Looks at the limits; called when the fuel is used up. */
  look(): void {
    this.#steps += STEPS_PER_LOOK - this.fuel;
    this.fuel = STEPS_PER_LOOK;
    if (this.#steps > this.limits.steps) throw new SqlError('STEP_LIMIT', 'interrupted');
    if (Date.now() > this.limits.deadline) throw new SqlError('DEADLINE_EXCEEDED', 'interrupted');
  }

  /** Takes note of a row that is kept; returns its estimated bytes. @throws {SqlError} MEMORY_LIMIT */
  keep(cells: readonly Cell[]): number {
    let bytes = CELL_BYTES * (cells.length + 2);
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i];
      if (typeof cell === 'string' || cell instanceof Uint8Array) bytes += cell.length;
    }
    this.#bytes += bytes;
    if (this.#bytes > this.limits.memoryBytes) throw new SqlError('MEMORY_LIMIT', 'out of memory');
    return bytes;
  }

  /** Noted so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes back what `keep` noted. */
  release(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** Starts a run again: caches are dropped. */
  reset(): void {
    this.stores.length = 0;
    this.registers.length = 0;
    this.#bytes = 0;
    this.#steps = 0;
    this.fuel = STEPS_PER_LOOK;
  }
}
