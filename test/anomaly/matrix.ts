/** Which anomaly each level prevents, found out by running them; `node --conditions=@dotdo/source test/anomaly/matrix.ts` prints it. */
import type { IsolationLevel } from '@dotdo/shared-types';
import { g0 } from './g0.ts';
import { g1a } from './g1a.ts';
import { g1b } from './g1b.ts';
import { g1c } from './g1c.ts';
import { g2 } from './g2.ts';
import { g2Item } from './g2-item.ts';
import { gSingle } from './g-single.ts';
import type { Anomaly } from './interleaving.ts';
import { otv } from './otv.ts';
import { p4 } from './p4.ts';
import { pmp } from './pmp.ts';

export const ANOMALIES: Readonly<Record<string, Anomaly>> = {
  G0: g0,
  G1a: g1a,
  G1b: g1b,
  G1c: g1c,
  OTV: otv,
  PMP: pmp,
  P4: p4,
  'G-single': gSingle,
  'G2-item': g2Item,
  G2: g2,
};

export const LEVELS: readonly IsolationLevel[] = [
  'READ_UNCOMMITTED',
  'READ_COMMITTED',
  'SNAPSHOT',
  'REPEATABLE_READ',
  'SERIALIZABLE',
];

/** True when neither kind of transaction lets the anomaly happen. */
export async function prevents(level: IsolationLevel, anomaly: Anomaly): Promise<boolean> {
  for (const isPrivate of [false, true]) if (await anomaly({ level, isPrivate })) return false;
  return true;
}

/** The matrix as a Markdown table, as docs/isolation.md has it. */
export async function printMatrix(): Promise<string> {
  const names = Object.keys(ANOMALIES);
  const lines = [`| level | ${names.join(' | ')} |`, `|---|${names.map(() => ':-:|').join('')}`];
  for (const level of LEVELS) {
    const cells: string[] = [];
    for (const anomaly of Object.values(ANOMALIES)) cells.push((await prevents(level, anomaly)) ? '✓' : '–');
    lines.push(`| ${level} | ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

if (import.meta.main) console.log(await printMatrix());
