/** Binds calls: scalar functions, aggregates of the query that they belong to, window functions. */
import type * as ast from '../sql/ast.ts';
import { bindExpr, inherited, type Binder } from './bind.ts';
import { fold } from './error.ts';
import type { Expr, FrameBound, FunctionInfo, OrderTerm, StaticType, WindowFrame } from './plan.ts';
import type { Scope } from './scope.ts';
import { make } from './tree.ts';

const DEFAULT_FRAME: WindowFrame = {
  unit: 'RANGE',
  start: { kind: 'UNBOUNDED PRECEDING', offset: null },
  end: { kind: 'CURRENT ROW', offset: null },
  exclude: 'NO OTHERS',
};

export function bindOrder(binder: Binder, terms: readonly ast.OrderTerm[], scope: Scope): OrderTerm[] {
  return terms.map((term) => orderTerm(term, -1, bindExpr(binder, term.expr, scope)));
}

/** NULLs come first ascending and last descending, unless the term says otherwise. */
export function orderTerm(term: ast.OrderTerm, column: number, expr: Expr): OrderTerm {
  const { descending, nulls } = term;
  return {
    column,
    expr: column < 0 ? expr : null,
    descending,
    nullsFirst: nulls === null ? !descending : nulls === 'FIRST',
    collation: expr.collation ?? 'BINARY',
  };
}

/** Binds where neither aggregates nor window functions may stand. */
export function plainly<T>(scope: Scope, windowsStay: boolean, bind: () => T): T {
  const { allowAggregates, allowWindows } = scope;
  scope.allowAggregates = windowsStay && allowAggregates;
  scope.allowWindows = false;
  try {
    return bind();
  } finally {
    scope.allowAggregates = allowAggregates;
    scope.allowWindows = allowWindows;
  }
}

function lookUp(
  binder: Binder,
  expr: ast.CallExpr,
  key: string,
): { fn: FunctionInfo; kind: 'scalar' | 'aggregate' | 'window' } {
  const { functions } = binder.context;
  const count = expr.args.length;
  const aggregate = functions.aggregate(key, count);
  const scalar = expr.star ? undefined : functions.scalar(key, count);
  if (scalar !== undefined && (aggregate === undefined || expr.over === null)) return { fn: scalar, kind: 'scalar' };
  if (aggregate !== undefined && (!expr.star || key === 'count')) return { fn: aggregate, kind: 'aggregate' };
  const window = functions.window(key, count);
  if (window !== undefined) return { fn: window, kind: 'window' };
  let known = functions.known?.(key) === true;
  for (let n = 0; n < 8 && !known; n++) {
    known = (functions.scalar(key, n) ?? functions.aggregate(key, n) ?? functions.window(key, n)) !== undefined;
  }
  if (known) {
    return binder.fail('FUNCTION_ARGUMENT_COUNT', `wrong number of arguments to function ${expr.name}()`, expr.at);
  }
  return binder.fail('NO_SUCH_FUNCTION', `no such function: ${expr.name}`, expr.at);
}

export function bindCall(binder: Binder, expr: ast.CallExpr, scope: Scope): Expr {
  const { fn, kind } = lookUp(binder, expr, fold(expr.name));
  const { name, at } = expr;
  if (kind === 'scalar') {
    if (expr.over !== null)
      binder.fail('MISUSED_WINDOW_FUNCTION', `${name}() may not be used as a window function`, at);
    if (expr.filter !== null)
      binder.fail('INVALID_STATEMENT', `FILTER may not be used with non-aggregate ${name}()`, at);
    if (expr.orderBy !== null)
      binder.fail('INVALID_STATEMENT', `ORDER BY may not be used with non-aggregate ${name}()`, at);
    const args = expr.args.map((arg) => bindExpr(binder, arg, scope));
    if (fn.name === 'likelihood' && !isProbability(expr.args[1])) {
      const message = 'second argument to likelihood() must be a constant between 0.0 and 1.0';
      binder.fail('INVALID_STATEMENT', message, at);
    }
    return make({ op: 'call', fn, args, collate: collationOfArgs(args) }, fn.type ?? 'any', inherited(args));
  }
  if (expr.over !== null) return bindWindow(binder, expr, fn, kind, scope);
  if (kind === 'window') binder.fail('MISUSED_WINDOW_FUNCTION', `misuse of window function ${name}()`, at);
  // whose aggregate it is depends on what it reads
  const allowed = new Map<Scope, [boolean, boolean]>();
  for (let s: Scope | null = scope; s !== null; s = s.parent) {
    allowed.set(s, [s.allowAggregates, s.allowWindows]);
    s.allowAggregates = s.allowWindows = false;
  }
  const mark = binder.readScopes.length;
  const args = expr.args.map((arg) => bindExpr(binder, arg, scope));
  const filter = expr.filter === null ? null : bindExpr(binder, expr.filter, scope);
  const orderBy = bindOrder(binder, expr.orderBy ?? [], scope);
  for (const [s, flags] of allowed) [s.allowAggregates, s.allowWindows] = flags;
  let owner = scope;
  if (binder.readScopes.length > mark) {
    const read = new Set(binder.readScopes.slice(mark));
    for (let s: Scope | null = scope; s !== null; s = s.parent) {
      if (read.has(s)) {
        owner = s;
        break;
      }
    }
  }
  if (!owner.allowAggregates) {
    binder.fail('MISUSED_AGGREGATE', `misuse of aggregate${owner.groups ? ':' : ' function'} ${name}()`, at);
  }
  if (expr.distinct && args.length !== 1) {
    binder.fail('FUNCTION_ARGUMENT_COUNT', 'DISTINCT aggregates must have exactly one argument', at);
  }
  const register = binder.registers++;
  owner.aggregates.push({
    fn,
    register,
    args,
    distinct: expr.distinct,
    filter,
    orderBy,
    collate: collationOfArgs(args),
  });
  binder.readScopes.push(owner);
  return make({ op: 'register', index: register }, resultType(fn, args), inherited(args));
}

