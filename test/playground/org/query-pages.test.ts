import { request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { textarea } from '../../../src/playground/org/fields.js'
import { type Answer, itemsAt, RunningOrg, textAt, valueAt } from './running-org.js'

const DAY = 24 * 60 * 60 * 1000
const SOQL = 'SELECT LastName FROM Contact ORDER BY LastName'

let running: RunningOrg

beforeAll(async () => {
  running = await RunningOrg.start({ sessionSeconds: 10 * DAY })
  running.org.load(
    'Contact',
    Array.from({ length: 2500 }, (_, i) => ({
      LastName: `P${String(i).padStart(4, '0')}`,
      Email: `p${i}@example.org`,
    })),
  )
})

afterAll(() => running.org.close())

beforeEach(() => {
  running.org.settings.pageSizes = [2000]
})

/** All pages of a query, by their sizes. */
async function pages(first: Answer): Promise<{ sizes: number[]; names: unknown[] }> {
  const [sizes, names]: [number[], unknown[]] = [[], []]
  for (let page = first; ; page = await running.send('GET', textAt(page.json, 'nextRecordsUrl'))) {
    const records = itemsAt(page.json, 'records')
    sizes.push(records.length)
    names.push(...records.map((record) => valueAt(record, 'LastName')))
    expect(valueAt(page.json, 'totalSize')).toBe(2500)
    if (valueAt(page.json, 'done') === true) return { sizes, names }
  }
}

describe('the pages of a query', () => {
  it('hold 2,000 records each, and the last has no next', async () => {
    const { sizes, names } = await pages(await running.query(SOQL))
    expect(sizes).toEqual([2000, 500])
    expect(new Set(names).size).toBe(2500)
    expect(names).toEqual([...names].sort())
  })

  it('are as uneven as the org is set to', async () => {
    running.org.settings.pageSizes = [700, 1, 1200]
    const { sizes, names } = await pages(await running.query(SOQL))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2500)
    expect(new Set(sizes.slice(0, -1))).toEqual(new Set([700, 1, 1200]))
    expect(new Set(names).size).toBe(2500)
  })

  it.each([
    ['200', 200],
    ['10', 200],
    ['9999', 2000],
  ])('follow the hint of %s with %i', async (hint, size) => {
    const { json } = await running.query(SOQL, { 'Sforce-Query-Options': `batchSize=${hint}` })
    expect(itemsAt(json, 'records')).toHaveLength(size)
  })

  it('can be read again, for two days, by their reader', async () => {
    const next = textAt((await running.query(SOQL)).json, 'nextRecordsUrl')
    expect(next).toMatch(/^\/services\/data\/v66\.0\/query\/01g[0-9A-Za-z]{15}-2000$/)
    running.clock.now += 2 * DAY
    const [one, two] = [await running.send('GET', next), await running.send('GET', next)]
    expect(one.json).toEqual(two.json)
    running.clock.now += 1
    const json = [{ errorCode: 'INVALID_QUERY_LOCATOR', message: 'invalid query locator' }]
    expect(await running.send('GET', next)).toMatchObject({ status: 400, json })
  })

  it.each(['01g000000000000AAA-2000', 'nonsense', '01g000000000000AAA'])('are not found under %s', async (locator) => {
    expect(await running.call('GET', `/query/${locator}`)).toMatchObject({
      status: 400,
      json: [{ errorCode: 'INVALID_QUERY_LOCATOR' }],
    })
  })

  it('are not needed to count', async () => {
    expect((await running.query('SELECT COUNT() FROM Contact')).json).toEqual({
      totalSize: 2500,
      done: true,
      records: [],
    })
  })

  it('do not exist for groups', async () => {
    const answer = await running.query('SELECT LastName, COUNT(Id) FROM Contact GROUP BY LastName')
    expect(answer).toMatchObject({ status: 400, json: [{ errorCode: 'EXCEEDED_ID_LIMIT' }] })
  })

  it('show deleted records to queryAll only', async () => {
    const id = await running.create('Lead', { LastName: 'x', Company: 'y' })
    await running.call('DELETE', `/sobjects/Lead/${id}`)
    expect((await running.query('SELECT Id FROM Lead')).json).toMatchObject({ totalSize: 0, done: true, records: [] })
    expect((await running.call('GET', '/queryAll?q=SELECT+Id,IsDeleted+FROM+Lead')).json).toMatchObject({
      totalSize: 1,
      records: [{ Id: id, IsDeleted: true }],
    })
  })
})

