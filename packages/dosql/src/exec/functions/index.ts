/** SQL functions and the rules of values, for the binder and the executor. */
export type { FunctionContext } from './function.ts';
export {
  aggregateFunction,
  builtInFunctions,
  functionError,
  scalarFunction,
  tableFunction,
  windowFunction,
  withoutClock,
} from './registry.ts';
export * from './arithmetic.ts';
export * from './values.ts';
