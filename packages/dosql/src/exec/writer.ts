/**
 * What all writing statements of a session share: counters, pragmas, the frame in which rows are checked, and how a
 * statement ends that a constraint has stopped.
 *   ABORT     the statement is undone            (the default)
 *   FAIL      what it did before stays
 *   ROLLBACK  the transaction is undone
 *   IGNORE    the row is left out, REPLACE: the rows in the way are deleted
 */
import { SqlError, TransactionState } from '@dotdo/shared-types';
import type { Catalog, ConflictAction, TableInfo } from '../catalog/schema.ts';
import type { Cell } from '../codec/cell.ts';
import type { FunctionTable, SelectPlan } from '../plan/plan.ts';
import type { Expr } from '../sql/ast.ts';
import type { Storage, TxnSession } from '../txn/index.ts';
import { type Binding, newBinding } from './binding.ts';
import { Frame, type FrameLimits } from './frame.ts';
import type { FunctionContext } from './functions/function.ts';
import type { DeferredKeys } from './foreign-keys.ts';
import type { Rowids } from './rowids.ts';
import { TableWriter } from './table-writer.ts';

/**
 * Depth of triggers and foreign key actions within each other. SQLite's 1000 do not fit on a JavaScript stack: from some
 * 450 levels on it overflows, and where it does, a change may be half done.
 */
const TRIGGER_DEPTH_MAX = 250;

/** What a session lends to its writing statements. */
export interface WriterParts {
  readonly session: TxnSession;
  readonly storage: Storage;
  readonly catalog: () => Catalog;
  readonly functions: FunctionTable;
  readonly context: FunctionContext;
  readonly limits: () => FrameLimits;
}

function readOnly(): SqlError {
  return new SqlError('READ_ONLY', 'attempt to write a readonly database');
}

