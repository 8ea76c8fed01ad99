import { successionOf } from '../domain/left-run.js'
import { newMemberKey } from '../domain/run-line.js'
import type { JobEnd, KeptRun, RunJob, RunScope } from '../domain/run.js'
import type { LineId } from '../mongo/run-document.js'
import type { Runs } from '../mongo/runs.js'
import type { Outcome } from '../salesforce/collections.js'
import { NOT_PROCESSED, OrgRefused } from '../salesforce/failure.js'
import { abortJob, isEnd, lookAtJob, waitForEnd, type EndedJob } from '../salesforce/ingest-job.js'
import { readResults } from '../salesforce/ingest-results.js'
import type { FlatRow } from '../salesforce/query.js'
import { noted, type Run } from './run.js'

/** What earlier runs on the same events left, and what becomes of it. */
export type LeftEvent =
  | { kind: 'goes on'; run: KeptRun }
  | { kind: 'unfinished'; run: KeptRun }
  | { kind: 'left job'; runId: string; job: RunJob; now: 'waited for' | 'still running' | JobEnd }

export interface TakeOver {
  runs: Runs
  scopes: readonly RunScope[]
  /** How long their Bulk jobs are waited for; without it they are looked at once. */
  waitMs?: number
  watch: (event: LeftEvent) => void
}

/**
 * Before a run begins its work: says which earlier runs died, sees their Bulk jobs to their end so that nothing is sent beside them, and notes
 * what these did (bulk2.md §11). What is still owed is found by comparing, as ever. Who has no lease while this run holds
 * its own is not alive. Throws SF_JOB_RUNNING when a job takes longer than `waitMs`.
 */
export async function takeOver(run: Run, { runs, scopes, waitMs, watch }: TakeOver): Promise<void> {
  const found = await runs.left(scopes, await run.living())
  if (found.length === 0) return
  await runs.bury(found.map(({ id }) => id))
  const { orgId } = await run.tools.org.session()
  const left = found.filter((each) => each.orgId === orgId).map(asDead)
  const { command, arguments: flags } = run.tools.who
  const { follows, offered } = successionOf(left, { command, arguments: flags, scopes, at: run.tools.clock.now() })
  for (const each of follows.slice(0, 1)) watch({ kind: 'goes on', run: each })
  if (offered) watch({ kind: 'unfinished', run: offered })
  for (const { id, jobs } of left) {
    const open = jobs.filter(({ ended }) => !ended)
    for (const job of open) await settleJob(run, { runs, waitMs, watch }, id, job)
    if (open.length > 0) await runs.noteTally(id)
  }
  await runs.follow(
    follows.map(({ id }) => id),
    run.id,
  )
}

function asDead(run: KeptRun): KeptRun {
  return run.state === 'running' ? { ...run, state: 'died' } : run
}

async function settleJob(
  run: Run,
  { runs, waitMs, watch }: Omit<TakeOver, 'scopes'>,
  runId: string,
  job: RunJob,
): Promise<void> {
  const tell = (now: (LeftEvent & { kind: 'left job' })['now']) => {
    watch({ kind: 'left job', runId, job, now })
  }
  const ended = await seenToItsEnd(run, job, waitMs, tell)
  tell(ended?.state ?? 'still running')
  if (!ended) return
  if (ended.outcomeOf) {
    for await (const page of runs.unsettledOf(runId, job.id)) await run.settle(outcomesOf(page, ended.outcomeOf))
  }
  await runs.endJob(runId, job.id, ended.state)
}

type OutcomeOf = (key: string) => Outcome | undefined

/** How a job ended and what became of its rows; undefined while it goes on and is not waited for. */
async function seenToItsEnd(
  { tools: { org, clock } }: Run,
  job: RunJob,
  waitMs: number | undefined,
  tell: (now: 'waited for') => void,
): Promise<{ state: JobEnd; outcomeOf?: OutcomeOf } | undefined> {
  try {
    const { state } = await lookAtJob(org, job)
    if (state === 'Open')
      return (await abortJob(org, job)) ? { state: 'Aborted', outcomeOf: () => UNTOUCHED } : undefined
    if (!isEnd(state) && waitMs === undefined) return undefined
    if (!isEnd(state)) tell('waited for')
    const ended: EndedJob = isEnd(state) ? { ...job, state } : await waitForEnd({ org, clock, waitMs }, job)
    const { outcomes } = await readResults(org, ended, lineKeyOf)
    return { state: ended.state, outcomeOf: (key) => outcomes.get(key) }
  } catch (error) {
    if (error instanceof OrgRefused && error.orgCode === 'NOT_FOUND') return { state: 'Gone' }
    throw error
  }
}

/** Rows of a job that was never closed. */
const UNTOUCHED: Outcome = { ok: false, code: NOT_PROCESSED, fields: [] }

/** The key of the line of a row in a result file: its id, else that of a member still to be made. */
function lineKeyOf({ Id, CampaignId = '', ContactId, LeadId }: FlatRow): string {
  return Id === undefined || Id === '' ? newMemberKey(CampaignId, ContactId || LeadId || '') : Id
}

function outcomesOf(page: readonly { id: LineId; key: string }[], outcomeOf: OutcomeOf) {
  return page.flatMap(({ id, key }) => {
    const outcome = outcomeOf(key)
    return outcome ? noted([id], 0, [outcome]) : []
  })
}
