/** Prepared statements: a text with its program, run any number of times with other parameters. */
import { SqlError, type Column, type ExecResult, type SqlParams } from '@dotdo/shared-types';
import { pull, type Program, type Prepared, type Running } from './program.ts';
import { rowMaker, type ResultOptions, type RowMaker } from './result.ts';
import type { Session } from './session.ts';
import type { LimitOptions } from './statement-limits.ts';
import type { StatementArguments, StatementRow, StatementTypes } from './sql/types/index.ts';
import { retried, Slices, type SliceOptions } from './slices.ts';

/** How a statement runs and how its rows come out. */
export interface RunOptions extends ResultOptions, LimitOptions {}

/** How a statement runs that lets others have their turn. */
export interface SliceRunOptions extends RunOptions, SliceOptions {}

const NO_PARAMS: SqlParams = [];
const NO_OPTIONS: RunOptions = {};

/** A prepared statement; T: what the compiler knows of its rows and parameters. */
export interface Statement<T extends StatementTypes = StatementTypes> {
  /** The text, as it was given. */
  readonly sql: string;

  /** All rows. @throws {SqlError} RETURNS_NO_ROWS, and whatever the statement may throw */
  all<const O extends RunOptions = object>(...rest: StatementArguments<T, O, SqlParams>): StatementRow<T, O>[];

  /** The first row, or undefined. */
  get<const O extends RunOptions = object>(
    ...rest: StatementArguments<T, O, SqlParams>
  ): StatementRow<T, O> | undefined;

  /** Runs it for its effect; rows, if there are any, are dropped. */
  run(...rest: StatementArguments<T, RunOptions, SqlParams>): ExecResult;

  /** Rows one by one, of the state when the first is asked for, whatever is written meanwhile. */
  iterate<const O extends RunOptions = object>(
    ...rest: StatementArguments<T, O, SqlParams>
  ): Generator<StatementRow<T, O>, void, undefined>;

  /**
   * As `all`, in slices: nothing else waits for long, and cold pages are fetched. It reads the state of its beginning.
   * Within a transaction, and with RETURNING, it is one slice.
   */
  allAsync<const O extends SliceRunOptions = object>(
    ...rest: StatementArguments<T, O, SqlParams>
  ): Promise<StatementRow<T, O>[]>;

  /** As `iterate`, in slices: see `allAsync`. */
  iterateAsync<const O extends SliceRunOptions = object>(
    ...rest: StatementArguments<T, O, SqlParams>
  ): AsyncGenerator<StatementRow<T, O>, void, undefined>;

  /** As `run`, once all its pages are there. */
  runAsync(...rest: StatementArguments<T, RunOptions, SqlParams>): Promise<ExecResult>;

  /** What the columns of the result are; empty where there is none. */
  columns(): Column[];
}

/** As `Statement`, of which the compiler knows nothing. */
export class PreparedStatement {
  readonly #session: Session;
  readonly #prepared: Prepared;
  /** Makes rows; kept for as long as program and options are the same. */
  #maker: { program: Program; options: RunOptions; make: RowMaker } | undefined;

  constructor(session: Session, prepared: Prepared) {
    this.#session = session;
    this.#prepared = prepared;
  }

  get sql(): string {
    return this.#prepared.sql;
  }

  all(params: SqlParams = NO_PARAMS, options: RunOptions = NO_OPTIONS): unknown[] {
    const running = this.#open(params, options);
    const { stream, frame } = running;
    const make = this.#rowMaker(options);
    const rows: unknown[] = [];
    while (pull(running)) {
      const row = stream.row();
      frame.keep(row);
      rows.push(make(row));
    }
    this.#session.finish(this.#prepared, running);
    return rows;
  }

  get(params: SqlParams = NO_PARAMS, options: RunOptions = NO_OPTIONS): unknown {
    const running = this.#open(params, options);
    const row = pull(running) ? this.#rowMaker(options)(running.stream.row()) : undefined;
    this.#session.finish(this.#prepared, running);
    return row;
  }

  run(params: SqlParams = NO_PARAMS, options: RunOptions = NO_OPTIONS): ExecResult {
    this.#session.drain(this.#session.start(this.#prepared, params, options));
    return this.#session.result;
  }

  *iterate(params: SqlParams = NO_PARAMS, options: RunOptions = NO_OPTIONS): Generator<unknown, void, undefined> {
    this.#needRows();
    const running = this.#session.startIsolated(this.#prepared, params, options);
    const { stream } = running;
    try {
      const make = this.#rowMaker(options);
      while (pull(running)) yield make(stream.row());
    } finally {
      running.close();
    }
  }

  async allAsync(params: SqlParams = NO_PARAMS, options: SliceRunOptions = NO_OPTIONS): Promise<unknown[]> {
    const running = await this.#begin(params, options);
    const { slices, stream, frame } = running;
    try {
      const make = this.#rowMaker(options);
      const rows: unknown[] = [];
      for (;;) {
        const next = slices.next();
        if (!(typeof next === 'boolean' ? next : await next)) return rows;
        const row = stream.row();
        frame.keep(row);
        rows.push(make(row));
      }
    } finally {
      running.close();
    }
  }

  async *iterateAsync(
    params: SqlParams = NO_PARAMS,
    options: SliceRunOptions = NO_OPTIONS,
  ): AsyncGenerator<unknown, void, undefined> {
    const running = await this.#begin(params, options);
    const { slices, stream } = running;
    try {
      const make = this.#rowMaker(options);
      for (;;) {
        const next = slices.next();
        if (!(typeof next === 'boolean' ? next : await next)) return;
        yield make(stream.row());
      }
    } finally {
      running.close();
    }
  }

  async #begin(
    params: SqlParams,
    options: SliceRunOptions,
  ): Promise<Running & { readonly slices: Slices; close(): void }> {
    const session = this.#session;
    options.signal?.throwIfAborted();
    const running = await retried(() => {
      this.#needRows();
      return session.startIsolated(this.#prepared, params, options);
    }, session.fetch);
    return { ...running, slices: new Slices(running, session.fetch, options) };
  }

  runAsync(params: SqlParams = NO_PARAMS, options: RunOptions = NO_OPTIONS): Promise<ExecResult> {
    return retried(() => this.run(params, options), this.#session.fetch);
  }

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
    const program = (this.#prepared.shared ?? this.#prepared).program as Program;
    if (this.#maker?.program !== program || this.#maker.options !== options) {
      this.#maker = { program, options, make: rowMaker(program.columns, options) };
    }
    return this.#maker.make;
  }
}