/** The writing side of a session. */
export class Writer {
  readonly session: TxnSession;
  readonly storage: Storage;
  readonly functions: FunctionTable;
  /** PRAGMA foreign_keys, recursive_triggers, defer_foreign_keys. */
  foreignKeys = false;
  recursiveTriggers = false;
  deferForeignKeys = false;
  /** PRAGMA ignore_check_constraints, query_only. */
  ignoreChecks = false;
  queryOnly = false;
  /** Rows that the last statement changed, triggers and actions left aside; all rows ever, those included. */
  changes = 0;
  totalChanges = 0;
  /** Rows that the statement at hand has changed so far. */
  count = 0;
  lastInsertRowid: number | bigint = 0;
  /** OR … of the statement that runs, which its triggers' statements take over; null without. */
  orConflict: ConflictAction | null = null;
  /** How the error at hand ends the statement. */
  failure: ConflictAction = 'ABORT';
  /** Keys to look at when the statement ends, and when the transaction does. */
  immediate: DeferredKeys = new Map();
  deferred: DeferredKeys = new Map();
  depth = 0;
  /** The greatest rowid that the statement at hand gave in each table with AUTOINCREMENT. */
  readonly sequences: Map<Rowids, number | bigint> = new Map();
  /** States of the past that the statement at hand reads; see AS OF. */
  past: ((point: Expr) => Catalog) | undefined;
  /** Told of the plans of a statement's queries before they are compiled, for EXPLAIN. */
  planned: ((plan: SelectPlan) => void) | undefined;
  /** For expressions of one row: CHECK, DEFAULT, generated columns. Source 0 is the row. */
  readonly rowFrame: Frame;
  readonly #parts: WriterParts;
  readonly #tables = new WeakMap<TableInfo, TableWriter>();

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.session = parts.session;
    this.storage = parts.storage;
    this.functions = parts.functions;
    this.rowFrame = this.frame([]);
  }

  get catalog(): Catalog {
    return this.#parts.catalog();
  }

  /** A frame of its own, for a trigger or a foreign key. */
  frame(params: readonly Cell[]): Frame {
    const { session, context, limits } = this.#parts;
    return new Frame({ params, reader: session, context, limits: limits() });
  }

  table(info: TableInfo): TableWriter {
    let writer = this.#tables.get(info);
    if (writer === undefined) this.#tables.set(info, (writer = new TableWriter(this, info)));
    return writer;
  }

  binding(): Binding {
    return newBinding(this);
  }

  /**
   * Runs a statement and counts its changes.
   * @param isPlain it changes one row at most and nothing else hangs on it, so that there is nothing to undo
   */
  write<T extends { rowsAffected: number }>(run: (frame: Frame) => T, frame: Frame, isPlain: boolean): T {
    let result: T;
    if (this.queryOnly) throw readOnly();
    const { totalChanges } = this;
    this.count = 0;
    try {
      result = isPlain ? run(frame) : this.statement(() => run(frame));
    } catch (error) {
      const thrown = isPlain ? this.ended(error) : error;
      if (!(thrown instanceof SqlError)) this.totalChanges = totalChanges; // it is retried
      else if (this.depth === 0) this.#noteChanges();
      throw thrown;
    }
    this.#noteChanges();
    if (this.deferForeignKeys && this.session.state === TransactionState.NONE) this.deferForeignKeys = false;
    return result;
  }

  /** Looks for the rows of a statement before it begins: where that fails it has changed none. */
  find<T>(find: () => T): T {
    try {
      return find();
    } catch (error) {
      if (error instanceof SqlError && this.depth === 0) this.changes = 0;
      throw error;
    }
  }

  /** At the end of a statement, also of one that keeps what it did before it failed. */
  #noteChanges(): void {
    this.changes = this.count;
    this.totalChanges += this.count;
    this.count = 0;
  }

  /** Runs a statement that changes several rows: all of them or none, but for FAIL. */
  statement<T>(run: () => T): T {
    const { session } = this;
    this.failure = 'ABORT';
    if (this.queryOnly) throw readOnly();
    if (this.depth > 0) return run(); // a trigger's: the outermost statement undoes it
    this.immediate.clear();
    session.beginStatement();
    let thrown: unknown;
    this.sequences.clear();
    try {
      const result = run();
      for (const [rowids, last] of this.sequences) rowids.save(last);
      this.#checkKeys();
      session.endStatement();
      return result;
    } catch (error) {
      thrown = error;
    }
    // The compiler takes the assignment above for the last one: `run` may have changed it.
    if ((this.failure as ConflictAction) === 'FAIL') {
      try {
        this.#checkKeys();
        session.endStatement();
        thrown = this.ended(thrown);
        throw thrown;
      } catch (violation) {
        if (violation === thrown) throw thrown;
        thrown = violation;
        this.failure = 'ABORT';
        this.deferred.clear();
      }
    }
    session.rollbackStatement();
    this.count = 0;
    throw this.ended(thrown);
  }

  /** Rolls the transaction back if the error asks for it. */
  ended(error: unknown): unknown {
    if (this.failure === 'ROLLBACK' && this.session.state !== TransactionState.NONE) {
      this.session.rollback();
      this.deferred.clear();
    }
    this.failure = 'ABORT';
    return error;
  }

  /** Throws the error of a constraint whose action is neither IGNORE nor REPLACE. */
  fail(action: ConflictAction, error: SqlError): never {
    this.failure = action === 'FAIL' || action === 'ROLLBACK' ? action : 'ABORT';
    throw error;
  }

  /** Runs within a trigger or an action: counters of the statement around it stay. */
  nested(run: () => void): void {
    const { changes, count, lastInsertRowid, orConflict } = this;
    this.depth++;
    try {
      if (this.depth > TRIGGER_DEPTH_MAX) {
        throw new SqlError('RECURSION_LIMIT', 'too many levels of trigger recursion');
      }
      run();
    } finally {
      this.orConflict = orConflict;
      this.changes = changes;
      this.count = count;
      this.lastInsertRowid = lastInsertRowid;
      this.depth--;
    }
  }

  #checkKeys(): void {
    if (this.immediate.size > 0) this.#violated(this.immediate);
    if (this.deferred.size > 0 && this.session.state === TransactionState.NONE) this.checkDeferred();
  }

  /** Call it before COMMIT. @throws {SqlError} FOREIGN_KEY_VIOLATION, and the transaction stays open */
  checkDeferred(): void {
    if (this.deferred.size > 0) this.#violated(this.deferred);
    this.deferred.clear();
  }

  #violated(keys: DeferredKeys): void {
    for (const isViolated of keys.values()) {
      if (isViolated(this)) throw new SqlError('FOREIGN_KEY_VIOLATION', 'FOREIGN KEY constraint failed');
    }
  }
}
