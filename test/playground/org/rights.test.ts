import { Connection } from '../../support/jsforce.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { itemsAt, RunningOrg, valueAt } from './running-org.js'

const PERSON = { LastName: 'Person', Company: 'Acme' }

let running: RunningOrg

beforeEach(async () => {
  running = await RunningOrg.start()
})

afterEach(() => running.org.close())

const described = async (object: string) => (await running.call('GET', `/sobjects/${object}/describe`)).json
const names = (json: unknown, list: string) => itemsAt(json, list).map((item) => valueAt(item, 'name'))

describe('an object that the caller may not read', () => {
  beforeEach(() => {
    running.org.settings.hiddenObjects = ['lead']
  })

  it('does not exist, wherever it is named', async () => {
    expect(await running.query('SELECT Id FROM Lead')).toMatchObject({
      status: 400,
      json: [{ errorCode: 'INVALID_TYPE' }],
    })
    expect((await running.call('GET', '/sobjects/Lead/describe')).status).toBe(404)
    expect((await running.call('POST', '/sobjects/Lead', { LastName: 'L', Company: 'C' })).status).toBe(404)
    expect((await running.call('POST', '/jobs/ingest', { object: 'Lead', operation: 'insert' })).status).toBe(400)
    const records = [{ attributes: { type: 'Lead' }, LastName: 'L', Company: 'C' }]
    expect((await running.call('POST', '/composite/sobjects', { records })).status).toBe(400)
    const all = await running.call('GET', '/sobjects')
    expect(names(all.json, 'sobjects')).not.toContain('Lead')
    expect(await running.query('SELECT Lead.Company FROM CampaignMember')).toMatchObject({ status: 400 })
  })
})

describe('data privacy records', () => {
  it('are there only when they are switched on', async () => {
    expect((await running.call('GET', '/sobjects/Individual/describe')).status).toBe(404)
    expect(await running.query('SELECT IndividualId FROM Contact')).toMatchObject({
      json: [{ errorCode: 'INVALID_FIELD' }],
    })
    running.org.settings.individuals = true
    const id = await running.create('Individual', { LastName: 'Person', HasOptedOutSolicit: true })
    const contact = await running.create('Contact', { LastName: 'Person', IndividualId: id })
    expect(await running.records('SELECT Id, Individual.HasOptedOutSolicit FROM Contact')).toMatchObject([
      { Id: contact, Individual: { HasOptedOutSolicit: true } },
    ])
    expect(names(await described('Contact'), 'fields')).toContain('IndividualId')
  })
})

