/** Chooses kernels for expressions, and narrows batches by conditions. */
import type { Affinity } from '../../catalog/schema.ts';
import type { CompareOperator, Comparison, Expr } from '../../plan/plan.ts';
import { make, same, sourcesOf, visit } from '../../plan/tree.ts';
import { Real } from '../../codec/cell.ts';
import { compile } from '../expression.ts';
import { scalarFunction } from '../functions/index.ts';
import { applyAffinity, truth } from '../functions/values.ts';
import { ArithmeticKernel, CastKernel, hasKernel, NegateKernel } from './arithmetic.ts';
import { narrow } from './batch.ts';
import { ColumnKernel, mayBeNull } from './column.ts';
import { CaseKernel, CompareKernel, ConnectiveKernel, InKernel, NullKernel, TruthKernel, truths } from './logic.ts';
import { DictionaryKernel, LikeKernel, TextCompareKernel } from './text.ts';
import { ClosureKernel, FixedKernel, type Kernel, type Run, TRUTH, Vector } from './vector.ts';

/** Operators whose value is 0, 1 or NULL. */
const TRUTHS = new Set<string>(
  'compare compareRows between in and or not isNull notNull isTrue isFalse isNotTrue isNotFalse'.split(' '),
);
const PLAIN: Comparison = { leftAffinity: null, rightAffinity: null, collation: 'BINARY' };

/** Neither depends on when or how often it is run, nor calls anything; `throws`: it calls functions or queries. */
function natureOf(expr: Expr): { isStable: boolean; throws: boolean } {
  let isStable = true;
  let throws = false;
  visit(expr, (part) => {
    if (part.op === 'call') {
      throws = true;
      if (part.fn.deterministic !== true) isStable = false;
    } else if ('select' in part && part.select !== null) {
      throws = true;
    } else if (part.op === 'raise') isStable = false;
  });
  return { isStable, throws };
}

/** Kernels over batches with parts of the given sources; what two expressions share is computed once. */
export class KernelCompiler {
  readonly #sources: readonly number[];
  readonly #known: { readonly expr: Expr; readonly kernel: Kernel }[] = [];

  constructor(sources: readonly number[]) {
    this.#sources = sources;
  }

  kernel(expr: Expr): Kernel {
    for (const { expr: other, kernel } of this.#known) if (same(expr, other)) return kernel;
    const kernel = this.#isFixed(expr) ? this.#fixed(expr, null) : this.#make(expr);
    if (natureOf(expr).isStable) this.#known.push({ expr, kernel });
    return kernel;
  }

  #isFixed(expr: Expr): boolean {
    return natureOf(expr).isStable && !sourcesOf(expr).some((source) => this.#sources.includes(source));
  }

  #fixed(expr: Expr, affinity: Affinity | null): FixedKernel {
    const value = compile(expr);
    const isSafe = !natureOf(expr).throws;
    return new FixedKernel(affinity === null ? value : (frame) => applyAffinity(value(frame), affinity), isSafe);
  }

