/** For tests: tables in memory beside the same tables in SQLite, and queries run on both. */
import { MemoryPager, Tree } from '../btree/index.ts';
import type { Catalog, IndexInfo, TableInfo } from '../catalog/schema.ts';
import { collationOf, compareText, Real, type Cell } from '../codec/cell.ts';
import { planQuery, type FunctionTable } from '../plan/index.ts';
import { parseStatement, type Select } from '../sql/index.ts';
import { columnEntry, indexTreeSpec, type IndexSpec } from '../txn/index.ts';
import { IndexTree, Table, type TableSpec } from '../txn/table.ts';
import { Frame } from './frame.ts';
import {
  aggregateFunction,
  scalarFunction,
  tableFunction,
  windowFunction,
  type FunctionContext,
} from './functions/index.ts';
import { applyAffinity, typeName } from './functions/values.ts';
import { compileSelect } from './select.ts';
import { defineIndex, defineTable } from './table-definition.ts';

export const fixtureFunctions: FunctionTable = {
  scalar: scalarFunction,
  aggregate: aggregateFunction,
  window: windowFunction,
  table: tableFunction,
};

const context: FunctionContext = {
  collation: compareText,
  json: null,
  isJson: false,
  caseSensitiveLike: false,
  now: () => 0,
  random: () => 4n,
  changes: () => 0,
  totalChanges: () => 0,
  lastInsertRowid: () => 0,
};

/** A frame without limits that reads the tables themselves. */
export function fixtureFrame(): Frame {
  const limits = { steps: 1e12, deadline: Infinity, memoryBytes: 1e9 };
  return new Frame({ params: [], reader: { read: (table) => table }, context, limits });
}

type Plain = null | number | bigint | string | Uint8Array;

/** What is needed of node:sqlite's DatabaseSync, which only tests may import. */
export interface Oracle {
  exec(sql: string): void;
  prepare(sql: string): {
    all(...values: Plain[]): unknown[];
    run(...values: Plain[]): unknown;
    setReadBigInts(on: boolean): void;
    setReturnArrays(on: boolean): void;
  };
}

export class Fixture {
  readonly sqlite: Oracle;
  readonly tables: Map<string, TableInfo> = new Map();
  readonly catalog: Catalog;
  #id = 20;

  /** @param sqlite an empty database of node:sqlite */
  constructor(ddl: readonly string[], sqlite: Oracle) {
    this.sqlite = sqlite;
    for (const sql of ddl) this.#create(sql);
    this.catalog = {
      version: 1,
      table: (name) => this.tables.get(name.toLowerCase()),
      index: () => undefined,
      trigger: () => undefined,
      tables: () => this.tables.values(),
    };
  }

