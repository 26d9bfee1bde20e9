/** G0, write cycle (dirty write): two transactions write the same two rows, and each wins one of them. */
import { Interleaving, type Anomaly } from './interleaving.ts';

export const g0: Anomaly = async (run) => {
  const script = new Interleaving(run);
  const [a, b] = [script.begin(), script.begin()];
  await a.write(1, 11);
  await b.write(1, 12);
  await a.write(2, 21);
  await a.commit();
  await b.write(2, 22);
  await b.commit();
  const values = [await script.value(1), await script.value(2)].join();
  return values === '11,22' || values === '12,21';
};
