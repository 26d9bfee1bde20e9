/** ANALYZE and REINDEX. */
import { SqlError } from '@dotdo/shared-types';
import { foldName, sameName, STAT_TABLE } from '../../catalog/catalog.ts';
import { collationOf, compareCells, type Cell, type Collation } from '../../codec/cell.ts';
import type * as ast from '../../sql/ast.ts';
import { collationNamed } from '../distinct.ts';
import { textProgram } from '../write.ts';
import type { SchemaChange } from './schema-change.ts';

const STATISTICS = `CREATE TABLE ${STAT_TABLE}(tbl,idx,stat)`;

/** Checks the name; indexes are never out of date. */
export function reindex({ catalog }: SchemaChange, { target }: ast.Reindex): void {
  if (target === null || (target.schema === null && collationOf(target.name) !== undefined)) return;
  if (catalog.index(target.name) !== undefined || catalog.table(target.name)?.kind === 'table') return;
  throw new SqlError('NO_SUCH_INDEX', 'unable to identify the object to be reindexed');
}

/** Fills sqlite_stat1: rows, and rows to each distinct prefix of an index. @see https://sqlite.org/fileformat2.html#stat1tab */
export function analyze(change: SchemaChange, { target }: ast.Analyze): void {
  const { writer } = change;
  const { session, catalog, totalChanges, changes } = writer;
  const isAll = target === null || (target.schema === null && ['main', 'temp'].includes(foldName(target.name)));
  const index = isAll ? undefined : catalog.index(target.name);
  const named = isAll ? undefined : (index?.table ?? target.name);
  if (named !== undefined && catalog.table(named) === undefined)
    throw new SqlError('NO_SUCH_TABLE', `no such table: ${named}`);
  if (catalog.table(STAT_TABLE) === undefined) session.createTable(STAT_TABLE, STATISTICS);
  const add = textProgram(writer, `INSERT INTO ${STAT_TABLE} VALUES (?, ?, ?)`);
  if (isAll) change.run(`DELETE FROM ${STAT_TABLE}`);
  for (const table of [...change.catalog.tables()]) {
    if (table.kind === 'view' || table.temporary === true || foldName(table.name).startsWith('sqlite_')) continue;
    if (named !== undefined && !sameName(table.name, named)) continue;
    if (index === undefined) change.run(`DELETE FROM ${STAT_TABLE} WHERE tbl = ?`, [table.name]);
    else change.run(`DELETE FROM ${STAT_TABLE} WHERE tbl = ? AND idx = ?`, [table.name, index.name]);
    const { count } = session.read(table.storage).tree;
    let isCounted = index !== undefined || count === 0;
    for (const { name, ordinal, columns, where } of table.indexes.toReversed()) {
      if (count === 0 || (index !== undefined && !sameName(index.name, name))) continue;
      const tree = ordinal < 0 ? session.read(table.storage).tree : session.indexTree(table.storage, ordinal);
      const collations = columns.map(({ collation }) => collationNamed(collation));
      const stat = prefixStatistics(tree.cursor(), collations);
      if (stat !== null) add([table.name, ordinal < 0 ? table.name : name, stat]);
      isCounted ||= where === null;
    }
    if (!isCounted) add([table.name, null, String(count)]);
  }
  Object.assign(writer, { totalChanges, changes }); // statistics are no rows of the user's
}

interface Rows {
  first(): boolean;
  next(): boolean;
  value(column: number): Cell;
}

/** null without a row. */
function prefixStatistics(cursor: Rows, collations: readonly Collation[]): string | null {
  let rows = 0;
  const distinct = collations.map(() => 0);
  let last: Cell[] | undefined;
  for (let more = cursor.first(); more; more = cursor.next()) {
    const values = distinct.map((_, i) => cursor.value(i));
    const known = last;
    let from =
      known === undefined
        ? 0
        : values.findIndex((value, i) => compareCells(value, known[i] as Cell, collations[i]) !== 0);
    if (from < 0) from = distinct.length;
    for (let i = from; i < distinct.length; i++) (distinct[i] as number)++;
    rows++;
    last = values;
  }
  if (rows === 0) return null;
  return [rows, ...distinct.map((count) => Math.floor((rows + count - 1) / count))].join(' ');
}
