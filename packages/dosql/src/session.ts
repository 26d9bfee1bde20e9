/**
 * One connection to a database. Start reading here: this is a statement's way, from text to rows.
 *   1. prepare   the text is parsed to syntax trees (sql/), once per text: `Session.prepare`
 *   2. compile   names are bound against the catalog and an access path is chosen (plan/); the plan is compiled to
 *                closures (exec/): `Session.#compile`. A program is kept until schema or functions change.
 *   3. bind      parameters become cells (binding.ts)
 *   4. run       the program runs in a frame of its own: `Session.start`. Rows of a SELECT are pulled one by one;
 *                a write is over when it returns, as a statement of its transaction (txn/), done whole or not at all.
 *   5. rows      cells become what the caller asked for (result.ts)
 * docs/life-of-a-query.md walks the same way with an example.
 */
import { SqlError, type Column, type ExecResult, type SqlParams } from '@dotdo/shared-types';
import { bindParameters } from './binding.ts';
import { SchemaCatalog } from './catalog/catalog.ts';
import type { Catalog, ViewInfo } from './catalog/schema.ts';
import type { Cell } from './codec/cell.ts';
import { Frame, type FrameLimits, type TableReader } from './exec/frame.ts';
import { compileSelect } from './exec/select.ts';
import { sqlParser } from './exec/schema-loader.ts';
import { compileWrite } from './exec/write.ts';
import { refuseParameters } from './exec/ddl/create.ts';
import { executeDdl } from './exec/ddl.ts';
import { Writer } from './exec/writer.ts';
import type { SessionFunctions } from './functions.ts';
import { CACHED_TEXT_MAX } from './limits.ts';
import { compileExplain } from './explain.ts';
import { compilePast, pointsOf, viewReader, type PastParts, type SchemaReader } from './past.ts';
import { planQuery } from './plan/index.ts';
import type { ResultColumn, SelectPlan } from './plan/plan.ts';
import { isReadingPragma, pragmaColumns, pragmaFunctions, runPragma } from './pragma.ts';
import {
  asSqlError,
  effect,
  NO_ROWS,
  plainColumn,
  pull,
  Rows,
  type Prepared,
  type Program,
  type Running,
} from './program.ts';
import { describeColumns } from './result.ts';
import type { ParsedStatement, Pragma, Select, Statement } from './sql/ast.ts';
import { parseStatement, parseStatements, shapeOf } from './sql/index.ts';
import { retried, type Fetch } from './slices.ts';
import { LIMITS, limitsOf, NO_LIMITS, type LimitOptions } from './statement-limits.ts';
import { SessionContext } from './session-context.ts';
import { TextCache } from './text-cache.ts';
import { Transactions } from './transactions.ts';
import type { ReadView, Storage, TxnSession } from './txn/index.ts';

export class Session extends Transactions {
  readonly storage: Storage;
  readonly functions: SessionFunctions;
  override readonly writer: Writer;
  readonly #schema: SchemaCatalog;
  readonly view: ReadView | undefined;
  /** Brings pages of the cold side. */
  readonly fetch: Fetch;
  readonly #reader: SchemaReader;
  readonly #cache = new TextCache<readonly Prepared[]>();
  /** By the text of a shape. */
  readonly #shapes = new TextCache<Prepared>();
  readonly #context: SessionContext;
  #limits: FrameLimits = LIMITS;

  /** @param parts.view the state to read, for a session that writes nothing; closed with it */
  constructor(parts: {
    storage: Storage;
    functions: SessionFunctions;
    clock: () => number;
    fetch: Fetch;
    view?: ReadView;
  }) {
    const { storage, functions, clock, view } = parts;
    super(storage.session());
    this.fetch = parts.fetch;
    this.storage = storage;
    this.functions = functions;
    this.view = view;
    this.#reader = view === undefined ? this.txn : viewReader(view);
    this.#schema = new SchemaCatalog(this.#reader as TxnSession, storage.schema, sqlParser);
    this.#context = new SessionContext(() => this.writer, clock);
    for (const fn of pragmaFunctions(() => this)) functions.addTable(fn);
    this.writer = new Writer({
      session: this.txn,
      storage,
      catalog: () => this.catalog,
      functions,
      context: this.#context,
      limits: () => this.#limits,
    });
  }

