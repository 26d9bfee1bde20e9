/** Finds the texts of queries in a project's sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface FoundQuery {
  readonly text: string;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

const SOURCE = /\.[cm]?tsx?$/;
const DECLARATION = /\.d\.[cm]?ts$/;
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'coverage']);
/** A call of a method that takes a text, up to the quote. */
const CALL = /\.\s*(?:query|queryAsync|prepare|exec|execAsync|stream)\s*\(\s*(['"`])/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v', '0': '\0' };

function* sources(path: string): Generator<string> {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue;
    const inner = join(path, entry.name);
    if (entry.isDirectory()) yield* sources(inner);
    else if (SOURCE.test(entry.name) && !DECLARATION.test(entry.name)) yield inner;
  }
}

/** The value of a literal whose quote stands at `start`; undefined where it is no literal of one part. */
export function literalAt(source: string, start: number): string | undefined {
  const quote = source[start] as string;
  let value = '';
  for (let i = start + 1; i < source.length; i++) {
    const char = source[i] as string;
    if (char === quote) return value;
    if (char === '\n' && quote !== '`') return undefined;
    if (char === '$' && quote === '`' && source[i + 1] === '{') return undefined;
    if (char !== '\\') {
      value += char;
      continue;
    }
    const next = source[++i] as string;
    const code = /^(?:x([\da-f]{2})|u([\da-f]{4})|u\{([\da-f]{1,6})\})/i.exec(source.slice(i, i + 10));
    if (code !== null) {
      value += String.fromCodePoint(Number.parseInt((code[1] ?? code[2] ?? code[3]) as string, 16));
      i += code[0].length - 1;
    } else if (next !== '\n') value += ESCAPES[next] ?? next;
  }
  return undefined;
}

/** The queries of all sources below some folders, each text once, in the order of files and lines. */
export function findQueries(folders: readonly string[]): FoundQuery[] {
  const found = new Map<string, FoundQuery>();
  for (const file of folders.flatMap((folder) => [...sources(folder)].toSorted())) {
    const source = readFileSync(file, 'utf8');
    for (const call of source.matchAll(CALL)) {
      const text = literalAt(source, call.index + call[0].length - 1);
      if (text === undefined || text.trim() === '' || found.has(text)) continue;
      found.set(text, { text, file, line: source.slice(0, call.index).split('\n').length });
    }
  }
  return [...found.values()];
}
