import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RunningOrg } from './running-org.js'

let running: RunningOrg

beforeAll(async () => {
  running = await RunningOrg.start()
})

afterAll(() => running.org.close())

const campaign = () => running.create('Campaign', { Name: 'Hackathon' })
const contact = (values: object = {}) => running.create('Contact', { LastName: 'Person', ...values })
const lead = () => running.create('Lead', { LastName: 'Lead', Company: 'Company' })
const member = (values: object) => running.call('POST', '/sobjects/CampaignMember', values)
const read = async (object: string, id: string) => (await running.call('GET', `/sobjects/${object}/${id}`)).json
const statuses = (CampaignId: string) =>
  running.records(
    `SELECT Label, SortOrder, IsDefault, HasResponded FROM CampaignMemberStatus WHERE CampaignId = '${CampaignId}' ORDER BY SortOrder`,
  )
const refused = (errorCode: string, message?: string) => ({
  status: 400,
  json: [{ errorCode, ...(message === undefined ? {} : { message }) }],
})

describe('a new campaign', () => {
  it('needs a name of at most 80 characters and has the statuses Sent and Responded', async () => {
    const id = await campaign()
    expect(await read('Campaign', id)).toMatchObject({
      Type: 'Conference',
      Status: 'Planned',
      IsActive: false,
      NumberOfContacts: 0,
    })
    expect(await statuses(id)).toEqual([
      { Label: 'Sent', SortOrder: 1, IsDefault: true, HasResponded: false },
      { Label: 'Responded', SortOrder: 2, IsDefault: false, HasResponded: true },
    ])
    expect(await running.call('POST', '/sobjects/Campaign', { Name: 'n'.repeat(81) })).toMatchObject(
      refused('STRING_TOO_LONG'),
    )
  })

  it('takes its members and statuses along when it is deleted', async () => {
    const CampaignId = await campaign()
    const child = await running.create('Campaign', { Name: 'child', ParentId: CampaignId })
    const id = await running.create('CampaignMember', { CampaignId, ContactId: await contact() })
    await running.call('DELETE', `/sobjects/Campaign/${CampaignId}`)
    expect((await running.call('GET', `/sobjects/CampaignMember/${id}`)).status).toBe(404)
    expect(await statuses(CampaignId)).toEqual([])
    expect(await read('Campaign', child)).toMatchObject({ ParentId: null })
  })
})

describe('a member', () => {
  it('copies its person and gets the default status', async () => {
    const AccountId = await running.create('Account', { Name: 'Acme' })
    const ContactId = await contact({ FirstName: 'Any', Email: 'any@example.org', MailingCity: 'Oslo', AccountId })
    const CampaignId = await campaign()
    const id = await running.create('CampaignMember', { CampaignId, ContactId })
    expect(await read('CampaignMember', id)).toMatchObject({
      Status: 'Sent',
      HasResponded: false,
      FirstRespondedDate: null,
      Type: 'Contact',
      LeadOrContactId: ContactId,
      Name: 'Any Person',
      Email: 'any@example.org',
      City: 'Oslo',
      CompanyOrAccount: 'Acme',
    })
    await running.call('PATCH', `/sobjects/Contact/${ContactId}`, { LastName: 'Married' })
    await running.call('PATCH', `/sobjects/Account/${AccountId}`, { Name: 'Acme Ltd' })
    expect(await read('CampaignMember', id)).toMatchObject({ Name: 'Any Married', CompanyOrAccount: 'Acme Ltd' })
  })

  it('exists once per campaign and person, and may come back after it was deleted', async () => {
    const [CampaignId, ContactId] = [await campaign(), await contact()]
    const id = await running.create('CampaignMember', { CampaignId, ContactId })
    expect(await member({ CampaignId, ContactId })).toMatchObject(
      refused('DUPLICATE_VALUE', 'Already a campaign member.'),
    )
    await running.call('DELETE', `/sobjects/CampaignMember/${id}`)
    expect((await member({ CampaignId, ContactId })).status).toBe(201)
  })

  it('is stored for the contact alone when both people are sent', async () => {
    const [CampaignId, ContactId, LeadId] = [await campaign(), await contact(), await lead()]
    const id = await running.create('CampaignMember', { CampaignId, ContactId, LeadId })
    expect(await read('CampaignMember', id)).toMatchObject({ ContactId, LeadId: null })
    expect((await member({ CampaignId, LeadId })).status).toBe(201)
  })

  it('cannot be a converted lead', async () => {
    const LeadId = '00Q5e000000000yEAA'
    running.org.load('Lead', [{ Id: LeadId, LastName: 'L', Company: 'C', IsConverted: true }])
    const answer = await member({ CampaignId: await campaign(), LeadId })
    expect(answer).toMatchObject(refused('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead'))
  })

  it('needs a campaign and a person that are there', async () => {
    const [CampaignId, ContactId] = [await campaign(), await contact()]
    expect(await member({ ContactId })).toMatchObject(refused('MALFORMED_ID', 'Invalid campaign id: null'))
    expect(await member({ CampaignId })).toMatchObject(refused('INVALID_CROSS_REFERENCE_KEY'))
    expect(await member({ CampaignId, ContactId: '003000000000000AAA' })).toMatchObject(
      refused('INVALID_CROSS_REFERENCE_KEY'),
    )
    expect(await member({ CampaignId: '701000000000000AAA', ContactId })).toMatchObject(
      refused('INVALID_CROSS_REFERENCE_KEY'),
    )
    await running.call('DELETE', `/sobjects/Contact/${ContactId}`)
    expect(await member({ CampaignId, ContactId })).toMatchObject(refused('ENTITY_IS_DELETED'))
  })

  it('cannot be moved to another campaign or person', async () => {
    const [CampaignId, ContactId] = [await campaign(), await contact()]
    const id = await running.create('CampaignMember', { CampaignId, ContactId })
    const answer = await running.call('PATCH', `/sobjects/CampaignMember/${id}`, { CampaignId: await campaign() })
    expect(answer).toMatchObject(refused('INVALID_FIELD_FOR_INSERT_UPDATE'))
  })
})

