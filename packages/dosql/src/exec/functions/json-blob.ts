/**
 * JSONB: each node is a byte with its type (low four bits) and the size of its payload (high four bits: up to 11 the
 * size itself, 12, 13, 14, 15 for a size in the 1, 2, 4, 8 bytes that follow), then the payload.
 * @see https://www.sqlite.org/jsonb.html
 */
import {
  ARRAY,
  FALSE,
  JSON_DEPTH_MAX,
  OBJECT,
  TEXT,
  TEXTRAW,
  checkNodes,
  jsonNode,
  type JsonNode,
} from './json-text.ts';
import { bytesToText, textToBytes } from './values.ts';

function headerSize(payload: number): number {
  return payload <= 11 ? 1 : payload <= 0xff ? 2 : payload <= 0xffff ? 3 : 5;
}

/** Bytes of a node in JSONB, and those of its parts in turn, into `sizes`. */
export function measureJson(node: JsonNode, sizes: Map<JsonNode, number>): number {
  let payload = 0;
  if (node.type >= ARRAY) for (const item of node.items) payload += measureJson(item, sizes);
  else payload = textToBytes(node.text).length;
  const size = headerSize(payload) + payload;
  sizes.set(node, size);
  return size;
}

/** Bytes before the payload of a measured node. */
export function payloadOffset(node: JsonNode, sizes: ReadonlyMap<JsonNode, number>): number {
  return node.items.reduce((rest, item) => rest - (sizes.get(item) as number), sizes.get(node) as number);
}

export function encodeJsonb(node: JsonNode): Uint8Array {
  let payload: Uint8Array;
  if (node.type >= ARRAY) {
    const parts = node.items.map(encodeJsonb);
    payload = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    let at = 0;
    for (const part of parts) {
      payload.set(part, at);
      at += part.length;
    }
  } else {
    payload = textToBytes(node.text);
  }
  const header = headerSize(payload.length);
  const bytes = new Uint8Array(header + payload.length);
  bytes[0] = node.type | ((header === 1 ? payload.length : header === 5 ? 14 : 10 + header) << 4);
  for (let i = header - 1, size = payload.length; i > 0; i--, size >>>= 8) bytes[i] = size & 255;
  bytes.set(payload, header);
  return bytes;
}

/** What scalars of a type may look like. */
const PAYLOAD: readonly RegExp[] = [
  /^$/,
  /^$/,
  /^$/,
  /^-?\d+$/,
  /^-?0x[\da-f]+$/i,
  /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i,
  /^-?(?=\.?\d)\d*\.?\d*(?:e[+-]?\d+)?$/i,
];

/** Of the document that is being decoded. */
let nodes = 0;

/** The node that the bytes are, or null when they are no JSONB. */
export function decodeJsonb(bytes: Uint8Array): JsonNode | null {
  const first = bytes[0];
  if (first === undefined || (first & 15) > OBJECT) return null;
  nodes = 0;
  const decoded = decodeNode(bytes, 0, 0);
  return decoded !== null && decoded.end === bytes.length ? decoded.node : null;
}

function decodeNode(bytes: Uint8Array, start: number, depth: number): { node: JsonNode; end: number } | null {
  const byte = bytes[start];
  if (byte === undefined || depth > JSON_DEPTH_MAX) return null;
  checkNodes(++nodes);
  const type = byte & 15;
  let size = byte >> 4;
  let at = start + 1;
  if (size > 11) {
    const count = 1 << (size - 12);
    size = 0;
    for (const end = at + count; at < end; at++) size = size * 256 + (bytes[at] ?? NaN);
  }
  const end = at + size;
  if (!(end <= bytes.length) || type > OBJECT || (type <= FALSE && size > 0)) return null;
  if (type < ARRAY) {
    const text = bytesToText(bytes.subarray(at, end));
    return PAYLOAD[type]?.test(text) === false ? null : { node: jsonNode(type, text), end };
  }
  const items: JsonNode[] = [];
  while (at < end) {
    const item = decodeNode(bytes, at, depth + 1);
    if (item === null || item.end > end) return null;
    if (type === OBJECT && items.length % 2 === 0 && !(item.node.type >= TEXT && item.node.type <= TEXTRAW))
      return null;
    items.push(item.node);
    at = item.end;
  }
  return type === OBJECT && items.length % 2 === 1 ? null : { node: jsonNode(type, '', items), end };
}
