/**
 * The plan of a statement: what the binder and the planner make and the executor runs.
 *
 * Sources. Every FROM item of a statement, those of its subqueries included, has a number unique in the statement. All
 * of a statement runs in one frame, so a correlated subquery simply reads a source of the query around it.
 *
 * Registers. What is computed once and read later (values of GROUP BY, results of aggregates and window functions,
 * columns carried past grouping, cached subqueries, materialised CTEs) has a register number unique in the statement.
 *
 * Stages of an arm, in this order: `always` → loops → `group` (fills registers; `having` filters) → `window` (fills
 * registers) → `select` and the keys of ORDER BY → DISTINCT → ORDER BY → LIMIT. After grouping no expression reads a
 * source of the arm, only registers; the same holds after `window`.
 *
 * Types. An expression of type 'real' yields plain JS numbers that are all REAL, unboxed (and, being a column of a
 * table that is not STRICT, maybe TEXT or BLOB); of any other type, a `Cell` in its normal form with integral REALs
 * boxed. 'integer' means INTEGER or NULL, and so on: every type includes NULL.
 */
import type { Affinity, IndexInfo, TableInfo } from '../catalog/schema.ts';
import type { Cell } from '../codec/cell.ts';

export type StaticType = 'null' | 'integer' | 'real' | 'number' | 'text' | 'blob' | 'any';
export type CompareOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'IS' | 'IS NOT';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '<<' | '>>' | '||';

/** What the planner needs to know of a function; the executor casts it back to what it is. */
export interface FunctionInfo {
  readonly name: string;
  /** Arguments at least, at most; −1: any number. */
  readonly min: number;
  readonly max: number;
  readonly deterministic?: boolean;
  readonly type?: StaticType;
}

/** A function in FROM, such as json_each. Its columns are `columns`, then the hidden ones, which take the arguments. */
export interface TableFunctionInfo {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly columns: readonly string[];
  readonly hidden: readonly string[];
  /** Rows end with a rowid, behind the hidden columns. */
  readonly hasRowid?: boolean;
}

/** Where functions are looked up: by the executor's tables and the session's own functions. */
export interface FunctionTable {
  scalar(name: string, args: number): FunctionInfo | undefined;
  aggregate(name: string, args: number): FunctionInfo | undefined;
  /** Functions that only work OVER a window; aggregates are found by `aggregate`. */
  window(name: string, args: number): FunctionInfo | undefined;
  table?(name: string): TableFunctionInfo | undefined;
  /** True when some function of that name exists, whatever its arguments. */
  known?(name: string): boolean;
}

/** What every expression carries. */
export interface Typed {
  readonly type: StaticType;
  readonly affinity: Affinity | null;
  /** Upper case; null when it has none of its own (BINARY then). */
  readonly collation: string | null;
  /** The collation comes from a COLLATE operator. */
  readonly explicit?: boolean;
}

export type Expr = Typed & ExprNode;

