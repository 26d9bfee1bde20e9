/** G2-item, write skew: two transactions read the same two rows, and each changes another one of them. */
import { Interleaving, type Anomaly } from './interleaving.ts';

export const g2Item: Anomaly = async (run) => {
  const script = new Interleaving(run);
  const [a, b] = [script.begin(), script.begin()];
  await a.read(1);
  await a.read(2);
  await b.read(1);
  await b.read(2);
  await a.write(1, 11);
  await b.write(2, 21);
  await a.commit();
  await b.commit();
  await script.end();
  return a.committed && b.committed;
};