describe('a query', () => {
  it('that is not understood is 400 with its code', async () => {
    expect(await running.query('SELECT Id FORM Contact')).toMatchObject({
      status: 400,
      json: [{ errorCode: 'MALFORMED_QUERY' }],
    })
    expect(await running.query('SELECT Foo__c FROM Contact')).toMatchObject({
      status: 400,
      json: [{ errorCode: 'INVALID_FIELD' }],
    })
    expect(await running.query('SELECT DoNotCall FROM Contact')).toMatchObject({
      status: 400,
      json: [{ errorCode: 'INVALID_FIELD' }],
    })
    expect(await running.call('GET', '/query')).toMatchObject({ status: 400, json: [{ errorCode: 'MALFORMED_QUERY' }] })
  })

  it('that makes the URI too long is 414 in HTML, and 431 with its headers', async () => {
    const soql = (length: number) => `SELECT Id FROM Contact WHERE LastName = '${'x'.repeat(length)}'`
    const tooLong = await running.query(soql(16_384))
    expect([tooLong.status, tooLong.text]).toEqual([414, '<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>'])
    expect(tooLong.headers.get('content-type')).toMatch(/^text\/html/)
    const withHeaders = await running.query(soql(4000), { 'X-Filler': 'y'.repeat(13_000) })
    expect(withHeaders.status).toBe(431)
    expect((await running.query(soql(3900))).status).toBe(200)
  })

  it('is answered compressed to a client that can take it', async () => {
    const raw = (headers: Record<string, string>) =>
      new Promise<{ encoding: string | undefined; body: Buffer }>((resolve, reject) => {
        const url = `${running.org.url}/services/data/v66.0/query?q=${encodeURIComponent(SOQL)}`
        request(url, { headers: { Authorization: `Bearer ${running.token}`, ...headers } }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () => {
            resolve({ encoding: response.headers['content-encoding'], body: Buffer.concat(chunks) })
          })
        })
          .on('error', reject)
          .end()
      })
    const [plain, packed] = [await raw({}), await raw({ 'Accept-Encoding': 'gzip' })]
    expect([plain.encoding, packed.encoding]).toEqual([undefined, 'gzip'])
    const records = (body: Buffer) => itemsAt(JSON.parse(body.toString()), 'records')
    expect(records(gunzipSync(packed.body))).toEqual(records(plain.body))
    expect(packed.body.length).toBeLessThan(plain.body.length / 4)
  })
})

