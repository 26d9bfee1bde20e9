/** CREATE, ALTER and DROP. */
import type {
  AlterTable,
  ColumnConstraint,
  ColumnDefinition,
  CreateTrigger,
  Drop,
  Expr,
  ForeignKeyAction,
  ForeignKeyReference,
  OrderTerm,
  SchemaExpr,
  Statement,
  TableConstraint,
} from '../ast.ts';
import { ID, IDS } from '../keywords.ts';
import { MAX_COLUMNS } from '../limits.ts';
import { expression, optionalDescending, orderTerms, schemaExpression, term, typeName } from './expression.ts';
import type { Parser } from './parser.ts';
import { atSelect, select } from './select.ts';
import { deletion, insert, optionalConflict, update } from './write.ts';

export function create(p: Parser): Statement {
  p.next();
  const unique = p.take('UNIQUE');
  if (unique && p.token !== 'INDEX') throw p.syntaxError();
  const temporary = !unique && p.take('TEMP');
  if (!temporary && p.take('PROCEDURE')) return createProcedure(p);
  const kind = temporary
    ? p.expectOne('TABLE', 'VIEW', 'TRIGGER')
    : p.expectOne('TABLE', 'INDEX', 'VIEW', 'TRIGGER', 'VIRTUAL');
  if (kind === 'VIRTUAL') p.expect('TABLE');
  const ifNotExists = p.takeAll('IF', 'NOT', 'EXISTS');
  const name = p.objectName();
  switch (kind) {
    case 'TABLE':
      return { kind: 'createTable', temporary, ifNotExists, ...name, ...tableBody(p) };
    case 'INDEX': {
      p.expect('ON');
      const table = p.nameNode();
      const columns = indexColumns(p);
      const where = p.take('WHERE') ? schemaExpression(p) : null;
      return { kind: 'createIndex', unique, ifNotExists, ...name, table, columns, where };
    }
    case 'VIEW': {
      const columns = p.optionalNameList();
      p.expect('AS');
      return { kind: 'createView', temporary, ifNotExists, ...name, columns, select: select(p) };
    }
    case 'TRIGGER':
      return { kind: 'createTrigger', temporary, ifNotExists, ...name, ...triggerBody(p) };
    default: {
      p.expect('USING');
      return { kind: 'createVirtualTable', ifNotExists, ...name, module: p.name(), args: moduleArguments(p) };
    }
  }
}

/** Any tokens, in balanced parentheses, split at the commas of the outermost level. */
function moduleArguments(p: Parser): string[] {
  const args: string[] = [];
  if (!p.take('(')) return args;
  let depth = 0;
  for (let at = p.start; ; p.next()) {
    if (p.token === 'EOF') throw p.syntaxError();
    if (depth === 0 && (p.token === ',' || p.token === ')')) {
      args.push(p.textFrom(at).trim());
      if (p.take(')')) return args;
      at = p.end;
    } else if (p.token === '(') depth++;
    else if (p.token === ')') depth--;
  }
}

function indexColumns(p: Parser): OrderTerm[] {
  return p.inside(() => orderTerms(p, 'columns in index'));
}

function createProcedure(p: Parser): Statement {
  const ifNotExists = p.takeAll('IF', 'NOT', 'EXISTS');
  const name = p.objectName();
  const parameters = p.inside(() => (p.is(')') ? [] : p.list((p) => ({ name: p.name(), type: typeName(p) || null }))));
  p.expect('AS', 'MODULE');
  const source = p.text().slice(2, -2);
  p.expect('$$');
  return { kind: 'createProcedure', ifNotExists, ...name, parameters, source };
}

