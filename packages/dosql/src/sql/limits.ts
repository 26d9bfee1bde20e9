/** What the parser refuses, before it costs more than linear time: SQLite's defaults, but for the statement's length. */

/** UTF-16 code units of one statement; a text of many may be longer. */
export const MAX_SQL_LENGTH = 1_000_000;

/** Height of an expression's tree, and nesting in the text, in parentheses: what takes more of the stack counts more. */
export const MAX_DEPTH = 1_000;

/** What a list, such as the arguments of a function, adds to its parenthesis. */
export const LIST_DEPTH = 2;

/** A SELECT, in the parser as in what comes after it. */
export const SELECT_DEPTH = 10;

/** Highest number of a parameter. */
export const MAX_PARAMETERS = 32_766;

/** Columns of a table, an index, a result, a VALUES row, a SET, a GROUP BY or an ORDER BY. */
export const MAX_COLUMNS = 2_000;

/** Arguments of a function. */
export const MAX_ARGUMENTS = 1_000;

/** SELECTs of a compound; rows of VALUES are not counted. */
export const MAX_COMPOUND = 500;

/** Tables and subqueries of a statement once its views are written out: views of views grow by powers. */
export const MAX_SOURCES = 10_000;

/** Terms of a FROM clause. */
export const MAX_FROM_TERMS = 200;
