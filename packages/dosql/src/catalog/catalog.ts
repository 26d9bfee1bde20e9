/**
 * The schema as one session sees it: made of the storage's schema table, and made anew when that has changed, be it
 * by DDL, by ROLLBACK or by another session. The texts of tables and indexes are parsed by the schema loader, once.
 */
import type { Cell } from '../codec/cell.ts';
import { toSchemaRow, type SchemaRow, type Table, type TxnSession } from '../txn/index.ts';
import {
  indexDefinition,
  tableDefinition,
  type SchemaParser,
  type TriggerDefinition,
  type ViewDefinition,
} from './definition.ts';
import type { Catalog, ColumnInfo, IndexInfo, TableInfo, TriggerInfo, ViewInfo } from './schema.ts';

/** Triggers are named apart from tables: their schema rows begin so. */
export const TRIGGER_PREFIX = 'trigger ';
/** Objects of the schema `temp`: their rows begin so, behind the other prefix. */
const TEMP_PREFIX = 'temp ';
export const STAT_TABLE = 'sqlite_stat1';

const SCHEMA_NAMES: readonly string[] = ['sqlite_schema', 'sqlite_master'];
const SCHEMA_SQL = 'CREATE TABLE sqlite_schema(type text,name text,tbl_name text,rootpage int,sql text)';

/** ASCII case does not count in names. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
}

export function sameName(a: string, b: string): boolean {
  return a === b || (a.length === b.length && foldName(a) === foldName(b));
}

/** The name of an object, whose schema row may have it behind prefixes. */
export function objectName(row: string): string {
  const name = row.startsWith(TRIGGER_PREFIX) ? row.slice(TRIGGER_PREFIX.length) : row;
  return name.startsWith(TEMP_PREFIX) ? name.slice(TEMP_PREFIX.length) : name;
}

/** Where an object is named. */
export function schemaOf({ temporary }: { readonly temporary?: boolean | undefined }): 'main' | 'temp' {
  return temporary === true ? 'temp' : 'main';
}

/** What the schema rows of a schema's objects begin with. */
export function prefixOf(of: { readonly temporary?: boolean | undefined }): string {
  return of.temporary === true ? TEMP_PREFIX : '';
}

/** Whether a schema row is of an object of the schema `temp`. */
export function isTemporary(row: string): boolean {
  return row.startsWith(TEMP_PREFIX) || row.startsWith(TRIGGER_PREFIX + TEMP_PREFIX);
}

let versions = 0;

/** Objects by folded name; those of `temp` are under `temp name`. */
class Names<T> extends Map<string, T> {
  find(name: string, schema: string | null = null): T | undefined {
    const key = foldName(name);
    const where = schema === null ? null : foldName(schema);
    const found = where === 'main' ? undefined : this.get(TEMP_PREFIX + key);
    return found ?? (where === 'temp' ? undefined : (this.get(name) ?? this.get(key)));
  }
}

class Schema implements Catalog {
  readonly version: number = ++versions;
  readonly #tables = new Names<TableInfo | ViewInfo>();
  readonly #indexes = new Names<IndexInfo>();
  readonly #triggers = new Names<TriggerInfo>();

