import { AWKWARD } from './awkward.js'
import { awkwardLeads } from './awkward-records.js'
import { contactIdOf } from './contacts.js'
import type { Dice } from './dice.js'
import { accountId } from './employers.js'
import { salesforceId } from './ids.js'
import { fateOf, person, type Person, stranger } from './people.js'
import { datesOf, day, type OrgRecord, ownerId } from './records.js'
import { LEAD_SOURCES } from './words.js'
import { DAY, dice, type World } from './world.js'

const PARTICIPANTS_FROM = 10_000
const CONVERTED_FROM = 10_000_000
const STRANGERS_FROM = 20_000_000
const OPEN_STATUSES = ['Open - Not Contacted', 'Open - Not Contacted', 'Working - Contacted', 'Closed - Not Converted']

/** The id of the lead of the participant number `index`, if fate gave them one. */
export function leadIdOf(index: number): string {
  return salesforceId('Lead', PARTICIPANTS_FROM + index)
}

/** Every Lead: of awkward people, of participants, of one contact in 25 before it was one, and of strangers. */
export function* leadRecords(world: World): Generator<OrgRecord> {
  yield* awkwardLeads(world)
  for (let index = AWKWARD.length; index < world.participants; index++) {
    const fate = fateOf(world, index)
    if (fate === 'lead') yield openLead(world, leadIdOf(index), person(world, index), dice(world, 'lead', index))
    if (fate !== 'contact') continue
    const throws = dice(world, 'lead', index)
    if (throws.chance(0.04)) yield convertedLead(world, index, throws)
  }
  const strangers = Math.round(world.participants * 0.1)
  // Other people than the strangers who are contacts: their numbers go on where those end.
  for (let index = 0; index < strangers; index++) {
    const who = stranger(world, world.participants + index)
    yield openLead(
      world,
      salesforceId('Lead', STRANGERS_FROM + index),
      who,
      dice(world, 'lead', STRANGERS_FROM + index),
    )
  }
}

function openLead(world: World, id: string, who: Person, throws: Dice): OrgRecord {
  return { ...lead(world, id, who, throws), Status: throws.pick(OPEN_STATUSES) }
}

function convertedLead(world: World, index: number, throws: Dice): OrgRecord {
  const who = person(world, index)
  return {
    ...lead(world, salesforceId('Lead', CONVERTED_FROM + index), who, throws),
    Status: 'Closed - Converted',
    IsConverted: true,
    ConvertedDate: day(world.now - 50 * DAY),
    ConvertedContactId: contactIdOf(index),
    ConvertedAccountId: who.employer ? accountId(who.employer.index) : null,
  }
}

function lead(world: World, id: string, who: Person, throws: Dice): OrgRecord {
  return {
    Id: id,
    FirstName: who.first,
    LastName: who.last,
    Company: who.employer?.name ?? 'Self-employed',
    Email: who.email,
    Title: who.title,
    Phone: throws.chance(0.5) ? who.phone : null,
    City: who.city,
    Country: who.country,
    LeadSource: throws.pick(LEAD_SOURCES),
    HasOptedOutOfEmail: throws.chance(0.03),
    OwnerId: ownerId(throws.below(5)),
    ...datesOf(world, (60 + throws.next() * 700) * DAY, throws.next() * 200 * DAY),
  }
}
