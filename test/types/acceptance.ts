/** Queries that nobody here wrote: those of the sqllogictest sample that SQLite runs are accepted, and typed exactly. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { observe, openSqlite, type Rows } from './databases.ts';
import { count, type Bar } from './report.ts';
import { explain, verdicts, type Asked, type StorageClass } from './verdicts.ts';

const corpus = join(import.meta.dirname, '../../../shared/corpus/sqllogictest');
const EXACT_PERCENT = 97;
const SHOWN = 10;
const ROWS_SEEN_MAX = 200;

/** `queries` of the sample, as many of each script. */
export async function acceptance(queries: number): Promise<Bar[]> {
  if (!existsSync(corpus)) {
    console.log(`test:types: no sqllogictest sample at ${corpus}: acceptance is skipped`);
    return [];
  }
  const scripts = readdirSync(corpus, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test'))
    .sort()
    .map((name) => queriesOf(readFileSync(join(corpus, name), 'utf8')));
  const asked: Asked[] = [];
  // Small scripts give all they have, the others the rest in equal parts.
  const bySize = scripts.filter((script) => script.length > 0).sort((a, b) => a.length - b.length);
  for (const [i, script] of bySize.entries()) {
    const share = Math.ceil((queries - asked.length) / (bySize.length - i));
    const step = Math.max(1, script.length / share);
    for (let at = 0; at < script.length && asked.length < queries; at += step) {
      const make = script[Math.floor(at)];
      if (make !== undefined) asked.push(make());
    }
  }
  const answers = await verdicts('acceptance', asked);
  const of = (...wanted: string[]): Asked[] => asked.filter((_, i) => wanted.includes(answers[i]?.verdict ?? ''));
  const refused = answers.flatMap(({ verdict, text }, i) =>
    verdict === 'rejected' || verdict === 'deep' ? [`${verdict} ${text}: ${asked[i]?.sql}`] : [],
  );
  const outside = of('outside');
  const exact = (of('right').length / asked.length) * 100;
  return [
    {
      name: 'acceptance: sqllogictest queries',
      figure: `${count(asked.length - refused.length)} of ${count(asked.length)}`,
      bar: 'all',
      passed: refused.length === 0,
      gates: true,
      details: refused.slice(0, SHOWN),
    },
    {
      name: 'acceptance: typed exactly',
      figure: `${exact.toFixed(2)} %`,
      bar: `>= ${EXACT_PERCENT} %`,
      passed: exact >= EXACT_PERCENT,
      gates: true,
      details:
        exact >= EXACT_PERCENT
          ? []
          : of('fallback')
              .slice(0, SHOWN)
              .map(({ sql }) => sql),
    },
    {
      name: 'acceptance: values and names outside their type',
      figure: String(outside.length),
      bar: '0',
      passed: outside.length === 0,
      gates: true,
      details: outside.length > 0 ? await explain('outside', outside.slice(0, SHOWN)) : [],
    },
  ];
}

/** The queries of a script that SQLite runs, run when they are chosen. */
function queriesOf(script: string): (() => Asked)[] {
  const db = openSqlite();
  const found: (() => Asked)[] = [];
  let schema = '';
  for (const block of script.replaceAll('\r', '').split(/\n\s*\n/)) {
    const lines = block.split('\n').filter((line) => !line.startsWith('#'));
    const conditions = lines.filter((line) => /^(skipif|onlyif)/.test(line));
    if (conditions.some((line) => line === 'skipif sqlite' || (line.startsWith('onlyif') && line !== 'onlyif sqlite')))
      continue;
    const [kind = '', ...body] = lines.filter((line) => !/^(skipif|onlyif|hash-threshold)/.test(line));
    if (kind.startsWith('statement ok')) {
      const sql = body.join('\n');
      try {
        db.exec(sql);
      } catch {
        continue;
      }
      if (/^\s*(create\s+(table|view)|drop\s+(table|view)|alter)/i.test(sql)) schema = schemaOf(db);
    } else if (kind.startsWith('query')) {
      const end = body.indexOf('----');
      const sql = body.slice(0, end < 0 ? body.length : end).join('\n');
      try {
        const statement = db.prepare(sql);
        const columns = new Map(statement.columns().map(({ name }) => [name, new Set<StorageClass>()]));
        const now = schema;
        statement.setReadBigInts(true);
        const rows = statement.iterate();
        const seen: Rows[number][] = [];
        for (const row of rows) if (seen.push(row) >= ROWS_SEEN_MAX) break;
        observe(seen, columns);
        found.push(() => ({ sql, schema: now, expected: columns }));
      } catch {
        // Not SQLite's.
      }
    }
  }
  db.close();
  return found;
}

function schemaOf(db: ReturnType<typeof openSqlite>): string {
  const rows = db
    .prepare("SELECT sql FROM sqlite_schema WHERE type IN ('table', 'view') AND sql IS NOT NULL ORDER BY rowid")
    .all();
  return rows.map(({ sql }) => String(sql)).join(';\n');
}
