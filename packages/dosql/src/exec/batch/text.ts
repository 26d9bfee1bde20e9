/** Conditions on texts, read where they lie: one string for all rows of a leaf, or the texts of a dictionary. */
import type { CompareOperator } from '../../plan/plan.ts';
import { type Column, DICTIONARY, type Offsets, TEXT } from '../../btree/index.ts';
import type { Cell } from '../../codec/cell.ts';
import type { Eval } from '../frame.ts';
import { asciiLower } from '../functions/pattern.ts';
import { type BatchPart, stand } from './batch.ts';
import { clampRows, columnNulls, ColumnKernel, mayBeNull } from './column.ts';
import { open } from './logic.ts';
import { boundOf, codesOf, compareCodes, equalTo, lessThan } from './text-codes.ts';
import { ClosureKernel, FixedKernel, Kernel, type Run, TRUTH, type Vector } from './vector.ts';

/** BINARY order of two ranges of texts. @see compareText */
function compareSpans(a: string, from: number, to: number, b: string, start: number, end: number): number {
  const length = Math.min(to - from, end - start);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(from + i);
    let y = b.charCodeAt(start + i);
    if (x === y) continue;
    if (x >= 0xd800 && y >= 0xd800) {
      x += x < 0xe000 ? 0x2000 : -0x800;
      y += y < 0xe000 ? 0x2000 : -0x800;
    }
    return x - y;
  }
  return to - from - (end - start);
}

/** Where the texts of a side are found. */
class Span {
  text = '';
  from = 0;
  to = 0;
  rows: Int32Array | null = null;
  part: BatchPart | null = null;
  column: Column | null = null;
  #offsets: Offsets | null = null;
  #strings: readonly string[] | null = null;
  #codes: Uint8Array | null = null;

  /** False where the side holds no texts alone. */
  open(side: Kernel, run: Run): boolean {
    this.rows = this.part = this.column = null;
    if (side instanceof FixedKernel) {
      const cell = side.cell(run);
      if (typeof cell !== 'string') return false;
      this.text = cell;
      this.from = 0;
      this.to = cell.length;
      return true;
    }
    if (!(side instanceof ColumnKernel)) return false;
    const column = side.column(run);
    if (column.kind !== TEXT && column.kind !== DICTIONARY) return false;
    this.part = run.part(side.source);
    this.column = column;
    this.rows = this.part.rows;
    this.#offsets = column.kind === TEXT ? column.offsets : null;
    if (column.kind === TEXT) this.text = column.chars();
    else {
      this.#strings = column.strings;
      this.#codes = column.data as Uint8Array;
    }
    return true;
  }

  /** A dictionary. */
  get isCoded(): boolean {
    return this.rows !== null && this.#offsets === null;
  }

  move(i: number): void {
    if (this.rows === null) return;
    const at = Math.max(this.rows[i] as number, 0);
    if (this.#offsets !== null) {
      this.from = this.#offsets[at] as number;
      this.to = this.#offsets[at + 1] as number;
      return;
    }
    this.text = (this.#strings as string[])[(this.#codes as Uint8Array)[at] as number] ?? '';
    this.to = this.text.length;
    this.from = 0;
  }
}

/** Which of less, equal, greater make a comparison true: bits 1, 2, 4. */
const ORDERS: Record<CompareOperator, number> = {
  '<': 1,
  '<=': 3,
  '=': 2,
  IS: 2,
  '<>': 5,
  'IS NOT': 5,
  '>': 4,
  '>=': 6,
};

/** Compares the texts of a column with one text; `orders` as above. */
function compareFixed(
  column: Column,
  rows: Int32Array,
  count: number,
  text: string,
  orders: number,
  bits: Uint8Array,
): void {
  const chars = column.chars();
  const offsets = column.offsets as Offsets;
  const { length } = text;
  for (let i = 0; i < count; i++) {
    const at = Math.max(rows[i] as number, 0);
    const from = offsets[at] as number;
    const size = (offsets[at + 1] as number) - from;
    const shared = size < length ? size : length;
    let k = 0;
    while (k < shared && chars.charCodeAt(from + k) === text.charCodeAt(k)) k++;
    let order = size - length;
    if (k < shared) order = compareSpans(chars, from + k, from + size, text, k, length);
    bits[i] = (orders >> (Math.sign(order) + 1)) & 1;
  }
}

/** Where both sides are texts by BINARY; else the kernel for numbers, which goes on to the closure. */
export class TextCompareKernel extends Kernel {
  override readonly isSafe: boolean;
  readonly operator: CompareOperator;
  readonly left: Kernel;
  readonly right: Kernel;
  readonly #other: Kernel;
  /** For a dictionary and a fixed text. */
  readonly #single: Kernel;
  readonly #a: Span = new Span();
  readonly #b: Span = new Span();
  #nulls = new Uint8Array(0);

