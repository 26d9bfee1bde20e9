/** The tables of the storage benchmarks, on both sides. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ColumnSpec, MemoryPager, Tree, type TreeSpec } from '../../packages/dosql/src/btree/index.ts';
import type { Cell } from '../../packages/dosql/src/codec/cell.ts';
import { peer } from '../engines/peer.ts';

interface PeerStatement {
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): unknown;
}

export interface PeerDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): PeerStatement;
  close(): void;
}

export function openPeer(path = ':memory:'): PeerDatabase {
  const Native = peer('better-sqlite3') as new (path: string) => PeerDatabase;
  return new Native(path);
}

const any: ColumnSpec = { kind: 'any' };
const real: ColumnSpec = { kind: 'real' };

/** id, email, name, city, age, score, ts */
export const USERS: TreeSpec = { columns: [any, any, any, any, any, real, any], key: [{}], leafRows: 512 };
/** id, name, b, c */
export const SMALL: TreeSpec = { columns: [any, any, any, real], key: [{}], leafRows: 512 };
/** id, user, grp, val, amt, name, flag */
export const BIG: TreeSpec = { columns: [any, any, any, any, real, any, any], key: [{}], leafRows: 512 };
/** An integer and the rowid. */
export const INTEGER_INDEX: TreeSpec = { columns: [any, any], key: [{}, {}], leafRows: 256 };

/** Scatters 0 … 2^31 − 1; the same for both sides. */
export function scatter(i: number): number {
  return (Math.imul(i, 0x9e3779b1) >>> 1) ^ 0x2545f491;
}

export function userRow(id: number): Cell[] {
  const ts = scatter(id) % 100_000;
  return [id, `user${id}@example.com`, `User Number ${id}`, id % 50, 18 + (id % 60), (id % 1000) / 8 + 0.5, ts];
}

export function smallRow(id: number): Cell[] {
  return [id, `name of row ${id}`, scatter(id) % 1_000_003, id + 0.5];
}

export function bigRow(id: number): Cell[] {
  const x = scatter(id);
  return [id, 1 + (x % 100_000), x % 1000, x % 1_000_003, (x % 10_000) / 100, `item ${x % 5000} of row ${id}`, x % 3];
}

export function makeTree(spec: TreeSpec, rows = 0, row: (id: number) => Cell[] = userRow): Tree {
  const tree = new Tree(spec, new MemoryPager());
  for (let id = 1; id <= rows; id++) tree.insert(row(id));
  return tree;
}

export function fillPeer(db: PeerDatabase, table: string, rows: number, row: (id: number) => Cell[]): void {
  const marks = row(1)
    .map(() => '?')
    .join(', ');
  const insert = db.prepare(`INSERT INTO ${table} VALUES (${marks})`);
  db.exec('BEGIN');
  for (let id = 1; id <= rows; id++) insert.run(...row(id));
  db.exec('COMMIT');
}

/** A database file of the peer with one table, removed when the process ends; returns its path. */
export function filePeer(table: string, create: string, rows: number, row: (id: number) => Cell[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'dosql-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, `${table}.db`);
  const db = openPeer();
  db.exec(create);
  fillPeer(db, table, rows, row);
  db.prepare('VACUUM INTO ?').run(path);
  db.close();
  return path;
}

export const CREATE_USERS =
  'CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, name TEXT, city INTEGER, age INTEGER, score REAL, ts INTEGER)';
export const CREATE_SMALL = 'CREATE TABLE small (id INTEGER PRIMARY KEY, name TEXT, b INTEGER, c REAL)';
export const CREATE_BIG =
  'CREATE TABLE big (id INTEGER PRIMARY KEY, user INTEGER, grp INTEGER, val INTEGER, amt REAL, name TEXT, flag INTEGER)';
