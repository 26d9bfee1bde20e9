/** A row of a table by its key, without the machinery of a join: `SELECT … FROM t WHERE id = ?`. */
import type { SelectArm } from '../plan/plan.ts';
import type { Tree } from '../btree/index.ts';
import type { Cell } from '../codec/cell.ts';
import type { Table } from '../txn/index.ts';
import { operand } from './compare.ts';
import { compileAll } from './expression.ts';
import type { Condition, Eval, Frame, RowStream } from './frame.ts';

/** Makes streams of an arm that looks for one rowid; null for other arms. */
export function compilePoint(arm: SelectArm, select: readonly Eval[]): ((frame: Frame) => RowStream) | null {
  const [loop, second] = arm.loops;
  if (loop === undefined || second !== undefined || arm.group !== null || arm.window !== null) return null;
  const { access, table, index, join } = loop;
  if (access.kind !== 'range' || !access.unique || table?.virtualRows !== undefined || join !== 'inner') return null;
  const [part, more] = access.eq;
  if (part === undefined || more !== undefined || !('expr' in part) || part.isNull || index !== undefined) return null;
  if (table === undefined || table.withoutRowid) return null;
  const key = operand(part.expr, part.affinity);
  const condition = compileAll([...arm.always, ...loop.local, ...loop.on, ...loop.filters]);
  return () => new PointStream({ source: loop.source, table: table.storage, key, condition, select });
}

interface PointParts {
  readonly source: number;
  readonly table: Table;
  readonly key: Eval;
  readonly condition: Condition | null;
  readonly select: readonly Eval[];
}

class PointStream implements RowStream {
  readonly #parts: PointParts;
  #isDone = false;
  #row: Cell[] = [];

  constructor(parts: PointParts) {
    this.#parts = parts;
  }

  open(): void {
    this.#isDone = false;
  }

  next(frame: Frame): boolean {
    if (this.#isDone) return false;
    const { source, table, key, condition, select } = this.#parts;
    if (--frame.fuel < 0) frame.look();
    const tree: Tree = frame.reader.read(table).tree;
    const id = key(frame);
    const found = id !== null && (typeof id === 'number' ? tree.findInteger(id) : tree.find([id]));
    if (found) {
      const at = frame.source(source);
      at.columns = tree.columns;
      at.index = tree.index;
      if (condition === null || condition(frame)) {
        const row: Cell[] = [];
        for (let i = 0; i < select.length; i++) row.push((select[i] as Eval)(frame));
        this.#row = row;
        this.#isDone = true;
        return true;
      }
    }
    this.#isDone = true;
    return false;
  }

  row(): Cell[] {
    return this.#row;
  }
}
