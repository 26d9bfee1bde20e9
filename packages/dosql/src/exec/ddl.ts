/**
 * Schema statements. Each changes rows of the storage's schema table and the trees behind them in one statement of the
 * transaction at hand, so that ROLLBACK takes both back. A change of a table's layout writes its rows anew.
 */
import { SqlError } from '@dotdo/shared-types';
import { foldName, sameName, STAT_TABLE, TRIGGER_PREFIX } from '../catalog/catalog.ts';
import { tableDefinition } from '../catalog/definition.ts';
import type { ColumnInfo, TableInfo } from '../catalog/schema.ts';
import { type Cell, compareCells, collationOf } from '../codec/cell.ts';
import type * as ast from '../sql/ast.ts';
import { tokenEnd } from '../sql/index.ts';
import { toSchemaRow, type SchemaRow, type Table } from '../txn/index.ts';
import { newBinding } from './binding.ts';
import { quoteName } from './foreign-keys.ts';
import { parseIndex, parseTable, parseTrigger } from './schema-text.ts';
import { checkName, defineTable } from './table-definition.ts';
import { textProgram } from './write.ts';
import type { Writer } from './writer.ts';

type Ddl =
  | ast.CreateTable
  | ast.CreateIndex
  | ast.CreateView
  | ast.CreateTrigger
  | ast.Drop
  | ast.AlterTable
  | ast.Reindex
  | ast.Analyze;

const TEMPORARY = 'TEMP ';
const SEQUENCE = 'CREATE TABLE sqlite_sequence(name,seq)';
const STATISTICS = `CREATE TABLE ${STAT_TABLE}(tbl,idx,stat)`;
const TYPE_OF_AFFINITY = { INTEGER: 'INT', REAL: 'REAL', NUMERIC: 'NUM', TEXT: 'TEXT', BLOB: '' } as const;

/**
 * Runs a schema statement.
 * @param span where the statement stands in `sql`
 * @throws {SqlError} TABLE_EXISTS, NO_SUCH_TABLE, UNSUPPORTED, … with SQLite's messages
 */
export function executeDdl(writer: Writer, statement: ast.Statement, span: ast.ParsedStatement, sql: string): void {
  const ddl = new SchemaChange(writer, (at) => sql.slice(at, span.end).trimEnd());
  writer.statement(() => ddl.run(statement as Ddl));
}

/**
 * Removes temporary objects: whoever opens a database finds none. They live beside the others, and every session of the
 * open database sees them.
 */
export function dropTemporary(writer: Writer): void {
  const change = new SchemaChange(writer, () => '');
  if (change.hasTemporary) writer.statement(() => change.dropTemporary());
}

function temporary(statement: { readonly temporary: boolean }): string {
  return statement.temporary ? TEMPORARY : '';
}

class SchemaChange {
  readonly #writer: Writer;
  /** Text of the statement from an offset on. */
  readonly #textFrom: (at: number) => string;

  constructor(writer: Writer, textFrom: (at: number) => string) {
    this.#writer = writer;
    this.#textFrom = textFrom;
  }

  run(statement: Ddl): void {
    if ('schema' in statement && statement.schema !== null && !['main', 'temp'].includes(foldName(statement.schema))) {
      throw new SqlError('NO_SUCH_DATABASE', `unknown database ${statement.schema}`);
    }
    switch (statement.kind) {
      case 'createTable':
        return this.#createTable(statement);
      case 'createIndex':
        return this.#createIndex(statement);
      case 'createView':
        return this.#createView(statement);
      case 'createTrigger':
        return this.#createTrigger(statement);
      case 'drop':
        return this.#drop(statement);
      case 'alterTable':
        return this.#alter(statement);
      case 'reindex':
        return this.#reindex(statement);
      default:
        return this.#analyze(statement);
    }
  }

  get hasTemporary(): boolean {
    return this.#rows().some(isTemporary);
  }

  dropTemporary(): void {
    const { session } = this.#writer;
    for (const row of this.#rows().filter(isTemporary)) {
      if (row.type === 'table') session.dropTable(session.table(row.name) as Table);
      else this.#remove(row.type, row.name);
    }
  }

