/** Random queries over tables that are full of NULLs and hold what they declare. */
import { query } from '../fuzz/sql/queries.ts';
import { Random } from '../fuzz/sql/random.ts';
import { World, type TableShape } from '../fuzz/sql/world.ts';

/** Storage classes of declared types: what rows are made of. */
const MAKERS: Record<string, (random: Random) => string> = {
  INTEGER: (random) => String(random.below(12) - 3),
  INT: (random) =>
    random.pick(['0', '1', '-1', '100', '9007199254740993', '-9223372036854775808', '9223372036854775807']),
  BOOLEAN: (random) => String(random.below(2)),
  REAL: (random) => random.pick(['0.0', '-0.0', '1.5', '2.0', '-3.75', '1e30', '9223372036854775807.0', '0.1']),
  'DECIMAL(10, 2)': (random) => random.pick(['0', '7', '2.5', '-1.25', '1e20']),
  TEXT: (random) => random.pick(["'a'", "'A'", "''", "'12'", "'1.5'", "'abc '", "'é'", "'2024-02-29'", "'[1,2]'"]),
  'VARCHAR(20)': (random) => random.pick(["'k1'", "'k2'", "'0x10'", "' 7 '", "'😀'"]),
  DATE: (random) => random.pick(["'2024-02-29'", "'1999-12-31'", "'2024-01-01'"]),
  DATETIME: (random) => random.pick(["'2024-02-29 10:00:00'", "'1970-01-01 00:00:00'"]),
  // No numbers: the column has NUMERIC affinity.
  JSON: (random) => random.pick([`'{"a":1,"b":[1,null]}'`, "'[]'", "'null'", `'"s"'`]),
  BLOB: (random) => random.pick(["x''", "x'61'", "x'3132'", "x'00'"]),
  ANY: (random) => random.pick(['1', '2.5', "'a'", "x'61'", "'7'"]),
};

interface Table {
  readonly name: string;
  readonly columns: readonly (readonly [name: string, type: string, constraint: string])[];
  readonly options: string;
}

const TABLES: readonly Table[] = [
  {
    name: 'users',
    columns: [
      ['id', 'INTEGER', 'PRIMARY KEY'],
      ['name', 'TEXT', 'NOT NULL'],
      ['email', 'VARCHAR(20)', ''],
      ['age', 'INTEGER', ''],
      ['score', 'REAL', ''],
      ['active', 'BOOLEAN', 'NOT NULL'],
      ['born', 'DATE', ''],
    ],
    options: ' STRICT',
  },
  {
    name: 'posts',
    columns: [
      ['id', 'INTEGER', 'PRIMARY KEY'],
      ['user_id', 'INT', ''],
      ['title', 'TEXT', ''],
      ['price', 'DECIMAL(10, 2)', ''],
      ['weight', 'REAL', 'NOT NULL'],
      ['made', 'DATETIME', ''],
      ['data', 'JSON', ''],
      ['body', 'BLOB', ''],
    ],
    options: '',
  },
  {
    name: 'tags',
    columns: [
      ['id', 'INTEGER', 'NOT NULL'],
      ['tag', 'TEXT', 'NOT NULL'],
      ['n', 'INT', ''],
      ['extra', 'ANY', ''],
    ],
    options: ' WITHOUT ROWID, STRICT',
  },
  {
    name: 'misc',
    columns: [
      ['id', 'INTEGER', 'PRIMARY KEY'],
      ['a', 'ANY', ''],
      ['b', 'BLOB', 'NOT NULL'],
      ['ok', 'BOOLEAN', ''],
      ['big', 'INT', 'NOT NULL'],
    ],
    options: '',
  },
];
const VIEWS: readonly (readonly [sql: string, name: string, columns: readonly string[]])[] = [
  [
    'CREATE VIEW pairs AS SELECT u.id, u.name AS who, p.title, p.weight FROM users AS u LEFT JOIN posts AS p ON p.user_id = u.age',
    'pairs',
    ['id', 'who', 'title', 'weight'],
  ],
  [
    'CREATE VIEW totals (id, n, s, top) AS SELECT min(id), count(*), sum(weight), max(title) FROM posts GROUP BY user_id',
    'totals',
    ['id', 'n', 's', 'top'],
  ],
];

