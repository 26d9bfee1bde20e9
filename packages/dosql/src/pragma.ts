/**
 * PRAGMA: what describes the schema, settings of the session, and answers that a client expects of SQLite. An unknown
 * name is ignored, as in SQLite. Those that describe are functions too: `SELECT * FROM pragma_table_info('t')`.
 * @see https://www.sqlite.org/pragma.html
 */
import { SqlError } from '@dotdo/shared-types';
import { mismatched, quoteName, quoteTable, referenced } from './exec/foreign-keys.ts';
import { toText } from './exec/functions/index.ts';
import { foldName, schemaOf } from './catalog/catalog.ts';
import type { ColumnInfo, IndexInfo, TableInfo, ViewInfo } from './catalog/schema.ts';
import { collationNames, compareCells, type Cell } from './codec/cell.ts';
import type { TableFunction } from './exec/functions/function.ts';
import { typeAffinity } from './plan/bind.ts';
import type { Session } from './session.ts';
import { toSchemaRow, type Row } from './txn/index.ts';

type Describe = (session: Session, argument: string) => Cell[][];

const COLUMN_COLUMNS = ['cid', 'name', 'type', 'notnull', 'dflt_value', 'pk'];
const INDEX_COLUMNS = ['seqno', 'cid', 'name'];

/** Pragmas that describe: their columns and rows. */
const DESCRIPTIONS: Readonly<Record<string, readonly [columns: readonly string[], rows: Describe]>> = {
  table_info: [COLUMN_COLUMNS, (session, name) => columnRows(session, name, false)],
  table_xinfo: [[...COLUMN_COLUMNS, 'hidden'], (session, name) => columnRows(session, name, true)],
  table_list: [['schema', 'name', 'type', 'ncol', 'wr', 'strict'], tableRows],
  index_list: [
    ['seq', 'name', 'unique', 'origin', 'partial'],
    (session, name) =>
      (tableOf(session, name)?.indexes ?? [])
        .toReversed()
        .map(({ name, unique, origin, where }, seq) => [seq, name, Number(unique), origin, Number(where !== null)]),
  ],
  index_info: [INDEX_COLUMNS, (session, name) => indexRows(session, name, false)],
  index_xinfo: [[...INDEX_COLUMNS, 'desc', 'coll', 'key'], (session, name) => indexRows(session, name, true)],
  foreign_key_list: [['id', 'seq', 'table', 'from', 'to', 'on_update', 'on_delete', 'match'], foreignKeyRows],
  database_list: [['seq', 'name', 'file'], () => [[0, 'main', '']]],
  collation_list: [['seq', 'name'], () => collationNames().map((name, seq) => [seq, name])],
  function_list: [
    ['name', 'builtin', 'type', 'enc', 'narg', 'flags'],
    ({ functions }) =>
      functions.list().map(({ name, type, builtIn, max }) => [name, Number(builtIn), type, 'utf8', max, 0]),
  ],
  compile_options: [['compile_options'], () => COMPILE_OPTIONS.map((option) => [option])],
  pragma_list: [['name'], pragmaNames],
  module_list: [['name'], () => []],
  integrity_check: [['integrity_check'], integrityRows],
  quick_check: [['quick_check'], integrityRows],
  foreign_key_check: [['table', 'rowid', 'parent', 'fkid'], violations],
};

/** What of SQLite's options holds here. */
const COMPILE_OPTIONS = [
  'ENABLE_COLUMN_METADATA',
  'ENABLE_MATH_FUNCTIONS',
  'OMIT_LOAD_EXTENSION',
  'OMIT_VIRTUALTABLE',
  'THREADSAFE=0',
];

/** Types of a view's columns that are not declared. */
const AFFINITY_TYPES = { INTEGER: 'INT', REAL: 'REAL', NUMERIC: 'NUM', TEXT: 'TEXT', BLOB: 'BLOB' } as const;

type Switch = 'foreignKeys' | 'recursiveTriggers' | 'deferForeignKeys' | 'ignoreChecks' | 'queryOnly';

