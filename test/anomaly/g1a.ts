/** G1a, aborted read (dirty read): a transaction sees what another one wrote and then rolled back. */
import { Interleaving, type Anomaly } from './interleaving.ts';

export const g1a: Anomaly = async (run) => {
  const script = new Interleaving(run);
  const [a, b] = [script.begin(), script.begin()];
  await a.write(1, 101);
  await b.read(1);
  await a.rollback();
  await b.read(1);
  await b.commit();
  await script.end();
  return b.reads.includes(101);
};
