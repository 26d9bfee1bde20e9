/** `npm run build`: JavaScript and declarations of every package into its dist/. */
import { run } from './run.ts';

process.exitCode = await run('tsc', ['-b', 'tsconfig.build.json', ...process.argv.slice(2)], { package: 'typescript' });
