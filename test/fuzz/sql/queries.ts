/**
 * Random queries. What a plan may decide (the order of ties, which row of a group a bare column is of) is never asked
 * for.
 */
import type { Scope } from './expressions.ts';
import { fromClause, subquery, where } from './from.ts';
import { JSON_TEXTS, literal, text } from './values.ts';
import { windowQuery } from './windows.ts';
import type { Step, World } from './world.ts';

export function query(world: World): Step {
  const { random } = world;
  const simple = (): Step => {
    const { sql, width } = select(world, [], 2);
    return ordered(world, sql, width);
  };
  return random.pick<() => Step>([
    simple,
    simple,
    simple,
    () => aggregate(world),
    () => aggregate(world),
    () => compound(world),
    () => windowQuery(world),
    () => common(world),
    () => recursive(world),
    () => ({ sql: `SELECT ${random.times(1, 3, () => world.expression([], 3)).join(', ')}`, rows: 'set' }),
    () => jsonTable(world),
    () => odd(world),
  ])();
}

/** ORDER BY every column, and perhaps LIMIT. */
function ordered(world: World, sql: string, width: number, collates = ['', '', '', ' COLLATE BINARY']): Step {
  const { random } = world;
  if (random.chance(0.4)) return { sql, rows: 'set' };
  const terms = Array.from({ length: width }, (_, i) => {
    return `${i + 1}${random.pick(collates)}${random.pick(['', '', ' DESC', ' ASC NULLS LAST', ' DESC NULLS FIRST', ' NULLS FIRST'])}`;
  });
  const limit = random.chance(0.4)
    ? ` LIMIT ${random.below(12) - 1}${random.chance(0.5) ? ` OFFSET ${random.below(4)}` : ''}`
    : '';
  return { sql: `${sql} ORDER BY ${terms.join(', ')}${limit}`, rows: 'ordered' };
}

export function select(world: World, outer: Scope, depth: number, prefix?: string): { sql: string; width: number } {
  const { random } = world;
  const { from, scope } = fromClause(world, depth);
  const all = [...scope, ...outer];
  const items = random.times(1, 4, (i) => {
    const roll = random.next();
    const item = roll < 0.5 ? random.pick(all) : roll < 0.9 ? world.expression(all, 2) : subquery(world, all);
    return prefix === undefined ? item : `${item} AS ${prefix}${i}`;
  });
  const distinct = random.chance(0.15) ? 'DISTINCT ' : '';
  return { sql: `SELECT ${distinct}${items.join(', ')} FROM ${from}${where(world, all)}`, width: items.length };
}

function aggregateCall(world: World, scope: Scope): string {
  const { random } = world;
  const argument = random.chance(0.7) ? random.pick(scope) : world.expression(scope, 1);
  const filter = random.chance(0.15) ? ` FILTER (WHERE ${world.condition(scope, 1)})` : '';
  return random.pick([
    () => `count(*)${filter}`,
    () => `${random.pick(['count', 'sum', 'total', 'avg', 'min', 'max'])}(${argument})${filter}`,
    () => `${random.pick(['count', 'sum', 'total', 'avg', 'min', 'max'])}(${argument})${filter}`,
    () => `${random.pick(['count', 'sum', 'min', 'max', 'total', 'avg'])}(DISTINCT ${argument})${filter}`,
    () => `group_concat(${argument}, '/' ORDER BY typeof(${argument}), ${argument})${filter}`,
    () => `${random.pick(['group_concat', 'string_agg'])}(typeof(${argument}), ',' ORDER BY typeof(${argument}) DESC)`,
    () => `json_group_array(typeof(${argument}) ORDER BY typeof(${argument}))${filter}`,
    () => `json_valid(json_group_object('k' || typeof(${argument}), 1))`,
    () => `sum(CASE WHEN ${world.condition(scope, 1)} THEN ${random.pick(scope)} ELSE 0 END)`,
    () => `count(*) * 2 + count(${argument})`,
  ])();
}

function aggregate(world: World): Step {
  const { random } = world;
  const { from, scope } = fromClause(world, 1);
  const groups = random.times(0, 3, () =>
    random.chance(0.7) ? random.pick(scope) : `(${world.expression(scope, 1)}) || ''`,
  );
  // A group's value may be any of those that its collation takes for equal: what is shown of it must not tell.
  const shown = groups.map((group) => `typeof(${group}) <> 'null'`);
  const calls = random.times(1, 4, () => aggregateCall(world, scope));
  const having =
    groups.length > 0 && random.chance(0.3)
      ? ` HAVING ${aggregateCall(world, scope)} ${random.pick(['>', '<', '<>'])} ${literal(random)}`
      : '';
  const by = groups.length > 0 ? ` GROUP BY ${groups.join(', ')}` : '';
  const items = [...shown, ...calls];
  return ordered(world, `SELECT ${items.join(', ')} FROM ${from}${where(world, scope)}${by}${having}`, items.length);
}

