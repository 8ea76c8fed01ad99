import type { Clock } from '../clock.js'
import { callsOfKind, NO_CALLS, sumOfCalls, type PlannedCalls } from '../domain/planned-calls.js'
import type { KeptRun, RunJob } from '../domain/run.js'
import { newMemberKey, type LineDraft, type LineValues, type RunLine } from '../domain/run-line.js'
import { decideUndo, keptFromMaking, type Kept, type UndoDecision, type UndoStep } from '../domain/undo.js'
import {
  countFailed,
  countKept,
  countStep,
  emptyUndoReport,
  isNothing,
  type UndoReport,
} from '../domain/undo-report.js'
import { planWrite, type AskedWay } from '../domain/write-plan.js'
import { isStop, MhError } from '../errors.js'
import type { Database } from '../mongo/database.js'
import { LeadClaims } from '../mongo/lead-claims.js'
import { OptOuts, type Traits } from '../mongo/opt-outs.js'
import { UndoLedger } from '../mongo/undo-ledger.js'
import { LONGEST_JOB_MS } from '../salesforce/ingest-job.js'
import type { Outcome } from '../salesforce/collections.js'
import { OrgRefused } from '../salesforce/failure.js'
import { isEnd, lookAtJob } from '../salesforce/ingest-job.js'
import type { Org } from '../salesforce/org.js'
import type { JobEvent } from './job-book.js'
import { MEMBERSHIPS } from './document-lines.js'
import { asRun, endOf, type BeginRun, type Run, type RunEvent } from './run.js'
import { STEPS } from './send-undo.js'
import { undoCampaigns, undoStatuses } from './undo-campaigns.js'
import { undoDocuments } from './undo-documents.js'
import { emptyWalk, textIn, type SettleSteps, type UndoKind, type UndoTools } from './undo-kind.js'
import { undoMembers } from './undo-members.js'
import { undoContacts, undoLeads } from './undo-people.js'

export interface UndoRunTools {
  org: Org
  database: Database
  clock: Clock
  signal: AbortSignal
  /** Where rows lie until their Bulk job is settled. */
  staging: string
  begin: BeginRun
}

export interface UndoRequest {
  /** The run that is to be undone. */
  run: KeptRun
  /** How many of its lines are still to be undone, by object. */
  lines: ReadonlyMap<string, number>
  via: AskedWay
  maxApiCalls?: number
}

/** What happens, for whoever watches. */
export type UndoEvent =
  RunEvent | JobEvent | { kind: 'preview'; preview: UndoResult } | { kind: 'progress'; done: number; total: number }

export interface UndoResult {
  /** The undo's own id; absent in a preview, and when there was nothing to do. */
  runId?: string
  undone: KeptRun
  dryRun: boolean
  report: UndoReport
  /** What applying it takes. */
  planned: PlannedCalls
  /** Calls that it took to plan it, before the run. */
  looked?: number
  calls: number
  milliseconds: number
  stopped?: MhError
}

/** Lines that are decided on at a time: one Bulk job is worth it, and memory does not grow with the run. */
const PAGE = 20_000

/** Says what undoing a run would do, by what is there now; writes nothing. Throws why it cannot be undone. */
export async function planUndo(
  tools: UndoRunTools,
  request: UndoRequest,
  watch: (event: UndoEvent) => void,
): Promise<UndoResult> {
  const { org, clock } = tools
  const { run: undone, maxApiCalls } = request
  const [started, before] = [clock.elapsed(), org.calls]
  org.beginRun(maxApiCalls)
  await refuseWhileJobsRun(org, undone)
  const asked = org.calls
  const { report, writes } = await walk(undoToolsOf(tools, request, true, watch), undefined, request, watch)
  await nameLaterRuns(new UndoLedger(tools.database, undone.id), report)
  const planned = isNothing(report) ? NO_CALLS : sumOfCalls(callsOfKind('read', org.calls - asked), ...writes)
  const spent = { calls: org.calls - before, milliseconds: clock.elapsed() - started }
  const preview = { undone, dryRun: true, report, planned, ...spent }
  watch({ kind: 'preview', preview })
  return preview
}

