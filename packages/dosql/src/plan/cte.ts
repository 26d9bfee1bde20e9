/** Common table expressions: those of several uses are materialised, recursive ones by a queue. */
import type * as ast from '../sql/ast.ts';
import type { Binder } from './bind.ts';
import { fold } from './error.ts';
import type { CtePlan, ResultColumn } from './plan.ts';
import { Scope, type Cte, type Env } from './scope.ts';
import { bindLimits, planSelect } from './select.ts';
import { compoundOrder } from './terms.ts';

/** How often a tree of syntax reads a table of that name. */
function countReads(node: unknown, name: string): number {
  if (typeof node !== 'object' || node === null) return 0;
  if (Array.isArray(node)) return node.reduce<number>((sum, item) => sum + countReads(item, name), 0);
  const { kind, name: own, schema } = node as { kind?: string; name?: string; schema?: string | null };
  let count = kind === 'table' && schema === null && fold(own as string) === name ? 1 : 0;
  for (const child of Object.values(node)) if (typeof child === 'object') count += countReads(child, name);
  return count;
}

/** Puts the tables of a WITH in sight. Plans of those that are materialised go to `plans`. */
export function declare(binder: Binder, select: Pick<ast.Select, 'with'>, around: Scope, plans: CtePlan[]): Env {
  const ctes = new Map<string, Cte>();
  const env: Env = { ctes, parent: around.env };
  for (const table of select.with?.tables ?? []) {
    const key = fold(table.name);
    if (ctes.has(key)) binder.fail('INVALID_STATEMENT', `duplicate WITH table name: ${table.name}`, table.at);
    const reads = countReads(select, key) - countReads(table.select, key);
    ctes.set(key, { table, env, ready: null, self: null, once: reads <= 1, plans, parent: around });
  }
  return env;
}

/** The columns of a CTE under the names that it declares. */
function named(binder: Binder, table: ast.CommonTable, columns: readonly ResultColumn[]): ResultColumn[] {
  const names = table.columns;
  if (names !== null && names.length !== columns.length) {
    binder.fail(
      'COLUMN_COUNT_MISMATCH',
      `table ${table.name} has ${columns.length} values for ${names.length} columns`,
      table.at,
    );
  }
  return columns.map((column, i) => ({ ...column, name: names?.[i]?.name ?? column.name }));
}

/** Plans a CTE that has to be kept; null for one that is better bound where it is read. */
export function materialize(binder: Binder, cte: Cte): Cte['ready'] {
  const { table, env } = cte;
  const { select } = table;
  const key = fold(table.name);
  const { arms } = select;
  const firstRecursive = arms.findIndex((arm) => arm.kind === 'core' && countReads(arm.from, key) > 0);
  const isRecursive =
    firstRecursive > 0 && select.operators.slice(firstRecursive - 1).every((operator) => operator.startsWith('UNION'));
  if (!isRecursive && (table.materialized === false || (cte.once && table.materialized === null))) return null;
  const scope = new Scope(cte.parent, env);
  scope.asWritten = true;
  const id = binder.registers++;
  cte.self = 'initial';
  const bare = { with: null, orderBy: [], limit: null, offset: null } as const;
  const initial = planSelect(
    binder,
    isRecursive
      ? {
          ...select,
          ...bare,
          arms: arms.slice(0, firstRecursive),
          operators: select.operators.slice(0, firstRecursive - 1),
        }
      : select,
    scope,
  );
  let columns = named(binder, table, initial.columns);
  let plan: CtePlan = {
    name: table.name,
    id,
    initial,
    recursive: [],
    distinct: false,
    orderBy: [],
    limit: null,
    offset: null,
    columns,
    collations: initial.columns.map(({ collation }) => collation ?? 'BINARY'),
  };
  if (isRecursive) {
    columns = columns.map((column) => ({ ...column, type: 'any' as const }));
    cte.self = { id, columns };
    const recursive = arms.slice(firstRecursive).map((arm) => {
      if (countReads(arm, key) > 1) {
        const own =
          arm.kind === 'core' ? arm.from.filter((item) => item.kind === 'table' && fold(item.name) === key) : [];
        const what = own.length > 1 ? 'multiple references to recursive table' : 'multiple recursive references';
        binder.fail('CIRCULAR_REFERENCE', `${what}: ${table.name}`, table.at);
      }
      const plan = planSelect(binder, { ...select, ...bare, arms: [arm], operators: [] }, scope);
      if (plan.arms[0]?.group) {
        binder.fail('INVALID_STATEMENT', 'recursive aggregate queries not supported', arm.at);
      }
      if (plan.columns.length !== columns.length)
        mismatch(binder, select.operators[firstRecursive - 1] as string, arm.at);
      return plan;
    });
    const distinct = select.operators.slice(firstRecursive - 1).includes('UNION');
    const orderBy = compoundOrder(binder, select, [initial.columns], plan.collations);
    plan = { ...plan, columns, recursive, distinct, orderBy, ...bindLimits(binder, select) };
  }
  cte.self = null;
  cte.plans.push(plan);
  cte.ready = { id, columns };
  return cte.ready;
}

export function mismatch(binder: Binder, operator: string, at: number): never {
  const message = `SELECTs to the left and right of ${operator} do not have the same number of result columns`;
  return binder.fail('COLUMN_COUNT_MISMATCH', message, at);
}