/** Types that STRICT tables know; the others are their nearest. */
const STRICT_TYPES: Record<string, string> = { BOOLEAN: 'INTEGER', DATE: 'TEXT', 'VARCHAR(20)': 'TEXT' };

function declared(table: Table): string {
  const isStrict = table.options.includes('STRICT');
  const columns = table.columns.map(([name, type, constraint]) =>
    `${name} ${isStrict ? (STRICT_TYPES[type] ?? type) : type} ${constraint}`.trim(),
  );
  const key = table.options.includes('WITHOUT') ? ', PRIMARY KEY (id, tag)' : '';
  return `CREATE TABLE ${table.name} (${columns.join(', ')}${key})${table.options}`;
}

/** DDL of the tables and views that queries are about. */
export const SCHEMA: string = [...TABLES.map(declared), ...VIEWS.map(([sql]) => sql)].join(';\n');

/** INSERT statements that fill the tables. */
export function rowsOf(seed: number): string[] {
  const random = new Random(seed);
  return TABLES.flatMap(({ name, columns }) =>
    Array.from({ length: 14 }, (_, id) => {
      const values = columns.map(([column, type, constraint]) => {
        if (column === 'id') return String(id - 1);
        if (constraint === '' && random.chance(0.35)) return 'NULL';
        return MAKERS[type]?.(random) ?? 'NULL';
      });
      return `INSERT INTO ${name} VALUES (${values.join(', ')})`;
    }),
  );
}

const SHAPES: readonly TableShape[] = [
  ...TABLES.map(({ name, columns }) => [name, columns.map(([column]) => column)] as const),
  ...VIEWS.map(([, name, columns]) => [name, columns] as const),
].map(([name, columns]): TableShape => ({
  name,
  columns,
  free: [],
  profiles: [],
  unique: [],
  big: false,
  strict: false,
  assigns: false,
}));

/** A random query; half of them what applications write, the others anything. */
export function randomQuery(random: Random): string {
  if (random.chance(0.5)) return usualQuery(random);
  const world = new World(random);
  world.tables.push(...SHAPES);
  return query(world).sql;
}

/** Joins of all kinds over tables, views, subqueries and CTEs, narrowed, grouped, windowed, compound. */
export function usualQuery(random: Random): string {
  const { from, scope, head } = joined(random);
  const narrowed = random.times(0, 2, () =>
    random.pick([
      `${random.pick(scope)} IS NOT NULL`,
      `${random.pick(scope)} NOTNULL`,
      `${random.pick(scope)} = ${random.pick(scope)}`,
      `${random.pick(scope)} > 0`,
      `NOT ${random.pick(scope)} IS NULL`,
    ]),
  );
  const where = narrowed.length > 0 ? ` WHERE ${narrowed.join(random.pick([' AND ', ' AND ', ' OR ']))}` : '';
  const shape = random.below(6);
  if (shape === 0) {
    const [key, value] = [random.pick(scope), random.pick(scope)];
    const calls = random.times(1, 3, (i) => `${aggregate(random, value, scope)} AS v${i}`);
    return `${head}SELECT ${key} AS k, ${calls.join(', ')} FROM ${from}${where} GROUP BY ${key}${random.pick(['', ' HAVING count(*) > 1'])}`;
  }
  if (shape === 1) {
    const calls = random.times(1, 3, (i) => `${aggregate(random, random.pick(scope), scope)} AS v${i}`);
    return `${head}SELECT ${calls.join(', ')} FROM ${from}${where}`;
  }
  if (shape === 2) {
    const over = `OVER (${random.pick(['', `PARTITION BY ${random.pick(scope)} `])}ORDER BY ${random.pick(scope)}${random.pick(['', ' ROWS BETWEEN 1 PRECEDING AND CURRENT ROW', ' ROWS BETWEEN 2 FOLLOWING AND 3 FOLLOWING'])})`;
    const calls = random.times(1, 3, (i) => `${windowed(random, random.pick(scope))} ${over} AS v${i}`);
    return `${head}SELECT ${random.pick(scope)} AS k, ${calls.join(', ')} FROM ${from}${where}`;
  }
  if (shape === 3) {
    const arm = (): string =>
      `SELECT ${scalar(random, scope)} AS x, ${scalar(random, scope)} AS y FROM ${from}${where}`;
    return `${head}${arm()} ${random.pick(['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT'])} ${arm()}`;
  }
  if (shape === 4 && !head.startsWith('WITH')) return `SELECT * FROM ${from}${where}`;
  const items = random.times(1, 5, (i) => `${scalar(random, scope)}${random.chance(0.8) ? ` AS v${i}` : ''}`);
  return `${head}SELECT ${items.join(', ')} FROM ${from}${where}${random.pick(['', '', ` ORDER BY ${random.pick(scope)} LIMIT 20`])}`;
}

