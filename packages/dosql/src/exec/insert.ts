/** INSERT: rows from VALUES or a query, put in one by one; ON CONFLICT clauses are in upsert.ts. */
import { SqlError } from '@dotdo/shared-types';
import type { ColumnInfo, TableInfo } from '../catalog/schema.ts';
import { Real, realCell, type Cell } from '../codec/cell.ts';
import type * as ast from '../sql/ast.ts';
import { type Binding, columnPlace } from './binding.ts';
import type { Eval, Frame } from './frame.ts';
import { returning } from './returning.ts';
import type { Terms } from './table-writer.ts';
import { findTarget } from './target.ts';
import { compileUpsert } from './upsert.ts';
import type { WriteProgram } from './write.ts';

/** Rows of values, in the order of the statement's columns, integral REALs boxed. */
type Rows = (frame: Frame, each: (values: readonly Cell[]) => void) => void;

/** @throws {SqlError} what binding finds wrong; see `findTarget` */
export function compileInsert(statement: ast.Insert, outer: Binding): WriteProgram {
  const { writer } = outer;
  const { table, isView, name } = findTarget(outer, statement.table, 'INSERT');
  const { columns: all } = table;
  const places = insertPlaces(statement, table, outer);
  const isRowidGiven = places.includes(-1);
  /** Which value each column takes: −1 its default. */
  const from = all.map((_, column) => places.indexOf(column));
  const rowidFrom = isRowidGiven
    ? places.indexOf(-1)
    : table.rowidColumn < 0
      ? -1
      : (from[table.rowidColumn] as number);
  const [rows, isSingle] = compileRows(statement, outer, places.length, table);
  const named = outer.inner();
  const source = named.add(name, table);
  const output = returning(named, statement.returning, source, table);
  const upsert = statement.upserts.length > 0 ? compileUpsert(statement, outer, table, name) : undefined;
  const target = isView ? undefined : writer.table(table);
  const width = isView ? all.length : table.storage.tree.real.length;

  const makeRow = (values: readonly Cell[]): Cell[] => {
    const row: Cell[] = Array.from<Cell>({ length: width }).fill(null);
    for (let i = 0; i < all.length; i++) {
      const column = all[i] as ColumnInfo;
      if (column.slot < 0 || column.generated !== null) continue;
      const at = from[i] as number;
      if (target === undefined) row[column.slot] = at < 0 ? null : viewCell(values[at] as Cell, column);
      else if (i !== table.rowidColumn) {
        row[column.slot] = at < 0 ? target.defaultOf(column) : target.coerce(values[at] as Cell, column);
      }
    }
    if (rowidFrom >= 0) row[0] = values[rowidFrom] as Cell;
    return row;
  };
  const run = (frame: Frame): { rowsAffected: number; rows?: Cell[][] } => {
    let rowsAffected = 0;
    const result: Cell[][] = [];
    const terms: Terms = {
      conflict: statement.conflict,
      upsert: upsert?.(frame, (row) => {
        rowsAffected++;
        if (output !== null) result.push(output.row(frame, row));
      }),
      written: output === null ? undefined : (row) => void result.push(output.row(frame, row)),
    };
    rows(frame, (values) => {
      const row = makeRow(values);
      if (target !== undefined) {
        if (target.insert(row, terms)) rowsAffected++;
      } else {
        if (!writer.table(table).triggers.fire('INSTEAD OF', 'INSERT', null, row)) return;
        rowsAffected++;
        if (output !== null) result.push(output.row(frame, row));
      }
    });
    return output === null ? { rowsAffected } : { rowsAffected, rows: result };
  };
  const isPlain = isSingle && upsert === undefined && statement.conflict !== 'REPLACE' && !isView;
  return {
    columns: output?.columns ?? [],
    run: (frame) => {
      // REPLACE may also come from a constraint: then a row is deleted and another inserted.
      const isAlone = isPlain && target?.isPlain === true && !target.mayReplace;
      return writer.write(() => run(frame), isAlone);
    },
  };
}

function viewCell(cell: Cell, column: ColumnInfo): Cell {
  return column.affinity === 'REAL' && cell instanceof Real ? cell.value : cell;
}

/** Columns that the values go to, −1 for the rowid. */
function insertPlaces({ columns }: ast.Insert, table: TableInfo, binding: Binding): number[] {
  if (columns === null) {
    return [...table.columns.keys()].filter((i) => {
      const column = table.columns[i] as ColumnInfo;
      return column.generated === null && !column.hidden;
    });
  }
  return columns.map(({ name, at }) => {
    const place = columnPlace(table, name);
    if (place === undefined) {
      return binding.binder.fail('NO_SUCH_COLUMN', `table ${table.name} has no column named ${name}`, at, {
        name,
        known: table.columns.map((column) => column.name),
      });
    }
    if (table.columns[place]?.generated) {
      throw new SqlError('GENERATED_COLUMN_WRITE', `cannot INSERT into generated column "${name}"`);
    }
    return place;
  });
}

/** The rows to insert, and whether it is just one. */
function compileRows(statement: ast.Insert, outer: Binding, count: number, table: TableInfo): [Rows, boolean] {
  const { source: select } = statement;
  if (select === null) return [(_, each) => each([]), true];
  const check = (given: number): void => {
    if (given === count) return;
    const message =
      statement.columns === null
        ? `table ${table.name} has ${count} columns but ${given} values were supplied`
        : `${given} values for ${count} columns`;
    outer.binder.fail('COLUMN_COUNT_MISMATCH', message, statement.table.at);
  };
  const [arm] = select.arms;
  const binding = outer.inner();
  if (
    select.arms.length === 1 &&
    arm?.kind === 'values' &&
    statement.with === null &&
    select.with === null &&
    select.limit === null
  ) {
    for (const row of arm.rows) check(row.length);
    const rows: Eval[][] = arm.rows.map((row) => row.map((expr) => binding.value(expr)));
    return [
      (frame, each) => {
        for (let i = 0; i < rows.length; i++) {
          const evals = rows[i] as Eval[];
          const values: Cell[] = [];
          for (let c = 0; c < evals.length; c++) values.push((evals[c] as Eval)(frame));
          each(values);
        }
      },
      rows.length === 1,
    ];
  }
  const program = binding.select(withTables(select, statement.with));
  check(program.columns.length);
  const reals = program.columns.map(({ type }) => type === 'real');
  return [
    (frame, each) => {
      // All rows are read before the first is written: the query may read this very table.
      const stream = program.run(frame);
      const found: Cell[][] = [];
      while (stream.next(frame)) {
        const row = stream.row();
        for (let c = 0; c < row.length; c++)
          if (reals[c] && typeof row[c] === 'number') row[c] = realCell(row[c] as number);
        frame.keep(row);
        found.push(row);
      }
      for (const row of found) each(row);
    },
    false,
  ];
}

/** The query with the tables of a WITH before the statement. */
function withTables(select: ast.Select, more: ast.With | null): ast.Select {
  if (more === null) return select;
  const own = select.with;
  const both = {
    recursive: more.recursive || own?.recursive === true,
    tables: [...more.tables, ...(own?.tables ?? [])],
  };
  return { ...select, with: both };
}