  constructor(rows: readonly SchemaRow[], build: SchemaCatalog) {
    const names = new Map<number, string>();
    const own = new Set<string>();
    for (const row of rows) {
      if (row.type === 'table') names.set(row.id, objectName(row.name));
      if (row.type === 'table' || row.type === 'view') own.add(foldName(row.name));
    }
    const triggers = new Map<string, TriggerInfo[]>();
    for (const row of rows) {
      if (row.type !== 'trigger') continue;
      const { schema, ...definition } = build.trigger(row.text);
      const temporary = isTemporary(row.name);
      const trigger: TriggerInfo = { name: objectName(row.name), ...definition, sql: row.text, temporary };
      this.#triggers.set(foldName(row.name.slice(TRIGGER_PREFIX.length)), trigger);
      const plain = foldName(trigger.table);
      const hides = temporary && (schema === null || foldName(schema) === 'temp') && own.has(TEMP_PREFIX + plain);
      const key = hides ? TEMP_PREFIX + plain : plain;
      const list = triggers.get(key) ?? [];
      list.unshift(trigger); // the newest fires first, as in SQLite
      triggers.set(key, list);
    }
    for (const row of rows) {
      const key = foldName(row.name);
      const own = triggers.get(key) ?? [];
      const name = objectName(row.name);
      const temporary = isTemporary(row.name);
      if (row.type === 'view') {
        const { columns } = build.view(row.text);
        this.#tables.set(key, { kind: 'view', name, columns, sql: row.text, triggers: own, temporary });
      } else if (row.type === 'table') {
        const table = tableInfo(row, build.session.table(row.name) as Table, own, build.stats);
        this.#tables.set(key, table);
        const prefix = temporary ? TEMP_PREFIX : '';
        for (const index of table.indexes)
          if (index.name !== '') this.#indexes.set(prefix + foldName(index.name), index);
      }
    }
    for (const temporary of [false, true]) {
      const shown = rows.filter(({ type, name }) => type !== 'pragma' && isTemporary(name) === temporary);
      const schema = schemaTable(build.schema, () => schemaRows(shown, names, this), temporary);
      for (const name of SCHEMA_NAMES) {
        this.#tables.set(temporary ? name.replace('sqlite_', 'sqlite_temp_') : name, schema);
      }
    }
  }

  table(name: string, schema?: string | null): TableInfo | ViewInfo | undefined {
    if (schema === 'temp' && SCHEMA_NAMES.includes(name)) return this.#tables.get('sqlite_temp_schema');
    return this.#tables.find(name, schema);
  }

  index(name: string, schema?: string | null): IndexInfo | undefined {
    return this.#indexes.find(name, schema);
  }

  trigger(name: string, schema?: string | null): TriggerInfo | undefined {
    return this.#triggers.find(name, schema);
  }

  /** All but sqlite_schema. */
  *tables(): IterableIterator<TableInfo | ViewInfo> {
    for (const table of this.#tables.values())
      if (table.kind === 'view' || table.virtualRows === undefined) yield table;
  }
}

/** Statistics by table and index name; '' for the table itself. */
type Stats = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;

/** Makes the catalog of a session. */
export class SchemaCatalog {
  readonly session: TxnSession;
  readonly schema: Table;
  stats: Stats = new Map();
  readonly #parser: SchemaParser;
  readonly #views = new Map<string, ViewDefinition>();
  readonly #triggers = new Map<string, TriggerDefinition>();
  #catalog: Catalog | undefined;
  #seen: Table | undefined;
  #version = -1;
  #stat: Table | undefined;
  #statVersion = -1;

  constructor(session: TxnSession, schema: Table, parser: SchemaParser) {
    this.session = session;
    this.schema = schema;
    this.#parser = parser;
  }

