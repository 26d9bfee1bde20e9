/** One statement, whichever. */
import type { Explain, ObjectName, Pragma, Statement } from '../ast.ts';
import { NM } from '../keywords.ts';
import { alterTable, create, drop } from './ddl.ts';
import { expression, expressions, signedNumber } from './expression.ts';
import type { Parser } from './parser.ts';
import { optionalWith, select } from './select.ts';
import { deletion, insert, update } from './write.ts';

export function statement(p: Parser): Statement {
  switch (p.token) {
    case 'SELECT':
    case 'VALUES':
      return select(p);
    case 'WITH': {
      const at = p.start;
      const clause = optionalWith(p);
      if (p.is('INSERT') || p.is('REPLACE')) return insert(p, clause);
      if (p.is('UPDATE')) return update(p, clause);
      if (p.is('DELETE')) return deletion(p, clause);
      if (p.is('WITH')) throw p.syntaxError();
      return { ...select(p, clause), at };
    }
    case 'INSERT':
    case 'REPLACE':
      return insert(p, null);
    case 'UPDATE':
      return update(p, null);
    case 'DELETE':
      return deletion(p, null);
    case 'CREATE':
      return create(p);
    case 'ALTER':
      return alterTable(p);
    case 'DROP':
      return drop(p);
    default:
      return command(p);
  }
}

const COMMANDS = [
  'BEGIN',
  'COMMIT',
  'END',
  'ROLLBACK',
  'SAVEPOINT',
  'RELEASE',
  'REINDEX',
  'ANALYZE',
  'VACUUM',
  'ATTACH',
  'DETACH',
  'EXPLAIN',
  'PRAGMA',
  'CALL',
] as const;

function command(p: Parser): Statement {
  const token = p.expectOne(...COMMANDS);
  switch (token) {
    case 'BEGIN': {
      const mode = p.takeOne('DEFERRED', 'IMMEDIATE', 'EXCLUSIVE') ?? 'DEFERRED';
      optionalTransaction(p);
      return { kind: 'begin', mode };
    }
    case 'COMMIT':
    case 'END':
      optionalTransaction(p);
      return { kind: 'commit' };
    case 'ROLLBACK':
      optionalTransaction(p);
      return { kind: 'rollback', savepoint: p.take('TO') ? savepointName(p) : null };
    case 'SAVEPOINT':
      return { kind: 'savepoint', name: p.name() };
    case 'RELEASE':
      return { kind: 'release', name: savepointName(p) };
    case 'REINDEX':
      return { kind: 'reindex', target: optionalName(p) };
    case 'ANALYZE':
      return { kind: 'analyze', target: optionalName(p) };
    case 'VACUUM': {
      const schema = (p.names & NM) === 0 ? null : p.name();
      return { kind: 'vacuum', schema, into: p.take('INTO') ? expression(p) : null };
    }
    case 'ATTACH': {
      p.take('DATABASE');
      const file = expression(p);
      p.expect('AS');
      const schema = expression(p);
      if (p.take('KEY')) expression(p);
      return { kind: 'attach', file, schema };
    }
    case 'DETACH':
      p.take('DATABASE');
      return { kind: 'detach', schema: expression(p) };
    case 'EXPLAIN':
      return explain(p);
    case 'PRAGMA':
      return pragma(p);
    default: {
      const { schema, name, at } = p.objectName();
      return { kind: 'callProcedure', schema, name, args: p.inside(() => expressions(p)), at };
    }
  }
}

function optionalTransaction(p: Parser): void {
  if (p.take('TRANSACTION') && (p.names & NM) !== 0) p.name();
}

function savepointName(p: Parser): string {
  p.take('SAVEPOINT');
  return p.name();
}

function optionalName(p: Parser): ObjectName | null {
  return (p.names & NM) === 0 ? null : p.objectName();
}

/** EXPLAIN ANALYZE is ours before a query, and SQLite's EXPLAIN of ANALYZE before a name. */
function explain(p: Parser): Explain {
  let mode: Explain['mode'] = 'PROGRAM';
  if (p.takeAll('QUERY', 'PLAN')) mode = 'QUERY PLAN';
  else if (p.token === 'ANALYZE') {
    const next = p.peek();
    const second = p.peekSecond();
    if (
      ['SELECT', 'VALUES', 'INSERT', 'UPDATE', 'DELETE'].includes(next) ||
      (next === 'REPLACE' && second === 'INTO') ||
      (next === 'WITH' && second !== 'EOF' && second !== ';' && second !== '.')
    ) {
      p.next();
      mode = 'ANALYZE';
    }
  }
  if (p.token === 'EXPLAIN') throw p.syntaxError();
  return { kind: 'explain', mode, statement: statement(p) };
}

function pragma(p: Parser): Pragma {
  const { schema, name, at } = p.objectName();
  let value: string | null = null;
  const parenthesis = p.take('(');
  if (parenthesis || p.take('=')) {
    if ((p.names & NM) !== 0) value = p.name();
    else value = p.takeOne('ON', 'DELETE', 'DEFAULT') ?? signedNumber(p);
    if (parenthesis) p.expect(')');
  }
  return { kind: 'pragma', schema, name, value, at };
}
