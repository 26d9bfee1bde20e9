/** Makes a failing script small: fewer steps, then shorter statements, as long as it fails in the same way. */
import type { Difference } from './compare.ts';
import type { Step } from './generator.ts';

type Check = (steps: readonly Step[]) => Difference | undefined;

const CHECKS_MAX = 1500;
const SHRINK_MS_MAX = 6000;

export function shrink(steps: readonly Step[], check: Check): { steps: Step[]; difference: Difference } | undefined {
  const first = check(steps);
  if (first === undefined) return undefined;
  let best = steps.slice(0, first.at + 1);
  let difference = first;
  let checks = 0;
  const deadline = performance.now() + SHRINK_MS_MAX;
  const attempt = (candidate: Step[]): boolean => {
    if (checks++ > CHECKS_MAX || performance.now() > deadline) return false;
    const found = check(candidate);
    if (found === undefined || found.kind !== first.kind) return false;
    best = candidate.slice(0, found.at + 1);
    difference = found;
    return true;
  };
  for (let size = best.length >> 1; size > 1; size >>= 1) {
    for (let i = best.length - 1 - size; i >= 0; i = Math.min(i - size, best.length - 1 - size))
      attempt(best.toSpliced(i, size));
  }
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (let i = best.length - 2; i >= 0; i--) {
      if (attempt(best.toSpliced(i, 1))) isSmaller = true;
      if (i > best.length - 1) i = best.length - 1;
    }
    for (let i = best.length - 1; i >= 0; i--) {
      for (const sql of shorter((best[i] as Step).sql)) {
        if (attempt(best.with(i, { ...(best[i] as Step), sql }))) {
          isSmaller = true;
          break;
        }
      }
    }
  }
  return { steps: best, difference };
}

/** Shorter texts: a clause or a list item less, or a parenthesis replaced by what is in it or by a constant. */
function* shorter(sql: string): Generator<string> {
  for (const clause of [
    / WHERE (?!.* (FROM|WHERE) ).*?(?= GROUP | ORDER | UNION| RETURNING|$)/,
    / ORDER BY [^()]*$/,
    / LIMIT .*$/,
    / HAVING .*?(?= ORDER|$)/,
    / (UNION|UNION ALL|INTERSECT|EXCEPT) SELECT .*$/,
    / COLLATE \w+/,
    / DISTINCT/,
    / FILTER \([^()]*\)/,
    / DEFAULT \([^()]*\)/,
    / WITHOUT ROWID/,
  ]) {
    // oxfmt-ignore
    const text = sql.replace(clause, '');
    if (text !== sql) yield text;
  }
  const pairs = parentheses(sql);
  for (const [start, end] of pairs) {
    const before = sql.slice(0, start);
    const after = sql.slice(end + 1);
    if (sql.startsWith('INSERT') && /(VALUES|,)\s*$/.test(before)) {
      yield `${before.replace(/,\s*$/, '')}${/,\s*$/.test(before) ? after : after.replace(/^,\s*/, '')}`;
    }
    const parts = splitTop(sql.slice(start + 1, end));
    const isCall = /\w$/.test(before);
    for (const part of parts) {
      if (!isCall) yield `${before}${part.trim()}${after}`;
      else yield `${before.replace(/\w+$/, '')}${part.trim()}${after}`;
    }
    if (!isCall) for (const constant of ['1', 'NULL']) yield `${before}${constant}${after}`;
    if (parts.length > 1) {
      for (let i = 0; i < parts.length; i++) yield `${before}(${parts.toSpliced(i, 1).join(',')})${after}`;
    }
  }
  const head = /^(.*?SELECT (?:DISTINCT )?)(.*?)( FROM .*)$/s.exec(sql);
  if (head !== null) {
    const items = splitTop(head[2] as string);
    if (items.length > 1)
      for (let i = 0; i < items.length; i++) yield `${head[1]}${items.toSpliced(i, 1).join(',')}${head[3]}`;
  }
  for (const operator of [' AND ', ' OR ']) {
    const parts = sql.split(operator);
    for (let i = 1; i < parts.length && parts.length < 12; i++) {
      yield parts.slice(0, i).join(operator);
      yield parts.toSpliced(i, 1).join(operator);
    }
  }
}

function parentheses(sql: string): [number, number][] {
  const pairs: [number, number][] = [];
  const open: number[] = [];
  let quoted = false;
  for (let i = 0; i < sql.length; i++) {
    const c = sql[i];
    if (c === "'") quoted = !quoted;
    else if (quoted) continue;
    else if (c === '(') open.push(i);
    else if (c === ')' && open.length > 0) pairs.push([open.pop() as number, i]);
  }
  return pairs.sort(([a], [b]) => a - b);
}

/** Parts between commas outside of parentheses and quotes. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const c = text[i];
    if (c === "'") quoted = !quoted;
    else if (!quoted && c === '(') depth++;
    else if (!quoted && c === ')') depth--;
    else if (c === undefined || (c === ',' && depth === 0 && !quoted)) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return parts;
}
