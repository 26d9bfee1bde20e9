/** SELECT, VALUES, compounds, WITH and FROM. */
import type {
  CommonTable,
  CompoundOperator,
  Expr,
  FromItem,
  Join,
  NamedWindow,
  ResultColumn,
  Select,
  SelectArm,
  SelectCore,
  TableSource,
  With,
} from '../ast.ts';
import { IDS, JOIN, NM, SUM, WINDOW_NAME } from '../keywords.ts';
import { MAX_COMPOUND, MAX_FROM_TERMS, SELECT_DEPTH } from '../limits.ts';
import { expression, expressions, optionalOrderBy, schemaExpression, windowDefinition } from './expression.ts';
import type { Parser } from './parser.ts';

/** Whether the token begins a SELECT. */
export function atSelect(p: Parser): boolean {
  return p.token === 'SELECT' || p.token === 'VALUES' || p.token === 'WITH';
}

/** A whole SELECT. */
export function select(p: Parser, givenWith: With | null = null): Select {
  const at = p.start;
  p.enter(SELECT_DEPTH);
  const clause = givenWith ?? optionalWith(p);
  const arms: SelectArm[] = [];
  const operators: CompoundOperator[] = [];
  let orderBy: Select['orderBy'];
  let limit: Expr | null;
  let offset: Expr | null;
  for (;;) {
    const arm = p.token === 'VALUES' ? valuesArm(p) : selectCore(p);
    arms.push(arm);
    orderBy = [];
    limit = null;
    offset = null;
    if (arm.kind === 'core') {
      orderBy = optionalOrderBy(p);
      if (p.take('LIMIT')) {
        limit = expression(p);
        if (p.take('OFFSET')) offset = expression(p);
        else if (p.take(',')) {
          offset = limit;
          limit = expression(p);
        }
      }
    }
    if (p.token === 'EOF' || p.token === ')') break;
    let operator: CompoundOperator | null = p.takeOne('UNION', 'INTERSECT', 'EXCEPT');
    if (operator === null) break;
    if (operator === 'UNION' && p.take('ALL')) operator = 'UNION ALL';
    if (orderBy.length > 0 || limit !== null) {
      const clause = orderBy.length > 0 ? 'ORDER BY' : 'LIMIT';
      throw p.error(`${clause} clause should come after ${operator} not before`);
    }
    operators.push(operator);
    if (arms.length === MAX_COMPOUND) throw p.fail('TOO_MANY_TERMS', 'too many terms in compound SELECT');
  }
  p.leave(SELECT_DEPTH);
  return { kind: 'select', with: clause, arms, operators, orderBy, limit, offset, at, end: p.previousEnd };
}

function valuesArm(p: Parser): SelectArm {
  const at = p.start;
  p.next();
  const rows: Expr[][] = [];
  do {
    const start = p.start;
    const row = p.inside(() => p.list((p) => expression(p), 'columns in result set'));
    if (rows.length > 0 && row.length !== (rows[0] as Expr[]).length) {
      throw p.fail('COLUMN_COUNT_MISMATCH', 'all VALUES must have the same number of terms', start);
    }
    rows.push(row);
  } while (p.take(','));
  return { kind: 'values', rows, at };
}

/** DISTINCT, ALL or neither. */
export function optionalDistinct(p: Parser): boolean {
  if (p.take('DISTINCT')) return true;
  p.take('ALL');
  return false;
}

function selectCore(p: Parser): SelectCore {
  const at = p.start;
  p.expect('SELECT');
  const distinct = optionalDistinct(p);
  const columns = resultColumns(p);
  const height = p.height;
  const from = optionalFrom(p);
  const where = optionalWhere(p);
  p.height = Math.max(height, p.height);
  const groupBy = p.takeAll('GROUP', 'BY') ? p.list((p) => expression(p), 'terms in GROUP BY clause') : null;
  const having = p.take('HAVING') ? expression(p) : null;
  let windows: NamedWindow[] = [];
  if (atWindow(p)) {
    p.next();
    windows = p.list((p) => {
      const name = p.name();
      p.expect('AS');
      return { name, window: windowDefinition(p) };
    });
  }
  return { kind: 'core', distinct, columns, from, where, groupBy, having, windows, at };
}

/** WINDOW is a keyword only before `name AS`. */
function atWindow(p: Parser): boolean {
  if (p.token !== 'WINDOW' || (p.peek(), p.peekedNames & WINDOW_NAME) === 0) return false;
  return p.peekSecond() === 'AS';
}

export function optionalWhere(p: Parser): Expr | null {
  return p.take('WHERE') ? expression(p) : null;
}

export function resultColumns(p: Parser): ResultColumn[] {
  return p.list((p): ResultColumn => {
    const at = p.start;
    if (p.take('*')) return { kind: 'star', table: null, at };
    if ((p.names & NM) !== 0 && p.mayPrecedeDot() && p.peek() === '.' && p.peekSecond() === '*') {
      const table = p.name();
      p.next();
      p.next();
      return { kind: 'star', table, at };
    }
    const { expr, text } = schemaExpression(p);
    return { kind: 'expr', expr, alias: optionalAlias(p), text, at };
  }, 'columns in result set');
}

function optionalAlias(p: Parser): string | null {
  if (p.take('AS')) return p.name();
  return (p.names & IDS) !== 0 && !atWindow(p) ? p.name() : null;
}

