/**
 * From syntax to plans. Read plan.ts first (what comes out), then scope.ts and bind.ts (names and expressions), from.ts
 * and select.ts (queries), join.ts and access.ts (which way to the rows), explain.ts.
 */
import type * as ast from '../sql/ast.ts';
import { Binder } from './bind.ts';
import type { StatementPlan } from './plan.ts';
import { Scope, type PlanContext } from './scope.ts';
import { planSelect } from './select.ts';

export { Binder, bindExpr, bindRow, compare, typeAffinity } from './bind.ts';
export { Explanation, type ExplainRow } from './explain.ts';
export type * from './plan.ts';
export { Scope, slotColumns, Source, type DerivedColumn, type PlanContext } from './scope.ts';
export { bindResults, planSelect } from './select.ts';

/** Plans a query that stands alone. */
export function planQuery(context: PlanContext, select: ast.Select): StatementPlan {
  const binder = new Binder(context);
  const plan = planSelect(binder, select, new Scope());
  return { plan, sources: binder.sources, registers: binder.registers };
}
