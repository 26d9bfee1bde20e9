/**
 * Compiles expressions of a plan to closures over a frame. Static types pick the closure: an expression of type 'real'
 * yields plain numbers as long as its reader knows the type (`compileRaw`), boxed ones for everybody else (`compile`).
 */
import { SqlError } from '@dotdo/shared-types';
import type { Expr, Typed, UnaryOperator } from '../plan/plan.ts';
import { Real, realCell, type Cell } from '../codec/cell.ts';
import { arithmetic } from './arithmetic.ts';
import { betweenValue, compareCondition, compareRows, compareValue, operand, orderOf } from './compare.ts';
import { collationNamed } from './distinct.ts';
import type { Condition, Eval, Frame } from './frame.ts';
import { bitNot, negate } from './functions/arithmetic.ts';
import type { ScalarFunction } from './functions/function.ts';
import { applyAffinity, castTo, toText, truth } from './functions/values.ts';
import { inList, inSelect, subqueryColumn, subqueryExists } from './subquery.ts';

export function unbox(cell: Cell): Cell {
  return cell instanceof Real ? cell.value : cell;
}

/** The value of an expression, REALs boxed where a number would show as INTEGER. */
export function compile(expr: Expr): Eval {
  const value = compileRaw(expr);
  if (expr.type !== 'real') return value;
  if (expr.op === 'const') {
    const cell = constant(expr);
    return () => cell;
  }
  return (frame) => boxed(value(frame));
}

/** The value of a constant, boxed. */
export function constant(expr: Typed & { readonly value: Cell }): Cell {
  return expr.type === 'real' ? boxed(expr.value) : expr.value;
}

function boxed(cell: Cell): Cell {
  return typeof cell === 'number' ? realCell(cell) : cell;
}

/** As `compile`, but REALs are plain numbers where `expr.type` is 'real'. */
export function compileRaw(expr: Expr): Eval {
  switch (expr.op) {
    case 'const': {
      const value = expr.type === 'real' ? unbox(expr.value) : expr.value;
      return () => value;
    }
    case 'param': {
      const { index } = expr;
      return (frame) => {
        const cell = frame.params[index];
        return cell === undefined ? null : cell;
      };
    }
    case 'column': {
      const { source, slot } = expr;
      return (frame) => frame.source(source).get(slot);
    }
    case 'register': {
      const { index } = expr;
      const cell = (frame: Frame): Cell => frame.registers[index] ?? null;
      return expr.type === 'real' ? (frame) => unbox(cell(frame)) : cell;
    }
    case 'arith':
      return arithmetic(expr);
    case 'negate':
    case 'bitnot': {
      const value = compile(expr.operand);
      const apply = expr.op === 'negate' ? negate : bitNot;
      return expr.type === 'real' ? (frame) => unbox(apply(value(frame))) : (frame) => apply(value(frame));
    }
    case 'affinity': {
      const value = compile(expr.operand);
      const { to } = expr;
      return (frame) => applyAffinity(value(frame), to);
    }
    case 'compare':
      return compareValue(expr);
    case 'compareRows':
      return compareRows(expr);
    case 'between':
      return betweenValue(expr);
    case 'and':
    case 'or':
      return connective(expr);
    case 'in':
      return expr.select === null ? inList(expr) : inSelect(expr, expr.select);
    case 'case':
      return caseValue(expr);
    case 'cast': {
      const value = compile(expr.operand);
      const { to } = expr;
      return expr.type === 'real' ? (frame) => unbox(castTo(value(frame), to)) : (frame) => castTo(value(frame), to);
    }
    case 'call': {
      const value = call(expr);
      return expr.type === 'real' ? (frame) => unbox(value(frame)) : value;
    }
    case 'subquery':
      return expr.kind === 'exists' ? subqueryExists(expr) : shaped(expr, subqueryColumn(expr.select, 0));
    case 'subqueryColumn':
      return shaped(expr, subqueryColumn(expr.select, expr.column));
    case 'raise':
      return raise(expr);
    case 'row':
      throw new SqlError('SYNTAX_ERROR', 'row value misused');
    default:
      return unary(expr.op, expr.operand);
  }
}

/** Boxed values as plain ones where the type says so. */
function shaped(expr: Expr, value: Eval): Eval {
  return expr.type === 'real' ? (frame) => unbox(value(frame)) : value;
}

/** Whether an expression is true; NULL is false. */
export function compileCondition(expr: Expr): Condition {
  switch (expr.op) {
    case 'compare':
      return compareCondition(expr);
    case 'and':
    case 'or': {
      const l = compileCondition(expr.left);
      const r = compileCondition(expr.right);
      return expr.op === 'and' ? (frame) => l(frame) && r(frame) : (frame) => l(frame) || r(frame);
    }
    case 'isNull':
    case 'notNull': {
      const value = compileRaw(expr.operand);
      return expr.op === 'isNull' ? (frame) => value(frame) === null : (frame) => value(frame) !== null;
    }
    default: {
      const value = compileRaw(expr);
      return (frame) => {
        const cell = value(frame);
        return typeof cell === 'number' ? cell !== 0 : cell !== null && truth(cell) === true;
      };
    }
  }
}

