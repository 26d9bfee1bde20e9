/** Random expressions over a scope of columns: what SQLite computes the same whatever plan it chooses. */
import type { Random } from './random.ts';

/** Columns that an expression may name, as they are written. */
export type Scope = readonly string[];

const INTEGERS = ['0', '1', '-1', '2', '3', '7', '10', '100', '-42', '2147483648', '9007199254740993'];
const LIMITS = ['9223372036854775807', '-9223372036854775808', '-9007199254740993', '4611686018427387904'];
const REALS = ['0.0', '-0.0', '1.0', '2.5', '-3.75', '0.1', '1e10', '1e300', '123456789012345680.0', '1e-5', '4.0'];
const TEXTS = [
  '', 'a', 'A', 'abc', 'ABC', 'abc ', 'b', '12', '1.5', '1e2', ' 7 ', '12abc', '0x10', 'é', 'É', '😀', 'ﬀ', 'z%', 'a_c', '-0', 'true',
]; // oxfmt-ignore
const BLOBS = ["x''", "x'61'", "x'616263'", "x'3132'", "x'c3a9'"];
const TYPES = ['INTEGER', 'REAL', 'TEXT', 'NUMERIC', 'BLOB', 'VARCHAR(10)'];
const COLLATIONS = ['BINARY', 'NOCASE', 'RTRIM'];
const JSON_TEXTS = [
  '{"a":1,"b":[1,2.5,null,"x"],"c":{"d":true}}',
  '[1,"a",{"k":2},null]',
  '"s"',
  '12',
  'null',
  '{}',
  '[]',
];
const JSON_PATHS = ['$', '$.a', '$.b', '$.b[1]', '$[0]', '$[2].k', '$.c.d', '$.nope', '$.b[#-1]'];
const MOMENTS = [
  '2024-02-29', '2023-12-31 23:59:59', '1970-01-01T00:00:00', '2000-01-31 12:34:56.789', '2460000.5', 'nonsense', '0001-01-01',
]; // oxfmt-ignore
const MODIFIERS = [
  '+1 day', '-1 month', '+1 year', 'start of month', 'start of year', 'start of day', 'weekday 1', '+90 minutes', '-3.5 hours', '+12:30',
]; // oxfmt-ignore
const FORMATS = ['%Y-%m-%d', '%H:%M:%S', '%j', '%w', '%s', '%W', '%f', '%J', '%Y %G %V'];
const PRINTF = [
  '%d',
  '%5d|',
  '%-5d|',
  '%05d',
  '%x',
  '%s',
  '%10.3s|',
  '%.2f',
  '%e',
  '%g',
  '%c',
  '%q',
  '%Q',
  '%%',
  '%,d',
  '%+d',
];

export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

export function literal(random: Random): string {
  const roll = random.next();
  if (roll < 0.12) return 'NULL';
  if (roll < 0.5) return random.pick(INTEGERS);
  if (roll < 0.55) return random.pick(LIMITS);
  if (roll < 0.7) return random.pick(REALS);
  return roll < 0.95 ? text(random.pick(TEXTS)) : random.pick(BLOBS);
}

function small(random: Random): string {
  return String(random.below(7) - 2);
}

