/**
 * Writes what `workerd serve` needs into a folder: the bundled worker, the configuration, a place for objects.
 * The object is never evicted: loading a million rows takes longer than workerd lets an idle one live.
 * @see https://github.com/cloudflare/workerd/blob/main/src/workerd/server/workerd.capnp
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** The socket's name in workerd's report of its ports. */
export const SOCKET = 'http';

const configuration = (objects: string): string => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "bench", worker = .bench),
    (name = "objects", disk = (path = ${JSON.stringify(objects)}, writable = true)),
  ],
  sockets = [(name = "${SOCKET}", address = "127.0.0.1:0", http = (), service = "bench")],
);

const bench :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-01-20",
  compatibilityFlags = ["nodejs_compat"],
  durableObjectNamespaces = [(className = "BenchObject", uniqueKey = "bench", enableSql = true, preventEviction = true)],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [(name = "BENCH", durableObjectNamespace = "BenchObject")],
);
`;

/** @returns the path of the configuration */
export async function writeConfig(folder: string): Promise<string> {
  const objects = join(folder, 'objects');
  mkdirSync(objects);
  await build({
    entryPoints: [WORKER],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2023',
    conditions: ['@dotdo/source'],
    external: ['node:*', 'cloudflare:*'],
    logLevel: 'error',
  });
  const path = join(folder, 'bench.capnp');
  writeFileSync(path, configuration(objects));
  return path;
}
