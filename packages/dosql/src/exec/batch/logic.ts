/** Conditions on vectors, three-valued: comparisons of numbers, AND, OR, NOT, IS NULL, IN, CASE. */
import type { CompareOperator, UnaryOperator } from '../../plan/plan.ts';
import { DICTIONARY } from '../../btree/index.ts';
import { Real, type Cell } from '../../codec/cell.ts';
import { columnNulls, ColumnKernel, mayBeNull } from './column.ts';
import {
  ANY,
  type ClosureKernel,
  type FixedKernel,
  INT,
  Kernel,
  MIXED,
  NONE,
  numeric,
  REAL,
  type Run,
  TRUTH,
  Vector,
} from './vector.ts';

type Numbers = Float64Array;

// Number(…) of a comparison has no branch, which random values would make the processor guess.
function equal(a: Numbers, b: Numbers, count: number, bits: Uint8Array, inverse: number): void {
  for (let i = 0; i < count; i++) bits[i] = Number(a[i] === b[i]) ^ inverse;
}

function less(a: Numbers, b: Numbers, count: number, bits: Uint8Array, inverse: number): void {
  for (let i = 0; i < count; i++) bits[i] = Number((a[i] as number) < (b[i] as number)) ^ inverse;
}

/** 2 where one of the two is NULL. */
export function open(bits: Uint8Array, nulls: Uint8Array | null, count: number): void {
  if (nulls !== null) for (let i = 0; i < count; i++) if (nulls[i] === 1) bits[i] = 2;
}

/** Numbers with numbers; texts are for text.ts, which takes this for the rest; others for the closure. */
export class CompareKernel extends Kernel {
  override readonly isSafe: boolean;
  readonly operator: CompareOperator;
  readonly left: Kernel;
  readonly right: Kernel;
  readonly #exact: ClosureKernel;
  readonly #scratch: readonly [Vector, Vector] = [new Vector(), new Vector()];

  constructor(operator: CompareOperator, left: Kernel, right: Kernel, exact: ClosureKernel) {
    super();
    this.isSafe = left.isSafe && right.isSafe;
    this.operator = operator;
    this.left = left;
    this.right = right;
    this.#exact = exact;
  }

