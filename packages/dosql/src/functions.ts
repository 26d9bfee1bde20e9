/** The functions of a database: SQLite's, and those that its user has added, which come first. */
import { SqlError, type SqlParam, type SqlValue } from '@dotdo/shared-types';
import { fromCell, toCell } from './binding.ts';
import type { Cell } from './codec/cell.ts';
import type { AggregateFunction, ScalarFunction, TableFunction } from './exec/functions/function.ts';
import {
  aggregateFunction,
  builtInFunctions,
  functionError,
  scalarFunction,
  tableFunction,
  windowFunction,
} from './exec/functions/index.ts';
import type { FunctionInfo, FunctionTable, TableFunctionInfo } from './plan/plan.ts';

export interface FunctionOptions {
  /** The same arguments give the same result, always: it may be used in indexes and folded. */
  readonly deterministic?: boolean;
  /** Takes any number of arguments; else as many as the function declares. */
  readonly variadic?: boolean;
}

/** An aggregate of the user: a state is made for each group, steps return the next one. */
export interface AggregateDefinition<State = unknown> {
  readonly start: () => State;
  readonly step: (state: State, ...args: SqlValue[]) => State;
  /** Takes the oldest row back; without it a window computes its frames anew. */
  readonly inverse?: (state: State, ...args: SqlValue[]) => State;
  /** The value of a state; the state itself without. */
  readonly result?: (state: State) => SqlParam;
  readonly deterministic?: boolean;
}

/** A table that a function of the user makes: `SELECT * FROM name(arguments)`. */
export interface TableDefinition {
  readonly columns: readonly string[];
  /** Names of the arguments: hidden columns, which `=` in WHERE does not set. */
  readonly parameters?: readonly string[];
  readonly rows: (...args: SqlValue[]) => Iterable<readonly SqlParam[]>;
}

export class SessionFunctions implements FunctionTable {
  /** Rises with each function that is added: programs are made anew. */
  version = 0;
  readonly #scalars = new Map<string, ScalarFunction>();
  readonly #aggregates = new Map<string, AggregateFunction>();
  readonly #tables = new Map<string, TableFunction>();

  scalar(name: string, args: number): FunctionInfo | undefined {
    return fitting(this.#scalars.get(name.toLowerCase()), args) ?? scalarFunction(name, args);
  }

  aggregate(name: string, args: number): FunctionInfo | undefined {
    return fitting(this.#aggregates.get(name.toLowerCase()), args) ?? aggregateFunction(name, args);
  }

  window(name: string, args: number): FunctionInfo | undefined {
    return windowFunction(name, args);
  }

  table(name: string): TableFunctionInfo | undefined {
    return this.#tables.get(name.toLowerCase()) ?? tableFunction(name);
  }

  known(name: string): boolean {
    const key = name.toLowerCase();
    return this.#scalars.has(key) || this.#aggregates.has(key) || functionError(name).code !== 'NO_SUCH_FUNCTION';
  }

  /** Adds a function, or replaces one. @throws {SqlError} INVALID_ARGUMENT */
  addScalar(name: string, run: (...args: SqlValue[]) => SqlParam, options: FunctionOptions = {}): void {
    const call = (args: readonly Cell[]): Cell => toCell(run(...args.map(fromCell)), `result of ${name}()`);
    const max = options.variadic === true ? -1 : run.length;
    const key = nameOf(name);
    this.#scalars.set(key, {
      name: key,
      min: Math.max(max, 0),
      max,
      deterministic: options.deterministic ?? false,
      call,
    });
    this.version++;
  }

  addAggregate<State>(name: string, definition: AggregateDefinition<State>): void {
    const { start, step, inverse, result } = definition;
    const key = nameOf(name);
    interface Holder {
      state: State;
    }
    const aggregate: AggregateFunction<Holder> = {
      name: key,
      min: 0,
      max: -1,
      start: () => ({ state: start() }),
      step: (holder, args) => void (holder.state = step(holder.state, ...args.map(fromCell))),
      finish: ({ state }) => toCell(result === undefined ? (state as SqlParam) : result(state), `result of ${name}()`),
      ...(inverse !== undefined && {
        inverse: (holder: Holder, args: readonly Cell[]) =>
          void (holder.state = inverse(holder.state, ...args.map(fromCell))),
      }),
    };
    this.#aggregates.set(key, aggregate);
    this.version++;
  }

  addTable(fn: TableFunction): void {
    this.#tables.set(fn.name, fn);
    this.version++;
  }

  /** Adds a table function of the user. @throws {SqlError} INVALID_ARGUMENT */
  addUserTable(name: string, { columns, parameters = [], rows }: TableDefinition): void {
    if (columns.length === 0) throw new SqlError('INVALID_ARGUMENT', 'a table needs columns');
    this.addTable({
      name: nameOf(name),
      min: 0,
      max: parameters.length,
      columns,
      hidden: parameters,
      rows(args) {
        const given = parameters.map((_, i) => args[i] ?? null);
        const made: Cell[][] = [];
        for (const row of rows(...given.map(fromCell))) {
          made.push([...columns.map((column, i) => toCell(row[i] ?? null, `${column} of ${name}()`)), ...given]);
        }
        return made;
      },
    });
  }

  /** Names of all functions, those of the user first. */
  list(): { name: string; type: 's' | 'a' | 'w'; builtIn: boolean; max: number }[] {
    const own = (type: 's' | 'a', fns: Iterable<{ name: string; max: number }>) =>
      Array.from(fns, ({ name, max }) => ({ name, type, builtIn: false, max }));
    return [...own('s', this.#scalars.values()), ...own('a', this.#aggregates.values()), ...builtInFunctions()];
  }
}

function fitting<F extends { min: number; max: number }>(fn: F | undefined, args: number): F | undefined {
  return fn !== undefined && args >= fn.min && (fn.max < 0 || args <= fn.max) ? fn : undefined;
}

function nameOf(name: string): string {
  if (name === '') throw new SqlError('INVALID_ARGUMENT', 'a function needs a name');
  return name.toLowerCase();
}
