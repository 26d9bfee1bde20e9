/** Arithmetic as closures, quick where the operands are plain numbers. */
import type { ArithmeticOperator, Expr } from '../plan/plan.ts';
import type { Cell } from '../codec/cell.ts';
import { compile, compileRaw, made, unbox } from './expression.ts';
import type { Eval } from './frame.ts';
import {
  add,
  bitAnd,
  bitOr,
  concatenate,
  divide,
  multiply,
  remainder,
  shiftLeft,
  shiftRight,
  subtract,
} from './functions/arithmetic.ts';

const EXACT: Record<ArithmeticOperator, (a: Cell, b: Cell) => Cell> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': remainder,
  '&': bitAnd,
  '|': bitOr,
  '<<': shiftLeft,
  '>>': shiftRight,
  '||': concatenate,
};

type Plain = (a: number, b: number) => number;

/** As `compileRaw`: plain numbers where the expression is of type 'real'. */
export function arithmetic(expr: Extract<Expr, { op: 'arith' }>): Eval {
  const { operator, left, right } = expr;
  const exact = EXACT[operator];
  if (expr.type === 'real') {
    const slow = exactReal(expr, exact);
    const isReal = left.type === 'real' || right.type === 'real';
    if (isReal && isNumeric(left) && isNumeric(right)) {
      const l = compileRaw(left);
      const r = compileRaw(right);
      // A number is REAL or is made REAL by the other side, which is; anything else takes the slow way.
      switch (operator) {
        case '+':
          return realClosure(l, r, (a, b) => a + b, slow);
        case '-':
          return realClosure(l, r, (a, b) => a - b, slow);
        case '*':
          return realClosure(l, r, (a, b) => a * b, slow);
        case '/':
          return realClosure(l, r, (a, b) => (b === 0 ? NaN : a / b), slow);
        default:
          return slow;
      }
    }
    return slow;
  }
  const l = compile(left);
  const r = compile(right);
  switch (operator) {
    case '+':
      return (frame) => {
        const a = l(frame);
        const b = r(frame);
        if (typeof a === 'number' && typeof b === 'number') {
          const value = a + b;
          if (Number.isSafeInteger(value) && Number.isSafeInteger(a) && Number.isSafeInteger(b)) return value;
        }
        return exact(a, b);
      };
    case '-':
      return (frame) => {
        const a = l(frame);
        const b = r(frame);
        if (typeof a === 'number' && typeof b === 'number') {
          const value = a - b;
          if (Number.isSafeInteger(value) && Number.isSafeInteger(a) && Number.isSafeInteger(b)) return value;
        }
        return exact(a, b);
      };
    case '||':
      return (frame) => made(frame, exact(l(frame), r(frame)));
    default:
      return (frame) => exact(l(frame), r(frame));
  }
}

function isNumeric({ type }: Expr): boolean {
  return type === 'real' || type === 'integer';
}

function realClosure(l: Eval, r: Eval, plain: Plain, slow: Eval): Eval {
  return (frame) => {
    const a = l(frame);
    const b = r(frame);
    if (typeof a !== 'number' || typeof b !== 'number') return a === null || b === null ? null : slow(frame);
    const value = plain(a, b);
    return value === value ? value : null;
  };
}

function exactReal(expr: Extract<Expr, { op: 'arith' }>, exact: (a: Cell, b: Cell) => Cell): Eval {
  const l = compile(expr.left);
  const r = compile(expr.right);
  return (frame) => unbox(exact(l(frame), r(frame)));
}
