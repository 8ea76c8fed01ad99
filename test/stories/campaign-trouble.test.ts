import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ObjectId } from 'mongodb'
import { type Document } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { aWorld, type World } from '../support/world.js'

const ONLINE = 'atlas-builders-online'
const COLLECTIONS = '/services/data/*/composite/sobjects*'

let world: World
let fresh: { participants: Document[]; events: Document[] }

const rows = (object: string) => [...world.org.store.scan(object)].filter((row) => !row.IsDeleted)
const members = (campaignId: unknown) => rows('CampaignMember').filter((row) => row['CampaignId'] === campaignId)
const campaignsNamed = (name: string) => rows('Campaign').filter((row) => row['Name'] === name)
const run = (...args: string[]) => world.user.run('campaign', ...args)
const sync = async (...args: string[]) => {
  const { stdout, exitCode } = await run('sync', '--event', ONLINE, ...args, '--json')
  return {
    exitCode,
    report: JSON.parse(stdout) as { events: { members: Document; campaign: Document; error: Document | null }[] },
  }
}
const membersOf = async (...args: string[]) => (await sync(...args)).report.events[0]?.members
const online = () => world.db.collection('events').findOne({ 'landingPage.slug': ONLINE })
const forget = (object: string, ids: readonly string[]) => {
  for (const id of ids) {
    const row = world.org.store.get(id)
    if (row && rows(object).includes(row)) world.org.store.change(row, { IsDeleted: true })
  }
}

