import type { RunJob } from '../domain/run.js'
import type { LineId } from '../mongo/run-document.js'
import type { RowJobBook } from '../salesforce/bulk-write.js'
import type { WriteTools } from '../salesforce/write-records.js'
import type { Run } from './run.js'

/** A Bulk job was given to the org: what to look for there, should this end before it does. */
export type JobEvent = { kind: 'job' } & RunJob

/** What sending changes needs, whichever they are. */
export interface SendTools extends Omit<WriteTools, 'jobs'> {
  /** Where changes are written down. */
  run?: Run
  watch: (event: JobEvent) => void
}

/** Jobs that are given changes whose lines are these: told to whoever watches, and written down with the run. */
export function jobBook({ run, watch }: SendTools, lines: readonly LineId[] = []): RowJobBook {
  return {
    began: async (job, first, count) => {
      watch({ kind: 'job', ...job })
      await run?.noteJob(job, lines.slice(first, first + count))
    },
    settled: async (id, end) => {
      await run?.endJob(id, end)
    },
  }
}
