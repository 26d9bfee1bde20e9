/** Statements that write, alone, in transactions and in savepoints, each with a look at what is there afterwards. */
import { createIndex, insert } from './schema.ts';
import { literal, strictValue, valueOf, type Profile } from './values.ts';
import type { Step, TableShape, World } from './world.ts';

const ACTIONS = ['', '', '', ' OR IGNORE', ' OR REPLACE', ' OR FAIL', ' OR ABORT'];

/**
 * A change, then a query of the table. Where rows are visited shows (by what conflicts with what), the order is that of
 * the key: NOT INDEXED, ORDER BY id.
 */
export function change(world: World): Step[] {
  const { random } = world;
  const table = world.target();
  const look: Step[] = [{ sql: `SELECT * FROM ${table.name}`, rows: 'set' }];
  if (random.chance(0.3)) look.push({ sql: 'SELECT what, a, b FROM log', rows: 'set' });
  if (!world.hasTriggers && random.chance(0.15)) look.push({ sql: 'SELECT changes(), total_changes()', rows: 'set' });
  if (random.chance(0.12)) return transaction(world, table, look);
  return [write(world, table), ...look];
}

function transaction(world: World, table: TableShape, look: readonly Step[]): Step[] {
  const { random } = world;
  const plain = (sql: string): Step => ({ sql, rows: 'none' });
  const some = (): Step[] => random.times(1, 2, () => write(world, random.chance(0.7) ? table : world.target()));
  return random.pick([
    () => [plain('BEGIN'), ...some(), ...look, plain(random.pick(['ROLLBACK', 'COMMIT'])), ...look],
    () => [plain('SAVEPOINT s'), ...some(), plain('ROLLBACK TO s'), ...look, ...some(), plain('RELEASE s'), ...look],
    () => [
      plain('BEGIN'),
      ...some(),
      plain('SAVEPOINT s'),
      ...some(),
      plain(random.pick(['ROLLBACK TO s', 'RELEASE s'])),
      ...some(),
      plain('END'),
      ...look,
    ],
    () => [
      plain('SAVEPOINT s'),
      ...some(),
      plain('SAVEPOINT u'),
      ...some(),
      plain(random.pick(['ROLLBACK TO s', 'ROLLBACK TO u', 'RELEASE u'])),
      ...look,
      plain('ROLLBACK'),
      ...look,
    ],
  ])();
}

function assigned(world: World, table: TableShape, scope: readonly string[]): string {
  const { random } = world;
  const at = random.below(table.free.length);
  const value = random.chance(0.4) ? valueOf(table.profiles[at] as Profile, random) : world.expression(scope, 2);
  return `${table.free[at]} = ${value}`;
}