  get catalog(): Catalog {
    return this.#schema.current();
  }

  /** What the last write did. */
  get result(): ExecResult {
    const { changes, lastInsertRowid } = this.writer;
    return { rowsAffected: changes, lastInsertRowid };
  }

  /**
   * The statements of a text, parsed. None for white space and comments.
   * @throws {SqlError} SYNTAX_ERROR and others, with the position
   */
  prepare(sql: string): readonly Prepared[] {
    const known = this.#cache.find(sql);
    if (known !== undefined) return known;
    const statements = [...parsed(sql)];
    this.#cache.keep(sql, statements);
    return statements;
  }

  /** The statement of a text of a known shape; undefined where it needs a plan of its own. */
  #shaped(sql: string): Prepared | undefined {
    const shape = sql.length > CACHED_TEXT_MAX ? null : shapeOf(sql);
    if (shape === null) return undefined;
    const { text, literals } = shape;
    const known = this.#shapes.find(text);
    try {
      const shared = known ?? prepared(text, parseStatement(text));
      if (known === undefined) this.#shapes.keep(text, shared);
      if (this.program(shared).isGeneral !== true) return undefined;
      return { ...shared, sql, shared, literals };
    } catch {
      return undefined; // what is wrong is to be told of the text as it is
    }
  }

  /** The one statement of a text. @throws {SqlError} EMPTY_STATEMENT, MULTIPLE_STATEMENTS */
  prepareOne(sql: string): Prepared {
    const shaped = this.#cache.has(sql) ? undefined : this.#shaped(sql);
    if (shaped !== undefined) return shaped;
    const statements = this.prepare(sql);
    if (statements.length === 1) return statements[0] as Prepared;
    throw statements.length === 0
      ? new SqlError('EMPTY_STATEMENT', 'the text holds no statement')
      : new SqlError('MULTIPLE_STATEMENTS', 'the text holds several statements');
  }

  /** Compiles a statement, if it is not, or if schema or functions are others than it was compiled for. */
  program(prepared: Prepared): Program {
    const catalog = this.catalog;
    const { version } = this.functions;
    const { program, catalogVersion, functionsVersion } = prepared.shared ?? prepared;
    if (program !== undefined && catalogVersion === catalog.version && functionsVersion === version) return program;
    if (prepared.shared !== undefined) {
      prepared.shared = prepared.literals = undefined;
      prepared.parsed = parseStatement(prepared.sql);
    }
    prepared.idle = undefined;
    try {
      prepared.program = this.#compile(prepared, prepared.parsed.statement);
    } catch (error) {
      throw asSqlError(error);
    }
    prepared.catalogVersion = catalog.version;
    prepared.functionsVersion = version;
    return prepared.program;
  }

  /** Runs a statement: all of a write, a read up to its first row. */
  start(prepared: Prepared, params: SqlParams, options: LimitOptions = NO_LIMITS): Running {
    return this.#startWith(this.#reader, prepared, params, options);
  }

  /** As `start`; a read sees the state of now, whatever is written before its rows are pulled. Close it. */
  startIsolated(prepared: Prepared, params: SqlParams, options: LimitOptions = NO_LIMITS): Running & { close(): void } {
    const program = this.program(prepared);
    if (this.view !== undefined) return { ...this.start(prepared, params, options), close: () => undefined };
    if (!program.isRead || this.inTransaction) {
      const { stream, frame } = this.start(prepared, params, options);
      const rows: Cell[][] = [];
      while (program.isRead && pull({ stream, frame })) {
        frame.keep(stream.row());
        rows.push(stream.row());
      }
      return { stream: program.isRead ? new Rows(rows) : stream, frame, close: () => undefined };
    }
    const view = this.storage.snapshot();
    try {
      return { ...this.#startWith(viewReader(view), prepared, params, options), close: () => view.close() };
    } catch (error) {
      view.close();
      throw error;
    }
  }

  #startWith(reader: TableReader, prepared: Prepared, params: SqlParams, options: LimitOptions): Running {
    const program = this.program(prepared);
    if (this.view !== undefined && !program.isRead) throw new SqlError('READ_ONLY', 'a snapshot only reads');
    const { literals, shared = prepared } = prepared;
    const bound = bindParameters(literals === undefined ? prepared.parsed.parameters : [], params);
    const cells = literals ?? bound;
    const limits = (this.#limits = limitsOf(options));
    this.#context.begin();
    const { idle } = shared;
    if (idle !== undefined && idle.frame.reader === reader) {
      shared.idle = undefined; // the statement may be run again before this run is over
      idle.frame.begin(cells, limits);
      idle.stream.open(idle.frame);
      return idle;
    }
    const context = reader === this.#reader ? this.#context : this.#context.fork();
    const frame = new Frame({ params: cells, reader, context, limits });
    try {
      return { stream: program.run(frame), frame };
    } catch (error) {
      throw asSqlError(error);
    }
  }

  /** Ends a run, whose stream and frame then may serve the next one. */
  finish(prepared: Prepared, running: Running): void {
    const { program } = prepared.shared ?? prepared;
    if (program?.isReusable === true && running.frame.isPlain) (prepared.shared ?? prepared).idle = running;
  }

  /** As `exec`, each statement run again when a page that it needs is there: a statement is undone when it fails. */
  async execAsync(sql: string, params: SqlParams, options: LimitOptions): Promise<ExecResult> {
    const statements = this.prepare(sql);
    const taking = statements.filter(({ parsed }) => parsed.parameters.length > 0);
    if (taking.length > 1) throw new SqlError('PARAMETER_COUNT', 'only one statement of a text takes parameters');
    if (taking.length === 0 && Object.keys(params).length > 0) {
      throw new SqlError('PARAMETER_COUNT', 'the statement has no parameters');
    }
    for (const statement of statements) {
      const run = (): void => this.drain(this.start(statement, statement === taking[0] ? params : [], options));
      await retried(run, this.fetch);
    }
    return this.result;
  }

  /**
   * Runs every statement of a text, each parsed when the one before has run. The parameters are those of its only
   * statement that has any.
   */
  exec(sql: string, params: SqlParams, options: LimitOptions): ExecResult {
    const known = this.#cache.find(sql);
    const statements: Prepared[] = [];
    let isBound = Object.keys(params).length === 0;
    for (const statement of known ?? parsed(sql)) {
      statements.push(statement);
      const takes = statement.parsed.parameters.length > 0;
      if (takes && isBound && statements.length > 1) {
        throw new SqlError('PARAMETER_COUNT', 'only one statement of a text takes parameters');
      }
      this.drain(this.start(statement, takes ? params : [], options));
      isBound ||= takes;
    }
    if (!isBound) throw new SqlError('PARAMETER_COUNT', 'the statement has no parameters');
    if (known === undefined) this.#cache.keep(sql, statements);
    return this.result;
  }

  /** Pulls all rows for their effects: a SELECT may fail while it runs. */
  drain(running: Running): void {
    while (pull(running));
  }

  columns(prepared: Prepared): Column[] {
    return describeColumns(this.program(prepared).columns);
  }

  #compile(prepared: Prepared, statement: Statement): Program {
    const { kind } = statement;
    const isData = kind === 'select' || kind === 'insert' || kind === 'update' || kind === 'delete';
    if (isData && /\bof\b/i.test(prepared.sql) && pointsOf(statement).length > 0) {
      const { storage, functions, writer } = this;
      const frame: PastParts['frame'] = (params, reader, limits = this.#limits) =>
        new Frame({ params, reader, context: this.#context, limits });
      const parts = { storage, functions, writer, sql: prepared.sql, reader: this.#reader, frame };
      return compilePast(statement, { ...parts, catalog: () => this.catalog });
    }
    switch (statement.kind) {
      case 'select':
        return this.#compileSelect(prepared, statement);
      case 'insert':
      case 'update':
      case 'delete': {
        const program = compileWrite(statement, this.writer, prepared.sql);
        return {
          columns: program.columns.map((column) => ({ ...column, type: 'any' })), // integral REALs are boxed
          returnsRows: program.columns.length > 0,
          isRead: false,
          run: (frame) => {
            const { rows } = program.run(frame);
            return rows === undefined ? NO_ROWS : new Rows(rows);
          },
        };
      }
      case 'explain':
        return compileExplain(statement, {
          sql: prepared.sql,
          writer: this.writer,
          plan: (select) => this.#plan(prepared, select),
        });
      case 'pragma':
        return this.#compilePragma(statement);
      case 'begin':
        return effect(() => this.begin(statement.mode));
      case 'commit':
        return effect(() => this.commit());
      case 'rollback':
        return effect(() => this.rollback(statement.savepoint));
      case 'savepoint':
        return effect(() => this.savepoint(statement.name));
      case 'release':
        return effect(() => this.release(statement.name));
      case 'vacuum':
        return effect(() => {
          if (this.inTransaction) throw invalid('cannot VACUUM from within a transaction');
        });
      case 'attach':
      case 'detach':
      case 'createVirtualTable':
      case 'createProcedure':
      case 'callProcedure':
        throw invalid(`${statement.kind} is not supported`);
      default:
        if (prepared.parsed.parameters.length > 0) refuseParameters(statement);
        return effect(() => executeDdl(this.writer, statement, prepared.parsed, prepared.sql));
    }
  }

  #compileSelect(prepared: Prepared, select: Select): Program {
    const plan = this.#plan(prepared, select);
    const program = compileSelect(plan);
    const { columns, isReusable } = program;
    return {
      columns,
      returnsRows: true,
      isRead: true,
      isGeneral: isGeneral(plan),
      isReusable,
      run: (frame) => program.run(frame),
    };
  }

  #plan({ sql }: Prepared, select: Select): SelectPlan {
    return planQuery({ catalog: this.catalog, functions: this.functions, sql }, select).plan;
  }

  #compilePragma({ name, value }: Pragma): Program {
    const columns = pragmaColumns(name, value).map(plainColumn);
    const isRead = isReadingPragma(name, value);
    return { columns, returnsRows: true, isRead, run: () => new Rows(runPragma(this, name, value)) };
  }

  /** PRAGMA case_sensitive_like. */
  get caseSensitiveLike(): boolean {
    return this.#context.caseSensitiveLike;
  }

  set caseSensitiveLike(value: boolean) {
    this.#context.caseSensitiveLike = value;
    this.functions.version++; // LIKE may have been planned by an index
  }

  /** Columns of a view: those of its SELECT. */
  viewColumns(view: ViewInfo): readonly ResultColumn[] {
    const prepared = this.prepareOne(`SELECT * FROM "${view.name.replaceAll('"', '""')}"`);
    return this.program(prepared).columns;
  }

  close(): void {
    this.#cache.clear();
    this.view?.close();
    this.txn.close();
  }
}

function* parsed(sql: string): Generator<Prepared, void, undefined> {
  for (const statement of parseStatements(sql)) yield prepared(sql, statement);
}

function prepared(sql: string, parsed: ParsedStatement): Prepared {
  return {
    sql,
    parsed,
    shared: undefined,
    literals: undefined,
    program: undefined,
    idle: undefined,
    catalogVersion: -1,
    functionsVersion: -1,
  };
}

/** Whether a plan does not hang on the constants of its WHERE: it does where an index has a condition or expressions. */
function isGeneral({ arms }: SelectPlan): boolean {
  return arms.every(({ loops }) =>
    loops.every(
      ({ kind, table }) =>
        kind === 'table' &&
        table?.indexes.every(({ where, columns }) => where === null && columns.every(({ column }) => column !== -2)),
    ),
  );
}

function invalid(message: string): SqlError {
  return new SqlError('INVALID_STATEMENT', message);
}
