/** Expressions, by precedence climbing: a call of `expression` per level of nesting, a loop per chain of operators. */
import type {
  BinaryOperator,
  CallExpr,
  CaseExpr,
  Expr,
  FrameBound,
  InExpr,
  LikeExpr,
  Literal,
  OrderTerm,
  Quote,
  RaiseExpr,
  SchemaExpr,
  WindowDefinition,
  WindowFrame,
} from '../ast.ts';
import { COLLATE, COMPARISON, EQUALITY, IDJ, IDS, NM, NOT, OR, UNARY, WINDOW_NAME } from '../keywords.ts';
import { MAX_ARGUMENTS } from '../limits.ts';
import { atSelect, optionalDistinct, select, tableSource } from './select.ts';
import type { Parser } from './parser.ts';

/** An expression whose operators all bind at least as strongly as `power`. */
export function expression(p: Parser, power: number = OR): Expr {
  p.enter();
  let left = prefix(p);
  while (p.power >= power) {
    const own = p.power;
    const at = p.start;
    const height = p.height;
    if (own === EQUALITY) left = equality(p, left);
    else if (own === COLLATE) {
      p.next();
      left = { kind: 'collate', operand: left, collation: p.name(IDS), at };
    } else {
      const operator = p.token as BinaryOperator;
      p.next();
      left = { kind: 'binary', operator, left, right: expression(p, own + 1), at };
    }
    p.grow(height > p.height ? height : p.height);
  }
  p.leave();
  return left;
}

/** Operators of the level of `=`; the token is one of them. */
function equality(p: Parser, left: Expr): Expr {
  const at = p.start;
  const operator = p.token;
  p.next();
  if (operator === '=' || operator === '<>') {
    return { kind: 'binary', operator, left, right: expression(p, COMPARISON), at };
  }
  if (operator === 'IS') {
    let negated = p.take('NOT');
    if (p.takeAll('DISTINCT', 'FROM')) negated = !negated;
    return { kind: 'binary', operator: negated ? 'IS NOT' : 'IS', left, right: expression(p, COMPARISON), at };
  }
  if (operator === 'ISNULL' || operator === 'NOTNULL') {
    return { kind: 'isnull', negated: operator === 'NOTNULL', operand: left, at };
  }
  const negated = operator === 'NOT';
  if (negated && p.take('NULL')) return { kind: 'isnull', negated, operand: left, at };
  const word = negated ? p.expectOne('IN', 'BETWEEN', 'LIKE', 'GLOB', 'REGEXP', 'MATCH') : operator;
  if (word === 'IN') return membership(p, left, negated, at);
  if (word === 'BETWEEN') {
    const low = expression(p, NOT);
    const height = p.height;
    // SQLite reads on after an OR, in vain.
    if (p.take('OR')) expression(p);
    p.expect('AND');
    const high = expression(p, COMPARISON);
    p.height = Math.max(p.height, height);
    return { kind: 'between', negated, operand: left, low, high, at };
  }
  const pattern = expression(p, COMPARISON);
  const height = p.height;
  const escape = p.take('ESCAPE') ? expression(p, COMPARISON) : null;
  p.height = Math.max(p.height, height);
  return { kind: 'like', operator: word as LikeExpr['operator'], negated, operand: left, pattern, escape, at };
}

function membership(p: Parser, operand: Expr, negated: boolean, at: number): Expr {
  let list: InExpr['list'] = null;
  let query: InExpr['select'] = null;
  let table: InExpr['table'] = null;
  p.height = 0;
  if (!p.is('(')) table = tableSource(p);
  else {
    p.inside(() => {
      if (atSelect(p)) query = select(p);
      else list = expressions(p);
    });
  }
  return { kind: 'in', negated, operand, list, select: query, table, at };
}

/** Expressions between commas, up to a closing parenthesis or ORDER; perhaps none. */
export function expressions(p: Parser, what: string | null = null, max?: number): Expr[] {
  if (!p.is(')') && !p.is('ORDER')) return p.list((p) => expression(p), what, max);
  p.height = 0;
  return [];
}

