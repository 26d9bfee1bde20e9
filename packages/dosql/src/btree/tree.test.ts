import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Model, MODEL_SPECS, randomOf, runModel } from '../../../../test/fuzz/btree-model.ts';
import { type Cell, compareNoCase } from '../codec/cell.ts';
import { MemoryStore } from '../fsx/memory.ts';
import { spaceRange, SPACE } from '../fsx/store.ts';
import { bulkLoad } from './bulk.ts';
import { dirtyPages } from './checkpoint.ts';
import type { Column } from './column.ts';
import { MemoryPager } from './pager.ts';
import { StorePager } from './store-pager.ts';
import { Tree } from './tree.ts';
import type { TreeSpec } from './tree-nodes.ts';

const table: TreeSpec = { columns: [{ kind: 'any' }, { kind: 'any' }, { kind: 'any' }], key: [{}], leafRows: 64 };
const row = (id: number): Cell[] => [id, `name ${id}`, id % 7];

function filled(rows: number, spec: TreeSpec = table, pager: MemoryPager = new MemoryPager()): Tree {
  const tree = new Tree(spec, pager);
  for (let id = 1; id <= rows; id++) tree.insert(row(id));
  return tree;
}

describe('Tree against a sorted array', () => {
  it('agrees after short sequences of operations of any kind, which shrink when it does not', () => {
    const option = fc.record({
      spec: fc.nat(MODEL_SPECS.length - 1),
      leafRows: fc.constantFrom(8, 16, 64),
      cacheBytesMax: fc.constantFrom(0, 5000, Infinity),
      keys: fc.constantFrom(8, 100),
      numbers: fc.array(fc.nat(2 ** 20 - 1), { minLength: 50, maxLength: 1500 }),
    });
    fc.assert(
      fc.property(option, ({ numbers, ...options }) => {
        let at = 0;
        const random = (): number => (numbers[at++ % numbers.length] as number) / 2 ** 20;
        new Model({ ...options, random, operations: 60 }).run();
      }),
      { numRuns: 60 },
    );
  });

  it('agrees after 40,000 operations with forks, rollbacks, checkpoints and a tiny cache', () => {
    expect(runModel({ seed: 7, operations: 40_000 }).reloads).toBeGreaterThan(0);
  }, 60_000);
});

