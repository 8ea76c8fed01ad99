import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { itemsAt, NOON, textAt, valueAt } from '../org/running-org.js'
import { ControlledOrg } from './controlled-org.js'

let controlled: ControlledOrg

beforeAll(async () => {
  controlled = await ControlledOrg.start()
})
beforeEach(async () => {
  await controlled.post('/reset', { to: 'empty' })
})
afterAll(() => controlled.close())

const refusal = (json: unknown) => [textAt(json, 'error'), textAt(json, 'fix')]
const limits = async () => (await controlled.call('GET', '/limits')).status

describe('the control surface', () => {
  it('lists what it does, and says so of what it does not', async () => {
    const { json } = await controlled.get('')
    expect(json).toContainEqual(expect.objectContaining({ method: 'POST', path: '/playground/seed' }))
    const nothing = await controlled.get('/sed')
    expect(nothing).toMatchObject({ status: 404, json: { fix: 'GET /playground lists what there is.' } })
    expect((await controlled.ask('DELETE', '/faults', undefined, {})).status).toBe(405)
  })

  it('is neither metered nor logged, nor hit by a fault, and works while the API is off', async () => {
    const used = async () => valueAt((await controlled.get('/statistics')).json, 'apiCalls')
    expect(await used()).toBe(0)
    await controlled.post('/faults', { kind: 'drop', times: 10 })
    await controlled.post('/settings', { apiEnabled: false })
    expect(await controlled.get('/faults')).toMatchObject({
      status: 200,
      json: [{ kind: 'drop', path: '*', times: 10 }],
    })
    expect(controlled.org.requests.total).toBe(0)
    expect(await used()).toBe(0)
  })

  describe('against a web page of somebody else', () => {
    const json = { 'Content-Type': 'application/json' }

    it.each([
      ['a name that was made to lead here', { Host: 'attacker.example' }],
      ['the right name with another port', { Host: '127.0.0.1:80' }],
      ['a page of another site', { Origin: 'https://attacker.example' }],
      ['a page of another local server', { Origin: 'http://127.0.0.1:3000' }],
      ['a sandboxed page', { Origin: 'null' }],
    ])('refuses %s, for reading too', async (_who, headers) => {
      expect((await controlled.get('/dump', headers)).status).toBe(403)
      const change = await controlled.post('/settings', { apiEnabled: false }, headers)
      expect(change.status).toBe(403)
      expect(controlled.org.settings.apiEnabled).toBe(true)
    })

    it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
      'refuses a change of type "%s", which needs no permission to be sent',
      async (type) => {
        const headers: Record<string, string> = type === '' ? {} : { 'Content-Type': type }
        const answer = await controlled.ask('POST', '/settings', '{"apiEnabled":false}', headers)
        expect(answer).toMatchObject({
          status: 415,
          json: { fix: 'Send JSON with -H "Content-Type: application/json".' },
        })
        expect(controlled.org.settings.apiEnabled).toBe(true)
      },
    )

    it('lets no page read what it answers, and asks no page in', async () => {
      const { headers } = await controlled.get('/dump')
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['access-control-allow-origin']).toBeUndefined()
      const asked = await controlled.ask('OPTIONS', '/settings', undefined, { 'Access-Control-Request-Method': 'POST' })
      expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([405, undefined])
    })

    it('lets in this machine by its other names', async () => {
      const { port } = new URL(controlled.org.url)
      for (const name of ['localhost', 'LOCALHOST', '[::1]']) {
        expect((await controlled.get('/clock', { Host: `${name}:${port}` })).status).toBe(200)
      }
      expect((await controlled.ask('PUT', '/settings', '{}', { ...json, Origin: controlled.org.url })).status).toBe(200)
    })
  })
})

describe('settings', () => {
  it('are listed with value, default, what they take and mean', async () => {
    const { json } = await controlled.get('/settings')
    expect(json).toContainEqual({
      name: 'pageSizes',
      value: [2000],
      default: [2000],
      takes: 'a list of whole numbers above 0',
      means: expect.stringContaining('uneven pages') as string,
    })
    for (const setting of json as unknown[]) expect(textAt(setting, 'means').length).toBeGreaterThan(20)
  })

  it('are merged, and hold at once', async () => {
    await controlled.post('/settings', { dailyApiRequests: 5, usedElsewhere: 5 })
    expect(await limits()).toBe(403)
    await controlled.post('/settings', { usedElsewhere: 0 })
    expect(await limits()).toBe(200)
  })

  it.each([
    [{ pageSize: [3] }, 'there is no setting pageSize', 'Did you mean pageSizes?'],
    [{ apiEnabled: 'no' }, 'the setting apiEnabled takes true or false, not "no"', 'Give one like its default, true.'],
    [{ pageSizes: [] }, 'the setting pageSizes takes a list of whole numbers above 0, not []', '[2000]'],
    [{ lockedRowShare: 2 }, 'the setting lockedRowShare takes a number from 0 to 1, not 2', '0'],
    [{ loginRefusal: 'because' }, 'the setting loginRefusal takes one of app_not_found', 'null'],
    [{ constructor: 1 }, 'there is no setting constructor', 'Did you mean'],
  ])('are checked by name and type: %j', async (body, error, fix) => {
    const before = { ...controlled.org.settings }
    const answer = await controlled.post('/settings', { usageNoise: 7, ...body })
    expect(answer.status).toBe(400)
    expect(refusal(answer.json)).toEqual([expect.stringContaining(error), expect.stringContaining(fix)])
    expect(controlled.org.settings).toEqual(before)
  })

  it('wants one JSON object', async () => {
    expect(refusal((await controlled.post('/settings', '{"apiEnabled":')).json)[0]).toMatch(/^not JSON/u)
    expect(refusal((await controlled.post('/settings', '[1]')).json)).toEqual([
      'not a JSON object',
      'Send one JSON object.',
    ])
  })
})