describe('the status of a member', () => {
  it('silently becomes the default when the campaign does not have it', async () => {
    const CampaignId = await campaign()
    const id = await running.create('CampaignMember', { CampaignId, ContactId: await contact(), Status: 'Registered' })
    expect(await read('CampaignMember', id)).toMatchObject({ Status: 'Sent', HasResponded: false })
    await running.call('PATCH', `/sobjects/CampaignMember/${id}`, { Status: 'responded' })
    expect(await read('CampaignMember', id)).toMatchObject({
      Status: 'Responded',
      HasResponded: true,
      FirstRespondedDate: '2026-10-05',
    })
    await running.call('PATCH', `/sobjects/CampaignMember/${id}`, { Status: 'Attended' })
    expect(await read('CampaignMember', id)).toMatchObject({
      Status: 'Sent',
      HasResponded: false,
      FirstRespondedDate: '2026-10-05',
    })
  })

  it('is stored as sent only by a campaign without a default', async () => {
    running.org.load('Campaign', [{ Id: '7015e000000000zAAA', Name: 'Imported' }])
    const values = { CampaignId: '7015e000000000zAAA', ContactId: await contact(), Status: 'Whatever' }
    expect(await read('CampaignMember', await running.create('CampaignMember', values))).toMatchObject({
      Status: 'Whatever',
      HasResponded: false,
    })
  })

  it('can be one that was added, and follows its Responded flag', async () => {
    const CampaignId = await campaign()
    const status = await running.create('CampaignMemberStatus', {
      CampaignId,
      Label: 'Attended',
      SortOrder: 3,
      HasResponded: true,
    })
    const id = await running.create('CampaignMember', { CampaignId, ContactId: await contact(), Status: 'Attended' })
    expect(await read('CampaignMember', id)).toMatchObject({ Status: 'Attended', HasResponded: true })
    await running.call('PATCH', `/sobjects/CampaignMemberStatus/${status}`, { HasResponded: false })
    expect(await read('CampaignMember', id)).toMatchObject({ HasResponded: false })
    expect(await read('Campaign', CampaignId)).toMatchObject({ NumberOfResponses: 0 })
  })
})

describe('the statuses of a campaign', () => {
  it('have unique labels and places, and one default, which moves', async () => {
    const CampaignId = await campaign()
    const add = (values: object) => running.call('POST', '/sobjects/CampaignMemberStatus', { CampaignId, ...values })
    expect(await add({ Label: 'sent', SortOrder: 9 })).toMatchObject(refused('DUPLICATE_VALUE'))
    expect(await add({ Label: 'New', SortOrder: 2 })).toMatchObject(refused('DUPLICATE_VALUE'))
    expect((await add({ Label: 'Registered', IsDefault: true })).status).toBe(201)
    expect(await statuses(CampaignId)).toMatchObject([
      { Label: 'Sent', IsDefault: false },
      { Label: 'Responded', IsDefault: false },
      { Label: 'Registered', IsDefault: true, SortOrder: 3 },
    ])
  })

  it('keep their default, their last responded one and those in use', async () => {
    const CampaignId = await campaign()
    const id = async (Label: string) => {
      const found = await running.records(
        `SELECT Id FROM CampaignMemberStatus WHERE CampaignId = '${CampaignId}' AND Label = '${Label}'`,
      )
      return (found[0] as { Id: string }).Id
    }
    for (const label of ['Sent', 'Responded']) {
      const answer = await running.call('DELETE', `/sobjects/CampaignMemberStatus/${await id(label)}`)
      expect(answer).toMatchObject(refused('DELETE_FAILED'))
    }
    const path = `/sobjects/CampaignMemberStatus/${await id('Sent')}`
    expect(await running.call('PATCH', path, { IsDefault: false })).toMatchObject(refused('FIELD_INTEGRITY_EXCEPTION'))
    const spare = await running.create('CampaignMemberStatus', { CampaignId, Label: 'Spare' })
    expect((await running.call('DELETE', `/sobjects/CampaignMemberStatus/${spare}`)).status).toBe(204)
  })
})

describe('the counts on a campaign', () => {
  it('follow its members', async () => {
    const CampaignId = await campaign()
    const first = await running.create('CampaignMember', {
      CampaignId,
      ContactId: await contact(),
      Status: 'Responded',
    })
    await running.create('CampaignMember', { CampaignId, LeadId: await lead() })
    expect(await read('Campaign', CampaignId)).toMatchObject({
      NumberOfContacts: 1,
      NumberOfLeads: 1,
      NumberOfResponses: 1,
    })
    await running.call('PATCH', `/sobjects/CampaignMember/${first}`, { Status: 'Sent' })
    expect(await read('Campaign', CampaignId)).toMatchObject({ NumberOfContacts: 1, NumberOfResponses: 0 })
    await running.call('DELETE', `/sobjects/CampaignMember/${first}`)
    expect(await read('Campaign', CampaignId)).toMatchObject({ NumberOfContacts: 0, NumberOfLeads: 1 })
  })
})
