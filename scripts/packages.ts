/** Which packages are published, and whether what they publish works for the one who installs it. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, run } from './run.ts';

interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  exports: Record<string, string | Record<string, string>>;
  dependencies?: Record<string, string>;
}

export interface PublishedPackage {
  directory: string;
  manifest: Manifest;
}

/** The packages under packages/, in the order of their folders. */
export function publishedPackages(): PublishedPackage[] {
  return globSync('packages/*/package.json', { cwd: root })
    .toSorted()
    .map((file) => ({
      directory: join(root, dirname(file)),
      manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest,
    }))
    .filter(({ manifest }) => manifest.private !== true);
}

/** Compilers that a consumer may have; each is run over test/consumer, which sees what is published and not the sources. */
const CONSUMER_COMPILERS = ['typescript-5-9', 'typescript'];

/** Runs publint and attw on every published package, and compiles a consumer; resolves to 0 when all pass. */
export async function checkPackages(): Promise<number> {
  let failed = 0;
  for (const { directory, manifest } of publishedPackages()) {
    failed += await run('publint', ['--strict', directory]);
    // ESM only, and no resolution through the fields that came before `exports`.
    const hasModules = Object.keys(manifest.exports).some((path) => path !== './package.json');
    if (hasModules) {
      failed += await run('attw', ['--pack', directory, '--profile', 'esm-only', '--format', 'ascii', '--quiet'], {
        package: '@arethetypeswrong/cli',
      });
    }
  }
  for (const compiler of CONSUMER_COMPILERS) {
    failed += await run('tsc', ['-p', join(root, 'test', 'consumer')], { package: compiler });
  }
  return failed === 0 ? 0 : 1;
}
