/** The rows that UPDATE and DELETE go over: their keys are collected before the first is changed. */
import { SqlError } from '@dotdo/shared-types';
import { foldName } from '../catalog/catalog.ts';
import type { ColumnInfo, TableInfo, TriggerInfo, ViewInfo } from '../catalog/schema.ts';
import { Real, realCell, type Cell } from '../codec/cell.ts';
import type { KeyPart, SelectPlan } from '../plan/plan.ts';
import { planSelect } from '../plan/select.ts';
import type * as ast from '../sql/ast.ts';
import { applyAffinity } from './functions/values.ts';
import { type Binding, boxed } from './binding.ts';
import type { Eval, Frame } from './frame.ts';
import { compileSelect } from './select.ts';
import { parseSelect } from './schema-text.ts';
import { quoteTable } from './foreign-keys.ts';
import type { Writer } from './writer.ts';

/** The table or view that a statement writes; views look like tables here. */
export interface Target {
  readonly table: TableInfo;
  readonly isView: boolean;
  /** As it is called in the statement. */
  readonly name: string;
}

const views = new WeakMap<ViewInfo, TableInfo>();

/** @throws {SqlError} NO_SUCH_TABLE, WRONG_OBJECT_TYPE when it may not be written */
export function findTarget(
  binding: Binding,
  to: ast.TargetTable,
  event: TriggerInfo['event'],
  set: readonly ast.Assignment[] = [],
): Target {
  const { catalog } = binding.writer;
  const found = catalog.table(to.name, to.schema ?? binding.binder.home);
  const name = to.alias ?? to.name;
  if (found === undefined || (to.schema !== null && !['main', 'temp'].includes(foldName(to.schema)))) {
    const schema = to.schema ?? (binding.scope.trigger ? 'main' : null);
    const shown = schema === null ? to.name : `${schema}.${to.name}`;
    return binding.binder.fail('NO_SUCH_TABLE', `no such table: ${shown}`, to.at, {
      name: to.name,
      known: [...catalog.tables()].map((table) => table.name),
    });
  }
  if (found.kind === 'view') {
    const names = set.flatMap(({ columns }) => columns.map(({ name }) => foldName(name)));
    const isCovered = found.triggers.some(
      ({ event: on, columns }) => on === event && (columns?.some((name) => names.includes(foldName(name))) ?? true),
    );
    if (!isCovered) {
      throw new SqlError('WRONG_OBJECT_TYPE', `cannot modify ${found.name} because it is a view`);
    }
    return { table: viewTable(binding.writer, found), isView: true, name };
  }
  if (found.virtualRows !== undefined) {
    throw new SqlError('WRONG_OBJECT_TYPE', 'table sqlite_master may not be modified');
  }
  return { table: found, isView: false, name };
}

/** A view as a table: its rows are what it selects, and only triggers write it. */
export function viewTable(writer: Writer, view: ViewInfo): TableInfo {
  let table = views.get(view);
  if (table !== undefined) return table;
  const plan = planViewRows(writer, quoteTable(view));
  const columns = plan.columns.map(({ name, affinity, collation }, slot): ColumnInfo => ({
    name,
    declaredType: null,
    affinity: affinity ?? 'BLOB',
    collation: collation ?? 'BINARY',
    notNull: false,
    primaryKey: 0,
    defaultSql: null,
    generated: null,
    hidden: false,
    slot,
    strictType: null,
  }));
  const { schema } = writer.storage;
  table = {
    kind: 'table',
    name: view.name,
    temporary: view.temporary === true,
    schemaId: -1,
    columns,
    withoutRowid: true,
    strict: false,
    autoincrement: false,
    rowidColumn: -1,
    checks: [],
    foreignKeys: [],
    indexes: [],
    triggers: view.triggers,
    sql: view.sql,
    storage: schema,
  };
  views.set(view, table);
  return table;
}

function planViewRows(writer: Writer, name: string): SelectPlan {
  const binding = writer.binding();
  return planSelect(binding.binder, parseSelect(`SELECT * FROM ${name}`), binding.scope);
}

export function columnExpr(table: string | null, name: string, at = -1): ast.ColumnExpr {
  return { kind: 'column', schema: null, table, name, quoted: '', at, tableAt: -1 };
}

export interface RowsQuery {
  readonly with: ast.With | null;
  readonly target: Target;
  readonly indexedBy: string | false | null;
  readonly from: readonly ast.FromItem[];
  readonly where: ast.Expr | null;
  /** Computed with each row, beside its key. */
  readonly values: readonly ast.Expr[];
}

export interface FindRows {
  /** Keys (of a view: whole rows) and values. */
  all(frame: Frame): { key: Cell[]; values: Cell[] }[];
  /** The row itself, where the whole key is given. */
  readonly one?: (frame: Frame) => Cell[] | undefined;
}