interface Joined {
  readonly head: string;
  readonly from: string;
  readonly scope: readonly string[];
}

function joined(random: Random): Joined {
  if (random.chance(0.12)) {
    const [left, right] = [random.pick(SHAPES), random.pick(SHAPES)];
    const kind = random.pick(['', 'LEFT ', 'RIGHT ', 'FULL ', 'INNER ']);
    const scope = [
      'id',
      'l.id',
      'r.id',
      ...left.columns.map((name) => `l.${name}`),
      ...right.columns.map((name) => `r.${name}`),
    ];
    const from = random.chance(0.4)
      ? `${left.name} AS l NATURAL ${kind}JOIN ${right.name} AS r`
      : `${left.name} AS l ${kind}JOIN ${right.name} AS r USING (id)`;
    return { head: '', from, scope };
  }
  const scope: string[] = [];
  const ctes: string[] = [];
  let from = '';
  for (let i = 0; i < random.pick([1, 2, 2, 3]); i++) {
    const alias = `t${i}`;
    const { item, columns, cte } = source(random, `w${i}`);
    if (cte !== undefined) ctes.push(cte);
    const added = columns.map((column) => `${alias}.${column}`);
    const join = random.pick([
      'JOIN',
      'LEFT JOIN',
      'LEFT JOIN',
      'RIGHT JOIN',
      'FULL JOIN',
      'INNER JOIN',
      ',',
      'CROSS JOIN',
    ]);
    if (i > 0) from += join === ',' ? ', ' : ` ${join} `;
    from += `${item} AS ${alias}`;
    if (i > 0 && join !== ',' && join !== 'CROSS JOIN') from += ` ON ${random.pick(scope)} = ${random.pick(added)}`;
    scope.push(...added);
  }
  return { head: ctes.length > 0 ? `WITH ${ctes.join(', ')} ` : '', from, scope };
}

function source(random: Random, name: string): { item: string; columns: readonly string[]; cte?: string } {
  const { name: table, columns } = random.pick(SHAPES);
  const [first, second] = [random.pick(columns), random.pick(columns)];
  const body = (): string =>
    random.pick([
      `SELECT ${first} AS x, ${scalar(random, columns)} AS y FROM ${table}`,
      `SELECT ${first} AS x, count(${second}) AS y FROM ${table} GROUP BY ${first}`,
      `SELECT max(${first}) AS x, sum(${second}) AS y FROM ${table}`,
      `SELECT a.${first} AS x, b.id AS y FROM ${table} AS a LEFT JOIN tags AS b ON b.n = a.id`,
      `SELECT ${first} AS x, ${second} AS y FROM ${table} WHERE ${second} IS NOT NULL`,
    ]);
  if (random.chance(0.15)) return { item: `(${body()})`, columns: ['x', 'y'] };
  if (random.chance(0.15)) return { item: name, columns: ['x', 'y'], cte: `${name} AS (${body()})` };
  return { item: table, columns };
}

