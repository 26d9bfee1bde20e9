/** Binds expressions: names to sources and functions, with the type, affinity and collation of everything. */
import type { SqlErrorCode } from '@dotdo/shared-types';
import type { Affinity, ColumnInfo, TableInfo, ViewInfo } from '../catalog/schema.ts';
import { collationOf, Real, type Cell } from '../codec/cell.ts';
import type * as ast from '../sql/ast.ts';
import { parseExpression } from '../sql/index.ts';
import { MAX_SOURCES } from '../sql/limits.ts';
import { bindCall } from './call.ts';
import { commonAffinity, comparison, comparisonCollation, neededAffinity } from './compare.ts';
import { fold, mistake } from './error.ts';
import type { Comparison, CompareOperator, Expr, ResultColumn, StaticType, SubqueryRef } from './plan.ts';
import { Scope, Source, type PlanContext } from './scope.ts';
import { planSelect } from './select.ts';
import { make, sourcesOf } from './tree.ts';

const SCHEMAS = new Set(['main', 'temp']);
/** The last name is the engine's own: columns may be called as the others. */
const ROWID_NAMES = new Set(['rowid', 'oid', '_rowid_', '\0rowid']);
const generatedExprs = new WeakMap<ColumnInfo, ast.Expr>();

/** The affinity of a declared type. @see https://www.sqlite.org/datatype3.html#determination_of_column_affinity */
export function typeAffinity(type: string): Affinity {
  const name = type.toUpperCase();
  if (name.includes('INT')) return 'INTEGER';
  if (/CHAR|CLOB|TEXT/.test(name)) return 'TEXT';
  if (name === '' || name.includes('BLOB')) return 'BLOB';
  return /REAL|FLOA|DOUB/.test(name) ? 'REAL' : 'NUMERIC';
}

const CAST_TYPES: Record<Affinity, StaticType> = {
  INTEGER: 'integer',
  REAL: 'real',
  NUMERIC: 'number',
  TEXT: 'text',
  BLOB: 'blob',
};

/** Told of each name of the text at hand that is found, views opened in it left aside. */
export interface NameListener {
  column(expr: ast.ColumnExpr, source: Source, column: number): void;
  /** A table or view in FROM. */
  table(item: ast.TableSource, table: TableInfo | ViewInfo, source: Source | null): void;
  /** `t.*` of a source: the offset of `t`. */
  star(at: number, source: Source): void;
  /** A name in double quotes that is no column: a string. */
  text(expr: ast.ColumnExpr): void;
  /** A term of ORDER BY that is a result column by its name. */
  result(expr: ast.ColumnExpr, result: ast.Expr): void;
}

/** Binds one statement. Numbers of sources and registers are its own. */
export class Binder {
  /** Within a view AS OF a point its catalog is that of then. */
  context: PlanContext;
  sources = 0;
  registers = 0;
  /** Sources read by the expressions bound so far, in order, and the scope each was found in. */
  readonly reads: number[] = [];
  readonly readScopes: Scope[] = [];
  /** Columns of views and generated columns being opened, against circles. */
  readonly opening: unknown[] = [];
  /** Offsets are of another text than the statement's: positions would be wrong. */
  foreignText = 0;
  names: NameListener | null = null;
  /** Where names without a schema are found: a view or a trigger of `main` sees nothing else; null: everywhere. */
  home: 'main' | null = null;

  constructor(context: PlanContext) {
    this.context = context;
  }

  fail(code: SqlErrorCode, message: string, at = -1, wrong?: { name: string; known: Iterable<string> }): never {
    const { sql } = this.context;
    throw mistake(code, message, sql === undefined || this.foreignText > 0 ? undefined : { sql, at }, wrong);
  }

