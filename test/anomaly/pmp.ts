/** PMP, predicate-many-preceders (phantom): the rows that fit a condition are others when they are read again. */
import { Interleaving, type Anomaly } from './interleaving.ts';

export const pmp: Anomaly = async (run) => {
  const script = new Interleaving(run);
  const [a, b] = [script.begin(), script.begin()];
  await a.select((value) => value === 30);
  await b.insert(3, 30);
  await b.commit();
  await a.select((value) => value % 3 === 0);
  await a.commit();
  await script.end();
  return a.committed && a.reads[1] === 30;
};
