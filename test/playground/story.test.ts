import type { Document } from 'bson'
import { ObjectId } from 'bson'
import { describe, expect, test } from 'vitest'
import { toId18 } from '../../src/playground/org/ids.js'
import type { OrgRecord } from '../../src/playground/story/records.js'
import { story, type Story } from '../../src/playground/story/story.js'

const now = new Date('2026-05-04T08:00:00Z')
const small = story({ now })
const big = story({ participants: 5_000, now })

function first<T>(count: number, items: Iterable<T>): T[] {
  const taken: T[] = []
  for (const item of items) {
    if (taken.length === count) break
    taken.push(item)
  }
  return taken
}

function* everything(of: Story): Generator<Document> {
  for (const documents of Object.values(of.platform)) yield* documents
  yield* orgRecords(of)
}

function* orgRecords({ org }: Story): Generator<OrgRecord> {
  yield* org.users
  yield* org.accounts
  yield* org.contacts
  yield* org.leads
  yield* org.campaigns
  yield* org.campaignMemberStatuses
  yield* org.campaignMembers
}

/** Every text anywhere inside a document. */
function* texts(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (Array.isArray(value)) for (const item of value) yield* texts(item)
  else if (value !== null && typeof value === 'object' && !(value instanceof ObjectId) && !(value instanceof Date)) {
    for (const item of Object.values(value)) yield* texts(item)
  }
}

const reserved = /(?:^|\.)(?:example|test|example\.(?:com|org|net))$/u

describe('the story is the same whenever it is told', () => {
  test('the same seed gives the same first 500 people, on the platform and in the org', () => {
    const again = story({ participants: 5_000, now })
    expect(first(500, again.platform.participants)).toEqual(first(500, big.platform.participants))
    expect(first(500, again.platform.users)).toEqual(first(500, big.platform.users))
    expect(first(500, again.org.contacts)).toEqual(first(500, big.org.contacts))
    expect(first(500, again.org.leads)).toEqual(first(500, big.org.leads))
  })

  test('it can be read twice', () => {
    expect([...small.org.contacts]).toEqual([...small.org.contacts])
  })

  test('another seed gives other people', () => {
    const other = story({ participants: 5_000, seed: 'another', now })
    const names = (of: Story) =>
      first(500, of.platform.participants)
        .slice(100)
        .map(({ name }) => name as unknown)
    expect(names(other)).not.toEqual(names(big))
  })

  test('ten of a million are there at once', () => {
    const million = story({ participants: 1_000_000, now })
    const before = performance.now()
    for (const items of [...Object.values(million.platform), million.org.contacts, million.org.leads]) first(10, items)
    expect(performance.now() - before).toBeLessThan(5_000)
  })

  test.each([0, 99, 1.5, 5_000_001, Number.NaN])('%d participants are refused', (participants) => {
    expect(() => story({ participants, now })).toThrow(RangeError)
  })
})

