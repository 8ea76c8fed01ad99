import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Connection } from 'jsforce'
import { ObjectId, type Document } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { text } from '../../src/playground/org/fields.js'
import { AWKWARD } from '../../src/playground/story/awkward.js'
import { awkwardAnswers, recordIdOf } from '../../src/playground/story/awkward-records.js'
import type { User } from '../support/cli.js'
import { crmUser, mergeContacts } from '../support/crm.js'
import { aWorld, type World } from '../support/world.js'

const ONLINE = 'atlas-builders-online'
const NAME = 'Atlas Builders Online'
/** Somebody with two contacts that nothing tells apart. */
const TIE = AWKWARD.findIndex(({ id }) => id === 'tie')
const WAIT = { timeout: 90_000, interval: 5 }
const INSERTS = { method: 'POST', path: '/services/data/*/composite/sobjects' }

interface Outcome {
  event: { slug: string }
  campaign: { id: string; foundBy: string | null; notes: string[]; statusesCreated: string[] } | null
  members: {
    inserted: number
    updated: number
    removed: number
    unchanged: number
    held: object
    failed: object
  } | null
  leftOut: Record<string, number>
  error: { code: string } | null
}

let world: World
let crm: Connection
let fresh: Record<'participants' | 'events', Document[]>
let before: Set<string>
/** Contacts that are people of the event. */
let contacts: string[]

const rows = (object: string) => [...world.org.store.scan(object)].filter((row) => !row.IsDeleted)
const campaigns = () => rows('Campaign').filter(({ Id }) => !before.has(Id))
const membersIn = (id: unknown) => rows('CampaignMember').filter((row) => row['CampaignId'] === id)
const statusesIn = (id: unknown) => rows('CampaignMemberStatus').filter((row) => row['CampaignId'] === id)
const participants = () => world.db.collection('participants')
const configure = (config: object) => {
  writeFileSync(join(world.user.home, 'mh-sf.config.json'), JSON.stringify(config))
}

/** All that a sync tells; of one event unless every live one is asked for. */
const syncAll = async (user: User = world.user, ...args: string[]) => {
  const { stdout, exitCode } = await user.run('campaign', 'sync', ...args, '--json')
  return { exitCode, events: (JSON.parse(stdout) as { events: Outcome[] }).events }
}
const sync = async (user?: User) => {
  const { exitCode, events } = await syncAll(user, '--event', ONLINE)
  const [only] = events
  if (!only?.campaign || !only.members) throw new Error(`no members: ${JSON.stringify(only)}`)
  return { exitCode, ...only, campaign: only.campaign, members: only.members }
}

/** People of the event with the member that is noted of each. */
const noted = async (campaignId: string) => {
  const people = await participants().find({ 'salesforce.campaigns.campaignId': campaignId }).sort({ _id: 1 }).toArray()
  return people.map((person) => {
    const { contactId, campaigns: pairs } = person.salesforce as { contactId?: string; campaigns: Document[] }
    const memberId = String(pairs.find((pair) => pair.campaignId === campaignId)?.campaignMemberId)
    return { _id: person._id, contactId, memberId, row: () => world.org.store.get(memberId) }
  })
}

/** Syncs, and has something happen in the org after the members were sent and before they get there. */
const meanwhile = async (happen: () => void) => {
  world.org.arm({ ...INSERTS, effect: { kind: 'delay', ms: 500 } })
  const syncing = sync()
  await vi.waitFor(() => {
    expect(world.org.faultsWaiting()).toBe(0)
  }, WAIT)
  happen()
  return syncing
}

beforeAll(async () => {
  world = await aWorld({ participants: 250 })
  const [people, events] = await Promise.all([
    participants().find().toArray(),
    world.db.collection('events').find().toArray(),
  ])
  fresh = { participants: people, events }
  before = new Set(rows('Campaign').map(({ Id }) => Id))
  const { campaign } = await sync()
  contacts = (await noted(campaign.id)).flatMap(({ contactId }) => contactId ?? [])
  crm = crmUser(world.user)
})
beforeEach(async () => {
  world.org.disarm()
  configure({})
  for (const [name, documents] of Object.entries(fresh)) {
    await world.db.collection(name).deleteMany({})
    await world.db.collection(name).insertMany(documents)
  }
  for (const row of campaigns()) world.org.store.change(row, { IsDeleted: true })
})
afterAll(() => world.close())

