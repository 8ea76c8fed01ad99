import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { itemsAt, RunningOrg } from './running-org.js'

let running: RunningOrg

beforeAll(async () => {
  running = await RunningOrg.start()
})

afterAll(() => running.org.close())

const data = '/services/data/v66.0'
const composite = (compositeRequest: object[], allOrNone = false) =>
  running.call('POST', '/composite', { allOrNone, compositeRequest })
const post = (referenceId: string, object: string, body: object) => ({
  method: 'POST',
  url: `${data}/sobjects/${object}`,
  referenceId,
  body,
})
const query = (referenceId: string, soql: string) => ({
  method: 'GET',
  url: `${data}/query?q=${encodeURIComponent(soql)}`,
  referenceId,
})
const responses = async (...given: Parameters<typeof composite>) =>
  itemsAt((await composite(...given)).json, 'compositeResponse')
const halted = [
  {
    errorCode: 'PROCESSING_HALTED',
    message: 'The transaction was rolled back since another operation in the same transaction failed.',
  },
]

describe('a composite', () => {
  it('lets later requests use the answers of earlier ones, in bodies and URLs', async () => {
    const [account, contact, found, same] = await responses([
      post('acme', 'Account', { Name: 'Acme' }),
      post('anna', 'Contact', { LastName: 'A', AccountId: '@{acme.id}', Description: 'of @{acme.id}!' }),
      {
        method: 'GET',
        url: `${data}/query?q=SELECT+Id,Account.Name,Description+FROM+Contact+WHERE+AccountId='@{acme.id}'`,
        referenceId: 'found',
      },
      { method: 'GET', url: `${data}/sobjects/Contact/@{found.records[0].Id}?fields=LastName`, referenceId: 'same' },
    ])
    const location = (account as { httpHeaders: { Location: string } }).httpHeaders.Location
    const accountId = location.split('/').at(-1) ?? ''
    expect(account).toMatchObject({ httpStatusCode: 201, referenceId: 'acme', body: { id: accountId, success: true } })
    expect(contact).toMatchObject({ httpStatusCode: 201 })
    expect(found).toMatchObject({
      httpStatusCode: 200,
      body: { totalSize: 1, records: [{ Account: { Name: 'Acme' }, Description: `of ${accountId}!` }] },
    })
    expect(same).toMatchObject({ httpStatusCode: 200, body: { LastName: 'A' } })
  })

  it('goes on after a failure, and only what depended on it is halted', async () => {
    const found = await responses([
      post('bad', 'Contact', {}),
      post('needs', 'Contact', { LastName: 'x', ReportsToId: '@{bad.id}' }),
      post('fine', 'Contact', { LastName: 'y' }),
    ])
    expect(found).toMatchObject([
      { httpStatusCode: 400, body: [{ errorCode: 'REQUIRED_FIELD_MISSING', fields: ['LastName'] }] },
      { httpStatusCode: 400, body: halted },
      { httpStatusCode: 201 },
    ])
  })

  it('halts a reference to what an answer does not have', async () => {
    const found = await responses([
      post('made', 'Contact', { LastName: 'x' }),
      post('lost', 'Contact', { LastName: 'y', ReportsToId: '@{made.records[0].Id}' }),
    ])
    expect(found).toMatchObject([
      { httpStatusCode: 201 },
      { httpStatusCode: 400, body: [{ errorCode: 'PROCESSING_HALTED' }] },
    ])
  })

  it('tells references apart by case and takes collateSubrequests', async () => {
    const compositeRequest = [post('Ref', 'Contact', { LastName: 'x' }), post('ref', 'Contact', { LastName: 'y' })]
    const { status, json } = await running.call('POST', '/composite', { collateSubrequests: true, compositeRequest })
    expect(status).toBe(200)
    expect(itemsAt(json, 'compositeResponse')).toMatchObject([{ referenceId: 'Ref' }, { referenceId: 'ref' }])
  })

  it('takes all back with allOrNone', async () => {
    const before = [...running.org.store.scan('Contact')].length
    const found = await responses(
      [post('a', 'Contact', { LastName: 'x' }), post('b', 'Contact', {}), post('c', 'Contact', { LastName: 'z' })],
      true,
    )
    expect(found).toMatchObject([
      { referenceId: 'a', httpStatusCode: 400, body: halted },
      { referenceId: 'b', httpStatusCode: 400, body: [{ errorCode: 'REQUIRED_FIELD_MISSING' }] },
      { referenceId: 'c', httpStatusCode: 400, body: halted },
    ])
    expect([...running.org.store.scan('Contact')]).toHaveLength(before)
  })

  it('is one API request and may hold a statement far too long for a URL', async () => {
    running.org.load('Contact', [{ LastName: 'Wanted', Email: 'person1999@example.org' }])
    const list = Array.from({ length: 2000 }, (_, i) => `'person${i}@example.org'`).join(',')
    const soql = `SELECT LastName FROM Contact WHERE Email IN (${list})`
    const first = await running.call('GET', '/limits')
    const answer = await composite([
      query('a', soql),
      query('b', soql),
      query('c', soql),
      query('d', soql),
      query('e', soql),
    ])
    const [one] = itemsAt(answer.json, 'compositeResponse')
    expect(one).toMatchObject({ httpStatusCode: 200, body: { totalSize: 1, records: [{ LastName: 'Wanted' }] } })
    const used = (header: string | null) => Number(/=(\d+)/.exec(header ?? '')?.[1])
    const [before, after] = [first, answer].map(({ headers }) => used(headers.get('sforce-limit-info')))
    expect(after).toBe((before ?? 0) + 1)
  })

  it.each<[string, object[]]>([
    ['more than 25 subrequests', Array.from({ length: 26 }, (_, i) => post(`r${i}`, 'Contact', {}))],
    ['more than five queries', Array.from({ length: 6 }, (_, i) => query(`r${i}`, 'SELECT Id FROM Contact'))],
    ['two references of one name', [post('a', 'Contact', {}), post('a', 'Contact', {})]],
    ['a reference that is no name', [post('a-b', 'Contact', {})]],
    ['no reference', [{ method: 'GET', url: `${data}/limits` }]],
  ])('is 400 for %s', async (_, requests) => {
    expect((await composite(requests)).status).toBe(400)
  })

  it('refuses to nest', async () => {
    const [inner] = await responses([
      { method: 'POST', url: `${data}/composite`, referenceId: 'a', body: { compositeRequest: [] } },
    ])
    expect(inner).toMatchObject({ httpStatusCode: 400 })
  })
})

