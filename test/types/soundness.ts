/** Generated queries run on SQLite and on this engine: no value may lie outside its column's type. */
import { Random } from '../fuzz/sql/random.ts';
import { dosql, observe, openSqlite, sqlite } from './databases.ts';
import { randomQuery, rowsOf, SCHEMA } from './generator.ts';
import { count, type Bar } from './report.ts';
import { explain, verdicts, type Asked, type StorageClass } from './verdicts.ts';

const ROWS_OF_QUERY_MAX = 100_000;
const SHOWN = 12;

export interface Sample {
  readonly queries: number;
  readonly seed: number;
}

export async function soundness({ queries, seed }: Sample): Promise<Bar[]> {
  const random = new Random(seed);
  const engines = [sqlite(), await dosql()];
  for (const engine of engines) {
    engine.exec(SCHEMA);
    for (const insert of rowsOf(seed)) engine.exec(insert);
  }
  const names = openSqlite();
  names.exec(SCHEMA);
  const asked: Asked[] = [];
  let refused = 0;
  while (asked.length < queries) {
    const sql = randomQuery(random);
    const columns = new Map<string, Set<StorageClass>>();
    try {
      for (const { name } of names.prepare(sql).columns()) columns.set(name, new Set());
      const rows = engines[0]?.query(sql) ?? [];
      if (rows.length > ROWS_OF_QUERY_MAX) continue;
      observe(rows, columns);
    } catch {
      continue; // an error of SQLite's own: overflow, a malformed JSON
    }
    try {
      observe(engines[1]?.query(sql) ?? [], columns);
    } catch {
      refused++;
    }
    asked.push({ sql, schema: SCHEMA, expected: columns });
  }
  for (const engine of engines) engine.close();
  names.close();
  const answers = await verdicts('soundness', asked);
  const of = (verdict: string): number => answers.filter((answer) => answer.verdict === verdict).length;
  const rejected = answers.flatMap(({ verdict, text }, i) =>
    verdict === 'rejected' ? [`${text}: ${asked[i]?.sql}`] : [],
  );
  const wrong = asked.filter((_, i) => answers[i]?.verdict === 'outside' || answers[i]?.verdict === 'deep');
  const outside = of('outside') + of('deep');
  const exact = (of('right') / queries) * 100;
  return [
    {
      name: 'soundness: generated queries run on SQLite and this engine',
      figure: `${outside} of ${count(queries)} outside, ${exact.toFixed(2)} % exact${refused > 0 ? `, ${refused} refused by the engine` : ''}`,
      bar: '0 outside',
      passed: outside === 0,
      gates: true,
      details: wrong.length > 0 ? await explain('outside', wrong.slice(0, SHOWN)) : [],
    },
    {
      name: 'validation: generated queries that SQLite runs',
      figure: `${of('rejected')} of ${count(queries)} rejected`,
      bar: '0',
      passed: of('rejected') === 0,
      gates: true,
      details: rejected.slice(0, SHOWN),
    },
  ];
}
