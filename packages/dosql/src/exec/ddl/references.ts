/**
 * What the texts of a schema name, and where: ALTER TABLE edits these tokens and no others. Names are found by binding,
 * so that what a text means decides, not how it is written.
 */
import { SqlError } from '@dotdo/shared-types';
import { foldName, isTemporary, objectName, sameName, schemaOf } from '../../catalog/catalog.ts';
import type { TableInfo, ViewInfo } from '../../catalog/schema.ts';
import { bindRow, type NameListener } from '../../plan/bind.ts';
import type { Source } from '../../plan/scope.ts';
import type * as ast from '../../sql/ast.ts';
import { tokenEnd } from '../../sql/index.ts';
import type { SchemaRow } from '../../txn/index.ts';
import { type Binding, columnPlace, newBinding, rowBinding, triggerBinding } from '../binding.ts';
import { parseIndex, parseTable, parseTrigger, parseView } from '../schema-text.ts';
import { viewTable } from '../target.ts';
import type { SchemaChange } from './schema-change.ts';

/** A token that means a table, or a column of it. */
export interface Reference {
  readonly at: number;
  /** null: a string that is written as a name. */
  readonly table: TableInfo | ViewInfo | null;
  /** Place of the column; −1: the table itself. */
  readonly column: number;
}

class References implements NameListener {
  readonly found: Reference[] = [];
  readonly #text: string;
  /** Sources whose table has an alias, by which its columns go. */
  readonly #aliased = new Set<Source>();

  constructor(text: string) {
    this.#text = text;
  }

  add(at: number, table: TableInfo | ViewInfo | null, column: number): void {
    if (at >= 0) this.found.push({ at, table, column });
  }

  /** The names of some columns. */
  columns(names: readonly ast.Name[] | null, table: TableInfo): void {
    for (const { name, at } of names ?? []) this.add(at, table, columnPlace(table, name) ?? -2);
  }

