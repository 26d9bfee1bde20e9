/** Imports from bench/peers, which has a node_modules of its own. */
import { createRequire } from 'node:module';

const requirePeer: NodeJS.Require = createRequire(new URL('../peers/package.json', import.meta.url));

/**
 * @param name a dependency of bench/peers/package.json
 * @returns its CommonJS exports; the adapter that asks declares the part of them it uses
 * @throws when the package is not installed or has no binary for this platform
 */
export function peer(name: string): unknown {
  return requirePeer(name);
}

/** @returns the version that bench/peers pins; not every package lets its package.json be imported */
export function peerVersion(name: string): string {
  const { dependencies } = requirePeer('./package.json') as { dependencies: Record<string, string> };
  return dependencies[name] ?? 'unknown';
}
