import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { normaliseEmail, type NormalEmail } from '../../src/domain/email.js'
import { Database } from '../../src/mongo/database.js'
import { LeadClaims, readLookalikes, type LeadClaim } from '../../src/mongo/lead-claims.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const claim = (address: string, ...participantIds: string[]): LeadClaim => {
  const normal = normaliseEmail(address)
  if (!normal.ok) throw new Error(normal.problem)
  return {
    email: normal.email,
    participantIds,
    consent: { source: 'newsletter', at: new Date('2026-03-01T00:00:00Z') },
  }
}
const ADA = claim('ada@example.org', 'p1')
const BOB = claim('bob@example.org', 'p2', 'p3')
const emails = (...claims: LeadClaim[]): NormalEmail[] => claims.map(({ email }) => email)

describe.each(engines())('claims on Leads, on $name', (engine) => {
  const held = useDatabase(engine, 'lead_claims')
  let database: Database
  beforeAll(async () => {
    database = await Database.open({ uri: withDatabase(held.uri, held.name) })
  })
  afterAll(() => database.close())
  const collection = () => held.db.collection('salesforce_leads')
  beforeEach(() => collection().deleteMany({}))
  const run = (name: string, org = '00D000000000001') => new LeadClaims(database, org, name)
  const age = (minutes: number) =>
    collection().updateMany({}, { $set: { at: new Date(Date.now() - minutes * 60_000) } })

  test('are given to the first who asks, and the second is told', async () => {
    expect(await run('first').take([ADA, BOB])).toEqual(new Map())
    const refused = await run('second').take([ADA, claim('eve@example.org', 'p4')])
    expect([...refused]).toEqual([[ADA.email, { state: 'claimed' }]])
  })

  test('are given once, however many ask at the same time', async () => {
    const runs = Array.from({ length: 8 }, (_, at) => run(`run ${at}`))
    const answers = await Promise.all(runs.map((each) => each.take([ADA, BOB])))
    for (const { email } of [ADA, BOB]) {
      expect(answers.filter((refused) => !refused.has(email))).toHaveLength(1)
    }
  })

  test('are one for each org: what a sandbox has is nothing to production', async () => {
    await run('first').take([ADA])
    expect(await run('second', '00D000000000002').take([ADA])).toEqual(new Map())
  })

  test('pass to another run when their run has died, and are not confirmed to it then', async () => {
    await run('dead').take([ADA])
    await age(19)
    expect((await run('heir').take([ADA])).size).toBe(1)
    await age(21)
    expect(await run('heir').take([ADA])).toEqual(new Map())
    expect(await run('dead').confirm(emails(ADA))).toEqual(new Set())
    expect(await run('heir').confirm(emails(ADA))).toEqual(new Set(emails(ADA)))
  })

  test('live longer when they are confirmed', async () => {
    await run('slow').take([ADA])
    await age(19)
    await run('slow').confirm(emails(ADA))
    const [kept] = await collection().find().toArray()
    expect(Date.now() - (kept?.['at'] as Date).getTime()).toBeLessThan(5 * 60_000)
  })

  test('that made a Lead stand for ever, with its id and the consent', async () => {
    await run('first').take([ADA])
    await run('first').created([{ email: ADA.email, leadId: '00Q1' }])
    await age(60 * 24 * 365)
    expect(await run('second').take([ADA])).toEqual(new Map([[ADA.email, { state: 'created', leadId: '00Q1' }]]))
    expect(await collection().findOne()).toMatchObject({
      participantIds: ['p1'],
      consent: ADA.consent,
      createdAt: expect.any(Date) as Date,
    })
  })

  test('that are given back are free; those of another run, and those with a Lead, are not given back', async () => {
    await run('first').take([ADA, BOB])
    await run('first').created([{ email: BOB.email, leadId: '00Q1' }])
    await run('second').release(emails(ADA, BOB))
    expect((await run('third').take([ADA])).size).toBe(1)
    await run('first').release(emails(ADA, BOB))
    expect((await run('third').take([ADA, BOB])).get(BOB.email)).toMatchObject({ state: 'created' })
  })

  test('that were parked are told by participant, and may be taken when nobody is like them any more', async () => {
    await run('first').take([ADA, BOB])
    await run('first').parked([{ email: BOB.email, lookalikeIds: ['003A', '00QB'] }])
    expect(await readLookalikes(database)).toEqual(
      new Map([
        ['p2', ['003A', '00QB']],
        ['p3', ['003A', '00QB']],
      ]),
    )
    expect(await run('second').take([BOB])).toEqual(new Map())
    expect(await readLookalikes(database)).toEqual(new Map())
  })

  test('hold no address', async () => {
    await run('first').take([ADA])
    expect(JSON.stringify(await collection().find().toArray())).not.toContain('ada@')
  })
})