  /** A source that is a table; its VIRTUAL columns are bound when they are read. */
  tableSource(name: string, table: NonNullable<Source['table']>): Source {
    if (this.sources >= MAX_SOURCES) {
      this.fail('TOO_MANY_TERMS', `too many references to "${name}": max ${MAX_SOURCES}`, -1);
    }
    return new Source(this.sources++, name, table, (source, column) => this.#generated(source, column));
  }

  #generated(source: Source, column: ColumnInfo): Expr {
    if (this.opening.includes(column)) this.fail('CIRCULAR_REFERENCE', `generated column loop on "${column.name}"`);
    let expr = generatedExprs.get(column);
    if (expr === undefined) {
      expr = parseExpression(column.generated?.sql ?? 'NULL');
      generatedExprs.set(column, expr);
    }
    this.opening.push(column);
    this.foreignText++;
    const bound = bindAgainst(this, expr, source);
    this.foreignText--;
    this.opening.pop();
    const { affinity, collation } = column;
    let value = affinity === 'BLOB' ? bound : make({ op: 'affinity', to: affinity, operand: bound }, 'any');
    if (source.nullable && value.op !== 'column') {
      const { withoutRowid, columns } = source.table as TableInfo;
      const key = withoutRowid ? (columns.find((other) => other.primaryKey === 1) ?? null) : null;
      const when = make({ op: 'notNull', operand: source.slot(key?.slot ?? 0, key) }, 'integer');
      value = make(
        // oxlint-disable-next-line unicorn/no-thenable -- CASE … THEN
        { op: 'case', base: null, whens: [{ when, then: value, comparison: null }], otherwise: null },
        'any',
      );
    }
    return { ...value, affinity, collation };
  }

  note(expr: Expr, scope: Scope): Expr {
    if (expr.op === 'column') {
      this.reads.push(expr.source);
      this.readScopes.push(scope);
    } else if (expr.op !== 'const') {
      for (const source of sourcesOf(expr)) {
        this.reads.push(source);
        this.readScopes.push(scope);
      }
      if (expr.op === 'register') this.readScopes.push(scope);
    }
    return expr;
  }
}

/** Binds with the columns of one source alone in sight. */
function bindAgainst(binder: Binder, expr: ast.Expr, source: Source): Expr {
  const scope = new Scope();
  scope.sources.push(source);
  const { qualified } = source;
  source.qualified = false; // OLD and NEW: the expression names its own table's columns
  const bound = bindExpr(binder, expr, scope);
  source.qualified = qualified;
  return bound;
}

/** `t.c`. Columns of OLD, NEW and EXCLUDED have no affinity in SQLite, but for the rowid. */
function named(source: Source, column: number): Expr {
  const expr = source.expr(column);
  return source.qualified && column !== source.table?.rowidColumn ? { ...expr, affinity: null } : expr;
}

/** Name resolution of SQLite: innermost query first; in each, columns before aliases. */
function bindColumn(binder: Binder, expr: ast.ColumnExpr, scope: Scope): Expr | undefined {
  const name = fold(expr.name);
  const table = expr.table === null ? null : fold(expr.table);
  if (expr.schema !== null && !SCHEMAS.has(fold(expr.schema))) return undefined;
  for (let s: Scope | null = scope; s !== null; s = s.parent) {
    let found: Expr | undefined;
    let count = 0;
    for (const source of s.sources) {
      if (table === null ? source.qualified : source.name !== table) continue;
      const column = source.find(name);
      if (column < 0) continue;
      if (found !== undefined && source.using?.has(name) === true) {
        if (source.join === 'right') found = source.plain(name, column);
        else if (source.join === 'full') found = coalesce(binder, found, source.plain(name, column));
      } else {
        count++;
        found ??= table === null ? source.plain(name, column) : named(source, column);
        if (binder.names !== null && binder.foreignText === 0) binder.names.column(expr, source, column);
      }
    }
    if (count === 0 && ROWID_NAMES.has(name)) {
      for (const source of s.sources) {
        const rowid = (table === null ? !source.qualified : source.name === table) ? source.rowidExpr() : undefined;
        if (rowid !== undefined) count++;
        found ??= rowid;
      }
    }
    if (count > 1) binder.fail('AMBIGUOUS_COLUMN', `ambiguous column name: ${written(expr)}`, expr.at);
    if (found !== undefined) return binder.note(found, s);
    if (table === null && s.aliases !== null) {
      for (const column of s.aliases) {
        if (column.kind === 'expr' && column.alias !== null && fold(column.alias) === name) {
          return bindAlias(binder, column.expr, s, column.alias);
        }
      }
    }
  }
  return undefined;
}

