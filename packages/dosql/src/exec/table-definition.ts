/** Turns CREATE TABLE and CREATE INDEX into definitions: affinities, keys, slots, and the indexes of constraints. */
import { SqlError } from '@dotdo/shared-types';
import { foldName, sameName } from '../catalog/catalog.ts';
import type { IndexDefinition, TableDefinition } from '../catalog/definition.ts';
import type { Affinity, ColumnInfo, ConflictAction, ForeignKeyInfo, IndexColumnInfo } from '../catalog/schema.ts';
import type {
  ColumnConstraint,
  CreateIndex,
  CreateTable,
  Expr,
  ForeignKeyReference,
  OrderTerm,
  TableConstraint,
} from '../sql/ast.ts';

const AFFINITY_RULES: readonly [RegExp, Affinity][] = [
  [/INT/, 'INTEGER'],
  [/CHAR|CLOB|TEXT/, 'TEXT'],
  [/BLOB/, 'BLOB'],
  [/REAL|FLOA|DOUB/, 'REAL'],
];
const STRICT_TYPES: readonly string[] = ['INT', 'INTEGER', 'REAL', 'TEXT', 'BLOB', 'ANY'];

/** @see https://www.sqlite.org/datatype3.html#determination_of_column_affinity */
function affinityOf(type: string | null): Affinity {
  if (type === null || type === '') return 'BLOB';
  const upper = type.toUpperCase();
  return AFFINITY_RULES.find(([pattern]) => pattern.test(upper))?.[1] ?? 'NUMERIC';
}

interface Key {
  readonly origin: 'u' | 'pk';
  readonly terms: readonly OrderTerm[];
  readonly conflict: ConflictAction | null;
}

type MutableColumn = { -readonly [K in keyof ColumnInfo]: ColumnInfo[K] };

