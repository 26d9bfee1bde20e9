/**
 * AS OF in SQL: states of the past that one run of a statement reads, each opened once and closed with the run. A point
 * is an INTEGER, the LSN, or a time: a TEXT as the date functions take it, in UTC.
 */
import { lsn, SqlError } from '@dotdo/shared-types';
import { SchemaCatalog } from './catalog/catalog.ts';
import type { Catalog } from './catalog/schema.ts';
import type { Cell } from './codec/cell.ts';
import { compile } from './exec/expression.ts';
import type { Frame, FrameLimits, RowStream, TableReader } from './exec/frame.ts';
import { scalarFunction } from './exec/functions/index.ts';
import { sqlParser } from './exec/schema-loader.ts';
import { compileSelect } from './exec/select.ts';
import { compileWrite } from './exec/write.ts';
import type { Writer } from './exec/writer.ts';
import { Binder, bindExpr } from './plan/bind.ts';
import { planQuery } from './plan/index.ts';
import type { FunctionTable, ResultColumn } from './plan/plan.ts';
import { Scope } from './plan/scope.ts';
import { Rows, type Program } from './program.ts';
import type * as ast from './sql/ast.ts';
import type { ReadView, Storage, Table, TxnSession } from './txn/index.ts';

/** What a catalog is read from. */
export type SchemaReader = TableReader & Pick<TxnSession, 'table'>;

export function viewReader(view: ReadView): SchemaReader {
  return { read: (table) => view.table(table.name) ?? table, table: (name) => view.table(name) };
}

/** What a statement gives to AS OF, wherever in it. */
export function pointsOf(statement: ast.Statement): ast.Expr[] {
  const points: ast.Expr[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
    const { kind, asOf } = node as Partial<ast.TableSource>;
    if (kind === 'table' && asOf) points.push(asOf);
    for (const value of Object.values(node)) visit(value);
  };
  visit(statement);
  return points;
}

class Past {
  readonly #storage: Storage;
  readonly #functions: FunctionTable;
  readonly #frame: Frame;
  readonly #states = new Map<bigint | number, { view: ReadView; catalog: Catalog }>();

  /** @param frame in which points are computed */
  constructor(storage: Storage, functions: FunctionTable, frame: Frame) {
    this.#storage = storage;
    this.#functions = functions;
    this.#frame = frame;
  }

  /**
   * The schema at a point; its tables are those of then.
   * @throws {SqlError} INVALID_ARGUMENT, SNAPSHOT_TOO_OLD, LSN_IN_FUTURE
   */
  catalog(point: ast.Expr): Catalog {
    const binder = new Binder({ catalog: NOTHING, functions: this.#functions });
    const at = pointOf(compile(bindExpr(binder, point, new Scope()))(this.#frame), this.#frame);
    const known = this.#states.get(at);
    if (known !== undefined) return known.catalog;
    const view = this.#storage.snapshotAt(typeof at === 'bigint' ? lsn(at) : at);
    const reader = viewReader(view) as TxnSession;
    const catalog = new SchemaCatalog(reader, this.#storage.schema, sqlParser).current();
    this.#states.set(at, { view, catalog });
    return catalog;
  }

  /** Reads tables of the past as they are, others as `now` does. */
  reader(now: TableReader): TableReader {
    return { read: (table) => (this.#has(table) ? table : now.read(table)) };
  }

  #has(table: Table): boolean {
    for (const { view } of this.#states.values()) if (view.table(table.name) === table) return true;
    return false;
  }

  close(): void {
    for (const { view } of this.#states.values()) view.close();
    this.#states.clear();
  }
}

/** An LSN as a bigint, or milliseconds since 1970. */
function pointOf(cell: Cell, frame: Frame): bigint | number {
  if (typeof cell === 'bigint' || (typeof cell === 'number' && Number.isSafeInteger(cell) && cell >= 0))
    return BigInt(cell);
  const seconds = typeof cell === 'string' ? scalarFunction('julianday', 1)?.call([cell], frame.context) : null;
  if (typeof seconds === 'number') return Math.round((seconds - JULIAN_1970) * 86_400_000);
  throw new SqlError('INVALID_ARGUMENT', 'AS OF takes an LSN, or a time as text');
}

const JULIAN_1970 = 2_440_587.5;

const NOTHING: Catalog = {
  version: 0,
  table: () => undefined,
  index: () => undefined,
  trigger: () => undefined,
  tables: () => [],
};

/** Compiles a statement with AS OF: planned anew in each run, as it may have other points, and done when `run` returns. */
export function compilePast(statement: ast.Select | ast.Insert | ast.Update | ast.Delete, parts: PastParts): Program {
  const { storage, functions, writer, sql } = parts;
  const isRead = statement.kind === 'select';
  /** Columns and rows of one run. */
  const compileIn = (
    past: (point: ast.Expr) => Catalog,
  ): { columns: readonly ResultColumn[]; rows: (frame: Frame) => Cell[][] } => {
    if (statement.kind === 'select') {
      const { plan } = planQuery({ catalog: parts.catalog(), functions, sql, past }, statement);
      const program = compileSelect(plan);
      return { columns: program.columns, rows: (frame) => allRows(program.run(frame), frame) };
    }
    writer.past = past;
    try {
      const program = compileWrite(statement, writer, sql);
      const columns = program.columns.map((column) => ({ ...column, type: 'any' as const }));
      return { columns, rows: (frame) => program.run(frame).rows ?? [] };
    } finally {
      writer.past = undefined;
    }
  };
  const within = <T>(frame: Frame, run: (past: Past) => T): T => {
    const past = new Past(storage, functions, frame);
    try {
      return run(past);
    } finally {
      past.close();
    }
  };
  const isKnown = pointsOf(statement).every((point) => point.kind === 'literal');
  const { columns } = isKnown
    ? within(parts.frame([], parts.reader), (past) => compileIn((point) => past.catalog(point)))
    : compileIn(() => parts.catalog());
  return {
    columns,
    returnsRows: columns.length > 0,
    isRead,
    run: (frame) =>
      within(frame, (past) => {
        const program = compileIn((point) => past.catalog(point));
        const isSame =
          program.columns.length === columns.length &&
          program.columns.every(({ name, type }, i) => name === columns[i]?.name && type === columns[i].type);
        if (!isSame) {
          throw new SqlError('UNSUPPORTED', 'the result had other columns then: give the point of AS OF as a literal');
        }
        return new Rows(program.rows(parts.frame(frame.params, past.reader(frame.reader), frame.limits)));
      }),
  };
}

/** What a session lends. */
export interface PastParts {
  readonly storage: Storage;
  readonly functions: FunctionTable;
  readonly writer: Writer;
  readonly sql: string;
  readonly reader: TableReader;
  catalog(): Catalog;
  frame(params: readonly Cell[], reader: TableReader, limits?: FrameLimits): Frame;
}

function allRows(stream: RowStream, frame: Frame): Cell[][] {
  const rows: Cell[][] = [];
  while (stream.next(frame)) {
    const row = stream.row();
    frame.keep(row);
    rows.push(row);
  }
  return rows;
}
