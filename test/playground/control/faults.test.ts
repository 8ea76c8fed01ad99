import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { itemsAt, JWT_BEARER, textAt } from '../org/running-org.js'
import { ControlledOrg } from './controlled-org.js'

let controlled: ControlledOrg

beforeAll(async () => {
  controlled = await ControlledOrg.start()
})
beforeEach(async () => {
  await controlled.post('/reset', { to: 'empty' })
  await controlled.client.logIn()
})
afterAll(() => controlled.close())

const arm = (fault: object) => controlled.post('/faults', fault)
const create = (values: object = { LastName: 'Okafor' }) => controlled.call('POST', '/sobjects/Contact', values)
const saved = () => controlled.org.store.count('Contact')
const token = () =>
  controlled.client.oauth('token', { grant_type: JWT_BEARER, assertion: controlled.client.assertion() })
const soap = () =>
  controlled.client.send('POST', '/services/Soap/u/60.0', '<Envelope><Body><getUserInfo/></Body></Envelope>', {
    'Content-Type': 'text/xml',
  })
const makeJob = () => controlled.call('POST', '/jobs/ingest', { object: 'Contact', operation: 'insert' })

/** Every kind of path, each with a request that is well without a fault. */
const PATHS = [
  ['REST', create],
  ['Bulk', makeJob],
  ['OAuth', token],
  ['SOAP', soap],
] as const

describe.each(PATHS)('on a path of %s', (name, ask) => {
  it('an error has the shape that is expected there', async () => {
    await arm({ kind: 'error', code: 'UNABLE_TO_LOCK_ROW' })
    const { status, json, text } = await ask()
    const message = 'unable to obtain exclusive access to this record or 200 records'
    if (name === 'SOAP') {
      expect(status).toBe(500)
      expect(text).toContain('<sf:exceptionCode>UNABLE_TO_LOCK_ROW</sf:exceptionCode>')
    } else if (name === 'OAuth') {
      expect([status, json]).toEqual([400, { error: 'UNABLE_TO_LOCK_ROW', error_description: message }])
    } else expect([status, json]).toEqual([400, [{ message, errorCode: 'UNABLE_TO_LOCK_ROW' }]])
  })

  it.each([
    [414, 'Bad Message 414'],
    [420, '420'],
    [429, '429 Too Many Requests'],
    [502, '502 Bad Gateway'],
    [503, 'We are down for maintenance.'],
    [504, '504 Gateway Timeout'],
  ])('a proxy answers %i with a page', async (status, page) => {
    await arm({ kind: 'edge', status, retryAfter: 7 })
    const answer = await ask()
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, '7'])
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/u)
    expect(answer.text).toContain(page)
  })

  it('the socket is dropped, and once only', async () => {
    await arm({ kind: 'drop', applied: true })
    await expect(ask()).rejects.toThrow('fetch failed')
    expect((await ask()).status).toBeLessThan(600)
    expect((await controlled.get('/faults')).json).toEqual([])
  })
})

