import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { text } from '../../../src/playground/org/fields.js'
import { RunningOrg, textAt } from './running-org.js'

let running: RunningOrg

beforeAll(async () => {
  running = await RunningOrg.start()
  running.org.define('Contact', [
    text('Key__c', 'Key', 40, { externalId: true, unique: true }),
    text('Exact__c', 'Exact', 40, { externalId: true, unique: true, caseSensitive: true }),
  ])
})

afterAll(() => running.org.close())

const contact = (values: object = {}) => running.create('Contact', { LastName: 'Person', ...values })
const read = async (id: string, fields: string) =>
  (await running.call('GET', `/sobjects/Contact/${id}?fields=${fields}`)).json
const notFound = [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]

describe('upsert by a key', () => {
  it('creates, then updates without regard to case', async () => {
    const created = await running.call('PATCH', '/sobjects/Contact/Key__c/a%2Fb%2Bc', { LastName: 'New' })
    expect(created).toMatchObject({ status: 201, json: { success: true, created: true, errors: [] } })
    const updated = await running.call('PATCH', '/sobjects/Contact/key__c/A%2FB%2BC', { Title: 'T' })
    expect([updated.status, updated.json]).toEqual([
      200,
      { id: textAt(created.json, 'id'), success: true, errors: [], created: false },
    ])
    expect(await read(textAt(created.json, 'id'), 'Key__c,Title')).toMatchObject({ Key__c: 'a/b+c', Title: 'T' })
    expect((await running.call('GET', '/sobjects/Contact/Key__c/a%2fb%2bc')).json).toMatchObject({ LastName: 'New' })
  })

  it('minds the case of a field that is declared so', async () => {
    await contact({ Exact__c: 'Ab' })
    expect((await running.call('PATCH', '/sobjects/Contact/Exact__c/ab', { LastName: 'x' })).status).toBe(201)
  })

  it('answered updates with 204 before v46', async () => {
    await contact({ Key__c: 'old-client' })
    expect((await running.send('PATCH', '/services/data/v45.0/sobjects/Contact/Key__c/old-client', {})).status).toBe(
      204,
    )
  })

  it('answers 300 with the records when several match, and writes nothing', async () => {
    // Two people, or the duplicate rule would keep the second out.
    const ids = [
      await contact({ Email: 'two@example.org' }),
      await contact({ LastName: 'Another', Email: 'Two@example.org' }),
    ]
    const answer = await running.call('PATCH', '/sobjects/Contact/Email/two@example.org', { Title: 'x' })
    expect([answer.status, answer.json]).toEqual([300, ids.map((id) => `/services/data/v66.0/sobjects/Contact/${id}`)])
    expect(await read(ids[0] ?? '', 'Title')).toMatchObject({ Title: null })
  })

  it('does not create when told so', async () => {
    const answer = await running.call('PATCH', '/sobjects/Contact/Key__c/nobody?updateOnly=true', { LastName: 'x' })
    expect(answer).toMatchObject({ status: 404, json: notFound })
  })

  it('refuses a field that is no key, and a key repeated in the body', async () => {
    const message = 'Provided external ID field does not exist or is not accessible: Phone'
    const noKey = await running.call('PATCH', '/sobjects/Contact/Phone/1', { LastName: 'x' })
    expect(noKey).toMatchObject({ status: 404, json: [{ errorCode: 'NOT_FOUND', message }] })
    const repeated = await running.call('PATCH', '/sobjects/Contact/Key__c/k', { LastName: 'x', Key__c: 'k' })
    expect(repeated).toMatchObject({ status: 400, json: [{ errorCode: 'INVALID_FIELD' }] })
  })
})
