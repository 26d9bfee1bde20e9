/**
 * How two values are compared.
 * @see https://www.sqlite.org/datatype3.html#comparisons
 */
import type { Affinity } from '../catalog/schema.ts';
import type { Comparison, Expr, StaticType } from './plan.ts';

function isNumeric(affinity: Affinity | null): boolean {
  return affinity === 'INTEGER' || affinity === 'REAL' || affinity === 'NUMERIC';
}

function isNumber(type: StaticType): boolean {
  return type === 'integer' || type === 'number';
}

/** The affinity that both sides take. */
export function commonAffinity(a: Affinity | null, b: Affinity | null): Affinity | null {
  if (a === null || b === null) return a ?? b;
  return isNumeric(a) || isNumeric(b) ? 'NUMERIC' : 'BLOB';
}

/** An affinity where it may change a value of the expression. */
export function neededAffinity(affinity: Affinity | null, expr: Expr): Affinity | null {
  if (affinity === null || affinity === 'BLOB' || expr.type === 'null') return null;
  // A column that a FULL JOIN makes of two has the affinity of the first, which says nothing of the second.
  const own = expr.op === 'call' ? null : expr.affinity;
  if (affinity === 'TEXT') return expr.type === 'text' || expr.type === 'blob' || own === 'TEXT' ? null : 'TEXT';
  if (expr.type === 'blob' || isNumber(expr.type) || isNumeric(own)) return null;
  return expr.type === 'real' ? null : 'NUMERIC';
}

/** The collation of a comparison: an explicit one, else that of the left side, else of the right. */
export function comparisonCollation(left: Expr, right: Expr): string {
  if (right.explicit === true && left.explicit !== true) return right.collation ?? 'BINARY';
  return left.collation ?? right.collation ?? 'BINARY';
}

export function comparison(left: Expr, right: Expr): Comparison {
  const affinity = commonAffinity(left.affinity, right.affinity);
  return {
    leftAffinity: neededAffinity(affinity, left),
    rightAffinity: neededAffinity(affinity, right),
    collation: comparisonCollation(left, right),
  };
}
