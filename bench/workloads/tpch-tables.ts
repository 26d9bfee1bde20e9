/**
 * The eight tables of TPC-H and a generator with the distributions its queries rely on: key ranges, dates,
 * prices, the part-supplier pairing, order status by line status. It is not dbgen: texts differ, so that the
 * answers are comparable between engines here and not with published ones.
 * @see https://www.tpc.org/tpch/ clause 4.2.3
 */
import { integerBetween, pick, type Random, randomFrom } from './random.ts';
import { columns, type Sizes, type Table, type Value } from './table.ts';
import {
  COLORS,
  COMMENT_WORDS,
  CONTAINERS,
  INSTRUCTIONS,
  NATIONS,
  PART_TYPES,
  PRIORITIES,
  REGIONS,
  SEGMENTS,
  SHIP_MODES,
} from './tpch-words.ts';

interface Counts {
  readonly parts: number;
  readonly suppliers: number;
  readonly customers: number;
  readonly orders: number;
  readonly clerks: number;
}

/** The pairing of parts and suppliers needs at least 100 suppliers to give four different ones. */
function countsAt({ tpch }: Sizes): Counts {
  const at = (rows: number, least: number): number => Math.max(least, Math.round(rows * tpch));
  const suppliers = at(10_000, 100);
  const customers = at(150_000, 150);
  return { suppliers, customers, parts: 20 * suppliers, orders: 10 * customers, clerks: at(1000, 10) };
}

const DAY_MS = 24 * 60 * 60 * 1000;
const START_MS = Date.UTC(1992, 0, 1);
const DAYS = 2557; // 1992-01-01 to 1998-12-31
const LAST_ORDER_DAY = DAYS - 151; // so that every receipt falls within the seven years
const CURRENT_DATE = '1995-06-17';
const ISO_DAYS: readonly string[] = Array.from({ length: DAYS }, (_, day) =>
  new Date(START_MS + day * DAY_MS).toISOString().slice(0, 10),
);
const dateOf = (day: number): string => ISO_DAYS[day] as string;

const cents = (amount: number): number => Math.round(amount * 100) / 100;
const numbered = (name: string, key: number): string => `${name}#${String(key).padStart(9, '0')}`;

/** @returns `count` words; a comment of an order, a part, and so on */
function commentOf(random: Random, count: number): string {
  let text = pick(random, COMMENT_WORDS);
  for (let i = 1; i < count; i++) text += ` ${pick(random, COMMENT_WORDS)}`;
  return text;
}

function phoneOf(random: Random, nation: number): string {
  const group = (from: number, to: number): number => integerBetween(random, { from, to });
  return `${10 + nation}-${group(100, 999)}-${group(100, 999)}-${group(1000, 9999)}`;
}

function addressOf(random: Random): string {
  return `${integerBetween(random, { from: 1, to: 9999 })} ${pick(random, COLORS)} ${pick(random, COMMENT_WORDS)}`;
}

const balanceOf = (random: Random): number => integerBetween(random, { from: -99_999, to: 999_999 }) / 100;

function* regionRows(): Iterable<Value[]> {
  const random = randomFrom(100);
  for (const [key, name] of REGIONS.entries()) yield [key, name, commentOf(random, 5)];
}

function* nationRows(): Iterable<Value[]> {
  const random = randomFrom(101);
  for (const [key, [name, region]] of NATIONS.entries()) yield [key, name, region, commentOf(random, 5)];
}

const priceOf = (part: number): number => (90_000 + (Math.floor(part / 10) % 20_001) + 100 * (part % 1000)) / 100;

function* partRows(sizes: Sizes): Iterable<Value[]> {
  const random = randomFrom(102);
  const { parts } = countsAt(sizes);
  for (let key = 1; key <= parts; key++) {
    const maker = integerBetween(random, { from: 1, to: 5 });
    yield [
      key,
      Array.from({ length: 5 }, () => pick(random, COLORS)).join(' '),
      `Manufacturer#${maker}`,
      `Brand#${maker}${integerBetween(random, { from: 1, to: 5 })}`,
      pick(random, PART_TYPES),
      integerBetween(random, { from: 1, to: 50 }),
      pick(random, CONTAINERS),
      priceOf(key),
      commentOf(random, 2),
    ];
  }
}

