import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // a loaded machine starts PGlite in ten seconds: a limit is for what hangs, not for what is slow
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    env: { NO_COLOR: '', FORCE_COLOR: '', CI: '', NODE_ENV: 'test', GITHUB_ACTIONS: '' },
  },
})
