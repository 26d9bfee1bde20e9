/** Rows of the inner side of a join that are kept: in a hash table, and where unmatched ones come out in the end. */
import type { Access, Comparison, Expr, Loop } from '../plan/plan.ts';
import { visit } from '../plan/tree.ts';
import type { Tree } from '../btree/index.ts';
import type { CursorMaker, LoopCursor } from './access.ts';
import type { BatchPart, BatchStream } from './batch/batch.ts';
import { Filters, KernelCompiler } from './batch/compile.ts';
import { HashIndex, type JoinKey } from './batch/hash-index.ts';
import { KeptRows, keptSlots, realSlots } from './batch/kept-rows.ts';
import { planScan, ScanStream, type ScanPlan } from './batch/scan.ts';
import { operand } from './compare.ts';
import { compileAll } from './expression.ts';
import type { Condition, Frame, Source } from './frame.ts';
import { compileRows } from './row-cursor.ts';

export type HashAccess = Extract<Access, { kind: 'hash' }>;

function joinKeys(exprs: readonly Expr[], comparisons: readonly Comparison[], side: 'left' | 'right'): JoinKey[] {
  return exprs.map((expr, i) => {
    const { [`${side}Affinity` as const]: affinity, collation } = comparisons[i] as Comparison;
    const isPlain = expr.op === 'column' && (affinity === null || affinity === 'BLOB');
    const [source, slot] = isPlain ? [expr.source, expr.slot] : [-1, -1];
    return { value: operand(expr, affinity), source, slot, collation };
  });
}

interface Plan {
  readonly loop: Loop;
  readonly keys: { readonly inner: readonly JoinKey[]; readonly outer: readonly JoinKey[] } | null;
  readonly scan: ScanPlan | null;
  readonly local: readonly Expr[];
  readonly condition: Condition | null;
  readonly rows: CursorMaker | null;
  readonly slots: readonly number[];
  /** Of a query, which columns hold no INTEGER. */
  readonly real: readonly boolean[] | null;
  /** What is kept stays good for the next run, as long as the table is the same. */
  readonly isStable: boolean;
}

/** A maker of tables of a loop's rows, those that pass `local`, by the inner keys of `access`. */
export function compileTableOf(
  loop: Loop,
  access: HashAccess | null,
  local: readonly Expr[],
): (frame: Frame) => HashTable {
  const { index: _, covering: __, ...whole } = loop;
  const scan = planScan({ ...whole, access: { kind: 'scan', reverse: false } });
  const isStored = scan !== null;
  let isStable = isStored;
  visit([local, access?.inner], (expr) => {
    if (expr.op === 'column' ? expr.source !== loop.source : expr.op === 'register' || 'select' in expr)
      isStable = false;
  });
  const plan: Plan = {
    loop,
    keys: access && {
      inner: joinKeys(access.inner, access.comparisons, 'right'),
      outer: joinKeys(access.keys, access.comparisons, 'left'),
    },
    scan,
    local,
    condition: isStored ? null : compileAll(local),
    rows: isStored ? null : compileRows({ ...loop, access: { kind: 'scan', reverse: false } }),
    slots: keptSlots(loop),
    real: isStored ? null : realSlots(loop),
    isStable,
  };
  return (frame) => new HashTable(frame, plan);
}

/** Rows of one loop, kept with an index of their keys. */
export class HashTable {
  readonly source: Source;
  rows: KeptRows | null = null;
  index: HashIndex | null = null;
  readonly #plan: Plan;
  /** While rows are read; each source of them goes on where it stood when a page was missing. */
  #loading: KeptRows | null = null;
  #stream: BatchStream | null = null;
  #cursor: LoopCursor | null = null;
  #isPending = false;
  #tree: Tree | undefined;
  #version = -1;

  constructor(frame: Frame, plan: Plan) {
    this.source = frame.source(plan.loop.source);
    this.#plan = plan;
  }

