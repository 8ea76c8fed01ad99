import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { text } from '../../src/playground/org/fields.js'
import { RunningOrg, USERNAME } from '../playground/org/running-org.js'
import { people } from './jsforce/connected.js'
import { syncPackage } from './metadata-package.js'
import { type SfAnswer, SfCli } from './sf-cli.js'

/** The Salesforce CLI needs a newer Node than we do and is no dependency: CI installs it and names it here. */
const binary = process.env.MH_SF_TEST_SF_CLI
const ORG = ['--target-org', 'play']

let running: RunningOrg
let sf: SfCli

// Each command is a process of its own that loads for a second; a busy machine makes it many.
describe.skipIf(binary === undefined)('the Salesforce CLI', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    running = await RunningOrg.start({ bulkPageSize: 40 })
    running.org.define('Contact', [text('Key__c', 'Key', 40, { externalId: true, unique: true })])
    running.org.load('Account', [{ Name: 'Acme, "the" firm' }])
    const [account] = running.org.store.scan('Account')
    running.org.load(
      'Contact',
      people(100).map((person) => ({ ...person, AccountId: account?.Id })),
    )
    sf = new SfCli(binary ?? '')
    const login = ['org', 'login', 'access-token', '--instance-url', running.org.url, '--no-prompt', '--alias', 'play']
    expect(await sf.json(login, { SF_ACCESS_TOKEN: running.token })).toMatchObject({
      status: 0,
      result: { username: USERNAME, orgId: running.org.orgId, instanceName: 'PLAY' },
    })
  })

  afterAll(async () => {
    sf.close()
    await running.org.close()
  })

  const contacts = () => [...running.org.store.scan('Contact')].filter((row) => !row.IsDeleted)
  const csv = (...rows: string[]) => `${rows.join('\n')}\n`
  const jobOf = ({ data, result }: SfAnswer) => /750\w{15}/.exec(JSON.stringify([data, result]))?.[0] ?? ''

  it('shows the org and its limits', async () => {
    expect(await sf.json(['org', 'display', ...ORG])).toMatchObject({
      result: { id: running.org.orgId, username: USERNAME, connectedStatus: 'Connected' },
    })
    expect((await sf.json(['org', 'list', 'limits', ...ORG])).result).toContainEqual(
      expect.objectContaining({ name: 'DailyApiRequests', max: 100_000 }),
    )
  })

  it('queries, as JSON, as CSV and as a table', async () => {
    const soql = "SELECT LastName, Account.Name FROM Contact WHERE Email = 'P7@example.org'"
    expect(await sf.json(['data', 'query', ...ORG, '--query', soql])).toMatchObject({
      result: { totalSize: 1, done: true, records: [{ LastName: 'Person p7', Account: { Name: 'Acme, "the" firm' } }] },
    })
    expect(await sf.text(['data', 'query', ...ORG, '--query', soql, '--result-format', 'csv'])).toContain(
      'LastName,Account.Name\nPerson p7,"Acme, ""the"" firm"',
    )
    const counted = ['--query', 'SELECT COUNT(Id) people FROM Contact']
    expect(await sf.text(['data', 'query', ...ORG, ...counted])).toMatch(/PEOPLE[\s\S]*100/)
  })

  it('names what is wrong with a query', async () => {
    expect(await sf.json(['data', 'query', ...ORG, '--query', 'SELECT Nope FROM Contact'])).toMatchObject({
      status: 1,
      name: 'INVALID_FIELD',
    })
  })

  it('creates, finds, changes and deletes one record', async () => {
    const one = (verb: string, ...rest: string[]) =>
      sf.json(['data', verb, 'record', ...ORG, '--sobject', 'Contact', ...rest])
    const where = ['--where', 'Email=new@example.org']
    const made = await one('create', '--values', "LastName='Brand New' Email=new@example.org")
    expect(made).toMatchObject({ status: 0, result: { success: true } })
    expect(await one('update', ...where, '--values', 'FirstName=Newt')).toMatchObject({ status: 0 })
    expect(await one('get', ...where)).toMatchObject({ result: { Name: 'Newt Brand New' } })
    expect(await one('delete', ...where)).toMatchObject({ status: 0 })
    expect(await one('get', ...where)).toMatchObject({ status: 1 })
  })

  it('lists and describes objects', async () => {
    expect((await sf.json(['sobject', 'list', ...ORG])).result).toEqual(expect.arrayContaining(['Contact', 'Lead']))
    expect(await sf.json(['sobject', 'describe', ...ORG, '--sobject', 'CampaignMemberStatus'])).toMatchObject({
      result: { name: 'CampaignMemberStatus', keyPrefix: '01Y' },
    })
  })

  it('imports in bulk and fetches the results of a job of which some rows failed', async () => {
    sf.write('new.csv', csv('LastName,Email,Key__c', 'One,one@example.org,s1', 'Two,bad,s2', '"Three, ""III""",,s3'))
    const answer = await sf.json([
      'data',
      'import',
      'bulk',
      ...ORG,
      '-s',
      'Contact',
      '--file',
      'new.csv',
      '--wait',
      '1',
    ])
    expect(answer).toMatchObject({ status: 1, name: 'FailedRecordDetailsError', data: { state: 'JobComplete' } })
    const results = await sf.json(['data', 'bulk', 'results', ...ORG, '--job-id', jobOf(answer)])
    expect(results).toMatchObject({ result: { processedRecords: 3, successfulRecords: 2, failedRecords: 1 } })
    expect(readFileSync(join(sf.home, `${jobOf(answer)}-failed-records.csv`), 'utf8')).toContain(
      'INVALID_EMAIL_ADDRESS:Email: invalid email address: bad:Email --',
    )
    expect(contacts().map((row) => row['LastName'])).toContain('Three, "III"')
  })

  it('upserts, updates and deletes in bulk', async () => {
    const bulk = (verb: string, file: string, ...rest: string[]) =>
      sf.json(['data', verb, 'bulk', ...ORG, '-s', 'Contact', '--file', file, '--wait', '1', ...rest])
    sf.write('upsert.csv', csv('Key__c,LastName', 's1,Uno', 's9,Nine'))
    expect(await bulk('upsert', 'upsert.csv', '--external-id', 'Key__c')).toMatchObject({
      result: { jobInfo: { state: 'JobComplete', numberRecordsProcessed: 2, numberRecordsFailed: 0 } },
    })
    const keyed = contacts().filter((row) => ['s1', 's9'].includes(String(row['Key__c'])))
    expect(keyed.map((row) => row['LastName']).sort()).toEqual(['Nine', 'Uno'])
    sf.write('update.csv', csv('Id,Title', ...keyed.map(({ Id }) => `${Id},Boss`)))
    expect(await bulk('update', 'update.csv')).toMatchObject({ status: 0, result: { processedRecords: 2 } })
    expect(contacts().filter((row) => row['Title'] === 'Boss')).toHaveLength(2)
    sf.write('delete.csv', csv('Id', ...keyed.map(({ Id }) => Id)))
    expect(await bulk('delete', 'delete.csv')).toMatchObject({
      status: 0,
      result: { jobInfo: { state: 'JobComplete' } },
    })
    expect(contacts().some((row) => row['Title'] === 'Boss')).toBe(false)
  })

  it('exports in bulk over several pages, every record once', async () => {
    const query = ['--query', "SELECT Id, Email FROM Contact WHERE LastName LIKE 'Person %'"]
    const exported = ['data', 'export', 'bulk', ...ORG, ...query, '--output-file', 'out.csv', '--wait', '1']
    expect(await sf.json(exported)).toMatchObject({ status: 0, result: { totalSize: 100 } })
    const lines = readFileSync(join(sf.home, 'out.csv'), 'utf8').trimEnd().split('\n')
    expect([lines.length, new Set(lines).size]).toEqual([101, 101])
  })

  it('leaves a job that takes its time, and takes up each kind of it again', async () => {
    running.org.settings.bulkQueueMs = 60_000
    const start = (...args: string[]) => sf.json(['data', ...args, ...ORG])
    sf.write('later.csv', csv('LastName,Key__c', 'Later,l1'))
    const file = ['-s', 'Contact', '--file', 'later.csv']
    const imported = await start('import', 'bulk', ...file)
    const upserted = await start('upsert', 'bulk', ...file, '--external-id', 'Key__c')
    const [one, other] = contacts().filter(({ Email }) => /^p[12]@/u.test(String(Email)))
    sf.write('change.csv', csv('Id,Title', `${one?.Id},Boss`))
    const updated = await start('update', 'bulk', '-s', 'Contact', '--file', 'change.csv')
    sf.write('gone.csv', csv('Id', `${other?.Id}`))
    const deleted = await start('delete', 'bulk', '-s', 'Contact', '--file', 'gone.csv')
    const query = ['--query', 'SELECT Id FROM Account', '--output-file', 'accounts.csv']
    const exported = await start('export', 'bulk', ...query)
    expect(await start('resume', '--job-id', jobOf(upserted))).toMatchObject({
      status: 0,
      result: { id: jobOf(upserted), object: 'Contact', operation: 'upsert', state: 'Closed' },
    })
    running.clock.now += 60_000
    const resume = (verb: string, answer: SfAnswer) =>
      sf.json(['data', verb, 'resume', '--job-id', jobOf(answer), ...(verb === 'export' ? [] : ['--wait', '1'])])
    expect(await resume('import', imported)).toMatchObject({ status: 0, result: { processedRecords: 1 } })
    expect(await resume('upsert', upserted)).toMatchObject({ result: { jobInfo: { state: 'JobComplete' } } })
    expect(await resume('update', updated)).toMatchObject({ status: 0, result: { processedRecords: 1 } })
    expect(await resume('delete', deleted)).toMatchObject({ result: { jobInfo: { state: 'JobComplete' } } })
    expect([one?.['Title'], other?.IsDeleted]).toEqual(['Boss', true])
    expect(await resume('export', exported)).toMatchObject({ status: 0, result: { totalSize: 1 } })
    running.org.settings.bulkQueueMs = 0
  })

  it('deploys a metadata package, and sees its fields once the permission set is assigned', async () => {
    for (const [path, content] of Object.entries(syncPackage())) {
      mkdirSync(join(sf.home, 'package', dirname(path)), { recursive: true })
      writeFileSync(join(sf.home, 'package', path), content)
    }
    const deploy = ['project', 'deploy', 'start', ...ORG, '--metadata-dir', 'package', '--wait', '1']
    expect(await sf.json(deploy)).toMatchObject({
      status: 0,
      result: { status: 'Succeeded', success: true, numberComponentsDeployed: 6 },
    })
    const soql = ['--query', 'SELECT MongoHacks_Id__c FROM Lead']
    expect(await sf.json(['data', 'query', ...ORG, ...soql])).toMatchObject({ name: 'INVALID_FIELD' })
    expect(await sf.json(['org', 'assign', 'permset', ...ORG, '--name', 'MongoHacks_Sync'])).toMatchObject({
      status: 0,
      result: { successes: [{ name: USERNAME, value: 'MongoHacks_Sync' }] },
    })
    expect(await sf.json(['data', 'query', ...ORG, ...soql])).toMatchObject({ status: 0, result: { totalSize: 0 } })
  })

  it('asked for no other host all the while', () => {
    expect(sf.namesAsked()).toEqual([])
  })
})
