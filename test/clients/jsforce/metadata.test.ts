import type { Connection } from 'jsforce'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RunningOrg } from '../../playground/org/running-org.js'
import {
  type Files,
  keyField,
  manifest,
  objectFile,
  permissionSetFile,
  syncPackage,
  zipped,
} from '../metadata-package.js'
import { connect } from './connected.js'

let running: RunningOrg
let connection: Connection

beforeEach(async () => {
  running = await RunningOrg.start()
  connection = await connect(running)
  connection.metadata.pollInterval = 5
})

afterEach(() => running.org.close())

const ROLLBACK = { singlePackage: true, rollbackOnError: true }

/** Deploys over SOAP as jsforce does by default, and waits. */
const deploy = (files: Files, options: object = ROLLBACK) =>
  connection.metadata.deploy(zipped(files), options).complete(true)

const contactFields = (...fields: string[]): Files => ({
  'package.xml': manifest({ CustomObject: ['Contact'] }),
  'objects/Contact.object': objectFile(...fields),
})

const fieldNames = async (object: string) => (await connection.describe(object)).fields.map(({ name }) => name)

const grant = async (name: string) => {
  const [set] = await connection.sobject('PermissionSet').find({ Name: name }, 'Id')
  const assignment = { PermissionSetId: String(set?.Id), AssigneeId: running.org.userId }
  return connection.sobject('PermissionSetAssignment').create(assignment)
}

describe('jsforce deploys a package', () => {
  it('over SOAP: the fields are there for those who are granted them', async () => {
    const result = await deploy(syncPackage())
    expect(result).toMatchObject({
      status: 'Succeeded',
      success: true,
      numberComponentsDeployed: 6,
      numberComponentsTotal: 6,
      numberComponentErrors: 0,
      createdBy: running.org.userId,
    })
    expect(result.details.componentSuccesses).toContainEqual(
      expect.objectContaining({
        componentType: 'CustomField',
        fullName: 'Contact.MongoHacks_Id__c',
        fileName: 'objects/Contact.object',
        created: true,
        success: true,
      }),
    )
    expect(await fieldNames('Contact')).not.toContain('MongoHacks_Id__c')
    await expect(connection.query('SELECT MongoHacks_Id__c FROM Contact')).rejects.toMatchObject({
      errorCode: 'INVALID_FIELD',
    })
    expect(await grant('MongoHacks_Sync')).toMatchObject({ success: true })
    for (const object of ['Account', 'Campaign', 'CampaignMember', 'Contact', 'Lead']) {
      const { fields } = await connection.describe(object)
      expect(fields.find(({ name }) => name === 'MongoHacks_Id__c')).toMatchObject({
        type: 'string',
        length: 40,
        custom: true,
        externalId: true,
        unique: true,
        createable: true,
        updateable: true,
      })
    }
  })

  it('over REST as well, and finds the fields as upsert keys over REST and Bulk', async () => {
    const { id } = await connection.metadata.deployRest(zipped(syncPackage()), ROLLBACK)
    const result = await connection.metadata.checkDeployStatus(id, true, true)
    expect(result).toMatchObject({ id, status: 'Succeeded', done: true, numberComponentsDeployed: 6 })
    await grant('MongoHacks_Sync')
    const person = { LastName: 'Keyed', MongoHacks_Id__c: 'p-1' }
    const contacts = connection.sobject('Contact')
    expect(await contacts.upsert(person, 'MongoHacks_Id__c')).toMatchObject({ created: true })
    expect(await contacts.upsert(person, 'MongoHacks_Id__c')).toMatchObject({ created: false })
    await expect(contacts.create(person)).rejects.toMatchObject({ errorCode: 'DUPLICATE_VALUE' })
    const input = [person, { LastName: 'New', MongoHacks_Id__c: 'p-2' }]
    const loaded = await connection.bulk2.loadAndWaitForResults({
      object: 'Contact',
      operation: 'upsert',
      externalIdFieldName: 'MongoHacks_Id__c',
      input,
    })
    expect(loaded.successfulResults.map(({ sf__Created }) => sf__Created).sort()).toEqual(['false', 'true'])
  })

  it('as one of several packages in a zip, and is told when package.xml is not where it should be', async () => {
    const nested = Object.fromEntries(Object.entries(syncPackage()).map(([path, text]) => [`unpackaged/${path}`, text]))
    expect(await deploy(nested, {})).toMatchObject({ status: 'Succeeded' })
    const failed = await deploy(syncPackage(), {})
    expect(failed.status).toBe('Failed')
    expect(failed.details.componentFailures).toContainEqual(
      expect.objectContaining({
        fileName: 'objects/package.xml',
        problem: 'No package.xml found',
        problemType: 'Error',
      }),
    )
  })

  it('to see whether it would work, and changes nothing', async () => {
    expect(await deploy(syncPackage(), { ...ROLLBACK, checkOnly: true })).toMatchObject({
      status: 'Succeeded',
      checkOnly: true,
    })
    expect(running.org.store.object('Contact')?.field('MongoHacks_Id__c')).toBeUndefined()
    expect(await connection.sobject('PermissionSet').count()).toBe(0)
  })

  it('a second time: nothing is created or changed', async () => {
    await deploy(contactFields(keyField('Key__c')))
    const { details } = await deploy(contactFields(keyField('Key__c')))
    expect(details.componentSuccesses.find(({ fullName }) => fullName === 'Contact.Key__c')).toMatchObject({
      created: false,
      changed: false,
      success: true,
    })
  })

  it('and waits while it is Pending and InProgress', async () => {
    Object.assign(running.org.settings, { deployQueueMs: 1000, deployProcessingMs: 1000 })
    const { id } = await connection.metadata.deploy(zipped(syncPackage()), ROLLBACK)
    const status = async () => (await connection.metadata.checkDeployStatus(id)).status
    expect(await status()).toBe('Pending')
    running.clock.now += 1000
    expect(await status()).toBe('InProgress')
    expect(running.org.store.object('Contact')?.field('MongoHacks_Id__c')).toBeUndefined()
    running.clock.now += 1000
    expect(await status()).toBe('Succeeded')
  })

  it('and calls it off while it waits', async () => {
    Object.assign(running.org.settings, { deployQueueMs: 1000 })
    const { id } = await connection.metadata.deploy(zipped(syncPackage()), ROLLBACK)
    await connection.metadata.cancelDeploy(id)
    expect(await connection.metadata.checkDeployStatus(id)).toMatchObject({ status: 'Canceled', success: false })
    await expect(connection.metadata.cancelDeploy(id)).rejects.toThrow('already completed')
  })
})

