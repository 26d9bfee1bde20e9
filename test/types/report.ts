/** The bars of the type library, and what was measured of each. */

/** One row of the table. */
export interface Bar {
  readonly name: string;
  /** What was measured, with its unit. */
  readonly figure: string;
  readonly bar: string;
  readonly passed: boolean;
  /** A miss fails the run. Times and memory of a shared machine do not. */
  readonly gates: boolean;
  /** What to look at, printed below the table. */
  readonly details?: readonly string[];
}

/** The table as text; details of what was missed follow. */
export function tableOf(bars: readonly Bar[]): string {
  const rows = bars.map(({ name, figure, bar, passed, gates }) => [name, figure, bar, outcome(passed, gates)]);
  const all = [['what', 'figure', 'bar', ''], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, '-'.repeat(Math.max(...lines.map((line) => line.length))));
  const notes = bars.flatMap(({ name, passed, details = [] }) =>
    !passed && details.length > 0 ? ['', `${name}:`, ...details.map((text) => `  ${text}`)] : [],
  );
  return [...lines, ...notes].join('\n');
}

function outcome(passed: boolean, gates: boolean): string {
  if (passed) return 'pass';
  return gates ? 'MISS' : 'miss (does not gate)';
}

export function count(figure: number): string {
  return Math.round(figure).toLocaleString('en-US');
}