/**
 * Undoes a run, as a run of its own on the same events. Everything is decided anew by what is there then; what is done is
 * noted line by line, so that after a kill the same command does the rest.
 */
export async function applyUndo(
  tools: UndoRunTools,
  request: UndoRequest,
  { planned, calls: looked }: Pick<UndoResult, 'planned' | 'calls'>,
  watch: (event: UndoEvent) => void,
): Promise<UndoResult> {
  const { org, clock } = tools
  const [started, before] = [clock.elapsed(), org.calls]
  await org.transport.afford(planned.calls, 'Nothing was written.')
  const work = async (run: Run | undefined): Promise<UndoResult> => {
    if (!run) throw new TypeError('an undo is a run')
    await run.notePlan(planned)
    const undoing = undoToolsOf(tools, request, false, watch, run)
    await undoing.ledger.noteUndo(run.id)
    await forgetClaims(tools, request.run)
    const { report, stopped } = await walk(undoing, run, request, watch)
    await nameLaterRuns(undoing.ledger, report)
    const spent = { calls: org.calls - before, milliseconds: clock.elapsed() - started }
    return { runId: run.id, undone: request.run, dryRun: false, report, planned, looked, ...spent, stopped }
  }
  const { begin } = tools
  const { id: undoneId, scopes } = request.run
  // That the run itself was left unfinished is no news to whoever undoes it.
  const watchRun = (event: RunEvent) => {
    if (event.kind !== 'unfinished' || event.run.id !== undoneId) watch(event)
  }
  return asRun({ begin, scopes, waitMs: LONGEST_JOB_MS, watch: watchRun }, work, ({ stopped, report }) =>
    endOf(stopped, report.failed.length > 0),
  )
}

function undoToolsOf(
  { org, database, clock, signal, staging }: UndoRunTools,
  { run: undone, via }: UndoRequest,
  dryRun: boolean,
  watch: (event: UndoEvent) => void,
  run?: Run,
): UndoTools {
  const ledger = new UndoLedger(database, undone.id)
  return { org, database, clock, signal, staging, asked: via, run, watch, undone, ledger, walk: emptyWalk(dryRun) }
}

/**
 * The kinds in their order: what hangs on a record goes before it, statuses after the Campaigns that take them along, and
 * documents last, since they follow what they name.
 */
async function* kindsOf(tools: UndoTools, lines: ReadonlyMap<string, number>): AsyncGenerator<UndoKind> {
  const makers: [object: string, make: () => UndoKind | Promise<UndoKind>][] = [
    ['CampaignMember', () => undoMembers(tools)],
    ['Campaign', () => undoCampaigns(tools)],
    ['CampaignMemberStatus', () => undoStatuses(tools)],
    ['Lead', () => undoLeads(tools)],
    ['Contact', () => undoContacts(tools)],
  ]
  for (const [object, make] of makers) if (lines.has(object)) yield await make()
  for (const kind of await undoDocuments(tools)) if (lines.has(kind.object)) yield kind
}

interface Walked {
  report: UndoReport
  writes: PlannedCalls[]
  stopped?: MhError
}

/** Page by page: reads, decides, and with a run does it. */
async function walk(
  tools: UndoTools,
  run: Run | undefined,
  { lines, via }: UndoRequest,
  watch: (event: UndoEvent) => void,
): Promise<Walked> {
  const walked: Walked = { report: emptyUndoReport(), writes: [] }
  const total = [...lines.values()].reduce((sum, each) => sum + each, 0)
  let done = 0
  try {
    for await (const kind of kindsOf(tools, lines)) {
      for await (const page of tools.ledger.pagesBack(kind.object, PAGE)) {
        tools.signal.throwIfAborted()
        const decisions = await withoutOptedOut(tools.database, kind.object, await decidePage(kind, page))
        kind.note?.(decisions)
        for (const decision of decisions) countKept(walked.report, kind.object, decision)
        if (run) await applyPage(tools, run, kind, decisions, walked.report)
        else {
          for (const decision of decisions) countStep(walked.report, kind.object, decision)
          walked.writes.push(...plannedWrites(kind, decisions, via))
        }
        done += page.length
        watch({ kind: 'progress', done, total })
      }
    }
    return walked
  } catch (error) {
    const reason: unknown = tools.signal.aborted ? tools.signal.reason : error
    if (run && isStop(reason)) return { ...walked, stopped: reason }
    throw reason
  }
}

