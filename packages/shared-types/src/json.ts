/** A value that JSON carries without loss. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A plain object of JSON values. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

const DEPTH_MAX = 8; // details are a few fields, and a cycle must end

/**
 * Copies a value into plain JSON: bigint becomes its decimal text, a Date its ISO 8601 text, a
 * number that is not finite null; what JSON has no form for, and what lies deeper than 8 levels, is
 * left out.
 */
export function toJsonValue(value: unknown, depth = 0): JsonValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'bigint':
      return value.toString();
    case 'object':
      break;
    default:
      return undefined;
  }
  if (value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (depth === DEPTH_MAX) return undefined;
  if (Array.isArray(value)) return value.map((item) => toJsonValue(item, depth + 1) ?? null);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Error) return undefined;
  const copy: Record<string, JsonValue> = {};
  for (const [key, item] of Object.entries(value)) {
    const json = toJsonValue(item, depth + 1);
    if (json !== undefined && key !== '__proto__') copy[key] = json;
  }
  return copy;
}

/** `toJsonValue` for what should be an object; undefined when it is something else. */
export function toJsonObject(value: unknown): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const json = toJsonValue(value);
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as JsonObject) : undefined;
}
