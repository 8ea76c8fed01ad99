import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunningOrg } from './running-org.js'

const MINUTE = 60_000
const expired = [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]

let running: RunningOrg

beforeEach(async () => {
  running = await RunningOrg.start({ sessionSeconds: 15 * 60 })
})

afterEach(() => running.org.close())

const usage = async (path = '/limits') => (await running.call('GET', path)).headers.get('sforce-limit-info')

describe('a session', () => {
  it('ends after its idle time', async () => {
    running.clock.now += 15 * MINUTE
    expect(await running.call('GET', '/limits')).toMatchObject({ status: 401, json: expired })
  })

  it('is kept alive by being used', async () => {
    for (let i = 0; i < 3; i++) {
      running.clock.now += 14 * MINUTE
      expect((await running.call('GET', '/limits')).status).toBe(200)
    }
  })

  it('can be ended in the middle, and a new login goes on', async () => {
    running.org.expireSessions()
    expect(await running.call('GET', '/sobjects')).toMatchObject({ status: 401, json: expired })
    await running.logIn()
    expect((await running.call('GET', '/sobjects')).status).toBe(200)
  })

  it.each(['', 'Bearer 00D000000000000!wrong', 'OAuth 00D000000000000!wrong'])(
    'is needed: %j',
    async (Authorization) => {
      const answer = await running.call('GET', '/limits', undefined, { Authorization })
      expect(answer).toMatchObject({ status: 401, json: expired })
    },
  )

  it.each(['Bearer', 'Basic c3luYzpzeW5j'])('is not asked after for a header in another form: %j', async (header) => {
    const answer = await running.call('GET', '/limits', undefined, { Authorization: header })
    expect(answer).toMatchObject({ status: 401, json: [{ errorCode: 'INVALID_AUTH_HEADER' }] })
  })

  it('does not help while the API is off', async () => {
    running.org.settings.apiEnabled = false
    const json = [{ errorCode: 'API_DISABLED_FOR_ORG', message: 'The REST API is not enabled for this Organization.' }]
    expect(await running.call('GET', '/limits')).toMatchObject({ status: 403, json })
  })
})

describe('the allowance', () => {
  it('is told on every data answer, on errors and Bulk too, and counts each request', async () => {
    expect(await usage()).toBe('api-usage=1/100000')
    expect(await usage('/nothing-there')).toBe('api-usage=2/100000')
    expect(await usage('/sobjects/Contact/003000000000000AAA')).toBe('api-usage=3/100000')
    expect(await usage('/jobs/ingest')).toBe('api-usage=4/100000')
    running.org.expireSessions()
    expect(await usage()).toBe('api-usage=4/100000')
  })

  it('is neither told nor touched by the list of versions', async () => {
    const versions = await running.send('GET', '/services/data/')
    expect(versions.headers.has('sforce-limit-info')).toBe(false)
    expect(await usage()).toBe('api-usage=1/100000')
  })

  it('is 403 for REST and Bulk alike when it is used up', async () => {
    Object.assign(running.org.settings, { dailyApiRequests: 15_000, usedElsewhere: 14_999 })
    expect((await running.call('GET', '/sobjects')).status).toBe(200)
    const json = [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }]
    for (const path of ['/sobjects', '/jobs/query', '/query?q=SELECT+Id+FROM+Contact']) {
      const answer = await running.call('GET', path)
      expect(answer).toMatchObject({ status: 403, json })
      expect(answer.headers.get('sforce-limit-info')).toBe('api-usage=15000/15000')
      expect(answer.headers.has('retry-after')).toBe(false)
    }
  })

  it('comes back as the window of 24 hours rolls on', async () => {
    running.org.settings.dailyApiRequests = 2
    await running.call('GET', '/sobjects')
    running.clock.now += 12 * 60 * MINUTE
    await running.logIn()
    await running.call('GET', '/sobjects')
    expect((await running.call('GET', '/sobjects')).status).toBe(403)
    running.clock.now += 12 * 60 * MINUTE + 10 * MINUTE
    await running.logIn()
    expect(await usage('/sobjects')).toBe('api-usage=2/2')
  })

  it('wavers around the truth when the org is set to, as recorded', async () => {
    running.org.settings.usageNoise = 20
    const told = []
    for (let i = 0; i < 10; i++) told.push(Number((await usage('/sobjects'))?.match(/=(\d+)/)?.[1]))
    expect(told).not.toEqual([...told].sort((a, b) => a - b))
    expect(told.every((count, i) => Math.abs(count - (i + 1)) <= 20)).toBe(true)
  })

  it('is listed with what remains', async () => {
    const { json } = await running.call('GET', '/limits')
    expect(json).toMatchObject({ DailyApiRequests: { Max: 100_000, Remaining: 99_999 } })
    expect(json).toHaveProperty('DailyBulkApiBatches.Max', 15_000)
  })

  it('names the allowance of the calling app where it has one', async () => {
    running.org.settings.appAllowance = 250
    expect(await usage('/sobjects')).toBe('api-usage=1/100000; per-app-api-usage=1/250(appName=playground)')
  })

  it('calls batches requests before v49', async () => {
    const keys = async (version: string) =>
      Object.keys((await running.send('GET', `/services/data/v${version}/limits`)).json as object)
    expect(await keys('48.0')).toContain('DailyBulkApiRequests')
    expect(await keys('49.0')).not.toContain('DailyBulkApiRequests')
  })

  it('has counts of records, without the objects that are empty', async () => {
    running.org.load('Contact', [{ LastName: 'One' }, { LastName: 'Two' }, { LastName: 'Gone', IsDeleted: true }])
    const { json } = await running.call('GET', '/limits/recordCount?sObjects=Contact,Lead')
    expect(json).toEqual({ sObjects: [{ count: 2, name: 'Contact' }] })
  })
})