function prefix(p: Parser): Expr {
  const at = p.start;
  const token = p.token;
  switch (token) {
    case 'ID':
      return named(p);
    case 'VARIABLE': {
      if (p.sql[at] === '#') throw p.syntaxError();
      const index = p.parameter();
      const name = p.end - at === 1 ? null : p.text();
      p.next();
      p.height = 1;
      return { kind: 'parameter', index, name, at };
    }
    case 'STRING':
      return p.mayPrecedeDot() && p.peek() === '.' ? named(p) : term(p);
    case '(':
      p.next();
      return inParentheses(p, at);
    case '-':
    case '+':
    case '~':
    case 'NOT': {
      p.next();
      const operand = expression(p, token === 'NOT' ? NOT : UNARY);
      p.grow();
      return token === '-' ? negated(p, operand, at) : { kind: 'unary', operator: token, operand, at };
    }
    case 'CASE':
      return caseExpression(p);
    case 'CAST': {
      p.next();
      p.expect('(');
      const operand = expression(p);
      p.expect('AS');
      const type = typeName(p);
      p.expect(')');
      p.grow();
      return { kind: 'cast', operand, type, at };
    }
    case 'EXISTS': {
      p.next();
      const query = p.inside(() => select(p));
      p.grow();
      return { kind: 'exists', select: query, at };
    }
    case 'RAISE':
      return raise(p);
    default:
      return (p.names & IDJ) !== 0 && !token.startsWith('CURRENT_') ? named(p) : term(p);
  }
}

/** A literal, or CURRENT_DATE and its like. */
export function term(p: Parser): Expr {
  const { token, start: at } = p;
  p.height = 1;
  let literal: Literal | CallExpr;
  switch (token) {
    case 'NULL':
      literal = { kind: 'literal', value: null, at };
      break;
    case 'INTEGER':
      literal = integer(p, at);
      break;
    case 'FLOAT':
      literal = { kind: 'literal', real: Number(p.text().replaceAll('_', '')), at };
      break;
    case 'STRING':
      literal = { kind: 'literal', value: p.unquoted(), at };
      break;
    case 'BLOB': {
      const bytes = new Uint8Array((p.end - at - 3) >> 1);
      for (let i = 0; i < bytes.length; i++)
        bytes[i] = Number.parseInt(p.sql.slice(at + 2 + i * 2, at + 4 + i * 2), 16);
      literal = { kind: 'literal', value: bytes, at };
      break;
    }
    case 'CURRENT_DATE':
    case 'CURRENT_TIME':
    case 'CURRENT_TIMESTAMP':
      literal = call(token.toLowerCase(), [], at);
      break;
    default:
      throw p.syntaxError();
  }
  p.next();
  return literal;
}

const MAX_INT64 = 2n ** 63n;

function integer(p: Parser, at: number): Literal {
  let text = p.text();
  if (text.length > 2) {
    if (text.includes('_')) text = text.replaceAll('_', '');
    if ((text.charCodeAt(1) | 32) === 120) {
      const bits = BigInt(text);
      if (bits >= 2n * MAX_INT64) throw p.fail('SYNTAX_ERROR', `hex literal too big: ${text}`);
      return { kind: 'literal', value: normal(BigInt.asIntN(64, bits)), at };
    }
  }
  const number = Number(text);
  if (Number.isSafeInteger(number)) return { kind: 'literal', value: number, at };
  const exact = BigInt(text);
  return exact < MAX_INT64 ? { kind: 'literal', value: exact, at } : { kind: 'literal', real: number, at };
}

