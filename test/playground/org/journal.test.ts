import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Connection } from '../../support/jsforce.js'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { text } from '../../../src/playground/org/fields.js'
import { keyField, manifest, objectFile, zipped } from '../../clients/metadata-package.js'
import { CALLBACK, CLIENT_ID, CLIENT_SECRET, itemsAt, RunningOrg, textAt, valueAt } from './running-org.js'

let root: string
/** Where the org of now is kept. */
let dir: string
let open: RunningOrg[]

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mh-sf-org-journal-'))
  dir = join(root, 'org')
  open = []
})
afterEach(async () => {
  for (const running of open) await running.org.close()
  rmSync(root, { recursive: true, force: true })
})

/** An org kept in the directory; the one before was closed. */
async function start(token?: string): Promise<RunningOrg> {
  for (const running of open.splice(0)) await running.org.close()
  const running = await RunningOrg.start({}, dir)
  open.push(running)
  if (token !== undefined) running.token = token
  return running
}

/** What a restart finds if the org is killed now, without a word of its end. */
async function afterKill(before: RunningOrg): Promise<RunningOrg> {
  const from = dir
  dir = `${from}-killed`
  cpSync(from, dir, { recursive: true })
  const after = await RunningOrg.start({}, dir)
  open.push(after)
  after.token = before.token
  return after
}

/** A fresh org that is kept. */
async function first(): Promise<RunningOrg> {
  const running = await start()
  await running.org.keep()
  return running
}

const contacts = 'SELECT Id, Name, Email FROM Contact ORDER BY Id'

it('has the records, changed and deleted ones too, and never an id twice', async () => {
  const before = await first()
  const ids = [await before.create('Contact', { LastName: 'A' }), await before.create('Contact', { LastName: 'B' })]
  const gone = await before.create('Contact', { LastName: 'C' })
  await before.call('PATCH', `/sobjects/Contact/${ids[0] ?? ''}`, { FirstName: 'Ada', Email: 'ada@example.org' })
  await before.call('DELETE', `/sobjects/Contact/${ids[1] ?? ''}`)
  before.org.store.purge(before.org.store.get(gone) ?? before.org.store.blank('Contact'))
  const after = await start()
  expect(after.org.isRestored).toBe(true)
  expect(await after.records(contacts)).toEqual([{ Id: ids[0], Name: 'Ada A', Email: 'ada@example.org' }])
  expect(after.org.store.get(ids[1] ?? '')?.IsDeleted).toBe(true)
  expect(after.org.store.lookup('Contact', 'Email', 'ADA@example.org')).toHaveLength(1)
  expect([...ids, gone]).not.toContain(await after.create('Contact', { LastName: 'D' }))
})

it('has nothing of what was rolled back, and all that was done with it', async () => {
  const before = await first()
  const compositeRequest = [
    { method: 'POST', url: '/services/data/v66.0/sobjects/Contact', referenceId: 'a', body: { LastName: 'A' } },
    { method: 'POST', url: '/services/data/v66.0/sobjects/Contact', referenceId: 'b', body: {} },
  ]
  await before.call('POST', '/composite', { allOrNone: true, compositeRequest })
  await before.call('POST', '/composite', { allOrNone: false, compositeRequest })
  const after = await start()
  expect(await after.records('SELECT Name FROM Contact')).toEqual([{ Name: 'A' }])
})

it('has custom fields, settings, the clock and the requests that were counted', async () => {
  const before = await first()
  before.org.define('Contact', [text('Key__c', 'Key', 20, { externalId: true })])
  await before.call('PATCH', '/sobjects/Contact/Key__c/k-1', { LastName: 'A' })
  before.org.settings.pageSizes = [7]
  before.org.clock.set(before.clock.now + 3_600_000)
  for (let n = 0; n < 5; n++) await before.call('GET', '/limits')
  const used = (await before.call('GET', '/limits')).headers.get('sforce-limit-info')
  const after = await start()
  expect(after.org.settings.pageSizes).toEqual([7])
  expect(after.org.clock.state.ahead).toBe(3_600_000)
  expect((await after.call('PATCH', '/sobjects/Contact/Key__c/k-1', { LastName: 'B' })).status).toBe(200)
  expect(used).toBe('api-usage=7/100000')
  expect((await after.call('GET', '/limits')).headers.get('sforce-limit-info')).toBe('api-usage=9/100000')
})