function compound(world: World): Step {
  const { random } = world;
  const width = 1 + random.below(2);
  const arm = (): string => {
    if (random.chance(0.1))
      return `VALUES ${random.times(1, 3, () => `(${Array.from({ length: width }, () => literal(random)).join(', ')})`).join(', ')}`;
    const { from, scope } = fromClause(world, 0);
    // Values that a column's collation takes for equal are told apart, so that it does not matter which one stays.
    const items = Array.from({ length: width }, () => `(${world.expression(scope, 1)}) COLLATE BINARY`);
    return `SELECT ${items.join(', ')} FROM ${from}${where(world, scope)}`;
  };
  const arms = random.times(2, 4, arm);
  const operators = ['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT', 'UNION ALL'];
  return ordered(
    world,
    arms.reduce((left, right) => `${left} ${random.pick(operators)} ${right}`),
    width,
    ['', '', '', ''], // with COLLATE SQLite makes REALs of a column's INTEGERs
  );
}

function common(world: World): Step {
  const { random } = world;
  const { sql, width } = select(world, [], 0);
  const columns = Array.from({ length: width }, (_, i) => `k${i}`);
  const scope = columns.map((column) => `w1.${column}`);
  const hint = random.pick(['AS', 'AS', 'AS MATERIALIZED', 'AS NOT MATERIALIZED']);
  const more = random.pick([
    () => ({ with: '', from: 'w AS w1' }),
    () => ({ with: '', from: 'w AS w1' }),
    () => ({ with: '', from: `w AS w1 JOIN w AS w2 ON w1.k0 = w2.k0` }),
    () => ({ with: `, x(n) ${hint} (SELECT count(*) FROM w)`, from: 'w AS w1, x' }),
    () => ({ with: '', from: `w AS w1 LEFT JOIN ${world.smallSource().name} AS q ON q.id = w1.k0` }),
  ])();
  return ordered(
    world,
    `WITH w(${columns.join(', ')}) ${hint} (${sql})${more.with} SELECT ${scope.join(', ')}, ${world.expression(scope, 1)} FROM ${more.from}${where(world, scope)}`,
    width + 1,
  );
}

function recursive(world: World): Step {
  const { random } = world;
  const limit = 3 + random.below(20);
  const all = random.pick(['', 'ALL ']);
  const table = world.smallSource();
  return random.pick<() => Step>([
    () => ({
      sql: `WITH RECURSIVE k(n, s) AS (SELECT 1, 'x' UNION ${all}SELECT ${random.pick(['n + 1', 'n * 2', 'n + 3'])}, s || n FROM k WHERE n < ${limit}) SELECT n, s, ${world.expression(['n', 's'], 2)} FROM k`,
      rows: 'set',
    }),
    () => ({
      sql: `WITH RECURSIVE k(n) AS (VALUES (${random.below(5)}) UNION SELECT (n * ${2 + random.below(4)} + 1) % ${limit} FROM k ORDER BY 1${random.pick(['', ' DESC'])} LIMIT ${limit}) SELECT n FROM k`,
      rows: 'set',
    }),
    () => ({
      sql: `WITH RECURSIVE k(n, d) AS (SELECT min(id), 0 FROM ${table.name} UNION SELECT t.id, d + 1 FROM k JOIN ${table.name} AS t ON t.id > k.n AND t.id < k.n + 9 WHERE d < 3) SELECT n, d, count(*) OVER () FROM k`,
      rows: 'set',
    }),
    () => ({
      sql: `WITH RECURSIVE k(n) AS (SELECT id FROM ${table.name} WHERE id < 9 UNION ALL SELECT n + 10 FROM k WHERE n < 30) SELECT count(*), sum(n), min(n) FROM k${where(world, ['n'])}`,
      rows: 'set',
    }),
  ])();
}

