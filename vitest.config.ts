import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const conditions = ['@dotdo/source'];

export default defineConfig({
  test: {
    reporters: ['default', './scripts/closing-line-reporter.ts'],
    projects: [
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name: 'node',
          environment: 'node',
          include: ['{packages,apps,bench,scripts,test}/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/workerd/**', 'test/e2e/**', 'test/engines/**'],
          execArgv: ['--disable-warning=ExperimentalWarning'],
        },
      },
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './apps/worker/wrangler.jsonc' },
            miniflare: {
              cf: false,
              bindings: {
                DOSQL_TOKENS: JSON.stringify({
                  'test-token': ['db:*:admin', 'lake:*:admin'],
                  'tenant-2-token': ['db:tenant-2:admin'],
                }),
              },
            },
          }),
        ],
        test: { name: 'workerd', include: ['test/workerd/**/*.test.ts'] },
      },
    ],
  },
});
