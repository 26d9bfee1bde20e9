/** Cursors over rows that are arrays: of subqueries, CTEs, functions and tables that are not stored. */
import type { Loop } from '../plan/plan.ts';
import type { TableInfo } from '../catalog/schema.ts';
import type { Cell } from '../codec/cell.ts';
import type { CursorMaker, LoopCursor } from './access.ts';
import { compile } from './expression.ts';
import type { Frame, RowStream, Source } from './frame.ts';
import type { TableFunction } from './functions/function.ts';
import type { CteRows } from './recursive.ts';
import { compileSelect, type SelectProgram } from './select.ts';
import { compileTable } from './tree-cursor.ts';

/** Rows of a CTE, a subquery, a function or a table that is not stored. */
export function compileRows(loop: Loop): CursorMaker {
  const { source, cte, plan, table, kind } = loop;
  const reverse = loop.access.kind === 'scan' && loop.access.reverse;
  if (kind === 'cte' || kind === 'recursive') {
    const rows = (frame: Frame): CteRows => frame.stores[cte as number] as CteRows;
    if (kind === 'recursive') {
      return (frame) => new ArrayCursor(frame.source(source), () => [rows(frame).current]);
    }
    return (frame) => new GrowingCursor(frame.source(source), () => rows(frame));
  }
  if (kind === 'subquery' && plan !== undefined) {
    const program = compileSelect(plan);
    return (frame) => new StreamCursor(frame.source(source), program, plan.correlated);
  }
  if (kind === 'function') {
    const fn = loop.fn as unknown as TableFunction;
    const args = (loop.args ?? []).map(compile);
    return (frame) =>
      new ArrayCursor(frame.source(source), () =>
        fn.rows(
          args.map((arg) => arg(frame)),
          frame.context,
        ),
      );
  }
  const { virtualRows } = table as TableInfo;
  if (virtualRows === undefined) return compileTable(source, table as TableInfo, loop.access, undefined, undefined);
  return (frame) => new ArrayCursor(frame.source(source), () => (reverse ? virtualRows().toReversed() : virtualRows()));
}

class ArrayCursor implements LoopCursor {
  readonly #source: Source;
  readonly #make: () => readonly (readonly Cell[])[];
  #rows: readonly (readonly Cell[])[] = [];
  #at = 0;

  constructor(source: Source, make: () => readonly (readonly Cell[])[]) {
    this.#source = source;
    this.#make = make;
  }

  open(): void {
    this.#rows = this.#make();
    this.#at = 0;
  }

  next(): boolean {
    const row = this.#rows[this.#at];
    if (row === undefined) return false;
    this.#at++;
    this.#source.setCells(row);
    return true;
  }
}

class GrowingCursor implements LoopCursor {
  readonly #source: Source;
  readonly #rows: () => CteRows;
  #at = 0;

  constructor(source: Source, rows: () => CteRows) {
    this.#source = source;
    this.#rows = rows;
  }

  open(): void {
    this.#at = 0;
  }

  next(frame: Frame): boolean {
    const row = this.#rows().row(frame, this.#at);
    if (row === undefined) return false;
    this.#at++;
    this.#source.setCells(row);
    return true;
  }
}

/** A subquery in FROM: pulled the first time, and unless it is correlated kept for the next times. */
class StreamCursor implements LoopCursor {
  readonly #source: Source;
  readonly #program: SelectProgram;
  readonly #correlated: boolean;
  #stream: RowStream | undefined;
  /** What was pulled, where it is kept: from the second time on. */
  #rows: (readonly Cell[])[] | null = null;
  #isDone = false;
  #bytes = 0;
  #times = 0;
  #at = 0;

  constructor(source: Source, program: SelectProgram, correlated: boolean) {
    this.#source = source;
    this.#program = program;
    this.#correlated = correlated;
  }

  open(frame: Frame, fresh: boolean): void {
    this.#at = 0;
    if (fresh || this.#correlated) this.#times = 0;
    if (++this.#times > 2) return;
    frame.release(this.#bytes);
    this.#bytes = 0;
    this.#rows = this.#times === 2 ? [] : null;
    this.#isDone = false;
    if (this.#stream === undefined) this.#stream = this.#program.run(frame);
    else this.#stream.open(frame);
  }

  next(frame: Frame): boolean {
    const rows = this.#rows;
    let row = rows?.[this.#at];
    if (row === undefined) {
      if (this.#isDone || !(this.#stream as RowStream).next(frame)) {
        this.#isDone = true;
        return false;
      }
      row = (this.#stream as RowStream).row();
      if (rows !== null) {
        this.#bytes += frame.keep(row);
        rows.push(row);
      }
    }
    this.#at++;
    this.#source.setCells(row);
    return true;
  }
}
