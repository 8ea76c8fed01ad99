import { AWKWARD } from './awkward.js'
import { recordIdOf } from './awkward-records.js'
import { contactIdOf, strangerContactId, strangersOf } from './contacts.js'
import { salesforceId } from './ids.js'
import { leadIdOf } from './leads.js'
import { fateOf, registrationsOf } from './people.js'
import { datesOf, type OrgRecord, ownerId } from './records.js'
import { DAY, dice, type World } from './world.js'

/** What marketing did before mh-sf came: one of these is the autumn event's, made by hand. */
const CAMPAIGNS = [
  {
    name: 'DevRel 2025 Roadshow',
    type: 'Conference',
    status: 'Completed',
    from: '2025-04-02',
    to: '2025-06-27',
    active: true,
  },
  {
    name: 'Data Days London 2025',
    type: 'Trade Show',
    status: 'Completed',
    from: '2025-09-24',
    to: '2025-09-25',
    active: false,
  },
  {
    name: 'MongoDB Autumn Hackathon 2025',
    type: 'Conference',
    status: 'Completed',
    from: '2025-10-17',
    to: '2025-10-19',
    active: true,
  },
  { name: 'Newsletter 2024', type: 'Email', status: 'Aborted', from: '2024-01-15', to: '2024-12-15', active: false },
]
const ROADSHOW = 0
const DATA_DAYS = 1
const AUTUMN = 2

/** Every new campaign has the first two (objects.md §5); the others were added by hand. */
const STATUSES = [
  { label: 'Sent', responded: false, added: false },
  { label: 'Responded', responded: true, added: false },
  { label: 'Registered', responded: false, added: true },
  { label: 'Attended', responded: true, added: true },
]

const campaignId = (number: number) => salesforceId('Campaign', 1 + number)

export function* campaignRecords(world: World): Generator<OrgRecord> {
  for (const [number, { name, type, status, from, to, active }] of CAMPAIGNS.entries()) {
    yield {
      Id: campaignId(number),
      Name: name,
      Type: type,
      Status: status,
      StartDate: from,
      EndDate: to,
      IsActive: active,
      OwnerId: ownerId(0),
      ...datesOf(world, 700 * DAY, 150 * DAY),
    }
  }
}

export function* campaignMemberStatusRecords(): Generator<OrgRecord> {
  let made = 0
  for (const number of CAMPAIGNS.keys()) {
    for (const [place, { label, responded, added }] of STATUSES.entries()) {
      if (added && number !== ROADSHOW && number !== AUTUMN) continue
      yield {
        Id: salesforceId('CampaignMemberStatus', ++made),
        CampaignId: campaignId(number),
        Label: label,
        SortOrder: place + 1,
        IsDefault: place === 0,
        HasResponded: responded,
      }
    }
  }
}

/** Members of the old campaigns: some participants who are contacts or leads, and some strangers. */
export function* campaignMemberRecords(world: World): Generator<OrgRecord> {
  let made = 0
  for (const membership of memberships(world)) {
    yield { Id: salesforceId('CampaignMember', ++made), ...membership, ...datesOf(world, 200 * DAY, 150 * DAY) }
  }
}

function* memberships(world: World): Generator<OrgRecord> {
  for (const [place, { expected }] of AWKWARD.entries()) {
    if (expected.outcome !== 'contact' || place % 3 !== 0) continue
    yield {
      CampaignId: campaignId(ROADSHOW),
      ContactId: recordIdOf('contact', place, expected.record),
      Status: 'Attended',
    }
  }
  for (let index = AWKWARD.length; index < world.participants; index++) yield* membershipsOf(world, index)
  for (let index = 0; index < strangersOf(world); index += 10) {
    yield { CampaignId: campaignId(ROADSHOW), ContactId: strangerContactId(index), Status: 'Registered' }
  }
}

function* membershipsOf(world: World, index: number): Generator<OrgRecord> {
  const fate = fateOf(world, index)
  if (fate === 'nobody') return
  const throws = dice(world, 'member', index)
  const who: OrgRecord = fate === 'contact' ? { ContactId: contactIdOf(index) } : { LeadId: leadIdOf(index) }
  if (throws.chance(0.15))
    yield { CampaignId: campaignId(ROADSHOW), ...who, Status: throws.pick(['Registered', 'Attended']) }
  if (throws.chance(0.05))
    yield { CampaignId: campaignId(DATA_DAYS), ...who, Status: throws.pick(['Sent', 'Responded']) }
  const autumn = registrationsOf(world, index).find(({ event }) => event === 'autumn')
  if (!autumn || !throws.chance(0.5)) return
  yield { CampaignId: campaignId(AUTUMN), ...who, Status: autumn.status === 'attended' ? 'Attended' : 'Registered' }
}
