/**
 * `npm run test:kill [-- --kills 100] [--clients 4] [--seed S]`: kills workerd's whole process group at random moments
 * while clients write to a Durable Object, starts it again, and compares what is there with what was acknowledged.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ClientRecord, type Dump, violations } from '../test/crash/workerd/load.ts';
import { root } from './run.ts';
import { prepareWorkerd, startWorkerd } from './workerd.ts';

/** Time between the first request after a start and the kill, milliseconds. */
const LOAD_MS = { min: 5, max: 150 };

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    clients: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const kills = Number(values.kills);
const clientCount = Number(values.clients);
let state = Number(values.seed);
if (![kills, clientCount, state].every((n) => Number.isSafeInteger(n) && n >= 0)) {
  console.error('--kills, --clients and --seed take whole numbers');
  process.exit(2);
}

/** Uniform in 0..1, from the seed (mulberry32). */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

const clients = new Map<number, ClientRecord>(
  Array.from({ length: clientCount }, (_, i) => [i + 1, { acknowledged: 0, sent: 0 }]),
);

/** Sends transactions until the connection breaks. */
async function write(url: string, client: number, record: ClientRecord): Promise<void> {
  for (;;) {
    record.sent++;
    try {
      const response = await fetch(`${url}/apply`, {
        method: 'POST',
        body: JSON.stringify({ client, seq: record.sent }),
      });
      if (!response.ok) throw new Error(`status ${response.status}: ${await response.text()}`);
      await response.arrayBuffer();
      record.acknowledged = record.sent;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('status')) throw error;
      return;
    }
  }
}

async function readDump(url: string): Promise<Dump> {
  const response = await fetch(`${url}/dump`);
  if (!response.ok) throw new Error(`dump: status ${response.status}: ${await response.text()}`);
  return await response.json<Dump>();
}

const folder = mkdtempSync(join(tmpdir(), 'dosql-kill-'));
console.error(`seed ${values.seed}, ${kills} kills, ${clientCount} clients`);
await prepareWorkerd({ folder, entry: join(root, 'test', 'crash', 'workerd', 'worker.ts'), className: 'CrashObject' });
let found: string[] = [];
let acknowledged = 0;

/** One life of the server: what it found, and, unless it is the last life, load and a kill. */
async function live(isLast: boolean): Promise<void> {
  const server = await startWorkerd(folder);
  try {
    const dump = await readDump(server.url);
    found = violations(dump, clients);
    const counters = new Map(dump.counters);
    for (const [client, record] of clients) record.sent = record.acknowledged = counters.get(client) ?? 0;
    acknowledged = [...counters.values()].reduce((sum, seq) => sum + seq, 0);
    if (isLast || found.length > 0) return;
    const writers = [...clients].map(([client, record]) => write(server.url, client, record));
    await new Promise((resolve) => setTimeout(resolve, LOAD_MS.min + random() * (LOAD_MS.max - LOAD_MS.min)));
    await server.stop('SIGKILL');
    await Promise.all(writers);
  } finally {
    await server.stop('SIGKILL');
  }
}

for (let kill = 0; kill <= kills && found.length === 0; kill++) await live(kill === kills);
if (found.length === 0) {
  console.log(`${kills} kills, ${acknowledged} transactions kept, no violation`);
  rmSync(folder, { recursive: true, force: true });
} else {
  console.log(`VIOLATIONS (seed ${values.seed}, data in ${folder}):\n${found.slice(0, 20).join('\n')}`);
  process.exitCode = 1;
}
