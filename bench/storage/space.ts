/** Bytes: of pages, and of memory. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tables from './tables.ts';

const ROWS = 1_000_000;

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
  gc();
}

function usedBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function row(id: number): [number, string, number, number, number] {
  const x = tables.scatter(id);
  return [id, `name of row ${id}`, x % 1_000_003, (x % 10_000) / 100 + 0.125, x % 100];
}

/** 1M rows of id, name, an indexed integer, a real and a small integer, inserted one by one. */
export function measureSpace(): { name: string; ours: number; peer: number; unit: string }[] {
  const before = usedBytes();
  const table = tables.makeTree(
    {
      ...tables.SMALL,
      columns: [{ kind: 'any' }, { kind: 'any' }, { kind: 'any' }, { kind: 'real' }, { kind: 'any' }],
    },
    ROWS,
    row,
  );
  const index = tables.makeTree(tables.INTEGER_INDEX, ROWS, (id) => [row(id)[2], id]);
  const memory = usedBytes() - before;
  if (table.count + index.count !== 2 * ROWS) throw new Error('rows are missing');

  const db = tables.openPeer();
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, b INTEGER, c REAL, d INTEGER)');
  tables.fillPeer(db, 't', ROWS, row);
  const size = db.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size');
  const tableBytes = (size.get() as { bytes: number }).bytes;
  db.exec('CREATE INDEX t_b ON t (b)');
  const allBytes = (size.get() as { bytes: number }).bytes;
  db.close();

  let pageBytes = 0;
  table.checkpoint((_, bytes) => {
    pageBytes += bytes.length;
  });
  return [
    { name: 'table page bytes a row', ours: pageBytes / ROWS, peer: tableBytes / ROWS, unit: 'B' },
    { name: 'memory of 1M rows, one index', ours: memory / 1e6, peer: allBytes / 1e6, unit: 'MB' },
  ];
}
