import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app/app.js'
import { runBackfill } from '../../src/cli/run-backfill.js'
import { runCampaignSync } from '../../src/cli/run-campaign-sync.js'
import { runCampaignCreate } from '../../src/cli/run-campaigns.js'
import { runContactPush } from '../../src/cli/run-contact-push.js'
import { isWithin, type PlannedCalls } from '../../src/domain/planned-calls.js'
import { Runs } from '../../src/mongo/runs.js'
import { anApp } from '../support/an-app.js'
import { impatientClock } from '../support/an-org.js'
import { aWorld, type World } from '../support/world.js'

const SPRING = { event: 'mongodb-spring-2026', quiet: true, 'dry-run': false }
const LEADS = { leads: { consent: [{ by: 'newsletter' }] } }

interface Result {
  runId?: string
  planned: PlannedCalls
  calls: number
}

/** One call of each kind does it; more than one statement, and by itself a job. */
describe.each([100, 3_000])('with %i participants, what is spent is what was planned', (participants) => {
  let world: World
  beforeAll(async () => {
    world = await aWorld({ participants })
    writeFileSync(join(world.user.home, 'mh-sf.config.json'), JSON.stringify(LEADS))
  })
  afterAll(() => world.close())

  /** Holds what a run did and what the ledger says of it to the plan. */
  const holds = async (work: (app: App) => Promise<{ result: Result; exitCode: number }>) => {
    await using app = await anApp(world.user, 'test', impatientClock())
    const { result, exitCode } = await work(app)
    const { runId, planned, calls } = result
    const told = `${calls} of ${planned.calls} to ${planned.atMost}: ${JSON.stringify(planned.kinds)}`
    expect({ exitCode, told, isWithin: isWithin(planned, calls) }).toEqual({ exitCode: 0, told, isWithin: true })
    if (runId === undefined) return result
    expect(await new Runs(await app.database(), 1).find(runId)).toMatchObject({ planned, spent: calls })
    return result
  }
  /** Everybody becomes somebody to whom something is owed. */
  const everybody = (status: string) =>
    world.db.collection('participants').updateMany({}, { $set: { 'registeredEvents.$[].status': status } })

  test.each(['composite', 'bulk', 'auto'] as const)('by a backfill, %s', async (via) => {
    const flags = { quiet: true, 'dry-run': false, all: true, force: false, via }
    await holds((app) => runBackfill(app, flags))
  })

  test('by making a campaign', async () => {
    const flags = { event: 'nairobi', new: false, 'dry-run': false, quiet: true }
    await holds(async (app) => ({ result: await runCampaignCreate(app, flags), exitCode: 0 }))
  })

  test.each([
    ['collections', 'registered'],
    ['bulk', 'attended'],
    ['auto', 'no_show'],
  ] as const)('by a sync whose rows go by %s, and again when nothing is owed', async (via, status) => {
    await everybody(status)
    const flags = { ...SPRING, via, correct: true }
    const first = await holds((app) => runCampaignSync(app, 'sync', flags))
    const second = await holds((app) => runCampaignSync(app, 'sync', flags))
    expect(second.planned.kinds).not.toHaveProperty('write')
    expect(second.planned.kinds).not.toHaveProperty('jobs')
    expect(second.calls).toBeLessThan(first.calls)
  })

  test.each(['collections', 'bulk'] as const)('by telling contacts, by %s', async (via) => {
    await everybody(via === 'bulk' ? 'attended' : 'registered')
    await holds((app) => runContactPush(app, { ...SPRING, via }))
  })

  test('by a sync of all live events that makes leads too', async () => {
    const flags = { via: 'auto', correct: false, 'create-leads': true, 'dry-run': false, quiet: true } as const
    const { planned } = await holds((app) => runCampaignSync(app, 'sync', flags))
    expect(planned.kinds.write?.calls).toBeGreaterThan(4)
  })
})
