import type { PlannedCalls } from '../domain/planned-calls.js'
import type { MhError } from '../errors.js'
import type { SyncTools } from './campaign-sync.js'
import { whyStopped } from './why-stopped.js'

/** What a plan that is not affordable leaves as it was. */
const UNSENT = 'Nothing was sent to Salesforce.'

/** Some of what is owed goes by Bulk jobs. */
export interface BulkEvent {
  kind: 'bulk'
  owed: PlannedCalls
}

/** Before anything is sent. Returns why it is not to be. */
export async function beginSending(
  tools: SyncTools,
  planned: PlannedCalls,
  owed: PlannedCalls,
  watch: (event: BulkEvent) => void,
): Promise<MhError | undefined> {
  try {
    await maySend(tools, planned, owed, watch)
    return undefined
  } catch (error) {
    return whyStopped(error, tools.signal)
  }
}

/** The plan is written down, has to be affordable, and where Bulk jobs are in it, confirmed. Nothing in a dry run. */
export async function maySend(
  { source, run, mayWriteInBulk }: SyncTools,
  planned: PlannedCalls,
  owed: PlannedCalls,
  watch: (event: BulkEvent) => void,
): Promise<void> {
  if (!run) return
  await run.notePlan(planned)
  await source.org.transport.afford(owed.calls, UNSENT)
  if (!owed.kinds.jobs) return
  watch({ kind: 'bulk', owed })
  await mayWriteInBulk?.(owed)
}
