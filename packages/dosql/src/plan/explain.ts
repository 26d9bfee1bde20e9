/** EXPLAIN QUERY PLAN, in SQLite's words. @see https://www.sqlite.org/eqp.html */
import type { IndexInfo, TableInfo } from '../catalog/schema.ts';
import type { Access, CtePlan, Loop, LoopProfile, SelectArm, SelectPlan, SubqueryRef } from './plan.ts';
import { visit } from './tree.ts';

/** `parent` is the id of the row that this one stands under, 0 at the top. */
export interface ExplainRow {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
  /** Of a loop that is measured. */
  readonly profile?: LoopProfile;
}

/** Describes plans, one after the other. */
export class Explanation {
  readonly rows: ExplainRow[] = [];
  readonly #isMeasured: boolean;
  readonly #seen = new Set<unknown>();
  #subqueries = 0;

  /** @param isMeasured the loops are made ready to be measured when they run */
  constructor(isMeasured = false) {
    this.#isMeasured = isMeasured;
  }

  add(parent: number, detail: string, profile?: LoopProfile): number {
    const id = this.rows.length + 1;
    this.rows.push({ id, parent, detail, ...(profile !== undefined && { profile }) });
    return id;
  }

  select(plan: SelectPlan, parent = 0): void {
    for (const cte of plan.withs) this.#cte(cte, parent);
    const { arms, operators } = plan;
    if (arms.length === 1) this.#arm(arms[0] as SelectArm, plan, parent);
    else {
      const compound = this.add(parent, 'COMPOUND QUERY');
      arms.forEach((arm, i) => {
        const operator = operators[i - 1];
        const how = operator === 'UNION ALL' ? operator : `${operator} USING TEMP B-TREE`;
        this.#arm(arm, null, this.add(compound, operator === undefined ? 'LEFT-MOST SUBQUERY' : how));
      });
    }
    if (!plan.orderSatisfied) this.add(parent, 'USE TEMP B-TREE FOR ORDER BY');
  }

  #cte({ name, initial, recursive }: CtePlan, parent: number): void {
    const id = this.add(parent, `MATERIALIZE ${name}`);
    if (recursive.length === 0) return this.select(initial, id);
    this.select(initial, this.add(id, 'SETUP'));
    for (const plan of recursive) this.select(plan, this.add(id, 'RECURSIVE STEP'));
  }

  #arm(arm: SelectArm, plan: SelectPlan | null, parent: number): void {
    for (const loop of arm.loops) {
      if (loop.plan !== undefined) {
        const how = arm.loops[0] === loop ? 'CO-ROUTINE' : 'MATERIALIZE';
        this.select(loop.plan, this.add(parent, `${how} ${title(loop)}`));
      }
    }
    if (arm.values !== null) {
      const { length } = arm.values;
      this.add(parent, length > 1 ? `SCAN ${length}-ROW VALUES CLAUSE` : 'SCAN CONSTANT ROW');
    } else if (arm.loops.length === 0) this.add(parent, 'SCAN CONSTANT ROW');
    for (const loop of arm.loops) this.#loop(loop, parent, arm.group?.firstOnly === true);
    this.#inner([arm, plan?.orderBy, plan?.limit, plan?.offset], parent);
    if (arm.group !== null && arm.group.by.length > 0 && !arm.group.sorted)
      this.add(parent, 'USE TEMP B-TREE FOR GROUP BY');
    for (const { distinct, fn } of arm.group?.aggregates ?? []) {
      if (distinct) this.add(parent, `USE TEMP B-TREE FOR ${fn.name}(DISTINCT)`);
    }
    if (arm.distinct) this.add(parent, 'USE TEMP B-TREE FOR DISTINCT');
  }

  /** Subqueries of expressions; not those of the queries in FROM, which were shown. */
  #inner(node: unknown, parent: number): void {
    const show = (ref: SubqueryRef, kind: string): void => {
      if (this.#seen.has(ref)) return;
      this.#seen.add(ref);
      const correlated = ref.plan.correlated ? 'CORRELATED ' : '';
      const id = this.add(parent, `${correlated}${kind} SUBQUERY ${++this.#subqueries}`);
      this.select(ref.plan, id);
      const { lookup } = ref.plan;
      if (lookup === undefined) return;
      const { loop, after } = lookup;
      const later = this.add(id, `AFTER ${after} ${after === 1 ? 'ROW' : 'ROWS'}`);
      if (loop.plan !== undefined) this.select(loop.plan, this.add(later, `MATERIALIZE ${title(loop)}`));
      this.#loop(loop, later, false);
    };
    const parts = (node as unknown[]).flatMap((part) =>
      isArm(part) ? [{ ...part, loops: part.loops.map((loop) => ({ ...loop, plan: undefined })) }] : [part],
    );
    visit(parts, (expr) => {
      if (expr.op === 'subquery' || expr.op === 'subqueryColumn') show(expr.select, 'SCALAR');
      else if (expr.op === 'in' && expr.select !== null) {
        this.#inner([expr.operand], parent);
        show(expr.select, 'LIST');
      } else return true;
      return false;
    });
    for (const loop of parts.flatMap((part) => (isArm(part) ? part.loops : []))) {
      if (loop.access.kind !== 'range') continue;
      for (const part of loop.access.eq) if ('select' in part) show(part.select, 'LIST');
    }
  }

  #loop(loop: Loop, parent: number, firstOnly: boolean): void {
    const { access, index, table } = loop;
    if (this.#isMeasured) loop.profile = { loops: 0, rows: 0, ms: 0 };
    const suffix = loop.join === 'inner' ? '' : ` ${loop.join.toUpperCase()}-JOIN`;
    if (access.kind === 'or') {
      const id = this.add(parent, `MULTI-INDEX OR${suffix}`, loop.profile);
      access.parts.forEach((part, i) => {
        const { covering: _, ...rest } = loop;
        this.add(this.add(id, `INDEX ${i + 1}`), detail({ ...rest, access: part.access }, part.index, table));
      });
      return;
    }
    this.add(
      parent,
      (firstOnly ? 'SEARCH' + detail(loop, index, table).replace(/^[A-Z]*/, '') : detail(loop, index, table)) + suffix,
      loop.profile,
    );
  }
}

