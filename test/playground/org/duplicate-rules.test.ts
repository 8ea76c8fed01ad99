import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunningOrg, valueAt } from './running-org.js'

let running: RunningOrg
let ada: string

const ADA = { FirstName: 'Ada', LastName: 'Lovelace', Email: 'ada@example.org' }
const ALLOW = { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' }

beforeEach(async () => {
  running = await RunningOrg.start()
  ada = await running.create('Contact', ADA)
})

afterEach(() => running.org.close())

const create = (object: string, values: object, headers = {}) =>
  running.call('POST', `/sobjects/${object}`, values, headers)
const lead = (values: object = {}) => ({ ...ADA, Company: 'Engines', ...values })

describe('a new contact that repeats one', () => {
  it('is refused with the record it repeats, under the misspelt key', async () => {
    const { status, json } = await create('Contact', { ...ADA, Email: 'ADA@example.org' })
    expect(status).toBe(400)
    const url = `/services/data/v66.0/sobjects/Contact/${ada}`
    const record = { attributes: { type: 'Contact', url }, Id: ada }
    expect(json).toEqual([
      {
        duplicateResut: {
          allowSave: true,
          duplicateRule: 'Standard_Contact_Duplicate_Rule',
          duplicateRuleEntityType: 'Contact',
          errorMessage: 'Use one of these records?',
          matchResults: [
            {
              entityType: 'Contact',
              errors: [],
              matchEngine: 'FuzzyMatchEngine',
              matchRecords: [{ additionalInformation: [], fieldDiffs: [], matchConfidence: 100, record }],
              rule: 'Standard_Contact_Match_Rule_v1_1',
              size: 1,
              success: true,
            },
          ],
        },
        errorCode: 'DUPLICATES_DETECTED',
        message: 'Use one of these records?',
      },
    ])
  })

  it('is saved when the caller allows it', async () => {
    expect((await create('Contact', ADA, ALLOW)).status).toBe(201)
  })

  it('shows the readable fields of the match when they are asked for', async () => {
    const { json } = await create('Contact', ADA, { 'Sforce-Duplicate-Rule-Header': 'includeRecordDetails=true' })
    const text = JSON.stringify(json)
    expect(text).toContain('"LastName":"Lovelace"')
    expect(text).not.toContain('HasOptedOutOfEmail')
  })

  it.each([
    ['an initial', { FirstName: 'A.' }],
    ['no first name', { FirstName: null }],
    ['first and last name swapped', { FirstName: 'Lovelace', LastName: 'Ada' }],
    ['a slip in the last name', { LastName: 'Lovelase' }],
    ['an accent', { FirstName: 'Adá' }],
  ])('is recognised by %s', async (_, values) => {
    expect((await create('Contact', { ...ADA, ...values })).status).toBe(400)
  })

  it.each([
    ['another address', { Email: 'other@example.org' }],
    ['another first name', { FirstName: 'Ida' }],
    ['another last name', { LastName: 'King' }],
  ])('is another person by %s', async (_, values) => {
    expect((await create('Contact', { ...ADA, ...values })).status).toBe(201)
  })

  it('is new once the other is deleted, and no edit is refused', async () => {
    const twin = await running.create('Contact', { LastName: 'Else' })
    expect((await running.call('PATCH', `/sobjects/Contact/${twin}`, ADA)).status).toBe(204)
    for (const id of [ada, twin]) await running.call('DELETE', `/sobjects/Contact/${id}`)
    expect((await create('Contact', ADA)).status).toBe(201)
  })
})

describe('rules across objects', () => {
  it('match a new lead with contacts and leads, and not with converted leads', async () => {
    const Id = '00Q5e000000000yEAA'
    running.org.load('Lead', [lead({ Id }), lead({ IsConverted: true })])
    const { json } = await create('Lead', lead())
    const result = valueAt(valueAt(json, 0), 'duplicateResut')
    expect(result).toMatchObject({
      duplicateRule: 'Standard_Lead_Duplicate_Rule',
      matchResults: [
        { entityType: 'Lead', rule: 'Standard_Lead_Match_Rule_v1_0', size: 1, matchRecords: [{ record: { Id } }] },
        { entityType: 'Contact', size: 1, matchRecords: [{ record: { Id: ada } }] },
      ],
    })
  })

  it('match a new contact with leads', async () => {
    await running.create('Lead', lead({ Email: 'lead@example.org' }))
    const { json } = await create('Contact', { ...ADA, Email: 'lead@example.org' })
    expect(json).toMatchObject([
      { errorCode: 'DUPLICATES_DETECTED', duplicateResut: { matchResults: [{ entityType: 'Lead' }] } },
    ])
  })
})

describe('the setting', () => {
  it('block refuses even what the caller allows', async () => {
    running.org.settings.duplicateRules = 'block'
    const { json } = await create('Contact', ADA, ALLOW)
    expect(json).toMatchObject([{ errorCode: 'DUPLICATES_DETECTED', duplicateResut: { allowSave: false } }])
  })

  it.each(['off', 'report'] as const)('%s saves', async (action) => {
    running.org.settings.duplicateRules = action
    expect((await create('Contact', ADA)).status).toBe(201)
  })
})

describe('many at once', () => {
  const collection = (records: object[], headers = {}) =>
    running.call('POST', '/composite/sobjects', { records }, headers)
  const contact = (values: object) => ({ attributes: { type: 'Contact' }, ...values })

  it('says only code, message and fields in an item', async () => {
    const { json } = await collection([contact(ADA), contact({ LastName: 'New' })])
    expect(json).toEqual([
      {
        success: false,
        errors: [{ statusCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?', fields: [] }],
      },
      expect.objectContaining({ success: true }),
    ])
    expect(await collection([contact(ADA)], ALLOW)).toMatchObject({ json: [{ success: true }] })
  })

  it('does not compare rows of one request with each other', async () => {
    const twin = contact({ ...ADA, Email: 'twin@example.org' })
    expect((await collection([twin, twin])).json).toMatchObject([{ success: true }, { success: true }])
    expect((await collection([twin])).json).toMatchObject([{ success: false }])
  })

  it('takes the header from a subrequest of a composite', async () => {
    const url = '/services/data/v66.0/sobjects/Contact'
    const request = { method: 'POST', url, body: ADA }
    const compositeRequest = [
      { ...request, referenceId: 'refused' },
      { ...request, referenceId: 'saved', httpHeaders: ALLOW },
    ]
    const { json } = await running.call('POST', '/composite', { compositeRequest })
    expect(json).toMatchObject({
      compositeResponse: [
        { httpStatusCode: 400, body: [{ errorCode: 'DUPLICATES_DETECTED', duplicateResut: { allowSave: true } }] },
        { httpStatusCode: 201 },
      ],
    })
  })

  it('upserts past the rules only where a record is met', async () => {
    const upsert = (Email: string) =>
      running.call('PATCH', '/composite/sobjects/Contact/Email', { records: [contact({ ...ADA, Email })] })
    expect((await upsert(ADA.Email)).json).toMatchObject([{ success: true, created: false }])
    await running.create('Lead', lead({ Email: 'lead@example.org' }))
    expect((await upsert('lead@example.org')).json).toMatchObject([{ success: false, created: false }])
  })

  it('cannot be allowed over Bulk: the row fails', async () => {
    const failed = await running.failedRows(
      'Contact',
      'insert',
      'LastName,FirstName,Email\nLovelace,Ada,ada@example.org\n',
    )
    expect(failed).toContain('"DUPLICATES_DETECTED:Use one of these records?:--"')
  })
})
