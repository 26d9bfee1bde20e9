/**
 * The tree against a sorted array: random operations on both, each answer compared, with forks, rollbacks by inverse
 * operations, checkpoints and reloading. All choices come from one source of random numbers, so a seed is a whole run.
 */
import { bulkLoad } from '../../packages/dosql/src/btree/bulk.ts';
import { dirtyPages } from '../../packages/dosql/src/btree/checkpoint.ts';
import { deleteRange } from '../../packages/dosql/src/btree/range.ts';
import {
  type Cell,
  compareCells,
  compareNoCase,
  compareRightTrimmed,
  Real,
} from '../../packages/dosql/src/codec/cell.ts';
import {
  type KeyColumn,
  type KeyRange,
  MemoryPager,
  type SeekOperator,
  Tree,
  type TreeSpec,
} from '../../packages/dosql/src/btree/index.ts';

type Row = readonly Cell[];
/** A number at least 0 and less than 1. */
export type Random = () => number;

interface ModelOptions {
  random: Random;
  operations: number;
  /** Which of `MODEL_SPECS`. */
  spec: number;
  leafRows: number;
  cacheBytesMax: number;
  /** Keys are drawn from about so many. */
  keys: number;
}

const any = { kind: 'any' } as const;
const real = { kind: 'real' } as const;

export const MODEL_SPECS: readonly Omit<TreeSpec, 'leafRows'>[] = [
  { columns: [any, any, any, real, any], key: [{}] },
  { columns: [any, any], key: [{ collation: compareNoCase }, {}] },
  { columns: [any, any, real, any], key: [{ descending: true }, { collation: compareRightTrimmed }] },
  { columns: [real, any, any], key: [{}, { descending: true }] },
  { columns: [any, any, any], key: [{}, {}, {}] },
];

/** mulberry32: the same numbers for the same seed. */
export function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function fail(message: string): never {
  throw new Error(`model: ${message}`);
}

function show(cells: Row | undefined): string {
  if (cells === undefined) return 'none';
  const texts = cells.map((cell) => {
    if (cell instanceof Real) return `real ${cell.value}`;
    if (cell instanceof Uint8Array) return `${cell.length} bytes`;
    return typeof cell === 'string' ? JSON.stringify(cell.slice(0, 20)) : String(cell);
  });
  return `(${texts.join(', ')})`;
}

function sameCell(a: Cell | undefined, b: Cell | undefined): boolean {
  if (a instanceof Real) return b instanceof Real && Object.is(a.value, b.value);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareCells(a, b) === 0;
  return Object.is(a, b);
}

function sameRow(a: Row | undefined, b: Row | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((cell, i) => sameCell(cell, b[i]));
}

function compareKeys(order: readonly KeyColumn[], a: Row, b: Row, length: number = order.length): number {
  for (let c = 0; c < length; c++) {
    const { collation, descending } = order[c] as KeyColumn;
    const result = compareCells(a[c] as Cell, b[c] as Cell, collation);
    if (result !== 0) return descending === true ? -result : result;
  }
  return 0;
}

/** A tree and what it must hold. */
interface Pair {
  tree: Tree;
  rows: Row[];
}

export class Model {
  readonly #random: Random;
  readonly #options: ModelOptions;
  readonly #spec: TreeSpec;
  readonly #pager: MemoryPager;
  #main: Pair;
  #forks: Pair[] = [];
  operations = 0;
  reloads = 0;

  constructor(options: ModelOptions) {
    this.#options = options;
    this.#random = options.random;
    this.#spec = { ...(MODEL_SPECS[options.spec] as (typeof MODEL_SPECS)[number]), leafRows: options.leafRows };
    this.#pager = new MemoryPager(options.cacheBytesMax);
    this.#main = { tree: new Tree(this.#spec, this.#pager), rows: [] };
  }

