/** OTV, observed transaction vanishes: a reader sees one write of a transaction and not the other. */
import { Interleaving, type Anomaly } from './interleaving.ts';

export const otv: Anomaly = async (run) => {
  const script = new Interleaving(run);
  const [a, b, c] = [script.begin(), script.begin(), script.begin()];
  await a.write(1, 11);
  await a.write(2, 19);
  await b.write(1, 12);
  await a.commit();
  await c.read(1);
  await b.write(2, 18);
  await c.read(2);
  await b.commit();
  await c.read(2);
  await c.read(1);
  await c.commit();
  await script.end();
  const [first, second, third, fourth] = c.reads;
  const losesA = first === 11 && second === 20;
  const losesB = (first === 12 && (second !== 18 || third !== 18)) || (third === 18 && fourth !== 12);
  return losesA || losesB;
};
