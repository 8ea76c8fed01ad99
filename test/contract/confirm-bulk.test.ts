import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { syncTools } from '../../src/cli/run-campaign-sync.js'
import type { PlannedCalls } from '../../src/domain/planned-calls.js'
import type { AskedWay } from '../../src/domain/write-plan.js'
import { MhError } from '../../src/errors.js'
import { Runs } from '../../src/mongo/runs.js'
import { syncCampaigns } from '../../src/sync/campaign-sync.js'
import { contactPush } from '../../src/sync/contact-push.js'
import { anApp } from '../support/an-app.js'
import { impatientClock } from '../support/an-org.js'
import { aWorld, type World } from '../support/world.js'

const SPRING = { event: 'mongodb-spring-2026', dryRun: false }
const SYNC = { ...SPRING, mayCreate: true, writeBack: true, createLeads: false, correct: false }

describe('before rows go by Bulk jobs', () => {
  let world: World
  beforeAll(async () => {
    world = await aWorld()
  })
  afterAll(() => world.close())

  const members = () => [...world.org.store.scan('CampaignMember')].length
  /** What a command was asked before it sent something, and how it came out. */
  const asked = async (command: 'sync' | 'contacts', via: AskedWay, answer: 'yes' | 'no') => {
    await using app = await anApp(world.user, 'test', impatientClock())
    const questions: PlannedCalls[] = []
    const mayWriteInBulk = (owed: PlannedCalls) => {
      questions.push(owed)
      if (answer === 'yes') return Promise.resolve()
      return Promise.reject(new MhError('NOT_CONFIRMED', 'Nothing was sent.'))
    }
    const tools = { ...(await syncTools(app)), mayWriteInBulk }
    const quiet = () => undefined
    const { runId = '', stopped } = await (command === 'sync'
      ? syncCampaigns(tools, { ...SYNC, via }, quiet)
      : contactPush(tools, { ...SPRING, via }, quiet))
    const { state } = await new Runs(await app.database(), 1).find(runId)
    return { questions: questions.length, stopped: stopped?.code, state }
  }

  test('a no sends nothing, makes no Campaign, and leaves a run that was stopped', async () => {
    const before = members()
    expect(await asked('sync', 'bulk', 'no')).toEqual({ questions: 1, stopped: 'NOT_CONFIRMED', state: 'stopped' })
    expect(members()).toBe(before)
    expect([...world.org.store.scan('Campaign')].map(({ Name }) => Name)).not.toContain('MongoDB Spring Hackathon 2026')
  })

  test('what goes by collections is not asked about', async () => {
    expect(await asked('contacts', 'collections', 'no')).toMatchObject({ questions: 0, state: 'done' })
  })

  test('a yes sends it all, and is asked for once', async () => {
    const before = members()
    expect(await asked('sync', 'bulk', 'yes')).toEqual({ questions: 1, stopped: undefined, state: 'done' })
    expect(members()).toBeGreaterThan(before)
  })
})
