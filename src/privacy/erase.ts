import type { Clock } from '../clock.js'
import { receiptText, type ErasureReceipt, type SignedReceipt } from '../domain/erasure.js'
import { EVERYBODY } from '../domain/run.js'
import { MhError } from '../errors.js'
import { OptOuts } from '../mongo/opt-outs.js'
import { ERASED, PersonTraces } from '../mongo/person-traces.js'
import { deleteRecords, updateRecords, type RecordToSend, type Settle } from '../salesforce/collections.js'
import { emptyFromBin } from '../salesforce/recycle-bin.js'
import { asRun, endOf, noted, type BeginRun, type Run, type RunEvent } from '../sync/run.js'
import { isNothingLeft, planErasure, RECYCLE_BIN, type ErasurePlan, type ErasureTools } from './erasure-plan.js'
import { traitsTyped } from './find-person.js'

export interface EraseTools extends ErasureTools {
  clock: Clock
  begin: BeginRun
}

export interface EraseRequest {
  /** Address or id. */
  typed: string
  /** Records that we deleted go from the org's recycle bin, too. */
  recycleBin: boolean
  maxApiCalls?: number
}

export interface ErasureResult {
  /** Absent when nothing was left to do. */
  runId?: string
  plan: ErasurePlan
  /** By the org's code, how many records it did not let go. */
  failed: Record<string, number>
  receipt: SignedReceipt
}

/** What an erasure would do; writes nothing. Throws NOT_FOUND for somebody of whom nothing is known and nothing was. */
export async function previewErasure(tools: EraseTools, { typed, maxApiCalls }: EraseRequest): Promise<ErasurePlan> {
  tools.source.org.beginRun(maxApiCalls)
  const plan = await planErasure(tools, traitsTyped(typed))
  const { person, tombstone } = plan
  if (
    tombstone === undefined &&
    person.participants.length + person.records.length === 0 &&
    isNothingLeft(plan, false)
  ) {
    throw new MhError(
      'NOT_FOUND',
      'Neither the platform nor Salesforce nor our own notes know this person.',
      'mh-sf privacy opt-out ADDRESS keeps them out should they ever come.',
    )
  }
  return plan
}

/**
 * Erases somebody, as one run that holds everybody's lease: first the tombstone, so that from here on nobody sends them anywhere; then the
 * org, our own collections, and last the platform's documents, by whose links the rest is found. Cut off anywhere, the same
 * command does what is left. No line of it says who it was.
 */
export async function erase(
  tools: EraseTools,
  request: EraseRequest,
  watch: (event: RunEvent) => void,
): Promise<ErasureResult> {
  const { database, begin, clock } = tools
  const work = async (run: Run | undefined): Promise<Omit<ErasureResult, 'receipt'>> => {
    if (!run) throw new TypeError('an erasure is a run')
    const plan = await planErasure(tools, traitsTyped(request.typed))
    const { emails, participantIds, recordIds } = plan.keys
    const tag = await new OptOuts(database).note({ emails, participantIds, recordIds }, 'erased', clock.now())
    const failed = await eraseAll(tools, run, { ...plan, tombstone: tag }, tag, request)
    return { runId: run.id, plan: { ...plan, tombstone: tag }, failed }
  }
  const { maxApiCalls } = request
  const done = await asRun({ begin, scopes: [EVERYBODY], maxApiCalls, watch }, work, ({ failed }) =>
    endOf(undefined, Object.keys(failed).length > 0),
  )
  return { ...done, receipt: await receiptOf(tools, done.plan) }
}

/** The receipt for what was done for somebody in all runs so far, signed. */
export async function receiptOf(
  { database, clock }: EraseTools,
  { tombstone = '', orgId, kept }: ErasurePlan,
): Promise<SignedReceipt> {
  const done = await new PersonTraces(database).erasedFor(tombstone)
  const receipt: ErasureReceipt = {
    receipt: 'mh-sf erasure',
    version: 1,
    tombstone,
    orgId,
    at: clock.now().toISOString(),
    runs: [...new Set(done.flatMap(({ runs }) => runs))].sort(),
    erased: done.map(({ object, what, records }) => ({
      object,
      what: WHAT.find((each) => each === what) ?? 'removed',
      records,
    })),
    kept,
  }
  const { key, value } = await new OptOuts(database).sign(receiptText(receipt))
  return { ...receipt, signature: { algorithm: 'HMAC-SHA256', key, value } }
}

