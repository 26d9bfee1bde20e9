/**
 * The syntax tree of SQLite's grammar and our extensions. Every node is a union member told by `kind`; `at` is the
 * offset, in UTF-16 code units of the whole text, of the token that an error about the node points to. Nothing is
 * resolved here: names, affinities, TRUE and FALSE are the binder's business.
 * @see https://www.sqlite.org/lang.html
 */

/** How a name was written: bare, or in which quotes. Only `"` may fall back to a string, and only where no name fits. */
export type Quote = '' | '"' | '`' | '[' | "'";

/** A name of its own token. `tokenEnd(sql, at)` tells where it ends, which ALTER TABLE … RENAME rewrites by. */
export interface Name {
  readonly name: string;
  readonly at: number;
}

export type ConflictAction = 'ROLLBACK' | 'ABORT' | 'FAIL' | 'IGNORE' | 'REPLACE';

// ── Expressions ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type Expr =
  | Literal
  | ColumnExpr
  | ParameterExpr
  | UnaryExpr
  | BinaryExpr
  | BetweenExpr
  | InExpr
  | LikeExpr
  | CaseExpr
  | CastExpr
  | CollateExpr
  | CallExpr
  | ExistsExpr
  | SelectExpr
  | RowExpr
  | IsNullExpr
  | RaiseExpr;

/** An INTEGER is a safe number or a bigint within 64 bits; a REAL is in `real`, and then there is no `value`. */
export type Literal =
  | {
      readonly kind: 'literal';
      readonly value: null | number | bigint | string | Uint8Array;
      readonly real?: undefined;
      readonly at: number;
    }
  | { readonly kind: 'literal'; readonly value?: undefined; readonly real: number; readonly at: number };

/** A name in an expression; bare `true` and `false` are columns too until the binder finds none of that name. */
export interface ColumnExpr {
  readonly kind: 'column';
  readonly schema: string | null;
  readonly table: string | null;
  readonly name: string;
  /** How the column's name was quoted; `"` without a table may mean a string. */
  readonly quoted: Quote;
  /** Offset of the column's own name. */
  readonly at: number;
  /** Offset of the table's name, −1 without one. */
  readonly tableAt: number;
}

export interface ParameterExpr {
  readonly kind: 'parameter';
  /** From 1, as in ?1; `ParsedStatement.parameters[index - 1]` is the name. */
  readonly index: number;
  /** With its first character: `?5`, `:a`, `@a`, `$a::b(c)`; null for a plain `?`. */
  readonly name: string | null;
  readonly at: number;
}

export interface UnaryExpr {
  readonly kind: 'unary';
  readonly operator: '-' | '+' | '~' | 'NOT';
  readonly operand: Expr;
  readonly at: number;
}

/** `==` reads `=`, `!=` reads `<>`, IS NOT DISTINCT FROM reads IS, IS DISTINCT FROM reads IS NOT. */
export type BinaryOperator =
  | 'OR'
  | 'AND'
  | '='
  | '<>'
  | 'IS'
  | 'IS NOT'
  | '<'
  | '<='
  | '>'
  | '>='
  | '&'
  | '|'
  | '<<'
  | '>>'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '||'
  | '->'
  | '->>';

export interface BinaryExpr {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expr;
  readonly right: Expr;
  /** Offset of the operator. */
  readonly at: number;
}

export interface BetweenExpr {
  readonly kind: 'between';
  readonly negated: boolean;
  readonly operand: Expr;
  readonly low: Expr;
  readonly high: Expr;
  readonly at: number;
}

/** Exactly one of `list`, `select` and `table` is set. */
export interface InExpr {
  readonly kind: 'in';
  readonly negated: boolean;
  readonly operand: Expr;
  readonly list: readonly Expr[] | null;
  readonly select: Select | null;
  /** `x IN t`, `x IN schema.t`, `x IN f(…)`. */
  readonly table: TableSource | null;
  readonly at: number;
}

export interface LikeExpr {
  readonly kind: 'like';
  readonly operator: 'LIKE' | 'GLOB' | 'REGEXP' | 'MATCH';
  readonly negated: boolean;
  readonly operand: Expr;
  readonly pattern: Expr;
  readonly escape: Expr | null;
  readonly at: number;
}

