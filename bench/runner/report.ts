/** The Markdown table of a run and what has to be said beside it. */
import type { Outcome, WorkloadResult } from './interleave.ts';
import { ratio } from './statistics.ts';

export interface Report {
  readonly results: readonly WorkloadResult[];
  /** Column order. */
  readonly engines: readonly string[];
  readonly baseline: string;
  /** Engines that could not be opened, with the reason. */
  readonly notRun: ReadonlyMap<string, string>;
}

/** @param us microseconds @returns three significant digits with the unit that suits them */
export function formatTime(us: number): string {
  const [value, unit] =
    us < 1 ? [us * 1000, 'ns'] : us < 1000 ? [us, 'µs'] : us < 1e6 ? [us / 1000, 'ms'] : [us / 1e6, 's'];
  return `${digits(value)} ${unit}`;
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function cell(outcome: Outcome | undefined, baseline: Outcome | undefined, isBaseline: boolean): string {
  if (outcome === undefined) return 'not run';
  if (outcome.kind !== 'measured') return outcome.kind === 'failed' ? 'failed' : 'not run';
  const { median, min, max } = outcome.summary;
  const times = baseline?.kind === 'measured' ? ratio(median, baseline.summary.median) : undefined;
  const relative = isBaseline || times === undefined ? '' : ` **×${digits(times)}**`;
  return `${formatTime(median)} (${formatTime(min)}–${formatTime(max)})${relative}`;
}

/** CPU time per operation: median (min–max) and the ratio to the baseline, below 1 is faster. */
export function markdownTable({ results, engines, baseline, notRun }: Report): string {
  const columns = engines.filter((engine) => !notRun.has(engine));
  const rows = results.map(({ id, title, outcomes }) => [
    `${id} ${title.replaceAll('|', '\\|')}`,
    ...columns.map((engine) => cell(outcomes.get(engine), outcomes.get(baseline), engine === baseline)),
  ]);
  return [['workload', ...columns], ['---', ...columns.map(() => '---')], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** One line for each thing that is wrong or missing: engines not run, failures, answers that differ. */
export function remarks({ results, notRun }: Report): string[] {
  const lines = [...notRun].map(([engine, reason]) => `not run: ${engine}: ${reason}`);
  for (const { id, outcomes, mismatch } of results) {
    for (const [engine, outcome] of outcomes) {
      if (outcome.kind === 'measured') continue;
      const word = outcome.kind === 'failed' ? 'failed' : 'not run';
      lines.push(`${word}: ${id} on ${engine}: ${outcome.reason}`);
    }
    if (!mismatch) continue;
    const digests = [...outcomes].flatMap(([engine, outcome]) =>
      outcome.kind === 'measured' ? [`${engine} ${outcome.digest}`] : [],
    );
    lines.push(`ANSWERS DIFFER: ${id}: ${digests.join(', ')}`);
  }
  return lines;
}

/** A run is good when nothing failed and all answers agree. What cannot run on an engine does not fail it. */
export function isGood({ results }: Report): boolean {
  return results.every(
    ({ outcomes, mismatch }) => !mismatch && [...outcomes.values()].every(({ kind }) => kind !== 'failed'),
  );
}
