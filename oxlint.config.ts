/**
 * Lint rules. The import directions of the architecture are the table below: a folder may import what its row names,
 * its own files, and nothing else of the package.
 */
import { defineConfig } from 'oxlint';

/** Folders of packages/dosql/src, each with the folders that it may import. */
const DOSQL_DIRECTIONS: Record<string, readonly string[]> = {
  codec: [],
  fsx: ['codec'],
  wal: ['codec', 'fsx'],
  btree: ['codec', 'fsx'],
  txn: ['codec', 'fsx', 'wal', 'btree'],
  catalog: ['codec', 'fsx', 'wal', 'btree', 'txn'],
  sql: [],
  plan: ['codec', 'sql', 'catalog'],
  exec: ['codec', 'fsx', 'wal', 'btree', 'txn', 'catalog', 'sql', 'plan'],
  cdc: ['codec', 'fsx', 'wal', 'catalog'],
  shard: ['codec', 'sql', 'catalog', 'plan', 'exec', 'cdc', 'session'],
  proc: ['sql', 'catalog', 'session'],
  rpc: ['codec', 'fsx', 'wal', 'txn', 'catalog', 'sql', 'plan', 'exec', 'cdc', 'shard', 'proc', 'session'],
  server: [
    'codec',
    'fsx',
    'wal',
    'btree',
    'txn',
    'catalog',
    'sql',
    'plan',
    'exec',
    'cdc',
    'shard',
    'proc',
    'rpc',
    'session',
  ],
};

/** Folders below the session, which must run in plain Node: only these files may see what a platform brings. */
const PLATFORM_FILES = {
  'packages/dosql/src/fsx/node-file.ts': ['node:'],
  'packages/dosql/src/server/**': ['cloudflare:', 'hono'],
  'packages/dosql/src/rpc/**': ['capnweb'],
} as const;

interface Pattern {
  /** Matched against the specifier; the linter's regular expressions know no look-around. */
  regex: string;
  message: string;
}

const PLATFORM: Record<string, Pattern> = {
  'cloudflare:': { regex: '^cloudflare:', message: 'Only server/ sees Cloudflare.' },
  'node:': { regex: '^node:', message: 'Only fsx/node-file.ts sees Node: everything else runs in Workers too.' },
  capnweb: { regex: '^capnweb', message: 'Only rpc/ sees capnweb.' },
  hono: { regex: '^hono', message: 'Only server/ sees hono.' },
};

/** Patterns for everything a platform brings, but for the prefixes that are allowed. */
function platformPatterns(allowed: readonly string[]): Pattern[] {
  return Object.entries(PLATFORM)
    .filter(([prefix]) => !allowed.includes(prefix))
    .map(([, pattern]) => pattern);
}

function restrict(patterns: Pattern[]): { 'no-restricted-imports': ['error', { patterns: Pattern[] }] } {
  return { 'no-restricted-imports': ['error', { patterns }] };
}

function allowedPlatform(folder: string): readonly string[] {
  return Object.entries(PLATFORM_FILES).find(([glob]) => glob === `packages/dosql/src/${folder}/**`)?.[1] ?? [];
}

const ROOT_MODULES = { session: '(session|database)\\.ts' } as const;

function directionPatterns(folder: string, allowed: readonly string[]): Pattern[] {
  const folders = Object.keys(DOSQL_DIRECTIONS).filter((other) => other !== folder && !allowed.includes(other));
  const patterns: Pattern[] = [];
  if (folders.length > 0) {
    patterns.push({
      regex: `^(\\.\\./)+(${folders.join('|')})/`,
      message: `${folder}/ may import ${allowed.length > 0 ? allowed.join(', ') : 'no other folder'} (see ARCHITECTURE.md).`,
    });
  }
  if (!allowed.includes('session')) {
    patterns.push({ regex: `^(\\.\\./)+${ROOT_MODULES.session}`, message: `${folder}/ stands below the session.` });
  }
  return patterns;
}

const directionOverrides = Object.entries(DOSQL_DIRECTIONS).map(([folder, allowed]) => ({
  files: [`packages/dosql/src/${folder}/**/*.ts`],
  excludeFiles: ['**/*.test.ts'],
  rules: restrict([...platformPatterns(allowedPlatform(folder)), ...directionPatterns(folder, allowed)]),
}));

/** Every bare specifier that starts neither as `capnweb` nor as `@dotdo/sh…` does. */
const clientPattern: Pattern = {
  regex: '^([abd-z]|c[^a]|@([^d]|d[^o])|@dotdo/([^s]|s[^h]))',
  message: 'Clients import shared-types and capnweb only.',
};

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import'],
  options: { typeAware: true },
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  rules: {
    eqeqeq: 'error',
    'no-console': 'off',
    'no-await-in-loop': 'off',
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'unicorn/prefer-add-event-listener': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/prefer-set-has': 'off',
    'unicorn/no-useless-spread': 'off',
    'typescript/no-unnecessary-type-parameters': 'off', // get<Row>() names what the caller expects
    'no-unused-private-class-members': 'off', // the compiler looks at them, and knows `??=`
    'unicorn/require-post-message-target-origin': 'off', // there are no windows here
    'oxc/no-map-spread': 'off',
    'import/no-unassigned-import': 'off',
    'import/no-named-as-default-member': 'off',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/no-unnecessary-type-assertion': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/await-thenable': 'error',
  },
  overrides: [
    ...directionOverrides,
    {
      files: ['packages/dosql/src/fsx/node-file.ts'],
      rules: restrict([
        ...platformPatterns(PLATFORM_FILES['packages/dosql/src/fsx/node-file.ts']),
        ...directionPatterns('fsx', ['codec']),
      ]),
    },
    {
      files: ['packages/dosql/src/*.ts'],
      excludeFiles: ['**/*.test.ts'],
      rules: restrict([
        ...platformPatterns([]),
        { regex: '^\\./(rpc|server|shard|proc)/', message: 'The session stands below rpc, server, shard and proc.' },
      ]),
    },
    {
      files: ['packages/shared-types/src/**/*.ts'],
      excludeFiles: ['**/*.test.ts'],
      rules: restrict([{ regex: '^[^.]', message: 'shared-types has no dependencies.' }]),
    },
    {
      files: ['packages/sql.do/src/**/*.ts', 'packages/lake.do/src/**/*.ts'],
      excludeFiles: ['**/*.test.ts'],
      rules: restrict([clientPattern]),
    },
    {
      files: ['**/*.test.ts'],
      rules: { 'typescript/unbound-method': 'off', 'typescript/no-unsafe-type-assertion': 'off' },
    },
    {
      // What they import is built; the linter runs before that too, and takes what it does not find for `any`.
      files: ['test/types/cases/**'],
      rules: { 'typescript/no-redundant-type-constituents': 'off' },
    },
  ],
  ignorePatterns: ['**/dist/**', 'bench/peers/**'],
});
