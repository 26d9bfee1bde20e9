/**
 * Where names are found: the sources of an arm, then those of the queries around it.
 * @see https://www.sqlite.org/lang_expr.html
 */
import type { Catalog, ColumnInfo, TableInfo } from '../catalog/schema.ts';
import type * as ast from '../sql/ast.ts';
import { fold } from './error.ts';
import { make } from './tree.ts';
import type { AggregateCall, CtePlan, Expr, FunctionTable, Loop, ResultColumn, WindowCall } from './plan.ts';

/** What planning needs to know of the world. */
export interface PlanContext {
  readonly catalog: Catalog;
  readonly functions: FunctionTable;
  /** The schema at a point of the past, for AS OF. */
  readonly past?: ((point: ast.Expr) => Catalog) | undefined;
  /** Text of the statement, for positions of errors. */
  readonly sql?: string;
}

/** A common table expression that is in sight. */
export interface Cte {
  readonly table: ast.CommonTable;
  readonly env: Env;
  /** Materialised: its register and columns. */
  ready: { id: number; columns: readonly ResultColumn[] } | null;
  /** While its own body is bound: rows of the queue of that register; its columns once the first arms are bound. */
  self: { id: number; columns: readonly ResultColumn[] } | 'initial' | null;
  readonly once: boolean;
  /** What the query that declares it sees of those around it. */
  readonly parent: Scope | null;
  /** Of the query that declares it. */
  readonly plans: CtePlan[];
}

export interface Env {
  readonly ctes: ReadonlyMap<string, Cte>;
  readonly parent: Env | null;
}

export interface DerivedColumn {
  readonly name: string;
  readonly expr: Expr;
  readonly hidden?: boolean;
  readonly info?: ResultColumn;
}

/** What is the same for each statement that reads a table. */
interface Known {
  readonly names: Map<string, number>;
  /** By source and slot, for the first few sources. */
  readonly exprs: Expr[][];
  /** By column. */
  readonly results: ResultColumn[];
}

const KNOWN_SOURCES = 8;
const knownTables = new WeakMap<TableInfo, Known>();

function knownOf(table: TableInfo): Known {
  let known = knownTables.get(table);
  if (known === undefined) {
    const names = new Map<string, number>();
    for (let i = 0; i < table.columns.length; i++) names.set(fold((table.columns[i] as ColumnInfo).name), i);
    known = { names, exprs: Array.from({ length: KNOWN_SOURCES }, () => []), results: [] };
    knownTables.set(table, known);
  }
  return known;
}

/** Values in a stored row. */
export function tableSlots({ columns, withoutRowid }: TableInfo): number {
  let slots = withoutRowid ? 0 : 1;
  for (const { slot } of columns) if (slot >= slots) slots = slot + 1;
  return slots;
}

const STATIC_TYPES = { INT: 'integer', INTEGER: 'integer', REAL: 'real', TEXT: 'text', BLOB: 'blob' } as const;

/** One named thing in FROM. */
export class Source {
  readonly id: number;
  /** Folded; '' when it has none. */
  readonly name: string;
  readonly table: TableInfo | null;
  derived: readonly DerivedColumn[] | null;
  /** Names joined by USING with what stands before. */
  using: Set<string> | null = null;
  join: Loop['join'] = 'inner';
  /** By folded name: what the name alone means, where joins within a group have made one column of several. */
  merged: ReadonlyMap<string, Expr> | null = null;
  /** On the far side of an outer join: VIRTUAL columns are NULL in a row of NULLs. */
  nullable = false;
  /** Slots that are read. */
  readonly used: boolean[] = [];
  /** OLD, NEW and EXCLUDED: columns are found only with this name before them. */
  qualified = false;
  /** What rowid means, where it is not slot 0 of the table itself. */
  rowid: Expr | null = null;
  /** Binds the expression of a VIRTUAL column of the table. */
  readonly generate: ((source: Source, column: ColumnInfo) => Expr) | null;
  #names: Map<string, number> | null = null;
  readonly #known: Known | null;

  constructor(
    id: number,
    name: string,
    content: TableInfo | readonly DerivedColumn[],
    generate: Source['generate'] = null,
  ) {
    this.id = id;
    this.name = fold(name);
    this.generate = generate;
    const isTable = 'kind' in content;
    this.table = isTable ? content : null;
    this.derived = isTable ? null : content;
    this.#known = isTable ? knownOf(content) : null;
  }

  get length(): number {
    return this.derived !== null ? this.derived.length : (this.table as TableInfo).columns.length;
  }

