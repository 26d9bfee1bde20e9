/** Compiles INSERT, UPDATE and DELETE; the session, triggers and foreign keys start here. */
import type { Cell } from '../codec/cell.ts';
import type { ResultColumn } from '../plan/plan.ts';
import type * as ast from '../sql/ast.ts';
import { type Binding, newBinding } from './binding.ts';
import type { Frame } from './frame.ts';
import { compileInsert } from './insert.ts';
import { parseSql } from './schema-text.ts';
import { compileDelete, compileUpdate } from './update.ts';
import type { Writer } from './writer.ts';

export interface WriteResult {
  readonly rowsAffected: number;
  /** Of RETURNING. */
  readonly rows?: Cell[][];
}

/** A compiled INSERT, UPDATE or DELETE: good for as long as the catalog stays the same. */
export interface WriteProgram {
  /** Of RETURNING; integral REALs are boxed in the rows. */
  readonly columns: readonly ResultColumn[];
  /** @throws {SqlError} the violated constraint, RAISE, …; the statement is undone by then */
  run(frame: Frame): WriteResult;
}

/**
 * Compiles a writing statement.
 * @param around names in sight, in a trigger; or the text of the statement, for positions
 */
export function compileWrite(
  statement: ast.Insert | ast.Update | ast.Delete,
  writer: Writer,
  around: Binding | string,
): WriteProgram {
  const binding = typeof around === 'string' ? newBinding(writer, around) : around;
  switch (statement.kind) {
    case 'insert':
      return compileInsert(statement, binding);
    case 'update':
      return compileUpdate(statement, binding);
    default:
      return compileDelete(statement, binding);
  }
}

/** A statement of the engine's own. Answers whether there was a row. */
export type TextProgram = (params: readonly Cell[]) => boolean;

/** Compiles on first use: what it names may not be there yet. */
export function textProgram(writer: Writer, sql: string): TextProgram {
  let run: ((frame: Frame) => boolean) | undefined;
  return (params) => {
    run ??= compileText(writer, sql);
    return run(writer.frame(params));
  };
}

function compileText(writer: Writer, sql: string): (frame: Frame) => boolean {
  const statement = parseSql(sql);
  if (statement.kind === 'select') {
    const program = newBinding(writer, sql).select(statement);
    return (frame) => program.run(frame).next(frame);
  }
  const program = compileWrite(statement as ast.Insert | ast.Update | ast.Delete, writer, sql);
  return (frame) => program.run(frame).rowsAffected > 0;
}
