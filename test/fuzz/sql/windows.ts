/** Queries with window functions. Where the place of a row shows, rows are ordered by `id` in the end. */
import { where } from './from.ts';
import type { Step, World } from './world.ts';

/** Peers have the same result: the order may have ties. */
const OF_PEERS = ['rank()', 'dense_rank()', 'percent_rank()', 'cume_dist()'];
const EXCLUDES = ['', '', '', ' EXCLUDE NO OTHERS', ' EXCLUDE CURRENT ROW', ' EXCLUDE TIES', ' EXCLUDE GROUP'];

export function windowQuery(world: World): Step {
  const { random } = world;
  const table = world.source();
  const scope = table.columns;
  const names: string[] = [];
  const items = random.times(1, 3, () => {
    const partition = random.pick([
      '',
      '',
      `PARTITION BY typeof(${random.pick(scope)}) `,
      `PARTITION BY ${random.pick(scope)} `,
      `PARTITION BY ${world.expression(scope, 1)}, ${random.pick(scope)} `,
    ]);
    const argument = random.chance(0.8) ? random.pick(scope) : world.expression(scope, 1);
    const ties = random.chance(0.25);
    const direction = random.pick(['', ' DESC', ' NULLS LAST', ' DESC NULLS FIRST']);
    if (ties) {
      const call = random.chance(0.5) ? random.pick(OF_PEERS) : aggregate(world, argument, scope);
      const isRange = !call.endsWith('rank()') && !call.startsWith('cume');
      const frame = isRange ? peerFrame(world) : '';
      return `${call} OVER (${partition}ORDER BY ${random.pick(scope)}${direction}${frame})`;
    }
    const frame = random.chance(0.6) ? rowFrame(world) : '';
    const found = random.chance(0.5) ? aggregate(world, argument, scope) : positional(world, argument);
    const call = table.big ? found.replace(/^(group_concat|json_group_array).*/s, 'row_number()') : found;
    const order = `ORDER BY ${random.chance(0.5) ? `${random.pick(scope)}${direction}, ` : ''}id${random.pick(['', ' DESC'])}`;
    if (random.chance(0.2)) {
      const name = world.name('w');
      if (random.chance(0.5)) {
        names.push(`${name} AS (${partition}${order})`);
        return `${call} OVER ${random.chance(0.5) || frame === '' ? name : `(${name}${frame})`}`;
      }
      names.push(`${name} AS (${partition})`);
      return `${call} OVER (${name} ${order}${frame})`;
    }
    return `${call} OVER (${partition}${order}${frame})`;
  });
  const windows = names.length > 0 ? ` WINDOW ${names.join(', ')}` : '';
  if (random.chance(0.15)) {
    const group = random.pick(scope);
    return {
      sql: `SELECT count(*), sum(count(*)) OVER (ORDER BY count(*)), rank() OVER (ORDER BY min(id)) FROM ${table.name}${where(world, scope)} GROUP BY ${group}`,
      rows: 'set',
    };
  }
  const sql = `SELECT id, ${items.join(', ')} FROM ${table.name}${where(world, scope)}${windows}`;
  if (random.chance(0.3))
    return { sql: `${sql} ORDER BY ${random.pick(['2, id', 'id DESC', '2 DESC, 1 LIMIT 9'])}`, rows: 'ordered' };
  return { sql, rows: 'set' };
}

function aggregate(world: World, argument: string, scope: readonly string[]): string {
  const { random } = world;
  const filter = random.chance(0.2) ? ` FILTER (WHERE ${world.condition(scope, 1)})` : '';
  return `${random.pick(['count(*)', `count(${argument})`, `sum(${argument})`, `min(${argument})`, `max(${argument})`, `total(${argument})`, `avg(${argument})`])}${filter}`;
}

function positional(world: World, argument: string): string {
  const { random } = world;
  return random.pick([
    'row_number()', `ntile(${1 + random.below(4)})`, `lag(${argument})`, `lead(${argument}, ${random.below(3)}, 'none')`, `lag(${argument}, ${random.below(4)})`,
    `first_value(${argument})`, `last_value(${argument})`, `nth_value(${argument}, ${1 + random.below(3)})`, `group_concat(${argument}, '.')`,
    `json_group_array(typeof(${argument}))`, ...OF_PEERS,
  ]); // oxfmt-ignore
}

function bound(world: World, side: 'start' | 'end'): string {
  const { random } = world;
  const unbounded = side === 'start' ? 'UNBOUNDED PRECEDING' : 'UNBOUNDED FOLLOWING';
  return random.pick([`${random.below(4)} PRECEDING`, `${random.below(4)} FOLLOWING`, 'CURRENT ROW', unbounded]);
}

/** Of a total order; frames that end before they start are refused by both, or empty. */
function rowFrame(world: World): string {
  const { random } = world;
  const unit = random.pick(['ROWS', 'ROWS', 'GROUPS']);
  if (random.chance(0.2))
    return ` ${unit} ${random.pick(['UNBOUNDED PRECEDING', '2 PRECEDING', 'CURRENT ROW'])}${random.pick(EXCLUDES)}`;
  if (random.chance(0.15))
    return ` RANGE BETWEEN UNBOUNDED PRECEDING AND ${random.pick(['CURRENT ROW', 'UNBOUNDED FOLLOWING'])}${random.pick(EXCLUDES)}`;
  return ` ${unit} BETWEEN ${bound(world, 'start')} AND ${bound(world, 'end')}${random.pick(EXCLUDES)}`;
}

/** Whole peer groups; RANGE with a number where there is one term, as here. */
function peerFrame(world: World): string {
  const { random } = world;
  const exclude = random.pick(['', '', '', ' EXCLUDE GROUP', ' EXCLUDE TIES', ' EXCLUDE CURRENT ROW']);
  if (random.chance(0.3)) return exclude === '' ? '' : ` RANGE UNBOUNDED PRECEDING${exclude}`;
  return ` ${random.pick(['RANGE', 'GROUPS'])} BETWEEN ${bound(world, 'start')} AND ${bound(world, 'end')}${exclude}`;
}
