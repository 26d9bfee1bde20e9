/** `npm run bench`: measures engines side by side. Exit code 0 = good, 1 = a failure or differing answers, 2 = usage. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { type BenchOptions, parseArguments, USAGE, UsageError } from './arguments.ts';
import { ENGINES } from './engines/registry.ts';
import { startChild } from './runner/child-runner.ts';
import { measureWorkload, type WorkloadResult } from './runner/interleave.ts';
import { installPeers } from './runner/peers-install.ts';
import type { Runner } from './runner/protocol.ts';
import { isGood, markdownTable, type Report, remarks } from './runner/report.ts';
import { startEngineInWorkerd } from './workerd/workerd-runner.ts';

/** Progress goes to stderr, so that stdout is the table and nothing else. */
const say = (message: string): void => void process.stderr.write(`${message}\n`);

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  const notRun = new Map<string, string>();
  const runners = await startAll(options, notRun);
  try {
    const results = await measureAll(options, runners);
    const report: Report = { results, engines: options.engines, baseline: options.baseline, notRun };
    print(report, options, runners);
    if (options.json !== undefined) writeJson(resolve(options.json), report, options, runners);
    return runners.length > 0 && isGood(report) ? 0 : 1;
  } finally {
    for (const runner of runners) await runner.close();
  }
}

async function startAll(options: BenchOptions, notRun: Map<string, string>): Promise<Runner[]> {
  const isPeer = (engine: string): boolean => !options.workerd && ENGINES.get(engine)?.peer === true;
  const noPeers = options.engines.some(isPeer) ? installPeers(say) : undefined;
  const runners: Runner[] = [];
  for (const engine of options.engines) {
    if (noPeers !== undefined && isPeer(engine)) {
      notRun.set(engine, noPeers);
      continue;
    }
    try {
      runners.push(await (options.workerd ? startEngineInWorkerd : startChild)(engine, options.scale));
    } catch (error) {
      notRun.set(engine, error instanceof Error ? error.message : String(error));
    }
  }
  return runners;
}

async function measureAll(options: BenchOptions, runners: readonly Runner[]): Promise<WorkloadResult[]> {
  const results: WorkloadResult[] = [];
  for (const workload of options.workloads) {
    results.push(await measureWorkload(workload, runners, { ...options, progress: say }));
  }
  return results;
}

function print(report: Report, { scale, rounds, workerd }: BenchOptions, runners: readonly Runner[]): void {
  const where = workerd ? 'inside workerd' : `in Node ${process.versions.node}`;
  console.log(
    `CPU time per operation ${where}: median (min–max) of ${rounds} rounds at scale ${scale}, ratio to ${report.baseline}.\n`,
  );
  console.log(`${markdownTable(report)}\n`);
  for (const { engine, version } of runners) console.log(`- ${engine}: ${version}`);
  for (const line of remarks(report)) console.log(`- ${line}`);
}

function writeJson(file: string, report: Report, options: BenchOptions, runners: readonly Runner[]): void {
  const { rounds, scale, roundMs, baseline, workerd } = options;
  const content = {
    machine: { platform: process.platform, arch: process.arch, cpu: cpus()[0]?.model, cpus: cpus().length },
    node: process.versions.node,
    options: { rounds, scale, roundMs, baseline, workerd },
    versions: Object.fromEntries(runners.map(({ engine, version }) => [engine, version])),
    notRun: Object.fromEntries(report.notRun),
    workloads: report.results.map(({ outcomes, ...result }) => ({ ...result, engines: Object.fromEntries(outcomes) })),
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(content, null, '\t')}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
