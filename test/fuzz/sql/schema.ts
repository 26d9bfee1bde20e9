/** Tables, indexes, views and triggers. */
import { bulkValue, literal, strictValue, valueOf, type Profile } from './values.ts';
import type { Step, TableShape, World } from './world.ts';

const TYPES = [
  'INTEGER',
  'INT',
  'REAL',
  'TEXT',
  'NUMERIC',
  'BLOB',
  '',
  'VARCHAR(10)',
  'BOOLEAN',
  'DOUBLE',
  'DECIMAL(10,2)',
  'CLOB',
  'DATE',
  'ANY',
];
const COLLATES = ['', '', '', '', ' COLLATE NOCASE', ' COLLATE RTRIM'];
const PROFILES: readonly Profile[] = [
  'small', 'small', 'small', 'integral', 'words', 'words', 'mixed', 'mixed', 'wide', 'numeric-text', 'blobs', 'reals', 'json', 'moments',
]; // oxfmt-ignore
const STRICT: readonly [string, Profile][] = [
  ['INT', 'small'],
  ['INTEGER', 'wide'],
  ['REAL', 'reals'],
  ['REAL', 'integral'],
  ['TEXT', 'words'],
  ['TEXT', 'numeric-text'],
  ['BLOB', 'blobs'],
  ['ANY', 'mixed'],
];
const CONFLICTS = [
  '',
  '',
  '',
  ' ON CONFLICT IGNORE',
  ' ON CONFLICT REPLACE',
  ' ON CONFLICT ABORT',
  ' ON CONFLICT FAIL',
];
const BULK_ROWS = [600, 700, 1100, 2200];

/** A table, filled, with its indexes. */
export function createTable(world: World, name: string, parent: TableShape | undefined): Step[] {
  const { random } = world;
  const big = random.chance(name === 't0' ? 0.06 : 0.02);
  const columns = random.times(2, 5, (i) => `c${i}`);
  const isStrict = !big && random.chance(0.1);
  const profiles: Profile[] = [];
  const unique: string[] = ['id'];
  const withoutRowid = random.chance(0.18);
  const definitions = columns.map((column, i) => {
    const strict = random.pick(STRICT);
    const profile = isStrict ? strict[1] : random.pick(PROFILES);
    profiles.push(profile);
    let sql = `${column} ${isStrict ? strict[0] : random.pick(TYPES)}`;
    if (random.chance(0.12))
      sql += ` DEFAULT ${random.pick([`(${literal(random)})`, `(${valueOf(profile, random)})`, "'d'", '-1', '+2.5', '(1+1)', 'NULL'])}`;
    if (!big && random.chance(0.08)) sql += ` NOT NULL${random.pick(CONFLICTS)}`;
    if (!big && random.chance(0.08)) {
      sql += ` UNIQUE${random.pick(CONFLICTS)}`;
      unique.push(column);
    }
    if (parent !== undefined && !big && i === 0) {
      sql += ` REFERENCES ${parent.name}(id)${foreignKeyActions(world)}`;
    }
    return `${sql}${random.pick(COLLATES)}`;
  });
  const all = ['id', ...columns];
  if (random.chance(0.2)) {
    for (const g of random.chance(0.3) ? ['g', 'h'] : ['g']) {
      // No REAL: of a VIRTUAL one SQLite shows 1.0 as 1 after a sort.
      const type = isStrict ? ' ANY' : random.pick(['', ' INT', ' TEXT', ' NUMERIC']);
      const expression = world.expression(g === 'g' ? columns : [...columns.slice(0, 2), 'g'], 1);
      definitions.push(
        `${g}${type} ${random.pick(['', 'GENERATED ALWAYS '])}AS (${expression})${random.pick([' STORED', '', ' VIRTUAL'])}${random.pick(COLLATES)}`,
      );
      all.push(g);
    }
  }
  if (random.chance(0.1)) definitions.push(`CHECK (${columns[0]} IS NULL OR length(${columns[0]}) < 15)`);
  if (random.chance(0.05)) definitions.push(`CONSTRAINT k CHECK (${world.condition(columns, 1)} IS NOT FALSE)`);
  if (!big && random.chance(0.06)) {
    definitions.push(`UNIQUE (${columns[0]}, ${columns[1]})${random.pick(CONFLICTS)}`);
    unique.push(`${columns[0]}, ${columns[1]}`);
  }
  let key = random.pick([
    'id INTEGER PRIMARY KEY',
    'id INTEGER PRIMARY KEY',
    'id INTEGER PRIMARY KEY',
    'id INTEGER PRIMARY KEY ASC',
    'id INTEGER PRIMARY KEY AUTOINCREMENT',
  ]);
  if (withoutRowid || random.chance(0.1)) {
    key = 'id INT NOT NULL';
    if (random.chance(0.7)) definitions.push(`PRIMARY KEY (id${random.pick(['', ' DESC'])})`);
    else
      definitions.push(
        `PRIMARY KEY (${random.pick([`${columns[0]}, id`, 'id, c0', `${columns[1]} COLLATE NOCASE, id`])})`,
        'UNIQUE (id)',
      );
  }
  const suffix = [...(withoutRowid ? ['WITHOUT ROWID'] : []), ...(isStrict ? ['STRICT'] : [])].join(', ');
  const table: TableShape = {
    name,
    columns: all,
    free: columns,
    profiles,
    unique,
    big,
    strict: isStrict,
    assigns: key.includes('INTEGER'),
  };
  world.tables.push(table);
  const indexes = random.times(0, 3, (i) => createIndex(world, table, `${name}_i${i}`));
  const create: Step = {
    sql: `CREATE TABLE ${name} (${[key, ...definitions].join(', ')}) ${suffix}`.trim(),
    rows: 'none',
  };
  const fill = big ? [bulk(world, table)] : random.times(1, 4, () => insert(world, table));
  return random.chance(0.7) ? [create, ...indexes, ...fill] : [create, ...fill, ...indexes];
}