/** All of the conditions; null when there is none. */
export function compileAll(exprs: readonly Expr[]): Condition | null {
  const conditions = exprs.map(compileCondition);
  const [first, second] = conditions;
  if (first === undefined) return null;
  if (second === undefined) return first;
  if (conditions.length === 2) return (frame) => first(frame) && second(frame);
  return (frame) => {
    for (let i = 0; i < conditions.length; i++) if (!(conditions[i] as Condition)(frame)) return false;
    return true;
  };
}

/** What each unary operator on truth or NULL gives for true, false and NULL. */
const TRUTH: Partial<Record<UnaryOperator, readonly [Cell, Cell, Cell]>> = {
  not: [0, 1, null],
  isTrue: [1, 0, 0],
  isFalse: [0, 1, 0],
  isNotTrue: [0, 1, 1],
  isNotFalse: [1, 0, 1],
};

function unary(op: UnaryOperator, inner: Expr): Eval {
  const value = compileRaw(inner);
  if (op === 'isNull') return (frame) => (value(frame) === null ? 1 : 0);
  if (op === 'notNull') return (frame) => (value(frame) === null ? 0 : 1);
  const [yes, no, open] = TRUTH[op] as readonly [Cell, Cell, Cell];
  return (frame) => {
    const is = truth(value(frame));
    return is === null ? open : is ? yes : no;
  };
}

function connective({ op, left, right }: Extract<Expr, { op: 'and' | 'or' }>): Eval {
  const l = compileRaw(left);
  const r = compileRaw(right);
  const decisive = op === 'or';
  const [decided, undecided] = decisive ? [1, 0] : [0, 1];
  return (frame) => {
    const a = truth(l(frame));
    if (a === decisive) return decided;
    const b = truth(r(frame));
    if (b === decisive) return decided;
    return a === null || b === null ? null : undecided;
  };
}

function caseValue(expr: Extract<Expr, { op: 'case' }>): Eval {
  const isReal = expr.type === 'real';
  const branch = isReal ? compileRaw : compile;
  const thens = expr.whens.map(({ then }) => shaped(expr, branch(then)));
  const otherwise = expr.otherwise === null ? (): Cell => null : shaped(expr, branch(expr.otherwise));
  const { base } = expr;
  if (base === null) {
    const conditions = expr.whens.map(({ when }) => compileCondition(when));
    return (frame) => {
      for (let i = 0; i < conditions.length; i++) {
        if ((conditions[i] as Condition)(frame)) return (thens[i] as Eval)(frame);
      }
      return otherwise(frame);
    };
  }
  // The base is evaluated once: each comparison reads it from a constant's place.
  const value = compile(base);
  const tests = expr.whens.map(({ when, comparison }) => {
    const { leftAffinity, rightAffinity, collation } = comparison ?? {
      leftAffinity: null,
      rightAffinity: null,
      collation: 'BINARY',
    };
    const order = orderOf(collation);
    const right = operand(when, rightAffinity);
    return (frame: Frame, left: Cell): boolean =>
      order(leftAffinity === null ? left : applyAffinity(left, leftAffinity), right(frame)) === 0;
  });
  return (frame) => {
    const left = value(frame);
    for (let i = 0; i < tests.length; i++) {
      if ((tests[i] as (frame: Frame, left: Cell) => boolean)(frame, left)) return (thens[i] as Eval)(frame);
    }
    return otherwise(frame);
  };
}

/** What a function gave; large values count as work. */
export function made(frame: Frame, cell: Cell): Cell {
  if (typeof cell === 'string' || cell instanceof Uint8Array) frame.spend(cell.length);
  return cell;
}

function call(expr: Extract<Expr, { op: 'call' }>): Eval {
  const fn = expr.fn as ScalarFunction;
  const args = expr.args.map(compile);
  if (fn.lazy === 'coalesce') {
    return (frame) => {
      let cell: Cell = null;
      for (let i = 0; i < args.length && cell === null; i++) cell = (args[i] as Eval)(frame);
      return cell;
    };
  }
  if (fn.lazy === 'iif') {
    return (frame) => {
      let i = 0;
      for (; i + 1 < args.length; i += 2)
        if (truth((args[i] as Eval)(frame)) === true) return (args[i + 1] as Eval)(frame);
      return i < args.length ? (args[i] as Eval)(frame) : null;
    };
  }
  const collation = collationNamed(expr.collate);
  const [first, second] = args;
  if (fn.takesJson === true) {
    return (frame) => {
      const { context } = frame;
      const json: boolean[] = [];
      const cells = args.map((arg, i) => {
        context.isJson = false;
        const cell = arg(frame);
        json[i] = context.isJson;
        return cell;
      });
      context.json = json;
      context.isJson = false;
      return made(frame, fn.call(cells, context));
    };
  }
  if (first !== undefined && args.length === 1) return (frame) => made(frame, fn.call([first(frame)], frame.context));
  if (first !== undefined && second !== undefined && args.length === 2) {
    return (frame) => {
      const cells = [first(frame), second(frame)];
      frame.context.collation = collation;
      return made(frame, fn.call(cells, frame.context));
    };
  }
  return (frame) => {
    const cells = args.map((arg) => arg(frame));
    frame.context.collation = collation;
    return made(frame, fn.call(cells, frame.context));
  };
}

/** What RAISE throws; whoever runs the trigger deals with it. */
function raise({ action, message }: Extract<Expr, { op: 'raise' }>): Eval {
  const text = message === null ? (): Cell => null : compile(message);
  return (frame) => {
    throw new SqlError('TRIGGER_ABORT', toText(text(frame)) ?? '', { details: { action } });
  };
}
