/** For tests: runs a script here and on SQLite, and tells where they part. */
import { SqlError } from '@dotdo/shared-types';
import { createDatabase, type Database } from '@dotdo/dosql';

/** What is needed of node:sqlite's DatabaseSync, which only tests may import. */
export interface Oracle {
  exec(sql: string): void;
  prepare(sql: string): { all(): unknown[]; columns(): unknown[]; setReturnArrays(on: boolean): void };
}

const SCHEMA = 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name';

/**
 * Runs a script, a statement a line; what a line yields, an error's message or rows, must be the same on both sides, and
 * so must schema and rows in the end.
 * @returns the differences, empty when there are none
 */
export function differences(script: string, sqlite: Oracle, db: Database = createDatabase()): string[] {
  const found: string[] = [];
  const compare = (sql: string): void => {
    const [mine, theirs] = [outcome(() => rowsHere(db, sql)), outcome(() => rowsThere(sqlite, sql))];
    if (mine !== theirs) found.push(`${sql}\n  here:   ${mine}\n  sqlite: ${theirs}`);
  };
  for (const line of script.split('\n')) if (line.trim() !== '') compare(line.trim());
  compare(SCHEMA);
  for (const name of tableNames(sqlite)) compare(`SELECT * FROM "${name}" ORDER BY 1, 2`.replace(/, 2$/, ''));
  const check = outcome(() => rowsHere(db, 'PRAGMA integrity_check'));
  if (check !== '[["ok"]]') found.push(check);
  return found;
}

function outcome(run: () => unknown): string {
  try {
    return JSON.stringify(run(), (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
  } catch (error) {
    if (error instanceof SqlError || (error instanceof Error && 'errcode' in error)) return `ERROR ${error.message}`;
    throw error;
  }
}

function rowsHere(db: Database, sql: string): unknown[] {
  if (!/^(select|pragma|values|with)/i.test(sql)) {
    db.exec(sql);
    return [];
  }
  const statement = db.prepare(sql);
  if (statement.columns().length > 0) return statement.all([], { rowMode: 'array', integers: 'auto' });
  statement.run();
  return [];
}

function rowsThere(sqlite: Oracle, sql: string): unknown[] {
  if (!/^(select|pragma|values|with)/i.test(sql)) {
    sqlite.exec(sql);
    return [];
  }
  const statement = sqlite.prepare(sql);
  statement.setReturnArrays(true);
  return statement.all();
}

function tableNames(sqlite: Oracle): string[] {
  const rows = rowsThere(sqlite, "SELECT name FROM sqlite_schema WHERE type = 'table'") as string[][];
  return rows.map(([name]) => name as string);
}