/** Q16 leaves out suppliers with complaints: one in two hundred, more than dbgen's, so that small scales have some. */
function supplierComment(random: Random): string {
  const comment = commentOf(random, 6);
  return random() < 0.005 ? `${comment} Customer ${pick(random, COMMENT_WORDS)} Complaints` : comment;
}

function* supplierRows(sizes: Sizes): Iterable<Value[]> {
  const random = randomFrom(103);
  const { suppliers } = countsAt(sizes);
  for (let key = 1; key <= suppliers; key++) {
    const nation = integerBetween(random, { from: 0, to: NATIONS.length - 1 });
    yield [
      key,
      numbered('Supplier', key),
      addressOf(random),
      nation,
      phoneOf(random, nation),
      balanceOf(random),
      supplierComment(random),
    ];
  }
}

/** The `nth` (0 to 3) of a part's four suppliers. */
function supplierOf(part: number, nth: number, suppliers: number): number {
  const stride = Math.floor(suppliers / 4 + (part - 1) / suppliers);
  return ((part + nth * stride) % suppliers) + 1;
}

function* partsuppRows(sizes: Sizes): Iterable<Value[]> {
  const random = randomFrom(104);
  const { parts, suppliers } = countsAt(sizes);
  for (let part = 1; part <= parts; part++) {
    for (let nth = 0; nth < 4; nth++) {
      yield [
        part,
        supplierOf(part, nth, suppliers),
        integerBetween(random, { from: 1, to: 9999 }),
        integerBetween(random, { from: 100, to: 100_000 }) / 100,
        commentOf(random, 8),
      ];
    }
  }
}

function* customerRows(sizes: Sizes): Iterable<Value[]> {
  const random = randomFrom(105);
  const { customers } = countsAt(sizes);
  for (let key = 1; key <= customers; key++) {
    const nation = integerBetween(random, { from: 0, to: NATIONS.length - 1 });
    yield [
      key,
      numbered('Customer', key),
      addressOf(random),
      nation,
      phoneOf(random, nation),
      balanceOf(random),
      pick(random, SEGMENTS),
      commentOf(random, 8),
    ];
  }
}

/** One order with its lines; both tables are made from it, so that totals and status agree. */
interface Order {
  readonly row: Value[];
  readonly lines: Value[][];
}

/** Two of every three customers order: keys that three divides never do. */
function customerOf(random: Random, customers: number): number {
  const key = integerBetween(random, { from: 1, to: customers });
  return key % 3 === 0 ? key - 1 : key;
}

function lineOf(
  random: Random,
  counts: Counts,
  { order, number, day }: { order: number; number: number; day: number },
): Value[] {
  const part = integerBetween(random, { from: 1, to: counts.parts });
  const supplier = supplierOf(part, integerBetween(random, { from: 0, to: 3 }), counts.suppliers);
  const quantity = integerBetween(random, { from: 1, to: 50 });
  const discount = integerBetween(random, { from: 0, to: 10 }) / 100;
  const tax = integerBetween(random, { from: 0, to: 8 }) / 100;
  const shipDay = day + integerBetween(random, { from: 1, to: 121 });
  const commitDay = day + integerBetween(random, { from: 30, to: 90 });
  const receiptDay = shipDay + integerBetween(random, { from: 1, to: 30 });
  const returned = pick(random, ['R', 'A']);
  return [
    order,
    part,
    supplier,
    number,
    quantity,
    cents(quantity * priceOf(part)),
    discount,
    tax,
    dateOf(receiptDay) <= CURRENT_DATE ? returned : 'N',
    dateOf(shipDay) > CURRENT_DATE ? 'O' : 'F',
    dateOf(shipDay),
    dateOf(commitDay),
    dateOf(receiptDay),
    pick(random, INSTRUCTIONS),
    pick(random, SHIP_MODES),
    commentOf(random, 4),
  ];
}

// Positions in a line's row.
const PRICE = 5;
const DISCOUNT = 6;
const TAX = 7;
const STATUS = 9;

function totalOf(lines: readonly Value[][]): number {
  const total = lines.reduce(
    (sum, line) => sum + Number(line[PRICE]) * (1 + Number(line[TAX])) * (1 - Number(line[DISCOUNT])),
    0,
  );
  return cents(total);
}