const WHAT = ['removed', 'emptied', 'masked'] as const

async function eraseAll(
  { source: { org }, database }: EraseTools,
  run: Run,
  plan: ErasurePlan,
  tag: string,
  { recycleBin }: EraseRequest,
): Promise<Record<string, number>> {
  const failed: Record<string, number> = {}
  const step = { run, tag, failed }
  const { members, leads, contacts, keys } = plan
  await eachRecord(step, 'CampaignMember', 'delete', members, (settle) => deleteRecords(org, members, settle))
  await eachRecord(step, 'Lead', 'delete', leads, (settle) => deleteRecords(org, leads, settle))
  const rows = contacts.map(({ id, fields }): RecordToSend => {
    return { Id: id, ...Object.fromEntries(fields.map((field) => [field, null])) }
  })
  await eachRecord(step, 'Contact', 'update', rows, (settle) => updateRecords(org, 'Contact', rows, settle))
  // What the org did not let go is found again only by what is noted here.
  if (Object.keys(failed).length > 0) return failed
  const inBin = recycleBin ? [...new Set([...members, ...leads, ...plan.binned])] : []
  await atOnce(step, RECYCLE_BIN, 'removed', inBin.length, async () => {
    const emptied = await emptyFromBin(org, inBin)
    // The bin empties itself after 15 days (objects.md §8): nothing else waits for that.
    if (emptied < inBin.length) failed.NOT_EMPTIED = inBin.length - emptied
  })
  const traces = new PersonTraces(database)
  for (const trace of traces.removed(keys)) {
    await atOnce(step, trace.collection, 'removed', await traces.count(trace), () => traces.remove(trace))
  }
  await atOnce(step, 'salesforce_runs', 'masked', plan.runs, () => traces.maskRuns(keys))
  await atOnce(step, 'salesforce_nights', 'masked', plan.nights, () => traces.maskNights(keys))
  await atOnce(step, 'salesforce_run_lines', 'masked', plan.lines, () => traces.maskLines(keys, tag))
  await atOnce(step, 'participants', 'emptied', plan.filled.length, () => traces.clearParticipants(plan.filled))
  return failed
}

interface Step {
  run: Run
  tag: string
  failed: Record<string, number>
}

/** A line a record, without its id: whether it was done is seen by looking. */
async function eachRecord(
  { run, tag, failed }: Step,
  object: string,
  action: 'update' | 'delete',
  records: readonly unknown[],
  send: (settle: Settle) => Promise<void>,
): Promise<void> {
  const after = { what: action === 'delete' ? 'removed' : 'emptied', records: 1 }
  const lines = await run.intend(records.map(() => ({ object, action, key: ERASED, after, participantIds: [tag] })))
  await send(async (first, outcomes) => {
    for (const outcome of outcomes) if (!outcome.ok) failed[outcome.code] = (failed[outcome.code] ?? 0) + 1
    const settled = noted(lines, first, outcomes).map(({ id, outcome }) => ({
      id,
      outcome: outcome.state === 'done' ? ({ state: 'done' } as const) : outcome,
    }))
    await run.settle(settled)
  })
}

/** One line for all documents of a collection. */
async function atOnce(
  { run, tag }: Step,
  object: string,
  what: 'removed' | 'emptied' | 'masked',
  records: number,
  work: () => Promise<void>,
): Promise<void> {
  if (records === 0) return
  const action = what === 'removed' ? 'delete' : 'update'
  const lines = await run.intend([{ object, action, key: ERASED, after: { what, records }, participantIds: [tag] }])
  await work()
  await run.settle(lines.map((id) => ({ id, outcome: { state: 'done' } })))
}
