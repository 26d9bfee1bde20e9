/** Comparisons as closures: three-valued, with the affinities and the collation that the binder chose. */
import type { CompareOperator, Comparison, Expr } from '../plan/plan.ts';
import { compareCells, type Cell } from '../codec/cell.ts';
import type { Affinity } from '../catalog/schema.ts';
import { collationNamed } from './distinct.ts';
import { compile, compileRaw, constant } from './expression.ts';
import type { Condition, Eval, Frame } from './frame.ts';
import { applyAffinity } from './functions/values.ts';

/** Below 0, 0 or above, NaN where one of the two is NULL. */
export type Order = (a: Cell, b: Cell) => number;

export function orderOf(collationName: string): Order {
  const collation = collationNamed(collationName);
  return (a, b) => (a === null || b === null ? NaN : compareCells(a, b, collation));
}

/** The value of an expression as a comparison takes it; REALs may be plain numbers. */
export function operand(expr: Expr, affinity: Affinity | null): Eval {
  const { type } = expr;
  const isNumber = type === 'integer' || type === 'real' || type === 'number';
  const isIdle =
    affinity === null || affinity === 'BLOB' || type === 'null' || (affinity === 'TEXT' ? type === 'text' : isNumber);
  if (isIdle) return compileRaw(expr);
  const value = compile(expr);
  if (expr.op === 'const') {
    const cell = applyAffinity(constant(expr), affinity);
    return () => cell;
  }
  if (affinity === 'TEXT') return (frame) => applyAffinity(value(frame), affinity);
  return (frame) => {
    const cell = value(frame);
    return typeof cell === 'string' ? applyAffinity(cell, affinity) : cell;
  };
}

const TESTS: Record<Exclude<CompareOperator, 'IS' | 'IS NOT'>, (order: number) => boolean> = {
  '=': (order) => order === 0,
  '<>': (order) => order === order && order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

type Compare = Extract<Expr, { op: 'compare' }>;

/** Whether a comparison holds. Numbers, the usual case, are compared in place: one closure for each operator. */
export function compareCondition(expr: Compare): Condition {
  const l = operand(expr.left, expr.leftAffinity);
  const r = operand(expr.right, expr.rightAffinity);
  const order = orderOf(expr.collation);
  const slow = (a: Cell, b: Cell): number => order(a, b);
  switch (expr.operator) {
    case '=':
      return (frame) => {
        const a = l(frame);
        const b = r(frame);
        return typeof a === 'number' && typeof b === 'number' ? a === b : slow(a, b) === 0;
      };
    case '<':
      return (frame) => {
        const a = l(frame);
        const b = r(frame);
        return typeof a === 'number' && typeof b === 'number' ? a < b : slow(a, b) < 0;
      };
    case '<=':
      return (frame) => {
        const a = l(frame);
        const b = r(frame);
        return typeof a === 'number' && typeof b === 'number' ? a <= b : slow(a, b) <= 0;
      };
    case '>':
      return (frame) => {
        const a = l(frame);
        const b = r(frame);
        return typeof a === 'number' && typeof b === 'number' ? a > b : slow(a, b) > 0;
      };
    case '>=':
      return (frame) => {
        const a = l(frame);
        const b = r(frame);
        return typeof a === 'number' && typeof b === 'number' ? a >= b : slow(a, b) >= 0;
      };
    case '<>': {
      const test = TESTS['<>'];
      return (frame) => test(slow(l(frame), r(frame)));
    }
    default: {
      const isSame = expr.operator === 'IS';
      return (frame) => same(l(frame), r(frame), order) === isSame;
    }
  }
}

/** IS: NULL is NULL. */
function same(a: Cell, b: Cell, order: Order): boolean {
  return a === null || b === null ? a === b : order(a, b) === 0;
}

/** 1, 0 or NULL. */
export function compareValue(expr: Compare): Eval {
  const { operator } = expr;
  if (operator === 'IS' || operator === 'IS NOT') {
    const holds = compareCondition(expr);
    return (frame) => (holds(frame) ? 1 : 0);
  }
  const l = operand(expr.left, expr.leftAffinity);
  const r = operand(expr.right, expr.rightAffinity);
  const order = orderOf(expr.collation);
  const test = TESTS[operator];
  return (frame) => bool(order(l(frame), r(frame)), test);
}

function bool(order: number, test: (order: number) => boolean): Cell {
  return order !== order ? null : test(order) ? 1 : 0;
}

export function betweenValue(expr: Extract<Expr, { op: 'between' }>): Eval {
  const { lowComparison, highComparison, negated } = expr;
  // Each side may ask for another affinity of the operand, which is evaluated once all the same.
  const value = compile(expr.operand);
  const low = operand(expr.low, lowComparison.rightAffinity);
  const high = operand(expr.high, highComparison.rightAffinity);
  const lowOrder = orderOf(lowComparison.collation);
  const highOrder = orderOf(highComparison.collation);
  return (frame) => {
    const cell = value(frame);
    const a = lowOrder(applyAffinity(cell, lowComparison.leftAffinity), low(frame));
    if (a < 0) return negated ? 1 : 0;
    const b = highOrder(applyAffinity(cell, highComparison.leftAffinity), high(frame));
    if (b > 0) return negated ? 1 : 0;
    return a !== a || b !== b ? null : negated ? 0 : 1;
  };
}

/** Row values: the first items that differ decide; a NULL on the way to them leaves it open. */
export function compareRows(expr: Extract<Expr, { op: 'compareRows' }>): Eval {
  const { operator, comparisons } = expr;
  const lefts = comparisons.map((comparison, i) => operand(expr.left[i] as Expr, comparison.leftAffinity));
  const rights = comparisons.map((comparison, i) => operand(expr.right[i] as Expr, comparison.rightAffinity));
  const orders = comparisons.map((comparison) => orderOf(comparison.collation));
  const last = orders.length - 1;
  return (frame) => {
    let isOpen = false;
    for (let i = 0; i <= last; i++) {
      const a = (lefts[i] as Eval)(frame);
      const b = (rights[i] as Eval)(frame);
      const order = (orders[i] as Order)(a, b);
      if (operator === 'IS' || operator === 'IS NOT') {
        if (!same(a, b, orders[i] as Order)) return operator === 'IS' ? 0 : 1;
      } else if (operator === '=' || operator === '<>') {
        if (order !== order) isOpen = true;
        else if (order !== 0) return operator === '=' ? 0 : 1;
      } else if (order !== order) return null;
      else if (order !== 0 || i === last) return TESTS[operator](order) ? 1 : 0;
    }
    return isOpen ? null : operator === '=' || operator === 'IS' ? 1 : 0;
  };
}

/** Whether `cells` are among `members`, which have taken their affinity; null where NULLs leave it open. */
export function isMember(
  cells: readonly Cell[],
  members: Iterable<readonly Cell[]>,
  orders: readonly Order[],
): boolean | null {
  let result: boolean | null = false;
  for (const member of members) {
    let match: boolean | null = true;
    for (let i = 0; i < orders.length && match !== false; i++) {
      const order = (orders[i] as Order)(cells[i] as Cell, member[i] as Cell);
      if (order !== order) match = null;
      else if (order !== 0) match = false;
    }
    if (match === true) return true;
    if (match === null) result = null;
  }
  return result;
}

/** Operands of IN as `isMember` takes them. */
export function operands(exprs: readonly Expr[], comparisons: readonly Comparison[]): (frame: Frame) => Cell[] {
  const evals = exprs.map((expr, i) => operand(expr, (comparisons[i] as Comparison).leftAffinity));
  return (frame) => evals.map((value) => value(frame));
}
