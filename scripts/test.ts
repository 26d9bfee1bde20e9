/**
 * `npm test [-- FILTER …]`: unit tests in Node and tests inside workerd, closed by `N passed, N failed`.
 * Arguments go to vitest as they are.
 */
import { run } from './run.ts';

process.exitCode = await run('vitest', ['run', ...process.argv.slice(2)]);
