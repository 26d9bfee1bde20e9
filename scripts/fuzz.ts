/**
 * `npm run fuzz -- [--seed S] [--n N] [--show N]`: runs N random queries on this engine and on SQLite, from seed S on,
 * compares rows with their types, and prints each difference as a minimal script. `--subject node-sqlite` compares
 * SQLite with itself, which checks the generator.
 */
import { parseArgs } from 'node:util';
import { openEngine } from '../test/sql/slt/engine.ts';
import { compareScript } from '../test/fuzz/sql/compare.ts';
import { generateScript, type Step } from '../test/fuzz/sql/generator.ts';
import { shrink } from '../test/fuzz/sql/shrink.ts';

const QUERIES_PER_SCRIPT = 20;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    n: { type: 'string', default: '2000' },
    show: { type: 'string', default: '10' },
    subject: { type: 'string', default: 'dosql' },
    trace: { type: 'boolean', default: false },
  },
});
const open = {
  oracle: await openEngine('node-sqlite'),
  subject: await openEngine(values.subject === 'node-sqlite' ? 'node-sqlite' : 'dosql'),
};
const kinds = new Map<string, number>();
let queries = 0;
let seed = Number(values.seed);
for (; queries < Number(values.n); seed++) {
  const steps = generateScript(seed, QUERIES_PER_SCRIPT);
  if (values.trace) console.log(`-- seed ${seed}\n${steps.map(({ sql }) => `${sql};`).join('\n')}`);
  queries += QUERIES_PER_SCRIPT;
  const found = compareScript(steps, open);
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
console.log(`${queries} queries, seeds ${values.seed} to ${seed - 1}: ${differences} scripts with a difference`);
process.exitCode = differences > 0 ? 1 : 0;
