/**
 * Bare `workerd serve` as a child process: one Worker with one Durable Object class on local disk, for benchmarks and
 * for tests that kill it. Leaner than Miniflare: nothing stands between a request and the object.
 * @see https://github.com/cloudflare/workerd/blob/main/src/workerd/server/workerd.capnp
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';
import workerd from 'workerd';

/** The socket's name in workerd's report of its ports. */
const SOCKET = 'http';
/** File descriptor on which workerd reports its ports. */
const CONTROL_FD = 3;

export interface WorkerdOptions {
  /** Folder that holds configuration, bundle and the objects' data; data in it is taken up again. */
  folder: string;
  /** TypeScript file of the Worker. */
  entry: string;
  /** The Durable Object's class, also the name of its binding. */
  className: string;
  /** Keeps an idle object in memory for ever. */
  preventEviction?: boolean;
}

export interface WorkerdServer {
  url: string;
  pid: number;
  /** Resolves when the process has ended, however it came to that. */
  ended: Promise<unknown>;
  /** Ends the process and waits for it; `SIGKILL` goes to its whole group. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const configuration = ({
  className,
  preventEviction,
}: WorkerdOptions): string => `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "objects", disk = (path = "objects", writable = true)),
  ],
  sockets = [(name = "${SOCKET}", address = "127.0.0.1:0", http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-01-20",
  compatibilityFlags = ["nodejs_compat"],
  durableObjectNamespaces = [(className = "${className}", uniqueKey = "${className}", enableSql = true, preventEviction = ${preventEviction === true})],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [(name = "${className}", durableObjectNamespace = "${className}")],
);
`;

/** Bundles the Worker and writes the configuration; done once for any number of starts on the same folder. */
export async function prepareWorkerd(options: WorkerdOptions): Promise<void> {
  mkdirSync(join(options.folder, 'objects'), { recursive: true });
  await build({
    entryPoints: [options.entry],
    outfile: join(options.folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2023',
    conditions: ['@dotdo/source'],
    external: ['node:*', 'cloudflare:*'],
    logLevel: 'error',
  });
  writeFileSync(join(options.folder, 'config.capnp'), configuration(options));
}

/**
 * Starts workerd on a prepared folder and waits until it listens.
 * @throws {Error} when workerd ends before it listens
 */
export async function startWorkerd(folder: string): Promise<WorkerdServer> {
  const child = spawn(workerd.default, ['serve', 'config.capnp', `--control-fd=${CONTROL_FD}`], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const ended = once(child, 'exit');
  const port = await portOf(child);
  const pid = child.pid as number;
  return {
    url: `http://127.0.0.1:${port}`,
    pid,
    ended,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) process.kill(signal === 'SIGKILL' ? -pid : pid, signal);
      await ended;
    },
  };
}

/** Waits for the line `{"event":"listen","socket":"http","port":…}`. */
async function portOf(server: ChildProcess): Promise<number> {
  const control = server.stdio[CONTROL_FD] as Readable;
  const failed = new Promise<never>((_, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`workerd ended with ${code} before it listened`)));
  });
  const listening = (async (): Promise<number> => {
    for await (const line of createInterface({ input: control })) {
      const event = JSON.parse(line) as { event: string; socket?: string; port?: number };
      if (event.event === 'listen' && event.socket === SOCKET && event.port !== undefined) return event.port;
    }
    throw new Error('workerd reported no port');
  })();
  return Promise.race([listening, failed]);
}
