/** G1c, circular information flow: two transactions commit, and each has seen what the other wrote. */
import { Interleaving, type Anomaly } from './interleaving.ts';

export const g1c: Anomaly = async (run) => {
  const script = new Interleaving(run);
  const [a, b] = [script.begin(), script.begin()];
  await a.write(1, 11);
  await b.write(2, 22);
  await a.read(2);
  await b.read(1);
  await a.commit();
  await b.commit();
  await script.end();
  return a.committed && b.committed && a.reads[0] === 22 && b.reads[0] === 11;
};
