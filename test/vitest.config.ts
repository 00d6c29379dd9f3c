import { defineConfig } from 'vitest/config'

const common = {
  pool: 'forks' as const,
  // test files share processes: much less to load, and PGlite is compiled once. A test must not rely on module state
  isolate: false,
  setupFiles: ['test/support/setup.ts'],
  // time limits are for tests that hang: on a loaded machine an embedded database takes ten seconds to start
  testTimeout: 240_000,
  hookTimeout: 240_000,
  env: { NO_COLOR: '', FORCE_COLOR: '', CI: '', NODE_ENV: 'test', GITHUB_ACTIONS: '' },
}

const withDatabases = {
  ...common,
  globalSetup: ['test/support/global-setup.ts'],
  // more workers than cores: these tests mostly wait for a database or a process
  maxWorkers: 4,
  sequence: { groupOrder: 1 },
}

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // the command line runs in processes of its own, from the built files: its tests are not measured
      exclude: ['src/cli/**', 'src/registry/reading/reader-thread.ts'],
      thresholds: { lines: 90, statements: 88, functions: 88, branches: 82 },
      reporter: ['text-summary', 'html', 'json-summary'],
      reportsDirectory: 'coverage',
      reportOnFailure: true,
    },
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/architecture.test.ts'],
          maxWorkers: 2,
          testTimeout: 30_000,
        },
      },
      // 48 functions, each over 190 long texts: too long for the unit tests
      { test: { ...common, name: 'growth', include: ['test/growth/**/*.test.ts'], maxWorkers: 2, sequence: { groupOrder: 2 } } },
      { test: { ...withDatabases, name: 'db', include: ['test/db/**/*.test.ts'] } },
      { test: { ...withDatabases, name: 'cli', include: ['test/cli/**/*.test.ts'] } },
      { test: { ...withDatabases, name: 'storms', include: ['test/storms/**/*.test.ts'], testTimeout: 1_800_000 } },
    ],
  },
})
