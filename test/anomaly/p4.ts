/** P4, lost update: two transactions add to the value that both read, and one addition is lost. */
import { Interleaving, type Anomaly } from './interleaving.ts';

async function lost(run: Parameters<Anomaly>[0], commitsBeforeWrite: boolean): Promise<boolean> {
  const script = new Interleaving(run);
  const [a, b] = [script.begin(), script.begin()];
  await a.read(1);
  await b.read(1);
  await a.write(1, () => (a.reads[0] as number) + 1);
  if (commitsBeforeWrite) await a.commit();
  await b.write(1, () => (b.reads[0] as number) + 2);
  if (!commitsBeforeWrite) await a.commit();
  await b.commit();
  const value = await script.value(1);
  return a.committed && b.committed && value !== 13;
}

export const p4: Anomaly = async (run) => (await lost(run, true)) || (await lost(run, false));