export function optionalWith(p: Parser): With | null {
  if (!p.take('WITH')) return null;
  const recursive = p.take('RECURSIVE');
  const tables = p.list((p): CommonTable => {
    const at = p.start;
    const name = p.name();
    const columns = p.optionalNameList();
    p.expect('AS');
    const negated = p.take('NOT');
    const hint = p.take('MATERIALIZED');
    if (negated && !hint) throw p.syntaxError();
    const query = p.inside(() => select(p));
    return { name, columns, materialized: hint ? !negated : null, select: query, at };
  });
  return { recursive, tables };
}

export function optionalFrom(p: Parser): FromItem[] {
  return p.take('FROM') ? fromItems(p) : [];
}

type JoinHead = Pick<Join, 'type' | 'natural' | 'at'>;

function fromItems(p: Parser): FromItem[] {
  const items: FromItem[] = [];
  let head: JoinHead | null = null;
  do {
    if (items.length === MAX_FROM_TERMS)
      throw p.fail('TOO_MANY_TERMS', `too many FROM clause terms, max: ${MAX_FROM_TERMS}`);
    if (p.token === '(') parenthesizedSource(p, head, items);
    else items.push(tableSource(p, head, true));
    head = joinOperator(p);
  } while (head !== null);
  return items;
}

/** A subquery, or joins in parentheses, which change nothing when they come first and have no alias. */
function parenthesizedSource(p: Parser, head: JoinHead | null, items: FromItem[]): void {
  const at = p.start;
  p.next();
  if (atSelect(p)) {
    const query = select(p);
    p.expect(')');
    items.push({ kind: 'subquery', select: query, alias: optionalAlias(p), join: joinConstraint(p, head), at });
    return;
  }
  p.enter();
  const inner = fromItems(p);
  p.leave();
  p.expect(')');
  const alias = optionalAlias(p);
  const join = joinConstraint(p, head);
  if (inner.length === 1) items.push({ ...(inner[0] as FromItem), alias: alias ?? (inner[0] as FromItem).alias, join });
  else if (head === null && alias === null) items.push(...inner);
  else items.push({ kind: 'group', items: inner, alias, join, at });
}

/** A table with its arguments; in FROM also with alias, index hint, AS OF and join constraint. */
export function tableSource(p: Parser, head: JoinHead | null = null, inFrom = false): TableSource {
  const { schema, name, at } = p.objectName();
  let args: Expr[] | null = null;
  if (p.is('(')) args = p.inside(() => expressions(p, `arguments on ${name}`));
  if (!inFrom) return { kind: 'table', schema, name, args, alias: null, indexedBy: null, asOf: null, join: null, at };
  let asOf = optionalAsOf(p);
  const alias = optionalAlias(p);
  asOf ??= optionalAsOf(p);
  const indexedBy = args === null ? optionalIndex(p) : null;
  return { kind: 'table', schema, name, args, alias, indexedBy, asOf, join: joinConstraint(p, head), at };
}

/** What may begin the expression of AS OF; before anything else, `of` is an alias, as in SQLite. */
const POINT_STARTS = ['ID', 'INTEGER', 'FLOAT', 'STRING', 'VARIABLE', '(', '-', '+', 'CAST', 'CURRENT_TIMESTAMP'];

function optionalAsOf(p: Parser): Expr | null {
  if (p.token === 'AS' && p.peek() === 'OF' && POINT_STARTS.includes(p.peekSecond())) p.next();
  else if (p.token === 'FOR' && p.peek() === 'SYSTEM_TIME') p.expect('FOR', 'SYSTEM_TIME', 'AS');
  else return null;
  p.expect('OF');
  return expression(p, SUM);
}

export function optionalIndex(p: Parser): string | false | null {
  if (p.takeAll('INDEXED', 'BY')) return p.name();
  return p.takeAll('NOT', 'INDEXED') ? false : null;
}

function joinConstraint(p: Parser, head: JoinHead | null): Join | null {
  if (head === null && (p.token === 'ON' || p.token === 'USING')) {
    throw p.error(`a JOIN clause is required before ${p.token}`);
  }
  const on = p.take('ON') ? expression(p) : null;
  const using = on === null && p.take('USING') ? p.nameList() : null;
  return head === null ? null : { type: head.type, natural: head.natural, on, using, at: head.at };
}

function joinOperator(p: Parser): JoinHead | null {
  const at = p.start;
  if (p.take(',') || p.take('JOIN')) return { type: 'INNER', natural: false, at };
  if (p.names !== JOIN) return null;
  const words: string[] = [];
  while (words.length < 3 && p.token !== 'JOIN') {
    words.push(p.token);
    p.name();
  }
  const text = p.sql.slice(at, p.previousEnd).replaceAll(/\s+/g, ' ');
  p.expect('JOIN');
  // NATURAL 1, LEFT 2, RIGHT 4, FULL both, OUTER 8, INNER 16, CROSS 32, none of them 64.
  let bits = 0;
  for (const word of words) bits |= JOIN_BITS[word] ?? 64;
  const type = JOIN_TYPES[(bits >> 1) & 3] as Join['type'];
  const inner = bits & 48;
  if (bits > 63 || (inner !== 0 && (bits & 14) !== 0) || (bits & 14) === 8) {
    throw p.fail('SYNTAX_ERROR', `unknown join type: ${text}`, at);
  }
  return { type: inner > 31 ? 'CROSS' : type, natural: (bits & 1) !== 0, at };
}

const JOIN_BITS: Record<string, number> = { NATURAL: 1, LEFT: 2, RIGHT: 4, FULL: 6, OUTER: 8, INNER: 16, CROSS: 32 };
const JOIN_TYPES: readonly Join['type'][] = ['INNER', 'LEFT', 'RIGHT', 'FULL'];
