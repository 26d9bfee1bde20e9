/** A row by a unique key, without the machinery of a join: `SELECT … FROM t WHERE id = ?`. */
import type { SelectArm } from '../plan/plan.ts';
import type { Column, Tree } from '../btree/index.ts';
import type { Cell } from '../codec/cell.ts';
import type { IndexTree, Table } from '../txn/index.ts';
import { operand } from './compare.ts';
import { compileAll } from './expression.ts';
import type { Condition, Eval, Frame, RowStream } from './frame.ts';
import { malformed } from './tree-cursor.ts';

/** Makes streams of an arm that looks for one key; null for other arms. */
export function compilePoint(arm: SelectArm, select: readonly Eval[]): ((frame: Frame) => RowStream) | null {
  const [loop, second] = arm.loops;
  if (loop === undefined || second !== undefined || arm.group !== null || arm.window !== null) return null;
  const { access, table, index, join, covering = null } = loop;
  if (access.kind !== 'range' || !access.unique || access.low !== null || access.high !== null) return null;
  if (table === undefined || table.virtualRows !== undefined || join !== 'inner') return null;
  const ordinal = index === undefined ? -1 : index.ordinal;
  if (ordinal < 0 && access.eq.length !== table.storage.spec.tree.key.length) return null;
  const key: Eval[] = [];
  for (const part of access.eq) {
    if (!('expr' in part) || part.isNull) return null;
    key.push(operand(part.expr, part.affinity));
  }
  const condition = compileAll([...arm.always, ...loop.local, ...loop.on, ...loop.filters]);
  const parts = { source: loop.source, table: table.storage, ordinal, covering, key, condition, select };
  return () => new PointStream(parts);
}

interface PointParts {
  readonly source: number;
  readonly table: Table;
  /** Of the index; −1: the table's own key. */
  readonly ordinal: number;
  /** Where the index has the slots of the table; null where it lacks some. */
  readonly covering: readonly number[] | null;
  readonly key: readonly Eval[];
  readonly condition: Condition | null;
  readonly select: readonly Eval[];
}

class PointStream implements RowStream {
  readonly #parts: PointParts;
  readonly #key: Cell[] = [];
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
    if (--frame.fuel < 0) frame.look();
    const { condition, select } = this.#parts;
    const found = this.#find(frame) && (condition === null || condition(frame));
    if (found) {
      const row: Cell[] = [];
      for (let i = 0; i < select.length; i++) row.push((select[i] as Eval)(frame));
      this.#row = row;
    }
    this.#isDone = true;
    return found;
  }

  /** Sets the source to the row of the key. */
  #find(frame: Frame): boolean {
    const { source, table: shared, ordinal, covering, key: parts } = this.#parts;
    const key = this.#key;
    for (let i = 0; i < parts.length; i++) if ((key[i] = (parts[i] as Eval)(frame)) === null) return false;
    const table = frame.reader.read(shared);
    const rows = table.tree;
    const at = frame.source(source);
    if (ordinal < 0) {
      if (!findRow(rows, key)) return false;
    } else {
      const { tree } = table.indexes[ordinal] as IndexTree;
      if (!tree.findPrefix(key)) return false;
      const { columns, index } = tree;
      if (covering !== null) {
        at.columns = covering.map((place) => columns[place] as Column);
        at.index = index;
        return true;
      }
      const id: Cell[] = [];
      for (let c = columns.length - rows.order.length; c < columns.length; c++)
        id.push((columns[c] as Column).get(index));
      if (!findRow(rows, id)) throw malformed(table.name);
    }
    at.columns = rows.columns;
    at.index = rows.index;
    return true;
  }

  row(): Cell[] {
    return this.#row;
  }
}

function findRow(rows: Tree, key: readonly Cell[]): boolean {
  const [id] = key;
  return key.length === 1 && typeof id === 'number' ? rows.findInteger(id) : rows.find(key);
}
