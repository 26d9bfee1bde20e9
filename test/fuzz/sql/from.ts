/** FROM clauses, subqueries and conditions on them. */
import type { Scope } from './expressions.ts';
import { select } from './queries.ts';
import { literal } from './values.ts';
import type { TableShape, World } from './world.ts';

const JOINS = [
  'JOIN', 'JOIN', 'INNER JOIN', 'LEFT JOIN', 'LEFT JOIN', 'LEFT OUTER JOIN', 'RIGHT JOIN', 'FULL JOIN', 'FULL OUTER JOIN', ',', 'CROSS JOIN',
]; // oxfmt-ignore

export interface From {
  readonly from: string;
  /** What can be named under it. */
  readonly scope: string[];
  readonly isBig: boolean;
}

/** Two big sources only meet where `id` says which rows. */
export function fromClause(world: World, depth: number): From {
  const { random } = world;
  if (random.chance(0.1)) return sharedColumns(world);
  const count = random.pick([1, 1, 1, 1, 2, 2, 2, 3]);
  const scope: string[] = [];
  let from = '';
  let isBig = false;
  for (let i = 0; i < count; i++) {
    const alias = world.name('a');
    const table: TableShape = count > 2 || (isBig && random.chance(0.5)) ? world.smallSource() : world.source();
    const { item, columns } = source(world, table, count > 1 && i > 0 ? 0 : depth);
    const added = columns.map((column) => `${alias}.${column}`);
    if (i === 0) from = `${item} AS ${alias}`;
    else {
      const both = (isBig && table.big) || i === 2;
      const join = both ? random.pick(JOINS.slice(0, 9)) : random.pick(JOINS);
      const on = join === ',' || join === 'CROSS JOIN' ? '' : ` ON ${joinCondition(world, scope, added, both)}`;
      from += `${join === ',' ? ',' : ` ${join}`} ${item} AS ${alias}${on}`;
    }
    isBig ||= table.big;
    scope.push(...added);
  }
  return { from, scope, isBig };
}

function joinCondition(world: World, left: Scope, right: Scope, isBig: boolean): string {
  const { random } = world;
  const more = random.chance(0.2) ? ` AND ${world.condition([...left, ...right], 1)}` : '';
  if (isBig) return `${random.pick(left)} = ${right[0]}${more}`;
  if (random.chance(0.15))
    return `${random.pick(left)} = ${random.pick(right)} AND ${random.pick(left)} = ${random.pick(right)}`;
  if (random.chance(0.7)) return `${random.pick(left)} = ${random.pick(right)}${more}`;
  if (random.chance(0.1)) return random.pick(['1', '0', 'NULL']);
  return world.condition([...left, ...right], 1);
}

function source(world: World, table: TableShape, depth: number): { item: string; columns: readonly string[] } {
  const { random } = world;
  if (depth > 0 && !table.big && random.chance(0.15)) {
    const { sql, width } = select(world, [], depth - 1, 'r');
    return { item: `(${sql})`, columns: Array.from({ length: width }, (_, i) => `r${i}`) };
  }
  if (!table.big && random.chance(0.04)) {
    const rows = random.times(1, 4, () => `(${literal(random)}, ${literal(random)})`);
    return { item: `(VALUES ${rows.join(', ')})`, columns: ['column1', 'column2'] };
  }
  if (table.big || random.chance(0.9)) return { item: table.name, columns: table.columns };
  const column = random.pick(table.columns);
  return random.pick([
    () => ({ item: `(SELECT DISTINCT id, typeof(${column}) AS t FROM ${table.name})`, columns: ['id', 't'] }),
    () => ({
      item: `(SELECT count(*) AS n, max(id) AS m FROM ${table.name} GROUP BY typeof(${column}))`,
      columns: ['n', 'm'],
    }),
    () => ({ item: `(SELECT id, ${column} AS v FROM ${table.name} ORDER BY id DESC LIMIT 5)`, columns: ['id', 'v'] }),
    () => ({
      item: `(SELECT id FROM ${table.name} UNION SELECT CAST(3 AS INTEGER) UNION SELECT NULL)`,
      columns: ['id'],
    }),
  ])();
}

