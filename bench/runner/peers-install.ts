/**
 * Installs bench/peers on the first run. Every binary comes inside a package of the npm registry: better-sqlite3
 * ships its prebuilt add-ons and DuckDB has a package per platform, so that no install script has to run.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../peers/', import.meta.url);
const STAMP = new URL('.installed', FOLDER);

/** What an install depends on: the lockfile, and the platform that chose the binaries. */
function fingerprint(): string {
  const lock = readFileSync(new URL('package-lock.json', FOLDER));
  return createHash('sha256').update(lock).update(`${process.platform}-${process.arch}`).digest('hex');
}

function isInstalled(expected: string): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === expected;
}

/**
 * Runs `npm ci --ignore-scripts` in bench/peers unless it was done for this lockfile and platform.
 * @returns why it failed, or undefined when the peers are there
 */
export function installPeers(say: (message: string) => void): string | undefined {
  const expected = fingerprint();
  if (isInstalled(expected)) return undefined;
  say('installing the peers once: npm ci --ignore-scripts in bench/peers');
  const { error, status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: fileURLToPath(FOLDER),
    encoding: 'utf8',
    shell: process.platform === 'win32', // npm is a .cmd file there
  });
  if (error !== undefined) return `npm did not start: ${error.message}`;
  if (status !== 0) return `npm ci ended with ${status}: ${reasonIn(stderr)}`;
  writeFileSync(STAMP, expected);
  return undefined;
}

/** npm's own sentence, without the advice and the name of the log file that follow it. */
function reasonIn(stderr: string): string {
  const errors = stderr.split('\n').flatMap((line) => /^npm error (?!code)(.+)$/.exec(line)?.[1] ?? []);
  return errors[0] ?? stderr.trim().slice(0, 200);
}
