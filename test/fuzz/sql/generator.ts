/**
 * Random scripts: a schema, rows, changes and queries. What a plan may decide (the order of ties, which row of a group
 * a bare column is of) is never asked for.
 */
import { condition, expression, literal, text, type Scope } from './expressions.ts';
import { Random } from './random.ts';

/** A statement; of a query's rows, whether their order is asked for. */
export interface Step {
  readonly sql: string;
  readonly rows: 'none' | 'set' | 'ordered';
}

interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns that may be updated to anything. */
  readonly free: readonly string[];
}

const COLUMN_TYPES = ['INTEGER', 'INT', 'REAL', 'TEXT', 'NUMERIC', 'BLOB', '', 'VARCHAR(10)', 'BOOLEAN', 'DOUBLE'];
const COLLATES = ['', '', '', ' COLLATE NOCASE', ' COLLATE RTRIM'];

/** The script of a seed; `queries` of its steps are queries of their own. */
export function generateScript(seed: number, queries: number): Step[] {
  return new Generator(new Random(seed)).script(queries);
}

class Generator {
  readonly #random: Random;
  readonly #tables: TableShape[] = [];
  #names = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  script(queries: number): Step[] {
    const random = this.#random;
    const steps: Step[] = random.times(1, 3, (i) => this.#createTable(i)).flat();
    for (const table of this.#tables) steps.push(...random.times(1, 4, () => this.#insert(table)));
    if (random.chance(0.3)) steps.push(this.#createView());
    if (random.chance(0.2)) steps.push({ sql: 'ANALYZE', rows: 'none' });
    for (let i = 0; i < queries; i++) {
      if (random.chance(0.15)) steps.push(...this.#change());
      steps.push(this.#query());
    }
    return steps;
  }

  #createTable(index: number): Step[] {
    const random = this.#random;
    const name = `t${index}`;
    const columns = random.times(2, 5, (i) => `c${i}`);
    const definitions = columns.map((column) => {
      const type = random.pick(COLUMN_TYPES);
      const fallback = random.chance(0.1) ? ` DEFAULT (${literal(random)})` : '';
      return `${column} ${type}${fallback}${random.pick(COLLATES)}`;
    });
    const free = [...columns];
    const withoutRowid = random.chance(0.15);
    if (random.chance(0.15)) {
      definitions.push(`g AS (${expression(random, columns.slice(0, 2), 1)})${random.chance(0.5) ? ' STORED' : ''}`);
    }
    if (random.chance(0.1)) definitions.push(`CHECK (${columns[0]} IS NULL OR length(${columns[0]}) < 15)`);
    const sql = `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, ${definitions.join(', ')})${withoutRowid ? ' WITHOUT ROWID' : ''}`;
    const all = ['id', ...columns, ...(sql.includes(' g AS') ? ['g'] : [])];
    this.#tables.push({ name, columns: all, free });
    return [{ sql, rows: 'none' }, ...random.times(0, 2, (i) => this.#createIndex(name, columns, i))];
  }

  #createIndex(table: string, columns: readonly string[], index: number): Step {
    const random = this.#random;
    const keys = random.times(1, 3, () => {
      const key = random.chance(0.85) ? random.pick(columns) : expression(random, columns, 1);
      return `${key}${random.pick(['', '', ' DESC', ' COLLATE NOCASE'])}`;
    });
    const where = random.chance(0.2) ? ` WHERE ${random.pick(columns)} IS NOT NULL` : '';
    return { sql: `CREATE INDEX ${table}_i${index} ON ${table} (${keys.join(', ')})${where}`, rows: 'none' };
  }

  #createView(): Step {
    const table = this.#random.pick(this.#tables);
    const [first = 'id', second = 'id'] = table.columns.slice(1);
    this.#tables.push({ name: 'v0', columns: ['id', 'x', 'y'], free: [] });
    const where = condition(this.#random, table.columns, 1);
    return {
      sql: `CREATE VIEW v0 AS SELECT id, ${first} AS x, ${this.#expression(table.columns, 1)} AS y FROM ${table.name} WHERE ${where} OR ${second} IS NOT NULL`,
      rows: 'none',
    };
  }

  #expression(scope: Scope, depth: number): string {
    return expression(this.#random, scope, depth);
  }

  #insert(table: TableShape): Step {
    const random = this.#random;
    const rows = random.times(1, 12, () => {
      const id = random.chance(0.7)
        ? String(random.below(60))
        : random.chance(0.8)
          ? String(100 + this.#names++)
          : 'NULL';
      return `(${[id, ...table.free.map(() => literal(random))].join(', ')})`;
    });
    const action = random.pick(['OR IGNORE', 'OR REPLACE', 'OR IGNORE', '']);
    const returning = random.chance(0.1);
    return {
      sql: `INSERT ${action} INTO ${table.name} (id, ${table.free.join(', ')}) VALUES ${rows.join(', ')}${returning ? ' RETURNING *' : ''}`,
      rows: returning ? 'set' : 'none',
    };
  }

  #change(): Step[] {
    const random = this.#random;
    const table = random.pick(this.#tables.filter((table) => table.free.length > 0));
    const { name, columns, free } = table;
    const column = random.pick(free);
    const where = `WHERE ${condition(random, columns, 2)}`;
    const step = random.pick<() => Step>([
      () => this.#insert(table),
      () => ({ sql: `UPDATE ${name} SET ${column} = ${this.#expression(columns, 2)} ${where}`, rows: 'none' }),
      () => ({
        sql: `UPDATE ${name} SET (${free[0]}, ${free[1]}) = (${free[1]}, ${this.#expression(columns, 1)}) ${where} RETURNING id, ${column}`,
        rows: 'set',
      }),
      () => ({ sql: `DELETE FROM ${name} ${where} AND id % 3 = ${random.below(3)}`, rows: 'none' }),
      () => ({
        sql: `INSERT INTO ${name} (id, ${column}) VALUES (${random.below(60)}, ${literal(random)}) ON CONFLICT (id) DO UPDATE SET ${column} = excluded.${column} || ${name}.id`,
        rows: 'none',
      }),
      () => ({
        sql: `INSERT OR IGNORE INTO ${name} (id, ${column}) SELECT id + 7, ${this.#expression(columns, 2)} FROM ${name}`,
        rows: 'none',
      }),
    ])();
    return [step, { sql: `SELECT * FROM ${name}`, rows: 'set' }];
  }

  #query(): Step {
    const random = this.#random;
    const simple = (): Step => {
      const { sql, width } = this.#select([], 2);
      return this.#ordered(sql, width);
    };
    return random.pick<() => Step>([
      simple,
      simple,
      () => this.#aggregate(),
      () => this.#aggregate(),
      () => this.#compound(),
      () => this.#window(),
      () => this.#with(),
      () => ({ sql: `SELECT ${random.times(1, 3, () => this.#expression([], 3)).join(', ')}`, rows: 'set' }),
      () => this.#jsonTable(),
    ])();
  }

  /** ORDER BY every column, and perhaps LIMIT. */
  #ordered(sql: string, width: number): Step {
    const random = this.#random;
    if (random.chance(0.4)) return { sql, rows: 'set' };
    const terms = Array.from({ length: width }, (_, i) => {
      return `${i + 1}${random.pick(['', '', ' DESC', ' ASC NULLS LAST', ' DESC NULLS FIRST'])}`;
    });
    const limit = random.chance(0.4)
      ? ` LIMIT ${random.below(6) - 1}${random.chance(0.5) ? ` OFFSET ${random.below(4)}` : ''}`
      : '';
    return { sql: `${sql} ORDER BY ${terms.join(', ')}${limit}`, rows: 'ordered' };
  }

  /** A FROM clause and what can be named under it. */
  #from(depth: number): { from: string; scope: string[] } {
    const random = this.#random;
    const count = random.pick([1, 1, 1, 2, 2, 3]);
    const scope: string[] = [];
    let from = '';
    for (let i = 0; i < count; i++) {
      const alias = `a${this.#names++}`;
      const table = random.pick(this.#tables);
      let columns = table.columns;
      let item = table.name;
      if (depth > 0 && random.chance(0.15)) {
        const { sql, width } = this.#select([], depth - 1, 'r');
        columns = Array.from({ length: width }, (_, i) => `r${i}`);
        item = `(${sql})`;
      }
      const added = columns.map((column) => `${alias}.${column}`);
      if (i === 0) from = `${item} AS ${alias}`;
      else {
        const join = random.pick([
          'JOIN',
          'JOIN',
          'LEFT JOIN',
          'LEFT JOIN',
          'RIGHT JOIN',
          'FULL JOIN',
          ',',
          'CROSS JOIN',
        ]);
        const on =
          join === ',' || join === 'CROSS JOIN'
            ? ''
            : ` ON ${random.chance(0.75) ? `${random.pick(scope)} = ${random.pick(added)}` : condition(random, [...scope, ...added], 1)}`;
        from += `${join === ',' ? ',' : ` ${join}`} ${item} AS ${alias}${on}`;
      }
      scope.push(...added);
    }
    return { from, scope };
  }

  #subquery(scope: Scope): string {
    const random = this.#random;
    const table = random.pick(this.#tables);
    const alias = `s${this.#names++}`;
    const inner = table.columns.map((column) => `${alias}.${column}`);
    const both = [...inner, ...scope];
    const tail = `FROM ${table.name} AS ${alias} WHERE ${condition(random, both, 1)}`;
    const outer = this.#expression(scope, 1);
    return random.pick([
      `(SELECT count(*) ${tail})`,
      `(SELECT max(${random.pick(inner)}) ${tail})`,
      `(SELECT ${this.#expression(both, 1)} ${tail} ORDER BY ${alias}.id LIMIT 1)`,
      `EXISTS (SELECT 1 ${tail})`,
      `NOT EXISTS (SELECT 1 ${tail})`,
      `(${outer} IN (SELECT ${random.pick(inner)} ${tail}))`,
      `(${outer} NOT IN (SELECT ${random.pick(inner)} ${tail}))`,
    ]);
  }

  #where(scope: Scope): string {
    const random = this.#random;
    const conditions = random.times(0, 3, () => {
      const roll = random.next();
      if (roll < 0.35) return `${random.pick(scope)} ${random.pick(['=', '<', '>', '<=', '>='])} ${literal(random)}`;
      if (roll < 0.45) return `${random.pick(scope)} IN (${random.times(1, 4, () => literal(random)).join(', ')})`;
      if (roll < 0.55) return `${random.pick(scope)} BETWEEN ${literal(random)} AND ${literal(random)}`;
      if (roll < 0.65) return this.#subquery(scope);
      return condition(random, scope, 2);
    });
    return conditions.length === 0 ? '' : ` WHERE ${conditions.join(random.pick([' AND ', ' AND ', ' OR ']))}`;
  }

  #select(outer: Scope, depth: number, prefix?: string): { sql: string; width: number } {
    const random = this.#random;
    const { from, scope } = this.#from(depth);
    const all = [...scope, ...outer];
    const items = random.times(1, 4, (i) => {
      const roll = random.next();
      const item = roll < 0.5 ? random.pick(all) : roll < 0.9 ? this.#expression(all, 2) : this.#subquery(all);
      return prefix === undefined ? item : `${item} AS ${prefix}${i}`;
    });
    const distinct = random.chance(0.15) ? 'DISTINCT ' : '';
    return { sql: `SELECT ${distinct}${items.join(', ')} FROM ${from}${this.#where(all)}`, width: items.length };
  }

