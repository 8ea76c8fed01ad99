import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ObjectId, type Document } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { text } from '../../src/playground/org/fields.js'
import { aWorld, participantsOf, type World } from '../support/world.js'

interface Leads {
  created: number
  found: number
  parked: number
  leftOut: Record<string, number>
  failed: Record<string, { count: number }>
}
interface Report {
  leads: Leads | null
  events: { members: { inserted: number; updated: number } | null; leftOut: Record<string, number> }[]
}

const ONLINE = 'atlas-builders-online'
const COLLECTIONS = '/services/data/*/composite/sobjects'

let world: World
const rows = (object: string) => [...world.org.store.scan(object)].filter((row) => !row.IsDeleted)
const participants = () => world.db.collection('participants')
const run = async (...args: string[]) => {
  const { stdout, stderr, exitCode } = await world.user.run(...args, '--json')
  return { exitCode, stderr, report: JSON.parse(stdout) as Report }
}
const sync = (...args: string[]) => run('campaign', 'sync', '--event', ONLINE, ...args)
const eventId = async () => (await world.db.collection('events').findOne({ 'landingPage.slug': ONLINE }))?._id

/** Participants of the event of whom the org holds nothing, by the platform's own record of an earlier backfill. */
const unknown = async () =>
  participants()
    .find({ 'registeredEvents.eventId': await eventId(), deletedAt: null, 'salesforce.syncStatus': 'not_found' })
    .sort({ _id: 1 })
    .toArray()
/** The lease of a run that died runs out; a minute later, as the server sees it. */
const afterItsLease = () =>
  world.db.collection('salesforce_leases').updateMany({}, { $set: { 'held.$[].until': new Date() } })
const agree = async (people: Document[], newsletter = true) => {
  const ids = people.map(({ userId }) => userId as ObjectId)
  await world.db
    .collection('users')
    .updateMany({ _id: { $in: ids } }, { $set: { 'notificationPreferences.newsletter': newsletter } })
}