  constructor(operator: CompareOperator, left: Kernel, right: Kernel, others: { other: Kernel; single: Kernel }) {
    super();
    this.isSafe = left.isSafe && right.isSafe;
    this.operator = operator;
    this.left = left;
    this.right = right;
    this.#other = others.other;
    this.#single = others.single;
  }

  protected override compute(run: Run, count: number): Vector {
    const a = this.#a;
    const b = this.#b;
    if (!a.open(this.left, run) || !b.open(this.right, run)) return this.#other.vector(run);
    if (a.isCoded !== b.isCoded && (a.rows === null || b.rows === null)) return this.#single.vector(run);
    const { out } = this;
    out.shape(TRUTH, count);
    const { bits } = out;
    const orders = ORDERS[this.operator];
    if (this.#byCodes(a, b, count, bits)) {
      // Done.
    } else if (b.rows === null && a.rows !== null && a.column !== null) {
      compareFixed(a.column, a.rows, count, b.text, orders, bits);
    } else {
      for (let i = 0; i < count; i++) {
        a.move(i);
        b.move(i);
        const order = compareSpans(a.text, a.from, a.to, b.text, b.from, b.to);
        bits[i] = (orders >> (Math.sign(order) + 1)) & 1;
      }
    }
    this.#open(a, bits, count);
    this.#open(b, bits, count);
    return out;
  }

  /** Without the texts, where they have codes. */
  #byCodes(a: Span, b: Span, count: number, bits: Uint8Array): boolean {
    if (a.column === null || a.part === null || b.part?.outer === true) return false;
    const codes = codesOf(a.column, count);
    if (codes === null) return false;
    const rows = a.part.outer ? clampRows(a.part.rows, count) : a.part.rows;
    const { operator } = this;
    if (b.column !== null && b.part !== null) {
      const others = codesOf(b.column, count);
      if (others?.shape !== codes.shape) return false;
      compareCodes([codes, others], [rows, b.part.rows], count, ORDERS[operator], bits);
      return true;
    }
    const { code, isEqual } = boundOf(codes.shape, b.text);
    const isInverse = operator === '>' || operator === '>=' || operator === '<>';
    const out = { bits, inverse: isInverse ? 1 : 0 };
    if (operator === '=' || operator === '<>') equalTo(codes, rows, count, isEqual ? code : -1, out);
    else lessThan(codes, rows, count, code + (isEqual && (operator === '<=' || operator === '>') ? 1 : 0), out);
    return true;
  }

