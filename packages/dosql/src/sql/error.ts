import { SqlError, type ErrorPosition, type SqlErrorCode } from '@dotdo/shared-types';

/** Line and column of an offset; called for errors only. */
export function positionAt(sql: string, offset: number): ErrorPosition {
  let line = 1;
  let lineStart = 0;
  for (let i = sql.indexOf('\n'); i >= 0 && i < offset; i = sql.indexOf('\n', lineStart)) {
    line++;
    lineStart = i + 1;
  }
  return { line, column: offset - lineStart + 1, offset };
}

/** An error that points into the text of its statement. */
export function errorAt(sql: string, offset: number, code: SqlErrorCode, message: string): SqlError {
  return new SqlError(code, message, { position: positionAt(sql, offset) });
}
