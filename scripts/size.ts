import { checkSizes } from './size-report.ts';

process.exitCode = await checkSizes();
