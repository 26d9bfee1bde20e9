/**
 * Aggregate functions.
 * @see https://www.sqlite.org/lang_aggfunc.html
 */
import { SqlError } from '@dotdo/shared-types';
import { compareCells, normalizeInteger, realCell, type Cell } from '../../codec/cell.ts';
import { argument, argumentError, checkSize, textArgument } from './define.ts';
import type { AggregateFunction, StaticType } from './function.ts';
import { isReal, numericValue, realOrNull, toReal } from './values.ts';

/** Sum as integer while it can be one, then as double with Neumaier's correction. */
interface Sum {
  count: number;
  integer: number | bigint;
  approximate: boolean;
  overflow: boolean;
  sum: number;
  error: number;
}

function startSum(): Sum {
  return { count: 0, integer: 0, approximate: false, overflow: false, sum: 0, error: 0 };
}

function addReal(state: Sum, value: number): void {
  const { sum } = state;
  const total = sum + value;
  state.error += Math.abs(sum) > Math.abs(value) ? sum - total + value : value - total + sum;
  state.sum = total;
}

/** Beyond 2^52 an integer is added in two parts, both exact as doubles. */
function addInteger(state: Sum, value: number | bigint): void {
  if (value > -4503599627370496 && value < 4503599627370496) {
    addReal(state, Number(value));
    return;
  }
  const small = BigInt(value) % 16384n;
  addReal(state, Number(BigInt(value) - small));
  addReal(state, Number(small));
}

function becomeApproximate(state: Sum): void {
  const { integer } = state;
  const small = integer > -4503599627370496 && integer < 4503599627370496 ? 0n : BigInt(integer) % 16384n;
  state.sum = Number(small === 0n ? integer : BigInt(integer) - small);
  state.error = Number(small);
  state.approximate = true;
}

/** Adds one value; `direction` −1 takes it back. */
function accumulate(state: Sum, cell: Cell, direction: 1 | -1): void {
  const value = typeof cell === 'number' ? cell : summand(cell);
  if (value === null) return;
  state.count += direction;
  if (isReal(value)) {
    if (!state.approximate) becomeApproximate(state);
    else if (direction > 0) state.overflow = false;
    addReal(state, direction * toReal(value));
    return;
  }
  const integer = value as number | bigint;
  if (!state.approximate) {
    if (typeof integer === 'number' && typeof state.integer === 'number') {
      const sum = state.integer + direction * integer;
      if (Number.isSafeInteger(sum)) {
        state.integer = sum;
        return;
      }
    }
    const sum = BigInt(state.integer) + BigInt(direction) * BigInt(integer);
    if (BigInt.asIntN(64, sum) === sum) {
      state.integer = normalizeInteger(sum);
      return;
    }
    state.overflow = true;
    becomeApproximate(state);
  }
  addInteger(state, direction > 0 ? integer : -integer);
}

/** Text that is a number as a whole counts as such; other text and blobs by their numeric prefix, as REAL. */
function summand(cell: Cell): Cell {
  return cell === null ? null : (numericValue(cell) ?? realCell(toReal(cell)));
}

function total(state: Sum): number {
  if (!state.approximate) return Number(state.integer);
  return Number.isFinite(state.error) ? state.sum + state.error : state.sum;
}

function summing(name: string, type: StaticType, finish: (state: Sum) => Cell): AggregateFunction<Sum> {
  return {
    name,
    min: 1,
    max: 1,
    type,
    start: startSum,
    step: (state, args) => accumulate(state, argument(args, 0), 1),
    inverse: (state, args) => accumulate(state, argument(args, 0), -1),
    finish,
  };
}

function finishSum(state: Sum): Cell {
  if (state.count === 0) return null;
  if (!state.approximate) return state.integer;
  if (state.overflow) throw new SqlError('INTEGER_OVERFLOW', 'integer overflow');
  return realOrNull(total(state));
}

/** min() and max() of a column: of equal values the first stays. */
function extreme(name: string, sign: 1 | -1): AggregateFunction<{ best: Cell }> {
  return {
    name,
    min: 1,
    max: 1,
    start: () => ({ best: null }),
    step(state, args, { collation }) {
      const cell = argument(args, 0);
      if (cell === null) return;
      if (state.best === null || compareCells(cell, state.best, collation) * sign > 0) state.best = cell;
    },
    finish: (state) => state.best,
  };
}

/** What a batch knows of a group (exec/batch/accumulate.ts): its values so far are all INTEGER, or summed up as REAL. */
export interface Gathered {
  readonly count: number;
  /** The sum, a safe integer or REAL, or the extreme. */
  readonly value: number;
  readonly error: number;
  readonly isReal: boolean;
}