describe('the platform', () => {
  test('every participant has the fields of the platform', () => {
    for (const participant of small.platform.participants) {
      expect(participant).toMatchObject({
        _id: expect.any(ObjectId) as ObjectId,
        userId: expect.any(ObjectId) as ObjectId,
        name: expect.stringMatching(/./u) as string,
        bio: expect.any(String) as string,
        skills: expect.any(Array) as string[],
        interests: expect.any(Array) as string[],
        pastProjects: expect.any(Array) as string[],
        experience_level: expect.stringMatching(/^(?:beginner|intermediate|advanced)$/u) as string,
        customResponses: expect.any(Object) as object,
        createdAt: expect.any(Date) as Date,
        updatedAt: expect.any(Date) as Date,
        __v: expect.any(Number) as number,
      })
      expect(participant).toHaveProperty('email')
      expect(participant).toHaveProperty('teamId')
      expect(registrationsOf(participant).length).toBeGreaterThan(0)
    }
  })

  test('every registration names an event that exists, and a status that it may have', () => {
    const events = new Set([...small.platform.events].map(({ _id }) => String(_id)))
    for (const { _id, eventId, registrationDate, status } of [...small.platform.participants].flatMap(
      registrationsOf,
    )) {
      expect(_id).toBeInstanceOf(ObjectId)
      expect(events).toContain(String(eventId))
      expect(registrationDate).toBeInstanceOf(Date)
      expect(['registered', 'attended', 'no_show']).toContain(status)
    }
  })

  test('every participant has one user, and the staff has users only', () => {
    const users = new Map([...small.platform.users].map((user) => [String(user['_id']), user]))
    for (const { userId } of small.platform.participants) {
      expect(users.get(String(userId))).toMatchObject({ role: 'participant' })
      users.delete(String(userId))
    }
    expect(users.size).toBe(10)
    for (const user of users.values()) expect(user['role']).not.toBe('participant')
  })

  test('no two participants and no two users have one address', () => {
    for (const people of [big.platform.participants, big.platform.users]) {
      const emails = [...people].map(({ email }) => JSON.stringify(email))
      expect(new Set(emails).size).toBe(emails.length)
    }
  })

  test('ids are unique in every collection', () => {
    for (const documents of Object.values(big.platform)) {
      const ids = [...documents].map(({ _id }) => String(_id))
      expect(new Set(ids).size).toBe(ids.length)
    }
  })

  test('`spring-2026` is a part of one slug, and `summer` of two', () => {
    const slugs = [...small.platform.events].map(
      (event) => (event['landingPage'] as { slug: string } | undefined)?.slug,
    )
    expect(slugs.filter((slug) => slug?.includes('spring-2026'))).toEqual(['mongodb-spring-2026'])
    expect(slugs.filter((slug) => slug?.includes('summer'))).toHaveLength(2)
    expect(slugs).toContain(undefined)
  })

  test('there are events in every state, and one that nobody registered for', () => {
    const events = [...small.platform.events]
    expect(new Set(events.map(({ status }) => status as unknown))).toEqual(
      new Set(['draft', 'open', 'in_progress', 'concluded']),
    )
    const chosen = new Set(
      [...small.platform.participants].flatMap(registrationsOf).map(({ eventId }) => String(eventId)),
    )
    expect(events.filter(({ _id, status }) => status !== 'draft' && !chosen.has(String(_id)))).toHaveLength(1)
  })

  test('only some of the first few hundred participants carry an embedding', () => {
    const carriers = [...big.platform.participants].map((participant) => 'skillsEmbedding' in participant)
    expect(carriers.filter(Boolean).length).toBeGreaterThan(100)
    expect(carriers.lastIndexOf(true)).toBeLessThan(400)
  })

  test('members of teams and projects are users, and a participant names their own team', () => {
    const teams = new Map([...big.platform.teams].map((team) => [String(team['_id']), team]))
    const members = new Map(
      [...big.platform.participants].map(({ userId, teamId }) => [String(userId), String(teamId)]),
    )
    for (const [id, team] of teams) {
      for (const member of team['members'] as ObjectId[]) expect(members.get(String(member))).toBe(id)
    }
    for (const { teamId, teamMembers } of big.platform.projects) {
      expect(teamMembers).toEqual(teams.get(String(teamId))?.['members'])
    }
  })

  test('nothing that a server wrote is later than now, even if the events are still to come', () => {
    const early = new Date('2025-01-01T00:00:00Z')
    const told = story({ now: early })
    for (const { createdAt, updatedAt, registeredEvents } of told.platform.participants) {
      const written = [
        createdAt,
        updatedAt,
        ...(registeredEvents as Document[]).map((each) => each['registrationDate'] as Date),
      ]
      for (const date of written as Date[]) expect(date.getTime()).toBeLessThanOrEqual(early.getTime())
    }
    for (const { CreatedDate, LastModifiedDate, SystemModstamp } of orgRecords(told)) {
      for (const time of [CreatedDate, LastModifiedDate, SystemModstamp])
        expect(Number(time ?? 0)).toBeLessThanOrEqual(early.getTime())
    }
  })
})