  /** Makes the table, unless there is one that is good. @throws {SqlError} MEMORY_LIMIT */
  load(frame: Frame, fresh: boolean): void {
    const { loop, isStable, slots, real, keys } = this.#plan;
    if (fresh && this.rows !== null && this.#loading === null) {
      const tree = isStable && loop.table !== undefined ? frame.reader.read(loop.table.storage).tree : undefined;
      if (tree === undefined || tree !== this.#tree || tree.version !== this.#version) {
        frame.release(this.rows.bytes + (this.index?.bytes ?? 0));
        this.rows = this.index = null;
      }
    }
    if (this.rows !== null) return;
    if (this.#loading === null) {
      this.#loading = new KeptRows(loop.slots, slots, real);
      this.#open(frame);
    }
    const kept = this.#loading;
    if (this.#stream !== null) this.#drain(frame, this.#stream, kept);
    else this.#pull(frame, this.#cursor as LoopCursor, kept);
    if (keys !== null) this.index = new HashIndex(frame, kept, keys, this.source);
    this.rows = kept;
    this.#loading = null;
  }

  #open(frame: Frame): void {
    const { rows, scan, local, loop } = this.#plan;
    this.#isPending = false;
    if (rows !== null) {
      this.#cursor = rows(frame);
      this.#cursor.open(frame, true);
      return;
    }
    const { table } = scan as ScanPlan;
    this.#tree = frame.reader.read(table).tree;
    this.#version = this.#tree.version;
    this.#stream ??= new ScanStream(scan as ScanPlan, new Filters(new KernelCompiler([loop.source]), local));
    this.#stream.open(frame);
  }

  #drain(frame: Frame, stream: BatchStream, kept: KeptRows): void {
    for (;;) {
      const batch = stream.next(frame);
      if (batch === null) return;
      const { columns, rows } = batch.parts[0] as BatchPart;
      kept.add(frame, columns, rows, batch.count);
    }
  }

  #pull(frame: Frame, cursor: LoopCursor, kept: KeptRows): void {
    const { condition } = this.#plan;
    while (this.#isPending || cursor.next(frame)) {
      this.#isPending = true;
      if (condition === null || condition(frame)) kept.addRow(frame, this.source);
      this.#isPending = false;
      frame.fuel--;
    }
  }

  /** Makes kept row `row` that of the source. */
  stand(row: number): void {
    this.source.columns = (this.rows as KeptRows).columns;
    this.source.index = row;
  }
}

/** Rows by hash, built once a run. */
export function compileHash(loop: Loop, access: HashAccess): CursorMaker {
  const make = compileTableOf(loop, access, loop.local);
  return (frame) => new HashCursor(make(frame));
}

class HashCursor implements LoopCursor {
  readonly #table: HashTable;
  #row = -1;

  constructor(table: HashTable) {
    this.#table = table;
  }

  open(frame: Frame, fresh: boolean): void {
    const table = this.#table;
    if (fresh || table.rows === null) table.load(frame, fresh);
    this.#row = (table.index as HashIndex).find(frame);
  }

  next(): boolean {
    const row = this.#row;
    if (row < 0) return false;
    const { next } = this.#table.index as HashIndex;
    this.#row = next === null ? -1 : (next[row] as number);
    this.#table.stand(row);
    return true;
  }
}

/** The inner side of a RIGHT or FULL join: all rows are kept, with a mark for those that matched. */
export class KeptCursor implements LoopCursor {
  readonly table: HashTable;
  matched: Uint8Array = new Uint8Array(0);
  count = 0;
  #next = 0;
  current = 0;

  constructor(table: HashTable) {
    this.table = table;
  }

  /** Reads the rows, before the first loop begins. */
  load(frame: Frame): void {
    this.table.load(frame, true);
    this.count = (this.table.rows as KeptRows).count;
    this.matched = new Uint8Array(this.count);
  }

  open(frame: Frame): void {
    const { index } = this.table;
    this.#next = index === null ? (this.count > 0 ? 0 : -1) : index.find(frame);
  }

  next(): boolean {
    const row = this.#next;
    if (row < 0) return false;
    const { index } = this.table;
    if (index === null) this.#next = row + 1 < this.count ? row + 1 : -1;
    else this.#next = index.next === null ? -1 : (index.next[row] as number);
    this.current = row;
    this.table.stand(row);
    return true;
  }
}

export function compileKept(loop: Loop): CursorMaker {
  const make = compileTableOf(loop, loop.access.kind === 'hash' ? loop.access : null, []);
  return (frame) => new KeptCursor(make(frame));
}