function foreignKeyActions(world: World): string {
  const { random } = world;
  const action = (): string => random.pick(['CASCADE', 'SET NULL', 'SET DEFAULT', 'RESTRICT', 'NO ACTION']);
  return [
    random.chance(0.7) ? ` ON DELETE ${action()}` : '',
    random.chance(0.6) ? ` ON UPDATE ${action()}` : '',
    random.chance(0.2) ? ' DEFERRABLE INITIALLY DEFERRED' : '',
  ].join('');
}

function bulk(world: World, table: TableShape): Step {
  const { random } = world;
  const values = table.profiles.map((profile) => bulkValue(profile, random));
  const numbers = `WITH RECURSIVE k(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM k WHERE n < ${random.pick(BULK_ROWS)})`;
  const id = random.pick(['n', 'n', 'n * 3', 'n * 7919 % 10007', '-n']);
  const sql = `INSERT OR IGNORE INTO ${table.name} (id, ${table.free.join(', ')}) ${numbers} SELECT ${id}, ${values.join(', ')} FROM k`;
  return { sql, rows: 'none' };
}

export function createIndex(world: World, table: TableShape, name: string): Step {
  const { random } = world;
  const columns = table.columns;
  const keys = random.times(1, 3, () => {
    const key = random.chance(0.85) ? random.pick(columns) : `(${world.expression(columns, 1)})`;
    return `${key}${random.pick(['', '', '', ' COLLATE NOCASE', ' COLLATE RTRIM', ' COLLATE BINARY'])}${random.pick(['', '', ' DESC', ' ASC'])}`;
  });
  const where = random.chance(0.2)
    ? ` WHERE ${random.pick([`${random.pick(columns)} IS NOT NULL`, `${random.pick(columns)} > 0`, world.condition(columns, 1)])}`
    : '';
  const isUnique = !table.big && random.chance(0.06);
  return {
    sql: `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX ${name} ON ${table.name} (${keys.join(', ')})${where}`,
    rows: 'none',
  };
}

export function insert(world: World, table: TableShape): Step {
  const { random } = world;
  const rows = random.times(1, 12, () => {
    const id = random.chance(0.7)
      ? String(random.below(60))
      : random.chance(0.8) || !table.assigns
        ? String(100 + world.number())
        : 'NULL';
    return `(${[id, ...table.profiles.map((profile) => (!table.strict && random.chance(0.9) ? valueOf(profile, random) : strictValue(profile, random)))].join(', ')})`;
  });
  const action = random.pick([
    'OR IGNORE',
    'OR REPLACE',
    'OR IGNORE',
    'OR IGNORE',
    '',
    'OR ABORT',
    table.strict ? '' : 'OR FAIL',
  ]);
  const returning = random.chance(0.1)
    ? ` RETURNING ${random.pick(['*', `id, ${world.expression(table.columns, 1)}`])}`
    : '';
  return {
    sql: `INSERT ${action} INTO ${table.name} (id, ${table.free.join(', ')}) VALUES ${rows.join(', ')}${returning}`,
    rows: returning !== '' ? 'set' : 'none',
  };
}

