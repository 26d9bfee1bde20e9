/**
 * Bundles the declarations of a folder into one, from its index.d.ts: types that index.d.ts does not export, type
 * parameters and what conditional types infer get names of one to three letters; comments and white space go.
 * `node scripts/minify-types.ts FROM/index.d.ts TO.d.ts`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type * as TypeScript from 'typescript-5-9';

const require = createRequire(import.meta.url);
const ts = require('typescript-5-9') as typeof TypeScript;

/** Names of types begin with a capital, those of parameters with another letter, so that they never meet. */
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const SMALL = 'abcdefghijklmnopqrstuvwxyz';
const KEYWORDS = new Set(['as', 'do', 'if', 'in', 'is', 'of']);

/** The n-th of a row of short names. */
function shortName(n: number, first: string): string {
  if (n < first.length) return first[n] ?? '';
  const rest = n - first.length;
  const second = SMALL + CAPITALS;
  return `${first[Math.floor(rest / second.length)]}${second[rest % second.length]}`;
}

type Declaration = TypeScript.TypeAliasDeclaration | TypeScript.InterfaceDeclaration;

/** The bundle's text. */
export function minifyTypes(index: string): string {
  const program = ts.createProgram([index], { strict: true, skipLibCheck: true, types: [], noLib: true });
  const checker = program.getTypeChecker();
  const folder = dirname(resolve(index));
  const sources = program.getSourceFiles().filter(({ fileName }) => dirname(resolve(fileName)) === folder);
  const entry = sources.find(({ fileName }) => resolve(fileName) === resolve(index));
  const entrySymbol = entry === undefined ? undefined : checker.getSymbolAtLocation(entry);
  if (entrySymbol === undefined) throw new Error(`no module at ${index}`);
  const origin = (symbol: TypeScript.Symbol): TypeScript.Symbol =>
    (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol;
  const exported = new Map(checker.getExportsOfModule(entrySymbol).map((symbol) => [origin(symbol), symbol.name]));

  const declarations: Declaration[] = [];
  const uses = new Map<TypeScript.Symbol, number>();
  for (const source of sources) {
    ts.forEachChild(source, (node) => {
      if (ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node)) declarations.push(node);
    });
    const visit = (node: TypeScript.Node): void => {
      if (ts.isIdentifier(node)) {
        const symbol = checker.getSymbolAtLocation(node);
        if (symbol !== undefined) uses.set(origin(symbol), (uses.get(origin(symbol)) ?? 0) + 1);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }

  // What is needed, from what is exported on: the rest stays out.
  const bySymbol = new Map(
    declarations.map((node) => [checker.getSymbolAtLocation(node.name) as TypeScript.Symbol, node]),
  );
  const needed = new Set<TypeScript.Symbol>();
  const need = (symbol: TypeScript.Symbol): void => {
    const node = bySymbol.get(symbol);
    if (node === undefined || needed.has(symbol)) return;
    needed.add(symbol);
    const visit = (child: TypeScript.Node): void => {
      if (ts.isIdentifier(child)) {
        const found = checker.getSymbolAtLocation(child);
        if (found !== undefined) need(origin(found));
      }
      ts.forEachChild(child, visit);
    };
    visit(node);
  };
  for (const symbol of exported.keys()) need(symbol);

  const taken = new Set(exported.values());
  const names = new Map<TypeScript.Symbol, string>();
  let next = 0;
  const ordered = [...needed].sort((a, b) => (uses.get(b) ?? 0) - (uses.get(a) ?? 0));
  for (const symbol of ordered) {
    const given = exported.get(symbol);
    if (given !== undefined) {
      names.set(symbol, given);
      continue;
    }
    let name = shortName(next++, CAPITALS);
    while (taken.has(name)) name = shortName(next++, CAPITALS);
    names.set(symbol, name);
  }

  const out: string[] = [];
  for (const source of sources) {
    for (const node of declarations) {
      if (node.getSourceFile() !== source) continue;
      const symbol = checker.getSymbolAtLocation(node.name);
      if (symbol === undefined || !needed.has(symbol)) continue;
      const text = rewritten(node, { checker, names, origin });
      out.push(exported.has(symbol) ? `export ${text}` : text);
    }
  }
  return `${out.join('\n')}\nexport {};\n`;
}

type Locals = ReadonlyMap<TypeScript.Symbol, string>;

function localName(n: number): string {
  const name = shortName(n, SMALL);
  return KEYWORDS.has(name) ? `${name}_` : name;
}

interface Renaming {
  readonly checker: TypeScript.TypeChecker;
  readonly names: ReadonlyMap<TypeScript.Symbol, string>;
  readonly origin: (symbol: TypeScript.Symbol) => TypeScript.Symbol;
}

/** A declaration with its names replaced, without comments and white space. */
function rewritten(node: Declaration, { checker, names, origin }: Renaming): string {
  const source = node.getSourceFile();
  const replaced = new Map<number, string>();
  const rename = (child: TypeScript.Node, locals: Locals): void => {
    if (ts.isConditionalTypeNode(child)) {
      // What a condition infers is seen in its true branch only: the false branch uses the letters again.
      const within = new Map(locals);
      rename(child.checkType, locals);
      infers(child.extendsType, (symbol) => within.set(symbol, localName(within.size)));
      rename(child.extendsType, within);
      rename(child.trueType, within);
      rename(child.falseType, locals);
      return;
    }
    if (ts.isMappedTypeNode(child)) {
      const symbol = checker.getSymbolAtLocation(child.typeParameter.name);
      const within = new Map(locals);
      if (symbol !== undefined) within.set(symbol, localName(within.size));
      ts.forEachChild(child, (part) => rename(part, within));
      return;
    }
    if (ts.isIdentifier(child)) {
      const symbol = checker.getSymbolAtLocation(child);
      const name = symbol === undefined ? undefined : (names.get(origin(symbol)) ?? locals.get(symbol));
      if (name !== undefined) replaced.set(child.getStart(source), name);
    }
    ts.forEachChild(child, (part) => rename(part, locals));
  };
  /** The parameters that a pattern infers, but for those of conditions within it. */
  const infers = (child: TypeScript.Node, found: (symbol: TypeScript.Symbol) => void): void => {
    if (ts.isInferTypeNode(child)) {
      const symbol = checker.getSymbolAtLocation(child.typeParameter.name);
      if (symbol !== undefined) found(symbol);
    }
    if (!ts.isConditionalTypeNode(child)) ts.forEachChild(child, (part) => infers(part, found));
  };
  const parameters = (node.typeParameters ?? []).map(
    ({ name }, i) => [checker.getSymbolAtLocation(name) as TypeScript.Symbol, localName(i)] as const,
  );
  ts.forEachChild(node, (part) => rename(part, new Map(parameters)));

  let text = '';
  const emit = (piece: string): void => {
    if (/\w$/.test(text) && /^\w/.test(piece)) text += ' ';
    text += piece;
  };
  const walk = (child: TypeScript.Node): void => {
    if (child.kind === ts.SyntaxKind.ExportKeyword || child.kind === ts.SyntaxKind.DeclareKeyword) return;
    if (child.kind >= ts.SyntaxKind.FirstJSDocNode && child.kind <= ts.SyntaxKind.LastJSDocNode) return;
    const children = child.getChildren(source);
    if (children.length > 0) {
      for (const part of children) walk(part);
      return;
    }
    const start = child.getStart(source);
    const piece = source.text.slice(start, child.end);
    if (piece === '') return;
    emit(replaced.get(start) ?? piece);
  };
  walk(node);
  // The last `;` of a declaration's members, and leading `|`, say nothing.
  return text.replaceAll(/;}/g, '}').replaceAll(/([=<(,?:{])\|/g, '$1');
}

const [, , from, to] = process.argv;
if (import.meta.main && from !== undefined && to !== undefined) {
  const text = minifyTypes(from);
  writeFileSync(to, text);
  const gzipped = gzipSync(text, { level: 9 }).length;
  console.log(`${to}: ${readFileSync(to).length} bytes, ${gzipped} gzipped`);
}