function bindAlias(binder: Binder, expr: ast.Expr, scope: Scope, alias: string): Expr {
  const { aliases, aggregates, windows } = scope;
  const counts = [aggregates.length, windows.length];
  scope.aliases = null; // an alias does not see the others
  const allowed = [scope.allowAggregates, scope.allowWindows] as const;
  scope.allowAggregates = scope.allowWindows = true;
  const bound = bindExpr(binder, expr, scope);
  [scope.allowAggregates, scope.allowWindows] = allowed;
  scope.aliases = aliases;
  if (!allowed[0] && aggregates.length > (counts[0] as number)) {
    const { fn } = aggregates.at(-1) as { fn: { name: string } };
    binder.fail(
      'MISUSED_AGGREGATE',
      `misuse of ${scope.groups ? `aggregate: ${fn.name}()` : `aliased aggregate ${alias}`}`,
    );
  }
  if (!allowed[1] && windows.length > (counts[1] as number)) {
    binder.fail('MISUSED_WINDOW_FUNCTION', `misuse of aliased window function ${alias}`);
  }
  return bound;
}

export function coalesce(binder: Binder, left: Expr, right: Expr): Expr {
  const fn = binder.context.functions.scalar('coalesce', 2);
  if (fn === undefined) throw new Error('coalesce is there');
  return make({ op: 'call', fn, args: [left, right], collate: 'BINARY' }, 'any', { affinity: left.affinity });
}

function written(expr: ast.ColumnExpr): string {
  return [expr.schema, expr.table, expr.name].filter((part) => part !== null).join('.');
}

function constant(value: Cell, type: StaticType): Expr {
  return make({ op: 'const', value }, type);
}

function bindLiteral(expr: ast.Literal): Expr {
  if (expr.real !== undefined) return constant(expr.real, 'real');
  const { value } = expr;
  if (value === null) return constant(null, 'null');
  if (typeof value === 'string') return constant(value, 'text');
  return constant(value, typeof value === 'object' ? 'blob' : 'integer');
}

/** TRUE or FALSE where no column has that name. */
function truthName(binder: Binder, expr: ast.Expr, scope: Scope): boolean | undefined {
  if (expr.kind === 'in' && expr.list?.length === 0 && !hasCall(expr.operand)) return expr.negated;
  if (expr.kind !== 'column' || expr.table !== null || expr.quoted !== '') return undefined;
  const name = fold(expr.name);
  if (name !== 'true' && name !== 'false') return undefined;
  return bindColumn(binder, expr, scope) === undefined ? name === 'true' : undefined;
}

/** SQLite keeps what stands before IN () where it calls a function. */
function hasCall(node: unknown): boolean {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return false;
  return (node as ast.Expr).kind === 'call' || Object.values(node).some(hasCall);
}

/** Collation of what is made of several operands: the first explicit one. */
export function inherited(exprs: readonly Expr[]): { collation: string | null; explicit: true } | undefined {
  for (const expr of exprs) if (expr.explicit === true) return { collation: expr.collation, explicit: true };
  return undefined;
}

/** The collation of a COLLATE, in upper case. @throws {SqlError} NO_SUCH_COLLATION */
export function knownCollation(binder: Binder, { collation, at }: ast.CollateExpr): string {
  if (collationOf(collation) === undefined) {
    binder.fail('NO_SUCH_COLLATION', `no such collation sequence: ${collation}`, at);
  }
  return collation.toUpperCase();
}

