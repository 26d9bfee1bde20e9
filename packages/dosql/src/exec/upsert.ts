/** ON CONFLICT clauses of INSERT: the first one whose target is the violated key deals with the row. */
import { parseExpression } from '../sql/index.ts';
import type { IndexInfo, TableInfo } from '../catalog/schema.ts';
import type { Cell } from '../codec/cell.ts';
import type * as ast from '../sql/ast.ts';
import type { Row } from '../txn/index.ts';
import { type Binding, columnPlace } from './binding.ts';
import type { Condition, Eval, Frame } from './frame.ts';
import type { Terms } from './table-writer.ts';
import { assign, assignmentPlaces, compileAssignments } from './update.ts';

interface Clause {
  /** null: the rowid or the own key; undefined: any. */
  readonly index: readonly (IndexInfo | null)[] | undefined;
  readonly set: { places: readonly number[]; values: readonly Eval[]; where: Condition | null } | null;
}

export interface Upsert {
  readonly place: NonNullable<Terms['upsertPlace']>;
  /** Of one run. */
  start(frame: Frame, written: (row: Row) => void): NonNullable<Terms['upsert']>;
}

/** @throws {SqlError} NO_MATCHING_CONSTRAINT and what binding finds wrong */
export function compileUpsert(statement: ast.Insert, outer: Binding, table: TableInfo, name: string): Upsert {
  const { writer } = outer;
  const binding = outer.inner();
  const current = binding.add(name, table);
  const excluded = binding.add('excluded', table, true);
  const clauses = statement.upserts.map((upsert): Clause => {
    const index = upsert.target === null ? undefined : findIndexes(upsert, upsert.target, table, binding);
    if (upsert.set === null) return { index, set: null };
    return {
      index,
      set: {
        places: assignmentPlaces(upsert.set, table, binding),
        values: compileAssignments(upsert.set, binding),
        where: upsert.where === null ? null : binding.conditionOf(upsert.where),
      },
    };
  });
  // The rowid, if no clause names it, comes after those that name something.
  const named = clauses.filter((clause) => clause.index !== undefined).length;
  const place = (index: IndexInfo | null): number => {
    const found = clauses.findIndex((clause) => clause.index?.includes(index) === true);
    return found < 0 && index === null ? named : found;
  };
  const start: Upsert['start'] = (frame, written) => (conflict, index, row) => {
    const rows = writer.table(table);
    const clause = clauses.find((clause) => clause.index === undefined || clause.index.includes(index));
    if (clause === undefined) return false;
    const { set } = clause;
    if (set === null) return true;
    frame.source(current).setCells(conflict);
    frame.source(excluded).setCells(row);
    if (set.where !== null && !set.where(frame)) return true;
    const after: Cell[] = [...conflict];
    for (let i = 0; i < set.places.length; i++) {
      assign(after, set.places[i] as number, (set.values[i] as Eval)(frame), table, rows);
    }
    rows.update(conflict, after, set.places, { conflict: 'ABORT', written });
    return true;
  };
  return { place, start };
}

/** Whether two expressions are the same but for where they are written, and how names are. */
function same(a: unknown, b: unknown): boolean {
  const shape = (tree: unknown): string =>
    JSON.stringify(tree, (key, value: unknown) => {
      if (key === 'at' || key === 'tableAt' || key === 'end' || key === 'quoted' || key === 'table') return undefined;
      if (typeof value === 'bigint' || value instanceof Uint8Array) return String(value);
      return key === 'name' && typeof value === 'string' ? value.toLowerCase() : value;
    });
  return shape(a) === shape(b);
}

/** The unique keys that a conflict target means. */
function findIndexes(
  upsert: ast.Upsert,
  target: readonly ast.OrderTerm[],
  table: TableInfo,
  binding: Binding,
): (IndexInfo | null)[] {
  const terms = target.map(({ expr, text }) => {
    let inner = expr;
    let collation: string | null = null;
    while (inner.kind === 'collate') {
      collation ??= inner.collation.toUpperCase();
      inner = inner.operand;
    }
    const place = inner.kind === 'column' ? (columnPlace(table, inner.name) ?? -2) : -2;
    if (inner.kind === 'column' && place === -2) {
      binding.binder.fail('NO_SUCH_COLUMN', `no such column: ${inner.name}`, inner.at);
    }
    return { place, collation, text: text.replace(/\s+/g, '').toLowerCase() };
  });
  const [first] = terms;
  const found: (IndexInfo | null)[] = [];
  if (terms.length === 1 && first !== undefined && first.place === table.rowidColumn && !table.withoutRowid) {
    found.push(null);
  }
  for (const index of table.indexes) {
    if (!index.unique || index.columns.length !== terms.length) continue;
    const { targetWhere } = upsert;
    if (index.where !== null && (targetWhere === null || !same(targetWhere, parseExpression(index.where)))) continue;
    const matches = index.columns.every(({ column, expression, collation }) =>
      terms.some(
        (term) =>
          term.place === column &&
          (term.collation === null || term.collation === collation) &&
          (column !== -2 || term.text === expression?.replace(/\s+/g, '').toLowerCase()),
      ),
    );
    if (matches) found.push(index);
  }
  if (found.length === 0) {
    const message = 'ON CONFLICT clause does not match any PRIMARY KEY or UNIQUE constraint';
    binding.binder.fail('NO_MATCHING_CONSTRAINT', message, upsert.at);
  }
  return found;
}
