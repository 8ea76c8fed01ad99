import type { RunEvent } from '../sync/run.js'
import { plural, printable } from './printable.js'

/** How a run begins, for stderr: its id, and what it found that earlier ones had left. */
export function runStage(event: RunEvent): string {
  switch (event.kind) {
    case 'run':
      return `Run      ${event.id}`
    case 'goes on':
      return `Resumes  run ${event.run.id}, which ${HOW[event.run.state] ?? 'stopped'}`
    case 'unfinished': {
      const { id, command, state } = event.run
      return `Note     run ${id} (${printable(command)}) ${HOW[state] ?? 'stopped'} before its end\n         mh-sf runs resume ${id} does the rest of it`
    }
    case 'left job': {
      const { job, runId, now } = event
      return `Job      ${job.id} of run ${runId}, ${plural(job.rows, 'row')} of ${job.object}:\n         ${NOW[now]}`
    }
  }
}

const HOW: Partial<Record<string, string>> = { died: 'died', failed: 'failed' }

const NOW = {
  'waited for': 'it is still running in the org, and is waited for',
  'still running': 'it is still running in the org',
  JobComplete: 'it is complete; what it did is noted',
  Failed: 'it failed in the org; what it did before is noted',
  Aborted: 'it is aborted; what it did before is noted',
  Gone: 'the org has nothing of it any more',
} as const
