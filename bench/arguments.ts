/** The command line of the benchmark. */
import { parseArgs } from 'node:util';
import { ENGINES } from './engines/registry.ts';
import { WORKERD_ENGINES } from './workerd/registry.ts';
import { selects, workloads } from './workloads/catalog.ts';
import type { Workload } from './workloads/workload.ts';

export const USAGE = `usage: npm run bench -- [options]
  --engines a,b        engines to measure (default: all)
  --workloads w1,w16   workloads to run; w16 is all its queries, w16-q6 one of them (default: all)
  --rounds N           measured rounds per engine (default: 7)
  --scale X            table sizes relative to 100k users, 1M big, TPC-H 0.05 (default: 1)
  --tpch all           all 22 queries in w16 instead of 1, 3, 5, 6, 13, 18
  --baseline NAME      engine that ratios refer to
  --quick              scale 0.05, 3 rounds of 30 ms: a check, not a figure to quote
  --workerd            measure inside workerd, against a Durable Object's storage.sql
  --json FILE          also write every round to FILE
  --help`;

const BASELINE = 'better-sqlite3';
const ROUND_MS = 150;
const QUICK = { rounds: 3, scale: 0.05, roundMs: 30 };

export interface BenchOptions {
  readonly engines: readonly string[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  readonly scale: number;
  /** Wall time that a round should last. */
  readonly roundMs: number;
  readonly baseline: string;
  readonly workerd: boolean;
  readonly json: string | undefined;
}

/** A command line that cannot be followed; its message says why. The process then ends with 2. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/**
 * @param argv arguments after the script's name
 * @returns `'help'` when that was asked for
 * @throws {UsageError} for an unknown option, engine or workload, or a number that is none
 */
export function parseArguments(argv: readonly string[]): BenchOptions | 'help' {
  const values = parseOptions(argv);
  if (values.help) return 'help';
  const workerd = values.workerd ?? false;
  const known = [...(workerd ? WORKERD_ENGINES : ENGINES).keys()];
  const engines = values.engines === undefined ? known : chosenEngines(values.engines, known);
  if (values.tpch !== undefined && values.tpch !== 'all')
    throw new UsageError(`--tpch takes "all", not "${values.tpch}"`);
  const quick = values.quick ?? false;
  return {
    engines,
    workloads: chosenWorkloads(values.workloads, values.tpch === 'all'),
    rounds: countOf('--rounds', values.rounds, quick ? QUICK.rounds : 7),
    scale: positiveOf('--scale', values.scale, quick ? QUICK.scale : 1),
    roundMs: quick ? QUICK.roundMs : ROUND_MS,
    baseline: baselineOf(values.baseline, engines),
    workerd,
    json: values.json,
  };
}

interface RawOptions {
  engines?: string;
  workloads?: string;
  rounds?: string;
  scale?: string;
  tpch?: string;
  baseline?: string;
  json?: string;
  quick?: boolean;
  workerd?: boolean;
  help?: boolean;
}

function parseOptions(argv: readonly string[]): RawOptions {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        engines: { type: 'string' },
        workloads: { type: 'string' },
        rounds: { type: 'string' },
        scale: { type: 'string' },
        tpch: { type: 'string' },
        baseline: { type: 'string' },
        json: { type: 'string' },
        quick: { type: 'boolean' },
        workerd: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const listOf = (text: string): string[] => text.split(',').filter((name) => name !== '');

function chosenEngines(text: string, known: readonly string[]): string[] {
  const names = [...new Set(listOf(text))];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UsageError(`no engine "${unknown}"; there are ${known.join(', ')}`);
  if (names.length === 0) throw new UsageError(`--engines names none; there are ${known.join(', ')}`);
  return names;
}

function chosenWorkloads(text: string | undefined, tpchAll: boolean): Workload[] {
  const byDefault = workloads({ tpchAll });
  if (text === undefined) return byDefault;
  const names = listOf(text);
  const everything = workloads({ tpchAll: true });
  const available = (name: string): Workload[] => {
    const named = byDefault.filter((workload) => selects(name, workload));
    return named.length > 0 ? named : everything.filter((workload) => selects(name, workload));
  };
  const unknown = names.find((name) => available(name).length === 0);
  if (unknown !== undefined || names.length === 0) {
    throw new UsageError(`no workload "${unknown ?? ''}"; there are ${byDefault.map(({ id }) => id).join(', ')}`);
  }
  const wanted = new Set(names.flatMap(available).map(({ id }) => id));
  return everything.filter(({ id }) => wanted.has(id));
}

function baselineOf(named: string | undefined, engines: readonly string[]): string {
  if (named === undefined) return engines.includes(BASELINE) ? BASELINE : (engines[0] as string);
  if (!engines.includes(named)) throw new UsageError(`the baseline "${named}" is not among ${engines.join(', ')}`);
  return named;
}

function positiveOf(option: string, text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault;
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new UsageError(`${option} takes a number above 0, not "${text}"`);
  return value;
}

function countOf(option: string, text: string | undefined, byDefault: number): number {
  const value = positiveOf(option, text, byDefault);
  if (!Number.isInteger(value)) throw new UsageError(`${option} takes a whole number, not "${text}"`);
  return value;
}
