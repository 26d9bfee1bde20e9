/**
 * What one run of a statement works on: parameters, the row that each source stands at, caches of subqueries, and the
 * budget. Compiled expressions and streams are functions of a frame and keep no row of their own, so that a program
 * may run in several frames at a time.
 */
import { SqlError } from '@dotdo/shared-types';
import type { Column } from '../btree/index.ts';
import type { Cell } from '../codec/cell.ts';
import type { Table } from '../txn/index.ts';
import { checkSize } from './functions/define.ts';
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
/** Thrown by `look` where a run is sliced: what it does goes on with the next call of `next`. */
export class Pause {
  readonly message = 'paused';
}

const PAUSE = /* @__PURE__ */ new Pause();

/** Of a value that a function made: characters or bytes that cost as much as one step. */
const STEP_BYTES_LOG2 = 6;

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

  /** As `setNull` left it. */
  get isNull(): boolean {
    return this.columns === null && this.cells === NULL_ROW;
  }

  get(slot: number): Cell {
    if (this.columns !== null) return (this.columns[slot] as Column).get(this.index);
    const cell = this.cells[slot];
    return cell === undefined ? null : cell;
  }
}

export class Frame {
  params: readonly Cell[];
  readonly reader: TableReader;
  readonly context: FunctionContext;
  limits: FrameLimits;
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
  /** Work that would begin anew after a pause: there is none while this is above 0. */
  holds = 0;
  /** Steps of a slice; Infinity: never pauses. */
  #slice = Infinity;
  #pauseAt = Infinity;
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
    const tank = Math.min(STEPS_PER_LOOK, this.#slice);
    this.#steps += tank - this.fuel;
    this.fuel = tank;
    if (this.#steps > this.limits.steps) throw new SqlError('STEP_LIMIT', 'interrupted');
    if (Date.now() > this.limits.deadline) throw new SqlError('DEADLINE_EXCEEDED', 'interrupted');
    if (this.#steps < this.#pauseAt || this.holds > 0) return;
    this.#pauseAt = this.#steps + this.#slice;
    throw PAUSE;
  }

  /** From here on `look` throws a Pause each time so many steps were made. */
  sliceBy(steps: number): void {
    this.#slice = this.#pauseAt = steps;
    this.fuel = Math.min(this.fuel, steps);
  }

  /** Counts the making of a value of so many bytes as steps. @throws {SqlError} VALUE_TOO_LARGE */
  spend(bytes: number): void {
    checkSize(bytes);
    this.fuel -= bytes >> STEP_BYTES_LOG2;
  }

  /** Runs what would begin anew after a pause. */
  hold<T>(run: () => T): T {
    this.holds++;
    try {
      return run();
    } finally {
      this.holds--;
    }
  }

  /**
   * Takes note of a row that is kept, and of bytes beside it; returns what it is estimated at.
   * @throws {SqlError} MEMORY_LIMIT
   */
  keep(cells: readonly Cell[], beside = 0): number {
    let bytes = CELL_BYTES * (cells.length + 2) + beside;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i];
      if (typeof cell === 'string' || cell instanceof Uint8Array) bytes += cell.length;
    }
    this.charge(bytes);
    return bytes;
  }

  /** Takes note of bytes that are kept. @throws {SqlError} MEMORY_LIMIT */
  charge(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.limits.memoryBytes) throw new SqlError('MEMORY_LIMIT', 'out of memory');
  }

  /** Noted so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes back what `keep` noted. */
  release(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** Begins another run of the same program, where the last one left nothing but its streams (`isPlain`). */
  begin(params: readonly Cell[], limits: FrameLimits): void {
    this.params = params;
    this.limits = limits;
    this.fuel = STEPS_PER_LOOK;
    this.#steps = this.#bytes = 0;
  }

  /** Whether a run kept nothing: no register, no cache, no slices. */
  get isPlain(): boolean {
    return (
      this.registers.length + this.stores.length + this.streams.size === 0 &&
      this.#slice === Infinity &&
      this.holds === 0
    );
  }
}
