import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ANOMALIES, LEVELS, prevents, printMatrix } from './matrix.ts';

const COMMITTED = ['G0', 'G1a', 'G1b', 'G1c', 'OTV'];
const SNAPSHOT = [...COMMITTED, 'PMP', 'P4', 'G-single'];
const PREVENTED: Record<string, readonly string[]> = {
  READ_UNCOMMITTED: COMMITTED,
  READ_COMMITTED: COMMITTED,
  SNAPSHOT,
  REPEATABLE_READ: [...SNAPSHOT, 'G2-item'],
  SERIALIZABLE: Object.keys(ANOMALIES),
};

describe.each(LEVELS)('%s', (level) => {
  it.each(Object.entries(ANOMALIES))(
    'prevents %s exactly if it says so, by its Hermitage script',
    async (name, anomaly) => {
      expect(await prevents(level, anomaly)).toBe((PREVENTED[level] as readonly string[]).includes(name));
    },
  );
});

it('prints the matrix that docs/isolation.md has', async () => {
  expect(readFileSync('docs/isolation.md', 'utf8')).toContain(await printMatrix());
});