describe('Tree', () => {
  it('fills leaves when rows are appended, and halves them in between', () => {
    const tree = filled(6400);
    expect(tree.check()).toEqual({ problems: [], rows: 6400, leaves: 100, interiors: 1 });
    const backward = new Tree(table, new MemoryPager());
    for (let id = 6400; id > 0; id--) backward.insert(row(id));
    expect(backward.check().leaves).toBeLessThanOrEqual(200);
  });

  it('grows by levels and shrinks to nothing again', () => {
    const tree = filled(5000, { ...table, leafRows: 8 });
    expect(tree.height).toBe(2);
    const random = randomOf(1);
    const ids = Array.from({ length: 5000 }, (_, i) => i + 1).sort(() => random() - 0.5);
    for (const id of ids) expect(tree.delete([id])).toBe(true);
    expect([tree.count, tree.height]).toEqual([0, 0]);
    expect(tree.check()).toEqual({ problems: [], rows: 0, leaves: 1, interiors: 0 });
  });

  it('joins leaves that deletes have emptied', () => {
    const tree = filled(6400);
    for (let id = 1; id <= 6400; id++) if (id % 10 !== 0) tree.delete([id]);
    expect(tree.check().problems).toEqual([]);
    expect(tree.check().leaves).toBeLessThan(50);
  });

  it('keeps rows of 10 KB in pages of their own and few rows of 4 KB in a leaf', () => {
    const pager = new MemoryPager();
    const tree = new Tree(table, pager);
    for (let id = 1; id <= 300; id++) tree.insert([id, 'x'.repeat(id % 2 === 0 ? 10_000 : 4000), id]);
    const root = tree.checkpoint(pager.write);
    expect(Math.max(...[...pager.pages.values()].map((page) => page.length))).toBeLessThan(400_000);
    const loaded = new Tree(table, pager, root);
    expect(loaded.get([300])).toEqual([300, 'x'.repeat(10_000), 300]);
    for (let id = 2; id <= 300; id += 2) loaded.update([id, 'short', id]);
    loaded.checkpoint(pager.write);
    for (const id of pager.released) pager.pages.delete(id);
    const reached = new Set<number>();
    loaded.visitPages((id) => reached.add(id));
    expect(reached).toEqual(new Set(pager.pages.keys()));
    expect(loaded.check().problems).toEqual([]);
  });

  it('gives a fork in constant time that neither sees nor causes changes of the other', () => {
    const tree = filled(1000);
    const before = Array.from({ length: 1000 }, (_, i) => row(i + 1));
    const snapshot = tree.fork();
    for (let id = 1; id <= 1000; id += 3) tree.update([id, 'changed', id]);
    for (let id = 2; id <= 1000; id += 3) tree.delete([id]);
    expect(before.map(([id]) => snapshot.get([id as number]))).toEqual(before);
    snapshot.clear();
    expect(tree.count).toBe(667);
    expect(tree.get([1])).toEqual([1, 'changed', 1]);
  });

  it('writes at a checkpoint only what changed since the last, and releases what that replaces', () => {
    const pager = new MemoryPager();
    const tree = filled(6400, table, pager);
    tree.checkpoint(pager.write);
    const pages = pager.pages.size;
    tree.update([3000, 'changed', 1]);
    expect(dirtyPages(tree)).toBe(2);
    const root = tree.checkpoint(pager.write);
    expect(pager.pages.size).toBe(pages + 2);
    expect(pager.released.size).toBe(2);
    for (const id of pager.released) pager.pages.delete(id);
    expect(new Tree(table, pager, root).get([3000])).toEqual([3000, 'changed', 1]);
    expect(tree.checkpoint(pager.write)).toBe(root);
  });

  it('stays within its cache while it reads', () => {
    const pager = new MemoryPager();
    const root = filled(20_000, table, pager).checkpoint(pager.write);
    const small = new MemoryPager(40_000);
    for (const [id, page] of pager.pages) small.write(id, page);
    const tree = new Tree(table, small, root);
    for (let id = 1; id <= 20_000; id += 37) expect(tree.get([id])).toEqual(row(id));
    expect(small.cache.bytes).toBeLessThanOrEqual(40_000);
    expect(tree.check().problems).toEqual([]);
  });

  it('finds the rows of a prefix of the key under its collation', () => {
    const spec: TreeSpec = {
      columns: [{ kind: 'any' }, { kind: 'any' }],
      key: [{ collation: compareNoCase }, {}],
      leafRows: 8,
    };
    const tree = new Tree(spec, new MemoryPager());
    for (let id = 0; id < 100; id++) tree.insert([id % 2 === 0 ? 'Anna' : 'anna', id]);
    tree.insert(['bert', 1]);
    const cursor = tree.cursor();
    const found: Cell[] = [];
    for (let more = cursor.seek('eq', ['ANNA']); more && cursor.value(0) !== 'bert'; more = cursor.next())
      found.push(cursor.value(1));
    expect(found).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(cursor.seek('gt', ['anna']) && cursor.row()).toEqual(['bert', 1]);
    expect(cursor.seek('lt', ['bert']) && cursor.row()).toEqual(['anna', 99]);
    expect(cursor.seek('eq', ['carl'])).toBe(false);
  });

  it('keeps cursors at their place while rows come and go around them', () => {
    const tree = filled(500);
    const cursor = tree.cursor();
    cursor.seek('eq', [250]);
    for (let id = 1; id <= 500; id++) if (id % 5 !== 0) tree.delete([id]);
    expect(cursor.row()).toEqual(row(250));
    tree.delete([250]);
    expect(cursor.next() && cursor.row()).toEqual(row(255));
    tree.clear();
    expect(cursor.next()).toBe(false);
  });

  it('changes the row that was just found, whatever came between: a fork, a checkpoint, an eviction, another find', () => {
    const pager = new MemoryPager(1);
    const betweens: ((tree: Tree, id: number) => Tree | undefined)[] = [
      () => undefined,
      (tree) => tree.fork(),
      (tree) => void tree.checkpoint(pager.write),
      (tree, id) => void tree.find([((id + 150) % 300) + 1]),
      (tree, id) => void tree.findInteger(id + 1000),
      (tree, id) => void tree.insert(row(id + 2000)),
      (tree, id) => void tree.delete([id - 1]),
    ];
    const finds: ((tree: Tree, id: number) => boolean)[] = [
      (tree, id) => tree.findInteger(id),
      (tree, id) => tree.find([id]),
    ];
    for (const between of betweens) {
      for (const find of finds) {
        const tree = filled(300, table, pager);
        tree.checkpoint(pager.write);
        for (let id = 290; id > 10; id -= 40) {
          const before = row(id);
          expect(find(tree, id)).toBe(true);
          const fork = between(tree, id);
          expect(tree.updateFrom(before, [id, 'changed', before[2] as Cell])).toBe(true);
          expect(tree.get([id])).toEqual([id, 'changed', id % 7]);
          expect(find(tree, id - 2)).toBe(true);
          const second = between(tree, id - 2);
          expect(tree.delete([id - 2])).toBe(true);
          expect(tree.get([id - 2])).toBeUndefined();
          expect(fork?.get([id]) ?? before).toEqual(before);
          expect(second?.get([id - 2]) ?? row(id - 2)).toEqual(row(id - 2));
        }
        expect(tree.check().problems).toEqual([]);
      }
    }
  });

  it('updates from the row before: writes what differs, -0 too, and refuses a key that is not there', () => {
    const tree = new Tree(
      { ...table, columns: [{ kind: 'any' }, { kind: 'real' }, { kind: 'any' }] },
      new MemoryPager(),
    );
    tree.insert([1, 0, 'a']);
    expect(tree.updateFrom([1, 0, 'a'], [1, -0, 'a'])).toBe(true);
    expect(tree.get([1])).toEqual([1, -0, 'a']);
    expect(tree.updateFrom([2, 0, 'a'], [2, 1, 'a'])).toBe(false);
  });

  it('appends behind the last row, also after a fork, a checkpoint and rows that came elsewhere', () => {
    const pager = new MemoryPager();
    const tree = new Tree(table, pager);
    const forks: [Tree, number][] = [];
    for (let id = 1; id <= 1000; id++) {
      expect(tree.insert(row(id * 2))).toBe(true);
      if (id % 7 === 0) expect(tree.insert(row(id * 2))).toBe(false);
      if (id % 50 === 0) expect(tree.insert(row(id * 2 - 51))).toBe(true);
      if (id % 90 === 0) expect(tree.delete([id * 2])).toBe(true);
      if (id % 110 === 0) tree.checkpoint(pager.write);
      if (id % 130 === 0) forks.push([tree.fork(), tree.count]);
    }
    expect(tree.check()).toMatchObject({ problems: [], rows: 1000 + 20 - 11 });
    for (const [fork, rows] of forks) expect(fork.check()).toMatchObject({ problems: [], rows });
  });

  it('keeps ascending runs in order that begin anywhere, behind the last row or between two leaves, and forks apart', () => {
    const random = randomOf(11);
    const tree = new Tree({ ...table, leafRows: 8 }, new MemoryPager());
    const ids = new Set<number>();
    const forks: [Tree, number][] = [];
    for (let run = 0; run < 400; run++) {
      let id = Math.floor(random() * 20_000);
      for (let i = Math.floor(random() * 12); i > 0; i--) {
        expect(tree.insert(row(id))).toBe(!ids.has(id));
        ids.add(id);
        if (run % 9 === 0) forks.push([tree.fork(), tree.count]);
        id += 1 + Math.floor(random() * (run % 2 === 0 ? 2 : 2000));
      }
    }
    expect(tree.check()).toMatchObject({ problems: [], rows: ids.size });
    for (const [fork, rows] of forks) expect(fork.check()).toMatchObject({ problems: [], rows });
  });

  it('loads sorted rows in bulk and refuses others', () => {
    const tree = new Tree(table, new MemoryPager());
    bulkLoad(
      tree,
      Array.from({ length: 6400 }, (_, i) => row(i + 1)),
    );
    bulkLoad(
      tree,
      Array.from({ length: 64 }, (_, i) => row(i + 6401)),
      0.5,
    );
    expect(tree.check()).toEqual({ problems: [], rows: 6464, leaves: 102, interiors: 1 });
    expect(() => bulkLoad(tree, [row(1)])).toThrow('ascending');
    expect(() => bulkLoad(tree, [row(7000), row(6999)])).toThrow('ascending');
  });

  it('tells what is wrong with a damaged node, and where', () => {
    const tree = filled(300);
    tree.find([100]);
    const ids = (tree.columns[0] as Column).data as Int32Array;
    ids[tree.index] = 9999;
    const { problems } = tree.check();
    expect(problems.map(({ reason }) => reason)).toContain('keys do not rise');
    expect(problems[0]?.position).toBe(tree.index);
    tree.count--;
    expect(tree.check().problems.at(-1)?.reason).toBe('counts 299 rows instead of 300');
  });

  it('lives in a store across reopening', () => {
    const store = new MemoryStore();
    const pager = new StorePager(store, 1 << 20);
    const tree = new Tree(table, pager);
    for (let id = 1; id <= 1000; id++) tree.insert(row(id));
    const root = tree.checkpoint(pager.write);
    const { puts, released } = pager.take();
    expect(released).toEqual([]);
    store.write({ puts, deletes: [] });
    pager.stored();
    const reopened = new Tree(table, new StorePager(store, 0), root);
    expect(reopened.get([777])).toEqual(row(777));
    expect(store.list(...spaceRange(SPACE.page)).length).toBe(puts.length);
  });
});