function normal(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** −9223372036854775808 is an INTEGER, though its digits alone are not. */
function negated(p: Parser, operand: Expr, at: number): Expr {
  if (operand.kind === 'literal' && operand.real === 2 ** 63) {
    const digits = /^[\d_]+(?![\d_.eE])/.exec(p.sql.slice(operand.at, operand.at + 64))?.[0].replaceAll('_', '') ?? '0';
    if (BigInt(digits) === MAX_INT64) {
      return { kind: 'literal', value: -MAX_INT64, at };
    }
  }
  return { kind: 'unary', operator: '-', operand, at };
}

/** What follows an opening parenthesis: a subquery, a row or an expression. */
function inParentheses(p: Parser, at: number): Expr {
  if (atSelect(p)) {
    const query = select(p);
    p.expect(')');
    p.grow();
    return { kind: 'select', select: query, at };
  }
  const first = expression(p);
  if (p.take(')')) return first;
  const height = p.height;
  p.expect(',');
  if (p.token === ')') throw p.syntaxError();
  const items = [first, ...expressions(p)];
  p.expect(')');
  p.grow(Math.max(height, p.height));
  return { kind: 'row', items, at };
}

/** A column, of a table, of a schema; or a function. */
function named(p: Parser): Expr {
  let at = p.start;
  let quoted = quoteAt(p);
  let name = p.name();
  let table = null;
  let schema = null;
  let tableAt = -1;
  p.height = 1;
  if (p.token === '(') return functionCall(p, name, at);
  while (p.token === '.' && schema === null) {
    p.next();
    schema = table;
    table = name;
    tableAt = at;
    at = p.start;
    quoted = quoteAt(p);
    name = p.name();
  }
  return { kind: 'column', schema, table, name, quoted, at, tableAt };
}

function quoteAt(p: Parser): Quote {
  const char = p.sql[p.start] as string;
  return char === '"' || char === '`' || char === '[' || char === "'" ? char : '';
}

function call(name: string, args: Expr[], at: number): CallExpr {
  return { kind: 'call', name, args, distinct: false, star: false, orderBy: null, filter: null, over: null, at };
}

function functionCall(p: Parser, name: string, at: number): Expr {
  p.next();
  let orderBy: CallExpr['orderBy'] = null;
  let args: Expr[] = [];
  let distinct = false;
  p.height = 0;
  const star = p.take('*');
  if (!star) {
    distinct = optionalDistinct(p);
    args = expressions(p, `arguments on function ${name}`, MAX_ARGUMENTS);
    const height = p.height;
    if (p.takeAll('ORDER', 'BY')) orderBy = orderTerms(p);
    p.height = Math.max(height, p.height);
  }
  p.grow();
  const height = p.height;
  p.expect(')');
  let filter = null;
  let over: CallExpr['over'] = null;
  if (p.token === 'FILTER' && p.peek() === '(') {
    p.next();
    filter = p.inside(() => {
      p.expect('WHERE');
      return expression(p);
    });
  }
  if (p.token === 'OVER' && (p.peek() === '(' || (p.peekedNames & WINDOW_NAME) !== 0)) {
    p.next();
    over = p.is('(') ? windowDefinition(p) : p.name();
  }
  p.height = height;
  return { kind: 'call', name, args, distinct, star, orderBy, filter, over, at };
}

function caseExpression(p: Parser): Expr {
  const at = p.start;
  let height = 0;
  const part = (): Expr => {
    const expr = expression(p);
    if (p.height > height) height = p.height;
    return expr;
  };
  p.next();
  const base = p.token === 'WHEN' ? null : part();
  const whens: CaseExpr['whens'][number][] = [];
  if (p.token !== 'WHEN') throw p.syntaxError();
  while (p.take('WHEN')) {
    const when = part();
    p.expect('THEN');
    // oxlint-disable-next-line unicorn/no-thenable -- the grammar's word; nothing awaits a tree
    whens.push({ when, then: part() });
  }
  const otherwise = p.take('ELSE') ? part() : null;
  p.expect('END');
  p.grow(height);
  return { kind: 'case', base, whens, otherwise, at };
}

function raise(p: Parser): Expr {
  const at = p.start;
  p.next();
  p.expect('(');
  const action: RaiseExpr['action'] = p.expectOne('IGNORE', 'ROLLBACK', 'ABORT', 'FAIL');
  p.height = 0;
  let message = null;
  if (action !== 'IGNORE') {
    p.expect(',');
    message = expression(p);
  }
  p.expect(')');
  p.grow();
  return { kind: 'raise', action, message, at };
}

/** `INTEGER`, `VARCHAR(10)`, `DECIMAL(10, 2)`, several words; empty without any. As written. */
export function typeName(p: Parser): string {
  const at = p.start;
  if ((p.names & IDS) === 0) return '';
  while ((p.names & IDS) !== 0) p.next();
  if (p.take('(')) {
    signedNumber(p);
    if (p.take(',')) signedNumber(p);
    p.expect(')');
  }
  return p.sql.slice(at, p.previousEnd);
}

/** A number with its sign, as written but for a plus; underscores are for expressions only. */
export function signedNumber(p: Parser): string {
  const sign = p.takeOne('+', '-') === '-' ? '-' : '';
  const text = p.text();
  if (text.includes('_')) throw p.syntaxError();
  p.expectOne('INTEGER', 'FLOAT');
  return sign + text;
}

export function orderTerms(p: Parser, what = 'terms in ORDER BY clause'): OrderTerm[] {
  return p.list((p) => {
    const { expr, text } = schemaExpression(p);
    const descending = optionalDescending(p);
    const nulls = p.take('NULLS') ? p.expectOne('FIRST', 'LAST') : null;
    return { expr, descending, nulls, text };
  }, what);
}

/** ASC, DESC or neither. */
export function optionalDescending(p: Parser): boolean {
  return p.takeOne('ASC', 'DESC') === 'DESC';
}

/** An expression with its text. */
export function schemaExpression(p: Parser): SchemaExpr {
  const at = p.start;
  const expr = expression(p);
  return { expr, text: p.textFrom(at) };
}

export function optionalOrderBy(p: Parser): OrderTerm[] {
  return p.takeAll('ORDER', 'BY') ? orderTerms(p) : [];
}

/** A window in its parentheses. */
export function windowDefinition(p: Parser): WindowDefinition {
  const at = p.start;
  p.expect('(');
  const starts = ['PARTITION', 'ORDER', 'RANGE', 'ROWS', 'GROUPS'];
  const base = (p.names & NM) !== 0 && !starts.includes(p.token) ? p.name() : null;
  const partitionBy = p.takeAll('PARTITION', 'BY') ? p.list((p) => expression(p)) : [];
  const orderBy = optionalOrderBy(p);
  const unit = p.takeOne('RANGE', 'ROWS', 'GROUPS');
  const frame = unit === null ? null : windowFrame(p, unit);
  p.expect(')');
  return { base, partitionBy, orderBy, frame, at };
}

function windowFrame(p: Parser, unit: WindowFrame['unit']): WindowFrame {
  let start: FrameBound;
  let end: FrameBound = { kind: 'current', following: false, offset: null };
  if (p.take('BETWEEN')) {
    start = frameBound(p, 'PRECEDING');
    p.expect('AND');
    end = frameBound(p, 'FOLLOWING');
  } else start = frameBound(p, 'PRECEDING');
  let exclude: WindowFrame['exclude'] = 'NO OTHERS';
  const anew = p.take('EXCLUDE');
  if (anew) {
    const first = p.expectOne('NO', 'CURRENT', 'GROUP', 'TIES');
    if (first === 'NO') p.expect('OTHERS');
    else if (first === 'CURRENT') {
      p.expect('ROW');
      exclude = 'CURRENT ROW';
    } else exclude = first;
  }
  return { unit, start, end, exclude, ...(anew && { anew }) };
}

/** The first bound may be UNBOUNDED PRECEDING, the second UNBOUNDED FOLLOWING. */
function frameBound(p: Parser, unbounded: 'PRECEDING' | 'FOLLOWING'): FrameBound {
  if (p.takeAll('UNBOUNDED', unbounded)) {
    return { kind: 'unbounded', following: unbounded === 'FOLLOWING', offset: null };
  }
  if (p.takeAll('CURRENT', 'ROW')) return { kind: 'current', following: false, offset: null };
  const offset = expression(p);
  return { kind: 'offset', following: p.expectOne('PRECEDING', 'FOLLOWING') === 'FOLLOWING', offset };
}
