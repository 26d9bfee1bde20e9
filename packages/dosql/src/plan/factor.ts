/**
 * What follows from a condition that is an OR of ANDs: conditions common to all arms, `a AND x OR a AND y` being
 * `a AND (x OR y)` in three-valued logic too, and of single sources, what one arm or another asks of them.
 */
import type { Expr } from './plan.ts';
import { make, same, sourcesOf, visit } from './tree.ts';

const ARMS_MAX = 16;

function split(expr: Expr, op: 'and' | 'or', out: Expr[] = []): Expr[] {
  if (expr.op !== op) out.push(expr);
  else {
    split(expr.left, op, out);
    split(expr.right, op, out);
  }
  return out;
}

function joined(op: 'and' | 'or', parts: readonly Expr[]): Expr {
  return parts.reduce((left, right) => make({ op, left, right }));
}

/** The conditions that stand for one, connected by AND; those that follow from the rest come last. */
export function factor(expr: Expr): readonly Expr[] {
  if (expr.op !== 'or') return [expr];
  const arms = split(expr, 'or').map((arm) => split(arm, 'and'));
  if (arms.length > ARMS_MAX || arms.every(({ length }) => length === 1)) return [expr];
  let isPlain = true;
  visit(expr, (part) => {
    if (('select' in part && part.select !== null) || part.op === 'raise') isPlain = false;
    if (part.op === 'call' && part.fn.deterministic !== true) isPlain = false;
  });
  if (!isPlain) return [expr];
  const [first, ...others] = arms as [Expr[], ...Expr[][]];
  const common = first.filter((part) => others.every((arm) => arm.some((other) => same(part, other))));
  const rest = arms.map((arm) => arm.filter((part) => !common.some((other) => same(part, other))));
  if (rest.some(({ length }) => length === 0)) return common;
  const out = [
    ...common,
    joined(
      'or',
      rest.map((arm) => joined('and', arm)),
    ),
  ];
  if (new Set(sourcesOf(rest)).size < 2) return out;
  for (const source of new Set(sourcesOf(rest[0]))) {
    const own = rest.map((arm) =>
      arm.filter((part) => {
        const sources = sourcesOf(part);
        return sources.length > 0 && sources.every((other) => other === source);
      }),
    );
    if (own.every(({ length }) => length > 0))
      out.push(
        joined(
          'or',
          own.map((arm) => joined('and', arm)),
        ),
      );
  }
  return out;
}
