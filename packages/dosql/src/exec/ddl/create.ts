/** CREATE TABLE, INDEX, VIEW, TRIGGER. */
import { SqlError } from '@dotdo/shared-types';
import { foldName, prefixOf, sameName, schemaOf, TRIGGER_PREFIX } from '../../catalog/catalog.ts';
import type { TableInfo } from '../../catalog/schema.ts';
import { collationOf } from '../../codec/cell.ts';
import { Binder } from '../../plan/bind.ts';
import type { FunctionTable } from '../../plan/plan.ts';
import { Scope } from '../../plan/scope.ts';
import type * as ast from '../../sql/ast.ts';
import { isBareName } from '../../sql/index.ts';
import type { Table } from '../../txn/index.ts';
import { Binding, columnPlace, newBinding, rowBinding } from '../binding.ts';
import { quoteName, quoteTable } from '../foreign-keys.ts';
import { BUILT_IN } from '../schema-loader.ts';
import { parseTable } from '../schema-text.ts';
import { checkName, defineTable } from '../table-definition.ts';
import type { SchemaChange } from './schema-change.ts';

const SEQUENCE = 'CREATE TABLE sqlite_sequence(name,seq)';
const TYPE_OF_AFFINITY = { INTEGER: 'INT', REAL: 'REAL', NUMERIC: 'NUM', TEXT: 'TEXT', BLOB: '' } as const;

/** Lines of CREATE TABLE … AS SELECT are broken when the names are this long together, as SQLite does. */
const LINE_MAX = 50;

/** Whether an object comes into the schema `temp`. */
function isTemp(
  { temporary, schema }: { readonly temporary: boolean; readonly schema: string | null },
  kind: string,
): boolean {
  const isNamed = schema !== null && foldName(schema) === 'temp';
  if (temporary && schema !== null && !isNamed) {
    throw new SqlError('INVALID_SCHEMA', `temporary ${kind} name must be unqualified`);
  }
  return temporary || isNamed;
}

/** True when the name is free; false when it is not and that is no error. */
function isFree(change: SchemaChange, name: string, ifNotExists: boolean, schema: 'main' | 'temp'): boolean {
  const { catalog } = change;
  checkName(name);
  const found = catalog.table(name, schema);
  if (found !== undefined) {
    if (ifNotExists) return false;
    throw new SqlError('TABLE_EXISTS', `${found.kind} ${quoteIfNeeded(name)} already exists`);
  }
  if (catalog.index(name, schema) !== undefined) {
    throw new SqlError('TABLE_EXISTS', `there is already an index named ${name}`);
  }
  return true;
}

/** @throws {SqlError} TABLE_EXISTS, RESERVED_NAME, INVALID_SCHEMA, … */
export function createTable(change: SchemaChange, statement: ast.CreateTable): void {
  const { name, as } = statement;
  const temporary = isTemp(statement, 'table');
  if (!isFree(change, name, statement.ifNotExists, schemaOf({ temporary }))) return;
  const head = 'CREATE TABLE ';
  checkCollations(statement);
  if (as === null) {
    const text = head + change.textFrom(statement.at);
    makeTable(change, text, temporary);
    return checkTable(change, change.catalog.table(name, schemaOf({ temporary })) as TableInfo, parseTable(text));
  }
  const { columns } = newBinding(change.writer, change.textFrom(0)).select(as);
  const plain = uniqueNames(columns.map(({ name }) => name));
  const length = plain.reduce((sum, name) => sum + quoteName(name).length + 5, quoteName(name).length);
  const names = plain.map(quoteIfNeeded);
  const [first, next, end] = length < LINE_MAX ? ['', ',', ''] : ['\n  ', ',\n  ', '\n'];
  const list = names.map((name, i) => {
    const affinity = columns[i]?.affinity ?? null;
    const type = affinity === null ? '' : TYPE_OF_AFFINITY[affinity];
    return type === '' ? name : `${name} ${type}`;
  });
  makeTable(change, `${head}${quoteIfNeeded(name)}(${first}${list.join(next)}${end})`, temporary);
  change.run(`INSERT INTO ${quoteTable({ name, temporary })} ${change.textFrom(as.at)}`);
}

/** Makes a table with the indexes of its constraints. */
export function makeTable({ writer }: SchemaChange, text: string, temporary: boolean): Table {
  const prefix = prefixOf({ temporary });
  const { session, catalog } = writer;
  const statement = parseTable(text);
  const { constraints, autoincrement } = defineTable(statement, text);
  let table = session.createTable(prefix + statement.name, text);
  for (const [i, { ordinal }] of constraints.entries()) {
    if (ordinal >= 0)
      table = session.createIndex(table, `${prefix}sqlite_autoindex_${statement.name}_${i + 1}`, String(i + 1));
  }
  if (autoincrement && catalog.table('sqlite_sequence', schemaOf({ temporary })) === undefined) {
    session.createTable(`${prefix}sqlite_sequence`, SEQUENCE);
  }
  return table;
}

