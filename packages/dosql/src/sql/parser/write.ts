/** INSERT, REPLACE, UPDATE and DELETE. */
import type {
  Assignment,
  ConflictAction,
  Delete,
  Insert,
  ResultColumn,
  TargetTable,
  Update,
  Upsert,
  With,
} from '../ast.ts';
import { expression, orderTerms } from './expression.ts';
import type { Parser } from './parser.ts';
import { atSelect, optionalFrom, optionalIndex, optionalWhere, resultColumns, select } from './select.ts';

const ACTIONS = ['ROLLBACK', 'ABORT', 'FAIL', 'IGNORE', 'REPLACE'] as const;

/** The action after `ON CONFLICT`. */
export function optionalConflict(p: Parser): ConflictAction | null {
  return p.takeAll('ON', 'CONFLICT') ? p.expectOne(...ACTIONS) : null;
}

function optionalOr(p: Parser): ConflictAction | null {
  return p.take('OR') ? p.expectOne(...ACTIONS) : null;
}

/** Statements of a trigger know neither index hints, RETURNING nor WITH (but in a SELECT). */
export function insert(p: Parser, clause: With | null): Insert {
  const replace = p.expectOne('INSERT', 'REPLACE') === 'REPLACE';
  const conflict = replace ? 'REPLACE' : optionalOr(p);
  p.expect('INTO');
  const table = target(p, false);
  const columns = p.optionalNameList();
  const upserts: Upsert[] = [];
  let source = null;
  if (!p.takeAll('DEFAULT', 'VALUES')) {
    if (!atSelect(p)) throw p.syntaxError();
    source = select(p);
    while (p.token === 'ON') {
      const one = upsert(p);
      upserts.push(one);
      if (one.target === null) break;
    }
  }
  return { kind: 'insert', with: clause, conflict, table, columns, source, upserts, returning: returning(p) };
}

function upsert(p: Parser): Upsert {
  const at = p.start;
  p.expect('ON', 'CONFLICT');
  let terms: Upsert['target'] = null;
  let targetWhere = null;
  if (p.is('(')) {
    terms = p.inside(() => orderTerms(p));
    targetWhere = optionalWhere(p);
  }
  p.expect('DO');
  if (p.take('NOTHING')) return { target: terms, targetWhere, set: null, where: null, at };
  p.expect('UPDATE', 'SET');
  const set = assignments(p);
  return { target: terms, targetWhere, set, where: optionalWhere(p), at };
}

export function update(p: Parser, clause: With | null, inTrigger = false): Update {
  p.expect('UPDATE');
  const conflict = optionalOr(p);
  const table = target(p, true, inTrigger);
  p.expect('SET');
  const set = assignments(p);
  const from = optionalFrom(p);
  const where = optionalWhere(p);
  return {
    kind: 'update',
    with: clause,
    conflict,
    table,
    set,
    from,
    where,
    returning: inTrigger ? null : returning(p),
  };
}

export function deletion(p: Parser, clause: With | null, inTrigger = false): Delete {
  p.expect('DELETE', 'FROM');
  const table = target(p, true, inTrigger);
  const where = optionalWhere(p);
  return { kind: 'delete', with: clause, table, where, returning: inTrigger ? null : returning(p) };
}

function target(p: Parser, hints: boolean, inTrigger = false): TargetTable {
  const { schema, name, at } = p.objectName();
  const alias = p.take('AS') ? p.name() : null;
  const indexedBy = hints ? optionalIndex(p) : null;
  if (inTrigger && indexedBy !== null) {
    const clause = indexedBy === false ? 'NOT INDEXED' : 'INDEXED BY';
    throw p.error(`the ${clause} clause is not allowed on UPDATE or DELETE statements within triggers`);
  }
  return { schema, name, alias, indexedBy, at };
}

function assignments(p: Parser): Assignment[] {
  return p.list((p) => {
    const row = p.token === '(';
    const columns = row ? p.nameList() : [p.nameNode()];
    p.expect('=');
    return { columns, row, value: expression(p) };
  }, 'columns in set list');
}

function returning(p: Parser): ResultColumn[] | null {
  return p.take('RETURNING') ? resultColumns(p) : null;
}