  run(): void {
    while (this.operations < this.#options.operations) this.step();
    this.#verify(this.#main);
    for (const fork of this.#forks) this.#verify(fork);
    this.#reload();
    this.#verify(this.#main);
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  step(): void {
    this.operations++;
    const pair = this.#forks.length > 0 && this.#below(4) === 0 ? this.#pick(this.#forks) : this.#main;
    const choice = this.#below(1000);
    if (choice < 400) this.#insert(pair);
    else if (choice < 600) this.#delete(pair);
    else if (choice < 750) this.#update(pair);
    else if (choice < 850) this.#get(pair);
    else if (choice < 940) this.#seek(pair);
    else if (choice < 965) this.#walk(pair);
    else if (choice < 972) this.#scan(pair);
    else if (choice < 976) this.#deleteRange(pair);
    else if (choice < 984) this.#rollback(pair);
    else if (choice < 989) this.#fork();
    else if (choice < 993) this.#endFork();
    else if (choice < 996) this.#checkpoint();
    else if (choice < 998) this.#reload();
    else if (choice === 998) this.#reset(pair);
    else this.#verify(pair);
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T;
  }

  #number(): number {
    const n = this.#below(this.#options.keys);
    switch (this.#below(12)) {
      case 0:
        return 0 - n; // never -0
      case 1:
        return n * 70_000;
      case 2:
        return n * 5e12;
      default:
        return n;
    }
  }

  #text(): string {
    const n = this.#below(this.#options.keys);
    switch (this.#below(40)) {
      case 0:
        return `\ud83d\ude00${n}`;
      case 1:
        return `\ud800${n}`;
      case 2:
        return `\uffee${n}`;
      case 3:
        return 'é'.repeat(n % 50);
      case 4:
        return this.#below(8) === 0 ? `${n}${'long '.repeat(2000)}` : `${n} `;
      case 5:
        return `${n}\0`;
      case 6:
        return '';
      default:
        return this.#below(2) === 0 ? `Key ${n}` : `key ${n}`;
    }
  }

  #cell(c: number): Cell {
    const isReal = this.#spec.columns[c]?.kind === 'real';
    // Mostly of one type, so that columns have types, and sometimes another.
    const kind = this.#below(25) === 0 ? this.#below(9) : (c * 3 + this.#options.spec) % 5;
    switch (kind) {
      case 0:
        return isReal ? this.#number() / 4 : this.#number();
      case 1:
        return this.#text();
      case 2:
        return isReal ? this.#number() : this.#below(200) - 100;
      case 3:
        return this.#below(3) === 0 ? null : isReal ? 0.5 : (['red', 'green', 'blue'][this.#below(3)] as string);
      case 4:
        return isReal ? this.#number() * 1.5 : this.#number() + 0.25;
      case 5:
        return isReal ? -0 : this.#pick([2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n]);
      case 6: {
        const length = this.#below(60) === 0 ? 9000 : this.#below(12);
        return new Uint8Array(length).fill(this.#below(4));
      }
      case 7:
        if (isReal) return this.#pick([Infinity, -Infinity, 1e300, 2 ** 53]);
        return this.#pick([new Real(this.#below(100)), new Real(-0), 2 ** 53, Infinity, 1e300]);
      default:
        return null;
    }
  }

  #row(): Row {
    return this.#spec.columns.map((_, c) => this.#cell(c));
  }

  /** Index of the first row that is not less than the key. */
  #bound(rows: readonly Row[], key: Row, length: number = this.#spec.key.length, above = false): number {
    let from = 0;
    let to = rows.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const order = compareKeys(this.#spec.key, rows[middle] as Row, key, length);
      if (order < 0 || (above && order === 0)) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #has(rows: readonly Row[], at: number, key: Row): boolean {
    return at < rows.length && compareKeys(this.#spec.key, rows[at] as Row, key) === 0;
  }

  /** A key that is there half the time. */
  #key(pair: Pair): Row {
    if (pair.rows.length === 0 || this.#below(2) === 0) return this.#row();
    return this.#pick(pair.rows);
  }

  #insert(pair: Pair): void {
    const row = this.#row();
    const at = this.#bound(pair.rows, row);
    const isNew = !this.#has(pair.rows, at, row);
    if (pair.tree.insert(row) !== isNew) fail(`insert ${show(row)}: not ${isNew}`);
    if (isNew) pair.rows.splice(at, 0, row);
    this.#count(pair);
  }