export type ExprNode =
  | { readonly op: 'const'; readonly value: Cell }
  /** `index` counts from 0. */
  | { readonly op: 'param'; readonly index: number }
  | { readonly op: 'column'; readonly source: number; readonly slot: number }
  | { readonly op: 'register'; readonly index: number }
  | { readonly op: UnaryOperator; readonly operand: Expr }
  | { readonly op: 'arith'; readonly operator: ArithmeticOperator; readonly left: Expr; readonly right: Expr }
  | ({
      readonly op: 'compare';
      readonly operator: CompareOperator;
      readonly left: Expr;
      readonly right: Expr;
    } & Comparison)
  | { readonly op: 'and' | 'or'; readonly left: Expr; readonly right: Expr }
  /** As two comparisons, `operand >= low AND operand <= high`, with the operand evaluated once. */
  | {
      readonly op: 'between';
      readonly operand: Expr;
      readonly low: Expr;
      readonly high: Expr;
      readonly negated: boolean;
      readonly lowComparison: Comparison;
      readonly highComparison: Comparison;
    }
  /** Exactly one of `list` and `select` is there. Items of `list` are rows when `operand` has several items. */
  | {
      readonly op: 'in';
      readonly operand: readonly Expr[];
      readonly list: readonly Expr[] | null;
      readonly select: SubqueryRef | null;
      readonly negated: boolean;
      /** One for each item of `operand`; `rightAffinity` is what members take. */
      readonly comparisons: readonly Comparison[];
    }
  | {
      readonly op: 'case';
      readonly base: Expr | null;
      /** `comparison` is there when `base` is. */
      readonly whens: readonly { readonly when: Expr; readonly then: Expr; readonly comparison: Comparison | null }[];
      readonly otherwise: Expr | null;
    }
  | { readonly op: 'cast'; readonly to: Affinity; readonly operand: Expr }
  /** The affinity of a column applied to a value: of a VIRTUAL column. */
  | { readonly op: 'affinity'; readonly to: Affinity; readonly operand: Expr }
  /** `collate`: the collation that functions such as min, max and nullif compare by. */
  | { readonly op: 'call'; readonly fn: FunctionInfo; readonly args: readonly Expr[]; readonly collate: string }
  | {
      readonly op: 'subquery';
      readonly kind: 'scalar' | 'exists';
      readonly select: SubqueryRef;
      readonly negated: boolean;
    }
  /** Only as a side of a `compare`, an item of an IN list or in UPDATE SET; a `compare` of rows has `rows`. */
  | { readonly op: 'row'; readonly items: readonly Expr[] }
  /** Rows compared item by item in order; `comparisons` as for IN. Both sides have as many items. */
  | {
      readonly op: 'compareRows';
      readonly operator: CompareOperator;
      readonly left: readonly Expr[];
      readonly right: readonly Expr[];
      readonly comparisons: readonly Comparison[];
    }
  /** A column of a scalar subquery of several columns (row value from SELECT). */
  | { readonly op: 'subqueryColumn'; readonly select: SubqueryRef; readonly column: number }
  | { readonly op: 'raise'; readonly action: 'IGNORE' | 'ROLLBACK' | 'ABORT' | 'FAIL'; readonly message: Expr | null };

/** isTrue: IS TRUE; isNotTrue: IS NOT TRUE, and so on; `plus` does nothing but drop affinity and never appears. */
export type UnaryOperator =
  | 'negate'
  | 'bitnot'
  | 'not'
  | 'isNull'
  | 'notNull'
  | 'isTrue'
  | 'isFalse'
  | 'isNotTrue'
  | 'isNotFalse';

/** How two values are compared: the affinity each takes first (null: none), then the collation of texts. */
export interface Comparison {
  readonly leftAffinity: Affinity | null;
  readonly rightAffinity: Affinity | null;
  readonly collation: string;
}

/** A query inside an expression. What is not correlated is run once and kept in the register `cache`. */
export interface SubqueryRef {
  readonly plan: SelectPlan;
  readonly cache: number;
}

export interface ResultColumn {
  readonly name: string;
  readonly type: StaticType;
  readonly affinity: Affinity | null;
  readonly collation: string | null;
  /** Where the value comes from unchanged, for result metadata. */
  readonly table?: string;
  readonly column?: string;
  readonly declaredType?: string | null;
}

export type CompoundOperator = 'UNION' | 'UNION ALL' | 'INTERSECT' | 'EXCEPT';

export interface SelectPlan {
  readonly arms: readonly SelectArm[];
  /** Between the arms, applied left to right; one fewer than arms. */
  readonly operators: readonly CompoundOperator[];
  readonly columns: readonly ResultColumn[];
  /** How values of each column are compared in a compound. */
  readonly collations: readonly string[];
  readonly orderBy: readonly OrderTerm[];
  /** Rows come in the order of `orderBy` already. */
  readonly orderSatisfied: boolean;
  readonly limit: Expr | null;
  readonly offset: Expr | null;
  /** Materialised on first use; each may read those before it. */
  readonly withs: readonly CtePlan[];
  /** Reads sources or registers of a query around it: must be run anew for each of their rows. */
  readonly correlated: boolean;
  /** The sources of queries around it that it reads, each once. */
  readonly outer: readonly number[];
  /** Another way to the answer, for when many rows ask for it. */
  readonly lookup?: LookupPlan;
}

/**
 * A correlated query whose rows are kept in a hash table. `loop` has access 'hash', whose keys read the query around.
 * EXISTS: whether one of the rows under the keys meets `residual`. Else `column` of the only row; without one, what the
 * query gives for a row around it that has no match, which is the same for all of them.
 */