describe('a right that the caller lacks', () => {
  const flags = async (object: string) => {
    const json = await described(object)
    return ['createable', 'updateable', 'deletable'].map((flag) => valueAt(json, flag))
  }

  it('keeps him from converting, merging and taking back, too, and nothing is changed', async () => {
    const connection = new Connection({ instanceUrl: running.org.url, accessToken: running.token, version: '66.0' })
    const [winner, loser] = [await running.create('Lead', PERSON), await running.create('Lead', PERSON)]
    const gone = await running.create('Lead', PERSON)
    await running.call('DELETE', `/sobjects/Lead/${gone}`)
    const options = { doNotCreateOpportunity: true, overwriteLeadSource: false, sendNotificationEmail: false }
    const conversion = { leadId: winner, convertedStatus: 'Closed - Converted', ...options }
    const merging = { masterRecord: { type: 'Lead', Id: winner }, recordToMergeIds: [loser] }
    const attempts: Record<string, () => Promise<unknown>> = {
      'Lead.edit': () => connection.soap.convertLead(conversion),
      'Account.create': () => connection.soap.convertLead(conversion),
      'Contact.create': () => connection.soap.convertLead(conversion),
      'lead.delete': () => connection.soap.merge({ additionalInformationMap: [], ...merging }),
      'LEAD.DELETE': async () => (await connection.soap.undelete([gone]))[0],
    }
    for (const [right, attempt] of Object.entries(attempts)) {
      running.org.settings.deniedRights = [right]
      const statusCode = right.endsWith('create')
        ? 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY'
        : 'INSUFFICIENT_ACCESS_OR_READONLY'
      expect(await attempt(), right).toMatchObject({ success: false, errors: [{ statusCode }] })
    }
    running.org.settings.deniedRights = []
    expect(await running.records('SELECT IsConverted FROM Lead')).toEqual([
      { IsConverted: false },
      { IsConverted: false },
    ])
    for (const attempt of [attempts['lead.delete'], attempts['Lead.edit'], attempts['LEAD.DELETE']]) {
      expect(await attempt?.()).toMatchObject({ success: true })
    }
  })

  it('is missing from describe, and refused when used', async () => {
    const id = await running.create('Contact', { LastName: 'Person' })
    running.org.settings.deniedRights = ['Contact.create', 'Contact.edit', 'Contact.delete']
    expect(await flags('Contact')).toEqual([false, false, false])
    expect(await running.call('POST', '/sobjects/Contact', { LastName: 'x' })).toMatchObject({
      status: 400,
      json: [{ errorCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY' }],
    })
    const denied = {
      status: 400,
      json: [{ errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY', message: 'insufficient access rights on object id' }],
    }
    expect(await running.call('PATCH', `/sobjects/Contact/${id}`, { Title: 'x' })).toMatchObject(denied)
    expect(await running.call('DELETE', `/sobjects/Contact/${id}`)).toMatchObject(denied)
  })

  it('of a user without Marketing User is that to campaigns and their statuses, and not to members', async () => {
    const [CampaignId, ContactId] = [
      await running.create('Campaign', { Name: 'C' }),
      await running.create('Contact', { LastName: 'Person' }),
    ]
    const user = running.org.store.get(running.org.userId)
    if (user !== undefined) running.org.store.change(user, { UserPermissionsMarketingUser: false })
    expect(await flags('Campaign')).toEqual([false, false, false])
    const name = itemsAt(await described('Campaign'), 'fields').find((field) => valueAt(field, 'name') === 'Name')
    expect(name).toMatchObject({ createable: false, updateable: false })
    expect((await running.call('POST', '/sobjects/Campaign', { Name: 'x' })).status).toBe(400)
    expect((await running.call('PATCH', `/sobjects/Campaign/${CampaignId}`, { Name: 'x' })).status).toBe(400)
    const label = { CampaignId, Label: 'Attended' }
    expect((await running.call('POST', '/sobjects/CampaignMemberStatus', label)).status).toBe(400)
    expect((await running.call('POST', '/sobjects/CampaignMember', { CampaignId, ContactId })).status).toBe(201)
  })
})

describe('a field that is read-only', () => {
  it('is shown and read, and refuses to be written in the words of a system field', async () => {
    running.org.settings.readOnlyFields = ['Contact.Title']
    const field = itemsAt(await described('Contact'), 'fields').find((one) => valueAt(one, 'name') === 'Title')
    expect(field).toMatchObject({ createable: false, updateable: false })
    const message =
      'Unable to create/update fields: Title. Please check the security settings of this field and verify that it is ' +
      'read/write for your profile or permission set.'
    expect(await running.call('POST', '/sobjects/Contact', { LastName: 'x', Title: 'y' })).toMatchObject({
      json: [{ errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE', message, fields: ['Title'] }],
    })
  })
})

describe('an org that takes nothing', () => {
  it('because it is full, still takes changes', async () => {
    const id = await running.create('Contact', { LastName: 'Person' })
    running.org.settings.storageFull = true
    expect(await running.call('POST', '/sobjects/Contact', { LastName: 'x' })).toMatchObject({
      status: 400,
      json: [{ errorCode: 'STORAGE_LIMIT_EXCEEDED', message: 'storage limit exceeded' }],
    })
    expect((await running.call('PATCH', `/sobjects/Contact/${id}`, { Title: 'x' })).status).toBe(204)
  })

  it('because it is upgraded, is still read', async () => {
    const id = await running.create('Contact', { LastName: 'Person' })
    running.org.settings.underMaintenance = true
    const refused = { json: [{ errorCode: 'INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE' }] }
    expect(await running.call('POST', '/sobjects/Contact', { LastName: 'x' })).toMatchObject(refused)
    expect(await running.call('DELETE', `/sobjects/Contact/${id}`)).toMatchObject(refused)
    expect((await running.call('GET', `/sobjects/Contact/${id}`)).status).toBe(200)
  })
})

describe('validation rules', () => {
  it('are told all at once, on create and when a change would break them', async () => {
    running.org.settings.validationRules = ['Contact.Phone: Give a phone number.', 'contact.title: Give a title: any.']
    const code = { errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' }
    expect(await running.call('POST', '/sobjects/Contact', { LastName: 'x' })).toMatchObject({
      status: 400,
      json: [
        { ...code, message: 'Give a phone number.', fields: ['Phone'] },
        { ...code, message: 'Give a title: any.', fields: ['Title'] },
      ],
    })
    const id = await running.create('Contact', { LastName: 'x', Phone: '1', Title: 'y' })
    expect((await running.call('PATCH', `/sobjects/Contact/${id}`, { LastName: 'z' })).status).toBe(204)
    expect(await running.call('PATCH', `/sobjects/Contact/${id}`, { Phone: null })).toMatchObject({ json: [code] })
  })
})

describe('an owner', () => {
  it('who is inactive is refused', async () => {
    const Id = '005000000000009AAA'
    running.org.load('User', [{ Id, Username: 'gone@example.org', LastName: 'Gone', IsActive: false }])
    expect(await running.call('POST', '/sobjects/Contact', { LastName: 'x', OwnerId: Id })).toMatchObject({
      status: 400,
      json: [{ errorCode: 'INACTIVE_OWNER_OR_USER', message: 'operation performed with inactive user' }],
    })
  })
})