/** One decision a record, its lines the latest first. */
async function decidePage(kind: UndoKind, page: readonly RunLine[]): Promise<UndoDecision[]> {
  const records = new Map<string, { lines: RunLine[]; present: Parameters<typeof decideUndo>[1] }>()
  for (const { line, key, present } of await kind.look(page)) {
    const record = records.get(key)
    if (record) record.lines.push(line)
    else records.set(key, { lines: [line], present })
  }
  return [...records.values()].map(({ lines, present }) => decideUndo(lines, present, kind.isSame))
}

/** What makes somebody a member, as the org and as their document has it. */
const MEMBERSHIP = new Set(['CampaignMember', MEMBERSHIPS])

/** A member that a run removed or marked comes back by its undo, but not where the person has opted out. */
async function withoutOptedOut(
  database: Database,
  object: string,
  decisions: readonly UndoDecision[],
): Promise<UndoDecision[]> {
  if (!MEMBERSHIP.has(object)) return [...decisions]
  const optOuts = await new OptOuts(database).among(decisions.map(traitsOf))
  return decisions.map((decision, at) => {
    const comesBack = ['make', 'restore'].includes(decision.step.kind)
    return comesBack && optOuts[at] ? keptFromMaking(decision) : decision
  })
}

function traitsOf({ lines, step }: UndoDecision): Traits {
  const values = step.kind === 'make' ? step.values : undefined
  const recordIds = [textIn(values, 'ContactId'), textIn(values, 'LeadId')].filter((each) => each !== undefined)
  return { participantIds: [...new Set(lines.flatMap(({ participantIds }) => participantIds))], recordIds }
}

async function applyPage(
  { ledger }: UndoTools,
  run: Run,
  kind: UndoKind,
  decisions: readonly UndoDecision[],
  report: UndoReport,
): Promise<void> {
  const finish = async (done: readonly { decision: UndoDecision; recordId?: string }[]) => {
    await kind.finish?.(done.map(({ decision }) => decision))
    const settled = done.flatMap(({ decision: { settles }, recordId }) => settles.map(({ id }) => ({ id, recordId })))
    run.check()
    await ledger.settle(run.id, settled)
    for (const { decision } of done) countStep(report, kind.object, decision)
  }
  const owed = decisions.filter(({ step }) => step.kind !== 'nothing')
  await finish(decisions.filter(({ step }) => step.kind === 'nothing').map((decision) => ({ decision })))
  const ids = await run.intend(owed.map((decision) => toLine(kind.object, decision)))
  const lineOf = new Map(owed.map((decision, at) => [decision, ids[at] ?? '']))
  const settle: SettleSteps = async (settled) => {
    await run.settle(
      settled.map(({ decision, outcome }) => ({
        id: lineOf.get(decision) ?? '',
        outcome: outcome.ok ? { state: 'done', recordId: outcome.id } : { state: 'refused', code: outcome.code },
      })),
    )
    const done = settled.flatMap(({ decision, outcome }) => {
      if (!outcome.ok) return []
      return [{ decision, ...(decision.step.kind === 'make' ? { recordId: outcome.id } : {}) }]
    })
    await finish(done)
    for (const { decision, outcome } of settled) if (!outcome.ok) refuse(report, kind.object, decision, outcome)
  }
  await kind.apply(owed, settle, lineOf)
}

/** A row that the org refused because the world moved is kept; any other has failed. */
function refuse(report: UndoReport, object: string, decision: UndoDecision, { code }: Outcome & { ok: false }): void {
  const because = decision.step.kind === 'make' ? NOT_MADE[code] : NOT_RESTORED[code]
  if (because) countKept(report, object, decision, because)
  else countFailed(report, object, decision, code)
}

