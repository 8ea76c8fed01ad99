import { ObjectId } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Night } from '../../src/domain/night.js'
import { MhError } from '../../src/errors.js'
import { Database } from '../../src/mongo/database.js'
import { Nights } from '../../src/mongo/nights.js'
import { sampleOf, withSameRecord } from '../../src/mongo/participant-sample.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const EVENT = new ObjectId()
const ID = Array.from({ length: 7 }, (_, at) => new ObjectId(String(at + 1).padStart(24, '0')))
const id = (at: number) => String(ID[at])

describe.each(engines())('nights, on $name,', (engine) => {
  const held = useDatabase(engine, 'nights')
  let database: Database
  beforeAll(async () => {
    database = await Database.open({ uri: withDatabase(held.uri, held.name) })
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await held.db.collection('participants').deleteMany({})
    const someone = (at: number, given: object = {}) => ({
      _id: ID[at],
      registeredEvents: [{ eventId: EVENT }],
      ...given,
    })
    await held.db
      .collection('participants')
      .insertMany([
        someone(0, { salesforce: { contactId: '003A' } }),
        someone(1, { deletedAt: new Date() }),
        someone(2),
        someone(3, { registeredEvents: [{ eventId: new ObjectId() }], salesforce: { contactId: '003A' } }),
        someone(4, { salesforce: { leadId: '00QB' } }),
        someone(5, { salesforce: { leadId: '00QB', contactId: '003A' } }),
      ])
  })

  test('take samples one after the other: everybody comes up, whoever comes or goes meanwhile', async () => {
    const sample = (after?: string) => sampleOf(database, [String(EVENT)], after, 3)
    expect(await sample()).toEqual([id(0), id(2), id(4)])
    await held.db.collection('participants').deleteOne({ _id: ID[4] })
    await held.db.collection('participants').insertOne({ _id: ID[6], registeredEvents: [{ eventId: EVENT }] })
    expect(await sample(id(4))).toEqual([id(5), id(6), id(0)])
    expect(await sample(id(0))).toEqual([id(2), id(5), id(6)])
    expect(await sampleOf(database, [String(EVENT)], id(2), 100)).toEqual([id(5), id(6), id(0), id(2)])
    const began = new Date()
    const later = { $set: { updatedAt: new Date(began.getTime() + 1_000) } }
    await database.db.collection('participants').updateOne({ _id: new ObjectId(id(6)) }, later)
    expect(await sampleOf(database, [String(EVENT)], id(2), 100, began)).toEqual([id(5), id(0), id(2)])
  })

  test('look at everybody who is the same record as one of the sample, at the events that they are about', async () => {
    expect(await withSameRecord(database, [String(EVENT)], [id(0), id(2)])).toEqual([id(0), id(2), id(5)])
    expect(await withSameRecord(database, [String(EVENT)], [id(4)])).toEqual([id(4), id(5)])
    expect(await withSameRecord(database, [String(EVENT)], [id(2)])).toEqual([id(2)])
  })

  test('are kept with counts and codes, without what an error says; the latest sample is the one that goes on', async () => {
    const nights = new Nights(database, 90)
    expect(await nights.sampledUpTo()).toBeUndefined()
    // Not past: a server may remove at once what has expired by its own clock.
    const when = new Date('2126-03-29T01:30:00Z')
    const failed = new MhError('SF_UNREACHABLE', 'nobody answers at example.org')
    const spent = { calls: 1, milliseconds: 2.5, runIds: [] }
    const night: Night = {
      dryRun: false,
      startedAt: when,
      endedAt: when,
      calls: 2,
      verdict: 'not all well',
      exitCode: 3,
      steps: [
        { name: 'people', state: 'failed', counts: {}, error: failed, ...spent },
        { name: 'verify', state: 'done', counts: { people: 3 }, upTo: id(4), ...spent },
      ],
    }
    await nights.keep('21260329', night)
    await nights.keep('21260330', { ...night, steps: [] })
    expect(await nights.sampledUpTo()).toBe(id(4))
    const [kept] = await held.db.collection('salesforce_nights').find().sort({ _id: 1 }).toArray()
    expect(kept).toMatchObject({
      startedAt: when,
      verdict: 'not all well',
      exitCode: 3,
      expiresAt: new Date('2126-06-27T01:30:00Z'),
      steps: [
        { name: 'people', state: 'failed', code: 'SF_UNREACHABLE', milliseconds: 3 },
        { name: 'verify', counts: { people: 3 } },
      ],
    })
    expect(JSON.stringify(kept)).not.toContain('example.org')
  })
})
