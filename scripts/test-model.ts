/**
 * `npm run test:model [-- --operations 1000000] [--seed S]`: the B+tree against a sorted array, one long run from a
 * seed; a failure prints the seed, which alone repeats it.
 */
import { parseArgs } from 'node:util';
import { runModel } from '../test/fuzz/btree-model.ts';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const operations = Number(values.operations);
const seed = Number(values.seed);
if (![operations, seed].every((n) => Number.isSafeInteger(n) && n >= 0)) {
  console.error('--operations and --seed take whole numbers');
  process.exit(2);
}
try {
  runModel({ seed, operations });
  console.log(`${operations} operations from seed ${seed}: the tree holds what the array holds`);
} catch (error) {
  console.error(`seed ${seed}:`, error);
  process.exit(1);
}
