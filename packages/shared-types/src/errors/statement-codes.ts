/** What is wrong with the text of a statement, with the names in it, or with its parameters. */
export const STATEMENT_CODES = {
  SYNTAX_ERROR: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  INVALID_STATEMENT: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  EMPTY_STATEMENT: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_MISUSE',
  },
  MULTIPLE_STATEMENTS: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_MISUSE',
  },
  RETURNS_NO_ROWS: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_MISUSE',
  },

  NO_SUCH_TABLE: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  NO_SUCH_COLUMN: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  NO_SUCH_FUNCTION: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  NO_SUCH_INDEX: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  NO_SUCH_VIEW: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  NO_SUCH_TRIGGER: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  NO_SUCH_COLLATION: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  NO_SUCH_WINDOW: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  NO_SUCH_SCHEMA: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  AMBIGUOUS_COLUMN: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },

  TABLE_EXISTS: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  INDEX_EXISTS: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  VIEW_EXISTS: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  TRIGGER_EXISTS: {
    status: 409,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  DUPLICATE_COLUMN: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  RESERVED_NAME: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  WRONG_OBJECT_TYPE: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  INVALID_SCHEMA: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  CIRCULAR_REFERENCE: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  FOREIGN_KEY_MISMATCH: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  NO_MATCHING_CONSTRAINT: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  GENERATED_COLUMN_WRITE: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },

  MISUSED_AGGREGATE: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  MISUSED_WINDOW_FUNCTION: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  NONDETERMINISTIC_FUNCTION: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  COLUMN_COUNT_MISMATCH: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  FUNCTION_ARGUMENT_COUNT: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  FUNCTION_ARGUMENT: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  MALFORMED_JSON: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  INVALID_JSON_PATH: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },

  PARAMETER_COUNT: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_RANGE',
  },
  PARAMETER_NAME: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_RANGE',
  },
  PARAMETER_TYPE: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_MISMATCH',
  },

  STATEMENT_TOO_LONG: {
    status: 413,
    retryable: false,
    sqlite: 'SQLITE_TOOBIG',
  },
  EXPRESSION_TOO_DEEP: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  TOO_MANY_PARAMETERS: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  TOO_MANY_TERMS: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
  PATTERN_TOO_COMPLEX: {
    status: 400,
    retryable: false,
    sqlite: 'SQLITE_ERROR',
  },
} as const;