export interface CaseExpr {
  readonly kind: 'case';
  readonly base: Expr | null;
  readonly whens: readonly { readonly when: Expr; readonly then: Expr }[];
  readonly otherwise: Expr | null;
  readonly at: number;
}

export interface CastExpr {
  readonly kind: 'cast';
  readonly operand: Expr;
  /** As written: `VARCHAR(10)`; may be empty. */
  readonly type: string;
  readonly at: number;
}

export interface CollateExpr {
  readonly kind: 'collate';
  readonly operand: Expr;
  readonly collation: string;
  readonly at: number;
}

/** A function. CURRENT_DATE, CURRENT_TIME and CURRENT_TIMESTAMP are calls of these names, in lower case, with no arguments. */
export interface CallExpr {
  readonly kind: 'call';
  /** As written. */
  readonly name: string;
  readonly args: readonly Expr[];
  readonly distinct: boolean;
  /** `count(*)`: then there are no `args`. */
  readonly star: boolean;
  /** ORDER BY among the arguments of an aggregate. */
  readonly orderBy: readonly OrderTerm[] | null;
  readonly filter: Expr | null;
  /** OVER name is a string. */
  readonly over: WindowDefinition | string | null;
  readonly at: number;
}

/** NOT EXISTS is a unary NOT around it. */
export interface ExistsExpr {
  readonly kind: 'exists';
  readonly select: Select;
  readonly at: number;
}

/** A scalar subquery, or a row of one. */
export interface SelectExpr {
  readonly kind: 'select';
  readonly select: Select;
  readonly at: number;
}

/** A row value of two or more items. */
export interface RowExpr {
  readonly kind: 'row';
  readonly items: readonly Expr[];
  readonly at: number;
}

/** ISNULL, NOTNULL, NOT NULL. `IS NULL` is a binary IS with a NULL literal, as in SQLite. */
export interface IsNullExpr {
  readonly kind: 'isnull';
  readonly negated: boolean;
  readonly operand: Expr;
  readonly at: number;
}

export interface RaiseExpr {
  readonly kind: 'raise';
  readonly action: 'IGNORE' | 'ROLLBACK' | 'ABORT' | 'FAIL';
  /** null for IGNORE. */
  readonly message: Expr | null;
  readonly at: number;
}

export interface OrderTerm {
  readonly expr: Expr;
  readonly descending: boolean;
  readonly nulls: 'FIRST' | 'LAST' | null;
  /** The expression as written. */
  readonly text: string;
}

export interface WindowDefinition {
  /** Name of the window that this one extends. */
  readonly base: string | null;
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly OrderTerm[];
  /** null: RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE NO OTHERS. */
  readonly frame: WindowFrame | null;
  readonly at: number;
}

export interface WindowFrame {
  readonly unit: 'ROWS' | 'RANGE' | 'GROUPS';
  readonly start: FrameBound;
  readonly end: FrameBound;
  readonly exclude: 'NO OTHERS' | 'CURRENT ROW' | 'GROUP' | 'TIES';
  /** EXCLUDE is written: each frame is then worked out anew, which may tell in sums of REALs. */
  readonly anew?: boolean;
}

export interface FrameBound {
  readonly kind: 'unbounded' | 'current' | 'offset';
  /** Of 'unbounded' and 'offset'; false for 'current'. */
  readonly following: boolean;
  /** Of 'offset'. */
  readonly offset: Expr | null;
}

// ── SELECT ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export type CompoundOperator = 'UNION' | 'UNION ALL' | 'INTERSECT' | 'EXCEPT';

export interface Select {
  readonly kind: 'select';
  readonly with: With | null;
  /** One or more; `operators[i]` stands between `arms[i]` and `arms[i + 1]`, all left-associative. */
  readonly arms: readonly SelectArm[];
  readonly operators: readonly CompoundOperator[];
  readonly orderBy: readonly OrderTerm[];
  readonly limit: Expr | null;
  readonly offset: Expr | null;
  /** Span of the text. */
  readonly at: number;
  readonly end: number;
}

export type SelectArm = SelectCore | ValuesArm;

