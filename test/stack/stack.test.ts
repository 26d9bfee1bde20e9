/** `npm start` as a newcomer meets it: the stack comes up, the README's example runs, strangers stay out, Ctrl-C ends it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createLakeClient } from '@dotdo/lake.do';
import { createSQLClient } from '@dotdo/sql.do';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from '../../scripts/port.ts';

const root = join(import.meta.dirname, '..', '..');
const NODE_ARGS = ['--disable-warning=ExperimentalWarning', '--conditions=@dotdo/source'];
const START_MS_MAX = 60_000;

/** State and the example live inside the repository, so that imports resolve as they do for a reader. */
const scratch = mkdtempSync(join(root, 'test', 'stack', 'scratch-'));
let stack: ChildProcess;
let url = '';
let token = '';
let output = '';

beforeAll(async () => {
  const port = await findFreePort(18_787, '127.0.0.1');
  stack = spawn(
    process.execPath,
    [...NODE_ARGS, join(root, 'scripts', 'start.ts'), '--port', String(port), '--state', join(scratch, 'state')],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  await new Promise<void>((resolve, reject) => {
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes('Ctrl-C stops')) resolve();
    };
    stack.stdout?.on('data', collect);
    stack.stderr?.on('data', collect);
    stack.on('exit', (code) => reject(new Error(`npm start ended with ${code}: ${output}`)));
  });
  url = /health +(\S+)health/.exec(output)?.[1] ?? '';
  token = /token +(\S+)/.exec(output)?.[1] ?? '';
}, START_MS_MAX);

afterAll(() => {
  stack.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'no error';
}

describe('the stack', () => {
  it('reaches both objects', async () => {
    const response = await fetch(new URL('/health', url));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'ok', dosql: { status: 'ok' }, dolake: { status: 'ok' } });
  });

  it("runs the README's example", async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    expect(example.trim().split('\n').length).toBeGreaterThan(10);
    const file = join(scratch, 'example.ts');
    writeFileSync(file, example);
    const child = spawn(process.execPath, [...NODE_ARGS, file], {
      env: { ...process.env, DOSQL_URL: url, DOSQL_TOKEN: token },
    });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(printed).toMatch(
      /^\{ version: '0\.1\.0', timeMs: \d+ \}\n\{ version: '0\.1\.0', timeMs: \d+ \}\nUNAUTHENTICATED\n$/,
    );
    expect(code).toBe(0);
  });
});

describe('tokens', () => {
  it.each(['', 'wrong', 'x'.repeat(5000)])('refuses the token %j', async (bad) => {
    using db = createSQLClient({ url, token: bad });
    using lake = createLakeClient({ url, token: bad });
    expect(await codeOf(db.ping())).toBe('UNAUTHENTICATED');
    expect(await codeOf(lake.ping())).toBe('UNAUTHENTICATED');
  });

  it('keeps serving others after a refusal', async () => {
    using db = createSQLClient({ url, token, database: 'other' });
    expect(await db.ping()).toMatchObject({ version: '0.1.0' });
  });

  it('connects again after close()', async () => {
    using db = createSQLClient({ url, token });
    await db.ping();
    db.close();
    expect(await db.ping()).toMatchObject({ version: '0.1.0' });
  });
});

describe('ports', () => {
  it('passes over a taken one', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    expect(await findFreePort(port, '127.0.0.1')).toBeGreaterThan(port);
    server.close();
  });
});

describe('Ctrl-C', () => {
  it('ends the stack with code 0', async () => {
    const ended = new Promise((resolve) => {
      stack.removeAllListeners('exit');
      stack.on('exit', resolve);
    });
    stack.kill('SIGINT');
    expect(await ended).toBe(0);
    await expect(fetch(new URL('/health', url))).rejects.toThrow();
  });
});
