/** Cursors over the trees of stored tables: whole, by key, by ranges of keys, through an index or its entries alone. */
import { SqlError } from '@dotdo/shared-types';
import type { Access, KeyPart, KeyValue } from '../plan/plan.ts';
import type { Column, Cursor, KeyColumn, Tree } from '../btree/index.ts';
import { searchHigh, searchLow } from '../btree/search.ts';
import type { IndexInfo, TableInfo } from '../catalog/schema.ts';
import { compareCells, type Cell } from '../codec/cell.ts';
import type { IndexTree } from '../txn/index.ts';
import type { CursorMaker, LoopCursor } from './access.ts';
import { operand } from './compare.ts';
import { rowKey, type MapKey } from './distinct.ts';
import type { Eval, Frame, Source } from './frame.ts';
import { applyAffinity } from './functions/values.ts';
import { subqueryRows } from './subquery.ts';

type RangeAccess = Extract<Access, { kind: 'range' }>;
type Values = (frame: Frame) => readonly Cell[];

/** The values that a key part takes; null where it is one value only. */
function keyValues(part: KeyPart): Values | null {
  const { affinity } = part;
  if ('expr' in part) return null;
  if ('list' in part) {
    const items = part.list.map((item) => operand(item, affinity));
    return (frame) => items.map((item) => item(frame));
  }
  const { column } = part;
  const rows = subqueryRows(part.select);
  return (frame) => rows(frame).map((row) => applyAffinity(row[column] as Cell, affinity));
}

interface Range {
  readonly singles: readonly (Eval | null)[];
  readonly nullable: readonly boolean[];
  readonly multiple: number;
  readonly values: Values | null;
  readonly low: Eval | null;
  readonly lowOpen: boolean;
  readonly high: Eval | null;
  readonly highOpen: boolean;
  readonly reverse: boolean;
  readonly unique: boolean;
}

const SCAN: RangeAccess = { kind: 'range', eq: [], low: null, high: null, reverse: false, unique: false };

/** The rows of a stored table, or of one of its indexes, that an access asks for. */
export function compileTable(
  source: number,
  table: TableInfo,
  access: Access,
  index: IndexInfo | undefined,
  covering: readonly number[] | undefined,
): CursorMaker {
  if (access.kind === 'or') {
    const parts = access.parts.map((part) => compileTable(source, table, part.access, part.index, undefined));
    const keys = table.storage.spec.tree.key.length;
    const key = rowKey(Array.from({ length: keys }, () => 'BINARY'));
    return (frame) =>
      new UnionCursor(
        parts.map((part) => part(frame)),
        frame.source(source),
        { keys, key },
      );
  }
  const range = compileRange(
    access.kind === 'range' ? access : { ...SCAN, reverse: (access as { reverse: boolean }).reverse },
  );
  const ordinal = index === undefined ? -1 : index.ordinal;
  return (frame) => new TreeCursor(frame.source(source), table, ordinal, range, covering);
}

/** The entries of an index, without their rows. */
export interface EntryCursor extends LoopCursor {
  /** To the next entry. */
  move(): boolean;
  /** The rowid in it. */
  key(): Cell;
}

/** As `compileTable`, of the entries of an index of a table with rowids. */
export function compileEntries(
  source: number,
  table: TableInfo,
  access: RangeAccess,
  index: IndexInfo,
): (frame: Frame) => EntryCursor {
  const range = compileRange(access);
  return (frame) => new TreeCursor(frame.source(source), table, index.ordinal, range, undefined);
}

/** The error for an entry without its row. */
export function malformed(table: string): SqlError {
  return new SqlError('CORRUPT_PAGE', `database disk image is malformed: ${table}`);
}

function bound(value: KeyValue | null): Eval | null {
  return value === null ? null : operand(value.expr, value.affinity);
}

function compileRange({ eq, low, high, reverse, unique }: RangeAccess): Range {
  const values = eq.map(keyValues);
  const multiple = values.findIndex((value) => value !== null);
  return {
    singles: eq.map((part) => ('expr' in part ? bound(part) : null)),
    nullable: eq.map((part) => 'expr' in part && part.isNull),
    multiple,
    values: values[multiple] ?? null,
    low: bound(low),
    lowOpen: low?.open === true,
    high: bound(high),
    highOpen: high?.open === true,
    reverse,
    unique,
  };
}

class TreeCursor implements EntryCursor {
  readonly #source: Source;
  readonly #table: TableInfo;
  readonly #ordinal: number;
  readonly #range: Range;
  readonly #covering: readonly number[] | undefined;
  #tree: Tree | undefined;
  /** The table's own tree. */
  #rows: Tree | undefined;
  #cursor: Cursor | undefined;
  readonly #eq: Cell[] = [];
  #points: readonly Cell[] | null = null;
  #point = 0;
  /** Key, or beginning of one, at which the rows begin and end in the order of the tree. */
  #from: Cell[] = [];
  #fromOpen = false;
  #to: Cell[] = [];
  #toOpen = false;
  /** seek: the next range is to be sought; rows: standing in one; once: the row of a unique key was given. */
  #state: 'seek' | 'rows' | 'once' | 'end' = 'end';
  #columns: readonly Column[] = [];
  #at = 0;
  /** Row at which the range ends in this leaf, exclusive in the direction of the walk. */
  #stop = 0;
  #isLastLeaf = false;
  #version = -1;
  /** The cursor has moved on, and the end of the range in its leaf is not known yet. */
  #isEntering = false;
  /** The row at hand was taken from the tree but its table row not fetched yet. */
  #pending = false;
  #mapped: Column[] = [];
  #mappedFrom: readonly Column[] | undefined;

