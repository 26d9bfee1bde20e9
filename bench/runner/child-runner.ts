/** Starts an engine's child process and asks it, one request at a time. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Replies, Reply, Request, Runner } from './protocol.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

/** @throws with the engine's own reason when it cannot be opened */
export async function startChild(engine: string, scale: number): Promise<Runner> {
  const folder = mkdtempSync(join(tmpdir(), 'dosql-bench-'));
  const child = fork(CHILD, [], { execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'] });
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const opened = await ask(child, { kind: 'open', engine, scale, imagePath: join(folder, 'image.db') });
    return {
      engine,
      ...opened,
      prepare: (workload, roundMs) => ask(child, { kind: 'prepare', workload, roundMs }),
      round: (iterations) => ask(child, { kind: 'round', iterations }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function ask<K extends Request['kind']>(child: ChildProcess, request: Request & { kind: K }): Promise<Replies[K]> {
  return new Promise((resolve, reject) => {
    const settle = (work: () => void): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      work();
    };
    const onMessage = (reply: Reply): void =>
      settle(() => (reply.ok ? resolve(reply.value as Replies[K]) : reject(new Error(reply.message))));
    const onExit = (code: number | null, signal: string | null): void =>
      settle(() => reject(new Error(`its process ended with ${signal ?? code}`)));
    if (!child.connected) {
      reject(new Error('its process is gone'));
      return;
    }
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.send(request);
  });
}
