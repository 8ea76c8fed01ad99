import type { Claim } from '../mongo/queue.js'
import { drainBatch, type BatchOrder, type BatchReport } from '../sync/drain-batch.js'
import type { WorkerTools } from './worker.js'

/** Serves a claim in the worker's run; where that cannot begin, the people are put back. */
export async function drainInRun(tools: WorkerTools, claim: Claim, order: BatchOrder): Promise<BatchReport> {
  const run = { hasBegun: false }
  try {
    return await tools.inRun((begun) => {
      run.hasBegun = true
      return drainBatch({ ...tools, run: begun }, claim, order)
    })
  } catch (error) {
    if (!run.hasBegun) await tools.queue.release(claim).catch(() => undefined)
    throw error
  }
}