function jsonTable(world: World): Step {
  const { random } = world;
  const value = text(random.pick([...JSON_TEXTS, '[1,"b",null,2.5,{"x":[true]}]', '{"a":1,"b":{"c":[1,2]}}']));
  const path = random.chance(0.3) ? `, ${random.pick(["'$.b'", "'$[2]'", "'$.c'", "'$.nope'", "'$'"])}` : '';
  const name = random.pick(['json_each', 'json_tree']);
  const fields = ['key', 'value', 'type', 'atom', 'id', 'parent', 'fullkey', 'path'];
  if (random.chance(0.5))
    return { sql: `SELECT ${fields.join(', ')} FROM ${name}(${value}${path})${where(world, fields)}`, rows: 'set' };
  const table = world.smallSource();
  const column = random.pick(table.columns);
  return {
    sql: `SELECT t.id, j.key, j.value, j.type, j.fullkey FROM ${table.name} AS t${random.pick([',', ' LEFT JOIN', ' JOIN'])} ${name}(${random.pick([`json_array(t.${column}, ${value})`, `CASE WHEN json_valid(t.${column}) THEN t.${column} END`])}) AS j${random.chance(0.4) ? ` WHERE ${world.condition(['t.id', 'j.key', 'j.value', 'j.atom'], 1)}` : ''}`,
    rows: 'set',
  };
}

/** Forms that the rest does not make. */
function odd(world: World): Step {
  const { random } = world;
  const table = world.source();
  const { name, columns } = table;
  const column = random.pick(columns);
  const other = random.pick(columns);
  const order = `${world.expression(columns, 1)}${random.pick(['', ' DESC', ' NULLS LAST', ' COLLATE NOCASE'])}`;
  return random.pick<() => Step>([
    () => ({ sql: `SELECT *, ${world.expression(columns, 1)} FROM ${name}${where(world, columns)}`, rows: 'set' }),
    () => ({ sql: `SELECT t.*, count(*) OVER () FROM ${name} AS t${where(world, columns)}`, rows: 'set' }),
    () => ({
      sql: `SELECT id, ${column} FROM ${name}${where(world, columns)} ORDER BY ${order}, id LIMIT ${random.below(30)} OFFSET ${random.below(5)}`,
      rows: 'ordered',
    }),
    () => ({
      sql: `SELECT id, ${column} AS x FROM ${name}${where(world, columns)} ORDER BY x${random.pick(['', ' DESC'])}, id${random.pick(['', ' DESC'])}`,
      rows: 'ordered',
    }),
    () => ({
      sql: `SELECT id FROM ${name} ORDER BY ${column}, ${other} DESC, id LIMIT ${random.below(40)}`,
      rows: 'ordered',
    }),
    () => ({
      sql: `SELECT ${random.pick(['max', 'min'])}(id), ${column}, ${other} FROM ${name}${where(world, columns)}`,
      rows: 'set',
    }),
    () => ({ sql: `SELECT max(${column}), min(${other}), count(DISTINCT ${column}) FROM ${name}`, rows: 'set' }),
    () => ({ sql: `SELECT count(*) FROM ${name}${where(world, columns)}`, rows: 'set' }),
    () => ({
      sql: `SELECT DISTINCT typeof(${column}), ${other} IS NULL FROM ${name}${where(world, columns)}`,
      rows: 'set',
    }),
    () => ({
      sql: `VALUES ${random.times(1, 3, () => `(${world.expression([], 1)}, ${subquery(world, [])})`).join(', ')}`,
      rows: 'set',
    }),
    () => ({
      sql: `SELECT id FROM ${name} AS p WHERE ${column} = (SELECT ${random.pick(['max', 'min'])}(${column}) FROM ${world.smallSource().name} WHERE id = p.id)`,
      rows: 'set',
    }),
    () => ({
      sql: `SELECT sum(n), count(*) FROM (SELECT count(*) AS n FROM ${name} GROUP BY ${column}, typeof(${other}))`,
      rows: 'set',
    }),
    () => ({
      sql: `SELECT id, (SELECT ${world.expression(['p.id', `p.${column}`], 2)}) FROM ${name} AS p WHERE id BETWEEN ${random.below(20)} AND ${random.below(80)}`,
      rows: 'set',
    }),
    () => ({
      sql: `SELECT ${column}, count(*) FROM ${name} GROUP BY ${column} COLLATE BINARY, typeof(${column})${random.pick(['', ' HAVING count(*) > 1'])}`,
      rows: 'set',
    }),
    () => ({
      sql: `SELECT typeof(${column}), sum(id), avg(id), group_concat(DISTINCT typeof(${other})) IS NULL FROM ${name} GROUP BY 1`,
      rows: 'set',
    }),
  ])();
}
