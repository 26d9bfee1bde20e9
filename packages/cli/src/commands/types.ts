import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { type CommandDef, defineCommand } from 'citty';
import { makeCache } from '../types/cache.ts';
import { findQueries } from '../types/scan.ts';

const args = {
  folders: { type: 'positional', description: 'Folders with sources', default: 'src', required: false },
  project: { type: 'string', description: 'Folder of the project', default: '.' },
  schema: { type: 'string', description: 'Module that exports the schema', default: 'src/schema.ts' },
  export: { type: 'string', description: 'Its export: the text of the DDL, or a type', default: 'schema' },
  out: { type: 'string', description: 'File to write', default: 'sql-types.d.ts' },
  check: { type: 'boolean', description: 'Write nothing; fail when the file is stale', default: false },
  json: { type: 'boolean', description: 'Print the outcome as JSON', default: false },
} as const;

/**
 * `dosql types`: writes the types of a project's queries to a file, which spares the compiler from working them out.
 * Exit code 1 when a query is wrong or, with --check, when the file is stale; 2 when it cannot tell.
 */
export const types: CommandDef<typeof args> = defineCommand({
  meta: { name: 'types', description: 'Write the types of a project’s queries to a file' },
  args,
  run({ args: { _: positional, project, schema, export: name, out, check, json } }) {
    const folders = (positional.length > 0 ? positional : ['src']).map((folder) => resolve(project, folder));
    const missing = [...folders, resolve(project, schema)].find((path) => !existsSync(path));
    if (missing !== undefined) {
      console.error(
        `${relative('.', missing)} does not exist: name folders with sources, and the schema with --schema`,
      );
      process.exitCode = 2;
      return;
    }
    let result: ReturnType<typeof makeCache>;
    try {
      result = makeCache({ project, schema, name, queries: findQueries(folders) });
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error));
      process.exitCode = 2;
      return;
    }
    const { content, cached, wrong } = result;
    const path = resolve(project, out);
    const isStale = !existsSync(path) || readFileSync(path, 'utf8') !== content;
    if (isStale && !check) writeFileSync(path, content);
    const faults = wrong.map(({ query: { file, line }, message }) => ({ file: relative('.', file), line, message }));
    if (json) console.log(JSON.stringify({ out, cached, isStale, wrong: faults }));
    else {
      for (const { file, line, message } of faults) console.error(`${file}:${line}: ${message}`);
      if (check) console.log(isStale ? `${out} is stale: run \`dosql types\`` : `${out} is as it should be`);
      else console.log(`${out}: ${cached} queries`);
    }
    if (faults.length > 0 || (check && isStale)) process.exitCode = 1;
  },
});