  constructor(
    source: Source,
    table: TableInfo,
    ordinal: number,
    range: Range,
    covering: readonly number[] | undefined,
  ) {
    this.#source = source;
    this.#table = table;
    this.#ordinal = ordinal;
    this.#range = range;
    this.#covering = covering;
  }

  open(frame: Frame, fresh: boolean): void {
    if (fresh || this.#tree === undefined) {
      const table = frame.reader.read(this.#table.storage);
      this.#rows = table.tree;
      const tree = this.#ordinal < 0 ? table.tree : (table.indexes[this.#ordinal] as IndexTree).tree;
      if (tree !== this.#tree) this.#cursor = undefined;
      this.#tree = tree;
    }
    this.#pending = this.#isEntering = false;
    this.#state = 'end';
    const { singles, nullable, multiple, values } = this.#range;
    for (let i = 0; i < singles.length; i++) {
      const single = singles[i] as Eval | null;
      if (single === null) continue;
      const cell = single(frame);
      if (cell === null && !nullable[i]) return;
      this.#eq[i] = cell;
    }
    this.#point = 0;
    this.#points = values === null ? null : this.#sorted(values(frame), this.#tree.order[multiple] as KeyColumn);
    if (!this.#bounds(frame)) return;
    this.#state = 'seek';
  }

  /** Distinct values without NULL, in the order in which they are walked. */
  #sorted(values: readonly Cell[], { collation, descending }: KeyColumn): Cell[] {
    const sign = (descending === true) === this.#range.reverse ? 1 : -1;
    const sorted = values.filter((cell) => cell !== null).sort((a, b) => sign * compareCells(a, b, collation));
    return sorted.filter((cell, i) => i === 0 || compareCells(cell, sorted[i - 1] as Cell, collation) !== 0);
  }

  /** Evaluates low and high; false when one of them is NULL, which nothing matches. */
  #bounds(frame: Frame): boolean {
    const { singles, low, high, lowOpen, highOpen } = this.#range;
    const place = singles.length;
    this.#from = this.#eq.slice(0, place);
    this.#to = this.#eq.slice(0, place);
    this.#fromOpen = this.#toOpen = false;
    if (low === null && high === null) return true;
    const least = low === null ? null : low(frame);
    const most = high === null ? undefined : high(frame);
    if ((low !== null && least === null) || most === null) return false;
    const leastOpen = low === null || lowOpen;
    if (this.#tree?.order[place]?.descending !== true) {
      this.#from[place] = least;
      this.#fromOpen = leastOpen;
      if (most !== undefined) this.#to[place] = most;
      this.#toOpen = highOpen;
    } else {
      this.#to[place] = least;
      this.#toOpen = leastOpen;
      if (most !== undefined) this.#from[place] = most;
      this.#fromOpen = highOpen;
    }
    return true;
  }

  next(frame: Frame): boolean {
    if (this.#pending || this.move()) {
      this.#pending = true;
      this.#show(frame);
      this.#pending = false;
      return true;
    }
    return false;
  }

  key(): Cell {
    return (this.#columns.at(-1) as Column).get(this.#at);
  }

  move(): boolean {
    for (;;) {
      if (this.#state === 'rows') {
        if (this.#walk()) return true;
        this.#state = this.#points === null ? 'end' : 'seek';
        if (this.#points !== null) this.#point++;
      }
      if (this.#state === 'once') {
        if (this.#points === null) this.#state = 'end';
        else {
          this.#state = 'seek';
          this.#point++;
        }
      }
      if (this.#state !== 'seek') return false;
      if (this.#points !== null) {
        if (this.#point >= this.#points.length) {
          this.#state = 'end';
          return false;
        }
        const place = this.#range.multiple;
        this.#from[place] = this.#to[place] = this.#points[this.#point] as Cell;
      }
      if (this.#seek()) return true;
    }
  }

  /** To the first row of the range; sets the state. */
  #seek(): boolean {
    const tree = this.#tree as Tree;
    const { reverse, unique } = this.#range;
    if (unique && this.#ordinal < 0 && this.#from.length === tree.order.length) {
      const [id] = this.#from;
      const found = this.#from.length === 1 && typeof id === 'number' ? tree.findInteger(id) : tree.find(this.#from);
      this.#state = 'once';
      if (!found) return false;
      this.#columns = tree.columns;
      this.#at = tree.index;
      return true;
    }
    const cursor = (this.#cursor ??= tree.cursor());
    let found: boolean;
    if (reverse) found = this.#to.length === 0 ? cursor.last() : cursor.seek(this.#toOpen ? 'lt' : 'le', this.#to);
    else found = this.#from.length === 0 ? cursor.first() : cursor.seek(this.#fromOpen ? 'gt' : 'ge', this.#from);
    this.#state = 'rows';
    if (!found) {
      this.#stop = this.#at = 0;
      this.#isLastLeaf = true;
      this.#version = tree.version;
      return false;
    }
    return this.#enter();
  }

  /** At a row of the cursor's leaf that may be beyond the end of the range. */
  #enter(): boolean {
    this.#isEntering = true;
    const isInside = this.#isInside();
    this.#isEntering = false;
    return isInside;
  }

  #isInside(): boolean {
    const cursor = this.#cursor as Cursor;
    const { order } = this.#tree as Tree;
    const { columns, index } = cursor;
    this.#version = (this.#tree as Tree).version;
    this.#columns = columns;
    this.#at = index;
    const { n } = cursor.leaf;
    const [key, isOpen] = this.#range.reverse ? [this.#from, this.#fromOpen] : [this.#to, this.#toOpen];
    if (this.#range.reverse) {
      let low = 0;
      if (key.length > 0) low = (isOpen ? searchHigh : searchLow)(columns, order, key, key.length, 0, n);
      this.#stop = (low < 0 ? ~low : low) - 1;
      this.#isLastLeaf = this.#stop >= 0;
      return index > this.#stop;
    }
    let high = n;
    if (key.length > 0) high = (isOpen ? searchLow : searchHigh)(columns, order, key, key.length, 0, n);
    this.#stop = high < 0 ? ~high : high;
    this.#isLastLeaf = this.#stop < n;
    return index < this.#stop;
  }

  /** To the next row of the range. */
  #walk(): boolean {
    if (this.#isEntering) return this.#enter();
    const cursor = this.#cursor as Cursor;
    const { reverse } = this.#range;
    if ((this.#tree as Tree).version !== this.#version) {
      return (reverse ? cursor.prev() : cursor.next()) && this.#enter();
    }
    const at = reverse ? this.#at - 1 : this.#at + 1;
    if (reverse ? at > this.#stop : at < this.#stop) {
      this.#at = at;
      cursor.moveTo(at);
      return true;
    }
    if (this.#isLastLeaf) return false;
    return (reverse ? cursor.prev() : cursor.next()) && this.#enter();
  }

  /** Makes the row at hand that of the source. */
  #show(_frame: Frame): void {
    const source = this.#source;
    const covering = this.#covering;
    const columns = this.#columns;
    const at = this.#at;
    if (this.#ordinal < 0) {
      source.columns = columns;
      source.index = at;
      return;
    }
    if (covering !== undefined) {
      if (this.#mappedFrom !== columns) {
        this.#mapped = covering.map((place) => columns[place] as Column);
        this.#mappedFrom = columns;
      }
      source.columns = this.#mapped;
      source.index = at;
      return;
    }
    const rows = this.#rows as Tree;
    const keys = rows.order.length;
    const first = columns.length - keys;
    const id = (columns[first] as Column).get(at);
    let found: boolean;
    if (keys === 1 && typeof id === 'number') found = rows.findInteger(id);
    else found = rows.find(columns.slice(first).map((column) => column.get(at)));
    if (!found) throw malformed(this.#table.name);
    source.columns = rows.columns;
    source.index = rows.index;
  }
}

/** Rows of several cursors on one source, each once. */
class UnionCursor implements LoopCursor {
  readonly #parts: readonly LoopCursor[];
  readonly #source: Source;
  readonly #keys: number;
  readonly #key: (cells: readonly Cell[]) => MapKey;
  readonly #seen = new Set<MapKey>();
  #part = 0;
  #isOpen = false;
  #fresh = false;

  constructor(
    parts: readonly LoopCursor[],
    source: Source,
    { keys, key }: { keys: number; key: (cells: readonly Cell[]) => MapKey },
  ) {
    this.#parts = parts;
    this.#source = source;
    this.#keys = keys;
    this.#key = key;
  }

  open(_frame: Frame, fresh: boolean): void {
    this.#seen.clear();
    this.#part = 0;
    this.#isOpen = false;
    this.#fresh = fresh;
  }

  next(frame: Frame): boolean {
    for (; this.#part < this.#parts.length; this.#part++, this.#isOpen = false) {
      const part = this.#parts[this.#part] as LoopCursor;
      if (!this.#isOpen) part.open(frame, this.#fresh);
      this.#isOpen = true;
      while (part.next(frame)) {
        const cells: Cell[] = [];
        for (let i = 0; i < this.#keys; i++) cells.push(this.#source.get(i));
        const key = this.#key(cells);
        if (this.#seen.has(key)) continue;
        this.#seen.add(key);
        return true;
      }
    }
    return false;
  }
}
