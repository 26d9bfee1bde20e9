/** Random expressions over a scope of columns: what SQLite computes the same whatever plan it chooses. */
import { dateCall, genericCall, jsonCall, numberCall, printfCall, stringCall } from './functions.ts';
import type { Random } from './random.ts';
import { literal, someText, text } from './values.ts';

/** Columns that an expression may name, as they are written. */
export type Scope = readonly string[];

const TYPES = ['INTEGER', 'REAL', 'TEXT', 'NUMERIC', 'BLOB', 'VARCHAR(10)', 'INT', 'DOUBLE', 'BOOLEAN', 'CHAR', 'x'];
const COLLATIONS = ['BINARY', 'NOCASE', 'RTRIM'];
const PATTERNS = [
  'a%',
  '%b%',
  'A_C',
  '*b*',
  '[a-c]*',
  'ab?',
  '%',
  '',
  '_',
  '%é',
  '😀%',
  '[^a]*',
  '?',
  '*',
  '1%',
  'a!%',
  '%1_',
  '[]]',
  '[a',
  'É%',
];

/** An expression without aggregates, windows and subqueries. */
export function expression(random: Random, scope: Scope, depth: number): string {
  if (depth <= 0 || random.chance(0.15)) {
    return scope.length > 0 && random.chance(0.7) ? random.pick(scope) : literal(random);
  }
  const sub = (): string => expression(random, scope, depth - 1);
  switch (random.below(24)) {
    case 0:
    case 1:
    case 2:
      return `(${sub()} ${random.pick(['+', '-', '*', '/', '%'])} ${sub()})`;
    case 3:
      return `(${sub()} ${random.pick(['&', '|', '<<', '>>'])} ${sub()})`;
    case 4:
      return `(${sub()} || ${sub()})`;
    case 5:
      return `(${random.pick(['-', '~', 'NOT ', '+'])} ${sub()})`;
    case 6:
    case 7:
      return condition(random, scope, depth);
    case 8:
      return `CASE WHEN ${condition(random, scope, depth - 1)} THEN ${sub()} ${random.chance(0.7) ? `ELSE ${sub()} ` : ''}END`;
    case 9:
      return `CASE ${sub()} WHEN ${sub()} THEN ${sub()} WHEN ${sub()} THEN ${sub()} ELSE ${sub()} END`;
    case 10:
      return `CAST(${sub()} AS ${random.pick(TYPES)})`;
    case 11:
    case 12:
      return genericCall(random, sub);
    case 13:
    case 14:
      return stringCall(random, sub);
    case 15:
    case 16:
      return numberCall(random, sub);
    case 17:
      return printfCall(random, sub);
    case 18:
      return dateCall(random, sub);
    case 19:
      return jsonCall(random, sub);
    case 20:
      return `${sub()} COLLATE ${random.pick(COLLATIONS)}`;
    default:
      return sub();
  }
}

/** An expression that is true, false or NULL. */
export function condition(random: Random, scope: Scope, depth: number): string {
  const sub = (): string => expression(random, scope, depth - 1);
  const not = random.pick(['', 'NOT ']);
  switch (random.below(13)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return `(${sub()} ${random.pick(['=', '<>', '<', '<=', '>', '>=', '==', '!='])} ${sub()})`;
    case 4:
      return `(${sub()} ${random.pick(['IS', 'IS NOT', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'])} ${sub()})`;
    case 5:
      return `(${sub()} ${random.pick(['ISNULL', 'NOTNULL', 'NOT NULL', 'IS NULL', 'IS NOT NULL', 'IS TRUE', 'IS NOT FALSE', 'IS FALSE', 'IS NOT TRUE'])})`;
    case 6:
      return `(${sub()} ${not}BETWEEN ${sub()} AND ${sub()})`;
    case 7:
      return `(${sub()} ${not}IN (${random.times(0, 4, sub).join(', ')}))`;
    case 8: {
      const pattern = random.chance(0.8) ? text(random.pick(PATTERNS)) : sub();
      if (random.chance(0.25))
        return `(${sub()} ${not}LIKE ${pattern} ESCAPE ${random.pick(["'!'", "'a'", "'%'", "'é'"])})`;
      return `(${sub()} ${not}${random.pick(['LIKE', 'GLOB'])} ${pattern})`;
    }
    case 9:
      return `((${sub()}, ${sub()}) ${random.pick(['=', '<', '>=', '<>', 'IS', 'IS NOT', '>', '<='])} (${sub()}, ${sub()}))`;
    case 10:
      return random.pick([
        () => `((${sub()}, ${sub()}) ${not}IN (VALUES (${sub()}, ${literal(random)}), (${literal(random)}, ${sub()})))`,
        () => `((${sub()}, ${sub()}) BETWEEN (${sub()}, ${sub()}) AND (${sub()}, ${sub()}))`,
        () => `(${sub()} ${not}IN (VALUES (${literal(random)}), (${sub()})))`,
        () =>
          `(${sub()} COLLATE ${random.pick(COLLATIONS)} ${random.pick(['=', '<', '>', 'IS'])} ${random.chance(0.5) ? someText(random) : sub()})`,
        () => `(${sub()})`,
      ])();
    default:
      if (depth <= 0) return `(${sub()} = ${sub()})`;
      return `(${condition(random, scope, depth - 1)} ${random.pick(['AND', 'OR'])} ${condition(random, scope, depth - 1)})`;
  }
}
