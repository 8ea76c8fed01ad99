import { ObjectId } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { NormalEmail } from '../../src/domain/email.js'
import { KEPT_THINGS } from '../../src/domain/retention.js'
import { Database } from '../../src/mongo/database.js'
import { OPT_OUTS, OptOuts } from '../../src/mongo/opt-outs.js'
import { readPersonDocuments } from '../../src/mongo/person-documents.js'
import { PersonTraces } from '../../src/mongo/person-traces.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const AT = new Date('2026-11-02T09:00:00Z')
const ADA = 'ada.lovelace+x@gmail.com' as NormalEmail
const CONTACT = '0035e000000AAAAAAA'

describe.each(engines())('what is kept of a person, on $name,', (engine) => {
  const held = useDatabase(engine, 'person_traces')
  let database: Database

  beforeAll(async () => {
    database = await Database.open({ uri: withDatabase(held.uri, held.name) })
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    for (const name of ['salesforce_optouts', 'salesforce_run_lines', 'participants']) {
      await held.db.collection(name).deleteMany({})
    }
  })

  test('is noted under every trait and joined when two turn out to be one; the stronger holds, and lifting lifts all', async () => {
    const optOuts = new OptOuts(database)
    expect(await optOuts.find({ emails: [ADA] })).toBeUndefined()
    await optOuts.note({ emails: [ADA] }, 'org', AT)
    await optOuts.note({ recordIds: [CONTACT] }, 'asked', AT)
    await optOuts.note(
      { emails: ['adalovelace@googlemail.com'], recordIds: [CONTACT.slice(0, 15)], participantIds: ['p'] },
      'asked',
      AT,
    )
    const found = await optOuts.among([
      { emails: [ADA] },
      { recordIds: [CONTACT] },
      { participantIds: ['p'] },
      { emails: [{ $ne: null }] },
    ])
    expect(found.map((each) => each?.because)).toEqual(['asked', 'asked', 'asked', undefined])
    expect(new Set(found.slice(0, 3).map((each) => each?.person)).size).toBe(1)
    expect(await optOuts.count()).toEqual({ asked: 1, erased: 0, org: 0 })
    await optOuts.noteFlagged([CONTACT])
    expect(await optOuts.flagged([CONTACT, '0035e000000BBBBAAA'])).toEqual(new Set([CONTACT]))
    await optOuts.lift({ participantIds: ['p'] })
    expect(await held.db.collection('salesforce_optouts').countDocuments()).toBe(0)
  })

  test('is in the copy from every collection that may hold something of people, and from no other', () => {
    const keys = { emails: [ADA], participantIds: ['p'], recordIds: [CONTACT] }
    const copied = new PersonTraces(database).all(keys).map(({ collection }) => collection)
    const held = KEPT_THINGS.filter(({ notInCopy }) => notInCopy === undefined).map(({ where }) => where)
    expect([...copied, OPT_OUTS].sort()).toEqual(held.sort())
  })

  test('is one key, however many make it at once', async () => {
    await held.db.collection('salesforce_keys').deleteMany({})
    const noting = Array.from({ length: 5 }, () => new OptOuts(database).note({ emails: [ADA] }, 'asked', AT))
    expect(new Set(await Promise.all(noting)).size).toBe(1)
  })

  test('is found in documents under any spelling, and by what they are linked to', async () => {
    const linked = { email: 'other@engines.example', salesforce: { contactId: CONTACT } }
    const others = [{ email: 'ada.lovelacex@gmail.com' }, { email: { $ne: null } }]
    await held.db.collection('participants').insertMany([{ email: 'ADA.lovelace@googlemail.com' }, linked, ...others])
    const keys = { emails: [ADA], participantIds: [], recordIds: [CONTACT] }
    const found = await readPersonDocuments(database, keys)
    expect(found.map(({ storedEmail }) => storedEmail)).toEqual([
      'ADA.lovelace@googlemail.com',
      'other@engines.example',
    ])
    expect(await readPersonDocuments(database, { emails: [], participantIds: ['none'], recordIds: [] })).toEqual([])
  })

  test('is taken from lines, of which what an erasure did is counted', async () => {
    const id = new ObjectId().toHexString()
    const lines = held.db.collection<{ _id: string }>('salesforce_run_lines')
    const line = {
      object: 'Lead',
      action: 'insert',
      state: 'done',
      key: id,
      recordId: 'r',
      participantIds: [id],
      before: {},
      after: { Email: ADA },
    }
    const removed = {
      object: 'Lead',
      action: 'delete',
      state: 'done',
      key: 'erased',
      participantIds: ['tag'],
      after: { what: 'removed', records: 2 },
    }
    await lines.insertMany([
      { _id: 'run1/00000000', ...line },
      { _id: 'run2/00000000', ...removed },
      { _id: 'run3/00000000', ...removed },
    ] as never)
    const [traces, keys] = [new PersonTraces(database), { emails: [ADA], participantIds: [id], recordIds: [] }]
    expect(await traces.recordsInLines([id])).toEqual({ ids: ['r'], leadsMade: ['r'] })
    await traces.maskLines(keys, 'tag')
    expect(await lines.findOne({ _id: 'run1/00000000' })).toEqual({
      ...{ _id: 'run1/00000000', object: 'Lead', action: 'insert', state: 'done', key: 'erased' },
      ...{ participantIds: ['tag'], erased: true },
    })
    const [done] = await traces.erasedFor('tag')
    expect({ ...done, runs: done?.runs.sort() }).toEqual({
      object: 'Lead',
      what: 'removed',
      records: 4,
      runs: ['run2', 'run3'],
    })
  })
})