/** @throws {SqlError} NO_SUCH_COLLATION */
export function checkCollations(tree: ast.CreateTable | ast.CreateIndex | ast.ColumnDefinition): void {
  for (const { kind, collation = '' } of nodes(tree)) {
    if (kind === 'collate' && collationOf(collation) === undefined) {
      throw new SqlError('NO_SUCH_COLLATION', `no such collation sequence: ${collation}`);
    }
  }
}

/** What stands in a table's constraints, those of columns first. */
function* computed({ columns, constraints }: ast.CreateTable): IterableIterator<{
  readonly kind: 'check' | 'default' | 'generated';
  readonly expr: ast.Expr;
  readonly column: string;
}> {
  for (const { name: column, constraints: own } of [...columns, { name: '', constraints }]) {
    for (const constraint of own) {
      const { kind } = constraint;
      if (kind === 'check' || kind === 'default' || kind === 'generated') yield { kind, expr: constraint.expr, column };
    }
  }
}

const PLACES = { check: 'CHECK constraints', generated: 'generated columns' } as const;

/** Binds what a table's text computes. @throws {SqlError} NO_SUCH_COLUMN, NO_SUCH_FUNCTION, INVALID_SCHEMA, … */
export function checkTable({ writer }: SchemaChange, info: TableInfo, statement: ast.CreateTable): void {
  const binding = rowBinding(writer, info);
  for (const { kind, expr, column } of computed(statement)) {
    if (kind === 'default') {
      for (const node of nodes(expr)) if (!isConstant(node)) notConstant(column);
      continue;
    }
    if (kind === 'generated') {
      for (const { kind, name } of nodes(expr)) {
        if (kind === 'column' && name !== undefined && columnPlace({ ...info, rowidColumn: -2 }, name) === -2)
          throw new SqlError('NO_SUCH_COLUMN', `no such column: ${name}`);
      }
      refuseRandom(writer.functions, expr, PLACES[kind]);
    }
    refuse(expr, PLACES[kind]);
    binding.value(expr);
  }
}

function notConstant(column: string): never {
  throw new SqlError('INVALID_SCHEMA', `default value of column [${column}] is not constant`);
}

/** A node of a tree, whatever it is. */
interface AnyNode {
  readonly kind?: string;
  readonly name?: string;
  readonly quoted?: string;
  readonly args?: readonly unknown[];
  readonly collation?: string;
}

function isConstant({ kind, name, quoted }: AnyNode): boolean {
  if (kind === 'column') return quoted === '"' || /^(true|false)$/i.test(name ?? '');
  return kind !== 'select' && kind !== 'exists' && kind !== 'parameter';
}

function* nodes(tree: unknown): IterableIterator<AnyNode> {
  if (typeof tree !== 'object' || tree === null || tree instanceof Uint8Array) return;
  yield tree;
  for (const value of Object.values(tree)) yield* nodes(value);
}

/** Subqueries and parameters may not stand in an expression of the schema. */
function refuse(expr: ast.Expr, place: string): void {
  for (const { kind } of nodes(expr)) {
    if (kind === 'exists' || kind === 'select') {
      throw new SqlError('INVALID_SCHEMA', `subqueries prohibited in ${place}`);
    }
    if (kind === 'parameter') throw new SqlError('INVALID_SCHEMA', `parameters prohibited in ${place}`);
  }
}

/** Functions whose result may change may not be kept. */
function refuseRandom(functions: FunctionTable, expr: ast.Expr, place: string): void {
  for (const { kind, name = '', args } of nodes(expr)) {
    if (kind === 'call' && functions.scalar(name, args?.length ?? 0)?.deterministic === false) {
      throw new SqlError('INVALID_SCHEMA', `non-deterministic functions prohibited in ${place}`);
    }
  }
}

/** Refuses a statement that has parameters. @throws {SqlError} INVALID_SCHEMA with SQLite's message */
export function refuseParameters(statement: ast.Statement): never {
  if (statement.kind === 'createTrigger') throw new SqlError('INVALID_SCHEMA', 'trigger cannot use variables');
  if (statement.kind === 'createIndex') {
    for (const { expr } of statement.columns) refuse(expr, 'index expressions');
    if (statement.where !== null) refuse(statement.where.expr, 'partial index WHERE clauses');
  }
  if (statement.kind === 'createTable') {
    for (const { kind, expr, column } of computed(statement)) {
      if (kind === 'default') notConstant(column);
      else refuse(expr, PLACES[kind]);
    }
  }
  throw new SqlError(
    'INVALID_SCHEMA',
    `parameters are not allowed in ${statement.kind === 'createView' ? 'views' : 'schema statements'}`,
  );
}

