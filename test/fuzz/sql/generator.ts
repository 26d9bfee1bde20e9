/** Random scripts: a schema, rows, changes and queries. */
import { alter, change } from './changes.ts';
import { query } from './queries.ts';
import { Random } from './random.ts';
import { createInsteadTrigger, createTable, createTrigger, createView } from './schema.ts';
import { World, type Step } from './world.ts';

export type { Step } from './world.ts';

/** The script of a seed; `queries` of its steps are queries of their own. */
export function generateScript(seed: number, queries: number): Step[] {
  const random = new Random(seed);
  const world = new World(random);
  const steps: Step[] = [];
  const plain = (sql: string): number => steps.push({ sql, rows: 'none' });
  const hasKeys = random.chance(0.25);
  if (hasKeys) plain('PRAGMA foreign_keys = ON');
  if (random.chance(0.05)) plain('PRAGMA recursive_triggers = ON');
  plain('CREATE TABLE log (what, a, b)');
  steps.push(...createTable(world, 't0', undefined));
  for (let i = random.below(3); i > 0; i--) {
    const parent = hasKeys && random.chance(0.7) ? world.tables[0] : undefined;
    steps.push(...createTable(world, `t${i}`, parent));
  }
  if (random.chance(0.4)) {
    steps.push(createView(world, 'v0'));
    const view = world.tables.at(-1);
    if (view !== undefined && random.chance(0.3)) {
      steps.push(createInsteadTrigger(world, view));
      plain(
        random.pick([
          'INSERT INTO v0 (id, x, y) VALUES (1, 2, 3)',
          "UPDATE v0 SET y = y || 'u' WHERE id < 20",
          'DELETE FROM v0 WHERE id > 10',
        ]),
      );
      steps.push({ sql: 'SELECT what, a, b FROM log', rows: 'set' });
    }
  }
  world.hasTriggers = random.chance(0.25);
  if (world.hasTriggers) steps.push(...random.times(1, 2, () => createTrigger(world)));
  if (random.chance(0.2)) plain('ANALYZE');
  const asked: Step[] = [];
  for (let i = 0; i < queries; i++) {
    if (random.chance(0.25)) steps.push(...change(world));
    if (random.chance(0.03)) steps.push(...alter(world));
    const again = asked.length > 0 && random.chance(0.06);
    const step = again ? random.pick(asked) : query(world);
    asked.push(step);
    steps.push(step);
  }
  return steps;
}