function tableBody(p: Parser): {
  columns: ColumnDefinition[];
  constraints: TableConstraint[];
  as: ReturnType<typeof select> | null;
  withoutRowid: boolean;
  strict: boolean;
} {
  const columns: ColumnDefinition[] = [];
  const constraints: TableConstraint[] = [];
  let withoutRowid = false;
  let strict = false;
  if (p.take('AS')) return { columns, constraints, as: select(p), withoutRowid, strict };
  p.expect('(');
  do columns.push(columnDefinition(p));
  while (p.take(',') && !atTableConstraint(p));
  if (columns.length > MAX_COLUMNS) throw p.fail('TOO_MANY_TERMS', 'too many columns');
  if (p.sql[p.previousEnd - 1] === ',') {
    // A comma between two table constraints may be left out.
    do {
      if (!atTableConstraint(p)) throw p.syntaxError();
      tableConstraint(p, constraints);
    } while (p.take(',') || atTableConstraint(p));
  }
  p.expect(')');
  // The first option may be left out, though not its comma.
  let option = p.names === 0 ? '' : tableOption(p);
  for (;;) {
    if (option === 'STRICT') strict = true;
    else if (option !== '') withoutRowid = true;
    if (!p.take(',')) break;
    option = tableOption(p);
  }
  return { columns, constraints, as: null, withoutRowid, strict };
}

function tableOption(p: Parser): 'STRICT' | 'ROWID' {
  const wanted = p.take('WITHOUT') ? 'ROWID' : 'STRICT';
  const option = p.name();
  if (!p.is(',') && !p.is(';') && !p.is('EOF')) throw p.syntaxError();
  if (option.toUpperCase() !== wanted) throw p.error(`unknown table option: ${option}`);
  return wanted;
}

function atTableConstraint(p: Parser): boolean {
  return ['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN'].includes(p.token);
}

function columnDefinition(p: Parser): ColumnDefinition {
  const { name, at } = p.nameNode();
  // GENERATED ALWAYS reads as words of the type, in SQLite too.
  const type = typeName(p).replace(/\s*\bgenerated\s+always$/i, '') || null;
  const constraints: ColumnConstraint[] = [];
  while (columnConstraint(p, constraints, name));
  return { name, at, type, constraints, end: p.previousEnd };
}

function columnConstraint(p: Parser, constraints: ColumnConstraint[], column: string): boolean {
  const at = p.start;
  let name: string | null = null;
  while (p.take('CONSTRAINT')) name = p.name();
  const add = (constraint: Bare<ColumnConstraint>): number =>
    constraints.push({ name, at, end: p.previousEnd, ...constraint });
  if (p.is('REFERENCES')) add({ kind: 'references', reference: reference(p) });
  else if (p.is('DEFERRABLE')) deferral(p, constraints, true);
  else if (p.take('NULL')) {
    optionalConflict(p);
    add({ kind: 'null' });
  } else if (p.take('NOT')) {
    if (p.is('DEFERRABLE')) deferral(p, constraints, false);
    else {
      p.expect('NULL');
      add({ kind: 'notNull', conflict: optionalConflict(p) });
    }
  } else if (p.takeAll('PRIMARY', 'KEY')) {
    const descending = optionalDescending(p);
    const conflict = optionalConflict(p);
    add({ kind: 'primaryKey', descending, conflict, autoincrement: p.take('AUTOINCREMENT') });
  } else if (p.take('UNIQUE')) add({ kind: 'unique', conflict: optionalConflict(p) });
  else if (p.take('CHECK')) add({ kind: 'check', ...schemaExpressionInParentheses(p) });
  else if (p.take('DEFAULT')) add({ kind: 'default', ...defaultValue(p) });
  else if (p.take('COLLATE')) add({ kind: 'collate', collation: p.name(IDS) });
  else if (p.takeAll('GENERATED', 'ALWAYS', 'AS') || p.take('AS')) {
    const expr = schemaExpressionInParentheses(p);
    const storage = (p.names & ID) !== 0 && !p.is('GENERATED') ? p.name().toUpperCase() : 'VIRTUAL';
    if (storage !== 'VIRTUAL' && storage !== 'STORED')
      throw p.fail('INVALID_SCHEMA', `error in generated column "${column}"`);
    add({ kind: 'generated', ...expr, stored: storage === 'STORED' });
  } else return false; // A name without a constraint is allowed, and forgotten.
  return true;
}

