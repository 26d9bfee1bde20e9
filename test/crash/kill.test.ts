import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NodeFileStore } from '../../packages/dosql/src/fsx/node-file.ts';
import { plainSchema, Storage } from '../../packages/dosql/src/txn/index.ts';
import { randomOf } from './script.ts';

/** Writers at a time, each with a directory of its own, and kills of each. */
const WRITERS = 2;
const ROUNDS = 10;
const CHILD = join(import.meta.dirname, 'kill-child.ts');

/** Runs the writer and kills it some time after its first acknowledgement; returns the last number it acknowledged. */
function runAndKill(directory: string, delayMs: number): Promise<{ last: number; errors: string }> {
  const args = ['--conditions=@dotdo/source', '--disable-warning=ExperimentalWarning', CHILD, directory];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  child.stdout.on('data', (data: Buffer) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), delayMs);
    output += data.toString();
  });
  return new Promise((resolve) => {
    child.on('close', () => {
      const lines = output.slice(0, output.lastIndexOf('\n')).split('\n');
      resolve({ last: output === '' ? -1 : Number(lines.at(-1)), errors });
    });
  });
}

it(`loses no acknowledged transaction and keeps no half of one over ${WRITERS * ROUNDS} SIGKILLs of writers on file stores`, async () => {
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => killRepeatedly(writer)));
}, 60_000);

async function killRepeatedly(seed: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'dosql-kill-'));
  const random = randomOf(seed);
  let acknowledged = -1;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const { last, errors } = await runAndKill(directory, random() * 50);
      expect(errors).toBe('');
      expect(last).toBeGreaterThan(acknowledged);
      acknowledged = last;
      const store = NodeFileStore.open(directory);
      const storage = Storage.open({ store }, plainSchema);
      const rows = storage.table('pairs')?.tree.count ?? 0;
      expect(rows % 2).toBe(0);
      expect(rows / 2).toBeGreaterThanOrEqual(acknowledged + 1);
      expect(rows / 2).toBeLessThanOrEqual(acknowledged + 2); // one commit may not have been reported yet
      expect(storage.check()).toMatchObject({ problems: [], leaked: [] });
      storage.close();
      store.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
