import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { noAttendances, type Attendances } from '../../src/domain/attendance.js'
import { MemberIndex, type Departure } from '../../src/domain/member.js'
import { membersOf, pushMembers, type PushRules, type PushTools } from '../../src/sync/push-members.js'
import { anOrg, impatientClock, type OrgAndClient } from '../support/an-org.js'

const LABELS = { registered: 'Registered', no_show: 'No Show', attended: 'Attended' }
const RULES: PushRules = {
  labels: LABELS,
  names: {
    registered: { label: 'Registered', hasResponded: false },
    no_show: { label: 'No Show', hasResponded: false },
    attended: { label: 'Attended', hasResponded: true },
  },
  defaultLabel: 'Sent',
  correct: false,
  gone: { withdrawn: 'leave', deleted: 'leave', banned: 'leave', 'opted out': 'leave' },
  mark: 'Withdrawn',
}

describe.each([
  // The members read, sent and read back.
  { way: 'collections', calls: 1 + 1 + 1 },
  { way: 'bulk', calls: 1 + 7 + 1 },
] as const)('members that are pushed by $way', ({ way, calls }) => {
  let world: OrgAndClient
  let campaignId: string
  let contacts: string[]

  beforeAll(async () => {
    world = await anOrg()
  })
  afterAll(() => world.close())

  const rows = (object: string) => [...world.playground.store.scan(object)]
  const made = (object: string, ...records: object[]) => {
    const known = new Set(rows(object).map(({ Id }) => Id))
    world.playground.load(object, records as never)
    return rows(object).flatMap(({ Id }) => (known.has(Id) ? [] : [Id]))
  }
  beforeEach(() => {
    world.playground.disarm()
    Object.assign(world.playground.settings, { lockedRowShare: 0 })
    ;[campaignId = ''] = made('Campaign', { Name: 'Spring', IsActive: true })
    const statuses = ['Sent', 'Registered', 'Attended'].map((Label, at) => ({
      CampaignId: campaignId,
      Label,
      SortOrder: at + 1,
      IsDefault: at === 0,
      HasResponded: at === 2,
    }))
    made('CampaignMemberStatus', ...statuses)
    contacts = made('Contact', { LastName: 'One' }, { LastName: 'Two' })
  })

  const registered = (departures: Departure[] = []): Attendances => {
    const all = { ...noAttendances(), departures }
    for (const [at, id] of contacts.entries()) {
      const participantIds = [`p${at}`]
      all.members.set(id, { record: { object: 'Contact', id }, rung: 'registered', participantIds })
    }
    return all
  }
  const push = async (rules: PushRules, seen?: MemberIndex, gone?: Departure[]) => {
    const contract = { campaignId, labels: rules.labels, people: 0 }
    const writing = { asked: way, staging: join(world.directory, 'uploads'), watch: () => undefined }
    const tools = { org: world.org, clock: impatientClock(), signal: new AbortController().signal, ...writing }
    return pushMembers(tools, contract, registered(gone), seen ?? (await membersOf(tools, contract)), rules)
  }
  const statuses = () =>
    rows('CampaignMember').flatMap((row) => (row['CampaignId'] === campaignId ? [row['Status']] : []))

  test('with a status that the campaign does not have are told: the org stored its default without an error', async () => {
    const rules = { ...RULES, labels: { ...LABELS, registered: 'Ghost' } }
    const { report, stopped } = await push(rules)
    expect(statuses()).toEqual(['Sent', 'Sent'])
    expect(stopped).toBeUndefined()
    expect(report).toMatchObject({
      inserted: 0,
      updated: 0,
      failed: { STATUS_NOT_KEPT: { count: 2, participants: ['p0', 'p1'] } },
    })
  })

  test('that somebody else made after we looked are adopted, and lifted to the right status', async () => {
    made('CampaignMember', { CampaignId: campaignId, ContactId: contacts[0], Status: 'Sent' })
    const { report, settled } = await push(RULES, new MemberIndex([]))
    expect(statuses()).toEqual(['Registered', 'Registered'])
    expect(report).toMatchObject({ failed: {} })
    expect(settled.map(({ status }) => status)).toEqual(['Registered', 'Registered'])
  })

  test('that the org refuses for good are told by its code, once, and the others are made', async () => {
    contacts.push('003000000000000AAA')
    const before = world.org.calls
    const { report } = await push(RULES)
    expect(report).toMatchObject({ inserted: 2, failed: { INVALID_CROSS_REFERENCE_KEY: { count: 1 } } })
    // No second round for what will never go.
    expect(world.org.calls - before).toBe(calls)
  })

  test('that are gone or come further are removed and lifted, and a second push sends nothing', async () => {
    made('CampaignMember', { CampaignId: campaignId, ContactId: contacts[0], Status: 'Sent' })
    const [gone] = made('Contact', { LastName: 'Gone' })
    const [memberId = ''] = made('CampaignMember', { CampaignId: campaignId, ContactId: gone, Status: 'Sent' })
    const departure = { participantId: 'p9', memberId, why: 'withdrawn' } as const
    const rules: PushRules = { ...RULES, gone: { ...RULES.gone, withdrawn: 'remove' } }
    const first = await push(rules, undefined, [departure])
    expect(first.report).toMatchObject({ inserted: 1, updated: 1, removed: 1, failed: {} })
    const members = rows('CampaignMember')
    expect((await push(rules)).report).toMatchObject({ inserted: 0, updated: 0, removed: 0, unchanged: 2 })
    expect(rows('CampaignMember')).toEqual(members)
  })

  test('that somebody else holds all the time are told after five rounds', async () => {
    const path = '/services/data/*/composite/sobjects'
    world.playground.settings.lockedRowShare = 1
    world.playground.arm({ method: 'POST', path, times: 5, effect: { kind: 'lock', share: 1 } })
    const { report, stopped } = await push(RULES)
    expect([stopped, statuses()]).toEqual([undefined, []])
    expect(report).toMatchObject({ inserted: 0, failed: { UNABLE_TO_LOCK_ROW: { count: 2 } } })
  })

  test('that lose a lock are sent again until they are there, each once', async () => {
    contacts = made('Contact', ...Array.from({ length: 90 }, (_, at) => ({ LastName: `Person ${at}` })))
    const path = way === 'bulk' ? '/services/data/*/jobs/ingest/*' : '/services/data/*/composite/sobjects'
    world.playground.arm({ method: way === 'bulk' ? 'PATCH' : 'POST', path, effect: { kind: 'lock', share: 0.5 } })
    const { report, stopped } = await push(RULES)
    expect(stopped).toBeUndefined()
    expect(report).toMatchObject({ inserted: 90, failed: {} })
    expect(statuses()).toHaveLength(90)
    expect(world.playground.faultsWaiting()).toBe(0)
  })
})

