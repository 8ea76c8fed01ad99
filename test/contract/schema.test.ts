import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { ObjectId } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app/app.js'
import { runBackfill } from '../../src/cli/run-backfill.js'
import { runSchemaCheck, runSchemaExport } from '../../src/cli/run-schema.js'
import { exportText, schemaText } from '../../src/render/schema.js'
import { anApp } from '../support/an-app.js'
import { crmUser } from '../support/crm.js'
import { assign, deploy } from '../support/deploy.js'
import { aWorld, type World } from '../support/world.js'

const FLAGS = {
  event: 'mongodb-spring-2026',
  all: false,
  'dry-run': false,
  force: false,
  via: 'auto',
  quiet: true,
} as const

describe('what the tool would like in the org', () => {
  let world: World
  const zip = () => join(world.user.home, 'org.zip')
  const inApp = async <T>(command: string, work: (app: App) => Promise<T>): Promise<T> => {
    await using app = await anApp(world.user, command)
    return await work(app)
  }
  const backfill = () => inApp('backfill', (app) => runBackfill(app, FLAGS))
  const fieldStates = async () => {
    const { fields } = await inApp('schema check', runSchemaCheck)
    return Object.fromEntries(fields.map(({ wanted, state }) => [`${wanted.object}.${wanted.name}`, state]))
  }

  beforeAll(async () => {
    world = await aWorld()
  })
  afterAll(() => world.close())

  test('is told with its reason, in 80 columns, by an org that has none of it', async () => {
    const checked = await inApp('schema check', runSchemaCheck)
    expect(checked.isComplete).toBe(false)
    expect(checked.lackingRights).toEqual([])
    const text = schemaText(checked)
    expect(text).toContain('Contact.MongoHacks_Id__c: tells which of several')
    expect(text).toContain('mh-sf schema export --out DIR')
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('is written as a source tree into a new directory, and over nothing', async () => {
    const flags = { out: join(world.user.home, 'tree'), format: 'source', all: false }
    const written = await inApp('schema export', (app) => runSchemaExport(app, flags))
    const file = 'force-app/main/default/objects/Contact/fields/Hackathons_Attended__c.field-meta.xml'
    expect(written.paths).toContain(file)
    expect(readFileSync(join(flags.out, file), 'utf8')).toMatch(/<precision>4<\/precision>/u)
    expect(existsSync(join(flags.out, 'sfdx-project.json'))).toBe(true)
    expect(exportText(written)).toContain('sf project deploy start --source-dir force-app')
    await expect(inApp('schema export', (app) => runSchemaExport(app, flags))).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('is deployed as the zip that was written, assigned, and then there; a backfill decides by it', async () => {
    const { result } = await backfill()
    const tie = result.summary.parked.find(({ why }) => why.includes('no criterion tells them apart'))
    const parked = await world.db.collection('participants').findOne({ _id: new ObjectId(tie?.participantId) })
    expect(tie).toBeDefined()
    await inApp('schema export', (app) => runSchemaExport(app, { out: zip(), format: 'metadata', all: false }))
    const crm = crmUser(world.user)
    expect(await deploy(crm, readFileSync(zip()))).toMatchObject({ status: 'Succeeded', success: true })
    expect(await fieldStates()).toMatchObject({
      'Contact.MongoHacks_Id__c': 'missing',
      'Contact.Last_Hackathon__c': 'missing',
    })

    await assign(crm, world.org.userId)
    expect(await fieldStates()).toMatchObject({
      'Contact.MongoHacks_Id__c': 'not used',
      'Contact.Last_Hackathon__c': 'there',
    })
    writeFileSync(
      join(world.user.home, 'mh-sf.config.json'),
      JSON.stringify({
        enrichment: { ownKeyField: 'MongoHacks_Id__c' },
        leads: { ownKeyField: 'MongoHacks_Id__c' },
        campaign: { externalIdField: 'MongoHacks_Id__c' },
      }),
    )
    const checked = await inApp('schema check', runSchemaCheck)
    expect(checked.isComplete).toBe(true)
    expect(schemaText(checked)).toContain('The org has all that the settings can use.')

    const email = String(parked?.email)
    const [contact] = await crm.sobject('Contact').find({ Email: email }, ['Id'])
    // An admin does that: the permission set lets this user read the key of a contact, and no more.
    const record = world.org.store.get(String(contact?.Id))
    if (record) world.org.store.change(record, { MongoHacks_Id__c: String(parked?._id) })
    await backfill()
    const person = await world.db.collection('participants').findOne({ _id: parked?._id })
    expect(person?.salesforce).toMatchObject({ contactId: contact?.Id, syncStatus: 'synced' })
  })

  test('is a zip with a package and the rights that are used, no more', () => {
    const files = unzipSync(readFileSync(zip()))
    expect(Object.keys(files)).toContain('package.xml')
    const rights = strFromU8(files['permissionsets/MongoHacks_Sync.permissionset'] ?? new Uint8Array())
    expect(rights).not.toMatch(/<(?:allowDelete|modifyAllRecords|viewAllRecords)>true/u)
    expect(rights).toMatch(/<allowCreate>false<\/allowCreate>[^]*<object>Contact<\/object>/u)
  })
})
