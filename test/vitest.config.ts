import { defineConfig } from 'vitest/config'

const common = {
  pool: 'forks' as const,
  // time limits are for tests that hang: on a loaded machine an embedded database takes ten seconds to start
  testTimeout: 60_000,
  hookTimeout: 120_000,
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
    projects: [
      // unit tests share two processes: a test must not rely on module state, such as the list of registered secrets
      {
        test: { ...common, name: 'unit', include: ['test/unit/**/*.test.ts', 'test/architecture.test.ts'], isolate: false, maxWorkers: 2 },
      },
      { test: { ...withDatabases, name: 'db', include: ['test/db/**/*.test.ts', 'test/telemetry/**/*.test.ts'] } },
      { test: { ...withDatabases, name: 'cli', include: ['test/cli/**/*.test.ts'] } },
    ],
  },
})
