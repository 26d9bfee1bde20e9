/** Runs the tools of node_modules/.bin as child processes of the current Node. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const root: string = dirname(import.meta.dirname);

/** The JavaScript file behind a tool's command, so that it runs on this Node and not on the system's. */
function entryOf(tool: string, packageName: string): string {
  const manifestPath = join(root, 'node_modules', packageName, 'package.json');
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as { bin: string | Record<string, string> };
  const entry = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[tool];
  if (entry === undefined) throw new Error(`${packageName} has no command ${tool}`);
  return join(dirname(manifestPath), entry);
}

export interface RunOptions {
  /** npm package that brings the tool; the tool's own name by default. */
  package?: string;
  cwd?: string;
}

/** Runs a tool with the terminal attached and resolves to its exit code. */
export function run(tool: string, args: string[], options: RunOptions = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [entryOf(tool, options.package ?? tool), ...args], {
      cwd: options.cwd ?? root,
      stdio: 'inherit',
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
