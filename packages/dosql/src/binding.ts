/** Values in and out: parameters of the caller to cells, cells to what the caller asked for. */
import {
  SqlError,
  toSqlValue,
  type IntegerMode,
  type SqlParam,
  type SqlParams,
  type SqlValue,
} from '@dotdo/shared-types';
import { normalizeInteger, Real, type Cell } from './codec/cell.ts';
import type { ResultColumn } from './plan/plan.ts';

/** Makes a cell of what a caller or a user's function gave. Bytes are copied: storage keeps what it is given. */
export function toCell(param: SqlParam, label: string | number): Cell {
  const value = toSqlValue(param, label);
  if (typeof value === 'number') return value + 0; // −0 is INTEGER 0
  if (typeof value === 'bigint') return normalizeInteger(value);
  return typeof value === 'object' && value !== null ? value.slice() : value;
}

/**
 * The cells of a statement's parameters, by their index.
 * @param names of the parameters, null for plain ones
 * @throws {SqlError} PARAMETER_COUNT, PARAMETER_NAME, PARAMETER_TYPE, INTEGER_OUT_OF_RANGE
 */
export function bindParameters(names: readonly (string | null)[], params: SqlParams): Cell[] {
  if (Array.isArray(params)) {
    const values = params as readonly SqlParam[];
    if (values.length !== names.length) {
      throw new SqlError(
        'PARAMETER_COUNT',
        `the statement has ${names.length} parameters, ${values.length} values were given`,
      );
    }
    const cells: Cell[] = [];
    for (let i = 0; i < values.length; i++) cells.push(toCell(values[i] as SqlParam, i + 1));
    return cells;
  }
  const named = params as Readonly<Record<string, SqlParam>>;
  const unknown = Object.keys(named).find(
    (key) => !names.some((name) => name !== null && (name === key || name.slice(1) === key)),
  );
  if (unknown !== undefined) throw new SqlError('PARAMETER_NAME', `the statement has no parameter named ${unknown}`);
  return names.map((name, index) => {
    if (name === null)
      throw new SqlError('PARAMETER_NAME', `parameter ${index + 1} has no name: give values in an array`);
    const key = [name.slice(1), name].find((key) => Object.hasOwn(named, key));
    if (key === undefined) throw new SqlError('PARAMETER_NAME', `no value for parameter ${name}`);
    return toCell(named[key] as SqlParam, name);
  });
}

/** Turns a cell of a column into a value. */
export type Output = (cell: Cell) => SqlValue;

/** @throws {SqlError} INTEGER_OUT_OF_RANGE in mode 'number' */
function numberOutput(cell: Cell): SqlValue {
  if (typeof cell === 'number') return cell + 0;
  if (typeof cell === 'bigint') {
    throw new SqlError('INTEGER_OUT_OF_RANGE', `${cell} is beyond 2^53 - 1: ask for integers: 'bigint' or 'auto'`);
  }
  return otherOutput(cell);
}

function autoOutput(cell: Cell): SqlValue {
  return typeof cell === 'number' ? cell + 0 : typeof cell === 'bigint' ? cell : otherOutput(cell);
}

function bigintOutput(cell: Cell): SqlValue {
  if (typeof cell === 'number') return Number.isSafeInteger(cell) ? BigInt(cell) : cell;
  return typeof cell === 'bigint' ? cell : otherOutput(cell);
}

/** A column whose numbers are all REAL. */
function realOutput(cell: Cell): SqlValue {
  return typeof cell === 'number' || typeof cell === 'bigint' ? Number(cell) : otherOutput(cell);
}

/** Bytes are copied, as those of the cell may be a page's. */
function otherOutput(cell: Exclude<Cell, number | bigint>): SqlValue {
  if (typeof cell === 'string' || cell === null) return cell;
  return cell instanceof Real ? cell.value : cell.slice();
}

const OUTPUTS: Readonly<Record<IntegerMode, Output>> = { number: numberOutput, auto: autoOutput, bigint: bigintOutput };

/** One output for each column. */
export function outputsOf(columns: readonly Pick<ResultColumn, 'type'>[], integers: IntegerMode = 'number'): Output[] {
  return columns.map(({ type }) => (type === 'real' ? realOutput : OUTPUTS[integers]));
}

/** What a user's function gets: INTEGER as number where it is safe. */
export function fromCell(cell: Cell): SqlValue {
  return autoOutput(cell);
}