  #open({ rows, part, column }: Span, bits: Uint8Array, count: number): void {
    if (rows === null || part === null || column === null || !mayBeNull(part, column)) return;
    if (this.#nulls.length < count) this.#nulls = new Uint8Array(count * 2);
    if (columnNulls(part, column, count, this.#nulls)) open(bits, this.#nulls, count);
  }
}

/** An expression of one column and fixed values: of a dictionary it is run once for each text. */
export class DictionaryKernel extends ClosureKernel {
  readonly #source: number;
  readonly #slot: number;
  /** What it gives is 0, 1 or NULL. */
  readonly #isTruth: boolean;
  #opened = -1;
  #column: Column | null = null;
  #cells: (Cell | undefined)[] = [];
  /** Of each text 0, 1 or 2, as in TRUTH; 3: not known. */
  readonly #verdicts = new Uint8Array(257);

  constructor(make: () => Eval, column: { readonly source: number; readonly slot: number }, isTruth: boolean) {
    super(make);
    this.#source = column.source;
    this.#slot = column.slot;
    this.#isTruth = isTruth;
  }

  protected override compute(run: Run, count: number): Vector {
    const part = run.part(this.#source);
    const column = part.columns[this.#slot] as Column;
    if (column.kind !== DICTIONARY) return super.compute(run, count);
    if (column !== this.#column || run.opened !== this.#opened) {
      this.#column = column;
      this.#opened = run.opened;
      this.#cells = [];
      this.#verdicts.fill(3);
    }
    const isFull = !mayBeNull(part, column);
    const codeOf = (i: number): number => {
      const at = part.rows[i] as number;
      return isFull || (at >= 0 && !column.isNull(at)) ? (codes[at] as number) : 256;
    };
    const codes = column.data as Uint8Array;
    const { rows } = part;
    const { out } = this;
    if (this.#isTruth) {
      const verdicts = this.#verdicts;
      out.shape(TRUTH, count);
      const { bits } = out;
      for (let i = 0; i < count; i++) {
        const code = isFull ? (codes[rows[i] as number] as number) : codeOf(i);
        if (verdicts[code] === 3) verdicts[code] = (this.#cell(run, i, code) as number | null) ?? 2;
        bits[i] = verdicts[code] as number;
      }
      return out;
    }
    const { cells } = out;
    for (let i = 0; i < count; i++) cells[i] = this.#cell(run, i, codeOf(i));
    out.settle(count);
    return out;
  }

  #cell(run: Run, i: number, code: number): Cell {
    const cell = this.#cells[code];
    if (cell !== undefined) return cell;
    stand(run.frame, run.batch, i);
    return (this.#cells[code] = this.value(run.frame));
  }
}

/** LIKE or GLOB of a text column with a pattern of literals between `%`: all texts of a leaf are searched as one. */
export class LikeKernel extends Kernel {
  readonly #column: ColumnKernel;
  readonly #pattern: FixedKernel;
  readonly #wildcard: string;
  readonly #other: Kernel;
  #opened = -1;
  /** Literals between wildcards, folded; null where there is more to the pattern. */
  #pieces: readonly string[] | null = null;
  #folds = false;
  #isAscii = false;
  #nulls = new Uint8Array(0);

  constructor(column: ColumnKernel, pattern: FixedKernel, isGlob: boolean, other: Kernel) {
    super();
    this.#column = column;
    this.#pattern = pattern;
    this.#wildcard = isGlob ? '*' : '%';
    this.#other = other;
  }

  /**
   * As far as ASCII pieces can tell A to Z are made a to z, nothing else. Of all characters beyond ASCII only U+212A
   * and, with a change of length, U+0130 become ASCII when they are made small.
   */
  #fold(chars: string): string {
    const lower = this.#isAscii ? chars.toLowerCase() : '';
    return lower.length === chars.length && !chars.includes('\u212a') ? lower : asciiLower(chars);
  }

  #open(run: Run): void {
    const isGlob = this.#wildcard === '*';
    const pattern = this.#pattern.cell(run);
    const isPlain =
      typeof pattern === 'string' && pattern.length < 1000 && !(isGlob ? /[?[\0]/ : /[_\0]/).test(pattern);
    this.#folds = !isGlob && !run.frame.context.caseSensitiveLike && isPlain && /[a-z]/i.test(pattern);
    this.#pieces = isPlain ? (this.#folds ? asciiLower(pattern) : pattern).split(this.#wildcard) : null;
    // oxlint-disable-next-line no-control-regex
    this.#isAscii = isPlain && /^[\0-\x7f]*$/.test(pattern);
    this.#opened = run.opened;
  }

  protected override compute(run: Run, count: number): Vector {
    if (this.#opened !== run.opened) this.#open(run);
    const pieces = this.#pieces;
    const part = run.part(this.#column.source);
    const column = this.#column.column(run);
    // A few rows of a long column are not worth folding it.
    const isWorth = column.kind === TEXT && count * 4 >= (column.offsets as Offsets).length;
    if (pieces === null || !isWorth || !rises(part.rows, count)) return this.#other.vector(run);
    const chars = this.#folds ? this.#fold(column.chars()) : column.chars();
    if (chars.includes('\0')) return this.#other.vector(run);
    const { out } = this;
    out.shape(TRUTH, count);
    const { bits } = out;
    const [first, piece, last] = pieces;
    const isInside = pieces.length === 3 && first === '' && last === '';
    const search: Search = { rows: part.rows, offsets: column.offsets as Offsets, count, bits };
    if (isInside) searchPiece(chars, piece as string, search);
    else searchPieces(chars, pieces, search);
    if (mayBeNull(part, column)) {
      if (this.#nulls.length < count) this.#nulls = new Uint8Array(count * 2);
      if (columnNulls(part, column, count, this.#nulls)) open(bits, this.#nulls, count);
    }
    return out;
  }
}

interface Search {
  readonly rows: Int32Array;
  readonly offsets: Offsets;
  readonly count: number;
  readonly bits: Uint8Array;
}

/** A place beyond all texts, still a small integer. */
const NOWHERE = 0x3fff_ffff;

function placeOf(chars: string, piece: string, from: number): number {
  const found = chars.indexOf(piece, from);
  return found < 0 ? NOWHERE : found;
}

/** Sets the bit of each tuple whose text has the piece in it; rows rise. */
function searchPiece(chars: string, piece: string, { rows, offsets, count, bits }: Search): void {
  const { length } = piece;
  let found = -1;
  for (let i = 0; i < count; i++) {
    const at = rows[i] as number;
    const from = offsets[at] as number;
    if (found < from) found = placeOf(chars, piece, from);
    bits[i] = Number(found + length <= (offsets[at + 1] as number));
  }
}

/** Sets the bit of each tuple whose text is made of the pieces, with anything between them; rows rise. */
function searchPieces(chars: string, pieces: readonly string[], { rows, offsets, count, bits }: Search): void {
  const first = pieces[0] as string;
  const last = pieces.at(-1) as string;
  const middle = pieces.length - 1;
  // Where each piece is found next; it is sought again only when that is behind.
  const places = pieces.map(() => -1);
  for (let i = 0; i < count; i++) {
    const at = rows[i] as number;
    let from = offsets[at] as number;
    const to = offsets[at + 1] as number;
    bits[i] = 0;
    if (middle === 0) {
      bits[i] = to - from === first.length && chars.startsWith(first, from) ? 1 : 0;
      continue;
    }
    if (first !== '') {
      if (to - from < first.length || !chars.startsWith(first, from)) continue;
      from += first.length;
    }
    for (let p = 1; p < middle; p++) {
      const piece = pieces[p] as string;
      let found = places[p] as number;
      if (found < from) {
        places[p] = found = placeOf(chars, piece, from);
      }
      from = found + piece.length;
      if (from > to) break;
    }
    if (to - from >= last.length && (last === '' || chars.startsWith(last, to - last.length))) bits[i] = 1;
  }
}

function rises(rows: Int32Array, count: number): boolean {
  let before = 0;
  for (let i = 0; i < count; i++) {
    if ((rows[i] as number) < before) return false;
    before = rows[i] as number;
  }
  return true;
}