function isProbability(expr: ast.Expr | undefined): boolean {
  return expr?.kind === 'literal' && expr.real !== undefined && expr.real <= 1;
}

function resultType(fn: FunctionInfo, args: readonly Expr[]): StaticType {
  return fn.type ?? ((fn.name === 'min' || fn.name === 'max') && args[0] !== undefined ? args[0].type : 'any');
}

function collationOfArgs(args: readonly Expr[]): string {
  for (const arg of args) if (arg.collation !== null) return arg.collation;
  return 'BINARY';
}

function bindWindow(
  binder: Binder,
  expr: ast.CallExpr,
  fn: FunctionInfo,
  kind: 'aggregate' | 'window',
  scope: Scope,
): Expr {
  const { name, at } = expr;
  if (!scope.allowWindows) binder.fail('MISUSED_WINDOW_FUNCTION', `misuse of window function ${name}()`, at);
  if (expr.distinct) binder.fail('INVALID_STATEMENT', 'DISTINCT is not supported for window functions', at);
  if (expr.filter !== null && kind === 'window') {
    binder.fail('INVALID_STATEMENT', 'FILTER clause may only be used with aggregate window functions', at);
  }
  const definition = windowNamed(binder, expr.over as ast.WindowDefinition | string, scope);
  const call = plainly(scope, true, () => {
    const args = expr.args.map((arg) => bindExpr(binder, arg, scope));
    const filter = expr.filter === null ? null : bindExpr(binder, expr.filter, scope);
    const partitionBy = definition.partitionBy.map((term) => bindExpr(binder, term, scope));
    const orderBy = bindOrder(binder, definition.orderBy, scope);
    const { frame } = definition;
    if (frame !== null && rankOf(frame.start) > rankOf(frame.end)) {
      binder.fail('SYNTAX_ERROR', 'unsupported frame specification', at);
    }
    if (
      frame !== null &&
      frame.unit === 'RANGE' &&
      orderBy.length !== 1 &&
      (frame.start.offset ?? frame.end.offset) !== null
    ) {
      binder.fail('INVALID_STATEMENT', 'RANGE with offset PRECEDING/FOLLOWING requires one ORDER BY expression', at);
    }
    const bound = ({ kind, following, offset }: ast.FrameBound): FrameBound => {
      const direction = following ? 'FOLLOWING' : 'PRECEDING';
      if (kind === 'current') return { kind: 'CURRENT ROW', offset: null };
      if (offset === null) return { kind: `UNBOUNDED ${direction}`, offset };
      return { kind: direction, offset: bindExpr(binder, offset, scope) };
    };
    return {
      fn,
      register: binder.registers++,
      args,
      filter,
      partitionBy,
      partitionCollations: partitionBy.map((term) => term.collation ?? 'BINARY'),
      orderBy,
      frame: frame === null ? DEFAULT_FRAME : { ...frame, start: bound(frame.start), end: bound(frame.end) },
      collate: collationOfArgs(args),
    };
  });
  scope.windows.push(call);
  return make({ op: 'register', index: call.register }, resultType(fn, call.args), inherited(call.args));
}

function windowNamed(binder: Binder, over: ast.WindowDefinition | string, scope: Scope): ast.WindowDefinition {
  const find = (name: string): ast.WindowDefinition => {
    const key = fold(name);
    const found = scope.windowNames.find((window) => fold(window.name) === key);
    if (found === undefined) return binder.fail('NO_SUCH_WINDOW', `no such window: ${name}`);
    return windowNamed(binder, found.window, scope);
  };
  if (typeof over === 'string') return find(over);
  if (over.base === null) return over;
  const base = find(over.base);
  const clash =
    over.partitionBy.length > 0
      ? 'PARTITION clause'
      : base.orderBy.length > 0 && over.orderBy.length > 0
        ? 'ORDER BY clause'
        : base.frame !== null
          ? 'frame specification'
          : undefined;
  if (clash !== undefined) binder.fail('INVALID_STATEMENT', `cannot override ${clash} of window: ${over.base}`);
  const orderBy = over.orderBy.length > 0 ? over.orderBy : base.orderBy;
  return { ...over, base: null, partitionBy: base.partitionBy, orderBy };
}

/** Place of a bound in the order in which a frame's start and end must stand; two offsets on one side are equal. */
function rankOf({ kind, following }: ast.FrameBound): number {
  if (kind === 'current') return 0;
  return following ? 1 : -1;
}