/** The state in which count, sum, total, avg, min or max would be. */
export function stateOf(name: string, { count, value, error, isReal: approximate }: Gathered): unknown {
  if (name === 'count') return { rows: count };
  if (name === 'min' || name === 'max') return { best: count === 0 ? null : approximate ? realCell(value) : value };
  const sum = approximate ? { integer: 0, sum: value, error } : { integer: value, sum: 0, error: 0 };
  return { count, approximate, overflow: false, ...sum } satisfies Sum;
}

/** Texts with the separators before them; the first separator is left out of the result. */
interface Concatenation {
  texts: string[];
  separators: string[];
  /** Terms before this one were taken back. */
  from: number;
  length: number;
}

function concatenation(name: string, min: number): AggregateFunction<Concatenation> {
  return {
    name,
    min,
    max: 2,
    type: 'text',
    keepsRows: true,
    start: () => ({ texts: [], separators: [], from: 0, length: 0 }),
    step(state, args) {
      const text = textArgument(args, 0);
      if (text === null) return;
      const separator = args.length < 2 ? ',' : (textArgument(args, 1) ?? '');
      checkSize((state.length += text.length + separator.length));
      state.texts.push(text);
      state.separators.push(separator);
    },
    inverse(state, args) {
      if (argument(args, 0) === null) return;
      const { texts, separators, from } = state;
      state.length -= (texts[from] as string).length + (separators[from] as string).length;
      texts[from] = '';
      state.from++;
    },
    finish({ texts, separators, from }) {
      if (from >= texts.length) return null;
      let out = texts[from] as string;
      for (let i = from + 1; i < texts.length; i++) out += (separators[i] as string) + (texts[i] as string);
      return out;
    },
  };
}

/** Values for percentile(), with the fraction that every row has to repeat. */
interface Percentile {
  values: number[];
  fraction: number | null;
}

function percentile(name: string, scale: number | null, discrete: boolean): AggregateFunction<Percentile> {
  const count = scale === null ? 1 : 2;
  const fail = (message: string): Error => argumentError(message.replace('?', `${name}()`));
  return {
    name,
    min: count,
    max: count,
    type: 'real',
    keepsRows: true,
    start: () => ({ values: [], fraction: scale === null ? 0.5 : null }),
    step(state, args) {
      if (scale !== null) {
        const given = numericValue(argument(args, 1));
        const fraction = given === null ? NaN : toReal(given) / scale;
        if (!(fraction >= 0 && fraction <= 1))
          throw fail(`the fraction argument to ? is not between 0.0 and ${scale.toFixed(1)}`);
        if (state.fraction !== null && Math.abs(state.fraction - fraction) > 0.001) {
          throw fail('the fraction argument to ? is not the same for all input rows');
        }
        state.fraction ??= fraction;
      }
      const cell = argument(args, 0);
      if (cell === null) return;
      if (typeof cell === 'string' || cell instanceof Uint8Array) throw fail('input to ? is not numeric');
      const value = toReal(cell);
      if (!Number.isFinite(value)) throw fail('Inf input to ?');
      state.values.push(value);
    },
    inverse(state, args) {
      const cell = argument(args, 0);
      if (cell === null) return;
      const index = state.values.indexOf(toReal(cell));
      if (index >= 0) state.values.splice(index, 1);
    },
    finish({ values, fraction }) {
      if (values.length === 0) return null;
      const sorted = Float64Array.from(values).sort();
      const place = (fraction ?? 0) * (sorted.length - 1);
      const index = Math.trunc(place);
      const low = sorted[index] as number;
      const high = sorted[Math.min(index + 1, sorted.length - 1)] as number;
      return realCell(discrete ? low : low + (high - low) * (place - index));
    },
  };
}

const count: AggregateFunction<{ rows: number }> = {
  name: 'count',
  min: 0,
  max: 1,
  type: 'integer',
  start: () => ({ rows: 0 }),
  step(state, args) {
    if (args[0] !== null) state.rows++;
  },
  inverse(state, args) {
    if (args[0] !== null) state.rows--;
  },
  finish: (state) => state.rows,
};

/** The executor carries states without looking inside. */
export const AGGREGATE_FUNCTIONS: AggregateFunction[] = [
  count,
  summing('sum', 'number', finishSum),
  summing('total', 'real', (state) => realOrNull(total(state))),
  summing('avg', 'real', (state) => (state.count === 0 ? null : realOrNull(total(state) / state.count))),
  extreme('min', -1),
  extreme('max', 1),
  concatenation('group_concat', 1),
  concatenation('string_agg', 2),
  percentile('median', null, false),
  percentile('percentile', 100, false),
  percentile('percentile_cont', 1, false),
  percentile('percentile_disc', 1, true),
] as AggregateFunction[];
