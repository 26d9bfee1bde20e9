/**
 * `npm start [-- --port 8787] [--host 127.0.0.1] [--state .dosql] [--fresh]`: the reference Worker with both Durable Objects and R2
 * in workerd, on one port. State lives in the folder `.dosql/` and survives restarts; `--fresh` begins anew.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { convertV4MiniflareOptions, Miniflare, type V4MiniflareOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';
import { devToken } from './dev-token.ts';
import { findFreePort } from './port.ts';
import { root } from './run.ts';

const PORT_DEFAULT = 8787;
const workerDirectory = join(root, 'apps', 'worker');

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: String(PORT_DEFAULT) },
    host: { type: 'string', default: '127.0.0.1' },
    state: { type: 'string', default: '.dosql' },
    fresh: { type: 'boolean', default: false },
  },
});

const stateDirectory = resolve(root, values.state);

function say(text: string): void {
  process.stderr.write(`dosql: ${text}\n`);
}

/** The Worker as one module, from the sources of the workspace. */
async function bundleWorker(): Promise<string> {
  const result = await build({
    entryPoints: [join(workerDirectory, 'src', 'index.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    conditions: ['@dotdo/source', 'workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const file = result.outputFiles[0];
  if (file === undefined) throw new Error('esbuild wrote no file');
  return file.text;
}

async function main(): Promise<void> {
  const wanted = Number(values.port);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65_535) {
    say(`--port takes a number from 1 to 65535, not "${values.port}"`);
    process.exit(2);
  }
  if (values.fresh) rmSync(stateDirectory, { recursive: true, force: true });
  mkdirSync(stateDirectory, { recursive: true });

  const port = await findFreePort(wanted, values.host);
  if (port !== wanted) say(`port ${wanted} is taken; using ${port}`);
  const token = devToken(stateDirectory);
  const script = await bundleWorker();
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(workerDirectory, 'wrangler.jsonc'));
  const options: V4MiniflareOptions = {
    ...workerOptions,
    host: values.host,
    port,
    cf: false,
    defaultPersistRoot: join(stateDirectory, 'state'),
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents: script }],
    bindings: { DOSQL_TOKENS: JSON.stringify({ [token]: ['db:*:admin', 'lake:*:admin'] }) },
  };
  const miniflare = new Miniflare(convertV4MiniflareOptions(options));
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    say('stopping …');
    miniflare.dispose().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Miniflare's own listener ends the process at once, before workerd has written everything.
    process.removeAllListeners(signal);
    process.on(signal, stop);
  }

  const url = (await miniflare.ready).href;
  const health = await fetch(new URL('/health', url));
  if (!health.ok) {
    say(`the Worker is up but not healthy: ${await health.text()}`);
    await miniflare.dispose();
    process.exit(1);
  }
  console.log(`
  DoSQL is running in workerd

    health   ${url}health
    SQL      ${url}v1/db/{database}/rpc
    lake     ${url}v1/lake/rpc
    token    ${token}

  Try:  curl ${url}health
  Data is kept in ${values.state}/ (npm start -- --fresh begins anew). Ctrl-C stops.
`);
}

await main();
