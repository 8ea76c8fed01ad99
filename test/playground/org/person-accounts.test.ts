import { Connection } from '../../support/jsforce.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RunningOrg, textAt } from './running-org.js'

let running: RunningOrg
let connection: Connection

beforeAll(async () => {
  running = await RunningOrg.start({ personAccounts: true })
  connection = new Connection({ instanceUrl: running.org.url, accessToken: running.token, version: '66.0' })
})

afterAll(() => running.org.close())

const read = async (object: string, id: string) => (await running.call('GET', `/sobjects/${object}/${id}`)).json
const ada = async () => {
  const values = { FirstName: 'Ada', LastName: 'Lovelace', PersonEmail: 'ada@example.org', Phone: '1' }
  const id = await running.create('Account', values)
  return { id, contact: textAt(await read('Account', id), 'PersonContactId') }
}
const directly = { status: 400, json: [{ errorCode: 'INVALID_PERSON_ACCOUNT_OPERATION' }] }

describe('a person account', () => {
  it('is made by its last name and keeps a contact in step', async () => {
    const { id, contact } = await ada()
    expect(await read('Account', id)).toMatchObject({ Name: 'Ada Lovelace', IsPersonAccount: true })
    expect(await read('Contact', contact)).toMatchObject({
      Name: 'Ada Lovelace',
      Email: 'ada@example.org',
      Phone: '1',
      AccountId: id,
      IsPersonAccount: true,
    })
    await running.call('PATCH', `/sobjects/Account/${id}`, { LastName: 'King', PersonTitle: 'Countess' })
    expect(await read('Contact', contact)).toMatchObject({ Name: 'Ada King', Title: 'Countess' })
    expect(await read('Account', id)).toMatchObject({ Name: 'Ada King' })
  })

  it('has a contact that cannot be changed or deleted by itself, and goes with the account', async () => {
    const { id, contact } = await ada()
    expect(await running.call('PATCH', `/sobjects/Contact/${contact}`, { Title: 'x' })).toMatchObject(directly)
    expect(await running.call('DELETE', `/sobjects/Contact/${contact}`)).toMatchObject(directly)
    const second = await running.call('POST', '/sobjects/Contact', { LastName: 'x', AccountId: id })
    expect(second).toMatchObject(directly)
    await running.call('DELETE', `/sobjects/Account/${id}`)
    expect((await running.call('GET', `/sobjects/Contact/${contact}`)).status).toBe(404)
    await connection.soap.undelete([id])
    expect((await running.call('GET', `/sobjects/Contact/${contact}`)).status).toBe(200)
  })

  it('is a member by its contact', async () => {
    const { contact } = await ada()
    const CampaignId = await running.create('Campaign', { Name: 'Hackathon' })
    const id = await running.create('CampaignMember', { CampaignId, ContactId: contact })
    expect(await read('CampaignMember', id)).toMatchObject({ Name: 'Ada Lovelace', Email: 'ada@example.org' })
  })

  it('does not mix with business accounts', async () => {
    const { id } = await ada()
    const business = await running.create('Account', { Name: 'Acme' })
    const bad = (names: string) => ({
      status: 400,
      json: [
        {
          errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
          message: `Account: bad field names on insert/update call: ${names}`,
        },
      ],
    })
    expect(
      await running.call('PATCH', `/sobjects/Account/${business}`, { PersonEmail: 'a@example.org' }),
    ).toMatchObject(bad('PersonEmail'))
    expect(await running.call('PATCH', `/sobjects/Account/${id}`, { Name: 'Acme' })).toMatchObject(bad('Name'))
    const request = { additionalInformationMap: [], masterRecord: { type: 'Account', Id: id } }
    expect(await connection.soap.merge({ ...request, recordToMergeIds: [business] })).toMatchObject({ success: false })
  })

  it('takes the members of another when they are merged', async () => {
    const [winner, loser] = [await ada(), await ada()]
    const CampaignId = await running.create('Campaign', { Name: 'Hackathon' })
    const id = await running.create('CampaignMember', { CampaignId, ContactId: loser.contact })
    const request = { additionalInformationMap: [], masterRecord: { type: 'Account', Id: winner.id } }
    expect(await connection.soap.merge({ ...request, recordToMergeIds: [loser.id] })).toMatchObject({ success: true })
    expect(await read('CampaignMember', id)).toMatchObject({ ContactId: winner.contact })
    expect(await running.records(`SELECT Id FROM Contact WHERE AccountId = '${winner.id}'`)).toEqual([
      { Id: winner.contact },
    ])
  })
})

describe('a lead without a company', () => {
  it('is converted into a person account', async () => {
    const leadId = await running.create('Lead', { LastName: 'Byron', Email: 'byron@example.org', Title: 'Lord' })
    const result = await connection.soap.convertLead({
      leadId,
      convertedStatus: 'Closed - Converted',
      doNotCreateOpportunity: true,
      overwriteLeadSource: false,
      sendNotificationEmail: false,
    })
    const [account, contact] = [textAt(result, 'accountId'), textAt(result, 'contactId')]
    expect(await read('Account', account)).toMatchObject({
      IsPersonAccount: true,
      Name: 'Byron',
      PersonEmail: 'byron@example.org',
      PersonContactId: contact,
    })
    expect(await read('Contact', contact)).toMatchObject({ LastName: 'Byron', Title: 'Lord', AccountId: account })
  })

  it('cannot be made where there are no person accounts, whose fields do not exist', async () => {
    const plain = await RunningOrg.start()
    expect(await plain.call('POST', '/sobjects/Lead', { LastName: 'x' })).toMatchObject({
      json: [{ errorCode: 'REQUIRED_FIELD_MISSING', fields: ['Company'] }],
    })
    expect(await plain.query('SELECT PersonEmail FROM Account')).toMatchObject({
      json: [{ errorCode: 'INVALID_FIELD' }],
    })
    await plain.org.close()
  })
})