function statusOf(lines: readonly Value[][]): string {
  const open = lines.filter((line) => line[STATUS] === 'O').length;
  return open === 0 ? 'F' : open === lines.length ? 'O' : 'P';
}

/** One in a hundred orders has the words that Q13 leaves out. */
function orderComment(random: Random): string {
  const comment = commentOf(random, 5);
  return random() < 0.01 ? `${comment} special ${pick(random, COMMENT_WORDS)} requests` : comment;
}

function* orders(sizes: Sizes): Iterable<Order> {
  const counts = countsAt(sizes);
  const random = randomFrom(106);
  for (let i = 0; i < counts.orders; i++) {
    const key = Math.floor(i / 8) * 32 + (i % 8) + 1; // only the first 8 of every 32 keys are in use
    const day = integerBetween(random, { from: 0, to: LAST_ORDER_DAY });
    const lines = Array.from({ length: integerBetween(random, { from: 1, to: 7 }) }, (_, line) =>
      lineOf(random, counts, { order: key, number: line + 1, day }),
    );
    const row = [
      key,
      customerOf(random, counts.customers),
      statusOf(lines),
      totalOf(lines),
      dateOf(day),
      pick(random, PRIORITIES),
      numbered('Clerk', integerBetween(random, { from: 1, to: counts.clerks })),
      0,
      orderComment(random),
    ];
    yield { row, lines };
  }
}

function* orderRows(sizes: Sizes): Iterable<Value[]> {
  for (const { row } of orders(sizes)) yield row;
}

function* lineitemRows(sizes: Sizes): Iterable<Value[]> {
  for (const { lines } of orders(sizes)) yield* lines;
}

/** Keys as the specification has them, and an index for the one foreign key that no key's prefix serves in Q13 and Q22. */
export const TPCH_TABLES: readonly Table[] = [
  {
    name: 'region',
    columns: columns('r_regionkey integer, r_name text, r_comment text'),
    key: ['r_regionkey'],
    rows: regionRows,
  },
  {
    name: 'nation',
    columns: columns('n_nationkey integer, n_name text, n_regionkey integer, n_comment text'),
    key: ['n_nationkey'],
    rows: nationRows,
  },
  {
    name: 'part',
    columns: columns(
      'p_partkey integer, p_name text, p_mfgr text, p_brand text, p_type text, p_size integer, ' +
        'p_container text, p_retailprice double, p_comment text',
    ),
    key: ['p_partkey'],
    rows: partRows,
  },
  {
    name: 'supplier',
    columns: columns(
      's_suppkey integer, s_name text, s_address text, s_nationkey integer, s_phone text, s_acctbal double, s_comment text',
    ),
    key: ['s_suppkey'],
    rows: supplierRows,
  },
  {
    name: 'partsupp',
    columns: columns(
      'ps_partkey integer, ps_suppkey integer, ps_availqty integer, ps_supplycost double, ps_comment text',
    ),
    key: ['ps_partkey', 'ps_suppkey'],
    rows: partsuppRows,
  },
  {
    name: 'customer',
    columns: columns(
      'c_custkey integer, c_name text, c_address text, c_nationkey integer, c_phone text, c_acctbal double, ' +
        'c_mktsegment text, c_comment text',
    ),
    key: ['c_custkey'],
    rows: customerRows,
  },
  {
    name: 'orders',
    columns: columns(
      'o_orderkey integer, o_custkey integer, o_orderstatus text, o_totalprice double, o_orderdate date, ' +
        'o_orderpriority text, o_clerk text, o_shippriority integer, o_comment text',
    ),
    key: ['o_orderkey'],
    indexes: ['o_custkey'],
    rows: orderRows,
  },
  {
    name: 'lineitem',
    columns: columns(
      'l_orderkey integer, l_partkey integer, l_suppkey integer, l_linenumber integer, l_quantity double, ' +
        'l_extendedprice double, l_discount double, l_tax double, l_returnflag text, l_linestatus text, ' +
        'l_shipdate date, l_commitdate date, l_receiptdate date, l_shipinstruct text, l_shipmode text, l_comment text',
    ),
    key: ['l_orderkey', 'l_linenumber'],
    rows: lineitemRows,
  },
];
