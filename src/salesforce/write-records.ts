import { firstRows, planWrite, type AskedWay } from '../domain/write-plan.js'
import { bookFrom, writeInBulk, type BulkTools, type BulkWrite } from './bulk-write.js'
import {
  deleteRecords,
  insertRecords,
  updateRecords,
  type Outcome,
  type RecordToSend,
  type Settle,
} from './collections.js'
import { isMadeAlready, mayTryRowAgain } from './failure.js'
import type { Org } from './org.js'

export interface WriteTools extends BulkTools {
  asked: AskedWay
}

/**
 * Writes records of one kind, by collections or by Bulk jobs as the plan says; either way one call or job after the other,
 * outcomes settled in the order of the records, and an error only for what ends the writing. A job is not begun when the
 * budget would not see it through.
 */
export async function writeRecords(
  tools: WriteTools,
  write: BulkWrite,
  records: readonly RecordToSend[],
  settle: Settle,
): Promise<void> {
  const plan = planWrite(records.length, tools.asked)
  if (plan.way === 'collections') return writeInCollections(tools.org, write, records, settle)
  await tools.org.transport.afford(plan.calls)
  const first = firstRows(records.length)
  const reason = await commonRefusal(tools.org, write, records.slice(0, first), settle)
  const rest = records.slice(first)
  const settleRest: Settle = (at, outcomes) => settle(first + at, outcomes)
  if (reason)
    await settleRest(
      0,
      rest.map(() => reason),
    )
  else await writeInBulk({ ...tools, jobs: bookFrom(tools.jobs, first) }, write, rest, settleRest)
}

/** Writes the first rows; returns why none of them was taken, if that is one reason and would be that of the others. */
async function commonRefusal(
  org: Org,
  write: BulkWrite,
  records: readonly RecordToSend[],
  settle: Settle,
): Promise<Outcome | undefined> {
  const all: Outcome[] = []
  await writeInCollections(org, write, records, (first, outcomes) => {
    all.push(...outcomes)
    return settle(first, outcomes)
  })
  const [one] = all
  if (!one || one.ok || mayTryRowAgain(one.code) || isMadeAlready(one.code)) return undefined
  return all.every((each) => !each.ok && each.code === one.code) ? one : undefined
}

async function writeInCollections(
  org: Org,
  { object, operation }: BulkWrite,
  records: readonly RecordToSend[],
  settle: Settle,
): Promise<void> {
  switch (operation) {
    case 'insert':
      return insertRecords(org, object, records, settle)
    case 'update':
      return updateRecords(org, object, records, settle)
    case 'delete': {
      const ids = records.map(({ Id }) => String(Id))
      return deleteRecords(org, ids, settle)
    }
  }
}
