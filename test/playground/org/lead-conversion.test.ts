import { Connection } from '../../support/jsforce.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RunningOrg, textAt } from './running-org.js'

let running: RunningOrg
let connection: Connection

beforeAll(async () => {
  running = await RunningOrg.start()
  connection = new Connection({ instanceUrl: running.org.url, accessToken: running.token, version: '66.0' })
})

afterAll(() => running.org.close())

const ADA = { FirstName: 'Ada', LastName: 'Lovelace', Company: 'Engines', Title: 'Countess', LeadSource: 'Web' }
let number = 0
const lead = (values: object = {}) =>
  running.create('Lead', { ...ADA, Email: `ada${++number}@example.org`, City: 'London', ...values })
const contact = (values: object = {}) => running.create('Contact', { LastName: 'Person', ...values })
const campaign = () => running.create('Campaign', { Name: 'Hackathon' })
const read = async (object: string, id: string) => (await running.call('GET', `/sobjects/${object}/${id}`)).json
const convert = (leadId: string, values: object = {}) =>
  connection.soap.convertLead({
    leadId,
    convertedStatus: 'Closed - Converted',
    doNotCreateOpportunity: true,
    overwriteLeadSource: false,
    sendNotificationEmail: false,
    ...values,
  })
const refused = { status: 400, json: [{ errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD', fields: [] }] }

describe('a conversion', () => {
  it('makes an account and a contact of the lead, which stays and is found by its address', async () => {
    const leadId = await lead()
    const result = await convert(leadId)
    expect(result).toMatchObject({ success: true, leadId, opportunityId: null, errors: [] })
    const [accountId, contactId] = [textAt(result, 'accountId'), textAt(result, 'contactId')]
    const soql = `SELECT IsConverted, Status, ConvertedDate, ConvertedAccountId, ConvertedContactId, ConvertedOpportunityId, IsDeleted
      FROM Lead WHERE Email = 'ada${number}@example.org'`
    expect(await running.records(soql)).toEqual([
      {
        IsConverted: true,
        Status: 'Closed - Converted',
        ConvertedDate: '2026-10-05',
        ConvertedAccountId: accountId,
        ConvertedContactId: contactId,
        ConvertedOpportunityId: null,
        IsDeleted: false,
      },
    ])
    expect(await read('Contact', contactId)).toMatchObject({
      Name: 'Ada Lovelace',
      Title: 'Countess',
      LeadSource: 'Web',
      MailingCity: 'London',
      AccountId: accountId,
    })
    expect(await read('Account', accountId)).toMatchObject({ Name: 'Engines', BillingCity: 'London' })
  })

  it('fills only what is empty in a contact and an account that are named', async () => {
    const accountId = await running.create('Account', { Name: 'Acme' })
    const contactId = await contact({ AccountId: accountId, Title: 'Boss', LeadSource: 'Other' })
    const leadId = await lead()
    expect(await convert(leadId, { accountId, contactId })).toMatchObject({ success: true, accountId, contactId })
    expect(await read('Contact', contactId)).toMatchObject({ LastName: 'Person', FirstName: 'Ada', Title: 'Boss' })
    expect(await read('Contact', contactId)).toMatchObject({ LeadSource: 'Other' })
    await convert(await lead(), { accountId, contactId, overwriteLeadSource: true })
    expect(await read('Contact', contactId)).toMatchObject({ LeadSource: 'Web' })
    expect(await read('Account', accountId)).toMatchObject({ Name: 'Acme', BillingCity: 'London' })
  })

  it('leaves the lead closed to changes and campaigns, but not to deletion', async () => {
    const [leadId, CampaignId] = [await lead(), await campaign()]
    await convert(leadId)
    expect(await running.call('PATCH', `/sobjects/Lead/${leadId}`, { Title: 'x' })).toMatchObject(refused)
    const member = await running.call('POST', '/sobjects/CampaignMember', { CampaignId, LeadId: leadId })
    expect(member).toMatchObject(refused)
    expect(await convert(leadId)).toMatchObject({
      success: false,
      errors: [{ statusCode: 'CANNOT_UPDATE_CONVERTED_LEAD' }],
    })
    expect((await running.call('DELETE', `/sobjects/Lead/${leadId}`)).status).toBe(204)
  })

  it('is refused for another status than a converted one, and for a contact of another account', async () => {
    const [leadId, contactId] = [await lead(), await contact()]
    expect(await convert(leadId, { convertedStatus: 'Closed - Not Converted' })).toMatchObject({
      errors: [{ statusCode: 'INVALID_STATUS', message: 'invalid convertedStatus: Closed - Not Converted' }],
    })
    expect(await convert(leadId, { contactId })).toMatchObject({ success: false })
    expect(await read('Lead', leadId)).toMatchObject({ IsConverted: false })
    const converted = await running.records('SELECT MasterLabel FROM LeadStatus WHERE IsConverted = true')
    expect(converted).toEqual([{ MasterLabel: 'Closed - Converted' }])
  })

  it('is not a value that can be written', async () => {
    const created = await running.call('POST', '/sobjects/Lead', { ...ADA, IsConverted: true })
    expect(created).toMatchObject({ json: [{ errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE', fields: ['IsConverted'] }] })
    const id = await lead()
    const patched = await running.call('PATCH', `/sobjects/Lead/${id}`, { IsConverted: true })
    expect(patched).toMatchObject({ json: [{ errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE' }] })
  })

  it('of several leads answers for each, and refuses opportunities by name', async () => {
    const wanted = (leadId: string) => ({
      leadId,
      convertedStatus: 'Closed - Converted',
      doNotCreateOpportunity: true,
      overwriteLeadSource: false,
      sendNotificationEmail: false,
    })
    const results = await connection.soap.convertLead([wanted(await lead()), wanted('00Q000000000000AAA')])
    expect(results).toMatchObject([{ success: true }, { success: false }])
    const leadId = await lead()
    await expect(convert(leadId, { doNotCreateOpportunity: false })).rejects.toThrow('opportunities')
  })
})

describe('the campaign members of a converted lead', () => {
  it('keep the lead, gain the contact, and are counted as contacts', async () => {
    const [leadId, CampaignId] = [await lead(), await campaign()]
    const id = await running.create('CampaignMember', { CampaignId, LeadId: leadId, Status: 'Responded' })
    const contactId = textAt(await convert(leadId), 'contactId')
    const soql = (field: string, value: string) =>
      `SELECT Id, LeadId, ContactId, Status, Type FROM CampaignMember WHERE CampaignId = '${CampaignId}' AND ${field} = '${value}'`
    const member = { Id: id, LeadId: leadId, ContactId: contactId, Status: 'Responded', Type: 'Contact' }
    expect(await running.records(soql('LeadId', leadId))).toEqual([member])
    expect(await running.records(soql('ContactId', contactId))).toEqual([member])
    expect(await read('Campaign', CampaignId)).toMatchObject({
      NumberOfLeads: 0,
      NumberOfContacts: 1,
      NumberOfConvertedLeads: 1,
      NumberOfResponses: 1,
    })
  })

  it('give way to the record of a contact that is a member already', async () => {
    const accountId = await running.create('Account', { Name: 'Acme' })
    const contactId = await contact({ AccountId: accountId })
    const [leadId, CampaignId] = [await lead(), await campaign()]
    const id = await running.create('CampaignMember', { CampaignId, ContactId: contactId })
    await running.create('CampaignMember', { CampaignId, LeadId: leadId })
    await convert(leadId, { accountId, contactId })
    const members = await running.records(`SELECT Id FROM CampaignMember WHERE CampaignId = '${CampaignId}'`)
    expect(members).toEqual([{ Id: id }])
    expect(await read('Campaign', CampaignId)).toMatchObject({ NumberOfLeads: 0, NumberOfContacts: 1 })
  })
})