export interface SelectCore {
  readonly kind: 'core';
  readonly distinct: boolean;
  readonly columns: readonly ResultColumn[];
  /** Empty without FROM; the first item's `join` is null. */
  readonly from: readonly FromItem[];
  readonly where: Expr | null;
  readonly groupBy: readonly Expr[] | null;
  readonly having: Expr | null;
  readonly windows: readonly NamedWindow[];
  readonly at: number;
}

/** VALUES (…), (…): every row as long as the first. */
export interface ValuesArm {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expr[])[];
  readonly at: number;
}

export interface NamedWindow {
  readonly name: string;
  readonly window: WindowDefinition;
}

export type ResultColumn =
  | {
      readonly kind: 'expr';
      readonly expr: Expr;
      readonly alias: string | null;
      /** The expression as written: the name of a column without an alias. */
      readonly text: string;
      readonly at: number;
    }
  | { readonly kind: 'star'; readonly table: string | null; readonly at: number };

export interface With {
  readonly recursive: boolean;
  readonly tables: readonly CommonTable[];
}

export interface CommonTable {
  readonly name: string;
  readonly columns: readonly Name[] | null;
  /** MATERIALIZED true, NOT MATERIALIZED false. */
  readonly materialized: boolean | null;
  readonly select: Select;
  readonly at: number;
}

export type FromItem = TableSource | SubquerySource | GroupSource;

interface SourceBase {
  readonly alias: string | null;
  /** How it is joined to what stands to its left; null for the first. */
  readonly join: Join | null;
  readonly at: number;
}

export interface TableSource extends SourceBase {
  readonly kind: 'table';
  readonly schema: string | null;
  readonly name: string;
  /** Arguments of a table-valued function. */
  readonly args: readonly Expr[] | null;
  /** INDEXED BY name; false for NOT INDEXED. */
  readonly indexedBy: string | false | null;
  /** Our extension: AS OF expr, FOR SYSTEM_TIME AS OF expr. */
  readonly asOf: Expr | null;
}

export interface SubquerySource extends SourceBase {
  readonly kind: 'subquery';
  readonly select: Select;
}

/** `(a JOIN b …)` in parentheses. */
export interface GroupSource extends SourceBase {
  readonly kind: 'group';
  readonly items: readonly FromItem[];
}

export interface Join {
  /** CROSS is an inner join that the planner must not reorder; a comma is INNER. */
  readonly type: 'INNER' | 'CROSS' | 'LEFT' | 'RIGHT' | 'FULL';
  readonly natural: boolean;
  readonly on: Expr | null;
  readonly using: readonly Name[] | null;
  readonly at: number;
}

// ── Statements ──────────────────────────────────────────────────────────────────────────────────────────────────────

export type Statement =
  | Select
  | Insert
  | Update
  | Delete
  | CreateTable
  | CreateIndex
  | CreateView
  | CreateTrigger
  | CreateVirtualTable
  | CreateProcedure
  | AlterTable
  | Drop
  | Reindex
  | Analyze
  | Vacuum
  | Attach
  | Detach
  | Pragma
  | Begin
  | Commit
  | Rollback
  | Savepoint
  | Release
  | Explain
  | Call;

/** A statement of a text with its parameters and its span, without the semicolon. */
export interface ParsedStatement {
  readonly statement: Statement;
  /** Names by index − 1; null for those of a plain `?` and for numbers that ?NNN skipped. */
  readonly parameters: readonly (string | null)[];
  readonly start: number;
  readonly end: number;
}

/** The object of a statement. */
export interface ObjectName {
  readonly schema: string | null;
  readonly name: string;
  /** Offset of `name`. */
  readonly at: number;
}

/** The table that INSERT, UPDATE and DELETE write. */
export interface TargetTable extends ObjectName {
  readonly alias: string | null;
  readonly indexedBy: string | false | null;
}

export interface Insert {
  readonly kind: 'insert';
  readonly with: With | null;
  /** REPLACE INTO is 'REPLACE'; null without OR. */
  readonly conflict: ConflictAction | null;
  readonly table: TargetTable;
  readonly columns: readonly Name[] | null;
  /** null: DEFAULT VALUES. */
  readonly source: Select | null;
  readonly upserts: readonly Upsert[];
  readonly returning: readonly ResultColumn[] | null;
}