it('lets go on who was logged in, and nobody whose session was ended', async () => {
  const before = await first()
  const alive = before.token
  await before.logIn()
  before.org.settings.webServerApproves = true
  const refreshToken = textAt(await authorized(before), 'refresh_token')
  await before.oauth('revoke', { token: before.token })
  const after = await start(alive)
  expect((await after.call('GET', '/limits')).status).toBe(200)
  after.token = before.token
  expect((await after.call('GET', '/limits')).status).toBe(401)
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: CLIENT_ID }
  expect((await after.oauth('token', { ...form, client_secret: CLIENT_SECRET })).status).toBe(200)
})

it('is the org of before the reset until that is over, and then the new one', async () => {
  const before = await first()
  await before.create('Contact', { LastName: 'A' })
  const logs = () => readdirSync(dir).filter((name) => name.startsWith('log-'))
  expect(logs()).toEqual(['log-1'])
  const reset = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"to":"empty"}' }
  expect((await fetch(`${before.org.url}/playground/reset`, reset)).status).toBe(200)
  expect(logs()).toEqual(['log-2'])
  await before.create('Contact', { LastName: 'B' })
  const after = await start()
  expect(await after.records('SELECT Name FROM Contact')).toEqual([{ Name: 'B' }])
})

it('keeps nothing before it is told to: a start that breaks off is no org', async () => {
  const before = await start()
  await before.create('Contact', { LastName: 'A' })
  expect((await start()).org.isRestored).toBe(false)
})

/** What the web server flow gives, of which the browser's part is one redirect. */
async function authorized(running: RunningOrg): Promise<unknown> {
  return exchanged(running, await authorizationCode(running))
}

async function authorizationCode(running: RunningOrg): Promise<string> {
  const asked = { response_type: 'code', client_id: CLIENT_ID, redirect_uri: CALLBACK, scope: 'api refresh_token' }
  const page = `${running.org.url}/services/oauth2/authorize?${new URLSearchParams(asked).toString()}`
  const { headers } = await fetch(page, { redirect: 'manual' })
  return new URL(headers.get('location') ?? '').searchParams.get('code') ?? ''
}

async function exchanged(running: RunningOrg, code: string): Promise<unknown> {
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, client_id: CLIENT_ID }
  return (await running.oauth('token', { ...form, client_secret: CLIENT_SECRET })).json
}

it('still knows what a record in the recycle bin took along', async () => {
  const before = await first()
  const AccountId = await before.create('Account', { Name: 'Acme' })
  const contact = await before.create('Contact', { LastName: 'Person', AccountId })
  await before.call('DELETE', `/sobjects/Account/${AccountId}`)
  const after = await start()
  const options = { instanceUrl: after.org.url, accessToken: after.token, version: '66.0' }
  const results = await new Connection(options).soap.undelete([contact, AccountId])
  expect(results).toMatchObject([{ success: false }, { success: true }])
  expect(await after.records(contacts)).toMatchObject([{ Id: contact }])
})

it('takes an authorization code that was given before, once', async () => {
  const before = await first()
  before.org.settings.webServerApproves = true
  const [used, code] = [await authorizationCode(before), await authorizationCode(before)]
  await exchanged(before, used)
  const after = await afterKill(before)
  expect(await exchanged(after, code)).toHaveProperty('access_token')
  for (const taken of [used, code]) expect(await exchanged(after, taken)).toMatchObject({ error: 'invalid_grant' })
})

