/** Every function by name and number of arguments. */
import { SqlError } from '@dotdo/shared-types';
import { AGGREGATE_FUNCTIONS } from './aggregate.ts';
import type { AggregateFunction, ScalarFunction, TableFunction, WindowFunction } from './function.ts';
import { DATE_FUNCTIONS } from './datetime.ts';
import { JSON_TABLES } from './json-each.ts';
import { JSON_AGGREGATES, JSON_FUNCTIONS } from './json.ts';
import { MATH_FUNCTIONS } from './math.ts';
import { CORE_FUNCTIONS } from './scalar.ts';
import { WINDOW_FUNCTIONS } from './window.ts';

const scalars: ReadonlyMap<string, ScalarFunction> = /* @__PURE__ */ new Map([
  ...CORE_FUNCTIONS,
  ...MATH_FUNCTIONS,
  ...DATE_FUNCTIONS,
  ...JSON_FUNCTIONS,
]);
const aggregates: readonly AggregateFunction[] = [...AGGREGATE_FUNCTIONS, ...JSON_AGGREGATES];

function accepts({ min, max }: { min: number; max: number }, count: number): boolean {
  return count >= min && (max < 0 || count <= max);
}

function find<T extends { name: string; min: number; max: number }>(
  list: readonly T[],
  name: string,
  count: number,
): T | undefined {
  const lower = name.toLowerCase();
  return list.find((fn) => fn.name === lower && accepts(fn, count));
}

/** The scalar function of that name, in any case, that takes so many arguments. */
export function scalarFunction(name: string, argumentCount: number): ScalarFunction | undefined {
  const fn = scalars.get(name.toLowerCase());
  return fn !== undefined && accepts(fn, argumentCount) ? fn : undefined;
}

/** `min` and `max` with one argument are here, with more they are scalar. */
export function aggregateFunction(name: string, argumentCount: number): AggregateFunction | undefined {
  return find(aggregates, name, argumentCount);
}

/** Functions that need OVER; aggregates may have it too and are not here. */
export function windowFunction(name: string, argumentCount: number): WindowFunction | undefined {
  return find(WINDOW_FUNCTIONS, name, argumentCount);
}

/** A function in FROM, by name. */
export function tableFunction(name: string): TableFunction | undefined {
  const lower = name.toLowerCase();
  return JSON_TABLES.find((fn) => fn.name === lower);
}

/** All of them: scalar functions, aggregates, window functions. */
export function builtInFunctions(): { name: string; type: 's' | 'a' | 'w'; builtIn: boolean; max: number }[] {
  const of = (type: 's' | 'a' | 'w', fns: Iterable<{ name: string; max: number }>) =>
    Array.from(fns, ({ name, max }) => ({ name, type, builtIn: true, max }));
  return [...of('s', scalars.values()), ...of('a', aggregates), ...of('w', WINDOW_FUNCTIONS)];
}

/** Why the look-ups found nothing: there is none of that name, or none with so many arguments. */
export function functionError(name: string): SqlError {
  const lower = name.toLowerCase();
  const known = scalars.has(lower) || [...aggregates, ...WINDOW_FUNCTIONS].some((fn) => fn.name === lower);
  return known
    ? new SqlError('FUNCTION_ARGUMENT_COUNT', `wrong number of arguments to function ${name}()`)
    : new SqlError('NO_SUCH_FUNCTION', `no such function: ${name}`);
}