describe('the size of a page', () => {
  const account = async (name: string, contacts: number) => {
    const Id = await running.create('Account', { Name: name })
    const records = Array.from({ length: contacts }, (_, i) => ({ LastName: `${name}${i}`, AccountId: Id }))
    running.org.load('Contact', records)
    return Id
  }
  const soql = "SELECT Name, (SELECT LastName FROM Contacts) FROM Account WHERE Name LIKE 'Page%' ORDER BY Name"
  const listAt = (json: unknown, record: number) => valueAt(itemsAt(json, 'records')[record], 'Contacts')

  beforeAll(async () => {
    await account('Page A', 3)
    await account('Page B', 3)
    await account('Page C', 12)
    await account('Page D', 0)
  })

  it('counts the records below, and one that does not fit waits for the next page', async () => {
    running.org.settings.pageSizes = [8]
    const first = await running.query(soql)
    expect(itemsAt(first.json, 'records')).toMatchObject([{ Name: 'Page A' }, { Name: 'Page B' }])
    expect(first.json).toMatchObject({ totalSize: 4, done: false })
    expect(listAt(first.json, 1)).toMatchObject({ totalSize: 3, done: true })
  })

  it('cuts what is below a record that is too large for a page, and has a cursor for the rest', async () => {
    running.org.settings.pageSizes = [8]
    const first = await running.query(soql)
    const second = await running.send('GET', textAt(first.json, 'nextRecordsUrl'))
    expect(itemsAt(second.json, 'records')).toMatchObject([{ Name: 'Page C' }])
    const contacts = listAt(second.json, 0)
    expect(contacts).toMatchObject({ totalSize: 12, done: false })
    const names = itemsAt(contacts, 'records').map((record) => textAt(record, 'LastName'))
    expect(names).toHaveLength(7)
    const rest = await running.send('GET', textAt(contacts, 'nextRecordsUrl'))
    expect(rest.json).toMatchObject({ totalSize: 12, done: true })
    const more = itemsAt(rest.json, 'records').map((record) => textAt(record, 'LastName'))
    expect(new Set([...names, ...more]).size).toBe(12)
    const third = await running.send('GET', textAt(second.json, 'nextRecordsUrl'))
    expect(third.json).toMatchObject({ done: true, records: [{ Name: 'Page D', Contacts: null }] })
  })

  it('is smaller for wide rows: 1,000 for sixteen fields, 200 for two long texts', async () => {
    const wide =
      'Id,Name,FirstName,LastName,Email,Phone,Fax,Title,Department,MobilePhone,HomePhone,OtherPhone,LeadSource,AccountId,OwnerId'
    const rows = async (fields: string, object: string) =>
      itemsAt((await running.query(`SELECT ${fields} FROM ${object}`)).json, 'records').length
    expect(await rows(wide, 'Contact')).toBe(2000)
    expect(await rows(`${wide},CreatedDate`, 'Contact')).toBe(1000)
    running.org.define('Contact', [textarea('Notes__c', 'Notes', 32_000)])
    expect(await rows('Id,Description', 'Contact')).toBe(2000)
    expect(await rows('Id,Description,Notes__c', 'Contact')).toBe(200)
  })
})

describe('columns=true', () => {
  const columns = async (soql: string) =>
    (await running.call('GET', `/query?q=${encodeURIComponent(soql)}&columns=true`)).json

  it('tells what a statement would return', async () => {
    const json = await columns('SELECT Id, LastName, Account.Name, IsDeleted FROM Contact')
    expect(json).toMatchObject({ entityName: 'Contact', groupBy: false, idSelected: true, keyPrefix: '003' })
    expect(itemsAt(json, 'columnMetadata')).toMatchObject([
      { columnName: 'Id', apexType: 'Id', textType: false, insertable: false, joinColumns: [] },
      { columnName: 'LastName', apexType: 'String', textType: true, insertable: true, updatable: true },
      { columnName: 'Account', foreignKeyName: 'AccountId', joinColumns: [{ columnName: 'Name' }] },
      { columnName: 'IsDeleted', booleanType: true },
    ])
  })

  it('tells aggregates with their expression, and records below as columns of their own', async () => {
    expect(await columns('SELECT LeadSource, COUNT(Id) FROM Contact GROUP BY LeadSource')).toMatchObject({
      groupBy: true,
      columnMetadata: [
        { columnName: 'LeadSource', aggregate: false },
        { columnName: 'expr0', displayName: 'COUNT(Id)', aggregate: true, numberType: true },
      ],
    })
    expect(await columns('SELECT Name, (SELECT Id FROM Contacts) FROM Account')).toMatchObject({
      columnMetadata: [
        { columnName: 'Name' },
        { columnName: 'Contacts', aggregate: true, joinColumns: [{ columnName: 'Id' }] },
      ],
    })
  })
})
