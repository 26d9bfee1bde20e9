/** Every function by name and number of arguments. */
import { SqlError } from '@dotdo/shared-types';
import type { FunctionTable } from '../../plan/plan.ts';
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

/** The functions for an expression of the schema, where none may look at the clock. */
export function withoutClock<T extends FunctionTable>(functions: T, place: string): FunctionTable {
  return {
    scalar(name, count) {
      const fn = functions.scalar(name, count) as ScalarFunction | undefined;
      return fn?.usesClock === true && fn.deterministic ? clockless(fn, place) : fn;
    },
    aggregate: (name, count) => functions.aggregate(name, count),
    window: (name, count) => functions.window(name, count),
    known: (name) => functions.known?.(name) ?? false,
  };
}

function clockless(fn: ScalarFunction, place: string): ScalarFunction {
  const fail = (): never => {
    throw new SqlError('FUNCTION_ARGUMENT', `non-deterministic use of ${fn.name}() in ${place}`);
  };
  return {
    ...fn,
    call(args, context) {
      const cell = fn.call(args, Object.create(context, { now: { value: fail } }) as typeof context);
      const local = args.findIndex((arg, i) => i > 0 && typeof arg === 'string' && /^(utc|localtime)$/i.test(arg));
      if (local < 0) return cell;
      // It is looked at before what comes after it, and before the format.
      const before = args.slice(0, local);
      if (fn.name === 'strftime') before[0] = '%s';
      return (cell ?? fn.call(before, context)) === null ? cell : fail();
    },
  };
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
