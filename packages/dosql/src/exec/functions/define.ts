/** Shorthand in which the tables of functions are written. */
import { SqlError } from '@dotdo/shared-types';
import type { Cell } from '../../codec/cell.ts';
import type { FunctionContext, ScalarFunction, StaticType } from './function.ts';
import { toText } from './values.ts';

type Call = (args: readonly Cell[], context: FunctionContext) => Cell;

/** Of a value that a function makes, in bytes; SQLite's own bound, 10^9, is more than a Durable Object has. */
export const VALUE_BYTES_MAX: number = 32 * 1024 * 1024;

/** By name: least and greatest number of arguments (−1: any), type, what it does, whatever else differs. */
export type ScalarTable = Record<string, readonly [number, number, StaticType, Call, Partial<ScalarFunction>?]>;

/** The functions of a table, each under its name. */
export function scalarFunctions(table: ScalarTable): [string, ScalarFunction][] {
  return Object.entries(table).map(([name, [min, max, type, call, more]]) => [
    name,
    { name, min, max, type, deterministic: true, call, ...more },
  ]);
}

/** NULL where an argument is absent. */
export function argument(args: readonly Cell[], index: number): Cell {
  return args[index] ?? null;
}

/** The argument as text; null for NULL. */
export function textArgument(args: readonly Cell[], index: number): string | null {
  return toText(args[index] ?? null);
}

export function argumentError(message: string): SqlError {
  return new SqlError('FUNCTION_ARGUMENT', message);
}

/** @throws {SqlError} VALUE_TOO_LARGE beyond VALUE_BYTES_MAX */
export function checkSize(bytes: number): void {
  if (bytes > VALUE_BYTES_MAX) throw new SqlError('VALUE_TOO_LARGE', 'string or blob too big');
}
