/** Exact types and expected errors of cases/, under each version of TypeScript. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, locationOf, project, VERSIONS } from './compiler.ts';
import { type Bar } from './report.ts';

const folder = join(import.meta.dirname, 'cases');
const FILES = ['equal.ts', 'database.ts', 'tpch.ts', 'features.ts', 'params.ts', 'errors.ts', 'schema.ts'];

/** The text of a file of cases/, to be compiled from a folder of generated files. */
export function caseText(file: string): string {
  return readFileSync(join(folder, file), 'utf8').replaceAll(/from '\.\/(\w+)\.ts'/g, "from './$1'");
}

export async function assertions(): Promise<Bar[]> {
  const files = Object.fromEntries(FILES.map((file) => [file, caseText(file)]));
  const made = project('assertions', files);
  const count = (text: string): number => text.match(/^(equal<|\/\/ @ts-expect-error)/gm)?.length ?? 0;
  const bars: Bar[] = [];
  for (const version of VERSIONS) {
    const { errors } = await compile(made, { version });
    const queries = count(files['tpch.ts'] ?? '');
    const wrong = errors.filter(({ file }) => file === 'tpch.ts');
    bars.push({
      name: `TPC-H on TypeScript ${version}`,
      figure: `${queries - wrong.length} of ${queries} exact`,
      bar: '22 of 22',
      passed: wrong.length === 0 && queries === 22,
      gates: true,
      details: wrong.map(locationOf),
    });
    const others = errors.filter(({ file }) => file !== 'tpch.ts');
    const all = Object.values(files).reduce((sum, text) => sum + count(text), 0) - queries;
    bars.push({
      name: `assertions on TypeScript ${version}`,
      figure: `${all - others.length} of ${all} hold`,
      bar: 'all',
      passed: others.length === 0,
      gates: true,
      details: others.map(locationOf),
    });
  }
  return bars;
}
