/**
 * `npm run lockfile`: completes package-lock.json after `npm install` changed it.
 *
 * npm records the binary packages of other platforms only where the registry in use has them; a mirror that lacks one
 * leaves a hole, and `npm ci` then refuses the whole lockfile. Their versions are pinned by the package that asks for
 * them, so the holes are filled from there: with platform fields, so that npm never fetches them elsewhere, and
 * without an integrity hash, which npm takes from the registry on the platform that does install them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.ts';

interface LockedPackage {
  version?: string;
  optional?: boolean;
  dev?: boolean;
  cpu?: string[];
  os?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const OS_NAMES = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix', 'win32'];
const CPU_NAMES = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32'];
const ALIASES: Record<string, string> = { windows: 'win32', win: 'win32', '64': 'x64' };

/** Platform of a binary package, read off its name: `@oxlint/binding-linux-arm64-musl`, `@cloudflare/workerd-darwin-64`. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> | undefined {
  const words = name.split(/[-/]/).map((word) => ALIASES[word] ?? word);
  const os = OS_NAMES.find((candidate) => words.includes(candidate));
  const cpu = CPU_NAMES.find((candidate) => words.includes(candidate));
  if (os === undefined && cpu !== 'wasm32') return undefined;
  const libc =
    words.includes('musl') || words.includes('musleabihf')
      ? 'musl'
      : words.some((word) => word.startsWith('gnu'))
        ? 'glibc'
        : undefined;
  return {
    ...(os !== undefined && { os: [os] }),
    ...(cpu !== undefined && { cpu: [cpu] }),
    ...(libc !== undefined && { libc: [libc] }),
  };
}

const path = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, LockedPackage> };
const filled: string[] = [];
for (const [place, locked] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(locked.optionalDependencies ?? {})) {
    const isLocked = `node_modules/${name}` in lock.packages || `${place}/node_modules/${name}` in lock.packages;
    const platform = platformOf(name);
    if (isLocked || platform === undefined || !/^\d+\.\d+\.\d+[-+.\w]*$/.test(version)) continue;
    lock.packages[`node_modules/${name}`] = { version, ...platform, dev: true, optional: true };
    filled.push(`${name}@${version}`);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(filled.length === 0 ? 'the lockfile is complete' : `filled ${filled.length}: ${filled.join(', ')}`);