  /** True when the name is free; false when it is not and that is no error. */
  #isFree(name: string, ifNotExists: boolean): boolean {
    const { catalog } = this.#writer;
    checkName(name);
    const found = catalog.table(name);
    if (found !== undefined) {
      if (ifNotExists) return false;
      throw new SqlError('TABLE_EXISTS', `${found.kind} ${name} already exists`);
    }
    if (catalog.index(name) !== undefined) {
      throw new SqlError('TABLE_EXISTS', `there is already an index named ${name}`);
    }
    return true;
  }

  #createTable(statement: ast.CreateTable): void {
    const { name, as } = statement;
    if (!this.#isFree(name, statement.ifNotExists)) return;
    if (as === null) return void this.#makeTable(`CREATE ${temporary(statement)}TABLE ${this.#textFrom(statement.at)}`);
    const program = newBinding(this.#writer, this.#textFrom(0)).select(as);
    const columns = program.columns.map(({ name, affinity }) =>
      `${quoteName(name)} ${affinity === null ? '' : TYPE_OF_AFFINITY[affinity]}`.trimEnd(),
    );
    this.#makeTable(`CREATE ${temporary(statement)}TABLE ${quoteName(name)}(${columns.join(',')})`);
    textProgram(this.#writer, `INSERT INTO ${quoteName(name)} ${this.#textFrom(as.at)}`)([]);
  }

  /** Makes a table with the indexes of its constraints. */
  #makeTable(text: string): Table {
    const { session, catalog } = this.#writer;
    const statement = parseTable(text);
    const { constraints, autoincrement } = defineTable(statement, text);
    let table = session.createTable(statement.name, text);
    for (const [i, { ordinal }] of constraints.entries()) {
      if (ordinal >= 0)
        table = session.createIndex(table, `sqlite_autoindex_${statement.name}_${i + 1}`, String(i + 1));
    }
    if (autoincrement && catalog.table('sqlite_sequence') === undefined)
      session.createTable('sqlite_sequence', SEQUENCE);
    return table;
  }

  #createIndex(statement: ast.CreateIndex): void {
    const { catalog, session } = this.#writer;
    const { name } = statement;
    checkName(name);
    const table = this.#table(statement.table.name, 'may not be indexed');
    if (catalog.index(name) !== undefined) {
      if (statement.ifNotExists) return;
      throw new SqlError('INDEX_EXISTS', `index ${name} already exists`);
    }
    if (catalog.table(name) !== undefined) {
      throw new SqlError('INDEX_EXISTS', `there is already a table named ${name}`);
    }
    const text = `CREATE ${statement.unique ? 'UNIQUE ' : ''}INDEX ${this.#textFrom(statement.at)}`;
    session.createIndex(table.storage, name, text);
  }

  #createView(statement: ast.CreateView): void {
    const { name } = statement;
    if (!this.#isFree(name, statement.ifNotExists)) return;
    this.#add('view', name, 0, `CREATE ${temporary(statement)}VIEW ${this.#textFrom(statement.at)}`);
  }

  #createTrigger(statement: ast.CreateTrigger): void {
    const { catalog } = this.#writer;
    const { name, table: on, time } = statement;
    if (catalog.trigger(name) !== undefined) {
      if (statement.ifNotExists) return;
      throw new SqlError('TRIGGER_EXISTS', `trigger ${name} already exists`);
    }
    const table = catalog.table(on.name);
    if (table === undefined) throw new SqlError('NO_SUCH_TABLE', `no such table: main.${on.name}`);
    if (table.kind === 'table' && table.virtualRows !== undefined) {
      throw new SqlError('WRONG_OBJECT_TYPE', 'cannot create trigger on system table');
    }
    if ((table.kind === 'view') !== (time === 'INSTEAD OF')) {
      const kind = table.kind === 'view' ? `${time} trigger on view` : 'INSTEAD OF trigger on table';
      throw new SqlError('WRONG_OBJECT_TYPE', `cannot create ${kind}: ${on.name}`);
    }
    const owner = table.kind === 'table' ? table.schemaId : 0;
    this.#add(
      'trigger',
      TRIGGER_PREFIX + name,
      owner,
      `CREATE ${temporary(statement)}TRIGGER ${this.#textFrom(statement.at)}`,
    );
  }

  #drop({ type, name, ifExists }: ast.Drop): void {
    const { catalog, session } = this.#writer;
    const missing = (code: 'NO_SUCH_TABLE' | 'NO_SUCH_INDEX' | 'NO_SUCH_VIEW' | 'NO_SUCH_TRIGGER'): void => {
      if (!ifExists) throw new SqlError(code, `no such ${type.toLowerCase()}: ${name}`);
    };
    const found = catalog.table(name);
    switch (type) {
      case 'TABLE': {
        if (found === undefined) return missing('NO_SUCH_TABLE');
        if (found.kind === 'view') {
          throw new SqlError('WRONG_OBJECT_TYPE', `use DROP VIEW to delete view ${name}`);
        }
        if (found.virtualRows !== undefined || (foldName(name).startsWith('sqlite_') && !sameName(name, STAT_TABLE))) {
          throw new SqlError('WRONG_OBJECT_TYPE', `table ${name} may not be dropped`);
        }
        if (this.#writer.foreignKeys) textProgram(this.#writer, `DELETE FROM ${quoteName(found.name)}`)([]);
        if (found.autoincrement) textProgram(this.#writer, 'DELETE FROM sqlite_sequence WHERE name = ?')([found.name]);
        for (const trigger of found.triggers) this.#remove('trigger', TRIGGER_PREFIX + trigger.name);
        return session.dropTable(this.#table(name).storage);
      }
      case 'VIEW':
        if (found === undefined) return missing('NO_SUCH_VIEW');
        if (found.kind === 'table') {
          throw new SqlError('WRONG_OBJECT_TYPE', `use DROP TABLE to delete table ${name}`);
        }
        for (const trigger of found.triggers) this.#remove('trigger', TRIGGER_PREFIX + trigger.name);
        return this.#remove('view', found.name);
      case 'INDEX': {
        const index = catalog.index(name);
        if (index === undefined) return missing('NO_SUCH_INDEX');
        if (index.origin !== 'c') {
          throw new SqlError(
            'WRONG_OBJECT_TYPE',
            'index associated with UNIQUE or PRIMARY KEY constraint cannot be dropped',
          );
        }
        return void session.dropIndex(this.#table(index.table).storage, index.name);
      }
      case 'TRIGGER': {
        const trigger = catalog.trigger(name);
        return trigger === undefined
          ? missing('NO_SUCH_TRIGGER')
          : this.#remove('trigger', TRIGGER_PREFIX + trigger.name);
      }
      default:
        throw new SqlError('UNSUPPORTED', 'procedures are not supported');
    }
  }

  #alter({ name, action }: ast.AlterTable): void {
    const table = this.#table(name, 'may not be altered');
    switch (action.kind) {
      case 'rename':
        return this.#rename(table, action.to.name);
      case 'addColumn':
        return this.#addColumn(table, action.column, action.text);
      case 'dropColumn':
        return this.#dropColumn(table, action.column.name);
      default:
        throw new SqlError('UNSUPPORTED', `this form of ALTER TABLE is not supported: ${action.kind}`);
    }
  }

  /** Views, bodies of triggers and foreign keys that name the table are refused, not rewritten. */
  #rename(table: TableInfo, to: string): void {
    const { session, storage, catalog } = this.#writer;
    if (catalog.table(to) !== undefined || catalog.index(to) !== undefined) {
      throw new SqlError('TABLE_EXISTS', `there is already another table or index with this name: ${to}`);
    }
    checkName(to);
    this.#refuseDependents(table);
    for (const row of this.#rows()) {
      if (row.type === 'index' && row.table === table.storage.id) {
        const isOwn = row.text.startsWith('C');
        this.#replace(row, {
          ...row,
          name: isOwn ? row.name : `sqlite_autoindex_${to}_${row.text}`,
          text: isOwn ? renamed(row.text, parseIndex(row.text).table.at, to) : row.text,
        });
      } else if (row.type === 'trigger' && sameName(parseTrigger(row.text).table.name, table.name)) {
        this.#replace(row, { ...row, text: renamed(row.text, parseTrigger(row.text).table.at, to) });
      }
    }
    if (table.autoincrement) {
      textProgram(this.#writer, 'UPDATE sqlite_sequence SET name = ? WHERE name = ?')([to, table.name]);
    }
    session.changeTable(session.table(table.name) ?? storage.schema, {
      name: to,
      text: renamed(table.sql, parseTable(table.sql).at, to),
    });
  }

  #refuseDependents(table: TableInfo): void {
    const word = new RegExp(`\\b${table.name.replaceAll(/\W/g, '\\$&')}\\b`, 'i');
    for (const other of this.#writer.catalog.tables()) {
      const refers =
        other.kind === 'view'
          ? word.test(other.sql)
          : other.foreignKeys.some(({ parent }) => sameName(parent, table.name)) ||
            other.triggers.some(({ sql }) => word.test(sql.slice(parseTrigger(sql).table.at + table.name.length)));
      if (refers) throw new SqlError('UNSUPPORTED', `${table.name} is used by ${other.name}, which is not rewritten`);
    }
  }

  #addColumn(table: TableInfo, column: ast.ColumnDefinition, text: string): void {
    const has = (kind: ast.ColumnConstraint['kind']) =>
      column.constraints.some((constraint) => constraint.kind === kind);
    const invalid = (message: string): never => {
      throw new SqlError('INVALID_SCHEMA', message);
    };
    if (has('primaryKey')) invalid('Cannot add a PRIMARY KEY column');
    if (has('unique')) invalid('Cannot add a UNIQUE column');
    const isStored = column.constraints.some((constraint) => constraint.kind === 'generated' && constraint.stored);
    if (isStored) invalid('cannot add a STORED column');
    const last = parseTable(table.sql).columns.at(-1)?.end ?? 0;
    const changed = `${table.sql.slice(0, last)}, ${text}${table.sql.slice(last)}`;
    const added = defineTable(parseTable(changed), changed).columns.at(-1) as ColumnInfo;
    const value = this.#writer.table(table).defaultOf(added);
    if (added.notNull && value === null && table.storage.tree.count > 0) {
      invalid('Cannot add a NOT NULL column with default value NULL');
    }
    this.#rewrite(table, changed, value);
  }

  #dropColumn(table: TableInfo, name: string): void {
    const place = table.columns.findIndex((column) => sameName(column.name, name));
    const column = table.columns[place];
    if (column === undefined) throw new SqlError('NO_SUCH_COLUMN', `no such column: "${name}"`);
    const refuse = (message: string): never => {
      throw new SqlError('INVALID_SCHEMA', message);
    };
    if (column.primaryKey > 0) refuse(`cannot drop PRIMARY KEY column: "${name}"`);
    const indexed = table.indexes.filter((index) => index.columns.some((part) => part.column === place));
    if (indexed.some(({ origin }) => origin === 'u')) refuse(`cannot drop UNIQUE column: "${name}"`);
    if (table.columns.length === 1) refuse(`cannot drop column "${name}": no other columns exist`);
    if (indexed.length > 0) refuse(`error in index ${indexed[0]?.name} after drop column: no such column: ${name}`);
    this.#refuseDependents(table);
    const { columns } = parseTable(table.sql);
    const [before, own, after] = [columns[place - 1], columns[place], columns[place + 1]];
    const from = before?.end ?? own?.at ?? 0;
    const to = before === undefined ? (after?.at ?? 0) : (own?.end ?? 0);
    this.#rewrite(table, table.sql.slice(0, from) + table.sql.slice(to), null);
  }

  /** Makes the table anew with another text; columns are known by name, one that is new gets `added`. */
  #rewrite(table: TableInfo, text: string, added: Cell): void {
    const { session } = this.#writer;
    const rows: Cell[][] = [];
    const cursor = session.read(table.storage).tree.cursor();
    for (let more = cursor.first(); more; more = cursor.next()) rows.push(cursor.row());
    const indexes = this.#rows().filter(
      (row) => row.type === 'index' && row.table === table.storage.id && row.text.startsWith('C'),
    );
    session.dropTable(session.read(table.storage));
    let made = this.#makeTable(text);
    const definition = tableDefinition(made.spec.tree);
    const width = made.spec.tree.columns.length;
    const sources = Array.from({ length: width }, (_, slot) => {
      const column = definition.columns.find((column) => column.slot === slot);
      if (column === undefined) return slot; // the rowid
      return table.columns.find(({ name }) => sameName(name, column.name))?.slot ?? -1;
    });
    for (const row of rows)
      session.insert(
        made,
        sources.map((slot) => (slot < 0 ? added : (row[slot] as Cell))),
      );
    for (const index of indexes) made = session.createIndex(made, index.name, index.text);
  }

  #reindex({ target }: ast.Reindex): void {
    if (target === null || collationOf(target.name) !== undefined) return;
    const { catalog } = this.#writer;
    if (catalog.index(target.name) !== undefined || catalog.table(target.name)?.kind === 'table') return;
    throw new SqlError('NO_SUCH_INDEX', 'unable to identify the object to be reindexed');
  }

  /** Fills sqlite_stat1: rows, and rows to each distinct prefix of an index. @see https://sqlite.org/fileformat2.html#stat1tab */
  #analyze({ target }: ast.Analyze): void {
    const { catalog, session } = this.#writer;
    const index = target === null ? undefined : catalog.index(target.name);
    const named = target === null || foldName(target.name) === 'main' ? undefined : (index?.table ?? target.name);
    if (named !== undefined && catalog.table(named) === undefined)
      throw new SqlError('NO_SUCH_TABLE', `no such table: ${named}`);
    if (catalog.table(STAT_TABLE) === undefined) session.createTable(STAT_TABLE, STATISTICS);
    for (const table of [...this.#writer.catalog.tables()]) {
      if (table.kind === 'view' || foldName(table.name).startsWith('sqlite_')) continue;
      if (named !== undefined && !sameName(table.name, named)) continue;
      textProgram(this.#writer, `DELETE FROM ${STAT_TABLE} WHERE tbl = ?`)([table.name]);
      const add = textProgram(this.#writer, `INSERT INTO ${STAT_TABLE} VALUES (?, ?, ?)`);
      const { count } = session.read(table.storage).tree;
      if (count === 0) continue;
      let isCounted = false;
      for (const { name, ordinal, columns } of table.indexes) {
        if (ordinal < 0) continue;
        add([table.name, name, prefixStatistics(session.indexTree(table.storage, ordinal).cursor(), columns.length)]);
        isCounted = true;
      }
      if (!isCounted) add([table.name, null, String(count)]);
    }
  }

  /** A table that may be changed. @throws {SqlError} NO_SUCH_TABLE, WRONG_OBJECT_TYPE */
  #table(name: string, refusal = 'may not be changed'): TableInfo {
    const found = this.#writer.catalog.table(name);
    if (found === undefined) throw new SqlError('NO_SUCH_TABLE', `no such table: ${name}`);
    if (found.kind === 'view') throw new SqlError('WRONG_OBJECT_TYPE', 'views may not be indexed');
    if (found.virtualRows !== undefined) throw new SqlError('WRONG_OBJECT_TYPE', `table ${name} ${refusal}`);
    return found;
  }

  #rows(): SchemaRow[] {
    const { session, storage } = this.#writer;
    const rows: SchemaRow[] = [];
    const cursor = session.read(storage.schema).tree.cursor();
    for (let more = cursor.first(); more; more = cursor.next()) rows.push(toSchemaRow(cursor.row()));
    return rows;
  }

  #add(type: string, name: string, table: number, text: string): void {
    const { session, storage } = this.#writer;
    session.insert(storage.schema, [storage.allocateObjectId(), type, name, table, text]);
  }

  #remove(type: string, name: string): void {
    const { session, storage } = this.#writer;
    const row = this.#rows().find((row) => row.type === type && sameName(row.name, name));
    if (row !== undefined) session.delete(storage.schema, cellsOf(row));
  }

  #replace(before: SchemaRow, after: SchemaRow): void {
    const { session, storage } = this.#writer;
    session.update(storage.schema, cellsOf(before), cellsOf(after));
  }
}

function isTemporary({ text }: SchemaRow): boolean {
  return text.startsWith(`CREATE ${TEMPORARY}`);
}

function cellsOf({ id, type, name, table, text }: SchemaRow): Cell[] {
  return [id, type, name, table, text];
}

/** The text with another name in place of the token at an offset. */
function renamed(text: string, at: number, to: string): string {
  return text.slice(0, at) + quoteName(to) + text.slice(tokenEnd(text, at));
}

interface Rows {
  first(): boolean;
  next(): boolean;
  value(column: number): Cell;
}

function prefixStatistics(cursor: Rows, columns: number): string {
  let rows = 0;
  const distinct = Array.from({ length: columns }, () => 0);
  let last: Cell[] | undefined;
  for (let more = cursor.first(); more; more = cursor.next()) {
    const values = distinct.map((_, i) => cursor.value(i));
    const known = last;
    let from = known === undefined ? 0 : values.findIndex((value, i) => compareCells(value, known[i] as Cell) !== 0);
    if (from < 0) from = columns;
    for (let i = from; i < columns; i++) (distinct[i] as number)++;
    rows++;
    last = values;
  }
  return [rows, ...distinct.map((count) => Math.floor((rows + count - 1) / Math.max(1, count)))].join(' ');
}
