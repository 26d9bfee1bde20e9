/** Every workload runs on node:sqlite at a tiny scale and gives its pinned answer, then a round of few iterations. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../engines/node-sqlite.ts';
import { workloads } from '../workloads/catalog.ts';
import { sizesAt } from '../workloads/table.ts';
import { iterationsPerOperation } from '../workloads/workload.ts';
import { Session } from './session.ts';

const folder = mkdtempSync(join(tmpdir(), 'dosql-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const session = new Session({
  engine: createEngine(),
  sizes: sizesAt(0.001),
  imagePath: join(folder, 'image.db'),
});

describe('workloads on node:sqlite', () => {
  it.each(workloads({ tpchAll: true }))('$id gives its answer', async (workload) => {
    expect(`${workload.id} ${await session.prepare(workload)}`).toMatchSnapshot();
    await session.beforeRound();
    const iterations = iterationsPerOperation(workload);
    const rows = await session.round(iterations);
    expect(rows).toBeGreaterThanOrEqual(workload.id.startsWith('w16') ? 0 : 1); // TPC-H is empty at this scale here and there
  });

  it('gives a write workload the same answer again: its table is made anew', async () => {
    const churn = workloads().find(({ id }) => id === 'w7');
    if (churn === undefined) throw new Error('w7 is gone');
    const first = await session.prepare(churn);
    await session.round(100);
    expect(await session.prepare(churn)).toBe(first);
  });

  it('refuses a round before a workload', () => {
    const fresh = new Session({ engine: createEngine(), sizes: sizesAt(0.001), imagePath: '' });
    expect(() => fresh.round(1)).toThrow('before a workload');
  });
});