describe('a Campaign that drifted', () => {
  test('has a status that somebody removed made again, and says so', async () => {
    const { campaign } = await sync()
    const removed = statusesIn(campaign.id).find((row) => row['Label'] === 'No Show')
    await crm.sobject('CampaignMemberStatus').destroy(String(removed?.Id))
    const second = await sync()
    expect(second.campaign).toMatchObject({
      statusesCreated: ['No Show'],
      notes: ['status "No Show" was removed from the campaign: it is made again'],
    })
    expect(statusesIn(campaign.id).map((row) => row['Label'])).toContain('No Show')
  })

  test('and is not active is told, left so, and has its members all the same', async () => {
    const { campaign, members } = await sync()
    await crm.sobject('Campaign').update({ Id: campaign.id, IsActive: false })
    const second = await sync()
    expect(second.campaign.notes).toEqual([`campaign ${campaign.id} is not active in the org: left so`])
    expect(second.members).toMatchObject({ inserted: 0, unchanged: members.inserted })
    expect(world.org.store.get(campaign.id)?.['IsActive']).toBe(false)
  })

  test('and is stored with two events stops both, and no other one', async () => {
    const { campaign } = await sync()
    const count = membersIn(campaign.id).length
    await world.db
      .collection('events')
      .updateOne({ 'landingPage.slug': 'mongodb-winter-2026' }, { $set: { 'salesforce.campaignId': campaign.id } })
    const { exitCode, events } = await syncAll()
    expect(exitCode).toBe(3)
    expect(Object.fromEntries(events.map(({ event, error }) => [event.slug, error?.code]))).toEqual({
      [ONLINE]: 'CAMPAIGN_CLAIMED',
      'mongodb-winter-2026': 'CAMPAIGN_CLAIMED',
      'nairobi-data-day': undefined,
    })
    expect(membersIn(campaign.id)).toHaveLength(count)
    // A run of which an event failed has decided nothing on it: earlier failures still stand.
    const { stdout } = await world.user.run('runs', 'list', '--limit', '1', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ state: 'failed rows', code: 'CAMPAIGN_CLAIMED' }] })
  })

  test('and is of another org stops its event, with the command that helps', async () => {
    await world.db
      .collection('events')
      .updateOne({ 'landingPage.slug': ONLINE }, { $set: { 'salesforce.campaignId': '701000000000001AAA' } })
    const { exitCode, stdout } = await world.user.run('campaign', 'sync', '--event', ONLINE)
    expect(exitCode).not.toBe(0)
    expect(stdout.replaceAll(/\s+/gu, ' ')).toContain('cannot be found in the org')
    expect(stdout).toContain('--adopt')
    expect(campaigns()).toEqual([])
  })

  test('is the one that the environment names', async () => {
    const { id = '' } = await crm.sobject('Campaign').create({ Name: 'Builders, spring mailing', IsActive: true })
    const user = world.another({ SF_CAMPAIGN_ATLAS_BUILDERS_ONLINE: id })
    const { campaign, members } = await sync(user)
    expect([campaign.id, campaign.foundBy]).toEqual([id, 'configured'])
    expect(membersIn(id)).toHaveLength(members.inserted)
    expect(world.org.store.get(id)?.['Name']).toBe(NAME)
  })

  test('is known by the external id although nothing else tells', async () => {
    world.org.define('Campaign', [text('Event_Id__c', 'Event Id', 24, { externalId: true })])
    configure({ campaign: { externalIdField: 'Event_Id__c' } })
    const { campaign } = await sync()
    await crm.sobject('Campaign').update({ Id: campaign.id, Name: 'Renamed', Description: null })
    await world.db.collection('events').updateOne({ 'landingPage.slug': ONLINE }, { $unset: { salesforce: '' } })
    const second = await sync()
    expect([second.campaign.id, second.campaign.foundBy]).toEqual([campaign.id, 'key'])
    expect(campaigns()).toHaveLength(1)
  })

  test('stores its default for a status that vanished: reading back tells, and they count as failed', async () => {
    await world.user.run('campaign', 'create', '--event', ONLINE)
    const [campaign] = campaigns()
    const status = statusesIn(campaign?.Id).find((row) => row['Label'] === 'Registered')
    const { exitCode, members } = await meanwhile(() => {
      if (status) world.org.store.purge(status)
    })
    const count = membersIn(campaign?.Id).length
    expect(exitCode).toBe(3)
    expect(members).toMatchObject({ inserted: 0, failed: { STATUS_NOT_KEPT: { count } } })
    expect(new Set(membersIn(campaign?.Id).map((row) => row['Status']))).toEqual(new Set(['Sent']))
  })
})