export function createIndex(change: SchemaChange, statement: ast.CreateIndex): void {
  const { catalog, writer } = change;
  const { name } = statement;
  const found = catalog.table(statement.table.name, statement.schema);
  if (found === undefined) {
    throw new SqlError('NO_SUCH_TABLE', `no such table: ${statement.schema ?? 'main'}.${statement.table.name}`);
  }
  const schema = schemaOf(found);
  checkName(name);
  if (found.kind === 'table' && (found.virtualRows !== undefined || foldName(found.name).startsWith('sqlite_'))) {
    const shown = found.virtualRows === undefined ? found.name : 'sqlite_master';
    throw new SqlError('WRONG_OBJECT_TYPE', `table ${shown} may not be indexed`);
  }
  if (found.kind === 'view') throw new SqlError('WRONG_OBJECT_TYPE', 'views may not be indexed');
  if (catalog.table(name, schema) !== undefined) {
    throw new SqlError('INDEX_EXISTS', `there is already a table named ${name}`);
  }
  if (catalog.index(name, schema) !== undefined) {
    if (statement.ifNotExists) return;
    throw new SqlError('INDEX_EXISTS', `index ${name} already exists`);
  }
  checkCollations(statement);
  // No function of the user: the index is kept up to date at recovery too, before there is any.
  const binder = new Binder({ catalog, functions: BUILT_IN });
  const binding = new Binding(writer, binder, new Scope());
  binding.add(found.name, found);
  for (const { expr } of statement.columns) {
    refuse(expr, 'index expressions');
    refuseRandom(BUILT_IN, expr, 'index expressions');
    const inner = expr.kind === 'collate' ? expr.operand : expr;
    if (inner.kind !== 'column' && inner.kind !== 'literal') binding.value(expr);
  }
  if (statement.where !== null) {
    refuse(statement.where.expr, 'partial index WHERE clauses');
    refuseRandom(BUILT_IN, statement.where.expr, 'partial index WHERE clauses');
    binding.value(statement.where.expr);
  }
  const text = `CREATE ${statement.unique ? 'UNIQUE ' : ''}INDEX ${change.textFrom(statement.at)}`;
  try {
    writer.session.createIndex(found.storage, prefixOf(found) + name, text);
  } catch (error) {
    if (!(error instanceof SqlError) || error.code !== 'UNIQUE_VIOLATION') throw error;
    const isPlain = statement.columns.every(({ expr }) => expr.kind === 'column' || expr.kind === 'collate');
    const columns = statement.columns.map(({ expr }) => {
      const inner = expr.kind === 'collate' ? expr.operand : expr;
      const written = inner.kind === 'column' ? inner.name : '';
      return `${found.name}.${found.columns.find((column) => sameName(column.name, written))?.name ?? written}`;
    });
    const what = isPlain ? columns.join(', ') : `index '${name}'`;
    throw new SqlError('UNIQUE_VIOLATION', `UNIQUE constraint failed: ${what}`, { details: error.details });
  }
}

export function createView(change: SchemaChange, statement: ast.CreateView): void {
  const { name } = statement;
  const temporary = isTemp(statement, 'table');
  if (!isFree(change, name, statement.ifNotExists, schemaOf({ temporary }))) return;
  change.add('view', prefixOf({ temporary }) + name, 0, `CREATE VIEW ${change.textFrom(statement.at)}`);
}

export function createTrigger(change: SchemaChange, statement: ast.CreateTrigger): void {
  const { catalog } = change;
  const { name, table: on, time } = statement;
  const wrong = (message: string): never => {
    throw new SqlError('WRONG_OBJECT_TYPE', message);
  };
  const wanted = isTemp(statement, 'trigger');
  const table = catalog.table(on.name, on.schema ?? (wanted ? null : statement.schema));
  if (table === undefined) {
    throw new SqlError('NO_SUCH_TABLE', `no such table: ${on.schema ?? 'main'}.${on.name}`);
  }
  checkName(name);
  const temporary = wanted || table.temporary === true;
  if (catalog.trigger(name, schemaOf({ temporary })) !== undefined) {
    if (statement.ifNotExists) return;
    throw new SqlError('TRIGGER_EXISTS', `trigger ${quoteIfNeeded(name)} already exists`);
  }
  if (foldName(table.name).startsWith('sqlite_')) wrong('cannot create trigger on system table');
  if (table.kind === 'view' && time !== 'INSTEAD OF') wrong(`cannot create ${time} trigger on view: ${on.name}`);
  if (table.kind === 'table' && time === 'INSTEAD OF') wrong(`cannot create INSTEAD OF trigger on table: ${on.name}`);
  for (const item of statement.body) {
    if (item.kind !== 'select' && item.table.schema !== null) {
      const what = 'qualified table names are not allowed on INSERT, UPDATE, and DELETE statements within triggers';
      throw new SqlError('INVALID_SCHEMA', what);
    }
  }
  const owner = table.kind === 'table' ? table.schemaId : 0;
  const text = `CREATE TRIGGER ${change.textFrom(statement.at)}`;
  change.add('trigger', TRIGGER_PREFIX + prefixOf({ temporary }) + name, owner, text);
}

/** Names as a table has them: the second `a` is `a:1`. */
function uniqueNames(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let n = 1; seen.has(foldName(unique)); n++) unique = `${name}:${n}`;
    seen.add(foldName(unique));
    return unique;
  });
}

function quoteIfNeeded(name: string): string {
  return isBareName(name) ? name : quoteName(name);
}
