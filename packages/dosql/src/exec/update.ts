/** UPDATE and DELETE: the keys of the rows first, then row by row as it is by then. */
import { SqlError } from '@dotdo/shared-types';
import type { ColumnInfo, TableInfo } from '../catalog/schema.ts';
import { Real, type Cell } from '../codec/cell.ts';
import { bindRow } from '../plan/bind.ts';
import type * as ast from '../sql/ast.ts';
import { type Binding, boxed, columnPlace } from './binding.ts';
import type { Eval, Frame } from './frame.ts';
import { returning } from './returning.ts';
import type { TableWriter, Terms } from './table-writer.ts';
import { findTarget, planTargetRows } from './target.ts';
import type { WriteProgram, WriteResult } from './write.ts';

/** @throws {SqlError} NO_SUCH_COLUMN, GENERATED_COLUMN_WRITE, COLUMN_COUNT_MISMATCH */
export function assignmentPlaces(set: readonly ast.Assignment[], table: TableInfo, binding: Binding): number[] {
  return set.flatMap(({ columns }) =>
    columns.map(({ name, at }) => {
      const place = columnPlace(table, name);
      if (place === undefined) {
        return binding.binder.fail('NO_SUCH_COLUMN', `no such column: ${name}`, at, {
          name,
          known: table.columns.map((column) => column.name),
        });
      }
      if (table.columns[place]?.generated) {
        throw new SqlError('GENERATED_COLUMN_WRITE', `cannot UPDATE generated column "${name}"`);
      }
      return place;
    }),
  );
}

/** Compiles the values of SET, one for each place. */
export function compileAssignments(set: readonly ast.Assignment[], binding: Binding): Eval[] {
  return set.flatMap(({ columns, row, value }) => {
    if (!row && columns.length === 1) return [binding.value(value)];
    const items = bindRow(binding.binder, value, binding.scope);
    if (items.length !== columns.length) {
      const message = `${columns.length} columns assigned ${items.length} values`;
      binding.binder.fail('COLUMN_COUNT_MISMATCH', message, columns[0]?.at);
    }
    return items.map((item) => boxed(item));
  });
}

/** Puts a value into a row: of a table, or, without `rows`, of a view. */
export function assign(row: Cell[], place: number, value: Cell, table: TableInfo, rows?: TableWriter): void {
  if (place < 0 || place === table.rowidColumn) {
    if (value === null) throw new SqlError('TYPE_MISMATCH', 'datatype mismatch');
    row[0] = value;
    return;
  }
  const column = table.columns[place] as ColumnInfo;
  if (rows !== undefined) row[column.slot] = rows.coerce(value, column);
  else row[column.slot] = column.affinity === 'REAL' && value instanceof Real ? value.value : value;
}

/** @throws {SqlError} what binding finds wrong; see `findTarget` */
export function compileUpdate(statement: ast.Update, outer: Binding): WriteProgram {
  const { writer } = outer;
  const target = findTarget(outer, statement.table, 'UPDATE', statement.set);
  const { table, isView, name } = target;
  const { set, where, from } = statement;
  const places = assignmentPlaces(set, table, outer);
  const named = outer.inner();
  const source = named.add(name, table);
  const output = returning(named, statement.returning, source, table);
  /** Values that other tables have a part in come with the key. */
  const isJoined = from.length > 0 || statement.with !== null;
  const evals = isJoined ? [] : compileAssignments(set, named);
  const find = planTargetRows(outer.inner(), {
    with: statement.with,
    target,
    indexedBy: statement.table.indexedBy,
    from,
    where,
    values: isJoined ? joinedValues(set, outer) : [],
  });
  const rows = isView ? undefined : writer.table(table);
  /** Terms of a statement that tells nobody of its rows. */
  const plainTerms: Terms = { conflict: statement.conflict };
  const change = (frame: Frame, before: readonly Cell[], values: readonly Cell[], terms: Terms): boolean => {
    const after = before.slice();
    frame.source(source).setCells(before);
    for (let i = 0; i < places.length; i++) {
      const value = isJoined ? (values[i] as Cell) : (evals[i] as Eval)(frame);
      assign(after, places[i] as number, value, table, rows);
    }
    if (rows !== undefined) return rows.update(before, after, places, terms);
    if (writer.table(table).triggers.fire('INSTEAD OF', 'UPDATE', before, after, places)) terms.written?.(after);
    return false; // rows of a view are not counted
  };
  const run = (frame: Frame, found = find.all(frame)): WriteResult => {
    let rowsAffected = 0;
    const result: Cell[][] = [];
    const terms: Terms =
      output === null
        ? plainTerms
        : { conflict: statement.conflict, written: (row) => void result.push(output.row(frame, row)) };
    for (const { key, values } of from.length > 0 && !isView ? lastOfEach(found) : found) {
      const before = rows === undefined ? key : rows.find(key);
      if (before !== undefined && change(frame, before, values, terms)) rowsAffected++;
    }
    return output === null ? { rowsAffected } : { rowsAffected, rows: result };
  };
  const { one } = find;
  const runOne = (frame: Frame): WriteResult => {
    const before = (one as NonNullable<typeof one>)(frame);
    return before !== undefined && change(frame, before, NO_VALUES, plainTerms) ? ONE_ROW : NO_ROW;
  };
  // What RETURNING computes may fail when the row is in its place already; so may what follows a row's deletion.
  const mayBePlain = output === null && statement.conflict !== 'REPLACE' && rows?.mayReplace === false;
  return {
    columns: output?.columns ?? [],
    run: (frame) => {
      writer.orConflict = statement.conflict;
      if (!mayBePlain || !rows.isPlain) return writer.write(run, frame, false);
      if (one !== undefined) return writer.write(runOne, frame, true);
      const found = writer.find(() => find.all(frame));
      return writer.write((frame) => run(frame, found), frame, found.length <= 1);
    },
  };
}

