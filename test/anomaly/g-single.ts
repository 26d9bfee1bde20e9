/** G-single, read skew: a transaction sees one row before and another one after somebody else's commit. */
import { Interleaving, type Anomaly } from './interleaving.ts';

export const gSingle: Anomaly = async (run) => {
  const script = new Interleaving(run);
  const [a, b] = [script.begin(), script.begin()];
  await a.read(1);
  await b.read(1);
  await b.read(2);
  await b.write(1, 12);
  await b.write(2, 18);
  await b.commit();
  await a.read(2);
  await a.commit();
  await script.end();
  return a.committed && a.reads[0] === 10 && a.reads[1] === 18;
};