describe('a package with faults', () => {
  it('is taken back whole when a rollback was asked for, else without what failed', async () => {
    const files = contactFields(keyField('Good__c'), '<fullName>Bad__c</fullName><label>Bad</label><type>Text</type>')
    const failed = await deploy(files)
    expect(failed).toMatchObject({ status: 'Failed', success: false, numberComponentErrors: 1 })
    expect(failed.details.componentFailures).toMatchObject([
      {
        componentType: 'CustomField',
        fullName: 'Contact.Bad__c',
        problem: "Must specify 'length' for a CustomField of type Text",
        success: false,
      },
    ])
    expect(running.org.store.object('Contact')?.field('Good__c')).toBeUndefined()
    expect(await deploy(files, { singlePackage: true })).toMatchObject({ status: 'SucceededPartial', success: true })
    expect(running.org.store.object('Contact')?.field('Good__c')).toBeDefined()
  })

  const problems: Readonly<Record<string, readonly [Files, string]>> = {
    'a field that package.xml names and no file has': [
      { 'package.xml': manifest({ CustomField: ['Contact.Lost__c'] }) },
      "An object 'Contact.Lost__c' of type CustomField was named in package.xml, but was not found in zipped directory",
    ],
    'a file that package.xml does not name': [
      { 'package.xml': manifest({}), 'objects/Contact.object': objectFile(keyField('Key__c')) },
      'Not in package.xml',
    ],
    'no XML': [
      { 'package.xml': manifest({ CustomObject: ['Contact'] }), 'objects/Contact.object': '<CustomObject>' },
      'Error parsing file',
    ],
    'an unknown object': [
      { 'package.xml': manifest({ CustomObject: ['Nope'] }), 'objects/Nope.object': objectFile(keyField('Key__c')) },
      "Entity of type 'Nope' cannot be found",
    ],
    'an unknown type': [
      contactFields('<fullName>X__c</fullName><label>X</label><type>Colour</type>'),
      "'Colour' is not a valid value for the enum 'FieldType'",
    ],
    'a type that the playground lacks': [
      contactFields('<fullName>X__c</fullName><label>X</label><type>AutoNumber</type>'),
      'playground: not implemented: CustomField of type AutoNumber',
    ],
    'a property of another type': [
      contactFields('<fullName>X__c</fullName><label>X</label><type>Date</type><unique>true</unique>'),
      "Can not specify 'unique' for a CustomField of type Date",
    ],
    'a formula': [
      contactFields('<fullName>X__c</fullName><label>X</label><type>Checkbox</type><formula>true</formula>'),
      'playground: not implemented: formula of a CustomField',
    ],
    'a name that is none': [contactFields(keyField('a__b__c')), "The Custom Field API Name 'a__b__c'"],
    'a lookup to nowhere': [
      contactFields('<fullName>X__c</fullName><label>X</label><type>Lookup</type><referenceTo>Nope</referenceTo>'),
      "referenceTo value of 'Nope' does not resolve to a valid sObject type",
    ],
    'rights on a field that is not there': [
      {
        'package.xml': manifest({ PermissionSet: ['P'] }),
        'permissionsets/P.permissionset': permissionSetFile(['Contact.Nope__c']),
      },
      'In field: field - no CustomField named Contact.Nope__c found',
    ],
    'rights on a required field': [
      {
        'package.xml': manifest({ CustomObject: ['Contact'], PermissionSet: ['P'] }),
        'objects/Contact.object': objectFile(keyField('Must__c', '<required>true</required>')),
        'permissionsets/P.permissionset': permissionSetFile(['Contact.Must__c']),
      },
      'You cannot deploy to a required field: Contact.Must__c',
    ],
    'metadata of another kind': [
      { 'package.xml': manifest({ ApexClass: ['A'] }), 'classes/A.cls': 'public class A {}' },
      'playground: not implemented: metadata of this kind: classes/A.cls',
    ],
    'a path that leads out of it': [
      { 'package.xml': manifest({}), '../objects/Contact.object': objectFile() },
      'the path leads out of the package',
    ],
  }
  it.each(Object.keys(problems))('is told by its problem: %s', async (name) => {
    const [files, problem] = problems[name] ?? [{}, '']
    const { status, details } = await deploy(files)
    expect(status).toBe('Failed')
    expect(details.componentFailures.map((failure) => failure.problem)).toContainEqual(expect.stringContaining(problem))
  })

  it('that is no zip fails as a whole', async () => {
    const result = await connection.metadata.deploy(Buffer.from('no zip at all'), ROLLBACK).complete(true)
    expect(result.status).toBe('Failed')
    expect(result.details.componentFailures).toMatchObject([{ problem: expect.stringContaining('zip') as string }])
  })
})

