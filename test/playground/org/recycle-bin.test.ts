import { Connection } from '../../support/jsforce.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { itemsAt, RunningOrg } from './running-org.js'

const DAY = 24 * 60 * 60 * 1000

let running: RunningOrg
let connection: Connection

beforeEach(async () => {
  running = await RunningOrg.start({ duplicateRules: 'off' })
  connection = new Connection({ instanceUrl: running.org.url, accessToken: running.token, version: '66.0' })
})

afterEach(() => running.org.close())

const contact = (values: object = {}) => running.create('Contact', { LastName: 'Person', ...values })
const remove = (object: string, id: string) => running.call('DELETE', `/sobjects/${object}/${id}`)
const status = async (object: string, id: string) => (await running.call('GET', `/sobjects/${object}/${id}`)).status
const read = async (object: string, id: string) => (await running.call('GET', `/sobjects/${object}/${id}`)).json
const everywhere = async (soql: string) =>
  itemsAt((await running.call('GET', `/queryAll?q=${encodeURIComponent(soql)}`)).json, 'records').length
const notInBin = (id: string) => ({
  success: false,
  id,
  errors: [{ statusCode: 'UNDELETE_FAILED', message: 'Entity is not in the recycle bin' }],
})

describe('undelete', () => {
  it('brings a record back under its id', async () => {
    const id = await contact({ Email: 'back@example.org' })
    await remove('Contact', id)
    expect(await connection.soap.undelete([id])).toMatchObject([{ success: true, id, errors: [] }])
    expect(await running.records("SELECT Id FROM Contact WHERE Email = 'back@example.org'")).toEqual([{ Id: id }])
  })

  it('brings what was deleted along back with its parent only', async () => {
    const AccountId = await running.create('Account', { Name: 'Acme' })
    const [ContactId, CampaignId] = [await contact({ AccountId }), await running.create('Campaign', { Name: 'C' })]
    const member = await running.create('CampaignMember', { CampaignId, ContactId })
    const alone = await contact({ AccountId })
    await remove('Contact', alone)
    await remove('Account', AccountId)
    expect(await read('Campaign', CampaignId)).toMatchObject({ NumberOfContacts: 0 })
    expect(await connection.soap.undelete([ContactId])).toMatchObject([notInBin(ContactId)])
    await connection.soap.undelete([AccountId])
    expect([await status('Contact', ContactId), await status('CampaignMember', member)]).toEqual([200, 200])
    expect(await read('Campaign', CampaignId)).toMatchObject({ NumberOfContacts: 1 })
    expect(await status('Contact', alone)).toBe(404)
  })

  it('leaves a member deleted until its campaign is back as well', async () => {
    const [ContactId, CampaignId] = [await contact(), await running.create('Campaign', { Name: 'C' })]
    const member = await running.create('CampaignMember', { CampaignId, ContactId })
    await remove('Contact', ContactId)
    await remove('Campaign', CampaignId)
    await connection.soap.undelete([ContactId])
    expect(await status('CampaignMember', member)).toBe(404)
    await connection.soap.undelete([CampaignId])
    expect(await status('CampaignMember', member)).toBe(200)
  })

  it('fills references again that nobody has filled since', async () => {
    const parent = await running.create('Campaign', { Name: 'parent' })
    const [kept, moved] = [
      await running.create('Campaign', { Name: 'kept', ParentId: parent }),
      await running.create('Campaign', { Name: 'moved', ParentId: parent }),
    ]
    await remove('Campaign', parent)
    await running.call('PATCH', `/sobjects/Campaign/${moved}`, { ParentId: kept })
    await connection.soap.undelete([parent])
    expect(await read('Campaign', kept)).toMatchObject({ ParentId: parent })
    expect(await read('Campaign', moved)).toMatchObject({ ParentId: kept })
  })

  it('refuses what is not in the bin, and members by themselves', async () => {
    const [id, CampaignId] = [await contact(), await running.create('Campaign', { Name: 'C' })]
    const member = await running.create('CampaignMember', { CampaignId, ContactId: id })
    await remove('CampaignMember', member)
    const message = 'Entity type is not undeletable'
    expect(await connection.soap.undelete([id, member])).toMatchObject([
      notInBin(id),
      { success: false, errors: [{ message }] },
    ])
  })
})

describe('the recycle bin', () => {
  it('can be emptied of a record, which is then gone for good with what went along', async () => {
    const AccountId = await running.create('Account', { Name: 'Acme' })
    await contact({ AccountId })
    await remove('Account', AccountId)
    expect(await everywhere('SELECT Id FROM Contact')).toBe(1)
    expect(await connection.soap.emptyRecycleBin([AccountId])).toMatchObject([{ success: true, id: AccountId }])
    expect([await everywhere('SELECT Id FROM Contact'), await everywhere('SELECT Id FROM Account')]).toEqual([0, 0])
    expect(await connection.soap.emptyRecycleBin([AccountId])).toMatchObject([
      { success: false, errors: [{ message: 'no recycle bin entry found' }] },
    ])
  })

  it('keeps records for 15 days', async () => {
    const id = await contact()
    await remove('Contact', id)
    for (const [days, there] of [
      [14, 1],
      [2, 0],
    ] as const) {
      running.clock.now += days * DAY
      await running.logIn()
      expect(await everywhere('SELECT Id FROM Contact')).toBe(there)
    }
  })

  it('never had a contact or account with cases', async () => {
    const AccountId = await running.create('Account', { Name: 'Acme' })
    const ContactId = await contact({ AccountId })
    const id = await running.create('Case', { ContactId, AccountId })
    const message =
      'Your attempt to delete Person could not be completed because it is associated with the following cases.: 00000001'
    expect(await remove('Contact', ContactId)).toMatchObject({
      status: 400,
      json: [{ errorCode: 'DELETE_FAILED', message }],
    })
    expect(await remove('Account', AccountId)).toMatchObject({ json: [{ errorCode: 'DELETE_FAILED' }] })
    await remove('Case', id)
    expect((await remove('Account', AccountId)).status).toBe(204)
  })
})

describe('a task', () => {
  it('says by itself whether it is closed, and a task of a lead has no other relation', async () => {
    const WhoId = await running.create('Lead', { LastName: 'L', Company: 'C' })
    const id = await running.create('Task', { WhoId, Subject: 'Call', Priority: 'High' })
    expect(await read('Task', id)).toMatchObject({ Status: 'Not Started', IsClosed: false, IsHighPriority: true })
    await running.call('PATCH', `/sobjects/Task/${id}`, { Status: 'Completed' })
    expect(await read('Task', id)).toMatchObject({
      IsClosed: true,
      CompletedDateTime: '2026-10-05T12:00:00.000+0000',
    })
    const WhatId = await running.create('Campaign', { Name: 'C' })
    expect(await running.call('PATCH', `/sobjects/Task/${id}`, { WhatId })).toMatchObject({
      status: 400,
      json: [{ errorCode: 'FIELD_INTEGRITY_EXCEPTION' }],
    })
    await remove('Lead', WhoId)
    expect(await status('Task', id)).toBe(404)
  })
})