it('has fields as they were changed, none that was taken away, and knows the deploys that did it', async () => {
  const before = await first()
  before.org.define('Contact', [text('Gone__c', 'Gone', 20), text('Wide__c', 'Wide', 20)])
  await before.org.keep()
  await before.create('Contact', { LastName: 'A', Gone__c: 'x', Wide__c: 'y' })
  const { jsforce, deploy } = deployer(before)
  const wider = keyField('Wide__c').replace('<length>40</length>', '<length>60</length>')
  const { id } = await deploy({
    'package.xml': manifest({ CustomObject: ['Contact'] }),
    'objects/Contact.object': objectFile(wider),
    'destructiveChanges.xml': manifest({ CustomField: ['Contact.Gone__c'] }),
  })
  const told = await jsforce.metadata.checkDeployStatus(id, true)
  expect(told).toMatchObject({ status: 'Succeeded' })
  const after = await start(before.token)
  expect(await deployer(after).jsforce.metadata.checkDeployStatus(id, true)).toEqual(told)
  expect(after.org.store.object('Contact')?.field('Wide__c')).toMatchObject({ length: 60, externalId: true })
  expect(after.org.store.object('Contact')?.field('Gone__c')).toBeUndefined()
  expect(after.org.store.lookup('Contact', 'Wide__c', 'Y')).toHaveLength(1)
})

function deployer({ org, token }: RunningOrg) {
  const jsforce = new Connection({ instanceUrl: org.url, accessToken: token, version: '66.0' })
  const deploy = (files: Readonly<Record<string, string>>) =>
    jsforce.metadata.deploy(zipped(files), { singlePackage: true, rollbackOnError: true })
  return { jsforce, deploy }
}

it('has query jobs with the pages they had, whatever has become of the records', async () => {
  const before = await first()
  const ids: string[] = []
  for (const LastName of 'ABCDE') ids.push(await before.create('Contact', { LastName }))
  const query = { operation: 'query', query: 'SELECT Id, LastName FROM Contact' }
  const job = `/jobs/query/${textAt((await before.call('POST', '/jobs/query', query)).json, 'id')}`
  const info = (await before.call('GET', job)).json
  expect(info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 5 })
  const page = await before.call('GET', `${job}/results?maxRecords=2`)
  const rest = `${job}/results?maxRecords=5&locator=${page.headers.get('sforce-locator') ?? ''}`
  const expected = (await before.call('GET', rest)).text
  before.org.settings.bulkQueryFailure = 'Broken'
  const broken = `/jobs/query/${textAt((await before.call('POST', '/jobs/query', query)).json, 'id')}`
  expect((await before.call('GET', broken)).json).toMatchObject({ state: 'Failed', errorMessage: 'Broken' })
  before.org.settings.bulkQueryFailure = ''
  await before.create('Contact', { LastName: 'Later' })
  const after = await afterKill(before)
  expect((await after.call('GET', job)).json).toEqual(info)
  expect((await after.call('GET', broken)).json).toMatchObject({ state: 'Failed', errorMessage: 'Broken' })
  expect((await after.call('GET', rest)).text).toBe(expected)
  expect(expected.trim().split('\n')).toHaveLength(4)
})

