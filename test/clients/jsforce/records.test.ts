import type { Connection } from 'jsforce'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { text } from '../../../src/playground/org/fields.js'
import { RunningOrg } from '../../playground/org/running-org.js'
import { connect, people } from './connected.js'

let running: RunningOrg
let connection: Connection

beforeAll(async () => {
  running = await RunningOrg.start()
  running.org.define('Contact', [text('Key__c', 'Key', 40, { externalId: true, unique: true })])
  connection = await connect(running)
})

afterAll(() => running.org.close())

describe('jsforce on one record', () => {
  it('creates, reads, changes and deletes it', async () => {
    const accounts = connection.sobject('Account')
    const { id = '', success } = await accounts.create({ Name: "O'Dowd & Söhne" })
    expect(success).toBe(true)
    expect(await accounts.retrieve(id)).toMatchObject({ Id: id, Name: "O'Dowd & Söhne" })
    expect(await accounts.update({ Id: id, Website: 'https://example.org' })).toMatchObject({ success: true, id })
    expect(await connection.sobject('Account').record(id).retrieve()).toMatchObject({ Website: 'https://example.org' })
    expect(await accounts.destroy(id)).toMatchObject({ success: true, id })
    await expect(accounts.retrieve(id)).rejects.toMatchObject({ errorCode: 'NOT_FOUND' })
  })

  it('upserts it by an external id and by its e-mail', async () => {
    const contacts = connection.sobject('Contact')
    const made = await contacts.upsert({ LastName: 'Up', Key__c: 'k-1', Email: 'up@example.org' }, 'Key__c')
    expect(made).toMatchObject({ success: true, created: true })
    const again = await contacts.upsert({ LastName: 'Upper', Email: 'UP@example.org' }, 'Email')
    expect(again).toMatchObject({ success: true, created: false, id: made.id })
    await running.create('Contact', { LastName: 'Twin', Email: 'up@example.org' })
    await expect(contacts.upsert({ LastName: 'x', Email: 'up@example.org' }, 'Email')).rejects.toMatchObject({
      errorCode: 'MULTIPLE_CHOICES',
      data: [expect.stringContaining('/sobjects/Contact/003'), expect.stringContaining('/sobjects/Contact/003')],
    })
  })

  it('raises a refusal with its code, and several as MULTIPLE_API_ERRORS', async () => {
    const contacts = connection.sobject('Contact')
    await expect(contacts.create({ FirstName: 'x' })).rejects.toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
      message: 'Required fields are missing: [LastName]',
    })
    const wrong = { LastName: 'x', Email: 'bad', FirstName: 'f'.repeat(41) }
    await expect(contacts.create(wrong)).rejects.toMatchObject({ name: 'MULTIPLE_API_ERRORS' })
  })

  it('loses its way when an upsert key holds a slash or a question mark (pitfalls §2)', async () => {
    const upsert = connection.sobject('Contact').upsert({ LastName: 'x', Key__c: 'a/b?c' }, 'Key__c')
    await expect(upsert).rejects.toMatchObject({ errorCode: 'NOT_FOUND' })
  })
})

describe('jsforce on many records', () => {
  it('gives each its own outcome, in the order sent', async () => {
    const contacts = connection.sobject('Contact')
    const results = await contacts.create([{ LastName: 'One' }, { LastName: 'Two', Email: 'bad' }])
    expect(results).toMatchObject([
      { success: true },
      { success: false, errors: [{ statusCode: 'INVALID_EMAIL_ADDRESS', fields: ['Email'] }] },
    ])
    const id = results[0]?.id ?? ''
    expect(await contacts.update([{ Id: id, Title: 'T' }])).toMatchObject([{ success: true, id }])
    expect(await contacts.retrieve([id])).toMatchObject([{ Id: id, Title: 'T' }])
    expect(await contacts.destroy([id])).toMatchObject([{ success: true, id }])
  })

  it('takes more than 200 only by allowRecursive, 200 to a call', async () => {
    const contacts = connection.sobject('Contact')
    await expect(contacts.create(people(201))).rejects.toThrow('record limit reached')
    running.org.requests.clear()
    const made = await contacts.create(people(450), { allowRecursive: true })
    expect([made.length, made.filter(({ success }) => success).length]).toEqual([450, 450])
    await expect
      .poll(() => running.org.requests.statistics())
      .toMatchObject([{ template: '/composite/sobjects', calls: 3 }])
    const keyed = people(450, 'r').map((person, i) => ({ ...person, Key__c: `r-${i}` }))
    const upserted = await contacts.upsert(keyed, 'Key__c', { allowRecursive: true })
    expect(upserted.filter(({ success }) => success)).toHaveLength(450)
    const ids = upserted.map(({ id }) => id ?? '')
    const titled = await contacts.update(
      ids.map((Id) => ({ Id, Title: 'T' })),
      { allowRecursive: true },
    )
    expect(titled.filter(({ success }) => success)).toHaveLength(450)
    expect((await contacts.destroy(ids, { allowRecursive: true })).filter(({ success }) => success)).toHaveLength(450)
  })

  it('rolls all back when one fails and all or none was asked for', async () => {
    const results = await connection
      .sobject('Contact')
      .create([{ LastName: 'Rolled back' }, { LastName: 'x', Email: 'bad' }], { allOrNone: true })
    expect(results).toMatchObject([
      { success: false, errors: [{ statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK' }] },
      { success: false, errors: [{ statusCode: 'INVALID_EMAIL_ADDRESS' }] },
    ])
    expect(await connection.sobject('Contact').count({ LastName: 'Rolled back' })).toBe(0)
  })
})

describe('jsforce describes', () => {
  it('an object, from the cache the second time', async () => {
    const described = await connection.describe$('CampaignMember')
    expect(described.fields.find(({ name }) => name === 'CampaignId')).toMatchObject({
      type: 'reference',
      referenceTo: ['Campaign'],
      updateable: false,
    })
    running.org.requests.clear()
    expect((await connection.describe$('CampaignMember')).name).toBe('CampaignMember')
    expect(running.org.requests.total).toBe(0)
  })

  it('all objects', async () => {
    const { sobjects } = await connection.describeGlobal()
    expect(sobjects.map(({ name }) => name)).toEqual(expect.arrayContaining(['Contact', 'Lead', 'CampaignMember']))
  })
})
