import type { Connection } from 'jsforce'
import type { Document } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { convertLeads, crmUser, mergeContacts } from '../support/crm.js'
import { aWorld, participantsOf, type World } from '../support/world.js'

interface Report {
  dryRun: boolean
  events: {
    event: { slug?: string }
    campaign: { id: string | null; created: boolean; notes: string[] } | null
    members: Counts | null
    leftOut: Record<string, number>
    error: { code: string } | null
  }[]
  calls: number
}
interface Counts {
  inserted: number
  updated: number
  removed: number
  unchanged: number
  held: Record<string, number>
  failed: Record<string, { count: number }>
}

const NOTHING = { inserted: 0, updated: 0, removed: 0, failed: {} }
const ONLINE = 'atlas-builders-online'

let world: World
let crm: Connection

const sync = async (...args: string[]): Promise<Report> => {
  const { stdout, stderr, exitCode } = await world.user.run('campaign', 'sync', ...args, '--json')
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' })
  return JSON.parse(stdout) as Report
}
const only = (report: Report) => {
  const [event] = report.events
  return { ...event, members: event?.members ?? { ...NOTHING, unchanged: 0, held: {} } }
}
const rows = (object: string) => [...world.org.store.scan(object)].filter((row) => !row.IsDeleted)
const membersIn = (campaignId: string | null | undefined) =>
  rows('CampaignMember').filter((row) => row['CampaignId'] === campaignId)
const changedSince = (before: Map<string, unknown>, object: string) =>
  rows(object).filter((row) => JSON.stringify(row) !== before.get(row.Id))
const snapshot = (object: string) => new Map(rows(object).map((row) => [row.Id, JSON.stringify(row)]))
const participants = () => world.db.collection('participants')
const eventId = async (slug: string) => (await world.db.collection('events').findOne({ 'landingPage.slug': slug }))?._id
/** Participants of an event that are not gone and are somebody in the org. */
const attendees = async (slug: string) => {
  const id = await eventId(slug)
  return participants()
    .find({
      'registeredEvents.eventId': id,
      deletedAt: null,
      $or: [{ 'salesforce.contactId': { $exists: true } }, { 'salesforce.leadId': { $exists: true } }],
    })
    .sort({ _id: 1 })
    .toArray()
}
const personOf = ({ salesforce }: Document) =>
  String((salesforce as Document).contactId ?? (salesforce as Document).leadId)