/** Plans the search for the rows of an UPDATE or DELETE. */
export function planTargetRows(binding: Binding, query: RowsQuery): FindRows {
  const { target, where, values } = query;
  const { table, name } = target;
  const keys = keyNames(table, target.isView);
  const column = (expr: ast.Expr): ast.ResultColumn => ({ kind: 'expr', expr, alias: null, text: '', at: -1 });
  const source: ast.TableSource = {
    kind: 'table',
    schema: table.temporary === true ? 'temp' : 'main',
    name: table.name,
    alias: name,
    args: null,
    indexedBy: query.indexedBy,
    asOf: null,
    join: null,
    at: -1,
  };
  const join: ast.Join = { type: 'INNER', natural: false, on: null, using: null, at: -1 };
  // a RIGHT or FULL JOIN is one of the FROM alone
  const isOuter = query.from.some((item) => item.join?.type === 'RIGHT' || item.join?.type === 'FULL');
  const from: ast.FromItem[] = [source];
  if (isOuter) from.push({ kind: 'group', items: query.from, alias: null, join, at: -1 });
  else from.push(...query.from.map((item) => (item.join === null ? { ...item, join } : item)));
  const core: ast.SelectCore = {
    kind: 'core',
    distinct: false,
    columns: [...keys.map((key) => column(columnExpr(name, key))), ...values.map(column)],
    from,
    where,
    groupBy: null,
    having: null,
    windows: [],
    at: -1,
  };
  const select: ast.Select = {
    kind: 'select',
    with: query.with,
    arms: [core],
    operators: [],
    orderBy: [],
    limit: null,
    offset: null,
    at: -1,
    end: -1,
  };
  const plan = planSelect(binding.binder, select, binding.scope);
  const { planned } = binding.writer;
  planned?.(plan);
  const point =
    values.length === 0 && !target.isView && planned === undefined ? pointRow(plan, table, binding.writer) : undefined;
  if (point !== undefined) return point;
  const program = compileSelect(plan);
  const reals = plan.columns.map(({ type }) => type === 'real');
  const width = keys.length;
  const kept = target.isView ? table.columns.map(({ affinity }) => affinity === 'REAL') : table.storage.tree.real;
  const all: FindRows['all'] = (frame) => {
    const rows = program.run(frame);
    const found: { key: Cell[]; values: Cell[] }[] = [];
    while (rows.next(frame)) {
      const row = rows.row();
      frame.keep(row);
      const key = row.slice(0, width).map((cell, i) => asStored(cell, reals[i] === true, kept[i] === true));
      found.push({ key, values: row.slice(width).map((cell, i) => asStored(cell, reals[width + i] === true, false)) });
    }
    return found;
  };
  return { all };
}

/** REALs plain or boxed, as the reader wants them. */
function asStored(cell: Cell, isPlain: boolean, wantsPlain: boolean): Cell {
  if (isPlain === wantsPlain) return wantsPlain && cell instanceof Real ? cell.value : cell;
  if (wantsPlain) return cell instanceof Real ? cell.value : cell;
  return typeof cell === 'number' ? realCell(cell) : cell;
}

function keyNames(table: TableInfo, isView: boolean): string[] {
  if (isView) return table.columns.map(({ name }) => name);
  if (table.withoutRowid) {
    return table.columns
      .filter((column) => column.primaryKey > 0)
      .sort((a, b) => a.slot - b.slot)
      .map(({ name }) => name);
  }
  const alias = table.columns[table.rowidColumn];
  return [alias?.name ?? '\0rowid'];
}

/** Where the whole key is given: no stream is needed. */
function pointRow(plan: SelectPlan, table: TableInfo, writer: Writer): FindRows | undefined {
  const [arm] = plan.arms;
  const [loop] = arm?.loops ?? [];
  if (arm === undefined || loop === undefined || arm.loops.length > 1 || arm.always.length > 0) return undefined;
  const { access } = loop;
  if (loop.index !== undefined || loop.local.length > 0 || loop.filters.length > 0) return undefined;
  if (access.kind !== 'range' || !access.unique || access.low !== null || access.high !== null) return undefined;
  if (access.eq.length !== table.storage.keyColumns) return undefined;
  const parts: Eval[] = [];
  for (const part of access.eq) {
    const eval_ = pointPart(part);
    if (eval_ === undefined) return undefined;
    parts.push(eval_);
  }
  const rows = writer.table(table);
  const [part] = parts as [Eval];
  const keyOf = (frame: Frame): Cell[] => parts.map((part) => part(frame));
  return {
    all(frame) {
      const key = keyOf(frame);
      return key.includes(null) ? [] : [{ key, values: [] }];
    },
    one(frame) {
      if (parts.length === 1) {
        const cell = part(frame);
        if (cell === null) return undefined;
        return typeof cell === 'number' ? rows.findInteger(cell) : rows.find([cell]);
      }
      const key = keyOf(frame);
      return key.includes(null) ? undefined : rows.find(key);
    },
  };
}

function pointPart(part: KeyPart): Eval | undefined {
  if (!('expr' in part) || part.isNull) return undefined;
  const { affinity } = part;
  const value = boxed(part.expr);
  return (frame) => {
    const cell = value(frame);
    return typeof cell === 'number' && affinity !== 'TEXT' ? cell : applyAffinity(cell, affinity);
  };
}
