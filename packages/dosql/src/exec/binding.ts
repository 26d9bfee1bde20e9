/** Binds and compiles the expressions of writing statements: a binder with a scope of its own. */
import type { ColumnInfo, TableInfo, TriggerInfo } from '../catalog/schema.ts';
import { realCell } from '../codec/cell.ts';
import { Binder, bindExpr } from '../plan/bind.ts';
import type { Expr, FunctionTable } from '../plan/plan.ts';
import { Scope } from '../plan/scope.ts';
import { planSelect } from '../plan/select.ts';
import type * as ast from '../sql/ast.ts';
import { parseExpression } from '../sql/index.ts';
import { compile, compileCondition } from './expression.ts';
import type { Condition, Eval } from './frame.ts';
import { compileSelect, type SelectProgram } from './select.ts';
import { withoutClock } from './functions/index.ts';
import type { Writer } from './writer.ts';

export class Binding {
  readonly writer: Writer;
  readonly binder: Binder;
  readonly scope: Scope;
  /** Sources of OLD and NEW in a trigger. */
  oldSource = -1;
  newSource = -1;

  constructor(writer: Writer, binder: Binder, scope: Scope) {
    this.writer = writer;
    this.binder = binder;
    this.scope = scope;
  }

  /** Names further in, with those of this one around them. */
  inner(): Binding {
    return new Binding(this.writer, this.binder, new Scope(this.scope));
  }

  /**
   * Puts a table in sight; returns its source.
   * @param qualified its columns are found only with its name before them
   */
  add(name: string, table: TableInfo, qualified = false): number {
    const source = this.binder.tableSource(name, table);
    source.qualified = qualified;
    this.scope.sources.push(source);
    return source.id;
  }

  /** A value, integral REALs boxed. */
  value(expr: ast.Expr): Eval {
    return boxed(bindExpr(this.binder, expr, this.scope));
  }

  conditionOf(expr: ast.Expr): Condition {
    return compileCondition(bindExpr(this.binder, expr, this.scope));
  }

  /** As `value`, of a text of the schema. */
  expr(sql: string): Eval {
    return this.value(parseExpression(sql));
  }

  condition(sql: string): Condition {
    return this.conditionOf(parseExpression(sql));
  }

  select(select: ast.Select): SelectProgram {
    const plan = planSelect(this.binder, select, this.scope);
    this.writer.planned?.(plan);
    return compileSelect(plan);
  }
}

/** Compiles to values in their normal form: what is statically REAL comes as plain numbers. */
export function boxed(expr: Expr): Eval {
  const value = compile(expr);
  if (expr.type !== 'real') return value;
  return (frame) => {
    const cell = value(frame);
    return typeof cell === 'number' ? realCell(cell) : cell;
  };
}

export function newBinding(writer: Writer, sql?: string, functions: FunctionTable = writer.functions): Binding {
  const { catalog, past } = writer;
  return new Binding(writer, new Binder({ catalog, functions, past, ...(sql !== undefined && { sql }) }), new Scope());
}

/** For expressions of the schema: source 0 is a row of the table. In a `place` no function may look at the clock. */
export function rowBinding(writer: Writer, table: TableInfo | null, place?: string): Binding {
  const binding = newBinding(
    writer,
    undefined,
    place === undefined ? undefined : withoutClock(writer.functions, place),
  );
  if (table !== null) binding.add(table.name, table);
  return binding;
}

export function triggerBinding(
  writer: Writer,
  table: TableInfo,
  { event, temporary }: Pick<TriggerInfo, 'event' | 'temporary'>,
  sql: string,
): Binding {
  const binding = newBinding(writer, sql);
  binding.binder.home = temporary === true ? null : 'main';
  binding.scope.trigger = true;
  if (event !== 'INSERT') binding.oldSource = binding.add('old', table, true);
  if (event !== 'DELETE') binding.newSource = binding.add('new', table, true);
  return binding;
}

/** The place of a column by name, −1 for the rowid, undefined for none. */
export function columnPlace(
  table: Pick<TableInfo, 'columns' | 'withoutRowid' | 'rowidColumn'>,
  name: string,
): number | undefined {
  const folded = name.toLowerCase();
  const place = table.columns.findIndex((column: ColumnInfo) => column.name.toLowerCase() === folded);
  if (place >= 0) return place;
  return !table.withoutRowid && ['rowid', 'oid', '_rowid_'].includes(folded) ? table.rowidColumn : undefined;
}
