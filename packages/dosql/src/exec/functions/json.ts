/**
 * JSON functions, their twins that give JSONB, and aggregates.
 * @see https://www.sqlite.org/json1.html
 */
import { Real, type Cell, realCell } from '../../codec/cell.ts';
import { argument, argumentError, scalarFunctions, textArgument, type ScalarTable } from './define.ts';
import type { AggregateFunction, FunctionContext, ScalarFunction } from './function.ts';
import { decodeJsonb, encodeJsonb } from './json-blob.ts';
import { badPath, editJson, lookupJson, mergePatch, type EditMode } from './json-path.ts';
import {
  ARRAY,
  FLOAT,
  INT,
  INT5,
  NULL,
  OBJECT,
  TEXT,
  TEXTRAW,
  TRUE,
  FALSE,
  jsonNode,
  malformed,
  parseJson,
  renderJson,
  unescapeJson,
  type JsonNode,
  type JsonParse,
} from './json-text.ts';
import { isReal, parseNumber, toIndex, toReal, toText } from './values.ts';

/** Names that json_type() gives, by type of node. */
export const TYPE_NAMES: readonly string[] =
  'null,true,false,integer,integer,real,real,text,text,text,text,array,object'.split(',');

/** Texts parsed last: several paths are mostly asked of one document. */
const parsed: { text: string; parse: JsonParse }[] = [];
const PARSED_MAX = 4;

function parseCached(text: string): JsonParse {
  const hit = parsed.find((entry) => entry.text === text);
  if (hit !== undefined) return hit.parse;
  const parse = parseJson(text);
  if (parsed.unshift({ text, parse }) > PARSED_MAX) parsed.pop();
  return parse;
}

/** What parsing a document gives; a blob is JSONB if it can be, else text. */
function parseDocument(cell: Cell): JsonParse {
  const node = cell instanceof Uint8Array ? decodeJsonb(cell) : null;
  return node === null ? parseCached(toText(cell) ?? '') : { node, strict: true, error: -1 };
}

/**
 * The document that an argument holds; null for NULL.
 * @throws {SqlError} MALFORMED_JSON
 */
export function jsonDocument(cell: Cell): JsonNode | null {
  if (cell === null) return null;
  const { node } = parseDocument(cell);
  if (node === null) throw malformed();
  return node;
}

/** The node for a SQL value; `isJson` marks text that is JSON. */
function valueNode(cell: Cell, isJson: boolean): JsonNode {
  if (cell === null) return jsonNode(NULL);
  if (typeof cell === 'string') return isJson ? (jsonDocument(cell) as JsonNode) : jsonNode(TEXTRAW, cell);
  if (cell instanceof Uint8Array) {
    const node = decodeJsonb(cell);
    if (node === null) throw argumentError('JSON cannot hold BLOB values');
    return node;
  }
  if (!isReal(cell)) return jsonNode(INT, String(cell));
  const value = toReal(cell);
  if (Number.isFinite(value)) return jsonNode(FLOAT, toText(cell) as string);
  return jsonNode(FLOAT, value > 0 ? '9e999' : '-9e999');
}

/** Where text is built at once, an infinity has another form. */
function displayNode(cell: Cell, isJson: boolean): JsonNode {
  const value = cell instanceof Real ? 0 : cell;
  if (value === Infinity || value === -Infinity) return jsonNode(FLOAT, value > 0 ? '9.0e+999' : '-9.0e+999');
  return valueNode(cell, isJson);
}

/** The SQL value of a node; containers become JSON text. */
export function nodeCell(node: JsonNode): Cell {
  switch (node.type) {
    case NULL:
      return null;
    case TRUE:
      return 1;
    case FALSE:
      return 0;
    case INT5: {
      const negative = node.text.startsWith('-');
      const value = BigInt(negative ? node.text.slice(1) : node.text);
      if (value > 0xffffffffffffffffn) throw malformed();
      if (value > 0x7fffffffffffffffn) return realCell(Number(value) * (negative ? -1 : 1));
      return parseNumber(String(negative ? -value : value))?.value ?? null;
    }
    case ARRAY:
    case OBJECT:
      return renderJson(node);
    default: {
      if (node.type >= TEXT) return unescapeJson(node);
      const number = parseNumber(node.text)?.value ?? 0;
      return node.type === INT ? number : realCell(toReal(number));
    }
  }
}

type Result = (node: JsonNode, context: FunctionContext) => Cell;

const asText: Result = (node, context) => {
  context.isJson = true;
  return renderJson(node);
};
const asBlob: Result = (node) => encodeJsonb(node);

