/** Arithmetic on vectors. What leaves the safe integers, or is no number, is left to the closure. */
import type { ArithmeticOperator } from '../../plan/plan.ts';
import { type ClosureKernel, INT, Kernel, MIXED, NONE, numeric, REAL, type Run, Vector } from './vector.ts';

type Numbers = Float64Array;

function add(a: Numbers, b: Numbers, count: number, out: Numbers): void {
  for (let i = 0; i < count; i++) out[i] = (a[i] as number) + (b[i] as number);
}

function subtract(a: Numbers, b: Numbers, count: number, out: Numbers): void {
  for (let i = 0; i < count; i++) out[i] = (a[i] as number) - (b[i] as number);
}

function multiply(a: Numbers, b: Numbers, count: number, out: Numbers): void {
  for (let i = 0; i < count; i++) out[i] = (a[i] as number) * (b[i] as number);
}

function divide(a: Numbers, b: Numbers, count: number, out: Numbers): void {
  for (let i = 0; i < count; i++) out[i] = b[i] === 0 ? NaN : (a[i] as number) / (b[i] as number);
}

function divideIntegers(a: Numbers, b: Numbers, count: number, out: Numbers): void {
  for (let i = 0; i < count; i++) out[i] = b[i] === 0 ? NaN : Math.trunc((a[i] as number) / (b[i] as number));
}

function remainder(a: Numbers, b: Numbers, count: number, out: Numbers): void {
  for (let i = 0; i < count; i++) out[i] = (a[i] as number) % (b[i] as number);
}

type Loop = (a: Numbers, b: Numbers, count: number, out: Numbers) => void;

const LOOPS: Partial<Record<ArithmeticOperator, readonly [real: Loop | null, integer: Loop]>> = {
  '+': [add, add],
  '-': [subtract, subtract],
  '*': [multiply, multiply],
  '/': [divide, divideIntegers],
  '%': [null, remainder],
};

/** NaN is NULL; integers are made +0; false where one of them is not safe. */
function tidy(vector: Vector, count: number, isInteger: boolean): boolean {
  const { numbers } = vector;
  let most = 0;
  let hasNaN = false;
  for (let i = 0; i < count; i++) {
    const value = numbers[i] as number;
    if (value !== value) hasNaN = true;
    else if (isInteger) {
      numbers[i] = value + 0;
      most = Math.max(most, Math.abs(value));
    }
  }
  if (hasNaN) {
    const old = vector.nulls;
    const nulls = vector.openNulls(count);
    for (let i = 0; i < count; i++) {
      if (numbers[i] === numbers[i]) {
        if (old === null) nulls[i] = 0;
      } else numbers[i] = 1 - (nulls[i] = 1);
    }
  }
  return most <= Number.MAX_SAFE_INTEGER;
}

/** Whether an operator has a kernel. */
export function hasKernel(operator: ArithmeticOperator): boolean {
  return operator in LOOPS;
}

export class ArithmeticKernel extends Kernel {
  readonly #left: Kernel;
  readonly #right: Kernel;
  readonly #loops: readonly [Loop | null, Loop];
  readonly #exact: ClosureKernel;
  readonly #scratch: readonly [Vector, Vector] = [new Vector(), new Vector()];

  constructor(operator: ArithmeticOperator, left: Kernel, right: Kernel, exact: ClosureKernel) {
    super();
    this.isSafe = left.isSafe && right.isSafe;
    this.#left = left;
    this.#right = right;
    this.#loops = LOOPS[operator] as readonly [Loop | null, Loop];
    this.#exact = exact;
  }

  override readonly isSafe: boolean;

  protected override compute(run: Run, count: number): Vector {
    const { out } = this;
    const a = numeric(this.#left.vector(run), this.#scratch[0], count);
    const b = numeric(this.#right.vector(run), this.#scratch[1], count);
    if (a.kind > MIXED || b.kind > MIXED) return this.#exact.vector(run);
    if (a.kind === NONE || b.kind === NONE) {
      out.shape(NONE, count);
      return out;
    }
    const isInteger = a.kind === INT && b.kind === INT;
    const [real, integer] = this.#loops;
    const loop = isInteger ? integer : a.kind === REAL || b.kind === REAL ? real : null;
    if (loop === null) return this.#exact.vector(run);
    out.shape(isInteger ? INT : REAL, count);
    out.mergeNulls(a.nulls, b.nulls, count);
    loop(a.numbers, b.numbers, count, out.numbers);
    return tidy(out, count, isInteger) ? out : this.#exact.vector(run);
  }
}

export class NegateKernel extends Kernel {
  override readonly isSafe: boolean;
  readonly #operand: Kernel;
  readonly #exact: ClosureKernel;
  readonly #scratch: Vector = new Vector();

  constructor(operand: Kernel, exact: ClosureKernel) {
    super();
    this.isSafe = operand.isSafe;
    this.#operand = operand;
    this.#exact = exact;
  }

  protected override compute(run: Run, count: number): Vector {
    const { out } = this;
    const a = numeric(this.#operand.vector(run), this.#scratch, count);
    if (a.kind !== INT && a.kind !== REAL) return this.#exact.vector(run);
    out.shape(a.kind, count);
    out.mergeNulls(a.nulls, null, count);
    for (let i = 0; i < count; i++) out.numbers[i] = 0 - (a.numbers[i] as number);
    return out;
  }
}

/** CAST of numbers to REAL or INTEGER. */
export class CastKernel extends Kernel {
  override readonly isSafe: boolean;
  readonly #operand: Kernel;
  readonly #to: number;
  readonly #exact: ClosureKernel;
  readonly #scratch: Vector = new Vector();

  constructor(operand: Kernel, to: 'INTEGER' | 'REAL', exact: ClosureKernel) {
    super();
    this.isSafe = operand.isSafe;
    this.#operand = operand;
    this.#to = to === 'REAL' ? REAL : INT;
    this.#exact = exact;
  }

  protected override compute(run: Run, count: number): Vector {
    const { out } = this;
    const a = numeric(this.#operand.vector(run), this.#scratch, count);
    if (a.kind > MIXED) return this.#exact.vector(run);
    out.shape(a.kind === NONE ? NONE : this.#to, count);
    if (a.kind === NONE) return out;
    out.mergeNulls(a.nulls, null, count);
    if (this.#to === REAL) out.numbers.set(a.numbers.subarray(0, count));
    else for (let i = 0; i < count; i++) out.numbers[i] = Math.trunc(a.numbers[i] as number);
    return this.#to === REAL || tidy(out, count, true) ? out : this.#exact.vector(run);
  }
}