function isArm(part: unknown): part is SelectArm {
  return typeof part === 'object' && part !== null && 'loops' in part;
}

function title({ name, source }: Loop): string {
  return name === '' ? `(subquery-${source})` : name;
}

function detail(loop: Loop, index: IndexInfo | undefined, table: TableInfo | undefined): string {
  const { access } = loop;
  const name = title(loop);
  if (loop.kind === 'function') return `SCAN ${name} VIRTUAL TABLE INDEX 0:`;
  if (access.kind === 'hash')
    return `SEARCH ${name} USING HASH TABLE (${access.inner.length} ${access.inner.length === 1 ? 'key' : 'keys'})`;
  const cover = loop.covering === undefined ? '' : 'COVERING ';
  if (access.kind === 'scan') return `SCAN ${name}${index === undefined ? '' : ` USING ${cover}INDEX ${index.name}`}`;
  const isRowid = index === undefined && table?.withoutRowid === false;
  const tree = index !== undefined ? `${cover}INDEX ${index.name}` : isRowid ? 'INTEGER PRIMARY KEY' : 'PRIMARY KEY';
  return `SEARCH ${name} USING ${tree} (${conditions(access, keyNames(index, table))})`;
}

function keyNames(index: IndexInfo | undefined, table: TableInfo | undefined): string[] {
  const of = (info: IndexInfo): string[] =>
    info.columns.map(({ column }) =>
      column < 0
        ? column === -1
          ? 'rowid'
          : '<expr>'
        : column === table?.rowidColumn
          ? 'rowid'
          : (table?.columns[column]?.name as string),
    );
  const own = table?.indexes.find(({ ordinal }) => ordinal < 0);
  const last = table?.withoutRowid === true && own !== undefined ? of(own) : ['rowid'];
  return index === undefined ? last : [...of(index), ...last];
}

function conditions(access: Access, names: readonly string[]): string {
  if (access.kind !== 'range') return '';
  const { eq, low, high } = access;
  const parts = eq.map((_, i) => `${names[i]}=?`);
  const next = names[eq.length];
  if (low !== null) parts.push(`${next}>?`);
  if (high !== null) parts.push(`${next}<?`);
  return parts.join(' AND ');
}
