import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { text } from '../../../src/playground/org/fields.js'
import { RunningOrg, textAt } from './running-org.js'

let running: RunningOrg

beforeAll(async () => {
  running = await RunningOrg.start()
  running.org.define('Contact', [text('Key__c', 'Key', 40, { externalId: true, unique: true })])
})

afterAll(() => running.org.close())

const path = '/composite/sobjects'
const contactOf = (values: object) => ({ attributes: { type: 'Contact' }, LastName: 'Person', ...values })
const post = (records: object[], allOrNone = false) => running.call('POST', path, { allOrNone, records })
const contacts = () => running.org.store.count('Contact')
const many = (count: number) => Array.from({ length: count }, (_, i) => contactOf({ Title: String(i) }))
const rolledBack = {
  success: false,
  errors: [
    {
      statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      message: 'Record rolled back because not all records were valid and the request was using AllOrNone header',
      fields: [],
    },
  ],
}

describe('creating many', () => {
  it('answers in request order, with statusCode and without an id for what failed', async () => {
    const { status, json } = await post([
      contactOf({}),
      contactOf({ Email: 'badone' }),
      { attributes: { type: 'Account' }, Name: 'A' },
    ])
    expect(status).toBe(200)
    expect(json).toEqual([
      { id: expect.stringMatching(/^003/) as string, success: true, errors: [] },
      {
        success: false,
        errors: [
          { statusCode: 'INVALID_EMAIL_ADDRESS', message: 'Email: invalid email address: badone', fields: ['Email'] },
        ],
      },
      { id: expect.stringMatching(/^001/) as string, success: true, errors: [] },
    ])
  })

  it('takes all back when one must not fail, roll-ups and all', async () => {
    const CampaignId = await running.create('Campaign', { Name: 'c' })
    const ContactId = await running.create('Contact', { LastName: 'x' })
    const before = contacts()
    const members = { attributes: { type: 'CampaignMember' }, CampaignId, ContactId }
    const { status, json } = await post([members, members, contactOf({})], true)
    expect(status).toBe(200)
    expect(json).toMatchObject([
      rolledBack,
      { success: false, errors: [{ statusCode: 'DUPLICATE_VALUE' }] },
      rolledBack,
    ])
    expect(contacts()).toBe(before)
    expect((await running.call('GET', `/sobjects/Campaign/${CampaignId}`)).json).toMatchObject({ NumberOfContacts: 0 })
    expect((await post([members])).json).toMatchObject([{ success: true }])
  })

  it('is one API request, of at most 200 records', async () => {
    const used = async () => (await running.call('GET', '/limits')).headers.get('sforce-limit-info')
    const before = Number(/=(\d+)/.exec((await used()) ?? '')?.[1])
    expect((await post(many(200))).json).toHaveLength(200)
    expect(await used()).toBe(`api-usage=${before + 2}/100000`)
    const count = contacts()
    expect((await post(many(201))).status).toBe(400)
    expect(contacts()).toBe(count)
  })

  it('rejects the whole request, saving nothing, for one value of the wrong JSON type', async () => {
    const before = contacts()
    const answer = await post([contactOf({}), contactOf({ Birthdate: 'soon' })])
    expect(answer).toMatchObject({ status: 400, json: [{ errorCode: 'JSON_PARSER_ERROR' }] })
    expect(contacts()).toBe(before)
  })

  it.each([
    ['no list', { records: 'x' }, 'JSON_PARSER_ERROR'],
    ['no type', { records: [{ LastName: 'x' }] }, 'INVALID_TYPE'],
    ['an unknown type', { records: [{ attributes: { type: 'Nothing' } }] }, 'INVALID_TYPE'],
    [
      'more than ten runs of types',
      { records: Array.from({ length: 11 }, (_, i) => ({ attributes: { type: i % 2 ? 'Contact' : 'Account' } })) },
      'LIMIT_EXCEEDED',
    ],
  ])('is 400 for %s', async (_, body, errorCode) => {
    expect(await running.call('POST', path, body)).toMatchObject({ status: 400, json: [{ errorCode }] })
  })
})