/** Settings of the session that are on or off. */
const SWITCHES: Readonly<Record<string, Switch>> = {
  foreign_keys: 'foreignKeys',
  recursive_triggers: 'recursiveTriggers',
  defer_foreign_keys: 'deferForeignKeys',
  ignore_check_constraints: 'ignoreChecks',
  query_only: 'queryOnly',
};

/** Numbers that the database keeps. */
const KEPT: readonly string[] = ['user_version', 'application_id'];

/** What else is answered. */
const OWN: readonly string[] = ['schema_version', 'data_version', 'page_count', 'case_sensitive_like'];

/** What SQLite answers, where there is nothing to set here. */
const ANSWERS: Readonly<Record<string, Cell>> = {
  encoding: 'UTF-8',
  journal_mode: 'wal',
  synchronous: 2,
  cache_size: -65536,
  page_size: 4096,
  temp_store: 2,
  locking_mode: 'normal',
  auto_vacuum: 0,
  busy_timeout: 0,
  wal_autocheckpoint: 1000,
  legacy_alter_table: 0,
  read_uncommitted: 0,
  secure_delete: 0,
  trusted_schema: 1,
  max_page_count: 4294967294,
  freelist_count: 0,
  mmap_size: 0,
  automatic_index: 1,
  cell_size_check: 0,
};

/** Set without an answer. */
const SILENT: readonly string[] = [
  ...['synchronous', 'cache_size', 'temp_store', 'page_size', 'auto_vacuum', 'encoding', 'automatic_index'],
  ...['legacy_alter_table', 'read_uncommitted', 'trusted_schema', 'cell_size_check'],
];

/** Names of the columns of a pragma's answer; empty where it has none. */
export function pragmaColumns(name: string, value: string | null): readonly string[] {
  const key = name.toLowerCase();
  const described = DESCRIPTIONS[key];
  if (described !== undefined) return described[0];
  if (key === 'wal_checkpoint') return ['busy', 'log', 'checkpointed'];
  if (key === 'busy_timeout') return ['timeout'];
  if (key in SWITCHES || KEPT.includes(key) || OWN.includes(key)) return value === null ? [key] : [];
  return key in ANSWERS && (value === null || !SILENT.includes(key)) ? [key] : [];
}

/** Whether a pragma changes nothing. */
export function isReadingPragma(name: string, value: string | null): boolean {
  return value === null || name.toLowerCase() in DESCRIPTIONS;
}

/** Runs a pragma and returns its rows. */
export function runPragma(session: Session, name: string, value: string | null): Cell[][] {
  const key = name.toLowerCase();
  const described = DESCRIPTIONS[key];
  if (described !== undefined) return described[1](session, value ?? '');
  const { writer } = session;
  const setting = SWITCHES[key];
  if (setting !== undefined) {
    if (value === null) return [[Number(writer[setting])]];
    // Within a transaction foreign_keys stays as it is, as in SQLite.
    if (key !== 'foreign_keys' || !session.inTransaction) writer[setting] = isOn(value);
    return [];
  }
  if (KEPT.includes(key)) {
    if (value === null) return [[keptNumber(session, key)]];
    keepNumber(session, key, Number.parseInt(value, 10) | 0);
    return [];
  }
  switch (key) {
    case 'case_sensitive_like':
      if (value === null) return [];
      session.caseSensitiveLike = isOn(value);
      return [];
    case 'schema_version':
    case 'data_version':
      return value === null ? [[session.catalog.version]] : [];
    case 'page_count':
      return [[Math.ceil(session.storage.stats.cacheBytes / 4096)]];
    case 'wal_checkpoint':
      session.storage.checkpoint();
      return [[0, 0, 0]];
    case 'optimize':
      return [];
  }
  return pragmaColumns(key, value).length > 0 ? [[ANSWERS[key] as Cell]] : [];
}

