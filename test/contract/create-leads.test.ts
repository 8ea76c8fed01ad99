import { ObjectId, type Document } from 'mongodb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Clock } from '../../src/clock.js'
import { MhError } from '../../src/errors.js'
import { Database } from '../../src/mongo/database.js'
import { Runs } from '../../src/mongo/runs.js'
import { FieldCache } from '../../src/salesforce/fields.js'
import { PeopleSource } from '../../src/salesforce/people-source.js'
import { backfill, type BackfillEvent, type BackfillResult } from '../../src/sync/backfill.js'
import type { LeadSettings } from '../../src/sync/lead-candidates.js'
import { Run } from '../../src/sync/run.js'
import { anOrg, impatientClock, type OrgAndClient } from '../support/an-org.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const anything = z.unknown()
const STOPPED = new MhError('TERMINATED', 'stopped')
const COLLECTIONS = '/services/data/*/composite/sobjects'
const LEADS: LeadSettings = {
  consent: [{ by: 'record' }, { by: 'newsletter' }, { by: 'answer', question: 'marketing', values: ['yes'] }],
  companyQuestion: 'company',
  source: 'Hackathon',
  companyPlaceholder: '[not provided]',
  defaults: {},
  assignmentRules: false,
}

/** What is said of somebody beside name and address; `user` goes into the account. */
type Registered = Record<string, unknown> & { user?: Record<string, unknown> }

