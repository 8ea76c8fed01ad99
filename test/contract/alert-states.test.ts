import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AlertState } from '../../src/domain/alert-state.js'
import { AlertStates } from '../../src/mongo/alert-states.js'
import { Database } from '../../src/mongo/database.js'
import { engines, useDatabase, withDatabase } from '../support/engines.js'

const AT = new Date('2026-11-30T12:00:00Z')
const FIRING: AlertState = {
  rule: 'quota',
  state: 'firing',
  severity: 'warning',
  value: 0.85,
  limit: 0.8,
  says: '85 % are used.',
  since: AT,
  checkedAt: AT,
  acknowledged: { by: 'ada', at: AT, until: AT, note: 'I know', severity: 'warning' },
  channels: {
    slack: {
      told: { what: 'fired', severity: 'warning', at: AT },
      onItsWay: { what: 'escalated', severity: 'critical', by: 'us', until: AT },
    },
    email: {},
  },
}

describe.each(engines())('alerts that are kept, on $name,', (engine) => {
  const held = useDatabase(engine, 'alerts')
  let database: Database
  let states: AlertStates
  beforeAll(async () => {
    database = await Database.open({ uri: withDatabase(held.uri, held.name) })
    states = new AlertStates(database)
  })
  afterAll(() => database.close())
  beforeEach(() => held.db.collection('salesforce_alerts').deleteMany({}))

  test('come back as they were', async () => {
    expect(await states.list()).toEqual([])
    await states.change('quota', () => FIRING)
    expect(await states.list()).toEqual([FIRING])
    const { rule, severity, limit, says, since, checkedAt } = FIRING
    const calm: AlertState = { rule, severity, limit, says, since, checkedAt, state: 'fine', channels: {} }
    await states.change('quota', () => calm)
    expect(await states.list()).toEqual([calm])
  })

  test('are nothing where there is nothing to keep, and are not written when nothing changes', async () => {
    expect(await states.change('queue', () => undefined)).toBeUndefined()
    expect(await held.db.collection('salesforce_alerts').countDocuments({})).toBe(0)
    await states.change('quota', () => FIRING)
    await states.change('quota', (kept) => kept)
    expect(await held.db.collection('salesforce_alerts').find().toArray()).toMatchObject([{ revision: 1 }])
  })

  test('are decided on by one at a time, whoever comes at once: none is lost, and only one is the first', async () => {
    const first: string[] = []
    const counting = (name: string) =>
      states.change('quota', (kept) => {
        const value = (kept?.value ?? 0) + 1
        return { ...FIRING, value, says: kept === undefined ? name : kept.says }
      })
    const names = ['ada', 'bo', 'cy', 'di', 'ed']
    for (const after of await Promise.all(names.map(counting))) if (after) first.push(after.says)
    const [kept] = await states.list()
    expect(kept?.value).toBe(names.length)
    expect(new Set(first).size).toBe(1)
  })

  test('of a later version are passed over', async () => {
    await held.db.collection<{ _id: string }>('salesforce_alerts').insertOne({ _id: 'weather' })
    expect(await states.list()).toEqual([])
  })
})