/** The pragmas that describe, as functions in FROM. */
export function pragmaFunctions(session: () => Session): TableFunction[] {
  return Object.entries(DESCRIPTIONS).map(([name, [columns, rows]]) => ({
    name: `pragma_${name}`,
    min: 0,
    max: 2,
    columns,
    hidden: ['arg', 'schema'],
    rows: (args) =>
      rows(session(), toText(args[0] ?? null) ?? '').map((row) => [...row, args[0] ?? null, args[1] ?? null]),
  }));
}

function isOn(value: string): boolean {
  return /^(on|yes|true|[1-9]\d*)$/i.test(value);
}

function tableOf(session: Session, name: string): TableInfo | undefined {
  const table = session.catalog.table(name);
  return table?.kind === 'table' ? table : undefined;
}

function columnRows(session: Session, name: string, hidden: boolean): Cell[][] {
  const table = session.catalog.table(name);
  if (table === undefined) return [];
  if (table.kind === 'view') {
    return session.viewColumns(table).map(({ name, declaredType, affinity }, cid) => {
      const isDeclared = typeof declaredType === 'string' && typeAffinity(declaredType) === affinity;
      const type = isDeclared && declaredType !== '' ? declaredType : affinity === null ? '' : AFFINITY_TYPES[affinity];
      const row: Cell[] = [cid, name, type, 0, null, 0];
      return hidden ? [...row, 0] : row;
    });
  }
  const kept = hidden ? table.columns : table.columns.filter(({ generated }) => generated === null);
  return kept.map((column) => columnRow(column, table.columns.indexOf(column), hidden));
}

function columnRow(column: ColumnInfo, cid: number, hidden: boolean): Cell[] {
  const { name, declaredType, notNull, defaultSql, primaryKey, generated } = column;
  const row: Cell[] = [cid, name, declaredType ?? '', Number(notNull), defaultSql, primaryKey];
  return hidden ? [...row, generated === null ? 0 : generated.stored ? 3 : 2] : row;
}

function tableRows(session: Session, only: string): Cell[][] {
  const { catalog } = session;
  const tables: (TableInfo | ViewInfo)[] = [...catalog.tables()];
  for (const name of ['sqlite_schema', 'sqlite_temp_schema']) tables.push(catalog.table(name) as TableInfo);
  return tables
    .filter(({ name }) => only === '' || foldName(name) === foldName(only))
    .map((table) =>
      table.kind === 'view'
        ? [schemaOf(table), table.name, 'view', session.viewColumns(table).length, 0, 0]
        : [
            schemaOf(table),
            table.name,
            'table',
            table.columns.length,
            Number(table.withoutRowid),
            Number(table.strict),
          ],
    );
}

function indexRows(session: Session, name: string, all: boolean): Cell[][] {
  // the name of a table WITHOUT ROWID is that of its primary key
  const own = tableOf(session, name);
  const index: IndexInfo | undefined =
    session.catalog.index(name) ?? (own?.withoutRowid ? own.indexes.find(({ ordinal }) => ordinal < 0) : undefined);
  const table = index === undefined ? undefined : tableOf(session, index.table);
  if (index === undefined || table === undefined) return [];
  const nameOf = (column: number): string | null => table.columns[column]?.name ?? null;
  const rows = index.columns.map(({ column, descending, collation }, seqno): Cell[] => {
    const row: Cell[] = [seqno, column, nameOf(column)];
    return all ? [...row, Number(descending), collation, 1] : row;
  });
  if (!all) return rows;
  if (!table.withoutRowid) return [...rows, [rows.length, -1, null, 0, 'BINARY', 0]];
  const rest =
    index.ordinal < 0
      ? table.columns.filter((column) => column.primaryKey === 0 && column.slot >= 0)
      : table.columns.filter((column) => column.primaryKey > 0).sort((a, b) => a.primaryKey - b.primaryKey);
  for (const column of rest) {
    const cid = table.columns.indexOf(column);
    if (index.columns.some((key) => key.column === cid)) continue;
    rows.push([rows.length, cid, column.name, 0, column.collation, 0]);
  }
  return rows;
}

