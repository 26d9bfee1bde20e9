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
import type { Row } from '../txn/index.ts';
import type { WriteProgram, WriteResult } from './write.ts';

/** Values in the order of the statement's columns, integral REALs boxed. */
interface Values {
  /** Of VALUES, one array for each row. */
  readonly rows?: readonly (readonly Eval[])[];
  /** Of a query: all its rows. */
  readonly query?: (frame: Frame) => readonly (readonly Cell[])[];
}

/** @throws {SqlError} what binding finds wrong; see `findTarget` */
export function compileInsert(statement: ast.Insert, outer: Binding): WriteProgram {
  const { writer } = outer;
  const { table, isView, name } = findTarget(outer, statement.table, 'INSERT');
  const { columns: all } = table;
  const places = insertPlaces(statement, table, outer);
  const values = compileValues(statement, outer, places.length, table);
  const named = outer.inner();
  const source = named.add(name, table);
  const output = returning(named, statement.returning, source, table);
  const upsert = statement.upserts.length > 0 ? compileUpsert(statement, outer, table, name) : undefined;
  const target = isView ? undefined : writer.table(table);
  const width = isView ? all.length : table.storage.tree.real.length;

  /** Columns that take their default, and what a row has where nothing is put. */
  const defaults = all.filter((column, place) => {
    const isOpen = column.generated === null && column.slot >= 0 && place !== table.rowidColumn;
    return isOpen && column.defaultSql !== null && !isView && !places.includes(place);
  });
  const empty = Array.from<Cell>({ length: width }).fill(null);
  /** For each value its slot, −1 where the column has one already, and its column, null for the rowid. */
  const slots = places.map((place, i) => {
    if (places.indexOf(place) < i) return -1;
    return place === table.rowidColumn ? 0 : (all[place] as ColumnInfo).slot;
  });
  const columns = places.map((place) => (place === table.rowidColumn ? null : (all[place] ?? null)));

  const put = (row: Cell[], i: number, cell: Cell): void => {
    const slot = slots[i] as number;
    if (slot < 0) return;
    const column = columns[i] as ColumnInfo | null;
    row[slot] = column === null ? cell : target === undefined ? viewCell(cell, column) : target.coerce(cell, column);
  };
  const insert = (row: Cell[], terms: Terms): boolean => {
    if (target !== undefined) {
      for (let i = 0; i < defaults.length; i++) {
        const column = defaults[i] as ColumnInfo;
        row[column.slot] = target.defaultOf(column);
      }
      return target.insert(row, terms);
    }
    if (writer.table(table).triggers.fire('INSTEAD OF', 'INSERT', null, row)) terms.written?.(row);
    return false; // rows of a view are not counted
  };
  /** Terms of a statement that tells nobody of its rows. */
  const plainTerms: Terms = { conflict: statement.conflict };
  const run = (frame: Frame): WriteResult => {
    let rowsAffected = 0;
    if (table.autoincrement) target?.rowids.begin();
    const result: Cell[][] = [];
    const written = output === null ? undefined : (row: Row): void => void result.push(output.row(frame, row));
    const terms: Terms =
      upsert === undefined && written === undefined
        ? plainTerms
        : {
            conflict: statement.conflict,
            upsertPlace: upsert?.place,
            upsert: upsert?.start(frame, (row) => {
              rowsAffected++;
              written?.(row);
            }),
            written,
          };
    if (values.rows !== undefined) {
      for (let r = 0; r < values.rows.length; r++) {
        const evals = values.rows[r] as readonly Eval[];
        const row = empty.slice();
        for (let i = 0; i < evals.length; i++) put(row, i, (evals[i] as Eval)(frame));
        if (insert(row, terms)) rowsAffected++;
      }
    } else if (values.query !== undefined) {
      for (const cells of values.query(frame)) {
        const row = empty.slice();
        for (let i = 0; i < cells.length; i++) put(row, i, cells[i] as Cell);
        if (insert(row, terms)) rowsAffected++;
      }
    }
    return output === null ? { rowsAffected } : { rowsAffected, rows: result };
  };
  // What RETURNING computes may fail when the row is in its place already.
  const isSingle =
    values.rows?.length === 1 && upsert === undefined && output === null && statement.conflict !== 'REPLACE' && !isView;
  return {
    columns: output?.columns ?? [],
    run: (frame) => {
      writer.orConflict = statement.conflict;
      // REPLACE may also come from a constraint: then a row is deleted and another inserted.
      const isAlone = isSingle && target?.isPlain === true && !target.mayReplace;
      return writer.write(run, frame, isAlone);
    },
  };
}

function viewCell(cell: Cell, column: ColumnInfo): Cell {
  return column.affinity === 'REAL' && cell instanceof Real ? cell.value : cell;
}

/** Columns that the values go to, −1 for the rowid. */
function insertPlaces({ columns, source }: ast.Insert, table: TableInfo, binding: Binding): number[] {
  if (source === null) return []; // DEFAULT VALUES
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

function compileValues(statement: ast.Insert, outer: Binding, count: number, table: TableInfo): Values {
  const { source: select } = statement;
  if (select === null) return { rows: [[]] };
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
    return { rows: arm.rows.map((row) => row.map((expr) => binding.value(expr))) };
  }
  const program = binding.select(withTables(select, statement.with));
  check(program.columns.length);
  const reals = program.columns.map(({ type }) => type === 'real');
  return {
    query: (frame) => {
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
      return found;
    },
  };
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