/** @throws {SqlError} DUPLICATE_COLUMN, INVALID_SCHEMA, NO_SUCH_COLUMN */
export function defineTable(statement: CreateTable, sql: string): TableDefinition {
  const { name: table, strict, withoutRowid } = statement;
  const invalid = (message: string): never => {
    throw new SqlError('INVALID_SCHEMA', message);
  };
  const columns: MutableColumn[] = [];
  const keys: Key[] = [];
  const checks: { name: string | null; sql: string }[] = [];
  const foreignKeys: ForeignKeyInfo[] = [];
  let autoincrement = false;
  let primary: Key | undefined;
  let isAlias = false; // may be an alias of the rowid
  /** A key or a CHECK, of a column or of the table. */
  const add = (
    constraint: ColumnConstraint | TableConstraint,
    terms: readonly OrderTerm[],
    descending = false,
  ): void => {
    const { kind } = constraint;
    if (kind === 'check') {
      checks.push({ name: constraint.name ?? quotedName(constraint.text), sql: constraint.text });
    } else if (kind === 'unique' || kind === 'primaryKey') {
      const key: Key = { origin: kind === 'unique' ? 'u' : 'pk', terms, conflict: constraint.conflict };
      keys.push(key);
      if (kind === 'unique') return;
      if (primary !== undefined) invalid(`table "${table}" has more than one primary key`);
      primary = key;
      isAlias = !descending;
      autoincrement = constraint.autoincrement;
    }
  };

  for (const definition of statement.columns) {
    const { name, type } = definition;
    if (columns.some((column) => sameName(column.name, name))) {
      throw new SqlError('DUPLICATE_COLUMN', `duplicate column name: ${name}`);
    }
    const upper = type?.toUpperCase() ?? '';
    if (strict && !STRICT_TYPES.includes(upper)) {
      if (type === null) invalid(`missing datatype for ${table}.${name}`);
      invalid(`unknown datatype for ${table}.${name}: "${type}"`);
    }
    const column: MutableColumn = {
      name,
      declaredType: STRICT_TYPES.includes(upper) ? upper : type,
      affinity: strict && upper === 'ANY' ? 'BLOB' : affinityOf(type),
      collation: 'BINARY',
      notNull: false,
      primaryKey: 0,
      defaultSql: null,
      generated: null,
      hidden: false,
      slot: -1,
      strictType: strict ? upper : null,
    };
    columns.push(column);
    for (const constraint of definition.constraints) {
      const descending = constraint.kind === 'primaryKey' && constraint.descending;
      add(constraint, [{ expr: columnExpr(name), descending, nulls: null, text: name }], descending);
      switch (constraint.kind) {
        case 'notNull':
          column.notNull = true;
          if (constraint.conflict !== null) column.notNullConflict = constraint.conflict;
          break;
        case 'default':
          column.defaultSql = constraint.text;
          break;
        case 'collate':
          column.collation = constraint.collation.toUpperCase();
          break;
        case 'references':
          foreignKeys.push(foreignKey([name], constraint.reference));
          break;
        case 'generated':
          column.generated = { sql: constraint.text, stored: constraint.stored };
          break;
        default:
      }
    }
    if (column.generated !== null && column.defaultSql !== null) invalid('cannot use DEFAULT on a generated column');
  }
  for (const constraint of statement.constraints) {
    if (constraint.kind !== 'foreignKey') add(constraint, 'columns' in constraint ? constraint.columns : []);
    else {
      const names = constraint.columns.map(({ name }) => name);
      const unknown = names.find((name) => !columns.some((column) => sameName(column.name, name)));
      if (unknown !== undefined) invalid(`unknown column "${unknown}" in foreign key definition`);
      foreignKeys.push(foreignKey(names, constraint.reference));
    }
  }
  for (const { columns: own, parent, parentColumns } of foreignKeys) {
    if (parentColumns === null || parentColumns.length === own.length) continue;
    invalid(
      own.length === 1
        ? `foreign key on ${own[0]} should reference only one column of table ${parent}`
        : 'number of columns in foreign key does not match the number of columns in the referenced table',
    );
  }
  if (columns.every((column) => column.generated !== null)) invalid('must have at least one non-generated column');

  const pk: Key | undefined = primary;
  const pkColumns = pk === undefined ? [] : indexColumns(pk.terms, columns, true);
  const single = pkColumns.length === 1 ? pkColumns[0]?.column : undefined;
  const rowidColumn =
    !withoutRowid && isAlias && single !== undefined && columns[single]?.declaredType?.toUpperCase() === 'INTEGER'
      ? single
      : -1;
  if (autoincrement) {
    if (withoutRowid) invalid('AUTOINCREMENT not allowed on WITHOUT ROWID tables');
    if (rowidColumn < 0) invalid('AUTOINCREMENT is only allowed on an INTEGER PRIMARY KEY');
  }
  if (withoutRowid && pk === undefined) invalid(`PRIMARY KEY missing on table ${table}`);
  for (const [i, { column: at }] of pkColumns.entries()) {
    const column = columns[at] as MutableColumn;
    if (column.primaryKey === 0) column.primaryKey = i + 1;
    if (column.generated !== null) invalid('generated columns cannot be part of the PRIMARY KEY');
    if (withoutRowid || (strict && rowidColumn < 0)) column.notNull = true;
  }

  let slot = withoutRowid ? 0 : 1;
  if (withoutRowid)
    for (const { column } of distinctColumns(pkColumns)) (columns[column] as MutableColumn).slot = slot++;
  for (const [i, column] of columns.entries()) {
    if (i === rowidColumn) column.slot = 0;
    else if (column.slot < 0 && (column.generated === null || column.generated.stored)) column.slot = slot++;
  }

  const constraints: IndexDefinition[] = [];
  for (const key of keys) {
    if (key === pk && rowidColumn >= 0) continue;
    const isOwn = key === pk && withoutRowid;
    const terms = indexColumns(key.terms, columns, true);
    const same = constraints.findIndex((other) => sameIndexColumns(other.columns, terms));
    if (same >= 0) {
      const other = constraints[same] as IndexDefinition;
      const conflict = other.conflict ?? key.conflict;
      if (conflict !== null && key.conflict !== null && conflict !== key.conflict) {
        invalid('conflicting ON CONFLICT clauses specified');
      }
      const origin = key.origin === 'pk' ? 'pk' : other.origin;
      constraints[same] = { ...other, origin, ...(conflict !== null && { conflict }) };
      continue;
    }
    constraints.push({
      unique: true,
      origin: key.origin,
      columns: isOwn ? distinctColumns(terms) : terms,
      where: null,
      sql: null,
      ordinal: isOwn ? -1 : 0,
      ...(key.conflict !== null && { conflict: key.conflict }),
    });
  }
  const rowidConflict = rowidColumn >= 0 ? pk?.conflict : null;
  return {
    columns,
    withoutRowid,
    strict,
    autoincrement,
    rowidColumn,
    checks,
    foreignKeys,
    sql,
    constraints,
    ...(rowidConflict && { rowidConflict }),
  };
}

