import { EJSON } from 'bson'
import type { Document } from 'mongodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runBackfill } from '../../src/cli/run-backfill.js'
import { runCampaignSync } from '../../src/cli/run-campaign-sync.js'
import { runUndo } from '../../src/cli/run-undo.js'
import type { UndoResult } from '../../src/sync/undo.js'
import { anApp } from '../support/an-app.js'
import { impatientClock } from '../support/an-org.js'
import { aWorld, type World } from '../support/world.js'

const SLUG = 'spring-2026'
const COMMON = { quiet: true, 'dry-run': false, via: 'auto' } as const
/** What any org moves by itself; when somebody first responded is one of these (objects.md §5). */
const SYSTEM = new Set([
  'LastModifiedDate',
  'LastModifiedById',
  'SystemModstamp',
  'FirstRespondedDate',
  'LastActivityDate',
])
/** The ledger itself, and what can be asked again. */
const OURS_TO_KEEP = /^salesforce_(?:runs|run_lines|leases|lookup_cache|api_usage|usage)$/u

let world: World

/** Everything living in the org and in the database, a line a record. */
async function dump(): Promise<string[]> {
  const org = ['Account', 'Contact', 'Lead', 'Campaign', 'CampaignMember', 'CampaignMemberStatus', 'Task']
  const records = org.flatMap((object) =>
    [...world.org.store.scan(object)]
      .filter((row) => !row.IsDeleted)
      .map((row) => Object.entries(row).filter(([field]) => !SYSTEM.has(field) && !field.startsWith('$')))
      .map((fields) => `${object} ${JSON.stringify(Object.fromEntries(fields.sort()))}`),
  )
  const collections = (await world.db.listCollections().toArray()).map(({ name }) => name).sort()
  const documents: string[] = []
  for (const name of collections.filter((each) => !OURS_TO_KEEP.test(each))) {
    for (const each of await world.db.collection(name).find().sort({ _id: 1 }).toArray())
      documents.push(`${name} ${EJSON.stringify(inOrder(each))}`)
  }
  return [...records.sort(), ...documents]
}

/** A field that a run removed and an undo put back stands behind the others: of what is ours, order says nothing. */
function inOrder(document: Document): Document {
  const ours: unknown = document.salesforce
  const fields =
    typeof ours === 'object' && ours !== null ? Object.entries(ours).sort(([a], [b]) => (a < b ? -1 : 1)) : []
  return ours === undefined ? document : { ...document, salesforce: Object.fromEntries(fields) }
}

const difference = (a: readonly string[], b: readonly string[]) => {
  const [ofA, ofB] = [new Set(a), new Set(b)]
  return [
    ...a.filter((each) => !ofB.has(each)).map((x) => `- ${x}`),
    ...b.filter((each) => !ofA.has(each)).map((x) => `+ ${x}`),
  ]
}

const backfillAll = async () => {
  await using app = await anApp(world.user, 'backfill', impatientClock())
  const flags = { ...COMMON, event: SLUG, all: false, force: false, 'create-leads': true }
  return (await runBackfill(app, flags)).result
}
const sync = async (via: 'auto' | 'bulk' = 'auto') => {
  await using app = await anApp(world.user, 'campaign sync', impatientClock())
  const flags = { ...COMMON, event: SLUG, correct: false, 'create-leads': true, via }
  return (await runCampaignSync(app, 'sync', flags)).result
}
const undo = async (id: string | undefined, more: Partial<Parameters<typeof runUndo>[2]> = {}) => {
  await using app = await anApp(world.user, 'runs undo', impatientClock())
  return await runUndo(app, id, { ...COMMON, last: id === undefined, confirm: id, ...more })
}
const total = ({ report }: UndoResult, what: 'restored' | 'removed' | 'made') =>
  report.counts.reduce((sum, each) => sum + each[what], 0)

describe('runs that are undone', () => {
  beforeEach(async () => {
    world = await aWorld({ participants: 200 })
    await world.db.collection('users').updateMany({}, { $set: { 'notificationPreferences.newsletter': true } })
  })
  afterEach(() => world.close())

  test.each(['auto', 'bulk'] as const)('leave org and database as they were, by %s', async (via) => {
    const before = await dump()
    const first = await backfillAll()
    expect(first.leads?.created).toBeGreaterThan(0)
    const between = await dump()
    const second = await sync(via)
    expect(second.events[0]?.members?.inserted).toBeGreaterThan(0)
    const whole = await dump()
    const planned = (await undo(second.runId, { 'dry-run': true })).result
    const { result, exitCode } = await undo(second.runId, { via })
    expect(exitCode).toBe(0)
    expect(result.report).toMatchObject({ kept: [], failed: [] })
    expect(result.report.counts).toEqual(planned.report.counts)
    expect(difference(between, await dump())).toEqual([])
    await undo(first.runId)
    expect(difference(before, await dump())).toEqual([])
    const again = await undo(second.runId)
    expect([total(again.result, 'removed'), again.result.runId]).toEqual([0, undefined])
    await backfillAll()
    await sync()
    expect((await dump()).length).toBe(whole.length)
  })
})
