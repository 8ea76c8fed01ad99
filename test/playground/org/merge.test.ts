import { Connection } from '../../support/jsforce.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { itemsAt, RunningOrg, textAt } from './running-org.js'

let running: RunningOrg
let connection: Connection

beforeAll(async () => {
  running = await RunningOrg.start({ duplicateRules: 'off' })
  connection = new Connection({ instanceUrl: running.org.url, accessToken: running.token, version: '66.0' })
})

afterAll(() => running.org.close())

const contact = (values: object = {}) => running.create('Contact', { LastName: 'Person', ...values })
const campaign = () => running.create('Campaign', { Name: 'Hackathon' })
const read = async (object: string, id: string) => (await running.call('GET', `/sobjects/${object}/${id}`)).json
const merge = (type: string, Id: string, losers: string[], values: object = {}) =>
  connection.soap.merge({
    additionalInformationMap: [],
    masterRecord: { type, Id, ...values },
    recordToMergeIds: losers,
  })
const everywhere = async (soql: string) =>
  itemsAt((await running.call('GET', `/queryAll?q=${encodeURIComponent(soql)}`)).json, 'records')

describe('a merge of contacts', () => {
  it('deletes the losers, which name the winner', async () => {
    const [winner, loser, another] = [await contact(), await contact(), await contact()]
    expect(await merge('Contact', winner, [loser, another], { Title: 'Merged' })).toMatchObject({
      success: true,
      id: winner,
      mergedRecordIds: [loser, another],
      errors: [],
    })
    expect(await read('Contact', winner)).toMatchObject({ Title: 'Merged', MasterRecordId: null })
    expect((await running.call('GET', `/sobjects/Contact/${loser}`)).status).toBe(404)
    expect(await everywhere(`SELECT MasterRecordId, IsDeleted FROM Contact WHERE Id = '${loser}'`)).toMatchObject([
      { MasterRecordId: winner, IsDeleted: true },
    ])
    expect(await running.call('PATCH', `/sobjects/Contact/${loser}`, { Title: 'x' })).toMatchObject({
      status: 404,
      json: [{ errorCode: 'ENTITY_IS_DELETED' }],
    })
  })

  it('moves members to the winner, of two members of one campaign one goes', async () => {
    const [winner, loser] = [await contact({ FirstName: 'Winner' }), await contact()]
    const [shared, own] = [await campaign(), await campaign()]
    const kept = await running.create('CampaignMember', { CampaignId: shared, ContactId: winner })
    await running.create('CampaignMember', { CampaignId: shared, ContactId: loser, Status: 'Responded' })
    const moved = await running.create('CampaignMember', { CampaignId: own, ContactId: loser, Status: 'Responded' })
    expect(await merge('Contact', winner, [loser])).toMatchObject({ updatedRelatedIds: [moved] })
    const members = await running.records(
      `SELECT Id, ContactId, Status, FirstName FROM CampaignMember WHERE ContactId = '${winner}' ORDER BY Id`,
    )
    expect(members).toEqual([
      { Id: kept, ContactId: winner, Status: 'Sent', FirstName: 'Winner' },
      { Id: moved, ContactId: winner, Status: 'Responded', FirstName: 'Winner' },
    ])
    expect(await read('Campaign', shared)).toMatchObject({ NumberOfContacts: 1, NumberOfResponses: 0 })
  })

  it('is undone for the loser alone by undelete', async () => {
    const [winner, loser] = [await contact(), await contact()]
    await merge('Contact', winner, [loser])
    await connection.soap.undelete([loser])
    expect(await read('Contact', loser)).toMatchObject({ MasterRecordId: null })
  })

  it('needs a master and one or two others, all of them alive', async () => {
    const [one, two, three, four] = [await contact(), await contact(), await contact(), await contact()]
    for (const losers of [[], [two, three, four], [one]]) {
      expect(await merge('Contact', one, losers)).toMatchObject({
        success: false,
        errors: [{ statusCode: 'MERGE_FAILED' }],
      })
    }
    await running.call('DELETE', `/sobjects/Contact/${two}`)
    expect(await merge('Contact', one, [three, two])).toMatchObject({ errors: [{ statusCode: 'ENTITY_IS_DELETED' }] })
    expect(await read('Contact', three)).toMatchObject({ Id: three })
  })
})

describe('a merge of other objects', () => {
  it('moves contacts and child accounts of an account, tasks too', async () => {
    const [winner, loser] = [
      await running.create('Account', { Name: 'Acme' }),
      await running.create('Account', { Name: 'ACME Ltd' }),
    ]
    const [child, employee] = [
      await running.create('Account', { Name: 'Child', ParentId: loser }),
      await contact({ AccountId: loser }),
    ]
    const task = await running.create('Task', { WhatId: loser, Subject: 'Call' })
    const result = await merge('Account', winner, [loser])
    expect(new Set(itemsAt(result, 'updatedRelatedIds'))).toEqual(new Set([child, employee, task]))
    expect(await read('Contact', employee)).toMatchObject({ AccountId: winner })
    expect(await read('Account', child)).toMatchObject({ ParentId: winner })
  })

  it('moves the members of a lead, and refuses converted leads', async () => {
    const lead = () => running.create('Lead', { LastName: 'L', Company: 'C' })
    const [winner, loser, converted] = [await lead(), await lead(), await lead()]
    const id = await running.create('CampaignMember', { CampaignId: await campaign(), LeadId: loser })
    await merge('Lead', winner, [loser])
    expect(textAt(await read('CampaignMember', id), 'LeadId')).toBe(winner)
    const convertedStatus = 'Closed - Converted'
    const options = { doNotCreateOpportunity: true, overwriteLeadSource: false, sendNotificationEmail: false }
    await connection.soap.convertLead({ leadId: converted, convertedStatus, ...options })
    expect(await merge('Lead', winner, [converted])).toMatchObject({
      errors: [{ statusCode: 'CANNOT_UPDATE_CONVERTED_LEAD' }],
    })
  })
})
