/**
 * Reads sqllogictest scripts. A script is records, each ended by an empty line:
 *   statement ok|error        then the statement
 *   query <types> [sort] [label]   then the query, `----`, and the values, one a line, or `N values hashing to <MD5>`
 *   skipif|onlyif <engine>    before a record, `halt`, `hash-threshold N`
 * `#` begins a comment outside of SQL.
 * @see https://www.sqlite.org/sqllogictest/doc/trunk/about.wiki
 */

export type SortMode = 'nosort' | 'rowsort' | 'valuesort';

interface RecordPlace {
  /** Line of the record's command, from 1. */
  readonly line: number;
  readonly sql: string;
}

export interface StatementRecord extends RecordPlace {
  readonly kind: 'statement';
  readonly expect: 'ok' | 'error';
}

export interface QueryRecord extends RecordPlace {
  readonly kind: 'query';
  /** A letter a column: I, R or T. */
  readonly types: string;
  readonly sort: SortMode;
  readonly label: string | undefined;
  /** Values, or the hash of them all. */
  readonly expected: readonly string[] | { readonly count: number; readonly md5: string };
}

export type SltRecord = StatementRecord | QueryRecord;

const SORTS: readonly string[] = ['nosort', 'rowsort', 'valuesort'];
const HASHED = /^(\d+) values? hashing to ([0-9a-f]{32})$/;

/**
 * The records that are meant for an engine, up to a `halt`.
 * @throws {Error} with the line when a command is not one of those above
 */
export function parseScript(text: string, engine: string): SltRecord[] {
  const lines = text.split(/\r?\n/);
  const records: SltRecord[] = [];
  let at = 0;
  let meant = true; // by the skipif and onlyif lines since the last record
  const until = (isEnd: (line: string) => boolean): string[] => {
    const block: string[] = [];
    while (at < lines.length && !isEnd(lines[at] as string)) block.push(lines[at++] as string);
    return block;
  };
  while (at < lines.length) {
    const line = at + 1;
    const [command = '', ...words] = (lines[at++] as string).trim().split(/\s+/);
    if (command === '' || command.startsWith('#') || command === 'hash-threshold') continue;
    if (command === 'skipif') meant &&= words[0] !== engine;
    else if (command === 'onlyif') meant &&= words[0] === engine;
    else if (command === 'halt') {
      if (meant) return records;
      meant = true;
    } else if (command === 'statement') {
      const expect = words[0] === 'error' ? 'error' : 'ok';
      const sql = until((line) => line === '').join('\n');
      if (meant) records.push({ kind: 'statement', line, expect, sql });
      meant = true;
    } else if (command === 'query') {
      const [types = '', ...rest] = words;
      const sort = rest[0] !== undefined && SORTS.includes(rest[0]) ? (rest.shift() as SortMode) : 'nosort';
      const sql = until((line) => line === '' || line === '----').join('\n');
      let values: string[] = [];
      if (lines[at] === '----') {
        at++;
        values = until((line) => line === '');
      }
      const hash = values.length === 1 ? HASHED.exec(values[0] as string) : null;
      const expected = hash === null ? values : { count: Number(hash[1]), md5: hash[2] as string };
      if (meant) records.push({ kind: 'query', line, types, sort, label: rest[0], expected, sql });
      meant = true;
    } else throw new Error(`line ${line}: no such command: ${command}`);
  }
  return records;
}