export interface Upsert {
  /** null: any conflict (only the last ON CONFLICT). */
  readonly target: readonly OrderTerm[] | null;
  readonly targetWhere: Expr | null;
  /** null: DO NOTHING. */
  readonly set: readonly Assignment[] | null;
  readonly where: Expr | null;
  readonly at: number;
}

/** `a = e`, or with `row` `(a, b) = e`, where e is a row or a subquery (of one column: anything). */
export interface Assignment {
  readonly columns: readonly Name[];
  readonly row: boolean;
  readonly value: Expr;
}

export interface Update {
  readonly kind: 'update';
  readonly with: With | null;
  readonly conflict: ConflictAction | null;
  readonly table: TargetTable;
  readonly set: readonly Assignment[];
  readonly from: readonly FromItem[];
  readonly where: Expr | null;
  readonly returning: readonly ResultColumn[] | null;
}

export interface Delete {
  readonly kind: 'delete';
  readonly with: With | null;
  readonly table: TargetTable;
  readonly where: Expr | null;
  readonly returning: readonly ResultColumn[] | null;
}

export interface CreateTable extends ObjectName {
  readonly kind: 'createTable';
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly TableConstraint[];
  /** CREATE TABLE … AS SELECT: then there are no columns. */
  readonly as: Select | null;
  readonly withoutRowid: boolean;
  readonly strict: boolean;
}

export interface ColumnDefinition extends Name {
  /** As written; null without one. */
  readonly type: string | null;
  readonly constraints: readonly ColumnConstraint[];
  /** Span of the definition, as ALTER TABLE DROP COLUMN cuts it. */
  readonly end: number;
}

/** An expression kept in the schema, with its text. */
export interface SchemaExpr {
  readonly expr: Expr;
  readonly text: string;
}

interface ConstraintBase {
  readonly name: string | null;
  /** Span, with CONSTRAINT name; DEFERRABLE after a column's foreign key is outside of it. */
  readonly at: number;
  readonly end: number;
}

export type ColumnConstraint = ConstraintBase &
  (
    | {
        readonly kind: 'primaryKey';
        readonly descending: boolean;
        readonly conflict: ConflictAction | null;
        readonly autoincrement: boolean;
      }
    | { readonly kind: 'notNull'; readonly conflict: ConflictAction | null }
    | { readonly kind: 'null' }
    | { readonly kind: 'unique'; readonly conflict: ConflictAction | null }
    | ({ readonly kind: 'check' } & SchemaExpr)
    | ({ readonly kind: 'default' } & SchemaExpr)
    | { readonly kind: 'collate'; readonly collation: string }
    | { readonly kind: 'references'; readonly reference: ForeignKeyReference }
    | ({ readonly kind: 'generated'; readonly stored: boolean } & SchemaExpr)
  );

export type TableConstraint = ConstraintBase &
  (
    | {
        readonly kind: 'primaryKey';
        readonly columns: readonly OrderTerm[];
        readonly conflict: ConflictAction | null;
        readonly autoincrement: boolean;
      }
    | { readonly kind: 'unique'; readonly columns: readonly OrderTerm[]; readonly conflict: ConflictAction | null }
    | ({ readonly kind: 'check' } & SchemaExpr)
    | { readonly kind: 'foreignKey'; readonly columns: readonly Name[]; readonly reference: ForeignKeyReference }
  );

export type ForeignKeyAction = 'NO ACTION' | 'RESTRICT' | 'SET NULL' | 'SET DEFAULT' | 'CASCADE';

export interface ForeignKeyReference {
  readonly table: string;
  readonly at: number;
  readonly columns: readonly Name[] | null;
  readonly onDelete: ForeignKeyAction;
  readonly onUpdate: ForeignKeyAction;
  /** DEFERRABLE INITIALLY DEFERRED; every other combination is immediate. */
  readonly deferred: boolean;
}

export interface CreateIndex extends ObjectName {
  readonly kind: 'createIndex';
  readonly unique: boolean;
  readonly ifNotExists: boolean;
  readonly table: Name;
  readonly columns: readonly OrderTerm[];
  readonly where: SchemaExpr | null;
}

export interface CreateView extends ObjectName {
  readonly kind: 'createView';
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly columns: readonly Name[] | null;
  readonly select: Select;
}