function write(world: World, table: TableShape): Step {
  const { random } = world;
  const { name, columns, free } = table;
  const column = random.pick(free);
  const where = `WHERE ${random.chance(0.3) ? `id ${random.pick(['=', '<', '>'])} ${random.below(60)}` : world.condition(columns, 2)}`;
  const returning = (scope = columns): string =>
    random.chance(0.25) ? ` RETURNING ${random.pick(['*', `id, ${world.expression(scope, 1)} AS r`])}` : '';
  const step = (sql: string): Step => ({ sql, rows: / RETURNING /.test(sql) ? 'set' : 'none' });
  const action = (): string => random.pick(table.strict ? ACTIONS.slice(0, 5) : ACTIONS);
  const conflict = (): string => `ON CONFLICT (${random.pick(table.unique)})`;
  const one = (): string =>
    `(${[random.below(60), ...table.profiles.map((profile) => (table.strict ? strictValue(profile, random) : valueOf(profile, random)))].join(', ')})`;
  const into = `INTO ${name} (id, ${free.join(', ')})`;
  // No more than a value: what has been done to it before it is excluded depends on the key.
  const excluded = free.map((name) => `excluded.${name}`);
  const existing = columns.map((column) => `${name}.${column}`);
  return random.pick<() => Step>([
    () => (table.big ? step(`DELETE FROM ${name} WHERE id % 7 = 3${returning()}`) : insert(world, table)),
    () => insert(world, table),
    () => step(`UPDATE${action()} ${name} NOT INDEXED SET ${assigned(world, table, columns)} ${where}${returning()}`),
    () =>
      step(
        `UPDATE${action()} ${name} NOT INDEXED SET ${assigned(world, table, columns)}, id = id + ${random.pick([1, 100, 1000])} ${where}${returning()}`,
      ),
    () =>
      step(
        `UPDATE ${name} NOT INDEXED SET (${free[0]}, ${free[1]}) = (${free[1]}, ${world.expression(columns, 1)}) ${where}${returning()}`,
      ),
    () =>
      step(
        `UPDATE ${name} NOT INDEXED SET (${free[0]}, ${free[1]}) = (SELECT ${literal(random)}, max(id) FROM ${world.smallSource().name}) ${where}${returning()}`,
      ),
    () => step(`DELETE FROM ${name} NOT INDEXED ${where} AND id % 3 = ${random.below(3)}${returning()}`),
    () =>
      step(
        `DELETE FROM ${name} NOT INDEXED WHERE ${column} IN (SELECT ${world.expression([column], 1)} FROM ${world.smallSource().name}) AND id < 20${returning()}`,
      ),
    () => step(`INSERT ${into} VALUES ${random.times(1, 5, one).join(', ')} ${conflict()} DO NOTHING${returning()}`),
    () =>
      step(
        `INSERT ${into} VALUES ${random.times(1, 5, one).join(', ')} ${conflict()} DO UPDATE SET ${random.chance(0.4) ? `${column} = ${random.pick(excluded)}` : assigned(world, table, existing)}${random.chance(0.4) ? ` WHERE ${world.condition(existing, 1)}` : ''}${returning()}`,
      ),
    () =>
      step(
        `INSERT ${into} VALUES ${random.times(1, 5, one).join(', ')} ON CONFLICT (id) DO UPDATE SET ${column} = ${name}.${column} || ${name}.id ON CONFLICT DO NOTHING${returning()}`,
      ),
    () => step(`REPLACE ${into} VALUES ${random.times(1, 4, one).join(', ')}${returning()}`),
    () =>
      step(
        `INSERT OR IGNORE INTO ${name} (id, ${column}) SELECT id + 7, ${world.expression(columns, 2)} FROM ${name} ORDER BY id LIMIT 50`,
      ),
    () =>
      step(
        `INSERT INTO ${name} (id, ${column}) SELECT id + 1, ${world.expression(columns, 1)} FROM ${name} WHERE id < 50 ORDER BY id ON CONFLICT (id) DO UPDATE SET ${column} = ${random.pick(excluded)}${returning()}`,
      ),
    () => {
      const source = world.source();
      const scope = [...columns.map((column) => `${name}.${column}`), ...source.columns.map((column) => `u.${column}`)];
      return step(
        `UPDATE ${name} SET ${column} = ${world.expression(scope, 1)} FROM ${source.name} AS u WHERE u.id = ${name}.id AND ${world.condition(scope, 1)}${returning()}`,
      );
    },
    () => step(`INSERT INTO ${name} (id) VALUES (${random.below(90)})${returning()}`),
    () => step(`INSERT INTO ${name} ${table.assigns ? 'DEFAULT VALUES' : '(id) VALUES (77)'}`),
    () =>
      step(
        `WITH w AS (SELECT id + 3 AS i, ${world.expression(columns, 1)} AS v FROM ${name} WHERE id < 30) INSERT OR REPLACE INTO ${name} (id, ${column}) SELECT i, v FROM w ORDER BY i`,
      ),
    () =>
      step(
        `DELETE FROM ${name} WHERE EXISTS (SELECT 1 FROM ${world.smallSource().name} AS u WHERE u.id = ${name}.id + 1)${returning()}`,
      ),
  ])();
}

/** Changes of the schema. */
export function alter(world: World): Step[] {
  const { random } = world;
  const table = world.target();
  const look: Step = { sql: `SELECT * FROM ${table.name}`, rows: 'set' };
  const name = world.name('n');
  const expression = world.expression(['id'], 1);
  return random.pick<() => Step[]>([
    () => [createIndex(world, table, name)],
    () => [{ sql: `DROP INDEX IF EXISTS ${table.name}_i0`, rows: 'none' }],
    () => [{ sql: 'REINDEX', rows: 'none' }],
    () => [{ sql: 'ANALYZE', rows: 'none' }],
    () => [
      {
        sql: `ALTER TABLE ${table.name} ADD COLUMN ${name} ${random.pick(['', 'TEXT', 'INT'])}${random.pick(['', " DEFAULT '1'", ' DEFAULT 2.5', ` AS (${expression})`, ' COLLATE NOCASE', ' NOT NULL DEFAULT 3'])}`,
        rows: 'none',
      },
      look,
    ],
  ])();
}
