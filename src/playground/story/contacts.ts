import { AWKWARD } from './awkward.js'
import { awkwardContacts } from './awkward-records.js'
import { accountId } from './employers.js'
import type { Dice } from './dice.js'
import { salesforceId } from './ids.js'
import { fateOf, person, type Person, stranger } from './people.js'
import { datesOf, day, type OrgRecord, ownerId } from './records.js'
import { LEAD_SOURCES } from './words.js'
import { DAY, dice, type World } from './world.js'

/** Where the numbers of ids begin: awkward people have the first ones, then participants, their duplicates, strangers. */
const PARTICIPANTS_FROM = 10_000
const DUPLICATES_FROM = 10_000_000
const STRANGERS_FROM = 20_000_000

/** The id of the contact of the participant number `index`, if fate gave them one. */
export function contactIdOf(index: number): string {
  return salesforceId('Contact', PARTICIPANTS_FROM + index)
}

export function strangerContactId(index: number): string {
  return salesforceId('Contact', STRANGERS_FROM + index)
}

/** As many contacts again as participants have: an org is bigger than an event. */
export function strangersOf(world: World): number {
  return Math.round(world.participants * 0.55)
}

/** Every Contact: of awkward people, of participants (one in a hundred twice), and of people the platform never saw. */
export function* contactRecords(world: World): Generator<OrgRecord> {
  yield* awkwardContacts(world)
  for (let index = AWKWARD.length; index < world.participants; index++) {
    if (fateOf(world, index) === 'contact') yield* contactsOf(world, index)
  }
  for (let index = 0; index < strangersOf(world); index++) {
    const who = stranger(world, index)
    yield contact(world, strangerContactId(index), who, dice(world, 'contact', STRANGERS_FROM + index))
  }
}

function* contactsOf(world: World, index: number): Generator<OrgRecord> {
  const who = person(world, index)
  const throws = dice(world, 'contact', index)
  const first = contact(world, contactIdOf(index), who, throws)
  yield first
  if (who.employer === undefined || !throws.chance(0.01)) return
  // Made by a form that knows no accounts: which of the two is primary is never in doubt.
  yield {
    ...first,
    Id: salesforceId('Contact', DUPLICATES_FROM + index),
    AccountId: null,
    LeadSource: 'Web',
    Title: null,
  }
}

function contact(world: World, id: string, who: Person, throws: Dice): OrgRecord {
  const madeDaysAgo = 60 + throws.below(1_400)
  const bounced = throws.chance(0.03)
  return {
    Id: id,
    AccountId: who.employer ? accountId(who.employer.index) : null,
    FirstName: who.first,
    LastName: who.last,
    Email: throws.chance(0.08) ? asTypedByHand(who.email) : who.email,
    Title: throws.chance(0.85) ? who.title : null,
    Department: throws.chance(0.6) ? who.department : null,
    Phone: throws.chance(0.7) ? who.phone : null,
    MailingCity: throws.chance(0.8) ? who.city : null,
    MailingCountry: who.country,
    LeadSource: throws.chance(0.9) ? throws.pick(LEAD_SOURCES) : null,
    HasOptedOutOfEmail: throws.chance(0.04),
    EmailBouncedReason: bounced ? '550 mailbox unavailable' : null,
    EmailBouncedDate: bounced ? Math.floor((world.now - 30 * DAY) / 1000) * 1000 : null,
    LastActivityDate: throws.chance(0.4) ? day(world.now - throws.below(madeDaysAgo) * DAY) : null,
    OwnerId: ownerId(throws.below(6)),
    ...datesOf(world, (madeDaysAgo + throws.next()) * DAY, throws.next() * 400 * DAY),
  }
}

/** `maria.garcia@x` as `Maria.garcia@x`: the org stores what was sent (objects.md §1). */
function asTypedByHand(email: string): string {
  return email.charAt(0).toUpperCase() + email.slice(1)
}
