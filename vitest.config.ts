import { defineConfig } from 'vitest/config'

/** Where CI wants a report of each run, beside what people read. */
const reports = process.env.MH_SF_TEST_REPORTS

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/built-binary.ts'],
    // Stories spawn real processes and contracts talk to real sockets; none of them waits by sleeping.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    reporters: reports ? ['default', ['json', { outputFile: `${reports}/${process.pid}.json` }]] : ['default'],
  },
})