function scalar(random: Random, scope: readonly string[]): string {
  const column = (): string => random.pick(scope);
  return random.pick([
    column,
    column,
    () => `coalesce(${column()}, ${random.pick([column(), '0', "'none'"])})`,
    () => `${column()} ${random.pick(['+', '-', '*', '/', '%', '||', '=', '<', 'IS'])} ${column()}`,
    () => `CASE WHEN ${column()} > ${column()} THEN ${column()} ${random.pick(['', `ELSE ${column()} `])}END`,
    () => `CASE ${column()} WHEN ${column()} THEN 1 ELSE 'x' END`,
    () => `nullif(${column()}, ${column()})`,
    () => `iif(${column()}, ${column()}, 2.5)`,
    () =>
      `${random.pick(['abs', 'length', 'upper', 'round', 'typeof', 'hex', 'quote', 'unicode', 'sign', 'ceil', 'trim'])}(${column()})`,
    () => `${random.pick(['max', 'min'])}(${column()}, ${column()})`,
    () => `substr(${column()}, 1, 2)`,
    () => `CAST(${column()} AS ${random.pick(['INTEGER', 'REAL', 'TEXT', 'BLOB', 'NUMERIC'])})`,
    () => `-${column()}`,
    () => `NOT ${column()}`,
    () => `${column()} IN (${column()}, 1)`,
    () => `${column()} BETWEEN ${column()} AND ${column()}`,
    () =>
      `(SELECT ${random.pick(['max(age)', 'count(*)', 'sum(score)', 'avg(age)', 'name'])} FROM users WHERE users.id = ${column()})`,
    () => `EXISTS (SELECT 1 FROM posts WHERE posts.user_id = ${column()})`,
    () => `${column()} IN (SELECT user_id FROM posts)`,
    () => `date(${column()})`,
    () => `strftime('%Y', ${column()})`,
    () => `(${column()}, ${column()}) > (1, 2)`,
  ])();
}

function aggregate(random: Random, value: string, scope: readonly string[]): string {
  const filter = random.pick(['', '', ` FILTER (WHERE ${random.pick(scope)} > 0)`]);
  return random.pick([
    `count(*)`,
    `${random.pick(['count', 'sum', 'avg', 'min', 'max', 'total', 'group_concat', 'json_group_array'])}(${value})${filter}`,
    `${random.pick(['count', 'sum', 'min', 'max'])}(DISTINCT ${value})`,
    `coalesce(sum(${value}), 0)`,
    `sum(${value} * 2)`,
    `max(${value}) - min(${value})`,
  ]);
}

function windowed(random: Random, value: string): string {
  return random.pick([
    'row_number()',
    'rank()',
    'percent_rank()',
    `lag(${value})`,
    `lead(${value}, 1, 0)`,
    `first_value(${value})`,
    `sum(${value})`,
    `count(${value})`,
    `max(${value})`,
    `nth_value(${value}, 2)`,
    'ntile(3)',
  ]);
}

/** An INSERT, UPDATE or DELETE. */
export function randomChange(random: Random): string {
  const { name, columns } = random.pick(TABLES);
  const names = columns.map(([column]) => column);
  const column = (): string => random.pick(names);
  const returning = random.pick(['', '', ' RETURNING *', ` RETURNING ${scalar(random, names)}`]);
  const where = random.pick(['', ` WHERE ${column()} = ${column()}`, ` WHERE id IN (SELECT user_id FROM posts)`]);
  const set = random.times(1, 2, () => `${column()} = ${scalar(random, names)}`).join(', ');
  const values = names.map(() => random.pick(['1', 'NULL', "'x'", '2.5', '?']));
  const upsert = random.pick([
    '',
    '',
    ' ON CONFLICT DO NOTHING',
    ` ON CONFLICT (id) DO UPDATE SET ${column()} = excluded.${column()}`,
  ]);
  return random.pick([
    () => `INSERT INTO ${name} (${names.join(', ')}) VALUES (${values.join(', ')})${upsert}${returning}`,
    () => `INSERT INTO ${name} VALUES (${values.join(', ')})${returning}`,
    () =>
      `INSERT INTO ${name} (${names.join(', ')}) SELECT ${names.map(() => scalar(random, ['id', 'n', 'tag'])).join(', ')} FROM tags`,
    () => `UPDATE ${name} SET ${set}${where}${returning}`,
    () => `UPDATE ${name} SET ${set} FROM tags AS t WHERE t.n = ${name}.${column()}${returning}`,
    () => `DELETE FROM ${name}${where}${returning}`,
  ])();
}