export interface LookupPlan {
  readonly loop: Loop;
  readonly residual: readonly Expr[];
  /** −1: EXISTS. */
  readonly column: number;
  /** Rows that have to ask before it pays. */
  readonly after: number;
}

/** `column` ≥ 0: a result column; else `expr`, of a single arm only. */
export interface OrderTerm {
  readonly column: number;
  readonly expr: Expr | null;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  readonly collation: string;
}

export interface CtePlan {
  readonly name: string;
  /** Register of its rows. */
  readonly id: number;
  /** Not recursive: the whole. Recursive: the arms before the first that reads itself. */
  readonly initial: SelectPlan;
  /**
   * Each reads one row of the queue at a time through its loop of kind 'recursive'. Empty: not recursive. The order of
   * the queue, and the limit, are those of the CTE.
   */
  readonly recursive: readonly SelectPlan[];
  /** UNION: rows that were there before are left out. */
  readonly distinct: boolean;
  readonly orderBy: readonly OrderTerm[];
  readonly limit: Expr | null;
  readonly offset: Expr | null;
  readonly columns: readonly ResultColumn[];
  readonly collations: readonly string[];
}

export interface SelectArm {
  /** In join order. Empty: one row without any source. */
  readonly loops: readonly Loop[];
  /** Conditions that read no source of the arm, checked once before the first loop. */
  readonly always: readonly Expr[];
  readonly group: GroupStage | null;
  readonly window: WindowStage | null;
  readonly select: readonly Expr[];
  readonly distinct: boolean;
  /** Of DISTINCT, one for each column. */
  readonly collations: readonly string[];
  /** VALUES: the rows; then all else is empty. */
  readonly values: readonly (readonly Expr[])[] | null;
}

export interface RegisterValue {
  readonly expr: Expr;
  readonly register: number;
}

export interface GroupStage {
  /** Empty: all rows are one group, which is there even without rows. */
  readonly by: readonly RegisterValue[];
  readonly collations: readonly string[];
  readonly aggregates: readonly AggregateCall[];
  /** Bare columns: their values in the first row of the group, or in the row of `extreme`. */
  readonly carried: readonly RegisterValue[];
  /** Place in `aggregates` of the only min() or max(), whose row bare columns come from; −1. */
  readonly extreme: number;
  readonly having: readonly Expr[];
  /** Rows of a group come one after the other. */
  readonly sorted: boolean;
  /** Nothing but count(*) over the one loop, which is a scan without conditions. */
  readonly countOnly: boolean;
  /** The only aggregate is min or max, and rows come in its order: the first that is not NULL decides. */
  readonly firstOnly: boolean;
}

export interface AggregateCall {
  readonly fn: FunctionInfo;
  readonly register: number;
  /** Empty for count(*). */
  readonly args: readonly Expr[];
  readonly distinct: boolean;
  readonly filter: Expr | null;
  readonly orderBy: readonly OrderTerm[];
  readonly collate: string;
}

export interface WindowStage {
  /** Computed of each row before the windows; later expressions read the registers. */
  readonly inputs: readonly RegisterValue[];
  /** Calls that share partition and order stand next to each other. Their expressions read `inputs` only. */
  readonly calls: readonly WindowCall[];
}

export interface WindowCall {
  readonly fn: FunctionInfo;
  readonly register: number;
  readonly args: readonly Expr[];
  readonly filter: Expr | null;
  readonly partitionBy: readonly Expr[];
  readonly partitionCollations: readonly string[];
  /** `expr` always. */
  readonly orderBy: readonly OrderTerm[];
  readonly frame: WindowFrame;
  readonly collate: string;
}

export interface WindowFrame {
  readonly unit: 'ROWS' | 'RANGE' | 'GROUPS';
  readonly start: FrameBound;
  readonly end: FrameBound;
  readonly exclude: 'NO OTHERS' | 'CURRENT ROW' | 'GROUP' | 'TIES';
  /** No frame goes on from the one before. */
  readonly anew?: boolean;
}

/** `offset` is there for PRECEDING and FOLLOWING with a number. */
export interface FrameBound {
  readonly kind: 'UNBOUNDED PRECEDING' | 'PRECEDING' | 'CURRENT ROW' | 'FOLLOWING' | 'UNBOUNDED FOLLOWING';
  readonly offset: Expr | null;
}

