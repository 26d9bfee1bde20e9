/**
 * `npm run check [-- --skip STEP …]`: every gate a change has to pass, in order; all are run, and the failed ones named.
 */
import { parseArgs } from 'node:util';
import { checkPackages } from './packages.ts';
import { run } from './run.ts';
import { checkSizes } from './size-report.ts';

const STEPS: Record<string, () => Promise<number>> = {
  format: () => run('oxfmt', ['--check']),
  lint: () => run('oxlint', ['--deny-warnings']),
  types: async () =>
    (await run('tsc', ['-b', 'tsconfig.build.json'], { package: 'typescript' })) ||
    run('tsc', ['-p', 'tsconfig.json'], { package: 'typescript' }),
  test: () => run('vitest', ['run']),
  packages: checkPackages,
  size: checkSizes,
  unused: () => run('knip', []),
};

const { values } = parseArgs({ options: { skip: { type: 'string', multiple: true, default: [] } } });
const unknown = values.skip.filter((name) => !(name in STEPS));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(', ')} (there are ${Object.keys(STEPS).join(', ')})`);
  process.exit(2);
}

const report: string[] = [];
let failed = 0;
for (const [name, step] of Object.entries(STEPS)) {
  if (values.skip.includes(name)) continue;
  console.log(`\n── ${name}`);
  const started = performance.now();
  const code = await step();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  report.push(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name.padEnd(10)} ${seconds.padStart(6)} s`);
  if (code !== 0) failed++;
}
console.log(`\n${report.join('\n')}`);
process.exitCode = failed === 0 ? 0 : 1;