function edit(name: string, mode: EditMode): (args: readonly Cell[], context: FunctionContext) => JsonNode | null {
  return (args, { json }) => {
    if (args.length % 2 === 0) {
      throw argumentError(`json_${name}() needs an odd number of arguments`);
    }
    let node = jsonDocument(argument(args, 0));
    for (let i = 1; node !== null && i < args.length; i += 2) {
      const path = textArgument(args, i);
      if (path === null) continue;
      if (!path.startsWith('$')) throw badPath(path);
      const value = valueNode(argument(args, i + 1), json?.[i + 1] === true);
      if (path === '$' && mode === 'array_insert') continue;
      node = editJson(node, path, 1, { mode, value })?.[0] ?? node;
    }
    return node;
  };
}

function remove(args: readonly Cell[]): JsonNode | null {
  let node = jsonDocument(argument(args, 0));
  for (let i = 1; node !== null && i < args.length; i++) {
    const path = textArgument(args, i);
    if (path === null || path === '$') return null;
    if (!path.startsWith('$')) throw badPath(path);
    node = editJson(node, path, 1, { mode: 'remove', value: node })?.[0] ?? node;
  }
  return node;
}

function array(args: readonly Cell[], { json }: FunctionContext): JsonNode {
  return jsonNode(
    ARRAY,
    '',
    args.map((cell, i) => displayNode(cell, json?.[i] === true)),
  );
}

function object(args: readonly Cell[], { json }: FunctionContext): JsonNode {
  if (args.length % 2 === 1) throw argumentError('json_object() requires an even number of arguments');
  return jsonNode(
    OBJECT,
    '',
    args.map((cell, i) => {
      if (i % 2 === 1) return displayNode(cell, json?.[i] === true);
      if (typeof cell !== 'string') throw argumentError('json_object() labels must be TEXT');
      return jsonNode(TEXTRAW, cell);
    }),
  );
}

function patch(args: readonly Cell[]): JsonNode | null {
  const target = jsonDocument(argument(args, 0));
  const change = target === null ? null : jsonDocument(argument(args, 1));
  return target === null || change === null ? null : mergePatch(target, change);
}

/** The node that one path names; null when there is none. */
function find(node: JsonNode, path: string): JsonNode | null {
  if (!path.startsWith('$')) throw badPath(path);
  return lookupJson(node, path, 1);
}

function extract(args: readonly Cell[], context: FunctionContext, result: Result): Cell {
  context.isJson = false;
  if (args.length < 2) return null;
  const document = jsonDocument(argument(args, 0));
  if (document === null) return null;
  const found: JsonNode[] = [];
  for (let i = 1; i < args.length; i++) {
    const path = textArgument(args, i);
    if (path === null) return null;
    const node = find(document, path);
    if (args.length > 2) {
      found.push(node ?? jsonNode(NULL));
    } else {
      if (node === null) return null;
      return node.type < ARRAY ? nodeCell(node) : result(node, context);
    }
  }
  return result(jsonNode(ARRAY, '', found), context);
}

/** The operand of `->` and `->>`: a path, or an index or label. */
function arrowPath(cell: Cell, text: string): string {
  if (text.startsWith('$')) return text;
  if (typeof cell === 'bigint' || Number.isSafeInteger(cell)) return `$[${text.startsWith('-') ? '#' : ''}${text}]`;
  if (/^\w*$/.test(text)) return `$.${text}`;
  return text.length >= 3 && text.startsWith('[') && text.endsWith(']') ? `$${text}` : `$."${text}"`;
}

function arrow(args: readonly Cell[]): JsonNode | null {
  const document = jsonDocument(argument(args, 0));
  const text = textArgument(args, 1);
  if (document === null || text === null) return null;
  try {
    return lookupJson(document, arrowPath(argument(args, 1), text), 1);
  } catch {
    throw badPath(text);
  }
}

/** The document, or what a second argument finds in it. */
function target(args: readonly Cell[]): JsonNode | null {
  const document = jsonDocument(argument(args, 0));
  if (document === null || args.length < 2) return document;
  const path = textArgument(args, 1);
  return path === null ? null : find(document, path);
}

function valid(args: readonly Cell[]): Cell {
  const flags = args.length < 2 ? 1 : toIndex(argument(args, 1));
  if (flags < 1 || flags > 15) throw argumentError('FLAGS parameter to json_valid() must be between 1 and 15');
  const cell = argument(args, 0);
  if (cell === null) return null;
  if (cell instanceof Uint8Array && decodeJsonb(cell) !== null) return (flags & 12) !== 0 ? 1 : 0;
  const parse = (flags & 3) === 0 ? null : parseDocument(cell);
  return parse !== null && parse.node !== null && ((flags & 2) !== 0 || parse.strict) ? 1 : 0;
}

