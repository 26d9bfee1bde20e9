/** ALTER TABLE but for RENAME: columns come and go, NOT NULL and CHECK too. Edits the text as SQLite does. */
import { SqlError } from '@dotdo/shared-types';
import { prefixOf, sameName, schemaOf } from '../../catalog/catalog.ts';
import { tableDefinition } from '../../catalog/definition.ts';
import type { ColumnInfo, TableInfo } from '../../catalog/schema.ts';
import type { Cell } from '../../codec/cell.ts';
import type * as ast from '../../sql/ast.ts';
import { tokenEnd, tokenStart } from '../../sql/index.ts';
import { quoteName, quoteTable } from '../foreign-keys.ts';
import { parseTable } from '../schema-text.ts';
import { defineTable } from '../table-definition.ts';
import { checkCollations, checkTable, makeTable } from './create.ts';
import { checkSchema, renameColumn, renameTable, within } from './rename.ts';
import { invalidSchema, type SchemaChange } from './schema-change.ts';

/** What SQLite says of a view. */
const VIEW_REFUSALS: Readonly<Record<ast.AlterTable['action']['kind'], (name: string) => string>> = {
  rename: (name) => `view ${name} may not be altered`,
  renameColumn: (name) => `cannot rename columns of view "${name}"`,
  addColumn: () => 'Cannot add a column to a view',
  dropColumn: (name) => `cannot drop column from view "${name}"`,
  addCheck: editing,
  dropConstraint: editing,
  setNotNull: editing,
  dropNotNull: editing,
};

function editing(name: string): string {
  return `cannot edit constraints of view "${name}"`;
}

/** @throws {SqlError} NO_SUCH_TABLE, NO_SUCH_COLUMN, INVALID_SCHEMA, … with SQLite's messages */
export function alterTable(change: SchemaChange, { name, schema, action }: ast.AlterTable): void {
  const table = change.table(
    { name, schema },
    { view: VIEW_REFUSALS[action.kind](name), system: 'may not be altered' },
  );
  switch (action.kind) {
    case 'rename':
      return renameTable(change, table, action.to.name);
    case 'renameColumn':
      return renameColumn(change, table, action);
    case 'addColumn':
      return addColumn(change, table, action.column, action.text);
    case 'dropColumn':
      return dropColumn(change, table, action.column);
    case 'addCheck':
      return addCheck(change, table, action);
    case 'dropConstraint':
      return dropConstraint(change, table, action.name.name);
    case 'setNotNull':
      return setNotNull(change, table, action.column.name, action.text);
    default:
      return retext(change, table, withoutNotNull(table.sql, placeOf(table, action.column.name)));
  }
}

/** Gives a table another text that leaves its rows as they are stored. */
function retext(change: SchemaChange, table: TableInfo, text: string): void {
  if (text !== table.sql)
    change.writer.session.changeTable(table.storage, { name: prefixOf(table) + table.name, text });
}

function addColumn(change: SchemaChange, table: TableInfo, column: ast.ColumnDefinition, text: string): void {
  const of = (kind: ast.ColumnConstraint['kind']): ast.ColumnConstraint | undefined =>
    column.constraints.findLast((constraint) => constraint.kind === kind);
  checkCollations(column);
  if (of('primaryKey')) invalidSchema('Cannot add a PRIMARY KEY column');
  if (of('unique')) invalidSchema('Cannot add a UNIQUE column');
  const isEmpty = change.isEmpty(table);
  const generated = of('generated');
  const written = of('default');
  const value = written?.kind === 'default' && !isNull(written.expr) ? written.expr : null;
  if (!isEmpty && generated === undefined) {
    if (change.writer.foreignKeys && of('references') && value !== null) {
      invalidSchema('Cannot add a REFERENCES column with non-NULL default value');
    }
    if (of('notNull') && value === null) invalidSchema('Cannot add a NOT NULL column with default value NULL');
    if (value !== null && !isConstant(value)) invalidSchema('Cannot add a column with non-constant default');
  } else if (generated?.kind === 'generated' && generated.stored && !isEmpty) {
    invalidSchema('cannot add a STORED column');
  }
  const at = tokenStart(table.sql, parseTable(table.sql).columns.at(-1)?.end ?? 0);
  const changed = `${table.sql.slice(0, at)}, ${text}${table.sql.slice(at)}`;
  const statement = parseTable(changed);
  if (table.columns.some(({ name }) => sameName(name, column.name))) {
    throw new SqlError('DUPLICATE_COLUMN', `duplicate column name: ${column.name}`);
  }
  const added = within('table', table.name, ' after add column', () => defineTable(statement, changed)).columns.at(
    -1,
  ) as ColumnInfo;
  retext(change, table, changed);
  const info = change.catalog.table(table.name, schemaOf(table)) as TableInfo;
  within('table', table.name, ' after add column', () => checkTable(change, info, statement));
  if (isEmpty) return;
  const check = of('check');
  const name = quoteTable(table);
  if (check?.kind === 'check' && change.run(`SELECT 1 FROM ${name} WHERE NOT (${check.text})`)) {
    throw new SqlError('CHECK_VIOLATION', 'CHECK constraint failed');
  }
  if (generated && of('notNull') && change.run(`SELECT 1 FROM ${name} WHERE ${quoteName(column.name)} IS NULL`)) {
    throw new SqlError('NOT_NULL_VIOLATION', 'NOT NULL constraint failed');
  }
  if (table.strict && value !== null && !info.columns.at(-1)?.generated) checkStrict(change, info, added);
}

