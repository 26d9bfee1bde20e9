/** ORDER BY and GROUP BY terms that name result columns, and what the queries of a compound share. */
import { SqlError } from '@dotdo/shared-types';
import type { Affinity } from '../catalog/schema.ts';
import type * as ast from '../sql/ast.ts';
import { bindExpr, knownCollation, type Binder } from './bind.ts';
import { orderTerm } from './call.ts';
import { fold } from './error.ts';
import type { Expr, OrderTerm, ResultColumn } from './plan.ts';
import type { BoundArm } from './select.ts';
import { make, same } from './tree.ts';

function ordinal(n: number): string {
  const tens = n % 100;
  return `${n}${tens > 10 && tens < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
}

/** The value of an integer of 32 bits that is written out, with or without signs; null of anything else. */
function smallInteger(expr: ast.Expr): number | null {
  if (expr.kind === 'literal') return typeof expr.value === 'number' && expr.value <= 0x7fffffff ? expr.value : null;
  if (expr.kind !== 'unary' || (expr.operator !== '+' && expr.operator !== '-')) return null;
  const value = smallInteger(expr.operand);
  return value !== null && expr.operator === '-' ? -value : value;
}

/** The result column that a term names by number; −1 when it is no number. */
export function columnNumber(
  binder: Binder,
  expr: ast.Expr,
  place: { clause: string; term: number; columns: number; at?: number },
): number {
  const value = smallInteger(expr);
  if (value === null) return -1;
  if (value >= 1 && value <= place.columns) return value - 1;
  const range = `should be between 1 and ${place.columns}`;
  return binder.fail(
    'INVALID_STATEMENT',
    `${ordinal(place.term)} ${place.clause} BY term out of range - ${range}`,
    place.at,
  );
}

export function withoutCollate(expr: ast.Expr): ast.Expr {
  return expr.kind === 'collate' ? withoutCollate(expr.operand) : expr;
}

/** ORDER BY of a compound: numbers, names and expressions of result columns. */
export function compoundOrder(
  binder: Binder,
  select: ast.Select,
  lists: readonly (readonly ResultColumn[])[],
  collations: readonly string[],
  bound: readonly (BoundArm | null)[] = [],
): OrderTerm[] {
  return select.orderBy.map((term, i) => {
    const bare = withoutCollate(term.expr);
    let column = columnNumber(binder, bare, { clause: 'ORDER', term: i + 1, columns: collations.length, at: -1 });
    const name = bare.kind === 'column' && bare.table === null ? fold(bare.name) : null;
    for (let arm = 0; arm < lists.length && column < 0; arm++) {
      if (name !== null) column = (lists[arm] as ResultColumn[]).findIndex((result) => fold(result.name) === name);
      const core = select.arms[arm];
      if (column < 0 && core?.kind === 'core') {
        const text = withoutAt(bare);
        column = core.columns.findIndex((result) => result.kind === 'expr' && withoutAt(result.expr) === text);
        const other = bound[arm];
        if (column < 0 && other) column = sameResult(binder, bare, other);
      }
      const result = core?.kind === 'core' ? core.columns[column] : undefined;
      if (binder.names !== null && bare.kind === 'column' && result?.kind === 'expr' && result.alias === null) {
        binder.names.result(bare, result.expr);
      }
    }
    if (column < 0) {
      const message = `${ordinal(i + 1)} ORDER BY term does not match any column in the result set`;
      binder.fail('INVALID_STATEMENT', message);
    }
    const collation = term.expr.kind === 'collate' ? knownCollation(binder, term.expr) : (collations[column] as string);
    return orderTerm(term, column, make({ op: 'const', value: null }, 'null', { collation }));
  });
}

/** The result of an arm that an expression, bound as the arm's own are, is the same as; −1. */
function sameResult(binder: Binder, expr: ast.Expr, { scope, select }: BoundArm): number {
  const { reads, readScopes } = binder;
  const marks = [reads.length, readScopes.length] as const;
  try {
    const bound = bindExpr(binder, expr, scope);
    return select.findIndex((other) => same(other, bound));
  } catch (error) {
    if (error instanceof SqlError) return -1;
    throw error;
  } finally {
    [reads.length, readScopes.length] = marks;
  }
}

function withoutAt(expr: ast.Expr): string {
  return JSON.stringify(expr, (key, value: unknown) =>
    key === 'at' || key === 'tableAt' || key === 'quoted'
      ? undefined
      : typeof value === 'bigint'
        ? `${value}n`
        : key === 'name' || key === 'table'
          ? fold(String(value))
          : value,
  );
}

const NUMBERS = 1;
const TEXTS = 2;
const BLOBS = 4;

/** Which values an expression may yield. */
function valuesOf(expr: Expr): number {
  const { op, affinity, type } = expr;
  if (op === 'case') {
    const all = expr.whens.reduce((mask, { then }) => mask | valuesOf(then), 0);
    return expr.otherwise === null ? all : all | valuesOf(expr.otherwise);
  }
  if (affinity === 'TEXT') return TEXTS | BLOBS;
  if (affinity !== null && affinity !== 'BLOB') return NUMBERS | BLOBS;
  if (op === 'arith' && expr.operator === '||') return TEXTS | BLOBS;
  if (op === 'const') return type === 'null' ? 0 : type === 'text' ? TEXTS : type === 'blob' ? BLOBS : NUMBERS;
  if (op === 'column' || op === 'param' || op === 'call' || op === 'register' || op.startsWith('subquery'))
    return NUMBERS | TEXTS | BLOBS;
  return NUMBERS;
}

/** The affinity of a column of a compound: that of the first arm that has one, unless others yield other values. */
export function sharedAffinity(rows: readonly (readonly Expr[])[], column: number): Affinity | null {
  const exprs = rows.map((row) => row[column] as Expr);
  const first = exprs.findIndex(({ affinity }) => affinity !== null);
  const affinity = exprs[first]?.affinity ?? null;
  if (affinity === null || affinity === 'BLOB' || rows.length === 1) return affinity;
  const others = exprs.reduce((mask, expr, i) => (i === first ? mask : mask | valuesOf(expr)), 0);
  if ((others & (affinity === 'TEXT' ? NUMBERS : TEXTS)) !== 0) return 'BLOB';
  return affinity !== 'TEXT' && exprs[0]?.op === 'cast' ? 'NUMERIC' : affinity;
}