describe('many members that are pushed', () => {
  let world: OrgAndClient
  let campaignId: string
  const COUNT = 2_100

  beforeEach(async () => {
    world = await anOrg()
    world.playground.load('Campaign', [{ Name: 'Large', IsActive: true }])
    campaignId = [...world.playground.store.scan('Campaign')][0]?.Id ?? ''
    const statuses = ['Sent', 'Registered'].map((Label, at) => ({
      CampaignId: campaignId,
      Label,
      SortOrder: at + 1,
      IsDefault: at === 0,
      HasResponded: false,
    }))
    world.playground.load('CampaignMemberStatus', statuses)
    world.playground.load(
      'Contact',
      Array.from({ length: COUNT }, (_, at) => ({ LastName: `Person ${at}` })),
    )
  })
  afterEach(() => world.close())

  const push = async () => {
    const people = noAttendances()
    for (const { Id: id } of world.playground.store.scan('Contact'))
      people.members.set(id, { record: { object: 'Contact', id }, rung: 'registered', participantIds: [id] })
    const jobs: number[] = []
    const tools: PushTools = {
      org: world.org,
      clock: impatientClock(),
      signal: new AbortController().signal,
      asked: 'auto',
      staging: join(world.directory, 'uploads'),
      watch: ({ rows }) => void jobs.push(rows),
    }
    const contract = { campaignId, labels: RULES.labels, people: 0 }
    await world.org.session()
    const before = world.org.calls
    const pushed = await pushMembers(tools, contract, people, new MemberIndex([]), RULES)
    return { ...pushed, jobs, calls: world.org.calls - before }
  }
  const members = () => [...world.playground.store.scan('CampaignMember')].filter(({ IsDeleted }) => !IsDeleted)

  test('go by one call of the first and a job of the rest, and are read back', async () => {
    const { report, jobs, calls, settled } = await push()
    expect(report).toMatchObject({ inserted: COUNT, failed: {} })
    expect([members().length, settled.length]).toEqual([COUNT, COUNT])
    expect([jobs, calls]).toEqual([[COUNT - 200], 1 + 7 + 1])
  })

  test('are not given to a job when the first of them are all refused for one reason', async () => {
    world.playground.settings.readOnlyFields = ['CampaignMember.Status']
    const { report, jobs } = await push()
    expect(jobs).toEqual([])
    expect(Object.values(report.failed)).toMatchObject([{ count: COUNT }])
  })

  test('go on by a job when the first of them were only locked', async () => {
    const path = '/services/data/*/composite/sobjects'
    world.playground.arm({ method: 'POST', path, effect: { kind: 'lock', share: 1 } })
    const { report, jobs } = await push()
    expect(report).toMatchObject({ inserted: COUNT, failed: {} })
    expect(jobs).toEqual([COUNT - 200])
  })

  test('whose job a locked campaign ends are sent again by collections, and are all there', async () => {
    world.playground.settings.lockedRowShare = 1
    const { report, jobs, stopped } = await push()
    expect(stopped).toBeUndefined()
    expect(report).toMatchObject({ inserted: COUNT, failed: {} })
    expect([jobs, members().length]).toEqual([[COUNT - 200], COUNT])
  })

  test('of a job that came only half-way are told as they are in the org', async () => {
    world.playground.settings.bulkDailyRows = 0
    const { report, stopped } = await push()
    expect(stopped).toMatchObject({ code: 'SF_INGEST_JOB_FAILED' })
    expect(report).toMatchObject({ inserted: 200, failed: { NOT_PROCESSED: { count: COUNT - 200 } } })
    expect(members()).toHaveLength(200)
  })

  test('of a job whose results are not whole are told as they are in the org, and the run stops', async () => {
    const path = '/services/data/*/jobs/ingest/*/failedResults'
    const text = '"sf__Id","sf__Error",CampaignId,ContactId,LeadId,Status\n"","X:y:--","a","b","c","d"\n'
    world.playground.arm({ method: 'GET', path, effect: { kind: 'reply', status: 200, text } })
    const { report, stopped, settled } = await push()
    expect(stopped).toMatchObject({ code: 'SF_JOB_RESULTS_INCOMPLETE' })
    expect(report).toMatchObject({ inserted: COUNT, failed: {} })
    expect([settled.length, members().length]).toEqual([COUNT, COUNT])
  })
})