/** Binds an expression that yields one value. */
export function bindExpr(binder: Binder, expr: ast.Expr, scope: Scope): Expr {
  switch (expr.kind) {
    case 'literal':
      return bindLiteral(expr);
    case 'column': {
      const found = bindColumn(binder, expr, scope);
      if (found !== undefined) return found;
      if (expr.table === null) {
        if (expr.quoted === '"') {
          if (binder.names !== null && binder.foreignText === 0) binder.names.text(expr);
          return constant(expr.name, 'text');
        }
        const truth = expr.quoted === '' ? fold(expr.name) : '';
        if (truth === 'true' || truth === 'false') return constant(truth === 'true' ? 1 : 0, 'integer');
      }
      return binder.fail('NO_SUCH_COLUMN', `no such column: ${written(expr)}`, expr.at, {
        name: expr.name,
        known: scope.names(),
      });
    }
    case 'parameter':
      return make({ op: 'param', index: expr.index - 1 }, 'any');
    case 'unary':
      return bindUnary(binder, expr, scope);
    case 'binary':
      return bindBinary(binder, expr, scope);
    case 'between': {
      const operand = bindRow(binder, expr.operand, scope);
      if (operand.length > 1) {
        const side = (operator: '>=' | '<=', right: ast.Expr): ast.Expr => ({
          kind: 'binary',
          operator,
          left: expr.operand,
          right,
          at: expr.at,
        });
        const both: ast.Expr = {
          kind: 'binary',
          operator: 'AND',
          left: side('>=', expr.low),
          right: side('<=', expr.high),
          at: expr.at,
        };
        return bindExpr(
          binder,
          expr.negated ? { kind: 'unary', operator: 'NOT', operand: both, at: expr.at } : both,
          scope,
        );
      }
      const [low, high] = [bindExpr(binder, expr.low, scope), bindExpr(binder, expr.high, scope)];
      const value = operand[0] as Expr;
      return make({
        op: 'between',
        operand: value,
        low,
        high,
        negated: expr.negated,
        lowComparison: comparison(value, low),
        highComparison: comparison(value, high),
      });
    }
    case 'in':
      return bindIn(binder, expr, scope);
    case 'like': {
      const args = [expr.pattern, expr.operand, ...(expr.escape === null ? [] : [expr.escape])];
      const call = bindCall(binder, { ...NO_CALL, name: expr.operator, args, at: expr.at }, scope);
      return expr.negated ? make({ op: 'not', operand: call }) : call;
    }
    case 'case': {
      const { base: row, at } = expr;
      if ((row?.kind === 'row' || row?.kind === 'select') && bindRow(binder, row, scope).length > 1) {
        const whens = expr.whens.map((arm): typeof arm => {
          const when: ast.Expr = { kind: 'binary', operator: '=', left: row, right: arm.when, at };
          return { ...arm, when };
        });
        return bindExpr(binder, { ...expr, base: null, whens }, scope);
      }
      const base = row === null ? null : bindExpr(binder, row, scope);
      const whens = expr.whens.map((arm) => {
        const when = bindExpr(binder, arm.when, scope);
        const then = bindExpr(binder, arm.then, scope);
        // oxlint-disable-next-line unicorn/no-thenable -- CASE … THEN
        return { when, then, comparison: base === null ? null : comparison(base, when) };
      });
      const otherwise = expr.otherwise === null ? null : bindExpr(binder, expr.otherwise, scope);
      const results = [...whens.map((arm) => arm.then), ...(otherwise === null ? [] : [otherwise])];
      return make({ op: 'case', base, whens, otherwise }, commonType(results), inherited(results));
    }
    case 'cast': {
      const to = typeAffinity(expr.type);
      const operand = bindExpr(binder, expr.operand, scope);
      return make({ op: 'cast', to, operand }, CAST_TYPES[to], { affinity: to, ...inherited([operand]) });
    }
    case 'collate': {
      const operand = bindExpr(binder, expr.operand, scope);
      const collation = knownCollation(binder, expr);
      // the collation of a comparison is that of its sides
      return operand.op === 'compare'
        ? make({ op: 'cast', to: 'INTEGER', operand }, 'integer', { collation, explicit: true })
        : { ...operand, collation, explicit: true };
    }
    case 'call':
      return bindCall(binder, expr, scope);
    case 'exists':
      return make({
        op: 'subquery',
        kind: 'exists',
        select: subquery(binder, expr.select, scope, 'exists'),
        negated: false,
      });
    case 'select': {
      const items = bindRow(binder, expr, scope);
      if (items.length > 1) {
        binder.fail('COLUMN_COUNT_MISMATCH', `sub-select returns ${items.length} columns - expected 1`, expr.at);
      }
      return items[0] as Expr;
    }
    case 'row':
      return binder.fail('INVALID_STATEMENT', 'row value misused', expr.at);
    case 'isnull':
      return make({ op: expr.negated ? 'notNull' : 'isNull', operand: bindExpr(binder, expr.operand, scope) });
    default: // raise
      if (!scope.trigger)
        binder.fail('INVALID_STATEMENT', 'RAISE() may only be used within a trigger-program', expr.at);
      return make(
        { op: 'raise', action: expr.action, message: expr.message && bindExpr(binder, expr.message, scope) },
        'any',
      );
  }
}

const NO_CALL = { kind: 'call', distinct: false, star: false, orderBy: null, filter: null, over: null } as const;

/** The static type that several values share. */
export function commonType(exprs: readonly { type: StaticType }[]): StaticType {
  let type: StaticType = 'null';
  for (const { type: other } of exprs) {
    if (other === 'null' || other === type) continue;
    if (type === 'null') type = other;
    else return 'any';
  }
  return type;
}