/**
 * One depth of a nested-loop join. For each row of `access`: `local` and then `on` decide whether it matches; a match
 * goes on to `filters` and then to the next loop. Left and full: without a match, a row of NULLs goes to `filters`.
 * Right and full: once all is done, each row that never matched goes to `filters` with NULLs in all sources before.
 */
export interface Loop {
  readonly source: number;
  readonly kind: 'table' | 'subquery' | 'cte' | 'recursive' | 'function';
  readonly join: 'inner' | 'left' | 'right' | 'full';
  readonly access: Access;
  /** Conditions on this source alone (a hash table may be built of the rows that pass). */
  readonly local: readonly Expr[];
  /** ON of an outer join. */
  readonly on: readonly Expr[];
  readonly filters: readonly Expr[];
  readonly name: string;
  /** kind 'table'. */
  readonly table?: TableInfo;
  /** The index that `access` walks; without one, the table's own tree. */
  readonly index?: IndexInfo;
  /** The index alone has all that is read: place in its entry of each slot of the table's row, −1 where it is not read. */
  readonly covering?: readonly number[];
  /** kind 'subquery'. */
  readonly plan?: SelectPlan;
  /** kind 'cte' and 'recursive': the register of the CTE. */
  readonly cte?: number;
  /** kind 'function'; its rows are the columns in order, hidden ones included. */
  readonly fn?: TableFunctionInfo;
  readonly args?: readonly Expr[];
  /** Values in a row of the source. */
  readonly slots: number;
  /** kind 'table': the slots that are read. */
  readonly used?: readonly boolean[];
  /** Access 'hash': the slots that are read of rows that have passed `local`; absent: all. */
  kept?: readonly boolean[];
  /** Expected rows for each row of the loops before. */
  readonly rows: number;
  /** Of EXPLAIN ANALYZE: what its runs come to; it then goes row by row. */
  profile?: LoopProfile;
}

/** What a loop did. */
export interface LoopProfile {
  /** How often it began. */
  loops: number;
  /** Rows that it handed on. */
  rows: number;
  /** Milliseconds in it, those of the loops further in left aside. */
  ms: number;
}

/** A value that a key column is compared with. `affinity` is applied to it first. */
export interface KeyValue {
  readonly expr: Expr;
  readonly affinity: Affinity | null;
}

export interface KeyBound extends KeyValue {
  /** The bound itself is left out. */
  readonly open: boolean;
}

/** One key column fixed: to a value (NULL matches nothing, unless `isNull`: IS), or to each of several. */
export type KeyPart =
  | (KeyValue & { readonly isNull: boolean })
  | { readonly list: readonly Expr[]; readonly affinity: Affinity | null }
  /** `column` of the subquery's row. */
  | { readonly select: SubqueryRef; readonly column: number; readonly affinity: Affinity | null };

export type Access =
  | { readonly kind: 'scan'; readonly reverse: boolean }
  /**
   * Of the tree of `index`, else of the table's own. The first key columns are equal to `eq`; the next lies between
   * `low` and `high`, in the order of values (an index column that is descending has them the other way round). With
   * a `high` alone NULLs are left out. At most one part of `eq` has several values: they are taken distinct and in
   * order, or in reverse.
   */
  | {
      readonly kind: 'range';
      readonly eq: readonly KeyPart[];
      readonly low: KeyBound | null;
      readonly high: KeyBound | null;
      readonly reverse: boolean;
      /** At most one row: all of a unique key is equal to something. */
      readonly unique: boolean;
    }
  /** Union of rows by key of the table, each row once. */
  | {
      readonly kind: 'or';
      readonly parts: readonly { readonly index: IndexInfo | undefined; readonly access: Access }[];
    }
  /** A hash table of the rows that pass `local`, by `inner`; looked up with `keys`, which read sources before. */
  | {
      readonly kind: 'hash';
      readonly keys: readonly Expr[];
      readonly inner: readonly Expr[];
      /** leftAffinity is of `keys`, rightAffinity of `inner`. */
      readonly comparisons: readonly Comparison[];
    };

/** A query with what its frame needs. */
export interface StatementPlan {
  readonly plan: SelectPlan;
  /** How many numbers of sources and registers there are. */
  readonly sources: number;
  readonly registers: number;
}
