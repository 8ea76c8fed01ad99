// Before what loads parts of jsforce by themselves: its own index does not come up after them.
import { convertLeads, crmUser } from '../support/crm.js'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EJSON } from 'bson'
import { ObjectId, type Document } from 'mongodb'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runBackfill } from '../../src/cli/run-backfill.js'
import { runCampaignSync } from '../../src/cli/run-campaign-sync.js'
import { runUndo } from '../../src/cli/run-undo.js'
import { isWithin } from '../../src/domain/planned-calls.js'
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
const OURS_TO_KEEP = /^salesforce_(?:runs|run_lines|leases|lookup_cache|api_usage|connections|org)$/u

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

/** What is living of an object. */
const rows = (object: string) => [...world.org.store.scan(object)].filter(({ IsDeleted }) => !IsDeleted)
const lines = () => world.db.collection<{ _id: string }>('salesforce_run_lines')
const keptOf = ({ report }: UndoResult) => report.kept.map(({ object, because, count }) => [object, because, count])
/** The campaign that a sync made. */
const campaignOf = (result: Awaited<ReturnType<typeof sync>>) => result.events[0]?.campaignId ?? ''
/** Later than what the org's own automation does with a new record, in whole seconds as the org tells them. */
const aWhileAfter = (created: unknown) => vi.waitUntil(() => Date.now() > Number(created) + 2_100, { timeout: 30_000 })

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
    expect(second.contacts).toMatchObject({ report: { failed: {} } })
    const whole = await dump()
    const planned = (await undo(second.runId, { 'dry-run': true, via })).result
    expect(await dump()).toEqual(whole)
    const { result, exitCode } = await undo(second.runId, { via })
    expect(exitCode).toBe(0)
    expect(result.report).toEqual({ ...planned.report, kept: [], failed: [] })
    expect(isWithin(planned.planned, result.calls)).toBe(true)
    expect(difference(between, await dump())).toEqual([])
    await undo(first.runId)
    expect(difference(before, await dump())).toEqual([])
    // Once more there is nothing to do, and the next runs bring everything back.
    const again = (await undo(second.runId)).result
    expect([again.runId, again.report]).toEqual([undefined, { counts: [], kept: [], failed: [], open: 0 }])
    await backfillAll()
    expect((await sync()).events[0]?.members).toMatchObject(second.events[0]?.members ?? {})
    expect(await dump()).toHaveLength(whole.length)
  })

  test('keep what somebody changed since, and name it; what was only in the way goes another time', async () => {
    const first = await backfillAll()
    const second = await sync()
    const campaignId = campaignOf(second)
    const made = rows('Lead').filter(({ CreatedDate }) => Number(CreatedDate) > Date.now() - 3_600_000)
    const [working, converted] = made.map(({ Id }) => Id)
    await aWhileAfter(Math.max(...made.map(({ CreatedDate }) => Number(CreatedDate))))
    const crm = crmUser(world.user)
    await crm.sobject('Lead').update({ Id: working ?? '', Status: 'Working - Contacted' })
    await convertLeads(crm, [converted ?? ''])
    const [outsider] = rows('Contact').filter(
      ({ Id }) => !rows('CampaignMember').some((row) => row['CampaignId'] === campaignId && row['ContactId'] === Id),
    )
    await crm.sobject('CampaignMember').create({ CampaignId: campaignId, ContactId: outsider?.Id, Status: 'Sent' })
    const members = rows('CampaignMember').filter((row) => row['CampaignId'] === campaignId)
    const moved = members.find((row) => row['ContactId'] !== null && row['Status'] === 'Registered')
    await crm.sobject('CampaignMember').update({ Id: moved?.Id ?? '', Status: 'Responded' })
    const told = await lines().findOne({ _id: { $gte: second.runId ?? '' }, object: 'Contact' } as never)
    const { key, before } = told as unknown as { key: string; before: Record<string, unknown> }
    await crm.sobject('Contact').update({ Id: key, LeadSource: 'Theirs' })
    const participants = world.db.collection('participants')
    const titled = await lines().findOne({ object: 'participants', 'after.title': { $type: 'string' } } as never)
    const linked = { _id: new ObjectId(String((titled as Document | null)?.key)) }
    await participants.updateOne({ _id: linked._id }, { $set: { 'salesforce.title': 'Theirs' } })

    expect(before).toHaveProperty('LeadSource')
    const undone = await undo(second.runId)
    expect(undone.exitCode).toBe(0)
    expect(keptOf(undone.result)).toEqual([
      ['CampaignMember', 'changed since', 1],
      ['Campaign', 'has members that the run did not add', 1],
      ['CampaignMemberStatus', 'its record is kept', 3],
      ['Contact', 'changed since', 1],
      ['participants.campaigns', 'its record is kept', 1],
      ['events', 'its record is kept', 1],
      ['salesforce_campaigns', 'its record is kept', 1],
    ])
    expect(rows('CampaignMember').filter((row) => row['CampaignId'] === campaignId)).toHaveLength(2)
    expect(rows('Contact').find(({ Id }) => Id === key)?.['LeadSource']).toBe('Theirs')
    const back = await undo(first.runId)
    expect(keptOf(back.result)).toEqual([
      ['Lead', 'converted since', 1],
      ['Lead', 'changed since', 1],
      ['participants', 'changed since', 1],
    ])
    expect(await participants.findOne({ _id: linked._id })).toMatchObject({ salesforce: { title: 'Theirs' } })

    // Without the members of others the Campaign goes as well, with all that names it.
    const left = rows('CampaignMember').filter((row) => row['CampaignId'] === campaignId)
    await crm.sobject('CampaignMember').destroy(left.map(({ Id }) => Id))
    const rest = await undo(second.runId)
    expect(rest.result.report).toMatchObject({ kept: [], failed: [] })
    expect(rows('Campaign').some(({ Id }) => Id === campaignId)).toBe(false)
    expect(await world.db.collection('events').countDocuments({ 'salesforce.campaignId': campaignId })).toBe(0)
    // A Lead that was kept is known to have been made; the others are made again.
    expect((await backfillAll()).leads).toMatchObject({ created: made.length - 2 })
  })

  test('that died before they heard from the org are undone by what is there', async () => {
    const before = await dump()
    const { runId: first } = await backfillAll()
    const { runId: second } = await sync()
    await lines().updateMany({}, { $set: { state: 'sent' }, $unset: { recordId: '' } })
    for (const id of [second, first]) expect((await undo(id)).result.report).toMatchObject({ kept: [], failed: [] })
    expect(difference(before, await dump())).toEqual([])
  })

  test('are undone to the end by the same command, wherever the first one was cut off', async () => {
    const before = await dump()
    const { runId: first } = await backfillAll()
    const { runId: second } = await sync()
    const path = '/services/data/*/composite/sobjects'
    // Done, and not heard of: as after a kill.
    const cutOff = { kind: 'reply', status: 400, json: [{ errorCode: 'X', message: '' }], applied: true } as const
    for (const method of ['DELETE', 'PATCH'] as const) {
      world.org.arm({ method, path, effect: cutOff })
      await expect(undo(second)).rejects.toMatchObject({ code: 'SF_REFUSED_REQUEST' })
    }
    await undo(second)
    world.org.arm({ method: 'DELETE', path, effect: { kind: 'drop', applied: true } })
    await undo(first)
    expect(difference(before, await dump())).toEqual([])
  })

  test('give members back that they removed, under a new id that the platform knows', async () => {
    writeFileSync(join(world.user.home, 'mh-sf.config.json'), '{ "campaign": { "gone": { "deleted": "remove" } } }')
    const { runId: first, ...made } = await sync()
    const campaignId = campaignOf(made)
    const members = () =>
      rows('CampaignMember')
        .filter((row) => row['CampaignId'] === campaignId)
        .map((row) => [row['ContactId'], row['LeadId'], row['Status']].join())
        .sort()
    const there = members()
    const participants = world.db.collection('participants')
    const [gone] = await participants.find({ 'salesforce.campaigns.campaignId': campaignId }).limit(1).toArray()
    await participants.updateOne({ _id: gone?._id }, { $set: { deletedAt: new Date() } })
    const second = await sync()
    expect(second.events[0]?.members?.removed).toBe(1)
    const { result } = await undo(second.runId)
    expect(result.report).toMatchObject({ kept: [], failed: [] })
    expect(total(result, 'made')).toBe(2)
    expect(members()).toEqual(there)
    const known = (await participants.findOne({ _id: gone?._id }))?.salesforce as { campaigns: Document[] }
    const [membership] = known.campaigns.filter((each) => each.campaignId === campaignId)
    expect(rows('CampaignMember').map(({ Id }) => Id)).toContain(membership?.campaignMemberId)
    await undo(first)
    expect(members()).toEqual([])
  })
})