export function createView(world: World, name: string): Step {
  const { random } = world;
  const table = world.smallSource();
  const [first = 'id', second = 'id'] = table.columns.slice(1);
  const where = world.condition(table.columns, 1);
  const body = random.pick([
    () =>
      `SELECT id, ${first} AS x, ${world.expression(table.columns, 1)} AS y FROM ${table.name} WHERE ${where} OR ${second} IS NOT NULL`,
    () => `SELECT min(id) AS id, count(*) AS x, typeof(max(${second})) AS y FROM ${table.name} GROUP BY ${first}`,
    () =>
      `SELECT id, +${first} AS x, 'l' AS y FROM ${table.name} UNION ALL SELECT CAST(id + 10000 AS INTEGER), +${second}, id FROM ${table.name}`,
    () =>
      `SELECT p.id, p.${first} AS x, q.${second} AS y FROM ${table.name} AS p LEFT JOIN ${table.name} AS q ON q.id = p.id + 1`,
    () => `SELECT id, ${first} AS x, row_number() OVER (ORDER BY id) AS y FROM ${table.name}`,
    () =>
      `SELECT * FROM (SELECT id, ${first} AS x, ${second} AS y FROM ${table.name} ORDER BY id LIMIT 20) WHERE ${second === 'id' ? '1' : 'y IS NOT 0'}`,
  ])();
  world.tables.push({
    name,
    columns: ['id', 'x', 'y'],
    free: [],
    profiles: [],
    unique: [],
    big: false,
    strict: false,
    assigns: false,
  });
  const columns = random.chance(0.2) ? ' (id, x, y)' : '';
  return { sql: `CREATE VIEW ${name}${columns} AS ${body}`, rows: 'none' };
}

/** A trigger that writes what it sees to the table `log`, and may refuse. */
export function createTrigger(world: World): Step {
  const { random } = world;
  const table = world.target();
  const event = random.pick(['INSERT', 'UPDATE', 'DELETE', `UPDATE OF ${random.pick(table.free)}`]);
  const time = random.pick(['BEFORE', 'AFTER', 'AFTER', '']);
  const rows = [...(event === 'INSERT' ? [] : ['OLD']), ...(event === 'DELETE' ? [] : ['NEW'])];
  const scope = rows.flatMap((row) =>
    table.columns.filter((column) => time === 'AFTER' || column !== 'id').map((column) => `${row}.${column}`),
  );
  const when = random.chance(0.4) ? ` WHEN ${world.condition(scope, 1)}` : '';
  const others = world.tables.filter((other) => other.free.length > 0 && other !== table && !other.big);
  const other = others.length > 0 ? random.pick(others) : undefined;
  const bodies = [
    () => `INSERT INTO log VALUES ('${event.slice(0, 3)}', ${random.pick(scope)}, ${world.expression(scope, 1)});`,
    () => `INSERT INTO log SELECT 'q', count(*), ${random.pick(scope)} FROM log WHERE a IS NOT ${random.pick(scope)};`,
    () => `DELETE FROM log WHERE a = ${random.pick(scope)};`,
    () =>
      `SELECT RAISE(${random.pick(['IGNORE', "ABORT, 'no'", "FAIL, 'no'", "ROLLBACK, 'no'"])}) WHERE ${world.condition(scope, 1)} AND ${random.pick(scope)} > 5;`,
    () =>
      other === undefined
        ? `UPDATE log SET b = ${random.pick(scope)} WHERE what = 'q';`
        : `UPDATE OR IGNORE ${other.name} SET ${random.pick(other.free)} = ${random.pick(scope)} WHERE id = ${random.pick(scope)};`,
  ];
  const body = random.times(1, 2, () => random.pick(bodies)()).join(' ');
  return {
    sql: `CREATE TRIGGER ${world.name('r')} ${time} ${event} ON ${table.name}${random.pick(['', ' FOR EACH ROW'])}${when} BEGIN ${body} END`,
    rows: 'none',
  };
}

export function createInsteadTrigger(world: World, view: TableShape): Step {
  const { random } = world;
  const event = random.pick(['INSERT', 'UPDATE', 'DELETE']);
  const row = event === 'INSERT' ? 'NEW' : 'OLD';
  const value = event === 'UPDATE' ? 'NEW.y' : `${row}.y`;
  return {
    sql: `CREATE TRIGGER ${world.name('r')} INSTEAD OF ${event} ON ${view.name} BEGIN INSERT INTO log VALUES ('${event}', ${row}.id, ${value}); END`,
    rows: 'none',
  };
}
