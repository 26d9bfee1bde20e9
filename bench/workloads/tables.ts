/** The tables of w1 to w15 and their rows. */
import { integerBetween, pick, type Random, randomFrom, strideFor } from './random.ts';
import { columns, type Sizes, type Table, type Value } from './table.ts';

const WORDS: readonly string[] = (
  'amber birch cedar delta ember flint grove heron indigo jasper kelp lunar maple nickel onyx pearl ' +
  'raven sable tundra umber velvet willow yarrow zephyr basalt copper dune fern glacier harbor island juniper'
).split(' ');

/** The word that w12 looks for; 1 % of `big.name` has it. */
export const RARE_WORD = 'quartz';

/** Rows of each of the small tables that w13 joins. */
const LINK_ROWS = 50;

/** @returns the unique e-mail address of user `id` */
export function emailOf(id: number): string {
  return `u${((id * 7919) % 1_000_003).toString(36)}.${id}@mail${id % 97}.example.com`;
}

function* userRows({ users }: Sizes): Iterable<Value[]> {
  const random = randomFrom(1);
  const stride = strideFor(users);
  for (let id = 1; id <= users; id++) {
    yield [
      id,
      emailOf(id),
      `${pick(random, WORDS)} ${pick(random, WORDS)}`,
      integerBetween(random, { from: 0, to: 199 }),
      integerBetween(random, { from: 18, to: 87 }),
      Math.round(random() * 1e6) / 1000 + 0.0005, // never integral: REAL on every engine
      (id * stride) % users,
    ];
  }
}

function nameOf(random: Random): string {
  const middle = random() < 0.01 ? RARE_WORD : pick(random, WORDS);
  return `${pick(random, WORDS)} ${middle} ${pick(random, WORDS)}`;
}

function* bigRows({ big, users }: Sizes): Iterable<Value[]> {
  const random = randomFrom(2);
  for (let id = 1; id <= big; id++) {
    yield [
      id,
      integerBetween(random, { from: 1, to: users }),
      integerBetween(random, { from: 0, to: 99 }),
      integerBetween(random, { from: 0, to: 999_999 }),
      Math.round(random() * 1e9) / 1e5 + 1e-6, // fine enough that the ten largest differ
      nameOf(random),
      random() < 0.5 ? 1 : 0,
    ];
  }
}

function* churnRows({ churn }: Sizes): Iterable<Value[]> {
  const random = randomFrom(3);
  for (let id = 1; id <= churn; id++) {
    yield [id, `row ${id} ${pick(random, WORDS)}`, integerBetween(random, { from: 0, to: 999_999 }), random() * 1000];
  }
}

function* linkRows(seed: number): Iterable<Value[]> {
  const random = randomFrom(seed);
  for (let id = 1; id <= LINK_ROWS; id++) {
    const next = integerBetween(random, { from: 1, to: LINK_ROWS });
    yield [id, next, integerBetween(random, { from: 0, to: 4 }), `${pick(random, WORDS)}${id}`];
  }
}

const USER_COLUMNS = columns('id integer, email text, name text, city integer, age integer, score double, ts integer');

export const USERS: Table = {
  name: 'users',
  columns: USER_COLUMNS,
  key: ['id'],
  unique: ['email'],
  indexes: ['ts'],
  rows: userRows,
};

/** A copy of users that w6 may change. */
export const ACCOUNTS: Table = { ...USERS, name: 'accounts' };

export const BIG: Table = {
  name: 'big',
  columns: columns('id integer, user_id integer, grp integer, val integer, amt double, name text, flag integer'),
  key: ['id'],
  rows: bigRows,
};

const EVENT_COLUMNS = columns('id integer, a text, b integer, c double');

/** Starts empty: w4 and w5 fill it. */
export const INSERTS: Table = { name: 'inserts', columns: EVENT_COLUMNS, key: ['id'], indexes: ['b'] };

export const CHURN: Table = {
  name: 'churn',
  columns: EVENT_COLUMNS,
  key: ['id'],
  indexes: ['b'],
  rows: churnRows,
};

/** j1 to j8, each pointing into the following one by `nxt`. */
export const LINKS: readonly Table[] = Array.from({ length: 8 }, (_, k) => ({
  name: `j${k + 1}`,
  columns: columns('id integer, nxt integer, kind integer, label text'),
  key: ['id'],
  rows: () => linkRows(10 + k),
}));
