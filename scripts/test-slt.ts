/**
 * `npm run test:slt -- [PATH…] [--engine dosql|node-sqlite] [--failures N] [--jobs N]`: runs sqllogictest scripts,
 * files or folders, in worker threads, and prints counts for each and what failed, as file:line.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openEngine, type EngineName } from '../test/sql/slt/engine.ts';
import { runScript, type ScriptResult } from '../test/sql/slt/runner.ts';

const DEFAULT_PATH = '../shared/corpus/sqllogictest';

interface Answer extends ScriptResult {
  readonly file: string;
  readonly seconds: number;
}

async function serve(): Promise<void> {
  const port = parentPort;
  if (port === null) return;
  const open = await openEngine(workerData as EngineName);
  port.on('message', (file: string) => {
    const start = performance.now();
    const engine = open();
    let result: ScriptResult;
    try {
      result = runScript(readFileSync(file, 'utf8'), engine);
      engine.close();
    } catch (error) {
      result = { passed: 0, failures: [{ line: 0, sql: '', message: String(error) }] };
    }
    port.postMessage({ ...result, file, seconds: (performance.now() - start) / 1000 } satisfies Answer);
  });
}

/** Scripts at or under a path, by name. */
function scriptsAt(path: string): string[] {
  if (!existsSync(path)) throw new Error(`no such file or folder: ${path}`);
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(test|slt)$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

async function runAll(
  files: readonly string[],
  options: { engine: EngineName; jobs: number; each: (answer: Answer) => void },
): Promise<void> {
  const queue = files.toReversed();
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL(import.meta.url), { workerData: options.engine });
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      const answer = new Promise<Answer>((resolve, reject) => {
        worker.once('message', resolve).once('error', reject);
      });
      worker.postMessage(file);
      options.each(await answer);
      worker.removeAllListeners('error');
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, files.length) }, work));
}

function percent(passed: number, all: number): string {
  return `${all === 0 ? 100 : Math.floor((passed / all) * 10_000) / 100} %`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      engine: { type: 'string', default: 'dosql' },
      failures: { type: 'string', default: '5' },
      jobs: { type: 'string', default: String(availableParallelism()) },
    },
  });
  const files = (positionals.length > 0 ? positionals : [DEFAULT_PATH]).flatMap(scriptsAt);
  let passed = 0;
  let failed = 0;
  await runAll(files, {
    engine: values.engine === 'node-sqlite' ? 'node-sqlite' : 'dosql',
    jobs: Math.max(1, Number(values.jobs)),
    each({ file, seconds, passed: filePassed, failures }) {
      passed += filePassed;
      failed += failures.length;
      const all = filePassed + failures.length;
      const name = relative(process.cwd(), file);
      console.log(`${name}  ${filePassed}/${all}  ${percent(filePassed, all)}  ${seconds.toFixed(1)} s`);
      for (const { line, sql, message } of failures.slice(0, Number(values.failures))) {
        console.log(`  ${name}:${line}  ${message}\n    ${sql.replaceAll('\n', ' ').slice(0, 300)}`);
      }
    },
  });
  console.log(
    `${values.engine}: ${passed} of ${passed + failed} records passed (${percent(passed, passed + failed)}), ${files.length} files`,
  );
  process.exitCode = failed > 0 || files.length === 0 ? 1 : 0;
}

await (isMainThread ? main() : serve());
