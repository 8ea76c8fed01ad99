import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { itemsAt, RunningOrg, valueAt } from './running-org.js'

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