  #aggregateCall(scope: Scope): string {
    const random = this.#random;
    const argument = random.chance(0.7) ? random.pick(scope) : this.#expression(scope, 1);
    const filter = random.chance(0.15) ? ` FILTER (WHERE ${condition(random, scope, 1)})` : '';
    return random.pick([
      `count(*)${filter}`,
      `${random.pick(['count', 'sum', 'total', 'avg', 'min', 'max'])}(${argument})${filter}`,
      `${random.pick(['count', 'sum', 'min', 'max', 'total'])}(DISTINCT ${argument})`,
      `group_concat(${argument}, '/' ORDER BY typeof(${argument}), ${argument})`,
      `json_group_array(typeof(${argument}) ORDER BY typeof(${argument}))`,
    ]);
  }

  #aggregate(): Step {
    const random = this.#random;
    const { from, scope } = this.#from(1);
    const groups = random.times(0, 2, () =>
      random.chance(0.7) ? random.pick(scope) : `(${this.#expression(scope, 1)}) || ''`,
    );
    // A group's value may be any of those that its collation takes for equal: what is shown of it must not tell.
    const shown = groups.map((group) => `typeof(${group}) <> 'null'`);
    const calls = random.times(1, 4, () => this.#aggregateCall(scope));
    const having =
      groups.length > 0 && random.chance(0.3)
        ? ` HAVING ${this.#aggregateCall(scope)} ${random.pick(['>', '<', '<>'])} ${literal(random)}`
        : '';
    const by = groups.length > 0 ? ` GROUP BY ${groups.join(', ')}` : '';
    const items = [...shown, ...calls];
    return this.#ordered(`SELECT ${items.join(', ')} FROM ${from}${this.#where(scope)}${by}${having}`, items.length);
  }

  #compound(): Step {
    const random = this.#random;
    const width = 1 + random.below(2);
    const arm = (): string => {
      const { from, scope } = this.#from(0);
      // Values that a column's collation takes for equal are told apart, so that it does not matter which one stays.
      const items = Array.from({ length: width }, () => `(${this.#expression(scope, 1)}) COLLATE BINARY`);
      return `SELECT ${items.join(', ')} FROM ${from}${this.#where(scope)}`;
    };
    const arms = random.times(2, 3, arm);
    const operators = ['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT'];
    return this.#ordered(
      arms.reduce((left, right) => `${left} ${random.pick(operators)} ${right}`),
      width,
    );
  }

  #window(): Step {
    const random = this.#random;
    const table = random.pick(this.#tables);
    const scope = table.columns;
    const items = random.times(1, 3, () => {
      const partition = random.chance(0.6) ? `PARTITION BY typeof(${random.pick(scope)}) ` : '';
      const argument = random.pick(scope);
      const bound = (): string =>
        random.pick([`${random.below(3)} PRECEDING`, `${random.below(3)} FOLLOWING`, 'CURRENT ROW']);
      const frame = random.chance(0.5)
        ? ` ${random.pick(['ROWS', 'GROUPS', 'RANGE'])} BETWEEN UNBOUNDED PRECEDING AND ${random.pick(['CURRENT ROW', 'UNBOUNDED FOLLOWING'])}`
        : random.chance(0.5)
          ? ` ROWS BETWEEN ${bound()} AND ${bound()}${random.pick(['', ' EXCLUDE CURRENT ROW', ' EXCLUDE TIES', ' EXCLUDE GROUP'])}`
          : '';
      const call = random.pick([
        'row_number()', 'rank()', 'dense_rank()', 'percent_rank()', 'cume_dist()', `ntile(${1 + random.below(4)})`,
        `lag(${argument})`, `lead(${argument}, ${random.below(3)}, 'none')`, `first_value(${argument})`,
        `last_value(${argument})`, `nth_value(${argument}, ${1 + random.below(3)})`, `count(*)`, `sum(${argument})`,
        `min(${argument})`, `max(${argument})`, `total(${argument})`, `group_concat(${argument}, '.')`, `count(${argument})`,
      ]); // oxfmt-ignore
      const order = random.chance(0.75)
        ? `ORDER BY ${random.pick(['', `typeof(${random.pick(scope)}), `])}id`
        : 'ORDER BY id';
      return `${call} OVER (${partition}${order}${random.chance(0.2) ? ' DESC' : ''}${frame})`;
    });
    return { sql: `SELECT id, ${items.join(', ')} FROM ${table.name}${this.#where(scope)}`, rows: 'set' };
  }

  #with(): Step {
    const random = this.#random;
    if (random.chance(0.5)) {
      const limit = 3 + random.below(20);
      const step = random.pick(['n + 1', 'n * 2', 'n + 3']);
      return {
        sql: `WITH RECURSIVE k(n, s) AS (SELECT 1, 'x' UNION ${random.pick(['', 'ALL '])}SELECT ${step}, s || n FROM k WHERE n < ${limit}) SELECT n, s, ${this.#expression(['n', 's'], 2)} FROM k`,
        rows: 'set',
      };
    }
    const { sql, width } = this.#select([], 0);
    const columns = Array.from({ length: width }, (_, i) => `k${i}`);
    const twice = random.chance(0.3) ? `, w AS w2` : '';
    const scope = columns.map((column) => `w1.${column}`);
    return this.#ordered(
      `WITH w(${columns.join(', ')}) AS (${sql}) SELECT ${scope.join(', ')}, ${this.#expression(scope, 1)} FROM w AS w1${twice}${this.#where(scope)}`,
      width + 1,
    );
  }

  #jsonTable(): Step {
    const value = text(this.#random.pick(['[1,"b",null,2.5,{"x":[true]}]', '{"a":1,"b":{"c":[1,2]}}', '"x"', '[]']));
    const name = this.#random.pick(['json_each', 'json_tree']);
    return { sql: `SELECT key, value, type, atom, id, parent, fullkey, path FROM ${name}(${value})`, rows: 'set' };
  }
}