  /** One side of a comparison; only fixed values take their affinity here. */
  #side(expr: Expr, affinity: Affinity | null): Kernel {
    return affinity !== null && this.#isFixed(expr) ? this.#fixed(expr, affinity) : this.kernel(expr);
  }

  #closure(expr: Expr): ClosureKernel {
    const columns: { source: number; slot: number }[] = [];
    let isSimple = natureOf(expr).isStable && expr.op !== 'column';
    visit(expr, (part) => {
      if (part.op === 'column' && this.#sources.includes(part.source)) {
        if (!columns.some(({ source, slot }) => source === part.source && slot === part.slot)) columns.push(part);
      } else if ('select' in part && part.select !== null) isSimple = false;
    });
    const [column, second] = columns;
    const value = (): ReturnType<typeof compile> => compile(expr);
    return isSimple && column !== undefined && second === undefined
      ? new DictionaryKernel(value, column, TRUTHS.has(expr.op))
      : new ClosureKernel(value);
  }

  #make(expr: Expr): Kernel {
    switch (expr.op) {
      case 'column':
        return new ColumnKernel(expr.source, expr.slot, expr.type === 'real');
      case 'arith': {
        if (!hasKernel(expr.operator)) break;
        const left = this.kernel(expr.left);
        const right = this.kernel(expr.right);
        if (isPlain(left) && isPlain(right)) break;
        return new ArithmeticKernel(expr.operator, left, right, this.#closure(expr));
      }
      case 'negate':
        return new NegateKernel(this.kernel(expr.operand), this.#closure(expr));
      case 'cast':
        if (expr.to !== 'INTEGER' && expr.to !== 'REAL') break;
        return new CastKernel(this.kernel(expr.operand), expr.to, this.#closure(expr));
      case 'compare':
        return this.#compare(expr);
      case 'between': {
        const { operand, low, high, negated, lowComparison, highComparison } = expr;
        const least = this.kernel(make({ op: 'compare', operator: '>=', left: operand, right: low, ...lowComparison }));
        const most = this.kernel(
          make({ op: 'compare', operator: '<=', left: operand, right: high, ...highComparison }),
        );
        if (!least.isSafe || !most.isSafe || (least instanceof ClosureKernel && most instanceof ClosureKernel)) break;
        const exact = this.#closure(expr);
        const both = new ConnectiveKernel(
          'and',
          least,
          most,
          negated ? this.#closure({ ...expr, negated: false }) : exact,
        );
        return negated ? new TruthKernel('not', both, exact) : both;
      }
      case 'and':
      case 'or': {
        const left = this.kernel(expr.left);
        const right = this.kernel(expr.right);
        if (!right.isSafe || isPlain(left)) break;
        return new ConnectiveKernel(expr.op, left, right, this.#closure(expr));
      }
      case 'not':
      case 'isTrue':
      case 'isFalse':
      case 'isNotTrue':
      case 'isNotFalse':
        return new TruthKernel(expr.op, this.kernel(expr.operand), this.#closure(expr));
      case 'isNull':
      case 'notNull':
        return new NullKernel(expr.op, this.kernel(expr.operand));
      case 'in':
        return this.#in(expr);
      case 'case':
        return this.#case(expr);
      case 'call':
        return this.#call(expr);
      default:
    }
    return this.#closure(expr);
  }

  #compare(expr: Extract<Expr, { op: 'compare' }>): Kernel {
    const { operator, leftAffinity, rightAffinity, collation } = expr;
    const left = this.#side(expr.left, leftAffinity);
    const right = this.#side(expr.right, rightAffinity);
    const exact = this.#closure(expr);
    const takesText = (side: Kernel, affinity: Affinity | null, { type }: Expr): boolean =>
      affinity === 'TEXT' && type !== 'text' && !(side instanceof FixedKernel);
    const isText = (side: Kernel, affinity: Affinity | null): boolean =>
      side instanceof FixedKernel ||
      (side instanceof ColumnKernel && (affinity === null || affinity === 'TEXT' || affinity === 'BLOB'));
    if (isPlain(left) && isPlain(right)) return exact;
    let kernel: Kernel = exact;
    if (!takesText(left, leftAffinity, expr.left) && !takesText(right, rightAffinity, expr.right)) {
      kernel = new CompareKernel(operator, left, right, exact);
    }
    const isSame = operator === 'IS' || operator === 'IS NOT';
    if (isSame || collation !== 'BINARY' || !isText(left, leftAffinity) || !isText(right, rightAffinity)) return kernel;
    return new TextCompareKernel(operator, left, right, { other: kernel, single: exact });
  }

  #in(expr: Extract<Expr, { op: 'in' }>): Kernel {
    const { operand, list, comparisons, negated } = expr;
    const [value, second] = operand;
    const [{ leftAffinity, rightAffinity }] = comparisons as [Comparison];
    const exact = this.#closure(expr);
    if (value === undefined || second !== undefined || list === null || list.length === 0) return exact;
    if (value.type === 'text' || leftAffinity === 'TEXT' || !list.every((item) => this.#isFixed(item))) return exact;
    const items = list.map((item) => this.#fixed(item, rightAffinity));
    const kernel = this.kernel(value);
    return isPlain(kernel) ? exact : new InKernel(kernel, items, negated, exact);
  }

  #case(expr: Extract<Expr, { op: 'case' }>): Kernel {
    const { base, otherwise } = expr;
    const whens = expr.whens.map(({ when, comparison }) =>
      this.kernel(
        base === null
          ? when
          : make({ op: 'compare', operator: '=', left: base, right: when, ...(comparison ?? PLAIN) }),
      ),
    );
    const thens = [...expr.whens.map(({ then }) => then), otherwise].map((then) =>
      then === null ? null : this.kernel(then),
    );
    const isSafe = [...whens, ...thens].every((kernel) => kernel === null || kernel.isSafe);
    return isSafe ? new CaseKernel(whens, thens, this.#closure(expr)) : this.#closure(expr);
  }

  #call(expr: Extract<Expr, { op: 'call' }>): Kernel {
    const { fn, args } = expr;
    const [pattern, text, escape] = args;
    const exact = this.#closure(expr);
    const isLike = fn.name === 'like' || fn.name === 'glob';
    if (!isLike || pattern === undefined || text === undefined || escape !== undefined) return exact;
    if (text.op !== 'column' || !this.#isFixed(pattern) || fn !== scalarFunction(fn.name, 2)) return exact;
    const column = this.kernel(text);
    if (!(column instanceof ColumnKernel)) return exact;
    return new LikeKernel(column, this.#fixed(pattern, null), fn.name === 'glob', exact);
  }
}

/** It has nothing that a kernel above it would gain from. */
function isPlain(kernel: Kernel): boolean {
  return kernel instanceof ClosureKernel || kernel instanceof FixedKernel;
}

function rank(kernel: Kernel): number {
  if (kernel instanceof ClosureKernel) return 3;
  return kernel instanceof LikeKernel ? 2 : kernel instanceof TextCompareKernel ? 1 : 0;
}

const FLIPPED: Partial<Record<CompareOperator, CompareOperator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** Narrows batches to the tuples for which all conditions are true. */
export class Filters {
  readonly #kernels: readonly Kernel[];
  readonly #scratch: Vector = new Vector();
  #kept = new Int32Array(0);
  /** Conditions before this one have been applied to the batch at hand. */
  #at = 0;

  constructor(compiler: KernelCompiler, conditions: readonly Expr[]) {
    const kernels = conditions.map((expr) => compiler.kernel(expr));
    this.#kernels = kernels.toSorted((a, b) => rank(a) - rank(b));
  }

  /** The next batch is another one. */
  reset(): void {
    this.#at = 0;
  }

  /** Narrows the batch of the run. May throw and be called again, to go on where it was. */
  apply(run: Run): void {
    const kernels = this.#kernels;
    const { batch } = run;
    for (; this.#at < kernels.length && batch.count > 0; this.#at++) {
      const kernel = kernels[this.#at] as Kernel;
      const sure = decided(kernel, run);
      if (sure === 1) continue;
      if (sure === 0) batch.count = 0;
      else this.#narrow(kernel.vector(run), run);
    }
    this.#at = 0;
  }

  #narrow(vector: Vector, run: Run): void {
    const { batch } = run;
    const { count } = batch;
    const condition = truths(vector, this.#scratch, count) ?? closureTruths(vector, this.#scratch, count);
    if (this.#kept.length < count) this.#kept = new Int32Array(count * 2);
    const kept = this.#kept;
    const { bits } = condition;
    let k = 0;
    for (let i = 0; i < count; i++) {
      kept[k] = i;
      k += (bits[i] as number) & 1;
    }
    if (k === count) return;
    narrow(batch, kept, k);
    run.start(batch);
  }
}

/** Truth of cells that are not all numbers. */
function closureTruths(vector: Vector, out: Vector, count: number): Vector {
  out.shape(TRUTH, count);
  for (let i = 0; i < count; i++) {
    const is = truth(vector.get(i));
    out.bits[i] = is === null ? 2 : is ? 1 : 0;
  }
  return out;
}

/** By the bounds of a leaf: 1 all tuples pass, 0 none does, −1 not known. */
function decided(kernel: Kernel, run: Run): -1 | 0 | 1 {
  if (!(kernel instanceof CompareKernel || kernel instanceof TextCompareKernel)) return -1;
  let { operator } = kernel;
  let left: Kernel = kernel.left;
  let right: Kernel = kernel.right;
  if (left instanceof FixedKernel) {
    [left, right] = [right, left];
    operator = FLIPPED[operator] ?? operator;
  }
  if (!(left instanceof ColumnKernel) || !(right instanceof FixedKernel)) return -1;
  const column = left.column(run);
  const { min, max } = column;
  if (min === undefined || max === undefined) return -1;
  const cell = right.cell(run);
  const bound = cell instanceof Real ? cell.value : cell;
  if (kernel instanceof CompareKernel && typeof bound !== 'number') return -1;
  if (typeof bound !== typeof min || (typeof bound !== 'number' && typeof bound !== 'string')) return -1;
  const all = within(operator, min, max, bound);
  if (all === 1 && mayBeNull(run.part(left.source), column)) return -1;
  return all;
}

function within(
  operator: CompareOperator,
  min: number | string,
  max: number | string,
  bound: number | string,
): -1 | 0 | 1 {
  switch (operator) {
    case '=':
      return bound < min || bound > max ? 0 : -1;
    case '<':
      return max < bound ? 1 : min >= bound ? 0 : -1;
    case '<=':
      return max <= bound ? 1 : min > bound ? 0 : -1;
    case '>':
      return min > bound ? 1 : max <= bound ? 0 : -1;
    case '>=':
      return min >= bound ? 1 : max < bound ? 0 : -1;
    default:
      return -1;
  }
}
