import type { SqlErrorCode } from '@dotdo/shared-types';
import type { Name, ObjectName } from '../ast.ts';
import { errorAt } from '../error.ts';
import { NM } from '../keywords.ts';
import { LIST_DEPTH, MAX_COLUMNS, MAX_DEPTH, MAX_PARAMETERS, MAX_SQL_LENGTH } from '../limits.ts';
import { Tokenizer } from '../tokenizer.ts';

/** A tokenizer with what all parts of the grammar share. */
export class Parser extends Tokenizer {
  /** Offset of the statement. */
  first = 0;
  /** Names of the statement's parameters, by number − 1. */
  parameters: (string | null)[] = [];
  private numbers: Map<string, number> | null = null;
  /** Height of the expression parsed last. */
  height = 0;
  private depth = 0;

  syntaxError(): Error {
    return this.error(this.token === 'EOF' ? 'incomplete input' : `near "${this.text()}": syntax error`);
  }

  fail(code: SqlErrorCode, message: string, at: number = this.start): Error {
    return errorAt(this.sql, at, code, message);
  }

  /** Whether the token is this one; unlike `===` it leaves no narrowed type behind. */
  is(token: string): boolean {
    return this.token === token;
  }

  /** Takes the token if it is this one. */
  take(token: string): boolean {
    if (this.token !== token) return false;
    this.next();
    return true;
  }

  /** Takes exactly these tokens, separated by spaces in `tokens`. */
  expect(...tokens: string[]): void {
    for (const token of tokens) if (!this.take(token)) throw this.syntaxError();
  }

  /** Takes both or, when the first is another one, none. */
  takeAll(first: string, ...others: string[]): boolean {
    if (!this.take(first)) return false;
    this.expect(...others);
    return true;
  }

  /** Takes the token if it is one of these, and gives it. */
  takeOne<T extends string>(...tokens: readonly T[]): T | null {
    const token = this.token as T;
    if (!tokens.includes(token)) return null;
    this.next();
    return token;
  }

  /** Takes one of these tokens, no other. */
  expectOne<T extends string>(...tokens: readonly T[]): T {
    const token = this.takeOne(...tokens);
    if (token === null) throw this.syntaxError();
    return token;
  }

  /** A token that is a name of one of these classes, without its quotes. */
  name(classes: number = NM): string {
    if ((this.names & classes) === 0) throw this.syntaxError();
    const name = this.unquoted();
    this.next();
    return name;
  }

  nameNode(): Name {
    const at = this.start;
    return { name: this.name(), at };
  }

  /** `name` or `schema.name`. */
  objectName(): ObjectName {
    let at = this.start;
    let name = this.name();
    let schema = null;
    if (this.take('.')) {
      schema = name;
      at = this.start;
      name = this.name();
    }
    return { schema, name, at };
  }

  /** The current name or string without its quotes. */
  unquoted(): string {
    const { sql, start, end } = this;
    const quote = sql.charCodeAt(start);
    if (quote === 91) return sql.slice(start + 1, end - 1);
    if (quote !== 34 && quote !== 39 && quote !== 96) return sql.slice(start, end);
    const text = sql.slice(start + 1, end - 1);
    const char = sql[start] as string;
    return text.includes(char) ? text.replaceAll(char + char, char) : text;
  }

  /** Text from `at` up to the current token, as SQLite names columns by it: comments before that token included. */
  textFrom(at: number): string {
    let end = this.start;
    while (this.sql.charCodeAt(end - 1) <= 32) end--;
    return this.sql.slice(at, end);
  }

  /** Items between commas, `height` being that of the highest; more than `max` are an error about `what`. */
  list<T>(item: (parser: this) => T, what: string | null = null, max: number = MAX_COLUMNS): T[] {
    const items: T[] = [];
    let height = 0;
    this.enter(LIST_DEPTH);
    do {
      if (items.length === max && what !== null) throw this.fail('TOO_MANY_TERMS', `too many ${what}`);
      this.height = 0;
      items.push(item(this));
      if (this.height > height) height = this.height;
    } while (this.take(','));
    this.leave(LIST_DEPTH);
    this.height = height;
    return items;
  }

  /** What stands in parentheses. */
  inside<T>(content: (parser: this) => T): T {
    this.expect('(');
    const found = content(this);
    this.expect(')');
    return found;
  }

  /** Names in parentheses. */
  nameList(): Name[] {
    return this.inside(() => this.list(() => this.nameNode(), 'columns'));
  }

  optionalNameList(): Name[] | null {
    return this.token === '(' ? this.nameList() : null;
  }

  /** Number of the parameter that the current token names. */
  parameter(): number {
    const parameters = this.parameters;
    const text = this.text();
    let index = parameters.length + 1;
    if (text[0] === '?' && text.length > 1) {
      index = Number(text.slice(1));
      if (!(index >= 1 && index <= MAX_PARAMETERS)) {
        throw this.fail('TOO_MANY_PARAMETERS', `variable number must be between ?1 and ?${MAX_PARAMETERS}`);
      }
    } else if (text !== '?') index = this.numbers?.get(text) ?? index;
    if (index > MAX_PARAMETERS) throw this.fail('TOO_MANY_PARAMETERS', 'too many SQL variables');
    while (parameters.length < index) parameters.push(null);
    if (text !== '?') {
      parameters[index - 1] ??= text;
      (this.numbers ??= new Map()).set(text, index);
    }
    return index;
  }

  /** Counts a level of nesting, so that no text overflows the stack; `leave` takes it back. */
  enter(levels = 1): void {
    this.depth += levels;
    if (this.depth > MAX_DEPTH) throw this.tooDeep();
    this.checkLength(this.start);
  }

  /** Refuses a statement that reaches up to here. */
  checkLength(end: number): void {
    if (end - this.first > MAX_SQL_LENGTH) throw this.fail('STATEMENT_TOO_LONG', 'statement too long', this.first);
  }

  leave(levels = 1): void {
    this.depth -= levels;
  }

  /** Sets the height of a node over trees of up to `height`. */
  grow(height: number = this.height): void {
    if (height >= MAX_DEPTH) throw this.tooDeep();
    this.height = height + 1;
  }

  private tooDeep(): Error {
    return this.fail('EXPRESSION_TOO_DEEP', `Expression tree is too large (maximum depth ${MAX_DEPTH})`);
  }
}