function subquery(
  binder: Binder,
  select: ast.Select,
  scope: Scope,
  kind: 'exists' | 'scalar' | null = null,
): SubqueryRef {
  const plan = planSelect(binder, select, scope, kind);
  return { plan, cache: binder.registers++ };
}

function columnOf(select: SubqueryRef, column: number): Expr {
  const { type, affinity, collation } = select.plan.columns[column] as ResultColumn;
  return make({ op: 'subqueryColumn', select, column }, type, { affinity, collation });
}

/** Items of a row value; of anything else, itself. */
export function bindRow(binder: Binder, expr: ast.Expr, scope: Scope): Expr[] {
  if (expr.kind === 'row') return expr.items.map((item) => bindExpr(binder, item, scope));
  if (expr.kind !== 'select') return [bindExpr(binder, expr, scope)];
  const select = subquery(binder, expr.select, scope, 'scalar');
  const { columns } = select.plan;
  if (columns.length > 1) return columns.map((_, i) => columnOf(select, i));
  const { type, affinity, collation } = columns[0] as ResultColumn;
  return [make({ op: 'subquery', kind: 'scalar', select, negated: false }, type, { affinity, collation })];
}

function bindUnary(binder: Binder, expr: ast.UnaryExpr, scope: Scope): Expr {
  const { operator } = expr;
  if (operator === 'NOT') {
    const operand = bindExpr(binder, expr.operand, scope);
    switch (operand.op) {
      case 'subquery':
        if (operand.kind === 'exists') return { ...operand, negated: !operand.negated };
        break;
      case 'in':
      case 'between':
        return { ...operand, negated: !operand.negated };
      default:
    }
    return make({ op: 'not', operand });
  }
  const operand = bindExpr(binder, expr.operand, scope);
  if (operator === '+') return operand.affinity === null ? operand : { ...operand, affinity: null };
  if (operator === '~') return make({ op: 'bitnot', operand }, 'integer', inherited([operand]));
  if (operand.op === 'const') {
    const { value } = operand;
    if (typeof value === 'number' && (value !== 0 || operand.type === 'real')) return { ...operand, value: -value };
    if (value instanceof Real) return { ...operand, value: new Real(-value.value) };
    if (value === -(2n ** 63n)) return constant(2 ** 63, 'real');
    if (typeof value === 'bigint') return { ...operand, value: -value };
  }
  const isReal = operand.type === 'real' && operand.op !== 'column';
  return make({ op: 'negate', operand }, isReal ? 'real' : 'number', inherited([operand]));
}

const MIRRORED = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

export function mirrored(operator: CompareOperator): CompareOperator {
  return MIRRORED[operator as keyof typeof MIRRORED] ?? operator;
}

function bindBinary(binder: Binder, expr: ast.BinaryExpr, scope: Scope): Expr {
  const { operator } = expr;
  switch (operator) {
    case 'AND':
    case 'OR': {
      const [left, right] = [bindExpr(binder, expr.left, scope), bindExpr(binder, expr.right, scope)];
      return make({ op: operator === 'AND' ? 'and' : 'or', left, right });
    }
    case '->':
    case '->>':
      return bindCall(binder, { ...NO_CALL, name: operator, args: [expr.left, expr.right], at: expr.at }, scope);
    case 'IS':
    case 'IS NOT': {
      const truth = truthName(binder, expr.right, scope);
      if (truth !== undefined) {
        const op = `is${operator === 'IS' ? '' : 'Not'}${truth ? 'True' : 'False'}` as const;
        return make({ op, operand: bindExpr(binder, expr.left, scope) });
      }
      if (expr.right.kind === 'literal' && expr.right.value === null && expr.left.kind !== 'row') {
        return make({ op: operator === 'IS' ? 'isNull' : 'notNull', operand: bindExpr(binder, expr.left, scope) });
      }
      return bindComparison(binder, expr, operator, scope);
    }
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return bindComparison(binder, expr, operator, scope);
    default: {
      const [left, right] = [bindExpr(binder, expr.left, scope), bindExpr(binder, expr.right, scope)];
      const type = operator === '||' ? 'text' : operator.length === 2 || '&|'.includes(operator) ? 'integer' : 'number';
      return make({ op: 'arith', operator, left, right }, type, inherited([left, right]));
    }
  }
}

