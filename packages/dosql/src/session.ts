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
import { SqlError, TransactionState, type Column, type ExecResult, type SqlParams } from '@dotdo/shared-types';
import { bindParameters } from './binding.ts';
import { foldName, SchemaCatalog } from './catalog/catalog.ts';
import type { Catalog, ViewInfo } from './catalog/schema.ts';
import type { Cell, Collation } from './codec/cell.ts';
import { compareText } from './codec/cell.ts';
import { Frame, type FrameLimits, type RowStream, type TableReader } from './exec/frame.ts';
import type { FunctionContext } from './exec/functions/function.ts';
import { compileSelect } from './exec/select.ts';
import { sqlParser } from './exec/schema-loader.ts';
import { compileWrite } from './exec/write.ts';
import { executeDdl } from './exec/ddl.ts';
import { Writer } from './exec/writer.ts';
import type { SessionFunctions } from './functions.ts';
import { CACHED_TEXT_MAX, QUERY_BYTES_MAX, STATEMENT_CACHE_MAX, STEPS_MAX } from './limits.ts';
import { explain, planQuery } from './plan/index.ts';
import type { ResultColumn, SelectPlan } from './plan/plan.ts';
import { isReadingPragma, pragmaColumns, pragmaFunctions, runPragma } from './pragma.ts';
import { NO_ROWS, plainColumn, Rows, type Prepared, type Program } from './program.ts';
import { describeColumns } from './result.ts';
import type { Explain, ParsedStatement, Pragma, Select, Statement } from './sql/ast.ts';
import { parseStatements } from './sql/index.ts';
import type { ReadView, Storage, TxnSession } from './txn/index.ts';

export interface LimitOptions {
  /** Milliseconds after which a statement is stopped with DEADLINE_EXCEEDED and undone. */
  readonly timeoutMs?: number;
  /** Rows that it may visit before it is stopped with STEP_LIMIT and undone. */
  readonly steps?: number;
  /** Bytes that its sorts, groups and hashes may keep before it is stopped with MEMORY_LIMIT. */
  readonly memoryBytes?: number;
}

/** A stream and the frame that it is pulled with. */
export interface Running {
  readonly stream: RowStream;
  readonly frame: Frame;
}

const EXPLAIN_COLUMNS: readonly ResultColumn[] = ['id', 'parent', 'notused', 'detail'].map(plainColumn);

export class Session {
  readonly storage: Storage;
  readonly txn: TxnSession;
  readonly functions: SessionFunctions;
  readonly writer: Writer;
  readonly #schema: SchemaCatalog;
  readonly view: ReadView | undefined;
  readonly #reader: SchemaReader;
  /** By text; the least recently used first. */
  readonly #cache = new Map<string, readonly Prepared[]>();
  readonly #context: SessionContext;
  /** A savepoint began the transaction: releasing the outermost one commits it. */
  #isSavepointTransaction = false;
  #limits: FrameLimits = { steps: STEPS_MAX, deadline: Infinity, memoryBytes: QUERY_BYTES_MAX };

  /** @param parts.view the state to read, for a session that writes nothing; closed with it */
  constructor(parts: { storage: Storage; functions: SessionFunctions; clock: () => number; view?: ReadView }) {
    const { storage, functions, clock, view } = parts;
    this.storage = storage;
    this.functions = functions;
    this.view = view;
    this.txn = storage.session();
    this.#reader = view === undefined ? this.txn : viewReader(view);
    this.#schema = new SchemaCatalog(this.#reader as TxnSession, storage.schema, sqlParser);
    this.#context = new SessionContext(this, clock);
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
    const known = this.#cache.get(sql);
    if (known !== undefined) {
      this.#cache.delete(sql); // to the end: it is the most recently used
      this.#cache.set(sql, known);
      return known;
    }
    const statements = [...parsed(sql)];
    this.#keep(sql, statements);
    return statements;
  }

