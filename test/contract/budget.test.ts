import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { policyOf } from '../../src/app/policy.js'
import { systemClock } from '../../src/clock.js'
import { callsInWindow } from '../../src/domain/api-usage.js'
import { Org } from '../../src/salesforce/org.js'
import { Slots } from '../../src/salesforce/slots.js'
import { showQuota } from '../../src/sync/quota.js'
import { Border } from '../crash/boundary.js'
import { startOrgWire } from '../crash/org-wire.js'
import { anOrg, impatientClock, type OrgAndClient } from '../support/an-org.js'

const EXCEEDED = { code: 'BUDGET_EXCEEDED', exitCode: 6 }

describe('what may be spent', () => {
  let world: OrgAndClient
  beforeAll(async () => {
    world = await anOrg()
    await world.org.session()
  })
  afterAll(() => world.close())
  beforeEach(() => {
    Object.assign(world.playground.settings, { dailyApiRequests: 1_000, usedElsewhere: 0 })
    world.org.transport.allowance = undefined
    world.org.beginRun()
  })

  const ask = () => world.org.json({ method: 'GET', path: '/sobjects' }, z.unknown())
  const requests = () => world.playground.requests.total
  /** The org is asked once by a run that may, so that it has told what is left. */
  const used = async (elsewhere: number) => {
    world.playground.settings.usedElsewhere = elsewhere
    await world.org.json({ method: 'GET', path: '/limits' }, z.unknown())
  }

  test('by a run ends below the reserve, which a lookup may still spend, up to the ceiling', async () => {
    await used(785)
    const before = requests()
    await expect(ask()).rejects.toMatchObject(EXCEEDED)
    expect(requests()).toBe(before)
    world.org.beginLookup()
    await ask()
    await used(800)
    await expect(ask()).rejects.toMatchObject(EXCEEDED)
  })

  test('is told with what is needed, what remains and when the window frees, before anything was written', async () => {
    await used(700)
    const { used: all = 0 } = world.org.transport.allowance ?? {}
    await expect(world.org.transport.afford(500, 'Nothing was written.')).rejects.toMatchObject({
      ...EXCEEDED,
      message: `500 API calls are needed, and ${784 - all} remain: ${all} of the org's 1000 of 24 hours are used, the ceiling is 80 %, and 16 calls are kept for lookups. Nothing was written.`,
      hint: expect.stringMatching(/has left it by 20\d\d-.*Z/u) as unknown,
    })
    const toLeave: number[] = []
    world.org.transport.whenFree = (calls) => {
      toLeave.push(calls)
      return Promise.resolve(new Date('2027-01-01'))
    }
    await expect(world.org.transport.afford(500)).rejects.toMatchObject({
      hint: expect.stringContaining('after 2027-01-01T00:00:00.000Z') as unknown,
    })
    expect(toLeave).toEqual([all + 500 - 784])
    await expect(world.org.transport.afford(785)).rejects.toMatchObject({
      hint: expect.stringContaining('more than the ceiling ever leaves') as unknown,
    })
    world.org.transport.whenFree = undefined
  })

  test('by its own number is counted from the beginning of the run, whoever asks at once', async () => {
    await ask()
    world.org.beginRun(3)
    const before = requests()
    const asked = await Promise.allSettled(Array.from({ length: 10 }, ask))
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect(requests() - before).toBe(3)
  })

  test('is told by the header alone to a user who may not see the limits, and of a full org all the same', async () => {
    const refusal = (errorCode: string) => ({
      status: 403,
      json: [{ errorCode, message: 'TotalRequests Limit exceeded.' }],
    })
    for (const code of ['INSUFFICIENT_ACCESS', 'REQUEST_LIMIT_EXCEEDED']) {
      const effect = {
        kind: 'reply',
        ...refusal(code),
        headers: { 'sforce-limit-info': 'api-usage=990/1000' },
      } as const
      world.playground.arm({ method: 'GET', path: '/services/data/*/limits', effect })
      const shown = await showQuota({ org: world.org, usage: () => Promise.reject(new Error('no database')) })
      expect(shown, code).toMatchObject({
        quota: { used: 990, remaining: { run: 0, lookup: 0 } },
        bulk: [],
        goodFor: { byLists: 0 },
      })
      expect([shown.ours, shown.refused?.message]).toEqual([undefined, expect.stringContaining(code)])
    }
  })

  test('is kept count of by the hour of the org’s clock, once', async () => {
    world.org.transport.takeUsage(new Date())
    await ask()
    await ask()
    const hours = world.org.transport.takeUsage(new Date(0))
    expect(callsInWindow(hours, world.org.transport.serverTime ?? new Date(0))).toBe(2)
    expect(world.org.transport.takeUsage(new Date())).toEqual([])
  })
})

describe('calls under way', () => {
  test.each([1, 3])('are never more than %i at a time, when so many are allowed', async (most) => {
    const { playground, credentials, directory, close } = await anOrg()
    /** Calls that the org has and has not answered: they are let go when as many are there as may be. */
    const there: (() => void)[] = []
    let mostThere = 0
    const wire = await startOrgWire(playground.url, new Border(), async ({ path }) => {
      if (!path.endsWith('/sobjects')) return
      const answered = new Promise<void>((resolve) => there.push(resolve))
      mostThere = Math.max(mostThere, there.length)
      if (there.length === most) {
        // One too many would come by then.
        await systemClock.sleep(40)
        for (const letGo of there.splice(0)) letGo()
      }
      await answered
    })
    const org = new Org({ ...credentials, loginUrl: wire.url }, join(directory, 'sessions by wire'), impatientClock())
    org.transport.slots = new Slots(most)
    await org.session()
    const before = playground.requests.total
    const ask = () => org.json({ method: 'GET', path: '/sobjects' }, z.unknown())
    await Promise.all(Array.from({ length: 9 }, ask))
    expect([playground.requests.total - before, mostThere]).toEqual([9, most])
    await wire.close()
    await close()
  })

  test('beyond what the platform takes are refused in the settings', () => {
    expect(policyOf({ quota: { concurrency: 25 } }, 'file').quota.concurrency).toBe(25)
    expect(() => policyOf({ quota: { concurrency: 26 } }, 'file')).toThrow('quota.concurrency')
  })
})