describe('a composite graph', () => {
  const graph = (graphs: object[]) => running.call('POST', '/composite/graph', { graphs })

  it('keeps or takes back each graph as a whole', async () => {
    const account = post('acme', 'Account', { Name: 'Graph' })
    const { status, json } = await graph([
      { graphId: '1', compositeRequest: [account, post('c', 'Contact', { LastName: 'G', AccountId: '@{acme.id}' })] },
      { graphId: '2', compositeRequest: [account, post('c', 'Contact', {})] },
    ])
    expect(status).toBe(200)
    expect(itemsAt(json, 'graphs')).toMatchObject([
      {
        graphId: '1',
        isSuccessful: true,
        graphResponse: { compositeResponse: [{ httpStatusCode: 201 }, { httpStatusCode: 201 }] },
      },
      {
        graphId: '2',
        isSuccessful: false,
        graphResponse: {
          compositeResponse: [
            { referenceId: 'acme', httpStatusCode: 400, body: halted },
            { referenceId: 'c', httpStatusCode: 400, body: [{ errorCode: 'REQUIRED_FIELD_MISSING' }] },
          ],
        },
      },
    ])
    expect(await running.records("SELECT Name FROM Account WHERE Name = 'Graph'")).toHaveLength(1)
  })

  it('refuses more than 500 nodes and a graph named twice', async () => {
    const compositeRequest = Array.from({ length: 251 }, (_, i) => post(`r${i}`, 'Contact', {}))
    const both = ['1', '2'].map((graphId) => ({ graphId, compositeRequest }))
    expect((await graph(both)).json).toMatchObject([{ errorCode: 'LIMIT_EXCEEDED' }])
    const twins = [1, 2].map(() => ({ graphId: '1', compositeRequest: [] }))
    expect((await graph(twins)).json).toMatchObject([{ errorCode: 'INVALID_INPUT' }])
  })
})
