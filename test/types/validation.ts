/** Mutants of valid statements: what SQLite's prepare() takes and refuses, the library takes and refuses. */
import type { DatabaseSync } from 'node:sqlite';
import { Random } from '../fuzz/sql/random.ts';
import { openSqlite } from './databases.ts';
import { randomChange, SCHEMA, usualQuery } from './generator.ts';
import { count, type Bar } from './report.ts';
import type { Sample } from './soundness.ts';
import { verdicts, type Asked } from './verdicts.ts';

const SHOWN = 12;
const AGREEMENT_PERCENT = 99.5;
const TOKEN = /'(?:[^']|'')*'|[\w.]+|<=|>=|<>|\|\||[^\s\w]/g;

export async function validation({ queries, seed }: Sample): Promise<Bar[]> {
  const random = new Random(seed);
  const db = openSqlite();
  db.exec(SCHEMA);
  const asked: Asked[] = [];
  const seen = new Set<string>();
  let valid = 0;
  while (asked.length < queries) {
    const sql = mutant(random, random.chance(0.75) ? usualQuery(random) : randomChange(random));
    // More than one statement: prepare() reads the first and leaves the others.
    if (seen.has(sql) || sql.includes(';')) continue;
    seen.add(sql);
    const accepted = accepts(db, sql);
    if (accepted) valid++;
    asked.push({ sql, schema: SCHEMA, expected: accepted ? 'accepted' : 'rejected' });
  }
  db.close();
  const answers = await verdicts('validation', asked);
  const falseRejects: string[] = [];
  const falseAccepts: string[] = [];
  for (const [i, { verdict, text }] of answers.entries()) {
    const { sql, expected } = asked[i] as Asked;
    if (expected === 'accepted' && verdict !== 'accepted' && !isDeliberate(text)) falseRejects.push(`${text}: ${sql}`);
    if (expected === 'rejected' && verdict === 'accepted') falseAccepts.push(sql);
  }
  const agreement = (1 - (falseRejects.length + falseAccepts.length) / queries) * 100;
  return [
    {
      name: `validation: mutants that prepare() takes (${count(valid)})`,
      figure: `${falseRejects.length} rejected`,
      bar: '0',
      passed: falseRejects.length === 0,
      gates: true,
      details: falseRejects.slice(0, SHOWN),
    },
    {
      name: `validation: agreement with prepare() on ${count(queries)} mutants`,
      figure: `${agreement.toFixed(2)} %`,
      bar: `>= ${AGREEMENT_PERCENT} %`,
      passed: agreement >= AGREEMENT_PERCENT,
      gates: true,
      details: agreement >= AGREEMENT_PERCENT ? [] : falseAccepts.slice(0, SHOWN),
    },
  ];
}

/** An INSERT that leaves out a column which must be given fails when it runs. */
function isDeliberate(text: string): boolean {
  return text.includes('NOT NULL constraint failed');
}

function accepts(db: DatabaseSync, sql: string): boolean {
  try {
    db.prepare(sql);
    return true;
  } catch {
    return false;
  }
}

/** A statement with one thing changed. */
function mutant(random: Random, sql: string): string {
  const tokens = [...sql.matchAll(TOKEN)].map(({ 0: text, index }) => ({ text, index }));
  const at = random.below(tokens.length);
  const token = tokens[at] as { text: string; index: number };
  const put = (text: string, { text: old, index } = token): string =>
    `${sql.slice(0, index)}${text}${sql.slice(index + old.length)}`;
  const words = tokens.filter(({ text }) => /^[a-z]\w*(\.\w+)?$/.test(text));
  const word = words.length > 0 ? random.pick(words) : token;
  switch (random.below(7)) {
    case 0:
      return put('');
    case 1:
      return put(`${token.text} ${token.text}`);
    case 2: {
      const next = tokens[at + 1];
      if (next === undefined) return put('');
      return `${sql.slice(0, token.index)}${next.text} ${token.text}${sql.slice(next.index + next.text.length)}`;
    }
    case 3: {
      const i = random.below(word.text.length);
      return put(`${word.text.slice(0, i)}${random.pick(['x', 'q', ''])}${word.text.slice(i + 1)}`, word);
    }
    case 4: {
      const tables = tokens.filter((_, i) => /^(FROM|JOIN|INTO|UPDATE)$/.test(tokens[i - 1]?.text ?? ''));
      return put(
        random.pick(['users', 'posts', 'tags', 'misc', 'pairs', 'nowhere']),
        tables.length > 0 ? random.pick(tables) : word,
      );
    }
    case 5: {
      const calls = tokens.filter(({ text }, i) => text === '(' && /^[a-z_]+$/.test(tokens[i - 1]?.text ?? ''));
      return calls.length > 0
        ? put(random.pick(['(1, ', '(1, 2, 3, ', '() + (']), random.pick(calls))
        : put(`${word.text}, 1`, word);
    }
    default:
      return put(
        random.pick(['SELECT', ',', '(', ')', 'AND', 'FROM', '*', '1', 'name', 'NULL', '=', 'WHERE', 'id', 'AS']),
      );
  }
}
