import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/built-binary.ts'],
    // Stories spawn real processes and contracts talk to real sockets; none of them waits by sleeping.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
})
