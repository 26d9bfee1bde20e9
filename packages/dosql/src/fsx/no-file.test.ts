import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { NodeFileStore } from './no-file.ts';

describe('@dotdo/dosql/node in a Worker', () => {
  it('refuses a folder', () => {
    expect(() => NodeFileStore.open('./data')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it("keeps Node out of a Worker's bundle, and is the file store in others", async () => {
    const importsOf = async (conditions: string[]): Promise<string[]> => {
      const { metafile } = await build({
        entryPoints: [new URL('../index.ts', import.meta.url).pathname],
        bundle: true,
        write: false,
        metafile: true,
        format: 'esm',
        conditions: ['@dotdo/source', ...conditions],
        external: ['node:*'],
      });
      return Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    };
    expect(await importsOf(['workerd'])).toEqual([]);
    expect(new Set(await importsOf([]))).toEqual(new Set(['node:fs', 'node:os', 'node:path']));
  });
});