describe('a deployed field', () => {
  const TYPES =
    `Text:<length>10</length><caseSensitive>true</caseSensitive><unique>true</unique> Number:<precision>5</precision><scale>1</scale>
    Currency:<precision>18</precision><scale>2</scale> Percent:<precision>4</precision><scale>1</scale> Checkbox:<defaultValue>true</defaultValue>
    Date: DateTime: Email: Phone: Url: TextArea: LongTextArea:<length>1000</length><visibleLines>3</visibleLines>`
      .split(/\s+/)
      .map((one) => one.split(':'))
  const SIZES = ['S', 'M'].map(
    (size) => `<value><fullName>${size}</fullName><default>false</default><label>${size}</label></value>`,
  )
  const picklist = `<fullName>Picklist__c</fullName><label>Size</label><type>Picklist</type><valueSet><restricted>true</restricted><valueSetDefinition><sorted>false</sorted>${SIZES.join('')}</valueSetDefinition></valueSet>`
  const lookup =
    '<fullName>Lookup__c</fullName><label>Event</label><type>Lookup</type><referenceTo>Campaign</referenceTo><relationshipName>Guests</relationshipName>'
  const fields = [
    ...TYPES.map(
      ([type = '', rest = '']) => `<fullName>${type}__c</fullName><label>${type}</label><type>${type}</type>${rest}`,
    ),
    picklist,
    lookup,
  ]
  const names = fields.map((field) => /<fullName>(\w+)/.exec(field)?.[1] ?? '')
  const files = (editable: boolean): Files => ({
    'package.xml': manifest({ CustomObject: ['Contact'], PermissionSet: ['All'] }),
    'objects/Contact.object': objectFile(...fields),
    'permissionsets/All.permissionset': permissionSetFile(
      names.map((name) => `Contact.${name}`),
      editable,
    ),
  })

  it('has the type that it was given, and holds values of it', async () => {
    expect(await deploy(files(true))).toMatchObject({ status: 'Succeeded' })
    await grant('All')
    const described = (await connection.describe('Contact')).fields.filter(({ name }) => names.includes(name))
    expect(described.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'Text__c string',
      'Number__c double',
      'Currency__c currency',
      'Percent__c percent',
      'Checkbox__c boolean',
      'Date__c date',
      'DateTime__c datetime',
      'Email__c email',
      'Phone__c phone',
      'Url__c url',
      'TextArea__c textarea',
      'LongTextArea__c textarea',
      'Picklist__c picklist',
      'Lookup__c reference',
    ])
    const campaign = await running.create('Campaign', { Name: 'Spring' })
    const id = await running.create('Contact', { LastName: 'x', Picklist__c: 'S', Lookup__c: campaign, Number__c: 7.5 })
    const soql = `SELECT Checkbox__c, Picklist__c, Number__c, Lookup__r.Name FROM Contact WHERE Id = '${id}'`
    expect((await connection.query(soql)).records).toMatchObject([
      { Checkbox__c: true, Picklist__c: 'S', Number__c: 7.5, Lookup__r: { Name: 'Spring' } },
    ])
    const guests = `SELECT (SELECT LastName FROM Guests__r) FROM Campaign WHERE Id = '${campaign}'`
    expect((await connection.query(guests)).records).toMatchObject([{ Guests__r: { records: [{ LastName: 'x' }] } }])
    await expect(connection.sobject('Contact').create({ LastName: 'x', Picklist__c: 'XL' })).rejects.toMatchObject({
      errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    })
  })

  it('that is granted for reading only is shown and refuses to be written', async () => {
    await deploy(files(false))
    await grant('All')
    const { fields: described } = await connection.describe('Contact')
    expect(described.find(({ name }) => name === 'Text__c')).toMatchObject({ createable: false, updateable: false })
    await expect(connection.sobject('Contact').create({ LastName: 'x', Text__c: 'a' })).rejects.toMatchObject({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    })
  })

  it('is gone again when the assignment is deleted', async () => {
    await deploy(files(true))
    const { id = '' } = await grant('All')
    expect(await fieldNames('Contact')).toContain('Text__c')
    await connection.sobject('PermissionSetAssignment').destroy(id)
    expect(await fieldNames('Contact')).not.toContain('Text__c')
  })

  it('that is required needs no right and must be filled', async () => {
    await deploy(contactFields(keyField('Must__c', '<required>true</required>')))
    await expect(connection.sobject('Contact').create({ LastName: 'x' })).rejects.toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
    })
  })

  it('can be changed, with what its data allows', async () => {
    const text = '<fullName>Key__c</fullName><label>Key</label><type>Text</type><length>20</length>'
    await deploy(contactFields(text))
    running.org.load('Contact', [
      { LastName: 'a', Key__c: 'same' },
      { LastName: 'b', Key__c: 'SAME' },
    ])
    const failed = await deploy(contactFields(keyField('Key__c')))
    expect(failed.details.componentFailures[0]?.problem).toContain('duplicate values')
    const sensitive = keyField('Key__c', '<caseSensitive>true</caseSensitive>')
    expect(await deploy(contactFields(sensitive))).toMatchObject({ status: 'Succeeded' })
    expect(running.org.store.object('Contact')?.field('Key__c')).toMatchObject({ length: 40, unique: true })
    expect(running.org.store.lookup('Contact', 'Key__c', 'SAME')).toMatchObject([{ LastName: 'b' }])
  })

  it('is taken away by destructiveChanges.xml, with its values and rights', async () => {
    await deploy(syncPackage())
    await grant('MongoHacks_Sync')
    await running.create('Lead', { LastName: 'x', Company: 'y', MongoHacks_Id__c: 'gone' })
    const removal = {
      'package.xml': manifest({}),
      'destructiveChanges.xml': manifest({ CustomField: ['Lead.MongoHacks_Id__c', 'Lead.Never__c'] }),
    }
    const { status, details } = await deploy(removal)
    expect(status).toBe('Succeeded')
    expect(details.componentSuccesses).toContainEqual(
      expect.objectContaining({ fullName: 'Lead.MongoHacks_Id__c', deleted: true }),
    )
    expect(details.componentSuccesses).toContainEqual(
      expect.objectContaining({ problem: 'No CustomField named: Lead.Never__c found', problemType: 'Warning' }),
    )
    expect(await fieldNames('Lead')).not.toContain('MongoHacks_Id__c')
    await deploy(syncPackage())
    expect((await connection.query('SELECT MongoHacks_Id__c FROM Lead')).records).toMatchObject([
      { MongoHacks_Id__c: null },
    ])
  })
})

describe('jsforce asks the Metadata API', () => {
  it('what can be deployed', async () => {
    const { metadataObjects, testRequired } = await connection.metadata.describe()
    expect(metadataObjects.map(({ xmlName }) => xmlName)).toEqual(['CustomObject', 'PermissionSet'])
    expect(testRequired).toBe(false)
  })

  it('for more, and is refused by name', async () => {
    await expect(connection.metadata.read('CustomField', 'Contact.Key__c')).rejects.toMatchObject({
      errorCode: 'sf:NOT_IMPLEMENTED',
      message: expect.stringContaining('SOAP readMetadata') as string,
    })
  })
})
