import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { itemsAt, RunningOrg, textAt, valueAt } from './running-org.js'

let running: RunningOrg

beforeAll(async () => {
  running = await RunningOrg.start()
})

afterAll(() => running.org.close())

const tree = (records: object[], type = 'Account') => running.call('POST', `/composite/tree/${type}`, { records })

const node = (type: string, referenceId: string, values: object) => ({ attributes: { type, referenceId }, ...values })

/** An account above an account and so on, `levels` deep. */
const chain = (levels: number): object =>
  node('Account', `level${levels}`, {
    Name: 'Holding',
    ...(levels > 1 ? { ChildAccounts: { records: [chain(levels - 1)] } } : {}),
  })

describe('a tree', () => {
  it('creates parents and what is below them, level by level', async () => {
    const contacts = [node('Contact', 'anna', { LastName: 'Anna' }), node('Contact', 'ben', { LastName: 'Ben' })]
    const { status, json } = await tree([
      node('Account', 'acme', { Name: 'Acme Tree', Contacts: { records: contacts } }),
      node('Account', 'bravo', { Name: 'Bravo Tree' }),
    ])
    expect(status).toBe(201)
    expect(valueAt(json, 'hasErrors')).toBe(false)
    const results = itemsAt(json, 'results')
    expect(results.map((one) => valueAt(one, 'referenceId'))).toEqual(['acme', 'bravo', 'anna', 'ben'])
    const rows = await running.records("SELECT Id, Account.Name FROM Contact WHERE LastName = 'Anna'")
    expect(rows).toMatchObject([{ Id: textAt(results[2], 'id'), Account: { Name: 'Acme Tree' } }])
  })

  it('creates nothing when one record is bad, and names only that one', async () => {
    const before = [running.org.store.count('Account'), running.org.store.count('Contact')]
    const bad = node('Contact', 'bad', { LastName: 'Bad', Email: 'badone' })
    const { status, json } = await tree([
      node('Account', 'first', { Name: 'First' }),
      node('Account', 'second', { Name: 'Second', Contacts: { records: [bad] } }),
    ])
    expect(status).toBe(400)
    expect(json).toEqual({
      hasErrors: true,
      results: [
        {
          referenceId: 'bad',
          errors: [
            { statusCode: 'INVALID_EMAIL_ADDRESS', message: 'Email: invalid email address: badone', fields: ['Email'] },
          ],
        },
      ],
    })
    expect([running.org.store.count('Account'), running.org.store.count('Contact')]).toEqual(before)
  })

  it('takes 200 records and five levels', async () => {
    const many = Array.from({ length: 195 }, (_, i) => node('Account', `ref${i}`, { Name: `Account ${i}` }))
    expect((await tree([...many, chain(5)])).status).toBe(201)
  })

  it.each<[string, string, () => object[]]>([
    ['201 records', 'ref200', () => Array.from({ length: 201 }, (_, i) => node('Account', `ref${i}`, { Name: 'A' }))],
    ['six levels', 'level1', () => [chain(6)]],
    ['a root of another type', 'lead', () => [node('Lead', 'lead', { LastName: 'A', Company: 'B' })]],
    ['no reference', '', () => [{ attributes: { type: 'Account' }, Name: 'A' }]],
  ])('refuses %s, and says which record', async (_, referenceId, records) => {
    const { status, json } = await tree(records())
    expect(status).toBe(400)
    expect(json).toMatchObject({
      hasErrors: true,
      results: [{ referenceId, errors: [{ statusCode: 'INVALID_INPUT' }] }],
    })
  })

  it('refuses a reference used twice, once for each use', async () => {
    const { status, json } = await tree([1, 2].map(() => node('Account', 'twin', { Name: 'A' })))
    const one = { referenceId: 'twin', errors: [{ statusCode: 'INVALID_INPUT' }] }
    expect(status).toBe(400)
    expect(json).toMatchObject({ hasErrors: true, results: [one, one] })
  })

  it('has the array of a REST error for a value of the wrong JSON type, and saves nothing', async () => {
    const before = running.org.store.count('Account')
    const { status, json } = await tree([
      node('Account', 'a', { Name: 'A' }),
      node('Account', 'b', { Name: 'B', NumberOfEmployees: 'many' }),
    ])
    expect(status).toBe(400)
    expect(json).toMatchObject([{ errorCode: 'JSON_PARSER_ERROR' }])
    expect(running.org.store.count('Account')).toBe(before)
  })

  it('is 404 for an unknown type', async () => {
    expect((await tree([], 'Nothing__c')).status).toBe(404)
  })
})