function errorPosition(cell: Cell): Cell {
  if (cell === null) return null;
  const { error } = parseDocument(cell);
  if (error < 0) return 0;
  const text = toText(cell) as string;
  // What is missing at the end is missed after the last token.
  const before = error < text.length ? text.slice(0, error) : text.replace(/[\t\n\r ]+$/, '');
  return Array.from(before).length + 1;
}

type MakeNode = (args: readonly Cell[], context: FunctionContext) => JsonNode | null;

/** json_x and jsonb_x; a name of '' stands for json and jsonb. */
function twins(name: string, min: number, max: number, make: MakeNode): ScalarTable {
  const row = (result: Result, more: Partial<ScalarFunction>): ScalarTable[string] => [
    min,
    max,
    'any',
    (args, context) => {
      const node = args.length === 0 && name !== 'array' && name !== 'object' ? null : make(args, context);
      context.isJson = false;
      return node === null ? null : result(node, context);
    },
    { takesJson: true, ...more },
  ];
  const suffix = name === '' ? '' : `_${name}`;
  return { [`json${suffix}`]: row(asText, { givesJson: true }), [`jsonb${suffix}`]: row(asBlob, {}) };
}

const TABLE: ScalarTable = {
  ...twins('', 1, 1, remove),
  ...twins('array', 0, -1, array),
  ...twins('array_insert', 0, -1, edit('array_insert', 'array_insert')),
  ...twins('insert', 0, -1, edit('insert', 'insert')),
  ...twins('object', 0, -1, object),
  ...twins('patch', 2, 2, patch),
  ...twins('remove', 0, -1, remove),
  ...twins('replace', 0, -1, edit('replace', 'replace')),
  ...twins('set', 0, -1, edit('set', 'set')),
  json_extract: [0, -1, 'any', (args, context) => extract(args, context, asText), { givesJson: true }],
  jsonb_extract: [0, -1, 'any', (args, context) => extract(args, context, asBlob)],
  '->': [
    2,
    2,
    'text',
    (args, context) => {
      const node = arrow(args);
      return node === null ? null : asText(node, context);
    },
    { givesJson: true },
  ],
  '->>': [
    2,
    2,
    'any',
    (args) => {
      const node = arrow(args);
      return node === null ? null : nodeCell(node);
    },
  ],
  json_array_length: [
    1,
    2,
    'integer',
    (args) => {
      const node = target(args);
      return node === null ? null : node.type === ARRAY ? node.items.length : 0;
    },
  ],
  json_error_position: [1, 1, 'integer', (args) => errorPosition(argument(args, 0))],
  json_pretty: [
    1,
    2,
    'text',
    (args) => {
      const node = jsonDocument(argument(args, 0));
      return node === null ? null : renderJson(node, textArgument(args, 1) ?? '    ');
    },
  ],
  json_quote: [
    1,
    1,
    'text',
    (args, context) => asText(displayNode(argument(args, 0), context.json?.[0] === true), context),
    { takesJson: true, givesJson: true },
  ],
  json_type: [
    1,
    2,
    'text',
    (args) => {
      const node = target(args);
      return node === null ? null : (TYPE_NAMES[node.type] as string);
    },
  ],
  json_valid: [1, 2, 'integer', valid],
};

export const JSON_FUNCTIONS: [string, ScalarFunction][] = /* @__PURE__ */ scalarFunctions(TABLE);

/** Nodes of the rows stepped; those before `from` were taken back. */
interface Group {
  rows: JsonNode[][];
  from: number;
}

function group(name: string, count: number, type: number, result: Result): AggregateFunction<Group> {
  return {
    name,
    min: count,
    max: count,
    takesJson: true,
    givesJson: result === asText,
    keepsRows: true,
    start: () => ({ rows: [], from: 0 }),
    step({ rows }, args, { json }) {
      const value = displayNode(argument(args, count - 1), json?.[count - 1] === true);
      if (count === 1) rows.push([value]);
      else rows.push(args[0] === null ? [] : [jsonNode(TEXTRAW, textArgument(args, 0) as string), value]);
    },
    inverse(state) {
      state.rows[state.from++] = [];
    },
    finish: ({ rows, from }, context) => result(jsonNode(type, '', rows.slice(from).flat()), context),
  };
}

export const JSON_AGGREGATES: AggregateFunction[] = [
  group('json_group_array', 1, ARRAY, asText),
  group('jsonb_group_array', 1, ARRAY, asBlob),
  group('json_group_object', 2, OBJECT, asText),
  group('jsonb_group_object', 2, OBJECT, asBlob),
] as AggregateFunction[];
