import { beforeEach, describe, expect, it } from 'vitest';
import type { TableInfo } from '../catalog/schema.ts';
import type { Cell } from '../codec/cell.ts';
import { MemoryStore } from '../fsx/memory.ts';
import type { Access, Expr, ExprNode, Loop, SelectArm, SelectPlan, StaticType } from '../plan/plan.ts';
import { plainSchema, Storage, type TxnSession } from '../txn/index.ts';
import { Frame } from './frame.ts';
import type { AggregateFunction, FunctionContext } from './functions/function.ts';
import { compileSelect } from './select.ts';

let session: TxnSession;
let table: TableInfo;

beforeEach(() => {
  const storage = Storage.open({ store: new MemoryStore() }, plainSchema);
  session = storage.session();
  let stored = session.createTable('t', JSON.stringify({ columns: ['any', 'any', 'real'], key: [{}] }));
  stored = session.createIndex(stored, 'i', JSON.stringify({ key: [{ column: 1 }] }));
  for (let i = 1; i <= 2000; i++) session.insert(stored, [i, i % 10 === 0 ? null : i % 7, i / 2]);
  table = { kind: 'table', name: 't', storage: stored, indexes: [{ ordinal: 0 }] } as unknown as TableInfo;
});

const context = { collation: undefined, json: null } as unknown as FunctionContext;
const expr = (node: ExprNode, type: StaticType = 'any'): Expr => ({ affinity: null, collation: null, type, ...node });
const value = (cell: Cell): Expr => expr({ op: 'const', value: cell }, 'integer');
const column = (slot: number, source = 0): Expr =>
  expr({ op: 'column', source, slot }, slot === 2 ? 'real' : slot === 0 ? 'integer' : 'any');
const compare = (operator: '=' | '<' | '>', left: Expr, right: Expr): Expr =>
  expr({ op: 'compare', operator, left, right, leftAffinity: null, rightAffinity: null, collation: 'BINARY' });

const loop = (access: Access, more: Partial<Loop> = {}): Loop => ({
  source: 0,
  kind: 'table',
  join: 'inner',
  access,
  local: [],
  on: [],
  filters: [],
  name: 't',
  table,
  slots: 3,
  rows: 1,
  ...more,
});
const arm = (loops: Loop[], select: Expr[], more: Partial<SelectArm> = {}): SelectArm => ({
  loops,
  always: [],
  group: null,
  window: null,
  select,
  distinct: false,
  collations: [],
  values: null,
  ...more,
});
const plan = (one: SelectArm, more: Partial<SelectPlan> = {}): SelectPlan => ({
  arms: [one],
  operators: [],
  collations: [],
  orderBy: [],
  orderSatisfied: false,
  limit: null,
  offset: null,
  withs: [],
  correlated: false,
  outer: [],
  columns: one.select.map(({ type }) => ({ name: 'c', type, affinity: null, collation: null })),
  ...more,
});
const frame = (steps = 1e9): Frame =>
  new Frame({ params: [], reader: session, context, limits: { steps, deadline: Infinity, memoryBytes: 1e9 } });
function rows(select: SelectPlan, on: Frame = frame()): Cell[][] {
  const stream = compileSelect(select).run(on);
  const out: Cell[][] = [];
  while (stream.next(on)) out.push(stream.row());
  return out;
}

const SCAN: Access = { kind: 'scan', reverse: false };
const range = (more: object): Access => ({
  kind: 'range',
  eq: [],
  low: null,
  high: null,
  reverse: false,
  unique: false,
  ...more,
});
const eq = (expr: Expr): object => ({ expr, affinity: null, isNull: false });
const index = (): Partial<Loop> => ({ index: table.indexes[0] as NonNullable<Loop['index']> });