  find(name: string): number {
    if (this.derived === null) return (this.#known as Known).names.get(name) ?? -1;
    if (this.#names === null) {
      this.#names = new Map();
      for (let i = this.derived.length - 1; i >= 0; i--) this.#names.set(fold(this.derived[i]?.name as string), i);
    }
    return this.#names.get(name) ?? -1;
  }

  nameOf(column: number): string {
    return ((this.derived ?? (this.table as TableInfo).columns)[column] as { name: string }).name;
  }

  isHidden(column: number): boolean {
    return ((this.derived ?? (this.table as TableInfo).columns)[column] as { hidden?: boolean }).hidden === true;
  }

  expr(column: number): Expr {
    if (this.derived !== null) return (this.derived[column] as DerivedColumn).expr;
    const table = this.table as TableInfo;
    const info = table.columns[column] as ColumnInfo;
    if (column === table.rowidColumn) return this.slot(0, info);
    if (info.slot < 0) return (this.generate as NonNullable<Source['generate']>)(this, info);
    return this.slot(info.slot, info);
  }

  /** What the name of a column means where no table is named. */
  plain(name: string, column: number): Expr {
    return this.merged?.get(name) ?? this.expr(column);
  }

  slot(slot: number, info: ColumnInfo | null): Expr {
    this.used[slot] = true;
    const known = info === null ? undefined : (this.#known as Known).exprs[this.id];
    const found = known?.[slot];
    if (found !== undefined) return found;
    const expr = this.#make(slot, info);
    if (known !== undefined) known[slot] = expr;
    return expr;
  }

  #make(slot: number, info: ColumnInfo | null): Expr {
    const table = this.table as TableInfo;
    const isRowid = slot === 0 && !table.withoutRowid;
    const strict =
      table.strict && info !== null ? STATIC_TYPES[info.strictType as keyof typeof STATIC_TYPES] : undefined;
    const type = isRowid ? 'integer' : (strict ?? (info?.affinity === 'REAL' ? 'real' : 'any'));
    return {
      op: 'column',
      source: this.id,
      slot,
      type,
      affinity: isRowid ? 'INTEGER' : (info?.affinity ?? null),
      collation: info?.collation ?? 'BINARY',
    };
  }

  /** The column as a result of its own name. */
  result(column: number, expr: Expr): ResultColumn {
    const results = (this.#known as Known).results;
    let result = results[column];
    if (result === undefined) {
      const { name, declaredType } = (this.table as TableInfo).columns[column] as ColumnInfo;
      const { type, affinity, collation } = expr;
      const table = (this.table as TableInfo).name;
      results[column] = result = { name, type, affinity, collation, table, column: name, declaredType };
    }
    return result;
  }

  /** The rowid, or undefined when there is none. */
  rowidExpr(): Expr | undefined {
    if (this.rowid !== null) return this.rowid;
    return this.derived === null && this.table?.withoutRowid === false ? this.slot(0, null) : undefined;
  }
}

/** Names of one arm of a SELECT, or of whatever else has expressions. */
export class Scope {
  readonly parent: Scope | null;
  readonly env: Env | null;
  readonly sources: Source[] = [];
  /** Result columns whose aliases may be used. */
  aliases: readonly ast.ResultColumn[] | null = null;
  /** Where aggregates may stand right now. */
  allowAggregates = false;
  allowWindows = false;
  /** In WHERE of a query that groups: SQLite has other words for the mistake. */
  groups = false;
  readonly aggregates: AggregateCall[] = [];
  readonly windows: WindowCall[] = [];
  windowNames: readonly ast.NamedWindow[] = [];
  /** Of a query in FROM: its columns are called as they are written, not as they are declared. */
  asWritten = false;
  /** RAISE() is allowed. */
  trigger = false;

  constructor(parent: Scope | null = null, env: Env | null = parent?.env ?? null) {
    this.parent = parent;
    this.env = env;
    if (parent !== null) this.trigger = parent.trigger;
  }

  /** Names of all columns in sight, for suggestions. */
  *names(): IterableIterator<string> {
    for (const source of this.sources) for (let i = 0; i < source.length; i++) yield source.nameOf(i);
    if (this.parent !== null) yield* this.parent.names();
  }
}

/** Columns of rows that are kept in an array: slot by slot. */
export function slotColumns(source: number, columns: readonly ResultColumn[]): DerivedColumn[] {
  return columns.map((info, slot) => ({
    name: info.name,
    expr: make({ op: 'column', source, slot }, info.type, {
      affinity: info.affinity,
      collation: info.collation ?? 'BINARY',
    }),
    info,
  }));
}
