import { ObjectId } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCampaignSync } from '../../src/cli/run-campaign-sync.js'
import { runExplain, runHistory } from '../../src/cli/run-person.js'
import { recordOf } from '../../src/domain/lookup-answer.js'
import { explainText } from '../../src/render/explain.js'
import { historyText } from '../../src/render/history.js'
import type { Explanation } from '../../src/sync/explain.js'
import { anApp } from '../support/an-app.js'
import { aWorld, type World } from '../support/world.js'

const EVENT = 'atlas-builders-online'
const SYNC = { event: EVENT, 'dry-run': false, correct: false, via: 'auto', quiet: true } as const
const LOOKED_AT = 12

describe('one person', () => {
  let world: World
  let ids: string[]
  const explained = async (id: string) => {
    await using app = await anApp(world.user, 'explain')
    return await runExplain(app, id)
  }
  const told = async (id: string) => {
    await using app = await anApp(world.user, 'history')
    return await runHistory(app, id, 1_000)
  }
  const ofEvent = ({ events }: Explanation) => events.find(({ event }) => event.slug === EVENT)

  beforeAll(async () => {
    world = await aWorld({ participants: 150 })
    const event = await world.db.collection('events').findOne({ 'landingPage.slug': EVENT })
    const registered = { 'registeredEvents.eventId': event?._id, deletedAt: null }
    const people = await world.db.collection('participants').find(registered).limit(LOOKED_AT).toArray()
    ids = people.map(({ _id }) => String(_id))
  })
  afterAll(() => world.close())

  test('is explained as the sync then does it, and again as owed nothing; the log has each change', async () => {
    const before = new Map<string, Explanation>()
    for (const id of ids) before.set(id, await explained(id))
    const joining = [...before].filter(([, each]) => ofEvent(each)?.member?.change?.kind === 'insert')
    const leftOut = [...before].filter(([, each]) => ofEvent(each)?.leftOut !== undefined)
    expect(joining.length).toBeGreaterThan(0)
    expect(leftOut.length).toBeGreaterThan(0)
    expect(joining.length + leftOut.length).toBe(ids.length)
    await using app = await anApp(world.user, 'campaign sync')
    expect((await runCampaignSync(app, 'sync', SYNC)).exitCode).toBe(0)

    const members = world.org.store.scan('CampaignMember')
    const joined = new Set([...members].flatMap(({ ContactId, LeadId }) => [ContactId, LeadId]))
    for (const [id, { decision }] of joining) {
      expect(joined).toContain(decision.match && recordOf(decision.match))
      const after = await explained(id)
      expect(ofEvent(after)?.member).toMatchObject({ member: { status: expect.any(String) as string } })
      expect(ofEvent(after)?.member?.change).toBeUndefined()
      expect([after.decision.change, after.contactChanges]).toEqual([undefined, []])
      expect(explainText(after, new Date())).toContain('as it should be')
    }
    for (const [id, each] of before) {
      const { steps } = await told(id)
      const lines = steps.flatMap((step) => step.lines)
      const made = lines.filter(({ object, action }) => object === 'CampaignMember' && action === 'insert')
      expect(made).toHaveLength(ofEvent(each)?.member?.change?.kind === 'insert' ? 1 : 0)
      const fields = lines
        .filter(({ object }) => object === 'participants')
        .flatMap(({ after = {} }) => Object.keys(after))
      expect(fields).toEqual(expect.arrayContaining(Object.keys(each.decision.change?.set ?? {})))
      expect(steps.every(({ run }) => run?.command === 'campaign sync')).toBe(true)
    }
  })

  test('has a log also when the platform has deleted them, by address as by id, and no address is told', async () => {
    const [id = ''] = ids
    const _id = new ObjectId(id)
    const who = await world.db.collection('participants').findOneAndUpdate({ _id }, { $set: { deletedAt: new Date() } })
    const [byId, byAddress] = [await told(id), await told(String(who?.email).toUpperCase())]
    expect(byAddress).toEqual(byId)
    expect(byId.participant).toMatchObject({ id, deleted: true })
    expect(historyText(byId, new Date())).toContain('deleted on the platform')
    await world.db.collection('participants').updateOne({ _id }, { $unset: { deletedAt: 1 } })
  })

  test('who is not there, or is typed wrongly, is told so without the address', async () => {
    const refused = async (typed: string) => told(typed).catch((error: unknown) => error)
    expect(await refused('nobody-at-all@example.com')).toMatchObject({ code: 'NOT_FOUND', exitCode: 4 })
    expect(await refused('not an address')).toMatchObject({ code: 'USAGE' })
    for (const typed of ['nobody-at-all@example.com', 'not an address'])
      expect(String(await refused(typed))).not.toContain(typed)
  })
})