const NO_VALUES: readonly Cell[] = [];
const ONE_ROW: WriteResult = { rowsAffected: 1 };
const NO_ROW: WriteResult = { rowsAffected: 0 };

/** With FROM, a row that is found several times is changed once, by the last. */
function lastOfEach(found: { key: Cell[]; values: Cell[] }[]): { key: Cell[]; values: Cell[] }[] {
  const rows = new Map<string, { key: Cell[]; values: Cell[] }>();
  for (const row of found) {
    const name = row.key.map((cell) => `${typeof cell}${cell instanceof Real ? cell.value : String(cell)}`).join('\0');
    rows.set(name, row);
  }
  return [...rows.values()];
}

function joinedValues(set: readonly ast.Assignment[], binding: Binding): ast.Expr[] {
  return set.flatMap(({ columns, row, value }) => {
    if (!row && columns.length === 1) return [value];
    if (value.kind === 'row' && value.items.length === columns.length) return [...value.items];
    return binding.binder.fail(
      'UNSUPPORTED',
      'a subquery assigned to several columns beside FROM or WITH',
      columns[0]?.at,
    );
  });
}

/** @throws {SqlError} what binding finds wrong; see `findTarget` */
export function compileDelete(statement: ast.Delete, outer: Binding): WriteProgram {
  const { writer } = outer;
  const target = findTarget(outer, statement.table, 'DELETE');
  const { table, isView, name } = target;
  const named = outer.inner();
  const source = named.add(name, table);
  const output = returning(named, statement.returning, source, table);
  const { indexedBy } = statement.table;
  const find = planTargetRows(outer.inner(), {
    with: statement.with,
    target,
    indexedBy,
    from: [],
    where: statement.where,
    values: [],
  });
  const rows = isView ? undefined : writer.table(table);
  const run = (frame: Frame, found = find.all(frame)): WriteResult => {
    let rowsAffected = 0;
    const result: Cell[][] = [];
    const written =
      output === null ? undefined : (row: readonly Cell[]): void => void result.push(output.row(frame, row));
    for (const { key } of found) {
      const before = rows === undefined ? key : rows.find(key);
      if (before === undefined) continue;
      if (rows !== undefined) {
        if (rows.delete(before, written)) rowsAffected++;
      } else if (writer.table(table).triggers.fire('INSTEAD OF', 'DELETE', before, null)) written?.(before);
    }
    return output === null ? { rowsAffected } : { rowsAffected, rows: result };
  };
  const { one } = find;
  const runOne = (frame: Frame): WriteResult => {
    const before = (one as NonNullable<typeof one>)(frame);
    return before !== undefined && (rows as TableWriter).delete(before) ? ONE_ROW : NO_ROW;
  };
  return {
    columns: output?.columns ?? [],
    run: (frame) => {
      writer.orConflict = null;
      if (output !== null || rows?.isPlain !== true) return writer.write(run, frame, false);
      if (one !== undefined) return writer.write(runOne, frame, true);
      const found = writer.find(() => find.all(frame));
      return writer.write((frame) => run(frame, found), frame, found.length <= 1);
    },
  };
}
