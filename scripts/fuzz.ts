/**
 * `npm run fuzz -- [--seed S] [--n N] [--show N]`: runs N random queries on this engine and on SQLite, from seed S on,
 * compares rows with their types, and prints each difference as a minimal script. `--subject node-sqlite` compares
 * SQLite with itself where rows without an order come reversed, which checks the generator. `--errors` prints the
 * messages that differ where both refuse.
 */
import { parseArgs } from 'node:util';
import { openEngine, type SqlEngine } from '../test/sql/slt/engine.ts';
import { compareScript, type Tally } from '../test/fuzz/sql/compare.ts';
import { generateScript, type Step } from '../test/fuzz/sql/generator.ts';
import { shrink } from '../test/fuzz/sql/shrink.ts';

const QUERIES_PER_SCRIPT = 20;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    n: { type: 'string', default: '2000' },
    show: { type: 'string', default: '10' },
    subject: { type: 'string', default: 'dosql' },
    errors: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
});
const oracle = await openEngine('node-sqlite');
const subject = values.subject === 'node-sqlite' ? reversed : await openEngine('dosql');
const open = { oracle, subject };
const tally: Tally = {
  statements: 0,
  refused: 0,
  oracleMs: 0,
  subjectMs: 0,
  slowest: { ms: 0, oracleMs: 0, sql: '' },
  messages: new Map(),
};
const start = performance.now();
const kinds = new Map<string, number>();
let queries = 0;
let seed = Number(values.seed);
for (; queries < Number(values.n); seed++) {
  const steps = generateScript(seed, QUERIES_PER_SCRIPT);
  if (values.trace) console.log(`-- seed ${seed}\n${steps.map(({ sql }) => `${sql};`).join('\n')}`);
  queries += QUERIES_PER_SCRIPT;
  const found = compareScript(steps, open, tally);
  if (found === undefined) continue;
  const count = kinds.get(found.kind) ?? 0;
  kinds.set(found.kind, count + 1);
  if (count > 0 || kinds.size > Number(values.show)) continue; // one of each kind is enough to read
  const small = shrink(steps, (candidate: readonly Step[]) => compareScript(candidate, open));
  const { steps: script, difference } = small ?? { steps: steps.slice(0, found.at + 1), difference: found };
  console.log(`\n-- seed ${seed}: ${difference.kind}`);
  for (const { sql } of script) console.log(`${sql};`);
  console.log(`-- SQLite: ${difference.expected}\n-- ours:   ${difference.actual}`);
}
const differences = [...kinds.values()].reduce((sum, count) => sum + count, 0);
if (differences > 0) console.log('');
for (const [kind, count] of [...kinds].sort(([, a], [, b]) => b - a)) console.log(`${count} × ${kind}`);
if (values.errors) {
  for (const [pair, count] of [...tally.messages].sort(([, a], [, b]) => b - a).slice(0, 60))
    console.log(`${count} × ${pair}`);
}
const alike = tally.refused - [...tally.messages.values()].reduce((sum, count) => sum + count, 0);
console.log(`${tally.statements} statements; both refused ${tally.refused}, ${alike} of them in the same words`);
const ms = (value: number): string => `${Math.round(value)} ms`;
const { slowest } = tally;
console.log(
  `SQLite ${ms(tally.oracleMs)}, ours ${ms(tally.subjectMs)}; slowest ${ms(slowest.ms)} (SQLite ${ms(slowest.oracleMs)}): ${slowest.sql.slice(0, 200)}`,
);
const perSecond = Math.round((queries / (performance.now() - start)) * 1000);
console.log(
  `${queries} queries (${perSecond} a second), seeds ${values.seed} to ${seed - 1}: ${differences} scripts with a difference`,
);

function reversed(): SqlEngine {
  const engine = oracle();
  engine.exec('PRAGMA reverse_unordered_selects = ON; PRAGMA automatic_index = OFF');
  return engine;
}
process.exitCode = differences > 0 ? 1 : 0;