describe('the clock', () => {
  it('is moved and frozen, and sessions age by it', async () => {
    expect((await controlled.get('/clock')).json).toMatchObject({
      now: '2026-10-05T12:00:00.000Z',
      ahead: '+0s',
      frozen: false,
    })
    expect(await limits()).toBe(200)
    const moved = await controlled.post('/clock', { advance: '2h', freeze: true })
    expect(moved.json).toEqual({ now: '2026-10-05T14:00:00.000Z', ahead: '+2h', aheadMs: 7_200_000, frozen: true })
    expect(await limits()).toBe(401)
  })

  it('stands while it is frozen, goes on from there, and can be set', async () => {
    const now = async () => textAt((await controlled.get('/clock')).json, 'now')
    await controlled.post('/clock', { set: '2027-01-31T12:00:00Z', freeze: true })
    controlled.base.now = NOON + 60_000
    expect(await now()).toBe('2027-01-31T12:00:00.000Z')
    await controlled.post('/clock', { freeze: false })
    controlled.base.now = NOON + 61_000
    expect(await now()).toBe('2027-01-31T12:00:01.000Z')
    await controlled.post('/clock', { reset: true })
    expect(await now()).toBe(new Date(NOON + 61_000).toISOString())
    controlled.base.now = NOON
  })

  it('does not age what clients sign: they log in anew after their session has died', async () => {
    await controlled.post('/clock', { advance: '1d' })
    await controlled.client.logIn()
    expect(await limits()).toBe(200)
  })

  it.each([
    [{ advance: '2 hours' }, '"2 hours" is no duration'],
    [{ set: 'tomorrow' }, '"tomorrow" is no time'],
    [{ freeze: 'yes' }, 'freeze is true or false, not "yes"'],
    [{ forward: '2h' }, 'a clock has no forward'],
    [{}, 'nothing was asked of the clock'],
  ])('says what it takes instead of %j', async (body, error) => {
    const { status, json } = await controlled.post('/clock', body)
    expect([status, ...refusal(json)]).toEqual([400, error, expect.stringContaining('"advance": a duration as in 2h')])
  })
})

describe('statistics', () => {
  it('tell each endpoint: calls, statuses, times, bytes and faults; and the API calls in all', async () => {
    await controlled.client.logIn()
    await controlled.call('POST', '/sobjects/Contact', { LastName: 'Okafor' })
    await controlled.call('POST', '/sobjects/Contact', {})
    await controlled.post('/faults', { kind: 'edge', status: 502, path: '*/sobjects/Contact' })
    await controlled.call('POST', '/sobjects/Contact', { LastName: 'Lost' })
    const { json } = await controlled.get('/statistics')
    expect(json).toMatchObject({ apiCalls: 2, requests: 4 })
    const contacts = itemsAt(json, 'endpoints').find((one) => textAt(one, 'template') === '/sobjects/:object')
    expect(contacts).toMatchObject({
      method: 'POST',
      calls: 3,
      statuses: { 201: 1, 400: 1, 502: 1 },
      faults: { edge: 1 },
    })
    const { p50, p95, max } = valueAt(contacts, 'ms') as Record<'p50' | 'p95' | 'max', number>
    expect(0 < p50 && p50 <= p95 && p95 <= max).toBe(true)
    expect(itemsAt(json, 'endpoints').map((one) => textAt(one, 'template'))).toContain('/services/oauth2/token')
    expect((await controlled.post('/statistics/clear', {})).json).toMatchObject({ endpoints: [] })
  })
})

describe('a playground without a database', () => {
  it('says so', async () => {
    expect(await controlled.get('/mongo')).toMatchObject({
      status: 409,
      json: { error: 'this playground has no database', fix: 'Start one without --org-only.' },
    })
  })
})