const GONE: Kept = 'its person or campaign is gone'
const NOT_MADE: Partial<Record<string, Kept>> = {
  DUPLICATE_VALUE: 'added again since',
  ENTITY_IS_DELETED: GONE,
  INVALID_CROSS_REFERENCE_KEY: GONE,
  CANNOT_UPDATE_CONVERTED_LEAD: 'converted since',
  MOVED: 'changed since',
}
const NOT_RESTORED: Partial<Record<string, Kept>> = { ENTITY_IS_DELETED: 'gone since', MOVED: 'changed since' }

/** What an undo does to one record, as the ledger keeps it. */
function toLine(object: string, { step, lines }: UndoDecision): LineDraft {
  const participantIds = [...new Set(lines.flatMap((line) => line.participantIds))]
  return { object, participantIds, ...changeOf(step, lines[0]?.key ?? '') }
}

function changeOf(step: UndoStep, key: string): Pick<LineDraft, 'action' | 'key' | 'before' | 'after'> {
  switch (step.kind) {
    case 'nothing':
      throw new TypeError('nothing is no change')
    case 'restore':
      return { action: 'update', key: step.id, before: step.from, after: step.to }
    case 'remove':
      return { action: 'delete', key: step.id, before: step.was }
    case 'make':
      return { action: 'insert', key: newKeyOf(step.values) ?? key, after: step.values }
  }
}

/** A member that is made again is known as any new one is: by it a Bulk job's results find their line. */
function newKeyOf(values: LineValues): string | undefined {
  const [campaign, person] = [textIn(values, 'CampaignId'), textIn(values, 'ContactId') ?? textIn(values, 'LeadId')]
  return campaign === undefined || person === undefined ? undefined : newMemberKey(campaign, person)
}

/** What a page costs to write; documents cost no calls. */
function plannedWrites({ object }: UndoKind, decisions: readonly UndoDecision[], asked: AskedWay): PlannedCalls[] {
  if (!/^[A-Z]/u.test(object)) return []
  return STEPS.flatMap((kind) => {
    const rows = decisions.filter(({ step }) => step.kind === kind).length
    if (rows === 0) return []
    const { way, calls, atMost } = planWrite(rows, asked)
    return [callsOfKind(way === 'bulk' ? 'jobs' : 'write', calls, atMost)]
  })
}

/** Of what somebody changed since: whether it was one of our own later runs. */
async function nameLaterRuns(ledger: UndoLedger, { kept }: UndoReport): Promise<void> {
  for (const { object, samples } of kept) {
    const ids = samples.flatMap(({ id, key }) => [id, key])
    const later = await ledger.touchedSince(object, ids)
    for (const sample of samples) {
      const by = later.get(sample.id) ?? later.get(sample.key)
      if (by !== undefined) sample.by = by
    }
  }
}

async function forgetClaims({ org, database }: UndoRunTools, undone: KeptRun): Promise<void> {
  const { orgId } = await org.session()
  await new LeadClaims(database, orgId, undone.id).forgetRest()
}

/** A job goes on by itself after its run has died: what it does is not known before it ends. */
async function refuseWhileJobsRun(org: Org, { id: runId, jobs }: KeptRun): Promise<void> {
  for (const job of jobs.filter(({ ended }) => ended === undefined)) {
    const state = await stateOf(org, job)
    if (state === undefined || state === 'Open' || isEnd(state)) continue
    throw new MhError(
      'SF_JOB_RUNNING',
      `Bulk job ${job.id} of run ${runId} is still running in the org.`,
      `See Setup > Bulk Data Load Jobs > ${job.id}. Run the same command again when it has ended.`,
    )
  }
}

/** How a job stands; undefined when the org has nothing of it any more. */
async function stateOf(org: Org, job: RunJob) {
  try {
    return (await lookAtJob(org, job)).state
  } catch (error) {
    if (error instanceof OrgRefused && error.orgCode === 'NOT_FOUND') return undefined
    throw error
  }
}