/** NATURAL JOIN and USING, over subqueries that share the columns meant. */
function sharedColumns(world: World): From {
  const { random } = world;
  const shared = random.pick([['id'], ['k'], ['id', 'k']]);
  const scope = [...shared];
  const part = (place: number): string => {
    const table = world.smallSource();
    const alias = world.name('a');
    const own = `o${place}`;
    scope.push(`${alias}.${random.pick(shared)}`, own);
    const columns = [
      ...shared.map((name) => (name === 'id' ? 'id' : `${random.pick(table.columns)} AS k`)),
      `${random.pick(table.columns)} AS ${own}`,
    ];
    return `(SELECT ${columns.join(', ')} FROM ${table.name}) AS ${alias}`;
  };
  let from = part(0);
  for (let i = 1; i <= random.pick([1, 1, 2]); i++) {
    const kind = random.pick(['', '', 'INNER ', 'LEFT ', 'RIGHT ', 'FULL ']);
    from += random.chance(0.4)
      ? ` NATURAL ${kind}JOIN ${part(i)}`
      : ` ${kind}JOIN ${part(i)} USING (${shared.join(', ')})`;
  }
  return { from, scope, isBig: false };
}

/** An expression with a subquery, which may read `scope`. */
export function subquery(world: World, scope: Scope): string {
  const { random } = world;
  const table = world.source();
  const alias = world.name('s');
  const inner = table.columns.map((column) => `${alias}.${column}`);
  const isFree = random.chance(0.25);
  const both = isFree ? inner : [...inner, ...scope];
  const key = table.big && !isFree && scope.length > 0 ? `${alias}.id = ${random.pick(scope)} AND ` : '';
  const equal =
    key === '' && scope.length > 0 && random.chance(0.4) ? `${random.pick(inner)} = ${random.pick(scope)} AND ` : key;
  const tail = `FROM ${table.name} AS ${alias} WHERE ${equal}${world.condition(both, 1)}`;
  const outer = world.expression(scope, 1);
  return random.pick([
    () => `(SELECT count(*) ${tail})`,
    () => `(SELECT ${random.pick(['max', 'min', 'sum', 'total', 'count'])}(${random.pick(inner)}) ${tail})`,
    () =>
      `(SELECT ${world.expression(both, 1)} ${tail} ORDER BY ${alias}.id${random.pick(['', ' DESC'])} LIMIT 1${random.pick(['', ' OFFSET 1'])})`,
    () => `EXISTS (SELECT 1 ${tail})`,
    () => `NOT EXISTS (SELECT 1 ${tail})`,
    () => `(${outer} IN (SELECT ${random.pick(inner)} ${tail}))`,
    () => `(${outer} NOT IN (SELECT ${random.pick(inner)} ${tail}))`,
    () =>
      `((${outer}, ${world.expression(scope, 0)}) IN (SELECT ${random.pick(inner)}, ${random.pick(inner)} ${tail}))`,
    () =>
      `((${outer}, ${world.expression(scope, 0)}) = (SELECT ${random.pick(inner)}, ${alias}.id ${tail} ORDER BY ${alias}.id LIMIT 1))`,
    () => `(SELECT group_concat(${random.pick(inner)}, '+' ORDER BY ${alias}.id) ${tail})`,
    () => `(${outer} IN (SELECT ${random.pick(inner)} ${tail} UNION SELECT ${literal(random)}))`,
    () => `(SELECT ${outer})`,
    () => `(${outer} IN (SELECT id FROM ${world.smallSource().name}))`,
  ])();
}

export function where(world: World, scope: Scope): string {
  const { random } = world;
  const conditions = random.times(0, 3, () => {
    const roll = random.next();
    if (roll < 0.35)
      return `${random.pick(scope)} ${random.pick(['=', '<', '>', '<=', '>=', 'IS', '<>'])} ${literal(random)}`;
    if (roll < 0.42) return `${random.pick(scope)} IN (${random.times(1, 4, () => literal(random)).join(', ')})`;
    if (roll < 0.5) return `${random.pick(scope)} BETWEEN ${literal(random)} AND ${literal(random)}`;
    if (roll < 0.55)
      return `${random.pick(scope)} ${random.pick(['LIKE', 'GLOB'])} ${random.pick(["'a%'", "'k1%'", "'A*'", "'%1'", "'é%'"])}`;
    if (roll < 0.6) return `${random.pick(scope)} ${random.pick(['=', '<', '>='])} ${random.pick(scope)}`;
    if (roll < 0.65)
      return `(${random.pick(scope)}, ${random.pick(scope)}) ${random.pick(['=', '>', '<='])} (${literal(random)}, ${literal(random)})`;
    if (roll < 0.72) return `${random.pick(scope)} ${random.pick(['IS NULL', 'IS NOT NULL', '> 3', '< 20'])}`;
    if (roll < 0.82) return subquery(world, scope);
    return world.condition(scope, 2);
  });
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(random.pick([' AND ', ' AND ', ' AND ', ' OR ']))}`;
}