describe('a fault', () => {
  it.each([
    ['REQUEST_LIMIT_EXCEEDED', 403, 'TotalRequests Limit exceeded.'],
    ['INVALID_SESSION_ID', 401, 'Session expired or invalid'],
    ['SERVER_UNAVAILABLE', 503, ''],
    ['ENTITY_IS_DELETED', 404, 'entity is deleted'],
  ])('by its code %s has the status %i of the reference', async (code, status, message) => {
    await arm({ kind: 'error', code })
    const answer = await create()
    expect(answer.status).toBe(status)
    expect(answer.json).toEqual([{ errorCode: code, message: expect.stringContaining(message) as string }])
    expect(saved()).toBe(0)
  })

  it('can have its effect and lose the answer, as an error or a proxy page too', async () => {
    await arm({ kind: 'error', code: 'UNKNOWN_EXCEPTION', applied: true })
    expect([(await create()).status, saved()]).toEqual([500, 1])
    await arm({ kind: 'edge', status: 504, applied: true })
    expect([(await create()).status, saved()]).toEqual([504, 2])
  })

  it('answers what it is given', async () => {
    await arm({ kind: 'reply', status: 418, text: 'short and stout', headers: { 'X-Pot': 'yes' } })
    const answer = await create()
    expect([answer.status, answer.text, answer.headers.get('x-pot')]).toEqual([418, 'short and stout', 'yes'])
  })

  it('sends the client to another host', async () => {
    await arm({ kind: 'redirect', to: 'https://moved.example', status: 301 })
    const sent = await fetch(`${controlled.org.url}/services/data/v66.0/query?q=x`, { redirect: 'manual' })
    const location = 'https://moved.example/services/data/v66.0/query?q=x'
    expect([sent.status, sent.headers.get('location')]).toEqual([301, location])
  })

  it('waits by method and path, skips, repeats, is listed and disarmed', async () => {
    const { json: first } = await arm({
      kind: 'edge',
      status: 503,
      method: 'post',
      path: '*/Contact',
      skip: 1,
      times: 2,
    })
    const { json: second } = await arm({ kind: 'drop', path: '*/limits' })
    expect((await create()).status).toBe(201)
    expect((await create()).status).toBe(503)
    const { id } = first as { id: number }
    expect((await controlled.get('/faults')).json).toEqual([
      { id, kind: 'edge', status: 503, method: 'POST', path: '*/Contact', skip: 0, times: 1 },
      second,
    ])
    await controlled.post('/faults/disarm', { id })
    expect((await create()).status).toBe(201)
    expect((await controlled.post('/faults/disarm', { id })).status).toBe(404)
    expect((await controlled.post('/faults/disarm', {})).json).toEqual([])
  })

  it.each([
    [{ kind: 'dorp' }, 'there is no fault of kind dorp', 'Did you mean drop?'],
    [{}, 'there is no fault of kind undefined', 'Kinds are reply'],
    [{ kind: 'delay' }, 'the fault delay needs ms', 'whole milliseconds'],
    [{ kind: 'drop', status: 500 }, 'the fault drop does not take status', 'It takes applied.'],
    [{ kind: 'edge', status: 500 }, 'no proxy page has status 500', 'reply takes any status'],
    [{ kind: 'error', code: 'UNABLE_TO_LOCK' }, 'UNABLE_TO_LOCK is no code that is known here', 'UNABLE_TO_LOCK_ROW?'],
    [{ kind: 'redirect', to: 'elsewhere' }, 'to cannot be "elsewhere"', 'the URL of another host'],
    [{ kind: 'lock', share: 3 }, 'share cannot be 3', 'a number from 0 to 1'],
    [{ kind: 'drop', path: 'limits' }, 'no path begins like "limits"', 'Begin it with / or *'],
    [{ kind: 'drop', times: 0 }, 'times cannot be 0', 'a whole number, 1 or more'],
    [{ kind: 'drop', method: 'FETCH' }, 'there is no method "FETCH"', 'GET'],
  ])('that is %j is refused with what to write instead', async (fault, error, fix) => {
    const { status, json } = await arm(fault)
    expect([status, textAt(json, 'error')]).toEqual([400, error])
    expect(textAt(json, 'fix')).toContain(fix)
    expect((await controlled.get('/faults')).json).toEqual([])
  })
})

describe('row locks', () => {
  it('refuse a share of the records of one call, each by itself', async () => {
    await arm({ kind: 'lock', share: 0.5, path: '*/composite/sobjects' })
    const records = Array.from({ length: 100 }, (_, i) => ({ attributes: { type: 'Contact' }, LastName: `n${i}` }))
    const { json } = await controlled.call('POST', '/composite/sobjects', { records })
    const results = json as { success: boolean; errors: { statusCode: string }[] }[]
    const locked = results.filter(({ success }) => !success)
    expect(locked.length).toBeGreaterThan(30)
    expect(locked.length).toBeLessThan(70)
    expect(new Set(locked.map(({ errors }) => errors[0]?.statusCode))).toEqual(new Set(['UNABLE_TO_LOCK_ROW']))
    expect(saved()).toBe(100 - locked.length)
    expect((await create()).status).toBe(201)
  })

  it('refuse a share of the rows of the ingest job that the request was about', async () => {
    const id = textAt((await makeJob()).json, 'id')
    const csv = `LastName\n${Array.from({ length: 100 }, (_, i) => `n${i}`).join('\n')}\n`
    await arm({ kind: 'lock', share: 0.5, method: 'PUT' })
    await controlled.client.call('PUT', `/jobs/ingest/${id}/batches`, csv, { 'Content-Type': 'text/csv' })
    await controlled.call('PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' })
    const { json } = await controlled.call('GET', `/jobs/ingest/${id}`)
    expect(json).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 100 })
    const { text } = await controlled.call('GET', `/jobs/ingest/${id}/failedResults`)
    const locked = text.split('\n').filter((line) => line.includes('UNABLE_TO_LOCK_ROW:unable to obtain'))
    expect(locked.length).toBeGreaterThan(30)
    expect(saved()).toBe(100 - locked.length)
  })
})

describe('sessions', () => {
  it('end just before the request, and a new login is well', async () => {
    await arm({ kind: 'expire', path: '*/sobjects/Contact' })
    expect((await create()).json).toMatchObject([{ errorCode: 'INVALID_SESSION_ID' }])
    await controlled.client.logIn()
    expect((await create()).status).toBe(201)
    expect(itemsAt((await controlled.get('/statistics')).json, 'endpoints')).toContainEqual(
      expect.objectContaining({ template: '/sobjects/:object', faults: { expire: 1 } }),
    )
  })
})
