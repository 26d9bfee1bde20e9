/**
 * What the compiler says of many queries at once: each becomes a line of a generated file that holds where the library
 * answers as expected, so that the errors of one compilation are the queries that it does not. TypeScript 7.0 shares
 * the files out among threads.
 */
import { compile, isTooDeep, project } from './compiler.ts';

/** Storage classes that a column's values had. */
export type Observed = ReadonlyMap<string, ReadonlySet<StorageClass>>;
export type StorageClass = 'integer' | 'real' | 'text' | 'blob' | 'null';

export interface Asked {
  readonly sql: string;
  /** DDL text that makes the schema. */
  readonly schema: string;
  /** What is to hold: rows with these columns, or whether the text is taken for valid. */
  readonly expected: Observed | 'accepted' | 'rejected';
}

export type Verdict =
  /** As expected. */
  | 'right'
  /** Not understood: rows may be anything. */
  | 'fallback'
  /** A value is not of its type, or a column is missing or too much. */
  | 'outside'
  | 'accepted'
  | 'rejected'
  | 'deep';

export interface Answer {
  readonly verdict: Verdict;
  /** The compiler's words, or the library's error. */
  readonly text: string;
}

const QUERIES_PER_FILE = 250;
const HEAD = `import type { BigintMode, Checked, Row, SchemaOf } from '@dotdo/dosql/types';
type Judged<R, O> = [R] extends [never] ? 'outside' : R extends { ' SQL error': infer M } ? M : string extends keyof R ? 'fallback' : [keyof R, keyof O] extends [keyof O, keyof R] ? (O extends R ? 'right' : 'outside') : 'outside';
type Valid<S extends string, Db> = [Checked<S, Db>] extends [string] ? 'accepted' : 'rejected';
`;
const CLASSES: Record<StorageClass, string> = {
  integer: 'bigint',
  real: 'number',
  text: 'string',
  blob: 'Uint8Array',
  null: 'null',
};

/** One answer for each query, in order. */
export async function verdicts(name: string, asked: readonly Asked[]): Promise<Answer[]> {
  const files: Record<string, string> = {};
  const lineOf: [string, number][] = [];
  for (let from = 0; from < asked.length; from += QUERIES_PER_FILE) {
    const file = `queries-${from / QUERIES_PER_FILE}.ts`;
    const lines = HEAD.trimEnd().split('\n');
    const schemas = new Map<string, string>();
    for (const { sql, schema, expected } of asked.slice(from, from + QUERIES_PER_FILE)) {
      let db = schemas.get(schema);
      if (db === undefined) {
        db = `Db${schemas.size}`;
        schemas.set(schema, db);
        lines.push(`type ${db} = SchemaOf<${JSON.stringify(schema)}>;`);
      }
      lines.push(
        typeof expected === 'string'
          ? `export const q${lines.length}: Valid<${JSON.stringify(sql)}, ${db}> = '${expected}';`
          : `export const q${lines.length}: Judged<Row<${JSON.stringify(sql)}, ${db}, BigintMode>, ${observedType(expected)}> = 'right';`,
      );
      lineOf.push([file, lines.length]);
    }
    files[file] = lines.join('\n');
  }
  const { errors } = await compile(project(name, files));
  const found = new Map(errors.map((error) => [`${error.file}:${error.line}`, error]));
  return lineOf.map(([file, line], i): Answer => {
    const error = found.get(`${file}:${line}`);
    const { expected } = asked[i] as Asked;
    if (error === undefined) return { verdict: typeof expected === 'string' ? expected : 'right', text: '' };
    if (isTooDeep(error)) return { verdict: 'deep', text: error.text };
    const said = / is not assignable to type '(.*?)'\.(?: |$)/.exec(error.text)?.[1] ?? error.text;
    const bare = said.replaceAll(/^"|"$/g, '');
    if (bare === 'fallback' || bare === 'outside' || bare === 'accepted') return { verdict: bare, text: '' };
    return { verdict: 'rejected', text: bare === 'rejected' ? '' : said };
  });
}

/** Why values lie outside, in the compiler's words. */
export async function explain(name: string, asked: readonly Asked[]): Promise<string[]> {
  const lines = asked.map(({ sql, schema, expected }) => {
    const row = `Row<${JSON.stringify(sql)}, SchemaOf<${JSON.stringify(schema)}>, BigintMode>`;
    const seen = typeof expected === 'string' ? '{}' : observedType(expected);
    return `{ const seen = null! as ${seen}; const row: ${row} = seen; const names: keyof typeof row = null! as keyof typeof seen; const back: keyof typeof seen = names as keyof ${row}; void back; }`;
  });
  const { errors } = await compile(
    project(name, { 'explain.ts': [...HEAD.trimEnd().split('\n'), ...lines].join('\n') }),
  );
  const first = HEAD.trimEnd().split('\n').length + 1;
  return asked.map(({ sql }, i) => {
    const said = errors.filter(({ line }) => line === first + i).map(({ text }) => text);
    return `${sql}\n    ${said.join(' ').slice(-400)}`;
  });
}

function observedType(columns: Observed): string {
  const members = [...columns].map(([name, classes]) => {
    const values = classes.size === 0 ? 'never' : [...classes].map((name) => CLASSES[name]).join(' | ');
    return `${JSON.stringify(name)}: ${values}`;
  });
  return `{ ${members.join('; ')} }`;
}