  #create(sql: string): void {
    this.sqlite.exec(sql);
    const { statement } = parseStatement(sql);
    if (statement.kind === 'createTable') {
      const { constraints, ...definition } = defineTable(statement, sql);
      const name = statement.name;
      const indexes = constraints.map((index, i) => ({
        ...index,
        name: `sqlite_autoindex_${name}_${i + 1}`,
        table: name,
      }));
      this.tables.set(name, {
        kind: 'table',
        name,
        schemaId: 1,
        ...definition,
        indexes,
        triggers: [],
        sql,
        storage: undefined as unknown as Table,
      });
    } else if (statement.kind === 'createIndex') {
      const table = this.tables.get(statement.table.name) as TableInfo;
      const ordinal = table.indexes.filter((other) => other.ordinal >= 0).length;
      const index: IndexInfo = {
        ...defineIndex(statement, table, sql),
        name: statement.name,
        table: table.name,
        ordinal,
      };
      (table.indexes as IndexInfo[]).unshift(index);
    }
    for (const table of this.tables.values()) this.#store(table);
  }

  #store(table: TableInfo): void {
    const slots = table.columns.filter(({ slot }) => slot >= 0).toSorted((a, b) => a.slot - b.slot);
    const kinds = slots.map(({ affinity, slot }) => ({
      slot,
      kind: affinity === 'REAL' ? ('real' as const) : ('any' as const),
    }));
    const columns: { kind: 'real' | 'any' }[] = kinds.map(({ kind }) => ({ kind }));
    if (!table.withoutRowid && table.rowidColumn < 0) columns.unshift({ kind: 'any' });
    const primary = table.columns.filter(({ primaryKey }) => primaryKey > 0);
    const keyColumn = (collation: string, descending = false): object => ({
      collation: collationOf(collation),
      descending,
    });
    const key = table.withoutRowid ? primary.map(({ collation }) => keyColumn(collation)) : [{}];
    const base: TableSpec = { id: this.#id++, name: table.name, tree: { columns, key, leafRows: 64 }, indexes: [] };
    const stored = table.indexes.filter(({ ordinal }) => ordinal >= 0).toSorted((a, b) => a.ordinal - b.ordinal);
    const specs = stored.map((index): IndexSpec => {
      const places = index.columns.map(({ column }) => (column < 0 ? 0 : (table.columns[column]?.slot ?? 0)));
      const parts = index.columns.map(({ collation, descending }, i) => ({
        ...keyColumn(collation, descending),
        column: places[i] as number,
      }));
      return {
        id: this.#id++,
        name: index.name,
        unique: index.unique,
        tree: { ...indexTreeSpec(base, parts), leafRows: 32 },
        entry: columnEntry([...places, ...key.keys()]),
      };
    });
    const pager = new MemoryPager();
    const trees = specs.map((spec) => new IndexTree(spec, new Tree(spec.tree, pager), key.length));
    table.storage = new Table({ ...base, indexes: specs }, new Tree(base.tree, pager), trees);
  }

  /** Inserts a row of plain values into both. */
  insert(name: string, values: readonly Plain[]): void {
    const table = this.tables.get(name) as TableInfo;
    const marks = values
      .map((cell) => (typeof cell === 'number' && !Number.isInteger(cell) ? `${cell}` : '?'))
      .join(', ');
    const bound = values.filter((cell) => typeof cell !== 'number' || Number.isInteger(cell));
    this.sqlite
      .prepare(`INSERT INTO ${name} VALUES (${marks})`)
      .run(...bound.map((cell) => (typeof cell === 'number' ? BigInt(cell) : cell)));
    const row: Cell[] = [];
    if (!table.withoutRowid) row[0] = table.storage.tree.count + 1;
    table.columns.forEach((column, i) => {
      const cell = applyAffinity(values[i] ?? null, column.affinity);
      row[column.slot] = column.affinity === 'REAL' && cell instanceof Real ? cell.value : cell;
    });
    table.storage.insert(row);
  }

  /** Compiles a query; each call of the result runs it. */
  prepare(sql: string): () => Cell[][] {
    const statement = parseStatement(sql).statement as Select;
    const program = compileSelect(
      planQuery({ catalog: this.catalog, functions: fixtureFunctions, sql }, statement).plan,
    );
    return () => {
      const limits = { steps: 1e12, deadline: Infinity, memoryBytes: 1e9 };
      const frame = new Frame({ params: [], reader: { read: (table) => table }, context, limits });
      const stream = program.run(frame);
      const rows: Cell[][] = [];
      while (stream.next(frame)) rows.push(stream.row());
      return rows;
    };
  }

  /** Rows as texts with their types. */
  ours(sql: string, steps = 1e8): string[] {
    const statement = parseStatement(sql).statement as Select;
    const { plan } = planQuery({ catalog: this.catalog, functions: fixtureFunctions, sql }, statement);
    const program = compileSelect(plan);
    const frame = new Frame({
      params: [],
      reader: { read: (table) => table },
      context,
      limits: { steps, deadline: Infinity, memoryBytes: 1e9 },
    });
    const stream = program.run(frame);
    const rows: string[] = [];
    while (stream.next(frame)) {
      rows.push(
        stream
          .row()
          .map((cell, i) => show(cell, program.columns[i]?.type === 'real'))
          .join('|'),
      );
    }
    return rows;
  }

  theirs(sql: string): string[] {
    const text = sql.replace(/;?\s*$/, '');
    const statement = this.sqlite.prepare(text);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    return (statement.all() as Plain[][]).map((row) => row.map((cell) => show(cell, true)).join('|'));
  }
}

function show(cell: Cell, isReal: boolean): string {
  if (cell === null) return 'NULL';
  if (typeof cell === 'bigint') return `i${cell}`;
  if (typeof cell === 'string') return `'${cell}'`;
  if (cell instanceof Uint8Array) return `x${[...cell].join(',')}`;
  const number = cell instanceof Real ? cell.value : cell;
  const isInteger = !isReal && typeName(cell) === 'integer';
  return isInteger ? `i${number}` : `r${Number((number + 0).toPrecision(14))}`;
}