it('reads a query on, on the pages it had, whatever has become of the records', async () => {
  const before = await first()
  before.org.settings.pageSizes = [2]
  const ids: string[] = []
  for (const LastName of 'ABCDE') ids.push(await before.create('Contact', { LastName }))
  const next = textAt((await before.query('SELECT Id, LastName FROM Contact ORDER BY Name')).json, 'nextRecordsUrl')
  await before.call('PATCH', `/sobjects/Contact/${ids[2] ?? ''}`, { LastName: 'Changed' })
  await before.call('DELETE', `/sobjects/Contact/${ids[3] ?? ''}`)
  const expected = (await before.send('GET', next)).json
  expect(expected).toMatchObject({ records: [{ LastName: 'Changed' }, { Id: ids[3] }], done: false })
  let after = await afterKill(before)
  expect((await after.send('GET', next)).json).toEqual(expected)
  // What was restored is in a snapshot too.
  await after.org.keep()
  after = await start(before.token)
  const last = textAt((await after.send('GET', next)).json, 'nextRecordsUrl')
  expect((await after.send('GET', last)).json).toMatchObject({ records: [{ Id: ids[4] }], totalSize: 5, done: true })
  after.org.clock.set(after.clock.now + 2 * 24 * 3_600_000 + 60_000)
  await after.logIn()
  expect((await after.send('GET', next)).json).toMatchObject([{ errorCode: 'INVALID_QUERY_LOCATOR' }])
})

it('still tells what was purged', async () => {
  const before = await first()
  const id = await before.create('Contact', { LastName: 'Gone' })
  const at = before.clock.now
  await before.call('DELETE', `/sobjects/Contact/${id}`)
  before.org.clock.set(at + 16 * 24 * 3_600_000)
  await before.logIn()
  await before.query('SELECT Id FROM Contact')
  expect(before.org.store.get(id)).toBeUndefined()
  const window = [at, at + 60_000].map((time) => new Date(time).toISOString())
  const deleted = async (running: RunningOrg) =>
    (await running.call('GET', `/sobjects/Contact/deleted?start=${window[0] ?? ''}&end=${window[1] ?? ''}`)).json
  const told = await deleted(before)
  expect(told).toMatchObject({ deletedRecords: [{ id }] })
  const after = await afterKill(before)
  expect(await deleted(after)).toMatchObject({ deletedRecords: [{ id }] })
  await after.org.keep()
  expect(await deleted(await start(after.token))).toMatchObject({ deletedRecords: [{ id }] })
})

it('reads on what is left below a record, and below one of those, and gives no cursor the name of one that was', async () => {
  const before = await first()
  before.org.settings.pageSizes = [2]
  const AccountId = await before.create('Account', { Name: 'Acme' })
  const contacts: string[] = []
  for (const LastName of 'ABCDE') contacts.push(await before.create('Contact', { LastName, AccountId }))
  for (const Subject of 'abcd') await before.create('Task', { Subject, WhoId: contacts[4] })
  const next = async (running: RunningOrg) => {
    const soql =
      'SELECT Id, (SELECT Id, LastName, (SELECT Subject FROM Tasks ORDER BY Subject) FROM Contacts ORDER BY LastName) FROM Account'
    const { json } = await running.query(soql)
    return textAt(valueAt(itemsAt(json, 'records')[0], 'Contacts'), 'nextRecordsUrl')
  }
  const lastOf = (json: unknown) => valueAt(itemsAt(json, 'records').at(-1), 'Tasks')
  const old = await next(before)
  let after = await start(before.token)
  after.org.settings.pageSizes = [5]
  expect(await next(after)).not.toBe(old)
  const rest = (await after.send('GET', old)).json
  const names = itemsAt(rest, 'records').map((record) => valueAt(record, 'LastName'))
  expect(names).toEqual(['B', 'C', 'D', 'E'].slice(0, names.length))
  const end = (await after.send('GET', textAt(rest, 'nextRecordsUrl'))).json
  expect(end).toMatchObject({ totalSize: 5, done: true, records: [{ LastName: 'E', Tasks: { done: true } }] })
  after.org.settings.pageSizes = [2]
  const tasks = textAt(lastOf((await after.send('GET', textAt(rest, 'nextRecordsUrl'))).json), 'nextRecordsUrl')
  after = await start(before.token)
  expect((await after.send('GET', tasks)).json).toMatchObject({
    totalSize: 4,
    records: [{ attributes: { type: 'Task' }, Subject: 'b' }, { Subject: 'c' }],
  })
})