describe('every answer', () => {
  it('has the headers of the real edge', async () => {
    const { headers } = await running.call('GET', '/limits')
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'application/json;charset=UTF-8',
      'cache-control': 'no-cache,must-revalidate,max-age=0,no-store,private',
      vary: 'Accept-Encoding',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'none',
      'strict-transport-security': expect.stringContaining('max-age=') as unknown,
      'x-sfdc-request-id': expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
      server: 'sfdcedge',
    })
    expect(headers.getSetCookie().map((cookie) => cookie.replace(/=.*/, ''))).toEqual([
      'BrowserId',
      'CookieConsentPolicy',
      'LSKey-c$CookieConsentPolicy',
    ])
  })

  it('is indented for who asks for it', async () => {
    const { text } = await running.call('GET', '/limits', undefined, { 'X-PrettyPrint': '1' })
    expect(text).toContain('\n  "DailyApiRequests": {\n')
  })

  it('is 413 to a JSON body of more than 50 MB', async () => {
    const body = gzipSync(Buffer.alloc(50_000_001, ' '), { level: 1 })
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }
    const url = `${running.org.url}/services/data/v66.0/sobjects/Contact`
    const authorized = { ...headers, Authorization: `Bearer ${running.token}` }
    const reply = await fetch(url, { method: 'POST', headers: authorized, body: new Uint8Array(body) })
    expect([reply.status, await reply.json()]).toMatchObject([413, [{ errorCode: 'EXCEEDED_MAX_SIZE_REQUEST' }]])
  })

  it('is the same whoever says he is calling, and with the headers of other clients', async () => {
    const headers = {
      'Sforce-Call-Options': 'client=sample',
      'Sforce-Mru': 'updateMru=true',
      'Sforce-Auto-Assign': 'FALSE',
    }
    expect((await running.call('POST', '/sobjects/Lead', { LastName: 'A', Company: 'B' }, headers)).status).toBe(201)
  })
})

describe('versions', () => {
  it('are listed with their releases, ascending', async () => {
    const { json } = await running.send('GET', '//services/data')
    const list = json as { version: string }[]
    expect(list[0]).toMatchObject({ version: '31.0', label: "Summer '14" })
    expect(list.at(-1)).toEqual({ label: "Winter '27", url: '/services/data/v68.0', version: '68.0' })
    expect(list).toHaveLength(38)
  })

  it.each([
    ['v21.0', 410],
    ['v30.0', 410],
    ['v31.0', 200],
    ['v68.0', 200],
    ['v69.0', 404],
    ['v20.0', 404],
    ['v66.5', 404],
  ])('%s answers %i', async (version, status) => {
    const answer = await running.send('GET', `/services/data/${version}/limits`)
    expect(answer.status).toBe(status)
    if (status === 404) expect(answer.json).toMatchObject([{ errorCode: 'INVALID_VERSION' }])
  })

  it('warn where they are deprecated', async () => {
    const old = await running.send('GET', '/services/data/v40.0/limits')
    expect(old.headers.get('warning')).toMatch(/^299 - "This API is deprecated/)
    expect((await running.send('GET', '/services/data/v41.0/limits')).headers.has('warning')).toBe(false)
  })
})

describe('what there is not', () => {
  it.each([
    ['GET', '/services/data/v66.0/search', 'search'],
    ['GET', '/services/data/v66.0/tooling/query', 'tooling'],
    ['GET', '/services/data/v66.0/query?q=SELECT+Id+FROM+Contact&explain=x', 'query plans (explain)'],
    ['GET', '/services/oauth2/logout', 'OAuth logout'],
    ['GET', '/secur/frontdoor.jsp', 'front door'],
  ])('%s %s names itself where the platform has it', async (method, path, name) => {
    const json = [{ errorCode: 'NOT_IMPLEMENTED', message: `playground: not implemented: ${name}` }]
    expect(await running.send(method, path)).toMatchObject({ status: 501, json })
  })

  it.each([
    '/services/data/v66.0/nothing',
    '/services/data/v66.0/sobjects/Nothing',
    '/services/data/v66.0/sobjects/Nothing/describe',
    '/services/nothing',
    '/nothing',
  ])('%s is 404', async (path) => {
    const json = [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]
    expect(await running.send('GET', path)).toMatchObject({ status: 404, json })
  })

  it('is 405 where only the method is wrong', async () => {
    const answer = await running.call('PUT', '/sobjects/Contact', {})
    expect(answer).toMatchObject({ status: 405, json: [{ errorCode: 'METHOD_NOT_ALLOWED' }] })
  })
})
