/**
 * json_each() and json_tree(), a row for each element.
 * @see https://www.sqlite.org/json1.html#table_valued_functions_for_parsing_json_each_and_json_tree_
 */
import { SqlError } from '@dotdo/shared-types';
import type { Cell } from '../../codec/cell.ts';
import { argument, textArgument, VALUE_BYTES_MAX } from './define.ts';
import type { TableFunction } from './function.ts';
import { encodeJsonb, measureJson, payloadOffset } from './json-blob.ts';
import { badPath, lookupJson } from './json-path.ts';
import { ARRAY, OBJECT, unescapeJson, type JsonNode } from './json-text.ts';
import { TYPE_NAMES, jsonDocument, nodeCell } from './json.ts';
import { parseNumber } from './values.ts';

const COLUMNS = 'key,value,type,atom,id,parent,fullkey,path'.split(',');

/** A row beside its value, and all rows of a call, which are made at once. */
const ROW_BYTES = 200;
const ROWS_BYTES_MAX = 2 * VALUE_BYTES_MAX;

/** Last step of a path. */
const LAST_STEP = /(?:\.(?:"((?:\\[^]|[^"\\])*)"|([^.["]+))|\[([^\]]*)\])$/;

/** The step of a path to a label, in quotes unless it is made of letters and digits. */
function labelStep(label: JsonNode): string {
  return /^[a-z][a-z\d]*$/i.test(label.text) ? `.${label.text}` : `."${label.text}"`;
}

function rowsOf(args: readonly Cell[], recursive: boolean, binary: boolean): Cell[][] {
  const json = argument(args, 0);
  const document = jsonDocument(json);
  const root = args.length < 2 ? '$' : textArgument(args, 1);
  if (document === null || root === null) return [];
  if (!root.startsWith('$')) throw badPath(root);
  const start = lookupJson(document, root, 1);
  if (start === null) return [];

  const sizes = new Map<JsonNode, number>();
  measureJson(document, sizes);
  const rows: Cell[][] = [];
  let bytes = 0;
  const add = (node: JsonNode, key: Cell, id: number, parent: number | null, fullkey: string, path: string): void => {
    const value = nodeCell(node);
    const container = node.type >= ARRAY;
    const shown = container && binary ? encodeJsonb(node) : value;
    const type = TYPE_NAMES[node.type] as string;
    bytes += ROW_BYTES + (typeof shown === 'string' || shown instanceof Uint8Array ? shown.length : 0);
    if (bytes > ROWS_BYTES_MAX) throw new SqlError('MEMORY_LIMIT', 'out of memory');
    const above = recursive ? parent : null;
    rows.push([key, shown, type, container ? null : value, id, above, fullkey, path, json, root, rows.length]);
  };
  const children = (node: JsonNode, at: number, id: number, path: string): void => {
    let offset = at + payloadOffset(node, sizes);
    const object = node.type === OBJECT;
    for (let i = 0; i < node.items.length; i++) {
      const start = offset;
      const label = object ? (node.items[i++] as JsonNode) : null;
      const child = node.items[i] as JsonNode;
      const fullkey = path + (label === null ? `[${i}]` : labelStep(label));
      if (label !== null) offset += sizes.get(label) as number;
      add(child, label === null ? i : unescapeJson(label), start, id, fullkey, path);
      if (recursive && child.type >= ARRAY) children(child, offset, start, fullkey);
      offset += sizes.get(child) as number;
    }
  };

  const { at, id } = locate(document, start, sizes);
  if (recursive || start.type < ARRAY) {
    const last = root === '$' ? null : LAST_STEP.exec(root);
    const key = last === null ? null : (last[1] ?? last[2] ?? parseNumber(last[3] as string)?.value ?? 0);
    const path = last === null || !recursive ? root : root.slice(0, last.index);
    add(start, recursive || last === null ? key : null, id, null, root, path);
  }
  if (start.type >= ARRAY) children(start, at, id, root);
  return rows;
}

/** Where a node lies in the JSONB of the document, and its label if it has one, which gives it its id. */
function locate(
  document: JsonNode,
  wanted: JsonNode,
  sizes: ReadonlyMap<JsonNode, number>,
): { at: number; id: number } {
  const stack = [{ node: document, at: 0, id: 0 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (top.node === wanted) return top;
    let at = top.at + payloadOffset(top.node, sizes);
    let label = -1;
    for (const [i, item] of top.node.items.entries()) {
      const isLabel = top.node.type === OBJECT && i % 2 === 0;
      if (!isLabel) stack.push({ node: item, at, id: label < 0 ? at : label });
      label = isLabel ? at : -1;
      at += sizes.get(item) as number;
    }
  }
  return { at: 0, id: 0 };
}

export const JSON_TABLES: TableFunction[] = ['json_each', 'json_tree', 'jsonb_each', 'jsonb_tree'].map((name) => ({
  name,
  min: 1,
  max: 2,
  columns: COLUMNS,
  hidden: ['json', 'root'],
  hasRowid: true,
  rows: (args) => rowsOf(args, name.endsWith('tree'), name.startsWith('jsonb')),
}));
