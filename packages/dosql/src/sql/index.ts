/** Text to syntax tree. */
import { SqlError } from '@dotdo/shared-types';
import type { Expr, ParsedStatement } from './ast.ts';
import { expression } from './parser/expression.ts';
import { Parser } from './parser/parser.ts';
import { statement } from './parser/statement.ts';

export type * from './ast.ts';
export { positionAt } from './error.ts';
export { shapeOf } from './shape.ts';
export { isBareName, tokenEnd, tokenStart } from './tokenizer.ts';

function parser(sql: string, offset = 0): Parser {
  const p = new Parser(sql, offset);
  p.next();
  return p;
}

/**
 * The first statement at or after an offset, or null when only semicolons, white space and comments follow.
 * Its `end` is the offset from which the next is to be found.
 */
export function nextStatement(sql: string, offset = 0): ParsedStatement | null {
  return readStatement(parser(sql, offset));
}

function readStatement(p: Parser): ParsedStatement | null {
  while (p.take(';'));
  if (p.is('EOF')) return null;
  const start = p.start;
  p.first = start;
  const tree = statement(p);
  const end = p.previousEnd;
  p.checkLength(end);
  if (!p.is('EOF') && !p.is(';')) throw p.syntaxError();
  return { statement: tree, parameters: p.parameters, start, end };
}

/** Every statement, each parsed when it is asked for: those before a wrong one may run, as in sqlite3_exec. */
export function* parseStatements(sql: string): Generator<ParsedStatement, void, undefined> {
  for (let next = nextStatement(sql); next !== null; next = nextStatement(sql, next.end)) yield next;
}

/** The only statement of a text. */
export function parseStatement(sql: string): ParsedStatement {
  const p = parser(sql);
  const first = readStatement(p);
  if (first === null) throw new SqlError('EMPTY_STATEMENT', 'the text holds no statement');
  while (p.take(';'));
  if (!p.is('EOF')) throw new SqlError('MULTIPLE_STATEMENTS', 'the text holds several statements');
  return first;
}

/** A text that is one expression, such as the CHECK that a schema keeps. */
export function parseExpression(sql: string): Expr {
  const p = parser(sql);
  const expr = expression(p);
  if (p.token !== 'EOF') throw p.syntaxError();
  return expr;
}