/** A constraint without its name and span. */
type Bare<C> = C extends ColumnConstraint | TableConstraint ? Omit<C, 'name' | 'at' | 'end'> : never;

/** [NOT] DEFERRABLE, of the last foreign key before it. */
function deferral(p: Parser, constraints: ColumnConstraint[], deferrable: boolean): void {
  const deferred = optionalDeferral(p, deferrable);
  const index = constraints.findLastIndex((constraint) => constraint.kind === 'references');
  const key = constraints[index];
  if (key?.kind === 'references') constraints[index] = { ...key, reference: { ...key.reference, deferred } };
}

function optionalDeferral(p: Parser, deferrable: boolean): boolean {
  if (!p.take('DEFERRABLE') || !p.take('INITIALLY')) return false;
  return p.expectOne('DEFERRED', 'IMMEDIATE') === 'DEFERRED' && deferrable;
}

function schemaExpressionInParentheses(p: Parser): SchemaExpr {
  return p.inside(() => schemaExpression(p));
}

function defaultValue(p: Parser): SchemaExpr {
  if (p.token === '(') return schemaExpressionInParentheses(p);
  const at = p.start;
  let expr: Expr;
  const sign = p.takeOne('+', '-');
  if (sign === null && p.names & ~2 && !p.token.startsWith('CURRENT_')) {
    const bare = p.text();
    const value = p.name(IDS | 4);
    expr = /^(true|false)$/i.test(bare)
      ? { kind: 'column', schema: null, table: null, name: bare, quoted: '', at, tableAt: -1 }
      : { kind: 'literal', value, at };
  } else {
    expr = term(p);
    if (sign === '-') expr = { kind: 'unary', operator: '-', operand: expr, at };
  }
  return { expr, text: p.sql.slice(at, p.previousEnd) };
}

function tableConstraint(p: Parser, constraints: TableConstraint[]): void {
  const at = p.start;
  let name: string | null = null;
  while (p.take('CONSTRAINT')) name = p.name();
  const add = (constraint: Bare<TableConstraint>): number =>
    constraints.push({ name, at, end: p.previousEnd, ...constraint });
  if (p.takeAll('PRIMARY', 'KEY')) {
    p.expect('(');
    const columns = orderTerms(p, 'columns in index');
    const autoincrement = p.take('AUTOINCREMENT');
    p.expect(')');
    add({ kind: 'primaryKey', columns, conflict: optionalConflict(p), autoincrement });
  } else if (p.take('UNIQUE')) {
    const columns = indexColumns(p);
    add({ kind: 'unique', columns, conflict: optionalConflict(p) });
  } else if (p.take('CHECK')) {
    const expr = schemaExpressionInParentheses(p);
    optionalConflict(p);
    add({ kind: 'check', ...expr });
  } else if (p.takeAll('FOREIGN', 'KEY')) {
    const columns = p.nameList();
    const target = reference(p);
    const not = p.take('NOT');
    if (not && !p.is('DEFERRABLE')) throw p.syntaxError();
    add({ kind: 'foreignKey', columns, reference: { ...target, deferred: optionalDeferral(p, !not) } });
  }
}

function reference(p: Parser): ForeignKeyReference {
  p.expect('REFERENCES');
  const { name: table, at } = p.nameNode();
  const columns = p.optionalNameList();
  const actions: Record<'DELETE' | 'UPDATE' | 'INSERT', ForeignKeyAction> = {
    DELETE: 'NO ACTION',
    UPDATE: 'NO ACTION',
    INSERT: 'NO ACTION',
  };
  for (;;) {
    if (p.take('MATCH')) p.name();
    else if (p.take('ON')) actions[p.expectOne('DELETE', 'UPDATE', 'INSERT')] = foreignKeyAction(p);
    else return { table, at, columns, onDelete: actions.DELETE, onUpdate: actions.UPDATE, deferred: false };
  }
}

