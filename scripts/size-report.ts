/**
 * Sizes of every subpath export: bundled and minified as a Worker would, gzipped, without what other packages bring
 * (shared-types has a row of its own).
 * The spec's figures are goals and stand beside what is measured; the budgets are what fails.
 */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { publishedPackages } from './packages.ts';
import { root } from './run.ts';
import { SIZE_BUDGETS, SIZE_PARTS, type SizeBudget } from './size-budgets.ts';

interface Measured {
  entry: string;
  bytes: number;
  budget: SizeBudget | undefined;
}

/** Bytes of a module after bundling, minifying and gzip (level 9). `others`: names of packages that are left out. */
async function measure(directory: string, contents: string, others: readonly string[]): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: directory, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    conditions: ['@dotdo/source', 'workerd'],
    external: ['cloudflare:*', 'node:*', 'capnweb', 'hono', 'hono/*', ...others],
    logLevel: 'error',
  });
  return outputFiles.reduce((sum, file) => sum + gzipSync(file.contents, { level: 9 }).length, 0);
}

/** A module that exports all of others, as the consumer of everything would. */
function exportAll(sources: readonly string[]): string {
  return sources.map((source) => `export * from ${JSON.stringify(source)};`).join('\n');
}

async function measureAll(): Promise<Measured[]> {
  const measured: Measured[] = [];
  const packages = publishedPackages();
  const names = packages.map(({ manifest }) => manifest.name);
  for (const { directory, manifest } of packages) {
    // A package that imports itself by name has that in its bundle.
    const others = names.flatMap((name) => (name === manifest.name ? [] : [name, `${name}/*`]));
    for (const [path, target] of Object.entries(manifest.exports)) {
      if (typeof target === 'string') continue;
      const source = target['@dotdo/source'];
      if (source === undefined) throw new Error(`${manifest.name} ${path}: no @dotdo/source condition`);
      const entry = manifest.name + path.slice(1);
      measured.push({
        entry,
        bytes: await measure(directory, exportAll([source]), others),
        budget: SIZE_BUDGETS[entry],
      });
    }
  }
  for (const [entry, { modules, ...budget }] of Object.entries(SIZE_PARTS)) {
    const directory = join(root, 'packages', 'dosql', 'src');
    measured.push({
      entry,
      bytes: await measure(directory, exportAll(modules.map((module) => `./${module}`)), names),
      budget,
    });
  }
  return measured;
}

function kilobytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : `${(bytes / 1024).toFixed(2)} KB`;
}

/** Prints the table; resolves to 0 when every export has a budget and keeps it. */
export async function checkSizes(): Promise<number> {
  let failed = 0;
  console.log(`${'export'.padEnd(32)}${'gzip'.padStart(12)}${'budget'.padStart(12)}${'spec'.padStart(12)}`);
  for (const { entry, bytes, budget } of await measureAll()) {
    const isKept = budget !== undefined && bytes <= budget.bytes;
    if (!isKept) failed++;
    const verdict = isKept ? '' : budget === undefined ? '  no budget in scripts/size-budgets.ts' : '  OVER BUDGET';
    console.log(
      `${entry.padEnd(32)}${kilobytes(bytes).padStart(12)}${kilobytes(budget?.bytes).padStart(12)}${kilobytes(budget?.specBytes).padStart(12)}${verdict}`,
    );
  }
  return failed === 0 ? 0 : 1;
}
