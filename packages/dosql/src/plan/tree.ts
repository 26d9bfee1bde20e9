/** Walks over bound expressions and the plans within them, whatever their shape. */
import type { Expr, ExprNode, StaticType, Typed } from './plan.ts';

/** Fields that hold no expressions. */
const OPAQUE = new Set(['table', 'index', 'fn', 'value', 'columns', 'covering']);

/** Calls `see` with each expression, the outer before the inner; false from it leaves the inner out. */
export function visit(node: unknown, see: (expr: Expr) => boolean | void): void {
  if (typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) {
    for (const item of node) visit(item, see);
    return;
  }
  if ('op' in node && see(node as Expr) === false) return;
  for (const key in node) {
    const child = (node as Record<string, unknown>)[key];
    if (typeof child === 'object' && child !== null && !OPAQUE.has(key)) visit(child, see);
  }
}

/** The same tree with each expression for which `replace` gives another one replaced; what is unchanged is shared. */
export function rewrite<T>(node: T, replace: (expr: Expr) => Expr | undefined): T {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) {
    let changed: unknown[] | undefined;
    for (let i = 0; i < node.length; i++) {
      const item: unknown = rewrite(node[i], replace);
      if (item !== node[i]) (changed ??= [...node])[i] = item;
    }
    return (changed ?? node) as T;
  }
  if ('op' in node) {
    const other = replace(node as unknown as Expr);
    if (other !== undefined) return other as T;
  }
  let changed: Record<string, unknown> | undefined;
  for (const key in node) {
    const child: unknown = (node as Record<string, unknown>)[key];
    if (typeof child !== 'object' || child === null || OPAQUE.has(key)) continue;
    const to = rewrite(child, replace);
    if (to !== child) (changed ??= { ...(node as Record<string, unknown>) })[key] = to;
  }
  return (changed ?? node) as T;
}

/** Whether two expressions always have the same value; no for what holds a subquery. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (a instanceof Uint8Array || b instanceof Uint8Array) return false;
  if ('select' in a && a.select !== null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}

/** Sources that an expression reads, its subqueries included; with repetitions. */
export function sourcesOf(node: unknown, out: number[] = []): number[] {
  visit(node, (expr) => {
    if (expr.op === 'column') out.push(expr.source);
  });
  return out;
}

/** The slots of a source that are read. */
export function readSlots(source: number, node: unknown): boolean[] {
  const slots: boolean[] = [];
  visit(node, (expr) => {
    if (expr.op === 'column' && expr.source === source) slots[expr.slot] = true;
  });
  return slots;
}

export function make(node: ExprNode, type: StaticType = 'integer', typed?: Partial<Typed>): Expr {
  return { type, affinity: null, collation: null, ...node, ...typed } as Expr; // a comparison brings its collation
}
