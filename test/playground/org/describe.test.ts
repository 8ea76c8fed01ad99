import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { itemsAt, RunningOrg } from './running-org.js'

let running: RunningOrg

beforeAll(async () => {
  running = await RunningOrg.start()
})

afterAll(() => running.org.close())

describe('describe', () => {
  it('states 57 keys for each field and leaves hidden ones out', async () => {
    const { json } = await running.call('GET', '/sobjects/Contact/describe')
    const fields = itemsAt(json, 'fields') as { name: string }[]
    expect(new Set(fields.map((field) => Object.keys(field).length))).toEqual(new Set([57]))
    expect(fields.find(({ name }) => name === 'HasOptedOutOfEmail')).toBeUndefined()
    expect(fields.find(({ name }) => name === 'Email')).toMatchObject({
      type: 'email',
      length: 80,
      byteLength: 240,
      idLookup: true,
      externalId: false,
      unique: false,
    })
    const relation = {
      childSObject: 'CampaignMember',
      field: 'ContactId',
      relationshipName: 'CampaignMembers',
      cascadeDelete: true,
    }
    expect(itemsAt(json, 'childRelationships')).toContainEqual(expect.objectContaining(relation))
  })

  it('says which fields a create needs', async () => {
    const needed = async (object: string) => {
      const { json } = await running.call('GET', `/sobjects/${object}/describe`)
      const fields = itemsAt(json, 'fields') as {
        name: string
        createable: boolean
        nillable: boolean
        defaultedOnCreate: boolean
      }[]
      return fields.filter((f) => f.createable && !f.nillable && !f.defaultedOnCreate).map(({ name }) => name)
    }
    expect(await needed('Contact')).toEqual(['LastName'])
    expect(await needed('Lead')).toEqual(['LastName', 'Company'])
    expect(await needed('Campaign')).toEqual(['Name'])
    expect(await needed('CampaignMember')).toEqual(['CampaignId'])
  })

  it('shows a hidden field as soon as security lets it', async () => {
    running.org.settings.hiddenFields = []
    const { json } = await running.call('GET', '/sobjects/Contact/describe')
    expect(itemsAt(json, 'fields')).toContainEqual(
      expect.objectContaining({ name: 'HasOptedOutOfEmail', type: 'boolean' }),
    )
    expect((await running.call('POST', '/sobjects/Contact', { LastName: 'x', DoNotCall: true })).status).toBe(201)
    running.org.settings.hiddenFields = ['Contact.DoNotCall']
  })

  it('lists the objects', async () => {
    const { json } = await running.call('GET', '/sobjects')
    expect(json).toMatchObject({ encoding: 'UTF-8', maxBatchSize: 200 })
    expect(itemsAt(json, 'sobjects')).toContainEqual(
      expect.objectContaining({ name: 'CampaignMember', keyPrefix: '00v', undeletable: false }),
    )
  })
})
