// Before what loads parts of jsforce by themselves: its own index does not come up after them.
import { crmUser } from '../support/crm.js'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ObjectId, type Document } from 'mongodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runBackfill } from '../../src/cli/run-backfill.js'
import { runCampaignSync } from '../../src/cli/run-campaign-sync.js'
import { runExplain } from '../../src/cli/run-person.js'
import { runForget } from '../../src/cli/run-forget.js'
import { runPrivacyExport } from '../../src/cli/run-privacy-export.js'
import { runOptOut } from '../../src/cli/run-privacy.js'
import { MhError } from '../../src/errors.js'
import { syncText } from '../../src/render/campaign-sync.js'
import { optOutText } from '../../src/render/privacy.js'
import { runReviewResolve } from '../../src/cli/run-review.js'
import { runUndo } from '../../src/cli/run-undo.js'
import { runWorker } from '../../src/cli/run-worker.js'
import { createEnricher } from '../../src/library/index.js'
import { Database } from '../../src/mongo/database.js'
import { Queue } from '../../src/mongo/queue.js'
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
    expect(await enricher.enrich(second, { timeoutMs: 30_000 })).toEqual({
      status: 'enriched',
      participantId: second,
      match: 'opted_out',
    })
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
    expect((await optOut(ADDRESS)).records).toEqual([
      { object: 'Lead', id: lead?.Id, field: 'HasOptedOutOfEmail', outcome: 'set' },
    ])
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

  test('is told to their Individual, whose own flags are obeyed, and both end with the same record', async () => {
    world.org.settings.individuals = true
    const crm = crmUser(world.user)
    const individual = async (name: string, flags: object = {}) => {
      const { id = '' } = await crm.sobject('Individual').create({ LastName: name, ...flags })
      const email = `${name}@engines.example`
      await crm.sobject('Contact').create({ LastName: name, Email: email, IndividualId: id })
      await register(email, `Mara ${name}`)
      return id
    }
    const [told, market, forgotten] = [
      await individual('Told'),
      await individual('Market', { HasOptedOutSolicit: true }),
      await individual('Forgotten', { ShouldForget: true }),
    ]
    const contactOf = (name: string) => rows('Contact').find(({ LastName }) => LastName === name)?.Id ?? ''
    await sync()
    expect(['Told', 'Market', 'Forgotten'].map((name) => membersOf(contactOf(name)).length)).toEqual([1, 0, 0])
    // What they ask us is told to the org, and taken back.
    const flagOf = (id: string, field: string) => rows('Individual').find(({ Id }) => Id === id)?.[field]
    const out = await optOut('told@engines.example')
    expect(out.records).toEqual([
      { object: 'Contact', id: contactOf('Told'), field: 'HasOptedOutOfEmail', outcome: 'set' },
      { object: 'Individual', id: told, field: 'HasOptedOutSolicit', outcome: 'set' },
    ])
    expect(flagOf(told, 'HasOptedOutSolicit')).toBe(true)
    await optOut('told@engines.example', 'opt-in')
    expect(flagOf(told, 'HasOptedOutSolicit')).toBe(false)
    // What the org said holds when the record is gone, and until the same flag says otherwise; nobody here takes it back.
    const left = await optOut('forgotten@engines.example', 'opt-in')
    expect(left.records.at(-1)).toEqual({ object: 'Individual', id: forgotten, field: 'ShouldForget', outcome: 'left' })
    await sync()
    await crm.sobject('Contact').destroy(contactOf('Forgotten'))
    await crm.sobject('Individual').update({ Id: market, HasOptedOutSolicit: false })
    await sync()
    await sync()
    expect([leadsOf('Forgotten'), membersOf(contactOf('Market')).length]).toEqual([[], 1])
    // A policy may obey less.
    configure({ optOut: { individual: { obey: [], tell: 'nothing' } } })
    await individual('Heedless', { ShouldForget: true })
    await sync()
    expect(membersOf(contactOf('Heedless'))).toHaveLength(1)
  })

  test('between being matched and being sent is skipped, and nothing has failed', async () => {
    configure({ campaign: { liveDays: 0 } })
    await crmUser(world.user).sobject('Contact').create({ LastName: 'Late', Email: 'late@engines.example' })
    await register('late@engines.example', 'Mara Late')
    const path = '/services/data/*/composite/sobjects'
    world.org.arm({ method: 'POST', path, effect: { kind: 'lock', share: 1 } })
    // The row is locked, and while it is waited for they change their mind.
    const clock = { ...impatientClock(), sleep: () => optOut('late@engines.example').then(() => undefined) }
    await using opened = await anApp(world.user, 'campaign sync', clock)
    const flags = { ...COMMON, event: SLUG, correct: false, 'create-leads': false }
    const { result, exitCode } = await runCampaignSync(opened, 'sync', flags)
    expect(exitCode).toBe(0)
    expect(result).toMatchObject({
      events: [{ members: { inserted: 0, optedOut: 1, failed: {} } }],
      contacts: { report: { updated: 0, optedOut: 1, failed: {} } },
    })
    expect(syncText(result)).toContain('1 person skipped: opted out meanwhile')
    expect(rows('CampaignMember').filter(({ LastName }) => LastName === 'Late')).toEqual([])
  })

  test('is left alone after a restored backup of all participants, and after a new import of them', async () => {
    const id = await register(ADDRESS)
    const backup = await participants().find().toArray()
    await optOut(OTHERWISE)
    const isLeftAlone = async (how: string, now: string) => {
      const database = await Database.open({ uri: world.user.environment.MONGODB_URI ?? '' })
      await new Queue(database).request([now], 'live')
      await database.close()
      await using working = await app('worker')
      await runWorker(working, { once: true, concurrency: 1, 'batch-window': 0 }, () => undefined)
      await backfillAll()
      await sync()
      expect([how, leadsOf('Canary'), (await stored(now))?.['salesforce']]).toEqual([how, [], undefined])
    }
    await participants().drop()
    await participants().insertMany(backup)
    await isLeftAlone('backup', id)
    await participants().drop()
    const imported = backup.map(({ salesforce: _, ...person }) => {
      const email = person['email'] === ADDRESS ? 'M.Ara.Canary+import@GoogleMail.com' : (person['email'] as unknown)
      return { ...person, _id: new ObjectId(), email }
    })
    await participants().insertMany(imported)
    await isLeftAlone('import', String(imported.find(({ email }) => /import/u.test(String(email)))?._id))
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

  test('is nobody by an id that neither side knows, or that is mistyped: nothing is noted then', async () => {
    const noted = () => world.db.collection('salesforce_optouts').countDocuments()
    const before = await noted()
    const refusals = async (typed: string) => {
      const verbs = (['opt-out', 'opt-in'] as const).map((verb) => () => optOut(typed, verb))
      const erase = async () => {
        await using opened = await app('privacy forget')
        const flags = { 'dry-run': false, confirm: typed, 'recycle-bin': false, quiet: true }
        return await runForget(opened, typed, flags, () => undefined)
      }
      const copy = async () => {
        await using opened = await app('privacy export')
        return await runPrivacyExport(opened, typed, { out: join(world.user.home, 'copy.json'), force: false })
      }
      const codes: unknown[] = []
      for (const work of [...verbs, erase, copy])
        codes.push(await work().then(String, (error: unknown) => (error instanceof MhError ? error.code : error)))
      return codes
    }
    for (const typed of ['0035d0000009999', '0035d0000009999AAA', '00Q5d0000009999EAA', 'f'.repeat(24)])
      expect([typed, ...(await refusals(typed))]).toEqual([typed, ...Array<string>(4).fill('NOT_FOUND')])
    for (const typed of ['0035d00000ZZZ02AAA', '0035d0000009999AAB'])
      expect([typed, ...(await refusals(typed))]).toEqual([typed, ...Array<string>(4).fill('USAGE')])
    await expect(optOut('0035d00000ZZZ02AAA')).rejects.toThrow('0035d00000ZZZ02AAA is mistyped')
    // While the org does not answer nobody knows whether it has such a record.
    const path = '/services/data/*/composite'
    const away = { kind: 'reply', status: 400, json: [{ errorCode: 'X', message: '' }] } as const
    world.org.arm({ method: 'POST', path, effect: away })
    await expect(optOut('0035d0000009999')).rejects.toThrow('Nothing was noted')
    expect(await noted()).toBe(before)
  })

  test('is known by the id of a record in either length, also where nothing else tells of them', async () => {
    const { id = '' } = await crmUser(world.user).sobject('Contact').create({ LastName: 'Nameless' })
    const said = await optOut(id.slice(0, 15))
    expect(said.records).toEqual([{ object: 'Contact', id, field: 'HasOptedOutOfEmail', outcome: 'set' }])
    expect(optOutText(said, 'opt-out', 'leave')).toContain(`Contact ${id} is opted out.`)
    // Their copy says why, since when and by whose word.
    await using exporting = await app('privacy export')
    const { data } = await runPrivacyExport(exporting, id, { out: join(world.user.home, 'copy.json'), force: false })
    expect(data.ours['salesforce_optouts']).toMatchObject([
      { because: 'asked', at: data.optOut?.at, flagged: true, person: expect.any(String) as unknown },
    ])
    // A participant is linked to a record that is gone.
    const gone = '0035e0000099999AAA'
    const linked = await register('linked@engines.example', 'Mara Linked', { salesforce: { contactId: gone } })
    const { person } = await optOut(gone.slice(0, 15))
    expect(person.participants.map((each) => each.id)).toEqual([linked])
    // What is noted is taken back by the id alone, when record and participant are gone.
    await participants().deleteOne({ _id: new ObjectId(linked) })
    expect(await optOut(linked, 'opt-in')).toMatchObject({ before: { because: 'asked' } })
    await expect(optOut(linked, 'opt-in')).rejects.toMatchObject({ code: 'NOT_FOUND' })
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
