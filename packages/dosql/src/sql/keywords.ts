/** SQLite's keywords, each with what else it may be read as. */

/** Bits of a token: which of the grammar's name classes it can stand for. */
export const ID = 1;
export const STRING = 2;
const INDEXED = 4;
export const JOIN = 8;

/** Grammar classes: `nm` is any name, `ids` an alias or type, `idj` a bare or quoted name in an expression. */
export const NM: number = ID | STRING | INDEXED | JOIN;
export const IDS: number = ID | STRING;
export const IDJ: number = ID | INDEXED | JOIN;

/** What the tokenizer looks for after OVER and WINDOW. */
export const WINDOW_NAME: number = ID | STRING | JOIN;

/** Binding powers of infix operators, from weak to strong; 0 is no operator. */
export const OR = 1;
const AND = 2;
export const NOT = 3;
export const EQUALITY = 4;
export const COMPARISON = 5;
export const BITS = 6;
export const SUM = 7;
export const PRODUCT = 8;
export const CONCAT = 9;
export const COLLATE = 10;
export const UNARY = 11;

export interface Keyword {
  /** In upper case. */
  readonly word: string;
  /** What the grammar sees: TEMPORARY is TEMP. */
  readonly token: string;
  readonly names: number;
  readonly power: number;
}

const RESERVED =
  'ADD ALL ALTER AS AUTOINCREMENT CASE CHECK COMMIT CONSTRAINT CREATE DEFAULT DEFERRABLE DELETE DISTINCT DROP ELSE ' +
  'ESCAPE EXCEPT EXISTS FOREIGN FROM GROUP HAVING INSERT INTERSECT INTO JOIN LIMIT NOTHING NULL ON ORDER PRIMARY ' +
  'REFERENCES RETURNING SELECT SET TABLE THEN TO TRANSACTION UNION UNIQUE UPDATE USING VALUES WHEN WHERE';

/** Keywords only where the grammar expects them, names everywhere else (%fallback of SQLite's parse.y, and ours). */
const FALLBACK =
  'ABORT ACTION AFTER ALWAYS ANALYZE ASC ATTACH BEFORE BEGIN BY CALL CASCADE CAST COLUMN CONFLICT CURRENT CURRENT_DATE ' +
  'CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFERRED DESC DETACH DO EACH END EXCLUDE EXCLUSIVE EXPLAIN FAIL FILTER ' +
  'FIRST FOLLOWING FOR GENERATED GROUPS IF IGNORE IMMEDIATE INITIALLY INSTEAD KEY LAST MATERIALIZED MODULE NO NULLS OF ' +
  'OFFSET OTHERS OVER PARTITION PLAN PRAGMA PRECEDING PROCEDURE QUERY RAISE RANGE RECURSIVE REINDEX RELEASE RENAME REPLACE ' +
  'RESTRICT ROLLBACK ROW ROWS SAVEPOINT SYSTEM_TIME TEMP TIES TRIGGER UNBOUNDED VACUUM VIEW VIRTUAL WINDOW WITH WITHOUT';

const SIZE = 1024;
const table: Keyword[][] = Array.from({ length: SIZE }, () => []);

function add(words: string, names: number, power = 0, alias?: string): void {
  for (const word of words.split(' ')) {
    let hash = 0;
    for (let i = 0; i < word.length; i++) hash = (Math.imul(hash, 31) + (word.charCodeAt(i) | 32)) | 0;
    (table[hash & (SIZE - 1)] as Keyword[]).push({ word, token: alias ?? word, names, power });
  }
}

add(RESERVED + ' INDEX', 0);
add(FALLBACK, ID);
add('CROSS FULL INNER LEFT NATURAL OUTER RIGHT', JOIN);
add('INDEXED', INDEXED);
add('TEMPORARY', ID, 0, 'TEMP');
add('OR', 0, OR);
add('AND', 0, AND);
add('NOT IS IN BETWEEN ISNULL NOTNULL', 0, EQUALITY);
add('LIKE GLOB REGEXP MATCH', ID, EQUALITY);
add('COLLATE', 0, COLLATE);

/** The keyword at `start`, of which `hash` is 31-polynomial over the characters with bit 5 set. */
export function keywordAt(sql: string, start: number, end: number, hash: number): Keyword | null {
  const candidates = table[hash & (SIZE - 1)] as Keyword[];
  next: for (let i = 0; i < candidates.length; i++) {
    const keyword = candidates[i] as Keyword;
    const word = keyword.word;
    if (word.length !== end - start) continue;
    for (let j = 0; j < word.length; j++) {
      const letter = word.charCodeAt(j);
      const code = sql.charCodeAt(start + j);
      // Bit 5 makes letters of either case equal, and would make `_` equal to DEL, which is no name character.
      if (code !== letter && code !== (letter | 32)) continue next;
    }
    return keyword;
  }
  return null;
}
