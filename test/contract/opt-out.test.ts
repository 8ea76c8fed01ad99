// Before what loads parts of jsforce by themselves: its own index does not come up after them.
import { crmUser } from '../support/crm.js'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ObjectId, type Document } from 'mongodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runBackfill } from '../../src/cli/run-backfill.js'
import { runCampaignSync } from '../../src/cli/run-campaign-sync.js'
import { runExplain } from '../../src/cli/run-person.js'
import { runOptOut } from '../../src/cli/run-privacy.js'
import { runReviewResolve } from '../../src/cli/run-review.js'
import { runUndo } from '../../src/cli/run-undo.js'
import { createEnricher } from '../../src/library/index.js'
import { anApp } from '../support/an-app.js'
import { impatientClock } from '../support/an-org.js'
import { aWorld, type World } from '../support/world.js'

const SLUG = 'spring-2026'
const COMMON = { quiet: true, 'dry-run': false, via: 'auto' } as const
const ADDRESS = 'mara.canary+hack@gmail.com'
const OTHERWISE = 'MaraCanary@googlemail.com'

let world: World

const app = (command: string) => anApp(world.user, command, impatientClock())
const optOut = async (typed: string, verb: 'opt-out' | 'opt-in' = 'opt-out') => {
  await using opened = await app(`privacy ${verb}`)
  return (await runOptOut(opened, verb, typed, true)).result
}
const backfillAll = async () => {
  await using opened = await app('backfill')
  const flags = { ...COMMON, all: true, force: false, 'create-leads': true }
  return (await runBackfill(opened, flags)).result
}
const sync = async () => {
  await using opened = await app('campaign sync')
  return (await runCampaignSync(opened, 'sync', { ...COMMON, event: SLUG, correct: false, 'create-leads': true }))
    .result
}
const rows = (object: string) => [...world.org.store.scan(object)].filter(({ IsDeleted }) => !IsDeleted)
const participants = () => world.db.collection('participants')
const configure = (config: object) => {
  writeFileSync(join(world.user.home, 'mh-sf.config.json'), JSON.stringify(config))
}
/** Somebody who agreed to everything registers. */
const register = async (email: string, name = 'Mara Canary', more: Document = {}): Promise<string> => {
  const event = await world.db.collection('events').findOne({ 'landingPage.slug': /spring-2026/u })
  const userId = new ObjectId()
  await world.db.collection('users').insertOne({
    _id: userId,
    email: `${userId.toHexString()}@x.example`,
    notificationPreferences: { newsletter: true },
  })
  const registration = { _id: new ObjectId(), eventId: event?._id, registrationDate: new Date(), status: 'registered' }
  const person = { userId, email, name, registeredEvents: [registration], deletedAt: null, ...more }
  return (await participants().insertOne(person)).insertedId.toHexString()
}
const stored = (id: string) => participants().findOne({ _id: new ObjectId(id) })
const leadsOf = (name: string) => rows('Lead').filter(({ LastName }) => LastName === name)
const membersOf = (recordId: unknown) =>
  rows('CampaignMember').filter((row) => recordId === row['LeadId'] || recordId === row['ContactId'])
const everythingOurs = async () => {
  const names = (await world.db.listCollections().toArray()).map(({ name }) => name)
  const ours = names.filter((name) => /^salesforce_(?:optouts|keys|run)/u.test(name))
  const all = await Promise.all(ours.map((name) => world.db.collection(name).find().toArray()))
  return JSON.stringify(all)
}