  protected override compute(run: Run, count: number): Vector {
    const { out, operator } = this;
    const a = numeric(this.left.vector(run), this.#scratch[0], count);
    const b = numeric(this.right.vector(run), this.#scratch[1], count);
    if (a.kind > MIXED || b.kind > MIXED) return this.#exact.vector(run);
    out.shape(TRUTH, count);
    const { bits } = out;
    const isSame = operator === 'IS' || operator === 'IS NOT';
    if (a.kind === NONE || b.kind === NONE) {
      if (isSame) return this.#exact.vector(run);
      bits.fill(2, 0, count);
      return out;
    }
    const [x, y] = [a.numbers, b.numbers];
    switch (operator) {
      case '<':
        less(x, y, count, bits, 0);
        break;
      case '>=':
        less(x, y, count, bits, 1);
        break;
      case '>':
        less(y, x, count, bits, 0);
        break;
      case '<=':
        less(y, x, count, bits, 1);
        break;
      default:
        equal(x, y, count, bits, operator === '=' || operator === 'IS' ? 0 : 1);
    }
    if (!isSame) {
      open(bits, a.nulls, count);
      open(bits, b.nulls, count);
    } else if (a.nulls !== null || b.nulls !== null) {
      const inverse = operator === 'IS' ? 0 : 1;
      for (let i = 0; i < count; i++) {
        const [m, n] = [a.nulls?.[i] ?? 0, b.nulls?.[i] ?? 0];
        if (m + n > 0) bits[i] = (m === n ? 1 : 0) ^ inverse;
      }
    }
    return out;
  }
}

/** A vector as truth: TRUTH; null where only closures can tell. */
export function truths(vector: Vector, scratch: Vector, count: number): Vector | null {
  if (vector.kind === TRUTH) return vector;
  if (vector.kind === ANY) return null;
  scratch.shape(TRUTH, count);
  const { bits } = scratch;
  if (vector.kind === NONE) bits.fill(2, 0, count);
  else {
    const { numbers } = vector;
    for (let i = 0; i < count; i++) bits[i] = numbers[i] === 0 ? 0 : 1;
    open(bits, vector.nulls, count);
  }
  return scratch;
}

/** AND and OR. */
export class ConnectiveKernel extends Kernel {
  override readonly isSafe: boolean = true;
  readonly #left: Kernel;
  readonly #right: Kernel;
  /** By left × 3 + right. */
  readonly #table: Uint8Array;
  readonly #exact: ClosureKernel;
  readonly #scratch: readonly [Vector, Vector] = [new Vector(), new Vector()];

  constructor(op: 'and' | 'or', left: Kernel, right: Kernel, exact: ClosureKernel) {
    super();
    this.#left = left;
    this.#right = right;
    this.#table = Uint8Array.from(op === 'or' ? [0, 1, 2, 1, 1, 1, 2, 1, 2] : [0, 0, 0, 0, 1, 2, 0, 2, 2]);
    this.#exact = exact;
  }

  protected override compute(run: Run, count: number): Vector {
    const a = truths(this.#left.vector(run), this.#scratch[0], count);
    const b = truths(this.#right.vector(run), this.#scratch[1], count);
    if (a === null || b === null) return this.#exact.vector(run);
    const { out } = this;
    out.shape(TRUTH, count);
    const table = this.#table;
    const { bits } = out;
    const [x, y] = [a.bits, b.bits];
    for (let i = 0; i < count; i++) bits[i] = table[(x[i] as number) * 3 + (y[i] as number)] as number;
    return out;
  }
}

/** What NOT and the like make of false, true and NULL. */
const TRUTH_TABLES: Partial<Record<UnaryOperator, readonly [number, number, number]>> = {
  not: [1, 0, 2],
  isTrue: [0, 1, 0],
  isFalse: [1, 0, 0],
  isNotTrue: [1, 0, 1],
  isNotFalse: [0, 1, 1],
};

export class TruthKernel extends Kernel {
  override readonly isSafe: boolean;
  readonly #operand: Kernel;
  readonly #table: readonly [number, number, number];
  readonly #exact: ClosureKernel;
  readonly #scratch: Vector = new Vector();

  constructor(op: UnaryOperator, operand: Kernel, exact: ClosureKernel) {
    super();
    this.isSafe = operand.isSafe;
    this.#operand = operand;
    this.#table = TRUTH_TABLES[op] as readonly [number, number, number];
    this.#exact = exact;
  }

  protected override compute(run: Run, count: number): Vector {
    const a = truths(this.#operand.vector(run), this.#scratch, count);
    if (a === null) return this.#exact.vector(run);
    const { out } = this;
    out.shape(TRUTH, count);
    const table = this.#table;
    for (let i = 0; i < count; i++) out.bits[i] = table[a.bits[i] as number] as number;
    return out;
  }
}

/** IS NULL and NOT NULL; of a column without its values. */
export class NullKernel extends Kernel {
  override readonly isSafe: boolean;
  readonly #operand: Kernel;
  readonly #inverse: number;

  constructor(op: 'isNull' | 'notNull', operand: Kernel) {
    super();
    this.isSafe = operand.isSafe;
    this.#operand = operand;
    this.#inverse = op === 'isNull' ? 0 : 1;
  }

  protected override compute(run: Run, count: number): Vector {
    const { out } = this;
    const operand = this.#operand;
    const inverse = this.#inverse;
    out.shape(TRUTH, count);
    const { bits } = out;
    if (operand instanceof ColumnKernel) {
      const part = run.part(operand.source);
      const column = operand.column(run);
      if (mayBeNull(part, column)) columnNulls(part, column, count, bits);
      else bits.fill(0, 0, count);
      for (let i = 0; i < count; i++) bits[i] = (bits[i] as number) ^ inverse;
      return out;
    }
    const vector = operand.vector(run);
    for (let i = 0; i < count; i++) bits[i] = (vector.get(i) === null ? 1 : 0) ^ inverse;
    return out;
  }
}

/** IN a list of fixed values, of numbers among numbers. */
export class InKernel extends Kernel {
  override readonly isSafe: boolean;
  readonly #operand: Kernel;
  readonly #items: readonly FixedKernel[];
  readonly #found: number;
  readonly #exact: ClosureKernel;
  readonly #scratch: Vector = new Vector();
  #opened = -1;
  #members: readonly number[] = [];
  #hasNull = false;
  #isNumeric = false;

  constructor(operand: Kernel, items: readonly FixedKernel[], negated: boolean, exact: ClosureKernel) {
    super();
    this.isSafe = operand.isSafe && items.every(({ isSafe }) => isSafe);
    this.#operand = operand;
    this.#items = items;
    this.#found = negated ? 0 : 1;
    this.#exact = exact;
  }

  #open(run: Run): void {
    const cells = this.#items.map((item): Cell => item.cell(run));
    this.#hasNull = cells.includes(null);
    this.#isNumeric = !cells.some((cell) => typeof cell === 'bigint');
    const numbers = cells.map((cell) => (cell instanceof Real ? cell.value : cell));
    this.#members = numbers.filter((cell) => typeof cell === 'number');
    this.#opened = run.opened;
  }

  protected override compute(run: Run, count: number): Vector {
    if (this.#opened !== run.opened) this.#open(run);
    const operand = this.#operand;
    if (operand instanceof ColumnKernel && operand.column(run).kind >= DICTIONARY) return this.#exact.vector(run);
    const a = numeric(operand.vector(run), this.#scratch, count);
    if (a.kind > MIXED || a.kind === NONE || !this.#isNumeric) return this.#exact.vector(run);
    const { out } = this;
    out.shape(TRUTH, count);
    const { bits } = out;
    const { numbers } = a;
    const members = this.#members;
    const found = this.#found;
    const missing = this.#hasNull ? 2 : 1 - found;
    if (members.length > 8) {
      const set = new Set(members);
      for (let i = 0; i < count; i++) bits[i] = set.has(numbers[i] as number) ? found : missing;
    } else {
      bits.fill(missing, 0, count);
      for (let m = 0; m < members.length; m++) {
        const member = members[m] as number;
        for (let i = 0; i < count; i++) if (numbers[i] === member) bits[i] = found;
      }
    }
    open(bits, a.nulls, count);
    return out;
  }
}

/** CASE without a base: all branches are safe and are computed for all tuples. */
export class CaseKernel extends Kernel {
  readonly #whens: readonly Kernel[];
  readonly #thens: readonly (Kernel | null)[];
  readonly #exact: ClosureKernel;
  readonly #scratch: Vector[];
  #choice = new Uint8Array(512);

  /** @param thens one for each of `whens` and, last, what stands for ELSE; null: NULL */
  constructor(whens: readonly Kernel[], thens: readonly (Kernel | null)[], exact: ClosureKernel) {
    super();
    this.#whens = whens;
    this.#thens = thens;
    this.#exact = exact;
    this.#scratch = thens.map(() => new Vector());
  }

  protected override compute(run: Run, count: number): Vector {
    if (this.#choice.length < count) this.#choice = new Uint8Array(count * 2);
    const choice = this.#choice;
    const whens = this.#whens;
    choice.fill(whens.length, 0, count);
    for (let w = whens.length - 1; w >= 0; w--) {
      const when = truths((whens[w] as Kernel).vector(run), this.#scratch[w] as Vector, count);
      if (when === null) return this.#exact.vector(run);
      for (let i = 0; i < count; i++) if (when.bits[i] === 1) choice[i] = w;
    }
    const vectors: (Vector | null)[] = [];
    let kinds = 0;
    for (let t = 0; t < this.#thens.length; t++) {
      const then = this.#thens[t] as Kernel | null;
      const vector = then === null ? null : numeric(then.vector(run), this.#scratch[t] as Vector, count);
      if (vector !== null && vector.kind > REAL) return this.#exact.vector(run);
      vectors.push(vector === null || vector.kind === NONE ? null : vector);
      kinds |= vector?.kind ?? 0;
    }
    const { out } = this;
    out.shape(kinds, count); // INT | REAL is MIXED
    if (kinds === NONE) return out;
    const nulls = vectors.some((vector) => vector === null || vector.nulls !== null) ? out.openNulls(count) : null;
    for (let t = 0; t < vectors.length; t++) pick(vectors[t] as Vector | null, { choice, t, count, nulls, out });
    return out;
  }
}

interface Pick {
  readonly choice: Uint8Array;
  readonly t: number;
  readonly count: number;
  readonly nulls: Uint8Array | null;
  readonly out: Vector;
}

/** Copies what tuples that chose branch `t` have in it. */
function pick(from: Vector | null, { choice, t, count, nulls, out }: Pick): void {
  if (from === null) {
    for (let i = 0; i < count; i++) if (choice[i] === t) out.numbers[i] = 1 - ((nulls as Uint8Array)[i] = 1);
    return;
  }
  const { numbers } = from;
  for (let i = 0; i < count; i++) if (choice[i] === t) out.numbers[i] = numbers[i] as number;
  if (nulls !== null) for (let i = 0; i < count; i++) if (choice[i] === t) nulls[i] = from.nulls?.[i] ?? 0;
  if (out.kind === MIXED) {
    const bit = from.kind === INT ? 1 : 0;
    for (let i = 0; i < count; i++) if (choice[i] === t) out.bits[i] = bit;
  }
}