/** An expression without aggregates, windows and subqueries. */
export function expression(random: Random, scope: Scope, depth: number): string {
  if (depth <= 0 || random.chance(0.15)) {
    return scope.length > 0 && random.chance(0.7) ? random.pick(scope) : literal(random);
  }
  const sub = (): string => expression(random, scope, depth - 1);
  switch (random.below(22)) {
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
      return `${random.pick(['coalesce', 'ifnull', 'nullif', 'max', 'min', 'iif'])}(${sub()}, ${sub()})`;
    case 12:
      return `${random.pick(['typeof', 'length', 'upper', 'lower', 'hex', 'quote', 'trim', 'ltrim', 'rtrim', 'unicode', 'octet_length'])}(${sub()})`;
    case 13:
      return `${random.pick(['abs', 'sign', 'round', 'typeof', 'likely', 'ceil', 'floor', 'trunc'])}(${sub()})`;
    case 14:
      return `substr(${sub()}, ${small(random)}${random.chance(0.6) ? `, ${small(random)}` : ''})`;
    case 15:
      return random.pick([
        () => `replace(${sub()}, ${text(random.pick(TEXTS))}, ${sub()})`,
        () => `instr(${sub()}, ${sub()})`,
        () => `round(${sub()}, ${small(random)})`,
        () => `char(${97 + random.below(9)}, ${random.below(5000) + 200})`,
        () => `concat_ws('-', ${sub()}, ${sub()}, ${sub()})`,
        () => `concat(${sub()}, ${sub()})`,
        () => `mod(${sub()}, ${sub()})`,
        () => `trim(${sub()}, ${text(random.pick(TEXTS))})`,
      ])();
    case 16:
      return `printf(${text(random.pick(PRINTF))}, ${sub()})`;
    case 17:
      return date(random);
    case 18:
      return json(random, sub);
    case 19:
      return `${sub()} COLLATE ${random.pick(COLLATIONS)}`;
    default:
      return sub();
  }
}

function date(random: Random): string {
  const name = random.pick(['date', 'time', 'datetime', 'julianday', 'unixepoch', 'strftime']);
  const format = name === 'strftime' ? `${text(random.pick(FORMATS))}, ` : '';
  const modifiers = random.times(0, 2, () => `, ${text(random.pick(MODIFIERS))}`);
  return `${name}(${format}${text(random.pick(MOMENTS))}${modifiers.join('')})`;
}

function json(random: Random, sub: () => string): string {
  const value = text(random.pick(JSON_TEXTS));
  const path = text(random.pick(JSON_PATHS));
  return random.pick([
    () => `json_extract(${value}, ${path})`,
    () => `(${value} -> ${path})`,
    () => `(${value} ->> ${path})`,
    () => `json_type(${value}, ${path})`,
    () => `json_set(${value}, ${path}, ${literal(random).replace(/^x'.*$/, '1')})`,
    () => `json_remove(${value}, ${path === "'$'" ? "'$.a'" : path})`,
    () => `json_array(${value}, json(${value}), 1, 2.5, NULL)`,
    () => `json_object('k', json_array(1, 'x'), 'l', json(${value}))`,
    () => `json_array_length(${value}, ${path})`,
    () => `json_valid(${sub()})`,
    () => `json_quote(json_extract(${value}, ${path}))`,
    () => `json_patch(${value}, '{"a":null,"z":[1]}')`,
  ])();
}

/** An expression that is true, false or NULL. */
export function condition(random: Random, scope: Scope, depth: number): string {
  const sub = (): string => expression(random, scope, depth - 1);
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return `(${sub()} ${random.pick(['=', '<>', '<', '<=', '>', '>=', '==', '!='])} ${sub()})`;
    case 4:
      return `(${sub()} ${random.pick(['IS', 'IS NOT', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'])} ${sub()})`;
    case 5:
      return `(${sub()} ${random.pick(['ISNULL', 'NOTNULL', 'IS NULL', 'IS NOT NULL', 'IS TRUE', 'IS NOT FALSE'])})`;
    case 6:
      return `(${sub()} ${random.pick(['', 'NOT '])}BETWEEN ${sub()} AND ${sub()})`;
    case 7:
      return `(${sub()} ${random.pick(['', 'NOT '])}IN (${random.times(0, 4, sub).join(', ')}))`;
    case 8:
      return `(${sub()} ${random.pick(['', 'NOT '])}${random.pick(['LIKE', 'GLOB'])} ${text(random.pick(['a%', '%b%', 'A_C', '*b*', '[a-c]*', 'ab?', '%', '']))})`;
    case 9:
      return `((${sub()}, ${sub()}) ${random.pick(['=', '<', '>=', '<>', 'IS'])} (${sub()}, ${sub()}))`;
    default:
      if (depth <= 0) return `(${sub()} = ${sub()})`;
      return `(${condition(random, scope, depth - 1)} ${random.pick(['AND', 'OR'])} ${condition(random, scope, depth - 1)})`;
  }
}
