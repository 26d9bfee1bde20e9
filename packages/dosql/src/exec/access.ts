/** How a loop of a join gets at its rows: each cursor moves the source of its loop from row to row. */
import type { Loop } from '../plan/plan.ts';
import type { Frame } from './frame.ts';
import { compileHash, compileKept } from './hash.ts';
import { compileRows } from './row-cursor.ts';
import { compileTable } from './tree-cursor.ts';

/** Rows of a loop for one row of the loops before it. */
export interface LoopCursor {
  /** Begins; trees are looked up anew where `fresh`, which it is once a run. */
  open(frame: Frame, fresh: boolean): void;
  next(frame: Frame): boolean;
}

/** Makes a cursor of a compiled loop, one for each run. */
export type CursorMaker = (frame: Frame) => LoopCursor;

export function compileAccess(loop: Loop): CursorMaker {
  const { access, table } = loop;
  if (loop.join === 'right' || loop.join === 'full') return compileKept(loop);
  if (access.kind === 'hash') {
    return compileHash(loop, access);
  }
  if (loop.kind === 'table' && table !== undefined && table.virtualRows === undefined) {
    return compileTable(loop.source, table, access, loop.index, loop.covering);
  }
  return compileRows(loop);
}