function bindComparison(binder: Binder, expr: ast.BinaryExpr, operator: CompareOperator, scope: Scope): Expr {
  const [left, right] = [bindRow(binder, expr.left, scope), bindRow(binder, expr.right, scope)];
  if (left.length !== right.length) binder.fail('INVALID_STATEMENT', 'row value misused', expr.at);
  const pairs = left.map((item, i) => compare(operator, item, right[i] as Expr));
  if (pairs.length === 1) return pairs[0] as Expr;
  if (operator === '=') return pairs.reduce((a, b) => make({ op: 'and', left: a, right: b }));
  const comparisons = left.map((item, i) => comparison(item, right[i] as Expr));
  return make({ op: 'compareRows', operator, left, right, comparisons });
}

export function compare(operator: CompareOperator, left: Expr, right: Expr): Expr {
  return make({ op: 'compare', operator, left, right, ...comparison(left, right) });
}

function bindIn(binder: Binder, expr: ast.InExpr, scope: Scope): Expr {
  const { negated } = expr;
  const [member] = expr.list ?? [];
  if (expr.list?.length === 1 && member?.kind === 'select')
    return bindIn(binder, { ...expr, list: null, select: member.select }, scope);
  if (expr.list?.length === 0) return constant(Number(negated), 'integer'); // whatever stands before it
  const operand = bindRow(binder, expr.operand, scope);
  const compared = (affinity: Affinity | null, item: Expr, member: Expr | undefined): Comparison => ({
    leftAffinity: neededAffinity(affinity, item),
    rightAffinity: affinity === 'BLOB' ? null : affinity,
    collation: member === undefined ? (item.collation ?? 'BINARY') : comparisonCollation(item, member),
  });
  if (expr.list !== null) {
    const list = expr.list.map((item) => {
      const items = bindRow(binder, item, scope);
      if (items.length !== operand.length) {
        if (operand.length === 1) binder.fail('INVALID_STATEMENT', 'row value misused', expr.at);
        binder.fail(
          'COLUMN_COUNT_MISMATCH',
          `IN(...) element has ${items.length} term${items.length === 1 ? '' : 's'} - expected ${operand.length}`,
          expr.at,
        );
      }
      return items.length === 1 ? (items[0] as Expr) : make({ op: 'row', items }, 'any');
    });
    const only = operand[0] as Expr;
    if (list.length === 1 && operand.length === 1) {
      // one member compares as `=` does, but takes the affinity of the operand alone
      const right = list[0] as Expr;
      const { leftAffinity, rightAffinity, collation } = compared(only.affinity, only, undefined);
      const rightNeeded = neededAffinity(rightAffinity, right);
      return make({
        op: 'compare',
        operator: negated ? '<>' : '=',
        left: only,
        right,
        leftAffinity,
        rightAffinity: rightNeeded,
        collation,
      });
    }
    // Members compare as one does: integers do not become REAL.
    const comparisons = operand.map((item) =>
      compared(item.affinity === 'REAL' ? 'NUMERIC' : item.affinity, item, undefined),
    );
    return make({ op: 'in', operand, list, select: null, negated, comparisons });
  }
  const ref = subquery(binder, expr.select ?? selectFrom([expr.table as ast.TableSource]), scope);
  const { columns } = ref.plan;
  if (columns.length !== operand.length) {
    binder.fail(
      'COLUMN_COUNT_MISMATCH',
      `sub-select returns ${columns.length} columns - expected ${operand.length}`,
      expr.at,
    );
  }
  // Of a compound SQLite takes the columns of its last arm.
  const last = ref.plan.arms.at(-1);
  const members = last?.values?.at(-1) ?? (ref.plan.arms.length > 1 ? last?.select : undefined);
  const comparisons = operand.map((item, i) => {
    const member = members?.[i] ?? columnOf(ref, i);
    return compared(commonAffinity(item.affinity, member.affinity), item, member);
  });
  return make({ op: 'in', operand, list: null, select: ref, negated, comparisons });
}

/** `SELECT * FROM …`. */
export function selectFrom(from: readonly ast.FromItem[], at: number = from[0]?.at ?? -1): ast.Select {
  const arm: ast.SelectCore = {
    kind: 'core',
    distinct: false,
    columns: [{ kind: 'star', table: null, at }],
    from,
    where: null,
    groupBy: null,
    having: null,
    windows: [],
    at,
  };
  return {
    kind: 'select',
    with: null,
    arms: [arm],
    operators: [],
    orderBy: [],
    limit: null,
    offset: null,
    at,
    end: at,
  };
}