/** The default of a column that is added to a STRICT table must have its type. */
function checkStrict(change: SchemaChange, info: TableInfo, { name, strictType }: ColumnInfo): void {
  const type = strictType === 'INT' ? 'integer' : (strictType ?? 'ANY').toLowerCase();
  if (type !== 'any' && change.run(`SELECT 1 FROM ${quoteTable(info)} WHERE typeof(${quoteName(name)}) <> ?`, [type])) {
    throw new SqlError('DATATYPE_VIOLATION', 'type mismatch on DEFAULT');
  }
}

function isNull(expr: ast.Expr): boolean {
  return expr.kind === 'literal' && expr.value === null;
}

/** What SQLite takes for a constant here: a literal, perhaps with a sign. */
function isConstant(expr: ast.Expr): boolean {
  if (expr.kind === 'unary' && (expr.operator === '-' || expr.operator === '+')) return isConstant(expr.operand);
  if (expr.kind === 'cast') return isConstant(expr.operand);
  return expr.kind === 'literal' || (expr.kind === 'column' && /^(true|false)$/i.test(expr.name));
}

function dropColumn(change: SchemaChange, table: TableInfo, { name, at }: ast.Name): void {
  const place = table.columns.findIndex((column) => sameName(column.name, name));
  const column = table.columns[place];
  if (column === undefined) {
    const written = change.textFrom(at);
    throw new SqlError('NO_SUCH_COLUMN', `no such column: "${written.slice(0, tokenEnd(written, 0))}"`);
  }
  const { columns } = parseTable(table.sql);
  const own = columns[place] as ast.ColumnDefinition;
  if (column.primaryKey > 0) invalidSchema(`cannot drop PRIMARY KEY column: "${name}"`);
  if (own.constraints.some(({ kind }) => kind === 'unique')) invalidSchema(`cannot drop UNIQUE column: "${name}"`);
  if (columns.length === 1) invalidSchema(`cannot drop column "${name}": no other columns exist`);
  checkSchema(change, '');
  const next = columns[place + 1];
  const { sql } = table;
  const changed =
    next === undefined
      ? sql.slice(0, sql.lastIndexOf(',', own.at)) + sql.slice(tokenStart(sql, own.end))
      : sql.slice(0, own.at) + sql.slice(next.at);
  const when = ' after drop column';
  within('table', table.name, when, () => {
    const statement = parseTable(changed);
    const { constraints: _, ...definition } = defineTable(statement, changed);
    checkTable(change, { ...table, ...definition }, statement);
  });
  const broken = table.indexes.find(
    (index) => index.origin === 'c' && index.columns.some((part) => part.column === place),
  );
  if (broken !== undefined) {
    throw new SqlError('NO_SUCH_COLUMN', `error in index ${broken.name}${when}: no such column: ${name}`);
  }
  if (column.slot < 0) retext(change, table, changed);
  else rewrite(change, table, changed);
  checkSchema(change, when, ['index', 'view', 'trigger']);
}