describe('changing many', () => {
  it('takes the id in any case and fails one by one', async () => {
    const id = await running.create('Contact', { LastName: 'x' })
    const records = [
      { attributes: { type: 'Contact' }, ID: id, Title: 'T' },
      { attributes: { type: 'Contact' }, id: '003000000000000AAA', Title: 'T' },
      { attributes: { type: 'Contact' }, Title: 'T' },
    ]
    const { status, json } = await running.call('PATCH', path, { records })
    expect(status).toBe(200)
    expect(json).toEqual([
      { id, success: true, errors: [] },
      { success: false, errors: [expect.objectContaining({ statusCode: 'INVALID_CROSS_REFERENCE_KEY' })] },
      { success: false, errors: [expect.objectContaining({ statusCode: 'MISSING_ARGUMENT' })] },
    ])
  })

  it('puts every field back when it is taken back, and finds by the old address again', async () => {
    const id = await running.create('Contact', { LastName: 'x', Email: 'old@example.org' })
    const records = [
      { attributes: { type: 'Contact' }, id, Email: 'new@example.org' },
      { attributes: { type: 'Contact' }, id, LastName: null },
    ]
    const { json } = await running.call('PATCH', path, { allOrNone: true, records })
    expect(json).toMatchObject([rolledBack, { success: false, errors: [{ statusCode: 'REQUIRED_FIELD_MISSING' }] }])
    expect(await running.records("SELECT Id FROM Contact WHERE Email = 'old@example.org'")).toEqual([{ Id: id }])
  })
})

describe('upserting many', () => {
  const upsert = (field: string, records: object[]) =>
    running.call('PATCH', `${path}/Contact/${field}`, { records: records.map(contactOf) })

  it('creates and updates, and says which', async () => {
    const first = await upsert('Key__c', [{ Key__c: 'u-1' }])
    expect(first.json).toMatchObject([{ success: true, created: true }])
    const second = await upsert('Key__c', [{ Key__c: 'U-1', Title: 'T' }, { Key__c: 'u-2' }])
    expect(second.json).toMatchObject([
      { success: true, created: false },
      { success: true, created: true },
    ])
  })

  it('works on Email, and reports several matches as ambiguous', async () => {
    const one = await running.create('Contact', { LastName: 'x', Email: 'twice@example.org' })
    expect((await upsert('Email', [{ Email: 'Twice@example.org' }])).json).toMatchObject([{ id: one, created: false }])
    const two = await running.create('Contact', { LastName: 'y', Email: 'twice@example.org' })
    const message = `Email: more than one record found for external id field: [${one}, ${two}]`
    expect((await upsert('Email', [{ Email: 'twice@example.org' }])).json).toMatchObject([
      { success: false, created: false, errors: [{ statusCode: 'DUPLICATE_EXTERNAL_ID', message }] },
    ])
  })

  it('fails each of two records with one key', async () => {
    const { json } = await upsert('Key__c', [{ Key__c: 'same' }, { Key__c: 'other' }, { Key__c: 'SAME' }])
    const duplicate = { success: false, errors: [{ statusCode: 'DUPLICATE_VALUE' }] }
    expect(json).toMatchObject([duplicate, { success: true }, duplicate])
  })

  it('creates by Id when the Id is null', async () => {
    expect((await upsert('Id', [{ Id: null }])).json).toMatchObject([{ success: true, created: true }])
  })

  it('is 404 for a field that is no key', async () => {
    expect((await upsert('Phone', [{ Phone: '1' }])).status).toBe(404)
  })
})

describe('deleting and retrieving many', () => {
  it('deletes by a list in the URL', async () => {
    const ids = [await running.create('Contact', { LastName: 'x' }), await running.create('Account', { Name: 'x' })]
    const { json } = await running.call('DELETE', `${path}?ids=${ids.join(',')},003000000000000AAA&allOrNone=false`)
    expect(json).toMatchObject([
      { id: ids[0], success: true },
      { id: ids[1], success: true },
      { success: false, errors: [{ statusCode: 'INVALID_CROSS_REFERENCE_KEY' }] },
    ])
  })

  it('retrieves in the order asked for, with null for what is missing', async () => {
    const { json } = await post([contactOf({ Title: 'first' }), contactOf({ Title: 'second' })])
    const ids = [textAt((json as unknown[])[1], 'id'), '003000000000000AAA', textAt((json as unknown[])[0], 'id')]
    const wanted = [{ Title: 'second', Id: ids[0] }, null, { Title: 'first', Id: ids[2] }]
    const byGet = await running.call('GET', `${path}/Contact?ids=${ids.join(',')}&fields=Title`)
    expect(byGet.json).toMatchObject(wanted)
    expect((await running.call('POST', `${path}/Contact`, { ids, fields: ['Title'] })).json).toEqual(byGet.json)
  })
})

describe('the version that brought them', () => {
  it.each([
    ['41.0', path, 404],
    ['42.0', path, 200],
    ['45.0', `${path}/Contact/Key__c`, 404],
    ['46.0', `${path}/Contact/Key__c`, 200],
  ])('v%s: PATCH %s is %i', async (version, url, status) => {
    const body = { records: [] }
    expect((await running.send('PATCH', `/services/data/v${version}${url}`, body)).status).toBe(status)
  })
})
