import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { linesOf, recordsOf, startBulkOrg } from './bulk-org.js'
import type { BulkOrg } from './bulk-org.js'
import { defaultBulkSettings } from '../../../../src/playground/org/bulk/settings.js'

const PEOPLE = 1_234

let bulk: BulkOrg
beforeAll(async () => {
  bulk = await startBulkOrg()
  const { org } = bulk
  org.load('Account', [{ Name: 'Acme "A", Inc.' }])
  const [account] = org.store.scan('Account')
  org.load(
    'Contact',
    Array.from({ length: PEOPLE }, (_, i) => ({
      LastName: `n${i}`,
      Email: `n${i}@x.org`,
      AccountId: i % 2 ? account?.Id : null,
    })),
  )
  org.load('Contact', [{ LastName: 'Gone', IsDeleted: true }])
})
afterAll(() => bulk.close())
afterEach(() => {
  Object.assign(bulk.org.settings, defaultBulkSettings())
})

const create = async (query: string, more: object = {}): Promise<string> => {
  const { id } = await bulk.json('POST', '/query', { operation: 'query', query, ...more })
  return String(id)
}
const page = async (id: string, search = '') => {
  const reply = await bulk.call('GET', `/query/${id}/results${search}`)
  return {
    status: reply.status,
    type: reply.headers.get('content-type'),
    locator: reply.headers.get('sforce-locator'),
    count: Number(reply.headers.get('sforce-numberofrecords')),
    csv: await reply.text(),
  }
}

describe('a query job', () => {
  test('is waiting when it is made, and names the object of its query', async () => {
    const info = await bulk.json('POST', '/query', { operation: 'query', query: 'select id from contact' })
    expect(info).toMatchObject({
      operation: 'query',
      object: 'Contact',
      state: 'UploadComplete',
      concurrencyMode: 'Parallel',
    })
    expect(info['id']).toMatch(/^750\w{15}$/)
  })

  test('follows the clock from waiting to complete', async () => {
    Object.assign(bulk.org.settings, { bulkQueueMs: 100, bulkProcessingMs: 200 })
    const id = await create('SELECT Id FROM Contact')
    const states: unknown[] = []
    for (const ms of [99, 1, 199, 1]) {
      bulk.clock.now += ms
      states.push((await bulk.json('GET', `/query/${id}`))['state'])
    }
    expect(states).toEqual(['UploadComplete', 'InProgress', 'InProgress', 'JobComplete'])
    expect(await bulk.json('GET', `/query/${id}`)).toMatchObject({
      jobType: 'V2Query',
      numberRecordsProcessed: PEOPLE,
      totalProcessingTime: 200,
    })
  })

  test('has no results before it is complete, nor after it was aborted', async () => {
    Object.assign(bulk.org.settings, { bulkQueueMs: 100 })
    const id = await create('SELECT Id FROM Contact')
    expect(await bulk.refusal('GET', `/query/${id}/results`)).toMatchObject({ status: 400, code: 'INVALIDJOBSTATE' })
    expect(await bulk.refusal('DELETE', `/query/${id}`)).toMatchObject({ status: 400, code: 'API_ERROR' })
    expect(await bulk.json('PATCH', `/query/${id}`, { state: 'Aborted' })).toMatchObject({ state: 'Aborted' })
    expect(await bulk.refusal('GET', `/query/${id}/results`)).toMatchObject({ status: 400 })
    expect((await bulk.refusal('PATCH', `/query/${id}`, { state: 'Aborted' })).message).toBe(
      'Aborting already Aborted Job not allowed',
    )
    expect((await bulk.call('DELETE', `/query/${id}`)).status).toBe(204)
    expect(await bulk.refusal('GET', `/query/${id}`)).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })

  test('is refused at once, with the ordinary error, when its SOQL is bad', async () => {
    const refusal = await bulk.refusal('POST', '/query', { operation: 'query', query: 'SELECT Nope FROM Contact' })
    expect(refusal).toMatchObject({
      status: 400,
      code: 'INVALID_FIELD',
      message: expect.stringContaining('ERROR at Row:1:Column:8') as string,
    })
  })

  test.each([
    'SELECT COUNT() FROM Contact',
    'SELECT MAX(CreatedDate) FROM Contact',
    'SELECT LeadSource FROM Contact GROUP BY LeadSource',
    'SELECT Id FROM Contact LIMIT 5 OFFSET 5',
    'SELECT Id, (SELECT Id FROM Contacts) FROM Account',
    'SELECT MailingAddress FROM Contact',
    'SELECT Account.BillingAddress FROM Contact',
    'SELECT FIELDS(ALL) FROM Contact LIMIT 200',
    'SELECT TYPEOF Owner WHEN User THEN Name END FROM Lead',
  ])('may not contain %s', async (query) => {
    expect((await bulk.refusal('POST', '/query', { operation: 'query', query })).status).toBe(400)
  })

  test('knows two operations', async () => {
    const query = 'SELECT Id FROM Contact'
    expect(await bulk.refusal('POST', '/query', { operation: 'insert', query })).toMatchObject({ code: 'INVALIDJOB' })
    const { csv } = await page(
      await create("SELECT LastName FROM Contact WHERE LastName = 'Gone'", { operation: 'queryAll' }),
    )
    expect(csv).toBe('"LastName"\n"Gone"\n')
  })

  test('ends Failed with a reason and no results where the org is set to', async () => {
    bulk.org.settings.bulkQueryFailure = 'QUERY_TIMEOUT : Your query request was running for too long.'
    const id = await create('SELECT Id FROM Contact')
    expect(await bulk.json('GET', `/query/${id}`)).toMatchObject({
      state: 'Failed',
      errorMessage: 'QUERY_TIMEOUT : Your query request was running for too long.',
    })
    bulk.org.settings.bulkQueryFailure = ''
    expect((await bulk.call('GET', `/query/${id}/results`)).status).toBe(400)
  })

  test('is listed among query jobs', async () => {
    const id = await create('SELECT Id FROM Contact')
    const list = await bulk.json('GET', '/query?concurrencyMode=parallel&jobType=V2Query')
    expect((list['records'] as { id: string }[]).map((job) => job.id)).toContain(id)
    expect(list['done']).toBe(true)
  })

  test('has an allowance', async () => {
    bulk.org.settings.bulkDailyQueryJobs = 1
    const body = { operation: 'query', query: 'SELECT Id FROM Contact' }
    expect(await bulk.refusal('POST', '/query', body)).toMatchObject({ status: 400, code: 'EXCEEDEDQUOTA' })
  })
})

