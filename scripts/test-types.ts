/**
 * `npm run test:types -- [--full] [--update] [--only PART…] [--seed S] [--declarations FILE]`: every bar of the type
 * library, as one table; exits 1 when one that gates is missed. `--full` takes samples of the whole size instead of a
 * part of them, `--update` writes test/types/budgets.json, `--declarations` tests another index.d.ts than the built one.
 */
import { parseArgs } from 'node:util';
import { acceptance } from '../test/types/acceptance.ts';
import { assertions } from '../test/types/assertions.ts';
import { budgets } from '../test/types/budgets.ts';
import { useDeclarations } from '../test/types/compiler.ts';
import { editor } from '../test/types/editor.ts';
import { limits } from '../test/types/limits.ts';
import { tableOf, type Bar } from '../test/types/report.ts';
import { scale } from '../test/types/scale.ts';
import { soundness } from '../test/types/soundness.ts';
import { validation } from '../test/types/validation.ts';
import { run } from './run.ts';

/** Of each sample, by default and with --full. */
const SAMPLES = { soundness: [2000, 10_000], validation: [2000, 10_000], acceptance: [1000, 5000] } as const;

/** Bars that are not reached yet: they are shown as missed, and do not fail the run. docs/types.md lists them. */
const OPEN: readonly string[] = [
  'point look-up',
  'join of 3 tables',
  'instantiations a token',
  'limits: 4,000 tokens',
  'validation: mutants',
  'validation: agreement',
];

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    update: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string', default: '1' },
    declarations: { type: 'string' },
  },
});
const seed = Number(values.seed);
const size = (part: keyof typeof SAMPLES): number => SAMPLES[part][values.full ? 1 : 0];
const PARTS: Record<string, () => Promise<Bar[]>> = {
  assertions,
  budgets: () => budgets(values.update),
  scale,
  editor,
  soundness: () => soundness({ queries: size('soundness'), seed }),
  validation: () => validation({ queries: size('validation'), seed }),
  acceptance: () => acceptance(size('acceptance')),
  limits,
};
const unknown = values.only.filter((part) => !(part in PARTS));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')} (there are ${Object.keys(PARTS).join(', ')})`);
  process.exit(2);
}

if (values.declarations === undefined) {
  const built = await run('tsc', ['-b', 'tsconfig.build.json'], { package: 'typescript' });
  if (built !== 0) process.exit(1);
} else useDeclarations(values.declarations);
const bars: Bar[] = [];
for (const [part, measure] of Object.entries(PARTS)) {
  if (values.only.length > 0 && !values.only.includes(part)) continue;
  const start = performance.now();
  bars.push(...(await measure()));
  console.log(`${part}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
console.log(`\n${tableOf(bars)}`);
if (!values.full && values.only.length === 0)
  console.log('\nSamples are a part of the bars’ sizes; --full takes them whole.');
const missed = bars.filter(
  ({ name, passed, gates }) => gates && !passed && !OPEN.some((open) => name.startsWith(open)),
);
console.log(
  `\n${bars.filter(({ passed }) => passed).length} of ${bars.length} bars reached, ${missed.length} gating ones missed`,
);
process.exitCode = missed.length === 0 ? 0 : 1;
