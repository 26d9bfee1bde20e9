import { SqlError } from './errors/sql-error.ts';
import type { SqlParam, SqlParams, SqlValue } from './values.ts';

/**
 * Parameters on the wire: by position, or names beside values, because Cap'n Web drops object keys
 * such as `constructor`.
 */
export type WireParams =
  | readonly SqlValue[]
  | { readonly names: readonly string[]; readonly values: readonly SqlValue[] };

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Maps a parameter to the value that is bound; the label names it in errors. Bytes are not copied.
 * @throws {SqlError} PARAMETER_TYPE for undefined, an invalid Date, one outside the years 0 to 9999, or any other type
 * @throws {SqlError} INTEGER_OUT_OF_RANGE for a bigint beyond signed 64 bits
 */
export function toSqlValue(param: SqlParam, label: string | number): SqlValue {
  switch (typeof param) {
    case 'string':
      return param;
    case 'number':
      return Number.isNaN(param) ? null : param;
    case 'boolean':
      return param ? 1 : 0;
    case 'bigint':
      if (param < INT64_MIN || param > INT64_MAX)
        throw new SqlError('INTEGER_OUT_OF_RANGE', `parameter ${label} is beyond 64 bits: ${param}`);
      return param;
    case 'object':
      if (param === null) return null;
      if (ArrayBuffer.isView(param)) return toBytes(param);
      if (param instanceof ArrayBuffer) return new Uint8Array(param);
      if (param instanceof Date) return toDateText(param, label);
  }
  throw new SqlError(
    'PARAMETER_TYPE',
    `parameter ${label} cannot be bound: ${param === undefined ? 'it is undefined, write null for NULL' : `it is ${describe(param)}`}`,
  );
}

/**
 * Maps parameters to their wire form.
 * @throws {SqlError} PARAMETER_TYPE or INTEGER_OUT_OF_RANGE as `toSqlValue` does
 */
export function toWireParams(params: SqlParams): WireParams {
  if (isPositional(params)) return Array.from(params, (param, index) => toSqlValue(param, index + 1)); // a hole is undefined
  const names = Object.keys(params);
  return { names, values: names.map((name) => toSqlValue(params[name] as SqlParam, `:${name}`)) };
}

/**
 * Reads parameters from the wire; named ones come as an object without a prototype, so that a look-up
 * finds only what was sent.
 * @throws {SqlError} PARAMETER_TYPE when the form or a value is not one that `toWireParams` makes
 */
export function fromWireParams(wire: WireParams): readonly SqlValue[] | Record<string, SqlValue> {
  if (isPositional(wire)) return Array.from(wire, (value, index) => toSqlValue(value, index + 1));
  const { names, values } = typeof wire === 'object' && wire !== null ? wire : {};
  if (!Array.isArray(names) || !Array.isArray(values) || names.length !== values.length) {
    throw new SqlError('PARAMETER_TYPE', 'parameters must be an array of values, or names and values of one length');
  }
  const named: Record<string, SqlValue> = Object.create(null) as Record<string, SqlValue>;
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string') throw new SqlError('PARAMETER_TYPE', `name of parameter ${index + 1} is not text`);
    named[name] = toSqlValue(values[index] as SqlValue, `:${name}`);
  }
  return named;
}

function isPositional<T>(params: readonly T[] | object): params is readonly T[] {
  return Array.isArray(params);
}

function toBytes(view: ArrayBufferView): Uint8Array {
  if (view.constructor === Uint8Array) return view as Uint8Array;
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength); // a Buffer is a subclass that RPC does not take
}

function toDateText(date: Date, label: string | number): string {
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999))
    throw new SqlError('PARAMETER_TYPE', `parameter ${label} is a Date that is invalid or outside the years 0 to 9999`);
  return date.toISOString();
}

function describe(value: unknown): string {
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