  #keep(sql: string, statements: readonly Prepared[]): void {
    if (sql.length > CACHED_TEXT_MAX) return;
    if (this.#cache.size >= STATEMENT_CACHE_MAX) this.#cache.delete(this.#cache.keys().next().value as string);
    this.#cache.set(sql, statements);
  }

  /** The one statement of a text. @throws {SqlError} EMPTY_STATEMENT, MULTIPLE_STATEMENTS */
  prepareOne(sql: string): Prepared {
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
    if (
      prepared.program === undefined ||
      prepared.catalogVersion !== catalog.version ||
      prepared.functionsVersion !== version
    ) {
      prepared.program = this.#compile(prepared, prepared.parsed.statement);
      prepared.catalogVersion = catalog.version;
      prepared.functionsVersion = version;
    }
    return prepared.program;
  }

  /** Runs a statement: all of a write, a read up to its first row. */
  start(prepared: Prepared, params: SqlParams, options: LimitOptions = {}): Running {
    return this.#startWith(this.#reader, prepared, params, options);
  }

  /** As `start`; a read sees the state of now, whatever is written before its rows are pulled. Close it. */
  startIsolated(prepared: Prepared, params: SqlParams, options: LimitOptions = {}): Running & { close(): void } {
    const program = this.program(prepared);
    if (this.view !== undefined) return { ...this.start(prepared, params, options), close: () => undefined };
    if (!program.isRead || this.inTransaction) {
      const { stream, frame } = this.start(prepared, params, options);
      const rows: Cell[][] = [];
      if (program.isRead) while (stream.next(frame)) rows.push(stream.row());
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
    const cells = bindParameters(prepared.parsed.parameters, params);
    const program = this.program(prepared);
    if (this.view !== undefined && !program.isRead) throw new SqlError('READ_ONLY', 'a snapshot only reads');
    const { timeoutMs, steps = STEPS_MAX, memoryBytes = QUERY_BYTES_MAX } = options;
    const deadline = timeoutMs === undefined ? Infinity : Date.now() + timeoutMs;
    const limits = (this.#limits = { steps, deadline, memoryBytes });
    this.#context.begin();
    const frame = new Frame({ params: cells, reader, context: this.#context, limits });
    return { stream: program.run(frame), frame };
  }

  /**
   * Runs every statement of a text, each parsed when the one before has run. The parameters are those of its only
   * statement that has any.
   */
  exec(sql: string, params: SqlParams, options: LimitOptions): ExecResult {
    const known = this.#cache.get(sql);
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
    if (known === undefined) this.#keep(sql, statements);
    return this.result;
  }

  /** Pulls all rows for their effects: a SELECT may fail while it runs. */
  drain({ stream, frame }: Running): void {
    while (stream.next(frame));
  }

  columns(prepared: Prepared): Column[] {
    return describeColumns(this.program(prepared).columns);
  }

  #compile(prepared: Prepared, statement: Statement): Program {
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
        return this.#compileExplain(prepared, statement);
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
        return effect(() => executeDdl(this.writer, statement, prepared.parsed, prepared.sql));
    }
  }

  #compileSelect(prepared: Prepared, select: Select): Program {
    const plan = this.#plan(prepared, select);
    const program = compileSelect(plan);
    return { columns: program.columns, returnsRows: true, isRead: true, run: (frame) => program.run(frame) };
  }

  #plan({ sql }: Prepared, select: Select): SelectPlan {
    return planQuery({ catalog: this.catalog, functions: this.functions, sql }, select).plan;
  }

  #compileExplain(prepared: Prepared, { mode, statement }: Explain): Program {
    if (mode !== 'QUERY PLAN') throw invalid(`EXPLAIN ${mode} is not supported: use EXPLAIN QUERY PLAN`);
    const plan = statement.kind === 'select' ? explain(this.#plan(prepared, statement)) : [];
    const rows = plan.map(({ id, parent, detail }): Cell[] => [id, parent, 0, detail]);
    return { columns: EXPLAIN_COLUMNS, returnsRows: true, isRead: true, run: () => new Rows(rows) };
  }