  /** The schema now. The same object for as long as it has not changed. */
  current(): Catalog {
    const table = this.session.read(this.schema);
    if (this.#catalog !== undefined && this.#seen === table && this.#version === table.version && this.#statsStand()) {
      return this.#catalog;
    }
    this.#seen = table;
    this.#version = table.version;
    const rows: SchemaRow[] = [];
    const cursor = table.tree.cursor();
    for (let more = cursor.first(); more; more = cursor.next()) rows.push(toSchemaRow(cursor.row()));
    this.#readStats();
    return (this.#catalog = new Schema(rows, this));
  }

  view(text: string): ViewDefinition {
    return cached(this.#views, text, (text) => this.#parser.view(text));
  }

  trigger(text: string): TriggerDefinition {
    return cached(this.#triggers, text, (text) => this.#parser.trigger(text));
  }

  #statsStand(): boolean {
    return this.#stat === undefined || this.session.read(this.#stat).version === this.#statVersion;
  }

  #readStats(): void {
    const stats = new Map<string, Map<string, readonly number[]>>();
    this.stats = stats;
    this.#stat = this.session.table(STAT_TABLE);
    if (this.#stat === undefined) return;
    const table = this.session.read(this.#stat);
    this.#statVersion = table.version;
    const cursor = table.tree.cursor();
    for (let more = cursor.first(); more; more = cursor.next()) {
      const [, name, index, text] = cursor.row() as [Cell, Cell, string | null, Cell];
      if (typeof name !== 'string' || typeof text !== 'string') continue; // anybody may write there
      const key = foldName(name);
      const numbers = text
        .split(' ')
        .map(Number)
        .filter((number) => number >= 0);
      const list = stats.get(key) ?? new Map<string, readonly number[]>();
      list.set(typeof index === 'string' ? foldName(index) : '', numbers);
      list.set('', numbers.slice(0, 1));
      stats.set(key, list);
    }
  }
}

function cached<T>(cache: Map<string, T>, text: string, make: (text: string) => T): T {
  const found = cache.get(text);
  if (found !== undefined) return found;
  const made = make(text);
  cache.set(text, made);
  return made;
}

function tableInfo(row: SchemaRow, storage: Table, triggers: readonly TriggerInfo[], all: Stats): TableInfo {
  const { constraints, ...definition } = tableDefinition(storage.spec.tree);
  const name = objectName(row.name);
  const stats = all.get(foldName(name));
  const indexes: IndexInfo[] = [];
  const temporary = isTemporary(row.name);
  const add = (info: Omit<IndexInfo, 'stats' | 'table'>): void => {
    const found = stats?.get(foldName(info.name));
    indexes.push({ ...info, temporary, table: name, ...(found && { stats: found }) });
  };
  for (const [i, constraint] of constraints.entries()) {
    if (constraint.ordinal < 0) add({ ...constraint, name: `sqlite_autoindex_${name}_${i + 1}` });
  }
  for (const [ordinal, { spec }] of storage.indexes.entries()) {
    const index = indexDefinition(spec.tree);
    const place = constraints.indexOf(index);
    add({ ...index, name: place < 0 ? objectName(spec.name) : `sqlite_autoindex_${name}_${place + 1}`, ordinal });
  }
  const own = constraints.findIndex(({ ordinal }) => ordinal < 0);
  if (own > 0) indexes.splice(own, 0, ...indexes.splice(0, 1)); // as they are declared
  const rows = stats?.get('')?.[0];
  return {
    kind: 'table',
    name,
    temporary,
    schemaId: row.id,
    ...definition,
    indexes,
    triggers,
    storage,
    ...(rows !== undefined && { stats: { rows } }),
  };
}

function schemaTable(storage: Table, virtualRows: () => Cell[][], temporary: boolean): TableInfo {
  const columns = ['type', 'name', 'tbl_name', 'rootpage', 'sql'].map((name, i): ColumnInfo => ({
    name,
    declaredType: i === 3 ? 'INT' : 'TEXT',
    affinity: i === 3 ? 'INTEGER' : 'TEXT',
    collation: 'BINARY',
    notNull: false,
    primaryKey: 0,
    defaultSql: null,
    generated: null,
    hidden: false,
    slot: i + 1,
    strictType: null,
  }));
  return {
    kind: 'table',
    name: temporary ? 'sqlite_temp_schema' : 'sqlite_schema',
    temporary,
    schemaId: 0,
    columns,
    withoutRowid: false,
    strict: false,
    autoincrement: false,
    rowidColumn: -1,
    checks: [],
    foreignKeys: [],
    indexes: [],
    triggers: [],
    sql: SCHEMA_SQL,
    storage,
    virtualRows,
  };
}

/** rowid, type, name, tbl_name, rootpage, sql. */
function schemaRows(rows: readonly SchemaRow[], names: ReadonlyMap<number, string>, catalog: Catalog): Cell[][] {
  return rows.map(({ id, type, name, table, text }, at) => {
    const shown = objectName(name);
    const owner = names.get(table) ?? shown;
    if (type === 'trigger') {
      const schema = isTemporary(name) ? 'temp' : 'main';
      return [at + 1, type, shown, catalog.trigger(shown, schema)?.table ?? owner, 0, text];
    }
    const isAutomatic = type === 'index' && !text.startsWith('C');
    const title = isAutomatic ? `sqlite_autoindex_${owner}_${text}` : shown;
    return [at + 1, type, title, owner, type === 'view' ? 0 : id, isAutomatic ? null : text];
  });
}
