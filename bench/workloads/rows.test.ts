/** The generators give the same rows everywhere: a digest of each table at a small scale is pinned. */
import { describe, expect, it } from 'vitest';
import { Digest } from '../runner/digest.ts';
import { createTable, sizesAt, type Table, type Value } from './table.ts';
import { ACCOUNTS, BIG, CHURN, INSERTS, LINKS, USERS } from './tables.ts';
import { TPCH_TABLES } from './tpch-tables.ts';

const SIZES = sizesAt(0.001);

function rowsOf(table: Table): Value[][] {
  return [...(table.rows?.(SIZES) ?? [])];
}

function digestOf(table: Table): string {
  const digest = new Digest();
  for (const row of rowsOf(table)) digest.add(JSON.stringify(row));
  return digest.toString();
}

describe('generators', () => {
  it.each([USERS, ACCOUNTS, BIG, CHURN, ...LINKS, ...TPCH_TABLES])('give the pinned rows of $name', (table) => {
    expect(`${table.name} ${digestOf(table)}`).toMatchSnapshot();
  });

  it.each(TPCH_TABLES)('give as many values as $name has columns', (table) => {
    const widths = new Set(rowsOf(table).map((row) => row.length));
    expect([...widths]).toEqual([table.columns.length]);
  });

  it.each([USERS, ...TPCH_TABLES])('give $name keys that are unique', (table) => {
    const positions = table.key.map((name) => table.columns.findIndex((column) => column.name === name));
    const keys = rowsOf(table).map((row) => positions.map((position) => row[position]).join());
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('createTable', () => {
  it('writes the types of the dialect and a rowid key', () => {
    expect(createTable(INSERTS, 'sqlite')).toBe(
      'CREATE TABLE inserts (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c REAL)',
    );
    expect(createTable(INSERTS, 'duckdb')).toBe(
      'CREATE TABLE inserts (id INTEGER PRIMARY KEY, a VARCHAR, b INTEGER, c DOUBLE)',
    );
  });

  it('writes a key of two columns as a table constraint', () => {
    const partsupp = TPCH_TABLES.find(({ name }) => name === 'partsupp') as Table;
    expect(createTable(partsupp, 'sqlite')).toContain('PRIMARY KEY (ps_partkey, ps_suppkey)');
  });
});
