/** Prepared statements: a text with its program, run any number of times with other parameters. */
import { SqlError, type Column, type ExecResult, type SqlParams, type SqlRow } from '@dotdo/shared-types';
import type { Program, Prepared } from './program.ts';
import { rowMaker, type ResultOptions, type RowMaker } from './result.ts';
import type { LimitOptions, Running, Session } from './session.ts';

/** How a statement runs and how its rows come out. */
export interface RunOptions extends ResultOptions, LimitOptions {}

const NO_PARAMS: SqlParams = [];
const NO_OPTIONS: RunOptions = {};

export class Statement<T = SqlRow> {
  readonly #session: Session;
  readonly #prepared: Prepared;
  /** Makes rows; kept for as long as program and options are the same. */
  #maker: { program: Program; options: RunOptions; make: RowMaker } | undefined;

  constructor(session: Session, prepared: Prepared) {
    this.#session = session;
    this.#prepared = prepared;
  }

  /** The text, as it was given. */
  get sql(): string {
    return this.#prepared.sql;
  }

  /** All rows. @throws {SqlError} RETURNS_NO_ROWS, and whatever the statement may throw */
  all<R = T>(params: SqlParams = NO_PARAMS, options: RunOptions = NO_OPTIONS): R[] {
    const { stream, frame } = this.#open(params, options);
    const make = this.#rowMaker(options);
    const rows: R[] = [];
    while (stream.next(frame)) rows.push(make(stream.row()) as R);
    return rows;
  }

  /** The first row, or undefined. */
  get<R = T>(params: SqlParams = NO_PARAMS, options: RunOptions = NO_OPTIONS): R | undefined {
    const { stream, frame } = this.#open(params, options);
    return stream.next(frame) ? (this.#rowMaker(options)(stream.row()) as R) : undefined;
  }

  /** Runs it for its effect; rows, if there are any, are dropped. */
  run(params: SqlParams = NO_PARAMS, options: RunOptions = NO_OPTIONS): ExecResult {
    this.#session.drain(this.#session.start(this.#prepared, params, options));
    return this.#session.result;
  }

  /** Rows one by one, of the state when the first is asked for, whatever is written meanwhile. */
  *iterate<R = T>(params: SqlParams = NO_PARAMS, options: RunOptions = NO_OPTIONS): Generator<R, void, undefined> {
    this.#needRows();
    const running = this.#session.startIsolated(this.#prepared, params, options);
    const { stream, frame } = running;
    try {
      const make = this.#rowMaker(options);
      while (stream.next(frame)) yield make(stream.row()) as R;
    } finally {
      running.close();
    }
  }

  /** What the columns of the result are; empty where there is none. */
  columns(): Column[] {
    return this.#session.columns(this.#prepared);
  }

  #open(params: SqlParams, options: RunOptions): Running {
    this.#needRows();
    return this.#session.start(this.#prepared, params, options);
  }

  #needRows(): void {
    if (!this.#session.program(this.#prepared).returnsRows) {
      throw new SqlError('RETURNS_NO_ROWS', 'the statement yields no rows: use exec() or run()');
    }
  }

  #rowMaker(options: RunOptions): RowMaker {
    const program = this.#prepared.program as Program;
    if (this.#maker?.program !== program || this.#maker.options !== options) {
      this.#maker = { program, options, make: rowMaker(program.columns, options) };
    }
    return this.#maker.make;
  }
}
