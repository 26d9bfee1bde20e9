/** G2, anti-dependency cycle: two transactions find no row that fits, and each inserts one. */
import { Interleaving, type Anomaly } from './interleaving.ts';

export const g2: Anomaly = async (run) => {
  const script = new Interleaving(run);
  const [a, b] = [script.begin(), script.begin()];
  await a.select((value) => value % 3 === 0);
  await b.select((value) => value % 3 === 0);
  await a.insert(3, 30);
  await b.insert(4, 42);
  await a.commit();
  await b.commit();
  await script.end();
  return a.committed && b.committed;
};