describe('the org', () => {
  test('every id is well-formed, and unique', () => {
    const ids = [...orgRecords(big)].map(({ Id }) => String(Id))
    for (const id of ids) expect(toId18(id)).toBe(id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('every reference leads to a record', () => {
    const ids = new Set([...orgRecords(big)].map(({ Id }) => Id))
    const dangling = [...orgRecords(big)]
      .flatMap((record) => Object.entries(record))
      .filter(([field, value]) => field.endsWith('Id') && value !== null && !ids.has(value))
    expect(dangling).toEqual([])
  })

  test('about 55 % of the participants are contacts, 15 % leads and 30 % strangers to it', () => {
    const fold = (email: unknown) => String(email).trim().toLowerCase()
    const contacts = new Set([...big.org.contacts].map(({ Email }) => fold(Email)))
    const leads = new Set(
      [...big.org.leads].filter(({ IsConverted }) => IsConverted !== true).map(({ Email }) => fold(Email)),
    )
    const emails = [...big.platform.participants].map(({ email }) => fold(email))
    const known = emails.filter((email) => contacts.has(email)).length
    const asLead = emails.filter((email) => !contacts.has(email) && leads.has(email)).length
    expect(known / emails.length).toBeCloseTo(0.55, 1)
    expect(asLead / emails.length).toBeCloseTo(0.15, 1)
  })

  test('it has as many contacts again whom the platform never saw', () => {
    const emails = new Set([...big.platform.participants].map(({ email }) => String(email).toLowerCase()))
    const unrelated = [...big.org.contacts].filter(({ Email }) => !emails.has(String(Email).toLowerCase()))
    expect(unrelated.length / emails.size).toBeGreaterThan(0.5)
  })

  test('accounts have a tier and a type, or none, and one owner has left', () => {
    const tiers = new Set([...big.org.accounts].map(({ Customer_Tier__c }) => Customer_Tier__c))
    expect(tiers).toEqual(new Set(['Enterprise', 'Growth', 'Startup', 'Community', null]))
    const types = new Set([...big.org.accounts].map(({ Type }) => Type))
    expect(types).toEqual(new Set(['Customer', 'Prospect', 'Partner', null]))
    expect([...big.org.users].filter(({ IsActive }) => IsActive === false)).toHaveLength(1)
    expect(big.org.customFields).toHaveProperty('Account.0.name', 'Customer_Tier__c')
  })

  test('nobody is a member of a campaign twice, and every member has a status of it', () => {
    const members = [...big.org.campaignMembers]
    const pairs = members.map(
      ({ CampaignId, ContactId, LeadId }) => `${String(CampaignId)} ${String(ContactId ?? LeadId)}`,
    )
    expect(new Set(pairs).size).toBe(pairs.length)
    const statuses = [...big.org.campaignMemberStatuses].map(
      ({ CampaignId, Label }) => `${String(CampaignId)} ${String(Label)}`,
    )
    for (const { CampaignId, Status } of members) expect(statuses).toContain(`${String(CampaignId)} ${String(Status)}`)
  })
})

describe('the proportions', () => {
  test.each([
    ['360', small],
    ['5,000', big],
  ])('of %s participants about seven in ten are in the spring event, and some in two or three', (_, told) => {
    const spring = [...told.platform.events].find(({ name }) => name === 'MongoDB Spring Hackathon 2026')
    const lists = [...told.platform.participants].map(registrationsOf)
    const share = lists.filter((list) => list.some(({ eventId }) => String(eventId) === String(spring?.['_id']))).length
    expect(share / lists.length).toBeGreaterThan(0.65)
    expect(share / lists.length).toBeLessThan(0.82)
    expect(lists.filter(({ length }) => length === 2).length).toBeGreaterThan(0)
    expect(lists.filter(({ length }) => length === 3).length).toBeGreaterThan(0)
  })

  test('about two in five want the newsletter', () => {
    const wanting = [...big.platform.users].filter(
      ({ notificationPreferences }) => (notificationPreferences as { newsletter: boolean }).newsletter,
    )
    expect(wanting.length / 5_000).toBeCloseTo(0.4, 1)
  })
})

test('every address and every host is of a reserved domain', () => {
  for (const document of everything(story({ participants: 2_000, now }))) {
    for (const text of texts(document)) {
      const host = text.startsWith('https://') ? new URL(text).hostname : /@([^@\s]+)\s*$/u.exec(text)?.[1]
      if (host !== undefined) expect(host.toLowerCase()).toMatch(reserved)
    }
  }
})

interface StoredRegistration {
  _id: ObjectId
  eventId: ObjectId
  registrationDate: Date
  status: string
}

function registrationsOf(participant: Document): StoredRegistration[] {
  return participant['registeredEvents'] as StoredRegistration[]
}
