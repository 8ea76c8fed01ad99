import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { itemsAt, NOON, RunningOrg, valueAt } from './running-org.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

let running: RunningOrg
let early: string
let late: string

beforeAll(async () => {
  running = await RunningOrg.start({ sessionSeconds: 90 * 24 * 3600 })
  early = await running.create('Contact', { LastName: 'Early' })
  running.clock.now += 10 * MINUTE
  late = await running.create('Contact', { LastName: 'Late' })
  running.clock.now += 10 * MINUTE
})

afterAll(() => running.org.close())

const ask = (what: 'updated' | 'deleted', start: number, end: number) => {
  const query = new URLSearchParams({ start: new Date(start).toISOString(), end: new Date(end).toISOString() })
  return running.call('GET', `/sobjects/Contact/${what}/?${query.toString()}`)
}

describe('updated', () => {
  it('lists what was created or changed within the window, and how far it reaches', async () => {
    expect((await ask('updated', NOON, NOON + 5 * MINUTE)).json).toEqual({
      ids: [early],
      latestDateCovered: '2026-10-05T12:05:00.000+0000',
    })
    await running.call('PATCH', `/sobjects/Contact/${early}`, { Title: 'x' })
    expect((await ask('updated', NOON, NOON + 5 * MINUTE)).json).toMatchObject({ ids: [] })
    expect((await ask('updated', NOON, NOON + 30 * MINUTE)).json).toMatchObject({ ids: [early, late] })
  })

  it('ignores seconds and never covers more than has passed', async () => {
    const { json } = await ask('updated', NOON + 10 * MINUTE + 59_000, NOON + 11 * MINUTE + 59_000)
    expect(json).toMatchObject({ ids: [late], latestDateCovered: '2026-10-05T12:11:00.000+0000' })
    const { json: future } = await ask('updated', NOON, NOON + DAY)
    expect(future).toMatchObject({ latestDateCovered: '2026-10-05T12:20:00.000+0000' })
  })

  it('takes a zone whose plus was not encoded', async () => {
    const query = 'start=2026-10-05T12:00:00+00:00&end=2026-10-05T13:00:00+0000'
    expect((await running.call('GET', `/sobjects/Contact/updated?${query}`)).status).toBe(200)
  })

  it.each<[string, number, number]>([
    ['a start more than 30 days ago', NOON - 31 * DAY, NOON],
    ['less than a minute', NOON, NOON + 30_000],
    ['an end before the start', NOON, NOON - DAY],
  ])('is 400 for %s', async (_, start, end) => {
    expect(await ask('updated', start, end)).toMatchObject({
      status: 400,
      json: [{ errorCode: 'INVALID_REPLICATION_DATE' }],
    })
  })

  it('is 404 for an unknown object', async () => {
    expect((await running.call('GET', '/sobjects/Nothing/updated?start=x&end=y')).status).toBe(404)
  })
})

describe('deleted', () => {
  it('lists what was deleted within the window and when, and updated no longer does', async () => {
    const id = await running.create('Contact', { LastName: 'Gone' })
    await running.call('DELETE', `/sobjects/Contact/${id}`)
    const { json } = await ask('deleted', NOON, NOON + 30 * MINUTE)
    expect(json).toEqual({
      deletedRecords: [{ id, deletedDate: '2026-10-05T12:20:00.000+0000' }],
      earliestDateAvailable: '2026-09-05T12:20:00.000+0000',
      latestDateCovered: '2026-10-05T12:20:00.000+0000',
    })
    expect((await ask('updated', NOON, NOON + 30 * MINUTE)).json).not.toMatchObject({
      ids: expect.arrayContaining([id]) as unknown,
    })
  })

  it('still lists what was purged from the recycle bin, since it was deleted, and not what of that was taken back', async () => {
    const listed = async () => {
      const { json } = await ask('deleted', NOON, NOON + 20 * DAY)
      return itemsAt(json, 'deletedRecords').map((record) => [valueAt(record, 'id'), valueAt(record, 'deletedDate')])
    }
    const id = await running.create('Contact', { LastName: 'Purged' })
    const at = new Date(running.clock.now).toISOString().replace('Z', '+0000')
    await running.call('DELETE', `/sobjects/Contact/${id}`)
    running.clock.now += 16 * DAY
    await running.query('SELECT Id FROM Contact')
    expect(running.org.store.get(id)).toBeUndefined()
    expect(await listed()).toContainEqual([id, at])
    running.org.load('Contact', [{ Id: id, LastName: 'Back' }])
    expect(await listed()).not.toContainEqual([id, at])
  })
})