export interface CreateTrigger extends ObjectName {
  readonly kind: 'createTrigger';
  readonly temporary: boolean;
  readonly ifNotExists: boolean;
  readonly time: 'BEFORE' | 'AFTER' | 'INSTEAD OF';
  readonly event: 'INSERT' | 'UPDATE' | 'DELETE';
  /** UPDATE OF. */
  readonly columns: readonly Name[] | null;
  readonly table: ObjectName;
  readonly when: Expr | null;
  readonly body: readonly (Insert | Update | Delete | Select)[];
}

export interface CreateVirtualTable extends ObjectName {
  readonly kind: 'createVirtualTable';
  readonly ifNotExists: boolean;
  readonly module: string;
  /** Each as written. */
  readonly args: readonly string[];
}

/** Our extension: CREATE PROCEDURE name(a, b) AS MODULE $$ … $$. */
export interface CreateProcedure extends ObjectName {
  readonly kind: 'createProcedure';
  readonly ifNotExists: boolean;
  readonly parameters: readonly { readonly name: string; readonly type: string | null }[];
  readonly source: string;
}

export interface AlterTable extends ObjectName {
  readonly kind: 'alterTable';
  readonly action:
    | { readonly kind: 'rename'; readonly to: Name }
    | { readonly kind: 'renameColumn'; readonly from: Name; readonly to: Name; readonly quoted: boolean }
    | { readonly kind: 'addColumn'; readonly column: ColumnDefinition; readonly text: string }
    | { readonly kind: 'dropColumn'; readonly column: Name }
    /** `text` is the whole constraint. */
    | { readonly kind: 'addCheck'; readonly name: string | null; readonly check: SchemaExpr; readonly text: string }
    | { readonly kind: 'dropConstraint'; readonly name: Name }
    /** `text` is `NOT NULL` with its conflict clause. */
    | {
        readonly kind: 'setNotNull';
        readonly column: Name;
        readonly conflict: ConflictAction | null;
        readonly text: string;
      }
    | { readonly kind: 'dropNotNull'; readonly column: Name };
}

export interface Drop extends ObjectName {
  readonly kind: 'drop';
  readonly type: 'TABLE' | 'INDEX' | 'VIEW' | 'TRIGGER' | 'PROCEDURE';
  readonly ifExists: boolean;
}

export interface Reindex {
  readonly kind: 'reindex';
  /** A collation, a table or an index; null for all. */
  readonly target: ObjectName | null;
}

export interface Analyze {
  readonly kind: 'analyze';
  /** A schema, a table or an index; null for all. */
  readonly target: ObjectName | null;
}

export interface Vacuum {
  readonly kind: 'vacuum';
  readonly schema: string | null;
  readonly into: Expr | null;
}

/** A bare name is a column here, whose name the session takes as text. */
export interface Attach {
  readonly kind: 'attach';
  readonly file: Expr;
  readonly schema: Expr;
}

export interface Detach {
  readonly kind: 'detach';
  readonly schema: Expr;
}

export interface Pragma {
  readonly kind: 'pragma';
  readonly schema: string | null;
  readonly name: string;
  /** Of `= v` and of `(v)`: a number with its sign (as written), a name or a string; null without one. */
  readonly value: string | null;
  readonly at: number;
}

export interface Begin {
  readonly kind: 'begin';
  readonly mode: 'DEFERRED' | 'IMMEDIATE' | 'EXCLUSIVE';
}

/** COMMIT and END. */
export interface Commit {
  readonly kind: 'commit';
}

export interface Rollback {
  readonly kind: 'rollback';
  /** ROLLBACK TO. */
  readonly savepoint: string | null;
}

export interface Savepoint {
  readonly kind: 'savepoint';
  readonly name: string;
}

export interface Release {
  readonly kind: 'release';
  readonly name: string;
}

export interface Explain {
  readonly kind: 'explain';
  readonly mode: 'PROGRAM' | 'QUERY PLAN' | 'ANALYZE';
  readonly statement: Statement;
}

/** Our extension: CALL name(args). */
export interface Call {
  readonly kind: 'callProcedure';
  readonly schema: string | null;
  readonly name: string;
  readonly args: readonly Expr[];
  readonly at: number;
}