describe('a member', () => {
  test('that somebody makes while ours is on its way is adopted, and lifted', async () => {
    await world.user.run('campaign', 'create', '--event', ONLINE)
    const [campaign] = campaigns()
    const [ContactId = ''] = contacts
    const { exitCode, members } = await meanwhile(() => {
      world.org.load('CampaignMember', [{ CampaignId: campaign?.Id ?? '', ContactId, Status: 'Sent' }])
    })
    const theirs = membersIn(campaign?.Id).filter((row) => row['ContactId'] === ContactId)
    expect(exitCode).toBe(0)
    expect(theirs.map((row) => row['Status'])).toEqual(['Registered'])
    expect(members).toMatchObject({ inserted: membersIn(campaign?.Id).length, failed: {} })
  })

  test('is one of two participants whose contacts were merged, with the status of the one who came further', async () => {
    const { campaign, members } = await sync()
    const [one, other] = (await noted(campaign.id)).filter(({ contactId }) => contactId !== undefined)
    await mergeContacts(crm, String(one?.contactId), String(other?.contactId))
    await participants().updateOne({ _id: other?._id }, { $set: { 'registeredEvents.$[].status': 'attended' } })
    const second = await sync()
    expect(second.members).toMatchObject({ inserted: 0, updated: 1, unchanged: members.inserted - 2, failed: {} })
    const after = await noted(campaign.id)
    const ids = [one, other].map((each) => after.find(({ _id }) => _id.equals(each?._id))?.memberId)
    expect(ids).toEqual([one?.memberId, one?.memberId])
    expect(one?.row()).toMatchObject({ Status: 'Attended', HasResponded: true })
  })

  test('of somebody who opted out of mail follows the policy, and nobody is added who did', async () => {
    world.org.settings.hiddenFields = []
    const { campaign } = await sync()
    const [one, other] = (await noted(campaign.id)).filter(({ contactId }) => contactId !== undefined)
    await crm.sobject('Contact').update({ Id: String(one?.contactId), HasOptedOutOfEmail: true })
    const left = await sync()
    expect(left.members).toMatchObject({ updated: 0, removed: 0 })
    expect(left.members.held).toEqual({ 'opted out, and the policy is to leave the member': 1 })
    configure({ campaign: { gone: { optedOut: 'remove' } } })
    expect((await sync()).members).toMatchObject({ removed: 1, held: {} })
    expect([one?.row()?.IsDeleted, other?.row()?.IsDeleted]).toEqual([true, false])
    await crm.sobject('Contact').update({ Id: String(one?.contactId), HasOptedOutOfEmail: false })
  })

  test('of a parked person is the one that was decided on, and stays it through a merge', async () => {
    const event = await world.db.collection('events').findOne({ 'landingPage.slug': ONLINE })
    const id = awkwardAnswers()[TIE]?.participantId ?? ''
    const registration = { eventId: event?._id as ObjectId, status: 'registered', registrationDate: new Date() }
    await participants().updateOne({ _id: new ObjectId(id) }, { $push: { registeredEvents: registration } as never })
    const { campaign, leftOut } = await sync()
    expect(leftOut).toMatchObject({ parked: 1 })
    const [chosen = '', other = ''] = [0, 1].map((number) => recordIdOf('contact', TIE, number))
    await world.user.run('review', 'resolve', id, '--record', chosen)
    expect((await sync()).members).toMatchObject({ inserted: 1 })
    const [member] = membersIn(campaign.id).filter((row) => row['ContactId'] === chosen)
    await mergeContacts(crm, other, chosen)
    expect((await sync()).members).toMatchObject({ inserted: 0, updated: 0 })
    expect(world.org.store.get(member?.Id ?? '')).toMatchObject({ ContactId: other, IsDeleted: false })
  })
})
