/** The command line: what it selects and what it refuses. */
import { describe, expect, it } from 'vitest';
import { type BenchOptions, parseArguments, UsageError } from './arguments.ts';

function parsed(...argv: string[]): BenchOptions {
  const options = parseArguments(argv);
  if (options === 'help') throw new Error('help was not asked for');
  return options;
}

const idsOf = ({ workloads }: BenchOptions): string[] => workloads.map(({ id }) => id);

describe('parseArguments', () => {
  it('measures everything against better-sqlite3 by default', () => {
    const options = parsed();
    expect(options.baseline).toBe('better-sqlite3');
    expect(idsOf(options)).toHaveLength(15 + 6);
    expect(options).toMatchObject({ rounds: 7, scale: 1 });
  });

  it('takes the first engine for the baseline where better-sqlite3 is not measured', () => {
    expect(parsed('--engines', 'duckdb,node-sqlite').baseline).toBe('duckdb');
    expect(parsed('--workerd').baseline).toBe('storage-sql');
  });

  it('selects w1 without w10, w16 with all its queries, and a single query of the 22', () => {
    expect(idsOf(parsed('--workloads', 'w1'))).toEqual(['w1']);
    expect(idsOf(parsed('--workloads', 'w16'))).toHaveLength(6);
    expect(idsOf(parsed('--workloads', 'w16', '--tpch', 'all'))).toHaveLength(22);
    expect(idsOf(parsed('--workloads', 'w16-q22,w2'))).toEqual(['w2', 'w16-q22']);
  });

  it('shrinks a quick run, and lets options override it', () => {
    expect(parsed('--quick')).toMatchObject({ rounds: 3, scale: 0.05, roundMs: 30 });
    expect(parsed('--quick', '--rounds', '1')).toMatchObject({ rounds: 1, scale: 0.05 });
  });

  it.each([
    [['--engines', 'oracle'], 'no engine "oracle"; there are dosql'],
    [['--workloads', 'w99'], 'no workload "w99"; there are w1'],
    [['--workloads', ''], 'no workload ""'],
    [['--rounds', '1.5'], '--rounds takes a whole number'],
    [['--scale', '0'], '--scale takes a number above 0'],
    [['--tpch', 'some'], '--tpch takes "all"'],
    [['--engines', 'duckdb', '--baseline', 'sql.js'], 'the baseline "sql.js" is not among duckdb'],
    [['--fast'], '--fast'],
  ])('refuses %j', (argv, message) => {
    expect(() => parseArguments(argv)).toThrow(UsageError);
    expect(() => parseArguments(argv)).toThrow(message);
  });
});