describe('people whom Salesforce does not know', () => {
  let strangers: Document[]
  beforeAll(async () => {
    world = await aWorld({ participants: 400 })
    await world.user.run('backfill', '--all')
    strangers = await unknown()
    await agree(strangers, false)
  })
  afterAll(() => world.close())

  test('are left out as long as nobody asks for Leads', async () => {
    await agree(strangers)
    const before = rows('Lead').length
    const { report } = await sync('--dry-run')
    expect(report).toMatchObject({ leads: null, events: [{ leftOut: { 'not in Salesforce': strangers.length } }] })
    expect(rows('Lead')).toHaveLength(before)
    await agree(strangers, false)
  })

  test('become Leads only if they agreed; a dry run says so and makes none', async () => {
    expect(strangers.length).toBeGreaterThan(4)
    await agree(strangers.slice(0, 2))
    const before = [rows('Lead').length, await participantsOf(world.db)]
    const { exitCode, report } = await sync('--create-leads', '--dry-run')
    expect(exitCode).toBe(0)
    expect(report.leads).toMatchObject({ created: 2, leftOut: { 'no consent': strangers.length - 2 } })
    expect([rows('Lead').length, await participantsOf(world.db)]).toEqual(before)
  })

  test('become Leads and members of their Campaign in one run, and the next run changes nothing', async () => {
    const known = new Set(rows('Lead').map(({ Id }) => Id))
    const { exitCode, report } = await sync('--create-leads')
    expect({ exitCode, leads: report.leads?.created }).toEqual({ exitCode: 0, leads: 2 })
    const made = rows('Lead').filter(({ Id }) => !known.has(Id))
    expect(made.map((row) => row['Email']).sort()).toEqual(
      strangers
        .slice(0, 2)
        .map((each) => each['email'] as string)
        .sort(),
    )
    const members = rows('CampaignMember').map((row) => row['LeadId'])
    for (const { Id } of made) expect(members).toContain(Id)
    const before = JSON.stringify([rows('Lead'), rows('CampaignMember')])
    const people = await participantsOf(world.db)
    const again = await sync('--create-leads')
    expect(again.report).toMatchObject({
      leads: { created: 0, found: 0 },
      events: [{ members: { inserted: 0, updated: 0 } }],
    })
    expect(JSON.stringify([rows('Lead'), rows('CampaignMember')])).toBe(before)
    expect(await participantsOf(world.db)).toEqual(people)
  })

  test('are made once when the process is killed while the org makes them', async () => {
    await agree(strangers.slice(2, 4))
    const known = rows('Lead').length
    world.org.arm({ method: 'POST', path: COLLECTIONS, effect: { kind: 'stall', applied: true } })
    const running = world.user.start('campaign', 'sync', '--event', ONLINE, '--create-leads')
    await vi.waitUntil(() => rows('Lead').length === known + 2, { timeout: 90_000 })
    running.kill('SIGKILL')
    await running
    await afterItsLease()
    const { exitCode, report } = await sync('--create-leads')
    expect({ exitCode, leads: report.leads?.created }).toEqual({ exitCode: 0, leads: 0 })
    expect(rows('Lead')).toHaveLength(known + 2)
  })

  test('wait for twenty minutes when the process was killed before the org had them; then they are made once', async () => {
    const [last] = strangers.slice(4, 5)
    await agree(last ? [last] : [])
    const known = rows('Lead').length
    world.org.arm({ method: 'POST', path: COLLECTIONS, effect: { kind: 'stall', applied: false } })
    const running = world.user.start('campaign', 'sync', '--event', ONLINE, '--create-leads')
    await vi.waitUntil(() => world.org.faultsWaiting() === 0, { timeout: 90_000 })
    running.kill('SIGKILL')
    await running
    await afterItsLease()
    expect((await sync('--create-leads')).report.leads).toMatchObject({
      created: 0,
      leftOut: { 'another run is making it': 1 },
    })
    // A minute more, as the claim sees it.
    const earlier = new Date(Date.now() - 21 * 60_000)
    await world.db.collection('salesforce_leads').updateMany({ state: 'claimed' }, { $set: { at: earlier } })
    expect((await sync('--create-leads')).report.leads).toMatchObject({ created: 1 })
    expect(rows('Lead')).toHaveLength(known + 1)
  })

  test('are made by backfill too, and by the config file until a flag says no', async () => {
    const spring = await participants().findOne({
      'salesforce.syncStatus': 'not_found',
      'registeredEvents.eventId': { $ne: await eventId() },
      deletedAt: null,
    })
    const consent = { given: true, at: new Date('2026-10-01T00:00:00Z'), source: 'booth form' }
    await participants().updateOne({ _id: spring?._id ?? new ObjectId() }, { $set: { 'salesforce.consent': consent } })
    const leads = { create: true, consent: [{ by: 'record' }] }
    writeFileSync(join(world.user.home, 'mh-sf.config.json'), JSON.stringify({ leads }))
    expect((await run('backfill', '--all', '--no-create-leads')).report.leads).toBeNull()
    expect((await run('backfill', '--all')).report.leads).toMatchObject({ created: 1 })
    const made = await world.db.collection('salesforce_leads').findOne({ 'consent.source': 'booth form' })
    expect(made).toMatchObject({ state: 'created', participantIds: [String(spring?._id)], consent: { at: consent.at } })
    writeFileSync(join(world.user.home, 'mh-sf.config.json'), '{}')
  })

  test('that a duplicate rule takes for somebody else are shown in review, and pushed as whom a person says', async () => {
    const stranger = strangers.at(-1)
    await agree(stranger ? [stranger] : [])
    const [first = '', ...rest] = String(stranger?.['name']).split(' ')
    const company = 'Lookalike Ltd'
    await world.db.collection('users').updateOne({ _id: stranger?.['userId'] as ObjectId }, { $set: { company } })
    world.org.settings.duplicatesByCompany = true
    world.org.load('Lead', [
      { FirstName: first, LastName: rest.join(' '), Company: company, Email: 'other@home.example' },
    ])
    const alike = rows('Lead').find((row) => row['Company'] === company)?.Id ?? ''
    const { report } = await sync('--create-leads')
    expect(report).toMatchObject({ leads: { created: 0, parked: 1 }, events: [{ leftOut: { parked: 1 } }] })
    const id = String(stranger?._id)
    const shown = await world.user.run('review', 'show', id)
    expect(shown.stdout).toContain(alike)
    expect(shown.stdout).toContain('duplicate rule')
    expect(await world.user.run('review', 'resolve', id, '--record', alike)).toMatchObject({ exitCode: 0 })
    await sync('--create-leads')
    expect(rows('CampaignMember').some((row) => row['LeadId'] === alike)).toBe(true)
  })

  test('cannot be made without a field that the org requires, until the config file gives it', async () => {
    const [person] = strangers.slice(5, 6)
    await agree(person ? [person] : [])
    world.org.define('Lead', [text('Region__c', 'Region', 40, { required: true })])
    const refused = await world.user.run('campaign', 'sync', '--event', ONLINE, '--create-leads')
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toContain('The org makes no Lead without Lead.Region__c.')
    expect(refused.stderr).toContain('leads.defaults')
    writeFileSync(join(world.user.home, 'mh-sf.config.json'), '{ "leads": { "defaults": { "Region__c": "EMEA" } } }')
    const { stdout } = await world.user.run('campaign', 'sync', '--event', ONLINE, '--create-leads')
    expect(stdout).toMatch(/^Leads: 1 lead made$/mu)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(rows('Lead').filter((row) => row['Region__c'] === 'EMEA')).toHaveLength(1)
  })
})