function foreignKeyAction(p: Parser): ForeignKeyAction {
  if (p.take('SET')) return p.expectOne('NULL', 'DEFAULT') === 'NULL' ? 'SET NULL' : 'SET DEFAULT';
  if (p.takeAll('NO', 'ACTION')) return 'NO ACTION';
  return p.expectOne('CASCADE', 'RESTRICT');
}

function triggerBody(p: Parser): Pick<CreateTrigger, 'time' | 'event' | 'columns' | 'table' | 'when' | 'body'> {
  const word = p.takeOne('BEFORE', 'AFTER', 'INSTEAD');
  if (word === 'INSTEAD') p.expect('OF');
  const time = word === 'INSTEAD' ? 'INSTEAD OF' : (word ?? 'BEFORE');
  const event = p.expectOne('INSERT', 'UPDATE', 'DELETE');
  const columns = event === 'UPDATE' && p.take('OF') ? p.list((p) => p.nameNode()) : null;
  p.expect('ON');
  const table = p.objectName();
  p.takeAll('FOR', 'EACH', 'ROW');
  const when = p.take('WHEN') ? expression(p) : null;
  p.expect('BEGIN');
  const body: CreateTrigger['body'][number][] = [];
  do {
    body.push(triggerStatement(p));
    p.expect(';');
  } while (!p.take('END'));
  return { time, event, columns, table, when, body };
}

function triggerStatement(p: Parser): CreateTrigger['body'][number] {
  if (atSelect(p)) return select(p);
  if (p.token === 'UPDATE') return update(p, null, true);
  return p.token === 'DELETE' ? deletion(p, null, true) : insert(p, null);
}

export function alterTable(p: Parser): AlterTable {
  p.next();
  p.expect('TABLE');
  return { kind: 'alterTable', ...p.objectName(), action: alteration(p) };
}

function alteration(p: Parser): AlterTable['action'] {
  const word = p.expectOne('RENAME', 'ADD', 'DROP', 'ALTER');
  const at = p.start;
  if (word === 'ADD' && (p.is('CONSTRAINT') || p.is('CHECK'))) {
    const name = p.take('CONSTRAINT') ? p.name() : null;
    p.expect('CHECK');
    const check = schemaExpressionInParentheses(p);
    optionalConflict(p);
    return { kind: 'addCheck', name, check, text: p.sql.slice(at, p.previousEnd) };
  }
  if (word === 'DROP' && p.take('CONSTRAINT')) return { kind: 'dropConstraint', name: p.nameNode() };
  if (word === 'RENAME' && p.take('TO')) return { kind: 'rename', to: p.nameNode() };
  p.take('COLUMN');
  if (word === 'ADD') {
    const column = columnDefinition(p);
    return { kind: 'addColumn', column, text: p.sql.slice(column.at, column.end) };
  }
  const column = p.nameNode();
  if (word === 'DROP') return { kind: 'dropColumn', column };
  if (word === 'RENAME') {
    p.expect('TO');
    const quoted = p.unquoted() !== p.text();
    return { kind: 'renameColumn', from: column, to: p.nameNode(), quoted };
  }
  const set = p.expectOne('SET', 'DROP') === 'SET';
  const start = p.start;
  p.expect('NOT', 'NULL');
  if (!set) return { kind: 'dropNotNull', column };
  return { kind: 'setNotNull', column, conflict: optionalConflict(p), text: p.sql.slice(start, p.previousEnd) };
}

export function drop(p: Parser): Drop {
  p.next();
  const type = p.expectOne('TABLE', 'INDEX', 'VIEW', 'TRIGGER', 'PROCEDURE');
  const ifExists = p.takeAll('IF', 'EXISTS');
  return { kind: 'drop', type, ifExists, ...p.objectName() };
}
