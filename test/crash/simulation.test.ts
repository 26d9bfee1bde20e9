import { expect, it } from 'vitest';
import { simulate } from './simulation.ts';

const SEEDS = 20;

it(`recovers what was committed, and nothing else, from every write of ${SEEDS} random scripts`, () => {
  let recoveries = 0;
  for (let seed = 1; seed <= SEEDS; seed++) recoveries += simulate(seed).recoveries;
  expect(recoveries).toBeGreaterThan(SEEDS * 20);
}, 30_000);