/** @throws {SqlError} NO_SUCH_COLUMN */
export function defineIndex(
  statement: CreateIndex,
  table: Pick<TableDefinition, 'columns'>,
  sql: string,
): IndexDefinition {
  return {
    unique: statement.unique,
    origin: 'c',
    columns: indexColumns(statement.columns, table.columns, false),
    where: statement.where?.text ?? null,
    sql,
    ordinal: 0,
  };
}

function foreignKey(columns: string[], reference: ForeignKeyReference): ForeignKeyInfo {
  const { table, onDelete, onUpdate, deferred } = reference;
  const parentColumns = reference.columns?.map(({ name }) => name) ?? null;
  return { columns, parent: table, parentColumns, onDelete, onUpdate, deferred };
}

function columnExpr(name: string): Expr {
  return { kind: 'column', schema: null, table: null, name, quoted: '', at: 0, tableAt: -1 };
}

/** SQLite calls a CHECK by its text, and takes the quotes off of a name that it begins with. */
function quotedName(text: string): string | null {
  const found = /^(?:"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|'((?:[^']|'')*)')/.exec(text);
  return found === null ? null : (found.slice(1).find((name) => name !== undefined) as string);
}

function indexColumns(
  terms: readonly OrderTerm[],
  columns: readonly ColumnInfo[],
  isConstraint: boolean,
): IndexColumnInfo[] {
  return terms.map(({ expr, descending, nulls, text }) => {
    if (nulls !== null) throw new SqlError('INVALID_SCHEMA', `unsupported use of NULLS ${nulls}`);
    let inner = expr;
    let collation: string | undefined;
    let depth = 0;
    for (; inner.kind === 'collate'; depth++) {
      collation ??= inner.collation.toUpperCase();
      inner = inner.operand;
    }
    const name =
      inner.kind === 'column' && inner.table === null
        ? inner.name
        : inner.kind === 'literal' && typeof inner.value === 'string' && depth < 2
          ? inner.value
          : undefined;
    if (name === undefined && isConstraint) {
      throw new SqlError('INVALID_SCHEMA', 'expressions prohibited in PRIMARY KEY and UNIQUE constraints');
    }
    if (name === undefined) return { column: -2, expression: text, collation: collation ?? 'BINARY', descending };
    const column = columns.findIndex((column) => sameName(column.name, name));
    if (column < 0) throw new SqlError('NO_SUCH_COLUMN', `no such column: ${name}`);
    return { column, expression: null, collation: collation ?? (columns[column] as ColumnInfo).collation, descending };
  });
}

function sameIndexColumns(a: readonly IndexColumnInfo[], b: readonly IndexColumnInfo[]): boolean {
  return (
    a.length === b.length &&
    a.every((column, i) => column.column === b[i]?.column && column.collation === b[i].collation)
  );
}

function distinctColumns(columns: readonly IndexColumnInfo[]): IndexColumnInfo[] {
  return columns.filter((column, i) => columns.findIndex((other) => other.column === column.column) === i);
}

/** @throws {SqlError} RESERVED_NAME */
export function checkName(name: string): void {
  if (foldName(name).startsWith('sqlite_')) {
    throw new SqlError('RESERVED_NAME', `object name reserved for internal use: ${name}`);
  }
}