function foreignKeyRows(session: Session, name: string): Cell[][] {
  const keys = tableOf(session, name)?.foreignKeys ?? [];
  return keys.toReversed().flatMap(({ columns, parent, parentColumns, onUpdate, onDelete }, id) =>
    columns.map((column, seq): Cell[] => {
      return [id, seq, parent, column, parentColumns?.[seq] ?? null, onUpdate, onDelete, 'NONE'];
    }),
  );
}

/** Rows without a parent. @throws {SqlError} NO_SUCH_TABLE, FOREIGN_KEY_MISMATCH */
function violations(session: Session, only: string): Cell[][] {
  needTable(session, only);
  const found: Cell[][] = [];
  for (const child of session.catalog.tables()) {
    if (child.kind === 'view' || (only !== '' && foldName(child.name) !== foldName(only))) continue;
    const { foreignKeys } = child;
    const rows: Cell[][] = [];
    for (const [id, key] of foreignKeys.toReversed().entries()) {
      const parent = session.catalog.table(key.parent, schemaOf(child));
      const columns = parent?.kind === 'table' ? referenced(parent, key) : undefined;
      if (parent !== undefined && columns === undefined) throw mismatched(child, key);
      const given = key.columns.map((name) => `c.${quoteName(name)} IS NOT NULL`).join(' AND ');
      const same = key.columns.map((name, i) => `p.${quoteName(columns?.[i]?.name ?? '')} = c.${quoteName(name)}`);
      const has = `EXISTS (SELECT 1 FROM ${quoteTable({ ...child, name: key.parent })} AS p WHERE ${same.join(' AND ')})`;
      const sql = `SELECT ${child.withoutRowid ? 'NULL' : 'c.rowid'} FROM ${quoteTable(child)} AS c WHERE ${given}`;
      const missing = session.prepareOne(parent === undefined ? sql : `${sql} AND NOT ${has}`);
      const { stream, frame } = session.start(missing, []);
      while (stream.next(frame)) rows.push([child.name, stream.row()[0] as Cell, key.parent, id]);
    }
    found.push(...rows.sort((a, b) => compareCells(a[1] as Cell, b[1] as Cell)));
  }
  return found;
}

function needTable(session: Session, name: string): void {
  if (name !== '' && session.catalog.table(name) === undefined) {
    throw new SqlError('NO_SUCH_TABLE', `no such table: ${name}`);
  }
}

function pragmaNames(): Cell[][] {
  const names = [...Object.keys(DESCRIPTIONS), ...Object.keys(SWITCHES), ...KEPT, ...Object.keys(ANSWERS)];
  return names.sort().map((name) => [name]);
}

/** The whole database is checked, whatever table is asked for. */
function integrityRows(session: Session, argument: string): Cell[][] {
  if (!/^\d*$/.test(argument)) needTable(session, argument);
  const { problems } = session.storage.check();
  return problems.length === 0 ? [['ok']] : problems.map((problem) => [JSON.stringify(problem)]);
}

/** Rows of this type are the database's own numbers; their text is the value. */
const KEPT_TYPE = 'pragma';

function keptRow(session: Session, name: string): Row | undefined {
  const cursor = session.txn.tree(session.storage.schema).cursor();
  for (let more = cursor.first(); more; more = cursor.next()) {
    const row = cursor.row();
    const found = toSchemaRow(row);
    if (found.type === KEPT_TYPE && found.name === `${KEPT_TYPE} ${name}`) return row;
  }
  return undefined;
}

function keptNumber(session: Session, name: string): number {
  const row = keptRow(session, name);
  return row === undefined ? 0 : Number(toSchemaRow(row).text);
}

function keepNumber(session: Session, name: string, value: number): void {
  const { txn, storage } = session;
  txn.statement(() => {
    const before = keptRow(session, name);
    if (before === undefined) {
      const id = storage.allocateObjectId();
      txn.insert(storage.schema, [id, KEPT_TYPE, `${KEPT_TYPE} ${name}`, id, String(value)]);
    } else txn.update(storage.schema, before, [...before.slice(0, 4), String(value)]);
  });
}
