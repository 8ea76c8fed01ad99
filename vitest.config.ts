import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const CLIENTS = 'test/clients/**/*.test.ts'

/** Where CI wants a report of each run, beside what people read. */
const reports = process.env.MH_SF_TEST_REPORTS

/** Stories take longest, so they begin first: else the last of them runs alone at the end. */
class StoriesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isStory = ({ moduleId }: TestSpecification) => moduleId.includes('/test/stories/')
    return [...sorted.filter(isStory), ...sorted.filter((file) => !isStory(file))]
  }
}

export default defineConfig({
  // The examples in docs/ import the package by its name: what is built, as the platform has it.
  resolve: { alias: { 'mh-sf': new URL('dist/library/index.js', import.meta.url).pathname } },
  test: {
    globalSetup: ['test/support/built-binary.ts'],
    // Stories spawn real processes and contracts talk to real sockets; none of them waits by sleeping.
    // What hangs is ended; nothing that is only slow on a busy machine.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    server: { deps: { external: [/\/dist\//u] } },
    // What is rendered is compared as text, whatever colours whoever runs the tests has asked for.
    env: { FORCE_COLOR: '0' },
    pool: 'forks',
    projects: [
      {
        // Files of one process share the modules that they load, which is more than half of what most of them cost. None of them
        // changes a module of ours, and what runs between processes, they start.
        extends: true,
        test: { name: 'ours', include: ['test/**/*.test.ts'], exclude: [CLIENTS], isolate: false },
      },
      // Clients that we did not write, each loaded as its users load it: jsforce whole is not jsforce in the parts that we use.
      { extends: true, test: { name: 'clients', include: [CLIENTS] } },
    ],
    // More than there are cores: stories wait for processes a third of their time. The default on two is one.
    maxWorkers: '150%',
    sequence: { sequencer: StoriesFirst },
    reporters: reports ? ['default', ['json', { outputFile: `${reports}/${process.pid}.json` }]] : ['default'],
  },
})
