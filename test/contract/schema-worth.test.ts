import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCampaignSync } from '../../src/cli/run-campaign-sync.js'
import { runSchemaExport } from '../../src/cli/run-schema.js'
import { anApp } from '../support/an-app.js'
import { impatientClock } from '../support/an-org.js'
import { crmUser } from '../support/crm.js'
import { assign, deploy } from '../support/deploy.js'
import { aWorld, type World } from '../support/world.js'

const PAGE = join(import.meta.dirname, '../../docs/setup.md')
const SYNC = {
  ...{ event: 'mongodb-spring-2026', via: 'auto' as const, correct: false, 'create-leads': true },
  ...{ 'dry-run': false, quiet: true },
} as const
const CONSENT = { leads: { consent: [{ by: 'newsletter' }] } }
const KEYED = {
  enrichment: { ownKeyField: 'MongoHacks_Id__c' },
  campaign: { externalIdField: 'MongoHacks_Id__c' },
  leads: { ...CONSENT.leads, ownKeyField: 'MongoHacks_Id__c' },
}

/** What a sync found and cost that came after a loss. */
interface Measured {
  campaigns: number
  leadsTwice: number
  calls: number
}

/**
 * The database is put back as it was before the first sync, and meanwhile people of the org have renamed the Campaign and given Leads
 * another address: nothing is left to know them by, but for a key of our own in the org.
 */
describe('what is deployed from schema export', () => {
  const worlds: World[] = []
  afterAll(() => Promise.all(worlds.map((world) => world.close())))
  let without: Measured
  let withIt: Measured

  async function measured(isDeployed: boolean): Promise<Measured> {
    const world = await aWorld({ participants: 100 })
    worlds.push(world)
    const { user, org, db } = world
    writeFileSync(join(user.home, 'mh-sf.config.json'), JSON.stringify(CONSENT))
    if (isDeployed) await deployTo(world)
    const sync = async () => {
      await using app = await anApp(user, 'campaign sync', impatientClock())
      return await runCampaignSync(app, 'sync', SYNC)
    }
    const living = (object: string) => [...org.store.scan(object)].filter(({ IsDeleted }) => !IsDeleted)
    const before = new Set(living('Campaign').map(({ Id }) => Id))
    const leadsBefore = new Set(living('Lead').map(({ Id }) => Id))
    const people = await db.collection('participants').find().toArray()
    const events = await db.collection('events').find().toArray()
    await sync()
    const made = living('Lead').filter(({ Id }) => !leadsBefore.has(Id))
    expect(made.length).toBeGreaterThan(0)
    for (const lead of made) org.store.change(lead, { Email: `moved.${String(lead.Email)}` })
    for (const campaign of living('Campaign').filter(({ Id }) => !before.has(Id)))
      org.store.change(campaign, { Name: 'Spring, renamed', Description: 'By marketing' })

    for (const { name } of await db.listCollections().toArray())
      if (name.startsWith('salesforce_')) await db.collection(name).deleteMany({})
    for (const [name, documents] of [['participants', people] as const, ['events', events] as const])
      for (const document of documents) await db.collection(name).replaceOne({ _id: document._id }, document)
    const { result } = await sync()
    return {
      campaigns: living('Campaign').filter(({ Id }) => !before.has(Id)).length,
      leadsTwice: living('Lead').filter(({ Id }) => !leadsBefore.has(Id)).length - made.length,
      calls: result.calls,
    }
  }

  async function deployTo({ user, org }: World): Promise<void> {
    const zip = join(user.home, 'org.zip')
    await using app = await anApp(user, 'schema export')
    await runSchemaExport(app, { out: zip, format: 'metadata', all: false })
    const crm = crmUser(user)
    expect(await deploy(crm, readFileSync(zip))).toMatchObject({ success: true })
    await assign(crm, org.userId)
    writeFileSync(join(user.home, 'mh-sf.config.json'), JSON.stringify(KEYED))
  }

  beforeAll(async () => {
    without = await measured(false)
    withIt = await measured(true)
  })

  test('has the org know again what the database does not: nothing is made twice, and it takes fewer calls', () => {
    expect(withIt).toMatchObject({ campaigns: 1, leadsTwice: 0 })
    expect(without.campaigns).toBeGreaterThan(1)
    expect(without.leadsTwice).toBeGreaterThan(0)
    expect(withIt.calls).toBeLessThan(without.calls)
  })

  test('is worth what docs/setup.md says', () => {
    const row = (what: string, key: keyof Measured) => `| ${what} | ${without[key]} | ${withIt[key]} |`
    const rows = [
      row('Campaigns of the event', 'campaigns'),
      row('Leads that are there twice', 'leadsTwice'),
      row('API calls of that sync', 'calls'),
    ]
    expect(readFileSync(PAGE, 'utf8').split('\n')).toEqual(expect.arrayContaining(rows))
  })
})
