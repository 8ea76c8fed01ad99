import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { itemsAt, RunningOrg, valueAt } from './running-org.js'

let running: RunningOrg

beforeAll(async () => {
  running = await RunningOrg.start()
})

afterAll(() => running.org.close())

const batch = (batchRequests: object[], haltOnError = false) =>
  running.call('POST', '/composite/batch', { haltOnError, batchRequests })

const create = (richInput: object) => ({ method: 'POST', url: 'v66.0/sobjects/Contact', richInput })
const query = (soql: string) => ({ method: 'GET', url: `v66.0/query?q=${encodeURIComponent(soql)}` })

describe('a batch', () => {
  it('answers each request with its status and result, in order', async () => {
    const id = await running.create('Contact', { LastName: 'Before' })
    const { status, json } = await batch([
      { method: 'PATCH', url: `v66.0/sobjects/Contact/${id}`, richInput: { LastName: 'After' } },
      { method: 'GET', url: `/services/data/v66.0/sobjects/Contact/${id}?fields=LastName` },
      query(`SELECT LastName FROM Contact WHERE Id = '${id}'`),
    ])
    expect(status).toBe(200)
    expect(valueAt(json, 'hasErrors')).toBe(false)
    expect(itemsAt(json, 'results')).toMatchObject([
      { statusCode: 204, result: null },
      { statusCode: 200, result: { LastName: 'After' } },
      { statusCode: 200, result: { totalSize: 1, records: [{ LastName: 'After' }] } },
    ])
  })

  it('goes on after a failure and takes nothing back', async () => {
    const { json } = await batch([create({ LastName: 'One' }), create({}), create({ LastName: 'Three' })])
    expect(valueAt(json, 'hasErrors')).toBe(true)
    expect(itemsAt(json, 'results')).toMatchObject([
      { statusCode: 201, result: { success: true } },
      { statusCode: 400, result: [{ errorCode: 'REQUIRED_FIELD_MISSING', fields: ['LastName'] }] },
      { statusCode: 201, result: { success: true } },
    ])
  })

  it('stops at the first failure when told to, keeping what was done', async () => {
    const { status, json } = await batch(
      [create({ LastName: 'Kept' }), create({}), create({ LastName: 'Never' })],
      true,
    )
    expect(status).toBe(200)
    expect(itemsAt(json, 'results')).toMatchObject([
      { statusCode: 201 },
      { statusCode: 400 },
      { statusCode: 412, result: [{ errorCode: 'BATCH_PROCESSING_HALTED' }] },
    ])
    const saved = await running.records("SELECT LastName FROM Contact WHERE LastName IN ('Kept', 'Never')")
    expect(saved).toEqual([{ LastName: 'Kept' }])
  })

  it('is one API request', async () => {
    const used = async (answer: ReturnType<typeof batch>) =>
      Number(/=(\d+)/.exec((await answer).headers.get('sforce-limit-info') ?? '')?.[1])
    const before = await used(running.call('GET', '/limits'))
    expect(await used(batch([query('SELECT Id FROM Lead'), query('SELECT Id FROM Lead')]))).toBe(before + 1)
  })

  it.each<[string, object[]]>([
    ['more than 25 requests', Array.from({ length: 26 }, () => query('SELECT Id FROM Lead'))],
    ['a request without a method', [{ url: 'v66.0/limits' }]],
    ['a batch inside a batch', [{ method: 'POST', url: 'v66.0/composite/batch', richInput: { batchRequests: [] } }]],
  ])('is 400 for %s, and nothing is run', async (_, requests) => {
    const before = running.org.store.count('Contact')
    expect((await batch([...requests, create({ LastName: 'Unrun' })])).status).toBe(400)
    expect(running.org.store.count('Contact')).toBe(before)
  })
})