describe.each(engines())('Leads, on $name,', (engine) => {
  const held = useDatabase(engine, 'create_leads')
  let org: OrgAndClient
  let database: Database
  /** What happens while an org that did not answer is left alone for a moment. */
  let meanwhile: () => Promise<unknown>

  beforeAll(async () => {
    database = await Database.open({ uri: withDatabase(held.uri, held.name) })
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    meanwhile = () => Promise.resolve()
    const clock = impatientClock()
    const sleep: Clock['sleep'] = async (...pause) => {
      await meanwhile()
      await clock.sleep(...pause)
    }
    org = await anOrg({}, { ...clock, sleep })
  })
  afterEach(async () => {
    await org.close()
    await Promise.all(
      ['participants', 'users', 'events', 'salesforce_leads', 'salesforce_runs', 'salesforce_run_lines'].map((name) =>
        held.db.collection(name).deleteMany({}),
      ),
    )
  })

  /** Registers somebody; what is said of consent and company decides. */
  const register = async (name: string, email: unknown, { user = {}, ...more }: Registered = {}) => {
    const userId = new ObjectId()
    await held.db.collection('users').insertOne({ _id: userId, ...user })
    const person = { userId, name, email, registeredEvents: [], deletedAt: null, ...more }
    return (await held.db.collection('participants').insertOne(person)).insertedId
  }
  const agreeing = (name: string, email: unknown, more: Registered = {}) =>
    register(name, email, { salesforce: { consent: { given: true, at: new Date('2026-03-01T00:00:00Z') } }, ...more })
  const rows = (object = 'Lead') => [...org.playground.store.scan(object)].filter(({ IsDeleted }) => !IsDeleted)
  const stored = (id: ObjectId) => held.db.collection('participants').findOne({ _id: id })
  const claims = () => held.db.collection('salesforce_leads').find().sort({ 'consent.source': 1 }).toArray()
  const age = () => held.db.collection('salesforce_leads').updateMany({}, { $set: { at: new Date(0) } })

  interface Options {
    event?: string
    leads?: Partial<LeadSettings>
    dryRun?: boolean
    watch?: (event: BackfillEvent) => void
    signal?: AbortSignal
  }
  const run = async ({
    leads,
    dryRun = false,
    watch = () => {},
    signal,
    event,
  }: Options = {}): Promise<BackfillResult> => {
    const clock = impatientClock()
    const source = new PeopleSource(org.org, new FieldCache(org.org, org.directory, clock), { tier: 'Tier__c' })
    const policy = { onSeveral: 'primary', existingCustomer: { by: 'contact' } } as const
    const who = { command: 'backfill', arguments: [], user: 'ada', host: 'here', pid: 1, version: '1' }
    const runs = { org: org.org, database, clock, who, policy: { leaseSeconds: 60, keepDays: 1 }, stop: () => {} }
    const begin = (scopes: readonly string[]) => Run.begin(runs, scopes)
    const tools = { source, database, clock, policy, begin, leads: { ...LEADS, ...leads } }
    const request = { event, dryRun, via: 'auto', force: false, createLeads: true } as const
    return backfill({ ...tools, signal: signal ?? new AbortController().signal }, request, watch)
  }
  /** Does something when Leads are about to be made, after they were chosen. */
  const whenLeads =
    (act: () => unknown) =>
    ({ kind }: BackfillEvent) => {
      if (kind === 'leads') act()
    }
  /** The next question to the org, the second look, is answered only when it is asked again, and this has happened by then. */
  const beforeTheLook = (happens: () => Promise<unknown>) => {
    org.playground.arm({ method: 'POST', path: '/services/data/*/composite', effect: { kind: 'maintenance' } })
    meanwhile = () => {
      meanwhile = () => Promise.resolve()
      return happens()
    }
  }
  const reported = async (options?: Options) => (await run(options)).leads

  test('are made of those who agreed, wherever that is recorded, with the time and source kept', async () => {
    const spring = new ObjectId()
    const [at, changed] = [new Date('2026-02-01T00:00:00Z'), new Date('2026-03-05T00:00:00Z')]
    const ada = await agreeing('Ada Lovelace', 'ada@engines.example')
    await register('Bob', 'bob@gmail.com', {
      user: { notificationPreferences: { newsletter: true }, company: 'Bobs', updatedAt: changed },
    })
    await register('Eve van Dyke', 'eve@gmail.com', {
      registeredEvents: [{ eventId: spring, registrationDate: at, status: 'registered' }],
      customResponses: { [spring.toHexString()]: { marketing: 'Yes', company: 'Eves' } },
    })
    await register('Nobody Asked', 'nobody@example.org', { user: { notificationPreferences: { newsletter: false } } })
    await register('Said No', 'no@example.org', {
      salesforce: { consent: { given: false } },
      user: { notificationPreferences: { newsletter: true } },
    })
    await agreeing('Banned', 'banned@example.org', { user: { banned: true } })
    expect(await reported()).toEqual({
      created: 3,
      found: 0,
      parked: 0,
      failed: {},
      leftOut: { 'no consent': 1, 'consent refused': 1, banned: 1 },
    })
    expect(
      rows().map(({ FirstName, LastName, Company, LeadSource }) => [FirstName, LastName, Company, LeadSource]),
    ).toEqual([
      ['Ada', 'Lovelace', 'engines.example', 'Hackathon'],
      [null, 'Bob', 'Bobs', 'Hackathon'],
      ['Eve', 'van Dyke', 'Eves', 'Hackathon'],
    ])
    expect((await claims()).map(({ consent }) => consent as Document)).toEqual([
      { source: 'answer marketing', at },
      { source: 'newsletter', at: changed },
      { source: 'record', at: new Date('2026-03-01T00:00:00Z') },
    ])
    const [lead] = rows()
    expect((await stored(ada))?.['salesforce']).toMatchObject({
      leadId: lead?.Id,
      syncStatus: 'synced',
      company: 'engines.example',
    })
  })

  test('are made once: a second run finds them and writes nothing', async () => {
    const ada = await agreeing('Ada Lovelace', 'ada@engines.example')
    await run()
    const [before, document] = [JSON.stringify(rows()), await stored(ada)]
    const again = await run()
    expect(again.leads).toMatchObject({ created: 0, found: 0 })
    expect([JSON.stringify(rows()), await stored(ada)]).toEqual([before, document])
  })

  test('cost four calls beside the reading: what the fields hold, a second look, the sending, the reading back', async () => {
    for (let at = 0; at < 30; at += 1) await agreeing(`Ada ${at}`, `ada${at}@engines.example`)
    const dry = await run({ dryRun: true })
    expect(dry.leads).toMatchObject({ created: 30 })
    expect(rows()).toHaveLength(0)
    const told: BackfillEvent[] = []
    const real = await run({ watch: (event) => told.push(event) })
    expect(told).toContainEqual({ kind: 'leads', leads: 30, calls: 4 })
    // The dry run read the org's fields as well, which are kept then.
    expect(real.calls).toBe(1 + 4)
  })

  test('are one for an address, however it is written and however many participants have it', async () => {
    const ids = [await agreeing('Ada Lovelace', 'ADA@Engines.example'), await agreeing('Ada L', 'ada@engines.example')]
    expect(await reported()).toMatchObject({ created: 1 })
    const documents = await Promise.all(ids.map(stored))
    expect(new Set(documents.map((each) => (each?.['salesforce'] as Document)['leadId'] as string)).size).toBe(1)
    expect(rows()).toHaveLength(1)
  })

  test('are made once by four runs at the same time, for four events that all of them came to', async () => {
    const events = ['Spring', 'Summer', 'Autumn', 'Winter'].map((name) => ({
      _id: new ObjectId(),
      name,
      status: 'open',
    }))
    await held.db.collection('events').insertMany(events)
    const registeredEvents = events.map(({ _id: eventId }) => ({ eventId, status: 'registered' }))
    for (let at = 0; at < 40; at += 1) await agreeing(`Ada ${at}`, `ada${at}@engines.example`, { registeredEvents })
    const reports = await Promise.all(events.map(({ name }) => reported({ event: name })))
    expect(reports.reduce((sum, report) => sum + (report?.created ?? 0), 0)).toBe(40)
    expect(new Set(rows().map(({ Email }) => Email)).size).toBe(40)
    expect(rows()).toHaveLength(40)
  })

  test('whose reply was lost are looked up, not made again', async () => {
    await agreeing('Ada Lovelace', 'ada@engines.example')
    org.playground.arm({ method: 'POST', path: COLLECTIONS, effect: { kind: 'drop', applied: true } })
    expect(await reported()).toMatchObject({ created: 1, failed: {} })
    expect(rows()).toHaveLength(1)
    expect(await claims()).toMatchObject([{ state: 'created', leadId: rows()[0]?.Id }])
  })

  test('of which nobody knows whether they were made are left to a run after the claim has run out', async () => {
    const ada = await agreeing('Ada Lovelace', 'ada@engines.example')
    org.playground.arm({ method: 'POST', path: COLLECTIONS, effect: { kind: 'drop', applied: false } })
    const id = ada.toHexString()
    expect(await reported()).toMatchObject({ created: 0, failed: { UNKNOWN_FATE: { count: 1, participants: [id] } } })
    expect(await reported()).toMatchObject({ created: 0, leftOut: { 'another run is making it': 1 } })
    await age()
    expect(await reported()).toMatchObject({ created: 1, failed: {} })
    expect(rows()).toHaveLength(1)
  })

  test('that were locked are sent again, those that the org refuses are told and free for the next run', async () => {
    await agreeing('Ada Lovelace', 'ada@engines.example')
    await agreeing('Bob', 'bob@engines.example')
    org.playground.arm({ method: 'POST', path: COLLECTIONS, effect: { kind: 'lock', share: 1 } })
    expect(await reported()).toMatchObject({ created: 2, failed: {} })
    org.playground.settings.validationRules = ['Lead.Phone: Give a phone number']
    await agreeing('Eve', 'eve@engines.example')
    expect(await reported()).toMatchObject({ created: 0, failed: { FIELD_CUSTOM_VALIDATION_EXCEPTION: { count: 1 } } })
    org.playground.settings.validationRules = []
    expect(await reported()).toMatchObject({ created: 1, failed: {} })
  })

  test('that a duplicate rule refuses are parked with the records it named, and stay so', async () => {
    org.playground.settings.duplicatesByCompany = true
    org.playground.load('Lead', [
      { FirstName: 'Ada', LastName: 'Lovelace', Company: 'Engines', Email: 'ada@home.example' },
    ])
    const [other] = rows()
    const ada = await agreeing('Ada Lovelace', 'ada@engines.example', { user: { company: 'Engines' } })
    const first = await run()
    expect(first.leads).toMatchObject({ created: 0, parked: 1, failed: {} })
    expect(first.summary.parked).toMatchObject([{ participantId: ada.toHexString(), candidates: [other?.Id] }])
    expect(rows()).toHaveLength(1)
    const document = await stored(ada)
    expect(document?.['salesforce']).toMatchObject({ syncError: `parked: duplicate rule (${other?.Id ?? ''})` })
    const second = await run()
    expect(second.leads).toMatchObject({ created: 0, parked: 0 })
    expect(second.summary.outcomes).toMatchObject({ parked: 1 })
    expect(await stored(ada)).toEqual(document)
  })

  test('are made after all when the record that was like them is gone', async () => {
    org.playground.settings.duplicatesByCompany = true
    org.playground.load('Lead', [
      { FirstName: 'Ada', LastName: 'Lovelace', Company: 'Engines', Email: 'ada@home.example' },
    ])
    await agreeing('Ada Lovelace', 'ada@engines.example', { user: { company: 'Engines' } })
    await run()
    await org.org.json({ method: 'DELETE', path: `/composite/sobjects?ids=${rows()[0]?.Id ?? ''}` }, anything)
    expect(await reported()).toMatchObject({ created: 1, parked: 0 })
  })

  test('that somebody made between our first look and the second are taken, not made', async () => {
    const ada = await agreeing('Ada Lovelace', 'ada@engines.example')
    const theirs = () =>
      org.playground.load('Contact', [{ FirstName: 'Ada', LastName: 'Lovelace', Email: 'ada@engines.example' }])
    expect(await reported({ watch: whenLeads(theirs) })).toMatchObject({
      created: 0,
      found: 1,
    })
    expect(rows()).toHaveLength(0)
    expect((await stored(ada))?.['salesforce']).toMatchObject({ contactId: rows('Contact')[0]?.Id })
    expect(await claims()).toEqual([])
  })

  test('are not made of who takes their consent back before they are sent', async () => {
    const ada = await agreeing('Ada Lovelace', 'ada@engines.example')
    const takenBack = () =>
      held.db.collection('participants').updateOne({ _id: ada }, { $set: { 'salesforce.consent.given': false } })
    const report = await reported({
      watch: whenLeads(() => {
        beforeTheLook(takenBack)
      }),
    })
    expect(org.playground.faultsWaiting()).toBe(0)
    expect(report).toMatchObject({ created: 0, leftOut: { 'consent refused': 1 } })
    expect(rows()).toHaveLength(0)
  })

  test('whose claim another run has taken over meanwhile are left to that run', async () => {
    await agreeing('Ada Lovelace', 'ada@engines.example')
    const takenOver = () => held.db.collection('salesforce_leads').updateMany({}, { $set: { by: 'another' } })
    const report = await reported({
      watch: whenLeads(() => {
        beforeTheLook(takenOver)
      }),
    })
    expect(report).toMatchObject({ created: 0, leftOut: { 'another run is making it': 1 } })
    expect(await claims()).toMatchObject([{ by: 'another', state: 'claimed' }])
    expect(rows()).toHaveLength(0)
  })

  test('are written down in the ledger before they are sent, and what became of them after', async () => {
    const ada = await agreeing('Ada Lovelace', 'ada@engines.example')
    const { runId, calls } = await run()
    const runs = new Runs(database, 1)
    expect(await runs.find(undefined)).toMatchObject({ id: runId, command: 'backfill', state: 'done', spent: calls })
    const key = ada.toHexString()
    expect(await runs.lines(runId ?? '', { limit: 10, failed: false })).toMatchObject([
      {
        object: 'Lead',
        action: 'insert',
        key,
        state: 'done',
        recordId: rows()[0]?.Id,
        after: { LastName: 'Lovelace' },
        consent: { source: 'record', at: new Date('2026-03-01T00:00:00Z') },
      },
      {
        object: 'participants',
        action: 'update',
        key,
        state: 'done',
        before: { leadId: null },
        after: { leadId: rows()[0]?.Id },
      },
    ])
    org.playground.arm({ method: 'POST', path: COLLECTIONS, effect: { kind: 'drop', applied: false } })
    await agreeing('Bob', 'bob@engines.example')
    const lost = await run()
    expect(await runs.find(lost.runId)).toMatchObject({ state: 'failed rows' })
    expect(await runs.lines(lost.runId ?? '', { limit: 10, failed: true })).toMatchObject([
      { object: 'Lead', state: 'sent' },
    ])
  })

  test('are not made of who was somebody in the org and is gone, in this run and the next', async () => {
    const ada = await agreeing('Ada Lovelace', 'ada@engines.example')
    const contactId = '003000000000001AAA'
    await held.db.collection('participants').updateOne({ _id: ada }, { $set: { 'salesforce.contactId': contactId } })
    const gone = { created: 0, leftOut: { 'was in Salesforce and is gone': 1 } }
    expect([await reported(), await reported()]).toMatchObject([gone, gone])
    expect((await stored(ada))?.['salesforce']).not.toHaveProperty('contactId')
  })

  test.each([[false], [{ given: 'no' }], [[{ given: false }]], ['no']])(
    'are not made where a consent is recorded that cannot be read: %j',
    async (consent) => {
      const user = { notificationPreferences: { newsletter: true } }
      await register('Ada Lovelace', 'ada@engines.example', { salesforce: { consent }, user })
      expect(await reported()).toMatchObject({ created: 0, leftOut: { 'consent refused': 1 } })
    },
  )

  test('that somebody deleted are not made again', async () => {
    await agreeing('Ada Lovelace', 'ada@engines.example')
    await run()
    await org.org.json({ method: 'DELETE', path: `/composite/sobjects?ids=${rows()[0]?.Id ?? ''}` }, anything)
    const gone = { created: 0, leftOut: { 'was in Salesforce and is gone': 1 } }
    expect([await reported(), await reported()]).toMatchObject([gone, gone])
    expect(rows()).toHaveLength(0)
  })

  test('of a run that died before it noted them are noted by the next one, so that they are not made again when deleted', async () => {
    const ada = await agreeing('Ada Lovelace', 'ada@engines.example')
    await run()
    const [lead] = rows()
    const asItDied = { $set: { state: 'claimed', by: 'dead' }, $unset: { leadId: '', createdAt: '' } }
    await held.db.collection('salesforce_leads').updateOne({}, asItDied)
    const link = { 'salesforce.leadId': '', 'salesforce.syncStatus': '' }
    await held.db.collection('participants').updateOne({ _id: ada }, { $unset: link })
    expect(await reported()).toMatchObject({ created: 0 })
    expect(await claims()).toMatchObject([{ state: 'created', leadId: lead?.Id }])
    await age()
    await org.org.json({ method: 'DELETE', path: `/composite/sobjects?ids=${lead?.Id ?? ''}` }, anything)
    const gone = { created: 0, leftOut: { 'was in Salesforce and is gone': 1 } }
    expect([await reported(), await reported()]).toMatchObject([gone, gone])
  })

  test('that got another address in the org are known by the link, also without it on the participant', async () => {
    const ada = await agreeing('Ada Lovelace', 'ada@engines.example')
    await run()
    const leadId = rows()[0]?.Id ?? ''
    const path = `/sobjects/Lead/${leadId}`
    await org.org.json({ method: 'PATCH', path, body: { Email: 'ada@corrected.example' } }, anything)
    await held.db.collection('participants').updateOne({ _id: ada }, { $unset: { 'salesforce.leadId': '' } })
    expect(await reported()).toMatchObject({ created: 0, found: 1 })
    expect((await stored(ada))?.['salesforce']).toMatchObject({ leadId })
    expect(rows()).toHaveLength(1)
  })

  test('belong to the user who made them: assignment rules run only when asked', async () => {
    org.playground.load('User', [{ Username: 'queue@example.org', LastName: 'Queue', Email: 'queue@example.org' }])
    const queue = rows('User').find(({ LastName }) => LastName === 'Queue')?.Id ?? ''
    org.playground.settings.leadAssignment = queue
    await agreeing('Ada Lovelace', 'ada@engines.example')
    await run()
    expect(rows()[0]?.['OwnerId']).not.toBe(queue)
    await agreeing('Bob', 'bob@engines.example')
    await run({ leads: { assignmentRules: true } })
    expect(rows()[1]?.['OwnerId']).toBe(queue)
  })

  test('are not made at all where the user may not fill what a Lead needs: told before anything is claimed or sent', async () => {
    await agreeing('Ada Lovelace', 'ada@engines.example')
    org.playground.settings.readOnlyFields = ['Lead.Company']
    await expect(run()).rejects.toMatchObject({
      code: 'SF_ACCESS_DENIED',
      message: expect.stringContaining('Lead.Company') as string,
    })
    expect(await claims()).toEqual([])
  })

  test('of a page that has to stop are told, and what was not sent is free', async () => {
    for (let at = 0; at < 3; at += 1) await agreeing(`Ada ${at}`, `ada${at}@engines.example`)
    const stop = new AbortController()
    const result = await run({
      signal: stop.signal,
      watch: whenLeads(() => {
        stop.abort(STOPPED)
      }),
    })
    expect(result.stopped?.code).toBe('TERMINATED')
    expect(await claims()).toEqual([])
    expect(await reported()).toMatchObject({ created: 3 })
  })
})