  column(expr: ast.ColumnExpr, source: Source, column: number): void {
    const { table } = source;
    if (table === null || source.derived !== null || !this.#stands(expr.at, expr.name)) return;
    this.add(expr.at, table, column);
    if (expr.tableAt >= 0) this.#qualifier(expr.tableAt, source);
  }

  star(at: number, source: Source): void {
    this.#qualifier(at, source);
  }

  #qualifier(at: number, source: Source): void {
    const { table } = source;
    if (table === null || this.#aliased.has(source) || source.name !== foldName(table.name)) return;
    if (this.#stands(at, table.name)) this.add(at, table, -1);
  }

  table(item: ast.TableSource, table: TableInfo | ViewInfo, source: Source | null): void {
    if (item.at < 0) return;
    this.add(item.at, table, -1);
    if (item.alias !== null && source !== null) this.#aliased.add(source);
  }

  text(expr: ast.ColumnExpr): void {
    if (this.#stands(expr.at, expr.name)) this.add(expr.at, null, -1);
  }

  result(expr: ast.ColumnExpr, result: ast.Expr): void {
    const same = this.found.find(({ at, column }) => at === result.at && column >= 0);
    if (same !== undefined) this.add(expr.at, same.table, same.column);
  }

  /** Whether the token is this name: what stands for a `*` has its offset and another name. */
  #stands(at: number, name: string): boolean {
    if (at < 0) return false;
    const token = this.#text.slice(at, tokenEnd(this.#text, at));
    return sameName(unquoted(token), name);
  }
}

function unquoted(token: string): string {
  const quote = token[0] as string;
  if (quote === '[') return token.slice(1, -1);
  return '"`\''.includes(quote) ? token.slice(1, -1).replaceAll(quote + quote, quote) : token;
}

/**
 * Finds what the text of a schema row names; every name must mean something.
 * @throws {SqlError} whatever binding finds wrong
 */
export function referencesOf(change: SchemaChange, row: SchemaRow): readonly Reference[] {
  const references = new References(row.text);
  const { writer, catalog } = change;
  const listening = (binding: Binding): Binding => {
    binding.binder.names = references;
    return binding;
  };
  const temporary = isTemporary(row.name);
  const schema = schemaOf({ temporary });
  switch (row.type) {
    case 'table': {
      const table = catalog.table(objectName(row.name), schema) as TableInfo;
      tableReferences(change, references, table, listening(rowBinding(writer, table)));
      break;
    }
    case 'index': {
      if (!row.text.startsWith('C')) break;
      const statement = parseIndex(row.text);
      const table = catalog.table(statement.table.name, schema) as TableInfo;
      references.add(statement.table.at, table, -1);
      const binding = listening(rowBinding(writer, table));
      terms(references, statement.columns, table, binding);
      if (statement.where !== null) binding.value(statement.where.expr);
      break;
    }
    case 'view': {
      const binding = listening(newBinding(writer));
      binding.binder.home = temporary ? null : 'main';
      binding.select(parseView(row.text).select);
      break;
    }
    case 'trigger':
      triggerReferences(change, references, row, listening);
      break;
    default:
  }
  return references.found;
}

function tableReferences(change: SchemaChange, references: References, table: TableInfo, binding: Binding): void {
  const statement = parseTable(table.sql);
  references.add(statement.at, table, -1);
  references.columns(statement.columns, table);
  const foreignKey = ({ table: name, at, columns }: ast.ForeignKeyReference): void => {
    const parent = sameName(name, table.name) ? table : change.catalog.table(name, schemaOf(table));
    if (parent === undefined) return;
    references.add(at, parent, -1);
    if (parent.kind === 'table') references.columns(columns, parent);
  };
  for (const { constraints } of statement.columns) {
    for (const constraint of constraints) {
      if (constraint.kind === 'check' || constraint.kind === 'generated') binding.value(constraint.expr);
      else if (constraint.kind === 'references') foreignKey(constraint.reference);
    }
  }
  for (const constraint of statement.constraints) {
    if (constraint.kind === 'check') binding.value(constraint.expr);
    else if (constraint.kind === 'foreignKey') {
      references.columns(constraint.columns, table);
      foreignKey(constraint.reference);
    } else terms(references, constraint.columns, table, binding);
  }
}

/** Columns of an index or a key; a string may stand for a name there. */
function terms(references: References, list: readonly ast.OrderTerm[], table: TableInfo, binding: Binding): void {
  for (const { expr } of list) {
    let inner = expr;
    while (inner.kind === 'collate') inner = inner.operand;
    if (inner.kind === 'literal' && typeof inner.value === 'string') {
      references.columns([{ name: inner.value, at: inner.at }], table);
    } else binding.value(inner);
  }
}

function triggerReferences(
  change: SchemaChange,
  references: References,
  { text, name }: SchemaRow,
  listening: (binding: Binding) => Binding,
): void {
  const { writer, catalog } = change;
  const statement = parseTrigger(text);
  const temporary = isTemporary(name);
  const on = catalog.table(statement.table.name, statement.table.schema ?? (temporary ? null : 'main'));
  if (on === undefined) throw new SqlError('NO_SUCH_TABLE', `no such table: main.${statement.table.name}`);
  references.add(statement.table.at, on, -1);
  const table = on.kind === 'view' ? viewTable(writer, on) : on;
  references.columns(statement.columns, table);
  const binding = triggerBinding(writer, table, { event: statement.event, temporary }, text);
  listening(binding);
  if (statement.when !== null) binding.value(statement.when);
  for (const item of statement.body) {
    if (item.kind === 'select') binding.select(item);
    else writeReferences(change, references, item, binding);
  }
}

/** Names of a statement in a trigger's body. */
function writeReferences(
  { writer, catalog }: SchemaChange,
  references: References,
  statement: ast.Insert | ast.Update | ast.Delete,
  outer: Binding,
): void {
  const { at, name, alias } = statement.table;
  const found = catalog.table(name, outer.binder.home);
  if (found === undefined) throw new SqlError('NO_SUCH_TABLE', `no such table: main.${name}`);
  references.add(at, found, -1);
  const table = found.kind === 'view' ? viewTable(writer, found) : found;
  const columns = (names: readonly ast.Name[] | null): void => references.columns(names, table);
  const inner = outer.inner();
  inner.add(alias ?? name, table);
  if (statement.kind === 'insert') {
    columns(statement.columns);
    if (statement.source !== null) outer.inner().select(statement.source);
    if (statement.upserts.length > 0) inner.add('excluded', table, true);
    for (const { target, targetWhere, set, where } of statement.upserts) {
      const plain = outer.inner();
      plain.add(alias ?? name, table);
      if (target !== null) terms(references, target, table, plain);
      if (targetWhere !== null) plain.value(targetWhere);
      for (const { columns: names, value } of set ?? []) {
        columns(names);
        bindRow(inner.binder, value, inner.scope);
      }
      if (where !== null) inner.value(where);
    }
    return;
  }
  const set = statement.kind === 'update' ? statement.set : [];
  for (const assignment of set) columns(assignment.columns);
  const from = statement.kind === 'update' ? statement.from : [];
  const values = set.flatMap(({ value }) =>
    value.kind === 'row' ? value.items : value.kind === 'select' ? { ...value, kind: 'exists' as const } : value,
  );
  const source: ast.TableSource = {
    kind: 'table',
    schema: schemaOf(table),
    name: table.name,
    alias,
    args: null,
    indexedBy: null,
    asOf: null,
    join: null,
    at,
  };
  const join: ast.Join = { type: 'INNER', natural: false, on: null, using: null, at: -1 };
  const one: ast.Expr = { kind: 'literal', value: 1, at: -1 };
  outer.inner().select({
    kind: 'select',
    with: statement.with,
    arms: [
      {
        kind: 'core',
        distinct: false,
        columns: [one, ...values].map((expr) => ({ kind: 'expr', expr, alias: null, text: '', at: -1 })),
        from: [source, ...from.map((item) => (item.join === null ? { ...item, join } : item))],
        where: statement.where,
        groupBy: null,
        having: null,
        windows: [],
        at: -1,
      },
    ],
    operators: [],
    orderBy: [],
    limit: null,
    offset: null,
    at: -1,
    end: -1,
  });
}