describe('campaign sync over a season', () => {
  beforeAll(async () => {
    world = await aWorld({ participants: 400 })
  })
  afterAll(() => world.close())

  test('a dry run says what would be done and does none of it', async () => {
    const [members, people, campaigns] = [
      snapshot('CampaignMember'),
      await participantsOf(world.db),
      snapshot('Campaign'),
    ]
    const report = await sync('--dry-run')
    expect(report.dryRun).toBe(true)
    expect(report.events.map(({ campaign }) => campaign)).toMatchObject(
      report.events.map(() => ({ created: true, id: null })),
    )
    expect(report.events.reduce((sum, each) => sum + (each.members?.inserted ?? 0), 0)).toBeGreaterThan(20)
    expect([changedSince(members, 'CampaignMember'), changedSince(campaigns, 'Campaign')]).toEqual([[], []])
    expect(await participantsOf(world.db)).toEqual(people)
  })

  test('each live event has its Campaign with our statuses, and each attendee is a member of it', async () => {
    const report = await sync()
    expect(report.dryRun).toBe(false)
    expect(report.events.map(({ event }) => event.slug).sort()).toEqual([
      ONLINE,
      'mongodb-winter-2026',
      'nairobi-data-day',
    ])
    for (const { event, campaign } of report.events) {
      const [row] = rows('Campaign').filter(({ Id }) => Id === campaign?.id)
      expect(row).toMatchObject({ IsActive: true, Type: 'Conference' })
      const statuses = rows('CampaignMemberStatus').filter((each) => each['CampaignId'] === campaign?.id)
      expect(statuses.map((each) => [each['Label'], each['HasResponded'], each['SortOrder']])).toEqual([
        ['Sent', false, 1],
        ['Responded', true, 2],
        ['Registered', false, 3],
        ['No Show', false, 4],
        ['Attended', true, 5],
      ])
      const people = await attendees(event.slug ?? '')
      const expected = new Set(people.map(personOf))
      const actual = membersIn(campaign?.id).map((row) => String(row['ContactId'] ?? row['LeadId']))
      expect(actual.sort()).toEqual([...expected].sort())
      for (const { salesforce } of people) {
        const pair = (salesforce as Document).campaigns as Document[]
        expect(pair).toContainEqual(
          expect.objectContaining({ campaignId: campaign?.id, status: expect.any(String) as string }),
        )
      }
    }
    crm = crmUser(world.user)
  })

  test('a second run writes nothing, in either system', async () => {
    const [members, campaigns, people] = [
      snapshot('CampaignMember'),
      snapshot('Campaign'),
      await participantsOf(world.db),
    ]
    const report = await sync()
    for (const { members: counts } of report.events) expect(counts).toMatchObject(NOTHING)
    expect([changedSince(members, 'CampaignMember'), changedSince(campaigns, 'Campaign')]).toEqual([[], []])
    expect(await participantsOf(world.db)).toEqual(people)
    // Campaigns, fields, people, and the members of all events together.
    expect(report.calls).toBeLessThanOrEqual(5)
  })

  test('after a month of life, exactly what differs is changed, and a third run finds nothing', async () => {
    const id = await eventId(ONLINE)
    const people = await attendees(ONLINE)
    const { campaign } = only(await sync('--event', ONLINE))
    const contacts = people.filter(({ salesforce }) => (salesforce as Document).contactId !== undefined)
    const leads = people.filter(({ salesforce }) => (salesforce as Document).leadId !== undefined)
    const notYet = contacts.filter(({ registeredEvents }) =>
      (registeredEvents as Document[]).some(
        (each) => String(each.eventId) === String(id) && each.status === 'registered',
      ),
    )
    const [attended, withdrawn, mergedAway, deleted] = [notYet.slice(0, 3), notYet.slice(3, 5), notYet[5], notYet[6]]
    const [other] = rows('Contact').filter((row) => !people.some((each) => personOf(each) === row.Id))
    // Somebody attended, somebody withdrew, somebody was deleted; sales converts leads and merges contacts.
    await participants().updateMany(
      { _id: { $in: attended.map(({ _id }) => _id) } },
      { $set: { 'registeredEvents.$[one].status': 'attended' } },
      { arrayFilters: [{ 'one.eventId': id }] },
    )
    await participants().updateMany(
      { _id: { $in: withdrawn.map(({ _id }) => _id) } },
      { $pull: { registeredEvents: { eventId: id } } as never },
    )
    await participants().updateOne({ _id: deleted?._id }, { $set: { deletedAt: new Date() } })
    await convertLeads(crm, leads.slice(0, 2).map(personOf))
    await mergeContacts(crm, String(other?.Id), personOf(mergedAway ?? {}))
    // Marketing puts one person on a status of its own, and renames one of ours.
    const [vip] = membersIn(campaign?.id).filter((row) => row['ContactId'] === personOf(contacts.at(-1) ?? {}))
    await crm.sobject('CampaignMemberStatus').create({ CampaignId: String(campaign?.id), Label: 'VIP' })
    await crm.sobject('CampaignMember').update({ Id: String(vip?.Id), Status: 'VIP' })
    const [renamed] = rows('CampaignMemberStatus').filter(
      (row) => row['CampaignId'] === campaign?.id && row['Label'] === 'No Show',
    )
    if (renamed) world.org.store.change(renamed, { Label: 'Did not come' })
    const before = snapshot('CampaignMember')

    const report = only(await sync('--event', ONLINE))
    expect(report.members).toMatchObject({ inserted: 0, updated: attended.length, removed: 0, failed: {} })
    expect(report.campaign?.notes).toEqual([
      'status "No Show" is called "Did not come" in this campaign: that name is used',
    ])
    expect(report.members.held).toMatchObject({ 'somebody gave the status "VIP"': 1 })
    const changed = changedSince(before, 'CampaignMember')
    expect(changed.map((row) => [row['ContactId'], row['Status'], row['HasResponded']]).sort()).toEqual(
      attended.map((each) => [personOf(each), 'Attended', true]).sort(),
    )
    const third = only(await sync('--event', ONLINE))
    expect(third.members).toMatchObject(NOTHING)
    expect(changedSince(before, 'CampaignMember')).toHaveLength(attended.length)
  })

  test('a status falls only with --correct', async () => {
    const [first] = await attendees(ONLINE)
    const id = await eventId(ONLINE)
    const set = (status: string) =>
      participants().updateOne(
        { _id: first?._id, 'registeredEvents.eventId': id },
        { $set: { 'registeredEvents.$.status': status } },
      )
    await set('attended')
    await sync('--event', ONLINE)
    await set('registered')
    expect(only(await sync('--event', ONLINE)).members).toMatchObject({
      ...NOTHING,
      held: { '"Attended" is higher than "Registered"': 1 },
    })
    expect(only(await sync('--event', ONLINE, '--correct')).members.updated).toBeGreaterThanOrEqual(1)
    expect(only(await sync('--event', ONLINE)).members).toMatchObject(NOTHING)
  })
})
