/** RETURNING: values of each row that was written. */
import type { TableInfo } from '../catalog/schema.ts';
import type { Cell } from '../codec/cell.ts';
import type * as ast from '../sql/ast.ts';
import type { ResultColumn } from '../plan/plan.ts';
import { bindExpr } from '../plan/bind.ts';
import { type Binding, boxed } from './binding.ts';
import type { Eval, Frame } from './frame.ts';
import type { Row } from '../txn/index.ts';
import { columnExpr } from './target.ts';

export interface Returning {
  readonly columns: readonly ResultColumn[];
  row(frame: Frame, row: Row): Cell[];
}

/** `source` is the written table's in the scope of `binding`. */
export function returning(
  binding: Binding,
  columns: readonly ast.ResultColumn[] | null,
  source: number,
  table: TableInfo,
): Returning | null {
  if (columns === null) return null;
  // Behind an alias the table's own name is good too.
  const { sources } = binding.scope;
  const isAliased = sources.every((source) => source.name !== table.name.toLowerCase());
  const inner = binding.inner();
  const second = isAliased ? inner.add(table.name, table, true) : source;
  const evals: Eval[] = [];
  const named: ResultColumn[] = [];
  const add = (expr: ast.Expr, name: string): void => {
    const bound = bindExpr(binding.binder, expr, inner.scope);
    evals.push(boxed(bound));
    // Values are boxed here: no column is 'real' in the sense of the plan.
    const type = bound.type === 'real' ? 'any' : bound.type;
    const column =
      expr.kind === 'column'
        ? table.columns.find((column) => column.name.toLowerCase() === expr.name.toLowerCase())
        : undefined;
    const origin =
      column === undefined ? {} : { table: table.name, column: column.name, declaredType: column.declaredType };
    named.push({ name, type, affinity: bound.affinity, collation: bound.collation, ...origin });
  };
  for (const column of columns) {
    if (column.kind === 'star') {
      if (column.table !== null)
        binding.binder.fail('SYNTAX_ERROR', 'RETURNING may not use "TABLE.*" wildcards', column.at);
      for (const { name, hidden } of table.columns) if (!hidden) add(columnExpr(null, name), name);
    } else {
      const { expr } = column;
      const shown =
        expr.kind === 'column'
          ? table.columns.find(({ name }) => name.toLowerCase() === expr.name.toLowerCase())?.name
          : undefined;
      add(expr, column.alias ?? shown ?? column.text);
    }
  }
  return {
    columns: named,
    row(frame, row) {
      frame.source(source).setCells(row);
      if (second !== source) frame.source(second).setCells(row);
      return evals.map((value) => value(frame));
    },
  };
}
