/** G1b, intermediate read: a transaction sees a value that its writer replaced before it committed. */
import { Interleaving, type Anomaly } from './interleaving.ts';

export const g1b: Anomaly = async (run) => {
  const script = new Interleaving(run);
  const [a, b] = [script.begin(), script.begin()];
  await a.write(1, 101);
  await b.read(1);
  await a.write(1, 11);
  await a.commit();
  await b.read(1);
  await b.commit();
  await script.end();
  return b.reads.includes(101);
};