  #compilePragma({ name, value }: Pragma): Program {
    const columns = pragmaColumns(name, value).map(plainColumn);
    const isRead = isReadingPragma(name, value);
    return { columns, returnsRows: true, isRead, run: () => new Rows(runPragma(this, name, value)) };
  }

  get inTransaction(): boolean {
    return this.txn.state !== TransactionState.NONE;
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

  begin(mode: 'DEFERRED' | 'IMMEDIATE' | 'EXCLUSIVE'): void {
    if (this.inTransaction) {
      throw new SqlError('NESTED_TRANSACTION', 'cannot start a transaction within a transaction');
    }
    if (this.txn.begin({ mode }) !== undefined) {
      this.txn.rollback();
      throw new SqlError('BUSY', 'database is locked');
    }
    this.#isSavepointTransaction = false;
  }

  commit(): void {
    if (this.txn.state === TransactionState.NONE) throw inactive('cannot commit - no transaction is active');
    this.writer.checkDeferred();
    this.txn.commit();
  }

  /** Undoes the transaction, or what came after a savepoint, which stays. */
  rollback(savepoint: string | null): void {
    if (savepoint !== null) {
      this.#needSavepoint(savepoint);
      this.txn.rollbackTo(foldName(savepoint));
      return;
    }
    if (this.txn.state === TransactionState.NONE) throw inactive('cannot rollback - no transaction is active');
    this.txn.rollback();
    this.writer.deferred.clear();
  }

  savepoint(name: string): void {
    if (this.txn.state === TransactionState.NONE) {
      this.begin('DEFERRED');
      this.#isSavepointTransaction = true;
    }
    this.txn.savepoint(foldName(name));
  }

  release(name: string): void {
    this.#needSavepoint(name);
    this.txn.release(foldName(name));
    if (this.#isSavepointTransaction && this.txn.state === TransactionState.ACTIVE) this.commit();
  }

  #needSavepoint(name: string): void {
    if (this.txn.state !== TransactionState.SAVEPOINT) {
      throw new SqlError('SAVEPOINT_NOT_FOUND', `no such savepoint: ${name}`);
    }
  }

  close(): void {
    this.#cache.clear();
    this.view?.close();
    this.txn.close();
  }
}

/** What functions are told of the statement around them. */
class SessionContext implements FunctionContext {
  collation: Collation = compareText;
  json: readonly boolean[] | null = null;
  isJson = false;
  caseSensitiveLike = false;
  readonly #session: Session;
  readonly #clock: () => number;
  #now: number | undefined;

  constructor(session: Session, clock: () => number) {
    this.#session = session;
    this.#clock = clock;
  }

  /** A new statement: its clock stands at its first look. */
  begin(): void {
    this.#now = undefined;
  }

  now(): number {
    return (this.#now ??= this.#clock());
  }

  random(): bigint {
    const [value] = crypto.getRandomValues(new BigInt64Array(1));
    return value as bigint;
  }

  changes(): number {
    return this.#session.writer.changes;
  }

  totalChanges(): number {
    return this.#session.writer.totalChanges;
  }

  lastInsertRowid(): number | bigint {
    return this.#session.writer.lastInsertRowid;
  }
}

/** What a catalog is read from. */
type SchemaReader = TableReader & Pick<TxnSession, 'table'>;

function viewReader(view: ReadView): SchemaReader {
  return { read: (table) => view.table(table.name) ?? table, table: (name) => view.table(name) };
}

function* parsed(sql: string): Generator<Prepared, void, undefined> {
  for (const statement of parseStatements(sql)) yield prepared(sql, statement);
}

function prepared(sql: string, parsed: ParsedStatement): Prepared {
  return { sql, parsed, program: undefined, catalogVersion: -1, functionsVersion: -1 };
}

/** A program that yields no rows. */
function effect(run: () => void): Program {
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

function inactive(message: string): SqlError {
  return new SqlError('TX_NOT_ACTIVE', message);
}

function invalid(message: string): SqlError {
  return new SqlError('INVALID_STATEMENT', message);
}