  #delete(pair: Pair): void {
    const key = this.#key(pair);
    const at = this.#bound(pair.rows, key);
    const isThere = this.#has(pair.rows, at, key);
    if (pair.tree.delete(key) !== isThere) fail(`delete ${show(key)}: not ${isThere}`);
    if (isThere) pair.rows.splice(at, 1);
    this.#count(pair);
  }

  #update(pair: Pair): void {
    const key = this.#key(pair);
    const at = this.#bound(pair.rows, key);
    const isThere = this.#has(pair.rows, at, key);
    const keyLength = this.#spec.key.length;
    const row = this.#row().map((cell, c) => (c < keyLength || this.#below(2) === 0 ? (key[c] as Cell) : cell));
    if (this.#below(2) === 0 && keyLength < row.length) {
      const c = keyLength + this.#below(row.length - keyLength);
      if (pair.tree.updateColumns(key, [c], [row[c] as Cell]) !== isThere) fail(`updateColumns ${show(key)}`);
      if (isThere) pair.rows[at] = (pair.rows[at] as Row).map((cell, i) => (i === c ? (row[c] as Cell) : cell));
    } else {
      if (pair.tree.update(row) !== isThere) fail(`update ${show(row)}: not ${isThere}`);
      if (isThere) pair.rows[at] = row;
    }
    if (isThere) this.#compare(pair.tree.get(key), pair.rows[at], `get ${show(key)} after update`);
  }

  #get(pair: Pair): void {
    const key = this.#key(pair);
    const at = this.#bound(pair.rows, key);
    const expected = this.#has(pair.rows, at, key) ? pair.rows[at] : undefined;
    this.#compare(pair.tree.get(key), expected, `get ${show(key)}`);
    if (this.#spec.key.length > 1 || typeof key[0] !== 'number') return;
    if (pair.tree.findInteger(key[0]) !== (expected !== undefined)) fail(`findInteger ${key[0]}`);
    if (expected !== undefined) this.#compare(pair.tree.row(), expected, `findInteger ${key[0]}`);
  }

  #compare(actual: Row | undefined, expected: Row | undefined, what: string): void {
    if (!sameRow(actual, expected)) fail(`${what}: ${show(actual)} instead of ${show(expected)}`);
  }

  #target(rows: readonly Row[], operator: SeekOperator, key: Row, length: number): number {
    const low = this.#bound(rows, key, length);
    const high = this.#bound(rows, key, length, true);
    if (operator === 'eq') return low < high ? low : -1;
    if (operator === 'ge') return low < rows.length ? low : -1;
    if (operator === 'gt') return high < rows.length ? high : -1;
    return operator === 'le' ? high - 1 : low - 1;
  }

  #seek(pair: Pair): void {
    const key = this.#key(pair);
    const length = 1 + this.#below(this.#spec.key.length);
    const operator = this.#pick<SeekOperator>(['eq', 'ge', 'gt', 'le', 'lt']);
    let at = this.#target(pair.rows, operator, key, length);
    const cursor = pair.tree.cursor();
    const what = `seek ${operator} ${show(key.slice(0, length))}`;
    if (cursor.seek(operator, key.slice(0, length)) !== at >= 0) fail(`${what}: not ${at >= 0}`);
    for (let moves = this.#below(10); moves >= 0 && at >= 0; moves--) {
      this.#compare(cursor.row(), pair.rows[at], what);
      const forward = this.#below(2) === 0;
      at += forward ? 1 : -1;
      if (at >= pair.rows.length) at = -1;
      if ((forward ? cursor.next() : cursor.prev()) !== at >= 0) fail(`${what}: then ${forward ? 'next' : 'prev'}`);
    }
    if (cursor.valid !== at >= 0) fail(`${what}: valid`);
  }

  /** A cursor that moves while the tree changes. */
  #walk(pair: Pair): void {
    const cursor = pair.tree.cursor();
    let here = pair.rows.at(this.#below(2) - 1);
    if ((here === pair.rows[0] ? cursor.first() : cursor.last()) !== (here !== undefined)) fail('first or last');
    for (let moves = 0; moves < 12 && here !== undefined; moves++) {
      if (this.#below(3) === 0) this.#delete(pair);
      if (this.#below(3) === 0) this.#insert(pair);
      if (this.#below(4) === 0) this.#update(pair);
      const forward = this.#below(2) === 0;
      const at = this.#target(pair.rows, forward ? 'gt' : 'lt', here, this.#spec.key.length);
      if ((forward ? cursor.next() : cursor.prev()) !== at >= 0) fail(`moving cursor from ${show(here)}`);
      here = pair.rows[at];
      if (here !== undefined) this.#compare(cursor.row(), here, 'moving cursor');
    }
  }

  #range(pair: Pair): { range: KeyRange; from: number; to: number } {
    const range: { -readonly [K in keyof KeyRange]: KeyRange[K] } = {};
    let from = 0;
    let to = pair.rows.length;
    if (this.#below(4) > 0) {
      range.low = this.#key(pair).slice(0, 1 + this.#below(this.#spec.key.length));
      range.lowOpen = this.#below(2) === 0;
      from = this.#bound(pair.rows, range.low, range.low.length, range.lowOpen);
    }
    if (this.#below(4) > 0) {
      range.high = this.#key(pair).slice(0, 1 + this.#below(this.#spec.key.length));
      range.highOpen = this.#below(2) === 0;
      to = this.#bound(pair.rows, range.high, range.high.length, !range.highOpen);
    }
    return { range, from, to: Math.max(from, to) };
  }

  #scan(pair: Pair): void {
    const { range, from, to } = this.#range(pair);
    let at = from;
    const scan = pair.tree.scan(range);
    while (scan.next()) {
      for (let i = scan.from; i < scan.to; i++) {
        const row = scan.columns.map((column) => column.get(i));
        this.#compare(row, pair.rows[at++], 'scan');
      }
    }
    if (at !== to) fail(`scan ended at ${at} instead of ${to}`);
  }

  #deleteRange(pair: Pair): void {
    const { range, from, to } = this.#range(pair);
    if (to - from > pair.rows.length / 2 && this.#below(10) > 0) return;
    if (deleteRange(pair.tree, range) !== to - from) fail('deleteRange counts otherwise');
    pair.rows.splice(from, to - from);
    this.#count(pair);
  }

  /** Changes, and takes them back by their inverses in reverse order. */
  #rollback(pair: Pair): void {
    const before = pair.rows.slice();
    const undo: (() => boolean)[] = [];
    const { tree } = pair;
    for (let i = this.#below(30); i >= 0; i--) {
      const row = this.#row();
      const key = this.#key(pair);
      const old = tree.get(key);
      if (tree.insert(row)) undo.push(() => tree.delete(row));
      else if (old !== undefined && tree.delete(key)) undo.push(() => tree.insert(old));
    }
    for (const inverse of undo.reverse()) if (!inverse()) fail('an inverse operation is refused');
    pair.rows = before;
    if (this.#below(4) === 0) this.#verify(pair);
    this.#count(pair);
  }

  #fork(): void {
    if (this.#forks.length >= 3) return;
    const source = this.#forks.length > 0 && this.#below(3) === 0 ? this.#pick(this.#forks) : this.#main;
    this.#forks.push({ tree: source.tree.fork(), rows: source.rows.slice() });
  }

  /** A fork is given up; what it holds must be what it held. */
  #endFork(): void {
    const fork = this.#forks.shift();
    if (fork !== undefined) this.#verify(fork);
  }

  #checkpoint(): void {
    this.#root();
    this.#count(this.#main);
  }

  #root(): number {
    const root = this.#main.tree.checkpoint(this.#pager.write);
    if (dirtyPages(this.#main.tree) !== 0) fail('dirty after a checkpoint');
    return root;
  }

  #reload(): void {
    for (const fork of this.#forks) this.#verify(fork);
    this.#forks = [];
    const root = this.#root();
    const { pages, released } = this.#pager;
    for (const id of released) if (!pages.delete(id)) fail(`page ${id} was released and does not exist`);
    released.clear();
    this.#main.tree = new Tree(this.#spec, this.#pager, root);
    const reached = new Set<number>();
    this.#main.tree.visitPages((id) => reached.add(id));
    for (const id of reached) if (!pages.has(id)) fail(`page ${id} is reached and does not exist`);
    // A fork that was written and given up leaves pages only when it was checkpointed, which none is.
    if (reached.size !== pages.size) fail(`${pages.size} pages, of which ${reached.size} are reached`);
    this.reloads++;
    this.#count(this.#main);
  }

  #reset(pair: Pair): void {
    if (this.#below(4) > 0) return;
    pair.tree.clear();
    this.#count({ tree: pair.tree, rows: [] });
    pair.rows = pair.rows.slice(0, this.#below(this.#options.keys));
    bulkLoad(pair.tree, pair.rows, 0.25 + this.#random());
    this.#verify(pair);
  }

  #count(pair: Pair): void {
    if (pair.tree.count !== pair.rows.length) fail(`${pair.tree.count} rows instead of ${pair.rows.length}`);
  }

  #verify(pair: Pair): void {
    const { problems, rows } = pair.tree.check();
    if (problems.length > 0) fail(`check: ${JSON.stringify(problems.slice(0, 3))}`);
    if (rows !== pair.rows.length) fail(`check counts ${rows} rows instead of ${pair.rows.length}`);
    const cursor = pair.tree.cursor();
    let at = 0;
    for (let more = cursor.first(); more; more = cursor.next()) this.#compare(cursor.row(), pair.rows[at++], 'walk');
    for (let more = cursor.last(); more; more = cursor.prev())
      this.#compare(cursor.row(), pair.rows[--at], 'walk back');
    if (at !== 0) fail('walks differ');
  }
}

/** Runs of 20,000 operations over all specs until there are so many; a failure names the seed of its run. */
export function runModel(options: { seed: number; operations: number }): { operations: number; reloads: number } {
  let operations = 0;
  let reloads = 0;
  for (let seed = options.seed; operations < options.operations; seed++) {
    const random = randomOf(seed);
    const model = new Model({
      random,
      operations: 20_000,
      spec: seed % MODEL_SPECS.length,
      leafRows: [8, 32, 128, 512][Math.floor(random() * 4)] as number,
      cacheBytesMax: [0, 20_000, Infinity][Math.floor(random() * 3)] as number,
      keys: [50, 500, 3000][Math.floor(random() * 3)] as number,
    });
    try {
      model.run();
    } catch (error) {
      throw new Error(`seed ${seed}, operation ${model.operations}: ${String(error)}`, { cause: error });
    }
    operations += model.operations;
    reloads += model.reloads;
  }
  return { operations, reloads };
}