/** Makes the table anew with another text; columns are known by name. */
function rewrite(change: SchemaChange, table: TableInfo, text: string): void {
  const { session } = change.writer;
  const rows: Cell[][] = [];
  const cursor = session.read(table.storage).tree.cursor();
  for (let more = cursor.first(); more; more = cursor.next()) rows.push(cursor.row());
  const indexes = change
    .rows()
    .filter((row) => row.type === 'index' && row.table === table.storage.id && row.text.startsWith('C'));
  session.dropTable(session.read(table.storage));
  let made = makeTable(change, text, table.temporary === true);
  const definition = tableDefinition(made.spec.tree);
  const sources = made.spec.tree.columns.map((_, slot) => {
    const column = definition.columns.find((column) => column.slot === slot);
    if (column === undefined) return slot; // the rowid
    return table.columns.find(({ name }) => sameName(name, column.name))?.slot ?? -1;
  });
  for (const row of rows) {
    session.insert(
      made,
      sources.map((slot) => row[slot] as Cell),
    );
  }
  for (const index of indexes) made = session.createIndex(made, index.name, index.text);
}

function addCheck(
  change: SchemaChange,
  table: TableInfo,
  action: { readonly name: string | null; readonly check: ast.SchemaExpr; readonly text: string },
): void {
  const { name, check, text } = action;
  const { columns, constraints } = parseTable(table.sql);
  const isTaken = [...columns.flatMap((column) => column.constraints), ...constraints].some(
    (other) => name !== null && other.name !== null && sameName(other.name, name),
  );
  if (isTaken) invalidSchema(`constraint ${name} already exists`);
  const end = tokenStart(table.sql, (constraints.at(-1) ?? columns.at(-1))?.end ?? 0);
  const changed = `${table.sql.slice(0, end)}, ${text}${table.sql.slice(end)}`;
  checkTable(change, table, parseTable(changed));
  if (change.run(`SELECT 1 FROM ${quoteTable(table)} WHERE (${check.text}) IS NOT TRUE`)) {
    throw new SqlError('CHECK_VIOLATION', 'constraint failed');
  }
  retext(change, table, changed);
}

function dropConstraint(change: SchemaChange, table: TableInfo, name: string): void {
  const { columns, constraints } = parseTable(table.sql);
  const found = [
    ...columns.flatMap((column): readonly ast.ColumnConstraint[] => column.constraints),
    ...constraints,
  ].find((constraint) => constraint.name !== null && sameName(constraint.name, name));
  if (found === undefined) return invalidSchema(`no such constraint: ${name}`);
  const { kind, at, end } = found;
  if (kind === 'default' || kind === 'collate' || kind === 'generated') {
    const word = tokenEnd(table.sql, at);
    return retext(change, table, cut(table.sql, at, tokenEnd(table.sql, word)));
  }
  if (kind !== 'check' && kind !== 'notNull') invalidSchema(`constraint may not be dropped: ${name}`);
  retext(change, table, cut(table.sql, at, end));
}

/** The text without a constraint: the space before and after it goes too, and the comma before one of the table. */
function cut(sql: string, at: number, end: number): string {
  let from = 0;
  for (let next = tokenEnd(sql, 0); next <= at; next = tokenEnd(sql, next)) from = next;
  const to = tokenStart(sql, end);
  const isLast = sql[to] === ',' || sql[to] === ')';
  if (isLast && sql[from - 1] === ',') from--;
  return sql.slice(0, from) + (isLast ? '' : ' ') + sql.slice(to);
}

function placeOf(table: TableInfo, name: string): number {
  const place = table.columns.findIndex((column) => sameName(column.name, name));
  if (place < 0) throw new SqlError('NO_SUCH_COLUMN', `no such column: ${name}`);
  return place;
}

function withoutNotNull(sql: string, place: number): string {
  const own = parseTable(sql).columns[place]?.constraints.find(({ kind }) => kind === 'notNull');
  return own === undefined ? sql : cut(sql, own.at, own.end);
}

function setNotNull(change: SchemaChange, table: TableInfo, name: string, text: string): void {
  const place = placeOf(table, name);
  const column = quoteName((table.columns[place] as ColumnInfo).name);
  if (change.run(`SELECT 1 FROM ${quoteTable(table)} WHERE ${column} IS NULL`)) {
    throw new SqlError('NOT_NULL_VIOLATION', 'constraint failed');
  }
  const sql = withoutNotNull(table.sql, place);
  const at = tokenStart(sql, parseTable(sql).columns[place]?.end ?? 0);
  retext(change, table, `${sql.slice(0, at)} ${text}${sql.slice(at)}`);
}
