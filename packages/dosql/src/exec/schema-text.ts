/** Texts that the engine keeps or makes itself, parsed: they were accepted once, so they have the form they should. */
import type * as ast from '../sql/ast.ts';
import { parseStatement } from '../sql/index.ts';

export function parseSql(sql: string): ast.Statement {
  return parseStatement(sql).statement;
}

export function parseSelect(sql: string): ast.Select {
  return parseSql(sql) as ast.Select;
}

export function parseTable(sql: string): ast.CreateTable {
  return parseSql(sql) as ast.CreateTable;
}

export function parseIndex(sql: string): ast.CreateIndex {
  return parseSql(sql) as ast.CreateIndex;
}

export function parseView(sql: string): ast.CreateView {
  return parseSql(sql) as ast.CreateView;
}

export function parseTrigger(sql: string): ast.CreateTrigger {
  return parseSql(sql) as ast.CreateTrigger;
}