describe('compileSelect', () => {
  it('scans both ways, filters and projects', () => {
    const filters = [compare('<', column(0), value(4))];
    expect(rows(plan(arm([loop(SCAN, { filters })], [column(0), column(2)])))).toEqual([
      [1, 0.5],
      [2, 1],
      [3, 1.5],
    ]);
    const back = rows(
      plan(arm([loop({ kind: 'scan', reverse: true })], [column(0)]), { limit: value(3), offset: value(1) }),
    );
    expect(back).toEqual([[1999], [1998], [1997]]);
  });

  it('finds a row by key and ranges of keys', () => {
    expect(rows(plan(arm([loop(range({ eq: [eq(value(700))], unique: true }))], [column(2)])))).toEqual([[350]]);
    expect(rows(plan(arm([loop(range({ eq: [eq(value(7000))], unique: true }))], [column(2)])))).toEqual([]);
    const bound = (n: number, open: boolean): object => ({ expr: value(n), affinity: null, open });
    for (const reverse of [false, true]) {
      const found = rows(
        plan(arm([loop(range({ low: bound(500, true), high: bound(1500, false), reverse }))], [column(0)])),
      );
      const wanted = Array.from({ length: 1000 }, (_, i) => [501 + i]);
      expect(found).toEqual(reverse ? wanted.reverse() : wanted);
    }
  });

  it('walks an index with and without the table, leaving NULL out, and takes lists in order', () => {
    const wanted = Array.from({ length: 2000 }, (_, i) => i + 1).filter((i) => i % 10 !== 0 && i % 7 === 3);
    const found = rows(plan(arm([loop(range({ eq: [eq(value(3))] }), index())], [column(0), column(2)])));
    expect(found).toEqual(wanted.map((i) => [i, i / 2]));
    const covered = rows(
      plan(arm([loop(range({ eq: [eq(value(3))] }), { ...index(), covering: [1, 0, -1] })], [column(0), column(1)])),
    );
    expect(covered).toEqual(wanted.map((i) => [i, 3]));
    const high = { expr: value(1), affinity: null, open: true };
    const least = rows(plan(arm([loop(range({ high }), index())], [column(1)])));
    expect(new Set(least.map(([cell]) => cell))).toEqual(new Set([0]));
    const list = { list: [value(5), value(3), value(5), value(null)], affinity: null };
    const listed = rows(
      plan(arm([loop(range({ eq: [list] }), index())], [column(1)], { distinct: true, collations: ['BINARY'] })),
    );
    expect(listed).toEqual([[3], [5]]);
  });

  it('joins by key, by hash, and all kinds of outer joins', () => {
    const inner = loop(
      range({ eq: [eq(expr({ op: 'arith', operator: '*', left: column(0), right: value(2) }))], unique: true }),
      { source: 1 },
    );
    const joined = rows(plan(arm([loop(SCAN), inner], [column(0), column(0, 1)])));
    expect(joined.length).toBe(1000);
    const hash: Access = {
      kind: 'hash',
      keys: [column(1)],
      inner: [column(0, 1)],
      comparisons: [{ leftAffinity: null, rightAffinity: null, collation: 'BINARY' }],
    };
    const few = [compare('<', column(0), value(12))];
    const kinds = { inner: 9, left: 11, right: 9 + 1994, full: 11 + 1994 };
    for (const [join, count] of Object.entries(kinds)) {
      const second = loop(hash, { source: 1, join: join as Loop['join'] });
      const first = loop(SCAN, { local: few });
      expect([join, rows(plan(arm([first, second], [column(0), column(0, 1)]))).length]).toEqual([join, count]);
    }
  });

  it('groups in the order of the keys, by hash and in streams', () => {
    const count: AggregateFunction<{ n: number }> = {
      name: 'count',
      min: 0,
      max: 1,
      start: () => ({ n: 0 }),
      step: (state) => void state.n++,
      finish: (state) => state.n,
    };
    const group = {
      by: [{ expr: column(1), register: 0 }],
      collations: ['BINARY'],
      carried: [],
      extreme: -1,
      having: [],
      countOnly: false,
      firstOnly: false,
      aggregates: [{ fn: count, register: 1, args: [], distinct: false, filter: null, orderBy: [], collate: 'BINARY' }],
    };
    const select = [expr({ op: 'register', index: 0 }), expr({ op: 'register', index: 1 })];
    const hashed = rows(plan(arm([loop(SCAN)], select, { group: { ...group, sorted: false } })));
    const streamed = rows(plan(arm([loop(SCAN, index())], select, { group: { ...group, sorted: true } })));
    expect(hashed.length).toBe(8);
    expect(hashed[0]).toEqual([null, 200]);
    expect(streamed).toEqual(hashed);
  });

  it('sorts whole and for a limit alike, stably', () => {
    const orderBy = [{ column: 1, expr: null, descending: true, nullsFirst: false, collation: 'BINARY' }];
    const all = rows(plan(arm([loop(SCAN)], [column(0), column(1)]), { orderBy }));
    const some = rows(plan(arm([loop(SCAN)], [column(0), column(1)]), { orderBy, limit: value(50), offset: value(5) }));
    expect(some).toEqual(all.slice(5, 55));
    expect(all[0]).toEqual([6, 6]);
  });

  it('stops when the steps are used up', () => {
    expect(() => rows(plan(arm([loop(SCAN), loop(SCAN, { source: 1 })], [column(0)])), frame(10_000))).toThrow(
      expect.objectContaining({ code: 'STEP_LIMIT' }),
    );
  });
});
