import { ObjectId, type Db, type Document } from 'mongodb'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Participant } from '../../src/domain/person.js'
import { Database } from '../../src/mongo/database.js'
import { listEvents } from '../../src/mongo/events.js'
import { LookupCache } from '../../src/mongo/lookup-cache.js'
import { OptOuts } from '../../src/mongo/opt-outs.js'
import { Participants } from '../../src/mongo/participants.js'
import type { LookupAnswer } from '../../src/domain/lookup-answer.js'
import type { NormalEmail } from '../../src/domain/email.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const SPRING = new ObjectId('680000000000000000000001')
const AUTUMN = new ObjectId('680000000000000000000002')

describe.each(engines())('the platform on $name', (engine) => {
  const platform = useDatabase(engine, 'platform')
  let db: Db
  let database: Database
  let participants: Participants

  beforeAll(async () => {
    db = platform.db
    database = await Database.open({ uri: withDatabase(platform.uri, platform.name) })
    participants = new Participants(database)
  })
  afterEach(() => db.dropDatabase())
  afterAll(() => database.close())

  const register = async (people: Document[]): Promise<ObjectId[]> => {
    const documents = people.map((person, i) => ({
      name: `Person ${i}`,
      email: `person${i}@example.com`,
      skillsEmbedding: [0.5, 0.25],
      registeredEvents: [{ eventId: SPRING, status: 'registered' }],
      deletedAt: null,
      ...person,
    }))
    return Object.values((await db.collection('participants').insertMany(documents)).insertedIds)
  }
  const all = async (scope: { eventIds?: string[] } = {}, size = 2): Promise<Participant[]> => {
    const pages: Participant[][] = []
    for await (const page of participants.pages(scope, size)) pages.push(page)
    return pages.flat()
  }
  const first = async (): Promise<Participant> => {
    const [participant] = await all()
    if (!participant) throw new Error('nobody is registered')
    return participant
  }
  const stored = async (id: string) => db.collection('participants').findOne({ _id: new ObjectId(id) })
  /** What is kept for a while only, a server may remove as soon as that is over by its own clock. */
  const syncedAt = new Date('2126-11-02T10:00:00Z')

  test('pages hold everybody of an event once, in the order of their ids, and nobody who is deleted', async () => {
    const ids = await register([{}, { deletedAt: new Date() }, {}, { registeredEvents: [{ eventId: AUTUMN }] }, {}])
    const spring = await all({ eventIds: [SPRING.toHexString()] })
    expect(spring.map(({ id }) => id)).toEqual([ids[0], ids[2], ids[4]].map(String))
    expect(await participants.count({ eventIds: [SPRING.toHexString()] })).toBe(3)
    expect(await participants.countDeleted({ eventIds: [SPRING.toHexString()] })).toBe(1)
  })

  test('people who register while pages are read are seen', async () => {
    await register([{}, {}, {}])
    const seen: string[] = []
    for await (const page of participants.pages({}, 2)) {
      if (seen.length === 0) await register([{ email: 'late@example.com', name: 'Late' }])
      seen.push(...page.map(({ name }) => name))
    }
    expect(seen).toContain('Late')
  })

  test('documents of any shape become participants: what is not text is kept for the reason', async () => {
    await register([
      { email: { $ne: null } },
      { email: 7, name: 12, salesforce: 'odd' },
      { salesforce: { contactId: 5, title: 'CTO' } },
    ])
    const people = await all()
    expect(people.map(({ storedEmail }) => storedEmail)).toEqual([{ $ne: null }, 7, 'person2@example.com'])
    expect(people.map(({ current }) => [current.contactId, current.title])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      ['5', 'CTO'],
    ])
  })

  test('ids that are no text are kept as text, so that they are seen to differ and are removed', async () => {
    await register([{ salesforce: { contactId: { $ne: null }, leadId: null } }])
    expect((await first()).current).toMatchObject({ contactId: '{"$ne":null}', leadId: undefined })
  })

  test('people whose own id is no ObjectId are left out and counted, and the others are read', async () => {
    const odd = ['a string', 7, { odd: true }].map((_id, i) => ({ _id, email: `odd${i}@example.com` }))
    await register([{}, ...odd, { _id: 'gone', deletedAt: new Date() }, {}, {}])
    await register([{ _id: 8, email: 'autumn@example.com', registeredEvents: [{ eventId: AUTUMN }] }])
    const spring = { eventIds: [SPRING.toHexString()] }
    expect((await all(spring)).map(({ storedEmail }) => storedEmail)).toEqual([
      'person0@example.com',
      'person5@example.com',
      'person6@example.com',
    ])
    expect(await participants.count(spring)).toBe(3)
    expect(await participants.countUnreadable(spring)).toBe(3)
    expect(await participants.countUnreadable({})).toBe(4)
    expect(await participants.byEmail(['odd0@example.com', 'person0@example.com'])).toHaveLength(1)
  })

  test('a write sets and removes only our fields', async () => {
    await register([
      { salesforce: { contactId: '003A', title: 'Old', campaigns: [{ campaignId: '701' }] }, bio: 'theirs' },
    ])
    const participant = await first()
    const change = { set: { contactId: '003B', customerTier: 'growth' as const }, unset: ['title' as const] }
    expect(await participants.write([{ participant, change, syncedAt }])).toEqual({ written: 1, moved: 0, failed: [] })
    expect(await stored(participant.id)).toMatchObject({
      bio: 'theirs',
      customerTier: 'growth',
      skillsEmbedding: [0.5, 0.25],
      salesforce: { contactId: '003B', campaigns: [{ campaignId: '701' }], lastSyncedAt: syncedAt },
    })
    expect((await stored(participant.id))?.salesforce).not.toHaveProperty('title')
  })

  test('somebody who changed address or was deleted meanwhile is not written to', async () => {
    const [changed, deleted] = await register([{}, {}])
    const people = await all()
    await db.collection('participants').updateOne({ _id: changed }, { $set: { email: 'other@example.com' } })
    await db.collection('participants').updateOne({ _id: deleted }, { $set: { deletedAt: new Date() } })
    const writes = people.map((participant) => ({
      participant,
      change: { set: { contactId: '003A' }, unset: [] },
      syncedAt,
    }))
    expect(await participants.write(writes)).toEqual({ written: 0, moved: 2, failed: [] })
  })

  test('somebody who opted out or was erased meanwhile is not written to, and the others are', async () => {
    const [asked, erased, flagged, other] = await register([{}, {}, {}, {}])
    const people = await all()
    const optOuts = new OptOuts(database)
    await optOuts.note({ emails: ['Person0+x@example.com'] }, 'asked', syncedAt)
    await optOuts.note({ participantIds: [String(erased)] }, 'erased', syncedAt)
    await optOuts.note({ participantIds: [String(flagged)] }, 'org', syncedAt)
    const change = { set: { contactId: '003A' }, unset: [] }
    const writes = people.map((participant) => ({ participant, change, syncedAt }))
    expect(await participants.write(writes)).toEqual({ written: 2, moved: 2, failed: [] })
    const ids = [asked, erased, flagged, other].map(String)
    expect(await participants.stampedAt(ids, syncedAt)).toEqual(new Set([flagged, other].map(String)))
    expect(await participants.write(writes.slice(0, 2))).toEqual({ written: 0, moved: 2, failed: [] })
  })

  test('an address that is an operator matches nobody else', async () => {
    const [hostile, bystander] = await register([{ email: { $ne: null } }, {}])
    const people = await all()
    const writes = people
      .slice(0, 1)
      .map((participant) => ({ participant, change: { set: { contactId: '003A' }, unset: [] }, syncedAt }))
    await participants.write(writes)
    expect((await stored(String(hostile)))?.salesforce).toMatchObject({ contactId: '003A' })
    expect(await stored(String(bystander))).not.toHaveProperty('salesforce')
  })

  test('a document that cannot be written is told by its id, and the others go on', async () => {
    const [broken, good] = await register([{ salesforce: 'not an object' }, {}])
    const people = await all()
    const writes = people.map((participant) => ({
      participant,
      change: { set: { contactId: '003A' }, unset: [] },
      syncedAt,
    }))
    const report = await participants.write(writes)
    expect(report).toMatchObject({ written: 1, moved: 0, failed: [{ participantId: String(broken) }] })
    expect((await stored(String(good)))?.salesforce).toMatchObject({ contactId: '003A' })
  })

  test('a write beside a save of the platform loses neither', async () => {
    const [id] = await register([{}])
    const participant = await first()
    const push = { $push: { registeredEvents: { eventId: AUTUMN, status: 'registered' } } as Document }
    await Promise.all([
      participants.write([{ participant, change: { set: { contactId: '003A' }, unset: [] }, syncedAt }]),
      db.collection('participants').updateOne({ _id: id }, push),
    ])
    const after = await stored(String(id))
    expect(after?.registeredEvents).toHaveLength(2)
    expect(after?.salesforce).toMatchObject({ contactId: '003A' })
  })

  test('--stale leaves out who was looked at since, and takes who never was', async () => {
    const stamps = ['2026-10-01', '2026-11-01'].map((day) => ({ salesforce: { lastSyncedAt: new Date(day) } }))
    await register([...stamps, {}])
    expect(await participants.count({ notSyncedSince: new Date('2026-10-15') })).toBe(2)
  })

  test('events are listed with their slugs, whatever else they lack', async () => {
    await db.collection('events').insertMany([
      { _id: SPRING, name: 'Spring', landingPage: { slug: 'spring-2026' } },
      { _id: AUTUMN, name: 'Autumn' },
    ])
    const events = await listEvents(database)
    expect(events).toContainEqual({
      id: SPRING.toHexString(),
      name: 'Spring',
      slug: 'spring-2026',
      status: undefined,
      startDate: undefined,
    })
    expect(events).toHaveLength(2)
  })

  test('events whose id is no ObjectId are left out, and the others are listed', async () => {
    await db.collection('events').insertMany([{ _id: 'odd', name: 'Odd' } as Document, { name: 'Spring' }])
    expect((await listEvents(database)).map(({ name }) => name)).toEqual(['Spring'])
  })

  test('a database with events is the platform, though nobody has registered yet; an empty one is not', async () => {
    expect(await database.isPlatform()).toBe(false)
    await db.collection('events').insertOne({ name: 'Spring' })
    expect(await database.isPlatform()).toBe(true)
  })

  test('a parked answer with leads to choose from is read back from the cache as it was', async () => {
    const email = 'info@example.com' as NormalEmail
    const lead = { id: '00QA', name: 'Bob Sales', email, converted: false, lastModified: new Date('2026-01-01') }
    const match = {
      kind: 'parked' as const,
      cause: 'role address' as const,
      contacts: [],
      leads: [lead],
      because: ['a role address'],
      rejected: [],
    }
    const answer: LookupAnswer = { email, match, memberships: [], askedAt: syncedAt }
    const cache = new LookupCache(database, '00DA')
    await cache.write([answer])
    expect((await cache.read([email], syncedAt)).get(email)).toEqual(answer)
  })

  test('a cached answer is read back as it was, until it expires, and for its own org only', async () => {
    const email = 'ana@example.com' as NormalEmail
    const askedAt = syncedAt
    const contact = {
      id: '003A',
      name: 'Ana',
      email,
      bounced: false,
      createdAt: new Date('2020-01-01'),
      account: { id: '001A', name: 'Acme' },
    }
    const match = {
      kind: 'contact' as const,
      contact,
      rule: 'only contact' as const,
      because: ['the only one'],
      rejected: [],
    }
    const answer: LookupAnswer = { email, match, memberships: [], askedAt }
    const cache = new LookupCache(database, '00DA')
    await cache.write([answer])
    await cache.write([answer])
    const minutes = (n: number) => new Date(askedAt.getTime() + n * 60_000)
    expect((await cache.read([email], minutes(14))).get(email)).toEqual(answer)
    expect((await cache.read([email], minutes(15))).size).toBe(0)
    expect((await new LookupCache(database, '00DB').read([email], askedAt)).size).toBe(0)
  })
})
