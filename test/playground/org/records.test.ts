import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reference, text } from '../../../src/playground/org/fields.js'
import { itemsAt, NOON, RunningOrg, textAt } from './running-org.js'

let running: RunningOrg

beforeAll(async () => {
  running = await RunningOrg.start()
  running.org.define('Account', [text('Ext__c', 'Ext', 40, { externalId: true, unique: true })])
  running.org.define('Contact', [
    text('Key__c', 'Key', 40, { externalId: true, unique: true }),
    reference('Mentor__c', 'Mentor', ['Contact']),
  ])
})

afterAll(() => running.org.close())

const contact = (values: object = {}) => running.create('Contact', { LastName: 'Person', ...values })
const read = async (id: string, fields: string) =>
  (await running.call('GET', `/sobjects/Contact/${id}?fields=${fields}`)).json

const notFound = [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]
const deleted = [{ message: 'entity is deleted', errorCode: 'ENTITY_IS_DELETED', fields: [] }]
const neverWas = '003000000000000AAA'

describe('creating', () => {
  it('answers 201 with an 18-character id and its location', async () => {
    const { status, json, headers } = await running.call('POST', '/sobjects/contact', { lastname: 'Case-Blind' })
    expect(status).toBe(201)
    expect(json).toEqual({ id: expect.stringMatching(/^003[0-9A-Za-z]{15}$/) as string, success: true, errors: [] })
    expect(headers.get('location')).toBe(`/services/data/v66.0/sobjects/Contact/${textAt(json, 'id')}`)
  })

  it('fills in what the platform fills in, in its own date format', async () => {
    const id = await contact({
      FirstName: 'Any',
      EmailBouncedReason: '550',
      EmailBouncedDate: '2026-10-05T14:00:00+02:00',
    })
    const fields = 'Name,OwnerId,CreatedById,CreatedDate,SystemModstamp,IsEmailBounced,EmailBouncedDate'
    expect(await read(id, fields)).toMatchObject({
      Name: 'Any Person',
      OwnerId: running.org.userId,
      CreatedById: running.org.userId,
      CreatedDate: '2026-10-05T12:00:00.000+0000',
      SystemModstamp: '2026-10-05T12:00:00.000+0000',
      IsEmailBounced: true,
      EmailBouncedDate: '2026-10-05T12:00:00.000+0000',
      Id: id,
    })
  })

  it('gives a lead its status, and accepts any text in a picklist that is not restricted', async () => {
    const id = await running.create('Lead', { LastName: 'L', Company: 'C', LeadSource: 'Carrier pigeon' })
    const { json } = await running.call('GET', `/sobjects/Lead/${id}`)
    expect(json).toMatchObject({ Status: 'Open - Not Contacted', LeadSource: 'Carrier pigeon', IsConverted: false })
  })

  it.each<[string, object, string, string, string[]]>([
    ['Contact', {}, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [LastName]', ['LastName']],
    ['Contact', { LastName: '' }, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [LastName]', ['LastName']],
    ['Lead', {}, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [LastName, Company]', ['LastName', 'Company']],
    [
      'Contact',
      { LastName: 'x', Email: 'badone' },
      'INVALID_EMAIL_ADDRESS',
      'Email: invalid email address: badone',
      ['Email'],
    ],
    [
      'Account',
      { Name: 'n'.repeat(256) },
      'STRING_TOO_LONG',
      `Account Name: data value too large: ${'n'.repeat(256)} (max length=255)`,
      ['Name'],
    ],
    [
      'Contact',
      { LastName: 'x', AccountId: neverWas },
      'MALFORMED_ID',
      `Account ID: id value of incorrect type: ${neverWas}`,
      ['AccountId'],
    ],
    [
      'Contact',
      { LastName: 'x', AccountId: '001000000000000AAA' },
      'INVALID_CROSS_REFERENCE_KEY',
      'invalid cross reference id',
      ['AccountId'],
    ],
    [
      'Contact',
      { LastName: 'x', Id: neverWas },
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      'cannot specify Id in an insert call',
      ['Id'],
    ],
    [
      'Contact',
      { LastName: 'x', CreatedDate: '2026-01-01T00:00:00Z', Name: 'y' },
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      'Unable to create/update fields: CreatedDate, Name. Please check the security settings of this field and verify that it is read/write for your profile or permission set.',
      ['CreatedDate', 'Name'],
    ],
    [
      'Lead',
      { LastName: 'x', Company: 'y', NumberOfEmployees: 123456789 },
      'NUMBER_OUTSIDE_VALID_RANGE',
      'Employees: value outside of valid range on numeric field: 123456789',
      ['NumberOfEmployees'],
    ],
  ])('%s %j is refused', async (object, values, errorCode, message, fields) => {
    const answer = await running.call('POST', `/sobjects/${object}`, values)
    expect([answer.status, answer.json]).toEqual([400, [{ message, errorCode, fields }]])
  })

  it.each(['foo', 'DoNotCall'])('does not know the column %s', async (name) => {
    const answer = await running.call('POST', '/sobjects/Contact', { LastName: 'x', [name]: false })
    const message = `No such column '${name}' on sobject of type Contact`
    expect(answer).toMatchObject({ status: 400, json: [{ message, errorCode: 'INVALID_FIELD' }] })
  })

  it('lists several problems of one record', async () => {
    const { json } = await running.call('POST', '/sobjects/Contact', {
      LastName: 'x',
      Email: 'bad',
      FirstName: 'f'.repeat(41),
    })
    expect(json).toMatchObject([{ errorCode: 'INVALID_EMAIL_ADDRESS' }, { errorCode: 'STRING_TOO_LONG' }])
  })

  it.each([
    ['{"LastName":', undefined],
    ['[]', undefined],
    [{ LastName: 'x', Birthdate: '' }, 'date'],
    [{ LastName: 'x', Birthdate: '2026-02-30' }, 'date'],
    [{ LastName: 'x', Birthdate: '1600-01-01' }, 'date'],
    [{ LastName: 'x', EmailBouncedDate: '2026-10-05T12:00:00' }, 'datetime'],
    [{ LastName: 7 }, 'string'],
    [{ LastName: ['x'] }, 'string'],
  ])('%j cannot be parsed', async (body, type) => {
    const answer = await running.call('POST', '/sobjects/Contact', body)
    expect(answer).toMatchObject({ status: 400, json: [{ errorCode: 'JSON_PARSER_ERROR' }] })
    if (type !== undefined) expect(answer.text).toContain(`Cannot deserialize instance of ${type} from`)
  })

  it('wants JSON', async () => {
    const answer = await running.call('POST', '/sobjects/Contact', 'LastName=x', { 'Content-Type': 'text/csv' })
    expect(answer).toMatchObject({ status: 415, json: [{ errorCode: 'UNSUPPORTED_MEDIA_TYPE' }] })
  })

  it('takes numbers and booleans as text', async () => {
    const id = await running.create('Campaign', { Name: 'n', NumberSent: '12', IsActive: 'true' })
    expect((await running.call('GET', `/sobjects/Campaign/${id}`)).json).toMatchObject({
      NumberSent: 12,
      IsActive: true,
    })
  })

  it('refuses a second record with the value of a unique field, naming the first by 15 characters', async () => {
    const id = await contact({ Key__c: 'once' })
    const message = `duplicate value found: Key__c duplicates value on record with id: ${id.slice(0, 15)}`
    const second = await running.call('POST', '/sobjects/Contact', { LastName: 'x', Key__c: 'ONCE' })
    expect(second).toMatchObject({ status: 400, json: [{ errorCode: 'DUPLICATE_VALUE', message }] })
  })

  it('finds a parent by its external id, or says which it did not find', async () => {
    const accountId = await running.create('Account', { Name: 'Acme', Ext__c: 'A-17' })
    const id = await contact({ Account: { Ext__c: 'a-17' } })
    expect(await read(id, 'AccountId')).toMatchObject({ AccountId: accountId })
    const missing = await running.call('POST', '/sobjects/Contact', { LastName: 'x', Account: { Ext__c: 'A-18' } })
    const message = 'Foreign key external ID: A-18 not found for field Ext__c in entity Account'
    expect(missing).toMatchObject({ status: 400, json: [{ errorCode: 'INVALID_FIELD', message }] })
  })

  it('does not make users', async () => {
    const answer = await running.call('POST', '/sobjects/User', { LastName: 'x' })
    expect(answer).toMatchObject({ status: 400, json: [{ errorCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY' }] })
  })

  it('refuses an owner who left', async () => {
    const OwnerId = '0055e000000000zAAA'
    running.org.load('User', [{ Id: OwnerId, LastName: 'Left', IsActive: false }])
    const answer = await running.call('POST', '/sobjects/Contact', { LastName: 'x', OwnerId })
    expect(answer).toMatchObject({ status: 400, json: [{ errorCode: 'INACTIVE_OWNER_OR_USER' }] })
  })
})

describe('changing', () => {
  it('sets what is sent, clears on null and on empty text, and leaves the rest', async () => {
    const id = await contact({ FirstName: 'First', Title: 'Title', Department: 'Dept', Phone: '1' })
    running.clock.now = NOON + 90_500
    const { status, text: body } = await running.call('PATCH', `/sobjects/Contact/${id.slice(0, 15)}`, {
      FirstName: null,
      Title: '',
      Phone: '2',
    })
    expect([status, body]).toEqual([204, ''])
    expect(await read(id, 'Name,Title,Department,Phone,CreatedDate,LastModifiedDate')).toMatchObject({
      Name: 'Person',
      Title: null,
      Department: 'Dept',
      Phone: '2',
      CreatedDate: '2026-10-05T12:00:00.000+0000',
      LastModifiedDate: '2026-10-05T12:01:30.000+0000',
    })
    running.clock.now = NOON
  })

  it('works as POST for clients that cannot PATCH', async () => {
    const id = await contact()
    expect((await running.call('POST', `/sobjects/Contact/${id}?_HttpMethod=PATCH`, { Title: 'T' })).status).toBe(204)
    expect(await read(id, 'Title')).toMatchObject({ Title: 'T' })
  })

  it('finds a record by its new address at once, and no longer by the old', async () => {
    const id = await contact({ Email: 'Before@example.org' })
    await running.call('PATCH', `/sobjects/Contact/${id}`, { Email: 'after@example.org' })
    expect(await running.records("SELECT Id FROM Contact WHERE Email = 'AFTER@example.org'")).toEqual([{ Id: id }])
    expect(await running.records("SELECT Id FROM Contact WHERE Email = 'before@example.org'")).toEqual([])
  })

  it('refuses to clear a required field, to change an Id or to close a circle', async () => {
    const id = await contact()
    const cleared = await running.call('PATCH', `/sobjects/Contact/${id}`, { LastName: null })
    expect(cleared).toMatchObject({ status: 400, json: [{ errorCode: 'REQUIRED_FIELD_MISSING' }] })
    expect((await running.call('PATCH', `/sobjects/Contact/${id}`, { Id: id })).status).toBe(400)
    const top = await running.create('Campaign', { Name: 'top' })
    const below = await running.create('Campaign', { Name: 'below', ParentId: top })
    const circle = await running.call('PATCH', `/sobjects/Campaign/${top}`, { ParentId: below })
    expect(circle).toMatchObject({ status: 400, json: [{ errorCode: 'FIELD_INTEGRITY_EXCEPTION' }] })
  })

  it('refuses a converted lead, which may still be deleted', async () => {
    running.org.load('Lead', [{ Id: '00Q5e000000000zEAA', LastName: 'L', Company: 'C', IsConverted: true }])
    const path = '/sobjects/Lead/00Q5e000000000z'
    const json = [{ errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD', message: 'cannot reference converted lead', fields: [] }]
    expect(await running.call('PATCH', path, { Title: 'x' })).toMatchObject({ status: 400, json })
    expect((await running.call('DELETE', path)).status).toBe(204)
  })
})

describe('what is not there', () => {
  it('is told apart on every verb', async () => {
    const id = await contact()
    const path = `/sobjects/Contact/${id}`
    expect((await running.call('DELETE', path)).status).toBe(204)
    expect(await running.call('GET', path)).toMatchObject({ status: 404, json: notFound })
    expect(await running.call('DELETE', path)).toMatchObject({ status: 404, json: deleted })
    expect(await running.call('PATCH', path, { Title: 'x' })).toMatchObject({ status: 404, json: deleted })
  })

  it.each(['PATCH', 'DELETE'])('is a cross reference error for %s of an id that never was', async (method) => {
    const json = [{ errorCode: 'INVALID_CROSS_REFERENCE_KEY', message: 'invalid cross reference id', fields: [] }]
    const body = method === 'PATCH' ? {} : undefined
    expect(await running.call(method, `/sobjects/Contact/${neverWas}`, body)).toMatchObject({ status: 404, json })
  })

  it('is a malformed id when the checksum or the object is wrong', async () => {
    for (const id of ['003000000000000AAB', '001000000000000AAA', 'short']) {
      const answer = await running.call('PATCH', `/sobjects/Contact/${id}`, {})
      expect(answer).toMatchObject({ status: 400, json: [{ errorCode: 'MALFORMED_ID', fields: ['Id'] }] })
    }
  })

  it('takes its children along: account, contacts, members; a mentor is only forgotten', async () => {
    const accountId = await running.create('Account', { Name: 'Gone soon' })
    const mentor = await contact({ AccountId: accountId })
    const pupil = await contact({ Mentor__c: mentor })
    const CampaignId = await running.create('Campaign', { Name: 'c' })
    const member = await running.create('CampaignMember', { CampaignId, ContactId: mentor })
    await running.call('DELETE', `/sobjects/Account/${accountId}`)
    expect((await running.call('GET', `/sobjects/Contact/${mentor}`)).status).toBe(404)
    expect((await running.call('GET', `/sobjects/CampaignMember/${member}`)).status).toBe(404)
    expect(await read(pupil, 'Mentor__c')).toMatchObject({ Mentor__c: null })
    const all = await running.call(
      'GET',
      `/queryAll?q=${encodeURIComponent(`SELECT IsDeleted FROM Contact WHERE Id = '${mentor}'`)}`,
    )
    expect(itemsAt(all.json, 'records')).toMatchObject([{ IsDeleted: true }])
  })
})
