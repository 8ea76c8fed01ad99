import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { noAttendances, type Attendances } from '../../src/domain/attendance.js'
import { MemberIndex } from '../../src/domain/member.js'
import { membersOf, pushMembers, type PushRules } from '../../src/sync/push-members.js'
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

describe('members that are pushed', () => {
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

  const registered = (): Attendances => {
    const all = noAttendances()
    for (const [at, id] of contacts.entries()) {
      const participantIds = [`p${at}`]
      all.members.set(id, { record: { object: 'Contact', id }, rung: 'registered', participantIds })
    }
    return all
  }
  const push = async (rules: PushRules, seen?: MemberIndex) => {
    const contract = { campaignId, labels: rules.labels, people: 0 }
    const tools = { org: world.org, clock: impatientClock(), signal: new AbortController().signal }
    return pushMembers(tools, contract, registered(), seen ?? (await membersOf(tools, contract)), rules)
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
    // Members read, sent, read back: no second round for what will never go.
    expect(world.org.calls - before).toBe(3)
  })
})
