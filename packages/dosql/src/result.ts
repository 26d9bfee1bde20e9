/** Rows as the caller wants them. */
import type { Column, IntegerMode, RowMode, SqlRow, SqlValue } from '@dotdo/shared-types';
import { outputsOf, type Output } from './binding.ts';
import type { Cell } from './codec/cell.ts';
import type { ResultColumn } from './plan/plan.ts';

export interface ResultOptions {
  /** `number` by default: an INTEGER beyond 2^53 − 1 is an error. */
  readonly integers?: IntegerMode;
  /** `object` by default: of columns with one name, the last one's value stands. */
  readonly rowMode?: RowMode;
}

export type RowMaker = (cells: readonly Cell[]) => SqlRow | SqlValue[];

/** Makes rows of cells. */
export function rowMaker(columns: readonly ResultColumn[], { integers, rowMode }: ResultOptions): RowMaker {
  const outputs = outputsOf(columns, integers);
  if (rowMode === 'array') return (cells) => outputs.map((output, i) => output(cells[i] as Cell));
  const names = columns.map(({ name }) => name);
  if (names.includes('__proto__')) return (cells) => rowWithProto(names, outputs, cells);
  return (cells) => {
    const row: SqlRow = {};
    for (let i = 0; i < names.length; i++) row[names[i] as string] = (outputs[i] as Output)(cells[i] as Cell);
    return row;
  };
}

/** Assigning to `__proto__` would set the prototype instead of a property. */
function rowWithProto(names: readonly string[], outputs: readonly Output[], cells: readonly Cell[]): SqlRow {
  const row: SqlRow = {};
  for (const [i, output] of outputs.entries()) {
    const value = output(cells[i] as Cell);
    Object.defineProperty(row, names[i] as string, { value, enumerable: true, configurable: true, writable: true });
  }
  return row;
}

/** What a caller may know of a result's columns. */
export function describeColumns(columns: readonly ResultColumn[]): Column[] {
  return columns.map(({ name, table, column, declaredType }) => ({
    name,
    table: table ?? null,
    type: declaredType ?? null,
    ...(column !== undefined && { origin: column }),
  }));
}
