/**
 * JSON paths: `$`, `.label`, `."label"`, `[N]`, `[#]`, `[#-N]`. Nodes are immutable; an edit makes new ones along the
 * path. A path is read only as far as the document has what it names.
 * @see https://www.sqlite.org/json1.html#path_arguments
 */
import { SqlError } from '@dotdo/shared-types';
import { ARRAY, OBJECT, TEXT5, TEXTRAW, jsonNode, unescapeJson, type JsonNode } from './json-text.ts';
import { quoteText } from './printf.ts';

export type EditMode = 'remove' | 'insert' | 'replace' | 'set' | 'array_insert';

export function badPath(path: string): SqlError {
  return new SqlError('INVALID_JSON_PATH', `bad JSON path: ${quoteText(path, false)}`);
}

interface Step {
  /** Place among the items of the node; −1 when it is not there. */
  index: number;
  /** What would have to be added at the end to have it: label and value, or value; null when that cannot be. */
  label: readonly JsonNode[] | null;
  /** Where the rest of the path begins. */
  next: number;
}

/** Label in quotes, label, index, index from the end. */
const STEP = /\.(?:"((?:\\[^]|[^"\\])*)"|([^.["][^.[]*))|\[(?:(\d+)|#(?:-(\d+))?)\]/y;

function readStep(node: JsonNode, path: string, at: number): Step {
  STEP.lastIndex = at;
  const match = STEP.exec(path);
  const missing = { index: -1, label: null, next: at };
  if (match === null) {
    if (path[at] === '[' && node.type !== ARRAY) return missing;
    throw badPath(path);
  }
  const next = STEP.lastIndex;
  const name = match[1] ?? match[2];
  if (name !== undefined) {
    if (node.type !== OBJECT) return missing;
    const label = jsonNode(match[1]?.includes('\\') === true ? TEXT5 : TEXTRAW, name);
    const wanted = unescapeJson(label);
    const { items } = node;
    for (let i = 0; i < items.length; i += 2) {
      if (unescapeJson(items[i] as JsonNode) === wanted) return { index: i + 1, label: null, next };
    }
    return { index: -1, label: [label], next };
  }
  if (node.type !== ARRAY) return missing;
  const count = node.items.length;
  const index = match[3] === undefined ? count - Number(match[4] ?? 0) : Number(match[3]);
  if (index >= 0 && index < count) return { index, label: null, next };
  return { index: -1, label: index === count ? [] : null, next };
}

/**
 * The node at the path, or null. `at` is the offset behind the `$`.
 * @throws {SqlError} INVALID_JSON_PATH
 */
export function lookupJson(node: JsonNode, path: string, at: number): JsonNode | null {
  let found = node;
  while (at < path.length) {
    const { index, next } = readStep(found, path, at);
    if (index < 0) return null;
    found = found.items[index] as JsonNode;
    at = next;
  }
  return found;
}

/**
 * The nodes that take the place of `node` once the edit at the path is made: one as a rule, none when it is removed
 * itself; null when nothing changes.
 * @throws {SqlError} INVALID_JSON_PATH
 */
export function editJson(
  node: JsonNode,
  path: string,
  at: number,
  edit: { mode: EditMode; value: JsonNode },
): JsonNode[] | null {
  const { mode, value } = edit;
  if (at >= path.length) {
    if (mode === 'insert') return null;
    if (mode === 'remove') return [];
    if (mode !== 'array_insert') return [value];
    checkArrayElement(path);
    return [value, node];
  }
  const { index, label, next } = readStep(node, path, at);
  const items = [...node.items];
  if (index >= 0) {
    const changed = editJson(items[index] as JsonNode, path, next, edit);
    if (changed === null) return null;
    const withLabel = node.type === OBJECT && changed.length === 0 ? 1 : 0;
    items.splice(index - withLabel, 1 + withLabel, ...changed);
    return [jsonNode(node.type, '', items)];
  }
  if (label === null || mode === 'remove' || mode === 'replace') return null;
  if (mode === 'array_insert' && label.length > 0) checkArrayElement(path);
  const added =
    next >= path.length ? [value] : editJson(jsonNode(path[next] === '.' ? OBJECT : ARRAY), path, next, edit);
  return added === null ? null : [jsonNode(node.type, '', [...items, ...label, ...added])];
}

function checkArrayElement(path: string): void {
  if (!path.endsWith(']')) {
    throw new SqlError('INVALID_JSON_PATH', `not an array element: ${quoteText(path, false)}`);
  }
}

/** RFC 7396. */
export function mergePatch(target: JsonNode, patch: JsonNode): JsonNode {
  if (patch.type !== OBJECT) return patch;
  const items = target.type === OBJECT ? [...target.items] : [];
  for (let i = 0; i < patch.items.length; i += 2) {
    const label = patch.items[i] as JsonNode;
    const value = patch.items[i + 1] as JsonNode;
    const name = unescapeJson(label);
    let at = 0;
    while (at < items.length && unescapeJson(items[at] as JsonNode) !== name) at += 2;
    if (value.type === 0) items.splice(at, 2);
    else if (at < items.length) items[at + 1] = mergePatch(items[at + 1] as JsonNode, value);
    else items.push(label, mergePatch(jsonNode(0), value));
  }
  return jsonNode(OBJECT, '', items);
}