describe('its results', () => {
  test('have every value quoted, columns in the order of SELECT, dotted parents, and nothing for null', async () => {
    const id = await create(
      "select account.name, lastname, isdeleted, createddate from Contact where LastName IN ('n0', 'n1') order by LastName",
    )
    const { status, type, csv, locator, count } = await page(id)
    expect({ status, type, locator, count }).toEqual({ status: 200, type: 'text/csv', locator: 'null', count: 2 })
    expect(csv).toBe(
      '"Account.Name","LastName","IsDeleted","CreatedDate"\n' +
        '"","n0","false","2026-05-06T10:30:00.000Z"\n' +
        '"Acme ""A"", Inc.","n1","false","2026-05-06T10:30:00.000Z"\n',
    )
  })

  test('have columns in alphabetical order before v50', async () => {
    const old = '/services/data/v49.0/jobs/query'
    const { id } = await bulk.json('POST', old, {
      operation: 'query',
      query: "SELECT LastName, Email, Account.Name FROM Contact WHERE LastName = 'nobody'",
    })
    expect(await bulk.raw(`${old}/${String(id)}/results`)).toBe('"Account.Name","Email","LastName"\n')
  })

  test('print doubles as the platform does', async () => {
    bulk.org.load('Account', [
      { Name: 'Rich', AnnualRevenue: 912260031 },
      { Name: 'Even', AnnualRevenue: 12 },
    ])
    const { csv } = await page(
      await create('SELECT Name, AnnualRevenue FROM Account WHERE AnnualRevenue > 0 ORDER BY Name'),
    )
    expect(csv).toBe('"Name","AnnualRevenue"\n"Even","12.0"\n"Rich","9.12260031E8"\n')
  })

  test('follow the delimiter and line ending of the job', async () => {
    const definition = { columnDelimiter: 'SEMICOLON', lineEnding: 'CRLF' }
    const { csv } = await page(await create("SELECT LastName, Email FROM Contact WHERE LastName = 'n7'", definition))
    expect(csv).toBe('"LastName";"Email"\r\n"n7";"n7@x.org"\r\n')
  })

  test('without rows are the header line', async () => {
    const { csv, locator, count } = await page(await create("SELECT Id, Email FROM Contact WHERE LastName = 'nobody'"))
    expect({ csv, locator, count }).toEqual({ csv: '"Id","Email"\n', locator: 'null', count: 0 })
  })

  test('come in pages that each repeat the header, together hold every row once, and can be read again', async () => {
    const id = await create('SELECT LastName FROM Contact')
    const names: string[] = []
    const counts: number[] = []
    let locator: string | null = null
    let first: string | undefined
    do {
      const found = await page(id, `?maxRecords=500${locator === null ? '' : `&locator=${locator}`}`)
      first ??= found.csv
      expect(linesOf(found.csv)[0]).toBe('"LastName"')
      names.push(...recordsOf(found.csv).map(({ LastName: name = '' }) => name))
      counts.push(found.count)
      locator = found.locator
    } while (locator !== 'null')
    expect(counts).toEqual([500, 500, 234])
    expect(new Set(names).size).toBe(PEOPLE)
    expect(names).not.toEqual(Array.from({ length: PEOPLE }, (_, i) => `n${i}`))
    expect((await page(id, '?maxRecords=500')).csv).toBe(first)
  })

  test('have locators as recorded: the place in base64 without padding', async () => {
    bulk.org.settings.bulkPageSize = 1_000
    const { locator, count } = await page(await create('SELECT Id FROM Contact'))
    expect({ locator, count }).toEqual({ locator: 'MTAwMA', count: 1_000 })
  })

  test.each(['?locator=xyz', '?locator=OTk5OTk5', '?locator=', '?maxRecords=0', '?maxRecords=many'])(
    'are refused for %s',
    async (search) => {
      const id = await create('SELECT Id FROM Contact')
      expect((await bulk.refusal('GET', `/query/${id}/results${search}`)).status).toBe(400)
    },
  )

  test('are refused to another version of the API', async () => {
    const id = await create('SELECT Id FROM Contact')
    expect(await bulk.refusal('GET', `/services/data/v67.0/jobs/query/${id}/results`)).toMatchObject({ status: 409 })
  })

  test('stay what they were when records change afterwards', async () => {
    const id = await create("SELECT LastName FROM Contact WHERE Email = 'n9@x.org'")
    expect((await page(id)).count).toBe(1)
    const [contact] = bulk.org.store.lookup('Contact', 'Email', 'n9@x.org') ?? []
    if (!contact) throw new Error('no n9')
    bulk.org.store.change(contact, { Email: null })
    expect((await page(id)).count).toBe(1)
    bulk.org.store.change(contact, { Email: 'n9@x.org' })
  })

  test('are offered as pages to read in parallel, five at a time', async () => {
    bulk.org.settings.bulkPageSize = 200
    const id = await create('SELECT LastName FROM Contact')
    const first = await bulk.json('GET', `/query/${id}/resultPages`)
    expect(first).toMatchObject({ done: false })
    const second = await bulk.json('GET', String(first['nextRecordsUrl']))
    expect(second).toMatchObject({ done: true, nextRecordsUrl: null })
    const urls = [first, second].flatMap((pages) => pages['resultPages'] as { resultUrl: string }[])
    expect(urls).toHaveLength(7)
    const texts = await Promise.all(urls.map(async ({ resultUrl }) => (await bulk.call('GET', resultUrl)).text()))
    expect(new Set(texts.flatMap((csv) => linesOf(csv).slice(1))).size).toBe(PEOPLE)
  })
})