describe('somebody who opted out', () => {
  beforeEach(async () => {
    world = await aWorld({ participants: 100 })
    world.org.settings.hiddenFields = []
    await backfillAll()
    await sync()
  })
  afterEach(() => world.close())

  test('is not sent anywhere, whatever the spelling, and no new document, restored backup or decision brings them back', async () => {
    const first = await register(ADDRESS)
    const backup = await stored(first)
    const said = await optOut(OTHERWISE)
    expect(said.before).toBeUndefined()
    expect(said.person.participants.map(({ id }) => id)).toEqual([first])
    // The document goes, comes back from a backup, and they register again in another spelling.
    await participants().deleteOne({ _id: new ObjectId(first) })
    await participants().insertOne({ ...backup, _id: new ObjectId(first) })
    const second = await register('m.a.r.a.canary@GMAIL.com')
    await register('other@engines.example', 'Otto Other')
    const [filled, synced] = [await backfillAll(), await sync()]
    expect(filled.summary.outcomes.opted_out).toBe(2)
    expect(synced.events[0]?.leftOut).toMatchObject({ 'opted out': 3 })
    expect(leadsOf('Canary')).toEqual([])
    expect(leadsOf('Other')).toHaveLength(1)
    expect(membersOf(leadsOf('Other')[0]?.Id)).toHaveLength(1)
    for (const id of [first, second]) expect(await stored(id)).not.toHaveProperty('salesforce')
    // Nor a person who decides, nor the platform's own sign-up.
    await using opened = await app('review resolve')
    const decided = runReviewResolve(opened, first, {
      record: String(rows('Contact')[0]?.Id),
      nobody: false,
      forget: false,
    })
    await expect(decided).rejects.toMatchObject({ code: 'OPTED_OUT' })
    const enricher = createEnricher({
      uri: world.user.environment.MONGODB_URI ?? '',
      environment: { ...world.user.environment, SF_PRIVATE_KEY_PATH: join(world.user.home, 'server.key') },
      stateDirectory: join(world.user.home, 'data/mh-sf'),
    })
    expect(await enricher.enrich(second)).toEqual({ status: 'enriched', participantId: second, match: 'opted_out' })
    await enricher.close()
    await using explaining = await app('explain')
    expect(await runExplain(explaining, second)).toMatchObject({ decision: { outcome: 'opted_out' } })
    // What is kept about it names nobody.
    const ours = await everythingOurs()
    expect(ours).toContain('asked')
    expect(ours.toLowerCase()).not.toMatch(/canary|gmail/u)
  })

  test('stays out when what a run did is undone, and their flag in the org is set', async () => {
    configure({ campaign: { gone: { optedOut: 'remove' } } })
    const id = await register(ADDRESS)
    await backfillAll()
    await sync()
    const [lead] = leadsOf('Canary')
    expect(membersOf(lead?.Id)).toHaveLength(1)
    expect((await optOut(ADDRESS)).records).toEqual([{ object: 'Lead', id: lead?.Id, outcome: 'set' }])
    expect(leadsOf('Canary')[0]?.['HasOptedOutOfEmail']).toBe(true)
    const removing = await sync()
    expect(removing.events[0]?.members).toMatchObject({ removed: 1 })
    expect(membersOf(lead?.Id)).toEqual([])
    await using undoing = await app('runs undo')
    const flags = { ...COMMON, last: false, confirm: removing.runId }
    const { result } = await runUndo(undoing, removing.runId, flags)
    expect(result.report.kept.map(({ object, because }) => [object, because])).toEqual([
      ['CampaignMember', 'its person has opted out since'],
      ['participants.campaigns', 'its person has opted out since'],
    ])
    expect(membersOf(lead?.Id)).toEqual([])
    // What they asked for is itself not undone.
    const run = await world.db.collection('salesforce_runs').findOne({ command: 'privacy opt-out' })
    const refused = runUndo(undoing, String(run?._id), { ...COMMON, last: false, confirm: String(run?._id) })
    await expect(refused).rejects.toMatchObject({ code: 'USAGE' })
    // Who agrees again is like anybody.
    const back = await optOut(OTHERWISE, 'opt-in')
    expect(back).toMatchObject({ before: { because: 'asked' }, records: [{ outcome: 'set' }] })
    await sync()
    expect(membersOf(lead?.Id)).toHaveLength(1)
    expect(await stored(id)).toMatchObject({ salesforce: { leadId: lead?.Id } })
  })

  test('by the org itself stays out when the record is gone; what the same record takes back is over', async () => {
    const crm = crmUser(world.user)
    for (const [name, email] of [
      ['Gone', 'gone@engines.example'],
      ['Back', 'back@engines.example'],
    ] as const) {
      await crm.sobject('Contact').create({ LastName: name, Email: email, HasOptedOutOfEmail: true })
      await register(email, `Mara ${name}`)
    }
    expect((await sync()).events[0]?.leftOut['opted out']).toBeGreaterThanOrEqual(2)
    const [gone, back] = ['Gone', 'Back'].map(
      (name) => rows('Contact').find(({ LastName }) => LastName === name)?.Id ?? '',
    )
    await crm.sobject('Contact').destroy(gone ?? '')
    await crm.sobject('Contact').update({ Id: back ?? '', HasOptedOutOfEmail: false })
    await sync()
    expect(leadsOf('Gone')).toEqual([])
    await sync()
    expect([leadsOf('Gone'), membersOf(back).length]).toEqual([[], 1])
  })

  test('is known under the key that it was noted with, and without that key nobody is sent', async () => {
    const key = 'a key of this installation, long enough'
    await using first = await anApp(world.another({ MH_SF_PRIVACY_KEY: key }), 'privacy opt-out')
    await runOptOut(first, 'opt-out', ADDRESS, true)
    await register(OTHERWISE)
    await expect(backfillAll()).rejects.toMatchObject({ code: 'CONFIG_MISSING' })
    await using second = await anApp(world.another({ MH_SF_PRIVACY_KEY: key }), 'backfill')
    const { result } = await runBackfill(second, { ...COMMON, all: true, force: false, 'create-leads': true })
    expect(result.summary.outcomes.opted_out).toBe(1)
    await using short = await anApp(world.another({ MH_SF_PRIVACY_KEY: 'short' }), 'backfill')
    await expect(short.database()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  test('has opted out although Salesforce could not be told', async () => {
    await register(ADDRESS)
    world.org.arm({
      method: 'POST',
      path: '/services/data/*/composite',
      effect: { kind: 'reply', status: 400, json: [{ errorCode: 'X', message: '' }] },
    })
    await expect(optOut(ADDRESS)).rejects.toThrow('The opt-out is noted and holds from now on.')
    expect((await backfillAll()).summary.outcomes.opted_out).toBe(1)
  })

  test('is not the only one to be left out: members and contacts wait for the consent that the settings ask for', async () => {
    configure({ consent: { member: 'recorded', writeback: 'recorded' }, campaign: { liveDays: 0 } })
    const crm = crmUser(world.user)
    const yes = await register('yes@engines.example', 'Mara Yes')
    const no = await register('no@engines.example', 'Mara No')
    for (const name of ['Yes', 'No']) {
      await crm.sobject('Contact').create({ LastName: name, Email: `${name}@engines.example` })
    }
    const refused = { $set: { 'salesforce.consent': { given: false } } }
    await participants().updateOne({ _id: new ObjectId(no) }, refused)
    const { events, contacts } = await sync()
    expect(events[0]?.leftOut['consent refused']).toBe(1)
    expect(contacts).toMatchObject({ report: { failed: {} } })
    const lines = world.db.collection('salesforce_run_lines')
    const about = (object: string, id: string) => lines.find({ object, participantIds: id }).toArray()
    for (const object of ['CampaignMember', 'Contact']) {
      expect((await about(object, yes)).map(({ consent }) => (consent as Document).source as string)).toEqual([
        'newsletter',
      ])
      expect(await about(object, no)).toEqual([])
    }
    await using explaining = await app('explain')
    expect(await runExplain(explaining, no)).toMatchObject({ events: [{ leftOut: 'consent refused' }] })
  })
})
