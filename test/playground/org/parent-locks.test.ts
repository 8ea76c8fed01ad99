import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { itemsAt, RunningOrg, valueAt } from './running-org.js'

let running: RunningOrg
let campaign: string

beforeAll(async () => {
  running = await RunningOrg.start()
})

afterAll(() => running.org.close())

beforeEach(async () => {
  running.org.settings.parentLockMs = 0
  campaign = await running.create('Campaign', { Name: 'Hackathon' })
})

const contact = (values: object = {}) => running.create('Contact', { LastName: 'Person', ...values })
const member = (CampaignId: string, ContactId: string) =>
  running.call('POST', '/sobjects/CampaignMember', { CampaignId, ContactId })
/** Longer than two requests on the slowest machine can be apart. */
const HELD = 1500

describe('members of one campaign', () => {
  it('written at the same time lose to the first, and can be written after it', async () => {
    const [one, two] = [await contact(), await contact()]
    running.org.settings.parentLockMs = HELD
    const answers = await Promise.all([member(campaign, one), member(campaign, two)])
    const loser = answers.findIndex(({ status }) => status === 400)
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400])
    expect(answers[loser]?.json).toEqual([
      {
        errorCode: 'UNABLE_TO_LOCK_ROW',
        message: `unable to obtain exclusive access to this record or 200 records: ${campaign}`,
        fields: [],
      },
    ])
    running.org.settings.parentLockMs = 1
    expect((await member(campaign, loser === 0 ? one : two)).status).toBe(201)
  })

  it('do not disturb each other one after the other, nor those of another campaign', async () => {
    const [other, people] = [await running.create('Campaign', { Name: 'Other' }), [await contact(), await contact()]]
    running.org.settings.parentLockMs = 50
    for (const id of people) expect((await member(campaign, id)).status).toBe(201)
    running.org.settings.parentLockMs = HELD
    const third = people[0] ?? ''
    const records = [{ attributes: { type: 'CampaignMember' }, CampaignId: other, ContactId: third }]
    const [collection, campaigns] = await Promise.all([
      running.call('POST', '/composite/sobjects', { records }),
      running.call('PATCH', `/sobjects/Campaign/${campaign}`, { IsActive: true }),
    ])
    expect([valueAt(valueAt(collection.json, 0), 'success'), campaigns.status]).toEqual([true, 204])
  })

  it('fail as rows of a Bulk job while a call holds the campaign', async () => {
    const [one, two] = [await contact(), await contact()]
    running.org.settings.parentLockMs = HELD
    const [, failed] = await Promise.all([
      member(campaign, one),
      running.failedRows('CampaignMember', 'insert', `CampaignId,ContactId\n${campaign},${two}\n`),
    ])
    const ids = `unable to obtain exclusive access to this record or 200 records: ${campaign}`
    expect(failed).toContain(`"UNABLE_TO_LOCK_ROW:${ids}:--"`)
  })
})

describe('contacts of one account', () => {
  it('written at the same time lose to the first', async () => {
    const AccountId = await running.create('Account', { Name: 'Acme' })
    running.org.settings.parentLockMs = HELD
    const create = (LastName: string) => running.call('POST', '/sobjects/Contact', { LastName, AccountId })
    const answers = await Promise.all([create('One'), create('Two')])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400])
  })
})

describe('a composite that is all or none', () => {
  const create = (referenceId: string, object: string, body: object) => ({
    method: 'POST',
    url: `/services/data/v66.0/sobjects/${object}`,
    referenceId,
    body,
  })
  const composite = (compositeRequest: object[]) =>
    running.call('POST', '/composite', { allOrNone: true, compositeRequest })

  it('takes back nothing of others who write while its locks last, and meets no lock of its own', async () => {
    const [one, two, three] = [await contact(), await contact(), await contact()]
    const join = (referenceId: string, ContactId: string) =>
      create(referenceId, 'CampaignMember', { CampaignId: campaign, ContactId })
    running.org.settings.parentLockMs = 300
    const mine = composite([join('one', one), join('two', two), create('none', 'Contact', {})])
    const others = await Promise.all(Array.from({ length: 20 }, (_, at) => contact({ Title: `Other ${at}` })))
    expect((await mine).json).toMatchObject({ compositeResponse: [{}, {}, { httpStatusCode: 400 }] })
    expect(others.filter((id) => running.org.store.get(id) === undefined)).toEqual([])
    const again = await composite([join('one', one), join('two', two), join('three', three)])
    const statuses = itemsAt(again.json, 'compositeResponse').map((one) => valueAt(one, 'httpStatusCode'))
    expect(statuses).toEqual([201, 201, 201])
  })
})