describe('campaigns in trouble', () => {
  let before: Set<string>

  beforeAll(async () => {
    world = await aWorld({ participants: 250 })
    const [participants, events] = await Promise.all(
      ['participants', 'events'].map((name) => world.db.collection(name).find().toArray()),
    )
    fresh = { participants: participants ?? [], events: events ?? [] }
    before = new Set(rows('Campaign').map(({ Id }) => Id))
  })
  beforeEach(async () => {
    world.org.disarm()
    for (const [name, documents] of Object.entries(fresh)) {
      await world.db.collection(name).deleteMany({})
      await world.db.collection(name).insertMany(documents)
    }
    forget(
      'Campaign',
      rows('Campaign')
        .map(({ Id }) => Id)
        .filter((id) => !before.has(id)),
    )
  })
  afterAll(() => world.close())

  test.each([
    ['a lost reply', { kind: 'drop', applied: true }],
    ['a dropped connection', { kind: 'drop', applied: false }],
    ['half of the rows locked', { kind: 'lock', share: 0.5 }],
    ['a session that ends', { kind: 'expire' }],
  ] as const)('%s while members are sent: each is there once, and counted once', async (_, effect) => {
    await run('create', '--event', ONLINE)
    world.org.arm({ method: 'POST', path: COLLECTIONS, effect })
    const { exitCode, report } = await sync()
    const campaignId = report.events[0]?.campaign.id as string
    const people = members(campaignId).map((row) => row['ContactId'] ?? row['LeadId'])
    expect(new Set(people).size).toBe(people.length)
    expect({ exitCode, inserted: report.events[0]?.members.inserted as number }).toEqual({
      exitCode: 0,
      inserted: people.length,
    })
    expect(world.org.faultsWaiting()).toBe(0)
    expect(await membersOf()).toMatchObject({ inserted: 0, updated: 0, unchanged: people.length })
  })

  test('a run that has to stop after the members were sent tells of them, and writes them down', async () => {
    await run('create', '--event', ONLINE)
    // While the members are sent, others use up what is left: reading them back would be one call more.
    world.org.arm({ method: 'POST', path: COLLECTIONS, effect: { kind: 'delay', ms: 500 } })
    const syncing = sync()
    await vi.waitUntil(() => world.org.faultsWaiting() === 0, { timeout: 90_000, interval: 10 })
    world.org.settings.usedElsewhere = 90_000
    const { exitCode, report } = await syncing
    world.org.settings.usedElsewhere = 0
    const [event] = report.events
    const sent = members(event?.campaign.id)
    expect(sent.length).toBeGreaterThan(0)
    expect(exitCode).toBe(6)
    expect(event).toMatchObject({ members: { inserted: sent.length }, error: { code: 'BUDGET_EXCEEDED' } })
    const noted = await world.db.collection('participants').distinct('salesforce.campaigns.campaignMemberId')
    expect(noted.sort()).toEqual(sent.map(({ Id }) => Id).sort())
    expect(await membersOf()).toMatchObject({ inserted: 0, updated: 0, unchanged: sent.length })
  })

  test('a Campaign whose reply was lost is known again by its mark: there is one', async () => {
    world.org.arm({
      method: 'POST',
      path: '/services/data/*/sobjects/Campaign',
      effect: { kind: 'drop', applied: true },
    })
    expect((await run('create', '--event', ONLINE)).exitCode).not.toBe(0)
    expect((await run('create', '--event', ONLINE)).exitCode).toBe(0)
    expect(campaignsNamed('Atlas Builders Online')).toHaveLength(1)
  })

  test('one of the same name that marketing made is not touched until it is adopted', async () => {
    const refused = await run('create', '--event', 'autumn-2025')
    expect(refused).toMatchObject({ exitCode: 2 })
    const [theirs] = campaignsNamed('MongoDB Autumn Hackathon 2025')
    expect(refused.stderr).toContain(`--adopt ${theirs?.Id}`)
    const adopted = await run('create', '--event', 'autumn-2025', '--adopt', String(theirs?.Id))
    expect(adopted).toMatchObject({ exitCode: 0 })
    const labels = rows('CampaignMemberStatus')
      .filter((row) => row['CampaignId'] === theirs?.Id)
      .map((row) => row['Label'])
    expect(labels.sort()).toEqual(['Attended', 'No Show', 'Registered', 'Responded', 'Sent'])
    expect((await run('show', '--event', 'autumn-2025')).stdout).toContain(String(theirs?.Id))
  })

  test('a member that somebody added by hand is adopted, not doubled', async () => {
    await sync()
    const event = await online()
    const campaignId = (event?.salesforce as Document).campaignId as string
    const count = members(campaignId).length
    await world.db.collection('participants').updateMany({}, { $unset: { 'salesforce.campaigns': '' } })
    expect(await membersOf()).toMatchObject({ inserted: 0, unchanged: count })
    const noted = await world.db
      .collection('participants')
      .countDocuments({ 'salesforce.campaigns.campaignId': campaignId })
    expect(noted).toBeGreaterThanOrEqual(count)
  })

  test('without the Marketing User right nothing is sent, and it is named', async () => {
    const [user] = rows('User').filter((row) => row.Id === world.org.userId)
    if (user) world.org.store.change(user, { UserPermissionsMarketingUser: false })
    const { exitCode, stdout, stderr } = await run('sync', '--event', ONLINE)
    if (user) world.org.store.change(user, { UserPermissionsMarketingUser: true })
    expect(exitCode).toBe(5)
    expect(stdout + stderr).toContain('Marketing User')
    expect(campaignsNamed('Atlas Builders Online')).toEqual([])
  })

  test('a Campaign that was deleted fails its event alone, with the command that helps', async () => {
    await run('create', '--event', ONLINE)
    forget(
      'Campaign',
      campaignsNamed('Atlas Builders Online').map(({ Id }) => Id),
    )
    const { exitCode, stdout } = await run('sync')
    expect(exitCode).toBe(3)
    expect(stdout).toContain('was deleted in the org')
    expect(stdout).toMatch(/MongoDB Winter Hackathon\s+\d+/u)
    expect((await run('create', '--event', ONLINE, '--new')).exitCode).toBe(0)
    expect((await run('sync', '--event', ONLINE)).exitCode).toBe(0)
  })

  test('two events cannot share a Campaign', async () => {
    await run('create', '--event', ONLINE)
    const [campaign] = campaignsNamed('Atlas Builders Online')
    const refused = await run('create', '--event', 'winter-2026', '--adopt', String(campaign?.Id))
    expect(refused).toMatchObject({ exitCode: 2 })
    expect(refused.stderr).toContain('belongs to another event')
  })

  test('people who are gone follow the policy of each reason', async () => {
    const first = await sync()
    const campaignId = first.report.events[0]?.campaign.id as string
    const pairs = await world.db
      .collection('participants')
      .find({ 'salesforce.campaigns.campaignId': campaignId })
      .sort({ _id: 1 })
      .toArray()
    const [withdrawn, deleted, banned] = pairs
    const memberOf = (person: Document | undefined) => {
      const [pair] = (person?.salesforce as Document).campaigns as Document[]
      return world.org.store.get(String(pair?.campaignMemberId))
    }
    await world.db.collection('participants').updateOne({ _id: withdrawn?._id }, { $set: { registeredEvents: [] } })
    await world.db.collection('participants').updateOne({ _id: deleted?._id }, { $set: { deletedAt: new Date() } })
    await world.db.collection('users').updateOne({ _id: banned?.userId as ObjectId }, { $set: { banned: true } })
    expect(await membersOf()).toMatchObject({ updated: 0, removed: 0 })
    const path = join(world.user.home, 'mh-sf.config.json')
    writeFileSync(path, JSON.stringify({ campaign: { gone: { withdrawn: 'remove', deleted: 'mark' } } }))
    expect(await membersOf()).toMatchObject({
      inserted: 0,
      updated: 1,
      removed: 1,
      held: { 'banned, and the policy is to leave the member': 1 },
    })
    expect([memberOf(withdrawn)?.IsDeleted, memberOf(deleted)?.['Status'], memberOf(banned)?.['Status']]).toEqual([
      true,
      'Withdrawn',
      'Registered',
    ])
    expect(await membersOf()).toMatchObject({ inserted: 0, updated: 0, removed: 0 })
    writeFileSync(path, '{}')
    await world.db.collection('users').updateOne({ _id: banned?.userId as ObjectId }, { $set: { banned: false } })
  })

  test('a push without a Campaign names the command that makes it, and asks nothing of people', async () => {
    const { exitCode, stdout } = await run('push', '--event', 'spring-2026')
    expect(exitCode).toBe(4)
    expect(stdout).toContain('mh-sf campaign create --event mongodb-spring-2026')
  })
})
